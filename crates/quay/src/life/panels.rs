//! Operator panels: each reads what its page shows, twice a second, over a connection that stays for months.

use super::{Maker, Pace, Place, pair};
use crate::clients::{Plan, Step, modbus, s7};
use crate::lan::Label;
use crate::party::Party;
use crate::world::{World, seconds};
use quaywatch_crane::TAGS;

/// How often a panel's page is read as in the field.
const EVERY_S: f64 = 0.5;
/// How many places a question asks for.
const PLACES: usize = 10;
/// How many questions a page needs.
const QUESTIONS: usize = 4;
/// How soon a panel connects again.
const RECONNECT_S: f64 = 5.0;

/// Lets a crane's panels work.
pub(super) fn work(world: &mut World, place: &Place, pace: Pace) {
    if pace.polls <= 0.0 {
        return;
    }
    for (index, name) in ["hmi1", "hmi2", "hmi3"].into_iter().enumerate() {
        let Some((panel, plc)) = pair(world, place, name, "plc") else { continue };
        let (maker, mut talk) = (place.maker, None);
        let begin = world.now();
        let work = move |world: &mut World| {
            if talk.is_none_or(|talk| world.is_over(talk))
                && world.lan.host(panel).is_some_and(|host| host.up)
            {
                let (port, party) = page(maker, index, pace);
                talk = Some(world.call(panel, plc, port, party));
            }
            Some(seconds(RECONNECT_S))
        };
        world.adopt(Box::new(work), Label::default(), begin);
    }
}

fn page(maker: Maker, index: usize, pace: Pace) -> (u16, Box<dyn Party>) {
    match maker {
        Maker::Siemens => (102, Box::new(s7::Client::new(s7::Role::Panel, 2, siemens(index, pace)))),
        Maker::Abb | Maker::Rockwell => (502, Box::new(modbus::Client::new(registers(index, pace)))),
    }
}

/// Four questions for ten places each, then a rest.
fn siemens(index: usize, pace: Pace) -> Plan<s7::Deed> {
    // Pages overlap: each begins elsewhere in the list of all signals.
    let places: Vec<_> = TAGS.iter().filter(|tag| tag.block == 100).map(s7::place).collect();
    let mut asked = 0;
    Box::new(move |scene| {
        if asked == QUESTIONS {
            asked = 0;
            return Step::Pause(seconds(scene.chance.between(0.97, 1.03) * EVERY_S / pace.polls));
        }
        let from = (index * 17 + asked * PLACES) % places.len().max(1);
        asked += 1;
        Step::Do(s7::Deed::Read(places.iter().cycle().skip(from).take(PLACES).copied().collect()))
    })
}

/// Two questions for the status registers and the bits.
fn registers(index: usize, pace: Pace) -> Plan<modbus::Deed> {
    let mut asked = 0;
    Box::new(move |scene| {
        asked += 1;
        match asked {
            1 => Step::Do(modbus::Deed::read(4, 0, 76)),
            2 => Step::Do(modbus::Deed::read(2, 0, 29)),
            _ => {
                asked = 0;
                let every_s = EVERY_S * (1.0 + index as f64 / 2.0);
                Step::Pause(seconds(scene.chance.between(0.97, 1.03) * every_s / pace.polls))
            }
        }
    })
}
