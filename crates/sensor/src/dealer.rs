use foldhash::fast::FixedState;
use hashbrown::HashMap;
use quaywatch_capture::{Batch, Packet};
use quaywatch_model::Mac;
use quaywatch_wire::{Body, Frame};
use std::hash::BuildHasher;

/// So many pairs of addresses are dealt by load; those beyond by their hash.
const MOST_PAIRS: usize = 100_000;

/// What working on a packet costs the worker it is dealt to, and what reading and dealing it costs the first worker,
/// who does that; measured, in the same unit.
const WORK: u64 = 4;
const READING: u64 = 1;

/// A batch, and whose each of its packets is; no owners where there is only one worker.
#[derive(Default)]
pub(crate) struct Dealt {
    pub(crate) batch: Batch,
    pub(crate) owners: Vec<Owner>,
}

/// Who tells a packet, and whether all hear it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Owner {
    pub(crate) worker: u16,
    /// Sent to a group: the answers may come in conversations of other workers.
    pub(crate) for_a_group: bool,
}

/// Says whose each packet is. Done once, by who reads, so that a worker passes over the others' in one step.
///
/// All that two addresses say to each other has one worker: at first sight the one with the least to do so far.
/// What has no IP has one worker for each EtherType: there a question goes to a group (PROFINET identify) and every
/// answer comes from a station of its own. Only who hears them all knows that a question was answered.
///
/// What is told does not depend on how packets are dealt, only how soon.
pub(crate) struct Dealer {
    hash: FixedState,
    owners: HashMap<u64, u16, FixedState>,
    /// What each worker has had to do so far.
    load: Vec<u64>,
}

impl Dealer {
    pub(crate) fn new(workers: u16) -> Self {
        let load = vec![0; usize::from(workers.max(1))];
        Self { hash: FixedState::default(), owners: HashMap::default(), load }
    }

    pub(crate) fn deal(&mut self, dealt: &mut Dealt) {
        let Dealt { batch, owners } = dealt;
        owners.clear();
        owners.extend(batch.packets().map(|packet| self.owner(&packet)));
    }

    fn owner(&mut self, packet: &Packet<'_>) -> Owner {
        // What cannot be read is told by the first worker.
        let Some(frame) = Frame::decode(packet.link, packet.bytes, 0) else {
            return Owner { worker: 0, for_a_group: false };
        };
        let worker = self.worker(&frame);
        Owner { worker, for_a_group: frame.macs.is_some_and(|[_, to]: [Mac; 2]| to.is_group()) }
    }

    fn worker(&mut self, frame: &Frame<'_>) -> u16 {
        let key = match &frame.body {
            Body::Ip(packet) => {
                let [a, b] =
                    [packet.source, packet.destination].map(|address| u128::from_ne_bytes(*address.bytes()));
                self.hash.hash_one((a.min(b), a.max(b)))
            }
            _ => self.hash.hash_one(frame.ethertype),
        };
        let worker = match self.owners.get(&key) {
            Some(&worker) => worker,
            None if self.owners.len() < MOST_PAIRS => {
                let least = self.load.iter().enumerate().min_by_key(|(_, load)| **load);
                let worker = least.map_or(0, |(worker, _)| worker as u16);
                self.owners.insert(key, worker);
                worker
            }
            None => (key % self.load.len().max(1) as u64) as u16,
        };
        if let Some(load) = self.load.get_mut(usize::from(worker)) {
            *load += WORK;
        }
        if let Some(first) = self.load.first_mut() {
            *first += READING;
        }
        worker
    }
}

#[cfg(test)]
mod tests {
    use super::Dealer;
    use quaywatch_wire::Frame;

    #[test]
    fn a_question_to_a_group_and_its_answers_have_one_worker() {
        let frame = |to: [u8; 6], from: [u8; 6]| [&to[..], &from, &[0x88, 0x92, 0xfe, 0xfe]].concat();
        let question = frame([1, 0x0e, 0xcf, 0, 0, 0], [2, 0, 0, 0, 0, 1]);
        for workers in 1..9 {
            let mut dealer = Dealer::new(workers);
            for station in 2..20 {
                let answer = frame([2, 0, 0, 0, 0, 1], [2, 0, 0, 0, 0, station]);
                let mut worker = |bytes| dealer.worker(&Frame::ethernet(bytes, 0));
                assert_eq!(worker(&question), worker(&answer));
            }
        }
    }
}
