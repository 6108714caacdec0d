use crate::{Answer, Length};

/// The longest message this software reads. Rows with large objects are longer and are passed over.
pub(super) const MAX_MESSAGE_BYTES: usize = 1 << 20;
/// A startup packet is at most so long in the server (`MAX_STARTUP_PACKET_LENGTH`).
const MAX_STARTUP_BYTES: usize = 10_000;

/// Codes in the place of a version (documentation, *Message Formats*).
pub(super) const SSL_REQUEST: u32 = 80_877_103;
pub(super) const GSS_REQUEST: u32 = 80_877_104;
pub(super) const CANCEL_REQUEST: u32 = 80_877_102;

/// A message without a type: how long it is and which version or code it has.
pub(super) fn startup(head: &[u8]) -> Option<(usize, u32)> {
    let (&length, rest) = head.split_first_chunk::<4>()?;
    let (&code, _) = rest.split_first_chunk::<4>()?;
    let length = u32::from_be_bytes(length) as usize;
    let code = u32::from_be_bytes(code);
    let fits = match code {
        SSL_REQUEST | GSS_REQUEST => length == 8,
        CANCEL_REQUEST => (16..=268).contains(&length),
        0x0003_0000..=0x0003_00ff => (9..=MAX_STARTUP_BYTES).contains(&length),
        _ => false,
    };
    fits.then_some((length, code))
}

/// The length of the message at `head`, which has a type.
pub(super) fn length(head: &[u8]) -> Length {
    let Some((&[kind, a, b, c, d], _)) = head.split_first_chunk::<5>() else {
        return if head.first().is_none_or(|kind| is_type(*kind)) {
            Length::More
        } else {
            Length::Bad("not a message type")
        };
    };
    let length = u32::from_be_bytes([a, b, c, d]) as usize;
    match (is_type(kind), length) {
        (false, _) => Length::Bad("not a message type"),
        (true, 4..MAX_MESSAGE_BYTES) => Length::Is(length + 1),
        (true, _) => Length::Bad("message length out of bounds"),
    }
}

const fn is_type(kind: u8) -> bool {
    matches!(
        kind,
        b'1'..=b'3' | b'A'..=b'I' | b'K' | b'N' | b'P' | b'Q' | b'R' | b'S' | b'T' | b'V'..=b'X' | b'Z' | b'c' | b'd'
            | b'f' | b'n' | b'p' | b's' | b't' | b'v'
    )
}

/// Whether a conversation or, in mid-stream, an exchange begins here.
pub(super) fn starts(head: &[u8]) -> Answer {
    if head.len() < 8 {
        let possible = head.first().is_none_or(|&first| first == 0 || b"QPTSKZRE".contains(&first));
        return if possible { Answer::Unsure } else { Answer::No };
    }
    if let Some((length, code)) = startup(head) {
        // The parameters are names and values, `user` among them.
        return match code {
            SSL_REQUEST | GSS_REQUEST if head.len() == 8 => Answer::Certain,
            CANCEL_REQUEST if head.len() == length => Answer::Certain,
            0x0003_0000..=0x0003_00ff if head.len() < length => Answer::Unsure,
            0x0003_0000..=0x0003_00ff
                if parameters(head.get(8..length).unwrap_or_default()).any(|(name, _)| name == b"user") =>
            {
                Answer::Certain
            }
            _ => Answer::No,
        };
    }
    let Length::Is(length) = length(head) else { return Answer::No };
    let body = head.get(5..length.min(head.len())).unwrap_or_default();
    let whole = head.len() >= length;
    match head.first() {
        // A statement that is text and ends with its zero, and the message with it.
        Some(b'Q') if whole => certain(is_statement(body) && head.len() == length),
        Some(b'Q') => {
            if body.iter().all(|&byte| is_text(byte)) {
                Answer::Unsure
            } else {
                Answer::No
            }
        }
        Some(b'P') if whole => certain(is_parse(body) && follows(head, length)),
        // Columns of rows, and another message behind.
        Some(b'T') if whole => certain(columns(body).is_some_and(|count| count > 0) && follows(head, length)),
        Some(b'R') if whole => {
            certain(is_authentication(body) && (head.len() == length || follows(head, length)))
        }
        Some(b'P' | b'T' | b'R') => Answer::Unsure,
        Some(b'S') => certain(body.ends_with(&[0]) && parameters(body).count() == 1 && follows(head, length)),
        _ => Answer::No,
    }
}

