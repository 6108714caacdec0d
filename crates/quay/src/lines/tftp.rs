//! TFTP (RFC 1350, with the options of RFC 2347 to 2349): somebody puts a file.

use crate::party::Line;

/// Where it is asked for.
pub const PORT: u16 = 69;
/// So much of a file is in a datagram.
const BLOCK_BYTES: usize = 1428;

/// Asks to put a file of so many bytes.
#[must_use]
pub fn put(name: &str, bytes: usize) -> Vec<u8> {
    let texts = [name, "octet", "blksize", &BLOCK_BYTES.to_string(), "tsize", &bytes.to_string()].join("\0");
    [&[0, 2][..], texts.as_bytes(), &[0]].concat()
}

/// What follows, between the ports that both have chosen: the server agrees, and takes one block after another.
#[must_use]
pub fn blocks(file: &[u8]) -> Vec<Line> {
    let agreed = ["blksize", &BLOCK_BYTES.to_string(), "tsize", &file.len().to_string()].join("\0");
    let mut lines = vec![Line::server([&[0, 6][..], agreed.as_bytes(), &[0]].concat()).after_ms(4)];
    // A file ends with a block that is not full, be it empty.
    let end: &[u8] = &[];
    let last = file.len().is_multiple_of(BLOCK_BYTES).then_some(end);
    for (number, block) in (1_u16..).zip(file.chunks(BLOCK_BYTES).chain(last)) {
        let [high, low] = number.to_be_bytes();
        lines.push(Line::client([&[0, 3, high, low][..], block].concat()));
        lines.push(Line::server(vec![0, 4, high, low]));
    }
    lines
}
