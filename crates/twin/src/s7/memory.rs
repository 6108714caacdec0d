//! The areas beside the data blocks: inputs, outputs, flags, timers and counters.

use quaywatch_protocols::s7comm::address::Area;

/// How many bytes of inputs and of outputs there are.
const PROCESS_IMAGE_BYTES: usize = 256;
/// How many bytes of flags there are.
const FLAG_BYTES: usize = 2_048;
/// How many timers and counters there are.
const TIMERS: usize = 256;

/// The small memories. The crane's program uses none of them: what is written stays.
#[derive(Debug)]
pub(super) struct Memory {
    inputs: Vec<u8>,
    outputs: Vec<u8>,
    flags: Vec<u8>,
    timers: Vec<u8>,
    counters: Vec<u8>,
}

impl Default for Memory {
    fn default() -> Self {
        Self {
            inputs: vec![0; PROCESS_IMAGE_BYTES],
            outputs: vec![0; PROCESS_IMAGE_BYTES],
            flags: vec![0; FLAG_BYTES],
            timers: vec![0; 2 * TIMERS],
            counters: vec![0; 2 * TIMERS],
        }
    }
}

impl Memory {
    /// The bytes of an area; timers and counters are two bytes each.
    pub(super) fn area_mut(&mut self, area: Area) -> Option<&mut [u8]> {
        Some(match area {
            Area::INPUT => &mut self.inputs,
            Area::OUTPUT => &mut self.outputs,
            Area::FLAG => &mut self.flags,
            Area::TIMER => &mut self.timers,
            Area::COUNTER => &mut self.counters,
            _ => return None,
        })
    }
}
