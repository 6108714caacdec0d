//! Operator panels: each reads what its page shows, twice a second, over a connection that stays for months. Pages change;
//! and now and then a panel is started anew, and its old connection is left as it was.

use super::{Maker, Pace, Place, is_up, pair, repeat};
use crate::clients::{Plan, Step, cip, modbus, s7};
use crate::lan::{HostId, later};
use crate::party::{Party, Scene};
use crate::talk::TalkId;
use crate::world::{World, seconds};
use quaywatch_crane::{Kind, TAGS};
use quaywatch_model::Timestamp;
use std::cell::Cell;
use std::rc::Rc;
use std::time::Duration;

/// How often a panel's page is read as in the field.
const EVERY_S: f64 = 0.5;
/// How many places a question asks for.
const PLACES: usize = 10;
/// How many questions a page needs.
const QUESTIONS: usize = 4;
/// How many pages there are, and how long one is looked at on average.
const PAGES: usize = 6;
const LOOKED_AT_S: f64 = 420.0;
/// How soon a panel connects again.
const RECONNECT_S: f64 = 5.0;
/// How often a panel is started anew on average, and how long that takes.
const RESTART_S: f64 = 10.0 * 3600.0;
const STARTS_S: f64 = 48.0;
/// How long a controller waits before it asks whether somebody is still there.
const KEPT_ALIVE_S: f64 = 75.0;

/// Lets a crane's panels work.
pub(super) fn work(world: &mut World, place: &Place, pace: Pace) {
    if pace.polls <= 0.0 {
        return;
    }
    for (index, name) in ["hmi1", "hmi2", "hmi3"].into_iter().enumerate() {
        let Some((panel, plc)) = pair(world, place, name, "plc") else { continue };
        let mut panel = Panel {
            ends: [panel, plc],
            maker: place.maker,
            index,
            pace,
            talk: None,
            is_off: Rc::new(Cell::new(false)),
            restarts: later(world.now(), (world.chance.exponential(RESTART_S) * 1e9) as i64),
        };
        repeat(world, 0.5, move |world| panel.look(world));
    }
}

/// A panel and its connection.
struct Panel {
    ends: [HostId; 2],
    maker: Maker,
    index: usize,
    pace: Pace,
    talk: Option<TalkId>,
    /// Whether whoever made the connection is gone.
    is_off: Rc<Cell<bool>>,
    restarts: Timestamp,
}

impl Panel {
    /// Connects where there is no connection, and starts anew when it is time.
    fn look(&mut self, world: &mut World) -> Option<Duration> {
        let ([panel, plc], now) = (self.ends, world.now());
        if self.restarts <= now {
            self.restarts = later(now, ((STARTS_S + world.chance.exponential(RESTART_S)) * 1e9) as i64);
            self.is_off.replace(true);
            self.leave(world);
            return Some(world.about(STARTS_S));
        }
        if !is_up(world, panel) {
            self.is_off.replace(true);
            self.leave(world);
        } else if self.talk.is_none_or(|talk| world.is_over(talk)) {
            self.is_off = Rc::new(Cell::new(false));
            let (port, party) = self.page();
            self.talk = Some(world.call(panel, plc, port, party));
        }
        Some(world.about(RECONNECT_S))
    }

    fn leave(&mut self, world: &mut World) {
        if let Some(left) = self.talk.take() {
            leave(world, left, self.ends[0]);
        }
    }

    fn page(&self) -> (u16, Box<dyn Party>) {
        let page = Page {
            index: self.index,
            pace: self.pace,
            is_off: Rc::clone(&self.is_off),
            shown: 0,
            until: None,
        };
        match self.maker {
            Maker::Siemens => (102, Box::new(s7::Client::new(s7::Role::Panel, 2, siemens(page)))),
            Maker::Abb => (502, Box::new(modbus::Client::new(registers(page)))),
            Maker::Rockwell => (44_818, Box::new(cip::Client::new(rockwell(page)))),
        }
    }
}

