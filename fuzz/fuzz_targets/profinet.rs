#![no_main]
//! PROFINET frames from both sides of a pair of stations, with gaps and pauses.

use libfuzzer_sys::fuzz_target;
use quaywatch_protocols::{PROTOCOLS, testing};

fuzz_target!(|data: &[u8]| {
    let protocol = PROTOCOLS.iter().find(|protocol| protocol.name == "profinet").expect("it is registered");
    testing::fuzz_conversation(protocol, protocol.transports[0], [0, 0], data);
});
