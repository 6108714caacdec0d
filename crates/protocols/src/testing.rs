//! For tests and fuzz targets: a sink that writes down what it is told, and ways to play bytes to a decoder.

#[cfg(test)]
pub(crate) mod captures;
#[cfg(test)]
pub(crate) mod compare;
mod fuzz;
#[cfg(test)]
mod guests;
#[cfg(all(test, unix))]
mod hostile;
pub mod polls;
#[cfg(test)]
pub(crate) mod spoken;
#[cfg(test)]
pub(crate) mod zeek;

pub use fuzz::{fuzz_conversation, fuzz_framed};

use crate::{
    Context, Conversation, Memory, Probe, Protocol, Recogniser, Recognition, Shared, Sink, Transport, Wanted,
};
use quaywatch_model::{
    Address, Content, Fact, LogLine, Moment, Note, Operation, Problem, Side, Subject, Timestamp, Transfer,
    Value,
};
use std::fmt::Write;

/// The addresses of side A and side B in tests.
pub const ADDRESSES: [Address; 2] = [Address::v4([10, 0, 0, 1]), Address::v4([10, 0, 0, 2])];

/// Writes down everything a decoder reports, as text that tests can compare.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub struct Recorder {
    /// `A: Write write_single_register (0x06) unit 1: holding 100 = 7 -> accepted`; the letter is the client.
    pub operations: Vec<String>,
    /// The request's and the answer's frame of each operation, 0 where there was none.
    pub frames: Vec<(u64, u64)>,
    /// `begin 1 program to_device by A OB 1 "name"`, `data 1 010203`, `missing 1 5`, `end 1 complete`.
    /// Adjoining data of one transfer is one line, so that segmentation does not show.
    pub transfers: Vec<String>,
    /// `modbus: length out of bounds (malformed)`.
    pub problems: Vec<String>,
    /// `A name: "STS07"`, `10.0.0.7 mac: "00:1b:1b:01:02:03"`.
    pub facts: Vec<String>,
    /// `A server_name: "plc.example"`.
    pub notes: Vec<String>,
    /// `A files 12/12 "text of it", ends`: the class, the bytes on the wire, the bytes told, and these as text.
    /// Adjoining pieces of one class are one line.
    pub contents: Vec<String>,
    /// `A http.log: GET - 200 ...`: who sent it, the log and its values, `-` for those that are absent.
    pub logs: Vec<String>,
    /// The same as Zeek writes it: the log's name, then `column=value`.
    pub zeek: Vec<Vec<String>>,
    content: Option<OpenContent>,
}

/// Content of which not all was told yet.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
struct OpenContent {
    head: String,
    wire_bytes: u64,
    bytes: Vec<u8>,
}

impl OpenContent {
    fn add(&mut self, content: &Content<'_>) {
        self.wire_bytes += content.wire_bytes;
        self.bytes.extend_from_slice(content.bytes);
    }

    fn line(&self, ends: bool) -> String {
        let text = String::from_utf8_lossy(&self.bytes);
        let end = if ends { ", ends" } else { "" };
        format!("{} {}/{} {text:?}{end}", self.head, self.wire_bytes, self.bytes.len())
    }
}

impl Recorder {
    /// Writes down content that did not say that it ended.
    pub(crate) fn close(&mut self) {
        self.contents.extend(self.content.take().map(|open| open.line(false)));
    }
}

impl Sink for Recorder {
    fn operation(&mut self, operation: &Operation<'_>) {
        self.operations.push(format!("{:?}: {operation}", operation.client));
        let frame = |moment: Option<Moment>| moment.map_or(0, |moment| moment.frame);
        self.frames.push((frame(operation.request), frame(operation.reply)));
    }

    fn transfer(&mut self, transfer: &Transfer<'_>) {
        let mut line = String::new();
        let _ = match *transfer {
            Transfer::Begin { id, kind, direction, client, name, block_type, block_number } => {
                let _ = write!(line, "begin {id} {} {} by {client:?}", kind.as_str(), direction.as_str());
                let _ = block_type.map_or(Ok(()), |block| write!(line, " {block}"));
                let _ = block_number.map_or(Ok(()), |number| write!(line, " {number}"));
                name.map_or(Ok(()), |name| write!(line, " {:?}", name.to_string()))
            }
            Transfer::Data { id, bytes } => {
                let head = format!("data {id} ");
                if let Some(last) = self.transfers.last_mut().filter(|last| last.starts_with(&head)) {
                    bytes.iter().for_each(|byte| last.push_str(&format!("{byte:02x}")));
                    return;
                }
                line.push_str(&head);
                bytes.iter().try_for_each(|byte| write!(line, "{byte:02x}"))
            }
            Transfer::Missing { id, bytes } => write!(line, "missing {id} {bytes}"),
            Transfer::End { id, complete } => {
                write!(line, "end {id} {}", if complete { "complete" } else { "incomplete" })
            }
        };
        self.transfers.push(line);
    }

