//! Files that are open, and what is moved of them, in order.

use super::ops::Exchange;
use crate::{Context, Conversation, images};
use quaywatch_model::{
    Coded, Content, Direction, Moment, Number, Outcome, Side, Topic, Transfer, TransferKind, Value, Verb,
};

/// So many files of one connection are known at a time; one more, and the one that was opened first is closed.
pub(super) const MOST_OPEN: usize = 256;
/// What is moved ahead of its turn waits up to so many bytes a file. Clients keep some reads under way at once.
pub(super) const MOST_HELD_BYTES: usize = 2 << 20;
/// So many pieces wait for their turn.
const MOST_HELD: usize = 32;

/// All files of a connection.
#[derive(Default)]
pub(super) struct Files {
    open: Vec<Open>,
    last_transfer: u64,
}

/// An open file, directory or pipe.
pub(super) struct Open {
    handle: u128,
    /// With its share before it, where that is known.
    pub(super) name: String,
    pub(super) is_pipe: bool,
    /// Its size when it was opened.
    size: Option<u64>,
    pub(super) delete_on_close: bool,
    /// It was listed, and that was told.
    pub(super) listed: bool,
    /// By its name, and then by its first bytes.
    kind: TransferKind,
    read: Option<Move>,
    write: Option<Move>,
    /// What is said in it, if it is a pipe.
    pub(super) calls: Option<Box<dyn Conversation>>,
}

/// What is known of a file, directory or pipe as it is opened.
#[derive(Debug, Default)]
pub(super) struct Opening {
    pub(super) handle: u128,
    pub(super) name: String,
    pub(super) size: Option<u64>,
    pub(super) is_pipe: bool,
    pub(super) delete_on_close: bool,
}

/// Bytes of a file on their way.
#[derive(Debug)]
struct Move {
    id: u64,
    first: Moment,
    last: Moment,
    /// The offset that comes next.
    at: u64,
    moved: u64,
    missing: bool,
    /// Pieces ahead of their turn, in no order.
    held: Vec<(u64, Vec<u8>)>,
    held_bytes: usize,
}

/// A piece of a file.
#[derive(Clone, Copy)]
pub(super) struct Piece<'a> {
    pub(super) handle: u128,
    pub(super) direction: Direction,
    pub(super) offset: u64,
    pub(super) bytes: &'a [u8],
    /// When it was asked for.
    pub(super) asked: Moment,
}

impl Files {
    /// A file was opened.
    pub(super) fn open(&mut self, cx: &mut Context<'_>, client: Side, opening: Opening) {
        let Opening { handle, name, size, is_pipe, delete_on_close } = opening;
        self.close(cx, client, handle);
        if self.open.len() >= MOST_OPEN {
            let oldest = self.open.remove(0);
            oldest.end(cx, client);
        }
        let kind = images::kind(&name, &[]);
        self.open.push(Open {
            handle,
            name,
            kind,
            is_pipe,
            size,
            delete_on_close,
            listed: false,
            read: None,
            write: None,
            calls: None,
        });
    }

    pub(super) fn get(&mut self, handle: u128) -> Option<&mut Open> {
        self.open.iter_mut().find(|open| open.handle == handle)
    }

    /// Messages of one side were lost: calls may lack a part.
    pub(super) fn lost(&mut self, cx: &mut Context<'_>, from: Side) {
        for calls in self.open.iter_mut().filter_map(|open| open.calls.as_mut()) {
            calls.gap(cx, from, 0);
        }
    }

    /// A file was closed: tells what was moved of it.
    pub(super) fn close(&mut self, cx: &mut Context<'_>, client: Side, handle: u128) {
        if let Some(at) = self.open.iter().position(|open| open.handle == handle) {
            self.open.remove(at).end(cx, client);
        }
    }

    /// Nothing more will come.
    pub(super) fn end(&mut self, cx: &mut Context<'_>, client: Side) {
        for open in self.open.drain(..) {
            open.end(cx, client);
        }
    }

    /// Bytes were moved.
    pub(super) fn moved(&mut self, cx: &mut Context<'_>, client: Side, piece: Piece<'_>) {
        if self.get(piece.handle).is_none() {
            // It was opened before the capture began.
            self.open(cx, client, Opening { handle: piece.handle, ..Opening::default() });
        }
        let id = self.last_transfer + 1;
        let Some(open) = self.get(piece.handle) else { return };
        if open.is_pipe || piece.bytes.is_empty() {
            return;
        }
        if open.moved(cx, client, id, piece) {
            self.last_transfer = id;
        }
    }
}

