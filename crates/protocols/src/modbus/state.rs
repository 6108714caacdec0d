use super::log;
use super::ops::{self, Exchange};
use super::role::{self, Looks};
use super::wire::{Header, header};
use super::{Adu, Function, PORT, Request, Response, wire};
use crate::{Answer, Context, Conversation, Dialogue, Length, Pending, Probe, Request as Waiting, umas};
use quaywatch_model::{DataClass, Side, Timestamp, Verdict};

/// So many pieces of evidence for one role outweigh what any single PDU looks like.
const PROVEN: i8 = 2;
/// So many pieces of evidence are remembered; then only exceptions, which no client sends, are weighed.
const SURE: i8 = 8;
/// A request this old is given up: no client waits longer, and memory is bounded.
const GIVEN_UP_NANOS: i64 = 30_000_000_000;
/// A client that uses a waiting request's transaction identifier again after this time has stopped waiting.
/// Sooner, it pipelines with one identifier. The shortest timeout in common use is libmodbus' 500 ms.
const ASKED_AGAIN_NANOS: i64 = 400_000_000;

/// What the protocol makes us keep: the requests that wait, who makes them, and the UMAS session.
#[derive(Debug, Default)]
pub(super) struct Modbus {
    /// Above 0: side A is the client; below 0: side B is; the farther, the surer.
    lean: i8,
    /// Who was taken for the client because nothing in the bytes told.
    assumed: Option<Side>,
    heard_server: bool,
    /// What this side says first is a request for function 0, which is not believed elsewhere.
    opens_with_zero: [bool; 2],
    pending: Pending<Key>,
    umas: umas::Session,
}

/// What an answer is found by.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Key {
    from: Side,
    unit: u8,
    function: Function,
    transaction: u16,
    expects: Option<u32>,
    at: Timestamp,
    /// The client no longer waits. The request stays until the next answer shows whether bytes were lost.
    given_up: bool,
}

impl Dialogue for Modbus {
    const LAYER: &'static str = "modbus";
    const MAX_PDU_BYTES: usize = wire::MAX_ADU_BYTES;

    fn length(&self, _: Side, head: &[u8]) -> Length {
        match header(head) {
            Header::Short => Length::More,
            Header::Whole(length) => Length::Is(length),
            Header::Wrong(reason) => Length::Bad(reason),
        }
    }

    fn starts(&self, from: Side, head: &[u8]) -> Answer {
        if *from.of(&self.opens_with_zero) && role::asks_for_zero(head) {
            return Answer::Certain;
        }
        role::starts(head)
    }

    fn pdu(&mut self, cx: &mut Context<'_>, from: Side, bytes: &[u8]) {
        *from.of_mut(&mut self.opens_with_zero) = false;
        let Ok(adu) = Adu::decode(bytes) else {
            return cx.problem(Self::LAYER, "ADU does not decode", Verdict::Malformed, bytes.len() as u64);
        };
        let is_request = self.is_request(cx, from, &adu);
        if cx.wanted.logs {
            log::pdu(cx, from, &adu, is_request);
        }
        if is_request {
            self.asked(cx, from, &adu, bytes);
        } else {
            self.answered(cx, from, &adu);
        }
    }

    fn lost(&mut self, _: &mut Context<'_>, from: Side, _: u64) {
        *from.of_mut(&mut self.opens_with_zero) = false;
        if self.told_client() != Some(from) {
            self.pending.answers_lost();
        }
    }

    fn tick(&mut self, cx: &mut Context<'_>) -> Option<Timestamp> {
        while let Some(request) = self.pending.take_overdue(cx.now) {
            self.report_unmet(cx, request);
        }
        self.pending.due()
    }

    fn end(&mut self, cx: &mut Context<'_>) {
        while let Some(request) = self.pending.take_any() {
            self.report_unmet(cx, request);
        }
        self.umas.end(cx);
    }

    fn protocol(&self) -> &'static str {
        if self.umas.was_seen() { umas::NAME } else { Self::LAYER }
    }

    fn client(&self) -> Option<Side> {
        self.told_client().or(self.assumed)
    }

    fn carries(&self) -> DataClass {
        DataClass::ProcessValues
    }
}

