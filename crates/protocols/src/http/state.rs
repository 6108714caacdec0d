//! A connection: which message comes next, and which answer belongs to which request.

use super::auth;
use super::body::{Body, Next};
use super::exchange::Exchange;
use super::payload::{About, Payload};
use super::target;
use super::tunnel::Tunnel;
use super::wire::{self, First, Head, MAX_HEAD_BYTES};
use crate::secrets::masked;
use crate::{Answer, Context, Conversation, pending};
use quaywatch_model::{Attribute, DataClass, Side, Timestamp, Topic, TransferKind, Value, Verdict};
use std::collections::VecDeque;
use std::mem;

/// So many requests of one connection wait for their answers; browsers that pipelined sent fewer than ten.
const MOST_WAITING: usize = 64;
/// The longest host, software and reason that is kept, in bytes.
const MAX_VALUE_BYTES: usize = 512;

/// An HTTP connection.
#[derive(Default)]
pub(super) struct Http {
    client: Option<Side>,
    halves: [Half; 2],
    waiting: VecDeque<Exchange>,
    /// So many requests were given up; their answers would come before those of the ones that wait.
    given_up: u32,
    requests: u64,
    transfers: u64,
    tunnel: Option<Tunnel>,
    /// What each side said last that it is, so that it is told once.
    software: [Option<Box<str>>; 2],
    host: Option<Box<str>>,
    has_title: bool,
    heard_server: bool,
}

/// How far one side's stream is read.
#[derive(Default)]
struct Half {
    /// The beginning of a head.
    head: Vec<u8>,
    reading: Reading,
    /// Whether a message was read since bytes were last missing: what follows begins another.
    in_step: bool,
    /// Whether bytes were missing: the stream is not known from its beginning.
    had_gap: bool,
    /// So many bytes were passed over to find the next message.
    passed_bytes: u64,
}

#[derive(Default)]
enum Reading {
    /// A message begins here, if any does.
    #[default]
    Head,
    Body(Body, Box<Payload>),
    /// Out of step: looking for a message that begins where a segment begins.
    Lost,
}

impl Half {
    fn tell_passed(&mut self, cx: &mut Context<'_>) {
        let passed = mem::take(&mut self.passed_bytes);
        if passed > 0 {
            cx.problem("http", "bytes passed over to find the next message", Verdict::Incomplete, passed);
        }
    }
}

impl Http {
    /// Takes one step; tells how many bytes it took, or `None` where more are needed.
    fn step(&mut self, cx: &mut Context<'_>, from: Side, bytes: &[u8]) -> Option<usize> {
        let half = from.of_mut(&mut self.halves);
        match mem::take(&mut half.reading) {
            Reading::Body(body, payload) => Some(self.body(cx, from, body, payload, bytes)),
            Reading::Lost => {
                if wire::begins(bytes) == Answer::Certain {
                    half.tell_passed(cx);
                    return Some(0);
                }
                half.reading = Reading::Lost;
                half.passed_bytes += bytes.len() as u64;
                Some(bytes.len())
            }
            Reading::Head => self.message(cx, from, bytes),
        }
    }

    fn message(&mut self, cx: &mut Context<'_>, from: Side, bytes: &[u8]) -> Option<usize> {
        if let [b'\r' | b'\n', ..] = bytes {
            return Some(1);
        }
        let end = wire::end(bytes);
        let sound = wire::may_begin(bytes);
        if !sound || end.unwrap_or(bytes.len()) > MAX_HEAD_BYTES {
            let half = from.of_mut(&mut self.halves);
            half.reading = Reading::Lost;
            let is_beginning = half.in_step || (cx.opened.is_some() && !half.had_gap);
            let (reason, verdict) = match (sound, is_beginning) {
                (true, _) => ("head too long", Verdict::Limit),
                (false, true) => ("bytes that begin no message", Verdict::Malformed),
                (false, false) => ("bytes from the middle of a message", Verdict::Incomplete),
            };
            cx.problem("http", reason, verdict, bytes.len() as u64);
            return Some(bytes.len());
        }
        let end = end?;
        from.of_mut(&mut self.halves).in_step = true;
        match Head::decode(bytes.get(..end).unwrap_or_default()) {
            Some(head) => match head.first {
                First::Request { .. } => self.request(cx, from, head),
                First::Response { .. } => self.response(cx, from, head),
            },
            None => cx.problem("http", "head that cannot be read", Verdict::Malformed, end as u64),
        }
        Some(end)
    }

