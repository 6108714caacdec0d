use super::names;
use super::wire::{Envelope, Oid, Pdu, value};
use crate::Context;
use crate::ber::{Element, tag};
use quaywatch_model::{Attribute, Mac, Side};
use std::net::Ipv4Addr;

/// `1.3.6.1.4.1`, below which every maker has a number.
const ENTERPRISES: &[u8] = &[0x2b, 6, 1, 4, 1];

/// Tells what the objects that `agent` sent say of it.
pub(super) fn tell(cx: &mut Context<'_>, agent: Side, pdu: &Pdu<'_>) {
    for (oid, value) in pdu.bindings() {
        let Some((name, instance)) = names::object(oid) else { continue };
        let attribute = match name {
            "sysDescr" => Attribute::Description,
            "sysContact" => Attribute::Contact,
            "sysName" => Attribute::Name,
            "sysLocation" => Attribute::Location,
            "sysObjectID" => {
                maker(cx, agent, value);
                continue;
            }
            "ifPhysAddress" => {
                mac(cx, agent, value.body);
                continue;
            }
            "ipAdEntAddr" => {
                ip(cx, agent, value);
                continue;
            }
            // Only the first entity is the device itself; the others are its modules and ports (RFC 6933, section 2.2).
            "entPhysicalHardwareRev" if instance == [1] => Attribute::Hardware,
            "entPhysicalFirmwareRev" | "entPhysicalSoftwareRev" if instance == [1] => Attribute::Firmware,
            "entPhysicalSerialNum" if instance == [1] => Attribute::Serial,
            "entPhysicalMfgName" if instance == [1] => Attribute::Maker,
            "entPhysicalModelName" if instance == [1] => Attribute::Product,
            _ => continue,
        };
        if let Ok(text) = str::from_utf8(value.body)
            && value.tag == tag::OCTETS
        {
            cx.fact(agent, attribute, text);
        }
    }
}

/// Tells what the name of an engine says of it: its maker, and mostly its address (RFC 3411, section 5).
pub(super) fn tell_engine(cx: &mut Context<'_>, agent: Side, envelope: &Envelope<'_>) {
    let Envelope::User { engine, .. } = *envelope else { return };
    let Some((&[first, a, b, c], rest)) = engine.split_first_chunk::<4>() else { return };
    tell_enterprise(cx, agent, u32::from_be_bytes([first & 0x7f, a, b, c]).into());
    if first & 0x80 == 0 {
        return;
    }
    match rest.split_first() {
        Some((1, &[a, b, c, d])) => cx.fact(agent, Attribute::Ip, &Ipv4Addr::new(a, b, c, d).to_string()),
        Some((3, address)) => mac(cx, agent, address),
        Some((4, text)) => cx.fact(agent, Attribute::Name, str::from_utf8(text).unwrap_or_default()),
        _ => {}
    }
}

fn maker(cx: &mut Context<'_>, agent: Side, value: Element<'_>) {
    let below = Oid(value.body).below(ENTERPRISES).filter(|_| value.tag == tag::OID);
    if let Some(number) = below.and_then(|rest| Oid(rest).arcs().next()) {
        tell_enterprise(cx, agent, number);
    }
}

fn tell_enterprise(cx: &mut Context<'_>, agent: Side, number: u64) {
    if number == names::NET_SNMP {
        cx.fact(agent, Attribute::Software, "Net-SNMP");
    } else if let Some(maker) = names::enterprise(number) {
        cx.fact(agent, Attribute::Maker, maker);
    }
}

fn mac(cx: &mut Context<'_>, agent: Side, address: &[u8]) {
    if let Ok(address) = <[u8; 6]>::try_from(address)
        && address != [0; 6]
        && !Mac(address).is_group()
    {
        cx.fact(agent, Attribute::Mac, &Mac(address).to_string());
    }
}

fn ip(cx: &mut Context<'_>, agent: Side, value: Element<'_>) {
    if let (value::IP_ADDRESS, &[a, b, c, d]) = (value.tag, value.body) {
        let address = Ipv4Addr::new(a, b, c, d);
        if !address.is_loopback() && !address.is_unspecified() {
            cx.fact(agent, Attribute::Ip, &address.to_string());
        }
    }
}
