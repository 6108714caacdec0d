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

// All that grows with the input stays under 256 MiB together, whatever the input: what is held here, the rows that
// wait to be put in order (see `inspect.rs`), and the batches, carved pieces and counts, some 20 MiB.

/// What conversations may hold of unfinished PDUs and waiting requests, all workers together, in bytes.
const HELD_BYTES: usize = 24 * 1024 * 1024;
/// So many conversations are kept, all workers together: at 400 bytes each they take 60 MB.
const CONVERSATIONS: usize = 150_000;

/// Works on the conversations that are its own.
pub(crate) struct Worker {
    index: u16,
    table: Table<App>,
    memory: Memory,
    reporter: Reporter,
    last: Moment,
}

impl Worker {
    pub(crate) fn new(index: u16, workers: u16, rows: Option<Rows>, carver: Carver) -> Self {
        let workers = usize::from(workers.max(1));
        let limits = Limits { conversations: CONVERSATIONS / workers, ..Limits::default() };
        Self {
            index,
            table: Table::new(limits),
            memory: Memory::new(HELD_BYTES / workers),
            reporter: Reporter::new(rows, carver),
            last: Moment::default(),
        }
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
            }
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
    pub(crate) fn finish(mut self) -> (Summary, Option<Rows>, Carver) {
        self.reporter.telling = self.index == 0;
        self.table.finish(self.last, &mut self.memory, &mut self.reporter);
        self.reporter.finish()
    }

    fn packet(&mut self, packet: &Packet<'_>, mine: bool) {
        let at = Moment { time: packet.time, frame: packet.frame };
        self.last = Moment { time: self.last.time.max(at.time), frame: at.frame };
        let cut = (packet.original_len as usize).saturating_sub(packet.bytes.len());
        let Some(frame) = Frame::decode(packet.link, packet.bytes, cut) else {
            if mine {
                let bytes = packet.original_len.into();
                let reason = "link type that is not read";
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

/// A batch, and whose each of its packets is; no owners where there is only one worker.
#[derive(Default)]
pub(crate) struct Dealt {
    pub(crate) batch: Batch,
    owners: Vec<Owner>,
}

/// Who tells a packet, and whether all hear it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Owner {
    worker: u16,
    /// Sent to a group: the answers may come in conversations of other workers.
    for_a_group: bool,
}

impl Dealt {
    /// Says whose each packet is. Done once, by who reads, so that a worker passes over the others' in one step.
    pub(crate) fn deal(&mut self, workers: u16) {
        self.owners.clear();
        let whose = |packet: Packet<'_>| {
            // What cannot be read is told by the first worker.
            let frame = Frame::decode(packet.link, packet.bytes, 0);
            frame.map_or(Owner { worker: 0, for_a_group: false }, |frame| Owner {
                worker: owner(&frame, workers),
                for_a_group: frame.macs.is_some_and(|[_, to]: [Mac; 2]| to.is_group()),
            })
        };
        self.owners.extend(self.batch.packets().map(whose));
    }
}

/// Which worker tells what these two addresses say to each other.
///
/// What has no IP has one worker for each EtherType: there a question goes to a group (PROFINET identify) and
/// every answer comes from a station of its own. Only who hears them all knows that a question was answered.
fn owner(frame: &Frame<'_>, workers: u16) -> u16 {
    let one_of = |hash: u64| (hash % u64::from(workers.max(1))) as u16;
    let Body::Ip(packet) = &frame.body else {
        return one_of(FixedState::default().hash_one(frame.ethertype));
    };
    let (a, b) = (*packet.source.bytes(), *packet.destination.bytes());
    let (a, b) = (u128::from_ne_bytes(a), u128::from_ne_bytes(b));
    one_of(FixedState::default().hash_one((a.min(b), a.max(b))))
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
