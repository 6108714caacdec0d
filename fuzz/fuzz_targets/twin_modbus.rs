#![no_main]
//! What clients of the simulated controller say in Modbus, in pieces and in one.

use libfuzzer_sys::fuzz_target;
use quaywatch_twin::testing;

fuzz_target!(|data: &[u8]| testing::fuzz_session(502, data));
