//! NTP: who gives time to whom, from which source; and questions to and orders for time servers themselves.
//!
//! Standards: RFC 5905 (version 4, modes 1 to 5), RFC 9327 (mode 6, control messages), mode 7 as the reference implementation's
//! `ntp_request.h` has it. UDP port 123.
//!
//! ```text
//! modes 1-5  0        1         2      3           4            8                 12            16        24       32       40
//!            | LI VN M | stratum | poll | precision | root delay | root dispersion | reference id | reference | origin | receive | transmit |
//!            | 2  3  3 |                                                                           timestamps: seconds, fraction
//! mode 6     | LI VN 6 | R E M opcode | sequence: u16 | status: u16 | association: u16 | offset: u16 | count: u16 | data |
//! mode 7     | R M VN 7 | A sequence | implementation | request | error, items: u16 | 0, item size: u16 | data |
//! ```
//!
//! What it tells: a server that answers (mode 4), broadcasts (5) or is a peer (1, 2) with a stratum of 1 to 15 is a time server; its
//! stratum and reference as its state, again when they change; whoever asks it uses it.
//!
//! What becomes an operation: every request of mode 6 and 7 with its answer, by name and number. Reading variables or lists is
//! Read or Browse, setting them Write, a configuration command `ChangeSecurity` no more than any other Write, setting the clock
//! `SetClock`. Only the first part of an answer is told; of what a control answer says, software and system are told as facts.
//!
//! Not decoded: extension fields, authentication, the lists of mode 7; the times themselves.
//!
//! Limits: [`Pending::LIMIT`](crate::Pending::LIMIT) requests wait, none longer than `GIVEN_UP_NANOS`.

mod control;
mod state;
mod wire;

#[cfg(test)]
mod tests;

use crate::{Answer, Probe, Protocol, Transport};

/// The registered port.
const PORT: u16 = 123;

/// The protocol's descriptor.
pub static PROTOCOL: Protocol = Protocol {
    name: "ntp",
    title: "NTP",
    transports: &[Transport::Udp],
    ports: &[PORT],
    probe,
    start: |_| Box::new(state::Ntp::default()),
    decoded: "time servers with stratum and reference, who uses them; control and private requests with answers",
    not_decoded: "extension fields, authentication, lists of mode 7",
};

/// On its port the header must be sane; elsewhere the times of an answer must fit each other, or a question be
/// the simplest there is: nothing but a transmit time.
fn probe(probe: &Probe<'_>) -> Answer {
    let at_home = probe.on_port(PORT);
    let bytes = probe.bytes;
    let known = match bytes.first().map(|first| wire::Mode(first & 7)) {
        Some(wire::Mode::CONTROL) => {
            at_home && wire::Control::decode(bytes).is_ok_and(|message| message.is_sane())
        }
        Some(wire::Mode::PRIVATE) => {
            at_home && wire::Private::decode(bytes).is_ok_and(|message| message.is_sane())
        }
        _ => wire::Time::decode(bytes).is_ok_and(|time| {
            if at_home { time.is_sane() } else { time.is_sane() && (time.is_consistent() || time.is_bare()) }
        }),
    };
    if known { Answer::Certain } else { Answer::No }
}
