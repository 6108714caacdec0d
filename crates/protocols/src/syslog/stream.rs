use super::wire::{self, MAX_MESSAGE_BYTES, Message};
use crate::{Answer, Context, Conversation, Dialogue, Length};
use quaywatch_model::{Attribute, Content, DataClass, Side, Verdict};
use std::hash::{DefaultHasher, Hash, Hasher};
use std::net::IpAddr;

/// A relay passes on the messages of some machines; the names of so many are told.
const MOST_NAMES: usize = 32;

/// What is kept of a conversation.
#[derive(Debug, Default)]
pub(super) struct Syslog {
    client: Option<Side>,
    /// Hashes of the names that were told.
    named: Vec<u64>,
}

impl Syslog {
    fn message(&mut self, cx: &mut Context<'_>, from: Side, bytes: &[u8], wire_bytes: usize) {
        self.client = Some(from);
        let host = Message::decode(bytes).and_then(|message| message.host);
        let host = host.and_then(|host| std::str::from_utf8(host).ok());
        if let Some(name) = host.filter(|name| name.parse::<IpAddr>().is_err()) {
            self.name(cx, from, name);
        }
        let (class, wire_bytes) = (DataClass::Signalling, wire_bytes as u64);
        cx.content(&Content { from, class, wire_bytes, bytes, ends: true });
    }

    fn name(&mut self, cx: &mut Context<'_>, from: Side, name: &str) {
        let mut hasher = DefaultHasher::new();
        name.hash(&mut hasher);
        let hash = hasher.finish();
        if self.named.len() < MOST_NAMES && !self.named.contains(&hash) {
            self.named.push(hash);
            cx.fact(from, Attribute::Name, name);
        }
    }
}

impl Dialogue for Syslog {
    const LAYER: &'static str = "syslog";
    const MAX_PDU_BYTES: usize = MAX_MESSAGE_BYTES;

    fn length(&self, _: Side, head: &[u8]) -> Length {
        if let Some((skip, number)) = wire::count(head) {
            return Length::Is(skip + number);
        }
        match head.first() {
            Some(b'<') => match memchr::memchr(b'\n', head) {
                Some(at) => Length::Is(at + 1),
                None if head.len() < MAX_MESSAGE_BYTES => Length::More,
                None => Length::Bad("message without end"),
            },
            Some(digit) if digit.is_ascii_digit() && head.len() < 6 => Length::More,
            // Some senders end a message with more than a line feed.
            Some(b'\n' | b'\r' | 0) => Length::Is(1),
            Some(_) => Length::Bad("no priority and no length"),
            None => Length::More,
        }
    }

    fn starts(&self, _: Side, head: &[u8]) -> Answer {
        wire::begins(head)
    }

    fn pdu(&mut self, cx: &mut Context<'_>, from: Side, pdu: &[u8]) {
        let skip = wire::count(pdu).map_or(0, |(skip, _)| skip);
        let message = pdu.get(skip..).unwrap_or_default().trim_ascii_end();
        if !message.is_empty() {
            self.message(cx, from, message, pdu.len());
        }
    }

    fn lost(&mut self, _: &mut Context<'_>, _: Side, _: u64) {}

    fn end(&mut self, _: &mut Context<'_>) {}

    fn protocol(&self) -> &'static str {
        Self::LAYER
    }

    fn client(&self) -> Option<Side> {
        self.client
    }

    fn carries(&self) -> DataClass {
        DataClass::Signalling
    }
}

/// Syslog over UDP: every datagram is one message.
#[derive(Debug)]
pub(super) struct Datagrams(pub(super) Syslog);

impl Conversation for Datagrams {
    fn data(&mut self, cx: &mut Context<'_>, from: Side, bytes: &[u8]) {
        self.0.message(cx, from, bytes, bytes.len());
    }

    fn gap(&mut self, cx: &mut Context<'_>, _: Side, bytes: u64) {
        if bytes > 0 {
            cx.problem("syslog", "message not captured as a whole", Verdict::Incomplete, bytes);
        }
    }

    fn end(&mut self, _: &mut Context<'_>) {}

    fn protocol(&self) -> &'static str {
        self.0.protocol()
    }

    fn client(&self) -> Option<Side> {
        self.0.client
    }

    fn carries(&self) -> DataClass {
        self.0.carries()
    }
}