    fn request(&mut self, cx: &mut Context<'_>, from: Side, head: Head<'_>) {
        let First::Request { method, target, version } = head.first else { return };
        self.client.get_or_insert(from);
        self.requests += 1;
        let target_told = masked(target);
        let mut exchange = Exchange {
            depth: self.requests,
            begun: cx.now,
            request: Some(cx.now),
            head: cx.memory.copy(head.bytes).unwrap_or_default(),
            version: Some(version.into()),
            ..Exchange::default()
        };
        let host = head.field("Host").filter(|host| host.len() <= MAX_VALUE_BYTES);
        if let Some(host) = host.filter(|host| self.host.as_deref() != Some(*host)) {
            cx.note(from, Topic::ServerName, Value::Text(target::name_of(host)));
            self.host = Some(host.into());
        }
        self.tell_software(cx, from, head.field("User-Agent"));
        for (name, value) in head.fields() {
            if name.eq_ignore_ascii_case("Authorization") || name.eq_ignore_ascii_case("Proxy-Authorization")
            {
                exchange.logs_in = true;
                exchange.user = auth::authorization(cx, from, value).map(Box::from);
            }
        }
        exchange.shows_form |= target::tell_login(cx, from, head, target);
        target::tell_content(cx, from, target);
        self.transfers += 1;
        let (client, transfer_id) = (from, self.transfers);
        let about = About { client, from, target: &target_told, method, status: 0, transfer_id };
        let body = request_body(head);
        if let Some(body) = body {
            let (mut payload, file) = Payload::new(cx, head, about);
            if let Some(file) = &file {
                payload.begin(cx, file, about);
                exchange.is_firmware = file.kind == TransferKind::Firmware;
                exchange.bodies[0].name = Some(file.name.clone());
            }
            from.of_mut(&mut self.halves).reading = Reading::Body(body, Box::new(payload));
        }
        if self.waiting.len() >= MOST_WAITING
            && let Some(oldest) = self.waiting.pop_front()
        {
            oldest.report(cx, from, self.heard_server);
        }
        self.waiting.push_back(exchange);
    }

    fn response(&mut self, cx: &mut Context<'_>, from: Side, head: Head<'_>) {
        let First::Response { version, status, reason } = head.first else { return };
        let client = *self.client.get_or_insert(from.other());
        self.heard_server = true;
        if self.waiting.is_empty() || self.given_up > 0 {
            self.given_up = self.given_up.saturating_sub(1);
            self.waiting.push_front(Exchange {
                depth: self.requests.max(1),
                begun: cx.now,
                ..Exchange::default()
            });
        }
        let Some(exchange) = self.waiting.front_mut() else { return };
        // Both say a version; Zeek, too, tells the one that was said last.
        exchange.version = Some(version.into());
        exchange.reply = Some(cx.now);
        if (100..200).contains(&status) {
            exchange.information = Some((status, short(reason)));
            if status != 101 {
                return;
            }
        }
        exchange.status = Some((status, short(reason)));
        let (method, target) = exchange.what();
        self.tell_software(cx, from, head.field("Server"));
        if let Some(realm) = head.field("WWW-Authenticate").and_then(|value| value.split_once("realm=\"")) {
            cx.fact(from, Attribute::Description, realm.1.split('"').next().unwrap_or_default());
        }
        if status == 101 || (method == "CONNECT" && (200..300).contains(&status)) {
            self.finish_exchange(cx, client);
            let upgrade = head.field("Upgrade").filter(|_| status == 101).unwrap_or_default();
            return self.change(cx, upgrade);
        }
        let Some(body) = response_body(head, &method, status) else {
            return self.finish_exchange(cx, client);
        };
        self.transfers += 1;
        let about =
            About { client, from, target: &target, method: &method, status, transfer_id: self.transfers };
        let (mut payload, file) = Payload::new(cx, head, about);
        if let Some(file) = &file {
            payload.begin(cx, file, about);
        }
        if let Some(exchange) = self.waiting.front_mut() {
            exchange.bodies[1].name = head.field("Content-Disposition").and_then(super::kinds::filename);
        }
        from.of_mut(&mut self.halves).reading = Reading::Body(body, Box::new(payload));
    }

