//! The nouns that every room shares: [`Timestamp`], [`Side`], [`Operation`], [`Verb`], [`Transfer`], [`Problem`].
//!
//! No input or output, no parsing, no opinion. What a protocol decoder says of the wire is said in these
//! words and in no others, so that no room past `protocols` has to know a function code.
//!
//! An [`Operation`] is a *view*: it borrows what it describes and is read while it is being reported.
//! Nothing is formatted and nothing is allocated unless somebody asks, because on a busy link most
//! operations are only counted.

mod address;
mod name;
mod operation;
mod problem;
mod side;
mod time;
mod transfer;

pub use address::{Address, Mac};
pub use name::{Coded, Number};
pub use operation::{Item, Items, Operation, Outcome, Scalars, Steps, Value, Verb};
pub use problem::{Problem, Verdict};
pub use side::Side;
pub use time::{Moment, Timestamp};
pub use transfer::{Direction, Transfer, TransferKind};
