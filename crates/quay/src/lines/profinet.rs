//! PROFINET's cyclic data of class 1 (IEC 61158-6-10).

use crate::lan::{Mac, ethernet, padded};
use quaywatch_model::Timestamp;
use quaywatch_protocols::profinet::{Cyclic, DataStatus, ETHERTYPE, FrameId};

/// The first identifier of cyclic data of class 1.
const FIRST_ID: u16 = 0x8000;
/// The cycle counter counts in 31.25 microseconds.
const TICK_NS: i64 = 31_250;
/// Primary, valid, running, no problem; and the same of a provider that is stopped.
const RUNNING: DataStatus = DataStatus(0x35);
const STOPPED: DataStatus = DataStatus(0x25);
/// What stands behind each module's data: good, by the device itself; and bad.
const GOOD: u8 = 0x80;
const BAD: u8 = 0x00;
/// The least that a frame's data may be.
const LEAST_BYTES: usize = 40;

/// A frame of cyclic data at this time: the counter is the time's.
#[must_use]
pub fn cyclic(to: Mac, from: Mac, id: u16, time: Timestamp, data: &[u8], runs: bool) -> Vec<u8> {
    let mut data = data.to_vec();
    data.push(if runs { GOOD } else { BAD });
    if data.len() < LEAST_BYTES {
        data.resize(LEAST_BYTES, 0);
    }
    let mut out = ethernet(to, from, ETHERTYPE).to_vec();
    Cyclic {
        frame_id: FrameId(FIRST_ID + id),
        data: &data,
        cycle_counter: (time.nanos() / TICK_NS) as u16,
        data_status: if runs { RUNNING } else { STOPPED },
        transfer_status: 0,
    }
    .encode(&mut out);
    padded(out)
}
