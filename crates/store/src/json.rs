//! Writes JSON straight onto a byte buffer: no tree, no allocation, nothing that a peer says can break out.
//!
//! Text is escaped so that a *terminal* that shows the file is as safe as a parser that reads it. Besides what
//! JSON demands (control characters, quote, backslash) these are written as `\uXXXX`: DEL, the C1 controls,
//! line and paragraph separators, bidirectional controls, and the other invisible format characters. An escape
//! is read back as the same character, so nothing is lost.
//!
//! Bytes that ought to be text but are not UTF-8 lose what cannot be said in JSON: each maximal ill-formed
//! sequence is written as one U+FFFD (see [`push_text_of_bytes`]). Bytes without a known meaning are never
//! treated as text: they are lower-case hexadecimal.

use quaywatch_model::{Coded, Number, Value};
use std::fmt::{self, Write};

/// What is written in place of a secret.
const MASKED: &[u8] = b"\"(masked)\"";
/// What is written in place of a list inside so many lists, so that nesting cannot exhaust the stack.
const TOO_DEEP: &[u8] = b"\"(nested too deeply)\"";
/// How many lists deep a value is followed. Arrays of arrays of structures in OPC UA reach four.
const MOST_DEPTH: u8 = 8;

/// How far a row may grow. What lies past it is left out, and [`cut`](Self::cut) says so.
#[derive(Debug, Clone, Copy)]
pub struct Bound {
    end: usize,
    depth: u8,
    cut: bool,
}

impl Bound {
    /// Nothing more is begun once the buffer is `end` bytes long.
    #[must_use]
    pub const fn at(end: usize) -> Self {
        Self { end, depth: 0, cut: false }
    }

    /// Whether something was left out.
    #[must_use]
    pub const fn cut(&self) -> bool {
        self.cut
    }

    /// Whether more may be begun; where not, remembers that something was left out.
    pub const fn admits(&mut self, out: &[u8]) -> bool {
        let admitted = out.len() < self.end;
        self.cut |= !admitted;
        admitted
    }

    /// How many bytes of input are taken now, out of `wanted`.
    fn allow(&mut self, out: &[u8], wanted: usize) -> usize {
        let room = self.end.saturating_sub(out.len());
        self.cut |= wanted > room;
        wanted.min(room)
    }
}

/// A string with its quotes.
#[inline]
pub fn push_str(out: &mut Vec<u8>, text: &str) {
    out.push(b'"');
    push_escaped(out, text);
    out.push(b'"');
}

/// The inside of a string, without quotes.
#[inline]
pub fn push_escaped(out: &mut Vec<u8>, text: &str) {
    if is_plain_text(text.as_bytes()) {
        out.extend_from_slice(text.as_bytes());
    } else {
        push_mixed(out, text);
    }
}

fn push_mixed(out: &mut Vec<u8>, text: &str) {
    let mut rest = text;
    loop {
        let (plain, other) = rest.split_at_checked(plain_length(rest.as_bytes())).unwrap_or((rest, ""));
        out.extend_from_slice(plain.as_bytes());
        let mut characters = other.chars();
        let Some(character) = characters.next() else { return };
        push_character(out, character);
        rest = characters.as_str();
    }
}

/// A string with its quotes, from bytes that should be UTF-8. Each maximal ill-formed sequence becomes U+FFFD.
pub fn push_text_of_bytes(out: &mut Vec<u8>, bytes: &[u8]) {
    out.push(b'"');
    for chunk in bytes.utf8_chunks() {
        push_escaped(out, chunk.valid());
        if !chunk.invalid().is_empty() {
            push_character(out, char::REPLACEMENT_CHARACTER);
        }
    }
    out.push(b'"');
}

/// A string with its quotes, from anything that can be shown.
#[inline]
pub fn push_display(out: &mut Vec<u8>, shown: &dyn fmt::Display, bound: &mut Bound) {
    out.push(b'"');
    push_display_escaped(out, shown, bound);
    out.push(b'"');
}

