//! The rules, one file each, and what several of them share.

mod clock_set;
mod controller_mode;
mod controller_reset;
mod controller_started;
mod controller_stopped;
mod deeds;
mod firmware_updated;
mod network_changed;
mod program_activated;
mod program_deleted;
mod program_downloaded;
mod program_uploaded;
mod security_changed;
mod value_forced;

use crate::Rule;

/// Every rule, in the order of the documentation.
#[rustfmt::skip] // one line each, so that adding one changes one line
pub static RULES: &[&Rule] = &[
    &program_downloaded::RULE,
    &program_activated::RULE,
    &program_deleted::RULE,
    &program_uploaded::RULE,
    &firmware_updated::RULE,
    &controller_stopped::RULE,
    &controller_started::RULE,
    &controller_mode::RULE,
    &controller_reset::RULE,
    &value_forced::RULE,
    &clock_set::RULE,
    &network_changed::RULE,
    &security_changed::RULE,
];
