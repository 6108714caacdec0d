#![no_main]
//! ICMP messages of every type that is read, from both sides.

use libfuzzer_sys::fuzz_target;
use quaywatch_protocols::{PROTOCOLS, testing};

fuzz_target!(|data: &[u8]| {
    let protocol = PROTOCOLS.iter().find(|protocol| protocol.name == "icmp").expect("it is registered");
    for kinds in [[8, 0], [5, 1], [9, 10]] {
        testing::fuzz_conversation(protocol, protocol.transports[0], kinds, data);
    }
});
