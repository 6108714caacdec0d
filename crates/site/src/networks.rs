//! Blocks of addresses, and which of many an address falls into.

use crate::Host;
use foldhash::fast::FixedState;
use hashbrown::HashMap;
use ipnet::IpNet;
use quaywatch_model::Address;
use std::fmt;
use std::net::{IpAddr, Ipv6Addr};

/// Where the addresses of IPv4 lie among those of IPv6: `::ffff:0:0/96`.
const V4: u128 = 0xffff_0000_0000;

/// Addresses from one to another, both included; IPv4 as IPv4-mapped IPv6.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Block {
    pub(crate) first: u128,
    pub(crate) last: u128,
}

/// An address as a number.
pub(crate) fn number(address: Address) -> u128 {
    u128::from_be_bytes(*address.bytes())
}

fn ip_number(ip: IpAddr) -> u128 {
    match ip {
        IpAddr::V4(v4) => V4 | u128::from(u32::from(v4)),
        IpAddr::V6(v6) => u128::from(v6),
    }
}

fn ip(number: u128) -> IpAddr {
    let v6 = Ipv6Addr::from(number);
    v6.to_ipv4_mapped().map_or(IpAddr::V6(v6), IpAddr::V4)
}

impl Block {
    /// One address.
    #[must_use]
    pub fn one(ip: IpAddr) -> Self {
        let number = ip_number(ip);
        Self { first: number, last: number }
    }

    /// From one address to another of the same family, in order.
    #[must_use]
    pub fn range(first: IpAddr, last: IpAddr) -> Option<Self> {
        let block = Self { first: ip_number(first), last: ip_number(last) };
        (first.is_ipv4() == last.is_ipv4() && block.first <= block.last).then_some(block)
    }

    /// A network.
    #[must_use]
    pub fn net(net: IpNet) -> Self {
        Self { first: ip_number(net.network()), last: ip_number(net.broadcast()) }
    }

    /// Whether the address lies in it.
    #[must_use]
    pub fn contains(&self, address: Address) -> bool {
        address.ip().is_some() && (self.first..=self.last).contains(&number(address))
    }

    /// Its first and its last address, where those are for all in it and not for one: of a network of IPv4 with room for two
    /// hosts or more.
    pub(crate) fn ends(&self) -> Option<[u128; 2]> {
        let is_network = self.prefixes().nth(1).is_none();
        let has_room = self.last - self.first >= 3;
        (is_network && has_room && self.last >> 32 == V4 >> 32).then_some([self.first, self.last])
    }

    pub(crate) const fn overlaps(&self, other: &Self) -> bool {
        self.first <= other.last && other.first <= self.last
    }

    pub(crate) const fn encloses(&self, other: &Self) -> bool {
        self.first <= other.first && other.last <= self.last
    }

    /// The networks it is made of: number of leading bits, and the first address.
    fn prefixes(self) -> impl Iterator<Item = (u8, u128)> {
        let mut next = Some(self.first);
        std::iter::from_fn(move || {
            let first = next.filter(|&first| first <= self.last)?;
            let rest = self.last - first;
            // The widest power of two that is aligned here and fits in what is left.
            let fits = rest.checked_add(1).map_or(128, |count| 127 - count.leading_zeros());
            let bits = first.trailing_zeros().min(fits);
            next = 1_u128.checked_shl(bits).and_then(|size| first.checked_add(size));
            Some((128 - bits as u8, first))
        })
    }
}

/// `10.70.7.0/24` where it is a network, else `10.70.7.10-10.70.7.20`.
impl fmt::Display for Block {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (first, last) = (ip(self.first), ip(self.last));
        if first == last {
            return write!(f, "{first}");
        }
        let mut prefixes = self.prefixes();
        match (prefixes.next(), prefixes.next()) {
            (Some((length, _)), None) => {
                let length = if first.is_ipv4() { length.saturating_sub(96) } else { length };
                write!(f, "{first}/{length}")
            }
            _ => write!(f, "{first}-{last}"),
        }
    }
}

/// Which of many blocks an address falls into; the narrowest wins, and VLANs tell apart what overlaps.
#[derive(Debug, Clone)]
pub(crate) struct Networks<T> {
    /// The lengths of prefixes that occur, longest first.
    lengths: Vec<u8>,
    table: HashMap<(u8, u128), Vec<Entry<T>>, FixedState>,
}

#[derive(Debug, Clone)]
struct Entry<T> {
    /// The VLANs it is on; empty where that is not said.
    vlans: Box<[u16]>,
    value: T,
}

/// What a look-up gives.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Found<T> {
    Nothing,
    One(T),
    /// Several that cannot be told apart.
    Several,
}

impl<T> Default for Networks<T> {
    fn default() -> Self {
        Self { lengths: Vec::new(), table: HashMap::default() }
    }
}

impl<T: Copy + PartialEq> Networks<T> {
    pub(crate) fn add(&mut self, block: Block, vlans: &[u16], value: T) {
        for (length, first) in block.prefixes() {
            if let Err(at) = self.lengths.binary_search_by(|other| length.cmp(other)) {
                self.lengths.insert(at, length);
            }
            let entry = Entry { vlans: vlans.into(), value };
            self.table.entry((length, first)).or_default().push(entry);
        }
    }

    /// What the host falls into. `prefer` decides where VLANs do not.
    pub(crate) fn find(&self, host: &Host, prefer: impl Fn(T) -> bool) -> Found<T> {
        let number = number(host.address);
        let mut several = false;
        for &length in &self.lengths {
            let mask = u128::MAX.checked_shl(128 - u32::from(length)).unwrap_or(0);
            let Some(entries) = self.table.get(&(length, number & mask)) else { continue };
            match among(entries, host.vlan, &prefer) {
                Found::One(value) => return Found::One(value),
                Found::Several => several = true,
                Found::Nothing => {}
            }
        }
        if several { Found::Several } else { Found::Nothing }
    }
}

fn among<T: Copy + PartialEq>(
    entries: &[Entry<T>],
    vlan: Option<u16>,
    prefer: &impl Fn(T) -> bool,
) -> Found<T> {
    let fits =
        |entry: &&Entry<T>| entry.vlans.is_empty() || vlan.is_none_or(|vlan| entry.vlans.contains(&vlan));
    let mut fitting = entries.iter().filter(fits).map(|entry| entry.value);
    let Some(first) = fitting.next() else { return Found::Nothing };
    if fitting.all(|value| value == first) {
        return Found::One(first);
    }
    let mut preferred = entries.iter().filter(fits).map(|entry| entry.value).filter(|&value| prefer(value));
    match (preferred.next(), preferred.next()) {
        (Some(one), None) => Found::One(one),
        _ => Found::Several,
    }
}
