//! S7comm: what stations speak to SIMATIC S7-300, S7-400, and to S7-1200/1500 where "PUT/GET" is allowed.
//!
//! Siemens has not published it; what stands here is known from captures and from open descriptions (Apache
//! PLC4X, ICSNPP, Snap7), and agrees with what Wireshark names. It rides in COTP data units, one PDU in each:
//! see [`cotp`], which also does framing and reassembly.
//!
//! ```text
//! offset 0    1      2          4         6          8            10     12
//!        | 32 | kind | reserved | PDU     | length of| length of | error | parameters, then data
//!        |    |  u8  |  u16     | ref u16 | params   | data  u16 | u16   |
//!                                                                  only in kinds 2 and 3; all big-endian
//! kind ("ROSCTR"): 1 job, 2 acknowledgement, 3 acknowledgement with data, 7 userdata
//! ```
//!
//! A job's parameters begin with its function, which the answer repeats with the reference. Userdata has
//! parameters of its own: `00 01 12`, length, form, type and group in a nibble each, function, sequence, and in
//! answers data unit, more follows, error. Type 4 asks, 8 answers, 0 is pushed.
//!
//! # What is reported
//! - Reads and writes with all address syntaxes; each variable is an item with a value typed by its address.
//! - Jobs about blocks. In a **download the roles are reversed**: after the controller has agreed to a
//!   `request_download`, *it* sends the jobs `download_block` and `download_ended`, and the station answers with
//!   the bytes. Each of these is an operation of its own whose client is still the station: it wants the
//!   download. Its `request` is the frame in which the controller asked, its `reply` the one in which the
//!   station delivered.
//! - Blocks put together as transfers, several at once, with type, number and name. One whose start was not
//!   captured, that lacks a piece, or whose end did not come, is incomplete. After a gap a block is whole only if
//!   as many bytes came as were announced.
//! - PI services and PLC stop; userdata of all groups by name: test functions with the variables of a variable
//!   table, cyclic deliveries (a push is told with the addresses of the request that set it up), block lists,
//!   system status lists, messages, password (never told), BSEND, clock.
//! - Long userdata answers are put together; they are one operation with the first request. The requests for
//!   the further parts are none.
//!
//! Not decoded: data of test functions other than variable tables; associated values of alarms; records of
//! status lists other than identification, protection, mode and communication limits; numerical control
//! programs in userdata (named only). Timers are told in milliseconds, counters as numbers.
//!
//! Logs: `s7comm.log`, `s7comm_read_szl.log`, `s7comm_upload_download.log` and `s7comm_known_devices.log` of ICSNPP; see
//! `log.rs`.
//!
//! Limits: see the constants in `state.rs` and `transfers.rs`; requests wait as in
//! [`Pending`](crate::Pending).

pub mod address;
pub mod block;
mod log;
mod names;
mod ops;
mod state;
pub mod szl;
mod transfers;
mod userdata;
mod value;
pub mod wire;

#[cfg(test)]
mod tests;

pub(crate) use state::S7comm;

use crate::{Answer, Protocol, Transport, cotp};

/// The return code of success.
const SUCCESS: u8 = 0xFF;

/// The protocol's descriptor. Its conversations are those of [`cotp`](crate::cotp).
pub(crate) static PROTOCOL: Protocol = Protocol {
    name: "s7comm",
    title: "Siemens S7comm",
    transports: &[Transport::Tcp],
    ports: &[cotp::PORT],
    probe: |probe| cotp::probe_inside(probe.bytes, begins),
    start: cotp::start,
    decoded: "reads and writes with typed values, block upload and download, PI services, stop, and userdata \
              (test, cyclic, blocks, status lists, messages, password, clock)",
    not_decoded: "block status, breakpoints and stacks of the test functions, alarm values, most status lists",
};

/// Whether a user data unit is an S7 PDU.
fn begins(unit: &[u8]) -> Answer {
    match wire::Pdu::decode(unit) {
        Ok((pdu, _)) if unit.first() == Some(&wire::PROTOCOL_ID) && matches!(pdu.kind.0, 1 | 2 | 3 | 7) => {
            Answer::Certain
        }
        _ => Answer::No,
    }
}
