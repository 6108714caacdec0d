//! The crane management system: reads the controller once a second, and tells it each move.

use super::{Pace, Place, pair};
use crate::clients::{Plan, Step, modbus};
use crate::lan::Label;
use crate::world::{World, seconds};
use quaywatch_crane::work::Move;
use quaywatch_crane::{Value, find};

const EVERY_S: f64 = 1.0;
const RECONNECT_S: f64 = 10.0;

/// Lets a crane's management system work.
pub(super) fn work(world: &mut World, place: &Place, pace: Pace) {
    let Some((cms, plc)) = pair(world, place, "cms", "plc") else { return };
    let (station, begin, mut talk) = (place.station, world.now(), None);
    let work = move |world: &mut World| {
        if talk.is_none_or(|talk| world.is_over(talk)) && world.lan.host(cms).is_some_and(|host| host.up) {
            talk = Some(world.call(cms, plc, 502, Box::new(modbus::Client::new(plan(station, pace)))));
        }
        Some(seconds(RECONNECT_S))
    };
    world.adopt(Box::new(work), Label::default(), begin);
}

/// Each move when it begins, else two reads a second.
fn plan(station: usize, pace: Pace) -> Plan<modbus::Deed> {
    let (mut told, mut asked) = (None, 0);
    Box::new(move |scene| {
        let job = scene.stations.get(station).and_then(|station| station.crane.job());
        // A hatch cover is nobody's cargo.
        if let Some(job) = job.filter(|job| told != Some(job.order) && !job.container.number.is_empty()) {
            told = Some(job.order);
            return Step::Do(tell(job));
        }
        asked += 1;
        match asked {
            1 => Step::Do(modbus::Deed::read(4, 0, 100)),
            2 => Step::Do(modbus::Deed::read(3, 0, 67)),
            _ => {
                asked = 0;
                let pace = pace.polls.max(0.02);
                Step::Pause(seconds(scene.chance.between(0.98, 1.02) * EVERY_S / pace))
            }
        }
    })
}

/// All of a move in one write: the registers from `Job.OrderId` to `Job.Tier`.
fn tell(job: &Move) -> modbus::Deed {
    let container = &job.container;
    let mut image = quaywatch_crane::Image::default();
    let all = [
        ("Job.OrderId", Value::Whole(job.order.into())),
        ("Job.Cntr", Value::Text(container.number.clone())),
        ("Job.IsoType", Value::Text(container.iso_type.to_owned())),
        ("Job.Vgm", Value::Real((container.declared_kg / 1000.0) as f32)),
        ("Job.Bay", Value::Whole(job.bay.into())),
        ("Job.Row", Value::Whole(job.row.into())),
        ("Job.Tier", Value::Whole(job.tier.into())),
    ];
    for (tag, value) in &all {
        if let Some(tag) = find(tag) {
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
