//! Fields: a name, one of `:` `=` `>`, and a value, as JSON, XML, forms, connection strings and headers write them.

use crate::keys::Key;
use crate::names::{key, key_of, last_word, may_be_known};
use memchr::{memchr2, memrchr};
use std::ops::Range;

/// The farthest a name may begin before what ends it, in bytes.
const FARTHEST_NAME: usize = 64;
/// A value is read so far.
const LONGEST_VALUE: usize = 96;

/// A field whose name is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Field<'w> {
    /// What its name says.
    pub(crate) key: Key,
    /// What is behind it, without quotes and blanks around it; cut where it is long.
    pub(crate) value: &'w [u8],
    /// Where its value ends in the window.
    pub(crate) end: usize,
}

impl<'w> Field<'w> {
    /// Its value is behind what ends before `from`.
    fn new(key: Key, window: &'w [u8], from: usize) -> Self {
        let value = value(window, from);
        let end = value.end;
        Self { key, value: window.get(value).unwrap_or_default(), end }
    }
}

/// The field whose name is ended by the `:` or `=` at `at`.
#[inline]
pub(crate) fn named(window: &[u8], at: usize) -> Option<Field<'_>> {
    let before = window.get(at.saturating_sub(FARTHEST_NAME)..at)?;
    if !before.last().is_some_and(|&byte| byte.is_ascii_alphanumeric() || closes(byte) && byte != b'\\') {
        return None;
    }
    let last = before.iter().rposition(|byte| !closes(*byte))?;
    let text = before.get(..=last)?;
    if !may_be_known(text) {
        return None;
    }
    Some(Field::new(name(text)?, window, at + 1))
}

/// The XML element whose opening tag begins with the `<` at `at`.
#[inline]
pub(crate) fn element(window: &[u8], at: usize) -> Option<Field<'_>> {
    let tag = window.get(at + 1..)?;
    let tag = tag.get(..tag.len().min(FARTHEST_NAME))?;
    let end = tag.iter().position(|byte| matches!(byte, b' ' | b'>' | b'\t' | b'\n' | b'<'))?;
    let name = tag.get(..end)?;
    if !name.first()?.is_ascii_alphabetic() {
        return None;
    }
    // A prefix that says whose name it is (`ns1:`) is another word.
    let key = key(name)?;
    let (place, closing) = memchr2(b'>', b'<', tag).and_then(|place| Some((place, *tag.get(place)?)))?;
    let last = *tag.get(place.checked_sub(1)?)?;
    let opens = closing == b'>' && (last.is_ascii_alphanumeric() || closes(last));
    opens.then(|| Field::new(key, window, at + place + 2))
}

/// What may stand between a name and the sign that ends it.
const fn closes(byte: u8) -> bool {
    matches!(byte, b'"' | b'\'' | b' ' | b')' | b']' | b'`' | b'\\')
}

/// What the name says that `text` ends with; a name of two words, where the last word alone says too little.
fn name(text: &[u8]) -> Option<Key> {
    let alone = key(text);
    let decided = alone.is_some_and(|key| key != Key::Weight { sure: false });
    if decided { alone } else { words(text).or(alone) }
}

/// What the last word says behind its last point, or else together with the word before.
fn words(text: &[u8]) -> Option<Key> {
    let start = last_word(text);
    let last = text.get(start..)?;
    if let Some(dot) = memrchr(b'.', last) {
        return key(last.get(dot + 1..)?);
    }
    let rest = text.get(..start)?.strip_suffix(b" ")?;
    key_of([rest.get(last_word(rest)..)?, last])
}

/// What ends a value without quotes.
static ENDS_VALUE: [bool; 256] = ends_value();

#[expect(clippy::indexing_slicing, reason = "a byte is an index of 256 places, and this runs when compiling")]
const fn ends_value() -> [bool; 256] {
    let mut ends = [false; 256];
    let mut rest: &[u8] = b"\"',;&<}]\r\n\0";
    while let [byte, others @ ..] = rest {
        ends[*byte as usize] = true;
        rest = others;
    }
    ends
}

/// Where the value is that stands behind a name or tag which ends before `from`.
fn value(window: &[u8], from: usize) -> Range<usize> {
    let rest = window.get(from..).unwrap_or_default();
    let opening = |byte: &u8| matches!(byte, b' ' | b'\\' | b'\t' | b'\n' | b'\r' | b'[');
    let start = rest.iter().take(8).position(|byte| !opening(byte)).unwrap_or(0);
    let text = rest.get(start..).unwrap_or_default();
    let text = text.get(..text.len().min(LONGEST_VALUE)).unwrap_or_default();
    let start = from + start;
    if let Some((quote @ (b'"' | b'\''), rest)) = text.split_first() {
        let end = rest.iter().position(|byte| byte == quote || *byte == b'\\').unwrap_or(rest.len());
        return start + 1..start + 1 + end;
    }
    let closing = |byte: &u8| ENDS_VALUE.get(usize::from(*byte)).is_none_or(|ends| *ends);
    let mut end = 0;
    while text.get(end).is_some_and(|byte| !closing(byte) || groups_thousands(text, end)) {
        end += 1;
    }
    let text = text.get(..end).unwrap_or_default().trim_ascii_end();
    start..start + text.len()
}

