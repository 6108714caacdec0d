//! The text Zeek's `dns.log` gives an answer.

use super::wire::{Message, Name, Record, Type, escaped};
use quaywatch_wire::Reader;
use std::net::{Ipv4Addr, Ipv6Addr};

/// What an answer is in the log.
pub(super) enum Shown {
    /// Nothing: types Zeek reads and does not log.
    Nothing,
    /// It counts as an answer, and has no text.
    Empty,
    /// This text.
    Text(String),
}

/// The text of one record.
pub(super) fn shown(message: &Message<'_>, record: &Record<'_>) -> Shown {
    let text = match record.kind {
        Type::HINFO
        | Type::NB
        | Type::OPT
        | Type::SVCB
        | Type::HTTPS
        | Type::TKEY
        | Type::TSIG
        | Type::CAA => {
            return Shown::Nothing;
        }
        Type::WKS => return Shown::Empty,
        _ => text(message, record),
    };
    match text {
        Some(text) if text.is_empty() => Shown::Empty,
        Some(text) => Shown::Text(text),
        None => Shown::Nothing,
    }
}

fn text(message: &Message<'_>, record: &Record<'_>) -> Option<String> {
    let data = record.data;
    let name_behind = |skip: usize| message.name_in(record, skip).map(|(name, _)| name.lower());
    Some(match record.kind {
        Type::A => Ipv4Addr::from(<[u8; 4]>::try_from(data).ok()?).to_string(),
        Type::AAAA | Type::A6 => Ipv6Addr::from(<[u8; 16]>::try_from(data).ok()?).to_string(),
        Type::NS | Type::CNAME | Type::PTR | Type::SOA => name_behind(0)?,
        Type::MX => name_behind(2)?,
        Type::SRV => name_behind(6)?,
        Type::TXT => strings("TXT", data),
        Type::SPF => strings("SPF", data),
        Type::NAPTR => naptr(message, record)?,
        Type::RRSIG => {
            let covered = u16::from_be_bytes(*data.first_chunk()?);
            let signer = message.name_in(record, 18).map(|(name, _): (Name, usize)| name.lower())?;
            format!("RRSIG {covered} {}", if signer.is_empty() { "<Root>" } else { &signer })
        }
        Type::DNSKEY => format!("DNSKEY {}", data.get(3)?),
        Type::NSEC => format!("NSEC {} {}", record.name.lower(), name_behind(0)?),
        Type::NSEC3 => "NSEC3".to_owned(),
        Type::NSEC3PARAM => "NSEC3PARAM".to_owned(),
        Type::DS => format!("DS {} {}", data.get(2)?, data.get(3)?),
        Type::BINDS => "BIND9 signing signal".to_owned(),
        Type::SSHFP => {
            let digits: String = data.get(2..)?.iter().map(|byte| format!("{byte:02x}")).collect();
            format!("SSHFP: {digits}")
        }
        Type::LOC => format!("LOC:  {} {} {}", data.get(1)?, data.get(2)?, data.get(3)?),
        Type(number) => format!("<unknown type={number}>"),
    })
}

/// Texts with a length each: `TXT 5 hello TXT 2 hi`.
fn strings(what: &str, data: &[u8]) -> String {
    let mut reader = Reader::new(data);
    let mut text = String::new();
    while let Ok(length) = reader.u8("length") {
        let Ok(string) = reader.take(length.into(), "character-string") else { break };
        let space = if text.is_empty() { "" } else { " " };
        text.push_str(&format!("{space}{what} {length} {}", escaped(string)));
    }
    text
}

/// Order, preference, flags, service, then the expression and the replacement, as far as there are any (RFC 3403).
fn naptr(message: &Message<'_>, record: &Record<'_>) -> Option<String> {
    let mut reader = Reader::new(record.data);
    let order = reader.u16_be("order").ok()?;
    let preference = reader.u16_be("preference").ok()?;
    let mut next = || {
        let length = reader.u8("length").ok()?;
        reader.take(length.into(), "character-string").ok().map(escaped)
    };
    let (flags, service, expression) = (next()?, next()?, next()?);
    let (replacement, _) = message.name_in(record, reader.offset())?;
    let ends = [expression, replacement.lower()];
    let ends: Vec<&str> = ends.iter().map(String::as_str).filter(|end| !end.is_empty()).collect();
    Some(format!("NAPTR {order} {preference} {flags} {service} {}", ends.join(" ")))
}