    /// From here on something else is spoken.
    fn change(&mut self, cx: &mut Context<'_>, upgrade: &str) {
        for side in [Side::A, Side::B] {
            self.cut(cx, side, 0);
            cx.memory.free(mem::take(&mut side.of_mut(&mut self.halves).head));
        }
        self.tunnel = Some(Tunnel::upgraded(upgrade));
    }

    fn body(
        &mut self,
        cx: &mut Context<'_>,
        from: Side,
        mut body: Body,
        mut payload: Box<Payload>,
        bytes: &[u8],
    ) -> usize {
        let taken = match body.next(bytes) {
            Next::Data(data) => {
                payload.feed(cx, from, data);
                data.len()
            }
            Next::Framing(length) => length,
            Next::Done => 0,
            Next::Bad => {
                cx.problem("http", "chunk that makes no sense", Verdict::Malformed, bytes.len() as u64);
                self.end_body(cx, from, *payload, false);
                from.of_mut(&mut self.halves).reading = Reading::Lost;
                return bytes.len();
            }
        };
        if body.is_done() {
            self.end_body(cx, from, *payload, true);
        } else {
            from.of_mut(&mut self.halves).reading = Reading::Body(body, payload);
        }
        taken
    }

    fn end_body(&mut self, cx: &mut Context<'_>, from: Side, mut payload: Payload, complete: bool) {
        payload.end(cx, from, complete);
        let client = self.client.unwrap_or(from);
        if from == client {
            self.end_request_body(cx, from, payload);
        } else {
            if let Some(exchange) = self.waiting.front_mut() {
                exchange.bodies[1].learn(cx, &mut payload);
                exchange.reply = Some(cx.now);
            }
            self.title(cx, from, &payload.kept);
            payload.free(cx);
            self.finish_exchange(cx, client);
        }
    }

    fn end_request_body(&mut self, cx: &mut Context<'_>, from: Side, mut payload: Payload) {
        let mut logs_in = false;
        if let Ok(text) = std::str::from_utf8(&payload.kept) {
            let is_json = text.trim_start().starts_with(['{', '[']);
            logs_in |= payload.is_form && !is_json && auth::parameters_of_login(cx, from, text);
            logs_in |= is_json && auth::json_login(cx, from, text);
        }
        payload.tell_form(cx, from, logs_in);
        if let Some(multipart) = payload.multipart.as_ref().filter(|multipart| multipart.password.is_some()) {
            auth::tell_login(cx, from, multipart.user.as_deref(), multipart.password.as_deref());
            logs_in = true;
        }
        if let Some(exchange) = self.waiting.back_mut() {
            exchange.request = Some(cx.now);
            exchange.bodies[0].learn(cx, &mut payload);
            exchange.shows_form |= logs_in;
            exchange.is_firmware |= payload.is_firmware;
            exchange.is_firmware |=
                payload.multipart.as_ref().is_some_and(|multipart| multipart.has_firmware);
        }
        payload.free(cx);
    }

    fn finish_exchange(&mut self, cx: &mut Context<'_>, client: Side) {
        if let Some(exchange) = self.waiting.pop_front() {
            exchange.report(cx, client, true);
        }
    }

