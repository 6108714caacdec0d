mod ageing;

use crate::conversation::{Conversation, Counts, Listener, NEVER, Tunnel};
use crate::fragments::{Defragmented, Fragments, Within};
use crate::history::{self, History};
use crate::key::Key;
use crate::slots::Slots;
use crate::tcp::{self, Streams};
use ageing::{line_up, wake};
use foldhash::fast::FixedState;
use foldhash::quality::RandomState;
use hashbrown::HashTable;
use quaywatch_model::{Mac, Moment, Problem, Side, Timestamp, Verdict};
use quaywatch_wire::{Body, Flags, Frame, Memory, Packet, Segment, protocol, tunnel};
use std::cmp::Reverse;
use std::collections::{BinaryHeap, VecDeque};
use std::hash::BuildHasher;

/// How much a flow table keeps, and for how long in packet time.
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    /// So many conversations at a time; the one that has waited longest to be looked at gives way.
    pub conversations: usize,
    /// A TCP connection without packets is over after this. Controllers and panels keep connections for months
    /// and may say nothing for minutes.
    pub tcp_idle_nanos: i64,
    /// Everything else without packets is over after this, attempts at a TCP connection too.
    pub other_idle_nanos: i64,
    /// A closed TCP connection is forgotten after this, so that late segments do not look like a new one.
    pub closed_nanos: i64,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            conversations: 256 * 1024,
            tcp_idle_nanos: 3_600_000_000_000,
            other_idle_nanos: 60_000_000_000,
            closed_nanos: 10_000_000_000,
        }
    }
}

/// Tunnels inside tunnels are followed so deep.
const MOST_TUNNELS: u8 = 4;
/// How often time-outs are looked for, in packet time. Packets themselves meet time-outs exactly.
const SWEEP_EVERY_NANOS: u64 = 1_000_000_000;
/// So many conversations are looked at in one sweep at the most, so that no packet pays for all.
const MOST_SWEPT: usize = 4096;

/// The flow table.
pub struct Table<T> {
    limits: Limits,
    hash: RandomState,
    index: HashTable<u32>,
    slots: Slots<T>,
    /// Who is to be looked at next: one entry for each conversation.
    due: [VecDeque<Due>; 2],
    /// Who is to be woken: one entry for each conversation that wants to be.
    waking: BinaryHeap<Reverse<Due>>,
    fragments: Fragments,
    now: Timestamp,
    swept: Timestamp,
    generation: u32,
}

/// A conversation that is to be looked at, at the earliest at `after`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Due {
    after: Timestamp,
    slot: u32,
    generation: u32,
}

/// Where a packet is in the capture and in which tunnel.
#[derive(Clone, Copy)]
struct Place<'a> {
    at: Moment,
    wire_bytes: u64,
    macs: [Mac; 2],
    vlan: u16,
    hops_left: u8,
    /// The tunnel, and its number as a part of keys.
    tunnel: Option<&'a (Tunnel, u64)>,
    depth: u8,
}

impl<T: Default> Table<T> {
    /// An empty table.
    #[must_use]
    pub fn new(limits: Limits) -> Self {
        Self {
            limits,
            hash: RandomState::default(),
            index: HashTable::new(),
            slots: Slots::new(),
            due: [VecDeque::new(), VecDeque::new()],
            waking: BinaryHeap::new(),
            fragments: Fragments::default(),
            now: Timestamp::default(),
            swept: Timestamp::default(),
            generation: 0,
        }
    }

    /// How many conversations are kept now.
    #[must_use]
    pub fn len(&self) -> usize {
        self.index.len()
    }

