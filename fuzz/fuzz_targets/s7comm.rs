#![no_main]
//! S7comm PDUs, each in a COTP data unit of its own, with gaps and pauses.

use libfuzzer_sys::fuzz_target;
use quaywatch_protocols::{PROTOCOLS, cotp::wire::Tpdu, testing};

fuzz_target!(|data: &[u8]| {
    let protocol = PROTOCOLS.iter().find(|protocol| protocol.name == "s7comm").expect("it is registered");
    testing::fuzz_framed(protocol, [50_000, 102], data, |pdu| {
        // The protocol id, which every PDU begins with, is not left to chance.
        let pdu = [&[0x32], pdu].concat();
        Tpdu::Data { number: 0, end: true, data: &pdu }.encode()
    });
});
