use quaywatch_wire::{ReadError, Reader};
use std::fmt::Write;

/// A column may be so wide in one value, in bytes; what is wider is shown cut.
const MOST_SHOWN_BYTES: usize = 4096;

/// How a value of a type is laid out (MS-TDS, section 2.2.5.4).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Layout {
    Fixed(usize),
    ByteLength,
    ShortLength,
    /// Partially length-prefixed: chunks (section 2.2.5.2.3).
    Chunks,
    /// Text pointer, timestamp, length.
    TextPointer,
    LongLength,
}

/// The type of a column or parameter (MS-TDS, section 2.2.5.5).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct TypeInfo {
    kind: u8,
    layout: Layout,
    scale: u8,
}

/// A value where it lies.
pub(super) enum Raw<'a> {
    Null,
    Bytes(&'a [u8]),
    /// Chunks with their lengths, as they lie.
    Chunks(&'a [u8]),
}

/// What the type info of a column may be that cannot be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Trouble {
    /// More bytes are needed.
    Short,
    /// The type is not known.
    Unknown,
}

impl From<ReadError> for Trouble {
    fn from(_: ReadError) -> Self {
        Self::Short
    }
}

impl TypeInfo {
    pub(super) fn decode(reader: &mut Reader<'_>) -> Result<Self, Trouble> {
        let kind = reader.u8("type")?;
        let mut scale = 0;
        let layout = match kind {
            0x1f => Layout::Fixed(0),
            0x30 | 0x32 => Layout::Fixed(1),
            0x34 => Layout::Fixed(2),
            0x38 | 0x3a | 0x3b | 0x7a => Layout::Fixed(4),
            0x3c | 0x3d | 0x3e | 0x7f => Layout::Fixed(8),
            0x28 => Layout::ByteLength,
            0x29..=0x2b => {
                scale = reader.u8("scale")?;
                Layout::ByteLength
            }
            0x24 | 0x25 | 0x26 | 0x27 | 0x2d | 0x2f | 0x68 | 0x6d | 0x6e | 0x6f => {
                reader.u8("size")?;
                Layout::ByteLength
            }
            0x37 | 0x3f | 0x6a | 0x6c => {
                reader.u16_le("size and precision")?;
                scale = reader.u8("scale")?;
                Layout::ByteLength
            }
            0xa5 | 0xad | 0xa7 | 0xaf | 0xe7 | 0xef => {
                let size = reader.u16_le("size")?;
                if !matches!(kind, 0xa5 | 0xad) {
                    reader.skip(5, "collation")?;
                }
                if size == u16::MAX { Layout::Chunks } else { Layout::ShortLength }
            }
            0x22 => {
                reader.u32_le("size")?;
                Layout::TextPointer
            }
            0x23 | 0x63 => {
                reader.skip(9, "size and collation")?;
                Layout::TextPointer
            }
            0x62 => {
                reader.u32_le("size")?;
                Layout::LongLength
            }
            0xf1 => {
                if reader.u8("schema")? != 0 {
                    names(reader, 2)?;
                    let length = reader.u16_le("collection")?;
                    reader.skip(usize::from(length) * 2, "collection")?;
                }
                Layout::Chunks
            }
            0xf0 => {
                reader.u16_le("size")?;
                names(reader, 3)?;
                let length = reader.u16_le("assembly")?;
                reader.skip(usize::from(length) * 2, "assembly")?;
                Layout::Chunks
            }
            _ => return Err(Trouble::Unknown),
        };
        Ok(Self { kind, layout, scale })
    }

    /// Whether the name of a table follows in a column's description.
    pub(super) const fn names_table(self) -> bool {
        matches!(self.layout, Layout::TextPointer)
    }

    /// Whether values are UTF-16 text.
    pub(super) const fn is_wide(self) -> bool {
        matches!(self.kind, 0xe7 | 0xef | 0x63 | 0xf1)
    }

    /// Takes one value.
    pub(super) fn value<'a>(self, reader: &mut Reader<'a>) -> Result<Raw<'a>, Trouble> {
        let length = match self.layout {
            Layout::Fixed(length) => length,
            Layout::ByteLength => match reader.u8("length")? {
                0 => return Ok(Raw::Null),
                length => length.into(),
            },
            Layout::ShortLength => match reader.u16_le("length")? {
                u16::MAX => return Ok(Raw::Null),
                length => length.into(),
            },
            Layout::LongLength => match reader.u32_le("length")? {
                0 => return Ok(Raw::Null),
                length => length as usize,
            },
            Layout::TextPointer => {
                let pointer = reader.u8("text pointer")?;
                if pointer == 0 {
                    return Ok(Raw::Null);
                }
                reader.skip(usize::from(pointer) + 8, "text pointer and timestamp")?;
                reader.u32_le("length")? as usize
            }
            Layout::Chunks => return chunks(reader),
        };
        Ok(Raw::Bytes(reader.take(length, "value")?))
    }

    /// Takes one value of a call, where long texts have no pointer (section 2.2.5.2.2).
    pub(super) fn argument<'a>(self, reader: &mut Reader<'a>) -> Result<Raw<'a>, Trouble> {
        if self.layout != Layout::TextPointer {
            return self.value(reader);
        }
        match reader.u32_le("length")? {
            u32::MAX => Ok(Raw::Null),
            length => Ok(Raw::Bytes(reader.take(length as usize, "value")?)),
        }
    }

    /// Adds a value as text.
    pub(super) fn show(self, raw: &Raw<'_>, text: &mut String) {
        match *raw {
            Raw::Null => text.push_str("NULL"),
            Raw::Bytes(bytes) => self.show_bytes(cut(bytes), text),
            Raw::Chunks(mut chunks) => {
                let mut room = MOST_SHOWN_BYTES;
                while let Some((length, rest)) = chunks.split_first_chunk::<4>() {
                    let length = u32::from_le_bytes(*length) as usize;
                    let Some((chunk, rest)) = rest.split_at_checked(length) else { break };
                    let shown = chunk.get(..room).unwrap_or(chunk);
                    self.show_bytes(shown, text);
                    room -= shown.len();
                    if length == 0 || room == 0 {
                        break;
                    }
                    chunks = rest;
                }
            }
        }
    }

    fn show_bytes(self, bytes: &[u8], text: &mut String) {
        let written = match self.kind {
            0x30 | 0x32 | 0x34 | 0x38 | 0x7f | 0x26 | 0x68 => write!(text, "{}", signed(self.kind, bytes)),
            0x3b | 0x3e | 0x6d => show_float(bytes, text),
            0x3c | 0x7a | 0x6e => show_money(bytes, text),
            0x37 | 0x3f | 0x6a | 0x6c => show_decimal(bytes, self.scale, text),
            0x3a | 0x3d | 0x6f => super::dates::show_datetime(bytes, text),
            0x28..=0x2b => super::dates::show_newer(self.kind, self.scale, bytes, text),
            _ if self.is_wide() => {
                show_wide(bytes, text);
                Ok(())
            }
            0xa7 | 0xaf | 0x27 | 0x2f | 0x23 => {
                // Single-byte code pages agree in their first half.
                text.extend(String::from_utf8_lossy(bytes).chars().map(visible));
                Ok(())
            }
            _ => bytes.iter().try_for_each(|byte| write!(text, "{byte:02x}")),
        };
        debug_assert!(written.is_ok(), "writing to a string cannot fail");
    }
}

