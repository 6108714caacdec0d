//! Statements without the secrets in them.
//!
//! No grammar is needed for that: what stands with a column that is named as a secret, up to the next comma or the next
//! word that begins something else, is its value; and what an `INSERT` lists is told by its place.

use super::literal_length;
use crate::secrets::{MASK, is_secret, masked_text};
use std::borrow::Cow;
use std::ops::Range;

/// Words behind which something else is said than before.
const BREAKS: [&str; 27] = [
    "and",
    "or",
    "where",
    "set",
    "select",
    "from",
    "values",
    "when",
    "then",
    "else",
    "on",
    "having",
    "order",
    "group",
    "limit",
    "offset",
    "union",
    "returning",
    "output",
    "into",
    "valid",
    "insert",
    "update",
    "delete",
    "join",
    "using",
    "declare",
];
/// Words with which the list of values ends that an `INSERT` takes.
const ENDS_VALUES: [&str; 4] = ["from", "where", "on", "returning"];
/// Procedures all of whose arguments are taken for secrets, as they are told by their place.
const TAKE_SECRETS: [&str; 4] = ["sp_addlogin", "sp_password", "sp_addlinkedsrvlogin", "sp_addapprole"];

/// A statement as it may be told.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Masked<'t> {
    pub(crate) text: Cow<'t, str>,
    /// The names of parameters that stand where secrets do: `$2`, `@p1`.
    pub(crate) parameters: Vec<String>,
}

impl Masked<'_> {
    /// Whether there was a secret in the text.
    pub(crate) const fn is_secret(&self) -> bool {
        matches!(self.text, Cow::Owned(_))
    }
}

/// The statement without the passwords, tokens and keys in it.
pub(crate) fn masked(text: &str) -> Masked<'_> {
    let mut reading = Reading { text, ..Reading::default() };
    let mut tokens = Tokens { text, at: 0 };
    while let Some(token) = tokens.next_token() {
        if let Kind::Dollar = token.kind
            && !reading.is_secret()
        {
            // The body of a function is read as what stands around it.
            tokens.at = token.inside.start;
            continue;
        }
        reading.token(&token);
    }
    reading.finish()
}

/// What a token is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Word,
    /// A name in quotes, which some dialects take for a literal.
    Name,
    Literal,
    /// A literal between `$$` or `$tag$`, or the body of a function.
    Dollar,
    Number,
    Parameter,
    Sign(char),
}

#[derive(Debug)]
struct Token {
    kind: Kind,
    /// Without quotes.
    inside: Range<usize>,
}

/// How an `INSERT` is read.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
enum Insert {
    #[default]
    None,
    /// The list of columns is to come.
    Named,
    /// In it, at this place.
    Columns(usize),
    /// The values are to come.
    Ready,
    /// In them, at this place; they stand in so many brackets.
    Values(usize, usize),
}

#[derive(Debug, Default)]
struct Reading<'t> {
    text: &'t str,
    depth: usize,
    /// A comma in so many brackets begins something else.
    base: usize,
    /// A name of a secret stands in what is being read.
    named: bool,
    /// Secrets are all literals up to the next `;`.
    all: bool,
    /// The next AND belongs to a BETWEEN.
    between: bool,
    insert: Insert,
    /// The places of secrets in its list of columns.
    columns: Vec<usize>,
    previous: Option<Kind>,
    /// What was compared with what comes: `'literal' =`.
    compared: Option<(Kind, Range<usize>)>,
    hidden: Vec<(Range<usize>, String)>,
    parameters: Vec<String>,
}

