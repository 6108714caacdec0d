//! Names: computers ask the name server for the addresses of the shore, and their neighbours for what it does not know.

use super::{DOMAIN, Place, exchange, is_up, repeat};
use crate::lan::{BROADCAST, HostId, Mac};
use crate::lines::{dns, nbns};
use crate::world::{World, seconds};
use std::net::Ipv4Addr;

const PORT: u16 = 53;
/// Who asks, and how often on average.
const ASKERS: [(&str, f64); 5] =
    [("cms", 120.0), ("hmi1", 600.0), ("hmi2", 600.0), ("hmi3", 700.0), ("ews", 500.0)];
/// Whom they ask for.
const ASKED: [&str; 6] = ["sql", "tos", "ad", "historian", "ntp1", "ntp2"];
const LIVES_S: u32 = 1200;
/// Where LLMNR asks all neighbours.
const ALL: (Mac, Ipv4Addr, u16) = ([0x01, 0x00, 0x5E, 0, 0, 0xFC], Ipv4Addr::new(224, 0, 0, 252), 5355);
/// How often a computer looks for a proxy nobody has.
const STRAY_S: f64 = 1800.0;

/// Lets a crane's computers ask.
pub(super) fn work(world: &mut World, place: &Place) {
    let Some(server) = world.lan.named("dns") else { return };
    for (name, every_s) in ASKERS {
        let Some(host) = place.host(world, name) else { continue };
        repeat(world, every_s, move |world| {
            ask(world, host, server);
            Some(seconds(world.chance.exponential(every_s).max(1.0)))
        });
        let everybody = place.address(255);
        repeat(world, STRAY_S, move |world| {
            stray(world, host, everybody);
            Some(seconds(world.chance.exponential(STRAY_S).max(60.0)))
        });
    }
}

/// Asks for a name's address, for its IPv6 address, which none has, or for an address's name.
fn ask(world: &mut World, from: HostId, server: HostId) {
    let asked = ASKED.get(world.chance.below(ASKED.len())).copied().unwrap_or("sql");
    let Some(ip) = world.lan.named(asked).and_then(|id| world.lan.host(id)).map(|host| host.ip) else {
        return;
    };
    let name = format!("{asked}.{DOMAIN}");
    let (asked, kind, data) = match world.chance.below(20) {
        0..12 => (name, dns::A, Some(ip.octets().to_vec())),
        12..17 => (name, dns::AAAA, None),
        _ => (dns::reverse(ip), dns::PTR, Some(dns::name(&name))),
    };
    let (id, port) = (world.chance.next() as u16, world.lan.port_of(from));
    if is_up(world, from) {
        let question = dns::question(id, &asked, kind);
        exchange(world, (from, port), (server, PORT), &question, |_, _| {
            dns::answer(id, &asked, kind, data.as_deref().map(|data| (data, LIVES_S)))
        });
    }
}

/// Windows looks for a proxy, first as LLMNR, then as NetBIOS; nobody answers.
fn stray(world: &mut World, from: HostId, everybody: Ipv4Addr) {
    if !is_up(world, from) {
        return;
    }
    let (now, id, port) = (world.now(), world.chance.next() as u16, world.lan.port_of(from));
    for (after_ms, kind) in [(0, dns::A), (1, dns::AAAA), (410, dns::A), (411, dns::AAAA)] {
        let question = dns::neighbours(id ^ kind, "wpad", kind);
        world.lan.datagram_to(crate::lan::later(now, after_ms * 1_000_000), (from, port), ALL, &question);
    }
    for again in 0..3 {
        let time = crate::lan::later(now, 800_000_000 + again * 750_000_000);
        let to = (BROADCAST, everybody, nbns::PORT);
        world.lan.datagram_to(time, (from, nbns::PORT), to, &nbns::question(id, "WPAD", 0));
    }
}
