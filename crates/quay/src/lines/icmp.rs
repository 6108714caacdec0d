//! Echoes (RFC 792).

/// ICMP's number in IPv4.
pub const PROTOCOL: u8 = 1;
/// Somebody is asked whether he is there.
pub const REQUEST: u8 = 8;
/// He is.
pub const REPLY: u8 = 0;

/// What Windows sends along.
#[must_use]
pub fn usual() -> Vec<u8> {
    (b'a'..=b'w').chain(b'a'..=b'i').collect()
}

/// A request or a reply, with what is sent along.
#[must_use]
pub fn echo(kind: u8, id: u16, number: u16, along: &[u8]) -> Vec<u8> {
    let mut message = vec![kind, 0, 0, 0];
    message.extend(id.to_be_bytes());
    message.extend(number.to_be_bytes());
    message.extend_from_slice(along);
    let sum = checksum(&message).to_be_bytes();
    if let Some(place) = message.get_mut(2..4) {
        place.copy_from_slice(&sum);
    }
    message
}

/// The Internet's checksum (RFC 1071).
fn checksum(message: &[u8]) -> u16 {
    let word = |pair: &[u8]| {
        let byte = |at: usize| pair.get(at).copied().unwrap_or(0);
        u32::from(u16::from_be_bytes([byte(0), byte(1)]))
    };
    let sum: u32 = message.chunks(2).map(word).sum();
    let folded = (sum & 0xFFFF) + (sum >> 16);
    !(((folded & 0xFFFF) + (folded >> 16)) as u16)
}
