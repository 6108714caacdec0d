//! Frames as bytes.

use super::host::Mac;
use etherparse::{
    ArpHardwareId, ArpOperation, ArpPacket, EtherType, Ethernet2Header, IpNumber, Ipv4Header, TcpHeader,
    UdpHeader,
};
use std::net::Ipv4Addr;

/// To everybody.
pub const BROADCAST: Mac = [0xFF; 6];

/// What an IPv4 packet's header says beside its addresses.
#[derive(Debug, Clone, Copy)]
pub(super) struct Packet {
    pub(super) from: (Mac, Ipv4Addr),
    pub(super) to: (Mac, Ipv4Addr),
    pub(super) ttl: u8,
    pub(super) number: u16,
    /// Whether it may be cut on its way.
    pub(super) fragile: bool,
}

impl Packet {
    /// The frame of a TCP segment.
    pub(super) fn tcp(&self, mut header: TcpHeader, payload: &[u8]) -> Vec<u8> {
        let ip = self.header(IpNumber::TCP, header.header_len() + payload.len());
        // Addresses and lengths are of a segment, as made above: there is a checksum.
        header.checksum = header.calc_checksum_ipv4(&ip, payload).unwrap_or_default();
        let mut frame = self.head(&ip, header.header_len() + payload.len());
        let _ = header.write(&mut frame);
        frame.extend_from_slice(payload);
        frame
    }

    /// The frame of a datagram. One that does not fit a packet is cut off.
    pub(super) fn udp(&self, from_port: u16, to_port: u16, payload: &[u8]) -> Vec<u8> {
        let payload = payload.get(..MOST_DATAGRAM_BYTES).unwrap_or(payload);
        let ip = self.header(IpNumber::UDP, UdpHeader::LEN + payload.len());
        let Ok(header) = UdpHeader::with_ipv4_checksum(from_port, to_port, &ip, payload) else {
            return Vec::new();
        };
        let mut frame = self.head(&ip, UdpHeader::LEN + payload.len());
        let _ = header.write(&mut frame);
        frame.extend_from_slice(payload);
        frame
    }

    /// The frame of a packet of any other protocol.
    pub(super) fn other(&self, protocol: u8, payload: &[u8]) -> Vec<u8> {
        let payload = payload.get(..MOST_DATAGRAM_BYTES).unwrap_or(payload);
        let ip = self.header(IpNumber(protocol), payload.len());
        let mut frame = self.head(&ip, payload.len());
        frame.extend_from_slice(payload);
        frame
    }

    fn header(&self, protocol: IpNumber, payload_bytes: usize) -> Ipv4Header {
        let payload_bytes = u16::try_from(payload_bytes).unwrap_or(u16::MAX - 20);
        let (from, to) = (self.from.1.octets(), self.to.1.octets());
        let mut ip = Ipv4Header::new(payload_bytes, self.ttl, protocol, from, to).unwrap_or_default();
        ip.identification = self.number;
        ip.dont_fragment = !self.fragile;
        ip.header_checksum = ip.calc_header_checksum();
        ip
    }

    /// Link and network header. Writing to a vector does not fail.
    fn head(&self, ip: &Ipv4Header, payload_bytes: usize) -> Vec<u8> {
        let mut frame = Vec::with_capacity(Ethernet2Header::LEN + ip.header_len() + payload_bytes);
        frame.extend_from_slice(&ethernet(self.to.0, self.from.0, EtherType::IPV4.0));
        let _ = ip.write(&mut frame);
        frame
    }
}

/// A datagram of a frame of 1,500 bytes: longer ones would come in fragments, which nobody here sends.
const MOST_DATAGRAM_BYTES: usize = 1472;

/// The head of an Ethernet frame.
#[must_use]
pub fn ethernet(to: Mac, from: Mac, kind: u16) -> [u8; Ethernet2Header::LEN] {
    Ethernet2Header { source: from, destination: to, ether_type: EtherType(kind) }.to_bytes()
}

/// Somebody asks who has an address, or tells who has it (RFC 826). `to` is asked or told; what a request does not know
/// is zeros.
#[must_use]
pub fn arp(is_reply: bool, from: (Mac, Ipv4Addr), to: (Mac, Ipv4Addr), link_to: Mac) -> Vec<u8> {
    let operation = if is_reply { ArpOperation::REPLY } else { ArpOperation::REQUEST };
    let (sender, target) = (from.1.octets(), to.1.octets());
    let mut frame = ethernet(link_to, from.0, EtherType::ARP.0).to_vec();
    if let Ok(packet) =
        ArpPacket::new(ArpHardwareId::ETHERNET, EtherType::IPV4, operation, &from.0, &sender, &to.0, &target)
    {
        frame.extend_from_slice(&packet.to_bytes());
    }
    padded(frame)
}

/// Filled up to the shortest frame of Ethernet, without its checksum.
#[must_use]
pub fn padded(mut frame: Vec<u8>) -> Vec<u8> {
    if frame.len() < SHORTEST_FRAME_BYTES {
        frame.resize(SHORTEST_FRAME_BYTES, 0);
    }
    frame
}

const SHORTEST_FRAME_BYTES: usize = 60;
