//! Requests with their final answers, and the media that are announced.

use super::wire::{self, First, MAX_MESSAGE_BYTES, Message};
use crate::secrets::masked;
use crate::{Answer, Context, Conversation, Dialogue, Expectations, Length, PROTOCOLS, Pending};
use quaywatch_model::{
    Address, Attribute, Coded, Content, DataClass, Item, Items, Moment, Number, Operation, Outcome, Side,
    Topic, Value, Verb, Verdict,
};
use std::hash::{DefaultHasher, Hash, Hasher};
use std::net::IpAddr;

/// The longest name that is told, in bytes.
const MAX_NAME_BYTES: usize = 512;

/// A conversation of two user agents or servers.
#[derive(Debug, Default)]
pub(super) struct Sip {
    client: Option<Side>,
    waiting: Pending<Key>,
    software: [Option<Box<str>>; 2],
    heard: [bool; 2],
    user: Option<Box<str>>,
}

/// Datagrams up to this length keep connections open (RFC 5626, section 4.4, and vendors' own).
const KEEP_ALIVE_BYTES: usize = 16;

/// What an answer repeats of its request (RFC 3261, section 17.1.3), and who asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Key {
    from: Side,
    /// Of Call-ID and CSeq: they may be long, and are only compared.
    hash: u64,
}

impl Key {
    fn new(from: Side, message: &Message<'_>) -> Self {
        let mut hasher = DefaultHasher::new();
        (message.field("Call-ID", "i"), message.field("CSeq", "")).hash(&mut hasher);
        Self { from, hash: hasher.finish() }
    }
}

impl Sip {
    pub(super) fn message(&mut self, cx: &mut Context<'_>, from: Side, bytes: &[u8]) {
        let Some(message) = Message::decode(bytes) else {
            // What keeps a way through a firewall open is short and no message.
            if bytes.len() > KEEP_ALIVE_BYTES {
                // Whoever tries a port with one protocol after the other breaks the rules of none.
                let (reason, verdict) = match wire::starts(bytes) {
                    Answer::Certain => ("message that cannot be read", Verdict::Malformed),
                    _ => ("datagram that is no message", Verdict::Unsupported),
                };
                cx.problem("sip", reason, verdict, bytes.len() as u64);
            }
            return;
        };
        *from.of_mut(&mut self.heard) = true;
        self.tell_software(cx, from, &message);
        expect_media(cx, &message);
        match message.first {
            First::Request { method: "ACK", .. } => {}
            First::Request { method, uri } => {
                self.client.get_or_insert(from);
                self.request(cx, from, &message, method);
                let key = Key::new(from, &message);
                // A request that is sent again because its answer was slow is the same request.
                if self.waiting.is_waiting(|waiting| *waiting == key) {
                    return;
                }
                let kept = format!("{method} {uri}");
                if let Some(oldest) = self.waiting.push(cx, key, kept.as_bytes()) {
                    report(
                        cx,
                        oldest.key.from,
                        Some(oldest.moment),
                        None,
                        &oldest.bytes,
                        Outcome::Unanswered,
                        None,
                    );
                    oldest.free(cx.memory);
                }
            }
            First::Response { status, reason } => {
                self.client.get_or_insert(from.other());
                if status < 200 {
                    return;
                }
                let key = Key::new(from.other(), &message);
                let asked = self.waiting.take(&key);
                let method = format!(
                    "{} ",
                    message
                        .field("CSeq", "")
                        .and_then(|sequence| sequence.rsplit(' ').next())
                        .unwrap_or_default()
                );
                let (moment, bytes) = asked
                    .as_ref()
                    .map_or((None, method.as_bytes()), |asked| (Some(asked.moment), &asked.bytes));
                let outcome = if status < 400 { Outcome::Accepted } else { Outcome::Refused };
                report(cx, key.from, moment, Some(cx.now), bytes, outcome, Some((status, reason)));
                if let Some(asked) = asked {
                    asked.free(cx.memory);
                }
            }
        }
    }

    fn request(&mut self, cx: &mut Context<'_>, from: Side, message: &Message<'_>, method: &str) {
        if let Some(credentials) =
            message.field("Authorization", "").or_else(|| message.field("Proxy-Authorization", ""))
        {
            let user = credentials.split_once("username=\"").and_then(|(_, rest)| rest.split('"').next());
            if let Some(user) =
                user.filter(|user| self.user.as_deref() != Some(*user) && user.len() <= MAX_NAME_BYTES)
            {
                self.user = Some(user.into());
                cx.note(from, Topic::Authentication, Value::Text("digest"));
                cx.note(from, Topic::User, Value::Text(user));
            }
        }
        if method == "MESSAGE" && !message.body.is_empty() {
            let (class, wire_bytes) = (DataClass::Unknown, message.body.len() as u64);
            let bytes = if cx.wanted.content { message.body } else { &[] };
            cx.content(&Content { from, class, wire_bytes, bytes, ends: true });
        }
    }