/// The inside of a string, from anything that can be shown.
///
/// What is shown comes in many small pieces: they are written as they are and looked through once, when all are there.
pub fn push_display_escaped(out: &mut Vec<u8>, shown: &dyn fmt::Display, bound: &mut Bound) {
    let start = out.len();
    // An error is either ours, which the bound remembers, or a `Display` that gave up: what it said stands.
    let _ = write!(Raw { out, bound }, "{shown}");
    let written = out.get(start..).unwrap_or_default();
    if !is_plain_text(written) {
        // Only whole strings and characters were written.
        let text = String::from_utf8_lossy(written).into_owned();
        out.truncate(start);
        push_mixed(out, &text);
    }
}

/// A number without sign.
#[inline]
pub fn push_unsigned(out: &mut Vec<u8>, number: u64) {
    out.extend_from_slice(itoa::Buffer::new().format(number).as_bytes());
}

/// A number with sign.
#[inline]
pub fn push_signed(out: &mut Vec<u8>, number: i64) {
    out.extend_from_slice(itoa::Buffer::new().format(number).as_bytes());
}

/// The same for single precision: 40.1 stays 40.1.
pub fn push_float32(out: &mut Vec<u8>, number: f32) {
    if number.is_finite() {
        out.extend_from_slice(ryu::Buffer::new().format_finite(number).as_bytes());
    } else {
        push_float(out, number.into());
    }
}

/// A number with fraction, in the shortest form that reads back as the same number. JSON has no word for what
/// is not finite: those are the strings `"NaN"`, `"Infinity"` and `"-Infinity"`.
pub fn push_float(out: &mut Vec<u8>, number: f64) {
    if number.is_finite() {
        out.extend_from_slice(ryu::Buffer::new().format_finite(number).as_bytes());
    } else if number.is_nan() {
        out.extend_from_slice(b"\"NaN\"");
    } else {
        out.extend_from_slice(if number > 0.0 { b"\"Infinity\"" } else { b"\"-Infinity\"" });
    }
}

/// Bytes as lower-case hexadecimal, with quotes.
pub fn push_hex(out: &mut Vec<u8>, bytes: &[u8]) {
    /// So many bytes are made digits of at a time. Most values are shorter.
    const AT_ONCE: usize = 32;
    out.push(b'"');
    for bytes in bytes.chunks(AT_ONCE) {
        let mut digits = [0; 2 * AT_ONCE];
        for (pair, byte) in digits.as_chunks_mut::<2>().0.iter_mut().zip(bytes) {
            // Counted, not looked up: many at a time.
            *pair = [byte >> 4, byte & 0xF].map(|nibble| nibble + if nibble < 10 { b'0' } else { b'a' - 10 });
        }
        out.extend_from_slice(digits.get(..2 * bytes.len()).unwrap_or_default());
    }
    out.push(b'"');
}

/// The two lower-case digits of a byte.
pub(crate) fn push_hex_digits(out: &mut Vec<u8>, byte: u8) {
    out.extend_from_slice(&[digit(byte >> 4, LOWER), digit(byte, LOWER)]);
}

/// `0x` and so many upper-case digits.
pub(crate) fn push_hex_number(out: &mut Vec<u8>, number: u32, digits: u32) {
    out.extend_from_slice(b"0x");
    for place in (0..digits).rev() {
        out.push(digit((number >> (4 * place)) as u8, UPPER));
    }
}

