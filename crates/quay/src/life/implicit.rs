//! Cyclic data of EtherNet/IP between a Rockwell-like controller and its drives and stations.

use super::cyclic::{DEVICES, is_running, telegrams};
use super::{Maker, Pace, Place, is_up, pair};
use crate::lan::{HostId, Label, later};
use crate::lines::enip::{self, Connection};
use crate::party::Scripted;
use crate::world::{World, seconds};
use std::time::Duration;

/// As in the field.
const RPI_US: u32 = 20_000;
const LONGEST_S: f64 = 10.0;
/// Where devices are asked to open a connection.
const PORT: u16 = 44_818;

/// Lets the controller open a connection to each device, and both send in it.
pub(super) fn work(world: &mut World, place: &Place, pace: Pace) {
    if pace.cyclic <= 0.0 || place.maker != Maker::Rockwell {
        return;
    }
    let every_s = (f64::from(RPI_US) / 1e6 / pace.cyclic).min(LONGEST_S);
    for (number, name) in (0_u16..).zip(DEVICES) {
        let Some((plc, device)) = pair(world, place, "plc", name) else { continue };
        let link = Link::new(place.station, number, [plc, device], every_s);
        let begins = later(world.now(), i64::from(number) * 400_000_000);
        world.adopt(Box::new(link.alive()), Label::default(), begins);
    }
}

/// A connection and how far it is.
struct Link {
    station: usize,
    number: u16,
    ends: [HostId; 2],
    every_s: f64,
    sequence: u32,
    /// How often it was opened.
    opened: u16,
    is_open: bool,
}

impl Link {
    const fn new(station: usize, number: u16, ends: [HostId; 2], every_s: f64) -> Self {
        Self { station, number, ends, every_s, sequence: 0, opened: 0, is_open: false }
    }

    /// Opens it where it is not open, else sends what is due.
    fn alive(mut self) -> impl FnMut(&mut World) -> Option<Duration> {
        move |world| {
            let up = self.ends.iter().all(|end| is_up(world, *end));
            if !up {
                self.is_open = false;
                return Some(seconds(1.0));
            }
            if !self.is_open {
                self.open(world);
                return Some(seconds(0.2));
            }
            self.send(world);
            Some(world.about(self.every_s))
        }
    }

    fn connection(&self, bytes: [u16; 2]) -> Connection {
        let id = u32::from(self.opened) << 16 | u32::from(self.number) << 4;
        let serial = self.opened << 8 | self.number;
        Connection { serial, ids: [0x2100_0001 | id, 0x6100_0002 | id], rpi_us: RPI_US, bytes }
    }

    fn open(&mut self, world: &mut World) {
        let Some(station) = world.stations.get(self.station) else { return };
        let sizes = telegrams(station, self.number.into()).map(|telegram| telegram.len() as u16);
        self.opened += 1;
        (self.sequence, self.is_open) = (0, true);
        let lines = enip::opening(&self.connection(sizes), world.chance.next() as u32 | 1);
        let [plc, device] = self.ends;
        world.play(plc, device, PORT, Scripted::that_stay(lines));
    }

    fn send(&mut self, world: &mut World) {
        let Some(station) = world.stations.get(self.station) else { return };
        let (runs, [to, from]) = (is_running(station), telegrams(station, self.number.into()));
        let connection = self.connection([to.len(), from.len()].map(|bytes| bytes as u16));
        let ([o_t, t_o], now) = (connection.ids, world.now());
        let [plc, device] = self.ends;
        self.sequence = self.sequence.wrapping_add(1);
        world.cyclic.insert(self.ends, (connection, self.sequence));
        let port = enip::PORT;
        let telegram = enip::cyclic(o_t, self.sequence, Some(runs), &to);
        world.lan.datagram(now, (plc, port), (device, port), &telegram);
        let time = later(now, 400_000 + world.chance.below(900_000) as i64);
        let telegram = enip::cyclic(t_o, self.sequence, None, &from);
        world.lan.datagram(time, (device, port), (plc, port), &telegram);
    }
}
