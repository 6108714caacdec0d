//! The honest life of a crane's network: who is there, and what they do all day.

mod boots;
pub(crate) mod clocks;
mod cyclic;
pub mod engineering;
pub mod hosts;
mod implicit;
mod leases;
mod management;
mod names;
mod panels;
mod sensors;
mod switches;
mod terminal;
pub mod vendor;
mod video;
mod windows;

#[cfg(test)]
mod tests;

use crate::lan::{HostId, Label, later};
use crate::world::{World, seconds};
pub(crate) use cyclic::drive_telegram;
pub use hosts::{Maker, Place};
use quaywatch_model::Timestamp;
use quaywatch_twin::Service;
use std::time::Duration;

/// How much of the life there is: all of it makes some thousand packets a second and crane.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Pace {
    /// Which part of the panels' and the management's questions is asked: 1 is as in the field, 0.1 every tenth.
    pub polls: f64,
    /// The same of cyclic telegrams to drives, stations and the anti-sway box. 1 is thousands a second.
    pub cyclic: f64,
    /// The same of video.
    pub video: f64,
    /// How often somebody looks into the controller with the engineering station, in an hour; none where it is 0.
    pub engineering: f64,
    /// How often the maker's service comes through the gateway, in an hour; never where it is 0.
    pub service: f64,
}

impl Default for Pace {
    fn default() -> Self {
        Self { polls: 0.4, cyclic: 0.003, video: 0.001, engineering: 0.0, service: 0.0 }
    }
}

/// The domain of all names.
const DOMAIN: &str = "quay.example";

/// Moves everybody in who belongs to a crane, and lets them live.
pub fn settle(world: &mut World, place: &Place, pace: Pace) {
    let plc = place.host(world, "plc");
    let is_its_makers = |service: &&Service| place.maker.ports().contains(&service.port);
    for service in quaywatch_twin::SERVICES.iter().filter(is_its_makers) {
        if let Some(plc) = plc {
            world.serve(plc, service, place.station);
        }
    }
    panels::work(world, place, pace);
    management::work(world, place, pace);
    terminal::work(world, place);
    sensors::work(world, place, pace);
    cyclic::work(world, place, pace);
    implicit::work(world, place, pace);
    boots::work(world, place);
    video::work(world, place, pace);
    clocks::work(world, place);
    names::work(world, place);
    switches::work(world, place);
    leases::work(world, place);
    windows::work(world, place);
    engineering::work(world, place, pace);
    vendor::work(world, place, pace);
}

/// Both hosts, where both are there.
fn pair(world: &World, place: &Place, one: &str, other: &str) -> Option<(HostId, HostId)> {
    Some((place.host(world, one)?, place.host(world, other)?))
}

fn is_up(world: &World, host: HostId) -> bool {
    world.lan.host(host).is_some_and(|host| host.up)
}

/// Something happens again and again, first at any time within this one.
fn repeat(world: &mut World, within_s: f64, work: impl FnMut(&mut World) -> Option<Duration> + 'static) {
    let wait_s = world.chance.between(0.0, within_s);
    let begins = later(world.now(), seconds(wait_s).as_nanos() as i64);
    world.adopt(Box::new(work), Label::default(), begins);
}

/// A question in a datagram; and, from who is up, the answer, made for when it heard and when it answers. Gives when it heard.
fn exchange(
    world: &mut World,
    from: (HostId, u16),
    to: (HostId, u16),
    question: &[u8],
    answer: impl FnOnce(Timestamp, Timestamp) -> Vec<u8>,
) -> Timestamp {
    let departs = world.lan.departure(world.now(), from.0);
    let heard = world.lan.datagram(departs, from, to, question);
    if is_up(world, to.0) {
        let sent = later(heard, world.lan.thinking_ns(to.0));
        let seen = world.lan.departure(sent, to.0);
        world.lan.datagram(seen, to, from, &answer(heard, sent));
    }
    heard
}
