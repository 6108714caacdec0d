//! The network itself: hosts, their addresses, and the frames that a mirror port in the crane's switch sees.

mod frame;
mod host;
mod interception;
mod link;
pub mod persona;
mod ports;
mod segment;
mod tap;

pub use frame::{BROADCAST, arp, ethernet, padded};
pub use host::{Host, HostId, Mac};
pub use interception::{Alter, Interception};
pub use persona::Persona;
pub(crate) use segment::{Extended, Segment};
pub use tap::{Frame, Label, Tap};

use frame::Packet;
use persona::Numbering;
use ports::{Peer, Taken};
use quaywatch_crane::Chance;
use quaywatch_model::Timestamp;
use std::collections::HashMap;
use std::net::Ipv4Addr;

/// Who sends in another's name is in the crane's own network, and starts as most systems do.
const FORGED_TTL: u8 = 64;
/// A frame of 64 bytes needs 5 microseconds at 100 Mbit/s.
const NS_PER_BYTE: i64 = 80;

/// The network.
#[derive(Debug)]
pub struct Lan {
    hosts: Vec<Numbered>,
    /// Each crane's router: whatever is not local goes there.
    routers: Vec<HostId>,
    /// Until when who knows whose hardware address.
    known: HashMap<(HostId, HostId), Timestamp>,
    peers: HashMap<(HostId, HostId), Peer>,
    /// When who asked for whose and was not told.
    asked: HashMap<(HostId, HostId), Timestamp>,
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
    taken: Taken,
}

impl Lan {
    /// A network without anybody.
    #[must_use]
    pub fn new(seed: u64) -> Self {
        Self {
            hosts: Vec::new(),
            routers: Vec::new(),
            known: HashMap::new(),
            asked: HashMap::new(),
            peers: HashMap::new(),
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
        let taken = Taken::new(&mut self.chance);
        self.hosts.push(Numbered { host, number, taken });
        HostId(self.hosts.len() - 1)
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
        self.persona(of).map_or(0, |persona| persona.thinks.draw_ns(&mut self.chance))
    }

    /// A packet, and when it goes: at this time or, where an address has to be asked for, soon after. None: it does not go,
    /// or not over the crane's switch.
    fn packet(&mut self, time: Timestamp, from: HostId, to: HostId) -> Option<(Timestamp, Packet)> {
        let link = self.link(from, to)?;
        let time = self.resolved(time, link)?;
        let ([link_from, link_to], ip) = (self.macs(link)?, self.host(to)?.ip);
        let packet = self.packet_to(from, link_to, ip)?;
        Some((time, Packet { from: (link_from, packet.from.1), ..packet }))
    }

    fn packet_to(&mut self, from: HostId, link_to: Mac, ip: Ipv4Addr) -> Option<Packet> {
        let numbered = self.hosts.get_mut(from.0)?;
        let (host, persona) = (&numbered.host, numbered.host.persona);
        let number = match persona.numbering {
            Numbering::Counter => {
                numbered.number = numbered.number.wrapping_add(1);
                numbered.number
            }
            Numbering::Conversation => 0,
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