/// Whether the comma at `at` stands between digits and three more: `23,450`.
fn groups_thousands(text: &[u8], at: usize) -> bool {
    let digit =
        |place: Option<usize>| place.and_then(|place| text.get(place)).is_some_and(u8::is_ascii_digit);
    text.get(at) == Some(&b',')
        && digit(at.checked_sub(1))
        && (1..=3).all(|behind| digit(Some(at + behind)))
        && !digit(Some(at + 4))
}

/// So much is a weight of a container, in kilograms or tonnes; more is not.
const HEAVIEST: u64 = 200_000;
/// A number of so many digits and signs is none that people write as a weight.
const MOST_DIGITS: usize = 10;
/// What may stand behind the number.
const UNITS: [&[u8]; 10] = [b"kg", b"KG", b"Kg", b"KGM", b"t", b"T", b"to", b"lbs", b"ton", b"tons"];

/// Whether this is a number that can be a weight: `23450`, `23.45`, `23,450 kg`.
pub(crate) fn is_weight(value: &[u8]) -> bool {
    let (mut number, mut fraction, mut digits, mut length) = (0_u64, None, 0, 0);
    for &byte in value {
        match byte {
            b'0'..=b'9' => {
                number = number.saturating_mul(10).saturating_add(u64::from(byte - b'0'));
                digits += 1;
            }
            b'.' if fraction.is_none() => fraction = Some(digits),
            b',' if fraction.is_none() => {}
            b'.' => return false,
            _ => break,
        }
        length += 1;
    }
    let rest = value.get(length..).unwrap_or_default().trim_ascii();
    let unit = rest.is_empty() || UNITS.contains(&rest);
    // What is before the point stands for ten times as much with each digit behind it.
    let behind_point = digits - fraction.unwrap_or(digits);
    let heaviest = HEAVIEST.saturating_mul(10_u64.saturating_pow(behind_point));
    unit && digits > 0 && length <= MOST_DIGITS && number > 0 && number <= heaviest
}

#[cfg(test)]
mod tests {
    use super::{Field, element, is_weight, named};
    use crate::keys::Key;

    fn field(text: &str, end: char) -> Option<Field<'_>> {
        let at = text.find(end)?;
        if end == '<' { element(text.as_bytes(), at) } else { named(text.as_bytes(), at) }
    }

    #[test]
    fn fields_are_read_as_their_formats_write_them() {
        let weight = |text, end, value: &str| {
            let found = field(text, end).unwrap();
            assert_eq!((found.key, found.value), (Key::Weight { sure: true }, value.as_bytes()), "{text}");
            assert!(text[..found.end].ends_with(value), "{text}");
        };
        weight(r#"{"gross_kg":23450,"bay":7}"#, ':', "23450");
        weight(r#"{"gross_kg" : "23450" }"#, ':', "23450");
        weight(r#"{\"vgm\":\"23450\"}"#, ':', "23450");
        weight("<ns1:GrossWeight>23450</ns1:GrossWeight>", '<', "23450");
        weight("<VGM unit='KGM'>23450</VGM>", '<', "23450");
        weight("&grossweight=23450&x=1", '=', "23450");
        weight("Gross Weight: 23,450 kg\r\n", ':', "23,450 kg");
        weight("move.vgm = 4", '=', "4");
        let secret =
            |text, end| assert_eq!(field(text, end).map(|field| field.key), Some(Key::Secret), "{text}");
        secret("Password=x;Server=db", '=');
        secret("DB_PASSWORD=x", '=');
        assert_eq!(field("</VGM>", '<'), None);
        assert_eq!(field("<VGM<Bay>1", '<'), None);
        assert_eq!(field("<VGM/>", '<'), None);
        assert_eq!(field("a sentence: b", ':'), None);
    }

    #[test]
    fn only_a_plausible_number_is_a_weight() {
        for weight in ["23450", "23.4", "23,450 kg", "1 t", "5KGM"] {
            assert!(is_weight(weight.as_bytes()), "{weight}");
        }
        for other in ["", "0", "bold", "23450123", "12px", "1.2.3", "-5", "4 apples"] {
            assert!(!is_weight(other.as_bytes()), "{other}");
        }
    }
}
