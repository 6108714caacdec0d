//! STUN and TURN: how peers find out under which address the world sees them, and how they meet through a relay. Cameras,
//! calls and remote-service clients use it.
//!
//! Standards: RFC 8489 (STUN), RFC 8656 (TURN).
//!
//! ```text
//! | 00, type (14 bits) | length u16, a multiple of 4 | 21 12 A4 42 | transaction 12 | attributes: type u16, length u16, value, padding |
//! ```
//!
//! The first binding (Identify) and each new kind of request of TURN (OpenSession for an allocation) are operations. The
//! address the server sees is a fact about the client; software is one about its sender.
//!
//! Not decoded: STUN over TCP and TLS, the old form without magic, channel data and what else shares the port.
//!
//! Limits: [`MOST_ATTRIBUTES`] attributes of a message are looked at.

#[cfg(test)]
mod tests;

use crate::{Answer, Context, Conversation, Probe, Protocol, Transport, pending};
use quaywatch_model::{
    Attribute, Coded, DataClass, Item, Items, Moment, Number, Operation, Outcome, Side, Timestamp, Topic,
    Value, Verb,
};
use quaywatch_wire::Reader;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// The protocol's descriptor.
pub(crate) static PROTOCOL: Protocol = Protocol {
    name: "stun",
    title: "STUN and TURN",
    transports: &[Transport::Udp],
    ports: &[3478],
    probe,
    start: |_| Box::new(Stun::default()),
    decoded: "bindings and allocations, software, realm and user, the address a client is seen under",
    not_decoded: "STUN over TCP and TLS, the old form without magic, what else shares the port",
};

/// So many attributes of a message are looked at; messages have about ten.
const MOST_ATTRIBUTES: usize = 32;
const MAGIC: u32 = 0x2112_a442;
const HEADER_BYTES: usize = 20;

const BINDING: u16 = 1;
const ALLOCATE: u16 = 3;

/// One message: method, class, and where its attributes begin.
#[derive(Debug, Clone, Copy)]
struct Message<'a> {
    method: u16,
    /// 0 request, 1 indication, 2 success, 3 error (RFC 8489, section 5).
    class: u16,
    transaction: [u8; 12],
    attributes: &'a [u8],
}

impl<'a> Message<'a> {
    fn decode(bytes: &'a [u8]) -> Option<Self> {
        let mut reader = Reader::new(bytes);
        let kind = reader.u16_be("type").ok()?;
        let length = usize::from(reader.u16_be("length").ok()?);
        let magic = reader.u32_be("magic").ok()?;
        let transaction = reader.array("transaction").ok()?;
        let fits = kind & 0xc000 == 0 && magic == MAGIC && length.is_multiple_of(4);
        // The class is bits 4 and 8 of the type, the method what is around them.
        let class = kind >> 4 & 1 | kind >> 7 & 2;
        let method = kind & 0x000f | kind >> 1 & 0x0070 | kind >> 2 & 0x0f80;
        (fits && length + HEADER_BYTES == bytes.len()).then_some(Self {
            method,
            class,
            transaction,
            attributes: reader.rest(),
        })
    }

    fn attributes(self) -> impl Iterator<Item = (u16, &'a [u8])> {
        let mut reader = Reader::new(self.attributes);
        std::iter::from_fn(move || {
            let kind = reader.u16_be("attribute").ok()?;
            let length = usize::from(reader.u16_be("attribute length").ok()?);
            let value = reader.take(length, "attribute value").ok()?;
            reader.skip((4 - length % 4) % 4, "padding").ok();
            Some((kind, value))
        })
        .take(MOST_ATTRIBUTES)
    }

    fn name(self) -> &'static str {
        match self.method {
            BINDING => "binding",
            ALLOCATE => "allocate",
            4 => "refresh",
            6 => "send",
            7 => "data",
            8 => "create_permission",
            9 => "channel_bind",
            _ => "unknown",
        }
    }

    /// An address, in clear (0x0001) or combined with magic and transaction (0x0020; 0x0016 the relayed one).
    fn address(self, wanted: u16) -> Option<IpAddr> {
        let (kind, value) = self.attributes().find(|(kind, _)| *kind == wanted)?;
        let mut mask = [0; 16];
        if kind != 0x0001 {
            mask.iter_mut()
                .zip(MAGIC.to_be_bytes().iter().chain(&self.transaction))
                .for_each(|(to, from)| *to = *from);
        }
        match (value.get(1), value.get(4..)?) {
            (Some(1), address) => {
                let mut plain = *address.first_chunk::<4>()?;
                plain.iter_mut().zip(mask).for_each(|(byte, mask)| *byte ^= mask);
                Some(Ipv4Addr::from(plain).into())
            }
            (Some(2), address) => {
                let mut plain = *address.first_chunk::<16>()?;
                plain.iter_mut().zip(mask).for_each(|(byte, mask)| *byte ^= mask);
                Some(Ipv6Addr::from(plain).into())
            }
            _ => None,
        }
    }
}

