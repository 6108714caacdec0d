//! Messages of both versions.

use crate::Answer;
use quaywatch_wire::Reader;
use std::fmt;
use std::net::{Ipv4Addr, Ipv6Addr};

/// Methods (RFC 1928, section 3) and the answer that none is acceptable.
pub(super) const NO_LOGIN: u8 = 0;
pub(super) const USER_AND_PASSWORD: u8 = 2;
/// The longest name of a user or host of version 4, whose names end with a zero.
const LONGEST_NAME_BYTES: usize = 255;
/// Clients offer a handful of methods.
const MOST_METHODS: u8 = 16;

/// Reading the beginning of what one side said: a message and how long it is, more bytes needed, or no message.
pub(super) enum Read<T> {
    Message(T, usize),
    More,
    No,
}

/// A request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Request {
    pub(super) version: u8,
    pub(super) command: u8,
    pub(super) target: Target,
    /// Whom version 4 says that it is.
    pub(super) user: Option<String>,
}

/// Whom to reach.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Target {
    pub(super) host: Host,
    pub(super) port: u16,
}

/// An address or a name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Host {
    V4(Ipv4Addr),
    V6(Ipv6Addr),
    Name(String),
}

impl fmt::Display for Target {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let port = self.port;
        match &self.host {
            Host::V4(address) => write!(f, "{address}:{port}"),
            Host::V6(address) => write!(f, "[{address}]:{port}"),
            Host::Name(name) => write!(f, "{}:{port}", name.escape_debug()),
        }
    }
}

/// What a command is called.
pub(super) const fn command_name(command: u8) -> &'static str {
    match command {
        1 => "CONNECT",
        2 => "BIND",
        3 => "UDP ASSOCIATE",
        _ => "command",
    }
}

/// What a reply that is no yes is called (RFC 1928, section 6, and the memo of version 4).
pub(super) const fn reply_name(reply: u8) -> &'static str {
    match reply {
        1 => "general failure",
        2 => "not allowed",
        3 => "network unreachable",
        4 => "host unreachable",
        5 => "connection refused",
        6 => "time to live expired",
        7 => "command not supported",
        8 => "address type not supported",
        91 => "rejected or failed",
        92 => "no identd",
        93 => "other user",
        _ => "reply",
    }
}

/// The methods that a greeting of version 5 offers.
pub(super) fn greeting(bytes: &[u8]) -> Read<&[u8]> {
    let &[5, count, ref methods @ ..] = bytes else {
        return if bytes == [5] { Read::More } else { Read::No };
    };
    let whole = methods.get(..count.into());
    // IANA has assigned the methods up to 9, the last 127 are anybody's.
    let known = |method: &u8| *method <= 9 || (0x80..0xff).contains(method);
    let fits = methods.iter().take(count.into()).all(known) && (1..=MOST_METHODS).contains(&count);
    match whole {
        _ if !fits => Read::No,
        Some(methods) => Read::Message(methods, 2 + methods.len()),
        None => Read::More,
    }
}

/// User and password (RFC 1929, section 2).
pub(super) fn login(bytes: &[u8]) -> Read<(String, String)> {
    let mut reader = Reader::new(bytes);
    match reader.u8("version") {
        Ok(1) => {}
        Ok(_) => return Read::No,
        Err(_) => return Read::More,
    }
    let mut text = || {
        let length = reader.u8("length").ok()?;
        let bytes = reader.take(length.into(), "text").ok()?;
        Some(String::from_utf8_lossy(bytes).into_owned())
    };
    let (Some(user), Some(password)) = (text(), text()) else { return Read::More };
    let length = bytes.len() - reader.rest().len();
    Read::Message((user, password), length)
}

/// A request of version 5 (RFC 1928, section 4) or of version 4.
pub(super) fn request(bytes: &[u8]) -> Read<Request> {
    match bytes {
        [] => Read::More,
        [5, ..] => match addressed(bytes) {
            Read::Message((command @ 1..=3, target), length) => {
                Read::Message(Request { version: 5, command, target, user: None }, length)
            }
            Read::More => Read::More,
            _ => Read::No,
        },
        [4, ..] => request_of_4(bytes),
        _ => Read::No,
    }
}

fn request_of_4(bytes: &[u8]) -> Read<Request> {
    let &[4, command, high, low, a, b, c, d, ref rest @ ..] = bytes else {
        let begins = bytes.get(1).is_none_or(|command| matches!(command, 1 | 2));
        return if begins { Read::More } else { Read::No };
    };
    let port = u16::from_be_bytes([high, low]);
    if !matches!(command, 1 | 2) || port == 0 {
        return Read::No;
    }
    let (user, rest) = match until_zero(rest) {
        Read::Message(user, length) => (user, rest.get(length..).unwrap_or_default()),
        Read::More => return Read::More,
        Read::No => return Read::No,
    };
    // 4A: an address that cannot be one stands for a name behind the user.
    let (host, left) = match (a, b, c, d) {
        (0, 0, 0, 1..) => match until_zero(rest) {
            Read::Message(name, length) if !name.is_empty() => (Host::Name(name), rest.len() - length),
            Read::More => return Read::More,
            _ => return Read::No,
        },
        (0, ..) => return Read::No,
        _ => (Host::V4(Ipv4Addr::new(a, b, c, d)), rest.len()),
    };
    let user = Some(user).filter(|user| !user.is_empty());
    Read::Message(Request { version: 4, command, target: Target { host, port }, user }, bytes.len() - left)
}

