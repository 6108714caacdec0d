use crate::conversations::App;
use crate::dealer::Dealt;
use crate::reporter::{Outputs, Reporter};
use crate::summary::Summary;
use quaywatch_capture::Packet;
use quaywatch_flow::{Limits, Table};
use quaywatch_model::{Moment, Problem, Timestamp, Verdict};
use quaywatch_protocols::PATIENCE_NANOS;
use quaywatch_site::Site;
use quaywatch_wire::{Frame, Memory};
use std::sync::Arc;

// All that grows with the input stays under 256 MiB together, whatever the input: what is held here, the rows that
// wait to be put in order (see `inspect.rs`), and the batches, carved pieces and counts, some 20 MiB.

/// What conversations may hold of unfinished PDUs and waiting requests, all workers together, in bytes.
const HELD_BYTES: usize = 24 * 1024 * 1024;
/// So many conversations are kept, all workers together: at 400 bytes each they take 60 MB.
const CONVERSATIONS: usize = 150_000;

/// An operation is told so long after its time at the latest: requests are given up after
/// [`PATIENCE_NANOS`], which is looked for every second; twice that, and captures of which the time goes
/// back a little, are allowed for.
const TOLD_WITHIN_NANOS: i64 = PATIENCE_NANOS + 3_000_000_000;

/// Works on the conversations that are its own.
pub(crate) struct Worker {
    index: u16,
    table: Table<App>,
    memory: Memory,
    reporter: Reporter,
    last: Moment,
}

impl Worker {
    pub(crate) fn new(index: u16, workers: u16, outputs: Outputs, site: Arc<Site>) -> Self {
        let workers = usize::from(workers.max(1));
        let limits = Limits { conversations: CONVERSATIONS / workers, ..Limits::default() };
        Self {
            index,
            table: Table::new(limits),
            memory: Memory::new(HELD_BYTES / workers),
            reporter: Reporter::new(outputs, site),
            last: Moment::default(),
        }
    }

    pub(crate) const fn index(&self) -> u16 {
        self.index
    }

    /// Takes in a batch of packets.
    pub(crate) fn batch(&mut self, dealt: &Dealt) {
        if dealt.owners.is_empty() {
            dealt.batch.packets().for_each(|packet| self.packet(&packet, true));
        }
        for (packet, owner) in dealt.batch.packets().zip(&dealt.owners) {
            let mine = owner.worker == self.index;
            if mine || owner.for_a_group {
                self.packet(&packet, mine);
            } else {
                self.pass(&packet);
                self.table.pass(packet.time, &mut self.memory, &mut self.reporter);
            }
        }
        if let Some(last) = dealt.batch.len().checked_sub(1).and_then(|last| dealt.batch.packet(last)) {
            let before = last.time.nanos().saturating_sub(TOLD_WITHIN_NANOS);
            self.reporter.promise(Timestamp::from_nanos(before));
        }
        if self.index == 0 {
            for (frame, problem) in dealt.batch.problems() {
                self.reporter.loose_problem(Moment { frame: *frame, time: self.last.time }, problem);
            }
        }
    }

    /// Whether going on is of no use, because rows cannot be written.
    pub(crate) fn failed(&self) -> bool {
        self.reporter.failed()
    }

    /// Ends all conversations.
    pub(crate) fn finish(mut self) -> (Summary, Outputs) {
        self.table.finish(self.last, &mut self.memory, &mut self.reporter);
        self.reporter.finish()
    }

    /// Takes note of a packet, whoever's it is, so that all workers see the capture end at the same moment.
    fn pass(&mut self, packet: &Packet<'_>) -> Moment {
        let at = Moment { time: packet.time, frame: packet.frame };
        self.last = Moment { time: self.last.time.max(at.time), frame: at.frame };
        at
    }

    fn packet(&mut self, packet: &Packet<'_>, mine: bool) {
        let at = self.pass(packet);
        let cut = (packet.original_len as usize).saturating_sub(packet.bytes.len());
        let Some(frame) = Frame::decode(packet.link, packet.bytes, cut) else {
            if mine {
                let bytes = packet.original_len.into();
                let reason = packet.link.unread();
                let problem = Problem { layer: "link", reason, verdict: Verdict::Unsupported, bytes };
                self.reporter.loose_problem(at, &problem);
            }
            return;
        };
        self.reporter.telling = mine;
        let wire_bytes = packet.original_len.into();
        self.table.frame(&frame, at, wire_bytes, &mut self.memory, &mut self.reporter);
    }
}