impl<'t> Reading<'t> {
    fn of(&self, range: &Range<usize>) -> &'t str {
        self.text.get(range.clone()).unwrap_or_default()
    }

    fn is_secret(&self) -> bool {
        let by_place = matches!(self.insert, Insert::Values(place, _) if self.columns.contains(&place));
        self.named || self.all || by_place
    }

    fn token(&mut self, token: &Token) {
        let text = self.of(&token.inside);
        let compares = matches!(self.previous, Some(Kind::Sign('=' | '<' | '>' | '!')));
        let by_place = matches!(self.insert, Insert::Values(..));
        match token.kind {
            Kind::Word => self.word(text),
            Kind::Name => {
                self.name(text);
                if (compares || by_place) && self.is_secret() && !is_secret(text) {
                    self.hide(token.kind, &token.inside);
                }
            }
            Kind::Literal | Kind::Dollar if self.is_secret() => self.hide(token.kind, &token.inside),
            Kind::Literal => {
                if let Cow::Owned(shown) = masked_text(text) {
                    self.hidden.push((token.inside.clone(), shown));
                }
            }
            Kind::Number | Kind::Parameter if (compares || by_place) && self.is_secret() => {
                self.hide(token.kind, &token.inside);
            }
            Kind::Dollar | Kind::Number | Kind::Parameter => {}
            Kind::Sign(sign) => self.sign(sign),
        }
        match token.kind {
            Kind::Literal | Kind::Parameter => self.compared = Some((token.kind, token.inside.clone())),
            Kind::Sign('=') => {}
            _ => self.compared = None,
        }
        self.previous = Some(token.kind);
    }

    fn word(&mut self, word: &str) {
        let is = |one: &&str| word.eq_ignore_ascii_case(one);
        let word_is = |one: &str| word.eq_ignore_ascii_case(one);
        if TAKE_SECRETS
            .iter()
            .any(|procedure| word.rsplit('.').next().is_some_and(|word| word.eq_ignore_ascii_case(procedure)))
        {
            self.all = true;
        }
        let joins = word_is("and") && std::mem::take(&mut self.between);
        if BREAKS.iter().any(|one| is(&one)) && !joins {
            self.begin();
        }
        self.between |= word_is("between");
        self.insert = match self.insert {
            _ if word_is("insert") || word_is("replace") => {
                self.columns.clear();
                Insert::Named
            }
            Insert::Named if word_is("values") || word_is("select") => Insert::None,
            Insert::Ready if word_is("values") => Insert::Values(0, self.depth + 1),
            Insert::Ready if word_is("select") => Insert::Values(0, self.depth),
            Insert::Values(_, depth) if word_is("select") && depth == self.depth => Insert::Values(0, depth),
            Insert::Values(_, depth) if depth >= self.depth && ENDS_VALUES.iter().any(|one| is(&one)) => {
                Insert::None
            }
            insert => insert,
        };
        self.name(word);
    }

    /// A column or another name; or a word that introduces a password.
    fn name(&mut self, name: &str) {
        let last = name.rsplit('.').next().unwrap_or_default();
        let is_one = is_secret(last) || last.eq_ignore_ascii_case("identified");
        if let (Insert::Columns(place), true) = (self.insert, is_one) {
            self.columns.push(place);
        }
        self.named |= is_one;
        if let Some((kind, compared)) =
            self.compared.take().filter(|_| is_one && self.previous == Some(Kind::Sign('=')))
        {
            self.hide(kind, &compared);
        }
    }

    fn sign(&mut self, sign: char) {
        match sign {
            '(' => {
                self.depth += 1;
                if !self.named {
                    self.base = self.depth;
                }
                self.insert = match self.insert {
                    Insert::Named => Insert::Columns(0),
                    Insert::Values(_, depth) if depth == self.depth => Insert::Values(0, depth),
                    insert => insert,
                };
            }
            ')' => {
                self.depth = self.depth.saturating_sub(1);
                self.base = self.base.min(self.depth);
                self.insert = match self.insert {
                    Insert::Columns(_) if self.columns.is_empty() => Insert::None,
                    Insert::Columns(_) => Insert::Ready,
                    insert => insert,
                };
                if matches!(self.insert, Insert::Ready | Insert::Values(..)) {
                    self.named = false;
                }
            }
            ',' => {
                match &mut self.insert {
                    Insert::Columns(place) => *place += 1,
                    Insert::Values(place, depth) if *depth == self.depth => *place += 1,
                    _ => {}
                }
                if self.depth <= self.base {
                    self.begin();
                }
            }
            ';' => {
                (self.insert, self.all, self.depth) = (Insert::None, false, 0);
                self.begin();
            }
            _ => {}
        }
    }

    /// Something else begins.
    const fn begin(&mut self) {
        (self.named, self.base, self.between) = (false, self.depth, false);
    }

    fn hide(&mut self, kind: Kind, place: &Range<usize>) {
        let text = self.of(place);
        if kind == Kind::Parameter {
            self.parameters.push(text.to_owned());
        } else if !text.is_empty() && text != MASK {
            self.hidden.push((place.clone(), MASK.to_owned()));
        }
    }

    fn finish(mut self) -> Masked<'t> {
        let parameters = self.parameters;
        if self.hidden.is_empty() {
            return Masked { text: Cow::Borrowed(self.text), parameters };
        }
        self.hidden.sort_by_key(|(place, _)| place.start);
        let (mut shown, mut done) = (String::new(), 0);
        for (place, told) in self.hidden {
            if place.start >= done {
                shown.extend([self.text.get(done..place.start).unwrap_or_default(), &told]);
                done = place.end;
            }
        }
        shown.push_str(self.text.get(done..).unwrap_or_default());
        Masked { text: Cow::Owned(shown), parameters }
    }
}

/// The tokens of a batch, without comments.
struct Tokens<'t> {
    text: &'t str,
    at: usize,
}

