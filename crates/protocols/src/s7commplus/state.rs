use super::log;
use super::ops::{self, Asked, Exchange};
use super::wire::{Fragment, Function, Message};
use crate::{Context, Pending, Request};
use quaywatch_model::{Outcome, Side, Timestamp, Verdict};
use std::mem;

/// What the protocol makes us keep: messages that are not whole, and the requests that wait.
#[derive(Debug, Default)]
pub(crate) struct S7commPlus {
    client: Option<Side>,
    heard: [bool; 2],
    messages: [Unfinished; 2],
    pending: Pending<Key>,
    /// How many transactions are open, counted from that of a download.
    download_depth: u8,
    blocks: u64,
}

/// The longest message that is put together, in bytes. Blocks are compressed and end well below.
pub(super) const MAX_MESSAGE_BYTES: usize = 256 * 1024;

/// What is there of one side's message.
#[derive(Debug, Default)]
struct Unfinished {
    bytes: Vec<u8>,
    /// Its beginning is missing or it is too long: nothing is kept until it ends.
    lost: bool,
}

/// What a response repeats of its request, and who made it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Key {
    from: Side,
    function: Function,
    sequence: u16,
}

const LAYER: &str = "s7comm-plus";

impl S7commPlus {
    /// One user data unit of the transport.
    pub(crate) fn fragment(&mut self, cx: &mut Context<'_>, from: Side, unit: &[u8]) {
        let Ok(fragment) = Fragment::decode(unit) else {
            return cx.problem(LAYER, "fragment does not decode", Verdict::Malformed, unit.len() as u64);
        };
        *from.of_mut(&mut self.heard) = true;
        if !fragment.version.has_messages() {
            return;
        }
        let message = from.of_mut(&mut self.messages);
        if message.lost {
            message.lost = !fragment.last;
            let passed = fragment.body.len() as u64;
            return cx.problem(LAYER, "rest of a lost message", Verdict::Incomplete, passed);
        }
        if message.bytes.is_empty() && cx.wanted.logs {
            log::begun(cx, from, fragment.version, fragment.body);
        }
        if message.bytes.is_empty() && fragment.last {
            return self.message(cx, from, fragment.body);
        }
        let mut joined = mem::take(&mut message.bytes);
        let fits = joined.len() + fragment.body.len() <= MAX_MESSAGE_BYTES;
        if !fits || !cx.memory.append(&mut joined, fragment.body) {
            let dropped = (joined.len() + fragment.body.len()) as u64;
            message.lost = !fragment.last;
            cx.memory.free(joined);
            return cx.problem(LAYER, "message too long", Verdict::Limit, dropped);
        }
        if fragment.last {
            self.message(cx, from, &joined);
            cx.memory.free(joined);
        } else {
            message.bytes = joined;
        }
    }

    /// Bytes from this side were not captured.
    pub(crate) fn lost(&mut self, cx: &mut Context<'_>, from: Side) {
        self.pending.answers_lost();
        let message = from.of_mut(&mut self.messages);
        if !message.bytes.is_empty() {
            message.lost = true;
            let cut = mem::take(&mut message.bytes);
            cx.problem(LAYER, "message cut short", Verdict::Incomplete, cut.len() as u64);
            cx.memory.free(cut);
        }
    }

    /// As [`Conversation::tick`](crate::Conversation::tick).
    pub(crate) fn tick(&mut self, cx: &mut Context<'_>) -> Option<Timestamp> {
        while let Some(request) = self.pending.take_overdue(cx.now) {
            self.unmet(cx, request);
        }
        self.pending.due()
    }

    /// Nothing more will come.
    pub(crate) fn end(&mut self, cx: &mut Context<'_>) {
        self.lost_at_end(cx);
        while let Some(request) = self.pending.take_any() {
            self.unmet(cx, request);
        }
    }

    /// Who asks, as far as the content tells.
    pub(crate) const fn client(&self) -> Option<Side> {
        self.client
    }

    fn lost_at_end(&mut self, cx: &mut Context<'_>) {
        for message in &mut self.messages {
            let cut = mem::take(&mut message.bytes);
            if !cut.is_empty() {
                cx.problem(LAYER, "message cut short", Verdict::Incomplete, cut.len() as u64);
            }
            cx.memory.free(cut);
        }
    }

    fn message(&mut self, cx: &mut Context<'_>, from: Side, bytes: &[u8]) {
        match Message::decode(bytes) {
            Ok(Some(Message::Request { function, sequence, .. })) => {
                self.client = Some(from);
                let key = Key { from, function, sequence };
                if let Some(gave_way) = self.pending.push(cx, key, bytes) {
                    self.unmet(cx, gave_way);
                }
            }
            Ok(Some(Message::Response { function, sequence, payload, .. })) => {
                let client = from.other();
                self.client = Some(client);
                let request = self.pending.take(&Key { from: client, function, sequence });
                self.finish(cx, client, function, request, Some(payload), Outcome::Accepted);
            }
            Ok(Some(Message::Notification { subscription, .. })) => {
                self.client = self.client.or(Some(from.other()));
                ops::notification(cx, from.other(), subscription);
            }
            Ok(None) => {
                cx.problem(LAYER, "unknown opcode", Verdict::Unsupported, bytes.len() as u64);
            }
            Err(_) => {
                cx.problem(LAYER, "message does not decode", Verdict::Malformed, bytes.len() as u64);
            }
        }
    }

    /// Reports a request that is over, with its response or without.
    fn finish(
        &mut self,
        cx: &mut Context<'_>,
        client: Side,
        function: Function,
        request: Option<Request<Key>>,
        answered: Option<&[u8]>,
        unmet: Outcome,
    ) {
        let asked = request.as_ref().and_then(|request| match Message::decode(&request.bytes) {
            Ok(Some(Message::Request { session, payload, .. })) => {
                Some(Asked { moment: request.moment, session, payload })
            }
            _ => None,
        });
        let answered = answered.map(|payload| (cx.now, payload));
        let exchange = Exchange { function, asked, answered, unmet, downloading: self.download_depth > 0 };
        ops::report(cx, client, &exchange);
        match function {
            Function::BEGIN_SEQUENCE if self.download_depth > 0 || exchange.begins_download() => {
                self.download_depth = self.download_depth.saturating_add(1);
            }
            Function::END_SEQUENCE => self.download_depth = self.download_depth.saturating_sub(1),
            Function::CREATE_OBJECT => ops::transfer(cx, client, &exchange, &mut self.blocks),
            _ => {}
        }
        if let Some(request) = request {
            request.free(cx.memory);
        }
    }

    /// A request that is given up.
    fn unmet(&mut self, cx: &mut Context<'_>, request: Request<Key>) {
        let Key { from, function, .. } = request.key;
        let outcome = request.unmet(cx.now, *from.other().of(&self.heard));
        self.finish(cx, from, function, Some(request), None, outcome);
    }
}
