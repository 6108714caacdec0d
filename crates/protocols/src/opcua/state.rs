use super::LAYER;
use super::channel::{self, Channel, Reading, Sequence};
use super::codec::{Decoder, FlawKind, Wire};
use super::handles::Handles;
use super::log::{self, Envelope, Sent};
use super::messages::{Head, Message};
use super::ops::{self, Exchange};
use super::parts::Parts;
use super::service::{SERVICE_FAULT, Service};
use super::wire::{self, Chunk, ChunkKind, ErrorMessage, Header, MessageType, Security};
use crate::pending::patience_ends;
use crate::{Answer, Context, Dialogue, Length, Pending, Request};
use quaywatch_model::{DataClass, Moment, Outcome, Side, Timestamp, Verdict};

/// What the protocol makes us keep: who is who, the secure channel, messages that are not whole yet, requests
/// that wait, and what the monitored items are.
#[derive(Debug, Default)]
pub(super) struct OpcUa {
    client: Option<Side>,
    heard_server: bool,
    /// When the server last said something.
    server_spoke: Timestamp,
    channel: Channel,
    parts: Parts,
    pending: Pending<Key>,
    handles: Handles,
    /// Of a message of the client that cannot be read: the chunks so far.
    opaque_bytes: u64,
}

/// What an answer is known by. Greetings and encrypted openings have no readable id and go by 0.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Key {
    request_id: u32,
    service: Service,
    /// Of what could be read.
    envelope: Option<Envelope>,
}

impl Key {
    /// Of what has no readable id.
    const fn unnumbered(service: Service) -> Self {
        Self { request_id: 0, service, envelope: None }
    }
}

/// A whole message with where it came from.
#[derive(Debug, Clone, Copy)]
struct Arrival<'a> {
    from: Side,
    envelope: Envelope,
    bytes: &'a [u8],
    /// What waits for the answer: the message, or for `OPN` the chunk, whose security header tells more.
    keep: &'a [u8],
    /// Whether it came in one chunk, so that a signature may follow it.
    single: bool,
    /// Whether a limit kept some bytes out.
    cut: bool,
}

impl Dialogue for OpcUa {
    const LAYER: &'static str = LAYER;
    const MAX_PDU_BYTES: usize = wire::MAX_CHUNK_BYTES;

    fn length(&self, _: Side, head: &[u8]) -> Length {
        match Header::decode(head) {
            None => Length::More,
            Some(header) => header.plausible_size().map_or(Length::Bad("no chunk header"), Length::Is),
        }
    }

    fn starts(&self, _: Side, head: &[u8]) -> Answer {
        wire::begins(head)
    }

    fn pdu(&mut self, cx: &mut Context<'_>, from: Side, bytes: &[u8]) {
        if self.client == Some(from.other()) {
            self.server_spoke = cx.now.time;
        }
        match Header::decode(bytes).map(|header| header.message_type) {
            Some(MessageType::HELLO) => self.hello(cx, from, bytes),
            Some(MessageType::ACKNOWLEDGE) => self.acknowledge(cx, from, bytes),
            Some(MessageType::ERROR) => self.error(cx, from, bytes),
            Some(MessageType::REVERSE_HELLO) => {
                self.client = Some(from.other());
                self.heard_server = true;
                ops::reverse_hello(cx, from.other(), bytes);
            }
            _ => match Chunk::decode(bytes) {
                Ok(chunk) => self.chunk(cx, from, bytes, &chunk),
                Err(flaw) => {
                    let verdict = flaw.kind.verdict();
                    cx.problem(LAYER, "security header does not decode", verdict, bytes.len() as u64);
                }
            },
        }
    }

    fn lost(&mut self, cx: &mut Context<'_>, from: Side, _: u64) {
        self.channel.lost(from);
        self.parts.lost(cx, from);
        self.opaque_bytes = 0;
        if self.client != Some(from) {
            self.pending.answers_lost();
        }
    }

