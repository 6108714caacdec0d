//! Reading and writing variables.

use super::memory::Memory;
use super::{Answer, Refusal};
use quaywatch_crane::Image;
use quaywatch_protocols::s7comm::address::{Any, Area, Specification, Type};
use quaywatch_protocols::s7comm::wire::{DataItem, Function, Pdu, Transport};
use quaywatch_wire::Reader;

/// What comes of one item: a return code of its own.
type Code = u8;

const SUCCESS: Code = 0xFF;
/// The address lies outside its area.
const OUT_OF_RANGE: Code = 0x05;
/// The type is not one that can be read or written.
const TYPE_NOT_SUPPORTED: Code = 0x06;
/// The value is not of the length, or not of the kind, that the address says.
const TYPE_INCONSISTENT: Code = 0x07;
/// There is no such data block, no such area.
const NO_SUCH_OBJECT: Code = 0x0A;
/// What an answer has before its items: header and two bytes of parameters.
const ANSWER_HEAD_BYTES: usize = 14;

/// The controller's memory as variables address it.
pub(super) struct Variables<'a> {
    pub(super) image: &'a mut Image,
    pub(super) memory: &'a mut Memory,
}

impl Variables<'_> {
    /// Answers a read: an item each, in their order.
    pub(super) fn read(&mut self, pdu: &Pdu<'_>, pdu_bytes: u16) -> Result<Answer, Refusal> {
        let (count, addresses) = addresses(pdu)?;
        let mut data = Vec::new();
        for (number, address) in (1..).zip(&addresses) {
            match address.and_then(|any| Ok((any.kind, self.place(any)?))) {
                Ok((kind, value)) => {
                    let (transport, length) = carried_as(kind, value.len());
                    DataItem { code: SUCCESS, transport, length, value }
                        .encode(&mut data, number == addresses.len());
                }
                Err(code) => data.extend_from_slice(&[code, Transport::NULL.0, 0, 0]),
            }
            if ANSWER_HEAD_BYTES + data.len() > pdu_bytes.into() {
                return Err(Refusal::WRONG_PDU_SIZE);
            }
        }
        Ok(Answer { parameters: vec![Function::READ.0, count], data })
    }

    /// Answers a write: a return code each.
    pub(super) fn write(&mut self, pdu: &Pdu<'_>) -> Result<Answer, Refusal> {
        let (count, addresses) = addresses(pdu)?;
        let mut values = Reader::new(pdu.data);
        // All is read before anything is written: a PDU that breaks off changes nothing.
        let items: Vec<_> = addresses.iter().map(|_| DataItem::decode(&mut values)).collect();
        let items: Result<Vec<_>, _> = items.into_iter().collect();
        let items = items.map_err(|_| Refusal::FRAME_ERROR)?;
        let data = addresses
            .iter()
            .zip(items)
            .map(|(address, item)| address.and_then(|any| self.set(any, &item)).err().unwrap_or(SUCCESS));
        Ok(Answer { parameters: vec![Function::WRITE.0, count], data: data.collect() })
    }

    fn set(&mut self, any: Any, item: &DataItem<'_>) -> Result<(), Code> {
        let bit = (any.offset & 7) as u8;
        let place = self.place_mut(any)?;
        let fits = item.value.len() == place.len();
        match (any.kind, item.transport, place, item.value) {
            (Type::BIT, Transport::BIT, [byte], &[value]) => {
                *byte = *byte & !(1 << bit) | u8::from(value & 1 != 0) << bit;
            }
            (Type::BIT, ..) | (_, Transport::BIT, ..) => return Err(TYPE_INCONSISTENT),
            (_, _, place, value) if fits => place.copy_from_slice(value),
            _ => return Err(TYPE_INCONSISTENT),
        }
        Ok(())
    }

    /// The value of a variable: a bit is a byte of its own.
    fn place(&mut self, any: Any) -> Result<&[u8], Code> {
        let bit = any.offset & 7;
        let place = &*self.place_mut(any)?;
        match (any.kind, place) {
            (Type::BIT, [byte]) => Ok(if byte >> bit & 1 != 0 { &[1] } else { &[0] }),
            _ => Ok(place),
        }
    }

    /// The bytes a variable lies in.
    fn place_mut(&mut self, any: Any) -> Result<&mut [u8], Code> {
        let numbered = matches!(any.area, Area::TIMER | Area::COUNTER);
        let of_its_own = matches!(any.kind, Type::TIMER | Type::COUNTER);
        let several_bits = any.kind == Type::BIT && any.count > 1;
        if !is_supported(any.kind) || numbered != of_its_own || several_bits {
            return Err(TYPE_NOT_SUPPORTED);
        }
        let area = match any.area {
            Area::DATA_BLOCK | Area::INSTANCE => self.image.block_mut(any.block),
            other => self.memory.area_mut(other),
        };
        let area = area.ok_or(NO_SUCH_OBJECT)?;
        // Timers and counters are counted whole, all else in bits.
        let first = if numbered { (any.offset & 0xFFFF) * 2 } else { any.offset >> 3 } as usize;
        let aligned = numbered || any.kind == Type::BIT || any.offset & 7 == 0;
        let length = any.kind.bytes() * usize::from(any.count);
        let place = area.get_mut(first..first + length).filter(|place| aligned && !place.is_empty());
        place.ok_or(OUT_OF_RANGE)
    }
}

/// How many addresses a job says it has, and each, or why it cannot be one.
fn addresses(pdu: &Pdu<'_>) -> Result<(u8, Vec<Result<Any, Code>>), Refusal> {
    let Some((&[_, count], rest)) = pdu.parameters.split_first_chunk() else {
        return Err(Refusal::FRAME_ERROR);
    };
    let mut reader = Reader::new(rest);
    let specifications: Result<Vec<_>, _> = (0..count).map(|_| Specification::decode(&mut reader)).collect();
    let specifications = specifications.map_err(|_| Refusal::FRAME_ERROR)?;
    if specifications.is_empty() || !reader.is_empty() {
        return Err(Refusal::FRAME_ERROR);
    }
    let any = |specification: &Specification<'_>| specification.as_any().ok_or(TYPE_NOT_SUPPORTED);
    Ok((count, specifications.iter().map(any).collect()))
}

const fn is_supported(kind: Type) -> bool {
    matches!(kind.0, 0x01..=0x0C | 0x0F | 0x1C | 0x1D)
}

/// How a value of a type is sent: as captures show it for bits, bytes, words, reals, timers and counters.
const fn carried_as(kind: Type, bytes: usize) -> (Transport, u16) {
    let transport = match kind {
        Type::BIT => return (Transport::BIT, 1),
        Type::INT => Transport::INTEGER,
        Type::DINT => Transport::DOUBLE_INTEGER,
        Type::REAL => Transport::REAL,
        Type::BYTE | Type::WORD | Type::DWORD => Transport::BYTES,
        _ => Transport::OCTETS,
    };
    let bits = matches!(transport, Transport::BYTES | Transport::INTEGER);
    (transport, if bits { bytes * 8 } else { bytes } as u16)
}
