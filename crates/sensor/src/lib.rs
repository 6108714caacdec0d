//! The passive engine: captures in; records and a [`Summary`] out.
//!
//! One thread reads packets in batches; each worker thread takes every batch and works on the conversations that
//! are its own. Conversations belong to workers by their pair of addresses, so that all that two machines say to
//! each other is understood by one worker; what is sent to a group is heard by all workers and told by one. Workers
//! share nothing, and what they tell is put in order at the end: the result does not depend on their number.

mod conversations;
mod dealer;
mod inspect;
mod ledger;
mod reporter;
mod summary;
mod worker;

pub use inspect::{InspectError, Settings, inspect};
pub use ledger::{Change, Entry};
pub use summary::{ProtocolTotal, Span, Summary, Transferred};
