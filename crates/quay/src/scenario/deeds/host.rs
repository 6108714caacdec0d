//! What becomes of a host itself: it goes, it comes back, another one is put in its place.

use super::{Going, Stage};
use crate::world::World;
use quaywatch_crane::{Value, find};
use serde::Deserialize;

/// What becomes of it.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Host {
    /// It is switched off, or has broken down.
    Goes(String),
    /// It is there again.
    Comes(String),
    /// Another device takes its place and address.
    Replaced {
        /// Which.
        host: String,
        /// The other's hardware address.
        mac: String,
    },
    /// The controller is told of another firmware of a drive, counted from 1.
    DriveFirmware {
        /// Which drive.
        drive: u8,
        /// The version.
        version: u32,
    },
}

impl Host {
    /// The hosts it names.
    pub(super) fn hosts(&self) -> Vec<&str> {
        match self {
            Self::Goes(host) | Self::Comes(host) | Self::Replaced { host, .. } => vec![host],
            Self::DriveFirmware { .. } => Vec::new(),
        }
    }

    /// Begins it.
    pub(super) fn begin(&self, stage: &Stage, world: &mut World) -> Result<Going, String> {
        match self {
            Self::Goes(name) | Self::Comes(name) => {
                let host = stage.host(world, name)?;
                let up = matches!(self, Self::Comes(_));
                world.lan.host_mut(host).into_iter().for_each(|host| host.up = up);
            }
            Self::Replaced { host: name, mac } => {
                let mac = crate::run::hardware_address(mac)
                    .ok_or_else(|| format!("{mac} is no hardware address such as 00:1e:42:07:00:4d"))?;
                let host = stage.host(world, name)?;
                world.lan.host_mut(host).into_iter().for_each(|host| host.mac = mac);
            }
            Self::DriveFirmware { drive, version } => {
                let station = world.stations.get_mut(stage.place.station).ok_or("there is no crane")?;
                let name = format!("Id.DriveFw[{drive}]");
                let tag = find(&name).ok_or_else(|| format!("there is no signal {name}"))?;
                station
                    .plc
                    .image
                    .set(tag, &Value::Whole(i64::from(*version)))
                    .map_err(|unfit| format!("{unfit}"))?;
            }
        }
        Ok(Going::Done)
    }
}
