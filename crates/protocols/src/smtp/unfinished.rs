//! A command of IMAP of which words come as literals: so many bytes as they are, after the server said to go on or, with a `+`,
//! at once (RFC 3501, section 4.3; RFC 7888). Put together it is the line that it would have been with words in quotes.

use super::session::Command;

/// A word is at most so long; what is longer is taken for a mail.
const LONGEST_WORD_BYTES: u64 = 1024;
/// A command put together is at most so long.
const LONGEST_COMMAND_BYTES: usize = 4 * 1024;

/// A command that is not all there.
#[derive(Debug, Default)]
pub(crate) struct Unfinished {
    line: String,
    literal: Vec<u8>,
}

/// How many bytes follow a line as they are: `{310}` and `{310+}` at its end, and what stands before that.
pub(crate) fn literal(line: &str) -> Option<(&str, u64)> {
    let (before, length) = line.strip_suffix('}')?.rsplit_once('{')?;
    Some((before, length.strip_suffix('+').unwrap_or(length).parse().ok()?))
}

impl Unfinished {
    /// The command that this line begins, if a word of it is yet to come; and of how many bytes. What is appended to a mailbox
    /// is a mail, and no word.
    pub(crate) fn begin(line: &str, command: &Command<'_>) -> Option<(Self, u64)> {
        let (before, length) = literal(line)?;
        let is_mail = command.name == "APPEND" && !literal(command.argument)?.0.is_empty();
        let fits = length <= LONGEST_WORD_BYTES && before.len() <= LONGEST_COMMAND_BYTES;
        (fits && !is_mail).then(|| (Self { line: before.to_owned(), literal: Vec::new() }, length))
    }

    /// The next bytes of the word.
    pub(crate) fn takes(&mut self, bytes: &[u8]) {
        self.literal.extend_from_slice(bytes);
    }

    /// What there is, with the word and what comes behind it in the next line.
    pub(crate) fn with(mut self, rest: &str) -> String {
        self.line.push('"');
        for one in String::from_utf8_lossy(&self.literal).chars() {
            if matches!(one, '"' | '\\') {
                self.line.push('\\');
            }
            self.line.push(one);
        }
        self.line.push('"');
        self.line.push_str(rest);
        self.line
    }

    /// What there is, where the server does not want the rest.
    pub(crate) fn refused(self) -> String {
        self.line
    }
}

#[cfg(test)]
mod tests {
    use super::literal;

    #[test]
    fn a_literal_is_the_last_of_its_line() {
        assert_eq!(literal("a1 LOGIN {5}"), Some(("a1 LOGIN ", 5)));
        assert_eq!(literal("a1 LOGIN {5+}"), Some(("a1 LOGIN ", 5)));
        for other in ["a1 LOGIN {5} x", "a1 {x}", "a1 }", "{-1}", "{5++}"] {
            assert_eq!(literal(other), None, "{other}");
        }
    }
}
