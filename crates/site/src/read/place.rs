//! Addresses and networks as people write them.

use crate::described::Network;
use crate::networks::Block;
use ipnet::IpNet;
use quaywatch_model::Mac;
use std::net::{IpAddr, Ipv4Addr};

/// The networks that a tail such as `.10` is put into.
pub(super) type Bases<'b> = &'b [Network];

/// What is wrong with an address.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Wrong {
    pub(super) valid: &'static str,
    pub(super) meant: Option<String>,
}

const ADDRESS: &str = "an address 10.70.7.10, a network 10.70.7.0/24, a range 10.70.7.10-10.70.7.20";
const TAIL: &str = "an address 10.70.7.10, a network 10.70.7.0/24, a range 10.70.7.10-10.70.7.20, or the end of an \
                    address in the crane's first network, .10 or .64/26 or .10-.20, or in a named one, cctv.10";
const OUTSIDE: &str = "an end that lies within the crane's network";

fn wrong(valid: &'static str) -> Wrong {
    Wrong { valid, meant: None }
}

/// An address, a network or a range.
pub(super) fn block(text: &str) -> Result<Block, Wrong> {
    let text = text.trim();
    if let Some((first, last)) = text.split_once('-') {
        let ends = (first.trim().parse::<IpAddr>().ok(), last.trim().parse::<IpAddr>().ok());
        let (Some(first), Some(last)) = ends else { return Err(wrong(ADDRESS)) };
        return Block::range(first, last).ok_or(wrong("a range whose first address is not above its last"));
    }
    if text.contains('/') {
        let net = text.parse::<IpNet>().map_err(|_| Wrong { valid: ADDRESS, meant: prefix_meant(text) })?;
        if net.addr() != net.network() {
            let valid = "a network whose address has only zeros behind its prefix, or one address";
            return Err(Wrong { valid, meant: Some(net.trunc().to_string()) });
        }
        return Ok(Block::net(net));
    }
    text.parse::<IpAddr>().map(Block::one).map_err(|_| wrong(ADDRESS))
}

/// `10.70.7.0/255.255.255.0` and prefixes that are too long.
fn prefix_meant(text: &str) -> Option<String> {
    let (address, mask) = text.split_once('/')?;
    let mask: Ipv4Addr = mask.trim().parse().ok()?;
    let net = IpNet::with_netmask(address.trim().parse().ok()?, IpAddr::V4(mask)).ok()?;
    Some(net.trunc().to_string())
}

/// The same, or the end of an address within one of the crane's networks.
pub(super) fn within(text: &str, bases: Bases<'_>) -> Result<Block, Wrong> {
    let text = text.trim();
    let named = bases.iter().find_map(|network| {
        let rest = text.strip_prefix(network.name.as_deref()?)?;
        rest.starts_with('.').then_some((rest, &network.block))
    });
    let tail = text.strip_prefix('.').map(|_| text);
    let Some((tail, base)) = named.or_else(|| Some((tail?, &bases.first()?.block))) else {
        return block(text)
            .map_err(|error| if bases.is_empty() { error } else { Wrong { valid: TAIL, ..error } });
    };
    let block = tail_block(tail, base)?;
    if base.encloses(&block) { Ok(block) } else { Err(wrong(OUTSIDE)) }
}

fn tail_block(tail: &str, base: &Block) -> Result<Block, Wrong> {
    if let Some((first, last)) = tail.split_once('-') {
        let last = last.trim();
        let last = if last.starts_with('.') { last.to_owned() } else { format!(".{last}") };
        let (first, last) = (host(first.trim(), base)?, host(&last, base)?);
        return Block::range(first.into(), last.into()).ok_or(wrong(TAIL));
    }
    if let Some((address, length)) = tail.split_once('/') {
        let length = length.parse::<u8>().map_err(|_| wrong(TAIL))?;
        let net = IpNet::new(host(address, base)?.into(), length).map_err(|_| wrong(TAIL))?;
        return if net.addr() == net.network() { Ok(Block::net(net)) } else { Err(wrong(TAIL)) };
    }
    Ok(Block::one(host(tail, base)?.into()))
}

/// `.10` or `.7.10` in place of the last bytes of the network's address.
fn host(tail: &str, base: &Block) -> Result<Ipv4Addr, Wrong> {
    let Some(base) = quaywatch_model::Address::v6(base.first.to_be_bytes()).ipv4() else {
        return Err(wrong("a whole address, because the crane's network is IPv6"));
    };
    let parts: Vec<&str> = tail.trim_start_matches('.').split('.').collect();
    let mut octets = base.octets();
    if parts.len() > 3 {
        return Err(wrong(TAIL));
    }
    for (octet, part) in octets.iter_mut().rev().zip(parts.iter().rev()) {
        *octet = part.parse().map_err(|_| wrong(TAIL))?;
    }
    Ok(octets.into())
}

/// A hardware address: six bytes in hex, with colons, hyphens or dots.
pub(super) fn mac(text: &str) -> Option<Mac> {
    let digits: String = text.trim().chars().filter(|c| !matches!(c, ':' | '-' | '.')).collect();
    if digits.len() != 12 || !digits.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        return None;
    }
    let number = u64::from_str_radix(&digits, 16).ok()?;
    let [_, _, rest @ ..] = number.to_be_bytes();
    Some(Mac(rest))
}
