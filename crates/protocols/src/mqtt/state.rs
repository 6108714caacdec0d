//! A session: requests with their answers, messages with their topics.

use super::wire::{self, Connect, Kind, MAX_PACKET_BYTES, Packet, binary, skip_properties, text};
use crate::logins::default_login;
use crate::secrets::{masked_text, masked_topic};
use crate::{Answer, Context, Dialogue, Length, Pending, Request};
use quaywatch_model::{
    Coded, Content, DataClass, Item, Items, Moment, Number, Operation, Outcome, Side, Topic, Value, Verb,
    Verdict,
};
use quaywatch_wire::Reader;
use std::borrow::Cow;
use std::hash::{DefaultHasher, Hash, Hasher};

/// So many topics of a session are told as notes.
const MOST_CHANNELS: usize = 32;
/// A payload up to so many bytes is told as a value.
const MAX_VALUE_BYTES: usize = 512;
/// No number of a sensor is written with more bytes.
const LONGEST_NUMBER_BYTES: usize = 32;
/// Until a CONNECT tells, the version is taken for the one most spoken.
const LIKELY_VERSION: u8 = 4;

/// An MQTT session.
#[derive(Debug)]
pub(super) struct Mqtt {
    version: u8,
    client: Option<Side>,
    heard_server: bool,
    waiting: Pending<Key>,
    /// Hashes of the topics that were told, and whether they are of secrets.
    channels: Vec<(u64, bool)>,
}

/// What a request waits for: its kind, its number, and who made it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Key {
    kind: Kind,
    number: u16,
    from: Side,
}

impl Default for Mqtt {
    fn default() -> Self {
        let (waiting, channels) = (Pending::default(), Vec::new());
        Self { version: LIKELY_VERSION, client: None, heard_server: false, waiting, channels }
    }
}

impl Mqtt {
    fn packet(&mut self, cx: &mut Context<'_>, from: Side, bytes: &[u8]) {
        let Ok(packet) = Packet::decode(bytes) else { return };
        match packet.kind {
            Kind::CONNECT => self.connect(cx, from, bytes, packet),
            Kind::PUBLISH => self.publish(cx, from, bytes, packet),
            Kind::SUBSCRIBE | Kind::UNSUBSCRIBE => {
                self.client.get_or_insert(from);
                self.ask(cx, packet.kind, number(packet.body), from, bytes);
            }
            Kind::PINGREQ => _ = self.client.get_or_insert(from),
            Kind::CONNACK => {
                let code = packet.body.get(1).copied();
                self.answer(cx, Kind::CONNECT, 0, from, code);
                if let Some(code) = code {
                    let said = if code == 0 { "accepted" } else { "refused" };
                    cx.note(from, Topic::Login, Value::Text(said));
                }
            }
            Kind::PUBACK | Kind::PUBREC => {
                self.answer(cx, Kind::PUBLISH, number(packet.body), from, packet.body.get(2).copied());
            }
            Kind::SUBACK => {
                let mut reader = Reader::new(packet.body);
                let _ = reader.skip(2, "packet id").and_then(|()| skip_properties(&mut reader, self.version));
                let worst = reader.rest().iter().copied().max();
                self.answer(cx, Kind::SUBSCRIBE, number(packet.body), from, worst);
            }
            Kind::UNSUBACK => self.answer(cx, Kind::UNSUBSCRIBE, number(packet.body), from, None),
            Kind::PINGRESP => _ = self.client.get_or_insert(from.other()),
            _ => {}
        }
    }

    fn connect(&mut self, cx: &mut Context<'_>, from: Side, bytes: &[u8], packet: Packet<'_>) {
        self.client = Some(from);
        let Ok(connect) = Connect::decode(packet.body) else {
            return cx.problem("mqtt", "CONNECT that cannot be read", Verdict::Malformed, bytes.len() as u64);
        };
        self.version = connect.version;
        let version = match connect.version {
            3 => "MQTT 3.1",
            4 => "MQTT 3.1.1",
            _ => "MQTT 5",
        };
        cx.note(from, Topic::Version, Value::Text(version));
        if !connect.client_id.is_empty() {
            cx.note(from, Topic::ClientName, Value::Text(connect.client_id));
        }
        let kind = if connect.password.is_some() { "password" } else { "none" };
        cx.note(from, Topic::Authentication, Value::Text(kind));
        if let Some(user) = connect.user {
            cx.note(from, Topic::User, Value::Text(user));
        }
        if let Some(password) = connect.password {
            cx.note(from, Topic::ClearSecret, Value::Secret);
            let password = std::str::from_utf8(password).unwrap_or("\u{0}");
            if let Some(pair) = connect.user.and_then(|user| default_login(user, password)) {
                cx.note(from, Topic::DefaultSecret, Value::Text(&pair));
            }
        }
        // What waits are the items only: the password is not kept.
        self.wait(cx, Key { kind: Kind::CONNECT, number: 0, from }, connect.client_id.as_bytes());
    }

