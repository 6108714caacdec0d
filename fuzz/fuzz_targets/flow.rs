//! Sequences of frames through a small flow table: what is delivered and what is missing never exceeds what was
//! sent, and all memory is given back.
//!
//! Input: steps of a byte of milliseconds, a byte of length, and so many bytes of an Ethernet frame.
#![no_main]

use libfuzzer_sys::fuzz_target;
use quaywatch_flow::{Conversation, Limits, Listener, Table};
use quaywatch_model::{Moment, Problem, Side, Timestamp};
use quaywatch_wire::{Frame, Memory, Reader};

const MEMORY_BYTES: usize = 4096;

#[derive(Default)]
struct Counts {
    delivered: u64,
    sent: u64,
}

impl Listener<()> for Counts {
    fn data(&mut self, _: &mut Conversation<()>, memory: &mut Memory, _: Side, _: Moment, bytes: &[u8]) {
        self.delivered += bytes.len() as u64;
        assert!(memory.held_bytes() <= MEMORY_BYTES);
    }

    fn gap(&mut self, _: &mut Conversation<()>, _: &mut Memory, _: Side, _: Moment, _: u64) {}

    fn end(&mut self, kept: &mut Conversation<()>, _: &mut Memory, _: Moment) {
        self.sent += kept.counts.iter().map(|counts| counts.bytes).sum::<u64>();
        let _ = (kept.state(), kept.missed_bytes(), kept.key.community_id(false), kept.originator());
    }

    fn problem(&mut self, _: Option<&Conversation<()>>, _: Moment, _: &Problem) {}
}

fuzz_target!(|data: &[u8]| {
    let mut table: Table<()> = Table::new(Limits { conversations: 8, ..Limits::default() });
    let (mut memory, mut counts) = (Memory::new(MEMORY_BYTES), Counts::default());
    let mut reader = Reader::new(data);
    let mut at = Moment::default();
    while let (Ok(wait), Ok(length)) = (reader.u8("wait"), reader.u8("length")) {
        let bytes = reader.take(reader.len().min(length.into()), "frame").unwrap_or_default();
        let time = Timestamp::from_nanos(at.time.nanos() + i64::from(wait) * 50_000_000);
        at = Moment { time, frame: at.frame + 1 };
        table.frame(&Frame::ethernet(bytes, 0), at, bytes.len() as u64, &mut memory, &mut counts);
    }
    table.finish(at, &mut memory, &mut counts);
    assert_eq!(memory.held_bytes(), 0);
    assert!(counts.delivered <= counts.sent);
});
