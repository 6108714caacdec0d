//! Values with the type their address gives them.

use super::address::Type;
use quaywatch_model::{Scalars, Value};
use quaywatch_wire::Reader;
use std::fmt;

/// Tells a value of this type, or bytes where the type does not fit them.
pub(super) fn typed(kind: Type, bytes: &[u8], tell: &mut dyn FnMut(Value<'_>)) {
    let step = kind.bytes();
    if kind == Type::BYTE && bytes.len() > 1 || bytes.is_empty() || !bytes.len().is_multiple_of(step) {
        return tell(Value::Bytes(bytes));
    }
    if kind == Type::CHAR
        && let Ok(text) = std::str::from_utf8(bytes)
    {
        return tell(Value::Text(text));
    }
    if bytes.len() == step { one(kind, bytes, tell) } else { tell(Value::List(&Several { kind, bytes })) }
}

/// Several values of one type.
struct Several<'a> {
    kind: Type,
    bytes: &'a [u8],
}

impl Scalars for Several<'_> {
    fn each(&self, tell: &mut dyn FnMut(Value<'_>)) {
        for bytes in self.bytes.chunks(self.kind.bytes()) {
            one(self.kind, bytes, tell);
        }
    }
}

fn one(kind: Type, bytes: &[u8], tell: &mut dyn FnMut(Value<'_>)) {
    let mut reader = Reader::new(bytes);
    let value = match kind {
        Type::BIT => reader.u8("bit").map(|bit| Value::Bool(bit != 0)),
        Type::BYTE | Type::CHAR => reader.u8("byte").map(|n| Value::Unsigned(n.into())),
        Type::COUNTER => reader.u16_be("counter").map(|n| match decimal(n) {
            Some(count) => Value::Unsigned(count),
            None => Value::Bytes(bytes),
        }),
        Type::TIMER | Type::S5TIME => reader.u16_be("timer").map(|n| match milliseconds(n) {
            Some(time) => Value::Unsigned(time),
            None => Value::Bytes(bytes),
        }),
        Type::WORD | Type::DATE => reader.u16_be("word").map(|n| Value::Unsigned(n.into())),
        Type::INT => reader.i16_be("int").map(|n| Value::Signed(n.into())),
        Type::DWORD | Type::TIME_OF_DAY => reader.u32_be("dword").map(|n| Value::Unsigned(n.into())),
        Type::DINT | Type::TIME => reader.i32_be("dint").map(|n| Value::Signed(n.into())),
        Type::REAL => reader.f32_be("real").map(Value::Float32),
        Type::DATE_AND_TIME if Clock::from_bcd(bytes).is_some() => {
            return Clock::from_bcd(bytes).into_iter().for_each(|clock| tell(Value::Shown(&clock)));
        }
        _ => Ok(Value::Bytes(bytes)),
    };
    tell(value.unwrap_or(Value::Bytes(bytes)));
}

/// The low three nibbles as decimal digits.
fn decimal(word: u16) -> Option<u64> {
    let digits = [word >> 8 & 0x0F, word >> 4 & 0x0F, word & 0x0F];
    let plain = digits.iter().all(|&digit| digit < 10);
    plain.then(|| digits.iter().fold(0, |number, &digit| number * 10 + u64::from(digit)))
}

/// A time of S7-300 and S7-400 in milliseconds: three digits, times a base of 10 ms to 10 s above them.
fn milliseconds(word: u16) -> Option<u64> {
    let base = match word >> 12 & 3 {
        0 => 10,
        1 => 100,
        2 => 1_000,
        _ => 10_000,
    };
    decimal(word).map(|digits| digits * base)
}

/// A controller's clock: local time of no stated zone. Displays as `2014-08-20T11:59:43.912`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Clock {
    /// Year to second.
    fields: [u8; 6],
    /// 0 to 999.
    millisecond: u16,
}

impl Clock {
    /// From the eight bytes of DATE_AND_TIME: year, month, day, hour, minute, second, then three digits of
    /// milliseconds and the weekday. Two-digit years before 90 are of this century.
    pub(super) fn from_bcd(bytes: &[u8]) -> Option<Self> {
        let &[year, month, day, hour, minute, second, m0, m1] = bytes.first_chunk()?;
        let digits = |byte: u8| {
            let (tens, ones) = (byte >> 4, byte & 0x0F);
            (tens < 10 && ones < 10).then_some(tens * 10 + ones)
        };
        let fields =
            [digits(year)?, digits(month)?, digits(day)?, digits(hour)?, digits(minute)?, digits(second)?];
        let [_, month, day, hour, minute, second] = fields;
        let sane =
            (1..=12).contains(&month) && (1..=31).contains(&day) && hour < 24 && minute < 60 && second < 60;
        let last = m1 >> 4;
        let millisecond = u16::from(digits(m0)?) * 10 + u16::from(last);
        (sane && last < 10).then_some(Self { fields, millisecond })
    }
}

impl fmt::Display for Clock {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [year, month, day, hour, minute, second] = self.fields;
        let century = if year < 90 { 2000 } else { 1900 };
        let year = century + u16::from(year);
        write!(f, "{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}.{:03}", self.millisecond)
    }
}

/// Text of a fixed width: without the blanks and zeros at its end, if the rest can be shown.
pub(super) fn text(bytes: &[u8]) -> Value<'_> {
    let length = bytes.iter().rposition(|&byte| byte != 0 && byte != b' ').map_or(0, |at| at + 1);
    let text = bytes.get(..length).unwrap_or_default();
    match std::str::from_utf8(text) {
        Ok(text) if !text.bytes().any(|byte| byte.is_ascii_control()) => Value::Text(text),
        _ => Value::Bytes(bytes),
    }
}
