//! Everybody who has a clock asks two servers what time it is.

use super::{Place, exchange, is_up, repeat};
use crate::lan::{HostId, later, persona};
use crate::lines::ntp;
use crate::world::{World, seconds};

const PORT: u16 = 123;
/// Who asks, and how often: each 2^n seconds, 64 s to 1024 s.
const ASKERS: [(&str, u8); 10] = [
    ("plc", 6),
    ("hmi1", 10),
    ("hmi2", 10),
    ("hmi3", 10),
    ("cms", 9),
    ("ews", 10),
    ("switch1", 8),
    ("switch2", 8),
    ("switch3", 8),
    ("nvr", 7),
];
/// A clock that is 50 millionths fast is so far ahead when it asks.
const AHEAD_NS_PER_PPM: f64 = 40_000.0;

/// Lets a crane's hosts keep their time.
pub(super) fn work(world: &mut World, place: &Place) {
    for (name, poll) in ASKERS {
        let Some(host) = place.host(world, name) else { continue };
        for server in ["ntp1", "ntp2"] {
            let Some(server) = world.lan.named(server) else { continue };
            let (station, is_plc) = (place.station, name == "plc");
            let every_s = f64::from(1_u32 << poll);
            repeat(world, every_s, move |world| {
                let ahead_ns = match world.stations.get(station) {
                    Some(station) if is_plc => station.plc.clock_ahead_nanos,
                    _ => 0,
                };
                ask(world, host, server, poll, ahead_ns);
                Some(seconds(every_s * world.chance.between(0.99, 1.01)))
            });
        }
    }
}

/// One question, by a clock that is so far ahead beside what its quartz is off, and its answer.
fn ask(world: &mut World, from: HostId, to: HostId, poll: u8, ahead_ns: i64) {
    if !is_up(world, from) {
        return;
    }
    let Some((skew_ppm, persona)) = world.lan.host(from).map(|host| (host.skew_ppm, host.persona)) else {
        return;
    };
    // Controllers and Windows ask from the port of the service, Linux from any.
    let port = if persona == &persona::LINUX { world.lan.port_of(from) } else { PORT };
    let asked = later(world.now(), ahead_ns + (skew_ppm * AHEAD_NS_PER_PPM) as i64);
    exchange(world, (from, port), (to, PORT), &ntp::question(asked, poll), |heard, sent| {
        ntp::answer(asked, poll, heard, sent, [10, 20, 0, 1])
    });
}
