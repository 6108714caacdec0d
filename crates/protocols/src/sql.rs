//! What an SQL statement does, as far as its words tell without a grammar: for TDS and PostgreSQL.

mod secrets;
mod tables;
mod tokens;

pub(crate) use secrets::{masked, takes_commands, takes_secrets};
pub(crate) use tables::Tables;

use quaywatch_model::Verb;

/// So many bytes of a statement are looked at and shown. Longer ones are inserts of many rows, whose beginning tells.
pub(crate) const MOST_STATEMENT_BYTES: usize = 16 * 1024;

/// What a batch of statements does: the gravest thing any of them does.
///
/// A word counts where a statement may begin: at the start, after `;`, at the start of a line, and after the words that
/// introduce statements. Elsewhere it may be `FOR UPDATE` or `ON DELETE`.
pub(crate) fn verb(batch: &str) -> Verb {
    let mut gravest = None::<Verb>;
    let mut beginning = true;
    let mut words = Words::new(batch);
    while let Some((word, at_line_start)) = words.next_word() {
        if beginning || at_line_start {
            let found = statement(word, words);
            gravest = gravest.into_iter().chain(found).max_by_key(|&verb| gravity(verb));
        }
        let introduces = ["begin", "then", "else", "as", "go", "do", "with", ";", "(", ")"];
        beginning = introduces.iter().any(|one| word.eq_ignore_ascii_case(one));
    }
    gravest.unwrap_or(Verb::Opaque)
}

/// Which verb weighs more when a batch holds several.
const fn gravity(verb: Verb) -> u8 {
    match verb {
        Verb::ChangeSecurity => 5,
        Verb::Start | Verb::Stop => 4,
        Verb::Write => 3,
        Verb::Opaque => 2,
        _ => 1,
    }
}

fn statement(word: &str, mut after: Words<'_>) -> Option<Verb> {
    let is = |names: &[&str]| names.iter().any(|name| word.eq_ignore_ascii_case(name));
    let mut next = || after.next_word().map_or("", |(word, _)| word);
    if is(&[
        "select", "show", "explain", "fetch", "values", "table", "backup", "use", "set", "begin", "commit",
        "rollback",
    ]) {
        return Some(Verb::Read);
    }
    if is(&["insert", "update", "delete", "merge", "replace", "truncate", "restore", "bulk", "upsert"]) {
        return Some(Verb::Write);
    }
    if is(&["grant", "revoke", "deny"]) {
        return Some(Verb::ChangeSecurity);
    }
    if is(&["create", "alter", "drop"]) {
        let of_access = ["login", "user", "role", "credential", "certificate", "policy"];
        let what = next();
        let about_access = of_access.iter().any(|one| what.eq_ignore_ascii_case(one));
        return Some(if about_access { Verb::ChangeSecurity } else { Verb::Write });
    }
    if is(&["exec", "execute", "call"]) {
        return Some(procedure(next()));
    }
    if is(&["xp_cmdshell"]) {
        return Some(Verb::Start);
    }
    if is(&["shutdown"]) {
        return Some(Verb::Stop);
    }
    if is(&["copy"]) {
        // COPY table [(columns)] FROM | TO (PostgreSQL, SQL commands).
        while let Some((word, _)) = after.next_word() {
            if word.eq_ignore_ascii_case("from") {
                return Some(Verb::Write);
            }
            if word.eq_ignore_ascii_case("to") {
                return Some(Verb::Read);
            }
        }
    }
    None
}

/// As much of a statement as is shown.
pub(crate) fn shown(statement: &str) -> &str {
    statement.get(..statement.floor_char_boundary(MOST_STATEMENT_BYTES)).unwrap_or_default()
}

