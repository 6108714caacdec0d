//! Messages (RFC 3261, section 7) and the parts of a session description that name addresses (RFC 4566).

use crate::{Answer, Length};
use memchr::{memchr, memmem};

/// The longest message this software reads, in bytes: that of the longest datagram.
pub(super) const MAX_MESSAGE_BYTES: usize = 64 * 1024;
/// The longest name of a method that is believed, in bytes.
const MAX_METHOD_BYTES: usize = 16;
/// So many header fields are looked at.
const MOST_FIELDS: usize = 128;
/// So many media of a session are told.
pub(super) const MOST_MEDIA: usize = 8;

/// The first line of a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum First<'a> {
    Request { method: &'a str, uri: &'a str },
    Response { status: u16, reason: &'a str },
}

/// A message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Message<'a> {
    pub(super) first: First<'a>,
    fields: &'a str,
    pub(super) body: &'a [u8],
}

impl<'a> Message<'a> {
    pub(super) fn decode(bytes: &'a [u8]) -> Option<Self> {
        let end = head_end(bytes)?;
        let head = bytes.get(..end)?;
        let valid = std::str::from_utf8(head).map_or_else(|error| error.valid_up_to(), |text| text.len());
        let text = std::str::from_utf8(head.get(..valid)?).ok()?;
        let (line, fields) = text.split_once('\n')?;
        Some(Self {
            first: first(line.trim_end_matches('\r'))?,
            fields,
            body: bytes.get(end..).unwrap_or_default(),
        })
    }

    /// The value of the first field of this name, or of its short form.
    pub(super) fn field(&self, name: &str, short: &str) -> Option<&'a str> {
        let lines = self.fields.lines().take(MOST_FIELDS).filter_map(|line| line.split_once(':'));
        let is_it = |found: &str| {
            found.eq_ignore_ascii_case(name) || !short.is_empty() && found.eq_ignore_ascii_case(short)
        };
        let mut found = lines.filter(|(name, _)| is_it(name.trim()));
        found.next().map(|(_, value)| value.trim())
    }

    /// The addresses and ports of media that a session description in the body names.
    pub(super) fn media(&self) -> impl Iterator<Item = (&'a str, u16)> {
        let is_description =
            self.field("Content-Type", "c").is_some_and(|kind| kind.starts_with("application/sdp"));
        let body = if is_description { std::str::from_utf8(self.body).unwrap_or_default() } else { "" };
        let address =
            |line: &'a str| line.strip_prefix("c=IN IP4 ").or_else(|| line.strip_prefix("c=IN IP6 "));
        let connection = body.lines().find_map(address).unwrap_or_default();
        let ports = body.lines().filter_map(|line| line.strip_prefix("m="));
        let ports = ports
            .filter(|media| media.contains("RTP/"))
            .filter_map(|media| media.split(' ').nth(1)?.split('/').next()?.parse().ok());
        ports.filter(|port| *port != 0).take(MOST_MEDIA).map(move |port| (connection.trim(), port))
    }
}

fn first(line: &str) -> Option<First<'_>> {
    if let Some(rest) = line.strip_prefix("SIP/2.0 ") {
        let (status, reason) = rest.split_at_checked(3)?;
        let status = status.parse().ok().filter(|status| (100..700).contains(status))?;
        return Some(First::Response { status, reason: reason.trim() });
    }
    let (method, uri) = line.strip_suffix(" SIP/2.0")?.split_once(' ')?;
    let sound = (3..=MAX_METHOD_BYTES).contains(&method.len())
        && method.bytes().all(|byte| byte.is_ascii_uppercase())
        && uri.contains(':')
        && !uri.contains(' ');
    sound.then_some(First::Request { method, uri })
}

fn head_end(bytes: &[u8]) -> Option<usize> {
    memmem::find(bytes, b"\r\n\r\n").map(|at| at + 4)
}

/// How long the message at the start of a stream is. Ends of line between messages keep connections open.
pub(super) fn length(head: &[u8]) -> Length {
    if let [b'\r' | b'\n', ..] = head {
        return Length::Is(1);
    }
    let Some(end) = head_end(head) else {
        return if head.len() > MAX_MESSAGE_BYTES {
            Length::Bad("head that does not end")
        } else {
            Length::More
        };
    };
    let Some(message) = Message::decode(head.get(..end).unwrap_or_default()) else {
        return Length::Bad("head that cannot be read");
    };
    let body =
        message.field("Content-Length", "l").and_then(|length| length.parse::<usize>().ok()).unwrap_or(0);
    Length::Is(end.saturating_add(body))
}

/// Whether a message begins here.
pub(super) fn starts(head: &[u8]) -> Answer {
    // The cheap question first: this one is asked at every byte where the next message is looked for.
    if !may_begin(head) {
        return Answer::No;
    }
    let head = head.get(..LONGEST_FIRST_LINE_BYTES).unwrap_or(head);
    let Some(end) = memchr(b'\n', head) else {
        let printable = |byte: &u8| byte.is_ascii_graphic() || matches!(byte, b' ' | b'\r');
        let unfinished = head.len() < LONGEST_FIRST_LINE_BYTES && head.iter().all(printable);
        return if unfinished { Answer::Unsure } else { Answer::No };
    };
    let line = std::str::from_utf8(head.get(..end).unwrap_or_default()).unwrap_or_default();
    if first(line.trim_end_matches('\r')).is_some() { Answer::Certain } else { Answer::No }
}

/// A longer first line is not taken for one where the next message is looked for.
const LONGEST_FIRST_LINE_BYTES: usize = 1024;

/// Whether the first bytes are a version or a method and the beginning of an address, as far as they are there.
fn may_begin(head: &[u8]) -> bool {
    const VERSION: &[u8] = b"SIP/2.0 ";
    let method = head.iter().take(MAX_METHOD_BYTES + 1).take_while(|byte| byte.is_ascii_uppercase()).count();
    VERSION.starts_with(head.get(..VERSION.len()).unwrap_or(head))
        || method <= MAX_METHOD_BYTES
            && head.get(method..).is_some_and(|rest| {
                // An address begins with the name of its scheme.
                matches!(*rest, [] | [b' '])
                    || matches!(*rest, [b' ', letter, ..] if letter.is_ascii_alphabetic())
            })
}
