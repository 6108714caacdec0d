use foldhash::fast::FixedState;
use hashbrown::HashMap;
use quaywatch_capture::{Batch, Packet};
use quaywatch_model::{Address, Mac};
use quaywatch_wire::{Body, Frame, LinkType};
use std::hash::BuildHasher;

/// So many pairs of addresses are dealt by load; those beyond by their hash.
const MOST_PAIRS: usize = 100_000;

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
/// All that two addresses say to each other has one worker: at first sight the one who is least behind; of those, the
/// one who has had the least to do so far.
/// What has no IP has one worker for each EtherType: there a question goes to a group (PROFINET identify) and every
/// answer comes from a station of its own. Only who hears them all knows that a question was answered.
///
/// What is told does not depend on how packets are dealt, only how soon.
pub(crate) struct Dealer {
    hash: FixedState,
    owners: HashMap<u64, u16, FixedState>,
    /// How many batches each worker is behind, and how many packets it has had so far.
    load: Vec<(usize, u64)>,
}

impl Dealer {
    pub(crate) fn new(workers: u16) -> Self {
        let load = vec![(0, 0); usize::from(workers.max(1))];
        Self { hash: FixedState::default(), owners: HashMap::default(), load }
    }

    /// `waiting`: how many batches wait for each worker.
    pub(crate) fn deal(&mut self, dealt: &mut Dealt, waiting: &[usize]) {
        for ((behind, _), waiting) in self.load.iter_mut().zip(waiting) {
            *behind = *waiting;
        }
        let Dealt { batch, owners } = dealt;
        owners.clear();
        owners.extend(batch.packets().map(|packet| self.owner(&packet)));
    }

    fn owner(&mut self, packet: &Packet<'_>) -> Owner {
        if packet.link == LinkType::ETHERNET
            && let Some(pair) = plain_pair(packet.bytes)
        {
            let for_a_group = packet.bytes.first().is_some_and(|first| first & 1 != 0);
            return Owner { worker: self.worker(self.key(pair)), for_a_group };
        }
        // What cannot be read is told by the first worker.
        let Some(frame) = Frame::decode(packet.link, packet.bytes, 0) else {
            return Owner { worker: 0, for_a_group: false };
        };
        let worker = self.worker(self.key_of(&frame));
        Owner { worker, for_a_group: frame.macs.is_some_and(|[_, to]: [Mac; 2]| to.is_group()) }
    }

    fn key(&self, [a, b]: [Address; 2]) -> u64 {
        let [a, b] = [a, b].map(|address| u128::from_ne_bytes(*address.bytes()));
        self.hash.hash_one((a.min(b), a.max(b)))
    }

    fn key_of(&self, frame: &Frame<'_>) -> u64 {
        match &frame.body {
            Body::Ip(packet) => self.key([packet.source, packet.destination]),
            _ => self.hash.hash_one(frame.ethertype),
        }
    }

    fn worker(&mut self, key: u64) -> u16 {
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
        if let Some((_, packets)) = self.load.get_mut(usize::from(worker)) {
            *packets += 1;
        }
        worker
    }
}

/// The addresses of an Ethernet frame with IPv4 or IPv6 right behind its header, read from where they stand. Whether
/// the packet is sound is not asked: one that is not is told in the same way by any worker.
#[inline]
fn plain_pair(frame: &[u8]) -> Option<[Address; 2]> {
    let packet = frame.get(14..)?;
    match frame.get(12..14)? {
        [0x08, 0x00] => {
            let (source, destination) = packet.get(12..20)?.split_first_chunk()?;
            Some([Address::v4(*source), Address::v4(*destination.first_chunk()?)])
        }
        [0x86, 0xDD] => {
            let (source, destination) = packet.get(8..40)?.split_first_chunk()?;
            Some([Address::v6(*source), Address::v6(*destination.first_chunk()?)])
        }
        _ => None,
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
                let mut worker = |bytes| dealer.worker(dealer.key_of(&Frame::ethernet(bytes, 0)));
                assert_eq!(worker(&question), worker(&answer));
            }
        }
    }
}
