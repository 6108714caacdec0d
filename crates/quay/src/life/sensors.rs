//! The management system reads the weather station and the gateway to the spreader itself.

use super::{Pace, Place, pair};
use crate::clients::told::Told;
use crate::clients::{Plan, Step};
use crate::lan::Label;
use crate::lines::modbus;
use crate::party::Line;
use crate::station::Station;
use crate::world::{World, seconds};

/// How often as in the field, and how soon a connection is made again.
const EVERY_S: f64 = 5.0;
const RECONNECT_S: f64 = 15.0;

/// What a device's registers say.
type Registers = fn(&Station) -> Vec<u16>;

/// Lets a crane's management system read them.
pub(super) fn work(world: &mut World, place: &Place, pace: Pace) {
    if pace.polls <= 0.0 {
        return;
    }
    let devices: [(&str, u8, Registers); 2] = [("weather", 4, weather), ("spreader", 3, spreader)];
    for (name, code, registers) in devices {
        let Some((cms, device)) = pair(world, place, "cms", name) else { continue };
        let (station, begin, mut talk) = (place.station, world.now(), None);
        let work = move |world: &mut World| {
            let up = [cms, device].iter().all(|id| super::is_up(world, *id));
            if up && talk.is_none_or(|talk| world.is_over(talk)) {
                talk = Some(world.play(cms, device, 502, Told::both(plan(station, code, registers, pace))));
            }
            Some(world.about(RECONNECT_S))
        };
        world.adopt(Box::new(work), Label::default(), begin);
    }
}

fn plan(station: usize, code: u8, registers: Registers, pace: Pace) -> Plan<Vec<Line>> {
    let (mut transaction, mut asks) = (0_u16, false);
    Box::new(move |scene| {
        asks = !asks;
        match scene.stations.get(station).filter(|_| asks) {
            Some(station) => {
                transaction = transaction.wrapping_add(1);
                Step::Do(modbus::read(transaction, 1, code, 0, &registers(station)))
            }
            None => {
                let pace = pace.polls.max(0.02);
                Step::Pause(seconds(EVERY_S / pace))
            }
        }
    })
}

/// Wind and gusts in tenths of a metre a second, where it comes from, temperature, pressure.
fn weather(station: &Station) -> Vec<u16> {
    let tenths = |tag| (station.number(tag).unwrap_or_default() * 10.0).max(0.0) as u16;
    let from_deg = station.number("Wind.Dir").unwrap_or_default() as u16;
    vec![tenths("Wind.Spd"), tenths("Wind.Gust3s"), from_deg, 87, 10_132]
}

/// Landed, locked and unlocked as bits; the length in feet, the pressure in tenths of a bar.
fn spreader(station: &Station) -> Vec<u16> {
    let number = |tag| station.number(tag).unwrap_or_default();
    let bits =
        ["Spr.Landed[1]", "Spr.Landed[2]", "Spr.Landed[3]", "Spr.Landed[4]", "Spr.Locked", "Spr.Unlocked"];
    let word = bits.iter().enumerate().fold(0, |word, (bit, tag)| word | u16::from(number(tag) > 0.0) << bit);
    vec![word, number("Spr.Len") as u16, (number("Hyd.Press") * 10.0).max(0.0) as u16, 0, 1]
}
