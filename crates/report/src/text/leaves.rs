//! What leaves: who got which kind of data, how much, from whom.

use super::row::{Row, wrapped};
use super::section::Section;
use super::{ALARM, CHANGES, DIM, PLAIN, TITLE};
use crate::Escaped;
use crate::number::{Bytes, Count, Many};
use quaywatch_model::{Address, DataClass, Disclosure};
use quaywatch_sensor::Summary;
use std::collections::{BTreeMap, BTreeSet};

/// So many senders are named.
const MOST_SENDERS: usize = 3;
/// So many classes of data are told of a recipient unless all are asked for: those that tell most.
const MOST_CLASSES: usize = 4;
/// So many of the recognised things are shown of a class unless all are asked for.
const MOST_SAMPLES: usize = 2;

/// Everybody outside who got something, those first who got what tells most, then those who got most.
pub(super) fn leaves(summary: &Summary, all: bool) -> Section {
    let mut recipients: BTreeMap<Address, Vec<&Disclosure>> = BTreeMap::new();
    for told in summary.disclosures.iter().filter(|told| told.tried.is_none()) {
        recipients.entry(told.recipient).or_default().push(told);
    }
    let sweeps = sweeps(summary);
    if recipients.is_empty() && sweeps.is_empty() {
        return Section::saying("WHAT LEAVES", "nothing seen: no payload went to anybody outside");
    }
    let title = format!("WHAT LEAVES (to {})", Many(recipients.len() as u64, "recipient"));
    let mut recipients: Vec<(Address, Vec<&Disclosure>)> = recipients.into_iter().collect();
    recipients.sort_by_key(|(address, told)| {
        let bytes: u64 = told.iter().map(|told| told.bytes).sum();
        let worst = told.iter().map(|told| told.data_class).filter(|class| matters(*class)).min();
        (worst.unwrap_or(DataClass::Unknown), std::cmp::Reverse(bytes), *address)
    });
    let blocks = recipients.iter().map(|(address, told)| recipient(*address, told, all));
    Section::of(title, blocks.chain(sweeps).collect(), "more recipient", 8)
}

/// What each scanner sent to machines that did not answer: it crossed, and nobody is known to have got it.
fn sweeps(summary: &Summary) -> Vec<Vec<Row>> {
    let mut scanners: BTreeMap<Address, (u64, u64)> = BTreeMap::new();
    for told in &summary.disclosures {
        let Some(tried) = told.tried else { continue };
        let (machines, bytes) = scanners.entry(told.client).or_default();
        // In several protocols it may be the same machines: the greatest number is sure.
        (*machines, *bytes) = (tried.max(*machines), *bytes + told.bytes);
    }
    let told = scanners.into_iter().map(|(scanner, (machines, bytes))| {
        let (machines, bytes) = (Many(machines, "machine"), Bytes(bytes));
        let text = format!("probes nobody answered  {bytes} from {scanner}, to {machines}");
        vec![Row::indented(2).then(PLAIN, text)]
    });
    told.collect()
}

/// Who it is and who sent to it; then what.
fn recipient(address: Address, told: &[&Disclosure], all: bool) -> Vec<Row> {
    let mut head = Row::of(PLAIN, "  ").then(TITLE, address.to_string());
    let names: BTreeSet<&str> = told.iter().filter_map(|told| told.recipient_name.as_deref()).collect();
    if let Some(name) = names.first() {
        head.push(PLAIN, format!("  \"{}\"", Escaped(name)));
    }
    if names.len() > 1 {
        head.push(DIM, format!(" and {}", Many(names.len() as u64 - 1, "more name")));
    }
    if let Some(first) = told.first() {
        head.push(PLAIN, format!("  {}", first.recipient_scope.as_str()));
    }
    let protocols: BTreeSet<&str> = told.iter().map(|told| told.protocol).collect();
    let protocols: Vec<&str> = protocols.into_iter().collect();
    let senders: BTreeSet<Address> = told.iter().map(|told| told.client).collect();
    let named: Vec<String> = senders.iter().take(MOST_SENDERS).map(ToString::to_string).collect();
    let dots = if senders.len() > MOST_SENDERS { ", ..." } else { "" };
    head.push(DIM, format!("  by {} from {}{dots}", protocols.join(", "), named.join(", ")));
    let mut classes: BTreeMap<DataClass, Vec<&Disclosure>> = BTreeMap::new();
    told.iter().for_each(|told| classes.entry(told.data_class).or_default().push(told));
    let (most, most_samples) = if all { (usize::MAX, usize::MAX) } else { (MOST_CLASSES, MOST_SAMPLES) };
    let more = classes.len().saturating_sub(most) as u64;
    let mut words: Vec<Row> =
        classes.into_iter().take(most).map(|(class, told)| one_class(class, &told, most_samples)).collect();
    if let Some(last) = words.last_mut().filter(|_| more > 0) {
        last.push(DIM, format!(" and {}", Many(more, "more kind")));
    }
    let mut rows = vec![head];
    rows.extend(wrapped(Row::indented(2), 4, words));
    rows
}

fn one_class(class: DataClass, told: &[&Disclosure], most_samples: usize) -> Row {
    let style = if matters(class) { ALARM } else { PLAIN };
    let bytes: u64 = told.iter().map(|told| told.bytes).sum();
    let mut row = Row::of(style, class.as_str().replace('_', " ")).then(PLAIN, format!(" {}", Bytes(bytes)));
    // What several senders sent may be the same things: the greatest number is sure.
    let most = told.iter().max_by_key(|told| told.count);
    if let Some((most, count)) = most.and_then(|most| Some((most, most.count?))) {
        let samples: Vec<&str> = most.samples.iter().take(most_samples).map(String::as_str).collect();
        let colon = if samples.is_empty() { "" } else { ": " };
        row.push(DIM, format!(" ({} different{colon}{})", Count(count), Escaped(&samples.join(", "))));
    }
    match told.iter().filter_map(|told| told.declared).min() {
        Some(true) => row.push(DIM, " declared"),
        Some(false) => row.push(CHANGES, " not declared"),
        None => {}
    }
    row
}

/// Data that tells of cargo, of the machine's program or of how to get in.
fn matters(class: DataClass) -> bool {
    class <= DataClass::DatabaseRows
}
