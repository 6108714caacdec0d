//! Names of fields and columns, compared with those that are known.
//!
//! Names are compared as people mean them: without case, and without what stands between their words
//! (`GrossWeightKg`, `gross_weight_kg`, `Gross Weight (kg)`). They are compared from their end, where few of the known
//! are alike: the last three letters of most names are those of none.

use crate::keys::{self, Key};
use std::sync::LazyLock;

/// Kinds of bytes: what may stand in a word that is a name, a blank between two, all others. Letters and digits are their
/// own kind, in lower case.
const BETWEEN: u8 = 1;
const BLANK: u8 = 2;
const OTHER: u8 = 0;

/// What kind of byte each is.
static KIND: [u8; 256] = kinds();

#[expect(clippy::indexing_slicing, reason = "a byte is an index of 256 places, and this runs when compiling")]
const fn kinds() -> [u8; 256] {
    let mut kinds = [OTHER; 256];
    let mut byte = 0;
    while byte < 256 {
        kinds[byte] = match byte as u8 {
            letter if letter.is_ascii_alphanumeric() => letter | 0x20,
            b'_' | b'-' | b'(' | b'.' => BETWEEN,
            b' ' => BLANK,
            _ => OTHER,
        };
        byte += 1;
    }
    kinds
}

#[inline]
fn kind(byte: u8) -> u8 {
    KIND.get(usize::from(byte)).copied().unwrap_or(OTHER)
}

/// The last three letters of a word, in lower case; [`OTHER`] where it has fewer.
type Ending = [u8; 3];

/// A name that is known.
#[derive(Debug)]
struct Known {
    ending: Ending,
    /// In lower case.
    letters: &'static [u8],
    key: Key,
    /// Whether it says the same at the end of a longer name.
    ends: bool,
}

/// In 2 to the power of so many buckets there are few with names of different endings.
const BUCKET_BITS: u32 = 10;

/// Names by the bucket of their ending; whole names before what ends names.
static KNOWN: LazyLock<Vec<Vec<Known>>> = LazyLock::new(|| {
    let mut known: Vec<Vec<Known>> = Vec::new();
    known.resize_with(1 << BUCKET_BITS, Vec::new);
    for (letters, key, ends) in keys::names() {
        let ending = ending(letters);
        if let Some(bucket) = known.get_mut(bucket(ending)) {
            bucket.push(Known { ending, letters, key, ends });
        }
    }
    known
});

fn bucket([third, second, last]: Ending) -> usize {
    let number = u32::from_le_bytes([third, second, last, 0]);
    (number.wrapping_mul(0x9e37_79b9) >> (u32::BITS - BUCKET_BITS)) as usize
}

/// Whether `text` may end with a name that is known; a quick no for most that do not. A name that is part of the last word or
/// goes back into the word before has the same ending, if that is three letters.
#[inline]
pub(crate) fn may_be_known(text: &[u8]) -> bool {
    let known = |ending| KNOWN.get(bucket(ending)).is_some_and(|same| !same.is_empty());
    last_three(text).is_none_or(known)
}

/// What the word that `text` ends with says of a value, where it is a name that is known.
#[inline]
pub(crate) fn key(text: &[u8]) -> Option<Key> {
    let ending = ending(text);
    let same = KNOWN.get(bucket(ending))?;
    if same.is_empty() { None } else { longest(same, ending, text) }
}

/// What a name says that is in several parts, whatever stands between their letters and digits.
pub(crate) fn key_of<'a>(parts: impl IntoIterator<Item = &'a [u8]>) -> Option<Key> {
    let mut letters = [0; LONGEST];
    let mut length = 0;
    for &byte in parts.into_iter().flatten().filter(|byte| byte.is_ascii_alphanumeric()) {
        *letters.get_mut(length)? = byte;
        length += 1;
    }
    key(letters.get(..length)?)
}

/// Longer names in parts are not compared.
const LONGEST: usize = 64;

/// Where the word begins that `text` ends with.
pub(crate) fn last_word(text: &[u8]) -> usize {
    let apart = |byte: &u8| matches!(kind(*byte), BLANK | OTHER);
    text.iter().rposition(apart).map_or(0, |before| before + 1)
}

