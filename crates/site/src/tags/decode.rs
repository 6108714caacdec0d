//! A tag's value, out of the value of the item that covers it.

use super::address::{Order, TagAddress, TagKind};
use super::index::Part;
use super::object::Place;
use super::{Tag, index::bit_of};
use quaywatch_model::Value;

/// The longest value of a tag: a string of S7 with its two bytes of length.
const LONGEST: usize = 256;

pub(super) fn decode(tag: &Tag, part: Part<'_>, tell: &mut dyn FnMut(Value<'_>)) {
    match part {
        Part::None => {}
        Part::All(value) => typed(tag, value, tell),
        Part::Element(list, at) => nth(list, at, &mut |value| typed(tag, &value, tell)),
        Part::Within(value, place) => within(tag, value, place, tell),
    }
}

/// Calls with one member of a list; a value that is no list is its own first member.
fn nth(value: &Value<'_>, at: usize, tell: &mut dyn FnMut(Value<'_>)) {
    match value {
        Value::List(list) => {
            let mut count = 0;
            list.each(&mut |value| {
                if count == at {
                    tell(value);
                }
                count += 1;
            });
        }
        value if at == 0 => tell(*value),
        _ => {}
    }
}

/// How many members a list has.
pub(super) fn length(value: &Value<'_>) -> usize {
    let Value::List(list) = value else { return 1 };
    let mut count = 0;
    list.each(&mut |_| count += 1);
    count
}

/// A value whose type the wire told.
fn typed(tag: &Tag, value: &Value<'_>, tell: &mut dyn FnMut(Value<'_>)) {
    match (value, tag.kind) {
        (Value::Bytes(bytes), TagKind::AsSent) => tell(Value::Bytes(bytes)),
        // CIP's numbers come lowest byte first; the map may say otherwise.
        (Value::Bytes(bytes), kind) => bytes_as(tag, kind, bytes, tell),
        (value, TagKind::Bit(bit)) => {
            if let Some(number) = whole(value) {
                tell(Value::Bool(number >> bit & 1 == 1));
            }
        }
        (value, _) => scaled(tag, *value, tell),
    }
}

/// The bits of a whole number.
const fn whole(value: &Value<'_>) -> Option<u64> {
    match *value {
        Value::Bool(bit) => Some(bit as u64),
        Value::Unsigned(number) => Some(number),
        Value::Signed(number) => Some(number as u64),
        _ => None,
    }
}

/// A value as a number.
pub(crate) fn number(value: &Value<'_>) -> Option<f64> {
    match *value {
        Value::Bool(bit) => Some(f64::from(u8::from(bit))),
        Value::Unsigned(number) => Some(number as f64),
        Value::Signed(number) => Some(number as f64),
        Value::Float32(number) => Some(shortest(number)),
        Value::Float(number) => Some(number),
        _ => None,
    }
}

/// The decimal number that people mean by a single precision one: 0.1 and not 0.10000000149.
fn shortest(number: f32) -> f64 {
    // Compared with limits that were written in decimal, 1.1 has to be 1.1.
    let exponent = number.abs().log10().floor().clamp(-30.0, 30.0) as i32;
    // Seven digits suffice for most, nine for all.
    let rounded = (6..=8).map(|digits| {
        let scale = 10_f64.powi(digits - exponent);
        (f64::from(number) * scale).round() / scale
    });
    rounded.into_iter().find(|&rounded| rounded as f32 == number).unwrap_or(f64::from(number))
}

fn scaled(tag: &Tag, value: Value<'_>, tell: &mut dyn FnMut(Value<'_>)) {
    if tag.scale == 1.0 && tag.offset == 0.0 {
        return tell(value);
    }
    match (&value, number(&value)) {
        (Value::Bool(_), _) | (_, None) => tell(value),
        (_, Some(number)) => tell(Value::Float(number * tag.scale + tag.offset)),
    }
}

/// A value in a numbered space.
fn within(tag: &Tag, value: &Value<'_>, place: Place, tell: &mut dyn FnMut(Value<'_>)) {
    let TagAddress::Numbered { first, last, .. } = tag.address else { return };
    let Some(skip) = first.checked_sub(place.first) else { return };
    let unit = place.space.unit_bits();
    if place.space.unit_bits() == 16 && tag.kind == TagKind::AsSent {
        // Timers and counters are told as what they are.
        return nth(value, skip as usize, tell);
    }
    let bits = (last - first + 1) * unit;
    if bits == 1 {
        return bit(value, place, skip, tell);
    }
    // What spans several bits begins at a byte.
    let (skip, count) = ((skip * unit / 8) as usize, (bits / 8) as usize);
    let mut buffer = [0; LONGEST];
    let Some(buffer) = buffer.get_mut(..count) else { return };
    let width = place_bytes(value, place);
    if copy(value, width, skip, buffer) {
        bytes_as(tag, tag.kind, buffer, tell);
    }
}

/// How many bytes one member of the value stands for.
fn place_bytes(value: &Value<'_>, place: Place) -> usize {
    let bits = (place.last - place.first + 1) as usize * place.space.unit_bits() as usize;
    bits / 8 / length(value).max(1)
}

