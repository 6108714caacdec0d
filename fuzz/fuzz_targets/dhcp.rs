#![no_main]
//! Bytes from both sides of a conversation, with gaps and pauses.

use libfuzzer_sys::fuzz_target;
use quaywatch_protocols::{PROTOCOLS, testing};

fuzz_target!(|data: &[u8]| {
    let protocol = PROTOCOLS.iter().find(|protocol| protocol.name == "dhcp").expect("it is registered");
    for &transport in protocol.transports {
        testing::fuzz_conversation(protocol, transport, [68, 67], data);
    }
});
