//! Statements without the secrets in them.
//!
//! No grammar is needed for that: what stands with a column that is named as a secret, up to the next comma or the next
//! word that begins something else, is its value; and what an `INSERT` lists is told by its place. Where it names no columns,
//! the places are those of an earlier `CREATE TABLE` of the same conversation. Where there is none, and the table is called as
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

/// The statement without the passwords, tokens and keys in it. `tables` is what is known from earlier ones of the
/// conversation; what this one tells of tables is added.
pub(crate) fn masked<'t>(text: &'t str, tables: &mut Tables) -> Masked<'t> {
    let mut reading = Reading { text, tables: std::mem::take(tables), ..Reading::default() };
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
    *tables = std::mem::take(&mut reading.tables);
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
    /// A table is changed: its name is to come, or has come.
    Altered,
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
    /// ALTER was the last word.
    alters: bool,
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
            _ if is("table") && self.alters => {
                self.table = "";
                Insert::Altered
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
        self.alters = is("alter");
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

    /// Takes a part of the name of the table that a statement is about, if it is one.
    fn table(&mut self, name: &'t str) -> bool {
        const BEFORE: [&str; 11] = [
            "insert",
            "into",
            "or",
            "replace",
            "ignore",
            "overwrite",
            "table",
            "if",
            "not",
            "exists",
            "only",
        ];
        let is_name = !BEFORE.iter().any(|word| name.eq_ignore_ascii_case(word));
        // A point between two names in quotes is a word of its own.
        let goes_on = self.table.is_empty() || self.table.ends_with('.') || name.starts_with('.');
        if matches!(self.insert, Insert::Named | Insert::Created | Insert::Altered) && is_name && goes_on {
            self.table = name;
            return true;
        }
        false
    }

    /// A column or another name; or a word that introduces a password.
    fn name(&mut self, name: &'t str) {
        let is_table = self.table(name);
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
            Insert::Altered if !self.table.is_empty() => self.tables.altered(self.table, is_one && !is_table),
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
                    self.tables.created(self.table, std::mem::take(&mut self.columns));
                    self.insert = Insert::None;
                }
                if matches!(self.insert, Insert::Columns(_)) && !self.columns.is_empty() {
                    self.tables.holds_secret(self.table);
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
mod tests;