    fn publish(&mut self, cx: &mut Context<'_>, from: Side, bytes: &[u8], packet: Packet<'_>) {
        let Some(publish) = Publish::decode(packet, self.version) else {
            return cx.problem("mqtt", "PUBLISH that cannot be read", Verdict::Malformed, bytes.len() as u64);
        };
        let mut hasher = DefaultHasher::new();
        publish.topic.hash(&mut hasher);
        let hash = hasher.finish();
        let known = self.channels.iter().find(|(known, _)| *known == hash);
        let is_of_secret = known.map(|(_, is_of_secret)| *is_of_secret).unwrap_or_else(|| {
            let (topic, is_of_secret) = masked_topic(publish.topic);
            let is_of_secret = is_of_secret || matches!(topic, Cow::Owned(_));
            if self.channels.len() < MOST_CHANNELS {
                self.channels.push((hash, is_of_secret));
                cx.note(from, Topic::Channel, Value::Text(&topic));
            }
            is_of_secret
        });
        let mut class = publish.class();
        if is_of_secret || publish.shows_secret() {
            cx.note(from, Topic::ClearSecret, Value::Secret);
            class = DataClass::Credentials;
        }
        let wire_bytes = publish.payload.len() as u64;
        let shown = if cx.wanted.content { publish.payload } else { &[] };
        cx.content(&Content { from, class, wire_bytes, bytes: shown, ends: true });
        if self.client == Some(from.other()) {
            // What the server sends on was asked for by a subscription of before.
            return report(
                cx,
                self.version,
                from,
                Kind::PUBLISH,
                None,
                Some(cx.now),
                bytes,
                None,
                Outcome::Accepted,
            );
        }
        match publish.number {
            Some(number) => self.ask(cx, Kind::PUBLISH, number, from, bytes),
            // At quality 0 nobody answers (MQTT 3.1.1, section 4.3.1): it is told as what nobody asked for.
            None => report(
                cx,
                self.version,
                from,
                Kind::PUBLISH,
                None,
                Some(cx.now),
                bytes,
                None,
                Outcome::Accepted,
            ),
        }
    }

    fn ask(&mut self, cx: &mut Context<'_>, kind: Kind, number: u16, from: Side, bytes: &[u8]) {
        self.wait(cx, Key { kind, number, from }, bytes);
    }

    fn wait(&mut self, cx: &mut Context<'_>, key: Key, bytes: &[u8]) {
        if let Some(oldest) = self.waiting.push(cx, key, bytes) {
            self.unmet(cx, oldest);
        }
    }

    fn answer(&mut self, cx: &mut Context<'_>, kind: Kind, number: u16, from: Side, code: Option<u8>) {
        let key = Key { kind, number, from: from.other() };
        if kind != Kind::PUBLISH {
            self.client.get_or_insert(from.other());
        }
        self.heard_server |= self.client != Some(from);
        let refused = code.is_some_and(|code| code >= 0x80 || kind == Kind::CONNECT && code != 0);
        let outcome = if refused { Outcome::Refused } else { Outcome::Accepted };
        let asked = self.waiting.take(&key);
        let (request, bytes) =
            asked.as_ref().map_or((None, &[][..]), |asked| (Some(asked.moment), &asked.bytes));
        if request.is_some() || kind != Kind::PUBLISH {
            report(
                cx,
                self.version,
                from.other(),
                kind,
                request,
                Some(cx.now),
                bytes,
                code.filter(|_| refused),
                outcome,
            );
        }
        if let Some(asked) = asked {
            asked.free(cx.memory);
        }
    }

    fn unmet(&self, cx: &mut Context<'_>, request: Request<Key>) {
        let outcome = request.unmet(cx.now, self.heard_server);
        let Key { kind, from, .. } = request.key;
        report(cx, self.version, from, kind, Some(request.moment), None, &request.bytes, None, outcome);
        request.free(cx.memory);
    }
}

fn number(body: &[u8]) -> u16 {
    body.first_chunk().map_or(0, |number| u16::from_be_bytes(*number))
}

/// A message.
struct Publish<'a> {
    topic: &'a str,
    number: Option<u16>,
    payload: &'a [u8],
}

impl<'a> Publish<'a> {
    fn decode(packet: Packet<'a>, version: u8) -> Option<Self> {
        let mut reader = Reader::new(packet.body);
        let topic = text(&mut reader, "topic").ok()?;
        let number = if packet.quality() > 0 { Some(reader.u16_be("packet id").ok()?) } else { None };
        skip_properties(&mut reader, version).ok()?;
        Some(Self { topic, number, payload: reader.rest() })
    }

