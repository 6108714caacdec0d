//! Cameras: the recorder takes all pictures, the cab two of them. A session lasts as long as a recorder's file.

use super::{Pace, Place, is_up, pair};
use crate::clients::told::Told;
use crate::clients::{Plan, Step};
use crate::lan::{HostId, Label, later};
use crate::lines::{rtp, rtsp};
use crate::party::Line;
use crate::world::{World, seconds};
use quaywatch_model::Timestamp;
use std::cell::Cell;
use std::net::Ipv4Addr;
use std::rc::Rc;

/// A camera's 4 Mbit/s in packets of this many bytes.
const PACKET_BYTES: usize = 1386;
const PACKETS_S: f64 = 4.0e6 / 8.0 / PACKET_BYTES as f64;
/// So many packets are a picture.
const PACKETS_IN_PICTURE: u16 = 14;
/// How often a recorder says that it is still there.
const ALIVE_S: f64 = 30.0;
const RECONNECT_S: f64 = 20.0;
/// How long a recorder's file is, and so its session.
const FILE_S: [f64; 2] = [1500.0, 2100.0];
const CAMERAS: u8 = 8;
/// What the cab sees: along the spreader, and along the gantry's way.
const IN_CAB: [u8; 2] = [1, 4];

/// Lets a crane's cameras be seen.
pub(super) fn work(world: &mut World, place: &Place, pace: Pace) {
    if pace.video <= 0.0 {
        return;
    }
    let recorded = (1..=CAMERAS).map(|camera| ("nvr", camera));
    let seen = IN_CAB.map(|camera| ("hmi1", camera));
    for (index, (who, camera)) in recorded.chain(seen).enumerate() {
        let Some((who, camera)) = pair(world, place, who, &format!("camera{camera}")) else { continue };
        let stream = Stream {
            ends: [who, camera],
            port: 20_000 + index as u16 * 2,
            session: 0x5A00_0000 | u32::from(place.number) << 8 | index as u32,
            every_s: 1.0 / (PACKETS_S * pace.video),
        };
        let plays = Rc::new(Cell::new(false));
        control(world, stream, &plays);
        pictures(world, stream, &plays);
    }
}

/// A camera's pictures on their way to somebody.
#[derive(Debug, Clone, Copy)]
struct Stream {
    ends: [HostId; 2],
    port: u16,
    session: u32,
    every_s: f64,
}

/// Asks the camera, says again and again that somebody still watches, and begins anew in the end.
fn control(world: &mut World, stream: Stream, plays: &Rc<Cell<bool>>) {
    let ([who, camera], plays, mut talk) = (stream.ends, Rc::clone(plays), None);
    let begin = later(world.now(), i64::from(stream.port % 32) * 170_000_000);
    let work = move |world: &mut World| {
        let up = is_up(world, who) && is_up(world, camera);
        let ip = world.lan.host(camera)?.ip;
        if up && talk.is_none_or(|talk| world.is_over(talk)) {
            let lasts_s = world.chance.between(FILE_S[0], FILE_S[1]);
            let until = later(world.now(), (lasts_s * 1e9) as i64);
            talk =
                Some(world.play(who, camera, 554, Told::both(watch(ip, stream, until, Rc::clone(&plays)))));
        }
        Some(world.about(RECONNECT_S))
    };
    world.adopt(Box::new(work), Label::default(), begin);
}

fn watch(camera: Ipv4Addr, stream: Stream, until: Timestamp, plays: Rc<Cell<bool>>) -> Plan<Vec<Line>> {
    let (mut number, mut speaks) = (3, false);
    Box::new(move |scene| {
        speaks = !speaks;
        match (speaks, plays.get()) {
            (false, true) => return Step::Pause(seconds(ALIVE_S)),
            (false, false) => return Step::Close,
            (true, _) => number += 1,
        }
        plays.replace(scene.now < until);
        Step::Do(match number {
            4 => rtsp::play(camera, stream.session, stream.port),
            _ if plays.get() => rtsp::alive(camera, stream.session, number),
            _ => rtsp::stop(camera, stream.session, number),
        })
    })
}

fn pictures(world: &mut World, stream: Stream, plays: &Rc<Cell<bool>>) {
    let ([who, camera], begin, plays) = (stream.ends, world.now(), Rc::clone(plays));
    let mut number = world.chance.next() as u16;
    let begins = later(begin, 6_000_000_000 + world.chance.below(1_000_000_000) as i64);
    let work = move |world: &mut World| {
        if plays.get() && is_up(world, who) && is_up(world, camera) {
            number = number.wrapping_add(1);
            // 90,000 a second, however few of the packets there are.
            let time = (world.now().since(begin) as f64 * 9e-5) as u64 as u32;
            let last = number.is_multiple_of(PACKETS_IN_PICTURE);
            let packet = rtp::packet(number, time, stream.session, last, PACKET_BYTES);
            let now = world.now();
            world.lan.datagram(now, (camera, rtsp::SERVER_PORT), (who, stream.port), &packet);
        }
        Some(world.about(stream.every_s))
    };
    world.adopt(Box::new(work), Label::default(), begins);
}
