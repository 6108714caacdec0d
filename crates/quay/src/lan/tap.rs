//! The place in the crane's switch where all frames are seen, in the order of their times.

use quaywatch_crane::Chance;
use quaywatch_model::Timestamp;
use std::cmp::Reverse;
use std::collections::BinaryHeap;

/// Why a frame is there: 0 is honest life, others count a run's scenarios from 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, PartialOrd, Ord, Hash)]
pub struct Label(pub u16);

/// The label, and whether the frame is only a side effect.
#[derive(Debug, Clone, Copy)]
pub(super) struct Why {
    pub(super) label: Label,
    pub(super) is_side_effect: bool,
}

impl From<Label> for Why {
    fn from(label: Label) -> Self {
        Self { label, is_side_effect: false }
    }
}

/// A frame that is, or will be, on the wire.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Frame {
    /// When the tap sees it.
    pub time: Timestamp,
    order: u64,
    /// From the link header to its end, without the checksum.
    pub bytes: Vec<u8>,
    /// Why it is there.
    pub label: Label,
    /// Whether who sent it is honest, and only what became of it is the scenario's.
    pub is_side_effect: bool,
}

/// Frames that were decided on, until their time has come.
#[derive(Debug, Default)]
pub struct Tap {
    waiting: BinaryHeap<Reverse<Frame>>,
    order: u64,
    /// How many of a million frames are seen twice, as mirror ports do that see both of a frame's ports.
    pub doubled_per_million: u32,
}

impl Tap {
    pub(super) fn put(&mut self, time: Timestamp, bytes: Vec<u8>, why: Why, chance: &mut Chance) {
        if self.doubled_per_million > 0 && chance.below(1_000_000) < self.doubled_per_million as usize {
            self.push(Timestamp::from_nanos(time.nanos() + 2_000), bytes.clone(), why);
        }
        self.push(time, bytes, why);
    }

    fn push(&mut self, time: Timestamp, bytes: Vec<u8>, Why { label, is_side_effect }: Why) {
        self.order += 1;
        self.waiting.push(Reverse(Frame { time, order: self.order, bytes, label, is_side_effect }));
    }

    /// The next frame, if it is not later than this.
    pub(crate) fn next_until(&mut self, time: Timestamp) -> Option<Frame> {
        if self.waiting.peek().is_none_or(|Reverse(frame)| frame.time > time) {
            return None;
        }
        self.waiting.pop().map(|Reverse(frame)| frame)
    }
}
