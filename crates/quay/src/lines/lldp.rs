//! What a switch tells its neighbours of itself (IEEE 802.1AB, clause 8): a frame's payload.

use crate::lan::{Mac, ethernet, padded};
use std::net::Ipv4Addr;

/// The nearest bridge's group address.
pub const NEAREST_BRIDGE: Mac = [0x01, 0x80, 0xC2, 0x00, 0x00, 0x0E];
const ETHERTYPE: u16 = 0x88CC;
/// A chassis called by a hardware address, a port by its interface's name.
const BY_MAC: u8 = 4;
const BY_NAME: u8 = 5;
/// It is a bridge, and one that is switched on.
const BRIDGE: [u8; 4] = [0, 4, 0, 4];
/// So long its neighbours remember it.
const LIVES_S: u16 = 120;

/// The whole frame of a switch.
#[must_use]
pub fn frame(mac: Mac, ip: Ipv4Addr, name: &str, port: u8) -> Vec<u8> {
    let mut out = ethernet(NEAREST_BRIDGE, mac, ETHERTYPE).to_vec();
    let mut part = |kind: u16, content: &[u8]| {
        out.extend((kind << 9 | content.len() as u16).to_be_bytes());
        out.extend_from_slice(content);
    };
    part(1, &[&[BY_MAC][..], &mac].concat());
    part(2, &[&[BY_NAME][..], format!("1/{port}").as_bytes()].concat());
    part(3, &LIVES_S.to_be_bytes());
    part(4, format!("Module 1 port {port}").as_bytes());
    part(5, name.as_bytes());
    part(6, b"Industrial Ethernet switch, 20 ports, software 09.1.02");
    part(7, &BRIDGE);
    // An IPv4 address, its interface by its number, no object.
    part(8, &[&[5, 1][..], &ip.octets(), &[2, 0, 0, 0, port, 0]].concat());
    part(0, &[]);
    padded(out)
}
