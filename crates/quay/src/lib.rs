//! Cranes at a quay and the life of their network, honest or abused: a virtual clock, and a capture as a mirror port in a
//! crane's switch would write it, with the truth beside it.

pub mod clients;
mod declaration;
mod habit;
mod jitter;
pub mod lan;
pub mod life;
pub mod lines;
pub mod party;
mod run;
pub mod scenario;
mod station;
mod talk;
mod truth;
mod world;

pub use habit::Habit;
pub use run::{Failed, MOST_CRANES, Run, Written};
pub use station::Station;
pub use talk::TalkId;
pub use world::{World, seconds};

#[cfg(test)]
mod tests;
