//! LLMNR: Windows hosts that ask their neighbours for a name when no name server knows it.
//!
//! Standard: RFC 4795. UDP port 5355, to 224.0.0.252 or ff02::1:3; the answer comes by unicast, in a conversation of its own. Messages are those of
//! [`dns`](crate::dns), with two flags of other meaning (conflict and tentative).
//!
//! What it tells: the name of every address in an answer; names asked for as content; lines in Zeek's `dns.log`. Anybody can
//! answer: who answers for every name is an attacker, which others can see from these facts.
//!
//! Not decoded: conflicts; LLMNR over TCP.
//!
//! Limits: those of [`dns`](crate::dns).

#[cfg(test)]
mod tests;

use crate::dns::{Datagrams, Dns, Flavour, is_message};
use crate::{Answer, Probe, Protocol, Transport};

/// The registered port.
const PORT: u16 = 5355;

/// The protocol's descriptor.
pub static PROTOCOL: Protocol = Protocol {
    name: "llmnr",
    title: "LLMNR",
    transports: &[Transport::Udp],
    ports: &[PORT],
    probe,
    start: |_| Box::new(Datagrams(Dns::new(Flavour::Llmnr, "udp"))),
    decoded: "names of addresses, Zeek's dns.log",
    not_decoded: "conflicts, LLMNR over TCP",
};

/// Only the port tells it from DNS; that it is DNS must be certain.
fn probe(probe: &Probe<'_>) -> Answer {
    if probe.on_port(PORT) && is_message(probe, PORT) { Answer::Certain } else { Answer::No }
}
