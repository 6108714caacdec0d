//! The switches of a crane: what they tell their neighbours, and what the monitor on the shore asks them.

use super::{Place, exchange, is_up, repeat};
use crate::lan::HostId;
use crate::lines::snmp::{self, Value};
use crate::lines::{lldp, stp};
use crate::world::World;

const TELLS_S: f64 = 30.0;
const TREE_S: f64 = 2.0;
const MONITORED_S: f64 = 60.0;
const PORT: u16 = 161;
/// What the monitor shows. It goes over the wire as it is.
const COMMUNITY: &str = "qc-Kran-7ro";
/// The cost of a way of 1 Gbit/s.
const COST: u32 = 20_000;
const SWITCHES: [&str; 3] = ["switch1", "switch2", "switch3"];

/// Lets a crane's switches work.
pub(super) fn work(world: &mut World, place: &Place) {
    let root = place.host(world, "switch1").and_then(|id| world.lan.host(id)).map(|host| host.mac);
    for (index, name) in SWITCHES.into_iter().enumerate() {
        let (Some(switch), Some(root)) = (place.host(world, name), root) else { continue };
        let (called, port) = (format!("{}-{name}", place.crane), 12 + index as u8);
        repeat(world, TELLS_S, move |world| {
            let (now, host) = (world.now(), world.lan.host(switch)?);
            let (frame, up) = (lldp::frame(host.mac, host.ip, &called, port), host.up);
            if up {
                world.lan.frame(now, frame);
            }
            Some(world.about(TELLS_S))
        });
        repeat(world, TREE_S, move |world| {
            let (now, host) = (world.now(), world.lan.host(switch)?);
            let cost = if host.mac == root { 0 } else { COST };
            let (frame, up) = (stp::frame(root, host.mac, cost, port), host.up);
            if up {
                world.lan.frame(now, frame);
            }
            Some(world.about(TREE_S))
        });
    }
    // The gateway is asked, too, but on its other side.
    for name in SWITCHES {
        monitored(world, place, name);
    }
}

/// The monitor asks how long it has run, and how much came and went.
fn monitored(world: &mut World, place: &Place, name: &str) {
    let (Some(switch), Some(monitor)) = (place.host(world, name), world.lan.named("monitor")) else { return };
    let (began, mut octets) = (world.now(), [0_u32; 2]);
    repeat(world, MONITORED_S, move |world| {
        octets.iter_mut().for_each(|octets| {
            *octets = octets.wrapping_add(1_000_000 + world.chance.below(400_000) as u32);
        });
        let ticks = (world.now().since(began) / 10_000_000) as u32;
        let [came, went] = octets;
        ask(
            world,
            monitor,
            switch,
            [Value::Ticks(UP_BEFORE + ticks), Value::Counter(came), Value::Counter(went)],
        );
        Some(world.about(MONITORED_S))
    });
}

/// Forty days in hundredths of a second.
const UP_BEFORE: u32 = 345_600_000;

fn ask(world: &mut World, monitor: HostId, switch: HostId, values: [Value; 3]) {
    if !is_up(world, monitor) {
        return;
    }
    let of = |column: &[u32]| [column, &[1]].concat();
    let objects = [snmp::UP_TIME.to_vec(), of(snmp::OCTETS_IN), of(snmp::OCTETS_OUT)];
    let (id, port) = ((world.chance.next() & 0x7FFF_FFFF) as i32, world.lan.port_of(monitor));
    let question = snmp::question(COMMUNITY, id, &objects);
    let told: Vec<_> = objects.into_iter().zip(values).collect();
    exchange(world, (monitor, port), (switch, PORT), &question, |_, _| snmp::answer(COMMUNITY, id, &told));
}
