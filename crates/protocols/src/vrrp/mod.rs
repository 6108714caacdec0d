//! VRRP: which routers stand in for which address.
//!
//! Standards: RFC 3768 (version 2), RFC 9568 (version 3, IPv4 and IPv6). IP protocol 112, to 224.0.0.18 or ff02::12.
//!
//! ```text
//! offset 0              1      2          3       4                   6          8
//!        | version:4    |      |          |       | v2: auth, interval |          |            | v2: 8 bytes of
//!        | type:4 (1)   | VRID | priority | count | v3: interval       | checksum | addresses  | authentication
//! ```
//!
//! What it tells: the sender is a router, of which group and with which priority; the group's addresses belong to the group's
//! MAC address (00-00-5E-00-01-VRID, for IPv6 00-00-5E-00-02-VRID). A password in clear (version 2, type 1) is noted.
//!
//! Not decoded: intervals; CARP, which uses the same number, is recognised by its length and left alone.
//!
//! Limits: a message lists at most 255 addresses.

#[cfg(test)]
mod tests;

use crate::standalone::Standalone;
use crate::{Answer, Context, Probe, Protocol, Transport};
use quaywatch_model::{Address, Attribute, DataClass, Mac, Role, Side, Subject, Topic, Value};
use quaywatch_wire::{ReadError, Reader};

/// The IP protocol number.
const PROTOCOL_NUMBER: u8 = 112;
/// Authentication type "simple text password" of version 2.
const SIMPLE_PASSWORD: u8 = 1;
/// How long the authentication data of version 2 is, whether it is used or not.
const AUTHENTICATION_BYTES: usize = 8;

/// The protocol's descriptor.
pub static PROTOCOL: Protocol = Protocol {
    name: "vrrp",
    title: "VRRP",
    transports: &[Transport::Ip(PROTOCOL_NUMBER)],
    ports: &[],
    probe,
    start: |_| Box::new(Standalone::new("vrrp", DataClass::Signalling, read)),
    decoded: "group, priority, virtual addresses, presence of a password",
    not_decoded: "intervals; CARP under the same number",
};

/// Version, type and a length that fits the number of addresses to the byte.
fn probe(probe: &Probe<'_>) -> Answer {
    if Message::decode(probe.bytes).is_ok() { Answer::Certain } else { Answer::No }
}

/// A view of one advertisement.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Message<'a> {
    group: u8,
    priority: u8,
    has_password: bool,
    v6: bool,
    addresses: &'a [u8],
}

impl<'a> Message<'a> {
    fn decode(bytes: &'a [u8]) -> Result<Self, ReadError> {
        let mut reader = Reader::new(bytes);
        let wrong = |field, needed| ReadError { field, offset: 0, needed, left: bytes.len() };
        let version = reader.u8("version and type")?;
        let group = reader.u8("virtual router identifier")?;
        let priority = reader.u8("priority")?;
        let count = usize::from(reader.u8("count of addresses")?);
        let authentication = reader.u8("authentication type")?;
        reader.skip(3, "interval and checksum")?;
        let (trailer, is_v2) = match version {
            0x21 => (AUTHENTICATION_BYTES, true),
            0x31 => (0, false),
            _ => return Err(wrong("version and type", 1)),
        };
        let body = reader.len().saturating_sub(trailer);
        let addresses = reader.take(body, "addresses")?;
        reader.skip(trailer, "authentication data")?;
        let v6 = !is_v2 && count > 0 && body == count * 16;
        if group == 0 || count == 0 || !(v6 || body == count * 4) {
            return Err(wrong("addresses", count * 4));
        }
        Ok(Self { group, priority, has_password: is_v2 && authentication == SIMPLE_PASSWORD, v6, addresses })
    }

    fn addresses(&self) -> impl Iterator<Item = Address> {
        let length = if self.v6 { 16 } else { 4 };
        self.addresses.chunks_exact(length).filter_map(|bytes| {
            let v4 = bytes.try_into().ok().map(Address::v4);
            v4.or_else(|| bytes.try_into().ok().map(Address::v6))
        })
    }
}

fn read(cx: &mut Context<'_>, from: Side, bytes: &[u8]) -> Result<Option<Side>, ReadError> {
    let message = Message::decode(bytes)?;
    let Message { group, priority, v6, .. } = message;
    let mac = Mac([0, 0, 0x5e, 0, if v6 { 2 } else { 1 }, group]);
    cx.fact(from, Attribute::Role, Role::Router.as_str());
    cx.fact(from, Attribute::State, &format!("vrrp group {group}, priority {priority}"));
    for address in message.addresses() {
        let about = Subject::Address(address);
        cx.fact_of(about, Attribute::Role, Role::Router.as_str());
        // The link-local address leads the list in IPv6; it moves with the group as the others do.
        cx.fact_of(about, Attribute::Mac, &mac.to_string());
    }
    if message.has_password {
        cx.note(from, Topic::ClearSecret, Value::Secret);
    }
    Ok(Some(from))
}
