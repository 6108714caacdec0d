//! How well `inspect` finds what simulated cranes suffer. Every scenario is played with many seeds and each maker's
//! automation, the capture goes through the same pipeline as any other, and what it finds is held against the labels.
//!
//! - An *alarm* is a finding of something that was done (no exposure) of severity medium or more.
//! - A scenario is *found* when an alarm shows one of its frames, or names one of its actors while it lasts, with a grace of
//!   ten seconds.
//! - Every alarm that belongs to no scenario, or to an honest look-alike, is a *false* one.
//! - Seeds from [`FIRST_SEED`] on are for measuring; whoever works on a detector uses those below. [`HELD_OUT`] names
//!   scenarios nobody looks at while working on detectors; they are reported apart.
//!
//! Unit of account, grace and metrics: per scenario event and alarm event, as in evaluations of industrial intrusion detection
//! that count alarms per day and time to detection rather than packets.

mod judge;
mod measure;
mod print;
mod tally;
mod trial;

pub use judge::{Alarm, Verdict};
pub use measure::{Failed, Plan, measure};
pub use print::{json, text};
pub use tally::{Report, Row, Share};
pub use trial::{Label, Trial};

/// Seeds below this one are for working on detectors, this one and those above for measuring.
pub const FIRST_SEED: u64 = 1001;

/// Scenarios that nobody looks at while working on detectors.
pub const HELD_OUT: [&str; 8] = ["A04", "B04", "C06", "F04", "M05", "R02", "U02", "X06"];
