//! Any bytes as a captured frame of any link type, down through its tunnels.
//!
//! Input: a byte for the link type, a byte for how much of the end was cut off, then the frame.
#![no_main]

use libfuzzer_sys::fuzz_target;
use quaywatch_wire::{Body, Frame, LinkType, Segment, tunnel};

const LINKS: [LinkType; 8] = [
    LinkType::ETHERNET,
    LinkType::NULL,
    LinkType::RAW,
    LinkType::LOOP,
    LinkType::LINUX_SLL,
    LinkType::LINUX_SLL2,
    LinkType::IPV4,
    LinkType::IPV6,
];

fn descend(frame: &Frame<'_>, depth: u8) {
    let Body::Ip(packet) = &frame.body else { return };
    assert!(packet.payload.len() <= packet.payload_len);
    let segment = Segment::decode(packet);
    if let Segment::Tcp(tcp) = &segment {
        assert!(tcp.payload.len() <= tcp.payload_len.max(tcp.payload.len()));
    }
    if let Some((_, inner)) = tunnel::inside(packet, &segment).filter(|_| depth < 16) {
        descend(&inner, depth + 1);
    }
}

fuzz_target!(|data: &[u8]| {
    let [link, cut, bytes @ ..] = data else { return };
    let link = LINKS[usize::from(*link) % LINKS.len()];
    if let Some(frame) = Frame::decode(link, bytes, usize::from(*cut)) {
        descend(&frame, 0);
    }
});
