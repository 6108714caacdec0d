#![no_main]
//! What clients of the simulated controller say in S7, in pieces and in one.

use libfuzzer_sys::fuzz_target;
use quaywatch_twin::testing;

fuzz_target!(|data: &[u8]| testing::fuzz_session(102, data));
