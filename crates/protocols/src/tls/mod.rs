//! TLS and DTLS: what the handshake tells of who talks to whom and how well it is protected.
//!
//! Standards: SSL 3.0 (RFC 6101), TLS 1.0 to 1.2 (RFC 2246, 4346, 5246), TLS 1.3 (RFC 8446), DTLS 1.0 and 1.2
//! (RFC 4347, 6347); the SSL 2.0 hello of old clients (RFC 5246, appendix E.2); certificates as in RFC 5280.
//!
//! ```text
//! offset 0      1         3        5
//!        | type | version | length | handshake messages, an alert, or what is encrypted
//!        |  u8  | u16 BE  | u16 BE | handshake: type u8, length u24 BE, body
//! ```
//!
//! Told as notes: server name, version, cipher, ALPN, JA4, JA3 and JA3S, and of the first certificate of a chain the
//! subject, the issuer (a self-signed one has the same), the SHA-256 and the end of its validity. Told as facts: the
//! names and addresses a certificate is for. A line of `ssl.log` when the handshake is over. Nothing of it is an
//! operation.
//!
//! Other decoders that change to TLS in mid-stream are an [`UntilTls`] (STARTTLS and its like), hold an [`Inside`] (TLS
//! in their own frames) or make a [`conversation`] of its own (CONNECT).
//!
//! Not decoded: what is encrypted, among it certificates of TLS 1.3; DTLS 1.3; encrypted ClientHellos; whether a
//! certificate's signature holds.
//!
//! Limits: a handshake message has at most 128 KiB (in datagrams 32 KiB), a chain 16 certificates that are hashed.

mod certificate;
mod datagram;
pub(crate) mod fingerprint;
pub(crate) mod hello;
mod inside;
mod log;
mod names;
pub(crate) mod session;
mod stream;
#[cfg(test)]
mod tests;
mod wire;

pub(crate) use inside::{ChangesToTls, Inside, UntilTls};

use crate::{Answer, Conversation, Probe, Protocol, Transport};

/// The protocol's descriptor.
pub(crate) static PROTOCOL: Protocol = Protocol {
    name: "tls",
    title: "TLS and DTLS",
    transports: &[Transport::Tcp, Transport::Udp],
    ports: PORTS,
    probe,
    start: |probe| match probe.transport {
        Transport::Udp => Box::new(datagram::Datagrams::default()),
        _ => conversation(),
    },
    decoded: "handshakes of SSL 3.0 to TLS 1.3 and of DTLS: server name, version, cipher, ALPN, JA4, JA3, certificates",
    not_decoded: "what is encrypted; whether certificates are validly signed",
};

/// HTTPS, LDAPS, IMAPS, POP3S, SMTPS, SIPS, MQTT over TLS, FTPS, and the second HTTPS port.
const PORTS: &[u16] = &[443, 636, 993, 995, 465, 5061, 8883, 990, 8443];

/// A TLS connection from here on, for decoders whose protocol changes to TLS.
pub(crate) fn conversation() -> Box<dyn Conversation> {
    Box::new(stream::Stream::default())
}

/// On a stream a hello has four fields that agree; records in mid-stream must follow each other. A datagram must be
/// made of records to its last byte.
fn probe(probe: &Probe<'_>) -> Answer {
    match probe.transport {
        Transport::Udp if wire::is_datagram(probe.bytes) => Answer::Certain,
        Transport::Udp => Answer::No,
        _ => wire::begins(probe.bytes, PORTS.iter().any(|&port| probe.on_port(port))),
    }
}
