#![no_main]
//! Bytes from both sides of a conversation, with gaps and pauses.

use libfuzzer_sys::fuzz_target;
use quaywatch_protocols::{PROTOCOLS, testing};

fuzz_target!(|data: &[u8]| {
    let protocol = PROTOCOLS.iter().find(|protocol| protocol.name == "socks").expect("it is registered");
    testing::fuzz_conversation(protocol, protocol.transports[0], [49_152, 1], data);
});
