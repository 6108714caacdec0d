#![no_main]
//! OPC UA over TCP from both sides of a connection, with gaps and pauses.

use libfuzzer_sys::fuzz_target;
use quaywatch_protocols::{PROTOCOLS, testing};

fuzz_target!(|data: &[u8]| {
    let protocol = PROTOCOLS.iter().find(|protocol| protocol.name == "opcua").expect("it is registered");
    testing::fuzz_conversation(protocol, protocol.transports[0], [50_000, 4840], data);
});
