//! IPsec: IKE in both versions on UDP, and what it protects, ESP and AH, over IP and inside UDP.
//!
//! Standards: RFC 2408 and 2409 (IKEv1), RFC 7296 (IKEv2), RFC 4303 (ESP), RFC 4302 (AH), RFC 3948 (ESP inside UDP).
//!
//! ```text
//! IKE: | initiator SPI 8 | responder SPI 8 | next payload | version 10 or 20 | exchange | flags | message id 4 | length 4 |
//!      payloads: | next | reserved | length u16 | ... |        on port 4500 behind four zero bytes
//! ESP: | SPI u32, 256 or more | sequence u32 | encrypted |
//! AH:  | next header | length | 00 00 | SPI u32 | sequence u32 | check value |
//! ```
//!
//! The first exchange (main or aggressive mode, `IKE_SA_INIT`) is one operation, OpenSession. Vendor ids tell software.
//! An identity that aggressive mode sends in clear is told as user. ESP is Encrypted.
//!
//! Not decoded: proposals, everything behind the first exchange, what AH carries.
//!
//! Limits: [`ike::MOST_PAYLOADS`] payloads of a message are looked at.

mod ike;
mod state;

#[cfg(test)]
mod tests;

use crate::{Answer, Probe, Protocol, Transport};

/// IP protocol numbers (IANA).
const ESP: u8 = 50;
const AH: u8 = 51;
/// Where ESP inside UDP is spoken (RFC 3948).
const NAT_PORT: u16 = 4500;

/// The protocol's descriptor.
pub(crate) static PROTOCOL: Protocol = Protocol {
    name: "ipsec",
    title: "IPsec (IKE, ESP, AH)",
    transports: &[Transport::Udp, Transport::Ip(ESP), Transport::Ip(AH)],
    ports: &[500, NAT_PORT],
    probe,
    start: |probe| Box::new(state::Ipsec::new(probe.transport)),
    decoded: "the opening of a tunnel, versions, software by vendor ids, identities in clear",
    not_decoded: "proposals, what is inside ESP and AH",
};

fn probe(probe: &Probe<'_>) -> Answer {
    match probe.transport {
        Transport::Ip(ESP) if probe.bytes.len() >= 8 && state::is_esp(probe.bytes) => Answer::Certain,
        Transport::Ip(AH) if matches!(probe.bytes, [_, 1..=u8::MAX, 0, 0, ..]) && probe.bytes.len() >= 12 => {
            Answer::Certain
        }
        Transport::Ip(_) => Answer::No,
        _ if ike::Message::decode(state::without_marker(probe.bytes)).is_some() => Answer::Certain,
        // ESP alone is noise. Two packets one after the other are not: SPI and the next number, 64 bits that fit.
        _ if probe.on_port(NAT_PORT) && state::is_esp(probe.bytes) => {
            if state::next_follows(probe.bytes) {
                Answer::Certain
            } else {
                Answer::Unsure
            }
        }
        _ => Answer::No,
    }
}