    /// A server keeps Publish requests until it has something to publish (OPC UA Part 4, 5.14.5): while it speaks at
    /// all they are not overdue, however long they wait.
    fn tick(&mut self, cx: &mut Context<'_>) -> Option<Timestamp> {
        let is_held = |key: &Key| key.service == Service::PUBLISH;
        let until = patience_ends(self.server_spoke);
        let held = |pending: &Pending<Key>| pending.due_where(is_held).map(|due| due.max(until));
        let others = |pending: &Pending<Key>| pending.due_where(|key| !is_held(key));
        while others(&self.pending).is_some_and(|due| due < cx.now.time) {
            let overdue = self.pending.take_where(|key| !is_held(key));
            overdue.into_iter().for_each(|request| self.report_unmet(cx, request));
        }
        while held(&self.pending).is_some_and(|due| due < cx.now.time) {
            let overdue = self.pending.take_where(is_held);
            overdue.into_iter().for_each(|request| self.report_unmet(cx, request));
        }
        held(&self.pending).into_iter().chain(others(&self.pending)).min()
    }

    fn end(&mut self, cx: &mut Context<'_>) {
        self.parts.lost(cx, Side::A);
        self.parts.lost(cx, Side::B);
        while let Some(request) = self.pending.take_any() {
            self.report_unmet(cx, request);
        }
        self.handles.clear(cx.memory);
    }

    fn protocol(&self) -> &'static str {
        LAYER
    }

    fn client(&self) -> Option<Side> {
        self.client
    }

    fn carries(&self) -> DataClass {
        match self.channel.reading {
            Reading::Opaque => DataClass::Encrypted,
            Reading::Clear | Reading::Unknown => DataClass::ProcessValues,
        }
    }
}

impl OpcUa {
    fn hello(&mut self, cx: &mut Context<'_>, from: Side, bytes: &[u8]) {
        self.client = Some(from);
        self.channel = Channel::default();
        log::greeting(cx, from, bytes);
        self.wait(cx, Key::unnumbered(Service::HELLO), bytes);
    }

    fn acknowledge(&mut self, cx: &mut Context<'_>, from: Side, bytes: &[u8]) {
        self.client = Some(from.other());
        self.heard_server = true;
        log::greeting(cx, from, bytes);
        let request = self.pending.take(&Key::unnumbered(Service::HELLO));
        ops::greeting(cx, from.other(), request.as_ref(), Some(bytes), Outcome::Accepted);
        free(cx, request);
    }

    /// `ERR` answers what opens the connection or the channel, or ends them later.
    fn error(&mut self, cx: &mut Context<'_>, from: Side, bytes: &[u8]) {
        let client = *self.client.get_or_insert(from.other());
        self.heard_server |= client != from;
        log::greeting(cx, from, bytes);
        let opens = |key: &Key| matches!(key.service, Service::HELLO | Service::OPEN_SECURE_CHANNEL);
        let request = if client == from { None } else { self.pending.take_where(opens) };
        match &request {
            Some(request) if request.key.service == Service::HELLO => {
                ops::greeting(cx, client, Some(request), Some(bytes), Outcome::Refused);
            }
            Some(request) => {
                let service = Service::OPEN_SECURE_CHANNEL;
                let exchange = Exchange { client, service, unmet: Outcome::Refused, reply: Some(cx.now) };
                let code = ops::error_code(bytes);
                log::exchange(cx, client, asked(request), None);
                exchange.refuse(cx, (request.moment, &request.bytes), code, &self.handles);
            }
            None => ops::error(cx, client, bytes),
        }
        free(cx, request);
    }

