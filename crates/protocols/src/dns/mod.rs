//! DNS: which names are asked for, which addresses they have, and who answers.
//!
//! Standards: RFC 1035 (messages), RFC 3596 (AAAA), RFC 2782 (SRV), RFC 4034 (DNSSEC), RFC 2136 (updates), RFC 5936 (zone
//! transfer), RFC 7766 (TCP). Port 53, UDP and TCP. [`mdns`](crate::mdns), [`llmnr`](crate::llmnr) and [`nbns`](crate::nbns)
//! speak the same messages and are read here.
//!
//! ```text
//! offset 0    2                            4           6         8           10           12
//!        | id | QR opcode:4 AA TC RD RA    | questions | answers | authority | additional | questions, records |
//!        |    | Z AD CD rcode:4            |   u16     |   u16   |    u16    |    u16     |
//! question    | name | type: u16 | class: u16 |
//! record      | name | type: u16 | class: u16 | TTL: u32 | length: u16 | data |
//! name        labels, each a length (0 to 63) and text; 0 ends; 11 in the top bits: go on at an offset before here
//! over TCP    a length: u16, then the message
//! ```
//!
//! What it tells: of the address in every A and AAAA answer, and of the address a PTR record stands for, the names; that who answers is
//! a name server and who asks uses it. Names asked for, and the text of TXT and NULL answers, are told as content of class signalling, so
//! that others can look for tunnels in them. Updates (`SetNetwork`) and zone transfers (Browse) are operations.
//!
//! Zeek's `dns.log`: a line for each query with its reply, paired by id within the conversation, first asked first answered; a query or
//! reply alone is a line at the end. Deliberate differences:
//! - past [`Pending::LIMIT`](crate::Pending::LIMIT) open queries the oldest is written; Zeek writes all past 50;
//! - the records in replies to updates are not listed (`pre:`, `add:`, `del:`);
//! - node status answers (NBSTAT) do not stop the reading, a record without data neither;
//! - where memory is short, a line has no more than its id.
//!
//! Not decoded: EDNS options, signatures, DNS over TLS and HTTPS, the data of types that are not named here.
//!
//! Limits: `MOST_QUESTIONS` of a message, `MOST_TOLD` names and texts of it told as content, `MOST_FACTS` facts; a name has at most 255
//! bytes; [`Pending::LIMIT`](crate::Pending::LIMIT) queries wait.

mod answers;
mod facts;
mod log;
mod names;
mod ops;
mod state;
mod wire;

#[cfg(test)]
pub(crate) mod tests;

pub(crate) use state::{Datagrams, Dns, Flavour};
pub(crate) use wire::{Message, Part, Record, Type};

use crate::{Answer, Framed, Probe, Protocol, Transport};

/// The registered port.
const PORT: u16 = 53;
/// The ports of those that speak the same messages under another name.
const OTHERS: [u16; 3] = [137, 5353, 5355];

/// The protocol's descriptor.
pub static PROTOCOL: Protocol = Protocol {
    name: "dns",
    title: "DNS",
    transports: &[Transport::Udp, Transport::Tcp],
    ports: &[PORT],
    probe,
    start: |probe| match probe.transport {
        Transport::Udp => Box::new(Datagrams(Dns::new(Flavour::Dns, "udp"))),
        _ => Box::new(Framed::new(Dns::new(Flavour::Dns, "tcp"))),
    },
    decoded: "names and addresses, name servers and who uses them, updates, zone transfers, Zeek's dns.log",
    not_decoded: "EDNS options, signatures, DNS over TLS and HTTPS",
};

/// On its port a sane header and first question will do; elsewhere the message must be whole and plain, and answered.
fn probe(probe: &Probe<'_>) -> Answer {
    if probe.transport == Transport::Tcp {
        return wire::begins(probe.bytes);
    }
    let other = OTHERS.iter().any(|&port| probe.on_port(port));
    if other || !is_message(probe, PORT) {
        return Answer::No;
    }
    if probe.on_port(PORT) || is_answered(probe) { Answer::Certain } else { Answer::Unsure }
}

/// Whether this is a reply with records, or a question and its reply: scanners put DNS questions to every port.
pub(crate) fn is_answered(probe: &Probe<'_>) -> bool {
    let header = |bytes| Message::decode(bytes).ok().map(|message| message.header);
    let (Some(here), there) = (header(probe.bytes), header(probe.answer)) else { return false };
    let pair = there.is_some_and(|there| there.id == here.id && there.is_response() != here.is_response());
    pair || (here.is_response() && here.records() > 0)
}

/// Whether a datagram is a message; `home`: the port on which less is asked for.
pub(crate) fn is_message(probe: &Probe<'_>, home: u16) -> bool {
    Message::decode(probe.bytes).is_ok_and(|message| message.is_plausible(probe.on_port(home)))
}
