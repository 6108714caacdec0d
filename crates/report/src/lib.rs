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

use quaywatch_sensor::Span;

/// Where a frame stands, if it is of one of several captures: `a.pcap:17`.
pub(crate) fn in_file(span: &Span, frame: u64) -> Option<String> {
    let found = span.origins.as_ref()?.of_frame(frame)?;
    Some(format!("{}:{}", Escaped(found.file), found.frame))
}
