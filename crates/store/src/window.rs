//! Rows that wait in memory until all that comes before them has been told.
//!
//! Rows come nearly in order: an operation is told when its answer comes and filed under its request. Most find
//! their place within a few steps from the end; the others wait in a heap. Text is never moved: it is written to
//! the end of a piece of memory, read when its turn comes, and a piece whose rows are all gone is written to again.

use crate::run::{Head, Key};
use std::cmp::Reverse;
use std::collections::{BinaryHeap, VecDeque};

/// How much text one piece of memory takes at most: large enough that it costs nothing a row, small enough that
/// what is still being written to stays in a core's cache.
const PIECE_BYTES: usize = 128 * 1024;
/// A window that is full has at least so many pieces, so that one whose last row waits long is little of it.
const LEAST_PIECES: usize = 32;
/// So many pieces without rows are kept for the next ones.
const MOST_SPARE: usize = 4;
/// So many places a row is moved back as it comes; one that belongs further back waits in the heap.
const NEAR_ROWS: usize = 32;

/// Rows in key order, on their way out of a window.
#[derive(Debug, Default)]
pub(crate) struct Stretch {
    pub(crate) heads: Vec<Head>,
    pub(crate) rows: Vec<u8>,
}

impl Stretch {
    pub(crate) const fn is_empty(&self) -> bool {
        self.heads.is_empty()
    }

    /// How many bytes are held for it.
    pub(crate) const fn held_bytes(&self) -> usize {
        self.rows.capacity() + self.heads.capacity() * size_of::<Head>()
    }

    /// Forgets the rows and keeps their memory, unless that is more than is ever needed again.
    pub(crate) fn clear(&mut self, most_bytes: usize) {
        self.heads.clear();
        self.rows.clear();
        if self.rows.capacity() > most_bytes {
            self.rows.shrink_to(most_bytes);
        }
    }
}

#[derive(Debug)]
pub(crate) struct Window {
    piece_bytes: usize,
    /// The piece that is written to.
    open: Piece,
    /// Those that are full, oldest first, and the number of the first of them.
    full: VecDeque<Piece>,
    first: u32,
    spare: Vec<Vec<u8>>,
    /// Rows in key order, and rows that came too late to be put among them.
    timely: VecDeque<Entry>,
    strays: BinaryHeap<Reverse<Entry>>,
    /// How many bytes of text wait.
    waiting_bytes: usize,
    /// How many rows there have been.
    sequence: u64,
}

#[derive(Debug, Default)]
struct Piece {
    text: Vec<u8>,
    /// How many of its rows still wait.
    rows: u32,
}

/// Where a row stands. In the order of keys.
#[derive(Debug, Clone, Copy)]
struct Entry {
    head: Head,
    piece: u32,
    start: u32,
}

impl PartialEq for Entry {
    fn eq(&self, other: &Self) -> bool {
        self.head.key == other.head.key
    }
}
impl Eq for Entry {}
impl PartialOrd for Entry {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}
impl Ord for Entry {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        self.head.key.cmp(&other.head.key)
    }
}

impl Window {
    /// A window that is full when it [occupies](Self::occupied_bytes) so many bytes.
    pub(crate) fn new(limit_bytes: usize) -> Self {
        Self {
            piece_bytes: PIECE_BYTES.min(limit_bytes / LEAST_PIECES),
            open: Piece::default(),
            full: VecDeque::new(),
            first: 0,
            spare: Vec::new(),
            timely: VecDeque::new(),
            strays: BinaryHeap::new(),
            waiting_bytes: 0,
            sequence: 0,
        }
    }

    /// The text, for the next row to be appended to.
    #[inline]
    pub(crate) const fn text(&mut self) -> &mut Vec<u8> {
        &mut self.open.text
    }

    /// How many rows there have been.
    pub(crate) const fn sequence(&self) -> u64 {
        self.sequence
    }

    /// How many bytes of text wait.
    pub(crate) const fn waiting_bytes(&self) -> usize {
        self.waiting_bytes
    }

