//! The maker's service: through the tunnel to the gateway, by remote desktop to the jump host, and with the engineering
//! station into the controller, which it reads and does not change: an ordinary visit, under a work order that no packet tells
//! of.

use super::{Pace, Place, engineering, is_up, pair, repeat};
use crate::lan::{Host, HostId, later, persona};
use crate::lines::{rdp, tls, wireguard};
use crate::party::{Line, Scripted};
use crate::world::{World, seconds};
use std::net::Ipv4Addr;

/// Where the maker is, and how far that is.
const VENDOR: Ipv4Addr = Ipv4Addr::new(198, 51, 100, 23);
const PORT: u16 = 51_820;
const HOPS: u8 = 11;
const AWAY_MS: f64 = 19.0;
const JITTER_MS: f64 = 1.4;
/// A tunnel's keys last so long; somebody who says nothing says so this often.
const REKEY_S: f64 = 120.0;
const ALIVE_S: f64 = 25.0;
/// So many packets a second somebody at a desktop makes.
const PACKETS_S: f64 = 2.0;

/// How long somebody works, and how long the tunnel stays after that.
const WORKS_S: [f64; 2] = [420.0, 2_400.0];
const STAYS_S: [f64; 2] = [5.0, 180.0];
/// Most visits are for the controller, some for the panels only.
const LOOKS_SHARE: f64 = 0.8;

/// How a visit goes.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Visit {
    /// How long somebody works.
    pub works_s: f64,
    /// How long the tunnel stays after that.
    pub stays_s: f64,
    /// Whether the controller is looked into.
    pub looks: bool,
}

/// Lets the maker's service come as often as the pace says: never, unless told.
pub(super) fn work(world: &mut World, place: &Place, pace: Pace) {
    if pace.service <= 0.0 {
        return;
    }
    let (place, every_s) = (place.clone(), 3600.0 / pace.service);
    repeat(world, every_s, move |world| {
        let [works_s, stays_s] = [WORKS_S, STAYS_S].map(|[low, high]| world.chance.between(low, high));
        let looks = world.chance.uniform() < LOOKS_SHARE;
        let takes_s = come(world, &place, Visit { works_s, stays_s, looks }).unwrap_or_default();
        // Nobody comes while somebody is there.
        Some(seconds(takes_s + world.chance.exponential(every_s).max(60.0)))
    });
}

/// Lets the maker's service come to a crane. Gives how long it takes, or none where somebody is missing.
pub fn come(world: &mut World, place: &Place, visit: Visit) -> Option<f64> {
    let gateway = place.host(world, "gateway")?;
    let (jump, ews) = pair(world, place, "jump", "ews")?;
    let vendor = arrive(world)?;
    tunnel(world, vendor, gateway, visit);
    let (seed, user) = (world.chance.next(), "service");
    world.play(jump, ews, rdp::PORT, Scripted::both(desktop(user, seed, visit.works_s)));
    if visit.looks {
        let plc = place.host(world, "plc")?;
        let (place, looks_s, mut done) = (place.clone(), visit.works_s / 2.0, false);
        let begins = later(world.now(), (visit.works_s * 0.2e9) as i64);
        let work = move |world: &mut World| {
            if !std::mem::replace(&mut done, true) {
                engineering::look(world, &place, [ews, plc], looks_s);
            }
            None
        };
        world.adopt(Box::new(work), world.lan.label, begins);
    }
    Some(visit.works_s + visit.stays_s)
}

/// The maker's machine, which is behind the provider's router.
fn arrive(world: &mut World) -> Option<HostId> {
    if let Some(known) = world.lan.at(VENDOR) {
        return Some(known);
    }
    let router = world.lan.host(world.lan.named("provider")?)?.mac;
    let host = Host::local("vendor", router, VENDOR, &persona::LINUX);
    Some(world.lan.join(host.behind(router, HOPS, AWAY_MS, JITTER_MS)))
}

/// A handshake each two minutes, and between them what is carried.
fn tunnel(world: &mut World, vendor: HostId, gateway: HostId, visit: Visit) {
    let [ours, theirs] = [world.chance.next() as u32 | 1, world.chance.next() as u32 | 1];
    let begin = world.now();
    let (mut counters, mut keys_until, port) = ([0_u64; 2], begin, world.lan.port_of(vendor));
    let work = move |world: &mut World| {
        let (now, since_s) = (world.now(), world.now().since(begin) as f64 / 1e9);
        let (from, to) = ((vendor, port), (gateway, PORT));
        if since_s > visit.works_s + visit.stays_s || !is_up(world, gateway) {
            return None;
        }
        if keys_until <= now {
            keys_until = later(now, (REKEY_S * 1e9) as i64);
            counters = [0; 2];
            let seed = world.chance.next();
            let heard = world.lan.datagram(now, from, to, &wireguard::initiation(ours, seed));
            world.lan.datagram(later(heard, 800_000), to, from, &wireguard::response(theirs, ours, seed ^ 1));
            return Some(seconds(0.1));
        }
        let works = since_s < visit.works_s;
        for (index, (from, to, receiver)) in [(from, to, theirs), (to, from, ours)].into_iter().enumerate() {
            let bytes = if works { 64 + world.chance.below(900) } else { 0 };
            if let Some(counter) = counters.get_mut(index) {
                let packet = wireguard::data(receiver, *counter, bytes);
                *counter += 1;
                world.lan.datagram(later(now, index as i64 * 2_000_000), from, to, &packet);
            }
        }
        let wait_s = if works { world.chance.exponential(1.0 / PACKETS_S) } else { ALIVE_S };
        Some(seconds(wait_s))
    };
    world.adopt(Box::new(work), world.lan.label, begin);
}

/// What a desktop looks like from outside for so long.
fn desktop(user: &str, seed: u64, works_s: f64) -> Vec<Line> {
    let mut lines = rdp::begin(user, "ews", seed);
    for round in 0..works_s as u64 {
        let size = (seed.rotate_left(round as u32 % 64) % 700) as usize;
        lines.push(Line::client(tls::data(seed ^ round, 40)).after_ms(900));
        lines.push(Line::server(tls::data(seed ^ round ^ 1, 90 + size)).after_ms(30));
    }
    lines
}
