#![no_main]
//! ICMPv6 messages of every type that is read, from both sides.

use libfuzzer_sys::fuzz_target;
use quaywatch_protocols::{PROTOCOLS, testing};

fuzz_target!(|data: &[u8]| {
    let protocol = PROTOCOLS.iter().find(|protocol| protocol.name == "icmp6").expect("it is registered");
    for kinds in [[128, 129], [133, 134], [135, 136], [137, 0]] {
        testing::fuzz_conversation(protocol, protocol.transports[0], kinds, data);
    }
});
