//! Neighbours and routers of IPv6 (RFC 4861, section 4), as whole frames.

use crate::lan::Mac;
use etherparse::PacketBuilder;

const SOLICIT_ROUTER: u8 = 133;
const ADVERTISE_ROUTER: u8 = 134;
const SOLICIT_NEIGHBOUR: u8 = 135;
/// What is sent between neighbours has come over no router.
const HOPS: u8 = 255;
const ALL_NODES: [u8; 16] = [0xFF, 2, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1];
const ALL_ROUTERS: [u8; 16] = [0xFF, 2, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 2];
/// A network from RFC 3849.
const PREFIX: [u8; 16] = [0x20, 0x01, 0x0D, 0xB8, 0, 0x7E, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0];

/// A host's own address on its link (RFC 4291, appendix A).
#[must_use]
pub const fn own([a, b, c, d, e, f]: Mac) -> [u8; 16] {
    [0xFE, 0x80, 0, 0, 0, 0, 0, 0, a ^ 2, b, c, 0xFF, 0xFE, d, e, f]
}

/// Somebody says that he is a router, for so many seconds.
#[must_use]
pub fn advertise_router(from: Mac, lifetime_s: u16) -> Vec<u8> {
    let mut about = vec![0; 8];
    about.extend(link(1, from));
    // A network whose addresses hosts make themselves: 64 bits, on this link, valid for a day.
    about.extend([3, 4, 64, 0xC0]);
    about.extend([86_400_u32, 14_400, 0].iter().flat_map(|word| word.to_be_bytes()));
    about.extend(PREFIX);
    let [high, low] = lifetime_s.to_be_bytes();
    frame(from, own(from), ALL_NODES, (ADVERTISE_ROUTER, [64, 0, high, low]), &about)
}

/// Somebody looks for routers.
#[must_use]
pub fn solicit_router(from: Mac) -> Vec<u8> {
    frame(from, own(from), ALL_ROUTERS, (SOLICIT_ROUTER, [0; 4]), &link(1, from))
}

/// Somebody asks whether his own address is another's, too (RFC 4862, section 5.4).
#[must_use]
pub fn probe_own(from: Mac) -> Vec<u8> {
    let own = own(from);
    let mut group = [0xFF, 2, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0xFF, 0, 0, 0];
    if let (Some(to), Some(last)) = (group.get_mut(13..), own.get(13..)) {
        to.copy_from_slice(last);
    }
    frame(from, [0; 16], group, (SOLICIT_NEIGHBOUR, [0; 4]), &own)
}

fn link(kind: u8, mac: Mac) -> Vec<u8> {
    [&[kind, 1][..], &mac].concat()
}

fn frame(from: Mac, source: [u8; 16], to: [u8; 16], (kind, head): (u8, [u8; 4]), about: &[u8]) -> Vec<u8> {
    let [.., a, b, c, d] = to;
    let builder = PacketBuilder::ethernet2(from, [0x33, 0x33, a, b, c, d])
        .ipv6(source, to, HOPS)
        .icmpv6_raw(kind, 0, head);
    let mut out = Vec::with_capacity(builder.size(about.len()));
    // Writing to a vector does not fail.
    let _ = builder.write(&mut out, about);
    out
}