    fn problem(&mut self, problem: &Problem) {
        let Problem { layer, reason, verdict, .. } = problem;
        self.problems.push(format!("{layer}: {reason} ({})", verdict.as_str()));
    }

    fn fact(&mut self, fact: &Fact<'_>) {
        let about = match fact.about {
            Subject::Side(side) => format!("{side:?}"),
            Subject::Address(address) => address.to_string(),
        };
        self.facts.push(format!("{about} {}: {}", fact.attribute.as_str(), fact.value));
    }

    fn note(&mut self, note: &Note<'_>) {
        self.notes.push(format!("{:?} {}: {}", note.from, note.topic.as_str(), note.value));
    }

    fn content(&mut self, content: &Content<'_>) {
        let head = format!("{:?} {}", content.from, content.class.as_str());
        match &mut self.content {
            Some(open) if open.head == head => open.add(content),
            open => {
                let mut new = OpenContent { head, ..OpenContent::default() };
                new.add(content);
                self.contents.extend(open.replace(new).map(|open| open.line(false)));
            }
        }
        if content.ends {
            self.contents.extend(self.content.take().map(|open| open.line(true)));
        }
    }

    fn log(&mut self, line: &LogLine<'_>) {
        let mut text = format!("{:?} {}.log:", line.from, line.log.name);
        let mut count = 0;
        line.values.each(&mut |value| {
            count += 1;
            match value {
                Some(value) => text.push_str(&format!(" {value}")),
                None => text.push_str(" -"),
            }
        });
        assert_eq!(count, line.log.columns.len(), "a value for each column of {}", line.log.name);
        self.logs.push(text);
        let mut columns = line.log.columns.iter();
        let mut row = vec![line.log.name.to_owned()];
        line.values.each(&mut |value| {
            let name = columns.next().map_or("", |column| column.name);
            row.push(format!("{name}={}", value.map_or("-".into(), zeek_value)));
        });
        self.zeek.push(row);
    }
}

/// A value as Zeek writes it, not escaped.
fn zeek_value(value: Value<'_>) -> String {
    match value {
        Value::Bool(true) => "T".into(),
        Value::Bool(false) => "F".into(),
        Value::Text("") => "(empty)".into(),
        Value::Text(text) => text.into(),
        Value::List(list) => {
            let mut told = Vec::new();
            list.each(&mut |value| told.push(zeek_value(value)));
            if told.is_empty() { "(empty)".into() } else { told.join(",") }
        }
        other => other.to_string(),
    }
}

/// Plays bytes to one conversation. Every call is a frame of its own, one millisecond after the last.
pub struct Player<S = Recorder> {
    conversation: Box<dyn Conversation>,
    ports: [u16; 2],
    opened: Option<Side>,
    frame: u64,
    memory: Memory,
    pub(crate) shared: Shared,
    /// What was reported so far.
    pub heard: S,
}

impl<S: Sink + Default> Player<S> {
    fn start(protocol: &Protocol, transport: Transport, ports: [u16; 2]) -> Self {
        let probe = Probe { transport, ports, from: Side::A, bytes: &[], answer: &[], expected: None };
        Self { ports, ..Self::of((protocol.start)(&probe)) }
    }

    pub(crate) fn of(conversation: Box<dyn Conversation>) -> Self {
        Self {
            conversation,
            ports: [0; 2],
            opened: None,
            frame: 0,
            memory: Memory::new(16 << 20),
            shared: Shared::default(),
            heard: S::default(),
        }
    }

    /// The connection's beginning was captured: this side opened it.
    pub const fn opened_by(&mut self, side: Side) -> &mut Self {
        self.opened = Some(side);
        self
    }

    /// Bytes from one side.
    pub fn say(&mut self, from: Side, bytes: &[u8]) -> &mut Self {
        self.with(|conversation, cx| conversation.data(cx, from, bytes))
    }

    /// Bytes from one side that were not captured.
    pub fn lose(&mut self, from: Side, bytes: u64) -> &mut Self {
        self.with(|conversation, cx| conversation.gap(cx, from, bytes))
    }

    /// Lets packet time pass.
    pub fn wait_seconds(&mut self, seconds: u64) -> &mut Self {
        self.frame += seconds * 1000;
        self
    }

    /// Lets what is overdue be given up. Tells whether something still waits.
    pub fn tick(&mut self) -> bool {
        let mut waits = false;
        self.with(|conversation, cx| waits = conversation.tick(cx).is_some());
        waits
    }

