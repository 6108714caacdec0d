use crate::{Memory, Shared};
use quaywatch_model::{Moment, Operation, Problem, Side, Transfer, Verdict};

/// Where a decoder reports what it understood.
pub trait Sink {
    /// A request with its answer.
    fn operation(&mut self, operation: &Operation<'_>);
    /// A program, image or file on the move.
    fn transfer(&mut self, transfer: &Transfer<'_>);
    /// Something that could not be read.
    fn problem(&mut self, problem: &Problem);
}

/// What a conversation is handed with every call: the time, hints, memory, and where to report.
pub struct Context<'a> {
    /// The packet that completed what is handed over.
    pub now: Moment,
    /// The transport ports of side A and side B; 0 where there are none. A hint, never a proof.
    pub ports: [u16; 2],
    /// Bounded memory for what must be kept until later.
    pub memory: &'a mut Memory,
    /// What the protocol remembers across conversations.
    pub shared: &'a mut Shared,
    /// Where to report.
    pub sink: &'a mut dyn Sink,
}

impl Context<'_> {
    /// Reports an operation.
    pub fn operation(&mut self, operation: &Operation<'_>) {
        self.sink.operation(operation);
    }

    /// Reports a piece of a transfer.
    pub fn transfer(&mut self, transfer: &Transfer<'_>) {
        self.sink.transfer(transfer);
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
    /// Nothing more will come. Reports what is still open and gives back all memory.
    fn end(&mut self, cx: &mut Context<'_>);
    /// Which protocol this has turned out to be. May become more precise as more is seen.
    fn protocol(&self) -> &'static str;
    /// Who is the client, as far as the content tells.
    fn client(&self) -> Option<Side>;
}
