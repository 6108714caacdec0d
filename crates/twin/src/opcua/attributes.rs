//! Reading and writing attributes (OPC 10000-4, 5.11).

use super::services::{Answer, operations, outcome, parameters, statuses};
use super::space::{Now, Space, held, kind};
use super::status;
use crate::{Plc, clock};
use quaywatch_crane::{Kind as Storage, Tag, Value};
use quaywatch_protocols::opcua::builtin::{Blob, DateTime, ExtensionObject, StatusCode};
use quaywatch_protocols::opcua::codec::Array;
use quaywatch_protocols::opcua::messages::{
    HistoryReadRequest, HistoryReadResponse, HistoryReadResult, ReadRequest, ReadResponse, ReadValueId,
    WriteRequest, WriteValue,
};
use quaywatch_protocols::opcua::names::Attribute;
use quaywatch_protocols::opcua::variant::{DataValue, Scalar, Variant};

/// The one way structures are written here.
const ENCODING: &[u8] = b"Default Binary";
const NANOS_PER_MICRO: i64 = 1_000;

/// Which times a client wants to be told (`TimestampsToReturn`, OPC 10000-4, 7.40).
#[derive(Debug, Clone, Copy)]
pub(super) struct Times {
    source: bool,
    server: bool,
}

impl Times {
    pub(super) const fn decode(number: i32) -> Result<Self, StatusCode> {
        match number {
            0 => Ok(Self { source: true, server: false }),
            1 => Ok(Self { source: false, server: true }),
            2 => Ok(Self { source: true, server: true }),
            3 => Ok(Self { source: false, server: false }),
            _ => Err(status::BAD_TIMESTAMPS_TO_RETURN_INVALID),
        }
    }
}

/// An attribute as it was at a time: its value encoded, or why there is none.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Sample {
    pub(super) value: Result<Vec<u8>, StatusCode>,
    pub(super) time: DateTime,
    /// Whether samples before this one were lost.
    pub(super) overflow: bool,
}

impl Sample {
    pub(super) fn take(space: &Space, now: Now<'_>, asked: &ReadValueId<'_>) -> Self {
        Self { value: value(space, now, asked), time: now.clock(), overflow: false }
    }

    pub(super) fn wire(&self, times: Times, is_value: bool) -> DataValue<'_> {
        let (mut mask, mut value, mut code) = (0, Variant::default(), StatusCode::GOOD);
        match &self.value {
            Ok(bytes) => (mask, value) = (DataValue::VALUE, held(bytes)),
            Err(error) => code = *error,
        }
        if self.overflow {
            code.0 |= status::OVERFLOW;
        }
        if code != StatusCode::GOOD {
            mask |= DataValue::STATUS;
        }
        // Only values have a time at their source (OPC 10000-4, 7.11).
        if times.source && is_value {
            mask |= DataValue::SOURCE_TIME;
        }
        if times.server {
            mask |= DataValue::SERVER_TIME;
        }
        let (source_time, server_time) = (self.time, self.time);
        DataValue { mask, value, status: code, source_time, server_time, ..DataValue::default() }
    }
}

fn value(space: &Space, now: Now<'_>, asked: &ReadValueId<'_>) -> Result<Vec<u8>, StatusCode> {
    let attribute = Attribute(asked.attribute_id);
    let value = space.attribute(space.node(&asked.node_id)?, attribute, now)?;
    let encoding = asked.data_encoding.name;
    if !encoding.is_empty() && attribute != Attribute::VALUE {
        return Err(status::BAD_DATA_ENCODING_INVALID);
    }
    if !encoding.is_empty() && encoding.bytes() != ENCODING {
        return Err(status::BAD_DATA_ENCODING_UNSUPPORTED);
    }
    if !asked.index_range.is_empty() {
        return Err(status::BAD_INDEX_RANGE_NO_DATA);
    }
    Ok(value)
}

