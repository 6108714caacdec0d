//! The places where a find may be, by one byte and its neighbours: the category letter of a container, a sign that ends a
//! name, a tag, a parenthesis that begins a list.
//!
//! Most bytes of most streams are none, so all places of a block are found at once, as bits of a number. The compiler
//! makes vector instructions of the test of a block, as it has no branches.

/// So many bytes are tested at once.
pub(crate) const BLOCK: usize = 64;
/// A block with the byte before it and the one behind it.
type Around = [u8; BLOCK + 2];

/// Goes over the signs of a stretch of `window`.
#[derive(Debug)]
pub(crate) struct Signs<'w> {
    window: &'w [u8],
    to: usize,
    /// Where the block begins, and which of its bytes are signs.
    block: usize,
    mask: u64,
}

impl<'w> Signs<'w> {
    /// Those before `to`.
    pub(crate) fn new(window: &'w [u8], from: usize, to: usize) -> Self {
        Self { window, to, block: from, mask: load(window, from) }
    }

    /// The next sign from `from` on; `usize::MAX` where there is none. `from` never goes back.
    #[inline]
    pub(crate) fn next(&mut self, from: usize) -> usize {
        let mut at = from;
        while at < self.to {
            let within = at.wrapping_sub(self.block);
            if within >= BLOCK {
                (self.block, self.mask) = (at, load(self.window, at));
                continue;
            }
            let left = self.mask >> within;
            if left != 0 {
                let sign = at + left.trailing_zeros() as usize;
                return if sign < self.to { sign } else { usize::MAX };
            }
            at = self.block + BLOCK;
        }
        usize::MAX
    }
}

/// Which bytes from `at` on are signs.
fn load(window: &[u8], at: usize) -> u64 {
    let around = at.checked_sub(1).and_then(|before| window.get(before..)?.first_chunk());
    around.map_or_else(|| test(&padded(window, at)), test)
}

/// At the ends of the window: what is not there is zero.
#[cold]
fn padded(window: &[u8], at: usize) -> Around {
    let mut around = [0; BLOCK + 2];
    let bytes = window.get(at.saturating_sub(1)..).unwrap_or_default();
    let places = around.iter_mut().skip(usize::from(at == 0));
    places.zip(bytes).for_each(|(place, byte)| *place = *byte);
    around
}

/// Which of the bytes but the first and the last are signs.
#[inline]
fn test(around: &Around) -> u64 {
    let mut signs = [0; BLOCK];
    let bytes = around.iter().zip(around.iter().skip(1)).zip(around.iter().skip(2));
    for (sign, ((&before, &byte), &behind)) in signs.iter_mut().zip(bytes) {
        *sign = u8::from(is_sign(before, byte, behind));
    }
    bits(&signs)
}

/// A bit for each byte, which is 0 or 1.
#[inline]
pub(crate) fn bits(bytes: &[u8; BLOCK]) -> u64 {
    let (words, _) = bytes.as_chunks::<8>();
    // The multiplication moves the lowest bit of each byte into the highest byte, in order.
    let pack = |word: &[u8; 8]| u64::from_le_bytes(*word).wrapping_mul(0x0102_0408_1020_4080) >> 56;
    words.iter().rev().fold(0, |mask, word| mask << 8 | pack(word))
}

/// Without branches, and no closer than a few instructions can tell: whoever looks at a sign tells more closely.
#[inline]
const fn is_sign(before: u8, byte: u8, behind: u8) -> bool {
    // A digit, a blank, a hyphen or the like; `UN` begins segments of EDIFACT.
    let number = (byte == b'U') & ((behind < b':') | (behind == b'N'));
    // No known name ends in a digit, which leaves out all times of day; a scheme of a URL may.
    let digit_before = before.wrapping_sub(b'0') < 10;
    let text_before = before.wrapping_sub(b' ') < 0x5f;
    let field = ((byte == b':') | (byte == b'=')) & text_before & (!digit_before | (behind == b'/'));
    let tag = (byte == b'<') & (behind.wrapping_sub(b'A') < 58);
    let list = (byte == b'(') & (behind.wrapping_sub(b' ') < 0x5f);
    number | field | tag | list
}

#[cfg(test)]
mod tests {
    use super::{Signs, is_sign};
    use crate::tests::made::Chance;

    #[test]
    fn all_signs_are_found_wherever_they_stand_in_blocks_and_whatever_is_skipped() {
        let mut chance = Chance(7);
        let common = b"U:=<>(N09 -\"ab/\0\xff";
        for _ in 0..2_000 {
            let length = chance.below(300);
            let rarely = 1 + chance.below(40);
            let bytes: Vec<u8> = (0..length)
                .map(|_| if chance.below(rarely) == 0 { common[chance.below(common.len())] } else { b'.' })
                .collect();
            let byte = |at: Option<usize>| at.and_then(|at| bytes.get(at)).copied().unwrap_or(0);
            let sign = |&at: &usize| is_sign(byte(at.checked_sub(1)), bytes[at], byte(Some(at + 1)));
            let to = length - chance.below(10).min(length);
            let mut from = chance.below(20);
            let mut signs = Signs::new(&bytes, from, to);
            while from < length {
                let next = signs.next(from);
                assert_eq!(next, (from..to).find(sign).unwrap_or(usize::MAX));
                from = next.saturating_add(1 + chance.below(3) * chance.below(50));
            }
        }
    }
}
