use crate::{Memory, Shared, identity};
use quaywatch_model::{
    Address, Attribute, Content, DataClass, Fact, LogLine, Moment, Note, Operation, Problem, Side, Subject,
    Timestamp, Topic, Transfer, Value, Verdict,
};
use std::cmp::Ordering;

/// Where a decoder reports what it understood.
pub trait Sink {
    /// A request with its answer.
    fn operation(&mut self, operation: &Operation<'_>);
    /// A program, image or file on the move.
    fn transfer(&mut self, transfer: &Transfer<'_>);
    /// Something that could not be read.
    fn problem(&mut self, problem: &Problem);
    /// Something about who somebody is.
    fn fact(&mut self, fact: &Fact<'_>);
    /// Something the conversation says of itself.
    fn note(&mut self, note: &Note<'_>);
    /// A piece of content: a file, a message body, the rows of a result.
    fn content(&mut self, content: &Content<'_>);
    /// A line of a log in Zeek's format.
    fn log(&mut self, line: &LogLine<'_>);
    /// What is told from now on was said at this moment, because it was kept since then. Otherwise it is said when the
    /// sink was handed over.
    fn said_at(&mut self, _: Moment) {}
}

/// What is asked for beside operations, so that nobody works for what nobody reads.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Wanted {
    /// Lines of logs in Zeek's format.
    pub logs: bool,
    /// The bytes of content. Without it a decoder may tell content without its bytes, and need not decompress.
    pub content: bool,
}

/// What a conversation is handed with every call: the time, hints, memory, and where to report.
pub struct Context<'a> {
    /// The packet that completed what is handed over.
    pub now: Moment,
    /// The addresses of side A and side B.
    pub addresses: [Address; 2],
    /// The transport ports of side A and side B; 0 where there are none. A hint, never a proof.
    pub ports: [u16; 2],
    /// Who opened the connection, where its beginning was captured. Whether that is who asks, content tells; only where
    /// it does not, this does (see [`Context::likely_client`]).
    pub opened: Option<Side>,
    /// What is asked for beside operations.
    pub wanted: Wanted,
    /// Bounded memory for what must be kept until later.
    pub memory: &'a mut Memory,
    /// What the protocol remembers across conversations.
    pub shared: &'a mut Shared,
    /// Where to report.
    pub sink: &'a mut dyn Sink,
}

impl Context<'_> {
    /// Who most likely asks where content leaves it open: who opened the connection, else who has the higher port.
    #[must_use]
    pub fn likely_client(&self) -> Option<Side> {
        let [a, b] = self.ports;
        self.opened.or(match a.cmp(&b) {
            Ordering::Greater => Some(Side::A),
            Ordering::Less => Some(Side::B),
            Ordering::Equal => None,
        })
    }

    /// Reports an operation, and what it says of who somebody is.
    pub fn operation(&mut self, operation: &Operation<'_>) {
        self.sink.operation(operation);
        identity::tell(self.sink, operation);
    }

    /// Reports a piece of a transfer.
    pub fn transfer(&mut self, transfer: &Transfer<'_>) {
        self.sink.transfer(transfer);
    }

    /// Reports something about who one side is. What is empty is not reported.
    pub fn fact(&mut self, about: Side, attribute: Attribute, value: &str) {
        self.fact_of(Subject::Side(about), attribute, value);
    }

    /// Reports something about who somebody is that the conversation speaks of. What is empty is not reported.
    pub fn fact_of(&mut self, about: Subject, attribute: Attribute, value: &str) {
        let value = value.trim_matches(|character: char| character == '\0' || character.is_whitespace());
        if !value.is_empty() {
            self.sink.fact(&Fact { about, attribute, value: Value::Text(value) });
        }
    }

    /// Reports something the conversation says of itself.
    pub fn note(&mut self, from: Side, topic: Topic, value: Value<'_>) {
        self.sink.note(&Note { from, topic, value });
    }

    /// Reports that so many payload bytes of one side are of this class, and are not to be looked into.
    pub fn carried(&mut self, from: Side, class: DataClass, wire_bytes: u64) {
        self.sink.content(&Content { from, class, wire_bytes, bytes: &[], ends: true });
    }

    /// Reports a piece of content.
    pub fn content(&mut self, content: &Content<'_>) {
        self.sink.content(content);
    }

    /// Reports a line of a log in Zeek's format; ask [`Wanted::logs`] first.
    pub fn log(&mut self, line: &LogLine<'_>) {
        self.sink.log(line);
    }

    /// Reports something that could not be read.
    pub fn problem(&mut self, layer: &'static str, reason: &'static str, verdict: Verdict, bytes: u64) {
        self.sink.problem(&Problem { layer, reason, verdict, bytes });
    }
}

/// One conversation of a recognised protocol: takes what was captured, in order, and reports what it means.
///
/// Total: any bytes, in any pieces, from either side, with any gaps. On a datagram transport every call to
/// [`data`](Self::data) is one whole datagram; on a stream it is the next bytes, however they were cut.
pub trait Conversation: Send {
    /// The next bytes from one side.
    fn data(&mut self, cx: &mut Context<'_>, from: Side, bytes: &[u8]);
    /// So many bytes from one side were sent but not captured; 0 where the number is not known.
    fn gap(&mut self, cx: &mut Context<'_>, from: Side, bytes: u64);
    /// Gives up, and reports, the requests that have waited longer than [`PATIENCE_NANOS`](crate::PATIENCE_NANOS).
    /// Tells when the next one will have; `None` while none waits. Who never keeps a request need not do anything.
    fn tick(&mut self, _: &mut Context<'_>) -> Option<Timestamp> {
        None
    }
    /// Nothing more will come. Reports what is still open and gives back all memory.
    fn end(&mut self, cx: &mut Context<'_>);
    /// Which protocol this has turned out to be. May become more precise as more is seen.
    fn protocol(&self) -> &'static str;
    /// Who is the client, as far as the content tells.
    fn client(&self) -> Option<Side>;
    /// The class of all payload bytes that are not told as content.
    fn carries(&self) -> DataClass {
        DataClass::Unknown
    }
}