/// Magic, length and zero bits agree.
fn probe(probe: &Probe<'_>) -> Answer {
    if Message::decode(probe.bytes).is_some() { Answer::Certain } else { Answer::No }
}

#[derive(Debug, Default)]
struct Stun {
    client: Option<Side>,
    asked: Option<(u16, Moment)>,
    /// Methods that were told, a bit each.
    told: u64,
    /// Topics and facts that were told: software of A and B, user, address.
    software: [bool; 2],
    user: bool,
}

impl Conversation for Stun {
    fn data(&mut self, cx: &mut Context<'_>, from: Side, bytes: &[u8]) {
        let Some(message) = Message::decode(bytes) else { return };
        cx.carried(from, DataClass::Signalling, bytes.len() as u64);
        self.tell_texts(cx, from, message);
        match message.class {
            0 => {
                self.client.get_or_insert(from);
                self.asked = Some((message.method, cx.now));
            }
            2 | 3 => self.answered(cx, from, message),
            _ => {}
        }
    }

    fn gap(&mut self, _: &mut Context<'_>, _: Side, _: u64) {}

    fn tick(&mut self, cx: &mut Context<'_>) -> Option<Timestamp> {
        let ends = pending::patience_ends(self.asked?.1.time);
        if cx.now.time > ends {
            self.asked = None;
            return None;
        }
        Some(ends)
    }

    fn end(&mut self, _: &mut Context<'_>) {}

    fn protocol(&self) -> &'static str {
        "stun"
    }

    fn client(&self) -> Option<Side> {
        self.client
    }
}

impl Stun {
    fn tell_texts(&mut self, cx: &mut Context<'_>, from: Side, message: Message<'_>) {
        for (kind, value) in message.attributes() {
            let text = str::from_utf8(value).unwrap_or_default();
            match kind {
                0x8022 if !*from.of(&self.software) => {
                    *from.of_mut(&mut self.software) = true;
                    cx.fact(from, Attribute::Software, text);
                }
                0x0006 if !self.user && !text.is_empty() => {
                    self.user = true;
                    cx.note(from, Topic::User, Value::Text(text));
                }
                _ => {}
            }
        }
    }

    fn answered(&mut self, cx: &mut Context<'_>, from: Side, message: Message<'_>) {
        let client = *self.client.get_or_insert(from.other());
        let bit =
            1_u64.checked_shl((u32::from(message.method) << 1) + u32::from(message.class & 1)).unwrap_or(0);
        let asked =
            self.asked.take().filter(|(method, _)| *method == message.method).map(|(_, moment)| moment);
        if self.told & bit != 0 || bit == 0 {
            return;
        }
        self.told |= bit;
        let seen_as = message.address(0x0020).or(message.address(0x0001));
        if let Some(address) = seen_as.filter(|_| client != from) {
            cx.fact(client, Attribute::Ip, &address.to_string());
        }
        let verb = if message.method == ALLOCATE { Verb::OpenSession } else { Verb::Identify };
        let function = Coded::new(message.name(), Number::Hex16(message.method));
        let outcome = if message.class == 2 { Outcome::Accepted } else { Outcome::Refused };
        let items = Addresses { seen_as, relay: message.address(0x0016) };
        let reply = Some(cx.now);
        cx.operation(&Operation {
            request: asked,
            reply,
            items: &items,
            ..Operation::new(client, verb, function, outcome)
        });
    }
}

struct Addresses {
    seen_as: Option<IpAddr>,
    relay: Option<IpAddr>,
}

impl Items for Addresses {
    fn each(&self, tell: &mut dyn FnMut(Item<'_>)) {
        if let Some(address) = &self.seen_as {
            tell(Item::valued(&"seen as", Value::Shown(address)));
        }
        if let Some(address) = &self.relay {
            tell(Item::valued(&"relay", Value::Shown(address)));
        }
    }
}
