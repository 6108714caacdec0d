//! Long headers and frames (RFC 9000, sections 17.2 and 19; RFC 9369, section 3.2).

use super::keys::Version;
use quaywatch_wire::{ReadError, Reader};

/// The longest connection id of the versions that are read, in bytes.
const MAX_ID_BYTES: usize = 20;

/// What a packet with a long header is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Initial,
    ZeroRtt,
    Handshake,
    Retry,
}

/// A packet with a long header.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Long<'a> {
    pub(super) kind: Kind,
    pub(super) version: Version,
    pub(super) destination: &'a [u8],
    pub(super) source: &'a [u8],
    /// The whole packet, header included.
    pub(super) packet: &'a [u8],
    /// Where in it the packet number is.
    pub(super) number_at: usize,
}

impl<'a> Long<'a> {
    /// The packet at the start of a datagram, or of what is left of one.
    pub(super) fn decode(bytes: &'a [u8]) -> Result<Option<Self>, ReadError> {
        let mut reader = Reader::new(bytes);
        let first = reader.u8("header")?;
        let version = Version(reader.u32_be("version")?);
        if first & 0xC0 != 0xC0 || !version.is_known() {
            return Ok(None);
        }
        let kind = match (first >> 4 & 0x03, version == Version::V2) {
            (0, false) | (1, true) => Kind::Initial,
            (1, false) | (2, true) => Kind::ZeroRtt,
            (2, false) | (3, true) => Kind::Handshake,
            _ => Kind::Retry,
        };
        let mut id = || {
            let length = reader.u8("connection id")?.into();
            reader.take(length, "connection id")
        };
        let (destination, source) = (id()?, id()?);
        if destination.len() > MAX_ID_BYTES || source.len() > MAX_ID_BYTES {
            return Ok(None);
        }
        if kind == Kind::Retry {
            return Ok(Some(Self { kind, version, destination, source, packet: bytes, number_at: 0 }));
        }
        if kind == Kind::Initial {
            let length = varint(&mut reader, "token")?;
            reader.skip(usize::try_from(length).unwrap_or(usize::MAX), "token")?;
        }
        let length = usize::try_from(varint(&mut reader, "length")?).unwrap_or(usize::MAX);
        let number_at = reader.offset();
        reader.skip(length, "packet")?;
        let packet = bytes.get(..reader.offset()).unwrap_or(bytes);
        Ok(Some(Self { kind, version, destination, source, packet, number_at }))
    }
}

/// A piece of the handshake in a packet.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Crypto<'a> {
    pub(super) offset: u64,
    pub(super) bytes: &'a [u8],
}

/// What the frames of an Initial packet say.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Said<'a> {
    /// The pieces of the handshake.
    pub(super) crypto: Vec<Crypto<'a>>,
    /// That the connection is closed.
    pub(super) closed: bool,
}

/// Reads the frames of an Initial packet, or `None` where these are no frames that an Initial packet can have (RFC 9000,
/// section 12.4).
pub(super) fn said(frames: &[u8]) -> Option<Said<'_>> {
    let mut reader = Reader::new(frames);
    let mut said = Said::default();
    let mut any = false;
    while !reader.is_empty() {
        let kind = reader.u8("frame").ok()?;
        any |= kind != 0;
        match kind {
            0x00 | 0x01 => {}
            0x02 | 0x03 => acknowledgement(&mut reader, kind == 0x03).ok()?,
            0x06 => {
                let offset = varint(&mut reader, "offset").ok()?;
                let length = usize::try_from(varint(&mut reader, "length").ok()?).ok()?;
                said.crypto.push(Crypto { offset, bytes: reader.take(length, "data").ok()? });
            }
            0x1C => {
                said.closed = true;
                varint(&mut reader, "error").ok()?;
                varint(&mut reader, "frame type").ok()?;
                let length = usize::try_from(varint(&mut reader, "length").ok()?).ok()?;
                reader.skip(length, "reason").ok()?;
            }
            _ => return None,
        }
    }
    any.then_some(said)
}

fn acknowledgement(reader: &mut Reader<'_>, with_counts: bool) -> Result<(), ReadError> {
    varint(reader, "largest")?;
    varint(reader, "delay")?;
    let ranges = varint(reader, "ranges")?;
    varint(reader, "first range")?;
    for _ in 0..ranges {
        varint(reader, "gap")?;
        varint(reader, "range")?;
    }
    for _ in 0..if with_counts { 3 } else { 0 } {
        varint(reader, "count")?;
    }
    Ok(())
}

/// Whether what is left of a datagram is a packet with a short header, which goes to its end (RFC 9000, section 17.3).
pub(super) fn is_short(bytes: &[u8]) -> bool {
    bytes.first().is_some_and(|first| first & 0xC0 == 0x40)
}

/// A number of variable length (RFC 9000, section 16).
fn varint(reader: &mut Reader<'_>, field: &'static str) -> Result<u64, ReadError> {
    let first = reader.u8(field)?;
    let mut value = u64::from(first & 0x3F);
    for _ in 1..1_u8 << (first >> 6) {
        value = value << 8 | u64::from(reader.u8(field)?);
    }
    Ok(value)
}
