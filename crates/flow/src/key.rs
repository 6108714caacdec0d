use crate::fragments::Id;
use quaywatch_model::{Address, Mac, Side};
use quaywatch_wire::{Icmp, Packet, protocol};
use std::hash::{Hash, Hasher};

/// What makes packets one conversation. The endpoint that sorts lower is side A.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Key {
    /// The addresses of side A and side B.
    pub addresses: [Address; 2],
    /// The ports of side A and side B; for ICMP see [`Key::icmp`]; 0 where there are none.
    pub ports: [u16; 2],
    /// The IP protocol number; 0 for Ethernet.
    pub protocol: u8,
    /// The EtherType of an Ethernet conversation, else 0.
    pub ethertype: u16,
    /// The outermost VLAN id, 0 where there is none.
    pub vlan: u16,
    /// The tunnel this conversation is inside of; 0 where it is inside of none.
    pub tunnel: u64,
}

impl Hash for Key {
    /// As few and as wide pieces as possible: this runs once a packet.
    fn hash<H: Hasher>(&self, state: &mut H) {
        let [a, b] = &self.addresses;
        state.write_u128(u128::from_ne_bytes(*a.bytes()));
        state.write_u128(u128::from_ne_bytes(*b.bytes()));
        let [port_a, port_b] = self.ports.map(u64::from);
        let rest = u64::from(self.ethertype) ^ u64::from(self.protocol) << 16;
        state.write_u64(port_a | port_b << 16 | u64::from(self.vlan) << 32 | rest << 44);
        state.write_u64(self.tunnel);
    }
}

impl Key {
    /// A conversation between two IP endpoints, from a packet and its source and destination port. Tells also
    /// which side sent the packet.
    #[inline]
    pub(crate) fn ip(packet: &Packet<'_>, ports: [u16; 2], vlan: u16, tunnel: u64) -> (Self, Side) {
        let addresses = [packet.source, packet.destination];
        Self { addresses, ports, protocol: packet.protocol, ethertype: 0, vlan, tunnel }.sorted()
    }

    /// The conversation of a packet of which too few fragments came to know its ports.
    pub(crate) fn of_fragments(id: &Id) -> (Self, Side) {
        let addresses = [id.source, id.destination];
        let Id { protocol, vlan, tunnel, .. } = *id;
        Self { addresses, ports: [0, 0], protocol, ethertype: 0, vlan, tunnel }.sorted()
    }

    /// An ICMP conversation. A question and its answer are one: the asking side's "port" is the question's type,
    /// the other's the answer's type. Other messages have their type and code for ports (as in Community ID).
    pub(crate) fn icmp(packet: &Packet<'_>, icmp: &Icmp<'_>, vlan: u16, tunnel: u64) -> (Self, Side) {
        let counterpart = counterpart(packet.v6, icmp.kind);
        let ports = [icmp.kind.into(), counterpart.unwrap_or(icmp.code).into()];
        let (key, side) = Self::ip(packet, ports, vlan, tunnel);
        if counterpart.is_some() || packet.source != packet.destination {
            return (key, side);
        }
        (key, Side::A)
    }

    /// An Ethernet conversation.
    pub(crate) fn ethernet(macs: [Mac; 2], ethertype: u16, vlan: u16, tunnel: u64) -> (Self, Side) {
        let addresses = macs.map(Address::mac);
        Self { addresses, ports: [0, 0], protocol: 0, ethertype, vlan, tunnel }.sorted()
    }

    /// Whether this is ICMP without a question and an answer.
    pub(crate) fn is_one_way_icmp(&self) -> bool {
        let [a, b] = self.ports;
        let v6 = self.protocol == protocol::ICMPV6;
        let answers = |kind: u16, other: u16| {
            u8::try_from(kind).ok().and_then(|kind| counterpart(v6, kind)).map(u16::from) == Some(other)
        };
        matches!(self.protocol, protocol::ICMP | protocol::ICMPV6) && !answers(a, b)
    }

    #[inline]
    fn sorted(self) -> (Self, Side) {
        let Self { addresses: [from, to], ports: [from_port, to_port], .. } = self;
        if from < to || from == to && from_port <= to_port {
            return (self, Side::A);
        }
        (Self { addresses: [to, from], ports: [to_port, from_port], ..self }, Side::B)
    }
}

/// The ICMP type that answers this type, or that this type answers (RFC 792, 950, 1256, 4443, 4861, 4620).
const fn counterpart(v6: bool, kind: u8) -> Option<u8> {
    Some(match (v6, kind) {
        (false, 8) => 0,
        (false, 0) => 8,
        (false, 13) => 14,
        (false, 14) => 13,
        (false, 15) => 16,
        (false, 16) => 15,
        (false, 10) => 9,
        (false, 9) => 10,
        (false, 17) => 18,
        (false, 18) => 17,
        (true, 128) => 129,
        (true, 129) => 128,
        (true, 133) => 134,
        (true, 134) => 133,
        (true, 135) => 136,
        (true, 136) => 135,
        (true, 130) => 131,
        (true, 131) => 130,
        (true, 139) => 140,
        (true, 140) => 139,
        (true, 144) => 145,
        (true, 145) => 144,
        _ => return None,
    })
}
