//! Programs, firmware and files as they are moved, piece by piece, over one conversation.

use crate::Context;
use quaywatch_model::{Direction, Side, Timestamp, Transfer, TransferKind};
use std::hash::{DefaultHasher, Hash, Hasher};

/// What is moved, and which way: into the device or out of it. A conversation moves one of each at a time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(usize)]
pub(crate) enum Flow {
    ProgramIn,
    ProgramOut,
    FirmwareIn,
    FileIn,
    FileOut,
}

const FLOWS: [Flow; 5] = [Flow::ProgramIn, Flow::ProgramOut, Flow::FirmwareIn, Flow::FileIn, Flow::FileOut];

/// The transfers that are open. Costs one pointer until something is moved.
#[derive(Debug, Default)]
pub(crate) struct Transfers(Option<Box<[Option<Open>; FLOWS.len()]>>);

/// One that is open.
#[derive(Debug, Clone, Copy)]
struct Open {
    /// When something of it was last moved.
    moved: Timestamp,
    /// The first piece and the last, where pieces say where they belong.
    pieces: Option<[Piece; 2]>,
}

/// A piece of program: of which object, from which offset on, and what it holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Piece {
    object: u64,
    offset: u32,
    content: u64,
}

impl Piece {
    /// `path`: of the object, as it was on the wire.
    pub(crate) fn new(path: &[u8], offset: u32, bytes: &[u8]) -> Self {
        let hashed = |bytes: &[u8]| {
            let mut hasher = DefaultHasher::new();
            bytes.hash(&mut hasher);
            hasher.finish()
        };
        Self { object: hashed(path), offset, content: hashed(bytes) }
    }

    const fn is_no_further_than(&self, other: &Self) -> bool {
        self.object == other.object && self.offset <= other.offset
    }
}

/// So long without a piece, and the next piece begins a new transfer: engineering tools move a program without
/// pause, while somebody watching a program online reads pieces of it for hours.
const PAUSE_NANOS: i64 = 60_000_000_000;

impl Transfers {
    /// The next bytes. Begins the transfer where it is not open.
    pub(crate) fn data(&mut self, cx: &mut Context<'_>, flow: Flow, client: Side, bytes: &[u8]) {
        self.begin(cx, flow, client);
        if !bytes.is_empty() {
            cx.transfer(&Transfer::Data { id: flow as u64, bytes });
        }
    }

    /// The next piece of a program. The same piece with the same content again, sent again or looked at again, is moved
    /// once. A read-out that goes back to where it began, or back in the object it is at, is another one.
    pub(crate) fn piece(
        &mut self,
        cx: &mut Context<'_>,
        flow: Flow,
        client: Side,
        piece: Piece,
        bytes: &[u8],
    ) {
        let before = self.open(flow).and_then(|open| open.pieces);
        if before.is_some_and(|[_, last]| last == piece) && !self.has_paused(cx, flow) {
            return self.begin(cx, flow, client);
        }
        let goes_back = |before: &[Piece; 2]| before.iter().any(|earlier| piece.is_no_further_than(earlier));
        if flow == Flow::ProgramOut && before.as_ref().is_some_and(goes_back) {
            self.end(cx, flow, false);
        }
        self.data(cx, flow, client, bytes);
        if let Some(open) = self.slot(flow).and_then(Option::as_mut) {
            let first = open.pieces.map_or(piece, |[first, _]| first);
            open.pieces = Some([first, piece]);
        }
    }

    fn open(&self, flow: Flow) -> Option<Open> {
        self.0.as_ref().and_then(|open| open.get(flow as usize).copied().flatten())
    }

    fn slot(&mut self, flow: Flow) -> Option<&mut Option<Open>> {
        self.0.as_mut().and_then(|open| open.get_mut(flow as usize))
    }

    fn has_paused(&self, cx: &Context<'_>, flow: Flow) -> bool {
        self.open(flow).is_some_and(|open| cx.now.time.since(open.moved) > PAUSE_NANOS)
    }

    /// A transfer was announced.
    pub(crate) fn begin(&mut self, cx: &mut Context<'_>, flow: Flow, client: Side) {
        if self.has_paused(cx, flow) {
            self.end(cx, flow, false);
        }
        let moved = cx.now.time;
        let slots = self.0.get_or_insert_default();
        let Some(slot) = slots.get_mut(flow as usize) else { return };
        let pieces = slot.and_then(|open| open.pieces);
        if slot.replace(Open { moved, pieces }).is_none() {
            let (kind, direction) = match flow {
                Flow::ProgramIn => (TransferKind::Program, Direction::ToDevice),
                Flow::ProgramOut => (TransferKind::Program, Direction::FromDevice),
                Flow::FirmwareIn => (TransferKind::Firmware, Direction::ToDevice),
                Flow::FileIn => (TransferKind::File, Direction::ToDevice),
                Flow::FileOut => (TransferKind::File, Direction::FromDevice),
            };
            let (id, name, block_type, block_number) = (flow as u64, None, None, None);
            cx.transfer(&Transfer::Begin { id, kind, direction, client, name, block_type, block_number });
        }
    }

    /// The transfer is over, if it is open.
    pub(crate) fn end(&mut self, cx: &mut Context<'_>, flow: Flow, complete: bool) {
        if self.slot(flow).and_then(Option::take).is_some() {
            cx.transfer(&Transfer::End { id: flow as u64, complete });
        }
    }

    /// Messages were lost: pieces of whatever is open may have been among them.
    pub(crate) fn lost(&mut self, cx: &mut Context<'_>) {
        for (flow, slot) in FLOWS.iter().zip(self.0.iter().flat_map(|open| open.iter())) {
            if slot.is_some() {
                cx.transfer(&Transfer::Missing { id: *flow as u64, bytes: 0 });
            }
        }
    }

    /// Nothing more will come.
    pub(crate) fn end_all(&mut self, cx: &mut Context<'_>) {
        FLOWS.into_iter().for_each(|flow| self.end(cx, flow, false));
        self.0 = None;
    }
}
