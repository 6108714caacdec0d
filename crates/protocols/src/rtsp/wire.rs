//! Messages and interleaved packets.

use crate::{Answer, Length};

/// The longest message that is read, body included, in bytes. Descriptions of sessions take a few thousand.
pub(super) const LONGEST_MESSAGE_BYTES: usize = 32 * 1024;
/// What begins an interleaved packet.
const INTERLEAVED: u8 = b'$';
/// `$`, channel, length.
pub(super) const INTERLEAVED_HEADER_BYTES: usize = 4;
/// The longest interleaved packet.
pub(super) const LONGEST_PDU_BYTES: usize = INTERLEAVED_HEADER_BYTES + u16::MAX as usize;

/// The methods of RFC 2326 section 10.
const METHODS: [&str; 11] = [
    "OPTIONS",
    "DESCRIBE",
    "ANNOUNCE",
    "SETUP",
    "PLAY",
    "PAUSE",
    "TEARDOWN",
    "GET_PARAMETER",
    "SET_PARAMETER",
    "REDIRECT",
    "RECORD",
];

/// Whether a message begins here: a whole first line of a request or of an answer.
pub(super) fn begins(head: &[u8]) -> Answer {
    // The cheap question first: this one is asked at every byte where the next message is looked for.
    if !may_begin(head) {
        return Answer::No;
    }
    let head = head.get(..LONGEST_FIRST_LINE_BYTES).unwrap_or(head);
    let line = match memchr::memchr(b'\n', head) {
        Some(end) => head.get(..end).unwrap_or_default(),
        None if head.len() < LONGEST_FIRST_LINE_BYTES => return Answer::Unsure,
        None => return Answer::No,
    };
    let Ok(line) = std::str::from_utf8(line) else { return Answer::No };
    let line = line.trim_end();
    let is_answer =
        line.strip_prefix("RTSP/").is_some_and(|rest| rest.split(' ').nth(1).is_some_and(is_status));
    let is_request = METHODS.iter().any(|method| line.split(' ').next() == Some(*method))
        && line.rsplit(' ').next().is_some_and(|version| version.starts_with("RTSP/"));
    if is_answer || is_request { Answer::Certain } else { Answer::No }
}

/// An address of a stream is not longer than some hundred bytes.
const LONGEST_FIRST_LINE_BYTES: usize = 1024;

fn is_status(text: &str) -> bool {
    text.len() == 3 && text.bytes().all(|byte| byte.is_ascii_digit())
}

/// Whether the first bytes are those of a method or version, as far as they are there.
fn may_begin(head: &[u8]) -> bool {
    METHODS.iter().copied().chain(["RTSP/"]).any(|start| {
        let length = start.len().min(head.len());
        head.get(..length) == start.as_bytes().get(..length)
    })
}

/// Whether an interleaved packet begins here: of a low channel, and RTP or RTCP inside as far as that is there.
pub(super) fn begins_interleaved(head: &[u8]) -> Answer {
    match *head {
        [INTERLEAVED, channel, _, _, version, ..] if channel < 32 && version >> 6 == 2 => Answer::Certain,
        [INTERLEAVED, channel, ..] if channel < 32 && head.len() < 5 => Answer::Unsure,
        [INTERLEAVED] => Answer::Unsure,
        _ => Answer::No,
    }
}

/// Whether a whole PDU is an interleaved packet.
pub(super) const fn is_interleaved(pdu: &[u8]) -> bool {
    matches!(*pdu, [INTERLEAVED, ..])
}

/// How long the message or packet here is.
pub(super) fn length(head: &[u8]) -> Length {
    match *head {
        [INTERLEAVED, _, high, low, ..] => {
            return Length::Is(INTERLEAVED_HEADER_BYTES + usize::from(u16::from_be_bytes([high, low])));
        }
        [INTERLEAVED, ..] => return Length::More,
        // Some devices send empty lines between messages.
        [b'\r' | b'\n', ..] => return Length::Is(1),
        _ => {}
    }
    let scanned = head.get(..LONGEST_MESSAGE_BYTES).unwrap_or(head);
    let Some(end) = memchr::memmem::find(scanned, b"\r\n\r\n") else {
        return if scanned.len() < LONGEST_MESSAGE_BYTES {
            Length::More
        } else {
            Length::Bad("message too long")
        };
    };
    let whole = end + 4;
    let Some(message) = head.get(..whole).and_then(Message::decode) else { return Length::Bad("no message") };
    match message.header("Content-Length").map_or(Ok(0), str::parse::<usize>) {
        Ok(body) if body <= LONGEST_MESSAGE_BYTES => Length::Is(whole + body),
        _ => Length::Bad("body too long"),
    }
}

/// A view of one message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Message<'a> {
    pub(super) first: First<'a>,
    headers: &'a str,
    pub(super) body: &'a [u8],
}

/// A message's first line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum First<'a> {
    Request { method: &'a str, url: &'a str },
    Answer { status: u16, reason: &'a str },
}

impl<'a> Message<'a> {
    pub(super) fn decode(bytes: &'a [u8]) -> Option<Self> {
        let end = memchr::memmem::find(bytes, b"\r\n\r\n")?;
        let (head, body) = (bytes.get(..end)?, bytes.get(end + 4..)?);
        let head = std::str::from_utf8(head).ok()?;
        let (line, headers) = head.split_once("\r\n").unwrap_or((head, ""));
        let mut words = line.splitn(3, ' ');
        let (one, two, three) = (words.next()?, words.next()?, words.next().unwrap_or_default());
        let first = match one.starts_with("RTSP/") {
            true => First::Answer { status: two.parse().ok()?, reason: three },
            false => First::Request { method: one, url: two },
        };
        Some(Self { first, headers, body })
    }

    /// The value of a header.
    pub(super) fn header(&self, name: &str) -> Option<&'a str> {
        let mut headers = self.headers.split("\r\n").filter_map(|line| line.split_once(':'));
        headers.find(|(found, _)| found.trim().eq_ignore_ascii_case(name)).map(|(_, value)| value.trim())
    }

    /// What its answer, or its request, carries too.
    pub(super) fn sequence(&self) -> Option<u32> {
        self.header("CSeq")?.split_whitespace().next()?.parse().ok()
    }
}

/// The value of a parameter in `Transport`: `client_port=4588-4589` gives `4588-4589`.
pub(super) fn parameter<'a>(transport: &'a str, name: &str) -> Option<&'a str> {
    let mut parts = transport.split(';').filter_map(|part| part.trim().split_once('='));
    parts.find(|(found, _)| found.eq_ignore_ascii_case(name)).map(|(_, value)| value)
}

/// A range of two ports, or one.
pub(super) fn ports(range: &str) -> Option<(u16, u16)> {
    let (first, last) = range.split_once('-').unwrap_or((range, range));
    Some((first.trim().parse().ok()?, last.trim().parse().ok()?))
}
