use crate::Found;
use crate::matcher::{Matcher, Stretch};
use crate::unwrap::Unwrapper;
use std::mem;

/// So many wraps (base64, hexadecimal, UTF-16, gzip, zlib) are undone one inside another.
pub const MOST_DEPTH: u8 = 3;
/// The farthest a find looks back: a line of a table, a segment of EDIFACT.
pub(crate) const BEHIND_BYTES: usize = 512;
/// The farthest a find looks ahead: a name with its value, a list of columns.
const AHEAD_BYTES: usize = 256;
/// What an idle stream holds of its bytes, in which no wrap is open.
pub const MOST_HELD_BYTES: usize = 2 * (BEHIND_BYTES + AHEAD_BYTES);
/// What a stream holds at most, three compressed streams inside another open: four times [`MOST_HELD_BYTES`] and
/// what is remembered beside them, and three inflaters with their windows.
pub const MOST_STREAM_BYTES: usize = 256 * 1024;

/// Reads one stream. Any pieces of the same bytes give the same finds.
///
/// A place is looked at when all that may belong to a find there is at hand, or when the stream has ended.
#[derive(Debug, Default)]
pub struct Scanner {
    /// The last bytes, which what comes may complete.
    held: Vec<u8>,
    /// Where in the stream they begin.
    base: u64,
    /// Before this all is looked at.
    done: u64,
    /// How many wraps it is inside of.
    depth: u8,
    matcher: Matcher,
    unwrapper: Unwrapper,
}

impl Scanner {
    /// At the beginning of a stream.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// For what is inside so many wraps.
    pub(crate) fn inside(depth: u8) -> Self {
        Self { depth, ..Self::default() }
    }

    /// The next bytes.
    pub fn scan(&mut self, bytes: &[u8], found: &mut Found) {
        if !self.held.is_empty() {
            let taken = bytes.len().min(BEHIND_BYTES + AHEAD_BYTES);
            let mut window = mem::take(&mut self.held);
            window.extend_from_slice(bytes.get(..taken).unwrap_or_default());
            self.advance(&window, self.base, AHEAD_BYTES, found);
            if taken == bytes.len() {
                self.keep(window);
                return;
            }
            self.base += (window.len() - taken) as u64;
            window.clear();
            self.held = window;
        }
        self.advance(bytes, self.base, AHEAD_BYTES, found);
        let needed = self.needed(bytes.len());
        self.base += needed as u64;
        self.held.extend_from_slice(bytes.get(needed..).unwrap_or_default());
    }

    /// The stream has ended, or what comes does not join what came. The scanner is at the beginning of another stream.
    pub fn end(&mut self, found: &mut Found) {
        let window = mem::take(&mut self.held);
        self.advance(&window, self.base, 0, found);
        let end = window.len();
        self.matcher.end(Stretch { window: &window, base: self.base, from: end, to: end }, found);
        self.unwrapper.end(found);
        *self = Self::inside(self.depth);
    }

    /// Looks at all places that have so many bytes behind them.
    fn advance(&mut self, window: &[u8], base: u64, ahead: usize, found: &mut Found) {
        let from = usize::try_from(self.done.saturating_sub(base)).unwrap_or(usize::MAX);
        let to = window.len().saturating_sub(ahead);
        if from >= to {
            return;
        }
        let stretch = Stretch { window, base, from, to };
        self.matcher.advance(stretch, found);
        if self.depth < MOST_DEPTH {
            self.unwrapper.advance(stretch, self.depth, found);
        }
        self.done = base + to as u64;
    }

    /// From where on a window that begins at `base` is still needed.
    fn needed(&self, length: usize) -> usize {
        let done = usize::try_from(self.done.saturating_sub(self.base)).unwrap_or(0);
        done.saturating_sub(BEHIND_BYTES).min(length)
    }

    /// How many bytes of memory it takes now: what is held, open wraps, and an inflater's window.
    #[must_use]
    pub fn memory(&self) -> usize {
        size_of::<Self>() + self.held.capacity() + self.unwrapper.memory()
    }

    fn keep(&mut self, mut window: Vec<u8>) {
        let needed = self.needed(window.len());
        window.drain(..needed);
        self.base += needed as u64;
        self.held = window;
    }
}