/// What a stored procedure does, of the few whose names tell.
pub(crate) fn procedure(name: &str) -> Verb {
    let bare = name.rsplit('.').next().unwrap_or(name).trim_matches(['[', ']']);
    let is = |names: &[&str]| names.iter().any(|name| bare.eq_ignore_ascii_case(name));
    if is(&["xp_cmdshell", "sp_start_job", "sp_oacreate"]) {
        Verb::Start
    } else if is(&["sp_addlogin", "sp_password", "sp_addsrvrolemember", "sp_addrolemember", "sp_configure"]) {
        Verb::ChangeSecurity
    } else if bare.get(..7).is_some_and(|start| start.eq_ignore_ascii_case("sp_help"))
        || is(&["sp_who", "sp_who2", "sp_columns", "sp_tables", "sp_databases", "sp_cursorfetch"])
    {
        Verb::Read
    } else {
        Verb::Opaque
    }
}

/// How long a literal is to its closing quote; a doubled quote is one of its characters.
fn literal_length(inside: &str) -> usize {
    let mut quotes = inside.match_indices('\'').map(|(at, _)| at).peekable();
    while let Some(at) = quotes.next() {
        if quotes.next_if_eq(&(at + 1)).is_none() {
            return at;
        }
    }
    inside.len()
}

/// The words of a batch, without comments, literals and quoted names. `;` and brackets are words.
#[derive(Clone, Copy)]
struct Words<'a> {
    left: &'a str,
    line_start: bool,
}

impl<'a> Words<'a> {
    fn new(batch: &'a str) -> Self {
        Self { left: shown(batch), line_start: true }
    }

    /// The next word, and whether it is the first of its line.
    fn next_word(&mut self) -> Option<(&'a str, bool)> {
        loop {
            let first = self.left.chars().next()?;
            let length = match first {
                '\n' => {
                    self.line_start = true;
                    1
                }
                _ if first.is_whitespace() => first.len_utf8(),
                '-' if self.left.starts_with("--") => self.left.find('\n').unwrap_or(self.left.len()),
                '/' if self.left.starts_with("/*") => {
                    self.left.find("*/").map_or(self.left.len(), |at| at + 2)
                }
                '\'' => {
                    self.left.get(1..).map_or(1, |inside| (literal_length(inside) + 2).min(self.left.len()))
                }
                '"' => self
                    .left
                    .get(1..)
                    .and_then(|inside| inside.find('"'))
                    .map_or(self.left.len(), |at| at + 2),
                _ => {
                    let is_word = |one: char| one.is_alphanumeric() || "_.@#$[]".contains(one);
                    let end = self.left.find(|one: char| !is_word(one)).unwrap_or(self.left.len());
                    let length = if end == 0 { first.len_utf8() } else { end };
                    let (word, left) = self.left.split_at_checked(length)?;
                    self.left = left;
                    return Some((word, std::mem::take(&mut self.line_start)));
                }
            };
            self.left = self.left.get(length..).unwrap_or_default();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::verb;
    use proptest::proptest;
    use quaywatch_model::Verb;

    #[test]
    fn a_batch_is_as_grave_as_its_gravest_statement() {
        for (batch, expected) in [
            ("SELECT * FROM moves", Verb::Read),
            ("  -- UPDATE x\n/* DELETE */ select 'insert into'", Verb::Read),
            ("SELECT a FROM b WHERE c = 1 FOR UPDATE", Verb::Read),
            ("SET NOCOUNT ON; INSERT INTO moves VALUES (1)", Verb::Write),
            ("with due as (select 1) update moves set a = 1", Verb::Write),
            ("IF 1 = 1 BEGIN DELETE FROM moves END", Verb::Write),
            ("DROP TABLE moves", Verb::Write),
            ("ALTER LOGIN sa WITH PASSWORD = 'x'", Verb::ChangeSecurity),
            ("GRANT ALL ON moves TO anna", Verb::ChangeSecurity),
            ("EXEC master..xp_cmdshell 'dir'", Verb::Start),
            ("EXEC dbo.next_move 7", Verb::Opaque),
            ("COPY moves (a, b) FROM STDIN", Verb::Write),
            ("COPY moves TO STDOUT", Verb::Read),
            ("", Verb::Opaque),
        ] {
            assert_eq!(verb(batch), expected, "{batch}");
        }
    }

    proptest! {
        #[test]
        fn any_text_is_survived(text in "\\PC{0,60}") {
            let _ = verb(&text);
        }
    }
}