    /// `OPN`, `CLO` or `MSG`.
    fn chunk(&mut self, cx: &mut Context<'_>, from: Side, bytes: &[u8], chunk: &Chunk<'_>) {
        if let Security::Asymmetric(security) = chunk.security {
            let policy = security.security_policy_uri.bytes();
            self.channel.open(policy, chunk.channel != 0 && self.channel.reading != Reading::Unknown);
            if !super::names::secures_nothing(policy) {
                self.channel.lost(from);
                return self.sealed_opening(cx, from, bytes, chunk);
            }
        }
        if self.channel.reading == Reading::Opaque {
            return self.opaque(cx, from, bytes, chunk);
        }
        let Some((sequence, body)) = channel::split(chunk.payload) else {
            return cx.problem(LAYER, "no sequence header", Verdict::Malformed, chunk.payload.len() as u64);
        };
        let request_id = sequence.request_id;
        let continues = self.parts.has(from, request_id);
        if !continues {
            self.channel.judge(body);
            if self.channel.reading != Reading::Clear {
                return self.opaque(cx, from, bytes, chunk);
            }
        }
        if self.channel.follows(from, sequence.sequence_number) == Sequence::Jumps {
            cx.problem(LAYER, "sequence number out of order", Verdict::Incomplete, 0);
            if self.client != Some(from) {
                self.pending.answers_lost();
            }
        }
        if !continues && chunk.kind != ChunkKind::ABORTED && !channel::may_begin_message(body) {
            let reason = "message without its first chunks";
            return cx.problem(LAYER, reason, Verdict::Incomplete, body.len() as u64);
        }
        let keep = if chunk.message_type == MessageType::OPEN { bytes } else { &[] };
        let envelope = Envelope {
            message_type: chunk.message_type,
            channel: chunk.channel,
            bytes: bytes.len() as u32,
            sequence: sequence.sequence_number,
            request_id,
        };
        self.assemble(cx, from, chunk.kind, envelope, body, keep);
    }

    /// A readable chunk's body, which is a message or part of one.
    fn assemble(
        &mut self,
        cx: &mut Context<'_>,
        from: Side,
        kind: ChunkKind,
        envelope: Envelope,
        body: &[u8],
        keep: &[u8],
    ) {
        let stripped = self.channel.strip(body);
        let request_id = envelope.request_id;
        match kind {
            ChunkKind::CONTINUED => self.parts.add(cx, from, request_id, stripped, envelope.bytes),
            ChunkKind::ABORTED => {
                if let Some(part) = self.parts.take(from, request_id) {
                    part.free(cx.memory);
                }
                self.aborted(cx, from, request_id, body);
            }
            _ if self.parts.has(from, request_id) => {
                self.parts.add(cx, from, request_id, stripped, envelope.bytes);
                let Some(part) = self.parts.take(from, request_id) else { return };
                let bytes = part.bytes.as_slice();
                let envelope = Envelope { bytes: part.wire_bytes, ..envelope };
                let arrival = Arrival { from, envelope, bytes, keep: bytes, single: false, cut: part.cut };
                self.message(cx, &arrival);
                part.free(cx.memory);
            }
            _ => {
                let keep = if keep.is_empty() { stripped } else { keep };
                let arrival = Arrival { from, envelope, bytes: stripped, keep, single: true, cut: false };
                self.message(cx, &arrival);
            }
        }
    }

    /// A whole readable message.
    fn message(&mut self, cx: &mut Context<'_>, arrival: &Arrival<'_>) {
        let Some((message, whole)) = Message::decode(arrival.bytes) else {
            return self.unknown_message(cx, arrival);
        };
        if let Err(flaw) = whole {
            let left = arrival.bytes.len().saturating_sub(flaw.offset);
            let signature =
                flaw.kind == FlawKind::LeftOver && arrival.single && self.channel.is_signature(left);
            if !signature && !arrival.cut {
                cx.problem(LAYER, flaw.kind.reason(), flaw.kind.verdict(), left as u64);
            }
        }
        match message.head {
            Head::Request(_) => self.request(cx, arrival, &message),
            Head::Response(_) => self.response(cx, arrival, &message),
        }
    }

