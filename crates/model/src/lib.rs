//! The nouns that every room shares.
//!
//! - what a decoder says while it reads: [`Operation`], [`Transfer`], [`Fact`], [`Note`], [`Content`], [`LogLine`],
//!   [`Problem`];
//! - what is left of a conversation: [`Ended`];
//! - what is known in the end, a type a table: [`Entry`], [`Change`], [`Transferred`], [`Link`], [`Asset`], [`RemoteAccess`],
//!   [`Disclosure`], [`Finding`].
//!
//! No input or output, no parsing, no opinion. What a protocol decoder says of the wire is said in these
//! words and in no others, so that no room past `protocols` has to know a function code.
//!
//! An [`Operation`] is a *view*: it borrows what it describes and is read while it is being reported.
//! Nothing is formatted and nothing is allocated unless somebody asks, because on a busy link most
//! operations are only counted.

mod activity;
mod address;
mod asset;
mod content;
mod controllers;
mod digits;
mod ended;
mod exchange;
mod fact;
mod finding;
mod link;
mod log;
mod name;
mod note;
mod operation;
mod origin;
mod problem;
mod side;
mod time;
mod transfer;

pub use activity::{Change, Entry, FinishedTransfer, RefusedReads, Transferred};
pub use address::{Address, Mac};
pub use asset::{Asset, Evidence, Role};
pub use content::{Content, DataClass};
pub use controllers::{is_of_controllers, is_of_databases};
pub use digits::Digits;
pub use ended::{Ended, KeptNote};
pub use exchange::{Disclosure, Reach, RemoteAccess, Scope};
pub use fact::{Attribute, Fact, Subject};
pub use finding::{Finding, FindingKind, Severity};
pub use link::{Distinct, Link, Overlong, Search};
pub use log::{Column, FileNumber, Kind, Log, LogLine, LogValues, Prefix};
pub use name::{Coded, Number};
pub use note::{Note, Topic};
pub use operation::{Item, Items, Operation, Outcome, Scalars, Steps, Value, Verb};
pub use origin::{CaptureFile, Origin, Origins, Stretch};
pub use problem::{Problem, Verdict};
pub use side::Side;
pub use time::{Moment, Timestamp};
pub use transfer::{Direction, Transfer, TransferKind};