    /// A number alone is a reading, and so is what Eclipse's Sparkplug B says in its messages of data and births (3.0,
    /// section 4.1); what else there is shows in the message itself.
    fn class(&self) -> DataClass {
        let text =
            || std::str::from_utf8(self.payload).ok().filter(|text| text.len() <= LONGEST_NUMBER_BYTES);
        let is_number = || text().is_some_and(|text| text.trim().parse::<f64>().is_ok_and(f64::is_finite));
        let mut levels = self.topic.split('/');
        let is_sparkplug = levels.next() == Some("spBv1.0")
            && matches!(levels.nth(1), Some("NDATA" | "DDATA" | "NBIRTH" | "DBIRTH"));
        if is_sparkplug || is_number() { DataClass::ProcessValues } else { DataClass::Unknown }
    }

    fn shows_secret(&self) -> bool {
        let hides = |text| matches!(masked_text(text), Cow::Owned(_));
        self.payload.len() <= MAX_VALUE_BYTES && std::str::from_utf8(self.payload).is_ok_and(hides)
    }
}

#[expect(clippy::too_many_arguments, reason = "the parts of one operation")]
fn report(
    cx: &mut Context<'_>,
    version: u8,
    from: Side,
    kind: Kind,
    request: Option<Moment>,
    reply: Option<Moment>,
    bytes: &[u8],
    code: Option<u8>,
    outcome: Outcome,
) {
    let items = Told { kind, version, bytes };
    let verb = if kind == Kind::CONNECT { Verb::OpenSession } else { Verb::Subscribe };
    let payload = items.publish().map(|publish| publish.payload.len() as u64);
    cx.operation(&Operation {
        request,
        reply,
        items: &items,
        bytes: payload,
        code: code.map(|code| Coded::new("reason", Number::Hex8(code))),
        ..Operation::new(from, verb, Coded::new(kind.name(), Number::Hex8(kind.0)), outcome)
    });
}

/// What a request is about, told when somebody asks: a client's name, a topic, filters.
struct Told<'a> {
    kind: Kind,
    version: u8,
    bytes: &'a [u8],
}

impl<'a> Told<'a> {
    fn publish(&self) -> Option<Publish<'a>> {
        let packet = Packet::decode(self.bytes).ok().filter(|_| self.kind == Kind::PUBLISH)?;
        Publish::decode(packet, self.version)
    }
}

impl Items for Told<'_> {
    fn each(&self, tell: &mut dyn FnMut(Item<'_>)) {
        match self.kind {
            Kind::CONNECT => {
                let name = std::str::from_utf8(self.bytes).unwrap_or_default();
                tell(Item::valued(&"client id", Value::Text(name)));
            }
            Kind::PUBLISH => {
                let Some(publish) = self.publish() else { return };
                let (topic, is_of_secret) = masked_topic(publish.topic);
                let topic = format_args!("topic {topic:?}");
                if is_of_secret {
                    return tell(Item::valued(&topic, Value::Secret));
                }
                // What is longer is no value; it is told as content.
                if publish.payload.len() > MAX_VALUE_BYTES {
                    return tell(Item::named(&topic));
                }
                match std::str::from_utf8(publish.payload) {
                    Ok(text) => tell(Item::valued(&topic, Value::Text(&masked_text(text)))),
                    Err(_) => tell(Item::valued(&topic, Value::Bytes(publish.payload))),
                }
            }
            _ => {
                let Ok(packet) = Packet::decode(self.bytes) else { return };
                let mut reader = Reader::new(packet.body);
                let _ = reader.skip(2, "packet id").and_then(|()| skip_properties(&mut reader, self.version));
                while let Ok(filter) = binary(&mut reader, "filter") {
                    let filter = String::from_utf8_lossy(filter);
                    tell(Item::named(&format_args!("filter {:?}", masked_topic(&filter).0)));
                    if self.kind == Kind::SUBSCRIBE && reader.skip(1, "options").is_err() {
                        break;
                    }
                }
            }
        }
    }
}

impl Dialogue for Mqtt {
    const LAYER: &'static str = "mqtt";
    const MAX_PDU_BYTES: usize = MAX_PACKET_BYTES;

    fn length(&self, _: Side, head: &[u8]) -> Length {
        wire::length(head)
    }

    fn starts(&self, _: Side, head: &[u8]) -> Answer {
        wire::starts(head)
    }

    fn pdu(&mut self, cx: &mut Context<'_>, from: Side, pdu: &[u8]) {
        self.packet(cx, from, pdu);
    }

    fn lost(&mut self, _: &mut Context<'_>, from: Side, _: u64) {
        if self.client != Some(from) {
            self.waiting.answers_lost();
        }
    }

    fn end(&mut self, cx: &mut Context<'_>) {
        while let Some(request) = self.waiting.take_any() {
            self.unmet(cx, request);
        }
    }

    fn protocol(&self) -> &'static str {
        "mqtt"
    }

    fn client(&self) -> Option<Side> {
        self.client
    }

    fn carries(&self) -> DataClass {
        DataClass::Signalling
    }
}
