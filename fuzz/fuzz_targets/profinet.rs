#![no_main]

use libfuzzer_sys::fuzz_target;
use quaywatch_protocols::{Transport, profinet, testing};

fuzz_target!(|data: &[u8]| {
    testing::fuzz_conversation(&profinet::PROTOCOL, Transport::Ethernet(profinet::ETHERTYPE), [0, 0], data);
});
