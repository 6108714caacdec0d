//! Values as they are held: as encoded variants, which are compared, queued and sent as they are.

use super::{Now, Source};
use crate::clock;
use quaywatch_crane::{Kind as Storage, Tag, Value};
use quaywatch_model::Timestamp;
use quaywatch_protocols::opcua::builtin::{DateTime, Text};
use quaywatch_protocols::opcua::codec::{Decoder, Flag, Wire};
use quaywatch_protocols::opcua::variant::{Kind, Scalar, Variant};

const NANOS_PER_MICRO: i64 = 1_000;

/// A single value, encoded.
pub(in crate::opcua) fn one(value: &Scalar<'_>) -> Vec<u8> {
    let mut bytes = Vec::new();
    Variant::one(value).write(&mut bytes);
    bytes
}

/// An array, encoded.
pub(in crate::opcua) fn many(kind: Kind, values: &[Scalar<'_>]) -> Vec<u8> {
    let mut bytes = Vec::new();
    Variant::many(kind, values).write(&mut bytes);
    bytes
}

/// A view of an encoded value.
pub(in crate::opcua) fn held(bytes: &[u8]) -> Variant<'_> {
    Variant::read(&mut Decoder::new(bytes), "value")
}

impl Source {
    pub(super) fn value(&self, now: Now<'_>) -> Vec<u8> {
        match self {
            Self::Tag(tag) => signal(tag, now),
            Self::Choice(tag) => match now.plc.image.get(tag) {
                Value::Whole(number) => one(&Scalar::Int32(number as i32)),
                _ => one(&Scalar::Null),
            },
            Self::Fixed(bytes) => bytes.clone(),
            Self::Status(part) => part.value(now),
            Self::None => one(&Scalar::Null),
        }
    }
}

fn signal(tag: &Tag, now: Now<'_>) -> Vec<u8> {
    match (tag.kind, now.plc.image.get(tag)) {
        (Storage::Int, Value::Whole(number)) => one(&Scalar::Int16(number as i16)),
        (Storage::Word, Value::Whole(number)) => one(&Scalar::UInt16(number as u16)),
        (Storage::Dint, Value::Whole(number)) => one(&Scalar::Int32(number as i32)),
        (Storage::Dword, Value::Whole(number)) => one(&Scalar::UInt32(number as u32)),
        (_, Value::Real(number)) => one(&Scalar::Float(number)),
        (_, Value::Bool(on)) => one(&Scalar::Boolean(Flag(on.into()))),
        (_, Value::Text(text)) => one(&Scalar::String(Text::new(&text))),
        (_, Value::DateTime(bcd)) => {
            let nanos = clock::from_bcd(bcd).saturating_mul(NANOS_PER_MICRO);
            one(&Scalar::DateTime(DateTime::of(Timestamp::from_nanos(nanos))))
        }
        (_, Value::Whole(_)) => one(&Scalar::Null),
    }
}

/// The built-in type a signal is told as, which is the number of its data type too.
pub(in crate::opcua) const fn kind(storage: Storage) -> Kind {
    match storage {
        Storage::Real => Kind::FLOAT,
        Storage::Int => Kind::INT16,
        Storage::Word => Kind::UINT16,
        Storage::Dint => Kind::INT32,
        Storage::Dword => Kind::UINT32,
        Storage::Bool => Kind::BOOLEAN,
        Storage::Text(_) => Kind::STRING,
        Storage::DateTime => Kind::DATE_TIME,
    }
}
