//! TPKT and COTP as the controller's side speaks them: bytes as they come become user data units, and units become DT.

use quaywatch_protocols::cotp::wire::{self, Parameters, TPKT_HEADER_BYTES, Tpdu};

/// The longest unit that is put together from several DT, in bytes. No S7 PDU is longer than
/// [`super::MOST_PDU_BYTES`]; what is longer than this is thrown away up to its end.
const LONGEST_UNIT_BYTES: usize = 2 * super::MOST_PDU_BYTES as usize;
/// The largest TPDU, as a power of two: 1 024 bytes, as controllers of this kind answer.
const LARGEST_TPDU: u8 = 10;
/// The smallest TPDU there is, as a power of two (X.224 clause 13.3.4).
const SMALLEST_TPDU: u8 = 7;
/// A DT's header without its TPKT counts into the size of the TPDU (X.224 clause 13.7).
const DATA_HEADER_BYTES: usize = wire::DATA_HEADER_BYTES - TPKT_HEADER_BYTES;
/// What the controller calls each connection.
const OWN_REFERENCE: u16 = 3;
/// No such partner (X.224 clause 13.5.3: address unknown).
const ADDRESS_UNKNOWN: u8 = 3;
/// The highest slot in which a CPU is looked for: 1 or 2 in the tag map, 0 for "the one that answers".
const HIGHEST_SLOT: u8 = 2;

/// What came out of the bytes.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Step {
    /// Nothing until more comes.
    Wait,
    /// A user data unit.
    Unit(Vec<u8>),
    /// The connection is over.
    Close,
}

/// One connection's framing.
#[derive(Debug, Default)]
pub(super) struct Transport {
    bytes: Vec<u8>,
    /// How much of `bytes` is done with.
    read: usize,
    /// How much user data a DT may carry, once connected.
    room: Option<usize>,
    unit: Vec<u8>,
    overlong: bool,
    closed: bool,
}

impl Transport {
    /// Takes in bytes as they came.
    pub(super) fn take_in(&mut self, bytes: &[u8]) {
        if !self.closed {
            self.bytes.extend_from_slice(bytes);
        }
    }

    /// Reads on, and appends to `out` what the transport itself answers.
    pub(super) fn next(&mut self, out: &mut Vec<u8>) -> Step {
        while !self.closed {
            let rest = self.bytes.get(self.read..).unwrap_or_default();
            let whole = match wire::length(rest) {
                // Where no TPKT begins there is no way to find the next one.
                Some(None) => break,
                Some(Some(length)) => rest.get(..length).map(<[u8]>::to_vec),
                None => None,
            };
            let Some(whole) = whole else {
                self.bytes.drain(..self.read);
                self.read = 0;
                return Step::Wait;
            };
            self.read += whole.len();
            match Tpdu::decode(&whole) {
                Ok(tpdu @ Tpdu::Connect { confirm: false, .. }) if self.room.is_none() => {
                    self.connect(&tpdu, out);
                }
                Ok(Tpdu::Data { end, data, .. }) if self.room.is_some() => {
                    if let Some(unit) = self.join(data, end) {
                        return Step::Unit(unit);
                    }
                }
                Ok(Tpdu::Disconnect { .. }) => self.closed = true,
                // Of another class, of the wrong side, or nonsense: not answered.
                _ => {}
            }
        }
        self.closed = true;
        self.bytes = Vec::new();
        Step::Close
    }

    /// Appends a unit to `out`, in as many DT as it takes.
    pub(super) fn send(&self, unit: &[u8], out: &mut Vec<u8>) {
        let mut pieces = unit.chunks(self.room.unwrap_or(unit.len()).max(1)).peekable();
        while let Some(data) = pieces.next() {
            let tpdu = Tpdu::Data { number: 0, end: pieces.peek().is_none(), data };
            out.extend(tpdu.encode().unwrap_or_default());
        }
    }

    /// Confirms a connection with the request's own TSAPs, or refuses one to a slot where no CPU is.
    fn connect(&mut self, request: &Tpdu<'_>, out: &mut Vec<u8>) {
        let Tpdu::Connect { source, class, parameters, .. } = *request else { return };
        let called = parameters.get(Parameters::CALLED_TSAP).unwrap_or_default();
        if class >> 4 != 0 || !is_here(called) {
            let (parameters, data) = (Parameters::default(), &[][..]);
            let refusal = Tpdu::Disconnect {
                destination: source,
                source: 0,
                reason: ADDRESS_UNKNOWN,
                parameters,
                data,
            };
            out.extend(refusal.encode().unwrap_or_default());
            self.closed = true;
            return;
        }
        let mut confirmed = Vec::new();
        // Who proposes no size means the largest a TPKT can hold (RFC 1006 clause 5).
        self.room = Some(wire::MAX_PDU_BYTES - wire::DATA_HEADER_BYTES);
        if let Some(&[power]) = parameters.get(Parameters::TPDU_SIZE) {
            let power = power.clamp(SMALLEST_TPDU, LARGEST_TPDU);
            self.room = Some((1 << power) - DATA_HEADER_BYTES);
            confirmed.extend_from_slice(&[Parameters::TPDU_SIZE, 1, power]);
        }
        for code in [Parameters::CALLING_TSAP, Parameters::CALLED_TSAP] {
            if let Some(value) = parameters.get(code) {
                confirmed.extend_from_slice(&[code, value.len() as u8]);
                confirmed.extend_from_slice(value);
            }
        }
        let confirm = Tpdu::Connect {
            confirm: true,
            credit: 0,
            destination: source,
            source: OWN_REFERENCE,
            class: 0,
            parameters: Parameters(&confirmed),
            data: &[],
        };
        out.extend(confirm.encode().unwrap_or_default());
    }

