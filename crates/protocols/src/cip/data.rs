//! CIP's elementary data types and the values in them. Volume 1, appendix C; Logix structures: 1756-PM020.

use quaywatch_model::{Scalars, Value};
use quaywatch_wire::Reader;

/// A data type code. Open: a code without a type stays what it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DataType(pub u16);

impl DataType {
    /// Follows: the handle that tells which structure.
    pub const STRUCTURE: Self = Self(0x02A0);
    /// The structure handle of Logix's built-in string of 82 characters.
    pub const LOGIX_STRING_HANDLE: u16 = 0x0FCE;

    /// The name, `unknown` where the code has none.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self.0 {
            0xC1 => "BOOL",
            0xC2 => "SINT",
            0xC3 => "INT",
            0xC4 => "DINT",
            0xC5 => "LINT",
            0xC6 => "USINT",
            0xC7 => "UINT",
            0xC8 => "UDINT",
            0xC9 => "ULINT",
            0xCA => "REAL",
            0xCB => "LREAL",
            0xCC => "STIME",
            0xCD => "DATE",
            0xCE => "TIME_OF_DAY",
            0xCF => "DATE_AND_TIME",
            0xD0 => "STRING",
            0xD1 => "BYTE",
            0xD2 => "WORD",
            0xD3 => "DWORD",
            0xD4 => "LWORD",
            0xD5 => "STRING2",
            0xD6 => "FTIME",
            0xD7 => "LTIME",
            0xD8 => "ITIME",
            0xD9 => "STRINGN",
            0xDA => "SHORT_STRING",
            0xDB => "TIME",
            0xDC => "EPATH",
            0xDD => "ENGUNIT",
            0xDE => "STRINGI",
            0x02A0 => "STRUCT",
            _ => "unknown",
        }
    }

    /// One element of this type; `None` where the type is not known or the bytes do not suffice.
    fn element<'a>(self, reader: &mut Reader<'a>) -> Option<Value<'a>> {
        const FIELD: &str = "value";
        let value = match self.0 {
            0xC1 => Value::Bool(reader.u8(FIELD).ok()? != 0),
            0xC2 => Value::Signed((reader.u8(FIELD).ok()? as i8).into()),
            0xC3 | 0xD8 => Value::Signed(reader.i16_le(FIELD).ok()?.into()),
            0xC4 | 0xCC | 0xD6 | 0xDB => Value::Signed(reader.i32_le(FIELD).ok()?.into()),
            0xC5 | 0xD7 => Value::Signed(reader.i64_le(FIELD).ok()?),
            0xC6 | 0xD1 => Value::Unsigned(reader.u8(FIELD).ok()?.into()),
            0xC7 | 0xCD | 0xD2 | 0xDD => Value::Unsigned(reader.u16_le(FIELD).ok()?.into()),
            0xC8 | 0xCE | 0xD3 => Value::Unsigned(reader.u32_le(FIELD).ok()?.into()),
            0xC9 | 0xD4 => Value::Unsigned(reader.u64_le(FIELD).ok()?),
            0xCA => Value::Float32(reader.f32_le(FIELD).ok()?),
            0xCB => Value::Float(reader.f64_le(FIELD).ok()?),
            0xD0 => {
                let length = reader.u16_le(FIELD).ok()?;
                text(reader.take(length.into(), FIELD).ok()?)
            }
            0xDA => {
                let length = reader.u8(FIELD).ok()?;
                text(reader.take(length.into(), FIELD).ok()?)
            }
            _ => return None,
        };
        Some(value)
    }

    /// How many bytes an element has, where that is fixed.
    #[must_use]
    pub const fn size(self) -> Option<usize> {
        Some(match self.0 {
            0xC1 | 0xC2 | 0xC6 | 0xD1 => 1,
            0xC3 | 0xC7 | 0xCD | 0xD2 | 0xD8 | 0xDD => 2,
            0xC4 | 0xC8 | 0xCA | 0xCC | 0xCE | 0xD3 | 0xD6 | 0xDB => 4,
            0xC5 | 0xC9 | 0xCB | 0xD4 | 0xD7 => 8,
            _ => return None,
        })
    }
}

impl DataType {
    /// How many bytes the element at the start of `bytes` has, where its type says so.
    pub(super) fn length(self, bytes: &[u8]) -> Option<usize> {
        match (self.0, bytes) {
            (0xD0, &[low, high, ..]) => Some(2 + usize::from(u16::from_le_bytes([low, high]))),
            (0xDA, &[length, ..]) => Some(1 + usize::from(length)),
            _ => self.size(),
        }
    }
}

