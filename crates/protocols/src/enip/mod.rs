//! EtherNet/IP: what carries [CIP](crate::cip) over TCP and UDP port 44818, and its cyclic data over UDP 2222.
//!
//! Standard: ODVA CIP Networks Library, volume 2, chapters 2 (encapsulation) and 3 (I/O).
//!
//! ```text
//! offset 0         2        4         8        12               20        24
//!        | command | length | session | status | sender context | options | data: `length` bytes
//!        | u16     | u16    | u32     | u32    | 8 bytes        | u32 = 0 |        all little-endian
//!
//! SendRRData and SendUnitData: interface handle u32 = 0 | time-out u16 | items
//! items: count u16, then each: type u16 | length u16 | bytes
//! ```
//!
//! An unconnected message (SendRRData) is paired by sender context and service, a connected one (SendUnitData)
//! by connection and sequence count. Connections are learnt from Forward Open; where its exchange was not
//! captured, the first answer shows which two connection ids belong together. Who is client is told by each
//! message: a CIP reply has the top bit set in its service.
//!
//! Cyclic data (transport class 0 and 1) is one operation, Subscribe, when a connection is first seen, and one
//! whenever its run/idle bit changes: ChangeMode, where a Forward Open told that it is one. The originator is the client. Who that is, a Forward Open on any
//! conversation tells; without one it is who sends what looks like a run/idle header, or else who receives.
//!
//! A List Identity put to all is an operation of its own, unseen, because its answers go elsewhere; each answer is
//! one too, in its own conversation, and knows when the question was asked.
//!
//! A `NOP` without data asks for nothing and is no operation. `UnRegisterSession` has no answer and cannot be
//! refused: it is accepted.
//!
//! Logs: `enip.log`, `cip.log`, `cip_identity.log` and `cip_io.log` of ICSNPP; see `log.rs`.
//!
//! Not decoded: DTLS (EtherNet/IP over UDP with CIP Security), the payload of cyclic data, CIP Safety frames in
//! it, Device Level Ring.
//!
//! Limits: [`wire::MAX_PDU_BYTES`] a message; [`Pending::LIMIT`](crate::Pending::LIMIT) requests wait;
//! `MOST_CONNECTIONS` connections are known of a conversation; `MOST_IO_CONNECTIONS` are watched on one.

mod connections;
mod io;
mod log;
mod ops;
mod state;
pub mod wire;

#[cfg(test)]
mod tests;

use crate::{Answer, Framed, Probe, Protocol, Transport};

/// The port of explicit messages.
const EXPLICIT_PORT: u16 = 44_818;
/// The port of cyclic data.
const IO_PORT: u16 = 2_222;

/// The protocol's descriptor.
pub(crate) static PROTOCOL: Protocol = Protocol {
    name: "enip",
    title: "EtherNet/IP and CIP",
    transports: &[Transport::Tcp, Transport::Udp],
    ports: &[EXPLICIT_PORT, IO_PORT],
    probe,
    start: |probe| match probe.transport {
        Transport::Tcp => Box::new(Framed::new(state::Enip::default())),
        _ => Box::new(state::Datagrams::default()),
    },
    decoded: "sessions, identities, connections; CIP services in their wrappers, Logix tags with their values, \
              Logix engineering (program, firmware, mode, lock, clock, force), PCCC; cyclic data by connection",
    not_decoded: "DTLS, CIP Safety and Motion parameters, the payload of cyclic data, structures other than the \
                  Logix string",
};

/// A whole datagram, or a header that stands at the start of a TCP segment, leaves no doubt.
fn probe(probe: &Probe<'_>) -> Answer {
    match probe.transport {
        Transport::Tcp => wire::begins(probe.bytes),
        _ if io::begins(probe.bytes) => Answer::Certain,
        _ => match wire::Packet::decode(probe.bytes) {
            Ok(_) => match wire::begins(probe.bytes) {
                Answer::Certain => Answer::Certain,
                _ => Answer::No,
            },
            Err(_) => Answer::No,
        },
    }
}
