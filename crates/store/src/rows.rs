use crate::clock::Clock;
use crate::conversation::ConversationRow;
use crate::found_in::FoundIn;
use crate::handshake::HandshakeRow;
use crate::json::{self, Bound};
use crate::part::Part;
use crate::problems::Problems;
use crate::{Label, StoreError, TableName};
use quaywatch_model::{FinishedTransfer, Item, Moment, Operation, Origins, Problem, Side, Timestamp, Value};
use std::borrow::Cow;
use std::sync::Arc;

/// A row that has grown to so many bytes takes no more items, values or steps and says `"truncated":true`. A
/// reply that lists a whole controller stays whole; a peer cannot make a line that no reader can hold.
pub const ROW_LIMIT_BYTES: usize = 1024 * 1024;

/// How many bytes of rows a worker keeps in memory until their order is known. Twice as many may wait, for all
/// workers together, for what other workers have yet to tell. At the limit, rows go to disk before their time.
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    /// For `operations`.
    pub operations_bytes: usize,
    /// For `conversations`.
    pub conversations_bytes: usize,
    /// For each of the other tables.
    pub other_bytes: usize,
}

impl Default for Limits {
    /// A quarter of 4 MiB is some 3,000 operations: more than are ever under way at once, so that an answer comes
    /// before its request's row is written. The other tables have fewer rows.
    fn default() -> Self {
        let mebi = 1024 * 1024;
        Self { operations_bytes: 4 * mebi, conversations_bytes: mebi, other_bytes: mebi }
    }
}

/// A value of a tag.
#[derive(Clone, Copy)]
pub struct TagSample<'a> {
    /// The crane it is of.
    pub crane: Option<&'a str>,
    /// The tag's name.
    pub tag: &'a str,
    /// Its value, scaled.
    pub value: Value<'a>,
    /// The unit of the value.
    pub unit: Option<&'a str>,
}

/// Where one worker writes its rows.
///
/// Telling a row cannot fail: the first error is kept, later rows are dropped, and
/// [`Store::finish`](crate::Store::finish) gives the error. A long-running worker may ask [`failed`](Self::failed).
#[derive(Debug)]
pub struct Rows {
    clock: Clock,
    found_in: FoundIn,
    operations: Part,
    conversations: Part,
    handshakes: Part,
    transfers: Part,
    problems: Part,
    tags: Part,
    counts: Problems,
    error: Option<StoreError>,
}

impl Rows {
    /// For one more worker on these tables, which are in the order of [`TableName::ALL`].
    pub(crate) fn new(
        [conversations, operations, handshakes, transfers, problems, tags]: [Part; 6],
        origins: Option<Arc<Origins>>,
    ) -> Self {
        Self {
            clock: Clock::default(),
            found_in: FoundIn::of(origins),
            operations,
            conversations,
            handshakes,
            transfers,
            problems,
            tags,
            counts: Problems::default(),
            error: None,
        }
    }

    /// Whether something could not be written, so that going on is of no use.
    #[must_use]
    pub const fn failed(&self) -> bool {
        self.error.is_some()
    }

    /// How many bytes are held in memory for rows that this worker has not handed on.
    #[must_use]
    pub fn held_bytes(&self) -> usize {
        let parts = [
            &self.operations,
            &self.conversations,
            &self.handshakes,
            &self.transfers,
            &self.problems,
            &self.tags,
        ];
        parts.into_iter().map(Part::held_bytes).sum::<usize>()
    }

    /// Promises that this worker tells no operation any more that belongs before `time`, so that what it has told
    /// of earlier times can be written. A promise that is not kept costs a second pass over the table.
    pub fn promise(&mut self, time: Timestamp) {
        if self.error.is_none() {
            self.error = self.operations.promise(time.nanos()).err();
        }
    }

    /// Tells an operation of a conversation.
    #[inline]
    pub fn operation(&mut self, label: &Label, protocol: &'static str, operation: &Operation<'_>) {
        self.row(TableName::Operations, operation.moment(), label.order(), 0, |out, clock, found_in| {
            push_operation(out, clock, found_in, label, protocol, operation);
        });
    }

    /// Tells a conversation that is over.
    pub fn conversation(&mut self, row: &ConversationRow<'_>) {
        self.row(TableName::Conversations, row.start, row.label.order(), 0, |out, clock, _| {
            row.push(out, clock);
        });
    }

