use crate::Answer;

/// The longest message over TCP that is read, in bytes. RFC 5424 asks for 2048; what writes more seldom writes more than
/// this.
pub(super) const MAX_MESSAGE_BYTES: usize = 16 * 1024;
/// The greatest priority: facility 23, severity 7.
const MAX_PRIORITY: u16 = 191;
/// The digits of a count or of a priority with its brackets are fewer than this.
const LONGEST_HEAD_BYTES: usize = 6;
/// Version, space and the longest RFC 3339 time stamp with nanoseconds: so many bytes tell.
const LONGEST_STAMP_BYTES: usize = 40;

/// Which standard a message follows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Format {
    /// RFC 5424.
    Versioned,
    /// RFC 3164 with its time stamp.
    Dated,
    /// A priority and text.
    Bare,
}

/// A view of one message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Message<'a> {
    pub(super) format: Format,
    pub(super) host: Option<&'a [u8]>,
}

impl<'a> Message<'a> {
    pub(super) fn decode(bytes: &'a [u8]) -> Option<Self> {
        let text = after_priority(bytes)?;
        if let Some(rest) = text.strip_prefix(b"1 ")
            && let Some(rest) = after_timestamp(rest)
        {
            return Some(Self { format: Format::Versioned, host: first_word(rest) });
        }
        if let Some(rest) = after_date(text) {
            // Where the tag follows at once, its colon or bracket gives it away.
            let host = first_word(rest).filter(|word| !word.ends_with(b":") && !word.contains(&b'['));
            return Some(Self { format: Format::Dated, host });
        }
        let is_text = text.first().is_some_and(|&byte| (0x20..0x7f).contains(&byte));
        is_text.then_some(Self { format: Format::Bare, host: None })
    }
}

/// What follows `<PRI>`.
fn after_priority(bytes: &[u8]) -> Option<&[u8]> {
    let rest = bytes.strip_prefix(b"<")?;
    let digits = rest.iter().take(3).take_while(|byte| byte.is_ascii_digit()).count();
    let (number, rest) = rest.split_at_checked(digits)?;
    let priority = number.iter().fold(0, |sum, digit| sum * 10 + u16::from(digit - b'0'));
    let leading_zero = digits > 1 && number.starts_with(b"0");
    let rest = rest.strip_prefix(b">")?;
    (digits > 0 && !leading_zero && priority <= MAX_PRIORITY).then_some(rest)
}

/// What follows an RFC 3339 time stamp or the dash that stands for none.
fn after_timestamp(text: &[u8]) -> Option<&[u8]> {
    if let Some(rest) = text.strip_prefix(b"- ") {
        return Some(rest);
    }
    let stamp = text.first_chunk::<11>()?;
    let is_digit = |at: usize| stamp.get(at).is_some_and(u8::is_ascii_digit);
    let digits = [0, 1, 2, 3, 5, 6, 8, 9].into_iter().all(is_digit);
    let marks = stamp.get(4) == Some(&b'-') && stamp.get(7) == Some(&b'-') && stamp.get(10) == Some(&b'T');
    let space = text.iter().position(|&byte| byte == b' ')?;
    if digits && marks { text.get(space + 1..) } else { None }
}

/// What follows `Mmm dd hh:mm:ss`; a day below ten has a space before it.
fn after_date(text: &[u8]) -> Option<&[u8]> {
    const MONTHS: &[u8] = b"JanFebMarAprMayJunJulAugSepOctNovDec";
    let (date, rest) = text.split_at_checked(16)?;
    let month = date.get(..3)?;
    let known = MONTHS.chunks(3).any(|name| name == month);
    let is = |at: usize, what: fn(&u8) -> bool| date.get(at).is_some_and(what);
    let digits = [5, 7, 8, 10, 11, 13, 14].into_iter().all(|at| is(at, u8::is_ascii_digit));
    let day = is(4, |byte| *byte == b' ' || byte.is_ascii_digit());
    let marks = [3, 6, 15].into_iter().all(|at| date.get(at) == Some(&b' '))
        && [9, 12].into_iter().all(|at| date.get(at) == Some(&b':'));
    (known && digits && day && marks).then_some(rest)
}

fn first_word(text: &[u8]) -> Option<&[u8]> {
    text.split(|byte| byte.is_ascii_whitespace()).next().filter(|word| !word.is_empty() && *word != b"-")
}

/// The count before a message over TCP: its digits and the space, and the number.
pub(super) fn count(head: &[u8]) -> Option<(usize, usize)> {
    let digits = head.iter().take(6).take_while(|byte| byte.is_ascii_digit()).count();
    let number = head.get(..digits)?.iter().fold(0, |sum, digit| sum * 10 + usize::from(digit - b'0'));
    let begins_well = head.first().is_some_and(|&first| first != b'0');
    (digits > 0 && begins_well && head.get(digits) == Some(&b' ')).then_some((digits + 1, number))
}

/// Whether a message begins here on a stream.
pub(super) fn begins(head: &[u8]) -> Answer {
    let message = count(head).and_then(|(skip, _)| head.get(skip..)).unwrap_or(head);
    if let Some(Message { format: Format::Versioned | Format::Dated, .. }) = Message::decode(message) {
        return Answer::Certain;
    }
    if may_begin(message) { Answer::Unsure } else { Answer::No }
}

/// Whether these bytes may be the first of a message, or of the count before it.
fn may_begin(message: &[u8]) -> bool {
    if message.len() < LONGEST_HEAD_BYTES && message.iter().all(u8::is_ascii_digit) {
        return true;
    }
    let Some(text) = after_priority(message) else {
        let is_head = |rest: &[u8]| rest.len() <= 3 && rest.iter().all(u8::is_ascii_digit);
        return message.strip_prefix(b"<").is_some_and(is_head);
    };
    let begins = |template: &[u8]| {
        text.iter().zip(template).all(|(byte, expected)| match expected {
            b'm' => byte.is_ascii_alphabetic(),
            b'n' => byte.is_ascii_digit(),
            b'_' => byte.is_ascii_digit() || *byte == b' ',
            literal => byte == literal,
        })
    };
    let stamp_may_go_on = text.len() < LONGEST_STAMP_BYTES && !text.iter().skip(2).any(|&byte| byte == b' ');
    (text.len() < 16 && begins(b"mmm _n nn:nn:nn "))
        || (stamp_may_go_on && (begins(b"1 nnnn-nn-nnT") || begins(b"1 -")))
}
