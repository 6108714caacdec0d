//! LDAP: the directory that holds the users of a site, asked by domain members, door locks and cameras alike.
//!
//! Standard: RFC 4511, section 4; RFC 4513 for the ways to bind.
//!
//! ```text
//! SEQUENCE { INTEGER message id, APPLICATION n operation, [0] controls OPTIONAL }
//! ```
//!
//! - A bind is Authenticate with its name. A simple bind's password was sent in clear: told as such, never itself.
//! - A search is Read with its base; modify, add, delete and rename are Write. Entries and results are counted.
//! - After an accepted request for TLS (StartTLS) all is Encrypted.
//!
//! Not decoded: filters and attributes, controls, what SASL protects.
//!
//! Limits: a message is at most [`MAX_MESSAGE_BYTES`]; [`Pending::LIMIT`](crate::Pending::LIMIT) requests wait.

mod state;

#[cfg(test)]
mod tests;

use crate::tls::UntilTls;
use crate::{Answer, Probe, Protocol, Transport};

/// The protocol's descriptor.
pub(crate) static PROTOCOL: Protocol = Protocol {
    name: "ldap",
    title: "LDAP",
    transports: &[Transport::Tcp, Transport::Udp],
    ports: &[389, 3268],
    probe,
    start: |probe| match probe.transport {
        Transport::Tcp => Box::new(UntilTls::new(state::Ldap::default())),
        _ => Box::new(state::Datagrams::default()),
    },
    decoded: "binds (passwords masked), searches with their base and how many entries came, changes, StartTLS",
    not_decoded: "filters and attributes, controls, what SASL protects",
};

/// Photographs of users are the largest things in a directory.
const MAX_MESSAGE_BYTES: usize = 4 << 20;

fn probe(probe: &Probe<'_>) -> Answer {
    state::starts(probe.bytes)
}
