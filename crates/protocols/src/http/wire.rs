//! Message heads (RFC 9112, sections 2 to 5).

use crate::Answer;
use memchr::{memchr, memmem};

/// The longest head this software reads, in bytes. Servers refuse heads longer than 8 to 64 KiB.
pub(super) const MAX_HEAD_BYTES: usize = 64 * 1024;
/// So many header fields are looked at; servers refuse more than 100.
const MOST_FIELDS: usize = 200;
/// A request line of which so much is printable is believed before its end is seen.
const LONG_LINE_BYTES: usize = 1024;
/// Methods of HTTP and of WebDAV (IANA registry "HTTP Methods"), which are believed before the line's end is seen.
const METHODS: &[&str] = &[
    "GET",
    "HEAD",
    "POST",
    "PUT",
    "PATCH",
    "DELETE",
    "CONNECT",
    "OPTIONS",
    "TRACE",
    "PROPFIND",
    "PROPPATCH",
    "MKCOL",
    "COPY",
    "MOVE",
    "LOCK",
    "UNLOCK",
    "REPORT",
    "SEARCH",
];
/// The longest name of a method that is believed.
const MAX_METHOD_BYTES: usize = 24;

/// The first line of a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum First<'a> {
    Request { method: &'a str, target: &'a str, version: &'a str },
    Response { version: &'a str, status: u16, reason: &'a str },
}

/// The head of a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Head<'a> {
    pub(super) first: First<'a>,
    fields: &'a str,
    /// All of it.
    pub(super) bytes: &'a [u8],
}

impl<'a> Head<'a> {
    /// Reads a head that [`end`] found to be whole. What is not UTF-8 is cut off.
    pub(super) fn decode(bytes: &'a [u8]) -> Option<Self> {
        let text = match std::str::from_utf8(bytes) {
            Ok(text) => text,
            Err(error) => std::str::from_utf8(bytes.get(..error.valid_up_to())?).ok()?,
        };
        let (line, fields) = text.split_once('\n')?;
        Some(Self { first: first(line.trim_end_matches('\r'))?, fields, bytes })
    }

    /// Every header field, in order.
    pub(super) fn fields(self) -> impl Iterator<Item = (&'a str, &'a str)> {
        let lines = self.fields.lines().take(MOST_FIELDS);
        lines.filter_map(|line| line.split_once(':')).map(|(name, value)| (name.trim(), value.trim()))
    }

    /// The value of the first field of this name.
    pub(super) fn field(self, wanted: &str) -> Option<&'a str> {
        self.values(wanted).next()
    }

    /// Whether a field has this word among those that commas part.
    pub(super) fn says(self, field: &str, word: &str) -> bool {
        let mut values = self.values(field);
        values.any(|value| value.split(',').any(|part| part.trim().eq_ignore_ascii_case(word)))
    }

    /// The values of all fields of this name. Lines of other names are not taken apart.
    fn values(self, wanted: &str) -> impl Iterator<Item = &'a str> {
        lines(self.fields).take(MOST_FIELDS).filter_map(move |line| {
            let (name, rest) = line.trim_start().split_at_checked(wanted.len())?;
            let rest = name.eq_ignore_ascii_case(wanted).then_some(rest)?;
            rest.trim_start().strip_prefix(':').map(str::trim)
        })
    }
}

/// Lines without what ends them, but for a carriage return. As [`str::lines`] gives them, and sooner: heads are asked for a
/// dozen fields each.
fn lines(text: &str) -> impl Iterator<Item = &str> {
    let mut rest = text;
    std::iter::from_fn(move || {
        let end = memchr(b'\n', rest.as_bytes()).unwrap_or(rest.len());
        let line = rest.get(..end).filter(|_| !rest.is_empty())?;
        rest = rest.get(end + 1..).unwrap_or_default();
        Some(line)
    })
}

fn first(line: &str) -> Option<First<'_>> {
    if let Some(rest) = line.strip_prefix("HTTP/") {
        let (version, rest) = rest.split_once(' ')?;
        let (status, reason) = rest.split_at_checked(3)?;
        let status = status.parse().ok().filter(|status| (100..1000).contains(status))?;
        return is_version(version).then_some(First::Response { version, status, reason: reason.trim() });
    }
    let (method, rest) = line.split_once(' ')?;
    let (target, version) = rest.rsplit_once(" HTTP/")?;
    let sound = is_method(method) && is_version(version) && !target.is_empty();
    sound.then_some(First::Request { method, target: target.trim(), version })
}

