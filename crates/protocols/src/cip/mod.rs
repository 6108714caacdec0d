//! CIP, the Common Industrial Protocol: objects with attributes and services, whatever carries it.
//!
//! Standard: ODVA CIP Networks Library, volume 1 (messages chapter 2, Connection Manager 3, objects 5, statuses
//! appendix B, paths and types appendix C);
//! Rockwell 1756-PM020 (Logix tags), 1770-6.5.16 (PCCC).
//! [`enip`](crate::enip) carries it over TCP and UDP.
//!
//! ```text
//! request: service | path length in words | path            | parameters
//! reply:   service + 0x80 | 0 | general status | words | additional status | data
//! ```
//!
//! A service number above 0x31 means something only together with the class it is sent to: 0x4B is Execute PCCC
//! on class 0x67 and something else anywhere else. Services of Logix controllers that Rockwell does not publish
//! are named `logix_..` after what was seen to happen when an engineering tool used them; their parameters are
//! reported as bytes, but for program blocks (offset, length, bytes).
//!
//! Classes 0x64 to 0xC7 are each vendor's own. They are read as Rockwell's, because a message does not say whose
//! device it is for: on another maker's device the numbers are right and the words `logix_..` are not.
//!
//! An Unconnected Send and a Multiple Service Packet are wrappers: each message inside is an operation.
//!
//! Not decoded: CIP Safety and CIP Motion parameters (told as bytes); structures other than Logix's string;
//! PCCC's execute-multiple-commands; DH+ and ControlNet bridging of PCCC; attributes of classes not named in
//! `data.rs`, which are told as bytes.
//!
//! Limits: [`lower::MAX_DEPTH`] wrappers in each other.

mod attributes;
pub mod data;
pub mod identity;
mod items;
mod lower;
pub mod names;
pub mod path;
pub mod pccc;
mod services;
mod transfers;
pub mod wire;

#[cfg(test)]
mod tests;

pub use lower::MAX_DEPTH;

pub(crate) use data::text;
pub(crate) use lower::{Exchange, connection_via, innermost, report};
pub(crate) use transfers::Transfers;
