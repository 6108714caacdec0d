//! RDP's beginning (MS-RDPBCGR, section 2.2.1): a client asks for a desktop under TLS.

use super::tls;
use crate::party::Line;
use quaywatch_protocols::cotp::wire::{Parameters, Tpdu};

/// The port.
pub const PORT: u16 = 3389;

/// Asks with this name, agrees on TLS, and begins it.
#[must_use]
pub fn begin(user: &str, server: &str, seed: u64) -> Vec<Line> {
    let asked = [format!("Cookie: mstshash={user}\r\n").as_bytes(), &[1, 0, 8, 0, 1, 0, 0, 0]].concat();
    let connect = |confirm, (destination, source), data: &[u8]| {
        let parameters = Parameters(&[]);
        Tpdu::Connect { confirm, credit: 0, destination, source, class: 0, parameters, data }
            .encode()
            .unwrap_or_default()
    };
    let mut lines = vec![
        Line::client(connect(false, (0, 0), &asked)),
        Line::server(connect(true, (0, 0x1234), &[2, 0, 8, 0, 1, 0, 0, 0])).after_ms(2),
    ];
    lines.extend(tls::handshake(server, seed));
    lines
}
