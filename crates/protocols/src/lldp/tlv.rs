use crate::Context;
use quaywatch_model::{Address, Attribute, Mac, Role, Side};
use quaywatch_wire::{ReadError, Reader};
use std::borrow::Cow;

/// A frame of 1500 bytes has room for 100 TLVs of useful length.
const MOST_TLVS: usize = 128;

/// What a TLV is (clause 8.4). Open: what has no name is passed over.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Kind(u8);

impl Kind {
    const END: Self = Self(0);
    const CHASSIS: Self = Self(1);
    const PORT: Self = Self(2);
    const TIME_TO_LIVE: Self = Self(3);
    const PORT_DESCRIPTION: Self = Self(4);
    const SYSTEM_NAME: Self = Self(5);
    const SYSTEM_DESCRIPTION: Self = Self(6);
    const CAPABILITIES: Self = Self(7);
    const MANAGEMENT_ADDRESS: Self = Self(8);
    const ORGANISATION: Self = Self(127);
}

/// Chassis id subtype "MAC address" (table 8-2).
const CHASSIS_MAC: u8 = 4;
/// Chassis id subtype "network address", and port id subtype likewise.
const CHASSIS_NETWORK: u8 = 5;
/// Chassis id subtype "locally assigned": PROFINET devices put their name here.
const CHASSIS_LOCAL: u8 = 7;
/// Port id subtype "MAC address" (table 8-3).
const PORT_MAC: u8 = 3;
/// Port id subtype "network address".
const PORT_NETWORK: u8 = 4;

/// IEEE 802.1.
const OUI_8021: [u8; 3] = [0x00, 0x80, 0xc2];
/// PROFIBUS and PROFINET International.
const OUI_PROFINET: [u8; 3] = [0x00, 0x0e, 0xcf];
/// TIA, media endpoints.
const OUI_MED: [u8; 3] = [0x00, 0x12, 0xbb];

/// Bits of the capabilities (table 8-4) with the words records use.
const CAPABILITIES: [(u16, &str); 11] = [
    (1 << 0, "other"),
    (1 << 1, "repeater"),
    (1 << 2, "bridge"),
    (1 << 3, "wlan access point"),
    (1 << 4, "router"),
    (1 << 5, "telephone"),
    (1 << 6, "cable modem"),
    (1 << 7, "station only"),
    (1 << 8, "c-vlan"),
    (1 << 9, "s-vlan"),
    (1 << 10, "two-port mac relay"),
];
const BRIDGE: u16 = 1 << 2;
const ACCESS_POINT: u16 = 1 << 3;
const ROUTER: u16 = 1 << 4;
const TELEPHONE: u16 = 1 << 5;
const STATION: u16 = 1 << 7;

/// The next TLV: its kind and value.
fn next<'a>(reader: &mut Reader<'a>) -> Result<(Kind, Reader<'a>), ReadError> {
    let head = reader.u16_be("TLV header")?;
    Ok((Kind((head >> 9) as u8), reader.sub(usize::from(head & 0x1ff), "TLV value")?))
}

/// Whether the mandatory TLVs stand here in their order (clause 8.5.1).
pub(super) fn begins(bytes: &[u8]) -> bool {
    let mut reader = Reader::new(bytes);
    [Kind::CHASSIS, Kind::PORT, Kind::TIME_TO_LIVE]
        .iter()
        .all(|kind| next(&mut reader).is_ok_and(|(found, value)| found == *kind && value.len() >= 2))
}

/// The port a frame was sent through, put together from several TLVs.
#[derive(Default)]
struct Port<'a> {
    id: Cow<'a, str>,
    description: Cow<'a, str>,
    vlan: Option<u16>,
}

/// Reads one frame.
pub(super) fn read(cx: &mut Context<'_>, from: Side, bytes: &[u8]) -> Result<Option<Side>, ReadError> {
    let mut reader = Reader::new(bytes);
    let mut port = Port::default();
    for _ in 0..MOST_TLVS {
        if reader.is_empty() {
            break;
        }
        let (kind, value) = next(&mut reader)?;
        match kind {
            Kind::END => break,
            Kind::PORT => port.id = port_id(value)?,
            Kind::PORT_DESCRIPTION => port.description = text(value.peek()),
            Kind::ORGANISATION => organisation(cx, from, value, &mut port)?,
            _ => basic(cx, from, kind, value)?,
        }
    }
    tell_port(cx, from, &port);
    Ok(Some(from))
}

fn basic(cx: &mut Context<'_>, from: Side, kind: Kind, value: Reader<'_>) -> Result<(), ReadError> {
    match kind {
        Kind::CHASSIS => chassis(cx, from, value)?,
        Kind::SYSTEM_NAME => cx.fact(from, Attribute::Name, &text(value.peek())),
        Kind::SYSTEM_DESCRIPTION => cx.fact(from, Attribute::Description, &text(value.peek())),
        Kind::CAPABILITIES => capabilities(cx, from, value)?,
        Kind::MANAGEMENT_ADDRESS => management_address(cx, from, value)?,
        _ => {}
    }
    Ok(())
}

