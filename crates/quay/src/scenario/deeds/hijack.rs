//! Somebody takes over the cyclic data between a controller and a device in EtherNet/IP: asks for the connection, which has
//! an owner, and then sends in the owner's name.

use super::{Amount, Going, Stage};
use crate::lan::HostId;
use crate::life::drive_telegram;
use crate::lines::enip;
use crate::party::Scripted;
use crate::world::{World, seconds};
use serde::Deserialize;
use std::cell::Cell;
use std::rc::Rc;
use std::time::Duration;

/// Who, between whom, and what he sends.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Hijack {
    /// Who.
    pub by: String,
    /// In whose name.
    pub controller: String,
    /// To whom.
    pub device: String,
    /// By how much his sequence numbers are ahead of the controller's.
    pub ahead: u32,
    /// Which speed he asks a drive for, in metres a second.
    pub speed_m_s: Amount,
    /// How often he does.
    pub times: u32,
    /// How long between.
    pub every_s: f64,
}

/// Where a device is asked for a connection.
const PORT: u16 = 44_818;
/// How often it is looked whether the device has refused.
const LOOK_EVERY: Duration = Duration::from_millis(10);

impl Hijack {
    /// Begins it.
    pub(super) fn begin(&self, stage: &Stage, world: &mut World) -> Result<Going, String> {
        let (by, device) = (stage.host(world, &self.by)?, stage.host(world, &self.device)?);
        let controller = stage.host(world, &self.controller)?;
        let ends = [controller, device];
        let (connection, _) = *world.cyclic.get(&ends).ok_or_else(|| {
            format!("{} has no connection of cyclic data to {}", self.controller, self.device)
        })?;
        let lines = enip::refused(&connection, world.chance.next() as u32 | 1);
        let asked = world.play(by, device, PORT, Scripted::both(lines));
        let data = drive_telegram(stage.draw(&self.speed_m_s));
        let over = Rc::new(Cell::new(false));
        let told = Rc::clone(&over);
        let (mut left, mut sequence) = (self.times, None);
        let (every, ahead) = (seconds(self.every_s), self.ahead);
        let work = move |world: &mut World| {
            if !world.is_over(asked) {
                return Some(LOOK_EVERY);
            }
            // He listens once, and counts on from there.
            let heard = world.cyclic.get(&ends).map(|(_, sequence)| *sequence).unwrap_or_default();
            let next = sequence.map_or(heard.wrapping_add(ahead), |last: u32| last.wrapping_add(1));
            sequence = Some(next);
            forge(world, by, ends, &enip::cyclic(connection.ids[0], next, Some(true), &data));
            left = left.saturating_sub(1);
            told.set(left == 0);
            (left > 0).then_some(every)
        };
        world.adopt(Box::new(work), world.lan.label, world.now());
        Ok(Going::Told(over))
    }
}

/// Sends as the controller, with one's own hardware address.
fn forge(world: &mut World, by: HostId, [controller, device]: [HostId; 2], datagram: &[u8]) {
    let Some(mac) = world.lan.host(by).map(|host| host.mac) else { return };
    let (now, port) = (world.now(), enip::PORT);
    world.lan.datagram_as(now, mac, (controller, port), (device, port), datagram);
}