/// A text up to a zero.
fn until_zero(bytes: &[u8]) -> Read<String> {
    let head = bytes.get(..LONGEST_NAME_BYTES + 1).unwrap_or(bytes);
    let end = memchr::memchr(0, head);
    let text = head.get(..end.unwrap_or(head.len())).unwrap_or_default();
    if !text.iter().all(|byte| (0x20..0x7f).contains(byte)) {
        return Read::No;
    }
    match end {
        Some(end) => Read::Message(String::from_utf8_lossy(text).into_owned(), end + 1),
        None if head.len() > LONGEST_NAME_BYTES => Read::No,
        None => Read::More,
    }
}

/// A reply of version 5 (section 6) or of version 4: its number, and where the proxy is for it.
pub(super) fn reply(bytes: &[u8]) -> Read<(u8, Target)> {
    match *bytes {
        [] => Read::More,
        [5, ..] => addressed(bytes),
        [0, number @ 90..=93, high, low, a, b, c, d, ..] => {
            let (host, port) = (Host::V4(Ipv4Addr::new(a, b, c, d)), u16::from_be_bytes([high, low]));
            Read::Message((number, Target { host, port }), 8)
        }
        [0] | [0, 90..=93, ..] => Read::More,
        _ => Read::No,
    }
}

/// Whether a reply says yes.
pub(super) const fn is_yes(version: u8, reply: u8) -> bool {
    if version == 4 { reply == 90 } else { reply == 0 }
}

/// What requests and replies of version 5 have in common: a number, an address and a port.
fn addressed(bytes: &[u8]) -> Read<(u8, Target)> {
    if !matches!(bytes, [5] | [5, _] | [5, _, 0] | [5, _, 0, 1 | 3 | 4, ..]) {
        return Read::No;
    }
    let read = || {
        let mut reader = Reader::new(bytes.get(1..)?);
        let number = reader.u8("number").ok()?;
        reader.skip(1, "reserved").ok()?;
        let host = match reader.u8("type").ok()? {
            1 => Host::V4(reader.array::<4>("address").ok()?.into()),
            4 => Host::V6(reader.array::<16>("address").ok()?.into()),
            _ => {
                let length = reader.u8("length").ok()?;
                Host::Name(String::from_utf8_lossy(reader.take(length.into(), "name").ok()?).into_owned())
            }
        };
        let port = reader.u16_be("port").ok()?;
        Some(((number, Target { host, port }), bytes.len() - reader.rest().len()))
    };
    read().map_or(Read::More, |(message, length)| Read::Message(message, length))
}

/// Whether two sides speak SOCKS, by what they said first; either may be the client.
pub(super) fn recognise(bytes: &[u8], answer: &[u8]) -> Answer {
    if answer.is_empty() {
        return alone(bytes);
    }
    let both = |client: &[u8], proxy: &[u8]| match (greeting(client), request(client)) {
        (Read::Message(methods, length), _) => {
            let choice = matches!(proxy, [5, method, ..] if methods.contains(method) || *method == 0xff);
            choice && (length == client.len() || goes_on(client.get(length..).unwrap_or_default()))
        }
        (_, Read::Message(request, _)) if request.version == 4 => {
            matches!(reply(proxy), Read::Message((90..=93, _), _)) && proxy.first() == Some(&0)
        }
        _ => false,
    };
    if both(bytes, answer) || both(answer, bytes) { Answer::Certain } else { alone(bytes) }
}

fn alone(bytes: &[u8]) -> Answer {
    match (greeting(bytes), request(bytes)) {
        (Read::Message(_, length), _) if length == bytes.len() => Answer::Unsure,
        (Read::Message(_, length), _) => {
            let rest = bytes.get(length..).unwrap_or_default();
            if goes_on(rest) { Answer::Certain } else { Answer::No }
        }
        (_, Read::Message(Request { version: 4, target, .. }, length)) if length == bytes.len() => {
            // A name that ends where the bytes do is hardly chance.
            if matches!(target.host, Host::Name(_)) { Answer::Certain } else { Answer::Unsure }
        }
        (Read::More, _) => Answer::Unsure,
        (_, Read::More) if bytes.first() == Some(&4) => Answer::Unsure,
        // The proxy's choice of a method, or its reply.
        _ if matches!(bytes, [5, 0 | 2 | 0xff]) => Answer::Unsure,
        _ if bytes.len() == 8 && matches!(reply(bytes), Read::Message(..)) => Answer::Unsure,
        _ => Answer::No,
    }
}

/// Whether a greeting goes on as one does: with a log-in or a request.
fn goes_on(rest: &[u8]) -> bool {
    let of_5 = matches!(request(rest), Read::Message(Request { version: 5, .. }, _));
    of_5 || matches!(login(rest), Read::Message((user, _), _) if !user.is_empty())
}
