//! Blocks: their names, their heads and ends, and the pieces they are moved in.

use quaywatch_wire::{ReadError, Reader};
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

/// The head of a block as it is moved: `pp`, what it is, and how long its parts are. Its code follows, then its
/// interface, its segments and its [`Footer`]. What a controller tells of a block repeats both.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Header {
    /// The version of the layout; 1.
    pub version: u8,
    /// Attributes: 1 is linked.
    pub attributes: u8,
    /// What it was written in: 1 statement list, 2 ladder, 3 function plan, 5 data block, 7 system data.
    pub language: u8,
    /// Its type as a number: 0x08 organisation block, 0x0A data block, 0x0C function.
    pub kind: u8,
    /// Its number.
    pub number: u16,
    /// How long it is, header and footer included.
    pub load_bytes: u32,
    /// Know-how protection; 0 is none.
    pub protection: u32,
    /// When the code was changed: milliseconds of the day u32, days since 1984 u16.
    pub code_changed: [u8; 6],
    /// When the interface was changed, in the same way.
    pub interface_changed: [u8; 6],
    /// The length of the interface.
    pub interface_bytes: u16,
    /// The length of the segment table.
    pub segment_bytes: u16,
    /// The length of the local data.
    pub local_bytes: u16,
    /// The length of the code, or of a data block's data.
    pub code_bytes: u16,
}

impl Header {
    /// How long it is.
    pub const BYTES: usize = 36;
    /// What it begins with.
    const MARK: [u8; 2] = *b"pp";

    /// Reads the header at the start of a block.
    ///
    /// # Errors
    /// Too short. `Ok(None)` where its mark is not there.
    pub fn decode(block: &[u8]) -> Result<Option<Self>, ReadError> {
        let mut reader = Reader::new(block);
        let mark: [u8; 2] = reader.array("block mark")?;
        let [version, attributes, language, kind] = reader.array("block type")?;
        let header = Self {
            version,
            attributes,
            language,
            kind,
            number: reader.u16_be("block number")?,
            load_bytes: reader.u32_be("load memory")?,
            protection: reader.u32_be("protection")?,
            code_changed: reader.array("change of code")?,
            interface_changed: reader.array("change of interface")?,
            interface_bytes: reader.u16_be("interface length")?,
            segment_bytes: reader.u16_be("segment length")?,
            local_bytes: reader.u16_be("local data length")?,
            code_bytes: reader.u16_be("code length")?,
        };
        Ok((mark == Self::MARK).then_some(header))
    }

    /// Writes the header.
    #[must_use]
    pub fn encode(&self) -> Vec<u8> {
        let mut bytes = Self::MARK.to_vec();
        bytes.extend_from_slice(&[self.version, self.attributes, self.language, self.kind]);
        bytes.extend_from_slice(&self.number.to_be_bytes());
        bytes.extend_from_slice(&self.load_bytes.to_be_bytes());
        bytes.extend_from_slice(&self.protection.to_be_bytes());
        bytes.extend_from_slice(&self.code_changed);
        bytes.extend_from_slice(&self.interface_changed);
        for length in [self.interface_bytes, self.segment_bytes, self.local_bytes, self.code_bytes] {
            bytes.extend_from_slice(&length.to_be_bytes());
        }
        bytes
    }
}

/// The end of a block as it is moved: who wrote it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Footer {
    /// Author, family and name, filled with zeros.
    pub texts: [[u8; 8]; 3],
    /// Major version in the high nibble, minor in the low one.
    pub version: u8,
    /// Unknown; 0.
    pub unknown: u8,
    /// A checksum; how it is made is not known.
    pub checksum: u16,
    /// Reserved; 0.
    pub reserved: [u8; 8],
}

impl Footer {
    /// How long it is.
    pub const BYTES: usize = 36;

    /// Writes the footer.
    #[must_use]
    pub fn encode(&self) -> Vec<u8> {
        let mut bytes = self.texts.concat();
        bytes.extend_from_slice(&[self.version, self.unknown]);
        bytes.extend_from_slice(&self.checksum.to_be_bytes());
        bytes.extend_from_slice(&self.reserved);
        bytes
    }
}

/// Writes what [`block_piece`](super::wire::block_piece) reads. `None` where the piece is too long.
#[must_use]
pub fn encode_piece(piece: &[u8]) -> Option<Vec<u8>> {
    let mut bytes = u16::try_from(piece.len()).ok()?.to_be_bytes().to_vec();
    bytes.extend_from_slice(&PIECE_MARK);
    bytes.extend_from_slice(piece);
    Some(bytes)
}

/// What stands between a piece's length and the piece, in uploads and downloads alike. Its meaning is not known.
const PIECE_MARK: [u8; 2] = [0x00, 0xFB];
