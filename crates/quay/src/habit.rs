//! What somebody does again and again.

use crate::world::World;
use std::time::Duration;

/// Something that happens, and may happen again.
pub trait Habit {
    /// It happens now. Gives after what time it happens again; none: never.
    fn occur(&mut self, world: &mut World) -> Option<Duration>;
}

impl<F: FnMut(&mut World) -> Option<Duration>> Habit for F {
    fn occur(&mut self, world: &mut World) -> Option<Duration> {
        self(world)
    }
}