    /// Joins what a DT carries. Stations send empty ones that end nothing after every answer.
    fn join(&mut self, data: &[u8], end: bool) -> Option<Vec<u8>> {
        self.overlong |= self.unit.len() + data.len() > LONGEST_UNIT_BYTES;
        if self.overlong {
            self.unit = Vec::new();
        } else {
            self.unit.extend_from_slice(data);
        }
        if !end {
            return None;
        }
        let whole = !std::mem::take(&mut self.overlong);
        Some(std::mem::take(&mut self.unit)).filter(|_| whole)
    }
}

/// Whether a called TSAP is this controller's: a way to connect (1 programming device, 2 operator panel, 3 basic), then
/// rack in the top three bits and slot in the low five.
const fn is_here(called: &[u8]) -> bool {
    matches!(called, &[1..=3, place] if place <= HIGHEST_SLOT)
}

#[cfg(test)]
mod tests {
    use super::{LONGEST_UNIT_BYTES, Step, Transport};
    use crate::s7::tests::{data, hex};

    // s7comm_program_blocklist_onlineview.pcap, frames 5 and 6.
    const REQUEST: &str = "03000016 11e00000000a00 c1020100 c2020102 c0010a";
    const CONFIRM: &str = "03000016 11d0000a000300 c0010a c1020100 c2020102";

    fn connected(request: &str) -> (Transport, Vec<u8>) {
        let (mut transport, mut out) = (Transport::default(), Vec::new());
        transport.take_in(&hex(request));
        assert_eq!(transport.next(&mut out), Step::Wait);
        (transport, out)
    }

    #[test]
    fn a_connection_is_confirmed_as_a_cpu_confirms_it() {
        assert_eq!(connected(REQUEST).1, hex(CONFIRM));
    }

    #[test]
    fn a_connection_to_an_empty_slot_or_of_another_class_is_refused_and_closed() {
        for request in [REQUEST.replace("c2020102", "c2020105"), REQUEST.replace("0a00 c1", "0a40 c1")] {
            let (mut transport, mut out) = (Transport::default(), Vec::new());
            transport.take_in(&hex(&request));
            assert_eq!(transport.next(&mut out), Step::Close);
            assert_eq!(out, hex("0300000b 0680000a000003"));
        }
    }

    #[test]
    fn units_are_cut_to_the_size_that_was_agreed_and_joined_again() {
        let (mut transport, _) = connected(&REQUEST.replace("c0010a", "c00107"));
        let (unit, mut out) = ((0..=255).collect::<Vec<u8>>(), Vec::new());
        transport.send(&unit, &mut out);
        assert_eq!(out.len(), 256 + 3 * 7, "125 bytes of data in each DT of 128");
        transport.take_in(&out);
        assert_eq!(transport.next(&mut Vec::new()), Step::Unit(unit));
    }

    #[test]
    fn empty_data_that_ends_nothing_changes_nothing() {
        let (mut transport, _) = connected(REQUEST);
        transport.take_in(&hex("03000007 02f000"));
        transport.take_in(&data(&[1, 2]));
        assert_eq!(transport.next(&mut Vec::new()), Step::Unit(vec![1, 2]));
    }

    #[test]
    fn a_unit_without_end_is_thrown_away_and_the_next_one_is_read() {
        let (mut transport, _) = connected(REQUEST);
        for _ in 0..100 {
            transport.take_in(&hex("03000009 02f000 aabb").repeat(LONGEST_UNIT_BYTES / 2));
            assert_eq!(transport.next(&mut Vec::new()), Step::Wait);
            assert!(transport.bytes.len() + transport.unit.len() <= LONGEST_UNIT_BYTES);
        }
        transport.take_in(&[data(&[1]), data(&[2])].concat());
        assert_eq!(transport.next(&mut Vec::new()), Step::Unit(vec![2]));
    }

    #[test]
    fn what_is_not_the_transport_ends_the_connection_and_what_comes_too_early_does_not() {
        let (mut transport, mut out) = (Transport::default(), Vec::new());
        transport.take_in(&data(&[1]));
        transport.take_in(&hex(REQUEST));
        assert_eq!((transport.next(&mut out), &out), (Step::Wait, &hex(CONFIRM)));
        transport.take_in(b"GET / HTTP/1.1");
        assert_eq!(transport.next(&mut out), Step::Close);
        transport.take_in(&data(&[1]));
        assert_eq!(transport.next(&mut out), Step::Close);
    }
}
