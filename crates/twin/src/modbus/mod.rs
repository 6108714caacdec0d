//! Modbus/TCP: the controller's memory as coils, discrete inputs, input registers and holding registers.
//!
//! Standards: *MODBUS Application Protocol Specification V1.1b3* ("clause" is of it) and *MODBUS Messaging on TCP/IP
//! Implementation Guide V1.0b*. Where a signal stands says the tag map; numbers are big-endian, the high word first.
//!
//! Functions 1 to 6, 8, 15, 16, 17, 22, 23 and 43/14. Whoever asks may write: Modbus does not know who asks.
//!
//! Of diagnostics, which clause 6.8 has for serial lines, what makes sense on TCP is there: return query data, the
//! diagnostic register (always 0) and the counters, which count what came by this connection.

mod answer;
mod counters;
mod identity;
mod map;
#[cfg(test)]
mod tests;

use crate::{After, Plc, Session};
use answer::answer;
use counters::Counters;
use quaywatch_model::Timestamp;
use quaywatch_protocols::modbus::{
    Adu, ExceptionCode, HEADER_BYTES, LEAST_LENGTH, MOST_LENGTH, Pdu, Response,
};
use std::mem;

/// What a device that is reached by its IP address is called (Implementation Guide, section 4.4.2.1): 0xFF, and by many
/// clients 0; and 1, which is what people write.
const OWN_UNITS: [u8; 3] = [0, 1, 0xFF];

/// A client's connection.
#[derive(Debug, Default)]
pub struct Modbus {
    /// The beginning of an ADU whose end has not come: less than one ADU.
    held: Vec<u8>,
    counters: Counters,
}

impl Session for Modbus {
    fn input(&mut self, plc: &mut Plc, _: Timestamp, bytes: &[u8], out: &mut Vec<u8>) -> After {
        let mut held = mem::take(&mut self.held);
        held.extend_from_slice(bytes);
        let mut left = held.as_slice();
        loop {
            match cut(left) {
                Cut::Short => break,
                Cut::Lost => return After::Close,
                Cut::Whole(adu, rest) => {
                    self.take(plc, adu, out);
                    left = rest;
                }
            }
        }
        self.held = left.to_vec();
        After::Open
    }
}

impl Modbus {
    /// Answers one ADU. One that is not of Modbus is dropped (Implementation Guide, section 4.4.2.1).
    fn take(&mut self, plc: &mut Plc, bytes: &[u8], out: &mut Vec<u8>) {
        let Ok(Adu { transaction, unit, pdu }) = Adu::decode(bytes) else { return self.counters.damaged() };
        self.counters.came();
        let mut room = Vec::new();
        let response = if OWN_UNITS.contains(&unit) {
            self.counters.was_for_us();
            answer(plc, &mut self.counters, pdu, &mut room)
        } else {
            Err(ExceptionCode::GATEWAY_TARGET_FAILED)
        };
        let response = response.unwrap_or_else(|code| {
            self.counters.refused();
            Response::Exception { function: pdu.function(), code }
        });
        let mut answer = Vec::new();
        response.encode(&mut answer);
        if let Some((&code, data)) = answer.split_first() {
            Adu { transaction, unit, pdu: Pdu { code, data } }.encode(out);
        }
    }
}

/// What stands at the beginning of a stretch of the stream.
enum Cut<'a> {
    /// Not yet a whole ADU.
    Short,
    /// An ADU, and what follows it.
    Whole(&'a [u8], &'a [u8]),
    /// A length that no ADU has: where the next one begins nobody knows.
    Lost,
}

fn cut(bytes: &[u8]) -> Cut<'_> {
    let Some(&[_, _, _, _, high, low]) = bytes.first_chunk::<HEADER_BYTES>() else { return Cut::Short };
    let length = usize::from(u16::from_be_bytes([high, low]));
    if !(LEAST_LENGTH..=MOST_LENGTH).contains(&length) {
        return Cut::Lost;
    }
    bytes.split_at_checked(HEADER_BYTES + length).map_or(Cut::Short, |(adu, rest)| Cut::Whole(adu, rest))
}