const fn certain(is_it: bool) -> Answer {
    if is_it { Answer::Certain } else { Answer::No }
}

/// Whether another whole message, or the whole head of one, stands behind the first.
fn follows(head: &[u8], at: usize) -> bool {
    let Some(next) = head.get(at..) else { return false };
    next.len() >= 5 && matches!(length(next), Length::Is(length) if length < 65_536)
}

fn is_text(byte: u8) -> bool {
    byte >= 0x20 && byte != 0x7f || matches!(byte, b'\t' | b'\n' | b'\r')
}

fn is_statement(body: &[u8]) -> bool {
    body.split_last()
        .is_some_and(|(&end, text)| end == 0 && text.len() >= 3 && text.iter().all(|&byte| is_text(byte)))
}

/// A prepared statement's name, its text, and how many types of parameters it fixes.
fn is_parse(body: &[u8]) -> bool {
    let Some((name, rest)) = string(body) else { return false };
    let Some((text, rest)) = string(rest) else { return false };
    let &[high, low, ref types @ ..] = rest else { return false };
    let count = usize::from(u16::from_be_bytes([high, low]));
    name.len() < 64 && text.len() >= 3 && text.iter().all(|&byte| is_text(byte)) && types.len() == count * 4
}

fn is_authentication(body: &[u8]) -> bool {
    match body {
        [0, 0, 0, 0 | 2 | 3 | 7 | 9] => true,
        [0, 0, 0, 5, _, _, _, _] => true,
        [0, 0, 0, 10, mechanisms @ ..] => mechanisms.starts_with(b"SCRAM-SHA-"),
        _ => false,
    }
}

/// How many columns a row description has, if it is one.
pub(super) fn columns(body: &[u8]) -> Option<usize> {
    let (&count, mut rest) = body.split_first_chunk::<2>()?;
    let count = usize::from(u16::from_be_bytes(count));
    for _ in 0..count {
        rest = string(rest)?.1.get(18..)?;
    }
    rest.is_empty().then_some(count)
}

/// The names of the columns of a row description.
pub(super) fn column_names(body: &[u8]) -> impl Iterator<Item = &[u8]> {
    let mut rest = body.get(2..).unwrap_or_default();
    std::iter::from_fn(move || {
        let (name, after) = string(rest)?;
        rest = after.get(18..)?;
        Some(name)
    })
}

/// The values of a row; `None` for NULL.
pub(super) fn values(body: &[u8]) -> impl Iterator<Item = Option<&[u8]>> {
    let mut rest = body.get(2..).unwrap_or_default();
    std::iter::from_fn(move || {
        let (&length, after) = rest.split_first_chunk::<4>()?;
        let length = u32::from_be_bytes(length);
        if length == u32::MAX {
            rest = after;
            return Some(None);
        }
        let (value, after) = after.split_at_checked(length as usize)?;
        rest = after;
        Some(Some(value))
    })
}

/// The text up to a zero, and what is behind it.
pub(super) fn string(bytes: &[u8]) -> Option<(&[u8], &[u8])> {
    let end = bytes.iter().position(|&byte| byte == 0)?;
    Some((bytes.get(..end)?, bytes.get(end + 1..)?))
}

/// Names and values, each ending with a zero.
pub(super) fn parameters(bytes: &[u8]) -> impl Iterator<Item = (&[u8], &[u8])> {
    let mut rest = bytes;
    std::iter::from_fn(move || {
        let (name, after) = string(rest).filter(|(name, _)| !name.is_empty())?;
        let (value, after) = string(after)?;
        rest = after;
        Some((name, value))
    })
}

/// A field of an error or notice: `C` is the code, `M` the message.
pub(super) fn error_field(body: &[u8], field: u8) -> Option<&[u8]> {
    let mut rest = body;
    while let Some((&kind, after)) = rest.split_first().filter(|(kind, _)| **kind != 0) {
        let (text, next) = string(after)?;
        if kind == field {
            return Some(text);
        }
        rest = next;
    }
    None
}
