#![no_main]
//! Byte streams of TPKT and COTP, whoever speaks inside, with gaps and pauses.

use libfuzzer_sys::fuzz_target;
use quaywatch_protocols::{PROTOCOLS, testing};

fuzz_target!(|data: &[u8]| {
    let protocol = PROTOCOLS.iter().find(|protocol| protocol.name == "cotp").expect("it is registered");
    testing::fuzz_conversation(protocol, protocol.transports[0], [50_000, 102], data);
});