    fn request(&mut self, cx: &mut Context<'_>, arrival: &Arrival<'_>, message: &Message<'_>) {
        self.client = Some(arrival.from);
        let service = Service(message.type_id.standard_number().unwrap_or_default());
        if service == Service::CLOSE_SECURE_CHANNEL {
            let exchange = Exchange { client: arrival.from, service, unmet: Outcome::Unseen, reply: None };
            log::exchange(cx, arrival.from, Some((cx.now, arrival.sent())), None);
            return exchange.report(cx, Some((cx.now, arrival.keep)), None, &self.handles);
        }
        self.wait(cx, arrival.key(service), arrival.keep);
    }

    fn response(&mut self, cx: &mut Context<'_>, arrival: &Arrival<'_>, message: &Message<'_>) {
        let client = arrival.from.other();
        self.client = Some(client);
        self.heard_server = true;
        let type_id = message.type_id.standard_number().unwrap_or_default();
        let answered = Service::of_message(type_id).map(|(service, _)| service);
        let request = self.pending.take_where(|key| {
            key.request_id == arrival.envelope.request_id
                && answered.is_none_or(|service| key.service == service)
        });
        let service = answered.or_else(|| request.as_ref().map(|request| request.key.service));
        let service = service.unwrap_or(Service(SERVICE_FAULT));
        let exchange = Exchange { client, service, unmet: Outcome::Accepted, reply: Some(cx.now) };
        log::exchange(cx, client, request.as_ref().and_then(asked), Some(arrival.sent()));
        let asked = request.as_ref().map(|request| (request.moment, request.bytes.as_slice()));
        exchange.report(cx, asked, Some(message), &self.handles);
        if let Some(request) = &request {
            self.handles.remember(cx, &request.bytes, message);
        }
        free(cx, request);
    }

    /// A readable message of a type that is not in the standard's services.
    fn unknown_message(&mut self, cx: &mut Context<'_>, arrival: &Arrival<'_>) {
        cx.problem(LAYER, "message of unknown type", Verdict::Unsupported, arrival.bytes.len() as u64);
        if self.likely_client(cx) == arrival.from {
            let service = Service(ops::type_number(arrival.bytes));
            return self.wait(cx, arrival.key(service), arrival.keep);
        }
        self.heard_server = true;
        let request_id = arrival.envelope.request_id;
        let Some(request) = self.pending.take_where(|key| key.request_id == request_id) else {
            return log::exchange(cx, arrival.from.other(), None, Some(arrival.sent()));
        };
        let (client, service) = (arrival.from.other(), request.key.service);
        log::exchange(cx, client, asked(&request), Some(arrival.sent()));
        let exchange = Exchange { client, service, unmet: Outcome::Accepted, reply: Some(cx.now) };
        let asked = (request.moment, request.bytes.as_slice());
        match ops::result_of_unknown(arrival.bytes) {
            bad if bad.is_bad() => exchange.refuse(cx, asked, bad, &self.handles),
            _ => exchange.report(cx, Some(asked), None, &self.handles),
        }
        request.free(cx.memory);
    }

    /// A message that its sender took back, with the reason.
    fn aborted(&mut self, cx: &mut Context<'_>, from: Side, request_id: u32, body: &[u8]) {
        let mut reader = Decoder::new(body);
        let error = ErrorMessage::read(&mut reader, "abort");
        let request = match self.client {
            Some(client) if client == from => None,
            _ => self.pending.take_where(|key| key.request_id == request_id),
        };
        match request {
            Some(request) => {
                let (client, service) = (from.other(), request.key.service);
                let exchange = Exchange { client, service, unmet: Outcome::Refused, reply: Some(cx.now) };
                log::exchange(cx, client, asked(&request), None);
                exchange.refuse(cx, (request.moment, &request.bytes), error.error, &self.handles);
                request.free(cx.memory);
            }
            None => cx.problem(LAYER, "message aborted by its sender", Verdict::Incomplete, 0),
        }
    }

