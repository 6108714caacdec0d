//! Programs, firmware and files as they are moved, piece by piece, over one conversation.

use crate::Context;
use quaywatch_model::{Direction, Side, Timestamp, Transfer, TransferKind};

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
pub(crate) struct Transfers(Option<Box<[Option<Timestamp>; FLOWS.len()]>>);

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

    /// A transfer was announced.
    pub(crate) fn begin(&mut self, cx: &mut Context<'_>, flow: Flow, client: Side) {
        let now = cx.now.time;
        let last = self.0.as_ref().and_then(|open| open.get(flow as usize).copied().flatten());
        if last.is_some_and(|last| now.since(last) > PAUSE_NANOS) {
            self.end(cx, flow, false);
        }
        let open = self.0.get_or_insert_default();
        let Some(slot) = open.get_mut(flow as usize) else { return };
        if slot.replace(now).is_none() {
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
        let slot = self.0.as_mut().and_then(|open| open.get_mut(flow as usize));
        if slot.and_then(Option::take).is_some() {
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
