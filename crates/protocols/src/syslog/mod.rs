//! Syslog: machines that report what happens to them.
//!
//! Standards: RFC 3164 (as it was found in the field), RFC 5424 (the standard), RFC 5426 (UDP), RFC 6587 (TCP: counted octets, or
//! a line feed after each message). Port 514, 601 over TCP.
//!
//! ```text
//! 3164  <PRI>Mmm dd hh:mm:ss HOST TAG[pid]: text          PRI: facility * 8 + severity, 0 to 191
//! 5424  <PRI>1 TIMESTAMP HOST APP PROCID MSGID [structured data] text
//! TCP   LENGTH <PRI>...        or        <PRI>... line feed
//! ```
//!
//! What it tells: the name the sender gives its machine, once for each name; every message as content, to be looked at.
//! A name that is an address is no name. A message without a time stamp has no name that could be believed.
//!
//! Not decoded: time stamps, structured data; syslog over TLS.
//!
//! Limits: `MAX_MESSAGE_BYTES` over TCP; `MOST_NAMES` names of a side.

mod stream;
mod wire;

#[cfg(test)]
mod tests;

use crate::{Answer, Framed, Probe, Protocol, Transport};
use stream::Syslog;

/// The registered ports: UDP, TCP.
const PORTS: [u16; 2] = [514, 601];

/// The protocol's descriptor.
pub static PROTOCOL: Protocol = Protocol {
    name: "syslog",
    title: "Syslog",
    transports: &[Transport::Udp, Transport::Tcp],
    ports: &PORTS,
    probe,
    start: |probe| match probe.transport {
        Transport::Udp => Box::new(stream::Datagrams(Syslog::default())),
        _ => Box::new(Framed::new(Syslog::default())),
    },
    decoded: "the sender's name; messages as content",
    not_decoded: "time stamps, structured data",
};

/// A priority and what must follow it in one of the standards; on its port over UDP a priority and text will do.
fn probe(probe: &Probe<'_>) -> Answer {
    let bytes = probe.bytes;
    if probe.transport == Transport::Tcp {
        return wire::begins(bytes);
    }
    let at_home = PORTS.iter().any(|&port| probe.on_port(port));
    match wire::Message::decode(bytes) {
        Some(message) if message.format != wire::Format::Bare => Answer::Certain,
        Some(_) if at_home => Answer::Certain,
        _ => Answer::No,
    }
}