    /// Tells the handshake of a conversation that is over.
    pub fn handshake(&mut self, row: &HandshakeRow<'_>) {
        self.row(TableName::Handshakes, row.start, row.label.order(), 0, |out, _, found_in| {
            row.push(out, found_in);
        });
    }

    /// Tells a transfer that is over.
    pub fn transfer(&mut self, label: &Label, protocol: &'static str, transfer: &FinishedTransfer) {
        self.row(TableName::Transfers, transfer.start, label.order(), 0, |out, clock, _| {
            push_transfer(out, clock, label, protocol, transfer);
        });
    }

    /// Tells a value of a tag that an operation carried.
    pub fn tag(
        &mut self,
        label: &Label,
        protocol: &'static str,
        operation: &Operation<'_>,
        sample: &TagSample<'_>,
    ) {
        let at = operation.reply.unwrap_or_else(|| operation.moment());
        self.row(TableName::Tags, at, label.order(), 0, |out, clock, found_in| {
            out.extend_from_slice(b"{\"time\":\"");
            clock.push(out, at.time);
            out.extend_from_slice(b"\",");
            if let Some(crane) = sample.crane {
                out.extend_from_slice(b"\"crane\":");
                json::push_str(out, crane);
                out.push(b',');
            }
            out.extend_from_slice(b"\"tag\":");
            json::push_str(out, sample.tag);
            out.extend_from_slice(b",\"value\":");
            json::push_value(out, sample.value, &mut Bound::at(out.len() + ROW_LIMIT_BYTES));
            if let Some(unit) = sample.unit {
                out.extend_from_slice(b",\"unit\":");
                json::push_str(out, unit);
            }
            out.extend_from_slice(b",\"verb\":\"");
            out.extend_from_slice(operation.verb.as_str().as_bytes());
            out.extend_from_slice(b"\",");
            label.push(out, operation.client);
            push_protocol(out, protocol);
            push_frames(out, found_in, operation);
            out.push(b'}');
        });
    }

    /// Tells something that could not be read: in the frame `at`. The conversation, if one is known, is asked for
    /// only where a row is written: of many problems of one kind only the first have one.
    pub fn problem<'a>(
        &mut self,
        at: Moment,
        problem: &Problem,
        label: impl FnOnce() -> Option<Cow<'a, Label>>,
    ) {
        if let Some(class) = self.counts.count(at, problem) {
            let label = label();
            let label = label.as_deref();
            let order = label.map_or(0, Label::order);
            self.row(TableName::Problems, at, order, class, |out, _, found_in| {
                push_problem(out, found_in, label, at, problem);
            });
        }
    }

    #[inline]
    fn row(
        &mut self,
        name: TableName,
        at: Moment,
        order: u64,
        class: u32,
        push: impl FnOnce(&mut Vec<u8>, &mut Clock, &mut FoundIn),
    ) {
        if self.error.is_some() {
            return;
        }
        let part = match name {
            TableName::Operations => &mut self.operations,
            TableName::Conversations => &mut self.conversations,
            TableName::Handshakes => &mut self.handshakes,
            TableName::Transfers => &mut self.transfers,
            TableName::Problems => &mut self.problems,
            TableName::Tags => &mut self.tags,
        };
        let text = part.text();
        let start = text.len();
        push(text, &mut self.clock, &mut self.found_in);
        if part.end_row(start, at, order, class) {
            self.error = part.make_room().err();
        }
    }

    /// Hands on all that is left: nothing more is told. [`Store::finish`](crate::Store::finish) does it, too; who has
    /// something else to do meanwhile does it before.
    pub fn close(&mut self) {
        let parts = [
            &mut self.operations,
            &mut self.conversations,
            &mut self.handshakes,
            &mut self.transfers,
            &mut self.problems,
            &mut self.tags,
        ];
        for part in parts {
            if self.error.is_none() {
                self.error = part.promise(i64::MAX).err();
            }
        }
    }

    /// Closes it, and gives the counts of problems.
    pub(crate) fn finish(mut self) -> Result<Problems, StoreError> {
        self.close();
        self.error.map_or(Ok(self.counts), Err)
    }
}

