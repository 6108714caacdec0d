use super::ike::{self, Message};
use crate::opening::Opening;
use crate::{Context, Conversation, Transport};
use quaywatch_model::{Attribute, Coded, DataClass, Number, Outcome, Side, Timestamp, Topic, Value};

/// What stands before IKE on the port it shares with ESP (RFC 3948, section 2.2).
const NON_ESP_MARKER: &[u8] = &[0; 4];
/// SPIs below are reserved (RFC 4303, section 2.1).
const FIRST_SPI: u32 = 256;
/// A tunnel has a new key long before so many packets.
const MOST_SEQUENCE: u32 = 1 << 31;

/// IKE, with or without the marker.
pub(super) fn without_marker(bytes: &[u8]) -> &[u8] {
    bytes.strip_prefix(NON_ESP_MARKER).unwrap_or(bytes)
}

/// Whether SPI and sequence number are ones that may be.
pub(super) fn is_esp(bytes: &[u8]) -> bool {
    let Some((&[a, b, c, d, e, f, g, h], rest)) = bytes.split_first_chunk::<8>() else { return false };
    let sequence = u32::from_be_bytes([e, f, g, h]);
    u32::from_be_bytes([a, b, c, d]) >= FIRST_SPI
        && (1..MOST_SEQUENCE).contains(&sequence)
        && !rest.is_empty()
}

/// Whether the packet after the first is somewhere in these bytes, which are several packets.
pub(super) fn next_follows(bytes: &[u8]) -> bool {
    let Some((&[a, b, c, d, e, f, g, h], rest)) = bytes.split_first_chunk::<8>() else { return false };
    let [e, f, g, h] = u32::from_be_bytes([e, f, g, h]).wrapping_add(1).to_be_bytes();
    memchr::memmem::find(rest, &[a, b, c, d, e, f, g, h]).is_some()
}

/// What IPsec makes us keep.
#[derive(Debug)]
pub(super) struct Ipsec {
    transport: Transport,
    opening: Opening,
    /// The exchange that was asked for.
    function: Coded<'static>,
    heard: [bool; 2],
    noted: bool,
    versioned: bool,
    software_told: [bool; 2],
}

impl Ipsec {
    pub(super) const fn new(transport: Transport) -> Self {
        let opening = Opening::NEW;
        let function = Coded::new("ike", Number::None);
        let flags = [false; 2];
        Self {
            transport,
            opening,
            function,
            heard: flags,
            noted: false,
            versioned: false,
            software_told: flags,
        }
    }

    fn note_service(&mut self, cx: &mut Context<'_>, from: Side) {
        if !self.noted {
            self.noted = true;
            cx.note(from, Topic::Service, Value::Text("IPsec"));
            let protection = if self.transport == Transport::Ip(super::AH) { "signed" } else { "encrypted" };
            cx.note(from, Topic::Protection, Value::Text(protection));
        }
    }

    fn ike(&mut self, cx: &mut Context<'_>, from: Side, message: &Message<'_>, wire_bytes: u64) {
        cx.carried(from, DataClass::Signalling, wire_bytes);
        if !self.versioned {
            self.versioned = true;
            let version = if message.version >> 4 == 2 { "IKEv2" } else { "IKEv1" };
            cx.note(from, Topic::Version, Value::Text(version));
        }
        if !message.opens() {
            return;
        }
        if !*from.of(&self.software_told) {
            *from.of_mut(&mut self.software_told) = true;
            self.tell_payloads(cx, from, message);
        }
        if message.is_from_initiator() {
            self.function = Coded::new(message.name(), Number::Hex8(message.exchange));
            self.opening.ask(cx, from);
        } else if message.responder != 0 {
            let function = Coded::new(message.name(), Number::Hex8(message.exchange));
            self.opening.answer(cx, from, function, Outcome::Accepted, &());
        }
    }

    fn tell_payloads(&self, cx: &mut Context<'_>, from: Side, message: &Message<'_>) {
        for (kind, content) in message.payloads() {
            match kind {
                ike::VENDOR_V1 | ike::VENDOR_V2 => {
                    if let Some(software) = ike::software(content) {
                        cx.fact(from, Attribute::Software, software);
                    }
                }
                // Aggressive mode sends who it is, and a hash of the shared key, to whoever asks.
                ike::IDENTITY_V1 if message.exchange == ike::AGGRESSIVE && message.version >> 4 == 1 => {
                    let name = content.get(4..).and_then(|name| str::from_utf8(name).ok());
                    let readable = |name: &&str| !name.is_empty() && !name.contains(char::is_control);
                    if let Some(name) = name.filter(readable) {
                        cx.note(from, Topic::User, Value::Text(name));
                    }
                    cx.note(from, Topic::Authentication, Value::Text("aggressive mode"));
                }
                _ => {}
            }
        }
    }
}

impl Conversation for Ipsec {
    fn data(&mut self, cx: &mut Context<'_>, from: Side, bytes: &[u8]) {
        *from.of_mut(&mut self.heard) = true;
        self.note_service(cx, from);
        if self.transport == Transport::Udp
            && let Some(message) = Message::decode(without_marker(bytes))
        {
            self.ike(cx, from, &message, bytes.len() as u64);
        }
    }

    fn gap(&mut self, _: &mut Context<'_>, _: Side, _: u64) {}

    fn tick(&mut self, cx: &mut Context<'_>) -> Option<Timestamp> {
        let heard = self.heard == [true; 2];
        self.opening.tick(cx, self.function, heard)
    }

    fn end(&mut self, cx: &mut Context<'_>) {
        let heard = self.heard == [true; 2];
        self.opening.end(cx, self.function, heard);
    }

    fn protocol(&self) -> &'static str {
        "ipsec"
    }

    fn client(&self) -> Option<Side> {
        self.opening.client()
    }

    fn carries(&self) -> DataClass {
        // AH signs and does not hide.
        if self.transport == Transport::Ip(super::AH) { DataClass::Unknown } else { DataClass::Encrypted }
    }
}