/// Nobody speaks in a connection any more: its controller asks in the end, and a system that was started anew since knows
/// nothing of it.
fn leave(world: &mut World, talk: TalkId, panel: HostId) {
    let mut step = 0;
    repeat(world, KEPT_ALIVE_S, move |world| {
        if !is_up(world, panel) {
            return Some(seconds(KEPT_ALIVE_S));
        }
        step += 1;
        match step {
            1 => return Some(seconds(KEPT_ALIVE_S)),
            2 => world.keep_alive(talk, 1, false),
            _ => {
                world.reset(talk, 0);
                return None;
            }
        }
        Some(seconds(0.001))
    });
}

/// What is shown, and for how long.
struct Page {
    index: usize,
    pace: Pace,
    is_off: Rc<Cell<bool>>,
    shown: usize,
    until: Option<Timestamp>,
}

impl Page {
    /// Turns the page where somebody does. None: the panel is off.
    fn turn(&mut self, scene: &mut Scene<'_>) -> Option<usize> {
        if self.is_off.get() {
            return None;
        }
        if self.until.is_none_or(|until| until <= scene.now) {
            let first = self.until.is_none();
            self.until =
                Some(later(scene.now, (scene.chance.exponential(LOOKED_AT_S).max(20.0) * 1e9) as i64));
            self.shown = if first { self.index } else { scene.chance.below(PAGES) };
        }
        Some(self.shown)
    }

    fn rest<D>(&self) -> Step<D> {
        let every_s = EVERY_S * (1.0 + self.index as f64 / 2.0);
        Step::Pause(seconds(every_s / self.pace.polls))
    }
}

/// The signals of a page's question: pages overlap, each begins elsewhere in the list of all.
fn shown<T: Copy>(all: &[T], page: usize, question: usize) -> Vec<T> {
    let from = (page * 17 + question * PLACES) % all.len().max(1);
    all.iter().cycle().skip(from).take(PLACES).copied().collect()
}

/// Four questions for ten places each, then a rest.
fn siemens(mut page: Page) -> Plan<s7::Deed> {
    let places: Vec<_> = TAGS.iter().filter(|tag| tag.block == 100).map(s7::place).collect();
    let mut asked = 0;
    Box::new(move |scene| {
        let Some(shows) = page.turn(scene) else { return Step::Stay };
        if asked == QUESTIONS {
            asked = 0;
            return page.rest();
        }
        asked += 1;
        Step::Do(s7::Deed::Read(shown(&places, shows, asked - 1)))
    })
}

/// Who it is, a connection, then the same with tags.
fn rockwell(mut page: Page) -> Plan<cip::Deed> {
    let names: Vec<_> = TAGS
        .iter()
        .filter(|tag| tag.block == 100 && !matches!(tag.kind, Kind::Text(_) | Kind::DateTime))
        .map(|tag| tag.name)
        .collect();
    let (mut begun, mut asked) = (0, 0);
    Box::new(move |scene| {
        let Some(shows) = page.turn(scene) else { return Step::Stay };
        if begun < 2 {
            begun += 1;
            return Step::Do(if begun == 1 { cip::Deed::Identify } else { cip::Deed::Connect });
        }
        if asked == QUESTIONS {
            asked = 0;
            return page.rest();
        }
        asked += 1;
        let names = shown(&names, shows, asked - 1).into_iter().map(str::to_owned).collect();
        Step::Do(cip::Deed::ReadMany(names))
    })
}

/// Two questions for status registers and bits: a page of overview has all, others a part.
fn registers(mut page: Page) -> Plan<modbus::Deed> {
    let mut asked = 0;
    Box::new(move |scene| {
        let Some(shows) = page.turn(scene) else { return Step::Stay };
        asked += 1;
        match (asked, shows) {
            (1, 0 | 1) => Step::Do(modbus::Deed::read(4, 0, 76)),
            (1, _) => Step::Do(modbus::Deed::read(4, shows as u16 * 10, 24)),
            (2, _) => Step::Do(modbus::Deed::read(2, 0, 29)),
            _ => {
                asked = 0;
                page.rest()
            }
        }
    })
}
