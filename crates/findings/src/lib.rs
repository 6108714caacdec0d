//! What deserves attention on a crane's network.
//!
//! A [`Rule`] looks at the [`Picture`], all that was seen, and tells what it [`Found`]; [`judge`] asks every rule in
//! [`RULES`] and gives the rows of `findings`. Rules are deterministic: the same picture gives the same findings. Each
//! rule says whether it tells *activity*, what was done, or *exposure*, what could be done, and never mixes them. No rule
//! claims a motive.
//!
//! To add a rule: a file in `rules/`, a line in [`RULES`], a capture that shows it and one in which it must stay silent;
//! `cargo xtask docs` writes its page into `docs/findings.md`.

mod picture;
mod rule;
mod rules;

pub use picture::{AtAddress, Breach, BrokenWrite, Picture, Violation};
pub use rule::{Found, Rule, judge};
pub use rules::RULES;
