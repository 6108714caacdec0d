//! The places where a find may be, by one byte and its neighbours: the category letter of a container, a sign that ends a
//! name, a parenthesis that begins a list.
//!
//! Most bytes of most streams are none, so whole blocks are passed over at once. The compiler makes vector
//! instructions of the test of a block, as it has no branches.

/// So many bytes are tested at once.
const BLOCK: usize = 16;
/// Signs come in crowds: so many bytes behind one are looked at one by one.
const CROWD: usize = 8;

/// The next sign from `from` on, before `to`.
pub(crate) fn seek(window: &[u8], from: usize, to: usize) -> Option<usize> {
    let mut at = to.min(from + CROWD);
    if let Some(sign) = one_by_one(window, from, at) {
        return Some(sign);
    }
    while at < to {
        let block = at.checked_sub(1).and_then(|before| window.get(before..)?.first_chunk::<{ BLOCK + 2 }>());
        let end = to.min(at + BLOCK);
        if block.is_none_or(may_hold_one)
            && let Some(sign) = one_by_one(window, at, end)
        {
            return Some(sign);
        }
        at = end;
    }
    None
}

fn one_by_one(window: &[u8], from: usize, to: usize) -> Option<usize> {
    let bytes = window.get(from..to)?.iter().enumerate();
    let likely = bytes.filter(|(_, byte)| matches!(byte, b'U' | b':' | b'=' | b'>' | b'('));
    likely.map(|(place, _)| from + place).find(|&at| is_sign(window, at))
}

fn is_sign(window: &[u8], at: usize) -> bool {
    let byte = |at: Option<usize>| at.and_then(|at| window.get(at)).copied().unwrap_or(0);
    go_together(byte(at.checked_sub(1)), byte(Some(at)), byte(Some(at + 1)))
}

/// Whether one of the bytes but the first and the last is a sign.
#[inline]
fn may_hold_one(block: &[u8; BLOCK + 2]) -> bool {
    let behind = block.iter().skip(2);
    let found = block.iter().zip(block.iter().skip(1)).zip(behind);
    found.fold(false, |any, ((&before, &byte), &behind)| any | go_together(before, byte, behind))
}

/// Without branches: see above.
#[inline]
const fn go_together(before: u8, byte: u8, behind: u8) -> bool {
    let digit_behind = behind.wrapping_sub(b'0') < 10;
    let number = (byte == b'U') & (digit_behind | (behind == b' ') | (behind == b'-') | (behind == b'N'));
    let letter_before = (before | 0x20).wrapping_sub(b'a') < 26;
    let digit_before = before.wrapping_sub(b'0') < 10;
    let quote_before = (before == b'"')
        | (before == b'\'')
        | (before == b')')
        | (before == b']')
        | (before == b'`')
        | (before == b' ');
    let sign = (byte == b':') | (byte == b'=') | (byte == b'>');
    let field = sign & (letter_before | digit_before | quote_before);
    let list = (byte == b'(') & (behind.wrapping_sub(b' ') < 0x5f);
    number | field | list
}

#[cfg(test)]
mod tests {
    use super::{is_sign, seek};
    use crate::tests::made::Chance;

    #[test]
    fn blocks_are_passed_over_only_where_there_is_none() {
        let mut chance = Chance(7);
        let common = b"U:=>(N09 -\"ab\0\xff";
        for _ in 0..2_000 {
            let length = chance.below(150);
            let rarely = 1 + chance.below(40);
            let bytes: Vec<u8> = (0..length)
                .map(|_| if chance.below(rarely) == 0 { common[chance.below(common.len())] } else { b'.' })
                .collect();
            let from = chance.below(20).min(length);
            let to = length - chance.below(10).min(length - from);
            assert_eq!(seek(&bytes, from, to), (from..to).find(|&at| is_sign(&bytes, at)));
        }
    }
}
