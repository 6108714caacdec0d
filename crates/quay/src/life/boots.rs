//! Now and then a station loses its power for a moment: somebody works at it. When it is back, the controller looks for it.

use super::{Maker, Place, is_up, pair, repeat};
use crate::lan::{BROADCAST, HostId, arp, later};
use crate::lines::dcp;
use crate::world::{World, seconds};
use std::time::Duration;

/// How often it happens on average, and how long it is away.
const EVERY_S: f64 = 6.0 * 3600.0;
const FIRST_WITHIN_S: f64 = 2.0 * 3600.0;
const AWAY_S: f64 = 14.0;
const STATION: &str = "io5";

/// Lets it happen.
pub(super) fn work(world: &mut World, place: &Place) {
    let Some((plc, device)) = pair(world, place, "plc", STATION) else { return };
    let (maker, mut away) = (place.maker, false);
    repeat(world, FIRST_WITHIN_S, move |world| {
        away = !away;
        if away {
            set_up(world, device, false);
            return Some(seconds(AWAY_S));
        }
        set_up(world, device, true);
        returns(world, maker, plc, device);
        Some(seconds(world.chance.exponential(EVERY_S).max(600.0)))
    });
}

fn set_up(world: &mut World, host: HostId, up: bool) {
    if let Some(host) = world.lan.host_mut(host) {
        host.up = up;
    }
}

/// It tells whose its address is; with PROFINET, the controller asks who has its name.
fn returns(world: &mut World, maker: Maker, plc: HostId, device: HostId) -> Option<Duration> {
    let (asking, found) = (world.lan.host(plc)?.clone(), world.lan.host(device)?.clone());
    let now = world.now();
    let own = arp(false, (found.mac, found.ip), ([0; 6], found.ip), BROADCAST);
    world.lan.frame(now, own);
    if maker == Maker::Siemens && is_up(world, plc) {
        let (xid, name) = (world.chance.next() as u32, name_of(&found.name));
        let asked = later(now, 700_000_000);
        world.lan.frame(asked, dcp::identify(asking.mac, xid, &name));
        let answer = dcp::tell(asking.mac, found.mac, xid, &name, found.ip, dcp::SIEMENS);
        world.lan.frame(later(asked, 2_300_000), answer);
    }
    None
}

/// A name as PROFINET has it: small letters, digits, hyphens.
fn name_of(host: &str) -> String {
    host.to_ascii_lowercase().replace('/', "-")
}
