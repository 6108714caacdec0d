//! Programs that ask controllers: operator panels, management systems, engineering stations, and who should not.

pub mod cip;
pub mod modbus;
pub mod opcua;
pub mod s7;
pub mod told;
mod walk;

use crate::party::Scene;
use std::time::Duration;

/// What a client does next.
#[derive(Debug, Clone, PartialEq)]
pub enum Step<D> {
    /// This.
    Do(D),
    /// Nothing for so long.
    Pause(Duration),
    /// Nothing more, and it ends the conversation.
    Close,
    /// Nothing more, and the conversation stays open.
    Stay,
}

/// What a client does, one thing after another: asked whenever it has done the one before.
pub type Plan<D> = Box<dyn FnMut(&mut Scene<'_>) -> Step<D>>;

/// A plan that does these things and closes.
#[must_use]
pub fn once<D: 'static>(deeds: Vec<Step<D>>) -> Plan<D> {
    let mut deeds = deeds.into_iter();
    Box::new(move |_| deeds.next().unwrap_or(Step::Close))
}
