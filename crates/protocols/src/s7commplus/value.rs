//! Scalar values with their type before them.

use super::wire::{signed_vlq, vlq};
use quaywatch_model::Value;
use quaywatch_wire::Reader;

/// A scalar, as far as it can be read.
#[derive(Clone, Copy)]
pub(super) enum Scalar<'a> {
    Bool(bool),
    Unsigned(u64),
    Signed(i64),
    Real(f32),
    Float(f64),
    Text(&'a str),
    Bytes(&'a [u8]),
}

impl<'a> Scalar<'a> {
    /// Reads flags, type and value; `None` where it is not a scalar of a known type, or too short.
    pub(super) fn decode(reader: &mut Reader<'a>) -> Option<Self> {
        let [flags, kind] = reader.array("value").ok()?;
        // Arrays and addresses are marked in the flags.
        if flags != 0 {
            return None;
        }
        Some(match kind {
            0x01 => Self::Bool(reader.u8("bool").ok()? != 0),
            0x02 | 0x0A => Self::Unsigned(reader.u8("byte").ok()?.into()),
            0x03 | 0x0B => Self::Unsigned(reader.u16_be("word").ok()?.into()),
            0x04 | 0x05 | 0x13 => Self::Unsigned(vlq(reader, "unsigned").ok()?),
            0x06 => Self::Signed(i64::from(reader.u8("sint").ok()? as i8)),
            0x07 => Self::Signed(reader.i16_be("int").ok()?.into()),
            0x08 | 0x09 | 0x11 => Self::Signed(signed_vlq(reader, "signed").ok()?),
            0x0C | 0x12 => Self::Unsigned(reader.u32_be("dword").ok()?.into()),
            0x0D | 0x10 => Self::Unsigned(reader.u64_be("lword").ok()?),
            0x0E => Self::Real(reader.f32_be("real").ok()?),
            0x0F => Self::Float(reader.f64_be("lreal").ok()?),
            0x14 => {
                if vlq(reader, "blob root").ok()? != 0 {
                    return None;
                }
                Self::Bytes(counted(reader)?)
            }
            0x15 => {
                let bytes = counted(reader)?;
                std::str::from_utf8(bytes).map_or(Self::Bytes(bytes), Self::Text)
            }
            _ => return None,
        })
    }

    pub(super) const fn value(self) -> Value<'a> {
        match self {
            Self::Bool(value) => Value::Bool(value),
            Self::Unsigned(value) => Value::Unsigned(value),
            Self::Signed(value) => Value::Signed(value),
            Self::Real(value) => Value::Float32(value),
            Self::Float(value) => Value::Float(value),
            Self::Text(value) => Value::Text(value),
            Self::Bytes(value) => Value::Bytes(value),
        }
    }
}

fn counted<'a>(reader: &mut Reader<'a>) -> Option<&'a [u8]> {
    let length = usize::try_from(vlq(reader, "length").ok()?).ok()?;
    reader.take(length, "text or blob").ok()
}
