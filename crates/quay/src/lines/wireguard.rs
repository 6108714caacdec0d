//! WireGuard's messages as they look from outside (the paper's section 5.4): types, numbers and lengths; the rest is noise.

use super::noise;

/// Somebody begins a handshake.
#[must_use]
pub fn initiation(sender: u32, seed: u64) -> Vec<u8> {
    [&[1, 0, 0, 0][..], &sender.to_le_bytes(), &noise(seed, 140)].concat()
}

/// The other answers it.
#[must_use]
pub fn response(sender: u32, receiver: u32, seed: u64) -> Vec<u8> {
    [&[2, 0, 0, 0][..], &sender.to_le_bytes(), &receiver.to_le_bytes(), &noise(seed, 80)].concat()
}

/// A packet inside: filled up to 16 bytes, with 16 bytes of protection. One of 0 bytes only says that somebody is there.
#[must_use]
pub fn data(receiver: u32, counter: u64, bytes: usize) -> Vec<u8> {
    let hidden = noise(counter ^ u64::from(receiver) << 32, bytes.next_multiple_of(16) + 16);
    [&[4, 0, 0, 0][..], &receiver.to_le_bytes(), &counter.to_le_bytes(), &hidden].concat()
}