/// A value of the wire, with its type.
#[inline]
pub fn push_value(out: &mut Vec<u8>, value: Value<'_>, bound: &mut Bound) {
    match value {
        Value::Bool(true) => out.extend_from_slice(b"true"),
        Value::Bool(false) => out.extend_from_slice(b"false"),
        Value::Unsigned(number) => push_unsigned(out, number),
        Value::Signed(number) => push_signed(out, number),
        Value::Float32(number) => push_float32(out, number),
        Value::Float(number) => push_float(out, number),
        Value::Text(text) => {
            let allowed = text.floor_char_boundary(bound.allow(out, text.len()));
            push_str(out, text.get(..allowed).unwrap_or(""));
        }
        Value::Shown(shown) => push_display(out, shown, bound),
        Value::Bytes(bytes) => {
            let allowed = bound.allow(out, bytes.len());
            push_hex(out, bytes.get(..allowed).unwrap_or(&[]));
        }
        Value::List(_) if bound.depth >= MOST_DEPTH => {
            bound.cut = true;
            out.extend_from_slice(TOO_DEEP);
        }
        Value::List(list) => {
            bound.depth += 1;
            let mut array = Array::open(out);
            list.each(&mut |member| {
                if bound.admits(array.out) {
                    push_value(array.member(), member, bound);
                }
            });
            array.close();
            bound.depth -= 1;
        }
        Value::Secret => out.extend_from_slice(MASKED),
    }
}

/// A protocol's name and number, with quotes.
#[inline]
pub fn push_coded(out: &mut Vec<u8>, coded: Coded<'_>) {
    out.push(b'"');
    push_escaped(out, coded.name);
    if coded.number != Number::None {
        out.extend_from_slice(b" (");
        push_number(out, coded.number);
        out.push(b')');
    }
    out.push(b'"');
}

/// An array whose members are written one after the other.
pub struct Array<'a> {
    out: &'a mut Vec<u8>,
    empty: bool,
}

impl<'a> Array<'a> {
    /// Begins an array.
    pub fn open(out: &'a mut Vec<u8>) -> Self {
        out.push(b'[');
        Self { out, empty: true }
    }

    /// The buffer, ready for the next member.
    pub fn member(&mut self) -> &mut Vec<u8> {
        if !std::mem::take(&mut self.empty) {
            self.out.push(b',');
        }
        self.out
    }

    /// Ends the array.
    pub fn close(self) {
        self.out.push(b']');
    }
}

const UPPER: &[u8; 16] = b"0123456789ABCDEF";
const LOWER: &[u8; 16] = b"0123456789abcdef";

fn digit(nibble: u8, digits: &[u8; 16]) -> u8 {
    digits.get(usize::from(nibble & 0xF)).copied().unwrap_or(b'?')
}

fn push_number(out: &mut Vec<u8>, number: Number) {
    match number {
        Number::None => {}
        Number::Hex8(n) => push_hex_number(out, u32::from(n), 2),
        Number::Hex16(n) => push_hex_number(out, u32::from(n), 4),
        Number::Hex32(n) => push_hex_number(out, n, 8),
        Number::NodeId(n) => {
            out.extend_from_slice(b"i=");
            push_unsigned(out, u64::from(n));
        }
        other @ Number::Pair(..) => push_display_escaped(out, &other, &mut Bound::at(usize::MAX)),
    }
}

/// Takes what is written, as far as the bound allows.
struct Raw<'a> {
    out: &'a mut Vec<u8>,
    bound: &'a mut Bound,
}

impl Write for Raw<'_> {
    #[inline]
    fn write_str(&mut self, text: &str) -> fmt::Result {
        if text.len() <= self.bound.end.saturating_sub(self.out.len()) {
            self.out.extend_from_slice(text.as_bytes());
            return Ok(());
        }
        self.cut(text)
    }

    #[inline]
    fn write_char(&mut self, character: char) -> fmt::Result {
        if character.is_ascii() && self.out.len() < self.bound.end {
            self.out.push(character as u8);
            return Ok(());
        }
        self.write_str(character.encode_utf8(&mut [0; 4]))
    }
}

impl Raw<'_> {
    /// Takes the part that there is room for.
    #[cold]
    fn cut(&mut self, text: &str) -> fmt::Result {
        let allowed = text.floor_char_boundary(self.bound.allow(self.out, text.len()));
        self.out.extend_from_slice(text.as_bytes().get(..allowed).unwrap_or_default());
        Err(fmt::Error)
    }
}

