//! The simulated crane on a network: a controller that real clients read, write, load and stop.
//!
//! Every protocol is a *session*: bytes that came in and the time go in, bytes to be sent come out ([`Session`]). It holds
//! no socket and no clock, so that the same session serves a live connection and a written capture.

pub mod enip;
mod plc;
pub mod s7;
mod session;

pub use plc::{Block, Mode, Plc, Program};
pub use session::{After, Session};
