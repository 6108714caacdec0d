//! Signs of a way out that nobody declared.

use crate::signs::{Sign, Signs};
use crate::watch::SIDES;
use foldhash::fast::FixedState;
use hashbrown::HashMap;
use quaywatch_model::{Address, Asset, Attribute, Ended, Mac, Moment};
use std::collections::BTreeMap;

/// So many MAC addresses are looked at, and so many IP addresses.
const MOST_SUSPECTS: usize = 16_384;

/// Everybody who might be a way out, by MAC address.
#[derive(Debug, Default)]
pub(crate) struct Suspects {
    by_mac: HashMap<Mac, Signs, FixedState>,
    /// What facts said of IP addresses whose MAC is only known at the end.
    by_ip: HashMap<Address, Signs, FixedState>,
}

impl Suspects {
    pub(crate) fn fact(
        &mut self,
        address: Address,
        protocol: &str,
        at: Moment,
        attribute: Attribute,
        value: &str,
    ) {
        let (sign, text) = match (protocol, attribute, value) {
            ("dhcp" | "dhcpv6", Attribute::Role, "address server") => {
                (Sign::OffersAddresses, "it offers addresses (DHCP)".to_owned())
            }
            ("dhcp", Attribute::Role, "router") => {
                (Sign::OffersItself, "it is offered as the way out (DHCP)".to_owned())
            }
            ("icmp" | "icmp6", Attribute::Capability, "router advertisement") => {
                (Sign::AnnouncesRoutes, "it announces itself as a router (router advertisement)".to_owned())
            }
            _ => return,
        };
        self.of_address(address, at, |signs| signs.add(sign, at.frame, &text));
    }

    /// `outside`: which sides are public.
    pub(crate) fn ended(&mut self, ended: &Ended<'_>, outside: [bool; 2]) {
        if ended.ip_protocol == 0 || ended.tunnelled {
            return;
        }
        for side in SIDES {
            let mac = *side.of(&ended.macs);
            if mac.0 == [0; 6] || mac.is_group() || *side.of(&ended.packets) == 0 {
                continue;
            }
            if let Some(signs) = self.of_mac(mac) {
                signs.ended(ended, side, outside);
            }
        }
    }

    pub(crate) fn merge(&mut self, other: Self) {
        for (mac, signs) in other.by_mac {
            if let Some(mine) = self.of_mac(mac) {
                mine.merge(signs);
            }
        }
        for (ip, signs) in other.by_ip {
            self.by_ip.entry(ip).or_default().merge(signs);
        }
    }

    /// Those with enough signs, by MAC address. `assets` tell which IP address is whose.
    pub(crate) fn finish(&self, assets: &[Asset]) -> Vec<(Mac, Signs)> {
        let mut all: BTreeMap<Mac, Signs> =
            self.by_mac.iter().map(|(mac, signs)| (*mac, signs.clone())).collect();
        for asset in assets {
            let Some(mac) = asset.mac else { continue };
            for address in &asset.addresses {
                if let Some(signs) = self.by_ip.get(address) {
                    all.entry(mac).or_default().merge(signs.clone());
                }
            }
            if let Some(signs) = all.get_mut(&mac) {
                signs.belong_to(asset);
            }
        }
        let main_gateway = main_gateway(&all);
        for (mac, signs) in &mut all {
            signs.conclude(*mac, main_gateway);
        }
        all.retain(|mac, signs| signs.are_enough() && Some(*mac) != main_gateway && !signs.is_declared_way);
        all.into_iter().collect()
    }

    fn of_mac(&mut self, mac: Mac) -> Option<&mut Signs> {
        if self.by_mac.len() >= MOST_SUSPECTS && !self.by_mac.contains_key(&mac) {
            return None;
        }
        Some(self.by_mac.entry(mac).or_default())
    }

    fn of_address(&mut self, address: Address, at: Moment, act: impl FnOnce(&mut Signs)) {
        let signs = match address.ip() {
            Some(_) if self.by_ip.len() >= MOST_SUSPECTS && !self.by_ip.contains_key(&address) => None,
            Some(_) => Some(self.by_ip.entry(address).or_default()),
            None => {
                let [.., a, b, c, d, e, f] = *address.bytes();
                self.of_mac(Mac([a, b, c, d, e, f]))
            }
        };
        let Some(signs) = signs else { return };
        signs.first = signs.first.min(at);
        signs.last = signs.last.max(at.time);
        act(signs);
    }
}

/// The gateway that everybody uses: one behind which several machines of other networks are before one that hides what is
/// behind it, as a modem does; then the one most bytes to and from public addresses went through; the smaller of equals.
fn main_gateway(all: &BTreeMap<Mac, Signs>) -> Option<Mac> {
    let weight = |signs: &Signs| (signs.is_plain_router, signs.bytes.iter().sum::<u64>());
    let heaviest = all.iter().max_by_key(|(mac, signs)| (weight(signs), std::cmp::Reverse(**mac)))?;
    (weight(heaviest.1) > (false, 0)).then_some(*heaviest.0)
}
