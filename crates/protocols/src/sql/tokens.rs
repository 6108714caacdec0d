//! The words, names, literals and signs of a statement, with their places in it.

use super::literal_length;
use crate::secrets::is_secret;
use std::ops::Range;

/// What a token is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
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
pub(super) struct Token {
    pub(super) kind: Kind,
    /// Where it is, without quotes.
    pub(super) inside: Range<usize>,
}

/// The tokens of a batch, without comments.
pub(super) struct Tokens<'t> {
    text: &'t str,
    at: usize,
}

impl<'t> Tokens<'t> {
    pub(super) const fn new(text: &'t str) -> Self {
        Self { text, at: 0 }
    }

    /// Goes on from this place.
    pub(super) const fn go_to(&mut self, place: usize) {
        self.at = place;
    }

    pub(super) fn next_token(&mut self) -> Option<Token> {
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
