//! L2TP: the tunnel that IPsec usually protects, and that now and then nothing does.
//!
//! Standard: RFC 2661, sections 3.1 (header), 4.1 and 4.4 (attributes).
//!
//! ```text
//! control: | C8 02 | length u16 | tunnel u16 | session u16 | Ns u16 | Nr u16 | attributes |
//! attribute: | flags and length u16 | vendor u16 | type u16 | value |      the first is 80 08 00 00 00 00 and the message's type
//! ```
//!
//! The start of the control connection is one operation, OpenSession. Names of hosts and makers are facts. Data messages
//! are Encrypted where PPP says so, and Unknown where it does not.
//!
//! Not decoded: PPP inside, version 3.
//!
//! Limits: [`MOST_ATTRIBUTES`] attributes of a message are looked at.

#[cfg(test)]
mod tests;

use crate::opening::Opening;
use crate::{Answer, Context, Conversation, Probe, Protocol, Transport};
use quaywatch_model::{Attribute, Coded, DataClass, Number, Outcome, Side, Timestamp, Topic, Value};
use quaywatch_wire::Reader;

/// The protocol's descriptor.
pub(crate) static PROTOCOL: Protocol = Protocol {
    name: "l2tp",
    title: "L2TP",
    transports: &[Transport::Udp],
    ports: &[1701],
    probe,
    start: |_| Box::new(L2tp::default()),
    decoded: "the opening of the tunnel, who the ends say they are",
    not_decoded: "PPP inside, version 3",
};

/// So many attributes of a message are looked at; messages have about ten.
const MOST_ATTRIBUTES: usize = 32;
const START_REQUEST: u16 = 1;
const START_REPLY: u16 = 2;
const HOST_NAME: u16 = 7;
const VENDOR_NAME: u16 = 8;
const FUNCTION: Coded<'static> = Coded::new("start_control_connection_request", Number::Hex16(START_REQUEST));

/// The type of a control message and its other attributes.
fn control(bytes: &[u8]) -> Option<(u16, &[u8])> {
    let mut reader = Reader::new(bytes);
    if reader.u16_be("flags").ok()? != 0xc802 || usize::from(reader.u16_be("length").ok()?) != bytes.len() {
        return None;
    }
    reader.skip(8, "ids and numbers").ok()?;
    if reader.array::<6>("message type").ok()? != [0x80, 0x08, 0, 0, 0, 0] {
        return None;
    }
    let kind = reader.u16_be("message type").ok()?;
    (1..=16).contains(&kind).then_some((kind, reader.rest()))
}

fn probe(probe: &Probe<'_>) -> Answer {
    if control(probe.bytes).is_some() { Answer::Certain } else { Answer::No }
}

#[derive(Debug, Default)]
struct L2tp {
    opening: Opening,
    heard: [bool; 2],
    noted: bool,
}

impl Conversation for L2tp {
    fn data(&mut self, cx: &mut Context<'_>, from: Side, bytes: &[u8]) {
        *from.of_mut(&mut self.heard) = true;
        if !self.noted {
            self.noted = true;
            cx.note(from, Topic::Service, Value::Text("L2TP"));
        }
        let Some((kind, attributes)) = control(bytes) else {
            // Bit 15 of the flags tells control from data (section 3.1).
            let is_control = bytes.first().is_some_and(|first| first & 0x80 != 0);
            let class = if is_control { DataClass::Signalling } else { data_class(bytes) };
            return cx.carried(from, class, bytes.len() as u64);
        };
        cx.carried(from, DataClass::Signalling, bytes.len() as u64);
        let mut reader = Reader::new(attributes);
        for _ in 0..MOST_ATTRIBUTES {
            let Some((vendor, number, value)) = attribute(&mut reader) else { break };
            let text = str::from_utf8(value).unwrap_or_default();
            match (vendor, number) {
                (0, HOST_NAME) => cx.fact(from, Attribute::Name, text),
                (0, VENDOR_NAME) => cx.fact(from, Attribute::Software, text),
                _ => {}
            }
        }
        match kind {
            START_REQUEST => self.opening.ask(cx, from),
            START_REPLY => self.opening.answer(cx, from, FUNCTION, Outcome::Accepted, &()),
            _ => {}
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
        "l2tp"
    }

    fn client(&self) -> Option<Side> {
        self.opening.client()
    }
}

fn attribute<'a>(reader: &mut Reader<'a>) -> Option<(u16, u16, &'a [u8])> {
    let length = usize::from(reader.u16_be("attribute length").ok()? & 0x03ff).checked_sub(6)?;
    let vendor = reader.u16_be("vendor").ok()?;
    let number = reader.u16_be("attribute type").ok()?;
    Some((vendor, number, reader.take(length, "attribute").ok()?))
}

/// What PPP carries in a data message: only compressed or encrypted packets have protocol 00FD (RFC 3078).
fn data_class(bytes: &[u8]) -> DataClass {
    let encrypted = bytes.get(6..20).is_some_and(|head| head.windows(2).any(|pair| pair == [0, 0xfd]));
    if encrypted { DataClass::Encrypted } else { DataClass::Unknown }
}
