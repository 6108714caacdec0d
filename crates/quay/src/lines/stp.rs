//! The rapid spanning tree's messages (IEEE 802.1D-2004, clause 9).

use crate::lan::{Mac, padded};

/// All bridges.
const BRIDGES: Mac = [0x01, 0x80, 0xC2, 0x00, 0x00, 0x00];
/// The port is designated, and has learned and forwards.
const DESIGNATED: u8 = 0x3C;
const PRIORITY: [u8; 2] = [0x80, 0x00];

/// The frame of a bridge's port. The root's cost is 0.
#[must_use]
pub fn frame(root: Mac, bridge: Mac, cost: u32, port: u8) -> Vec<u8> {
    let mut body = vec![0x42, 0x42, 0x03, 0, 0, 2, 2, DESIGNATED];
    body.extend_from_slice(&PRIORITY);
    body.extend_from_slice(&root);
    body.extend(cost.to_be_bytes());
    body.extend_from_slice(&PRIORITY);
    body.extend_from_slice(&bridge);
    body.extend([0x80, port]);
    // Age, longest age, hello time and delay, in 256ths of a second.
    let age: u8 = if cost == 0 { 0 } else { 1 };
    body.extend([age, 0, 20, 0, 2, 0, 15, 0, 0]);
    let mut frame = [&BRIDGES[..], &bridge, &(body.len() as u16).to_be_bytes()].concat();
    frame.extend(body);
    padded(frame)
}
