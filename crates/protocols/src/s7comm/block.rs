//! The names of blocks.

use std::fmt;

/// A block's name in a job: `_0800001P` is file identifier `_`, type `08`, number `00001`, file system `P`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BlockName<'a> {
    /// The two characters of its type.
    pub kind: Kind,
    /// Its number.
    pub number: u32,
    /// `P` passive (loaded, not linked), `A` active (linked), `B` both.
    pub file_system: u8,
    /// The name as it is on the wire, without a leading file identifier.
    pub text: &'a [u8],
}

/// A block's type: two characters, hexadecimal digits as far as known.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Kind(pub [u8; 2]);

impl Kind {
    /// Its letters, if the type is known.
    #[must_use]
    pub const fn name(self) -> Option<&'static str> {
        Some(match &self.0 {
            b"08" => "OB",
            b"0A" => "DB",
            b"0B" => "SDB",
            b"0C" => "FC",
            b"0D" => "SFC",
            b"0E" => "FB",
            b"0F" => "SFB",
            _ => return None,
        })
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.name() {
            Some(name) => f.write_str(name),
            None => write!(f, "block type {}", self.0.escape_ascii()),
        }
    }
}

impl<'a> BlockName<'a> {
    /// Reads a name, with or without the file identifier (`_`, and `$` for a module's boot copy).
    #[must_use]
    pub fn parse(name: &'a [u8]) -> Option<Self> {
        let text = match name {
            [b'_' | b'$', text @ ..] => text,
            text => text,
        };
        let (&file_system, rest) = text.split_last()?;
        let (&kind, digits) = rest.split_first_chunk()?;
        let number = std::str::from_utf8(digits).ok()?;
        let plain = !number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit());
        let number = plain.then(|| number.parse().ok()).flatten()?;
        Some(Self { kind: Kind(kind), number, file_system, text })
    }
}

/// `OB1`; an unknown type is shown as it is.
impl fmt::Display for BlockName<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.kind.name() {
            Some(name) => write!(f, "{name}{}", self.number),
            None => write!(f, "{} {}", self.kind, self.number),
        }
    }
}

/// Any name on the wire: a block's in letters, else its characters, escaped.
pub(super) struct Name<'a>(pub(super) &'a [u8]);

impl fmt::Display for Name<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match BlockName::parse(self.0) {
            Some(block) if block.kind.name().is_some() => write!(f, "{block}"),
            _ => write!(f, "{}", self.0.escape_ascii()),
        }
    }
}
