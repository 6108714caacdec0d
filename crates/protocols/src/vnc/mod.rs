//! VNC: the screen of another machine, by the Remote Framebuffer protocol.
//!
//! Standard: *RFC 6143* (RFB 3.8, 2011), section 7.1 and 7.2; versions 3.3 and 3.7 as its section 7.1.1 tells.
//! Security types VeNCrypt, Tight, TLS and Apple's by the *rfbproto* community specification.
//!
//! ```text
//! server  "RFB 003.008\n"                      client  "RFB 003.008\n"
//! server  number u8, so many types u8          client  type u8            (3.7 on; in 3.3 the server says u32)
//!         ... what the type needs ...
//! server  result u32 BE, 0 for yes; in 3.8 with a reason if not
//!                                              client  shared u8
//! server  width u16, height u16, pixel format 16, name length u32, name
//! ```
//!
//! The server speaks first. All after the handshake is pictures from the server and input from the client.
//!
//! # What is reported
//! - `Authenticate` with the security type and what became of it; `OpenSession` with the desktop's name and size.
//! - Notes: version, security type, name of the desktop, whether it is encrypted; a name and password sent in the clear
//!   (VeNCrypt's Plain) as such.
//! - The server's bytes after the handshake are video, the client's signalling. Encrypted types are encrypted from
//!   where encryption begins.
//! - Zeek's `rfb.log`, one line a connection.
//!
//! Not decoded: pictures, input, the clipboard and file transfers of some servers; RealVNC's, SASL and MS-Logon
//! security are named, and nothing is read after them; a session that was begun before the capture is not recognised.
//!
//! Limits: a handshake message is at most [`state::MOST_HELD_BYTES`].

mod log;
mod security;
mod stage;
mod state;

#[cfg(test)]
mod tests;

use crate::{Answer, Probe, Protocol, Transport};

/// The registered port. Displays count up from it.
const PORT: u16 = 5900;

/// The protocol's descriptor.
pub(crate) static PROTOCOL: Protocol = Protocol {
    name: "vnc",
    title: "VNC (Remote Framebuffer)",
    transports: &[Transport::Tcp],
    ports: &[PORT, PORT + 1, PORT + 2],
    probe,
    start: |_| Box::new(state::Vnc::default()),
    decoded: "versions, security types, result of the authentication, desktop name and size; VeNCrypt, Tight and \
              Apple's handshakes",
    not_decoded: "pictures, input, clipboard and file transfer; what follows RealVNC, SASL and MS-Logon security",
};

/// The version message, twelve bytes of which ten are given.
fn probe(probe: &Probe<'_>) -> Answer {
    state::version(probe.bytes)
}
