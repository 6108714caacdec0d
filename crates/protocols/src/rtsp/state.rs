use super::login::Login;
use super::ops;
use super::wire::{self, First, Message};
use crate::logins::clear_password;
use crate::{Answer, Context, Dialogue, Expectations, Length, Pending, Request, rtp, secrets};
use quaywatch_model::{Address, Attribute, DataClass, Outcome, Side, Topic, Value, Verdict};

/// One connection.
#[derive(Default)]
pub(super) struct Rtsp {
    client: Option<Side>,
    heard: [bool; 2],
    waiting: Pending<Key>,
    /// The last name that logged in, so that it is told once.
    login: Option<Login>,
}

/// What an answer is found by.
#[derive(Debug, PartialEq)]
struct Key {
    from: Side,
    sequence: Option<u32>,
}

/// Requests and answers, with the description of a session, take less than this, in bytes.
const LONGEST_WORDS_BYTES: u64 = 8 * 1024;

impl Dialogue for Rtsp {
    const LAYER: &'static str = "rtsp";
    const MAX_PDU_BYTES: usize = wire::LONGEST_PDU_BYTES;

    fn length(&self, _: Side, head: &[u8]) -> Length {
        wire::length(head)
    }

    fn starts(&self, _: Side, head: &[u8]) -> Answer {
        match wire::begins(head) {
            Answer::No => wire::begins_interleaved(head),
            answer => answer,
        }
    }

    fn pdu(&mut self, cx: &mut Context<'_>, from: Side, bytes: &[u8]) {
        *from.of_mut(&mut self.heard) = true;
        if wire::is_interleaved(bytes) {
            return cx.carried(from, DataClass::Video, bytes.len() as u64);
        }
        if bytes.len() == 1 {
            return;
        }
        let Some(message) = Message::decode(bytes) else {
            return cx.problem(
                Self::LAYER,
                "message does not decode",
                Verdict::Malformed,
                bytes.len() as u64,
            );
        };
        match message.first {
            First::Request { .. } => self.asked(cx, from, message, bytes),
            First::Answer { status, .. } => self.answered(cx, from, message, status),
        }
    }

    fn lost(&mut self, cx: &mut Context<'_>, from: Side, bytes: u64) {
        self.waiting.answers_lost();
        // So much is never said in words: it was pictures, as where only the heads of packets were kept.
        if bytes > LONGEST_WORDS_BYTES {
            cx.carried(from, DataClass::Video, bytes);
        }
    }

    fn end(&mut self, cx: &mut Context<'_>) {
        while let Some(request) = self.waiting.take_any() {
            self.give_up(cx, request);
        }
    }

    fn protocol(&self) -> &'static str {
        "rtsp"
    }

    fn client(&self) -> Option<Side> {
        self.client
    }

    fn carries(&self) -> DataClass {
        DataClass::Signalling
    }
}

impl Rtsp {
    fn asked(&mut self, cx: &mut Context<'_>, from: Side, message: Message<'_>, bytes: &[u8]) {
        // Servers ask too, but only whether the client is still there.
        let by_client = !matches!(message.first, First::Request { method: "OPTIONS" | "REDIRECT", .. });
        if by_client || self.client.is_none() {
            self.client = Some(from);
        }
        if let Some(agent) = message.header("User-Agent") {
            cx.fact(from, Attribute::Software, agent);
        }
        let by_url = || match message.first {
            First::Request { url, .. } => secrets::login(url),
            First::Answer { .. } => None,
        };
        let by_url = || by_url().map(|(user, password)| Login::in_url(&user, &password));
        let login = message.header("Authorization").and_then(Login::of).or_else(by_url);
        if let Some(login) = login.filter(|login| self.is_new(login)) {
            cx.note(from, Topic::User, Value::Text(login.user()));
            cx.note(from, Topic::Authentication, Value::Text(login.kind()));
            if let Login::Basic { user, password } | Login::Url { user, password } = &login {
                clear_password(cx, from, Some(user), password);
            }
            self.login = Some(login);
        }
        let key = Key { from, sequence: message.sequence() };
        if let Some(gave_way) = self.waiting.push(cx, key, bytes) {
            self.give_up(cx, gave_way);
        }
    }

    fn is_new(&self, login: &Login) -> bool {
        self.login.as_ref().is_none_or(|known| (known.user(), known.kind()) != (login.user(), login.kind()))
    }

    fn answered(&mut self, cx: &mut Context<'_>, from: Side, message: Message<'_>, status: u16) {
        if let Some(server) = message.header("Server") {
            cx.fact(from, Attribute::Software, server);
        }
        self.client = self.client.or(Some(from.other()));
        let key = Key { from: from.other(), sequence: message.sequence() };
        let request = self.waiting.take(&key).or_else(|| match key.sequence {
            None => self.waiting.take_where(|waiting| waiting.from == key.from),
            Some(_) => None,
        });
        if status < 300 {
            if let Some(transport) = message.header("Transport") {
                expect(cx, from, transport);
            }
            if message.header("Content-Type").is_some_and(|kind| kind.starts_with("application/sdp")) {
                describe(cx, from, message.body);
            }
        }
        let Some(request) = request else { return };
        if let Some(question) = Message::decode(&request.bytes) {
            let answer = Some((cx.now, message));
            ops::report(cx, request.key.from, request.moment, question, answer, Outcome::Accepted);
        }
        request.free(cx.memory);
    }

    fn give_up(&self, cx: &mut Context<'_>, request: Request<Key>) {
        let outcome = request.unmet(cx.now, *request.key.from.other().of(&self.heard));
        if let Some(question) = Message::decode(&request.bytes) {
            ops::report(cx, request.key.from, request.moment, question, None, outcome);
        }
        request.free(cx.memory);
    }
}

/// Expects the streams that a server's `Transport` agrees to: of the client's ports, or of a group's.
fn expect(cx: &mut Context<'_>, server: Side, transport: &str) {
    if wire::parameter(transport, "interleaved").is_some() {
        return;
    }
    let group = wire::parameter(transport, "port").and_then(wire::ports);
    let (address, ports) = match wire::parameter(transport, "client_port").and_then(wire::ports) {
        Some(ports) => (Some(*server.other().of(&cx.addresses)), Some(ports)),
        None => (wire::parameter(transport, "destination").and_then(address), group),
    };
    let (Some(address), Some((first, last))) = (address, ports) else { return };
    for port in if first == last { [first, first] } else { [first, last] } {
        cx.shared.get::<Expectations>().expect(cx.now, (address, port), &rtp::PROTOCOL, 0);
    }
}

fn address(text: &str) -> Option<Address> {
    match text.parse().ok()? {
        std::net::IpAddr::V4(v4) => Some(Address::v4(v4.octets())),
        std::net::IpAddr::V6(v6) => Some(Address::v6(v6.octets())),
    }
}

/// What a session description says of who gives it (RFC 4566 section 5).
fn describe(cx: &mut Context<'_>, server: Side, body: &[u8]) {
    let text = String::from_utf8_lossy(body);
    let lines = || text.lines().map(str::trim_end);
    if let Some(name) = lines().find_map(|line| line.strip_prefix("s=")).filter(|name| name.len() > 1) {
        cx.fact(server, Attribute::Description, name);
        cx.note(server, Topic::Channel, Value::Text(name));
    }
    if lines().any(|line| line.starts_with("m=video")) {
        cx.fact(server, Attribute::Role, "camera");
    }
}
