//! The crane management system: reads the controller once a second, and tells it each move.

use super::terminal::dispatched;
use super::{Maker, Pace, Place, pair};
use crate::clients::{Plan, Step, cip, modbus, opcua};
use crate::lan::Label;
use crate::party::{Party, Scene};
use crate::world::{World, seconds};
use quaywatch_crane::work::Move;
use quaywatch_crane::{Kind, TAGS, Value, find};
use std::collections::VecDeque;

const EVERY_S: f64 = 1.0;
const RECONNECT_S: f64 = 10.0;
/// How often it is looked for a new move where nothing has to be read.
const LOOK_S: f64 = 0.5;
/// How many signals are published, or read together.
const WATCHED: usize = 100;
const TOGETHER: usize = 20;

/// Lets a crane's management system work.
pub(super) fn work(world: &mut World, place: &Place, pace: Pace) {
    let Some((cms, plc)) = pair(world, place, "cms", "plc") else { return };
    let (begin, place, mut talk) = (world.now(), place.clone(), None);
    let work = move |world: &mut World| {
        if talk.is_none_or(|talk| world.is_over(talk)) && world.lan.host(cms).is_some_and(|host| host.up) {
            let (port, client) = client(&place, pace);
            talk = Some(world.call(cms, plc, port, client));
        }
        Some(world.about(RECONNECT_S))
    };
    world.adopt(Box::new(work), Label::default(), begin);
}

fn client(place: &Place, pace: Pace) -> (u16, Box<dyn Party>) {
    let Place { station, crane, .. } = place;
    match place.maker {
        Maker::Siemens => (502, Box::new(modbus::Client::new(registers(*station, pace)))),
        Maker::Abb => {
            let plan = published(*station, crane.clone(), pace);
            (4840, Box::new(opcua::Client::new(opcua::Login::Anonymous, plan)))
        }
        Maker::Rockwell => (44_818, Box::new(cip::Client::new(tags(*station, pace)))),
    }
}

/// The move that the terminal has told since this was asked last.
fn next_move(scene: &Scene<'_>, station: usize, told: &mut Option<u32>) -> Option<Move> {
    let job = scene.stations.get(station).and_then(dispatched).filter(|job| *told != Some(job.order))?;
    *told = Some(job.order);
    Some(job.clone())
}

fn rest<D>(pace: Pace) -> Step<D> {
    Step::Pause(seconds(EVERY_S / pace.polls.max(0.02)))
}

/// Modbus: each move when it begins, else two reads a second.
fn registers(station: usize, pace: Pace) -> Plan<modbus::Deed> {
    let (mut told, mut asked) = (None, 0);
    Box::new(move |scene| {
        if let Some(job) = next_move(scene, station, &mut told) {
            return Step::Do(tell(&job));
        }
        asked += 1;
        match asked {
            1 => Step::Do(modbus::Deed::read(4, 0, 100)),
            2 => Step::Do(modbus::Deed::read(3, 0, 67)),
            _ => {
                asked = 0;
                rest(pace)
            }
        }
    })
}

/// OPC UA: a hundred signals are published once a second; each move is written when it begins.
fn published(station: usize, crane: String, pace: Pace) -> Plan<opcua::Deed> {
    let (mut told, mut subscribed) = (None, false);
    Box::new(move |scene| {
        if !std::mem::replace(&mut subscribed, true) {
            let nodes = TAGS.iter().take(WATCHED).map(|tag| opcua::node(&crane, tag)).collect();
            return Step::Do(opcua::Deed::Subscribe(nodes, EVERY_S * 1e3 / pace.polls.max(0.02)));
        }
        let Some(job) = next_move(scene, station, &mut told) else {
            return Step::Pause(seconds(LOOK_S));
        };
        let values = values(&job).into_iter().filter_map(|(name, value)| {
            let tag = find(name)?;
            Some((opcua::node(&crane, tag), value, tag.kind))
        });
        Step::Do(opcua::Deed::Write(values.collect()))
    })
}

/// EtherNet/IP: in a connection, tags in several messages a second; each number of a move when it begins.
fn tags(station: usize, pace: Pace) -> Plan<cip::Deed> {
    let (mut told, mut waiting, mut round) = (None, VecDeque::from([cip::Deed::Connect]), 0);
    let names: Vec<_> = TAGS.iter().filter(|tag| is_number(tag.kind)).map(|tag| tag.name).collect();
    Box::new(move |scene| {
        if let Some(job) = next_move(scene, station, &mut told) {
            let writes =
                values(&job).into_iter().filter_map(|(name, value)| cip::Deed::write(find(name)?, &value));
            waiting.extend(writes);
        }
        if let Some(deed) = waiting.pop_front() {
            return Step::Do(deed);
        }
        if round * TOGETHER >= names.len().min(WATCHED) {
            round = 0;
            return rest(pace);
        }
        let part = names.iter().skip(round * TOGETHER).take(TOGETHER);
        round += 1;
        Step::Do(cip::Deed::ReadMany(part.map(|name| (*name).to_owned()).collect()))
    })
}

const fn is_number(kind: Kind) -> bool {
    !matches!(kind, Kind::Text(_) | Kind::DateTime)
}

/// What the controller is told of a move.
fn values(job: &Move) -> [(&'static str, Value); 7] {
    let container = &job.container;
    [
        ("Job.OrderId", Value::Whole(job.order.into())),
        ("Job.Cntr", Value::Text(container.number.clone())),
        ("Job.IsoType", Value::Text(container.iso_type.to_owned())),
        ("Job.Vgm", Value::Real((container.declared_kg / 1000.0) as f32)),
        ("Job.Bay", Value::Whole(job.bay.into())),
        ("Job.Row", Value::Whole(job.row.into())),
        ("Job.Tier", Value::Whole(job.tier.into())),
    ]
}

/// All of a move in one write: the registers from `Job.OrderId` to `Job.Tier`.
fn tell(job: &Move) -> modbus::Deed {
    let mut image = quaywatch_crane::Image::default();
    for (name, value) in &values(job) {
        if let Some(tag) = find(name) {
            // Each signal is of its value's kind.
            let _ = image.set(tag, value);
        }
    }
    // The data block's bytes up to `Job.Step`, as they lie.
    let bytes = image.block(140).and_then(|block| block.get(..JOB_BYTES)).unwrap_or_default();
    modbus::Deed::registers(FIRST_REGISTER, bytes)
}

/// `Job.OrderId` begins here.
const FIRST_REGISTER: u16 = 49;
/// So much is before `Job.Step`, which the controller tells.
const JOB_BYTES: usize = 34;
