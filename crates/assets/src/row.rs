//! What a box is, from all that is known of its addresses.

use crate::gather::{Gatherer, Seen, mac_of};
use crate::{modems, oui, unite};
use foldhash::fast::FixedState;
use hashbrown::HashMap;
use quaywatch_model::{Address, Asset, Attribute, Entry, Evidence, Role, Verb};
use std::collections::BTreeSet;

/// Whose word counts more where protocols disagree, the first most: what a device says of itself when it is asked who it
/// is, then what it announces, then what its software greets with.
const TRUSTED: [&str; 13] = [
    "s7comm", "modbus", "umas", "enip", "profinet", "opcua", "snmp", "lldp", "cdp", "dhcp", "smb", "mdns",
    "http",
];

/// What an address does with controllers.
#[derive(Debug, Default, Clone, Copy)]
pub(crate) struct Deeds {
    is_operated: bool,
    programs: bool,
    operates: bool,
}

/// What each address does with controllers.
pub(crate) type DeedsOf = HashMap<Address, Deeds, FixedState>;

/// Who does what with controllers.
pub(crate) fn deeds(entries: &[Entry]) -> DeedsOf {
    let mut deeds = DeedsOf::default();
    for entry in entries.iter().filter(|entry| is_controller_protocol(entry.protocol)) {
        let [accepted, ..] = entry.outcomes;
        deeds.entry(entry.server).or_default().is_operated |= accepted > 0;
        let client = deeds.entry(entry.client).or_default();
        client.programs |= programs(entry.verb);
        client.operates |= operates(entry.verb);
    }
    deeds
}

pub(crate) fn asset(gatherer: &Gatherer, group: &[Address], deeds: &DeedsOf) -> Asset {
    let seen: Vec<&Seen> = group.iter().filter_map(|address| gatherer.seen.get(address)).collect();
    let mac = group.iter().find_map(|address| mac_of(*address));
    let mut evidence: Vec<Evidence> = seen.iter().flat_map(|seen| seen.evidence().iter().cloned()).collect();
    let registered = mac.and_then(oui::maker);
    evidence.extend(registered.map(|maker| Evidence {
        protocol: "oui",
        attribute: Attribute::Maker,
        value: maker.to_owned(),
        frame: 0,
    }));
    evidence.sort_by(|a, b| order(a).cmp(&order(b)).then_with(|| a.cmp(b)));
    evidence.dedup_by(|a, b| a.protocol == b.protocol && a.attribute == b.attribute && a.value == b.value);
    let text = |attribute| evidence.iter().find(|e| e.attribute == attribute).map(|e| e.value.clone());
    let mut addresses = group.to_vec();
    addresses.sort_by_key(|address| (address.ip().is_none(), *address));
    let [served, used]: [BTreeSet<&'static str>; 2] = [0, 1].map(|which| {
        seen.iter().flat_map(|seen| seen.protocols().get(which).copied().unwrap_or(&[])).copied().collect()
    });
    let protocols_served: Vec<_> = served.into_iter().collect();
    let first = seen.iter().map(|seen| seen.first).min().unwrap_or_default();
    Asset {
        mac,
        names: names(&evidence),
        maker: text(Attribute::Maker),
        product: text(Attribute::Product),
        order_number: text(Attribute::OrderNumber),
        serial: text(Attribute::Serial),
        firmware: text(Attribute::Firmware),
        operating_system: text(Attribute::OperatingSystem),
        roles: roles(gatherer, &seen, group, (deeds, registered), &protocols_served),
        protocols_served,
        protocols_used: used.into_iter().collect(),
        first_seen: first.time,
        first_frame: first.frame,
        last_seen: seen.iter().map(|seen| seen.last).max().unwrap_or_default(),
        addresses,
        evidence,
        crane: None,
        zone: None,
        declared: None,
    }
}

/// Evidence in the order of its weight.
fn order(evidence: &Evidence) -> (usize, u64) {
    let trust = TRUSTED.iter().position(|protocol| *protocol == evidence.protocol).unwrap_or(TRUSTED.len());
    let trust = if evidence.protocol == "oui" { TRUSTED.len() + 1 } else { trust };
    (trust, evidence.frame)
}

/// Names by which its owner calls it before those others look it up by.
fn names(evidence: &[Evidence]) -> Vec<String> {
    let mut names: Vec<String> = Vec::new();
    for attribute in [Attribute::Name, Attribute::DomainName] {
        for evidence in evidence.iter().filter(|evidence| evidence.attribute == attribute) {
            if !names.iter().any(|name| name.eq_ignore_ascii_case(&evidence.value)) {
                names.push(evidence.value.clone());
            }
        }
    }
    names
}

/// What it does: as it says, then what its maker makes, then as it is seen to do.
fn roles(
    gatherer: &Gatherer,
    seen: &[&Seen],
    group: &[Address],
    (deeds, maker): (&DeedsOf, Option<&str>),
    served: &[&str],
) -> Vec<Role> {
    let mut roles: Vec<Role> = Vec::new();
    for role in seen.iter().flat_map(|seen| seen.told_roles()) {
        if !roles.contains(&role) {
            roles.push(role);
        }
    }
    let says_so = !roles.is_empty();
    let is_modem = maker.is_some_and(modems::makes_mobile_modems);
    if is_modem && !roles.contains(&Role::Modem) {
        roles.push(Role::Modem);
    }
    let mut done = Deeds::default();
    for deeds in group.iter().filter_map(|address| deeds.get(address)) {
        done.is_operated |= deeds.is_operated;
        done.programs |= deeds.programs;
        done.operates |= deeds.operates;
    }
    for (is_it, role) in [
        (done.is_operated && !says_so, Role::Controller),
        (done.programs, Role::EngineeringStation),
        // Controllers read each other, too: who answers as one is no panel. A modem reads for somebody far away.
        (done.operates && !done.programs && !done.is_operated && !is_modem, Role::Hmi),
    ] {
        if is_it && !roles.contains(&role) {
            roles.push(role);
        }
    }
    for (protocol, role) in SERVICES {
        if served.contains(protocol) && !roles.contains(role) {
            roles.push(*role);
        }
    }
    if group.iter().any(|address| unite::routes(gatherer, *address)) && !roles.contains(&Role::Router) {
        roles.push(Role::Router);
    }
    roles
}

const SERVICES: &[(&str, Role)] = &[
    ("tds", Role::Database),
    ("postgresql", Role::Database),
    ("rtsp", Role::Camera),
    ("dns", Role::NameServer),
    ("ntp", Role::TimeServer),
    ("dhcp", Role::AddressServer),
    ("dhcpv6", Role::AddressServer),
];

fn is_controller_protocol(protocol: &str) -> bool {
    matches!(protocol, "modbus" | "umas" | "s7comm" | "s7comm-plus" | "enip" | "cip" | "opcua" | "pccc")
}

/// What panels and supervisory systems do.
const fn operates(verb: Verb) -> bool {
    matches!(verb, Verb::Read | Verb::Write | Verb::Subscribe)
}

/// What only those do who service a controller.
const fn programs(verb: Verb) -> bool {
    matches!(
        verb,
        Verb::UploadProgram
            | Verb::DownloadProgram
            | Verb::ActivateProgram
            | Verb::DeleteProgram
            | Verb::UpdateFirmware
            | Verb::Start
            | Verb::Stop
            | Verb::ChangeMode
            | Verb::Force
            | Verb::ChangeSecurity
    )
}
