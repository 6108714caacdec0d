//! Vectors from the specification, real PDUs, and what must hold for any bytes.

mod any_bytes;
mod cases;
mod conversations;
pub(crate) mod corpus;
mod logs;
mod vectors;

use crate::Transport;
use crate::testing::{Recorder, play};
use quaywatch_model::Side;

/// Side A's port is any, side B's is Modbus'.
const PORTS: [u16; 2] = [50_000, super::PORT];

/// An ADU of transaction 1, unit 1, around this PDU.
fn adu(pdu: &[u8]) -> Vec<u8> {
    numbered(1, 1, pdu)
}

fn numbered(transaction: u16, unit: u8, pdu: &[u8]) -> Vec<u8> {
    let (&code, data) = pdu.split_first().unwrap();
    let mut bytes = Vec::new();
    super::Adu { transaction, unit, pdu: super::Pdu { code, data } }.encode(&mut bytes);
    bytes
}

/// What one exchange means; the client is side A.
fn exchange(request: &[u8], response: &[u8]) -> Recorder {
    play(&super::PROTOCOL, Transport::Tcp, PORTS, &[(Side::A, &adu(request)), (Side::B, &adu(response))])
}

/// The one operation of one exchange that holds no problem, without the client.
fn operation(request: &[u8], response: &[u8]) -> String {
    let heard = exchange(request, response);
    assert_eq!(heard.problems, [""; 0], "a flawless exchange has no problem");
    let [line] = heard.operations.as_slice() else { panic!("one operation, not {:?}", heard.operations) };
    assert_eq!(heard.frames, [(1, 2)]);
    line.strip_prefix("A: ").unwrap().replace(" unit 1", "")
}