impl Modbus {
    /// A conversation that begins with these bytes.
    pub(super) fn beginning(probe: &Probe<'_>) -> Self {
        let umas = umas::Session::beginning(wire::umas_message(probe.bytes).unwrap_or_default());
        let mut opens_with_zero = [false; 2];
        *probe.from.of_mut(&mut opens_with_zero) = role::asks_for_zero(probe.bytes);
        *probe.from.other().of_mut(&mut opens_with_zero) = role::asks_for_zero(probe.answer);
        Self { umas, opens_with_zero, ..Self::default() }
    }

    /// Who speaks here: by what is known of the conversation once that is proven, else by the PDU itself, and
    /// where that could be either, by what is known, by a request that waits for it, and at last by the transport.
    fn is_request(&mut self, cx: &mut Context<'_>, from: Side, adu: &Adu<'_>) -> bool {
        let exception = adu.pdu.is_exception();
        if exception || self.lean.abs() < SURE {
            let looks = role::looks(adu.pdu);
            match looks {
                Looks { request: true, response: false } => self.learn(cx, from, 1),
                Looks { request: false, response: true } => {
                    self.learn(cx, from.other(), if exception { 2 } else { 1 });
                }
                _ => {}
            }
            if self.lean.abs() < PROVEN && looks.request != looks.response {
                return looks.request;
            }
        }
        if let Some(client) = self.told_client() {
            return client == from;
        }
        if exception || self.is_awaited(from, adu) {
            return false;
        }
        let of_port =
            [Side::A, Side::B].into_iter().find(|side| side.of(&cx.ports) == &PORT).map(Side::other);
        let both = cx.ports == [PORT; 2];
        let client = of_port.filter(|_| !both).or_else(|| cx.likely_client()).unwrap_or(from);
        *self.assumed.get_or_insert(client) == from
    }

    /// Who the client is as far as the bytes tell.
    const fn told_client(&self) -> Option<Side> {
        match self.lean {
            1.. => Some(Side::A),
            0 => None,
            ..0 => Some(Side::B),
        }
    }

    /// Whether a request of the other side waits for just this.
    fn is_awaited(&self, from: Side, adu: &Adu<'_>) -> bool {
        let repeats = Response::decode(adu.pdu).ok().and_then(|response| role::repeats(&response));
        self.pending.is_waiting(|key| key.is_of(from, adu) && key.fits(repeats))
    }

    /// A PDU tells that `client` is the client. If that changes what was thought, the requests that wait were
    /// answers to requests nobody captured.
    fn learn(&mut self, cx: &mut Context<'_>, client: Side, weight: i8) {
        let change = if client == Side::A { weight } else { -weight };
        self.lean = (self.lean + change).clamp(-SURE, SURE);
        let Some(client) = self.told_client() else { return };
        while let Some(answer) = self.pending.take_where(|key| key.from != client) {
            if let Ok(adu) = Adu::decode(&answer.bytes) {
                self.heard_server = true;
                self.report(cx, &Exchange::unasked(client, answer.moment, adu));
            }
            answer.free(cx.memory);
        }
    }

    fn asked(&mut self, cx: &mut Context<'_>, from: Side, adu: &Adu<'_>, bytes: &[u8]) {
        while let Some(request) = self.pending.take_older(cx.now, GIVEN_UP_NANOS) {
            self.report_unmet(cx, request);
        }
        let request = Request::decode(adu.pdu);
        if request.is_err() {
            let reason = "request does not fit its function";
            cx.problem(Self::LAYER, reason, Verdict::Malformed, bytes.len() as u64);
        }
        let expects = request.ok().and_then(|request| role::expects(&request));
        let (unit, transaction, function) = (adu.unit, adu.transaction, Function(adu.pdu.code));
        let key = Key { from, unit, function, transaction, expects, at: cx.now.time, given_up: false };
        for old in self.pending.keys_mut() {
            old.given_up |= key.gives_up(old);
        }
        if let Some(request) = self.pending.push(cx, key, bytes) {
            self.report_unmet(cx, request);
        }
    }

    fn answered(&mut self, cx: &mut Context<'_>, from: Side, adu: &Adu<'_>) {
        self.heard_server = true;
        let response = Response::decode(adu.pdu);
        if response.is_err() {
            let reason = "response does not fit its function";
            let bytes = adu.pdu.data.len() as u64;
            cx.problem(Self::LAYER, reason, Verdict::Malformed, bytes);
        }
        while let Some(request) = self.pending.take_where(|key| key.given_up) {
            self.report_unmet(cx, request);
        }
        let repeats = response.ok().and_then(|response| role::repeats(&response));
        let unasked = Exchange::unasked(from.other(), cx.now, *adu);
        let Some(request) = self.request_of(from, adu, repeats) else { return self.report(cx, &unasked) };
        if self.lean.abs() < SURE {
            self.learn(cx, from.other(), 1);
        }
        let Key { function, unit, .. } = request.key;
        let question = Adu::decode(&request.bytes).ok().map(|adu| adu.pdu);
        self.report(cx, &Exchange { function, unit, asked: Some(request.moment), question, ..unasked });
        request.free(cx.memory);
    }

