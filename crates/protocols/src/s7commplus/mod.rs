//! S7comm-plus: what TIA Portal and HMIs speak to SIMATIC S7-1200 and S7-1500.
//!
//! Siemens has not published it. What stands here was measured on captures of S7-1200 and S7-1500, with numbers
//! that agree with what open clients use for the same things. It rides in COTP data units: see
//! [`cotp`], which also does framing.
//!
//! ```text
//! a fragment, one to a data unit; big-endian:
//! offset 0    1         2        4
//!        | 72 | version | length | `length` bytes | 72, version, 00 00: only after the last fragment
//!
//! joined:  request  31, 0 u16, function u16, 0 u16, sequence u16, session u32, flags u8, ...
//!          response 32, 0 u16, function u16, 0 u16, sequence u16, flags u8, return value VLQ, ...
//!          notification 33, subscription u32, ...
//! ```
//!
//! Version 1 opens a session, 2 and 3 go on in it; a version 3 fragment begins with a digest (length 0x20 and 32
//! bytes), which is passed over: the digest protects, it does not hide. Response 0x02 is an older response.
//! Versions 0xFE (system event) and 0xFF (keep-alive) carry no operation and are not reported.
//! "VLQ" is a number in groups of seven bits, the top bit of a byte saying that another one follows.
//!
//! # What is reported, and how sure it is
//! Function, session, sequence and return value are read from every message. Everything else is told as far as
//! a payload can be read from its beginning; what cannot be read leaves its item away, never guessed.
//! - `explore` browses; `get_*` read; `set_variable` and `set_multi_variables` write. Attributes of a session
//!   and of objects that live only in a session are no process values: setting a session's version opens it,
//!   its response or legitimation authenticates (and is a secret), a subscription's credit subscribes; any
//!   other attribute of such an object is Opaque.
//! - `operating_state_request` (attribute 2167 of the CPU's execution unit, object 52) stops, starts or resets.
//! - `create_object` in the session container opens a session; of a subscription it subscribes; **in the PLC
//!   program (object 3) it loads a block**, which is measured (TIA V12 loading OB1 into an S7-1200) and is told
//!   as `DownloadProgram`, with the object's bytes as a transfer. Any other object is a Write, inferred.
//! - `delete_object` of one's own session closes it, of a block (object ids 0x8A......, measured for OB and DB)
//!   deletes program, of a session-lived object ends a subscription; any other is a Write, inferred.
//! - `begin_sequence` of a "DLTransaction", those inside it, and the `end_sequence` of each belong to a
//!   download. Others are Opaque, as are `invoke` and what has no name.
//! - A notification is an operation of the controller with verb Subscribe, without its values.
//!
//! Not decoded: values other than scalars, what `explore` and `get_link` answer, notifications' values, what a
//! block holds (it is compressed), digests. Over TLS (TIA V17 and later) nothing is: see [`cotp`].
//!
//! Limits: 256 KiB for a message of several fragments; a number of items by what their
//! bytes can hold; requests wait as in [`Pending`](crate::Pending).

mod items;
mod log;
mod names;
mod ops;
mod state;
mod value;
pub mod wire;

#[cfg(test)]
mod tests;

pub(crate) use state::S7commPlus;

use crate::{Answer, Protocol, Transport, cotp};

/// The protocol's descriptor. Its conversations are those of [`cotp`](crate::cotp).
pub(crate) static PROTOCOL: Protocol = Protocol {
    name: "s7comm-plus",
    title: "Siemens S7comm-plus",
    transports: &[Transport::Tcp],
    ports: &[cotp::PORT],
    probe: |probe| cotp::probe_inside(probe.bytes, begins),
    start: cotp::start,
    decoded: "sessions, function, object and attribute of requests, scalar values, return value, blocks loaded; \
              a TLS session is one Opaque operation",
    not_decoded: "answers of explore, structured values, notifications' values, anything over TLS",
};

/// Whether a user data unit is a fragment.
fn begins(unit: &[u8]) -> Answer {
    if wire::Fragment::decode(unit).is_ok() { Answer::Certain } else { Answer::No }
}