    /// What the first page of a device is called, which on a network of its own is mostly what the device is.
    fn title(&mut self, cx: &mut Context<'_>, from: Side, page: &[u8]) {
        let Some(exchange) = self.waiting.front().filter(|_| !self.has_title) else { return };
        let path = exchange.what().1.to_ascii_lowercase();
        let first_page =
            path == "/" || ["/index", "/home", "/login", "/main"].iter().any(|page| path.starts_with(page));
        let accepted = exchange.status.as_ref().is_some_and(|(status, _)| *status == 200);
        if !first_page || !accepted || !is_private(&from.of(&cx.addresses).to_string()) {
            return;
        }
        let page = String::from_utf8_lossy(page);
        let lower = page.to_ascii_lowercase();
        let between = || {
            let start = lower.find("<title")?;
            let start = start + lower.get(start..)?.find('>')? + 1;
            page.get(start..start + lower.get(start..)?.find("</title")?)
        };
        let Some(title) = between().filter(|title| title.len() <= 128) else { return };
        let title = title.split_whitespace().collect::<Vec<_>>().join(" ");
        let lower = title.to_ascii_lowercase();
        if !SAYING_NOTHING.iter().any(|nothing| lower.starts_with(nothing)) {
            self.has_title = true;
            cx.fact(from, Attribute::Product, &title);
        }
    }

    fn tell_software(&mut self, cx: &mut Context<'_>, from: Side, software: Option<&str>) {
        let Some(software) = software.filter(|software| software.len() <= MAX_VALUE_BYTES) else { return };
        let told = from.of_mut(&mut self.software);
        if told.as_deref() != Some(software) {
            *told = Some(software.into());
            cx.note(from, Topic::Software, Value::Text(software));
            cx.fact(from, Attribute::Software, software);
        }
    }

    fn consume(&mut self, cx: &mut Context<'_>, from: Side, bytes: &[u8]) -> usize {
        let mut at = 0;
        while let Some(rest) = bytes.get(at..).filter(|rest| !rest.is_empty()) {
            if let Some(tunnel) = &mut self.tunnel {
                tunnel.data(cx, from, rest);
                return bytes.len();
            }
            match self.step(cx, from, rest) {
                Some(taken) => at += taken,
                None => break,
            }
        }
        at
    }

    /// Drops a body that is cut off; `bytes` of it were not captured.
    fn cut(&mut self, cx: &mut Context<'_>, from: Side, bytes: u64) {
        match mem::take(&mut from.of_mut(&mut self.halves).reading) {
            Reading::Body(Body::UntilClose, payload) if bytes == 0 => self.end_body(cx, from, *payload, true),
            Reading::Body(_, mut payload) => {
                if bytes > 0 {
                    payload.lost(cx, bytes);
                }
                self.end_body(cx, from, *payload, false);
            }
            Reading::Head | Reading::Lost => {}
        }
    }
}

/// The beginning of a text, for what is kept of every answer.
fn short(text: &str) -> Box<str> {
    text.chars().take(MAX_VALUE_BYTES / 4).collect::<String>().into()
}

/// Titles that say nothing of the device.
const SAYING_NOTHING: &[&str] =
    &["index of", "directory listing", "error", "welcome", "home", "login", "document"];

/// The private networks of RFC 1918 and RFC 4193, and what is local to a link.
fn is_private(address: &str) -> bool {
    let second = || address.split('.').nth(1)?.parse::<u8>().ok();
    ["10.", "192.168.", "169.254.", "fd", "fe80"].iter().any(|start| address.starts_with(start))
        || address.starts_with("172.") && second().is_some_and(|second| (16..32).contains(&second))
}

/// How the body of a request is framed, if it has one (RFC 9112, section 6.3).
fn request_body(head: Head<'_>) -> Option<Body> {
    if head.says("Transfer-Encoding", "chunked") {
        return Some(Body::CHUNKED);
    }
    let length = head.field("Content-Length")?.parse().ok()?;
    (length > 0).then_some(Body::Length(length))
}

