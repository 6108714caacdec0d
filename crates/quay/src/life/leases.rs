//! Who has its address from the terminal's server asks for it again when half of the lease is over.

use super::{Place, exchange, is_up, repeat};
use crate::lan::HostId;
use crate::lines::dhcp::{self, Client, Lease};
use crate::world::World;
use std::net::Ipv4Addr;

/// Who has a lease, and what kind of system it says it is.
const CLIENTS: [(&str, &str); 4] =
    [("hmi1", "MSFT 5.0"), ("hmi2", "MSFT 5.0"), ("hmi3", "MSFT 5.0"), ("phone", "snom-D120")];
const LEASE_S: u32 = 3600;

/// Lets a crane's panels and its phone renew.
pub(super) fn work(world: &mut World, place: &Place) {
    let Some(server) = world.lan.named("ad") else { return };
    let router = place.address(1);
    for (name, vendor) in CLIENTS {
        let Some(client) = place.host(world, name) else { continue };
        let called = format!("{}-{name}", place.crane);
        let every_s = f64::from(LEASE_S) / 2.0;
        repeat(world, every_s, move |world| {
            renew(world, [client, server], router, (&called, vendor));
            Some(world.about(every_s))
        });
    }
}

fn renew(world: &mut World, [from, to]: [HostId; 2], router: Ipv4Addr, (name, vendor): (&str, &str)) {
    let (Some(host), Some(server)) = (world.lan.host(from), world.lan.host(to)) else { return };
    let (mac, has) = (host.mac, host.ip);
    let relay = Ipv4Addr::UNSPECIFIED;
    let lease = Lease { address: has, server: server.ip, router, relay, lasts_s: LEASE_S };
    let client = Client { mac, name, vendor, transaction: world.chance.next() as u32, has };
    if is_up(world, from) {
        let question = dhcp::question(&client, dhcp::REQUEST, None);
        exchange(world, (from, dhcp::CLIENT), (to, dhcp::SERVER), &question, |_, _| {
            dhcp::answer(&client, dhcp::ACKNOWLEDGE, &lease)
        });
    }
}
