//! The five questions a reader comes with, answered in a sentence each and a few facts below it.

mod outside;
mod unseen;

use crate::number::Count;
use quaywatch_model::{Address, Entry, FindingKind, Severity};
use quaywatch_sensor::Summary;
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};

/// So many findings are named in the answer.
const MOST_TITLES: usize = 3;

/// One question and what is known.
pub(super) struct Answer {
    /// A short name, for links within the page.
    pub(super) id: &'static str,
    /// What a reader asks.
    pub(super) question: &'static str,
    /// The answer in one sentence.
    pub(super) headline: String,
    /// What it rests on, and what it leaves open. Peer text is possible: escape it.
    pub(super) points: Vec<String>,
    /// Whether it puts all other answers in doubt.
    pub(super) grave: bool,
}

impl Answer {
    /// As the page reads it.
    pub(super) fn object(&self) -> Value {
        let Self { id, question, headline, points, grave } = self;
        json!({"id": id, "question": question, "headline": headline, "points": points, "grave": grave})
    }
}

/// All five; what puts the others in doubt comes before them.
pub(super) fn all(summary: &Summary) -> Vec<Answer> {
    let mut answers = vec![
        devices(summary),
        outside::reach(summary),
        outside::sent(summary),
        attention(summary),
        unseen::not_seen(summary),
    ];
    answers.sort_by_key(|answer| !answer.grave);
    answers
}

fn devices(summary: &Summary) -> Answer {
    let assets = &summary.assets;
    let mut roles: BTreeMap<_, u64> = BTreeMap::new();
    for asset in assets {
        *roles.entry(asset.roles.first().copied()).or_default() += 1;
    }
    let unknown = roles.remove(&None).unwrap_or_default();
    let mut roles: Vec<String> = roles
        .into_iter()
        .filter_map(|(role, count)| Some(format!("{} {}", Count(count), plural(role?.as_str(), count))))
        .collect();
    if unknown > 0 {
        roles.push(format!("{} whose role did not show", Count(unknown)));
    }
    let headline = match assets.len() as u64 {
        0 => "No device could be told from what was captured.".to_owned(),
        count => format!("{}: {}.", many(count, "device"), roles.join(", ")),
    };
    let mut points = Vec::new();
    let identified =
        assets.iter().filter(|asset| asset.product.is_some() || asset.order_number.is_some()).count() as u64;
    if identified > 0 {
        points.push(format!("{} told product or order number on the wire.", Count(identified)));
    }
    let undeclared = assets.iter().filter(|asset| asset.declared == Some(false)).count() as u64;
    if undeclared > 0 {
        points.push(format!("{} not on the site's approved list.", verb(undeclared, "is", "are")));
    }
    points.extend(operated(summary));
    Answer { id: "devices", question: "What is on the network?", headline, points, grave: false }
}

/// Which of the devices took operations, and which machines elsewhere: what is no device of the network is not counted as one.
fn operated(summary: &Summary) -> Vec<String> {
    let mut places: BTreeMap<Address, usize> = BTreeMap::new();
    for (place, asset) in summary.assets.iter().enumerate() {
        places.extend(asset.addresses.iter().map(|address| (*address, place)));
        places.extend(asset.mac.map(|mac| (Address::mac(mac), place)));
    }
    let (here, elsewhere): (Vec<&Entry>, Vec<&Entry>) =
        summary.entries.iter().partition(|entry| places.contains_key(&entry.server));
    let devices: BTreeSet<usize> =
        here.iter().filter_map(|entry| places.get(&entry.server).copied()).collect();
    let machines: BTreeSet<Address> = elsewhere.iter().map(|entry| entry.server).collect();
    let mut points = Vec::new();
    if !devices.is_empty() {
        let count = Count(devices.len() as u64);
        points.push(format!("{count} of them took operations; {}.", asked(&here)));
    }
    if !machines.is_empty() {
        let took = many(machines.len() as u64, "machine");
        points.push(format!("{took} elsewhere took operations; {}.", asked(&elsewhere)));
    }
    points
}

