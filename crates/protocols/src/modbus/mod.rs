//! Modbus: reads and writes of a controller's coils and registers, over TCP or UDP.
//!
//! Standards: *MODBUS Application Protocol Specification V1.1b3* (2012-04-26; "clause" below is of it) and
//! *MODBUS Messaging on TCP/IP Implementation Guide V1.0b* (2006-10-24). Legacy codes by their Modicon names.
//!
//! ```text
//! offset 0             2          4        6      7          8
//!        | transaction | protocol | length | unit | function | data: `length` - 2 bytes
//!        |   u16 BE    | 00 00    | u16 BE |  u8  |    u8    |
//! ```
//!
//! The same over UDP, one ADU a datagram. A server echoes transaction and unit; a function code with its top
//! bit set is an exception with one byte of reason. Everything is big-endian. Addresses are told zero-based, as
//! on the wire: `holding 100` is what a maker's manual may call 40101.
//!
//! Who is client is told by what PDUs look like: the lengths of requests and answers differ for most functions,
//! and only servers send exceptions. Where both look alike (echoes of single writes) what is known of the
//! conversation decides, then a request that waits for just this answer, then port 502.
//!
//! Choices: clearing counters (diagnostics 10 and 20) is [`Verb::Write`], as it restarts nothing; exception 5,
//! *acknowledge*, is an acceptance; force listen-only is never answered, by the standard, so that its outcome
//! is `unanswered`. A mask write tells its masks as `and 0xF2F2 or 0x2525`. In 0x17 the registers that are read
//! are marked `(read)`, so that what was written can be told from what was not. 0x7D updates firmware where it carries
//! bytes of an image; a command or probe of a few bytes is [`Verb::Opaque`].
//!
//! Not decoded: the bodies of CANopen (0x2B/0x0D) and of Modicon's legacy programming codes (named, told as
//! bytes); reserved and unknown codes ([`Verb::Opaque`], told as bytes); Modbus RTU frames tunnelled in TCP;
//! Modbus Security (TLS on port 802). Function 0x5A is [`umas`](crate::umas).
//!
//! # Logs
//! Zeek's `modbus.log`, a line a PDU, and ICSNPP's `modbus_detailed.log`, a line an exchange; see `log.rs` for where
//! they differ from what those write.
//!
//! Limits: an ADU is at most 260 bytes, one of UMAS 2054; [`Pending::LIMIT`](crate::Pending::LIMIT) requests
//! wait, none longer than 30 s.
//!
//! [`Verb::Write`]: quaywatch_model::Verb::Write
//! [`Verb::Opaque`]: quaywatch_model::Verb::Opaque

mod items;
mod log;
mod names;
mod ops;
mod request;
mod response;
mod role;
mod state;
mod wire;

#[cfg(test)]
pub(crate) mod tests;

pub use names::{ExceptionCode, Function, MeiType, SubFunction};
pub use request::{Request, Table};
pub use response::{Identification, Response};
pub use role::{
    MOST_BITS_READ, MOST_COILS_WRITTEN, MOST_REGISTERS_EXCHANGED, MOST_REGISTERS_READ, MOST_REGISTERS_WRITTEN,
};
pub use wire::{Adu, HEADER_BYTES, LEAST_LENGTH, MOST_LENGTH, Pdu};

use crate::{Answer, Framed, Probe, Protocol, Transport};
use wire::Header;

/// The registered port, TCP and UDP.
const PORT: u16 = 502;

/// The protocol's descriptor.
pub static PROTOCOL: Protocol = Protocol {
    name: "modbus",
    title: "Modbus/TCP",
    transports: &[Transport::Tcp, Transport::Udp],
    ports: &[PORT],
    probe,
    start: |probe| {
        let conversation = state::Modbus::beginning(probe);
        match probe.transport {
            Transport::Udp => Box::new(state::Datagrams(conversation)),
            _ => Box::new(Framed::new(conversation)),
        }
    },
    decoded: "all public functions of V1.1b3 with their values, device identification, file records, exceptions; \
              UMAS in function 0x5A",
    not_decoded: "CANopen and Modicon's legacy programming bodies are named and told as bytes; Modbus RTU in TCP \
                  and Modbus Security are not read",
};

/// The first ADU must stand. Off port 502 its PDU must have the layout of its function, and whatever follows it
/// must be headers too; a datagram must be one ADU anywhere.
fn probe(probe: &Probe<'_>) -> Answer {
    let bytes = probe.bytes;
    let answer = role::starts(bytes);
    let Header::Whole(whole) = wire::header(bytes) else { return answer };
    // A scan for functions begins with 0. Zeros are found everywhere: what is said next tells.
    if probe.on_port(PORT) && whole == bytes.len() && role::asks_for_zero(bytes) {
        return Answer::Unsure;
    }
    if answer != Answer::Certain {
        return answer;
    }
    if probe.transport == Transport::Udp && whole != bytes.len() {
        return Answer::No;
    }
    // Only UMAS is certain before all of it is there.
    let Some((first, rest)) = bytes.split_at_checked(whole) else { return Answer::Certain };
    let laid_out = Adu::decode(first).is_ok_and(|adu| role::fits_layout(adu.pdu));
    let followed = !matches!(wire::header(rest), Header::Wrong(_));
    if (laid_out && followed) || probe.on_port(PORT) { Answer::Certain } else { Answer::No }
}
