//! RDP: the remote desktop of Windows, as far as it is told in the clear.
//!
//! Standards: *MS-RDPBCGR* (revision 61), sections 2.2.1.1 to 2.2.1.4 (connection request, confirm, MCS connect);
//! MCS of ITU-T T.125 and GCC of T.124 as that profile uses them.
//!
//! ```text
//! CR of COTP, then   "Cookie: mstshash=NAME\r\n"?   01 flags 08 00 requested protocols u32 LE?
//! CC of COTP, then   02 flags 08 00 selected protocol u32 LE   or   03 flags 08 00 failure u32 LE
//! DT of COTP, then   7F 65 MCS Connect-Initial:  ... "Duca" length, client data blocks
//!                    7F 66 MCS Connect-Response: ... "McDn" length, server data blocks
//! data block         type u16 LE, length u16 LE (of all of it), content
//! ```
//!
//! RDP begins as [COTP](crate::cotp) and leaves it, so `cotp` cuts the stream and hands over what belongs here.
//!
//! # What is reported
//! - The connection request with its answer is an `OpenSession`, with cookie, protocols asked for and chosen; a
//!   negotiation failure refuses it.
//! - MCS connect is an `OpenSession` with the client's name, build, keyboard, screen and channels, and the server's
//!   encryption. The client's name is a fact, its channels (drives, clipboard) are what it asks to have forwarded.
//! - What follows is one `Opaque` operation, told at the end: TLS, CredSSP or RDP's own encryption.
//! - Zeek's `rdp.log`, one line a connection.
//!
//! - Where TLS follows, what its handshake tells: the certificate, which names the server.
//!
//! Not decoded: what TLS protects, and anything after MCS connect, even where the server chose no encryption; RDP over
//! UDP; gateways (RDP in HTTP).
//!
//! Limits: what `cotp` limits; [`wire::MOST_CHANNELS`] channels are told.

mod log;
mod names;
mod state;
pub(crate) mod wire;

#[cfg(test)]
mod tests;

pub(crate) use state::Session;

use crate::{Answer, Probe, Protocol, Transport, cotp};

/// The registered port.
const PORT: u16 = 3389;

/// The protocol's descriptor.
pub(crate) static PROTOCOL: Protocol = Protocol {
    name: "rdp",
    title: "Remote Desktop Protocol",
    transports: &[Transport::Tcp],
    ports: &[PORT],
    probe,
    start: cotp::start_rdp,
    decoded: "connection request with cookie and negotiation; MCS connect with client name, build, keyboard, screen \
              and channels, encryption, the handshake of TLS with its certificate; the session itself is one Opaque operation",
    not_decoded: "what TLS and RDP's own encryption protect; what follows MCS connect; RDP over UDP",
};

/// A whole connection request or confirm with what only RDP puts there, or an MCS connect. Without any of that the
/// usual port decides: nothing else asks for a connection without naming what it wants.
fn probe(probe: &Probe<'_>) -> Answer {
    match wire::begins(probe.bytes) {
        Some(wire::Beginning::Rdp) => Answer::Certain,
        Some(wire::Beginning::Bare) if probe.on_port(PORT) => Answer::Certain,
        Some(wire::Beginning::Short) => Answer::Unsure,
        _ => Answer::No,
    }
}
