//! Statements without the secrets in them.
//!
//! No grammar is needed for that: what stands with a column that is named as a secret, up to the next comma or the next
//! word that begins something else, is its value; and what an `INSERT` lists is told by its place. Where it names no columns,
//! the places are those of an earlier `CREATE TABLE` of the same batch. Where there is none, and the table is called as
//! tables of users, accounts, log-ins or credentials are, or was named with a secret column before, all literals are masked;
//! that there was a secret is then not said, as nobody knows.

use super::tables::{Places, Tables};
use super::tokens::{Kind, Token, Tokens};
use crate::secrets::{MASK, is_secret, masked_command, masked_text};
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

/// Functions that are given a secret, as their names tell.
const FUNCTIONS_OF_SECRETS: [&str; 4] = ["crypt", "pgp_sym_encrypt", "pgp_sym_decrypt", "hmac"];
/// What is followed by a command line.
const COMMANDS: [&str; 3] = ["xp_cmdshell", "program", "@command"];

/// Whether all that this procedure is called with is taken for secrets.
pub(crate) fn takes_secrets(procedure: &str) -> bool {
    is_among(&TAKE_SECRETS, last_part(procedure))
}

/// Whether what this procedure is called with is a command line.
pub(crate) fn takes_commands(procedure: &str) -> bool {
    is_among(&COMMANDS, last_part(procedure))
}

/// The name itself, without the database and schema before it.
fn last_part(name: &str) -> &str {
    name.rsplit('.').next().unwrap_or_default().trim_matches(['[', ']'])
}

fn is_among(words: &[&str], word: &str) -> bool {
    words.iter().any(|one| word.eq_ignore_ascii_case(one))
}

/// A statement as it may be told.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Masked<'t> {
    pub(crate) text: Cow<'t, str>,
    /// The names of parameters that stand where secrets do: `$2`, `@p1`.
    pub(crate) parameters: Vec<String>,
    sure: bool,
}

impl Masked<'_> {
    /// Whether there was a secret in the text for sure.
    pub(crate) const fn is_secret(&self) -> bool {
        self.sure
    }
}

/// The statement without the passwords, tokens and keys in it.
pub(crate) fn masked(text: &str) -> Masked<'_> {
    let mut reading = Reading { text, ..Reading::default() };
    let mut tokens = Tokens::new(text);
    while let Some(token) = tokens.next_token() {
        if let Kind::Dollar = token.kind
            && !reading.is_secret()
        {
            // The body of a function is read as what stands around it.
            tokens.go_to(token.inside.start);
            continue;
        }
        reading.token(&token);
    }
    reading.finish()
}

