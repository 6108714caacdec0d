//! How well `inspect` finds what simulated cranes suffer. Every scenario is played with many seeds and each maker's
//! automation, the capture goes through the same pipeline as any other, and what it finds is held against the labels.
//!
//! - An *alarm* is a finding of something that was done (no exposure) of severity medium or more.
//! - An alarm *belongs* to a scenario when it shows one of its frames, or is first of all about one of its actors in that time:
//!   silence shows in no frame. The scenario is then *noticed*; and it is *recognised*
//!   when such an alarm names one of its techniques of ATT&CK for ICS, or one of its signals. Recall is of what is recognised.
//! - Every alarm that belongs to no scenario, or only to an honest look-alike, is a *false* one. Alarms of one rule about the
//!   same machines in one capture are one event.
//! - The *time to detection* is not read off the finding: the capture is cut ever shorter until `inspect` of what is left no
//!   longer tells it.
//! - What could not be played whole is no trial. What shows only in what the crane does, and in no packet as such, counts apart.
//! - Seeds from [`FIRST_SEED`] on are for measuring; whoever works on a detector uses those below, with which neither the
//!   scenarios in [`HELD_OUT`] nor the automation of [`HELD_OUT_MAKER`] are played. They are reported apart.
//!
//! Unit of account and metrics: per scenario event and alarm event, as in evaluations of industrial intrusion detection that
//! count alarms per day and time to detection rather than packets.

mod intervals;
mod judge;
mod measure;
mod messages;
mod prefix;
mod print;
mod tally;
mod trial;

pub use intervals::Interval;
pub use judge::{Alarm, Verdict};
pub use measure::{Failed, Measured, Plan, measure};
pub use messages::messages;
pub use print::{json, text, trials};
pub use tally::{Delays, Report, Row, Share};
pub use trial::{Label, Trial};

use quaywatch_quay::life::Maker;

/// Seeds below this one are for working on detectors, this one and those above for measuring.
pub const FIRST_SEED: u64 = 1001;

/// Scenarios that nobody looks at while working on detectors.
pub const HELD_OUT: [&str; 8] = ["A04", "B04", "C06", "F04", "M05", "R02", "U02", "X06"];

/// Whose automation nobody looks at while working on detectors.
pub const HELD_OUT_MAKER: Maker = Maker::Abb;
