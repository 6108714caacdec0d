//! The network itself: hosts, their addresses, and the frames that a mirror port in the crane's switch sees.

mod frame;
mod host;
mod interception;
pub mod persona;
mod segment;
mod tap;

pub use frame::{BROADCAST, arp, ethernet, padded};
pub use host::{Host, HostId, Mac};
pub use interception::{Alter, Interception};
pub use persona::Persona;
pub(crate) use segment::Segment;
pub use tap::{Frame, Label, Tap};

use frame::Packet;
use persona::Numbering;
use quaywatch_crane::Chance;
use quaywatch_model::Timestamp;
use std::collections::HashMap;
use std::net::Ipv4Addr;

/// How long a host knows another's hardware address before it asks again.
const KNOWN_FOR_NS: i64 = 90_000_000_000;
/// Who sends in another's name is in the crane's own network, and starts as most systems do.
const FORGED_TTL: u8 = 64;
/// A frame of 64 bytes needs 5 microseconds at 100 Mbit/s.
const NS_PER_BYTE: i64 = 80;

/// The network.
#[derive(Debug)]
pub struct Lan {
    hosts: Vec<Numbered>,
    /// The router's hardware address: whatever is not local goes there.
    router: Option<HostId>,
    known: HashMap<(HostId, HostId), Timestamp>,
    /// Where frames go.
    pub tap: Tap,
    /// Why frames that are made now are made.
    pub label: Label,
    /// How many of a million segments get lost.
    pub lost_per_million: u32,
    interceptions: Vec<Interception>,
    /// When whoever stands between others first altered something, and why.
    altered: HashMap<Label, Timestamp>,
    pub(crate) chance: Chance,
}

#[derive(Debug)]
struct Numbered {
    host: Host,
    /// The number of the next packet.
    number: u16,
    /// The last local port that was taken.
    port: u16,
}

impl Lan {
    /// A network without anybody.
    #[must_use]
    pub fn new(seed: u64) -> Self {
        Self {
            hosts: Vec::new(),
            router: None,
            known: HashMap::new(),
            tap: Tap::default(),
            label: Label::default(),
            lost_per_million: 0,
            interceptions: Vec::new(),
            altered: HashMap::new(),
            chance: Chance::new(seed, 0x1A4),
        }
    }

    /// One more host.
    pub fn join(&mut self, host: Host) -> HostId {
        let number = self.chance.below(1 << 16) as u16;
        let port = 49_152 + self.chance.below(12_000) as u16;
        self.hosts.push(Numbered { host, number, port });
        HostId(self.hosts.len() - 1)
    }

    /// From now on, what goes elsewhere goes through this host.
    pub fn route_through(&mut self, router: HostId) {
        self.router = Some(router);
    }

    /// A host; the first one for a number that is none.
    #[must_use]
    pub fn host(&self, id: HostId) -> Option<&Host> {
        self.hosts.get(id.0).map(|numbered| &numbered.host)
    }

    /// A host, to be changed.
    pub fn host_mut(&mut self, id: HostId) -> Option<&mut Host> {
        self.hosts.get_mut(id.0).map(|numbered| &mut numbered.host)
    }

    /// All hosts.
    pub fn hosts(&self) -> impl Iterator<Item = (HostId, &Host)> {
        self.hosts.iter().enumerate().map(|(index, numbered)| (HostId(index), &numbered.host))
    }

    /// The host of this name.
    #[must_use]
    pub fn named(&self, name: &str) -> Option<HostId> {
        self.hosts().find(|(_, host)| host.name == name).map(|(id, _)| id)
    }

    /// The host of this address.
    #[must_use]
    pub fn at(&self, ip: Ipv4Addr) -> Option<HostId> {
        self.hosts().find(|(_, host)| host.ip == ip).map(|(id, _)| id)
    }

    /// A port of its own for what a host begins.
    pub fn port_of(&mut self, id: HostId) -> u16 {
        self.hosts.get_mut(id.0).map_or(49_152, |numbered| {
            numbered.port = if numbered.port >= 65_000 { 49_152 } else { numbered.port + 1 };
            numbered.port
        })
    }

    /// A frame as it is, at this time.
    pub fn frame(&mut self, time: Timestamp, bytes: Vec<u8>) {
        self.tap.put(time, bytes, self.label.into(), &mut self.chance);
    }

    /// A datagram as the tap sees it at this time. Gives when the one it is for has it.
    pub fn datagram(
        &mut self,
        time: Timestamp,
        from: (HostId, u16),
        to: (HostId, u16),
        payload: &[u8],
    ) -> Timestamp {
        let Some((time, packet)) = self.packet(time, from.0, to.0) else { return time };
        let bytes = packet.udp(from.1, to.1, payload);
        self.frame(time, bytes);
        self.arrival(time, to.0)
    }

    /// A datagram that somebody with this hardware address sends in another's name.
    pub fn datagram_as(
        &mut self,
        time: Timestamp,
        mac: Mac,
        from: (HostId, u16),
        to: (HostId, u16),
        payload: &[u8],
    ) {
        let Some((time, packet)) = self.packet(time, from.0, to.0) else { return };
        let forged = Packet { from: (mac, packet.from.1), ttl: FORGED_TTL, ..packet };
        self.frame(time, forged.udp(from.1, to.1, payload));
    }

