//! Everybody who has a clock asks two servers what time it is.

use super::{Place, exchange, is_up, repeat};
use crate::lan::{HostId, Label, later, persona};
use crate::lines::ntp;
use crate::world::World;
use quaywatch_model::Timestamp;
use std::cell::Cell;
use std::rc::Rc;

const PORT: u16 = 123;
/// Who asks, and how often: each 2^n seconds, 64 s to 1024 s.
const ASKERS: [(&str, u8); 10] = [
    ("plc", 6),
    ("hmi1", 10),
    ("hmi2", 10),
    ("hmi3", 10),
    ("cms", 6),
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
                Some(world.about(every_s))
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
    let heard = exchange(world, (from, port), (to, PORT), &ntp::question(asked, poll), |heard, sent| {
        ntp::answer(asked, poll, heard, sent, [10, 20, 0, 1])
    });
    lie(world, (from, port), to, (asked, poll), heard);
}

/// Somebody who sees what a host asks a time server, and answers first, in its name.
pub(crate) struct Lie {
    pub(crate) by: HostId,
    /// Who asks, and whom.
    pub(crate) between: [HostId; 2],
    /// By how many seconds the first answer is ahead, and each more than the one before.
    pub(crate) ahead_s: f64,
    pub(crate) more_s: f64,
    /// How many answers there are to be, and how many there were.
    pub(crate) times: u32,
    pub(crate) told: u32,
    pub(crate) over: Rc<Cell<bool>>,
    pub(crate) label: Label,
}

/// How long before a question is at the server on the shore somebody on the crane has answered it.
const SOONER_NS: i64 = 150_000;

fn lie(world: &mut World, from: (HostId, u16), to: HostId, (asked, poll): (Timestamp, u8), heard: Timestamp) {
    let Some(at) = world.lies.iter().position(|lie| lie.between == [from.0, to]) else { return };
    let mut lie = world.lies.swap_remove(at);
    let lies = |at: Timestamp| later(at, ((lie.ahead_s + lie.more_s * f64::from(lie.told)) * 1e9) as i64);
    let sent = later(heard, -SOONER_NS);
    let answer = first_hand(ntp::answer(asked, poll, lies(later(sent, -20_000)), lies(sent), *b"GPS\0"));
    let before = std::mem::replace(&mut world.lan.label, lie.label);
    if let Some(mac) = world.lan.host(lie.by).map(|host| host.mac) {
        world.lan.datagram_as(sent, mac, (to, PORT), from, &answer);
    }
    world.lan.label = before;
    lie.told += 1;
    lie.over.set(lie.told >= lie.times);
    if lie.told < lie.times {
        world.lies.push(lie);
    }
}

/// An answer that claims to come from a clock itself: stratum 1, no delay, no dispersion.
fn first_hand(mut answer: Vec<u8>) -> Vec<u8> {
    answer.get_mut(1).into_iter().for_each(|stratum| *stratum = 1);
    answer.get_mut(4..12).into_iter().for_each(|words| words.fill(0));
    answer
}
