//! What a certificate says: whom it is for, who signed it, until when it holds (RFC 5280, section 4.1), read with a
//! bounded walk over its DER.

use quaywatch_model::Timestamp;
use quaywatch_wire::{ReadError, Reader};
use std::fmt::{self, Write};

const TIME_UTC: u8 = 0x17;
const TIME_GENERALIZED: u8 = 0x18;
const OBJECT_IDENTIFIER: u8 = 0x06;
const BMP_STRING: u8 = 0x1E;
const SEQUENCE: u8 = 0x30;
const SET: u8 = 0x31;
const VERSION: u8 = 0xA0;
const EXTENSIONS: u8 = 0xA3;
const DNS_NAME: u8 = 0x82;
const IP_ADDRESS: u8 = 0x87;
/// 2.5.29.17, the subject's alternative names.
const ALTERNATIVE_NAMES: &[u8] = &[0x55, 0x1D, 0x11];
/// 2.5.4.3, the common name.
const COMMON_NAME: &[u8] = &[0x55, 0x04, 0x03];
/// So many parts of a name are told. Real names have fewer than ten.
const MOST_PARTS: usize = 24;
/// So many extensions of a certificate are looked at. Real certificates have about ten.
const MOST_EXTENSIONS: usize = 64;

/// A view of a certificate.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Certificate<'a> {
    pub(crate) issuer: Name<'a>,
    pub(crate) subject: Name<'a>,
    pub(crate) not_before: Option<Timestamp>,
    pub(crate) not_after: Option<Timestamp>,
    alternative_names: &'a [u8],
}

impl<'a> Certificate<'a> {
    pub(crate) fn decode(bytes: &'a [u8]) -> Option<Self> {
        let mut certificate = inside(&mut Reader::new(bytes), SEQUENCE)?;
        let mut fields = inside(&mut certificate, SEQUENCE)?;
        if fields.peek().first() == Some(&VERSION) {
            element(&mut fields).ok()?;
        }
        element(&mut fields).ok()?; // serial number
        element(&mut fields).ok()?; // signature algorithm
        let issuer = Name(inside(&mut fields, SEQUENCE)?.rest());
        let mut validity = inside(&mut fields, SEQUENCE)?;
        let mut bound = || element(&mut validity).ok().and_then(|(tag, content)| time(tag, content.peek()));
        let (not_before, not_after) = (bound(), bound());
        let subject = Name(inside(&mut fields, SEQUENCE)?.rest());
        element(&mut fields).ok()?; // public key
        let alternative_names = alternative_names(&mut fields).unwrap_or_default();
        Some(Self { issuer, subject, not_before, not_after, alternative_names })
    }

    /// Whether it is signed by whom it is for, as far as the names tell.
    pub(crate) fn is_self_signed(&self) -> bool {
        self.issuer == self.subject
    }

    /// The DNS names it is for.
    pub(crate) fn dns_names(&self) -> impl Iterator<Item = &'a str> {
        self.names(DNS_NAME).filter_map(|name| std::str::from_utf8(name).ok())
    }

    /// The addresses it is for, 4 or 16 bytes each.
    pub(crate) fn addresses(&self) -> impl Iterator<Item = &'a [u8]> {
        self.names(IP_ADDRESS)
    }

    fn names(&self, wanted: u8) -> impl Iterator<Item = &'a [u8]> {
        let mut reader = Reader::new(self.alternative_names);
        let each = std::iter::from_fn(move || element(&mut reader).ok());
        each.filter(move |(tag, _)| *tag == wanted).map(|(_, name)| name.peek())
    }

    /// Whether it is for this host: an alternative name or, where there are none, the common name, with a wildcard for
    /// one label (RFC 6125, section 6.4).
    pub(crate) fn is_for(&self, host: &str) -> bool {
        let mut any = false;
        for name in self.dns_names() {
            any = true;
            if covers(name, host) {
                return true;
            }
        }
        !any && self.subject.common_name().is_some_and(|name| covers(&name, host))
    }
}

fn covers(name: &str, host: &str) -> bool {
    if let Some(parent) = name.strip_prefix("*.") {
        return host.split_once('.').is_some_and(|(_, rest)| rest.eq_ignore_ascii_case(parent));
    }
    name.eq_ignore_ascii_case(host)
}

fn alternative_names<'a>(fields: &mut Reader<'a>) -> Option<&'a [u8]> {
    while !fields.is_empty() {
        let (tag, mut content) = element(fields).ok()?;
        if tag != EXTENSIONS {
            continue;
        }
        let mut list = inside(&mut content, SEQUENCE)?;
        for _ in 0..MOST_EXTENSIONS {
            let mut extension = inside(&mut list, SEQUENCE)?;
            let (_, kind) = element(&mut extension).ok()?;
            if kind.peek() != ALTERNATIVE_NAMES {
                continue;
            }
            // An optional "critical" stands before the value.
            let mut value = element(&mut extension).ok()?.1;
            while !extension.is_empty() {
                value = element(&mut extension).ok()?.1;
            }
            return inside(&mut value, SEQUENCE).map(|mut names| names.rest());
        }
    }
    None
}

/// A distinguished name. Shown the last part first, as RFC 4514 and Zeek do: `CN=...,O=...,C=...`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Name<'a>(&'a [u8]);

impl<'a> Name<'a> {
    /// The last common name, which is the most specific.
    pub(crate) fn common_name(self) -> Option<String> {
        self.parts().filter(|part| part.kind == COMMON_NAME).last().map(|part| part.text())
    }

