//! The rules, one file each, and what several of them share.

mod addresses;
mod clock_set;
mod controller_mode;
mod controller_reserved;
mod controller_reset;
mod controller_started;
mod controller_stopped;
mod credentials;
mod database_stopped;
mod deeds;
mod disclosures;
mod engineering_unprotected;
mod firmware_updated;
mod flood;
mod network_changed;
mod polling_stopped;
mod program_activated;
mod program_deleted;
mod program_downloaded;
mod program_uploaded;
mod protocol_violations;
mod remote_access;
mod remote_execution;
mod scans;
mod security_changed;
mod site;
mod tunnels;
mod value_forced;
mod write_by_reader;
mod write_on_several;

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
    &controller_reserved::RULE,
    &write_by_reader::RULE,
    &write_on_several::RULE,
    &polling_stopped::RULE,
    &flood::RULE,
    &engineering_unprotected::RULE,
    &credentials::CLEAR,
    &credentials::DEFAULT,
    &remote_access::USED,
    &remote_access::ON_DEMAND,
    &remote_access::HIDDEN,
    &remote_execution::RULE,
    &database_stopped::RULE,
    &disclosures::SENSITIVE,
    &disclosures::BULK,
    &disclosures::UNDECLARED,
    &tunnels::DNS,
    &tunnels::ICMP,
    &tunnels::NTP,
    &scans::NETWORK,
    &scans::ARP,
    &scans::IDENTIFY,
    &scans::TAGS,
    &addresses::SPOOFING,
    &addresses::SECOND_SERVER,
    &protocol_violations::RULE,
    &site::ASSET,
    &site::WRITE,
    &site::CONDUIT,
];
