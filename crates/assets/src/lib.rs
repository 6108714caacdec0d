//! Who is on a crane's network: what was learned of every device, put together.
//!
//! - the [`Gatherer`] takes in facts and ended conversations, one gatherer a worker, merged at the end;
//! - [`Gatherer::finish`] decides which addresses are one box and what it is, and gives the rows of `assets`;
//! - [`maker`] looks up who registered a MAC prefix, [`makes_modems`] whether that is a maker of modems and routers;
//! - the [`Bindings`] between IP and MAC addresses are kept with their times, so that whoever looks for spoofing finds
//!   them.
//!
//! # Which addresses are one box
//! An IP address belongs to a MAC address if ARP, neighbour discovery or DHCP says so; else, if no other address was ever
//! seen behind that MAC and nothing else is known of either, because what comes through a router bears the router's
//! MAC. An IPv6 address made of a MAC belongs to it (RFC 4291, appendix A). Two addresses that tell the same maker's serial
//! number are one box. What is never said to be there and never speaks is no asset: whoever scans a network must not fill
//! the list.
//!
//! # What is not known
//! Devices that say nothing while the capture runs, and whatever hides behind another device's addresses.

mod bindings;
mod gather;
mod modems;
mod oui;
mod row;
mod unite;

#[cfg(test)]
mod tests;

pub use bindings::{Binding, Bindings};
pub use gather::Gatherer;
pub use modems::makes_modems;
pub use oui::{is_made_up, maker};