/// Whether all is ASCII that stands for itself. The last word may overlap the one before, so that no byte is looked at
/// alone unless there are fewer than four.
#[inline]
fn is_plain_text(bytes: &[u8]) -> bool {
    if let Some(last) = bytes.last_chunk::<8>() {
        let (words, _) = bytes.as_chunks::<8>();
        return words.iter().chain([last]).all(|word| is_plain_word(u64::from_le_bytes(*word)));
    }
    if let (Some([a, b, c, d]), Some([e, f, g, h])) = (bytes.first_chunk::<4>(), bytes.last_chunk::<4>()) {
        return is_plain_word(u64::from_le_bytes([*a, *b, *c, *d, *e, *f, *g, *h]));
    }
    bytes.iter().all(|byte| is_plain(*byte))
}

/// How many bytes at the front are ASCII that stands for itself.
fn plain_length(bytes: &[u8]) -> usize {
    let (words, _) = bytes.as_chunks::<8>();
    let whole = words.iter().take_while(|word| is_plain_word(u64::from_le_bytes(**word))).count() * 8;
    let rest = bytes.get(whole..).unwrap_or(&[]);
    whole + rest.iter().take_while(|byte| is_plain(**byte)).count()
}

const fn is_plain(byte: u8) -> bool {
    matches!(byte, 0x20..=0x7E) && byte != b'"' && byte != b'\\'
}

/// [`is_plain`] for eight bytes at once. Each term sets the top bit of some byte exactly when one of the eight
/// is what it looks for; bytes of 0x80 and above are caught by the first.
const fn is_plain_word(word: u64) -> bool {
    const EACH: u64 = 0x0101_0101_0101_0101;
    const TOPS: u64 = 0x80 * EACH;
    const fn has_zero(word: u64) -> u64 {
        word.wrapping_sub(EACH) & !word & TOPS
    }
    let high = word & TOPS;
    let control = word.wrapping_sub(0x20 * EACH) & !word & TOPS;
    let quote = has_zero(word ^ (b'"' as u64 * EACH));
    let backslash = has_zero(word ^ (b'\\' as u64 * EACH));
    let delete = has_zero(word ^ (0x7F * EACH));
    high | control | quote | backslash | delete == 0
}

#[cold]
fn push_character(out: &mut Vec<u8>, character: char) {
    match character {
        '"' => out.extend_from_slice(b"\\\""),
        '\\' => out.extend_from_slice(b"\\\\"),
        '\n' => out.extend_from_slice(b"\\n"),
        '\r' => out.extend_from_slice(b"\\r"),
        '\t' => out.extend_from_slice(b"\\t"),
        other if steers(other) => {
            for unit in other.encode_utf16(&mut [0; 2]) {
                out.extend_from_slice(b"\\u");
                unit.to_be_bytes().into_iter().for_each(|byte| push_hex_digits(out, byte));
            }
        }
        other => out.extend_from_slice(other.encode_utf8(&mut [0; 4]).as_bytes()),
    }
}

/// Characters that act on whoever shows the text instead of being seen.
const fn steers(character: char) -> bool {
    matches!(character,
        '\u{0}'..='\u{1F}'             // C0 controls
        | '\u{7F}'..='\u{9F}'          // DEL and the C1 controls
        | '\u{AD}'                     // soft hyphen
        | '\u{61C}'                    // Arabic letter mark
        | '\u{180E}'                   // Mongolian vowel separator
        | '\u{200B}'..='\u{200F}'      // zero-width characters, left-to-right and right-to-left marks
        | '\u{2028}'..='\u{202E}'      // line and paragraph separators, embeddings and overrides
        | '\u{2060}'..='\u{206F}'      // word joiner, isolates, deprecated format characters
        | '\u{FEFF}'                   // byte order mark
        | '\u{FFF9}'..='\u{FFFB}'      // interlinear annotation
        | '\u{E0000}'..='\u{E007F}') // tags
}

#[cfg(test)]
mod tests;
