//! Whose public addresses are, where the site states no networks: plants that use public addresses inside are to be neither all
//! outside nor all inside.
//!
//! Taken for the site's own are addresses that somebody near said to be at a hardware address, which nobody does of who is behind
//! a router; and, for as long as they speak with each other, two addresses of the smallest network that providers route. As soon
//! as the site states a network nothing is assumed.

use quaywatch_assets::Bindings;
use quaywatch_model::{Address, Link, Scope};
use quaywatch_site::Site;
use std::collections::BTreeSet;

/// Protocols that speak of who is on the link, and that no router passes on or a site's own server answers.
const OF_THE_LINK: [&str; 5] = ["arp", "icmp6", "dhcp", "vrrp", "hsrp"];

/// How far away everybody is, when all was seen.
pub(crate) struct Whose<'a> {
    site: &'a Site,
    /// Public addresses that were said to be on the link.
    near: BTreeSet<Address>,
}

impl<'a> Whose<'a> {
    pub(crate) fn of(site: &'a Site, bindings: &Bindings) -> Self {
        let said = bindings.iter().filter(|(.., binding)| OF_THE_LINK.contains(&binding.protocol));
        let public = said.map(|(address, ..)| address).filter(|address| is_public(*address));
        Self { site, near: public.filter(|_| !site.states_networks()).collect() }
    }

    pub(crate) fn scopes(&self, ends: [Address; 2]) -> [Scope; 2] {
        let scope = |end| match self.site.scope(end) {
            Scope::Internet if self.near.contains(&end) => Scope::Private,
            scope => scope,
        };
        let [a, b] = ends;
        match ends.map(scope) {
            [Scope::Internet, Scope::Internet] if share_a_network(self.site, a, b) => [Scope::Private; 2],
            scopes => scopes,
        }
    }

    /// The public addresses of these links that were taken for the site's own without its saying so.
    pub(crate) fn assumed(&self, links: &[Link]) -> BTreeSet<Address> {
        let ends = links.iter().flat_map(|link| [link.client, link.server].into_iter().zip(link.scopes));
        let own = ends.filter(|(end, scope)| *scope == Scope::Private && is_public(*end));
        own.map(|(end, _)| end).collect()
    }
}

/// How far away two ends of a conversation are, by their addresses alone.
pub(crate) fn scopes(site: &Site, ends: [Address; 2]) -> [Scope; 2] {
    let [a, b] = ends;
    match ends.map(|end| site.scope(end)) {
        [Scope::Internet, Scope::Internet] if share_a_network(site, a, b) => [Scope::Private; 2],
        scopes => scopes,
    }
}

/// Whether two public addresses are taken for one owner's.
pub(crate) fn share_a_network(site: &Site, a: Address, b: Address) -> bool {
    !site.states_networks() && Scope::share_a_network(a, b)
}

fn is_public(address: Address) -> bool {
    Scope::without_a_site(address) == Scope::Internet
}