impl Open {
    /// Takes a piece; tells whether it began a transfer, of this number.
    fn moved(&mut self, cx: &mut Context<'_>, client: Side, id: u64, piece: Piece<'_>) -> bool {
        let to_device = piece.direction == Direction::ToDevice;
        let from = if to_device { client } else { client.other() };
        let wire_bytes = piece.bytes.len() as u64;
        if piece.offset == 0 && self.kind == TransferKind::File {
            self.kind = images::kind(&self.name, piece.bytes);
        }
        let kind = self.kind;
        cx.content(&Content {
            from,
            class: images::class(kind),
            wire_bytes,
            bytes: piece.bytes,
            ends: false,
        });
        let begins = if to_device { self.write.is_none() } else { self.read.is_none() };
        if begins {
            let name: &dyn std::fmt::Display = &self.name;
            let name = (!self.name.is_empty()).then_some(name);
            let direction = piece.direction;
            cx.transfer(&Transfer::Begin {
                id,
                kind,
                direction,
                client,
                name,
                block_type: None,
                block_number: None,
            });
            if name.is_some() {
                cx.note(client, Topic::File, Value::Text(&self.name));
            }
        }
        // What is appended begins where the file ended.
        let appended = to_device && Some(piece.offset) == self.size;
        let at = if appended { piece.offset } else { 0 };
        let fresh = || Move {
            id,
            first: piece.asked,
            last: cx.now,
            at,
            moved: 0,
            missing: false,
            held: Vec::new(),
            held_bytes: 0,
        };
        let slot = if to_device { &mut self.write } else { &mut self.read };
        slot.get_or_insert_with(fresh).piece(cx, piece.offset, piece.bytes);
        begins
    }

    /// The file is over.
    fn end(mut self, cx: &mut Context<'_>, client: Side) {
        if let Some(mut calls) = self.calls.take() {
            calls.end(cx);
        }
        let size = self.size;
        if let Some(moved) = self.read.take() {
            let whole = size.is_some_and(|size| moved.at >= size);
            moved.end(cx, client, Verb::Read, &self.name, whole);
        }
        if let Some(moved) = self.write.take() {
            let firmware = self.kind == TransferKind::Firmware;
            let verb = if firmware { Verb::UpdateFirmware } else { Verb::Write };
            moved.end(cx, client, verb, &self.name, !self.name.is_empty());
        }
    }
}

impl Move {
    fn piece(&mut self, cx: &mut Context<'_>, offset: u64, bytes: &[u8]) {
        self.last = cx.now;
        if offset > self.at {
            let room = self.held.len() < MOST_HELD && self.held_bytes + bytes.len() <= MOST_HELD_BYTES;
            if let Some(copy) = room.then(|| cx.memory.copy(bytes)).flatten() {
                self.held_bytes += bytes.len();
                return self.held.push((offset, copy));
            }
            // No room to wait: what lies between is given up.
            self.drain(cx, true);
        }
        self.put(cx, offset, bytes);
        self.drain(cx, false);
    }

    /// Tells what is new of a piece; what lies before it and was not told is missing.
    fn put(&mut self, cx: &mut Context<'_>, offset: u64, bytes: &[u8]) {
        if offset > self.at {
            self.missing = true;
            cx.transfer(&Transfer::Missing { id: self.id, bytes: offset - self.at });
            self.at = offset;
        }
        let told = usize::try_from(self.at - offset).unwrap_or(usize::MAX);
        let Some(new) = bytes.get(told..).filter(|new| !new.is_empty()) else { return };
        cx.transfer(&Transfer::Data { id: self.id, bytes: new });
        self.at = self.at.saturating_add(new.len() as u64);
        self.moved += new.len() as u64;
    }

    /// Takes the pieces whose turn has come, or all.
    fn drain(&mut self, cx: &mut Context<'_>, all: bool) {
        while let Some(next) = (0..self.held.len()).min_by_key(|&at| self.held.get(at).map(|held| held.0)) {
            if !all && self.held.get(next).is_none_or(|held| held.0 > self.at) {
                return;
            }
            let (offset, bytes) = self.held.swap_remove(next);
            self.held_bytes -= bytes.len();
            self.put(cx, offset, &bytes);
            cx.memory.free(bytes);
        }
    }

    fn end(mut self, cx: &mut Context<'_>, client: Side, verb: Verb, name: &str, whole: bool) {
        self.drain(cx, true);
        cx.transfer(&Transfer::End { id: self.id, complete: whole && !self.missing });
        // Many messages, told as one: it has no number of its own.
        let function = if verb == Verb::Read { "read" } else { "write" };
        Exchange {
            client,
            verb,
            function: Coded::new(function, Number::None),
            asked: Some(self.first),
            answered: Some(self.last),
            outcome: Outcome::Accepted,
            status: None,
            subject: ("file", name),
            previous: None,
            bytes: Some(self.moved),
        }
        .report(cx);
    }
}
