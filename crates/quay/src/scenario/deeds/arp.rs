//! ARP that asks too much or says too much.

use super::{Going, Stage, again, few};
use crate::lan::{BROADCAST, Host, arp};
use crate::world::World;
use serde::Deserialize;

/// What is asked or claimed.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Arp {
    /// Asks for one address after another.
    Sweep {
        /// Who.
        from: String,
        /// The first and the last number in the crane's network.
        #[serde(deserialize_with = "few")]
        hosts: [u8; 2],
        /// How long between.
        every_s: f64,
    },
    /// Says that it has other hosts' addresses.
    Claim {
        /// Who.
        from: String,
        /// Whose.
        of: String,
        /// Whom it tells.
        to: String,
    },
    /// Says who it is, as hosts do that have just come.
    Announce(String),
}

impl Arp {
    /// The hosts it names.
    pub(super) fn hosts(&self) -> Vec<&str> {
        match self {
            Self::Sweep { from, .. } => vec![from],
            Self::Claim { from, of, to } => vec![from, of, to],
            Self::Announce(from) => vec![from],
        }
    }

    /// Begins it.
    pub(super) fn begin(&self, stage: &Stage, world: &mut World) -> Result<Going, String> {
        let host = |world: &World, name: &str| -> Result<Host, String> {
            let id = stage.host(world, name)?;
            world.lan.host(id).cloned().ok_or_else(|| format!("there is no host {name}"))
        };
        let now = world.now();
        match self {
            Self::Sweep { from, hosts: [first, last], every_s } => {
                let asking = stage.host(world, from)?;
                let addresses: Vec<_> = (*first..=*last).map(|number| stage.place.address(number)).collect();
                Ok(again(world, addresses.len(), *every_s, move |world, time| {
                    let now = world.now();
                    addresses.get(time).into_iter().for_each(|ip| world.lan.look_for(now, asking, *ip));
                }))
            }
            Self::Claim { from, of, to } => {
                let (from, of, to) = (host(world, from)?, host(world, of)?, host(world, to)?);
                world.lan.frame(now, arp(true, (from.mac, of.ip), (to.mac, to.ip), to.mac));
                Ok(Going::Done)
            }
            Self::Announce(from) => {
                let from = host(world, from)?;
                world.lan.frame(now, arp(false, (from.mac, from.ip), ([0; 6], from.ip), BROADCAST));
                Ok(Going::Done)
            }
        }
    }
}
