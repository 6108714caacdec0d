//! SNMP: how switches, power supplies and printers are watched and, with `set`, changed.
//!
//! Standards: RFC 1157 (version 1), RFC 3416 (PDUs of versions 2c and 3), RFC 3412 and 3414 (version 3 messages and its
//! user-based security).
//!
//! ```text
//! SEQUENCE { INTEGER version (0: v1, 1: v2c, 3), OCTET STRING community, PDU }
//! SEQUENCE { INTEGER 3, SEQUENCE { id, size, OCTET STRING flags, model }, OCTET STRING security, scoped PDU }
//! PDU: [tag] { INTEGER request-id, INTEGER error-status, INTEGER error-index, SEQUENCE OF { OID, value } }
//! ```
//!
//! - get, get-next and get-bulk are Read, set is Write, each with object identifiers and values; traps and informs are
//!   Subscribe. The empty question of version 3 by which an engine is discovered is Identify.
//! - A community is a secret in clear: told as such, and named only where it is `public` or `private`.
//! - Facts: system group, addresses of interfaces, entity table, and the maker and address in an engine id.
//!
//! Not decoded: what version 3 encrypts (Opaque), SNMP over TCP and TLS, AgentX, the meaning of objects outside the
//! system, interface, address and entity groups.
//!
//! Limits: [`Pending::LIMIT`](crate::Pending::LIMIT) requests wait; [`state::MOST_TOLD`] communities and users of a
//! conversation are told.

mod facts;
mod names;
mod ops;
mod state;
mod wire;

#[cfg(test)]
mod tests;

use crate::{Answer, Probe, Protocol, Transport};

/// The protocol's descriptor.
pub(crate) static PROTOCOL: Protocol = Protocol {
    name: "snmp",
    title: "SNMP",
    transports: &[Transport::Udp],
    ports: &[161, 162],
    probe,
    start: |_| Box::new(state::Snmp::default()),
    decoded: "versions 1, 2c and 3: get, get-next, get-bulk, set, traps and informs with objects and values; communities (masked), \
              users, protection; who the agent is",
    not_decoded: "encrypted version 3 messages, SNMP over TCP or TLS, AgentX",
};

/// A message that decodes from its first to its last byte is no accident: five nested lengths and four tags agree.
fn probe(probe: &Probe<'_>) -> Answer {
    if wire::Message::decode(probe.bytes).is_some() { Answer::Certain } else { Answer::No }
}
