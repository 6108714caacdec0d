//! A frame, read as far as tests ask.

use quaywatch_model::Timestamp;
use std::net::Ipv4Addr;

pub(super) struct Seen {
    pub(super) time: Timestamp,
    pub(super) bytes: Vec<u8>,
}

impl Seen {
    pub(super) const fn new(time: Timestamp, bytes: Vec<u8>) -> Self {
        Self { time, bytes }
    }

    fn word(&self, at: usize) -> u16 {
        u16::from_be_bytes([self.bytes[at], self.bytes[at + 1]])
    }

    pub(super) fn kind(&self) -> u16 {
        self.word(12)
    }

    fn carries(&self, protocol: u8) -> bool {
        self.kind() == 0x0800 && self.bytes[23] == protocol
    }

    /// Who asks whom for a hardware address, or tells.
    pub(super) fn arp(&self) -> Option<[Ipv4Addr; 2]> {
        let ip = |at: usize| Ipv4Addr::from(<[u8; 4]>::try_from(&self.bytes[at..at + 4]).unwrap());
        (self.kind() == 0x0806).then(|| [ip(28), ip(38)])
    }

    pub(super) fn link_from(&self) -> &[u8] {
        &self.bytes[6..12]
    }

    pub(super) fn link_to(&self) -> &[u8] {
        &self.bytes[..6]
    }

    /// A datagram's ports.
    pub(super) fn udp(&self) -> Option<[u16; 2]> {
        self.carries(17).then(|| [self.word(34), self.word(36)])
    }

    /// A segment's ports.
    pub(super) fn tcp(&self) -> Option<[u16; 2]> {
        self.carries(6).then(|| [self.word(34), self.word(36)])
    }

    pub(super) fn from(&self) -> Ipv4Addr {
        Ipv4Addr::new(self.bytes[26], self.bytes[27], self.bytes[28], self.bytes[29])
    }

    pub(super) fn to(&self) -> Ipv4Addr {
        Ipv4Addr::new(self.bytes[30], self.bytes[31], self.bytes[32], self.bytes[33])
    }

    /// What a datagram or segment carries.
    pub(super) fn payload(&self) -> &[u8] {
        let header = if self.carries(6) { usize::from(self.bytes[46] >> 4) * 4 } else { 8 };
        let end = 14 + usize::from(self.word(16));
        &self.bytes[34 + header..end]
    }

    pub(super) fn flags(&self) -> u8 {
        self.bytes[47]
    }

    pub(super) fn number(&self) -> u32 {
        u32::from(self.word(38)) << 16 | u32::from(self.word(40))
    }
}

/// Datagrams to or from this port.
pub(super) fn udp(all: &[Seen], port: u16) -> Vec<&Seen> {
    all.iter().filter(|seen| seen.udp().is_some_and(|ports| ports.contains(&port))).collect()
}

/// Segments to or from this port.
pub(super) fn tcp(all: &[Seen], port: u16) -> Vec<&Seen> {
    all.iter().filter(|seen| seen.tcp().is_some_and(|ports| ports.contains(&port))).collect()
}

pub(super) fn last_number(ip: Ipv4Addr) -> u8 {
    ip.octets()[3]
}