#[inline]
fn ending(text: &[u8]) -> Ending {
    last_three(text).unwrap_or_else(|| short_ending(text))
}

/// Of the last three bytes, where nothing stands between letters. What is before a shorter word is [`OTHER`] already.
#[inline]
fn last_three(text: &[u8]) -> Option<Ending> {
    let kinds = text.last_chunk::<3>()?.map(kind);
    (!kinds.contains(&BETWEEN) && !kinds.contains(&BLANK)).then_some(kinds)
}

/// The same, where something stands between the letters or there are fewer.
fn short_ending(text: &[u8]) -> Ending {
    let word = text.iter().rev().map(|&byte| kind(byte)).take_while(|&kind| kind != BLANK && kind != OTHER);
    let mut ending = [OTHER; 3];
    let places = ending.iter_mut().rev();
    places.zip(word.filter(|&kind| kind != BETWEEN)).for_each(|(place, letter)| *place = letter);
    ending
}

/// What the word says as a whole, else by the longest ending that says something.
fn longest(known: &[Known], ending: Ending, text: &[u8]) -> Option<Key> {
    let mut by_ending = None;
    for name in known.iter().filter(|name| name.ending == ending) {
        match name.fits(text) {
            Some(true) => return Some(name.key),
            Some(false) if name.ends => by_ending = by_ending.or(Some(name.key)),
            _ => {}
        }
    }
    by_ending
}

impl Known {
    /// Whether the word that `text` ends with ends with this name, and is nothing more.
    fn fits(&self, text: &[u8]) -> Option<bool> {
        let mut rest = text.iter().rev().map(|&byte| kind(byte)).filter(|&kind| kind != BETWEEN);
        for &letter in self.letters.iter().rev() {
            if rest.next()? != letter {
                return None;
            }
        }
        Some(rest.next().is_none_or(|before| before == BLANK || before == OTHER))
    }
}

#[cfg(test)]
mod tests {
    use super::{Key, key, key_of};
    use crate::keys;

    #[test]
    fn names_mean_the_same_however_they_are_written() {
        for name in ["GrossWeightKg", "gross_weight_kg", "GROSS-WEIGHT-KG", "{\"gross_weight(kg"] {
            assert_eq!(key(name.as_bytes()), Some(Key::Weight { sure: true }), "{name}");
        }
        assert_eq!(key_of([&b"Gross Weight (kg)"[..]]), Some(Key::Weight { sure: true }));
        assert_eq!(key_of([&b"gross"[..], b"kg"]), Some(Key::Weight { sure: true }));
        assert_eq!(key(b"db_password"), Some(Key::Secret));
        assert_eq!(key(b"a name that is long_and_longer_and_ends_with_the_password"), Some(Key::Secret));
        assert_eq!(key(b"font-weight"), Some(Key::Weight { sure: false }));
        for unknown in ["passwordless", "", "kgs", "x_kg", "speed", "position", "\"", "_", "vg m"] {
            assert_eq!(key(unknown.as_bytes()), None, "{unknown}");
        }
        assert_eq!(key(b"x kg"), Some(Key::Weight { sure: false }));
    }

    #[test]
    fn every_known_name_is_found_with_its_own_meaning_wherever_its_words_end() {
        for (letters, meaning, ends) in keys::names() {
            assert!(letters.iter().all(u8::is_ascii_lowercase));
            let text = String::from_utf8_lossy(letters).into_owned();
            // An ending of names can be a name with a meaning of its own.
            let meaning = if ends { key(letters).unwrap() } else { meaning };
            for place in 1..text.len() {
                let (begin, end) = text.split_at(place);
                for written in [format!("{begin}_{end}"), format!("<{begin}{}", end.to_uppercase())] {
                    assert_eq!(key(written.as_bytes()), Some(meaning), "{written}");
                }
            }
            let longer = key(format!("some_{text}").as_bytes());
            assert!(!ends || longer.is_some(), "{text}");
        }
    }
}