/// Text where it is text, bytes where it is not.
pub(crate) fn text(bytes: &[u8]) -> Value<'_> {
    std::str::from_utf8(bytes).map_or(Value::Bytes(bytes), Value::Text)
}

/// Values of one type, as they stand in a tag read or write.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Typed<'a> {
    /// Their type.
    pub data_type: DataType,
    /// Which structure, if they are structures.
    pub handle: Option<u16>,
    /// The values, one after the other.
    pub bytes: &'a [u8],
}

impl<'a> Typed<'a> {
    /// Reads a type with what belongs to it. What follows is left in the reader, because a count or an offset
    /// may stand between the type and the values.
    pub fn head(reader: &mut Reader<'a>) -> Option<(DataType, Option<u16>)> {
        let data_type = DataType(reader.u16_le("data type").ok()?);
        let structured = data_type == DataType::STRUCTURE;
        let handle = if structured { Some(reader.u16_le("structure handle").ok()?) } else { None };
        Some((data_type, handle))
    }

    /// Reads type and values that take up all of `bytes`, as in the reply to a tag read.
    #[must_use]
    pub fn decode(bytes: &'a [u8]) -> Option<Self> {
        let mut reader = Reader::new(bytes);
        let (data_type, handle) = Self::head(&mut reader)?;
        Some(Self { data_type, handle, bytes: reader.rest() })
    }

    /// Writes the type and what belongs to it.
    pub fn encode_head(&self, out: &mut Vec<u8>) {
        out.extend(self.data_type.0.to_le_bytes());
        out.extend(self.handle.iter().flat_map(|handle| handle.to_le_bytes()));
    }

    /// The value: one, a list, or bytes where the type is not known.
    #[must_use]
    pub fn value(&'a self) -> Value<'a> {
        if self.handle == Some(DataType::LOGIX_STRING_HANDLE) {
            return logix_string(self.bytes).unwrap_or(Value::Bytes(self.bytes));
        }
        let mut reader = Reader::new(self.bytes);
        match self.data_type.element(&mut reader) {
            None => Value::Bytes(self.bytes),
            // Fewer bytes than a further element are padding.
            Some(only) if reader.is_empty() || reader.len() < self.data_type.size().unwrap_or(1) => only,
            Some(_) => Value::List(self),
        }
    }
}

impl Scalars for Typed<'_> {
    fn each(&self, tell: &mut dyn FnMut(Value<'_>)) {
        let mut reader = Reader::new(self.bytes);
        while !reader.is_empty() {
            let Some(value) = self.data_type.element(&mut reader) else { break };
            tell(value);
        }
    }
}

/// A Logix string is a 32-bit length and 82 characters, of which the first `length` count.
fn logix_string(bytes: &[u8]) -> Option<Value<'_>> {
    let mut reader = Reader::new(bytes);
    let length = reader.u32_le("string length").ok()?;
    reader.take(length.try_into().ok()?, "string").ok().map(text)
}

/// The type of a published attribute, where it has one of these types.
pub(super) const fn attribute_type(class: u32, attribute: u16) -> Option<DataType> {
    Some(DataType(match (class, attribute) {
        // Identity: vendor, device type, product code, revision pair, status, serial, name, state.
        (0x01, 1..=3 | 5) => 0xC7,
        (0x01, 4) => 0xD2,
        (0x01, 6) => 0xC8,
        (0x01, 7) => 0xDA,
        (0x01, 8) => 0xC6,
        // TCP/IP interface: status, capability, control; host name; TTL; ACD switch; inactivity time-out.
        (0xF5, 1..=3) => 0xD3,
        (0xF5, 6) => 0xD0,
        (0xF5, 8) => 0xC6,
        (0xF5, 10) => 0xC1,
        (0xF5, 13) => 0xC7,
        // Ethernet link: speed, flags; interface control is two words; type, state, admin state.
        (0xF6, 1) => 0xC8,
        (0xF6, 2) => 0xD3,
        (0xF6, 7..=9) => 0xC6,
        (0xF6, 10) => 0xDA,
        // DeviceNet: MAC ID, baud rate.
        (0x03, 1 | 2) => 0xC6,
        // Symbol: name and type.
        (0x6B, 1) => 0xD0,
        (0x6B, 2) => 0xD2,
        // Wall clock: the time in microseconds since 1970.
        (0x8B, 6 | 11) => 0xC9,
        _ => return None,
    }))
}
