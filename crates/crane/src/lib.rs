//! A ship-to-shore container crane that exists only here: its physics, its controller, and the tags by which its
//! controller is read and written.
//!
//! Sans-I/O as everything below the sensor: no clock, no socket, no thread. Time is an argument, chance comes from a seed;
//! the same seed gives the same crane, move by move. `twin` puts it on a network.

mod chance;
pub mod control;
mod crane;
mod desk;
mod image;
mod machine;
mod operator;
pub mod plant;
pub mod sway;
mod tags;
mod wind;
pub mod work;

pub use chance::Chance;
pub use crane::{Crane, Settings, Truth};
pub use desk::Desk;
pub use image::{Image, Unfit};
pub use machine::{Machine, Unsound};
pub use tags::{Access, Area, Kind, TAGS, Tag, Value, find};
pub use wind::Wind;
