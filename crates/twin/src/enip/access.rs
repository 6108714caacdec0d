//! Reading and writing the tag. Rockwell 1756-PM020, chapter 1.
//!
//! Data behind what a service needs is not looked at, as in real controllers: pycomm3 1.2 sends a single write twice in one
//! message, and eight bytes of a mask whatever its size.

use super::address::Place;
use super::answer::{Outcome, Refusal, general, logix};
use super::layout::{LAYOUT, Type};
use super::memory;
use quaywatch_crane::Image;
use quaywatch_protocols::cip::data::{DataType, Typed};
use quaywatch_wire::Reader;

/// Services on tags.
pub(super) mod service {
    pub(crate) const READ_TAG: u8 = 0x4C;
    pub(crate) const WRITE_TAG: u8 = 0x4D;
    pub(crate) const READ_MODIFY_WRITE_TAG: u8 = 0x4E;
    pub(crate) const READ_TAG_FRAGMENTED: u8 = 0x52;
    pub(crate) const WRITE_TAG_FRAGMENTED: u8 = 0x53;
}

/// The sizes a mask may have.
const MASK_BYTES: [u16; 5] = [1, 2, 4, 8, 12];

/// Does a service to a part of the tag. `None` if tags have no such service. The answer's data is never longer than `room`.
pub(super) fn serve(
    number: u8,
    place: Place,
    data: &[u8],
    image: &mut Image,
    room: usize,
) -> Option<Outcome> {
    Some(match number {
        service::READ_TAG => read(place, data, false, image, room),
        service::READ_TAG_FRAGMENTED => read(place, data, true, image, room),
        service::WRITE_TAG => write(place, data, false, image),
        service::WRITE_TAG_FRAGMENTED => write(place, data, true, image),
        service::READ_MODIFY_WRITE_TAG => modify(place, data, image),
        _ => return None,
    })
}

/// Count, and in a fragment the offset to begin at.
fn read(place: Place, data: &[u8], fragmented: bool, image: &Image, room: usize) -> Outcome {
    let mut reader = Reader::new(data);
    let total = total(place, reader.u16_le("element count")?)?;
    let from = if fragmented { reader.u32_le("offset")? as usize } else { 0 };
    if from >= total {
        return Err(Refusal::logix(logix::ACCESS_BEYOND_END));
    }
    let mut out = Vec::new();
    head(place).encode_head(&mut out);
    let value = value(place, total, image);
    let rest = value.get(from..).unwrap_or_default();
    let room = room.saturating_sub(out.len());
    if rest.len() <= room {
        out.extend(rest);
        return Ok(out);
    }
    // No number is cut in two.
    let unit = match place.of {
        Type::Atomic(_) => LAYOUT.size_of(place.of),
        Type::Structure(_) => 4,
    };
    let piece = rest.get(..room - room % unit).filter(|piece| !piece.is_empty());
    out.extend(piece.ok_or_else(|| Refusal::plain(general::REPLY_TOO_LARGE))?);
    Err(Refusal::partial(general::PARTIAL_TRANSFER, out))
}

/// Type, count, in a fragment the offset, values.
fn write(place: Place, data: &[u8], fragmented: bool, image: &mut Image) -> Outcome {
    let mut reader = Reader::new(data);
    let (data_type, handle) =
        Typed::head(&mut reader).ok_or_else(|| Refusal::plain(general::NOT_ENOUGH_DATA))?;
    let count = reader.u16_le("element count")?;
    let from = if fragmented { reader.u32_le("offset")? as usize } else { 0 };
    let expected = head(place);
    if (data_type, handle) != (expected.data_type, expected.handle) {
        return Err(Refusal::logix(logix::TYPE_MISMATCH));
    }
    let total = total(place, count)?;
    let values = reader.rest();
    if from > total {
        return Err(Refusal::logix(logix::OFFSET_BEYOND_END));
    }
    let values = match values.get(..total) {
        _ if fragmented && from + values.len() > total => {
            return Err(Refusal::logix(logix::ACCESS_BEYOND_END));
        }
        _ if fragmented => values,
        Some(values) => values,
        None => return Err(Refusal::plain(general::NOT_ENOUGH_DATA)),
    };
    if place.of == Type::BOOL {
        if let Some(value) = values.first() {
            memory::write_bit(image, place.offset, place.bit, *value != 0);
        }
    } else {
        memory::write(image, place.offset + from, values);
    }
    Ok(Vec::new())
}

/// The masks' size, the bits to set, the bits to keep.
fn modify(place: Place, data: &[u8], image: &mut Image) -> Outcome {
    let mut reader = Reader::new(data);
    let size = reader.u16_le("mask size")?;
    let bytes = LAYOUT.size_of(place.of);
    match place.of {
        // BOOL, SINT, INT, DINT, LINT, DWORD.
        Type::Atomic(DataType(0xC1..=0xC5 | 0xD3)) => {}
        _ => return Err(Refusal::logix(logix::TYPE_MISMATCH)),
    }
    if !MASK_BYTES.contains(&size) || usize::from(size) > bytes {
        return Err(Refusal::plain(general::INVALID_PARAMETER));
    }
    let or = reader.take(size.into(), "OR mask")?;
    let and = reader.take(size.into(), "AND mask")?;
    let old = value(place, bytes, image);
    let new: Vec<u8> = old.iter().zip(or.iter().zip(and)).map(|(old, (or, and))| (old | or) & and).collect();
    if place.of == Type::BOOL {
        memory::write_bit(image, place.offset, place.bit, new.first().is_some_and(|byte| byte & 1 != 0));
    } else {
        memory::write(image, place.offset, &new);
    }
    Ok(Vec::new())
}

/// How many bytes so many elements have.
fn total(place: Place, count: u16) -> Result<usize, Refusal> {
    if count == 0 || count > place.elements {
        return Err(Refusal::logix(logix::ACCESS_BEYOND_END));
    }
    Ok(usize::from(count) * LAYOUT.size_of(place.of))
}

/// The type as it stands before values.
fn head(place: Place) -> Typed<'static> {
    let (data_type, handle) = match place.of {
        Type::Atomic(data_type) => (data_type, None),
        Type::Structure(at) => (DataType::STRUCTURE, LAYOUT.structure(at).map(|structure| structure.handle)),
    };
    Typed { data_type, handle, bytes: &[] }
}

fn value(place: Place, total: usize, image: &Image) -> Vec<u8> {
    let all = memory::read(image);
    let bytes = all.get(place.offset..place.offset + total).unwrap_or_default();
    match (place.of, bytes) {
        (Type::BOOL, [byte, ..]) => vec![byte >> place.bit & 1],
        _ => bytes.to_vec(),
    }
}
