//! The five questions a reader comes with, answered in a sentence each and a few facts below it.

mod outside;
mod unseen;

use crate::number::Count;
use quaywatch_model::{Address, FindingKind, Severity};
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
    let servers: BTreeSet<Address> = summary.entries.iter().map(|entry| entry.server).collect();
    let changers: BTreeSet<Address> =
        summary.entries.iter().filter(|entry| entry.verb.changes()).map(|entry| entry.client).collect();
    if !servers.is_empty() {
        let changed: u64 =
            summary.entries.iter().filter(|entry| entry.verb.changes()).map(|entry| entry.count()).sum();
        let asked = match changed {
            0 => "nobody asked for a change".to_owned(),
            _ => format!("{} asked for {}", many(changers.len() as u64, "machine"), many(changed, "change")),
        };
        points.push(format!("{} took operations; {asked}.", many(servers.len() as u64, "machine")));
    }
    Answer { id: "devices", question: "What is on the network?", headline, points, grave: false }
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
            (activity, "of activity, what was done"),
            (findings.len() as u64 - activity, "of exposure, what could be done"),
        ];
        let kinds = kinds.iter().filter(|(count, _)| *count > 0);
        let kinds: Vec<String> = kinds.map(|(count, kind)| format!("{} {kind}", Count(*count))).collect();
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