fn push_operation(
    out: &mut Vec<u8>,
    clock: &mut Clock,
    found_in: &mut FoundIn,
    label: &Label,
    protocol: &'static str,
    operation: &Operation<'_>,
) {
    let mut bound = Bound::at(out.len() + ROW_LIMIT_BYTES);
    out.extend_from_slice(b"{\"time\":\"");
    clock.push(out, operation.moment().time);
    out.extend_from_slice(b"\",");
    label.push(out, operation.client);
    push_protocol(out, protocol);
    out.extend_from_slice(b",\"verb\":\"");
    out.extend_from_slice(operation.verb.as_str().as_bytes());
    out.extend_from_slice(b"\",\"function\":");
    json::push_coded(out, operation.function);
    push_via(out, operation, &mut bound);
    push_items(out, operation, &mut bound);
    out.extend_from_slice(b",\"outcome\":\"");
    out.extend_from_slice(operation.outcome.as_str().as_bytes());
    out.push(b'"');
    if let Some(code) = operation.code {
        out.extend_from_slice(b",\"code\":");
        json::push_coded(out, code);
    }
    if let Some(bytes) = operation.bytes {
        out.extend_from_slice(b",\"bytes\":");
        json::push_unsigned(out, bytes);
    }
    if let Some(unit) = operation.unit {
        out.extend_from_slice(b",\"unit\":");
        json::push_unsigned(out, u64::from(unit));
    }
    push_frames(out, found_in, operation);
    if bound.cut() {
        out.extend_from_slice(b",\"truncated\":true");
    }
    out.push(b'}');
}

/// The names of protocols are this program's own and need no escape.
#[inline]
fn push_protocol(out: &mut Vec<u8>, protocol: &'static str) {
    out.extend_from_slice(b",\"protocol\":\"");
    out.extend_from_slice(protocol.as_bytes());
    out.push(b'"');
}

/// The request's frame and the answer's, as far as they were captured.
fn push_frames(out: &mut Vec<u8>, found_in: &mut FoundIn, operation: &Operation<'_>) {
    let (request, reply) = (operation.request, operation.reply);
    let both = [request, reply].map(|at| at.map_or(0, |at| at.frame));
    let frames = match (request, reply) {
        (Some(_), Some(_)) => &both[..],
        (Some(_), None) => &both[..1],
        (None, Some(_)) => &both[1..],
        (None, None) => &[],
    };
    out.extend_from_slice(b",\"frames\":[");
    for (nth, frame) in frames.iter().enumerate() {
        if nth > 0 {
            out.push(b',');
        }
        json::push_unsigned(out, *frame);
    }
    out.push(b']');
    found_in.push(out, frames);
}

fn push_via(out: &mut Vec<u8>, operation: &Operation<'_>, bound: &mut Bound) {
    let mut list = Listed::new(out, b",\"via\":");
    operation.via.each(&mut |step| {
        if let Some(out) = list.member(bound) {
            json::push_display(out, step, bound);
        }
    });
    list.close();
}

fn push_items(out: &mut Vec<u8>, operation: &Operation<'_>, bound: &mut Bound) {
    let mut list = Listed::new(out, b",\"items\":");
    operation.items.each(&mut |item| {
        if let Some(out) = list.member(bound) {
            push_item(out, &item, bound);
        }
    });
    list.close();
}

fn push_item(out: &mut Vec<u8>, item: &Item<'_>, bound: &mut Bound) {
    out.extend_from_slice(b"{\"object\":");
    json::push_display(out, item.object, bound);
    if let Some(tag) = item.tag {
        out.extend_from_slice(b",\"tag\":");
        json::push_display(out, tag, bound);
    }
    let mut value = |key: &[u8], value: Option<Value<'_>>| {
        if let Some(value) = value {
            out.extend_from_slice(key);
            json::push_value(out, value, bound);
        }
    };
    value(b",\"value\":", item.value);
    value(b",\"previous\":", item.previous);
    if let Some(code) = item.code {
        out.extend_from_slice(b",\"code\":");
        json::push_coded(out, code);
    }
    out.push(b'}');
}

/// A key with an array, both left out where there is no member.
struct Listed<'a> {
    out: &'a mut Vec<u8>,
    key: &'static [u8],
    empty: bool,
}

