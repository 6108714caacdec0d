#![no_main]
//! UMAS messages in a Modbus wrapping that is sound: a length byte and a request, a length byte and an answer, over
//! and over.

use libfuzzer_sys::fuzz_target;
use quaywatch_protocols::modbus::{Adu, PROTOCOL, Pdu};
use quaywatch_protocols::{Transport, testing, umas};

fuzz_target!(|data: &[u8]| {
    let (mut left, mut turn, mut steps) = (data, 0_u16, Vec::new());
    while let Some((&length, rest)) = left.split_first() {
        let (message, rest) = rest.split_at_checked(length.into()).unwrap_or((rest, &[]));
        if let Ok(decoded) = umas::Message::decode(message) {
            let mut encoded = Vec::new();
            decoded.encode(&mut encoded);
            assert_eq!(encoded, message);
        }
        let mut adu = Vec::new();
        Adu { transaction: turn / 2, unit: 0, pdu: Pdu { code: 0x5A, data: message } }.encode(&mut adu);
        steps.push((turn % 2) as u8);
        steps.extend_from_slice(&(adu.len() as u16).to_le_bytes());
        steps.extend_from_slice(&adu);
        (left, turn) = (rest, turn.wrapping_add(1));
    }
    testing::fuzz_conversation(&PROTOCOL, Transport::Tcp, [50_000, 502], &steps);
});
