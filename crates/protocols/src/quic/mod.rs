//! QUIC: which server a connection asks for. Initial packets are protected with keys that anybody can derive from what
//! they say; all others are encrypted.
//!
//! Standards: RFC 9000 (transport), RFC 9001 (with TLS), RFC 9369 (version 2); drafts 29 to 32.
//!
//! ```text
//! | form, kind u8 | version u32 BE | destination id | source id | token | length | packet number, frames, tag |
//!                                    u8 and bytes     likewise    varint  varint    protected
//! ```
//!
//! Told, as by [`tls`](crate::tls), which reads the hellos: server name, ALPN as offered, version, cipher, JA4, a line of
//! `ssl.log` and one of `quic.log`. Nothing of it is an operation.
//!
//! Not decoded: everything that is not in Initial packets, among it certificates and HTTP/3; negotiation of versions;
//! gQUIC; connections that are met in the middle.
//!
//! Limits: 32 KiB and 64 pieces of a handshake.

mod keys;
mod log;
mod state;
#[cfg(test)]
mod tests;
mod wire;

use crate::{Answer, Probe, Protocol, Transport};

/// The protocol's descriptor.
pub(crate) static PROTOCOL: Protocol = Protocol {
    name: "quic",
    title: "QUIC",
    transports: &[Transport::Udp],
    ports: &[443, 853],
    probe,
    start: |_| Box::new(state::Quic::default()),
    decoded: "Initial packets of versions 1 and 2: server name, ALPN, version, cipher, JA4",
    not_decoded: "all that is encrypted; gQUIC; connections met in the middle",
};

/// A version of 32 bits that is known, with ids and lengths that fit the datagram.
fn probe(probe: &Probe<'_>) -> Answer {
    match wire::Long::decode(probe.bytes) {
        Ok(Some(_)) => Answer::Certain,
        _ => Answer::No,
    }
}
