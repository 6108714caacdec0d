use crate::conversations::App;
use crate::reporter::Reporter;
use crate::summary::Summary;
use foldhash::fast::FixedState;
use quaywatch_capture::{Batch, Packet};
use quaywatch_flow::{Limits, Table};
use quaywatch_model::{Mac, Moment, Problem, Verdict};
use quaywatch_store::{Carver, Rows};
use quaywatch_wire::{Body, Frame, Memory};
use std::hash::BuildHasher;

/// What conversations may hold of unfinished PDUs and waiting requests, all workers together, in bytes.
const HELD_BYTES: usize = 64 * 1024 * 1024;
/// So many conversations are kept, all workers together: at 400 bytes each they take 80 MB.
const CONVERSATIONS: usize = 200_000;

/// Works on the conversations that are its own.
pub(crate) struct Worker {
    index: u64,
    workers: u64,
    table: Table<App>,
    memory: Memory,
    reporter: Reporter,
    last: Moment,
}

impl Worker {
    pub(crate) fn new(index: usize, workers: usize, rows: Option<Rows>, carver: Carver) -> Self {
        let limits = Limits { conversations: CONVERSATIONS / workers, ..Limits::default() };
        Self {
            index: index as u64,
            workers: workers as u64,
            table: Table::new(limits),
            memory: Memory::new(HELD_BYTES / workers),
            reporter: Reporter::new(rows, carver),
            last: Moment::default(),
        }
    }

    /// Takes in a batch of packets.
    pub(crate) fn batch(&mut self, batch: &Batch) {
        for packet in batch.packets() {
            self.packet(&packet);
        }
        if self.index == 0 {
            for (frame, problem) in batch.problems() {
                self.reporter.loose_problem(Moment { frame: *frame, time: self.last.time }, problem);
            }
        }
    }

    /// Whether going on is of no use, because rows cannot be written.
    pub(crate) fn failed(&self) -> bool {
        self.reporter.failed()
    }

    /// Ends all conversations.
    pub(crate) fn finish(mut self) -> (Summary, Option<Rows>, Carver) {
        self.reporter.telling = self.index == 0;
        self.table.finish(self.last, &mut self.memory, &mut self.reporter);
        self.reporter.finish()
    }

    fn packet(&mut self, packet: &Packet<'_>) {
        let at = Moment { time: packet.time, frame: packet.frame };
        self.last = Moment { time: self.last.time.max(at.time), frame: at.frame };
        let cut = (packet.original_len as usize).saturating_sub(packet.bytes.len());
        let Some(frame) = Frame::decode(packet.link, packet.bytes, cut) else {
            if self.index == 0 {
                let bytes = packet.original_len.into();
                let reason = "link type that is not read";
                let problem = Problem { layer: "link", reason, verdict: Verdict::Unsupported, bytes };
                self.reporter.loose_problem(at, &problem);
            }
            return;
        };
        let mine = self.workers == 1 || owner(&frame, self.workers) == self.index;
        if mine || is_for_a_group(&frame) {
            self.reporter.telling = mine;
            let wire_bytes = packet.original_len.into();
            self.table.frame(&frame, at, wire_bytes, &mut self.memory, &mut self.reporter);
        }
    }
}

/// Which worker tells what these two addresses say to each other.
///
/// What has no IP has one worker for each EtherType: there a question goes to a group (PROFINET identify) and
/// every answer comes from a station of its own. Only who hears them all knows that a question was answered.
fn owner(frame: &Frame<'_>, workers: u64) -> u64 {
    let Body::Ip(packet) = &frame.body else {
        return FixedState::default().hash_one(frame.ethertype) % workers;
    };
    let (a, b) = (*packet.source.bytes(), *packet.destination.bytes());
    let (a, b) = (u128::from_ne_bytes(a), u128::from_ne_bytes(b));
    FixedState::default().hash_one((a.min(b), a.max(b))) % workers
}

/// Whether it was sent to a group: the answers may come in conversations of other workers.
fn is_for_a_group(frame: &Frame<'_>) -> bool {
    frame.macs.is_some_and(|[_, to]: [Mac; 2]| to.is_group())
}

#[cfg(test)]
mod tests {
    use super::owner;
    use quaywatch_wire::Frame;

    #[test]
    fn a_question_to_a_group_and_its_answers_have_one_worker() {
        let frame = |to: [u8; 6], from: [u8; 6]| [&to[..], &from, &[0x88, 0x92, 0xfe, 0xfe]].concat();
        let question = frame([1, 0x0e, 0xcf, 0, 0, 0], [2, 0, 0, 0, 0, 1]);
        for station in 2..20 {
            let answer = frame([2, 0, 0, 0, 0, 1], [2, 0, 0, 0, 0, station]);
            for workers in 1..9 {
                let owner = |bytes| owner(&Frame::ethernet(bytes, 0), workers);
                assert_eq!(owner(&question), owner(&answer));
            }
        }
    }
}
