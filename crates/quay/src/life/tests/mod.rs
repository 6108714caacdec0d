mod clients;
mod cranes;
mod cyclic;
mod links;
mod personas;
mod rare;
mod rates;
mod seen;

use super::{Maker, Pace, Place, hosts, settle};
use crate::{Station, World, seconds};
use quaywatch_crane::Settings;
use quaywatch_model::Timestamp;
use seen::Seen;
use std::convert::Infallible;
use std::sync::LazyLock;

const BEGIN: Timestamp = Timestamp::from_nanos(1_796_025_600_000_000_000);

/// A crane with all its hosts, before anybody lives.
fn world(maker: Maker) -> (World, Place) {
    let mut world = World::new(7, BEGIN);
    let settings = Settings { seed: 7, jobs_come: true, truck_wait_s: 10.0, ..Settings::default() };
    world.stations.push(Station::new("STS07", &settings, BEGIN).unwrap());
    let place = Place { crane: "STS07".to_owned(), number: 7, maker, station: 0 };
    hosts::join_all(&mut world, &place);
    (world, place)
}

/// What a mirror port sees from now on for so long.
fn watch(world: &mut World, for_s: f64) -> Vec<Seen> {
    let end = crate::lan::later(world.now(), seconds(for_s).as_nanos() as i64);
    let mut all = Vec::new();
    let mut see = |frame: &crate::lan::Frame| -> Result<(), Infallible> {
        all.push(Seen::new(frame.time, frame.bytes.clone()));
        Ok(())
    };
    world.run_until(end, &mut see).unwrap();
    all
}

fn live(maker: Maker, pace: Pace, for_s: f64) -> Vec<Seen> {
    let (mut world, place) = world(maker);
    settle(&mut world, &place, pace);
    watch(&mut world, for_s)
}

const LITTLE: Pace = Pace { polls: 0.1, cyclic: 0.003, video: 0.001, engineering: 0.0, service: 0.0 };

/// An hour of each maker's crane, with few polls.
static SIEMENS: LazyLock<Vec<Seen>> = LazyLock::new(|| live(Maker::Siemens, LITTLE, 3600.0));
static ROCKWELL: LazyLock<Vec<Seen>> = LazyLock::new(|| live(Maker::Rockwell, LITTLE, 3600.0));
