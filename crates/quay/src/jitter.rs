//! How exact what is not meant to be exact is: programs that wait for a time, and people.

use crate::world::{World, seconds};
use quaywatch_crane::Chance;
use std::time::Duration;

/// By which part a wait varies (standard deviation), and by how much of that at most.
const VARIES: f64 = 0.015;
const MOST_DEVIATIONS: f64 = 3.0;
/// Which part of all waits is drawn out because a system has something else to do, and how long on average.
const STALLED: f64 = 1.0 / 2000.0;
const STALL_S: f64 = 0.1;

/// About so long: what waits by a timer of an ordinary system is a little early or late, and now and then much too late.
pub(crate) fn about(chance: &mut Chance, wait_s: f64) -> Duration {
    let deviations = chance.normal().clamp(-MOST_DEVIATIONS, MOST_DEVIATIONS);
    let stall_s = if chance.uniform() < STALLED { chance.exponential(STALL_S) } else { 0.0 };
    seconds(wait_s * (1.0 + VARIES * deviations) + stall_s)
}

impl World {
    /// About so many seconds. Whatever comes again and again waits so, unless it is exact in the field, too.
    pub fn about(&mut self, wait_s: f64) -> Duration {
        about(&mut self.chance, wait_s)
    }
}
