//! RDP's beginning (MS-RDPBCGR, section 2.2.1): a client asks for a desktop under TLS.

use super::tls;
use crate::party::Line;

/// The port.
pub const PORT: u16 = 3389;
const REQUEST: u8 = 0xE0;
const CONFIRM: u8 = 0xD0;

/// Asks with this name, agrees on TLS, and begins it.
#[must_use]
pub fn begin(user: &str, server: &str, seed: u64) -> Vec<Line> {
    let asked = [format!("Cookie: mstshash={user}\r\n").as_bytes(), &[1, 0, 8, 0, 1, 0, 0, 0]].concat();
    let mut lines = vec![
        Line::client(connect(REQUEST, [0, 0], &asked)),
        Line::server(connect(CONFIRM, [0x12, 0x34], &[2, 0, 8, 0, 1, 0, 0, 0])).after_ms(2),
    ];
    lines.extend(tls::handshake(server, seed));
    lines
}

/// A connection's TPDU in its TPKT. What is asked for belongs to the header: its length covers it (sections 2.2.1.1 and
/// 2.2.1.2).
fn connect(kind: u8, [high, low]: [u8; 2], about: &[u8]) -> Vec<u8> {
    let length = about.len() + 6;
    let whole = ((length + 5) as u16).to_be_bytes();
    [&[3, 0][..], &whole, &[length as u8, kind, 0, 0, high, low, 0], about].concat()
}
