//! DCE/RPC over TCP: how Windows machines manage each other, and how OPC Classic (DCOM) moves values.
//!
//! Standard: C706 (*DCE 1.1: Remote Procedure Call*), chapter 12, connection-oriented PDUs; MS-RPCE, section 2.2.2.
//!
//! ```text
//! | 05 | minor | type | flags | drep 4 | fragment length u16 | auth length u16 | call id u32 | ... |
//! bind: ... | sizes, group | n contexts | { id u16, n u8, 00, interface UUID 16, version u32, transfer syntaxes 20 each } |
//! ```
//!
//! A bind is OpenSession with the interfaces it asks for. Each request is an operation of its interface, by its number; of
//! the interfaces by which machines are managed the calls have names and say what they do, and those that install a
//! service or a task whom they are about. The kind of authentication is told. SMB's pipes carry the same.
//!
//! Not decoded: what other requests say, DCE/RPC inside HTTP, big-endian senders, fragments beyond the first.
//!
//! Limits: [`MOST_CONTEXTS`] interfaces of a conversation are known.

mod calls;
pub(crate) mod interfaces;
mod state;
mod wire;

#[cfg(test)]
mod tests;

use crate::{Answer, Conversation, Framed, Probe, Protocol, Transport};

/// So many interfaces of one conversation are known; a client asks for a handful.
const MOST_CONTEXTS: usize = 32;

/// The protocol's descriptor.
pub(crate) static PROTOCOL: Protocol = Protocol {
    name: "dcerpc",
    title: "DCE/RPC",
    transports: &[Transport::Tcp],
    ports: &[135],
    probe,
    start: |_| Box::new(Framed::new(state::Dcerpc::default())),
    decoded: "binds with the interfaces they ask for, requests by interface and number, names of calls that manage machines, services \
              and tasks that are installed, the kind of authentication; also in SMB pipes",
    not_decoded: "what other requests say, DCE/RPC inside HTTP, big-endian senders",
};

/// A conversation in a pipe of SMB.
pub(crate) fn in_a_pipe() -> Box<dyn Conversation> {
    Box::new(Framed::new(state::Dcerpc::default()))
}

fn probe(probe: &Probe<'_>) -> Answer {
    wire::starts(probe.bytes)
}
