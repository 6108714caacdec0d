//! CDP: what a Cisco device, or one that imitates it, says of itself to whoever is plugged into its port.
//!
//! Standard: Cisco's *Understanding Cisco Discovery Protocol* and the TLVs as makers publish them; carried in SNAP with
//! Cisco's organisation code and protocol 0x2000.
//!
//! ```text
//! offset 0         1     2          4
//!        | version | TTL | checksum | TLVs |        TLV: | type: u16 BE | length: u16 BE, with these 4 | value |
//!        | 1 or 2  | u8  |  u16 BE  |
//! ```
//!
//! What it tells of the sender: device id and system name, addresses, the port it sent through with its native VLAN (as
//! `neighbour_port`: the port that whoever hears this is plugged into), capabilities and the roles they make, software
//! version, platform.
//!
//! Not decoded: VTP domain, duplex, power, voice VLAN, MTU; the checksum is not verified.
//!
//! Limits: `MOST_TLVS` TLVs, `MOST_ADDRESSES` addresses of one list.

#[cfg(test)]
mod tests;

use crate::standalone::Standalone;
use crate::{Answer, Context, Probe, Protocol, Transport};
use quaywatch_model::{Address, Attribute, DataClass, Role, Side};
use quaywatch_wire::{ReadError, Reader};

/// The protocol number behind Cisco's organisation code in SNAP.
const ETHERTYPE: u16 = 0x2000;
/// A frame of 1500 bytes has no room for more useful ones.
const MOST_TLVS: usize = 64;
/// So many addresses of one list are read; a switch lists one or two.
const MOST_ADDRESSES: usize = 16;

/// The protocol's descriptor.
pub static PROTOCOL: Protocol = Protocol {
    name: "cdp",
    title: "CDP",
    transports: &[Transport::Ethernet(ETHERTYPE)],
    ports: &[],
    probe,
    start: |_| Box::new(Standalone::new("cdp", DataClass::MachineIdentity, read)),
    decoded: "device id, addresses, port, capabilities, software version, platform, native VLAN",
    not_decoded: "VTP, duplex, power, voice VLAN",
};

/// What a TLV is. Open: what has no name is passed over.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Kind(u16);

impl Kind {
    const DEVICE_ID: Self = Self(0x0001);
    const ADDRESSES: Self = Self(0x0002);
    const PORT_ID: Self = Self(0x0003);
    const CAPABILITIES: Self = Self(0x0004);
    const VERSION: Self = Self(0x0005);
    const PLATFORM: Self = Self(0x0006);
    const NATIVE_VLAN: Self = Self(0x000a);
    const SYSTEM_NAME: Self = Self(0x0014);
    const MANAGEMENT_ADDRESSES: Self = Self(0x0016);
    const LOCATION: Self = Self(0x0017);
    /// No maker numbers them higher.
    const LAST: u16 = 0x1fff;
}

/// Bits of the capabilities with the words records use.
const CAPABILITIES: [(u32, &str); 9] = [
    (1 << 0, "router"),
    (1 << 1, "transparent bridge"),
    (1 << 2, "source route bridge"),
    (1 << 3, "switch"),
    (1 << 4, "host"),
    (1 << 5, "igmp"),
    (1 << 6, "repeater"),
    (1 << 7, "phone"),
    (1 << 8, "remotely managed"),
];
/// Capabilities that make a role.
const ROLES: [(u32, Role); 3] = [(1 << 0, Role::Router), (1 << 3, Role::Switch), (1 << 7, Role::Phone)];

/// The number may be another protocol's with another organisation code: version and first TLV must be CDP's.
fn probe(probe: &Probe<'_>) -> Answer {
    let mut reader = Reader::new(probe.bytes);
    let version = reader.u8("version");
    let _ = reader.skip(3, "TTL and checksum");
    let first = next(&mut reader).is_ok_and(|(kind, _)| (1..=Kind::LAST).contains(&kind.0));
    if matches!(version, Ok(1 | 2)) && first { Answer::Certain } else { Answer::No }
}

fn next<'a>(reader: &mut Reader<'a>) -> Result<(Kind, Reader<'a>), ReadError> {
    let kind = Kind(reader.u16_be("TLV type")?);
    let length = usize::from(reader.u16_be("TLV length")?);
    let short = ReadError { field: "TLV length", offset: reader.offset(), needed: 4, left: length };
    Ok((kind, reader.sub(length.checked_sub(4).ok_or(short)?, "TLV value")?))
}

fn read(cx: &mut Context<'_>, from: Side, bytes: &[u8]) -> Result<Option<Side>, ReadError> {
    let mut reader = Reader::new(bytes);
    reader.skip(4, "header")?;
    let (mut port, mut vlan) = (String::new(), None);
    for _ in 0..MOST_TLVS {
        if reader.is_empty() {
            break;
        }
        let (kind, mut value) = next(&mut reader)?;
        let text = String::from_utf8_lossy(value.peek());
        match kind {
            Kind::DEVICE_ID | Kind::SYSTEM_NAME => cx.fact(from, Attribute::Name, &text),
            Kind::PORT_ID => port = text.into_owned(),
            Kind::VERSION => cx.fact(from, Attribute::Software, &text),
            Kind::PLATFORM => cx.fact(from, Attribute::Product, &text),
            Kind::NATIVE_VLAN => vlan = Some(value.u16_be("native VLAN")?),
            Kind::CAPABILITIES => capabilities(cx, from, value.u32_be("capabilities")?),
            Kind::ADDRESSES | Kind::MANAGEMENT_ADDRESSES => addresses(cx, from, value)?,
            Kind::LOCATION => {
                value.skip(1, "location type")?;
                cx.fact(from, Attribute::Location, &String::from_utf8_lossy(value.peek()));
            }
            _ => {}
        }
    }
    if let (false, Some(vlan)) = (port.is_empty(), vlan) {
        port.push_str(&format!(" vlan {vlan}"));
    }
    cx.fact(from, Attribute::NeighbourPort, &port);
    Ok(Some(from))
}

fn capabilities(cx: &mut Context<'_>, from: Side, bits: u32) {
    let words: Vec<&str> =
        CAPABILITIES.iter().filter(|(bit, _)| bits & bit != 0).map(|(_, word)| *word).collect();
    cx.fact(from, Attribute::Capability, &words.join(", "));
    for (_, role) in ROLES.iter().filter(|(bit, _)| bits & bit != 0) {
        cx.fact(from, Attribute::Role, role.as_str());
    }
}

/// A count, then each address with its protocol: NLPID 0xCC for IPv4, SNAP with the `EtherType` for IPv6.
fn addresses(cx: &mut Context<'_>, from: Side, mut value: Reader<'_>) -> Result<(), ReadError> {
    let count = value.u32_be("number of addresses")?;
    for _ in 0..count.min(MOST_ADDRESSES as u32) {
        value.skip(1, "protocol type")?;
        let length = value.u8("protocol length")?;
        let protocol = value.take(length.into(), "protocol")?;
        let length = value.u16_be("address length")?;
        let address = value.take(length.into(), "address")?;
        let address = match (protocol, address) {
            ([0xcc], bytes) => bytes.try_into().ok().map(Address::v4),
            ([.., 0x86, 0xdd], bytes) => bytes.try_into().ok().map(Address::v6),
            _ => None,
        };
        if let Some(address) = address {
            cx.fact(from, Attribute::Ip, &address.to_string());
        }
    }
    Ok(())
}
