use super::types::wide;
use crate::{Answer, Length};
use quaywatch_wire::{ReadError, Reader};

/// Every packet's header (MS-TDS, section 2.2.3.1).
pub(super) const HEADER_BYTES: usize = 8;
/// The longest packet a client may agree on (section 2.2.6.4, `PacketSize`).
pub(super) const MAX_PACKET_BYTES: usize = 32_768;
/// A TLS record as it stands between packets: its header and at most 2^14 bytes and some of protection (RFC 8446, 5.2).
const MAX_RECORD_BYTES: usize = 16_384 + 256;
const RECORD_HEADER_BYTES: usize = 5;

/// What a packet is part of (section 2.2.3.1.1). Open: a number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Kind(pub(super) u8);

impl Kind {
    pub(super) const BATCH: Self = Self(0x01);
    pub(super) const OLD_LOGIN: Self = Self(0x02);
    pub(super) const RPC: Self = Self(0x03);
    pub(super) const RESPONSE: Self = Self(0x04);
    pub(super) const ATTENTION: Self = Self(0x06);
    pub(super) const BULK: Self = Self(0x07);
    pub(super) const TRANSACTION: Self = Self(0x0e);
    pub(super) const LOGIN: Self = Self(0x10);
    pub(super) const SSPI: Self = Self(0x11);
    pub(super) const PRELOGIN: Self = Self(0x12);

    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::BATCH => "sql_batch",
            Self::OLD_LOGIN => "login_before_tds7",
            Self::RPC => "rpc",
            Self::RESPONSE => "response",
            Self::ATTENTION => "attention",
            Self::BULK => "bulk_load",
            Self::TRANSACTION => "transaction_manager",
            Self::LOGIN => "login7",
            Self::SSPI => "sspi",
            Self::PRELOGIN => "prelogin",
            _ => "unknown",
        }
    }

    const fn is_known(self) -> bool {
        matches!(self.0, 0x01..=0x04 | 0x06..=0x08 | 0x0e | 0x10..=0x12)
    }
}

/// One packet, or a TLS record in its place.
#[derive(Debug, Clone, Copy)]
pub(super) enum Unit<'a> {
    Packet { kind: Kind, last: bool, body: &'a [u8] },
    Record,
}

impl<'a> Unit<'a> {
    pub(super) fn decode(bytes: &'a [u8]) -> Option<Self> {
        if is_record(bytes) {
            return Some(Self::Record);
        }
        let (&[kind, status, ..], body) = bytes.split_first_chunk::<HEADER_BYTES>()?;
        Some(Self::Packet { kind: Kind(kind), last: status & 1 != 0, body })
    }
}

/// Whether a TLS record begins here: content types 20 to 23, version 3.x. No packet has these types.
pub(super) const fn is_record(head: &[u8]) -> bool {
    matches!(head, [0x14..=0x17, 0x03, 0x00..=0x04, ..])
}

/// The length of the packet or TLS record at `head`.
pub(super) fn length(head: &[u8]) -> Length {
    if let [0x14..=0x17, 3, rest @ ..] = head {
        return match *rest {
            [_, high, low, ..] => {
                let length = usize::from(u16::from_be_bytes([high, low]));
                let fits = length > 0 && length <= MAX_RECORD_BYTES;
                if fits { Length::Is(RECORD_HEADER_BYTES + length) } else { Length::Bad("TLS record length") }
            }
            _ => Length::More,
        };
    }
    match *head {
        [kind, ..] if !Kind(kind).is_known() => Length::Bad("not a packet type"),
        [_, status, ..] if status & 0xe0 != 0 => Length::Bad("unknown packet status"),
        [_, _, high, low, ..] => {
            let length = usize::from(u16::from_be_bytes([high, low]));
            let fits = (HEADER_BYTES..=MAX_PACKET_BYTES).contains(&length);
            if fits { Length::Is(length) } else { Length::Bad("packet length out of bounds") }
        }
        _ => Length::More,
    }
}