    fn tell_software(&mut self, cx: &mut Context<'_>, from: Side, message: &Message<'_>) {
        let software = message.field("User-Agent", "").or_else(|| message.field("Server", ""));
        let told = from.of_mut(&mut self.software);
        if let Some(software) =
            software.filter(|said| told.as_deref() != Some(*said) && said.len() <= MAX_NAME_BYTES)
        {
            *told = Some(software.into());
            cx.note(from, Topic::Software, Value::Text(software));
            cx.fact(from, Attribute::Software, software);
        }
    }

    pub(super) fn finish(&mut self, cx: &mut Context<'_>) {
        while let Some(request) = self.waiting.take_any() {
            let from = request.key.from;
            let outcome = request.unmet(cx.now, *from.other().of(&self.heard));
            report(cx, from, Some(request.moment), None, &request.bytes, outcome, None);
            request.free(cx.memory);
        }
    }
}

/// Lets the streams that a session description names be met as what they are, if there is a decoder for them.
fn expect_media(cx: &mut Context<'_>, message: &Message<'_>) {
    let Some(rtp) = PROTOCOLS.iter().find(|protocol| protocol.name == "rtp") else { return };
    for (address, port) in message.media() {
        let address = match address.parse() {
            Ok(IpAddr::V4(address)) => Address::v4(address.octets()),
            Ok(IpAddr::V6(address)) => Address::v6(address.octets()),
            Err(_) => continue,
        };
        cx.shared.get::<Expectations>().expect(cx.now, (address, port), rtp, 0);
    }
}

fn report(
    cx: &mut Context<'_>,
    client: Side,
    request: Option<Moment>,
    reply: Option<Moment>,
    kept: &[u8],
    outcome: Outcome,
    status: Option<(u16, &str)>,
) {
    let kept = String::from_utf8_lossy(kept);
    let (method, uri) = kept.split_once(' ').unwrap_or((&kept, ""));
    let verb = match method {
        "INVITE" => Verb::OpenSession,
        "BYE" | "CANCEL" => Verb::CloseSession,
        "REGISTER" => Verb::Authenticate,
        "OPTIONS" => Verb::Identify,
        "SUBSCRIBE" | "NOTIFY" => Verb::Subscribe,
        "MESSAGE" | "PUBLISH" | "INFO" | "UPDATE" | "REFER" => Verb::Write,
        _ => Verb::Opaque,
    };
    let code = status.map(|(status, reason)| format!("{status} {}", reason.escape_debug()));
    cx.operation(&Operation {
        request,
        reply,
        items: &Uri(uri),
        code: code.as_deref().map(|code| Coded::new(code.trim_end(), Number::None)),
        ..Operation::new(client, verb, Coded::new(method, Number::None), outcome)
    });
}

/// Who is called or asked.
struct Uri<'a>(&'a str);

impl Items for Uri<'_> {
    fn each(&self, tell: &mut dyn FnMut(Item<'_>)) {
        if !self.0.is_empty() {
            // A password in the URI (RFC 3261, section 19.1.1) is not told.
            tell(Item::named(&masked(self.0).escape_debug()));
        }
    }
}

impl Dialogue for Sip {
    const LAYER: &'static str = "sip";
    const MAX_PDU_BYTES: usize = MAX_MESSAGE_BYTES;

    fn length(&self, _: Side, head: &[u8]) -> Length {
        wire::length(head)
    }

    fn starts(&self, _: Side, head: &[u8]) -> Answer {
        wire::starts(head)
    }

    fn pdu(&mut self, cx: &mut Context<'_>, from: Side, pdu: &[u8]) {
        self.message(cx, from, pdu);
    }

    fn lost(&mut self, _: &mut Context<'_>, _: Side, _: u64) {
        self.waiting.answers_lost();
    }

    fn end(&mut self, cx: &mut Context<'_>) {
        self.finish(cx);
    }

    fn protocol(&self) -> &'static str {
        "sip"
    }

    fn client(&self) -> Option<Side> {
        self.client
    }

    fn carries(&self) -> DataClass {
        DataClass::Signalling
    }
}

/// The same in datagrams, each of which is a message.
#[derive(Debug, Default)]
pub(super) struct Datagrams(Sip);

impl Conversation for Datagrams {
    fn data(&mut self, cx: &mut Context<'_>, from: Side, bytes: &[u8]) {
        self.0.message(cx, from, bytes);
    }

    fn gap(&mut self, _: &mut Context<'_>, _: Side, _: u64) {}

    fn end(&mut self, cx: &mut Context<'_>) {
        self.0.finish(cx);
    }

    fn protocol(&self) -> &'static str {
        "sip"
    }

    fn client(&self) -> Option<Side> {
        self.0.client
    }

    fn carries(&self) -> DataClass {
        DataClass::Signalling
    }
}