fn is_version(version: &str) -> bool {
    matches!(version, "1.0" | "1.1")
}

fn is_method(method: &str) -> bool {
    let letters = method.bytes().all(|byte| byte.is_ascii_uppercase() || matches!(byte, b'-' | b'_'));
    (3..=MAX_METHOD_BYTES).contains(&method.len()) && letters
}

/// Where the head that begins here ends, if all of it is here: after its empty line.
pub(super) fn end(bytes: &[u8]) -> Option<usize> {
    let strict = memmem::find(bytes, b"\r\n\r\n").map(|at| at + 4);
    let lax = memmem::find(bytes, b"\n\n").map(|at| at + 2);
    match (strict, lax) {
        (Some(strict), Some(lax)) => Some(strict.min(lax)),
        (strict, lax) => strict.or(lax),
    }
}

/// Whether a message begins here.
pub(super) fn begins(bytes: &[u8]) -> Answer {
    if bytes.first().is_some_and(|byte| !byte.is_ascii_graphic()) {
        return Answer::No;
    }
    let line = bytes.get(..memchr(b'\n', bytes).unwrap_or(bytes.len())).unwrap_or_default();
    let whole = line.len() < bytes.len();
    let Ok(text) = std::str::from_utf8(line) else { return Answer::No };
    if whole {
        let found = first(text.trim_end_matches('\r'));
        return if found.is_some_and(is_plausible) { Answer::Certain } else { Answer::No };
    }
    if "HTTP/1.".starts_with(text) {
        return Answer::Unsure;
    }
    if text.starts_with("HTTP/1.") {
        return if text.len() > 12 && first(text).is_none() { Answer::No } else { Answer::Unsure };
    }
    let text = text.trim_end_matches('\r');
    let Some((method, target)) = text.split_once(' ') else {
        let possible = is_method_beginning(text);
        return if possible { Answer::Unsure } else { Answer::No };
    };
    let sound = METHODS.contains(&method) && text.bytes().all(|byte| byte.is_ascii_graphic() || byte == b' ');
    match target {
        _ if !sound => Answer::No,
        _ if text.len() >= LONG_LINE_BYTES && is_target(target) => Answer::Certain,
        _ => Answer::Unsure,
    }
}

/// Whether a message can begin here, asked where the one before has ended: any method and any target will do.
pub(super) fn may_begin(bytes: &[u8]) -> bool {
    match begins(bytes) {
        Answer::No if memchr(b'\n', bytes).is_none() => {
            let method = bytes
                .iter()
                .take_while(|byte| byte.is_ascii_uppercase() || matches!(byte, b'-' | b'_'))
                .count();
            method == bytes.len() && method <= MAX_METHOD_BYTES
                || method >= 3 && bytes.get(method) == Some(&b' ')
        }
        answer => answer != Answer::No,
    }
}

fn is_method_beginning(text: &str) -> bool {
    METHODS.iter().any(|method| method.starts_with(text))
}

fn is_target(target: &str) -> bool {
    target.starts_with('/') || target.starts_with("http")
}

/// Whether a first line is what HTTP over a stream has, not one of its likenesses.
fn is_plausible(first: First<'_>) -> bool {
    match first {
        First::Response { .. } => true,
        First::Request { method, target, .. } => {
            let graphic = target.bytes().all(|byte| byte > b' ' || METHODS.contains(&method));
            graphic && (METHODS.contains(&method) || is_target(target) || target == "*")
        }
    }
}

#[cfg(test)]
mod tests {
    use super::lines;

    #[test]
    fn lines_are_those_of_the_standard_library_but_for_the_carriage_return() {
        for text in ["", "\n", "a", "a\n", "a\nb", "a\r\nb\r\n", "\n\n", "a\n\nb", "\r"] {
            let ours: Vec<&str> = lines(text).map(|line| line.trim_end_matches('\r')).collect();
            let theirs: Vec<&str> = text.lines().map(|line| line.trim_end_matches('\r')).collect();
            assert_eq!(ours, theirs, "{text:?}");
        }
    }
}