    /// A datagram to an address that is nobody's: a group's, everybody's, or one outside that is not modelled.
    pub fn datagram_to(
        &mut self,
        time: Timestamp,
        from: (HostId, u16),
        to: (Mac, Ipv4Addr, u16),
        payload: &[u8],
    ) {
        let Some(packet) = self.packet_to(from.0, to.0, to.1) else { return };
        let bytes = packet.udp(from.1, to.2, payload);
        self.frame(time, bytes);
    }

    /// A packet of another protocol than TCP and UDP, such as 1: ICMP.
    pub fn other(
        &mut self,
        time: Timestamp,
        from: HostId,
        to: HostId,
        protocol: u8,
        payload: &[u8],
    ) -> Timestamp {
        let Some((time, packet)) = self.packet(time, from, to) else { return time };
        let bytes = packet.other(protocol, payload);
        self.frame(time, bytes);
        self.arrival(time, to)
    }

    /// When something that the tap saw is where it was sent.
    pub(crate) fn arrival(&mut self, time: Timestamp, to: HostId) -> Timestamp {
        let Some((away, jitter)) = self.host(to).map(|host| (host.away_ns, host.jitter_ns)) else {
            return time;
        };
        later(time, away + self.chance.exponential(jitter.max(1) as f64) as i64)
    }

    /// When the tap sees what a host sends now.
    pub(crate) fn departure(&mut self, now: Timestamp, from: HostId) -> Timestamp {
        self.arrival(now, from)
    }

    /// How long a host's program thinks.
    pub(crate) fn thinking_ns(&mut self, of: HostId) -> i64 {
        let [low, high] = self.host(of).map_or([0, 0], |host| host.persona.thinks_us);
        (self.chance.between(low.into(), high.into()) * 1e3) as i64
    }

    /// Who is asked for an address first, at this time; and when the packet itself can go.
    fn packet(&mut self, time: Timestamp, from: HostId, to: HostId) -> Option<(Timestamp, Packet)> {
        let mut time = time;
        let next = self.next_hop(from, to);
        if self.host(from)?.hops == 0 && self.is_unknown(time, from, next) {
            time = self.ask(time, from, next)?;
        }
        let (link_to, ip) = (self.host(next)?.mac, self.host(to)?.ip);
        self.packet_to(from, link_to, ip).map(|packet| (time, packet))
    }

    /// Where a host sends what is for another: to itself where both are local, else to whom it is behind.
    fn next_hop(&self, from: HostId, to: HostId) -> HostId {
        let is_away = |id| self.host(id).is_some_and(|host| host.hops > 0);
        if !is_away(to) || is_away(from) {
            return to;
        }
        let mac = self.host(to).map(|host| host.mac);
        let is_before = |host: &Host| host.hops == 0 && Some(host.mac) == mac;
        self.hosts().find(|(_, host)| is_before(host)).map(|(id, _)| id).or(self.router).unwrap_or(to)
    }

    fn is_unknown(&self, time: Timestamp, from: HostId, to: HostId) -> bool {
        self.known.get(&(from, to)).is_none_or(|until| *until < time)
    }

    /// Asks who has an address, and is told where somebody is there. Gives when that is over.
    pub(crate) fn ask(&mut self, time: Timestamp, from: HostId, whom: HostId) -> Option<Timestamp> {
        let (asking, asked) = (self.host(from)?.clone(), self.host(whom)?.clone());
        let question = arp(false, (asking.mac, asking.ip), ([0; 6], asked.ip), BROADCAST);
        self.frame(time, question);
        if !asked.up {
            return Some(time);
        }
        let answered = later(time, 180_000 + self.chance.exponential(120_000.0) as i64);
        self.frame(answered, arp(true, (asked.mac, asked.ip), (asking.mac, asking.ip), asking.mac));
        let known_until = later(answered, KNOWN_FOR_NS + self.chance.below(60) as i64 * 1_000_000_000);
        self.known.insert((from, whom), known_until);
        // Who was asked has learned of who asks.
        self.known.insert((whom, from), known_until);
        Some(later(answered, 60_000))
    }

    fn packet_to(&mut self, from: HostId, link_to: Mac, ip: Ipv4Addr) -> Option<Packet> {
        let numbered = self.hosts.get_mut(from.0)?;
        let (host, persona) = (&numbered.host, numbered.host.persona);
        let number = match persona.numbering {
            Numbering::Counter => {
                numbered.number = numbered.number.wrapping_add(1);
                numbered.number
            }
            Numbering::Zero => 0,
        };
        Some(Packet {
            from: (host.mac, host.ip),
            to: (link_to, ip),
            ttl: persona.ttl.saturating_sub(host.hops).max(1),
            number,
            fragile: persona.numbering == Numbering::Counter && !persona.selective,
        })
    }
}

/// So many nanoseconds later.
pub(crate) const fn later(time: Timestamp, nanos: i64) -> Timestamp {
    Timestamp::from_nanos(time.nanos().saturating_add(nanos))
}

/// How long so many bytes keep the wire busy.
pub(crate) const fn on_wire_ns(bytes: usize) -> i64 {
    bytes as i64 * NS_PER_BYTE
}
