//! What is wrong with a site's description, told to who wrote it: where, what was found, what would be valid.

use std::fmt::{self, Write};
use thiserror::Error;

/// So many mistakes are told; who has more mends these first.
pub(crate) const MOST_MISTAKES: usize = 200;

/// Everything that is wrong with a `site.toml` and its tag maps, in the order of files and lines.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub struct SiteErrors {
    /// The mistakes; never empty.
    pub mistakes: Vec<Mistake>,
    /// How many more there were than are told.
    pub untold: usize,
}

impl fmt::Display for SiteErrors {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut end = "";
        for mistake in &self.mistakes {
            write!(f, "{end}{mistake}")?;
            end = "\n";
        }
        match self.untold {
            0 => Ok(()),
            more => write!(f, "{end}and {more} more"),
        }
    }
}

/// Where something stands: line and column count from 1, columns in characters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Position {
    /// The line.
    pub line: u32,
    /// The character within it.
    pub column: u32,
}

impl fmt::Display for Position {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.line, self.column)
    }
}

/// What kind of mistake.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Kind {
    /// The file cannot be read at all.
    Unreadable,
    /// Not TOML, or not a table of comma-separated values.
    Syntax,
    /// A key nobody looks for.
    UnknownKey,
    /// A text where a list has to be, and the like.
    WrongType,
    /// The right type, and not one of the values it can have.
    BadValue,
    /// Something that has to be said is not.
    Missing,
    /// The name of something that is not described.
    UnknownName,
    /// Said twice.
    Duplicate,
    /// Two networks or addresses that cannot be told apart.
    Overlap,
    /// A smallest value above the largest.
    EmptyRange,
    /// More than is read.
    Limit,
}

/// One mistake.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub struct Mistake {
    /// The file, as it was named.
    pub file: String,
    /// Where in it.
    pub at: Position,
    /// What kind of mistake.
    pub kind: Kind,
    /// The key, column or table it is about.
    pub key: String,
    /// What stands there.
    pub found: String,
    /// What would be valid, in words or as a list.
    pub valid: String,
    /// What was probably meant.
    pub meant: Option<String>,
    /// The other place it is about: where the name was given first, the network it overlaps.
    pub other: Option<Position>,
}

/// `site.toml:12:8: unknown key "nework" in [crane.STS07]; did you mean "networks"? valid are ...`.
impl fmt::Display for Mistake {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.tell(&mut Plain(f))
    }
}

impl Mistake {
    fn tell(&self, f: &mut dyn Write) -> fmt::Result {
        let Self { file, at, kind, key, found, valid, meant, other } = self;
        write!(f, "{file}:{at}: ")?;
        match kind {
            Kind::Unreadable => write!(f, "cannot be read: {found}")?,
            Kind::Syntax => write!(f, "{found}")?,
            Kind::UnknownKey => write!(f, "unknown key {found:?} in {key}")?,
            Kind::WrongType => write!(f, "{key} is {found}")?,
            Kind::BadValue => write!(f, "{key} cannot be {found:?}")?,
            Kind::Missing => write!(f, "{key} is missing")?,
            Kind::UnknownName => write!(f, "{key} names {found:?}, which is not described")?,
            Kind::Duplicate => write!(f, "{key} {found:?} is there twice")?,
            Kind::Overlap | Kind::EmptyRange | Kind::Limit => write!(f, "{key}: {}", found.escape_debug())?,
        }
        if let Some(other) = other {
            write!(f, " (see line {})", other.line)?;
        }
        if let Some(meant) = meant {
            write!(f, "; did you mean {meant:?}?")?;
        }
        if !valid.is_empty() {
            write!(f, "; valid: {valid}")?;
        }
        Ok(())
    }
}

/// Escapes what steers a terminal: names of files, tables and keys come from the file, whoever wrote it.
struct Plain<'f, 'a>(&'f mut fmt::Formatter<'a>);

impl Write for Plain<'_, '_> {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        for c in text.chars() {
            if c.is_control() || is_steering(c) {
                write!(self.0, "{}", c.escape_unicode())?;
            } else {
                self.0.write_char(c)?;
            }
        }
        Ok(())
    }
}

/// Characters that turn the direction of text or break lines without being control characters.
pub(crate) const fn is_steering(c: char) -> bool {
    matches!(c, '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}')
}

/// The member of `known` that is spelt most like `found`, if any is near enough to have been meant.
pub(crate) fn nearest<'a>(found: &str, known: impl IntoIterator<Item = &'a str>) -> Option<String> {
    /// Below this the likeness is chance: chosen so that one slip in a word of five letters is still found.
    const LEAST_LIKENESS: f64 = 0.75;
    /// So many names are compared: more take long, and who has more copies names rather than types them.
    const MOST_NAMES: usize = 2_000;
    let found: String = found.chars().take(64).collect::<String>().to_lowercase();
    let likeness = |word: &str| {
        let word = word.to_lowercase();
        strsim::normalized_damerau_levenshtein(&found, &word).max(strsim::jaro_winkler(&found, &word) - 0.1)
    };
    let best = known
        .into_iter()
        .take(MOST_NAMES)
        .map(|word| (likeness(word), word))
        .max_by(|a, b| a.0.total_cmp(&b.0));
    best.filter(|(likeness, _)| *likeness >= LEAST_LIKENESS).map(|(_, word)| word.to_owned())
}

/// Names as a list for a message; long lists are cut.
pub(crate) fn list<'a>(names: impl IntoIterator<Item = &'a str>) -> String {
    /// So many names are still read in a message.
    const MOST: usize = 40;
    let mut names = names.into_iter();
    let mut text = names.by_ref().take(MOST).collect::<Vec<_>>().join(", ");
    let more = names.count();
    if more > 0 {
        text.push_str(&format!(" and {more} more"));
    }
    text
}
