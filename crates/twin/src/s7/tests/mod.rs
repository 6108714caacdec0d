mod decoded;
mod properties;
mod vectors;

use super::{Cpu, S7Session, default_program};
use crate::{After, Plc, Session};
use quaywatch_model::{Side, Timestamp};
use quaywatch_protocols::cotp::wire::Tpdu;
use quaywatch_protocols::s7comm::wire::{Kind, Pdu};

/// Bytes from digits; blanks are nothing.
pub(super) fn hex(digits: &str) -> Vec<u8> {
    let digits: Vec<u8> = digits.bytes().filter(|byte| !byte.is_ascii_whitespace()).collect();
    let number = |pair: &[u8]| u8::from_str_radix(std::str::from_utf8(pair).unwrap(), 16).unwrap();
    digits.chunks(2).map(number).collect()
}

/// Digits of bytes.
fn shown(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// A unit in a DT of its own.
pub(super) fn data(unit: &[u8]) -> Vec<u8> {
    Tpdu::Data { number: 0, end: true, data: unit }.encode().unwrap()
}

/// A job's PDU.
fn job(parameters: &[u8], data: &[u8]) -> Vec<u8> {
    Pdu { kind: Kind::JOB, redundancy: 0, reference: 0x0500, error: 0, parameters, data }.encode().unwrap()
}

/// A connection request to rack 0 slot 2 with TPDU of 1 024 bytes.
const CONNECT: &str = "03000016 11e00000000a00 c1020100 c2020102 c0010a";

/// A station that is connected to a controller, and all that was said.
struct Station {
    plc: Plc,
    session: S7Session,
    now: Timestamp,
    said: Vec<(Side, Vec<u8>)>,
}

impl Station {
    fn new() -> Self {
        Self::at(&Cpu::default())
    }

    fn at(cpu: &Cpu) -> Self {
        let mut station = Self {
            plc: Plc::new("STS07", default_program()),
            session: cpu.session(),
            now: Timestamp::from_nanos(1_764_540_000_000_000_000),
            said: Vec::new(),
        };
        station.say(&hex(CONNECT));
        station
    }

    /// Says bytes as they are, and gives what came back.
    fn say(&mut self, bytes: &[u8]) -> Vec<u8> {
        let mut out = Vec::new();
        let after = self.session.input(&mut self.plc, self.now, bytes, &mut out);
        assert_eq!(after, After::Open);
        self.said.push((Side::A, bytes.to_vec()));
        if !out.is_empty() {
            self.said.push((Side::B, out.clone()));
        }
        out
    }

    /// Says a PDU, and gives the PDUs that came back.
    fn ask(&mut self, pdu: &[u8]) -> Vec<Vec<u8>> {
        let out = self.say(&data(pdu));
        let mut rest = out.as_slice();
        let mut pdus = Vec::new();
        while !rest.is_empty() {
            let (tpkt, behind) = rest.split_at(usize::from(u16::from_be_bytes([rest[2], rest[3]])));
            let Tpdu::Data { data, end: true, .. } = Tpdu::decode(tpkt).unwrap() else { panic!() };
            pdus.push(data.to_vec());
            rest = behind;
        }
        pdus
    }

    /// Says a PDU in digits, and gives the one that came back in digits.
    fn one(&mut self, pdu: &str) -> String {
        let answers = self.ask(&hex(pdu));
        assert_eq!(answers.len(), 1);
        shown(&answers[0])
    }

    /// Asks for a job, and gives the error of its answer.
    fn refused(&mut self, parameters: &[u8], data: &[u8]) -> u16 {
        let answers = self.ask(&job(parameters, data));
        Pdu::decode(&answers[0]).unwrap().0.error
    }
}