/// One bit, of values that are one bit each or more.
fn bit(value: &Value<'_>, place: Place, skip: u32, tell: &mut dyn FnMut(Value<'_>)) {
    let bits = (place.last - place.first + 1) as usize * place.space.unit_bits() as usize;
    if matches!(value, Value::Bool(_)) || length(value) == bits {
        return nth(value, skip as usize, &mut |value| {
            if let Some(number) = whole(&value) {
                tell(Value::Bool(number & 1 == 1));
            }
        });
    }
    let mut byte = [0; 1];
    if copy(value, place_bytes(value, place), (skip / 8) as usize, &mut byte) {
        let [byte] = byte;
        tell(Value::Bool(byte >> (skip % 8) & 1 == 1));
    }
}

/// Copies bytes out of a value whose members stand for `width` bytes each, highest first. Whether all were there.
fn copy(value: &Value<'_>, width: usize, skip: usize, into: &mut [u8]) -> bool {
    let mut at = 0;
    let mut filled = 0;
    let mut put = |bytes: &[u8]| {
        for &byte in bytes {
            if let Some(place) = at_offset(at, skip).and_then(|place| into.get_mut(place)) {
                *place = byte;
                filled += 1;
            }
            at += 1;
        }
    };
    let mut one = |value: Value<'_>| match value {
        Value::Bytes(bytes) => put(bytes),
        Value::Text(text) => put(text.as_bytes()),
        Value::Float32(number) => put(&number.to_bits().to_be_bytes()),
        Value::Float(number) => put(&number.to_bits().to_be_bytes()),
        other => {
            let bytes = whole(&other).unwrap_or_default().to_be_bytes();
            put(bytes.get(8_usize.saturating_sub(width)..).unwrap_or_default());
        }
    };
    match value {
        // What cannot be taken apart is not a run of bytes.
        Value::Shown(_) | Value::Secret => return false,
        Value::List(list) => list.each(&mut one),
        value => one(*value),
    }
    filled == into.len()
}

const fn at_offset(at: usize, skip: usize) -> Option<usize> {
    at.checked_sub(skip)
}

/// Bytes as what the tag map says they are.
fn bytes_as(tag: &Tag, kind: TagKind, bytes: &[u8], tell: &mut dyn FnMut(Value<'_>)) {
    match kind {
        TagKind::AsSent => tell(Value::Bytes(bytes)),
        TagKind::Chars(_) => text(bytes, tell),
        TagKind::S7String(_) => {
            let &[_, length, ref characters @ ..] = bytes else { return };
            text(characters.get(..length.into()).unwrap_or(characters), tell);
        }
        TagKind::Bool => {
            if let Some(&byte) = bytes.first() {
                tell(Value::Bool(byte != 0));
            }
        }
        TagKind::Bit(_) | TagKind::Integer { .. } | TagKind::Float { .. } => {
            if let Some(bits) = ordered(tag.order, bytes) {
                numeric(tag, kind, bits, bytes.len(), tell);
            }
        }
    }
}

fn numeric(tag: &Tag, kind: TagKind, bits: u64, bytes: usize, tell: &mut dyn FnMut(Value<'_>)) {
    if let Some(bit) = bit_of(kind) {
        return tell(Value::Bool(bits >> bit & 1 == 1));
    }
    let value = match (kind, bytes) {
        (TagKind::Float { .. }, 4) => Value::Float32(f32::from_bits(bits as u32)),
        (TagKind::Float { .. }, 8) => Value::Float(f64::from_bits(bits)),
        (TagKind::Integer { signed: true, .. }, 1) => Value::Signed((bits as u8 as i8).into()),
        (TagKind::Integer { signed: true, .. }, 2) => Value::Signed((bits as u16 as i16).into()),
        (TagKind::Integer { signed: true, .. }, 4) => Value::Signed((bits as u32 as i32).into()),
        (TagKind::Integer { signed: true, .. }, 8) => Value::Signed(bits as i64),
        (TagKind::Integer { .. }, _) => Value::Unsigned(bits),
        _ => return,
    };
    scaled(tag, value, tell);
}

/// Up to eight bytes as one number.
fn ordered(order: Order, bytes: &[u8]) -> Option<u64> {
    let count = bytes.len();
    if !matches!(count, 1 | 2 | 4 | 8) {
        return None;
    }
    let place = |at: usize| match order {
        Order::Abcd => at,
        Order::Dcba => count - 1 - at,
        Order::Badc => at ^ usize::from(count > 1),
        Order::Cdab if count > 1 => (count - 2 - at / 2 * 2) + at % 2,
        Order::Cdab => at,
    };
    (0..count).try_fold(0, |number, at| Some(number << 8 | u64::from(*bytes.get(place(at))?)))
}

/// Text without what fills it up; bytes where it is none.
fn text(bytes: &[u8], tell: &mut dyn FnMut(Value<'_>)) {
    let end = bytes.iter().rposition(|&byte| byte != 0 && byte != b' ').map_or(0, |at| at + 1);
    let kept = bytes.get(..end).unwrap_or_default();
    tell(std::str::from_utf8(kept).map_or(Value::Bytes(bytes), Value::Text));
}
