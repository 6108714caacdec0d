//! Who sends to whom on the link: which router packets go through, and how hardware addresses are found (RFC 826).

use super::{BROADCAST, HostId, Lan, Mac, arp, later};
use quaywatch_model::Timestamp;
use std::net::Ipv4Addr;

/// How long a host knows another's hardware address before it asks again.
const KNOWN_FOR_NS: i64 = 90_000_000_000;
/// Who is not answered asks again only after this time, however much it has to send (RFC 1122, 2.3.2.1).
const ASKS_AGAIN_NS: i64 = 1_000_000_000;

/// The two ends of a packet's way over the crane's switch.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Link {
    from: HostId,
    to: HostId,
}

impl Lan {
    /// From now on, what goes elsewhere from this host's network goes through it, and comes through it.
    pub fn route_through(&mut self, router: HostId) {
        self.routers.push(router);
    }

    /// The router of the network a host is in.
    fn router_of(&self, id: HostId) -> Option<HostId> {
        let network = |id: HostId| self.host(id).map(|host| host.ip.octets()).map(|[a, b, c, _]| [a, b, c]);
        let own = network(id)?;
        self.routers.iter().copied().find(|router| network(*router) == Some(own))
    }

    /// Whom a host is behind on the side of another: the router of that one's network, if it is behind one of the cranes'
    /// routers; itself where it is on the link.
    fn before(&self, id: HostId, towards: HostId) -> HostId {
        let Some(host) = self.host(id).filter(|host| host.hops > 0) else {
            // Another crane's host is behind that crane's router, and so behind one's own.
            let routers = (self.router_of(id), self.router_of(towards));
            return match routers {
                (Some(its), Some(own)) if its != own => own,
                _ => id,
            };
        };
        let is_before = |id: &HostId| self.host(*id).is_some_and(|it| it.hops == 0 && it.mac == host.mac);
        match self.routers.iter().copied().find(is_before) {
            Some(router) => self.router_of(towards).unwrap_or(router),
            None => self.hosts().map(|(id, _)| id).find(is_before).unwrap_or(id),
        }
    }

    /// Both ends of a packet's way over the switch; none where it does not come to it: a router that sends to who is behind
    /// it does so on its other side.
    pub(super) fn link(&self, from: HostId, to: HostId) -> Option<Link> {
        let link = Link { from: self.before(from, to), to: self.before(to, from) };
        (link.from != link.to).then_some(link)
    }

    /// Both ends' hardware addresses.
    pub(super) fn macs(&self, link: Link) -> Option<[Mac; 2]> {
        Some([self.host(link.from)?.mac, self.host(link.to)?.mac])
    }

    /// When a packet can go whose way is this one: at this time, or when its end's address was found. None: it was not.
    pub(super) fn resolved(&mut self, time: Timestamp, link: Link) -> Option<Timestamp> {
        let Link { from, to } = link;
        if self.known.get(&(from, to)).is_some_and(|until| *until >= time) {
            return Some(time);
        }
        let waits = |asked: &Timestamp| (0..ASKS_AGAIN_NS).contains(&time.since(*asked));
        if self.asked.get(&(from, to)).is_some_and(waits) && !self.host(to)?.up {
            return None;
        }
        self.ask(time, from, to)
    }

    /// Asks who has an address, and is told where somebody is there. Gives when that is over; none: nobody told.
    fn ask(&mut self, time: Timestamp, from: HostId, whom: HostId) -> Option<Timestamp> {
        let (asking, asked) = (self.host(from)?.clone(), self.host(whom)?.clone());
        self.frame(time, arp(false, (asking.mac, asking.ip), ([0; 6], asked.ip), BROADCAST));
        if !asked.up {
            self.asked.insert((from, whom), time);
            return None;
        }
        let answered = later(time, 180_000 + self.chance.exponential(120_000.0) as i64);
        self.frame(answered, arp(true, (asked.mac, asked.ip), (asking.mac, asking.ip), asking.mac));
        let known_until = later(answered, KNOWN_FOR_NS + self.chance.below(60) as i64 * 1_000_000_000);
        self.known.insert((from, whom), known_until);
        // Who was asked has learned of who asks.
        self.known.insert((whom, from), known_until);
        Some(later(answered, 60_000))
    }

    /// Asks for an address of the own network, whoever has it or nobody. No system asks for its own.
    pub fn look_for(&mut self, time: Timestamp, from: HostId, ip: Ipv4Addr) {
        let Some((mac, own)) = self.host(from).map(|host| (host.mac, host.ip)) else { return };
        match self.at(ip) {
            Some(to) if to == from => {}
            Some(to) => drop(self.ask(time, from, to)),
            None => self.frame(time, arp(false, (mac, own), ([0; 6], ip), BROADCAST)),
        }
    }
}