/// How an `INSERT` or a `CREATE TABLE` is read.
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
    /// A table is created: its name is to come.
    Created,
    /// Its columns, at this place; they stand in so many brackets.
    Definition(usize, usize),
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
    /// The table it is about.
    table: &'t str,
    /// The places of secrets in its list of columns.
    columns: Vec<usize>,
    /// Any of its literals may be a secret.
    any: bool,
    tables: Tables,
    previous: Option<Kind>,
    /// CREATE was the last word, but for those that may stand before TABLE.
    creates: bool,
    /// A literal is a command line.
    command: bool,
    /// The previous word was AS.
    renames: bool,
    /// The literals and parameters of what is being read, which may turn out to be a secret's: `md5('literal') = pwd`.
    values: Vec<(Kind, Range<usize>)>,
    /// Where among them those begin of what is being read in each bracket that is open, the outermost left out.
    starts: Vec<usize>,
    hidden: Vec<(Range<usize>, String)>,
    /// Something that was hidden is a secret for sure.
    sure: bool,
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
        self.command |= matches!(token.kind, Kind::Word | Kind::Parameter) && takes_commands(text);
        match token.kind {
            Kind::Word => self.word(text),
            Kind::Name => {
                self.name(text);
                if (compares || by_place) && self.is_secret() && !is_secret(text) {
                    self.hide(token.kind, &token.inside);
                }
            }
            Kind::Literal | Kind::Dollar if self.is_secret() => self.hide(token.kind, &token.inside),
            Kind::Literal | Kind::Parameter if self.any && by_place => {
                let sure = self.sure;
                self.hide(token.kind, &token.inside);
                self.sure = sure;
            }
            Kind::Literal => {
                let shown = if self.command { masked_command(text) } else { masked_text(text) };
                if let Cow::Owned(shown) = shown {
                    self.hidden.push((token.inside.clone(), shown));
                    self.sure = true;
                }
            }
            Kind::Number | Kind::Parameter if (compares || by_place) && self.is_secret() => {
                self.hide(token.kind, &token.inside);
            }
            Kind::Dollar | Kind::Number | Kind::Parameter => {}
            Kind::Sign(sign) => self.sign(sign),
        }
        if matches!(token.kind, Kind::Literal | Kind::Dollar | Kind::Parameter) {
            self.values.push((token.kind, token.inside.clone()));
        }
        self.renames = token.kind == Kind::Word && text.eq_ignore_ascii_case("as");
        self.previous = Some(token.kind);
    }

    fn word(&mut self, word: &'t str) {
        let is = |one: &str| word.eq_ignore_ascii_case(one);
        let is_among = |words: &[&str]| is_among(words, word);
        self.all |= takes_secrets(word);
        let joins = is("and") && std::mem::take(&mut self.between);
        if is_among(&BREAKS) && !joins {
            self.begin();
        }
        self.between |= is("between");
        // Among values it is a function.
        let replaces =
            is("replace") && !matches!(self.insert, Insert::Values(_, depth) if depth <= self.depth);
        self.insert = match self.insert {
            _ if is("insert") || replaces => {
                (self.table, self.any) = ("", false);
                self.columns.clear();
                Insert::Named
            }
            _ if is("table") && self.creates => {
                self.table = "";
                self.columns.clear();
                Insert::Created
            }
            Insert::Named if is("values") => self.by_table(self.depth + 1),
            Insert::Named if is("select") => self.by_table(self.depth),
            Insert::Ready if is("values") => Insert::Values(0, self.depth + 1),
            Insert::Ready if is("select") => Insert::Values(0, self.depth),
            Insert::Values(_, depth) if is("select") && depth == self.depth => Insert::Values(0, depth),
            Insert::Values(_, depth) if depth >= self.depth && is_among(&ENDS_VALUES) => Insert::None,
            insert => insert,
        };
        let between = ["temp", "temporary", "unlogged", "global", "local"];
        self.creates = is("create") || self.creates && is_among(&between);
        self.name(word);
    }

    /// How values are read of which no list of columns tells the places.
    fn by_table(&mut self, depth: usize) -> Insert {
        match self.tables.secrets_of(self.table) {
            None => return Insert::None,
            Some(Places::These(places)) => self.columns = places,
            Some(Places::Any) => self.any = true,
        }
        Insert::Values(0, depth)
    }

    /// A part of the name of the table that a statement is about.
    fn table(&mut self, name: &'t str) {
        const BEFORE: [&str; 10] =
            ["insert", "into", "or", "replace", "ignore", "overwrite", "table", "if", "not", "exists"];
        let is_name = !BEFORE.iter().any(|word| name.eq_ignore_ascii_case(word));
        // A point between two names in quotes is a word of its own.
        let goes_on = self.table.is_empty() || self.table.ends_with('.') || name.starts_with('.');
        if matches!(self.insert, Insert::Named | Insert::Created) && is_name && goes_on {
            self.table = name;
        }
    }

    /// A column or another name; or a word that introduces a password.
    fn name(&mut self, name: &'t str) {
        self.table(name);
        let last = last_part(name);
        let is_one = is_secret(last)
            || last.eq_ignore_ascii_case("identified")
            || is_among(&FUNCTIONS_OF_SECRETS, last);
        // A column is named first in its definition; behind that stand its type and its rules.
        let defines = matches!(self.previous, Some(Kind::Sign('(' | ',')));
        match self.insert {
            Insert::Columns(place) if is_one => self.columns.push(place),
            Insert::Definition(place, depth) if is_one && defines && depth == self.depth => {
                self.columns.push(place);
            }
            _ => {}
        }
        self.named |= is_one;
        if is_one && (self.renames || self.previous == Some(Kind::Sign('='))) {
            for (kind, place) in self.values.split_off(self.starts.last().copied().unwrap_or_default()) {
                self.hide(kind, &place);
            }
        }
    }

    fn sign(&mut self, sign: char) {
        match sign {
            '(' => {
                self.depth += 1;
                self.starts.push(self.values.len());
                if !self.named {
                    self.base = self.depth;
                }
                self.insert = match self.insert {
                    Insert::Named => Insert::Columns(0),
                    Insert::Created => Insert::Definition(0, self.depth),
                    Insert::Values(_, depth) if depth == self.depth => Insert::Values(0, depth),
                    insert => insert,
                };
            }
            ')' => {
                if let Insert::Definition(_, depth) = self.insert
                    && depth == self.depth
                {
                    self.tables.learn(self.table, Places::These(std::mem::take(&mut self.columns)));
                    self.insert = Insert::None;
                }
                if matches!(self.insert, Insert::Columns(_)) && !self.columns.is_empty() {
                    self.tables.learn(self.table, Places::Any);
                }
                self.depth = self.depth.saturating_sub(1);
                self.starts.pop();
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
                self.forget_values();
                match &mut self.insert {
                    Insert::Columns(place) => *place += 1,
                    Insert::Values(place, depth) | Insert::Definition(place, depth)
                        if *depth == self.depth =>
                    {
                        *place += 1;
                    }
                    _ => {}
                }
                if self.depth <= self.base {
                    self.begin();
                }
            }
            ';' => {
                (self.insert, self.depth) = (Insert::None, 0);
                (self.all, self.any, self.command) = (false, false, false);
                self.starts.clear();
                self.begin();
            }
            _ => {}
        }
    }

    /// Something else begins.
    fn begin(&mut self) {
        (self.named, self.base, self.between) = (false, self.depth, false);
        self.forget_values();
    }

    /// What comes in this bracket has nothing to do with the values before; what stands around it may.
    fn forget_values(&mut self) {
        match self.starts.last_mut() {
            Some(start) => *start = self.values.len(),
            None => self.values.clear(),
        }
    }

    fn hide(&mut self, kind: Kind, place: &Range<usize>) {
        let text = self.of(place);
        if kind == Kind::Parameter {
            self.parameters.push(text.to_owned());
        } else if !text.is_empty() && text != MASK {
            self.hidden.push((place.clone(), MASK.to_owned()));
            self.sure = true;
        }
    }

    fn finish(mut self) -> Masked<'t> {
        let (parameters, sure) = (self.parameters, self.sure);
        if self.hidden.is_empty() {
            return Masked { text: Cow::Borrowed(self.text), parameters, sure };
        }
        // Of a literal that is hidden whole and in part, the whole.
        self.hidden.sort_by_key(|(place, told)| (place.start, told != MASK));
        let (mut shown, mut done) = (String::new(), 0);
        for (place, told) in self.hidden {
            if place.start >= done {
                shown.extend([self.text.get(done..place.start).unwrap_or_default(), &told]);
                done = place.end;
            }
        }
        shown.push_str(self.text.get(done..).unwrap_or_default());
        Masked { text: Cow::Owned(shown), parameters, sure }
    }
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
            (
                "INSERT INTO u (a, pwd) VALUES ('b', replace('x', 'y', 'z'))",
                "INSERT INTO u (a, pwd) VALUES ('b', replace('***', '***', '***'))",
            ),
            ("SELECT * FROM u WHERE pwd='x' AND a='b'", "SELECT * FROM u WHERE pwd='***' AND a='b'"),
            (
                "SELECT 1 WHERE (a = 'b' OR u.pwd LIKE 'x') AND c = 'd'",
                "SELECT 1 WHERE (a = 'b' OR u.pwd LIKE '***') AND c = 'd'",
            ),
            ("SELECT 1 WHERE md5(password) = 'x'", "SELECT 1 WHERE md5(password) = '***'"),
            ("SELECT 1 WHERE 'x' = password", "SELECT 1 WHERE '***' = password"),
            (
                "SELECT 'b' FROM u WHERE a = 'c' AND md5(concat('x', 'y')) = pwd",
                "SELECT 'b' FROM u WHERE a = 'c' AND md5(concat('***', '***')) = pwd",
            ),
            ("SELECT crypt('x', gen_salt('y')), 'b'", "SELECT crypt('***', gen_salt('***')), 'b'"),
            (
                "MERGE INTO u USING (SELECT 'b' AS name, upper('x') AS password) s ON 1=1",
                "MERGE INTO u USING (SELECT 'b' AS name, upper('***') AS password) s ON 1=1",
            ),
            (
                "EXEC xp_cmdshell 'net use \\\\h /user:u x'; SELECT 'net use x'",
                "EXEC xp_cmdshell 'net use \\\\h /user:u ***'; SELECT 'net use x'",
            ),
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
    fn an_insert_without_columns_is_masked_by_what_is_known_of_its_table() {
        for (statement, told) in [
            ("INSERT INTO users VALUES (1, 'bob', 'x')", "INSERT INTO users VALUES (1, '***', '***')"),
            (
                "insert dbo.AspNetUsers select 'bob', 'x' from t",
                "insert dbo.AspNetUsers select '***', '***' from t",
            ),
            (
                "INSERT INTO \"app\".\"credentials\" VALUES (1, N'x'), (2, N'y'); INSERT INTO moves VALUES ('b')",
                "INSERT INTO \"app\".\"credentials\" VALUES (1, N'***'), (2, N'***'); INSERT INTO moves VALUES ('b')",
            ),
            (
                "INSERT INTO crew(name,pwd) VALUES ('b','x'); INSERT INTO crew VALUES ('c','y')",
                "INSERT INTO crew(name,pwd) VALUES ('b','***'); INSERT INTO crew VALUES ('***','***')",
            ),
        ] {
            assert_eq!(masked(statement).text, told);
        }
        let guessed = masked("INSERT INTO users VALUES (1, 'bob')");
        assert!(!guessed.is_secret(), "nobody knows whether one of them is a secret");
    }

    #[test]
    fn an_insert_without_columns_is_masked_by_the_places_of_the_table_that_was_created() {
        let created = "CREATE TEMP TABLE IF NOT EXISTS a.Crew (id int, name varchar(20) DEFAULT 'a', pwd char(8) NOT NULL, \
                       PRIMARY KEY (id, pwd)); ";
        let shown = masked(&[created, "INSERT INTO crew VALUES (1, 'b', 'x')"].concat()).text.into_owned();
        assert_eq!(shown.strip_prefix(created), Some("INSERT INTO crew VALUES (1, 'b', '***')"));
        let users = "CREATE TABLE users (id int, name text); INSERT INTO users VALUES (1, 'b')";
        assert_eq!(masked(users).text, users, "it has no place for a secret");
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
