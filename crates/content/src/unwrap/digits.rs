//! Runs of base64 (RFC 4648, both alphabets, with or without padding, in lines or not) and of hexadecimal digits.

use super::Read;
use crate::{Found, Scanner};
use base64::Engine;
use base64::alphabet::STANDARD;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};

/// A shorter run is a word.
const SHORTEST: usize = 24;
/// A line of base64 has at least so many digits, and a multiple of four (RFC 2045: 76, RFC 7468: 64).
const SHORTEST_LINE: u32 = 32;
/// So many digits are decoded at once.
const CHUNK: usize = 1024;

const ENGINE: GeneralPurpose = GeneralPurpose::new(
    &STANDARD,
    GeneralPurposeConfig::new()
        .with_decode_allow_trailing_bits(true)
        .with_decode_padding_mode(DecodePaddingMode::Indifferent),
);

/// What a byte is in base64 of the first alphabet; 0 for none.
static DIGITS: [u8; 256] = table();

#[expect(clippy::indexing_slicing, reason = "a byte is an index of 256 places, and this runs when compiling")]
const fn table() -> [u8; 256] {
    let mut table = [0; 256];
    let mut byte = 0;
    while byte < 256 {
        table[byte] = match byte as u8 {
            digit @ (b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'+' | b'/') => digit,
            b'-' => b'+',
            b'_' => b'/',
            _ => 0,
        };
        byte += 1;
    }
    table
}

fn digit(byte: u8) -> Option<u8> {
    DIGITS.get(usize::from(byte)).copied().filter(|&digit| digit != 0)
}

/// An open run.
#[derive(Debug)]
pub(super) struct Digits {
    hexadecimal: bool,
    held: [u8; CHUNK],
    length: usize,
    /// Digits on this line.
    line: u32,
}

/// The run that holds these two blocks, if one does, and where it begins.
#[inline]
pub(super) fn begins(
    window: &[u8],
    block: &[u8; 8],
    behind: &[u8; 8],
    at: usize,
    earliest: usize,
) -> Option<(usize, Digits)> {
    let whole = block.iter().chain(behind).all(|&byte| digit(byte).is_some());
    if whole { start(window, at, earliest) } else { None }
}

/// Whether these may all be digits. A quick no for most text: which byte is the first that is none cannot be foretold, so
/// all are looked at at once.
#[inline]
pub(super) const fn may_hold(block: &[u8; 8], behind: &[u8; 8]) -> bool {
    others(u64::from_le_bytes(*block)) | others(u64::from_le_bytes(*behind)) == 0
}

/// Not zero where some byte of the word is surely no digit: below `+`, the lowest of them, or a comma, or not ASCII.
#[inline]
const fn others(word: u64) -> u64 {
    const ONES: u64 = 0x0101_0101_0101_0101;
    let below = word.wrapping_sub(ONES * b'+' as u64) & !word;
    let from_comma = word ^ (ONES * b',' as u64);
    let comma = from_comma.wrapping_sub(ONES) & !from_comma;
    (below | comma | word) & (ONES * 0x80)
}

fn start(window: &[u8], at: usize, earliest: usize) -> Option<(usize, Digits)> {
    let mut start = at;
    for _ in 0..16 {
        match start.checked_sub(1) {
            Some(before)
                if before >= earliest && window.get(before).is_some_and(|&byte| digit(byte).is_some()) =>
            {
                start = before;
            }
            _ => break,
        }
    }
    let run = window.get(start..start + SHORTEST + 2)?;
    let skipped = match run {
        [b'0', b'x' | b'X', ..] => 2,
        [b'x', ..] => 1,
        _ => 0,
    };
    let hexadecimal = run.get(skipped..SHORTEST)?.iter().all(u8::is_ascii_hexdigit);
    let start = if hexadecimal { start + skipped } else { start };
    let run = window.get(start..start + SHORTEST)?;
    let whole = run.iter().all(|&byte| digit(byte).is_some());
    whole.then_some((start, Digits { hexadecimal, held: [0; CHUNK], length: 0, line: 0 }))
}

impl Digits {
    /// Decodes digits until something else comes.
    pub(super) fn read(
        &mut self,
        window: &[u8],
        at: usize,
        to: usize,
        inside: &mut Scanner,
        found: &mut Found,
    ) -> Read {
        let mut at = at;
        while at < to {
            at += self.take(window.get(at..to).unwrap_or_default());
            if self.length == CHUNK {
                self.flush(inside, found);
                continue;
            }
            match window.get(at).filter(|_| at < to) {
                None => break,
                Some(b'\r') if self.line_ends() => {}
                Some(b'\n') if self.line_ends() => self.line = 0,
                Some(_) => {
                    self.flush(inside, found);
                    return Read::Ended(at);
                }
            }
            at += 1;
        }
        Read::On(to)
    }

    /// Holds the digits at the front, as many as there is room for.
    fn take(&mut self, bytes: &[u8]) -> usize {
        let room = self.held.get_mut(self.length..).unwrap_or_default();
        let mut taken = 0;
        for (slot, &byte) in room.iter_mut().zip(bytes) {
            let Some(digit) = digit(byte).filter(|_| !self.hexadecimal || byte.is_ascii_hexdigit()) else {
                break;
            };
            *slot = digit;
            taken += 1;
        }
        self.length += taken;
        self.line = self.line.wrapping_add(taken as u32);
        taken
    }

    const fn line_ends(&self) -> bool {
        self.line >= SHORTEST_LINE && self.line.is_multiple_of(4)
    }

    /// Decodes what is held.
    pub(super) fn flush(&mut self, inside: &mut Scanner, found: &mut Found) {
        let held = self.held.get(..self.length).unwrap_or_default();
        let mut bytes = [0; CHUNK];
        let length = if self.hexadecimal {
            let (pairs, _) = held.as_chunks::<2>();
            for (byte, [high, low]) in bytes.iter_mut().zip(pairs) {
                *byte = nibble(*high) << 4 | nibble(*low);
            }
            pairs.len()
        } else {
            // One digit alone is no byte.
            let whole = held.len() - usize::from(held.len() % 4 == 1);
            ENGINE.decode_slice(held.get(..whole).unwrap_or_default(), &mut bytes).unwrap_or(0)
        };
        self.length = 0;
        inside.scan(bytes.get(..length).unwrap_or_default(), found);
    }
}

const fn nibble(digit: u8) -> u8 {
    match digit {
        b'0'..=b'9' => digit - b'0',
        b'a'..=b'f' => digit - b'a' + 10,
        b'A'..=b'F' => digit - b'A' + 10,
        _ => 0,
    }
}
