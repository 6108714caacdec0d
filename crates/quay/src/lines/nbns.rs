//! NetBIOS names (RFC 1002, section 4.2).

/// The port.
pub const PORT: u16 = 137;
const BROADCAST_QUERY: u16 = 0x0110;
const NAMES: u16 = 0x0020;
const INTERNET: u16 = 1;

/// Asks all neighbours who has a name; `suffix` tells what for: 0x20 a file server, 0x1B a domain's master browser.
#[must_use]
pub fn question(id: u16, name: &str, suffix: u8) -> Vec<u8> {
    let mut out: Vec<u8> =
        [id, BROADCAST_QUERY, 1, 0, 0, 0].iter().flat_map(|word| word.to_be_bytes()).collect();
    out.push(32);
    let padded = name.to_ascii_uppercase().into_bytes().into_iter().chain(std::iter::repeat(b' '));
    // Each half of a byte as a letter from A.
    out.extend(padded.take(15).chain([suffix]).flat_map(|byte| [b'A' + (byte >> 4), b'A' + (byte & 15)]));
    out.push(0);
    out.extend(NAMES.to_be_bytes());
    out.extend(INTERNET.to_be_bytes());
    out
}