impl<'a> Listed<'a> {
    const fn new(out: &'a mut Vec<u8>, key: &'static [u8]) -> Self {
        Self { out, key, empty: true }
    }

    /// The buffer, ready for the next member, unless the row is full.
    fn member(&mut self, bound: &mut Bound) -> Option<&mut Vec<u8>> {
        if !bound.admits(self.out) {
            return None;
        }
        if std::mem::take(&mut self.empty) {
            self.out.extend_from_slice(self.key);
            self.out.push(b'[');
        } else {
            self.out.push(b',');
        }
        Some(self.out)
    }

    fn close(self) {
        if !self.empty {
            self.out.push(b']');
        }
    }
}

fn push_transfer(
    out: &mut Vec<u8>,
    clock: &mut Clock,
    label: &Label,
    protocol: &'static str,
    transfer: &FinishedTransfer,
) {
    out.extend_from_slice(b"{\"start\":\"");
    clock.push(out, transfer.start.time);
    out.extend_from_slice(b"\",\"end\":\"");
    clock.push(out, transfer.end.time);
    out.extend_from_slice(b"\",");
    label.push(out, transfer.client);
    push_protocol(out, protocol);
    let mut text = |key: &[u8], text: Option<&str>| {
        if let Some(text) = text {
            out.extend_from_slice(key);
            json::push_str(out, text);
        }
    };
    text(b",\"kind\":", Some(transfer.kind.as_str()));
    text(b",\"direction\":", Some(transfer.direction.as_str()));
    text(b",\"name\":", transfer.name.as_deref());
    text(b",\"block_type\":", transfer.block_type.as_deref());
    text(b",\"mime_type\":", transfer.mime_type);
    let mut number = |key: &[u8], number: Option<u64>| {
        if let Some(number) = number {
            out.extend_from_slice(key);
            json::push_unsigned(out, number);
        }
    };
    number(b",\"block_number\":", transfer.block_number.map(u64::from));
    number(b",\"bytes\":", Some(transfer.bytes));
    number(b",\"missing_bytes\":", (transfer.missing_bytes > 0).then_some(transfer.missing_bytes));
    let complete: &[u8] = if transfer.complete { b",\"complete\":true" } else { b",\"complete\":false" };
    out.extend_from_slice(complete);
    if let Some(sha256) = &transfer.sha256 {
        out.extend_from_slice(b",\"sha256\":");
        json::push_hex(out, sha256);
    }
    if let Some(carved) = &transfer.carved {
        out.extend_from_slice(b",\"carved\":");
        json::push_str(out, carved);
    }
    out.push(b'}');
}

fn push_problem(
    out: &mut Vec<u8>,
    found_in: &mut FoundIn,
    label: Option<&Label>,
    at: Moment,
    problem: &Problem,
) {
    out.push(b'{');
    if at.frame > 0 {
        out.extend_from_slice(b"\"frame\":");
        json::push_unsigned(out, at.frame);
        out.push(b',');
    }
    if let Some(label) = label {
        out.extend_from_slice(b"\"uid\":\"");
        out.extend_from_slice(label.uid().as_bytes());
        out.extend_from_slice(b"\",");
    }
    out.extend_from_slice(b"\"layer\":");
    json::push_str(out, problem.layer);
    out.extend_from_slice(b",\"reason\":");
    json::push_str(out, problem.reason);
    out.extend_from_slice(b",\"verdict\":\"");
    out.extend_from_slice(problem.verdict.as_str().as_bytes());
    out.push(b'"');
    if problem.bytes > 0 {
        out.extend_from_slice(b",\"bytes\":");
        json::push_unsigned(out, problem.bytes);
    }
    if at.frame > 0 {
        found_in.push(out, &[at.frame]);
    }
    out.push(b'}');
}

/// A MAC address as people write it, with quotes.
pub(crate) fn push_mac(out: &mut Vec<u8>, mac: [u8; 6]) {
    let mut separator = b'"';
    for byte in mac {
        out.push(separator);
        json::push_hex_digits(out, byte);
        separator = b':';
    }
    out.push(b'"');
}

/// The pair as (client's, server's).
pub(crate) const fn by_role<T: Copy>(client: Side, pair: [T; 2]) -> [T; 2] {
    [*client.of(&pair), *client.other().of(&pair)]
}
