//! Container numbers: three letters of the owner, a category, six digits, a check digit (ISO 6346:2022, 3 and
//! annex A).
//!
//! Where a field or record says that it holds one, its value is one if the check digit is right. Elsewhere only category U
//! is looked for, freight containers: J and Z are what is carried with them and under them. And as one in ten of
//! that shape is valid by chance, the wrong ones are told, too: [`Things`](crate::Things) weighs them.

use crate::mask;

/// A container number in text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Container {
    /// The eleven characters, without what separates them.
    pub(crate) number: [u8; 11],
    /// Whether its check digit is right.
    pub(crate) valid: bool,
    /// Whether its surroundings, too, say that it is one: a size and type code stands right behind it, and nothing
    /// behind that.
    pub(crate) sure: bool,
    /// How many bytes it takes from its category letter on.
    pub(crate) length: usize,
}

impl Container {
    /// One that was found before.
    pub(crate) const fn told(number: [u8; 11]) -> Self {
        Self { number, valid: true, sure: true, length: 8 }
    }

    /// `MSCU 12••••7`.
    pub(crate) fn masked(&self) -> String {
        let (owner, number) = self.number.split_at(4);
        format!("{} {}", String::from_utf8_lossy(owner), mask::middle(&String::from_utf8_lossy(number), 2, 1))
    }
}

/// What has the shape of a number and its category letter (U, J or Z) at `at`.
///
/// Between letters and digits, and before the check digit, one space or hyphen may stand. Neither before nor behind it
/// may a letter or digit follow on: random base64 would hold a number in every few megabytes. Behind it a size and
/// type code may (`22G1`), as records of fixed length have it.
#[inline]
pub(crate) fn at(window: &[u8], at: usize) -> Option<Container> {
    let next = *window.get(at + 1)?;
    if !next.is_ascii_digit() && !is_separator(next) {
        return None;
    }
    read(window, at)
}

#[cold]
fn read(window: &[u8], at: usize) -> Option<Container> {
    let start = at.checked_sub(3)?;
    let letters: [u8; 4] = *window.get(start..)?.first_chunk()?;
    let begun = start.checked_sub(1).and_then(|before| window.get(before));
    if !letters.iter().all(u8::is_ascii_uppercase) || begun.is_some_and(u8::is_ascii_alphanumeric) {
        return None;
    }
    let mut number = [0; 11];
    let mut digits = 0;
    let mut place = at + 1;
    while digits < 7 {
        let byte = *window.get(place)?;
        if byte.is_ascii_digit() {
            *number.get_mut(4 + digits)? = byte;
            digits += 1;
        } else if !(is_separator(byte)
            && (digits == 0 || digits == 6)
            && window.get(place - 1).is_some_and(u8::is_ascii_alphanumeric))
        {
            return None;
        }
        place += 1;
    }
    number.first_chunk_mut::<4>()?.copy_from_slice(&letters);
    let behind = window.get(place..).unwrap_or_default();
    let ends = |length| !behind.get(length).is_some_and(u8::is_ascii_alphanumeric);
    let typed = behind.first_chunk().is_some_and(is_size_and_type);
    let sure = typed && ends(4);
    (typed || ends(0)).then(|| Container { number, valid: is_valid(&number), sure, length: place - at })
}

/// A valid number that fills all of `text`.
pub(crate) fn whole(text: &[u8]) -> Option<Container> {
    let found = at(text, 3)?;
    let category = matches!(text.get(3), Some(b'U' | b'J' | b'Z'));
    (category && found.valid && found.length + 3 == text.len()).then_some(found)
}

const fn is_separator(byte: u8) -> bool {
    byte == b' ' || byte == b'-'
}

/// A size and type code (ISO 6346, annexes D and E): length, height and width, type group, type.
fn is_size_and_type(code: &[u8; 4]) -> bool {
    let [length, height, group, kind] = code;
    matches!(length, b'1'..=b'4' | b'L' | b'M' | b'P')
        && matches!(height, b'0' | b'2' | b'4'..=b'6' | b'8' | b'9' | b'C'..=b'F' | b'L'..=b'N')
        && matches!(group, b'G' | b'V' | b'B' | b'S' | b'R' | b'H' | b'U' | b'P' | b'T' | b'K' | b'N' | b'A')
        && kind.is_ascii_alphanumeric()
}

/// Whether the last digit is right: the sum of value times 2 to the power of place, modulo 11, modulo 10.
pub(crate) fn is_valid(number: &[u8; 11]) -> bool {
    let [covered @ .., check] = number;
    let value = |byte: u8| u32::from(VALUES.get(usize::from(byte)).copied().unwrap_or(0));
    let sum: u32 = covered.iter().enumerate().map(|(place, &byte)| value(byte) << place).sum();
    sum % 11 % 10 == u32::from(check.wrapping_sub(b'0'))
}

/// What each byte counts.
static VALUES: [u8; 256] = values();

/// Letters count from 10 on and leave out the multiples of 11.
#[expect(clippy::indexing_slicing, reason = "a byte is an index of 256 places, and this runs when compiling")]
const fn values() -> [u8; 256] {
    let mut values = [0; 256];
    let (mut byte, mut value) = (b'0', 0);
    while byte <= b'Z' {
        if byte.is_ascii_digit() || byte.is_ascii_uppercase() {
            value += (value % 11 == 0 && value > 0) as u8;
            values[byte as usize] = value;
            value += 1;
        }
        byte += 1;
    }
    values
}

#[cfg(test)]
mod tests {
    use super::{Container, at, is_valid, whole};

    fn number(text: &str) -> Option<Container> {
        at(text.as_bytes(), text.find(['U', 'J', 'Z'])?).filter(|found| found.valid)
    }

    #[test]
    fn the_worked_examples_are_valid() {
        for example in ["CSQU3054383", "MWCU6059784", "XPRU1000140", "SUDU1910806"] {
            assert!(whole(example.as_bytes()).is_some(), "{example}");
        }
        for wrong in ["CSQU3054384", "MWCU6059783", "SUDU1910816"] {
            assert!(!is_valid(wrong.as_bytes().try_into().unwrap()), "{wrong}");
        }
    }

    #[test]
    fn people_write_them_with_spaces_and_hyphens() {
        for text in
            ["CSQU3054383", "CSQU 3054383", "CSQU 305438 3", "CSQU 305438-3", "CSQU-305438-3", "CSQU305438-3"]
        {
            assert_eq!(number(text).map(|found| found.number), Some(*b"CSQU3054383"), "{text}");
        }
        for text in
            ["CSQU  3054383", "CSQU 30543 83", "CSQU3054383A", "XCSQU3054383", "CSQU30543831", "csqu3054383"]
        {
            assert_eq!(number(text), None, "{text}");
        }
    }

    #[test]
    fn a_size_and_type_code_may_follow_and_makes_it_sure() {
        assert!(number("CSQU305438322G1").is_some_and(|found| found.sure));
        assert!(number("CSQU3054383").is_some_and(|found| !found.sure));
        assert!(number("CSQU305438322G1F02350").is_some_and(|found| !found.sure));
        assert_eq!(number("CSQU305438322X1"), None);
    }

    #[test]
    fn a_sample_does_not_tell_the_number() {
        assert_eq!(number("MWCU6059784").unwrap().masked(), "MWCU 60••••4");
    }
}
