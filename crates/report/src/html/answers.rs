//! The five questions a reader comes with, answered in a sentence each and a few facts below it.

mod outside;

use crate::number::{Bytes, Count, Duration};
use quaywatch_model::{Address, FindingKind, Severity, Verb};
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
}

impl Answer {
    /// As the page reads it.
    pub(super) fn object(&self) -> Value {
        json!({"id": self.id, "question": self.question, "headline": self.headline, "points": self.points})
    }
}

/// All five.
pub(super) fn all(summary: &Summary) -> Vec<Answer> {
    vec![
        devices(summary),
        outside::reach(summary),
        outside::sent(summary),
        attention(summary),
        not_seen(summary),
    ]
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
        points.push(format!(
            "{} took operations; {} asked for {}.",
            many(servers.len() as u64, "device"),
            many(changers.len() as u64, "machine"),
            many(changed, "change")
        ));
    }
    Answer { id: "devices", question: "What is on the network?", headline, points }
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
        points.push(format!(
            "{} activity, what was done; {} exposure, what could be done.",
            verb(activity, "tells", "tell"),
            Count(findings.len() as u64 - activity)
        ));
    }
    points.extend(findings.iter().take(MOST_TITLES).map(|finding| format!("{}.", finding.title)));
    Answer { id: "attention", question: "What deserves attention?", headline, points }
}

fn not_seen(summary: &Summary) -> Answer {
    let span = &summary.span;
    let headline = match (span.missed_bytes, span.begun_before) {
        (0, 0) => "Nothing is known to be missing between the first and the last packet.".to_owned(),
        (0, begun) => format!("{} had begun before the capture did.", many(begun, "conversation")),
        (missed, begun) => format!(
            "{} of payload were sent but not captured; {} had begun before the capture did.",
            Bytes(missed),
            many(begun, "conversation")
        ),
    };
    let mut points = Vec::new();
    if let (Some(first), Some(last)) = (span.first, span.last) {
        points.push(format!("What happened outside these {} is not told.", Duration(last.since(first))));
    }
    let all: u64 = summary.protocols.values().map(|total| total.wire_bytes).sum();
    if let Some(unknown) = summary.protocols.get("unknown").filter(|total| total.conversations > 0) {
        points.push(format!(
            "{} ({} of all bytes) in a protocol that was not recognised.",
            verb_of(unknown.conversations, "conversation", "was", "were"),
            percent(unknown.wire_bytes, all)
        ));
    }
    if !summary.assumed_own.is_empty() {
        points.push(format!(
            "{} taken for the site's own, because they are on the same link or of one network; a site file says whose they are.",
            verb_of(summary.assumed_own.len() as u64, "public address", "was", "were")
        ));
    }
    let opaque: u64 =
        summary.entries.iter().filter(|entry| entry.verb == Verb::Opaque).map(|entry| entry.count()).sum();
    if opaque > 0 {
        let operations = many(opaque, "operation");
        points.push(format!("{operations} could not be read: encrypted, or not documented."));
    }
    points.push(
        "What does not pass the capture point is never seen: a modem's own radio link, a serial line, a laptop \
         plugged into a controller."
            .to_owned(),
    );
    Answer { id: "unseen", question: "What was not seen?", headline, points }
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

/// A share in words a reader can check: never 0 % of something, never 100 % of less than all.
fn percent(part: u64, all: u64) -> String {
    let share = if all == 0 { 0.0 } else { part as f64 / all as f64 * 100.0 };
    match share {
        _ if part == 0 => "none".to_owned(),
        share if share < 1.0 => "less than 1 %".to_owned(),
        share if share > 99.0 && part < all => "more than 99 %".to_owned(),
        share => format!("{share:.0} %"),
    }
}
