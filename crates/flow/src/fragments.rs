use crate::Counts;
use hashbrown::HashMap;
use quaywatch_model::{Address, Moment};
use quaywatch_wire::{Fragment, Memory, Packet};
use std::mem;

/// So many packets are put together at a time; the oldest gives way.
const MOST_PACKETS: usize = 1024;
/// So many parts of one packet are kept: the largest packet in the smallest usual fragments.
const MOST_PARTS: usize = 256;
/// The longest payload an IP packet can have, in bytes.
const LONGEST_PAYLOAD: usize = 65_535;
/// Parts are given up after this (RFC 8200, section 4.5: 60 seconds).
const PATIENCE_NANOS: i64 = 60_000_000_000;

/// Packets of which parts are still missing.
///
/// Overlap policy: the part that was captured first wins.
#[derive(Debug, Default)]
pub(crate) struct Fragments {
    packets: HashMap<Id, Parts, foldhash::quality::RandomState>,
    /// Packets that gave way, and what their parts counted; told at the end.
    gave_way: (u64, Counts),
}

/// What makes fragments parts of one packet.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) struct Id {
    pub(crate) source: Address,
    pub(crate) destination: Address,
    pub(crate) protocol: u8,
    id: u32,
    pub(crate) vlan: u16,
    pub(crate) tunnel: u64,
}

#[derive(Debug)]
struct Parts {
    first: Moment,
    counts: Counts,
    /// Whether the listener is told of them, or another's is.
    told: bool,
    /// The payload's length, once the last part is known.
    len: Option<usize>,
    parts: Vec<(usize, Vec<u8>)>,
}

/// A packet that was never whole: whose it was, when its first part came, what its parts counted, whether it is told.
pub(crate) type Incomplete = (Id, Moment, Counts, bool);

/// What a packet came in, and whether the listener is told of it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Within {
    pub(crate) vlan: u16,
    pub(crate) tunnel: u64,
    pub(crate) told: bool,
}

/// What became of a part.
pub(crate) enum Defragmented {
    /// More parts are missing.
    Waiting,
    /// The packet is whole: its payload, and what its parts counted. Give the buffer back to the memory.
    Whole(Vec<u8>, Counts),
    /// Parts were given up: the reason, and what this part and those before it counted.
    GivenUp(&'static str, Counts),
}

impl Fragments {
    /// Takes in one part.
    pub(crate) fn part(
        &mut self,
        memory: &mut Memory,
        packet: &Packet<'_>,
        part: Fragment,
        at: Moment,
        wire_bytes: u64,
        Within { vlan, tunnel, told }: Within,
    ) -> Defragmented {
        let Packet { source, destination, protocol, payload, .. } = *packet;
        let id = Id { source, destination, protocol, id: part.id, vlan, tunnel };
        let this = Counts { packets: 1, bytes: 0, ip_bytes: packet.len as u64, wire_bytes };
        let stale = |parts: &Parts| at.time.since(parts.first.time) > PATIENCE_NANOS;
        let mut lost = Counts::default();
        if self.packets.get(&id).is_some_and(stale) {
            lost = self.drop(memory, &id);
        }
        if !self.packets.contains_key(&id) && self.packets.len() >= MOST_PACKETS {
            self.drop_oldest(memory);
        }
        let packet_parts = self.packets.entry(id).or_insert_with(|| Parts {
            first: at,
            counts: lost,
            told,
            len: None,
            parts: Vec::new(),
        });
        packet_parts.counts.add(&this);
        let start = part.offset as usize;
        let end = start + packet.payload_len;
        if end > LONGEST_PAYLOAD
            || packet_parts.parts.len() >= MOST_PARTS
            || payload.len() < packet.payload_len
        {
            let reason = if end > LONGEST_PAYLOAD {
                "fragments longer than a packet can be"
            } else if payload.len() < packet.payload_len {
                "fragment cut short by the capture"
            } else {
                "too many fragments"
            };
            let counts = self.drop(memory, &id);
            return Defragmented::GivenUp(reason, counts);
        }
        if !part.more {
            packet_parts.len.get_or_insert(end);
        }
        let Some(bytes) = memory.copy(payload) else {
            let counts = self.drop(memory, &id);
            return Defragmented::GivenUp("memory limit reached, fragments dropped", counts);
        };
        packet_parts.parts.push((start, bytes));
        let Some(whole) = packet_parts.whole(memory) else { return Defragmented::Waiting };
        let counts = self.drop(memory, &id);
        Defragmented::Whole(whole, counts)
    }

    /// Gives up all that waits, in the order it began; and tells how many packets gave way before, with what they counted.
    pub(crate) fn give_up(&mut self, memory: &mut Memory) -> (Vec<Incomplete>, (u64, Counts)) {
        let mut left: Vec<_> = self
            .packets
            .drain()
            .map(|(id, parts)| {
                parts.parts.into_iter().for_each(|(_, bytes)| memory.free(bytes));
                (id, parts.first, parts.counts, parts.told)
            })
            .collect();
        left.sort_by_key(|(_, first, ..)| *first);
        (left, mem::take(&mut self.gave_way))
    }

    fn drop(&mut self, memory: &mut Memory, id: &Id) -> Counts {
        let Some(parts) = self.packets.remove(id) else { return Counts::default() };
        parts.parts.into_iter().for_each(|(_, bytes)| memory.free(bytes));
        parts.counts
    }

    fn drop_oldest(&mut self, memory: &mut Memory) {
        let oldest = self.packets.iter().min_by_key(|(_, parts)| parts.first).map(|(id, _)| *id);
        if let Some(id) = oldest {
            let told = self.packets.get(&id).is_some_and(|parts| parts.told);
            let counts = self.drop(memory, &id);
            if !told {
                return;
            }
            let (packets, total) = &mut self.gave_way;
            *packets += 1;
            total.add(&counts);
        }
    }
}

impl Parts {
    /// The whole payload, if no byte of it is missing.
    fn whole(&self, memory: &mut Memory) -> Option<Vec<u8>> {
        let len = self.len?;
        if self.parts.iter().map(|(_, bytes)| bytes.len()).sum::<usize>() < len {
            // Most parts end here: nothing is put together before there is enough for it.
            return None;
        }
        let mut filled = vec![false; len.div_ceil(8)];
        let mut payload = vec![0; len];
        for (start, bytes) in &self.parts {
            // Fragments begin at multiples of eight bytes, so eight bytes are filled or not as one.
            for (index, piece) in bytes.chunks(8).enumerate() {
                let at = start + index * 8;
                let cell = filled.get_mut(at / 8)?;
                if let Some(to) = payload.get_mut(at..(at + piece.len()).min(len)).filter(|_| !*cell) {
                    to.iter_mut().zip(piece).for_each(|(to, &from)| *to = from);
                    *cell = piece.len() == 8 || at + piece.len() >= len;
                }
            }
        }
        if !filled.iter().all(|&cell| cell) {
            return None;
        }
        memory.copy(&payload)
    }
}
