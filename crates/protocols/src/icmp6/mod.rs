//! ICMPv6: neighbours' MAC addresses, routers and what they announce, and what pings carry.
//!
//! Standards: RFC 4443 (ICMPv6), RFC 4861 (neighbour discovery), RFC 8106 (name servers in router announcements).
//!
//! The flow table gives the bytes behind the checksum, and type and code as ports: the port of who sends is the message's
//! type.
//!
//! ```text
//! router advertisement (134)    | hop limit | flags | lifetime: u16 | reachable: u32 | retransmit: u32 | options |
//! neighbour solicitation (135)  | reserved: u32 | target: 16 bytes | options |
//! neighbour advertisement (136) | flags: R S O, reserved: u32 | target: 16 bytes | options |
//! redirect (137)                | reserved: u32 | target: 16 bytes | destination: 16 bytes | options |
//! option                        | type: u8 | length: u8 in units of 8 bytes, with these 2 | value |
//! ```
//!
//! What it tells: which IPv6 address has which MAC address; who is a router, which prefixes are on its link and which name servers
//! it names; where redirects lead; data of echoes as in [`icmp`](crate::icmp). A solicitation from the
//! unspecified address asks whether an address is free: it binds nothing.
//!
//! Not decoded: errors, multicast listeners, router renumbering, node information, search domains, secure neighbour
//! discovery.
//!
//! Limits: `MOST_OPTIONS` of a message, `MOST_SERVERS` name servers of an option.

#[cfg(test)]
mod tests;

use crate::icmp::Messages;
use crate::{Answer, Context, Protocol, Transport};
use quaywatch_model::{Address, Attribute, Mac, Role, Side, Subject};
use quaywatch_wire::{ReadError, Reader};

/// The protocol's descriptor.
pub static PROTOCOL: Protocol = Protocol {
    name: "icmp6",
    title: "ICMPv6 with neighbour discovery",
    transports: &[Transport::Icmp6],
    ports: &[],
    probe: |_| Answer::Certain,
    start: |_| Box::new(Messages { name: "icmp6", echo: [ECHO_REPLY, ECHO], read }),
    decoded: "neighbours' MAC addresses, routers with prefixes and name servers, redirects, content of echoes",
    not_decoded: "errors, multicast listeners, node information, search domains, secure neighbour discovery",
};

const ECHO: u16 = 128;
const ECHO_REPLY: u16 = 129;
const ROUTER_SOLICITATION: u16 = 133;
const ROUTER_ADVERTISEMENT: u16 = 134;
const NEIGHBOUR_SOLICITATION: u16 = 135;
const NEIGHBOUR_ADVERTISEMENT: u16 = 136;
const REDIRECT: u16 = 137;

/// Options of RFC 4861 and RFC 8106.
const SOURCE_LINK_ADDRESS: u8 = 1;
const TARGET_LINK_ADDRESS: u8 = 2;
const PREFIX: u8 = 3;
const NAME_SERVERS: u8 = 25;
/// The router flag of a neighbour advertisement.
const IS_ROUTER: u8 = 0x80;
/// A message has a few.
const MOST_OPTIONS: usize = 64;
/// A link has two or three.
const MOST_SERVERS: usize = 16;

fn read(cx: &mut Context<'_>, from: Side, kind: u16, bytes: &[u8]) -> Result<(), ReadError> {
    let mut reader = Reader::new(bytes);
    match kind {
        ROUTER_SOLICITATION => {
            reader.skip(4, "reserved")?;
            options(cx, from, None, reader)
        }
        ROUTER_ADVERTISEMENT => {
            reader.skip(12, "router advertisement")?;
            cx.fact(from, Attribute::Capability, "router advertisement");
            cx.fact(from, Attribute::Role, Role::Router.as_str());
            options(cx, from, None, reader)
        }
        NEIGHBOUR_SOLICITATION => {
            reader.skip(20, "reserved and target")?;
            options(cx, from, None, reader)
        }
        NEIGHBOUR_ADVERTISEMENT => {
            let [flags, ..] = reader.array::<4>("flags")?;
            let target = Address::v6(reader.array("target address")?);
            if flags & IS_ROUTER != 0 {
                cx.fact_of(Subject::Address(target), Attribute::Role, Role::Router.as_str());
            }
            options(cx, from, Some(target), reader)
        }
        REDIRECT => {
            reader.skip(4, "reserved")?;
            let target = Address::v6(reader.array("target address")?);
            let destination = Address::v6(reader.array("destination address")?);
            if target != destination {
                cx.fact(from.other(), Attribute::Gateway, &target.to_string());
                cx.fact_of(Subject::Address(target), Attribute::Role, Role::Router.as_str());
            }
            options(cx, from, Some(target), reader)
        }
        _ => Ok(()),
    }
}

/// Reads options. `target`: whose link address the target link address option is.
fn options(
    cx: &mut Context<'_>,
    from: Side,
    target: Option<Address>,
    mut reader: Reader<'_>,
) -> Result<(), ReadError> {
    for _ in 0..MOST_OPTIONS {
        if reader.is_empty() {
            break;
        }
        let kind = reader.u8("option type")?;
        let length = usize::from(reader.u8("option length")?) * 8;
        let short = ReadError { field: "option length", offset: reader.offset(), needed: 8, left: length };
        let mut value = reader.sub(length.checked_sub(2).ok_or(short)?, "option")?;
        match kind {
            SOURCE_LINK_ADDRESS => bind(cx, *from.of(&cx.addresses), value.array("link-layer address")?),
            TARGET_LINK_ADDRESS => {
                if let Some(target) = target {
                    bind(cx, target, value.array("link-layer address")?);
                }
            }
            PREFIX => prefix(cx, from, value)?,
            NAME_SERVERS => name_servers(cx, from, value)?,
            _ => {}
        }
    }
    Ok(())
}

fn bind(cx: &mut Context<'_>, address: Address, mac: [u8; 6]) {
    let is_known = address.ip().is_some_and(|ip| !ip.is_unspecified() && !ip.is_multicast());
    if is_known && !Mac(mac).is_group() && mac != [0; 6] {
        cx.fact_of(Subject::Address(address), Attribute::Mac, &Mac(mac).to_string());
    }
}

fn prefix(cx: &mut Context<'_>, from: Side, mut value: Reader<'_>) -> Result<(), ReadError> {
    let length = value.u8("prefix length")?;
    value.skip(13, "flags and lifetimes")?;
    let prefix = Address::v6(value.array("prefix")?);
    cx.fact(from, Attribute::Network, &format!("{prefix}/{length}"));
    Ok(())
}

fn name_servers(cx: &mut Context<'_>, from: Side, mut value: Reader<'_>) -> Result<(), ReadError> {
    value.skip(6, "reserved and lifetime")?;
    for _ in 0..MOST_SERVERS {
        let Ok(server) = value.array("name server address") else { break };
        let server = Address::v6(server);
        cx.fact(from, Attribute::NameServer, &server.to_string());
        cx.fact_of(Subject::Address(server), Attribute::Role, Role::NameServer.as_str());
    }
    Ok(())
}
