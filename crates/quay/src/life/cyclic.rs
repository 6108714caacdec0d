//! Cyclic telegrams between the controller and what it drives: PROFINET with drives and stations, and the anti-sway box.

use super::{Maker, Pace, Place, is_up, pair, repeat};
use crate::lan::HostId;
use crate::lines::{antisway, profinet};
use crate::station::Station;
use crate::world::{World, seconds};
use quaywatch_twin::Mode;

/// As in the field: how often PROFINET's frames and the anti-sway box's telegrams come.
const FRAME_S: f64 = 0.004;
const TELEGRAM_S: f64 = 0.070;
/// However little there is of it, a telegram comes this often.
const LONGEST_S: f64 = 10.0;
/// The control and status words of a drive that runs (PROFIdrive, telegram 1).
const RUN: u16 = 0x047F;
const RUNS: u16 = 0xEB37;
const SPEED_PER_M_S: f64 = 4096.0;

/// The drives and stations, in the order of their numbers.
pub(super) const DEVICES: [&str; 11] =
    ["drive1", "drive2", "drive3", "drive4", "drive5", "drive6", "io1", "io2", "io3", "io4", "io5"];

/// Lets the telegrams come.
pub(super) fn work(world: &mut World, place: &Place, pace: Pace) {
    if pace.cyclic <= 0.0 {
        return;
    }
    if place.maker == Maker::Siemens {
        let every_s = (FRAME_S / pace.cyclic).min(LONGEST_S);
        for (number, name) in (0_u16..).zip(DEVICES) {
            let Some((plc, device)) = pair(world, place, "plc", name) else { continue };
            let index = place.station;
            repeat(world, every_s, move |world| {
                frames(world, index, number, [plc, device]);
                Some(seconds(every_s * world.chance.between(0.999, 1.001)))
            });
        }
    }
    anti_sway(world, place, (TELEGRAM_S / pace.cyclic).min(LONGEST_S));
}

/// One frame each way.
fn frames(world: &mut World, index: usize, number: u16, [plc, device]: [HostId; 2]) {
    let now = world.now();
    let Some(station) = world.stations.get(index) else { return };
    let (runs, [to, from]) = (is_running(station), telegrams(station, number.into()));
    let (Some(one), Some(other)) = (world.lan.host(plc), world.lan.host(device)) else { return };
    let ((plc_up, device_up), (plc_mac, device_mac)) = ((one.up, other.up), (one.mac, other.mac));
    if plc_up {
        let frame = profinet::cyclic(device_mac, plc_mac, number * 2, now, &to, runs);
        world.lan.frame(now, frame);
    }
    if device_up {
        let time = crate::lan::later(now, 30_000 + world.chance.below(60_000) as i64);
        let frame = profinet::cyclic(plc_mac, device_mac, number * 2 + 1, time, &from, true);
        world.lan.frame(time, frame);
    }
}

/// What a drive is told that is to go at this speed, in metres a second.
pub(crate) fn drive_telegram(speed_m_s: f64) -> Vec<u8> {
    let speed = (speed_m_s * SPEED_PER_M_S).clamp(-32_768.0, 32_767.0) as i16;
    [RUN.to_be_bytes(), speed.to_be_bytes()].concat()
}

/// Whether the controller works its program.
pub(super) fn is_running(station: &Station) -> bool {
    station.plc.mode == Mode::Run && !station.dark
}

/// What the controller tells a drive or station, and what that tells, by its place in [`DEVICES`].
pub(super) fn telegrams(station: &Station, number: usize) -> [Vec<u8>; 2] {
    let axes = [
        ("Hoist.SpdRef", "Hoist.Torque"),
        ("Hoist.SpdRef", "Hoist.Torque"),
        ("Trolley.SpdRef", "Trolley.Torque"),
        ("Trolley.SpdRef", "Trolley.Torque"),
        ("Gantry.Spd", "Gantry.Pos"),
        ("Boom.Angle", "Boom.Angle"),
    ];
    // A drive knows its own speed, whatever the controller was made to believe.
    let truth = station.truth();
    let speed_m_s = match number {
        0 | 1 => truth.hoist_m_s,
        2 | 3 => truth.trolley_m_s,
        _ => 0.0,
    };
    let speed = (speed_m_s * SPEED_PER_M_S).clamp(-32_768.0, 32_767.0) as i16;
    let word = |tag: &str, scale: f64| {
        (station.number(tag).unwrap_or_default() * scale).clamp(-32_768.0, 32_767.0) as i16
    };
    let words = |head: u16, rest: &[i16]| -> Vec<u8> {
        head.to_be_bytes().into_iter().chain(rest.iter().flat_map(|word| word.to_be_bytes())).collect()
    };
    match axes.get(number) {
        Some((wanted, torque)) => {
            [words(RUN, &[word(wanted, SPEED_PER_M_S)]), words(RUNS, &[speed, word(torque, 10.0)])]
        }
        // Stations: lamps and valves one way, switches and load cells the other.
        None => {
            let state = station.number("Cycle.State").unwrap_or_default() as u16;
            let cells = ["Load.LC[1]", "Load.LC[2]", "Load.LC[3]", "Load.LC[4]"].map(|tag| word(tag, 100.0));
            let switches = station.image().block(100).and_then(|block| block.get(300..302));
            let [high, low] = switches.and_then(|bits| bits.first_chunk()).copied().unwrap_or_default();
            [words(state, &[]), words(u16::from_be_bytes([high, low]), &cells)]
        }
    }
}

/// The anti-sway box and the controller: 224 bytes each way.
fn anti_sway(world: &mut World, place: &Place, every_s: f64) {
    let Some((plc, swaying)) = pair(world, place, "plc", "antisway") else { return };
    let (index, mut number) = (place.station, 0_u32);
    repeat(world, every_s, move |world| {
        number = number.wrapping_add(1);
        let station = world.stations.get(index)?;
        let truth = station.truth();
        let wanted = ["Trolley.SpdRef", "Hoist.SpdRef", "Load.Net", "Hoist.RopeLen", "Cmd.TrolRef"];
        let asks: Vec<f32> =
            wanted.iter().map(|tag| station.number(tag).unwrap_or_default() as f32).collect();
        let [sway_x, sway_y] = truth.sway_deg;
        let tells = [
            sway_x,
            sway_y,
            truth.skew_deg,
            truth.trolley_m,
            truth.trolley_m_s,
            truth.hoist_m,
            truth.hoist_m_s,
            truth.load_m.x,
            truth.load_m.y,
            truth.load_m.z,
            truth.tension_n / 1e3,
        ]
        .map(|number| number as f32);
        let runs = u16::from(is_running(station));
        let now = world.now();
        let port = antisway::PORT;
        let (plc_up, box_up) = (is_up(world, plc), is_up(world, swaying));
        if plc_up {
            world.lan.datagram(now, (plc, port), (swaying, port), &antisway::telegram(number, runs, &asks));
        }
        if box_up {
            let time = crate::lan::later(now, 900_000 + world.chance.below(700_000) as i64);
            world.lan.datagram(time, (swaying, port), (plc, port), &antisway::telegram(number, 3, &tells));
        }
        Some(world.about(every_s))
    });
}