    /// The oldest request this answers. One whose count or echo fits goes first, because transaction
    /// identifiers repeat; a unit other than the one asked is put up with, because gateways rewrite it.
    fn request_of(&mut self, from: Side, adu: &Adu<'_>, repeats: Option<u32>) -> Option<Waiting<Key>> {
        self.pending
            .take_where(|key| key.is_of(from, adu) && key.unit == adu.unit && key.fits(repeats))
            .or_else(|| self.pending.take_where(|key| key.is_of(from, adu) && key.unit == adu.unit))
            .or_else(|| self.pending.take_where(|key| key.is_of(from, adu) && key.fits(repeats)))
    }

    /// A request that is given up.
    fn report_unmet(&mut self, cx: &mut Context<'_>, request: Waiting<Key>) {
        let unmet = if request.key.given_up {
            request.superseded(self.heard_server)
        } else {
            request.unmet(cx.now, self.heard_server)
        };
        let Key { from: client, function, unit, transaction, .. } = request.key;
        let question = Adu::decode(&request.bytes).ok().map(|adu| adu.pdu);
        let (asked, answered) = (Some(request.moment), None);
        self.report(cx, &Exchange { client, function, unit, transaction, asked, question, answered, unmet });
        request.free(cx.memory);
    }

    fn report(&mut self, cx: &mut Context<'_>, exchange: &Exchange<'_>) {
        if cx.wanted.logs {
            log::exchange(cx, exchange);
        }
        if exchange.function == Function::UMAS {
            self.umas.report(cx, &exchange.as_umas());
        } else {
            ops::report(cx, exchange);
        }
    }
}

impl Key {
    /// Whether this request's answer, by what both must carry, may be this one from `answerer`.
    fn is_of(&self, answerer: Side, answer: &Adu<'_>) -> bool {
        (self.from, self.transaction, self.function)
            == (answerer.other(), answer.transaction, answer.pdu.function())
            && !self.given_up
    }

    /// Whether an answer that repeats this of its request may be this request's.
    fn fits(&self, repeats: Option<u32>) -> bool {
        self.expects.is_none() || repeats.is_none() || self.expects == repeats
    }

    /// Whether the client, by making this request, shows that it no longer waits for an older one.
    fn gives_up(&self, old: &Self) -> bool {
        (old.from, old.unit, old.transaction, old.function)
            == (self.from, self.unit, self.transaction, self.function)
            && self.at.since(old.at) > ASKED_AGAIN_NANOS
    }
}

/// Modbus over UDP: every datagram is one ADU.
#[derive(Debug)]
pub(super) struct Datagrams(pub(super) Modbus);

impl Conversation for Datagrams {
    fn data(&mut self, cx: &mut Context<'_>, from: Side, bytes: &[u8]) {
        match header(bytes) {
            Header::Whole(length) if length == bytes.len() => self.0.pdu(cx, from, bytes),
            Header::Wrong(reason) => {
                cx.problem(Modbus::LAYER, reason, Verdict::Malformed, bytes.len() as u64);
            }
            Header::Short | Header::Whole(_) => {
                let reason = "length is not the datagram's";
                cx.problem(Modbus::LAYER, reason, Verdict::Malformed, bytes.len() as u64);
            }
        }
    }

    fn gap(&mut self, cx: &mut Context<'_>, from: Side, bytes: u64) {
        self.0.lost(cx, from, bytes);
    }

    fn tick(&mut self, cx: &mut Context<'_>) -> Option<Timestamp> {
        self.0.tick(cx)
    }

    fn end(&mut self, cx: &mut Context<'_>) {
        self.0.end(cx);
    }

    fn protocol(&self) -> &'static str {
        self.0.protocol()
    }

    fn client(&self) -> Option<Side> {
        self.0.client()
    }

    fn carries(&self) -> DataClass {
        DataClass::ProcessValues
    }
}