impl Tokens<'_> {
    fn next_token(&mut self) -> Option<Token> {
        loop {
            let rest = self.text.get(self.at..)?;
            let first = rest.chars().next()?;
            let quoted = |close: char| {
                let inside = rest.get(1..).unwrap_or_default();
                inside.find(close).unwrap_or(inside.len())
            };
            let number = first.is_ascii_digit();
            let parameter = |sign: char| {
                let name = rest.get(1..).and_then(|rest| rest.chars().next());
                first == sign && name.is_some_and(|one| one.is_alphanumeric() || one == '_')
            };
            // How long it is with its quotes, and how long each quote is.
            let (kind, length, quote) = match first {
                _ if first.is_whitespace() => {
                    self.at += first.len_utf8();
                    continue;
                }
                '-' if rest.starts_with("--") => {
                    self.at += rest.find('\n').unwrap_or(rest.len());
                    continue;
                }
                '/' if rest.starts_with("/*") => {
                    self.at += rest.find("*/").map_or(rest.len(), |end| end + 2);
                    continue;
                }
                '\'' => (Kind::Literal, self.literal_length() + 2, 1),
                '"' => (Kind::Name, quoted('"') + 2, 1),
                '`' => (Kind::Name, quoted('`') + 2, 1),
                '[' => (Kind::Name, quoted(']') + 2, 1),
                '$' if !parameter('$') || dollar(rest).is_some() => match dollar(rest) {
                    Some((tag, length)) => (Kind::Dollar, length, tag),
                    None => (Kind::Sign('$'), 1, 0),
                },
                _ if parameter('$') || parameter(':') => {
                    (Kind::Parameter, 1 + word_length(rest.get(1..)?), 0)
                }
                _ if number => (Kind::Number, word_length(rest), 0),
                _ => match word_length(rest) {
                    0 => (Kind::Sign(first), first.len_utf8(), 0),
                    length if first == '@' => (self.variable(length), length, 0),
                    length => (Kind::Word, length, 0),
                },
            };
            let end = (self.at + length).min(self.text.len());
            let inside =
                self.at + quote..(self.at + length - quote).min(self.text.len()).max(self.at + quote);
            self.at = end;
            return Some(Token { kind, inside });
        }
    }

    /// A variable is a name where it is assigned, and a parameter where it is used.
    fn variable(&self, length: usize) -> Kind {
        let name = self.text.get(self.at..self.at + length).unwrap_or_default();
        if is_secret(name) { Kind::Word } else { Kind::Parameter }
    }

    /// How long the literal here is inside its quotes.
    fn literal_length(&self) -> usize {
        let inside = self.text.get(self.at + 1..).unwrap_or_default();
        // E'...' has backslashes before quotes (PostgreSQL, 4.1.2.2).
        let escapes = self.text.get(..self.at).is_some_and(|before| {
            before.ends_with(['E', 'e'])
                && !before
                    .get(..before.len() - 1)
                    .is_some_and(|before| before.ends_with(char::is_alphanumeric))
        });
        let end = literal_length(inside);
        if !escapes {
            return end;
        }
        let (mut end, mut from) = (end, 0);
        while inside.get(from..end).is_some_and(|text| text.ends_with('\\') && !text.ends_with("\\\\")) {
            from = end + 1;
            end = inside.get(from..).map_or(inside.len(), |rest| from + literal_length(rest));
        }
        end.min(inside.len())
    }
}

fn word_length(rest: &str) -> usize {
    rest.find(|one: char| !one.is_alphanumeric() && !"_.@#$".contains(one)).unwrap_or(rest.len())
}

/// How long a tag `$tag$` is that `rest` begins with, and all up to its repetition with both.
fn dollar(rest: &str) -> Option<(usize, usize)> {
    let inside = rest.strip_prefix('$')?;
    let tag = inside.find('$')? + 2;
    let name = rest.get(1..tag - 1)?;
    if name.starts_with(|one: char| one.is_ascii_digit())
        || !name.chars().all(|one| one.is_alphanumeric() || one == '_')
    {
        return None;
    }
    let length = rest.get(tag..)?.find(rest.get(..tag)?)?;
    Some((tag, tag + length + tag))
}

#[cfg(test)]
mod tests {
    use super::masked;
    use proptest::{prop_assert, proptest};

