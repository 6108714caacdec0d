//! Defragmentation, the flow table, and TCP reassembly with explicit gaps.
//!
//! [`Table::frame`] takes decoded frames in capture order and tells a [`Listener`] the bytes of each conversation
//! in the order they were sent, what is missing, and when a conversation is over. Time is packet time. Memory is
//! bounded by the [`Limits`]; what a limit costs is told as a problem.
//!
//! # What is one conversation
//! All packets between two addresses and ports of one transport on one VLAN, until a time-out or a new TCP
//! connection on the same ports. VLANs are kept apart because sister cranes are often built with the same
//! addresses. A packet in a tunnel belongs to the tunnel's conversation *and* to the one inside it, which names
//! the tunnel.
//!
//! # TCP overlap policy
//! Bytes that were delivered stay. Of segments that wait behind a hole, the one that begins earlier wins, and of
//! two that begin at the same byte the one captured first. Where overlapping bytes still at hand differ, that is
//! told as a problem: it is either a broken sender or somebody who wants two readers to read two things.

mod community;
mod conversation;
mod fragments;
mod history;
mod key;
mod slots;
mod state;
mod table;
mod tcp;

pub use conversation::{Conversation, Counts, Listener, NEVER, Tunnel};
pub use key::Key;
pub use state::ConnState;
pub use table::{Limits, Table};
