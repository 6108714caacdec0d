//! Command lines without the passwords in them, as they are handed to a shell by others: `xp_cmdshell` of SQL Server,
//! `COPY ... PROGRAM` of PostgreSQL.
//!
//! Which option takes a password is each program's own affair. What most of them call it is hidden from everywhere;
//! rather an innocent word is hidden than a password told.

use super::{hidden, is_secret, masked_text};
use std::borrow::Cow;
use std::ops::Range;

/// Options whose next word is a password, as they are written, beside those whose name says it.
const SHORT: [&str; 7] = ["-p", "-P", "-pw", "/p", "/P", "/rp", "/RP"];
/// The option whose next word is a name and a password with a colon between them.
const ACCOUNT: &str = "-u";
/// Programs that take a password in the same word as the option: `-pPASSWORD`, `-PPASSWORD`.
const ATTACHES: [&str; 7] = ["mysql", "mysqldump", "mysqladmin", "sqlcmd", "osql", "isql", "bcp"];
/// Programs to which a password is the first word that is no option.
const TAKES_FIRST: [&str; 1] = ["sshpass"];

/// The command line without passwords.
pub(crate) fn masked_command(command: &str) -> Cow<'_, str> {
    match masked_text(command) {
        Cow::Borrowed(command) => hidden(command, passwords(command)),
        Cow::Owned(command) => {
            let secrets = passwords(&command);
            Cow::Owned(hidden(&command, secrets).into_owned())
        }
    }
}

/// Where passwords stand.
fn passwords(command: &str) -> Vec<Range<usize>> {
    let mut found = Vec::new();
    let mut reading = Reading::default();
    for word in words(command) {
        let text = command.get(word.clone()).unwrap_or_default();
        if let Some(place) = reading.password_in(text) {
            found.push(word.start + place.start..word.start + place.end);
        }
    }
    found
}

/// What stands between blanks and what joins commands; what is in quotes is one word, and without them.
fn words(command: &str) -> impl Iterator<Item = Range<usize>> {
    let mut at = 0;
    std::iter::from_fn(move || {
        let rest = command.get(at..)?;
        let start = at + rest.find(|one: char| !one.is_whitespace())?;
        let rest = command.get(start..)?;
        let first = rest.chars().next()?;
        if let Some(quote) = Some(first).filter(|one| "\"'".contains(*one)) {
            let inside = rest.get(1..)?;
            let length = inside.find(quote).unwrap_or(inside.len());
            at = start + 1 + length + 1;
            return Some(start + 1..start + 1 + length);
        }
        let joins = |one: char| "&|;".contains(one);
        let apart = |one: char| one.is_whitespace() || joins(one);
        let length = if joins(first) { 1 } else { rest.find(apart).unwrap_or(rest.len()) };
        at = start + length;
        Some(start..start + length)
    })
}

/// How far a command has been read.
#[derive(Default)]
struct Reading {
    begun: bool,
    attaches: bool,
    /// The next word is a password.
    next: bool,
    /// The next word is a password where it holds a colon.
    account: bool,
    /// The program is `net`.
    net: bool,
    /// So many words that are no options may come before one that is a password.
    before: Option<usize>,
}

impl Reading {
    /// Where in this word a password is.
    fn password_in(&mut self, word: &str) -> Option<Range<usize>> {
        if matches!(word, "&" | "|" | ";") {
            *self = Self::default();
            return None;
        }
        if !self.begun {
            self.begin(word);
            return None;
        }
        let is_option = word.starts_with(['-', '/']);
        let colon = word.find(':').filter(|_| std::mem::take(&mut self.account));
        if std::mem::take(&mut self.next) && !is_option {
            return Some(0..word.len());
        }
        if let Some(colon) = colon.filter(|_| !is_option) {
            return Some(colon + 1..word.len());
        }
        if is_option {
            let name = word.trim_start_matches(['-', '/']);
            self.account = word == ACCOUNT;
            self.next = SHORT.contains(&word) || (!name.contains([':', '=']) && is_secret(name));
            let attached =
                self.attaches && word.len() > 2 && matches!(word.get(..2), Some("-p" | "-P")) && !self.next;
            return attached.then_some(2..word.len());
        }
        if std::mem::take(&mut self.net) {
            // NET USE [device] [\\share] [password]; NET USER name [password].
            self.before = match word.to_ascii_lowercase().as_str() {
                "use" => Some(0),
                "user" => Some(1),
                _ => None,
            };
            return None;
        }
        // Neither a share nor a drive is a password; `*` asks for one.
        if word.starts_with("\\\\") || (word.len() == 2 && word.ends_with(':')) || word == "*" {
            return None;
        }
        match &mut self.before {
            Some(0) => Some(0..word.len()),
            Some(before) => {
                *before -= 1;
                None
            }
            None => {
                // A shell that is told another command: `cmd /c net use`.
                self.begin(word);
                None
            }
        }
    }

    /// Takes the word for the program that is run.
    fn begin(&mut self, word: &str) {
        let file = word.rsplit(['\\', '/']).next().unwrap_or_default().to_ascii_lowercase();
        let program = file.strip_suffix(".exe").unwrap_or(&file);
        self.begun = true;
        self.net = matches!(program, "net" | "net1");
        self.attaches |= ATTACHES.contains(&program);
        self.next = TAKES_FIRST.contains(&program);
    }
}

#[cfg(test)]
mod tests {
    use super::masked_command;
    use proptest::{prop_assert, proptest};

    #[test]
    fn command_lines_are_told_without_their_passwords() {
        for (command, told) in [
            (r"net use \\h /user:u Pw1", r"net use \\h /user:u ***"),
            (r"net use z: \\h\s Pw1 /user:u /persistent:no", r"net use z: \\h\s *** /user:u /persistent:no"),
            ("cmd /c net user bob Pw1 /add & dir", "cmd /c net user bob *** /add & dir"),
            (r"C:\Windows\System32\NET.EXE user bob Pw1", r"C:\Windows\System32\NET.EXE user bob ***"),
            ("sqlcmd -S h -U sa -PPw1 -Q x", "sqlcmd -S h -U sa -P*** -Q x"),
            ("psexec \\\\h -p \"Pw 1\" cmd", "psexec \\\\h -p \"***\" cmd"),
            ("curl -u bob:Pw1 http://a:Pw1@h/", "curl -u bob:*** http://a:***@h/"),
            ("x --password Pw1 --token=Pw1 /pass:Pw1 y", "x --password *** --token=***"),
            ("plink -pw Pw1 h; sshpass -p Pw1 ssh h", "plink -pw *** h; sshpass -p *** ssh h"),
        ] {
            let shown = masked_command(command);
            assert!(!shown.contains("Pw"), "{shown}");
            assert!(shown.starts_with(told), "{shown}");
        }
    }

    #[test]
    fn a_command_line_without_passwords_is_told_as_it_is() {
        for command in ["", "dir c:\\", "net view", "net user", "net use * \\\\h\\s", "echo a & whoami /all"]
        {
            assert_eq!(masked_command(command), command);
        }
    }

    proptest! {
        #[test]
        fn any_text_is_survived(text in "\\PC{0,40}", some in "(net|use|user|-p|\"|'|&|ä| ){0,12}") {
            for text in [text, some] {
                prop_assert!(!masked_command(&text).is_empty() || text.is_empty());
            }
        }
    }
}