    #[test]
    fn values_of_secret_columns_are_masked_wherever_they_stand() {
        for (statement, told) in [
            (
                "CREATE LOGIN a WITH PASSWORD = N'it''s', DEFAULT_DATABASE = 'b'",
                "CREATE LOGIN a WITH PASSWORD = N'***', DEFAULT_DATABASE = 'b'",
            ),
            ("ALTER ROLE a PASSWORD 'open", "ALTER ROLE a PASSWORD '***"),
            ("CREATE USER a IDENTIFIED BY 'x'; SELECT 'b'", "CREATE USER a IDENTIFIED BY '***'; SELECT 'b'"),
            (
                "INSERT INTO users(name,password) VALUES ('bob','x'), ('eve','y')",
                "INSERT INTO users(name,password) VALUES ('bob','***'), ('eve','***')",
            ),
            (
                "INSERT INTO \"public\".\"users\" (\"id\", \"password_hash\", [at]) VALUES (DEFAULT, 'scrypt:1', 'b') \
                 ON CONFLICT (id) DO UPDATE SET at = 'c'",
                "INSERT INTO \"public\".\"users\" (\"id\", \"password_hash\", [at]) VALUES (DEFAULT, '***', 'b') \
                 ON CONFLICT (id) DO UPDATE SET at = 'c'",
            ),
            (
                "insert into u (pin, a, token) values (1234, concat('b', 'c'), upper(concat('x', 'y')))",
                "insert into u (pin, a, token) values (***, concat('b', 'c'), upper(concat('***', '***')))",
            ),
            (
                "INSERT INTO u (a, pwd) SELECT 'b', 'x' FROM t",
                "INSERT INTO u (a, pwd) SELECT 'b', '***' FROM t",
            ),
            (
                "UPDATE u SET name = 'b', password = crypt('x', gen_salt('y')), at = 'c' WHERE id = 'd'",
                "UPDATE u SET name = 'b', password = crypt('***', gen_salt('***')), at = 'c' WHERE id = 'd'",
            ),
            ("SELECT * FROM u WHERE pwd='x' AND a='b'", "SELECT * FROM u WHERE pwd='***' AND a='b'"),
            (
                "SELECT 1 WHERE (a = 'b' OR u.pwd LIKE 'x') AND c = 'd'",
                "SELECT 1 WHERE (a = 'b' OR u.pwd LIKE '***') AND c = 'd'",
            ),
            ("SELECT 1 WHERE md5(password) = 'x'", "SELECT 1 WHERE md5(password) = '***'"),
            ("SELECT 1 WHERE 'x' = password", "SELECT 1 WHERE '***' = password"),
            (
                "SELECT 1 WHERE password IN ('x', 'y') AND a IN ('b')",
                "SELECT 1 WHERE password IN ('***', '***') AND a IN ('b')",
            ),
            (
                "SELECT 1 WHERE pwd BETWEEN 'x' AND 'y' AND a = 'b'",
                "SELECT 1 WHERE pwd BETWEEN '***' AND '***' AND a = 'b'",
            ),
            ("ALTER USER a PASSWORD $$x$$", "ALTER USER a PASSWORD $$***$$"),
            (
                "DO $b$ BEGIN ALTER USER a PASSWORD 'x'; END $b$",
                "DO $b$ BEGIN ALTER USER a PASSWORD '***'; END $b$",
            ),
            (
                "ALTER USER a PASSWORD E'x\\'y' VALID UNTIL 'b'",
                "ALTER USER a PASSWORD E'***' VALID UNTIL 'b'",
            ),
            ("EXEC sp_addlogin 'b', 'x'", "EXEC sp_addlogin '***', '***'"),
            ("EXEC reset @user = 'b', @password = 'x'", "EXEC reset @user = 'b', @password = '***'"),
            (
                "CREATE SUBSCRIPTION s CONNECTION 'host=b;password=x'",
                "CREATE SUBSCRIPTION s CONNECTION 'host=b;password=***'",
            ),
        ] {
            let shown = masked(statement);
            assert_eq!(shown.text, told);
            assert!(shown.is_secret());
            assert_eq!(masked(told).text, told, "what is masked stays as it is");
        }
    }

    #[test]
    fn parameters_in_the_place_of_a_secret_are_named() {
        for (statement, names) in [
            ("INSERT INTO u (a, password) VALUES ($1, $2)", &["$2"][..]),
            ("UPDATE u SET password = @P1 WHERE id = @P2", &["@P1"]),
            ("SELECT 1 FROM u WHERE id = $1", &[]),
        ] {
            assert_eq!(masked(statement).parameters, names, "{statement}");
        }
    }

    #[test]
    fn a_statement_without_secrets_is_told_as_it_is() {
        for statement in [
            "SELECT password FROM users",
            "INSERT INTO moves(container_no,weight) VALUES ('MSCU1234565',21000)",
            "SELECT a FROM b WHERE c = 'd' -- password = 'x'",
            "INSERT INTO u VALUES ('b'); SELECT 'c'",
            "SELECT '$1', $1, ''",
        ] {
            let shown = masked(statement);
            assert_eq!((&*shown.text, shown.is_secret()), (statement, false));
        }
    }

    proptest! {
        #[test]
        fn any_text_is_survived(text in "\\PC{0,60}", some in "(insert|pwd|values|select|['\"$(),;=E\\\\] ?){0,20}") {
            for text in [text, some] {
                prop_assert!(!masked(&text).text.is_empty() || text.is_empty());
            }
        }
    }
}
