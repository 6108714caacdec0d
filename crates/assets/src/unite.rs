//! Which addresses are one box.

use crate::gather::{Gatherer, MOST_BEHIND, Seen, mac_of};
use foldhash::fast::FixedState;
use hashbrown::{HashMap, HashSet};
use quaywatch_model::{Address, Attribute, Mac};
use std::collections::BTreeMap;
use std::net::IpAddr;

/// A serial number shorter than this, or of one digit over and over, is a default that many devices share.
const SHORTEST_SERIAL: usize = 5;

/// The groups of addresses that are one box each, of those that are there.
pub(crate) fn boxes(gatherer: &Gatherer) -> Vec<Vec<Address>> {
    let is_asset = |(address, seen): &(&Address, &Seen)| seen.is_there && is_near(gatherer, **address);
    let mut there: Vec<Address> =
        gatherer.seen.iter().filter(is_asset).map(|(address, _)| *address).collect();
    there.sort_unstable();
    let mut union = Union { parent: (0..there.len()).collect() };
    let place = |address: Address| there.binary_search(&address).ok();
    let alone = alone_behind(gatherer);
    for (at, &address) in there.iter().enumerate() {
        let mac = belongs_to(gatherer, &alone, address).map(Address::mac);
        if let Some(other) = mac.and_then(place) {
            union.join(at, other);
        }
    }
    let mut by_serial: BTreeMap<&str, usize> = BTreeMap::new();
    for (at, address) in there.iter().enumerate() {
        for serial in serials(gatherer, *address) {
            let first = *by_serial.entry(serial).or_insert(at);
            union.join(at, first);
        }
    }
    let mut groups: BTreeMap<usize, Vec<Address>> = BTreeMap::new();
    for (at, &address) in there.iter().enumerate() {
        groups.entry(union.root(at)).or_default().push(address);
    }
    groups.into_values().collect()
}

/// Whether an address is on the networks that were captured: private, or known to be at a MAC address. Public addresses
/// far away are recipients, not assets.
fn is_near(gatherer: &Gatherer, address: Address) -> bool {
    match address.ip() {
        None => true,
        Some(IpAddr::V4(ip)) if ip.is_private() || ip.is_link_local() => true,
        Some(IpAddr::V6(ip)) if ip.is_unique_local() || ip.is_unicast_link_local() => true,
        Some(_) => !gatherer.bindings.of(address).is_empty(),
    }
}

/// The MAC address of the box that has this IP address.
fn belongs_to(
    gatherer: &Gatherer,
    alone: &HashMap<Address, Mac, FixedState>,
    address: Address,
) -> Option<Mac> {
    let ip = address.ip()?;
    // Of several the first: a second one that claims the same address is no reason to take two boxes for one.
    if let Some((mac, _)) = gatherer.bindings.of(address).first() {
        return Some(*mac);
    }
    let made_of = mac_in(ip).filter(|mac| gatherer.seen.contains_key(&Address::mac(*mac)));
    made_of.or_else(|| alone.get(&address).copied())
}

/// IP addresses that are the only ones behind a MAC of which nothing else is known, and are behind no other.
fn alone_behind(gatherer: &Gatherer) -> HashMap<Address, Mac, FixedState> {
    let bound: HashSet<Mac, FixedState> = gatherer.bindings.iter().map(|(_, mac, _)| mac).collect();
    let mut times_behind: HashMap<Address, u32, FixedState> = HashMap::default();
    for address in gatherer.behind.values().flatten() {
        *times_behind.entry(*address).or_default() += 1;
    }
    let mut alone = HashMap::default();
    for (mac, behind) in
        gatherer.behind.iter().filter(|(mac, behind)| behind.len() == 1 && !bound.contains(*mac))
    {
        alone.extend(behind.iter().filter(|ip| times_behind.get(*ip) == Some(&1)).map(|ip| (*ip, *mac)));
    }
    alone
}

/// Whether this MAC is a router's, as far as frames tell: more addresses come from it than one box has.
pub(crate) fn routes(gatherer: &Gatherer, address: Address) -> bool {
    let mac = mac_of(address).and_then(|mac| gatherer.behind.get(&mac));
    mac.is_some_and(|behind| behind.len() > MOST_BEHIND || behind.iter().any(|ip| is_public(*ip)))
}

fn is_public(address: Address) -> bool {
    match address.ip() {
        Some(IpAddr::V4(ip)) => {
            !(ip.is_private()
                || ip.is_link_local()
                || ip.is_loopback()
                || ip.is_multicast()
                || ip.is_unspecified())
        }
        Some(IpAddr::V6(ip)) => {
            !(ip.is_unique_local() || ip.is_unicast_link_local() || ip.is_loopback() || ip.is_multicast())
        }
        None => false,
    }
}

/// The MAC address an IPv6 interface identifier was made of (RFC 4291, appendix A).
fn mac_in(ip: IpAddr) -> Option<Mac> {
    let IpAddr::V6(ip) = ip else { return None };
    match ip.octets() {
        [_, _, _, _, _, _, _, _, a, b, c, 0xff, 0xfe, d, e, f] => Some(Mac([a ^ 2, b, c, d, e, f])),
        _ => None,
    }
}

fn serials(gatherer: &Gatherer, address: Address) -> impl Iterator<Item = &str> {
    let evidence = gatherer.seen.get(&address).into_iter().flat_map(|seen| seen.evidence());
    let serials = evidence.filter(|evidence| evidence.attribute == Attribute::Serial);
    serials.map(|evidence| evidence.value.as_str()).filter(|serial| {
        let mut letters = serial.bytes();
        let first = letters.next();
        serial.len() >= SHORTEST_SERIAL && letters.any(|letter| Some(letter) != first)
    })
}

/// Disjoint sets.
struct Union {
    parent: Vec<usize>,
}

impl Union {
    fn root(&self, mut at: usize) -> usize {
        while let Some(&parent) = self.parent.get(at).filter(|parent| **parent != at) {
            at = parent;
        }
        at
    }

    fn join(&mut self, a: usize, b: usize) {
        let (a, b) = (self.root(a), self.root(b));
        // The smaller is the root, so that the order of joining does not show.
        if let Some(parent) = self.parent.get_mut(a.max(b)) {
            *parent = a.min(b);
        }
    }
}