fn chassis(cx: &mut Context<'_>, from: Side, mut value: Reader<'_>) -> Result<(), ReadError> {
    match value.u8("chassis ID subtype")? {
        CHASSIS_MAC => {
            let mac = Mac(value.array("chassis MAC address")?);
            cx.fact(from, Attribute::Mac, &mac.to_string());
        }
        CHASSIS_NETWORK => {
            if let Some(address) = network_address(value) {
                cx.fact(from, Attribute::Ip, &address.to_string());
            }
        }
        CHASSIS_LOCAL => cx.fact(from, Attribute::Name, &text(value.peek())),
        _ => {}
    }
    Ok(())
}

fn port_id<'a>(mut value: Reader<'a>) -> Result<Cow<'a, str>, ReadError> {
    Ok(match value.u8("port ID subtype")? {
        PORT_MAC => Mac(value.array("port MAC address")?).to_string().into(),
        PORT_NETWORK => network_address(value).map(|address| address.to_string().into()).unwrap_or_default(),
        _ => text(value.peek()),
    })
}

/// An address behind its IANA address family number.
fn network_address(mut value: Reader<'_>) -> Option<Address> {
    match value.u8("address family").ok()? {
        1 => value.array("IPv4 address").ok().map(Address::v4),
        2 => value.array("IPv6 address").ok().map(Address::v6),
        6 => value.array("MAC address").ok().map(Mac).map(Address::mac),
        _ => None,
    }
}

fn capabilities(cx: &mut Context<'_>, from: Side, mut value: Reader<'_>) -> Result<(), ReadError> {
    let able = value.u16_be("system capabilities")?;
    let enabled = value.u16_be("enabled capabilities")?;
    let words = |bits: u16| {
        let set = CAPABILITIES.iter().filter(|(bit, _)| bits & bit != 0);
        set.map(|(_, word)| *word).collect::<Vec<_>>().join(", ")
    };
    let told =
        if able == enabled { words(able) } else { format!("{} (enabled: {})", words(able), words(enabled)) };
    cx.fact(from, Attribute::Capability, &told);
    let roles = [
        (BRIDGE, Role::Switch),
        (ACCESS_POINT, Role::AccessPoint),
        (ROUTER, Role::Router),
        (TELEPHONE, Role::Phone),
    ];
    // A controller with two ports calls itself a bridge and a station; that makes it no switch.
    for (_, role) in roles.iter().filter(|(bit, _)| enabled & bit != 0 && enabled & STATION == 0) {
        cx.fact(from, Attribute::Role, role.as_str());
    }
    Ok(())
}

fn management_address(cx: &mut Context<'_>, from: Side, mut value: Reader<'_>) -> Result<(), ReadError> {
    let length = value.u8("management address string length")?;
    let address = network_address(value.sub(length.into(), "management address")?);
    if let Some(address) = address.filter(|address| address.ip().is_some_and(|ip| !ip.is_unspecified())) {
        cx.fact(from, Attribute::Ip, &address.to_string());
    }
    Ok(())
}

fn organisation<'a>(
    cx: &mut Context<'_>,
    from: Side,
    mut value: Reader<'a>,
    port: &mut Port<'a>,
) -> Result<(), ReadError> {
    let oui: [u8; 3] = value.array("OUI")?;
    let subtype = value.u8("organisation subtype")?;
    match (oui, subtype) {
        (OUI_8021, 1) => port.vlan = Some(value.u16_be("port VLAN ID")?).filter(|&id| id != 0),
        (OUI_PROFINET, 5) => {
            let mac = Mac(value.array("chassis MAC address")?);
            cx.fact(from, Attribute::Mac, &mac.to_string());
        }
        (OUI_MED, 5..=10) => {
            let attribute = match subtype {
                5 => Attribute::Hardware,
                6 => Attribute::Firmware,
                7 => Attribute::Software,
                8 => Attribute::Serial,
                9 => Attribute::Maker,
                _ => Attribute::Product,
            };
            cx.fact(from, attribute, &text(value.peek()));
        }
        _ => {}
    }
    Ok(())
}

fn tell_port(cx: &mut Context<'_>, from: Side, port: &Port<'_>) {
    let mut told = port.id.clone().into_owned();
    if !port.description.is_empty() && port.description != port.id {
        told.push_str(&format!(" ({})", port.description));
    }
    if let (false, Some(vlan)) = (told.is_empty(), port.vlan) {
        told.push_str(&format!(" vlan {vlan}"));
    }
    cx.fact(from, Attribute::NeighbourPort, &told);
}

fn text(bytes: &[u8]) -> Cow<'_, str> {
    String::from_utf8_lossy(bytes)
}