/// Whether a packet begins here, of which header and beginning of the body fit together.
pub(super) fn starts(head: &[u8]) -> Answer {
    let Some((&[kind, status, _, _, _, _, _, window], body)) = head.split_first_chunk::<HEADER_BYTES>()
    else {
        let possible = !is_record(head) && !matches!(length(head), Length::Bad(_));
        return if possible { Answer::Unsure } else { Answer::No };
    };
    let Length::Is(length) = length(head) else { return Answer::No };
    // A TLS record may be shorter than a packet's header.
    let Some(body_bytes) = length.checked_sub(HEADER_BYTES) else { return Answer::No };
    if is_record(head) || window != 0 {
        return Answer::No;
    }
    let body = body.get(..body_bytes).unwrap_or(body);
    let last = status & 1 != 0;
    // What proves a body stands in its first bytes.
    if body.len() < body_bytes.min(24) {
        return Answer::Unsure;
    }
    let proven = match Kind(kind) {
        Kind::PRELOGIN => Prelogin::decode(body).is_some(),
        Kind::LOGIN => is_login(body, body_bytes, last),
        Kind::BATCH => is_batch(body),
        Kind::RPC => is_rpc(body),
        Kind::TRANSACTION => after_headers(body).is_some_and(|rest| rest.len() != body.len()),
        // A prelogin is answered in its own form.
        Kind::RESPONSE => {
            head.len() == length && (is_response(body, last) || Prelogin::decode(body).is_some())
        }
        _ => false,
    };
    if proven { Answer::Certain } else { Answer::No }
}

/// The length of the whole, and a version of TDS 7.
fn is_login(body: &[u8], body_bytes: usize, last: bool) -> bool {
    let mut reader = Reader::new(body);
    let (Ok(length), Ok(version)) = (reader.u32_le("length"), reader.u32_le("version")) else { return false };
    let fits = if last { length as usize == body_bytes } else { length as usize > body_bytes };
    fits && matches!(version >> 24, 0x70..=0x74)
}

/// What comes after the headers of a request; all of it where there are none, as before TDS 7.2 (section 2.2.5.3).
pub(super) fn after_headers(body: &[u8]) -> Option<&[u8]> {
    let mut reader = Reader::new(body);
    let total = reader.u32_le("total length").ok()? as usize;
    let length = reader.u32_le("header length").ok()? as usize;
    let kind = reader.u16_le("header type").ok()?;
    let has_headers = (10..=1024).contains(&total) && length + 4 <= total && (1..=3).contains(&kind);
    if has_headers { body.get(total..) } else { Some(body) }
}

fn is_batch(body: &[u8]) -> bool {
    let Some(text) = after_headers(body) else { return false };
    let mut units = text.as_chunks::<2>().0.iter().take(8);
    text.len() >= 8
        && units.all(|&[low, high]| high == 0 && matches!(low, b'\t' | b'\n' | b'\r' | 0x20..=0x7e))
}

/// Headers, then a procedure by number or by a name.
fn is_rpc(body: &[u8]) -> bool {
    let Some(call) = after_headers(body) else { return false };
    match *call {
        [0xff, 0xff, procedure, 0, ..] => (1..=15).contains(&procedure),
        [length, 0, ref name @ ..] => {
            let mut units = name.as_chunks::<2>().0.iter().take(usize::from(length).min(6));
            let plain = |&[low, high]: &[u8; 2]| {
                high == 0 && (low.is_ascii_alphanumeric() || b"_.[]#".contains(&low))
            };
            length >= 2 && name.len() >= 4 && units.all(plain)
        }
        _ => false,
    }
}

/// The first token fits, and the packet ends with a DONE where it is the last.
fn is_response(body: &[u8], last: bool) -> bool {
    let ends = [13, 9].iter().any(|&back| {
        let done = body.len().checked_sub(back).and_then(|at| body.get(at..));
        done.is_some_and(is_done)
    });
    begins_tokens(body) && (!last || ends)
}

/// A DONE whose status has only bits there are.
fn is_done(bytes: &[u8]) -> bool {
    matches!(bytes, [0xfd..=0xff, status, high, ..] if *high <= 3 && status & 0x08 == 0)
}

