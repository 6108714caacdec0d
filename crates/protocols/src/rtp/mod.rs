//! Rtp: *who speaks it with whom, and what for*.
//!
//! Standard: *name the specification, its edition and the clauses used here.*
//!
//! ```text
//! offset 0      2          4      5        7
//!        | magic | sequence | kind | length | body: `length` bytes
//!        | 54 50 |  u16 BE  |  u8  | u16 BE |
//! ```
//!
//! A request's kind is below 0x80; its answer has the same sequence number and the kind with the top bit set.
//! Kind 1 reads, kind 2 writes one value. An answer's body begins with a status byte, 0 for yes.
//!
//! Not decoded: everything else, because there is nothing else.
//!
//! Limits: a PDU is at most [`wire::MAX_PDU_BYTES`]; [`Pending::LIMIT`](crate::Pending::LIMIT) requests wait.

mod ops;
mod state;
mod wire;

#[cfg(test)]
mod tests;

use crate::{Answer, Framed, Probe, Protocol, Transport};

/// The protocol's descriptor.
pub(crate) static PROTOCOL: Protocol = Protocol {
    name: "rtp",
    title: "Rtp",
    transports: &[Transport::Tcp],
    ports: &[1],
    probe,
    start: |_| Box::new(Framed::new(state::Rtp::default())),
    decoded: "reads and writes of one value",
    not_decoded: "kinds other than read and write are reported as Opaque",
};

/// The magic is two bytes of chance in 65 536; a sane length makes it certain.
fn probe(probe: &Probe<'_>) -> Answer {
    wire::begins(probe.bytes)
}
