//! Somebody looks into the controller with the engineering station: who it is, which blocks it has, what its signals are,
//! and compares a block or two.

use super::{Maker, Pace, Place, is_up, pair, repeat};
use crate::clients::{Step, cip, once, opcua, s7};
use crate::lan::HostId;
use crate::talk::TalkId;
use crate::world::{World, seconds};
use quaywatch_crane::TAGS;

/// How often values are read while somebody looks, and how many together.
const EVERY_S: f64 = 0.1;
const PLACES: usize = 12;
/// How long somebody looks.
const LOOKS_S: [f64; 2] = [120.0, 420.0];

/// Lets somebody look as often as the pace says: never, unless told.
pub(super) fn work(world: &mut World, place: &Place, pace: Pace) {
    if pace.engineering <= 0.0 {
        return;
    }
    let (place, every_s) = (place.clone(), 3600.0 / pace.engineering);
    repeat(world, every_s, move |world| {
        let [low, high] = LOOKS_S;
        let looks_s = world.chance.between(low, high);
        if let Some((station, plc)) = pair(world, &place, "ews", "plc").filter(|(ews, _)| is_up(world, *ews))
        {
            look(world, &place, [station, plc], looks_s);
        }
        Some(seconds(world.chance.exponential(every_s).max(60.0)))
    });
}

/// From one host into another for so long. Scenarios and the vendor do it too.
pub fn look(world: &mut World, place: &Place, [from, to]: [HostId; 2], looks_s: f64) -> TalkId {
    let times = (looks_s / EVERY_S) as usize;
    match place.maker {
        Maker::Siemens => {
            let client = s7::Client::new(s7::Role::Programmer, 2, once(online(times)));
            world.call(from, to, 102, Box::new(client))
        }
        Maker::Abb => {
            let name = place.crane.clone();
            let deeds = browse(&name, times / 10);
            world.call(from, to, 4840, Box::new(opcua::Client::new(opcua::Login::Anonymous, once(deeds))))
        }
        Maker::Rockwell => world.call(from, to, 44_818, Box::new(cip::Client::new(once(tags(times))))),
    }
}

/// The module, the state, the blocks; values; two blocks to compare.
fn online(times: usize) -> Vec<Step<s7::Deed>> {
    let mut steps: Vec<_> = [(0x0011, 0), (0x001C, 0), (0x0131, 3), (0x0424, 0)]
        .into_iter()
        .map(|(list, index)| Step::Do(s7::Deed::Status(list, index)))
        .collect();
    steps.push(Step::Do(s7::Deed::CountBlocks));
    steps.extend(b"8ACE".iter().map(|letter| Step::Do(s7::Deed::ListBlocks(*letter))));
    let places: Vec<_> = TAGS.iter().filter(|tag| tag.block == 100).map(s7::place).collect();
    for round in 0..times {
        let from = round / 100 * PLACES;
        steps
            .push(Step::Do(s7::Deed::Read(places.iter().cycle().skip(from).take(PLACES).copied().collect())));
        steps.push(Step::Pause(seconds(EVERY_S)));
    }
    steps.extend([(b'C', 3), (b'8', 1)].map(|(letter, number)| Step::Do(s7::Deed::Upload(letter, number))));
    steps
}

/// The crane's own nodes, and some values.
fn browse(crane: &str, times: usize) -> Vec<Step<opcua::Deed>> {
    let mut steps = vec![Step::Do(opcua::Deed::Browse(crane.to_owned()))];
    let groups = ["Hoist", "Trolley", "Load", "Par"];
    steps.extend(groups.map(|group| Step::Do(opcua::Deed::Browse(format!("{crane}/{group}")))));
    for _ in 0..times {
        let nodes = TAGS.iter().take(PLACES).map(|tag| opcua::node(crane, tag)).collect();
        steps.push(Step::Do(opcua::Deed::Read(nodes)));
        steps.push(Step::Pause(seconds(EVERY_S * 10.0)));
    }
    steps
}

/// Who it is, which tags there are, and some values.
fn tags(times: usize) -> Vec<Step<cip::Deed>> {
    let mut steps = vec![Step::Do(cip::Deed::Identify), Step::Do(cip::Deed::ListTags)];
    steps.push(Step::Do(cip::Deed::Connect));
    for _ in 0..times {
        let names = TAGS.iter().take(PLACES).map(|tag| tag.name.to_owned()).collect();
        steps.push(Step::Do(cip::Deed::ReadMany(names)));
        steps.push(Step::Pause(seconds(EVERY_S)));
    }
    steps.push(Step::Do(cip::Deed::Disconnect));
    steps
}
