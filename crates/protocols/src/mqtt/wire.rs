//! Control packets (MQTT 3.1.1, section 2 and 3; MQTT 5.0 likewise).

use crate::{Answer, Length};
use quaywatch_wire::{ReadError, Reader};

/// The longest packet this software reads, in bytes. Telemetry is far shorter; the standard allows 256 MiB.
pub(super) const MAX_PACKET_BYTES: usize = 1 << 20;
/// The longest topic that is believed where it is not known that a packet begins, in bytes.
const MAX_TOPIC_BYTES: usize = 1024;

/// What a packet is. Open: a number without a name stays what it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Kind(pub(super) u8);

impl Kind {
    pub(super) const CONNECT: Self = Self(1);
    pub(super) const CONNACK: Self = Self(2);
    pub(super) const PUBLISH: Self = Self(3);
    pub(super) const PUBACK: Self = Self(4);
    pub(super) const PUBREC: Self = Self(5);
    pub(super) const PUBREL: Self = Self(6);
    pub(super) const SUBSCRIBE: Self = Self(8);
    pub(super) const SUBACK: Self = Self(9);
    pub(super) const UNSUBSCRIBE: Self = Self(10);
    pub(super) const UNSUBACK: Self = Self(11);
    pub(super) const PINGREQ: Self = Self(12);
    pub(super) const PINGRESP: Self = Self(13);

    pub(super) const fn name(self) -> &'static str {
        match self.0 {
            1 => "CONNECT",
            3 => "PUBLISH",
            8 => "SUBSCRIBE",
            10 => "UNSUBSCRIBE",
            _ => "unknown",
        }
    }

    /// The flags a packet of this kind must have, if they are fixed.
    const fn flags(self) -> Option<u8> {
        match self {
            Self::PUBLISH => None,
            Self::PUBREL | Self::SUBSCRIBE | Self::UNSUBSCRIBE => Some(2),
            _ => Some(0),
        }
    }
}

/// A view of one packet.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Packet<'a> {
    pub(super) kind: Kind,
    pub(super) flags: u8,
    pub(super) body: &'a [u8],
}

impl<'a> Packet<'a> {
    pub(super) fn decode(bytes: &'a [u8]) -> Result<Self, ReadError> {
        let mut reader = Reader::new(bytes);
        let first = reader.u8("type")?;
        let length = varint(&mut reader, "remaining length")?;
        let body = reader.take(length, "packet")?;
        Ok(Self { kind: Kind(first >> 4), flags: first & 0x0F, body })
    }

    pub(super) const fn quality(&self) -> u8 {
        self.flags >> 1 & 3
    }
}

/// A number of variable length (MQTT 5.0, section 1.5.5).
pub(super) fn varint(reader: &mut Reader<'_>, field: &'static str) -> Result<usize, ReadError> {
    let mut value = 0;
    for shift in [0, 7, 14, 21] {
        let byte = reader.u8(field)?;
        value |= usize::from(byte & 0x7F) << shift;
        if byte & 0x80 == 0 {
            return Ok(value);
        }
    }
    reader.take(usize::MAX, field).map(|_| value)
}

/// Bytes with their length before them.
pub(super) fn binary<'a>(reader: &mut Reader<'a>, field: &'static str) -> Result<&'a [u8], ReadError> {
    let length = reader.u16_be(field)?;
    reader.take(length.into(), field)
}

/// Text likewise; what is not UTF-8 is empty.
pub(super) fn text<'a>(reader: &mut Reader<'a>, field: &'static str) -> Result<&'a str, ReadError> {
    Ok(std::str::from_utf8(binary(reader, field)?).unwrap_or_default())
}

/// Passes over the properties that packets of version 5 have.
pub(super) fn skip_properties(reader: &mut Reader<'_>, version: u8) -> Result<(), ReadError> {
    if version < 5 {
        return Ok(());
    }
    let length = varint(reader, "properties")?;
    reader.skip(length, "properties")
}

/// A view of a CONNECT.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Connect<'a> {
    pub(super) version: u8,
    pub(super) client_id: &'a str,
    pub(super) user: Option<&'a str>,
    pub(super) password: Option<&'a [u8]>,
}

