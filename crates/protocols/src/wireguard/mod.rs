//! WireGuard: a tunnel of four message types, and Tailscale, which speaks it between its own finding messages.
//!
//! Source: *WireGuard: Next Generation Kernel Network Tunnel*, section 5.4; Tailscale's `disco` package for its magic.
//!
//! ```text
//! | type u8, 1 to 4 | 00 00 00 | 1: initiation, 148 bytes in all; 2: response, 92; 3: cookie, 64; 4: receiver u32,
//!                                counter u64 LE, and packets padded to 16 bytes
//! ```
//!
//! The first handshake is one operation, OpenSession. Everything that is carried is Encrypted.
//!
//! Not decoded: what is inside, and Tailscale's relays (DERP), which are TLS.
//!
//! Limits: none are needed; nothing is kept but flags.

#[cfg(test)]
mod tests;

use crate::opening::Opening;
use crate::{Answer, Context, Conversation, Probe, Protocol, Transport};
use quaywatch_model::{Coded, DataClass, Number, Outcome, Side, Timestamp, Topic, Value};

/// The protocol's descriptor.
pub(crate) static PROTOCOL: Protocol = Protocol {
    name: "wireguard",
    title: "WireGuard, Tailscale",
    transports: &[Transport::Udp],
    ports: &[51820, 41641],
    probe,
    start: |_| Box::new(Wireguard::default()),
    decoded: "handshakes, and whether Tailscale arranges them",
    not_decoded: "what is inside, Tailscale's relays",
};

/// What Tailscale's finding messages begin with: `TS` and a speech bubble.
const DISCO_MAGIC: &[u8] = b"TS\xf0\x9f\x92\xac";

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Message {
    Initiation,
    Response,
    Cookie,
    Data,
    Disco,
}

fn message(bytes: &[u8]) -> Option<Message> {
    if bytes.starts_with(DISCO_MAGIC) {
        return Some(Message::Disco);
    }
    match (bytes, bytes.len()) {
        ([1, 0, 0, 0, ..], 148) => Some(Message::Initiation),
        ([2, 0, 0, 0, ..], 92) => Some(Message::Response),
        ([3, 0, 0, 0, ..], 64) => Some(Message::Cookie),
        // A counter of 2^40 packets is reached by no key: keys last three minutes.
        ([4, 0, 0, 0, a, b, c, d, _, _, _, _, _, 0, 0, 0, ..], 32..) if bytes.len().is_multiple_of(16) => {
            ([*a, *b, *c, *d] != [0; 4]).then_some(Message::Data)
        }
        _ => None,
    }
}

/// A handshake is certain by its length. Data, in mid-stream, when both sides send it.
fn probe(probe: &Probe<'_>) -> Answer {
    match message(probe.bytes) {
        Some(Message::Initiation | Message::Response | Message::Disco) => Answer::Certain,
        Some(Message::Data | Message::Cookie) if !probe.answer.is_empty() => {
            // What was heard of the other side may be several messages, joined: their first bytes tell.
            if matches!(probe.answer, [1..=4, 0, 0, 0, ..]) { Answer::Certain } else { Answer::No }
        }
        Some(Message::Data | Message::Cookie) => Answer::Unsure,
        None => Answer::No,
    }
}

#[derive(Debug, Default)]
struct Wireguard {
    opening: Opening,
    heard: [bool; 2],
    noted: bool,
    disco_noted: bool,
}

const FUNCTION: Coded<'static> = Coded::new("handshake_initiation", Number::Hex8(1));

impl Conversation for Wireguard {
    fn data(&mut self, cx: &mut Context<'_>, from: Side, bytes: &[u8]) {
        *from.of_mut(&mut self.heard) = true;
        match message(bytes) {
            Some(Message::Initiation) => self.opening.ask(cx, from),
            Some(Message::Response) => self.opening.answer(cx, from, FUNCTION, Outcome::Accepted, &()),
            Some(Message::Disco) if !self.disco_noted => {
                self.disco_noted = true;
                cx.note(from, Topic::Service, Value::Text("Tailscale"));
            }
            _ => {}
        }
        if !self.noted && message(bytes).is_some_and(|message| message != Message::Disco) {
            self.noted = true;
            cx.note(from, Topic::Service, Value::Text("WireGuard"));
            cx.note(from, Topic::Protection, Value::Text("encrypted"));
        }
    }

    fn gap(&mut self, _: &mut Context<'_>, _: Side, _: u64) {}

    fn tick(&mut self, cx: &mut Context<'_>) -> Option<Timestamp> {
        let heard = self.heard == [true; 2];
        self.opening.tick(cx, FUNCTION, heard)
    }

    fn end(&mut self, cx: &mut Context<'_>) {
        let heard = self.heard == [true; 2];
        self.opening.end(cx, FUNCTION, heard);
    }

    fn protocol(&self) -> &'static str {
        "wireguard"
    }

    fn client(&self) -> Option<Side> {
        self.opening.client()
    }

    fn carries(&self) -> DataClass {
        DataClass::Encrypted
    }
}
