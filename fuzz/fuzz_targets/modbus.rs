#![no_main]
//! Modbus streams from both sides, with gaps and pauses.

use libfuzzer_sys::fuzz_target;
use quaywatch_protocols::{Transport, modbus, testing};

fuzz_target!(|data: &[u8]| {
    let transport = if data.len() % 2 == 0 { Transport::Tcp } else { Transport::Udp };
    testing::fuzz_conversation(&modbus::PROTOCOL, transport, [50_000, 502], data);
});