/// How the body of an answer is framed, if it has one.
fn response_body(head: Head<'_>, method: &str, status: u16) -> Option<Body> {
    if method == "HEAD" || matches!(status, 204 | 304) {
        return None;
    }
    if head.says("Transfer-Encoding", "chunked") {
        return Some(Body::CHUNKED);
    }
    match head.field("Content-Length").map(str::parse) {
        Some(Ok(0)) => None,
        Some(Ok(length)) => Some(Body::Length(length)),
        _ => Some(Body::UntilClose),
    }
}

impl Conversation for Http {
    fn data(&mut self, cx: &mut Context<'_>, from: Side, bytes: &[u8]) {
        let mut head = mem::take(&mut from.of_mut(&mut self.halves).head);
        if head.is_empty() {
            let used = self.consume(cx, from, bytes);
            let rest = bytes.get(used..).unwrap_or_default();
            if !rest.is_empty() {
                match cx.memory.copy(rest) {
                    Some(kept) => from.of_mut(&mut self.halves).head = kept,
                    None => self.gap(cx, from, rest.len() as u64),
                }
            }
            return;
        }
        if !cx.memory.append(&mut head, bytes) {
            cx.problem("http", "memory limit reached, head dropped", Verdict::Limit, bytes.len() as u64);
            cx.memory.free(head);
            return self.gap(cx, from, bytes.len() as u64);
        }
        let used = self.consume(cx, from, &head);
        cx.memory.drop_front(&mut head, used);
        if head.is_empty() {
            cx.memory.free(head);
        } else {
            from.of_mut(&mut self.halves).head = head;
        }
    }

    fn gap(&mut self, cx: &mut Context<'_>, from: Side, bytes: u64) {
        if let Some(tunnel) = &mut self.tunnel {
            return tunnel.gap(cx, from, bytes);
        }
        if self.client == Some(from.other()) {
            self.waiting.iter_mut().for_each(|exchange| exchange.loss = true);
            self.given_up = 0;
        }
        let half = from.of_mut(&mut self.halves);
        half.had_gap = true;
        half.in_step = false;
        cx.memory.free(mem::take(&mut half.head));
        if let Reading::Body(body, payload) = &mut half.reading
            && body.pass(bytes)
        {
            payload.lost(cx, bytes);
            if body.is_done() {
                self.cut(cx, from, 0);
            }
            return;
        }
        self.cut(cx, from, bytes);
        from.of_mut(&mut self.halves).reading = Reading::Lost;
    }

    fn tick(&mut self, cx: &mut Context<'_>) -> Option<Timestamp> {
        let client = self.client?;
        loop {
            // What is being answered or still being sent takes as long as it takes.
            let oldest = self.waiting.front().filter(|exchange| exchange.reply.is_none())?;
            if self.waiting.len() == 1 && matches!(client.of(&self.halves).reading, Reading::Body(..)) {
                return None;
            }
            let ends = pending::patience_ends(oldest.begun.time);
            if cx.now.time <= ends {
                return Some(ends);
            }
            if let Some(exchange) = self.waiting.pop_front() {
                self.given_up = self.given_up.saturating_add(1);
                exchange.report(cx, client, self.heard_server);
            }
        }
    }

    fn end(&mut self, cx: &mut Context<'_>) {
        for side in [Side::A, Side::B] {
            self.cut(cx, side, 0);
            let head = mem::take(&mut side.of_mut(&mut self.halves).head);
            if !head.is_empty() {
                cx.problem("http", "head cut short", Verdict::Incomplete, head.len() as u64);
            }
            cx.memory.free(head);
            side.of_mut(&mut self.halves).tell_passed(cx);
        }
        let client = self.client.unwrap_or(Side::A);
        while let Some(exchange) = self.waiting.pop_front() {
            exchange.report(cx, client, self.heard_server);
        }
        if let Some(tunnel) = &mut self.tunnel {
            tunnel.end(cx);
        }
    }

    fn protocol(&self) -> &'static str {
        self.tunnel.as_ref().and_then(Tunnel::protocol).unwrap_or("http")
    }

    fn client(&self) -> Option<Side> {
        self.client
    }

    fn carries(&self) -> DataClass {
        self.tunnel.as_ref().map_or(DataClass::Signalling, Tunnel::carries)
    }
}