    fn parts(self) -> impl Iterator<Item = Part<'a>> {
        let mut sets = Reader::new(self.0);
        let mut set = Reader::new(&[]);
        let each = std::iter::from_fn(move || {
            let first = set.is_empty();
            if first {
                set = inside(&mut sets, SET)?;
            }
            let mut pair = inside(&mut set, SEQUENCE)?;
            let kind = inside(&mut pair, OBJECT_IDENTIFIER)?.rest();
            let (tag, value) = element(&mut pair).ok()?;
            Some(Part { kind, tag, value: value.peek(), joins: !first })
        });
        each.take(MOST_PARTS)
    }
}

/// One attribute of a name. `joins`: it stands in one set with the one before.
struct Part<'a> {
    kind: &'a [u8],
    tag: u8,
    value: &'a [u8],
    joins: bool,
}

impl Part<'_> {
    fn text(&self) -> String {
        if self.tag == BMP_STRING {
            let units = self.value.chunks_exact(2).filter_map(|pair| pair.first_chunk());
            let units: Vec<u16> = units.map(|pair| u16::from_be_bytes(*pair)).collect();
            return String::from_utf16_lossy(&units);
        }
        String::from_utf8_lossy(self.value).into_owned()
    }

    fn write(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = match self.kind {
            COMMON_NAME => "CN",
            [0x55, 0x04, 0x05] => "serialNumber",
            [0x55, 0x04, 0x06] => "C",
            [0x55, 0x04, 0x07] => "L",
            [0x55, 0x04, 0x08] => "ST",
            [0x55, 0x04, 0x09] => "street",
            [0x55, 0x04, 0x0A] => "O",
            [0x55, 0x04, 0x0B] => "OU",
            [0x55, 0x04, 0x11] => "postalCode",
            [0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 0x01, 0x09, 0x01] => "emailAddress",
            [0x09, 0x92, 0x26, 0x89, 0x93, 0xF2, 0x2C, 0x64, 0x01, 0x19] => "DC",
            [0x09, 0x92, 0x26, 0x89, 0x93, 0xF2, 0x2C, 0x64, 0x01, 0x01] => "UID",
            other => {
                write!(f, "OID.{}", super::fingerprint::Hex(other))?;
                ""
            }
        };
        write!(f, "{name}=")?;
        for character in self.text().chars() {
            match character {
                ',' | '+' | '"' | '\\' | '<' | '>' | ';' => write!(f, "\\{character}")?,
                control if control.is_control() => write!(f, "\\{:02X}", u32::from(control))?,
                other => f.write_char(other)?,
            }
        }
        Ok(())
    }
}

impl fmt::Display for Name<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let parts: Vec<Part<'_>> = self.parts().collect();
        let mut separator = "";
        for part in parts.iter().rev() {
            f.write_str(separator)?;
            part.write(f)?;
            separator = if part.joins { "+" } else { "," };
        }
        Ok(())
    }
}

/// A UTCTime or a GeneralizedTime in UTC (RFC 5280, section 4.1.2.5).
fn time(tag: u8, text: &[u8]) -> Option<Timestamp> {
    let text = std::str::from_utf8(text).ok()?.strip_suffix('Z')?;
    let (year, rest) = match tag {
        TIME_UTC => {
            let (year, rest) = text.split_at_checked(2)?;
            let year: i64 = year.parse().ok()?;
            (if year < 50 { 2000 + year } else { 1900 + year }, rest)
        }
        TIME_GENERALIZED => {
            let (year, rest) = text.split_at_checked(4)?;
            (year.parse().ok()?, rest)
        }
        _ => return None,
    };
    let mut pairs = rest.as_bytes().chunks_exact(2);
    let mut next = || -> Option<i64> { std::str::from_utf8(pairs.next()?).ok()?.parse().ok() };
    let (month, day, hour, minute) = (next()?, next()?, next()?, next()?);
    let second = next().unwrap_or(0);
    let sound =
        (1..=12).contains(&month) && (1..=31).contains(&day) && hour < 24 && minute < 60 && second < 61;
    // Nanoseconds in 64 bits end in the year 2262; what holds longer holds for ever.
    let year = year.min(2261);
    let days = days_since_1970(year, month, day);
    sound.then(|| {
        Timestamp::from_nanos(((days * 24 + hour) * 60 + minute) * 60_000_000_000 + second * 1_000_000_000)
    })
}

/// Days of the Gregorian calendar: years are counted from March, so that the leap day is the last of a year.
const fn days_since_1970(year: i64, month: i64, day: i64) -> i64 {
    let year = if month <= 2 { year - 1 } else { year };
    let day_of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    year * 365 + year / 4 - year / 100 + year / 400 + day_of_year - 719_468
}

fn inside<'a>(from: &mut Reader<'a>, tag: u8) -> Option<Reader<'a>> {
    let (found, content) = element(from).ok()?;
    (found == tag).then_some(content)
}

/// A tag and what it holds.
fn element<'a>(from: &mut Reader<'a>) -> Result<(u8, Reader<'a>), ReadError> {
    let tag = from.u8("tag")?;
    let length = match from.u8("length")? {
        0x81 => from.u8("length")?.into(),
        0x82 => from.u16_be("length")?.into(),
        0x83 => usize::from(from.u8("length")?) << 16 | usize::from(from.u16_be("length")?),
        short @ 0..=0x7F => short.into(),
        // Longer than any certificate, or not DER.
        _ => usize::MAX,
    };
    Ok((tag, from.sub(length, "content")?))
}
