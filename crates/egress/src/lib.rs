//! The ledger of what leaves: which data went from whom to whom.
//!
//! A conversation crosses when one of its ends is farther away than the other ([`Borders`]); only for those a [`Leaving`] is kept and only
//! what goes out is looked into. [`Ledger::content`] takes what decoders tell, [`Ledger::raw`] the bytes that no
//! decoder reads, [`Ledger::ended`] the conversation when it is over. Ledgers of several workers
//! [merge](Ledger::merge) to what one would have; [`Ledger::finish`] gives the rows.
//!
//! # Every byte is of one class
//! A body or file that a decoder told is of the most telling class of what was found in it, in the order of
//! `DataClass::ALL`, and of what the decoder says. Raw bytes are of the most telling class found in their stretch
//! of [`STRETCH_BYTES`]. All other payload is of the class the protocol carries. So the classes of a conversation add up to the
//! payload bytes that went out, to the byte. What a sweep sends to machines that do not answer is one row. Things of the other classes are counted in rows of their own, with no bytes.

mod borders;
mod leaving;
mod ledger;
mod names;
mod row;
mod sweep;

#[cfg(test)]
mod tests;

pub use borders::{Borders, PublicIsOutside};
pub use leaving::{Leaving, STRETCH_BYTES};
pub use ledger::Ledger;
pub use sweep::MOST_KNOCKS;
