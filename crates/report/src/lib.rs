//! What was found, for people: the terminal summary ([`text`]) and its twin for programs ([`json`]).
//!
//! Both show a [`Summary`](quaywatch_sensor::Summary) and add nothing to it. Text of a peer's making is escaped:
//! no capture can steer the terminal it is shown on.

mod escape;
pub mod html;
pub mod json;
mod number;
pub mod text;

pub use escape::Escaped;