    /// `OPN` under a policy: its body is encrypted, its security header is not.
    fn sealed_opening(&mut self, cx: &mut Context<'_>, from: Side, bytes: &[u8], chunk: &Chunk<'_>) {
        log::sealed(cx, from, bytes.len(), chunk);
        let key = Key::unnumbered(Service::OPEN_SECURE_CHANNEL);
        if chunk.channel == 0 {
            self.client = Some(from);
        }
        let client = self.likely_client(cx);
        if from == client {
            return self.wait(cx, key, bytes);
        }
        self.heard_server = true;
        let request = self.pending.take(&key);
        ops::sealed_opening(cx, client, request.as_ref(), bytes);
        free(cx, request);
    }

    /// A chunk that cannot be read. Only the client's are told: which answer is whose is not readable either.
    fn opaque(&mut self, cx: &mut Context<'_>, from: Side, bytes: &[u8], chunk: &Chunk<'_>) {
        log::sealed(cx, from, bytes.len(), chunk);
        if from != self.likely_client(cx) {
            self.heard_server = true;
            return;
        }
        let bytes = self.opaque_bytes + chunk.payload.len() as u64;
        self.opaque_bytes = if chunk.kind == ChunkKind::CONTINUED { bytes } else { 0 };
        if chunk.kind == ChunkKind::FINAL {
            ops::opaque(cx, from, chunk, bytes);
        }
    }

    /// Who is the client: by content, or where that tells nothing, by port.
    fn likely_client(&self, cx: &Context<'_>) -> Side {
        let by_port = || match cx.ports {
            [a, b] if super::PROTOCOL.ports.contains(&a) != super::PROTOCOL.ports.contains(&b) => {
                if super::PROTOCOL.ports.contains(&a) {
                    Side::B
                } else {
                    Side::A
                }
            }
            [a, b] => {
                if a < b {
                    Side::B
                } else {
                    Side::A
                }
            }
        };
        self.client.unwrap_or_else(by_port)
    }

    /// Lets a request wait for its answer. One that still waits under the same id is given up.
    fn wait(&mut self, cx: &mut Context<'_>, key: Key, bytes: &[u8]) {
        if let Some(stale) = self.pending.take_where(|waiting| waiting.request_id == key.request_id) {
            self.report_unmet(cx, stale);
        }
        if let Some(gave_way) = self.pending.push(cx, key, bytes) {
            self.report_unmet(cx, gave_way);
        }
    }

    /// A request that is given up.
    fn report_unmet(&self, cx: &mut Context<'_>, request: Request<Key>) {
        let client = self.client.unwrap_or(Side::A);
        let service = request.key.service;
        let unmet = match service {
            Service::PUBLISH => Outcome::Unseen,
            _ => request.unmet(cx.now, self.heard_server),
        };
        if service == Service::HELLO {
            ops::greeting(cx, client, Some(&request), None, unmet);
        } else {
            log::exchange(cx, client, asked(&request), None);
            let asked = Some((request.moment, request.bytes.as_slice()));
            Exchange { client, service, unmet, reply: None }.report(cx, asked, None, &self.handles);
        }
        request.free(cx.memory);
    }
}

impl<'a> Arrival<'a> {
    const fn sent(&self) -> Sent<'a> {
        Sent { envelope: self.envelope, bytes: self.keep }
    }

    const fn key(&self, service: Service) -> Key {
        Key { request_id: self.envelope.request_id, service, envelope: Some(self.envelope) }
    }
}

/// A request that waited, for the log.
fn asked(request: &Request<Key>) -> Option<(Moment, Sent<'_>)> {
    let envelope = request.key.envelope?;
    Some((request.moment, Sent { envelope, bytes: &request.bytes }))
}

fn free<K>(cx: &mut Context<'_>, request: Option<Request<K>>) {
    if let Some(request) = request {
        request.free(cx.memory);
    }
}
