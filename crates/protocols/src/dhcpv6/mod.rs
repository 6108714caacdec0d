//! DHCPv6: who asks for an IPv6 address or parameters, what it gets and from whom.
//!
//! Standards: RFC 9915 (DHCPv6; before it RFC 8415), RFC 3646 (name servers), RFC 4704 (client FQDN), RFC 5908 (time servers).
//! UDP ports 546 and 547, to ff02::1:2.
//!
//! ```text
//! client, server | type: u8 | transaction: 3 bytes | options |          option | code: u16 | length: u16 | value |
//! relay (12, 13) | type: u8 | hops: u8 | link address: 16 | peer address: 16 | options, one of them the message |
//! ```
//!
//! What it tells of the client: its FQDN (39), vendor class (16) and the list of options it asks for (6), both as `capability`; from a
//! reply the addresses it got, name and time servers. Of the server that it gives addresses. A MAC address in a DUID is
//! not told as the client's, because it may be that of another of its ports (RFC 8415 section 11).
//!
//! Not decoded: prefix delegation, temporary addresses' lifetimes, vendor options, authentication, search domains.
//!
//! Limits: `MOST_RELAYS` relays around a message, `MOST_OPTIONS` options of it, `MOST_SERVERS` of one option.

mod facts;

#[cfg(test)]
mod tests;

use crate::standalone::Standalone;
use crate::{Answer, Probe, Protocol, Transport};
use quaywatch_model::{Address, DataClass};
use quaywatch_wire::{ReadError, Reader};

/// The registered ports of client and server.
const PORTS: [u16; 2] = [546, 547];
/// The standard stops at 8 relays (`HOP_COUNT_LIMIT`).
const MOST_RELAYS: usize = 8;
/// A message has some ten.
const MOST_OPTIONS: usize = 64;

/// The protocol's descriptor.
pub static PROTOCOL: Protocol = Protocol {
    name: "dhcpv6",
    title: "DHCPv6",
    transports: &[Transport::Udp],
    ports: &PORTS,
    probe,
    start: |_| Box::new(Standalone::new("dhcpv6", DataClass::Signalling, facts::read)),
    decoded: "addresses given, client name, vendor class, option list, name and time servers, relays",
    not_decoded: "prefix delegation, lifetimes, vendor options, search domains",
};

/// A known type and options that fill the message to the byte, one of them a client's or server's identifier of a known
/// kind or a relayed message.
fn probe(probe: &Probe<'_>) -> Answer {
    let Ok(message) = Message::decode(probe.bytes) else { return Answer::No };
    let identified = message.options().any(|(code, value)| match code {
        code::CLIENT | code::SERVER => matches!(value, [0, 1..=4, _, _, ..]),
        code::RELAYED => value.len() >= 4,
        _ => false,
    });
    if identified && message.is_whole() { Answer::Certain } else { Answer::No }
}

/// Option codes that are read.
mod code {
    pub(super) const CLIENT: u16 = 1;
    pub(super) const SERVER: u16 = 2;
    pub(super) const ADDRESSES: u16 = 3;
    pub(super) const TEMPORARY_ADDRESSES: u16 = 4;
    pub(super) const ADDRESS: u16 = 5;
    pub(super) const REQUESTED: u16 = 6;
    pub(super) const RELAYED: u16 = 9;
    pub(super) const VENDOR_CLASS: u16 = 16;
    pub(super) const NAME_SERVERS: u16 = 23;
    pub(super) const FQDN: u16 = 39;
    pub(super) const TIME_SERVERS: u16 = 56;
}

/// What a message is for. Open.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Kind(u8);

impl Kind {
    const ADVERTISE: Self = Self(2);
    const REPLY: Self = Self(7);
    const RECONFIGURE: Self = Self(10);
    const RELAY_FORWARD: Self = Self(12);
    const RELAY_REPLY: Self = Self(13);
    /// Of RFC 9915 and what came between: active lease queries.
    const LAST: u8 = 23;
}

/// A view of one message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Message<'a> {
    kind: Kind,
    /// Of a relay: whose message it passes on.
    peer: Option<Address>,
    options: &'a [u8],
}

impl<'a> Message<'a> {
    fn decode(bytes: &'a [u8]) -> Result<Self, ReadError> {
        let mut reader = Reader::new(bytes);
        let kind = Kind(reader.u8("msg-type")?);
        if kind.0 == 0 || kind.0 > Kind::LAST {
            return Err(ReadError { field: "msg-type", offset: 0, needed: 1, left: bytes.len() });
        }
        let peer = if matches!(kind, Kind::RELAY_FORWARD | Kind::RELAY_REPLY) {
            reader.skip(17, "hop-count and link-address")?;
            Some(Address::v6(reader.array("peer-address")?))
        } else {
            reader.skip(3, "transaction-id")?;
            None
        };
        Ok(Self { kind, peer, options: reader.rest() })
    }

    fn options(&self) -> impl Iterator<Item = (u16, &'a [u8])> + use<'a> {
        options(self.options)
    }

    /// Whether the options end where the message ends.
    fn is_whole(&self) -> bool {
        let read: usize = self.options().map(|(_, value)| 4 + value.len()).sum();
        read == self.options.len()
    }

    const fn is_of_server(&self) -> bool {
        matches!(self.kind, Kind::ADVERTISE | Kind::REPLY | Kind::RECONFIGURE | Kind::RELAY_REPLY)
    }
}

/// Options, as far as they can be read.
fn options(bytes: &[u8]) -> impl Iterator<Item = (u16, &[u8])> {
    let mut reader = Reader::new(bytes);
    std::iter::from_fn(move || {
        let code = reader.u16_be("option-code").ok()?;
        let length = reader.u16_be("option-len").ok()?;
        Some((code, reader.take(length.into(), "option-data").ok()?))
    })
    .take(MOST_OPTIONS)
}
