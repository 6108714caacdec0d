//! Undoes wraps: runs of UTF-16LE, base64 and hexadecimal digits, gzip and zlib streams. What is inside goes to a
//! scanner of its own.
//!
//! One wrap is open at a time. Runs are looked for at every eighth or sixteenth byte of the stream, counted from its
//! beginning, so that what is found does not depend on how the bytes were cut.

mod compressed;
mod digits;
mod wide;

use crate::matcher::Stretch;
use crate::{Found, Scanner};
use compressed::Inflater;
use digits::Digits;

/// Looks for wraps and holds the one that is open.
#[derive(Debug, Default)]
pub(crate) struct Unwrapper {
    open: Wrap,
    inside: Option<Box<Scanner>>,
    /// Before this nothing more is read or looked for.
    next: u64,
}

#[derive(Debug, Default)]
enum Wrap {
    #[default]
    None,
    Wide,
    Digits(Box<Digits>),
    Compressed(Box<Inflater>),
}

/// How far a wrap was read.
pub(crate) enum Read {
    /// To the end of the stretch; it goes on at this place.
    On(usize),
    /// It ended at this place.
    Ended(usize),
}

impl Unwrapper {
    pub(crate) fn advance(&mut self, stretch: Stretch<'_>, depth: u8, found: &mut Found) {
        let Stretch { window, base, from, to } = stretch;
        let next = |next: u64| usize::try_from(next.saturating_sub(base)).unwrap_or(usize::MAX);
        let mut at = from.max(next(self.next));
        // The next compressed stream, where one begins before `to`; not looked for yet.
        let mut compressed = None;
        while at < to {
            if matches!(self.open, Wrap::None) {
                let limit = match compressed.filter(|&place| place >= at) {
                    Some(place) => place,
                    None => *compressed.insert(compressed::seek(window, at, to)),
                };
                let run = seek(window, base, at, limit, next(self.next));
                let start = run.or_else(|| {
                    compressed::begins(window, limit).filter(|_| limit < to).map(|wrap| (limit, wrap))
                });
                let Some((start, wrap)) = start else { return };
                (at, self.open) = (start, wrap);
            }
            let inside = self.inside.get_or_insert_with(|| Box::new(Scanner::inside(depth + 1)));
            let read = match &mut self.open {
                Wrap::None => return,
                Wrap::Wide => wide::read(window, at, to, inside, found),
                Wrap::Digits(digits) => digits.read(window, at, to, inside, found),
                Wrap::Compressed(inflater) => inflater.read(stretch, at, inside, found),
            };
            at = match read {
                Read::On(at) => at,
                Read::Ended(at) => {
                    inside.end(found);
                    self.open = Wrap::None;
                    at
                }
            };
            self.next = base + at as u64;
        }
    }

    pub(crate) fn memory(&self) -> usize {
        let open = match &self.open {
            Wrap::None | Wrap::Wide => 0,
            Wrap::Digits(_) => size_of::<Digits>(),
            Wrap::Compressed(_) => compressed::MOST_BYTES,
        };
        open + self.inside.as_ref().map_or(0, |inside| inside.memory())
    }

    pub(crate) fn end(&mut self, found: &mut Found) {
        let Some(inside) = &mut self.inside else { return };
        if let Wrap::Digits(digits) = &mut self.open {
            digits.flush(inside, found);
        }
        if !matches!(self.open, Wrap::None) {
            inside.end(found);
        }
    }
}

/// The first run that begins before `limit`. What is before `earliest` belongs to another.
fn seek(window: &[u8], base: u64, from: usize, limit: usize, earliest: usize) -> Option<(usize, Wrap)> {
    let first = from + (base + from as u64).wrapping_neg() as usize % 8;
    let mut for_digits = (base + first as u64).is_multiple_of(16);
    let (blocks, _) = window.get(first..)?.as_chunks::<8>();
    let mut at = first;
    let mut rest = blocks;
    while let [block, behind, ..] = rest
        && at < limit
    {
        if for_digits && !wide::may_hold(block, behind) && !digits::may_hold(block, behind) {
            rest = rest.get(2..).unwrap_or_default();
            at += 16;
            continue;
        }
        if let Some(start) = wide::begins(window, block, at, earliest) {
            return Some((start, Wrap::Wide));
        }
        if for_digits && let Some((start, digits)) = digits::begins(window, block, behind, at, earliest) {
            return Some((start, Wrap::Digits(Box::new(digits))));
        }
        for_digits = !for_digits;
        rest = rest.get(1..).unwrap_or_default();
        at += 8;
    }
    None
}
