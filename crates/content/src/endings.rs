//! A cheap first test of names: whether the last three characters are those of any known name. Of most names they are not.

use crate::keys;
use std::sync::LazyLock;

/// So many kinds of characters: those that a name may have beside letters and digits, letters and digits, all others.
const KINDS: usize = 38;
/// What may stand between the words of a name.
const BETWEEN: u8 = 0;
/// No part of a name.
const OTHER: u8 = 37;
/// Three kinds, a bit each.
const WORDS: usize = (KINDS * KINDS * KINDS).div_ceil(64);

/// What kind of character each byte is.
static KIND: [u8; 256] = kinds();

#[expect(clippy::indexing_slicing, reason = "a byte is an index of 256 places, and this runs when compiling")]
const fn kinds() -> [u8; 256] {
    let mut kinds = [OTHER; 256];
    let mut byte = 0;
    while byte < 256 {
        kinds[byte] = match byte as u8 {
            letter @ (b'a'..=b'z' | b'A'..=b'Z') => (letter | 0x20) - b'a' + 1,
            digit @ b'0'..=b'9' => digit - b'0' + 27,
            b'_' | b'-' | b'(' | b'.' | b' ' => BETWEEN,
            _ => OTHER,
        };
        byte += 1;
    }
    kinds
}

/// The endings of all known names.
static KNOWN: LazyLock<[u64; WORDS]> = LazyLock::new(|| {
    let mut known = [0; WORDS];
    for ending in keys::names().map(|name| number(kinds_of(name))) {
        if let Some(word) = known.get_mut(ending / 64) {
            *word |= 1 << (ending % 64);
        }
    }
    known
});

/// Whether `text` may end with a name that is known. Where its words are so short that the test says little, it may.
#[inline]
pub(crate) fn may_be_known(text: &[u8]) -> bool {
    let kinds = kinds_of(text);
    let number = number(kinds);
    kinds.contains(&BETWEEN) || KNOWN.get(number / 64).is_some_and(|word| word >> (number % 64) & 1 == 1)
}

/// Of the last three characters; before the first there is something else.
#[inline]
fn kinds_of(text: &[u8]) -> [u8; 3] {
    let kind = |byte: u8| KIND.get(usize::from(byte)).copied().unwrap_or(OTHER);
    match text {
        [.., third, second, last] => [*third, *second, *last].map(kind),
        [second, last] => [OTHER, kind(*second), kind(*last)],
        [last] => [OTHER, OTHER, kind(*last)],
        [] => [OTHER; 3],
    }
}

#[inline]
fn number([third, second, last]: [u8; 3]) -> usize {
    (usize::from(third) * KINDS + usize::from(second)) * KINDS + usize::from(last)
}

#[cfg(test)]
mod tests {
    use super::may_be_known;
    use crate::keys::{self, Name};

    #[test]
    fn no_known_name_is_passed_over_however_it_is_written() {
        for name in keys::names() {
            let text = String::from_utf8_lossy(name).into_owned();
            assert!(Name::new([name]).unwrap().key().is_some(), "{text}");
            for written in [text.clone(), text.to_uppercase(), format!("{{\"{text}"), format!("x {text}")] {
                assert!(may_be_known(written.as_bytes()), "{written}");
            }
            // With something between its words, wherever they end.
            for place in 1..text.len() {
                let (begin, end) = text.split_at(place);
                assert!(may_be_known(format!("{begin}_{end}").as_bytes()), "{begin}_{end}");
            }
        }
    }

    #[test]
    fn names_of_other_things_are_passed_over() {
        for name in ["\"speed", "time", "\"id", "12", "\"a", "height", "<Hoist"] {
            assert!(!may_be_known(name.as_bytes()), "{name}");
        }
    }
}