fn begins_tokens(body: &[u8]) -> bool {
    match *body {
        [0xfd..=0xff, ..] => is_done(body),
        [0xaa | 0xab | 0xad | 0xe3 | 0xed, _, high, ..] => high < 0x20,
        [0x81, _, columns, ..] => columns < 16 || columns == 0xff,
        [0x79, ..] => body.len() >= 5,
        _ => false,
    }
}

/// Whether an answer begins here, of which not all need be there.
pub(super) fn begins_answer(head: &[u8]) -> bool {
    let sound = matches!(length(head), Length::Is(_)) && matches!(head, [0x04, _, _, _, _, _, _, 0, ..]);
    sound && head.get(HEADER_BYTES..).is_some_and(begins_tokens)
}

/// What client and server can do (section 2.2.6.5).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Prelogin {
    pub(super) version: Option<[u8; 6]>,
    pub(super) encryption: Option<u8>,
}

impl Prelogin {
    pub(super) fn decode(body: &[u8]) -> Option<Self> {
        let mut reader = Reader::new(body);
        let mut prelogin = Self::default();
        // There are eight options; twice as many leave room for the future.
        for _ in 0..16 {
            let option = reader.u8("option").ok()?;
            if option == 0xff {
                return prelogin.version.is_some().then_some(prelogin);
            }
            let offset = usize::from(reader.u16_be("offset").ok()?);
            let length = usize::from(reader.u16_be("length").ok()?);
            let data = body.get(offset..)?.get(..length)?;
            match (option, data) {
                (0, _) => prelogin.version = Some(*data.first_chunk::<6>()?),
                (1, &[encryption, ..]) => prelogin.encryption = Some(encryption),
                (0..=7, _) => {}
                _ => return None,
            }
        }
        None
    }
}

/// Who logs in (section 2.2.6.4).
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct Login {
    pub(super) version: u32,
    pub(super) host: String,
    pub(super) user: String,
    /// Only to be compared with what is known to everybody; never to be told.
    pub(super) password: String,
    pub(super) application: String,
    pub(super) server: String,
    pub(super) library: String,
    pub(super) database: String,
    pub(super) integrated: bool,
}

impl Login {
    pub(super) fn decode(body: &[u8]) -> Result<Self, ReadError> {
        let mut reader = Reader::new(body);
        reader.u32_le("length")?;
        let version = reader.u32_le("version")?;
        reader.skip(17, "packet size to first option flags")?;
        let integrated = reader.u8("second option flags")? & 0x80 != 0;
        reader.skip(10, "type flags to locale")?;
        let mut text = || -> Result<&[u8], ReadError> {
            let offset = usize::from(reader.u16_le("offset")?);
            let units = usize::from(reader.u16_le("length")?);
            Ok(body.get(offset..).and_then(|rest| rest.get(..units * 2)).unwrap_or_default())
        };
        let (host, user, password) = (wide(text()?), wide(text()?), text()?);
        let (application, server) = (wide(text()?), wide(text()?));
        text()?;
        let library = wide(text()?);
        text()?;
        let database = wide(text()?);
        // Each byte with its halves changed and then combined with A5: no protection at all.
        let plain: Vec<u8> = password.iter().map(|byte| (byte ^ 0xa5).rotate_left(4)).collect();
        let password = wide(&plain);
        Ok(Self { version, host, user, password, application, server, library, database, integrated })
    }

    /// Which list of well-known accounts this one is on.
    pub(super) fn known_account(&self) -> Option<&'static str> {
        let is =
            |user: &str, password: &str| self.user.eq_ignore_ascii_case(user) && self.password == password;
        if is("WinCCConnect", "2WSXcder") || is("WinCCAdmin", "2WSXcde.") {
            return Some("built-in account of Siemens WinCC");
        }
        let common = ["", "sa", "admin", "password", "Password1", "123456", "sql"];
        common.iter().any(|password| is("sa", password)).then_some("common password of sa")
    }
}