    /// How many bytes the rows that wait take: a piece counts as long as one of its rows waits.
    #[inline]
    pub(crate) fn occupied_bytes(&self) -> usize {
        // A row longer than a piece is the exception that its own text counts for.
        (self.full.len() * self.piece_bytes).max(self.waiting_bytes)
            + (self.timely.len() + self.strays.len()) * size_of::<Entry>()
    }

    /// How many bytes are held, with what is kept for later rows.
    pub(crate) fn held_bytes(&self) -> usize {
        self.occupied_bytes() + self.open.text.capacity() + self.spare.len() * self.piece_bytes
    }

    /// Puts the row that was appended from `start` on in its place.
    #[inline]
    pub(crate) fn end_row(&mut self, start: usize, key: Key, class: u32) {
        let length = self.open.text.len() - start;
        let head = Head { key, class, length: length as u32 };
        let piece = self.first.wrapping_add(self.full.len() as u32);
        self.insert(Entry { head, piece, start: start as u32 });
        self.sequence += 1;
        self.waiting_bytes += length;
        self.open.rows += 1;
        if self.open.text.len() >= self.piece_bytes {
            // The last row goes a little past the end.
            let text = self
                .spare
                .pop()
                .unwrap_or_else(|| Vec::with_capacity(self.piece_bytes + self.piece_bytes / 16));
            self.full.push_back(std::mem::replace(&mut self.open, Piece { text, rows: 0 }));
        }
    }

    #[inline]
    fn insert(&mut self, entry: Entry) {
        if self.timely.back().is_none_or(|last| *last <= entry) {
            return self.timely.push_back(entry);
        }
        let later = |other: &&Entry| **other > entry;
        let behind = self.timely.iter().rev().take(NEAR_ROWS + 1).take_while(later).count();
        match self.timely.len().checked_sub(behind) {
            Some(place) if behind <= NEAR_ROWS => self.timely.insert(place, entry),
            _ => self.strays.push(Reverse(entry)),
        }
    }

    /// The key of the first row that waits.
    pub(crate) fn first_key(&self) -> Option<Key> {
        let timely = self.timely.front().map(|entry| entry.head.key);
        match self.strays.peek().map(|Reverse(entry)| entry.head.key) {
            None => timely,
            Some(stray) => Some(timely.map_or(stray, |timely| timely.min(stray))),
        }
    }

    /// Moves the first row that waits to the end of `out`.
    pub(crate) fn pop(&mut self, out: &mut Stretch) {
        let stray = self.strays.peek().map(|Reverse(entry)| entry);
        let is_stray = match (self.timely.front(), stray) {
            (Some(timely), Some(stray)) => stray < timely,
            (None, stray) => stray.is_some(),
            (Some(_), None) => false,
        };
        let entry =
            if is_stray { self.strays.pop().map(|Reverse(entry)| entry) } else { self.timely.pop_front() };
        let Some(Entry { head, piece, start }) = entry else { return };
        let place = piece.wrapping_sub(self.first) as usize;
        let piece = self.full.get_mut(place).unwrap_or(&mut self.open);
        let (start, length) = (start as usize, head.length as usize);
        out.rows.extend_from_slice(piece.text.get(start..start + length).unwrap_or(&[]));
        out.heads.push(head);
        self.waiting_bytes -= length;
        piece.rows = piece.rows.saturating_sub(1);
        if piece.rows == 0 {
            let text = std::mem::take(&mut piece.text);
            self.recycle(text, place);
        }
    }

    /// Makes the memory of a piece without rows ready for the next one.
    fn recycle(&mut self, mut text: Vec<u8>, place: usize) {
        text.clear();
        if place >= self.full.len() {
            self.open.text = text;
            return;
        }
        // One long row must not stay paid for.
        if self.spare.len() < MOST_SPARE && text.capacity() <= 2 * self.piece_bytes {
            self.spare.push(text);
        }
        while self.full.front().is_some_and(|piece| piece.rows == 0) {
            self.full.pop_front();
            self.first = self.first.wrapping_add(1);
        }
    }
}