/// Adds UTF-16LE text, without what would break a line or a column.
pub(super) fn show_wide(bytes: &[u8], text: &mut String) {
    let units = bytes.as_chunks::<2>().0.iter().map(|&unit| u16::from_le_bytes(unit));
    text.extend(char::decode_utf16(units).map(|one| visible(one.unwrap_or(char::REPLACEMENT_CHARACTER))));
}

/// UTF-16LE text as it is.
pub(super) fn wide(bytes: &[u8]) -> String {
    let units = bytes.as_chunks::<2>().0.iter().map(|&unit| u16::from_le_bytes(unit));
    char::decode_utf16(units).map(|one| one.unwrap_or(char::REPLACEMENT_CHARACTER)).collect()
}

const fn visible(one: char) -> char {
    if matches!(one, '\t' | '\n' | '\r') { ' ' } else { one }
}

fn cut(bytes: &[u8]) -> &[u8] {
    bytes.get(..MOST_SHOWN_BYTES).unwrap_or(bytes)
}

/// Names of one byte of length each.
fn names(reader: &mut Reader<'_>, count: usize) -> Result<(), Trouble> {
    for _ in 0..count {
        let length = reader.u8("name")?;
        reader.skip(usize::from(length) * 2, "name")?;
    }
    Ok(())
}

fn chunks<'a>(reader: &mut Reader<'a>) -> Result<Raw<'a>, Trouble> {
    if reader.u64_le("total length")? == u64::MAX {
        return Ok(Raw::Null);
    }
    let all = reader.rest();
    let mut length = 0;
    loop {
        let chunk = reader.u32_le("chunk length")? as usize;
        length += 4 + chunk;
        if chunk == 0 {
            return all.get(..length).map(Raw::Chunks).ok_or(Trouble::Short);
        }
        reader.skip(chunk, "chunk")?;
    }
}

/// Whole numbers have a sign but for the one-byte ones.
fn signed(kind: u8, bytes: &[u8]) -> i64 {
    let unsigned = bytes.len() == 1 || kind == 0x32 || kind == 0x68;
    let start = if !unsigned && bytes.last().is_some_and(|last| last & 0x80 != 0) { -1 } else { 0 };
    bytes.iter().take(8).rev().fold(start, |number, &byte| number << 8 | i64::from(byte))
}

fn show_float(bytes: &[u8], text: &mut String) -> std::fmt::Result {
    match *bytes {
        [a, b, c, d] => write!(text, "{}", f32::from_le_bytes([a, b, c, d])),
        [a, b, c, d, e, f, g, h] => write!(text, "{}", f64::from_le_bytes([a, b, c, d, e, f, g, h])),
        _ => Ok(()),
    }
}

/// Ten-thousandths; of the long form the high half comes first (section 2.2.5.5.1.2).
fn show_money(bytes: &[u8], text: &mut String) -> std::fmt::Result {
    let units = match *bytes {
        [a, b, c, d] => i64::from(i32::from_le_bytes([a, b, c, d])),
        [a, b, c, d, e, f, g, h] => i64::from_le_bytes([e, f, g, h, a, b, c, d]),
        _ => return Ok(()),
    };
    let sign = if units < 0 { "-" } else { "" };
    write!(text, "{sign}{}.{:04}", units.unsigned_abs() / 10_000, units.unsigned_abs() % 10_000)
}

/// A sign byte, 1 for plus, and the digits as one number.
fn show_decimal(bytes: &[u8], scale: u8, text: &mut String) -> std::fmt::Result {
    let Some((&sign, digits)) = bytes.split_first() else { return Ok(()) };
    let number = digits.iter().take(16).rev().fold(0_u128, |number, &byte| number << 8 | u128::from(byte));
    let minus = if sign == 0 { "-" } else { "" };
    match 10_u128.checked_pow(scale.into()) {
        Some(power) if scale > 0 => {
            let width = usize::from(scale);
            write!(text, "{minus}{}.{:0width$}", number / power, number % power)
        }
        _ => write!(text, "{minus}{number}"),
    }
}