/// Whether this is the attribute that values are.
pub(super) fn is_value(asked: u32) -> bool {
    Attribute(asked) == Attribute::VALUE
}

pub(super) fn read(space: &Space, now: Now<'_>, asked: &ReadRequest<'_>) -> Answer {
    if asked.max_age < 0.0 {
        return Err(status::BAD_MAX_AGE_INVALID);
    }
    let times = Times::decode(asked.timestamps_to_return)?;
    let samples: Vec<_> = operations(&asked.nodes_to_read)?
        .map(|asked| (Sample::take(space, now, &asked), is_value(asked.attribute_id)))
        .collect();
    let results: Vec<_> = samples.iter().map(|(sample, is_value)| sample.wire(times, *is_value)).collect();
    parameters(&ReadResponse { results: Array::of(&results), diagnostic_infos: Array::NULL })
}

pub(super) fn read_history(asked: &HistoryReadRequest<'_>) -> Answer {
    let unsupported = HistoryReadResult {
        status_code: status::BAD_HISTORY_OPERATION_UNSUPPORTED,
        continuation_point: Blob(None),
        history_data: ExtensionObject::default(),
    };
    let results: Vec<_> = operations(&asked.nodes_to_read)?.map(|_| unsupported).collect();
    parameters(&HistoryReadResponse { results: Array::of(&results), diagnostic_infos: Array::NULL })
}

pub(super) fn write(space: &Space, plc: &mut Plc, asked: &WriteRequest<'_>) -> Answer {
    let results: Vec<_> =
        operations(&asked.nodes_to_write)?.map(|asked| outcome(write_one(space, plc, &asked))).collect();
    statuses(&results)
}

/// Sets a signal. A time that comes with the value is not kept: the controller's own is told.
fn write_one(space: &Space, plc: &mut Plc, asked: &WriteValue<'_>) -> Result<(), StatusCode> {
    let node = space.node(&asked.node_id)?;
    if !is_value(asked.attribute_id) {
        return Err(status::BAD_NOT_WRITABLE);
    }
    let tag = node.writable().ok_or(status::BAD_NOT_WRITABLE)?;
    if !asked.index_range.is_empty() || asked.value.status != StatusCode::GOOD {
        return Err(status::BAD_WRITE_NOT_SUPPORTED);
    }
    set(plc, tag, &asked.value.value)
}

/// Sets a signal to a value of its own type.
pub(super) fn set(plc: &mut Plc, tag: &Tag, value: &Variant<'_>) -> Result<(), StatusCode> {
    let scalar = value.scalars().next().filter(|_| !value.is_array() && value.kind() == kind(tag.kind));
    let value = match (tag.kind, scalar.ok_or(status::BAD_TYPE_MISMATCH)?) {
        (_, Scalar::Float(number)) => Value::Real(number),
        (_, Scalar::Boolean(on)) => Value::Bool(on.is_set()),
        (_, Scalar::Int16(number)) => Value::Whole(number.into()),
        (_, Scalar::UInt16(number)) => Value::Whole(number.into()),
        (_, Scalar::Int32(number)) => Value::Whole(number.into()),
        (_, Scalar::UInt32(number)) => Value::Whole(number.into()),
        (Storage::Text(room), Scalar::String(text)) => {
            let text = std::str::from_utf8(text.bytes()).unwrap_or("\u{FFFD}");
            // The memory has a byte a character.
            if !text.is_ascii() || text.len() > usize::from(room) {
                return Err(status::BAD_OUT_OF_RANGE);
            }
            Value::Text(text.to_owned())
        }
        (_, Scalar::DateTime(time)) => {
            let nanos = time.timestamp().ok_or(status::BAD_OUT_OF_RANGE)?.nanos();
            Value::DateTime(clock::to_bcd(nanos.div_euclid(NANOS_PER_MICRO)))
        }
        _ => return Err(status::BAD_TYPE_MISMATCH),
    };
    plc.image.set(tag, &value).map_err(|_| status::BAD_TYPE_MISMATCH)
}
