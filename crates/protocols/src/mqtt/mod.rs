//! MQTT: who publishes what to which topic, and who listens to it.
//!
//! Standards: MQTT 3.1 (IBM), MQTT 3.1.1 and MQTT 5.0 (OASIS).
//!
//! ```text
//! offset 0              1
//!        | type  flags  | remaining length | body
//!        | u4    u4     | varint, 1 to 4   |
//! ```
//!
//! CONNECT opens a session, SUBSCRIBE and UNSUBSCRIBE subscribe. A PUBLISH, of the client or of the server that sends it on,
//! is an operation of who sends it with the verb Subscribe: values are delivered to whoever listens, and what the broker is
//! told changes no device. One of quality 0 has no answer by the standard (MQTT 3.1.1, section 4.3.1), and is told as
//! what nobody asked for: without a request, as accepted. Payloads are told as content, passwords not at all; what is sent
//! on a topic that is named as a secret, and the topic's levels below that name, are masked.
//!
//! Not decoded: properties of MQTT 5, topic aliases among them; wills; MQTT over WebSocket; MQTT-SN.
//!
//! Limits: a packet of [`wire::MAX_PACKET_BYTES`], 32 topics told as notes.

mod state;
#[cfg(test)]
mod tests;
mod wire;

use crate::{Answer, Framed, Probe, Protocol, Transport};

/// The protocol's descriptor.
pub(crate) static PROTOCOL: Protocol = Protocol {
    name: "mqtt",
    title: "MQTT 3.1, 3.1.1 and 5",
    transports: &[Transport::Tcp],
    ports: &[1883],
    probe,
    start: |_| Box::new(Framed::new(state::Mqtt::default())),
    decoded: "sessions with client id and user, subscriptions, messages with topic and payload",
    not_decoded: "properties of MQTT 5; MQTT over WebSocket; MQTT-SN",
};

/// A CONNECT names the protocol. In mid-stream a message is believed on MQTT's port only, if it ends where the bytes
/// end: its topic must be readable.
fn probe(probe: &Probe<'_>) -> Answer {
    let bytes = probe.bytes;
    let Some(&first) = bytes.first() else { return Answer::Unsure };
    let header = |bytes: &[u8]| match wire::length(bytes) {
        crate::Length::Is(whole) => Some(whole),
        _ => None,
    };
    match (first, header(bytes)) {
        (0x10, None) if bytes.len() < 5 => Answer::Unsure,
        (0x10, Some(_)) => {
            let body = (2..=5).map(|at| wire::connect_starts(bytes.get(at..).unwrap_or_default()));
            // The remaining length takes one to four bytes; the name follows it.
            let place = bytes.iter().skip(1).take_while(|byte| **byte & 0x80 != 0).count();
            body.into_iter().nth(place).unwrap_or(Answer::No)
        }
        (0x30..=0x3D, Some(whole)) if probe.on_port(1883) && whole == bytes.len() && whole > 8 => {
            wire::starts(bytes)
        }
        _ => Answer::No,
    }
}
