//! Who can reach a crane's machines from elsewhere.
//!
//! - [`Watcher`] takes in ended conversations and facts, one watcher a worker, merged at the end;
//! - [`kind`] says which conversations are remote-service channels, and of which product;
//! - [`Watcher::finish`] gives the rows of `remote_access`: channels that were used, and hidden paths.
//!
//! # Web interfaces
//! The pages of a controller or panel are a channel, `web_hmi`, where they are used from another network: the client is
//! farther away than the server by the site's networks, its packets came through a router, or the two addresses share no
//! network of 16 bits (IPv6: 48). On one network panels show the pages of controllers all day.
//!
//! # Hidden paths
//! A modem or router that is in no contract shows on the LAN side by small signs, each of which has innocent explanations: a
//! prefix of a router maker, a second way to the Internet, address offers, hop counts that betray a translator,
//! look-ups that a telephone makes, round trips too long for a LAN. One sign is nothing; **two or more of different kinds
//! on one machine**, of which one shows a way out and not only that somebody hides, are reported, with every sign named.
//!
//! # What cannot be seen
//! A modem's own radio; a modem on a serial line; a machine with two network cards whose other side was not captured. A
//! network without signs is not a network without modems: only somebody who looks into the cabinet knows.

mod hidden;
pub mod kind;
mod signs;
mod watch;
mod web;

#[cfg(test)]
mod tests;

pub use watch::{Scopes, Watcher};
