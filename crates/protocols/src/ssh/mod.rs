//! SSH: who speaks with what software, and which keys and algorithms they agree on.
//!
//! Standards: RFC 4253 (transport), RFC 4419, 5656 and 8731 (exchanges of keys). HASSH by Salesforce.
//!
//! ```text
//! SSH-2.0-software comment CRLF
//! | length u32 BE | padding length u8 | message u8, body | padding |
//! ```
//!
//! Told: the software of both sides, HASSH of both sides, a line of `ssh.log`, and one operation for the session that is
//! opened. All after SSH_MSG_NEWKEYS is encrypted: whether a shell is used or files are moved is not claimed, nor
//! whether a login succeeded.
//!
//! Not decoded: what is encrypted; the exchange of SSH 1; guesses from lengths of packets.
//!
//! Limits: a packet of 35 000 bytes, a line of 4 KiB before the identification.

mod kex;
mod log;
mod state;
#[cfg(test)]
mod tests;

use crate::{Answer, Probe, Protocol, Transport};
use memchr::memmem;

/// The protocol's descriptor.
pub(crate) static PROTOCOL: Protocol = Protocol {
    name: "ssh",
    title: "SSH",
    transports: &[Transport::Tcp],
    ports: &[22],
    probe,
    start: |_| Box::new(state::Ssh::default()),
    decoded: "identification, algorithms, HASSH, host key fingerprint",
    not_decoded: "what is encrypted; whether a login succeeded; SSH 1 beyond its identification",
};

/// What an identification begins with.
const IDENTIFICATIONS: [&[u8]; 3] = [b"SSH-2.0-", b"SSH-1.99-", b"SSH-1.5-"];

/// The identification names the protocol. Servers may send lines before it (RFC 4253, section 4.2).
fn probe(probe: &Probe<'_>) -> Answer {
    let begins = |bytes: &[u8]| IDENTIFICATIONS.iter().any(|start| bytes.starts_with(start));
    // Lines of text may come before it (RFC 4253, section 4.2).
    if probe.bytes.first().is_some_and(|byte| !byte.is_ascii_graphic() && !byte.is_ascii_whitespace()) {
        return Answer::No;
    }
    let after_lines = memmem::find(probe.bytes, b"\nSSH-").and_then(|at| probe.bytes.get(at + 1..));
    if begins(probe.bytes) || after_lines.is_some_and(begins) {
        return Answer::Certain;
    }
    let possible = IDENTIFICATIONS.iter().any(|start| start.starts_with(probe.bytes));
    if possible { Answer::Unsure } else { Answer::No }
}