/// Who asked for how many changes.
fn asked(entries: &[&Entry]) -> String {
    let changes = || entries.iter().filter(|entry| entry.verb.changes());
    let changers: BTreeSet<Address> = changes().map(|entry| entry.client).collect();
    match changes().map(|entry| entry.count()).sum() {
        0 => "nobody asked for a change".to_owned(),
        count => {
            format!("{} asked for {}", many(changers.len() as u64, "machine"), many(count, "change"))
        }
    }
}

fn attention(summary: &Summary) -> Answer {
    let findings = &summary.findings;
    let grave = |severity| findings.iter().filter(|finding| finding.severity == severity).count() as u64;
    let counts: Vec<String> = Severity::ALL
        .into_iter()
        .rev()
        .filter(|severity| grave(*severity) > 0)
        .map(|severity| format!("{} {}", Count(grave(severity)), severity.as_str()))
        .collect();
    let headline = match findings.len() as u64 {
        0 => "No rule found anything in what was captured.".to_owned(),
        count => format!("{}: {}.", many(count, "finding"), counts.join(", ")),
    };
    let mut points: Vec<String> = Vec::new();
    if !findings.is_empty() {
        let activity = findings.iter().filter(|finding| finding.kind == FindingKind::Activity).count() as u64;
        let kinds = [
            (activity, "of activity: what was done"),
            (findings.len() as u64 - activity, "of exposure: what could be done"),
        ];
        let kinds = kinds.iter().filter(|(count, _)| *count > 0);
        let kinds: Vec<String> =
            kinds.map(|(count, kind)| format!("{} {kind}", verb(*count, "tells", "tell"))).collect();
        points.push(format!("{}.", kinds.join("; ")));
    }
    points.extend(findings.iter().take(MOST_TITLES).map(|finding| format!("{}.", finding.title)));
    Answer { id: "attention", question: "What deserves attention?", headline, points, grave: false }
}

/// `1 device`, `3 devices`.
fn many(count: u64, noun: &str) -> String {
    format!("{} {}", Count(count), plural(noun, count))
}

/// `1 is`, `3 are`.
fn verb(count: u64, one: &str, more: &str) -> String {
    format!("{} {}", Count(count), if count == 1 { one } else { more })
}

/// `1 conversation was`, `3 conversations were`.
fn verb_of(count: u64, noun: &str, one: &str, more: &str) -> String {
    format!("{} {}", many(count, noun), if count == 1 { one } else { more })
}

fn plural(noun: &str, count: u64) -> String {
    let noun = match noun {
        "hmi" => "HMI",
        "remote io" => "remote I/O station",
        other => other,
    };
    match noun {
        _ if count == 1 => noun.to_owned(),
        _ if noun.ends_with('y') => format!("{}ies", noun.trim_end_matches('y')),
        _ if noun.ends_with(['s', 'x', 'h']) => format!("{noun}es"),
        _ => format!("{noun}s"),
    }
}

#[cfg(test)]
mod tests {
    use super::devices;
    use quaywatch_model::{Address, Asset, Entry, Moment, Timestamp, Verb};
    use quaywatch_sensor::Summary;

    #[test]
    fn machines_elsewhere_are_not_counted_among_the_devices() {
        let [plc, other_side, cloud] = [[10, 70, 7, 10], [10, 70, 7, 11], [203, 0, 113, 6]].map(Address::v4);
        let client = Address::v4([10, 70, 7, 20]);
        let entry = |server, count| Entry {
            client,
            server,
            protocol: "modbus",
            verb: Verb::Write,
            function: String::new(),
            outcomes: [count, 0, 0, 0],
            refused_reads: None,
            bytes: 0,
            first: Moment { time: Timestamp::from_nanos(0), frame: 1 },
            last: Moment::default(),
        };
        let asset = |addresses| Asset { addresses, ..Asset::default() };
        let mut summary = Summary::default();
        summary.assets = vec![asset(vec![plc, other_side]), asset(vec![client])];
        summary.entries = vec![entry(plc, 20), entry(other_side, 10), entry(cloud, 56)];
        let answer = devices(&summary);
        assert!(answer.headline.starts_with("2 devices"), "{}", answer.headline);
        assert_eq!(
            answer.points,
            [
                "1 of them took operations; 1 machine asked for 30 changes.",
                "1 machine elsewhere took operations; 1 machine asked for 56 changes.",
            ]
        );
    }
}
