//! UTF-16LE, as Windows and SQL Server write text: every other byte is zero.

use super::Read;
use crate::{Found, Scanner};

/// The bytes of the first eight characters.
const SHORTEST_BYTES: usize = 16;
/// So many characters are handed on at once.
const CHUNK: usize = 256;

/// The bytes of a word at even places.
const EVEN: u64 = 0x00ff_00ff_00ff_00ff;

/// Whether one of the blocks may be in a run: all bytes at even or at odd places are zero.
#[inline]
pub(super) const fn may_hold(block: &[u8; 8], behind: &[u8; 8]) -> bool {
    let (one, other) = (u64::from_le_bytes(*block), u64::from_le_bytes(*behind));
    (one & EVEN == 0) | (one & !EVEN == 0) | (other & EVEN == 0) | (other & !EVEN == 0)
}

/// Where the run begins that holds this block, if it does. `earliest`: what is before belongs to another run.
#[inline]
pub(super) fn begins(window: &[u8], block: &[u8; 8], at: usize, earliest: usize) -> Option<usize> {
    let word = u64::from_le_bytes(*block);
    let shift = match (word & EVEN == 0, word & !EVEN == 0) {
        (false, true) => 0,
        (true, false) => 1,
        _ => return None,
    };
    start(window, at + shift, earliest)
}

#[cold]
fn start(window: &[u8], at: usize, earliest: usize) -> Option<usize> {
    let mut start = at;
    for _ in 0..4 {
        match start.checked_sub(2) {
            Some(before) if before >= earliest && is_character(window, before) => start = before,
            _ => break,
        }
    }
    (start..start + SHORTEST_BYTES).step_by(2).all(|place| is_character(window, place)).then_some(start)
}

fn is_character(window: &[u8], at: usize) -> bool {
    matches!(window.get(at..at + 2), Some([0x20..=0x7e | b'\t' | b'\r' | b'\n' | 0xa0..=0xff, 0]))
}

/// Hands characters on until one is none.
pub(super) fn read(window: &[u8], at: usize, to: usize, inside: &mut Scanner, found: &mut Found) -> Read {
    let mut text = [0; CHUNK];
    let mut at = at;
    while at < to {
        let mut length = 0;
        for slot in &mut text {
            if at >= to || !is_character(window, at) {
                break;
            }
            *slot = window.get(at).copied().unwrap_or(0);
            length += 1;
            at += 2;
        }
        inside.scan(text.get(..length).unwrap_or_default(), found);
        if at < to && !is_character(window, at) {
            return Read::Ended(at);
        }
    }
    Read::On(at)
}
