//! The tag's bytes, little-endian, made from the controller's memory and put back into it.

use super::layout::{LAYOUT, Leaf, STRING_ROOM};
use crate::clock;
use quaywatch_crane::{Image, Kind, Value};
use std::ops::Range;

/// All bytes of the tag as it is now.
pub(super) fn read(image: &Image) -> Vec<u8> {
    let mut bytes = vec![0; LAYOUT.size()];
    for leaf in &LAYOUT.leaves {
        if let Some(place) = bytes.get_mut(leaf.offset..leaf.offset + leaf.bytes()) {
            encode(leaf, image, place);
        }
    }
    bytes
}

/// Puts bytes in their place: every signal that has a part in them is set, no other.
pub(super) fn write(image: &mut Image, offset: usize, new: &[u8]) {
    let mut bytes = read(image);
    let written = offset..offset + new.len();
    if let Some(place) = bytes.get_mut(written.clone()) {
        place.copy_from_slice(new);
        keep(image, &bytes, &written, |_| true);
    }
}

/// Sets one bit.
pub(super) fn write_bit(image: &mut Image, offset: usize, bit: u8, on: bool) {
    let mut bytes = read(image);
    if let Some(byte) = bytes.get_mut(offset) {
        *byte = *byte & !(1 << bit) | u8::from(on) << bit;
        keep(image, &bytes, &(offset..offset + 1), |leaf| leaf.bit == bit);
    }
}

fn keep(image: &mut Image, bytes: &[u8], written: &Range<usize>, wanted: impl Fn(&Leaf) -> bool) {
    for leaf in &LAYOUT.leaves {
        let place = leaf.offset..leaf.offset + leaf.bytes();
        let touched = place.start < written.end && written.start < place.end;
        if let Some(bytes) = bytes.get(place).filter(|_| touched && wanted(leaf)) {
            // The value is of the signal's kind.
            let _ = image.set(leaf.tag, &decode(leaf, bytes));
        }
    }
}

fn encode(leaf: &Leaf, image: &Image, place: &mut [u8]) {
    match image.get(leaf.tag) {
        Value::Real(number) => fill(place, &number.to_le_bytes()),
        Value::Whole(number) => fill(place, &number.to_le_bytes()),
        Value::Bool(on) => {
            for byte in place {
                *byte |= u8::from(on) << leaf.bit;
            }
        }
        Value::DateTime(bcd) => fill(place, &clock::from_bcd(bcd).to_le_bytes()),
        Value::Text(text) => {
            let text: Vec<u8> = text.chars().map(|character| character as u8).collect();
            let length = u32::try_from(text.len()).unwrap_or(0).to_le_bytes();
            for (to, from) in place.iter_mut().zip(length.iter().chain(&text)) {
                *to = *from;
            }
        }
    }
}

fn decode(leaf: &Leaf, bytes: &[u8]) -> Value {
    match leaf.tag.kind {
        Kind::Bool => Value::Bool(bytes.first().is_some_and(|byte| byte >> leaf.bit & 1 != 0)),
        Kind::Real => Value::Real(f32::from_le_bytes(array(bytes))),
        Kind::Int => Value::Whole(i16::from_le_bytes(array(bytes)).into()),
        Kind::Word => Value::Whole(u16::from_le_bytes(array(bytes)).into()),
        Kind::Dint => Value::Whole(i32::from_le_bytes(array(bytes)).into()),
        Kind::Dword => Value::Whole(u32::from_le_bytes(array(bytes)).into()),
        Kind::DateTime => Value::DateTime(clock::to_bcd(i64::from_le_bytes(array(bytes)))),
        Kind::Text(_) => {
            let (length, text) = bytes.split_at_checked(4).unwrap_or_default();
            let length = u32::from_le_bytes(array(length)).min(STRING_ROOM.into());
            let text = text.get(..length as usize).unwrap_or_default();
            // The memory has a byte a character; ASCII is what it can hold of what is sent.
            Value::Text(
                text.iter().map(|byte| if byte.is_ascii() { char::from(*byte) } else { '?' }).collect(),
            )
        }
    }
}

fn fill(place: &mut [u8], bytes: &[u8]) {
    for (to, from) in place.iter_mut().zip(bytes) {
        *to = *from;
    }
}

fn array<const N: usize>(bytes: &[u8]) -> [u8; N] {
    bytes.first_chunk().copied().unwrap_or([0; N])
}
