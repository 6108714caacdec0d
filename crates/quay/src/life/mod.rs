//! The honest life of a crane's network: who is there, and what they do all day.

pub mod hosts;
mod management;
mod panels;

use crate::lan::HostId;
use crate::world::World;
pub use hosts::{Maker, Place};

/// How much of the life there is: all of it makes some hundred packets a second and crane.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Pace {
    /// Which part of the panels' and the management's questions is asked: 1 is as in the field, 0.1 every tenth.
    pub polls: f64,
    /// The same of cyclic telegrams to drives, stations and the anti-sway box. 1 is thousands a second.
    pub cyclic: f64,
    /// The same of video.
    pub video: f64,
}

impl Default for Pace {
    fn default() -> Self {
        Self { polls: 1.0, cyclic: 0.02, video: 0.001 }
    }
}

/// Moves everybody in who belongs to a crane, and lets them live.
pub fn settle(world: &mut World, place: &Place, pace: Pace) {
    let plc = place.host(world, "plc");
    for service in quaywatch_twin::SERVICES {
        if let Some(plc) = plc {
            world.serve(plc, service, place.station);
        }
    }
    panels::work(world, place, pace);
    management::work(world, place, pace);
}

/// Both hosts, where both are there.
fn pair(world: &World, place: &Place, one: &str, other: &str) -> Option<(HostId, HostId)> {
    Some((place.host(world, one)?, place.host(world, other)?))
}
