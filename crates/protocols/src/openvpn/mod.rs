//! OpenVPN: the tunnel most remote-service routers open to their vendor, on UDP or on TCP, often on port 443.
//!
//! Source: *OpenVPN wire protocol* (openvpn.github.io/openvpn-rfc), sections 4 and 5.
//!
//! ```text
//! UDP: | opcode (5 bits), key id (3 bits) | session id 8 | [HMAC, packet id 4, time 4] | ack count | acks, remote session | message id 4 | TLS
//! TCP: | length u16 BE | the same |
//! ```
//!
//! A conversation is known by its resets: no content, so that every field but session and HMAC is known. The first
//! exchange of resets is one operation, OpenSession. Everything that is carried is Encrypted.
//!
//! Not decoded: the TLS handshake inside the control channel, static-key mode, and tunnels whose beginning was not
//! captured, which nothing tells from noise.
//!
//! Limits: none are needed; nothing is kept but two flags and the beginning of a packet over TCP.

mod state;

#[cfg(test)]
mod tests;

use crate::{Answer, Framed, Probe, Protocol, Transport};

/// The protocol's descriptor.
pub(crate) static PROTOCOL: Protocol = Protocol {
    name: "openvpn",
    title: "OpenVPN",
    transports: &[Transport::Udp, Transport::Tcp],
    ports: &[1194],
    probe,
    start: |probe| match probe.transport {
        Transport::Tcp => Box::new(Framed::new(state::Stream::default())),
        _ => Box::new(state::Datagrams::default()),
    },
    decoded: "the opening of the tunnel, how its control channel is protected",
    not_decoded: "what is inside, static-key mode, tunnels whose beginning was not captured",
};

fn probe(probe: &Probe<'_>) -> Answer {
    match probe.transport {
        Transport::Tcp => state::opens(probe.bytes),
        _ if state::reset(probe.bytes).is_some() => Answer::Certain,
        _ => Answer::No,
    }
}