    /// Ends the conversation, which gives back all memory.
    fn finish(&mut self) {
        self.with(|conversation, cx| conversation.end(cx));
        assert_eq!(self.memory.held_bytes(), 0, "all memory must be given back at the end");
    }

    /// How many bytes the conversation holds now.
    #[must_use]
    pub const fn held_bytes(&self) -> usize {
        self.memory.held_bytes()
    }

    /// The conversation itself.
    #[must_use]
    pub fn conversation(&self) -> &dyn Conversation {
        self.conversation.as_ref()
    }

    fn with(&mut self, act: impl FnOnce(&mut dyn Conversation, &mut Context<'_>)) -> &mut Self {
        self.frame += 1;
        let time = Timestamp::from_nanos(self.frame as i64 * 1_000_000);
        let mut cx = Context {
            now: Moment { time, frame: self.frame },
            addresses: ADDRESSES,
            ports: self.ports,
            opened: self.opened,
            wanted: Wanted { logs: true, content: true },
            memory: &mut self.memory,
            shared: &mut self.shared,
            sink: &mut self.heard,
        };
        act(self.conversation.as_mut(), &mut cx);
        self
    }
}

impl Player {
    /// Begins a conversation of `protocol` between these ports (side A's, side B's).
    #[must_use]
    pub fn new(protocol: &Protocol, transport: Transport, ports: [u16; 2]) -> Self {
        Self::start(protocol, transport, ports)
    }

    /// Ends the conversation and gives what was reported.
    pub fn end(&mut self) -> Recorder {
        self.finish();
        self.heard.close();
        std::mem::take(&mut self.heard)
    }
}

/// Plays whole turns, one frame each, and ends.
#[must_use]
pub fn play(protocol: &Protocol, transport: Transport, ports: [u16; 2], turns: &[(Side, &[u8])]) -> Recorder {
    let mut player = Player::new(protocol, transport, ports);
    for &(from, bytes) in turns {
        player.say(from, bytes);
    }
    player.end()
}

/// Plays whole turns, one frame each, to a conversation that has to be recognised first, and ends it. Empty where
/// nobody is certain.
#[must_use]
pub fn play_unknown(transport: Transport, ports: [u16; 2], turns: &[(Side, &[u8])]) -> Recorder {
    let mut player =
        Player::of(Box::new(Unknown { transport, recogniser: Recogniser::default(), found: None }));
    player.ports = ports;
    for &(from, bytes) in turns {
        player.say(from, bytes);
    }
    player.end()
}

/// What the sensor does with a conversation of which no protocol is known.
struct Unknown {
    transport: Transport,
    recogniser: Recogniser,
    found: Option<Box<dyn Conversation>>,
}

impl Conversation for Unknown {
    fn data(&mut self, cx: &mut Context<'_>, from: Side, bytes: &[u8]) {
        if self.found.is_none()
            && let Recognition::Found(mut found) = self.recogniser.show(cx, self.transport, from, bytes)
        {
            self.recogniser.replay(cx, found.as_mut());
            self.found = Some(found);
        }
        if let Some(found) = &mut self.found {
            found.data(cx, from, bytes);
        }
    }

    fn gap(&mut self, cx: &mut Context<'_>, from: Side, bytes: u64) {
        match &mut self.found {
            Some(found) => found.gap(cx, from, bytes),
            None => self.recogniser.gap(cx.memory, from),
        }
    }

    fn end(&mut self, cx: &mut Context<'_>) {
        self.recogniser.forget(cx.memory);
        if let Some(found) = &mut self.found {
            found.end(cx);
        }
    }

    fn protocol(&self) -> &'static str {
        self.found.as_ref().map_or("unknown", |found| found.protocol())
    }

    fn client(&self) -> Option<Side> {
        self.found.as_ref().and_then(|found| found.client())
    }
}

/// Plays the same turns of a byte stream, each cut into pieces of the lengths in `cuts`, over and over.
#[must_use]
pub fn play_cut(protocol: &Protocol, ports: [u16; 2], turns: &[(Side, &[u8])], cuts: &[usize]) -> Recorder {
    let mut player = Player::new(protocol, Transport::Tcp, ports);
    let mut lengths = cuts.iter().copied().map(|cut| cut.max(1)).cycle();
    for &(from, mut bytes) in turns {
        while !bytes.is_empty() {
            let length = lengths.next().unwrap_or(bytes.len());
            let (piece, rest) = bytes.split_at_checked(length).unwrap_or((bytes, &[]));
            player.say(from, piece);
            bytes = rest;
        }
    }
    player.end()
}