    /// Whether no conversation is kept.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.index.is_empty()
    }

    /// Takes in one frame. `wire_bytes`: how long it was on the wire.
    pub fn frame<L: Listener<T> + ?Sized>(
        &mut self,
        frame: &Frame<'_>,
        at: Moment,
        wire_bytes: u64,
        memory: &mut Memory,
        listener: &mut L,
    ) {
        self.now = at.time;
        let place = Place {
            at,
            wire_bytes,
            macs: [Mac::default(); 2],
            vlan: 0,
            hops_left: 0,
            tunnel: None,
            depth: 0,
        };
        self.layer(frame, place, memory, listener);
        self.pass(at.time, memory, listener);
    }

    /// Takes note of the time of a packet. For those that another table takes in: two tables that are told of the
    /// same times look for time-outs at the same packets.
    #[inline]
    pub fn pass<L: Listener<T> + ?Sized>(&mut self, now: Timestamp, memory: &mut Memory, listener: &mut L) {
        if now.distance(self.swept) > SWEEP_EVERY_NANOS {
            (self.swept, self.now) = (now, now);
            self.sweep(memory, listener);
        }
    }

    /// Ends all conversations: the capture is over.
    pub fn finish<L: Listener<T> + ?Sized>(&mut self, now: Moment, memory: &mut Memory, listener: &mut L) {
        let (left, (gave_way, counts)) = self.fragments.give_up(memory);
        listener.resume(true);
        for nth in 0..gave_way {
            // Whose they were is not known any more.
            let reason = "too many packets of which fragments are missing, the oldest was dropped";
            let bytes = if nth == 0 { counts.wire_bytes } else { 0 };
            listener.problem(None, now, &Problem { layer: "ip", reason, verdict: Verdict::Limit, bytes });
        }
        for (id, first, counts, told) in left {
            listener.resume(told);
            let reason = "packet of which fragments are missing";
            let (verdict, bytes) = (Verdict::Incomplete, counts.wire_bytes);
            listener.problem(None, first, &Problem { layer: "ip", reason, verdict, bytes });
            // Its frames still belong to somebody: a conversation without ports.
            let (key, from) = Key::of_fragments(&id);
            let place = Place {
                at: first,
                wire_bytes: counts.wire_bytes,
                macs: [Mac::default(); 2],
                vlan: id.vlan,
                hops_left: 0,
                tunnel: None,
                depth: 0,
            };
            self.count(&key, from, &counts, &place, memory, listener);
        }
        for slot in 0..self.slots.len() {
            self.end(slot, now, memory, listener);
        }
    }

    fn layer<L: Listener<T> + ?Sized>(
        &mut self,
        frame: &Frame<'_>,
        mut place: Place<'_>,
        memory: &mut Memory,
        listener: &mut L,
    ) {
        if let Some(macs) = frame.macs {
            place.macs = macs;
        }
        place.vlan = frame.vlan.unwrap_or(place.vlan);
        match &frame.body {
            Body::Ip(packet) => self.packet(packet, place, memory, listener),
            Body::Other(payload) => self.ethernet(frame, payload, &place, memory, listener),
            Body::Broken(layer, error) => {
                let reason = error.field;
                let problem = Problem { layer, reason, verdict: Verdict::Malformed, bytes: place.wire_bytes };
                listener.problem(None, place.at, &problem);
            }
        }
    }

    fn packet<L: Listener<T> + ?Sized>(
        &mut self,
        packet: &Packet<'_>,
        mut place: Place<'_>,
        memory: &mut Memory,
        listener: &mut L,
    ) {
        place.hops_left = packet.hops_left;
        if packet.bad_checksum {
            let problem =
                Problem { layer: "ipv4", reason: BAD_CHECKSUM, verdict: Verdict::Malformed, bytes: 0 };
            listener.problem(None, place.at, &problem);
        }
        if packet.overlong {
            let reason = "IP length beyond the frame's end";
            let problem = Problem { layer: "ip", reason, verdict: Verdict::Malformed, bytes: 0 };
            listener.problem(None, place.at, &problem);
        }
        let Some(part) = packet.fragment else {
            let ip_bytes = packet.len as u64;
            let counts = Counts { packets: 1, bytes: 0, ip_bytes, wire_bytes: place.wire_bytes };
            return self.transport(packet, counts, &place, memory, listener);
        };
        let tunnel = place.tunnel.map_or(0, |(_, key)| *key);
        let within = Within { vlan: place.vlan, tunnel, told: listener.tells() };
        match self.fragments.part(memory, packet, part, place.at, place.wire_bytes, within) {
            Defragmented::Waiting => {}
            Defragmented::Whole(payload, mut counts) => {
                place.wire_bytes = counts.wire_bytes;
                match packet.whole(&payload) {
                    Ok(whole) => {
                        // One packet has one header, in however many parts it came.
                        counts.ip_bytes = whole.len as u64;
                        self.transport(&whole, counts, &place, memory, listener);
                    }
                    Err(error) => {
                        let (reason, verdict) = (error.field, Verdict::Malformed);
                        let problem = Problem { layer: "ipv6", reason, verdict, bytes: counts.wire_bytes };
                        self.unread(packet, &problem, counts, &place, memory, listener);
                    }
                }
                memory.free(payload);
            }
            Defragmented::GivenUp(reason, counts) => {
                let verdict = Verdict::Incomplete;
                let problem = Problem { layer: "ip", reason, verdict, bytes: counts.wire_bytes };
                self.unread(packet, &problem, counts, &place, memory, listener);
            }
        }
    }

    /// Parts that make no packet. Their frames still belong to somebody: a conversation without ports.
    fn unread<L: Listener<T> + ?Sized>(
        &mut self,
        packet: &Packet<'_>,
        problem: &Problem,
        counts: Counts,
        place: &Place<'_>,
        memory: &mut Memory,
        listener: &mut L,
    ) {
        listener.problem(None, place.at, problem);
        let (key, from) = Key::ip(packet, [0, 0], place.vlan, place.tunnel.map_or(0, |(_, key)| *key));
        self.count(&key, from, &counts, place, memory, listener);
    }

    fn transport<L: Listener<T> + ?Sized>(
        &mut self,
        packet: &Packet<'_>,
        mut counts: Counts,
        place: &Place<'_>,
        memory: &mut Memory,
        listener: &mut L,
    ) {
        let tunnel = place.tunnel.map_or(0, |(_, key)| *key);
        let segment = Segment::decode(packet);
        let ip = |ports| Key::ip(packet, ports, place.vlan, tunnel);
        let ((key, from), bytes, payload, bad_checksum) = match &segment {
            Segment::Tcp(tcp) => {
                return self.tcp(ip([tcp.source, tcp.destination]), tcp, counts, place, memory, listener);
            }
            Segment::Udp(udp) => {
                (ip([udp.source, udp.destination]), udp.payload, udp.payload_len, udp.bad_checksum)
            }
            Segment::Icmp(icmp) => {
                (Key::icmp(packet, icmp, place.vlan, tunnel), icmp.payload, icmp.payload_len, false)
            }
            Segment::Other(payload) => (ip([0, 0]), *payload, packet.payload_len, false),
            Segment::Broken(layer, error) => {
                let verdict = Verdict::Malformed;
                let problem = Problem { layer, reason: error.field, verdict, bytes: place.wire_bytes };
                listener.problem(None, place.at, &problem);
                (ip(ports_of(packet)), &[][..], 0, false)
            }
        };
        counts.bytes = payload as u64;
        let inside = tunnel::inside(packet, &segment).filter(|_| place.depth < MOST_TUNNELS);
        let Some(slot) = self.count(&key, from, &counts, place, memory, listener) else { return };
        let Some(conversation) = self.slots.get_mut(slot) else { return };
        history::packet(conversation, from, bad_checksum);
        if bad_checksum {
            let problem =
                Problem { layer: "udp", reason: BAD_CHECKSUM, verdict: Verdict::Malformed, bytes: 0 };
            listener.problem(Some(conversation), place.at, &problem);
        }
        if let Some((kind, frame)) = inside {
            let first_frame = conversation.first.frame;
            conversation.is_mirror =
                kind == tunnel::ERSPAN && (conversation.is_mirror || !conversation.is_carrier);
            conversation.is_carrier = true;
            // The same in every run: names of conversations in tunnels are made of it.
            let within = FixedState::default().hash_one((key, first_frame)) | 1;
            let tunnel = (Tunnel { kind, carrier: key, first_frame }, within);
            let inner = Place { tunnel: Some(&tunnel), vlan: 0, depth: place.depth + 1, ..*place };
            return self.layer(&frame, inner, memory, listener);
        }
        if !bytes.is_empty() {
            listener.data(conversation, memory, from, place.at, bytes);
            line_up(&mut self.waking, slot, conversation);
        }
        if let Some(cut) = payload.checked_sub(bytes.len()).filter(|&cut| cut > 0) {
            listener.gap(conversation, memory, from, place.at, cut as u64);
        }
    }

    fn tcp<L: Listener<T> + ?Sized>(
        &mut self,
        (key, from): (Key, Side),
        segment: &quaywatch_wire::Tcp<'_>,
        mut counts: Counts,
        place: &Place<'_>,
        memory: &mut Memory,
        listener: &mut L,
    ) {
        counts.bytes = segment.payload_len as u64;
        if segment.flags.has(Flags::SYN)
            && let Some(slot) = self.find(&key, self.hash.hash_one(key))
        {
            let kept = self.slots.get(slot);
            if kept.is_some_and(|kept| kept.streams.is_begun_anew_by(from, segment)) {
                self.end(slot, place.at, memory, listener);
            }
        }
        let Some(slot) = self.count(&key, from, &counts, place, memory, listener) else { return };
        let Some(conversation) = self.slots.get_mut(slot) else { return };
        if segment.bad_checksum {
            let problem =
                Problem { layer: "tcp", reason: BAD_CHECKSUM, verdict: Verdict::Malformed, bytes: 0 };
            listener.problem(Some(conversation), place.at, &problem);
        }
        tcp::segment(conversation, memory, listener, from, place.at, segment);
        line_up(&mut self.waking, slot, conversation);
    }

    fn ethernet<L: Listener<T> + ?Sized>(
        &mut self,
        frame: &Frame<'_>,
        payload: &[u8],
        place: &Place<'_>,
        memory: &mut Memory,
        listener: &mut L,
    ) {
        let tunnel = place.tunnel.map_or(0, |(_, key)| *key);
        let (key, from) = Key::ethernet(place.macs, frame.ethertype, place.vlan, tunnel);
        let bytes = payload.len() as u64;
        let counts = Counts { packets: 1, bytes, ip_bytes: 0, wire_bytes: place.wire_bytes };
        let Some(slot) = self.count(&key, from, &counts, place, memory, listener) else { return };
        let Some(conversation) = self.slots.get_mut(slot) else { return };
        // Some protocols have their status at the end of the frame: the beginning alone would be read as something it
        // is not.
        match frame.cut {
            0 => listener.data(conversation, memory, from, place.at, payload),
            cut => listener.gap(conversation, memory, from, place.at, bytes + cut as u64),
        }
        line_up(&mut self.waking, slot, conversation);
    }

    /// Finds or begins the conversation and counts a packet of it.
    fn count<L: Listener<T> + ?Sized>(
        &mut self,
        key: &Key,
        from: Side,
        counts: &Counts,
        place: &Place<'_>,
        memory: &mut Memory,
        listener: &mut L,
    ) -> Option<u32> {
        let hash = self.hash.hash_one(key);
        let mut found = self.find(key, hash);
        if let Some(slot) = found
            && let Some(kept) = self.slots.get(slot)
            && self.limits.is_over(kept, place.at.time)
        {
            self.end(slot, place.at, memory, listener);
            found = None;
        }
        let slot = match found {
            Some(slot) => slot,
            None => self.begin(*key, hash, from, place, memory, listener),
        };
        let conversation = self.slots.get_mut(slot)?;
        if place.at.time > conversation.wake {
            wake(conversation, place.at, memory, listener);
        }
        conversation.last = conversation.last.max(place.at.time);
        let sent = from.of_mut(&mut conversation.counts);
        if sent.packets == 0 {
            *from.of_mut(&mut conversation.hops_left) = place.hops_left;
        }
        sent.add(counts);
        Some(slot)
    }

    fn find(&self, key: &Key, hash: u64) -> Option<u32> {
        let is_it = |&slot: &u32| self.slots.get(slot).is_some_and(|kept| kept.key == *key);
        self.index.find(hash, is_it).copied()
    }

    fn begin<L: Listener<T> + ?Sized>(
        &mut self,
        key: Key,
        hash: u64,
        from: Side,
        place: &Place<'_>,
        memory: &mut Memory,
        listener: &mut L,
    ) -> u32 {
        if self.index.len() >= self.limits.conversations {
            self.make_room(place.at, memory, listener);
        }
        let [source, destination] = place.macs;
        self.generation = self.generation.wrapping_add(1);
        let mut conversation = Conversation {
            key,
            macs: if from == Side::A { [source, destination] } else { [destination, source] },
            first: place.at,
            last: place.at.time,
            counts: [Counts::default(); 2],
            tunnel: place.tunnel.map(|(tunnel, _)| Box::new(*tunnel)),
            is_carrier: false,
            is_mirror: false,
            opener: from,
            hops_left: [0; 2],
            handshake_micros: [0; 2],
            app: T::default(),
            wake: NEVER,
            in_line: false,
            history: History::default(),
            streams: Streams::default(),
            generation: self.generation,
        };
        listener.begin(&mut conversation);
        let slot = self.slots.insert(conversation);
        let (slots, hasher) = (&self.slots, &self.hash);
        self.index
            .insert_unique(hash, slot, |&slot| slots.get(slot).map_or(0, |kept| hasher.hash_one(kept.key)));
        let after = Timestamp::from_nanos(place.at.time.nanos().saturating_add(self.limits.other_idle_nanos));
        let [soon, _] = &mut self.due;
        soon.push_back(Due { slot, generation: self.generation, after });
        slot
    }

    /// Ends a conversation and forgets it.
    fn end<L: Listener<T> + ?Sized>(
        &mut self,
        slot: u32,
        now: Moment,
        memory: &mut Memory,
        listener: &mut L,
    ) {
        let Some(mut conversation) = self.slots.take(slot) else { return };
        if let Ok(entry) = self.index.find_entry(self.hash.hash_one(conversation.key), |&other| other == slot)
        {
            entry.remove();
        }
        tcp::finish(&mut conversation, memory, listener, now);
        listener.end(&mut conversation, memory, now);
    }
}

/// The ports of a transport header that breaks off after them.
fn ports_of(packet: &Packet<'_>) -> [u16; 2] {
    match (packet.protocol, packet.payload.first_chunk()) {
        (protocol::TCP | protocol::UDP, Some(&[a, b, c, d])) => [[a, b], [c, d]].map(u16::from_be_bytes),
        _ => [0, 0],
    }
}

const BAD_CHECKSUM: &str = "bad checksum (offload on the sending machine, or damage)";
