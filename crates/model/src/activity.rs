//! What was done, in the size a person can read.

use crate::{Address, Direction, Moment, Outcome, Problem, Side, Timestamp, TransferKind, Verb};

/// One line of "who did what to whom".
#[derive(Debug, Clone)]
pub struct Entry {
    /// Who asked.
    pub client: Address,
    /// Who was asked.
    pub server: Address,
    /// Over which protocol.
    pub protocol: &'static str,
    /// What it does.
    pub verb: Verb,
    /// The protocol's own name and number. Peer text is possible: escape it.
    pub function: String,
    /// How many were accepted, refused, left unanswered, and how many answers were not captured.
    pub outcomes: [u64; 4],
    /// The reads that were refused, if any.
    pub refused_reads: Option<RefusedReads>,
    /// Bytes of value or program moved.
    pub bytes: u64,
    /// The first.
    pub first: Moment,
    /// The last.
    pub last: Moment,
}

/// Reads that a device refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RefusedReads {
    /// The first.
    pub first: Moment,
    /// Of how many different objects, at least: few where somebody asks for the same in vain all day, many where somebody
    /// tries what there is.
    pub objects: u32,
}

impl Entry {
    /// How many in all.
    #[must_use]
    pub fn count(&self) -> u64 {
        self.outcomes.iter().sum()
    }

    /// The order it is shown in, which depends on nothing but the capture.
    #[must_use]
    pub fn order(&self) -> impl Ord + '_ {
        (self.server, self.client, self.protocol, self.verb, &self.function)
    }
}

/// One operation that changes something.
#[derive(Debug, Clone)]
pub struct Change {
    /// When, and in which frame, it was asked for.
    pub at: Moment,
    /// The frame of the request and of the answer.
    pub frames: [Option<u64>; 2],
    /// Who asked.
    pub client: Address,
    /// Who was asked.
    pub server: Address,
    /// Over which protocol.
    pub protocol: &'static str,
    /// What it does.
    pub verb: Verb,
    /// The protocol's own name and number. Peer text is possible: escape it.
    pub function: String,
    /// Unit, slot or station.
    pub unit: Option<u32>,
    /// The first items as `object = value`. Peer text is possible: escape it.
    pub items: Vec<String>,
    /// How many more items there are.
    pub more_items: usize,
    /// Bytes of program or value moved.
    pub bytes: Option<u64>,
    /// What became of it.
    pub outcome: Outcome,
    /// The device's own code.
    pub code: Option<String>,
    /// Which of the changes of its object with this outcome it is, from 0.
    pub nth: usize,
    /// How many more changes of the same object, with the same outcome, came after it and are not listed one by one.
    pub repeated: u64,
    /// When the last of those was; when this was, where there is none.
    pub until: Timestamp,
}

impl Change {
    /// The order it is shown in, which depends on nothing but the capture.
    #[must_use]
    pub fn order(&self) -> impl Ord + '_ {
        (self.at, self.client, self.server, self.frames, &self.function, &self.items)
    }
}

/// A finished transfer, with who and over what.
#[derive(Debug, Clone)]
pub struct Transferred {
    /// Who asked for it.
    pub client: Address,
    /// Who was asked.
    pub server: Address,
    /// Over which protocol.
    pub protocol: &'static str,
    /// What was moved.
    pub transfer: FinishedTransfer,
}

/// A transfer that is over.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FinishedTransfer {
    /// The conversation it belongs to, as the caller named it.
    pub conversation: u64,
    /// Which transfer of the conversation it is, as its decoder says.
    pub id: u64,
    /// When it began.
    pub start: Moment,
    /// When it ended, or the last was seen of it.
    pub end: Moment,
    /// When the first and the last of its bytes came.
    pub data: Option<(Moment, Moment)>,
    /// Who asked for it.
    pub client: Side,
    /// What was moved.
    pub kind: TransferKind,
    /// Which way.
    pub direction: Direction,
    /// The name the protocol gives it. Of the peer's making: escape it wherever it is shown.
    pub name: Option<String>,
    /// The kind of block.
    pub block_type: Option<String>,
    /// The block's number.
    pub block_number: Option<u32>,
    /// What a file is by its first bytes, as a media type (`application/x-dosexec`). Programs and query results have none.
    pub mime_type: Option<&'static str>,
    /// How many bytes were captured.
    pub bytes: u64,
    /// How many bytes are known to have been moved but not captured.
    pub missing_bytes: u64,
    /// Whether the protocol said that all was moved, and all of it was captured.
    pub complete: bool,
    /// The SHA-256 of the bytes, where there are any and none is missing between them.
    pub sha256: Option<[u8; 32]>,
    /// Where the bytes were written, from the output directory.
    pub carved: Option<String>,
    /// What went wrong on our side, for the caller to tell as a problem of the conversation.
    pub problem: Option<Problem>,
}
