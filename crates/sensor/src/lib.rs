//! The passive engine: captures in; records and a [`Summary`] out.
//!
//! Packets are read in batches and dealt by whichever thread is ahead; every thread takes every batch and works on the
//! packets that are its own. What two addresses say to each other has one worker, so that all that two machines say to
//! each other is understood by one worker; what is sent to a group is heard by all workers and told by one. Workers
//! share nothing, and what they tell is put in order at the end: the result does not depend on their number.

mod breaches;
mod changes;
mod conversations;
mod dealer;
mod declared;
mod inspect;
mod learn;
mod ledger;
mod line;
mod links;
mod logs;
mod reporter;
mod summary;
mod tagged;
mod violations;
mod whose;
mod worker;

pub use inspect::{InspectError, Settings, inspect};
pub use learn::observed;
pub use quaywatch_capture::{Dropped, Shortfall, Stopped};
pub use summary::{ProtocolTotal, Span, Summary};
