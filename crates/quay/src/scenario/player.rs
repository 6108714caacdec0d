//! Plays a scenario's steps, one after another, when the time and the crane are right.

use super::deeds::{Going, Stage};
use super::effect::Watch;
use super::{Armed, Scenario, Step, suits};
use crate::habit::Habit;
use crate::life::Place;
use crate::world::World;
use quaywatch_model::Timestamp;
use std::cell::RefCell;
use std::rc::Rc;
use std::time::Duration;

/// How often it is looked whether something is over, or the crane is as it should be.
const LOOK_EVERY: Duration = Duration::from_millis(50);
/// How long the crane is waited for.
const MOST_WAIT_S: f64 = 600.0;

/// What became of a scenario.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct Played {
    pub(crate) armed: Option<Timestamp>,
    pub(crate) effect: Option<Timestamp>,
    pub(crate) ended: Option<Timestamp>,
    /// What could not be done.
    pub(crate) failed: Vec<String>,
    /// Numbers that were drawn by chance.
    pub(crate) drawn: Vec<f64>,
}

pub(crate) struct Player {
    scenario: Rc<Scenario>,
    stage: Stage,
    armed: Armed,
    begun: Option<Timestamp>,
    at: usize,
    done: u32,
    going: Option<Going>,
    /// Steps that nobody waits for.
    aside: Vec<Going>,
    /// Before this time, nothing more is done.
    not_before: Timestamp,
    played: Rc<RefCell<Played>>,
}

impl Player {
    pub(crate) fn new(
        scenario: Rc<Scenario>,
        place: Place,
        loaded: bool,
        seed: u64,
        now: Timestamp,
    ) -> (Self, Rc<RefCell<Played>>) {
        let played = Rc::new(RefCell::new(Played::default()));
        let armed = match scenario.armed {
            Armed::Either if loaded => Armed::Loaded,
            Armed::Either => Armed::Idle,
            other => other,
        };
        let player = Self {
            scenario,
            stage: Stage::new(place, seed),
            armed,
            begun: None,
            at: 0,
            done: 0,
            going: None,
            aside: Vec::new(),
            not_before: now,
            played: Rc::clone(&played),
        };
        (player, played)
    }

    /// Whether the crane is as it has to be for the beginning.
    fn is_right(&self, world: &World) -> bool {
        let Some(station) = world.stations.get(self.stage.place.station) else { return true };
        let state = station.number("Cycle.State").unwrap_or_default();
        let loaded = (7.0..=9.0).contains(&state) && station.number("Load.Net").unwrap_or_default() > 2.0;
        match self.armed {
            Armed::Loaded => loaded,
            Armed::Idle => station.number("Load.Net").unwrap_or_default() < 1.0,
            Armed::Any | Armed::Either => true,
        }
    }

    /// Lets the effect be looked for.
    fn watch(&self, world: &mut World) {
        let (station, label, conditions) = (self.stage.place.station, world.lan.label, &self.scenario.effect);
        let has_own = self.scenario.steps.iter().any(|step| step.deed.alters());
        if has_own || !conditions.is_empty() {
            let watch = Watch::new(station, label, conditions, Rc::clone(&self.played));
            world.adopt(Box::new(watch), label, world.now());
        }
    }

    /// Does what is due. Gives after what time to look again; none: all is done.
    fn go_on(&mut self, world: &mut World) -> Option<Duration> {
        if self.going.as_ref().is_some_and(|going| going.is_over(world)) {
            self.going = None;
        }
        self.aside.retain(|going| !going.is_over(world));
        if self.going.is_some() {
            return Some(LOOK_EVERY);
        }
        let scenario = Rc::clone(&self.scenario);
        let Some(step) = scenario.steps.get(self.at) else {
            return (!self.aside.is_empty()).then_some(LOOK_EVERY);
        };
        if self.done == 0 && self.not_before.nanos() == i64::MIN {
            self.wait(world, step.after_s);
        }
        let left_ns = self.not_before.since(world.now());
        if left_ns > 0 {
            return Some(Duration::from_nanos(left_ns.unsigned_abs()).min(LOOK_EVERY * 20));
        }
        self.perform(step, world);
        Some(Duration::from_millis(1))
    }

    fn perform(&mut self, step: &Step, world: &mut World) {
        if !suits(&step.personas, self.stage.place.maker) {
            self.next_step();
            return;
        }
        if step.effect {
            self.played.borrow_mut().effect.get_or_insert(world.now());
        }
        match step.deed.begin(&self.stage, world) {
            Ok(going) if step.meanwhile => self.aside.push(going),
            Ok(going) => self.going = Some(going),
            Err(failed) => self.played.borrow_mut().failed.push(failed),
        }
        self.played.borrow_mut().drawn = self.stage.drawn();
        self.done += 1;
        if self.done >= step.times {
            self.next_step();
        } else {
            let varies = world.chance.between(-step.varies, step.varies);
            self.wait(world, step.every_s * (1.0 + varies));
        }
    }

    const fn next_step(&mut self) {
        self.at += 1;
        self.done = 0;
        self.not_before = Timestamp::from_nanos(i64::MIN);
    }

    fn wait(&mut self, world: &mut World, wait_s: f64) {
        let wait = world.about(wait_s);
        self.not_before = crate::lan::later(world.now(), wait.as_nanos() as i64);
    }
}

impl Habit for Player {
    fn occur(&mut self, world: &mut World) -> Option<Duration> {
        if self.begun.is_none() {
            let waited_s = world.now().since(self.not_before) as f64 / 1e9;
            if !self.is_right(world) && waited_s < MOST_WAIT_S {
                return Some(LOOK_EVERY);
            }
            self.begun = Some(world.now());
            self.played.borrow_mut().armed = Some(world.now());
            self.not_before = Timestamp::from_nanos(i64::MIN);
            self.watch(world);
        }
        if let Some(wait) = self.go_on(world) {
            return Some(wait);
        }
        self.played.borrow_mut().ended.get_or_insert(world.now());
        None
    }
}
