//! The telegram between an anti-sway computer and the controller: 224 bytes in a datagram, its numbers big-endian, as such
//! boxes send them. The layout is this simulation's own.

/// The port at both ends.
pub const PORT: u16 = 2000;
/// How long it is.
pub const BYTES: usize = 224;
const MAGIC: [u8; 4] = *b"ASW1";

/// A telegram with its number, a word of bits, and numbers that fill it from byte 12 on.
#[must_use]
pub fn telegram(number: u32, bits: u16, numbers: &[f32]) -> Vec<u8> {
    let mut out = MAGIC.to_vec();
    out.extend(number.to_be_bytes());
    out.extend(bits.to_be_bytes());
    out.extend((numbers.len() as u16).to_be_bytes());
    out.extend(numbers.iter().flat_map(|number| number.to_be_bytes()));
    out.resize(BYTES - 2, 0);
    let sum = out.iter().fold(0_u16, |sum, byte| sum.wrapping_add(u16::from(*byte)));
    out.extend(sum.to_be_bytes());
    out
}
