//! When a scenario first has an effect on the crane: looked for from its beginning on, as its file says.

use super::Played;
use crate::habit::Habit;
use crate::lan::Label;
use crate::station::Station;
use crate::truth;
use crate::world::World;
use quaywatch_crane::find;
use quaywatch_model::Timestamp;
use serde::Deserialize;
use std::cell::RefCell;
use std::rc::Rc;
use std::time::Duration;

/// How often it is looked for.
const LOOK_EVERY: Duration = Duration::from_millis(50);

/// What has to hold of a signal, of something true, or of both, for the effect to be there. It is there when all conditions
/// of a scenario hold at once.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Condition {
    /// A signal as the controller tells it.
    pub tag: Option<String>,
    /// Something that is true whatever the controller tells, called as in `truth.csv`: `trolley_m`.
    pub truth: Option<String>,
    /// It is above this.
    pub above: Option<f64>,
    /// It is below this.
    pub below: Option<f64>,
    /// It is another value than when the scenario began.
    #[serde(default)]
    pub changes: bool,
    /// It has been one value for so many seconds.
    pub stands_s: Option<f64>,
    /// What is told is further from what is true than this.
    pub off_by: Option<f64>,
}

/// A condition and what was seen of it.
struct Watched {
    condition: Condition,
    first: Option<f64>,
    last: Option<(f64, Timestamp)>,
}

/// Looks for the effect of a scenario until it is there.
pub(super) struct Watch {
    station: usize,
    label: Label,
    conditions: Vec<Watched>,
    played: Rc<RefCell<Played>>,
}

impl Watch {
    /// One that looks for these conditions at a crane.
    pub(super) fn new(
        station: usize,
        label: Label,
        conditions: &[Condition],
        played: Rc<RefCell<Played>>,
    ) -> Self {
        let watched =
            |condition: &Condition| Watched { condition: condition.clone(), first: None, last: None };
        Self { station, label, conditions: conditions.iter().map(watched).collect(), played }
    }

    /// Since when the effect is there.
    fn since(&mut self, world: &mut World) -> Option<Timestamp> {
        let now = world.now();
        if let Some(altered) = world.lan.altered(self.label) {
            return Some(altered);
        }
        let station = world.stations.get_mut(self.station)?;
        // What is told again is told in the place of what is.
        station.swap_told(now);
        // Each is looked at, as each remembers what it saw.
        let since: Vec<_> = self.conditions.iter_mut().map(|watched| watched.since(station, now)).collect();
        station.swap_told(now);
        let since: Option<Vec<Timestamp>> = since.into_iter().collect();
        since?.into_iter().max()
    }
}

impl Habit for Watch {
    fn occur(&mut self, world: &mut World) -> Option<Duration> {
        if self.played.borrow().effect.is_none() {
            self.played.borrow_mut().effect = self.since(world);
        }
        self.played.borrow().effect.is_none().then_some(LOOK_EVERY)
    }
}

impl Watched {
    /// Since when the condition holds, as far as that can be told: what stands has stood for a while.
    fn since(&mut self, station: &Station, now: Timestamp) -> Option<Timestamp> {
        let condition = &self.condition;
        let told = condition.tag.as_deref().and_then(|tag| station.number(tag));
        let is_true = condition.truth.as_deref().and_then(|name| truth::read(name, &station.truth()));
        let value = told.or(is_true)?;
        let first = *self.first.get_or_insert(value);
        let stood_since = match self.last {
            Some((last, since)) if last.to_bits() == value.to_bits() => since,
            _ => now,
        };
        self.last = Some((value, stood_since));
        let stood_s = now.since(stood_since) as f64 / 1e9;
        let off = told.zip(is_true).map_or(0.0, |(told, is_true)| (told - is_true).abs());
        let holds = condition.above.is_none_or(|above| value > above)
            && condition.below.is_none_or(|below| value < below)
            && (!condition.changes || value.to_bits() != first.to_bits())
            && condition.off_by.is_none_or(|most| off > most)
            && condition.stands_s.is_none_or(|least_s| stood_s >= least_s);
        holds.then_some(if condition.stands_s.is_some() { stood_since } else { now })
    }
}

impl Condition {
    /// What it names that is not there: what kind of thing, its name, and what would do.
    pub(crate) fn missing(&self) -> Option<(&'static str, String, String)> {
        if let Some(tag) = self.tag.as_ref().filter(|tag| find(tag).is_none()) {
            return Some(("signal", tag.clone(), "signals are named as in Hoist.Pos".to_owned()));
        }
        if let Some(name) = self.truth.as_ref().filter(|name| !truth::names().any(|known| known == **name)) {
            let valid: Vec<&str> = truth::names().collect();
            return Some(("truth", name.clone(), format!("valid are {}", valid.join(", "))));
        }
        let is_empty = self.tag.is_none() && self.truth.is_none();
        is_empty.then(|| ("tag or truth of", "an effect".to_owned(), "one of both is needed".to_owned()))
    }
}
