//! Headers of records, on streams (RFC 8446, section 5.1) and in datagrams (RFC 6347, section 4.1), and whether one
//! begins here.

use super::hello::ssl2_hello;
use crate::Answer;
use quaywatch_wire::Reader;

/// Type, version, length.
pub(super) const HEADER_BYTES: usize = 5;
/// Type, version, epoch, sequence number, length.
pub(super) const DATAGRAM_HEADER_BYTES: usize = 13;
/// 2^14 bytes of content and what encryption adds, 2048 bytes in TLS 1.2.
const MAX_RECORD_BYTES: usize = 16_384 + 2_048;
/// What an encrypted record has at least: a tag.
const MIN_ENCRYPTED_BYTES: usize = 16;

/// What a record holds.
pub(super) mod content {
    pub(crate) const CHANGE_CIPHER: u8 = 20;
    pub(crate) const ALERT: u8 = 21;
    pub(crate) const HANDSHAKE: u8 = 22;
    pub(crate) const APPLICATION: u8 = 23;
    pub(crate) const HEARTBEAT: u8 = 24;
}

/// The header of a record.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Header {
    pub(super) kind: u8,
    pub(super) version: u16,
    pub(super) length: usize,
}

impl Header {
    /// The header at the start, if one can be there.
    pub(super) fn decode(head: &[u8]) -> Option<Self> {
        let &[kind, major, minor, high, low] = head.first_chunk::<HEADER_BYTES>()?;
        let length = usize::from(u16::from_be_bytes([high, low]));
        let sound = (content::CHANGE_CIPHER..=content::HEARTBEAT).contains(&kind)
            && (major == 3 && minor <= 4 || major == 0x7F)
            && (1..=MAX_RECORD_BYTES).contains(&length);
        sound.then_some(Self { kind, version: u16::from_be_bytes([major, minor]), length })
    }
}

/// Whether TLS begins here. `at_home`: on a port of TLS, where the middle of a connection is believed more readily.
pub(super) fn begins(head: &[u8], at_home: bool) -> Answer {
    if let Some((_, length)) = ssl2_hello(head) {
        // Many independent fields; an SSL 2.0 hello is shorter than any segment.
        return if head.len() >= length { Answer::Certain } else { Answer::Unsure };
    }
    let Some(header) = Header::decode(head) else {
        let possible =
            matches!(head, [20..=24] | [20..=24, 3] | [20..=24, 3, 0..=4, ..]) && head.len() < HEADER_BYTES;
        return if possible { Answer::Unsure } else { Answer::No };
    };
    let body = head.get(HEADER_BYTES..).unwrap_or_default();
    match header.kind {
        content::HANDSHAKE if is_hello(body) => Answer::Certain,
        content::HANDSHAKE if body.len() < HELLO_BYTES && looks_like_hello(body) => Answer::Unsure,
        content::ALERT => match body {
            [1 | 2, _] => Answer::Certain,
            _ => chained(header, body, false),
        },
        content::CHANGE_CIPHER if header.length != 1 => Answer::No,
        _ => chained(header, body, at_home),
    }
}

/// So much of a message shows that it is a hello: type, length, version.
const HELLO_BYTES: usize = 6;

fn is_hello(body: &[u8]) -> bool {
    body.len() >= HELLO_BYTES && looks_like_hello(body)
}

fn looks_like_hello(body: &[u8]) -> bool {
    let fits = |at: usize, test: fn(u8) -> bool| body.get(at).is_none_or(|byte| test(*byte));
    fits(0, |kind| kind == 1 || kind == 2)
        && fits(1, |high| high <= 1)
        && fits(4, |major| major == 3 || major == 0x7F)
        && fits(5, |minor| minor <= 28)
}

/// A record is believed if it ends where the bytes end, or where another record begins.
fn chained(header: Header, body: &[u8], at_home: bool) -> Answer {
    let sound =
        header.length == 1 || header.length >= MIN_ENCRYPTED_BYTES || header.kind == content::HANDSHAKE;
    match body.get(header.length..) {
        _ if !sound || header.version == 0x0300 && header.kind == content::APPLICATION && !at_home => {
            Answer::No
        }
        Some([]) if header.length >= MIN_ENCRYPTED_BYTES => Answer::Certain,
        Some([]) => Answer::Unsure,
        Some(next) => match Header::decode(next) {
            Some(next) if next.version == header.version => Answer::Certain,
            None if next.len() < HEADER_BYTES => Answer::Unsure,
            _ => Answer::No,
        },
        None if at_home && header.kind == content::APPLICATION => Answer::Certain,
        None => Answer::Unsure,
    }
}

/// The header of a record in a datagram.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct DatagramHeader {
    pub(super) kind: u8,
    pub(super) epoch: u16,
    pub(super) length: usize,
}

impl DatagramHeader {
    /// The header at the start, if one can be there.
    pub(super) fn decode(head: &[u8]) -> Option<Self> {
        let mut reader = Reader::new(head);
        let kind = reader.u8("type").ok()?;
        let version = reader.u16_be("version").ok()?;
        let epoch = reader.u16_be("epoch").ok()?;
        reader.skip(6, "sequence number").ok()?;
        let length = usize::from(reader.u16_be("length").ok()?);
        let sound = (content::CHANGE_CIPHER..=content::HEARTBEAT).contains(&kind)
            && matches!(version, 0xFEFF | 0xFEFD)
            && (1..=MAX_RECORD_BYTES).contains(&length);
        sound.then_some(Self { kind, epoch, length })
    }
}

/// Whether a datagram is DTLS: records, the last of which ends where the datagram ends.
pub(super) fn is_datagram(bytes: &[u8]) -> bool {
    let mut rest = bytes;
    while !rest.is_empty() {
        let Some(header) = DatagramHeader::decode(rest) else { return false };
        match rest.get(DATAGRAM_HEADER_BYTES + header.length..) {
            Some(next) => rest = next,
            None => return false,
        }
    }
    !bytes.is_empty()
}
