//! Somebody tries who answers: at addresses one after another, at ports one after another.

use super::{Going, Stage, again, few};
use crate::lan::{HostId, later};
use crate::lines::icmp;
use crate::party::{Next, Party, Scene};
use crate::world::World;
use serde::Deserialize;

/// What is tried.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Scan {
    /// Who tries.
    pub from: String,
    /// The first and the last number in the crane's network.
    #[serde(deserialize_with = "few")]
    pub hosts: [u8; 2],
    /// Which TCP ports; none: each host is only pinged.
    #[serde(default)]
    pub ports: Vec<u16>,
    /// How long between two tries.
    pub every_s: f64,
}

impl Scan {
    /// Begins it.
    pub(super) fn begin(&self, stage: &Stage, world: &mut World) -> Result<Going, String> {
        let from = stage.host(world, &self.from)?;
        let [first, last] = self.hosts;
        let (place, ports) = (stage.place.clone(), &self.ports);
        let mut tries: Vec<(u8, Option<u16>)> = Vec::new();
        for host in first..=last {
            if ports.is_empty() {
                tries.push((host, None));
            }
            tries.extend(ports.iter().map(|port| (host, Some(*port))));
        }
        Ok(again(world, tries.len(), self.every_s, move |world, time| {
            let Some((host, port)) = tries.get(time).copied() else { return };
            let ip = place.address(host);
            let now = world.now();
            match (world.lan.at(ip), port) {
                (Some(to), _) if to == from => {}
                (Some(to), Some(port)) => {
                    world.call(from, to, port, Box::new(Knock));
                }
                (Some(to), None) => ping(world, from, to),
                // Nobody is there: not even the address is found.
                (None, _) => world.lan.look_for(now, from, ip),
            }
        }))
    }
}

/// Opens a conversation and drops it: enough to know that somebody listens.
struct Knock;

impl Party for Knock {
    fn turn(&mut self, _: &[u8], _: &mut Scene<'_>, _: &mut Vec<u8>) -> Next {
        Next::Reset
    }
}

/// An echo and, from who is up, its reply.
fn ping(world: &mut World, from: HostId, to: HostId) {
    let (now, id) = (world.now(), world.chance.next() as u16);
    let echo = |kind| icmp::echo(kind, 1, id, &icmp::usual());
    let asked = world.lan.other(now, from, to, icmp::PROTOCOL, &echo(icmp::REQUEST));
    if world.lan.host(to).is_some_and(|host| host.up) {
        world.lan.other(later(asked, 90_000), to, from, icmp::PROTOCOL, &echo(icmp::REPLY));
    }
}