impl<'a> Connect<'a> {
    pub(super) fn decode(body: &'a [u8]) -> Result<Self, ReadError> {
        const WILL: u8 = 0x04;
        const PASSWORD: u8 = 0x40;
        const USER: u8 = 0x80;
        let mut reader = Reader::new(body);
        text(&mut reader, "protocol name")?;
        let version = reader.u8("version")? & 0x7F;
        let flags = reader.u8("flags")?;
        reader.skip(2, "keep alive")?;
        skip_properties(&mut reader, version)?;
        let client_id = text(&mut reader, "client id")?;
        if flags & WILL != 0 {
            skip_properties(&mut reader, version)?;
            text(&mut reader, "will topic")?;
            binary(&mut reader, "will payload")?;
        }
        let user = if flags & USER != 0 { Some(text(&mut reader, "user name")?) } else { None };
        let password = if flags & PASSWORD != 0 { Some(binary(&mut reader, "password")?) } else { None };
        Ok(Self { version, client_id, user, password })
    }
}

/// The length of the packet at the start.
pub(super) fn length(head: &[u8]) -> Length {
    let mut reader = Reader::new(head);
    if head.first().is_some_and(|first| first >> 4 == 0) {
        return Length::Bad("packet type 0");
    }
    if reader.skip(1, "type").is_err() {
        return Length::More;
    }
    match varint(&mut reader, "remaining length") {
        Ok(length) => Length::Is(reader.offset() + length),
        Err(_) if head.len() < 5 => Length::More,
        Err(_) => Length::Bad("remaining length that does not end"),
    }
}

/// Whether a packet begins here.
pub(super) fn starts(head: &[u8]) -> Answer {
    let Some(&first) = head.first() else { return Answer::Unsure };
    let kind = Kind(first >> 4);
    if kind.0 == 0 || kind.flags().is_some_and(|flags| flags != first & 0x0F) || first & 0x06 == 0x06 {
        return Answer::No;
    }
    let whole = match length(head) {
        Length::Is(whole) if whole <= MAX_PACKET_BYTES => whole,
        Length::More => return Answer::Unsure,
        _ => return Answer::No,
    };
    let mut reader = Reader::new(head);
    let _ = reader.skip(1, "type").and_then(|()| varint(&mut reader, "length").map(|_| ()));
    let body_bytes = whole.saturating_sub(reader.offset());
    let body = reader.rest();
    match kind {
        Kind::CONNECT => connect_starts(body),
        Kind::PUBLISH => publish_starts(body, body_bytes),
        Kind::CONNACK => sound(body_bytes >= 2 && body.first().is_none_or(|flags| *flags <= 1)),
        Kind::PINGREQ | Kind::PINGRESP => sound(body_bytes == 0),
        Kind::SUBSCRIBE | Kind::UNSUBSCRIBE => sound(body_bytes >= 5),
        Kind::SUBACK => sound(body_bytes >= 3),
        Kind(4..=7 | 11) => sound((2..1024).contains(&body_bytes)),
        _ => sound(body_bytes < 1024),
    }
}

const fn sound(sound: bool) -> Answer {
    if sound { Answer::Certain } else { Answer::No }
}

/// A CONNECT names its protocol: `MQIsdp` with version 3, `MQTT` with 4 and 5.
pub(super) fn connect_starts(body: &[u8]) -> Answer {
    let names: [&[u8]; 3] = [b"\x00\x06MQIsdp\x03", b"\x00\x04MQTT\x04", b"\x00\x04MQTT\x05"];
    if names.iter().any(|name| body.starts_with(name)) {
        return Answer::Certain;
    }
    let possible = names.iter().any(|name| name.starts_with(body));
    if possible { Answer::Unsure } else { Answer::No }
}

/// A PUBLISH has a topic of readable characters without wildcards.
pub(super) fn publish_starts(body: &[u8], body_bytes: usize) -> Answer {
    let Some(length) = body.first_chunk::<2>().map(|length| usize::from(u16::from_be_bytes(*length))) else {
        return Answer::Unsure;
    };
    if length == 0 || length > MAX_TOPIC_BYTES || length + 2 > body_bytes {
        return Answer::No;
    }
    let topic = body.get(2..).unwrap_or_default();
    let topic = topic.get(..length.min(topic.len())).unwrap_or_default();
    let readable = std::str::from_utf8(topic)
        .is_ok_and(|topic| !topic.contains(['#', '+']) && !topic.chars().any(char::is_control));
    match (readable, topic.len() == length) {
        (true, true) => Answer::Certain,
        (_, false) => Answer::Unsure,
        (false, true) => Answer::No,
    }
}
