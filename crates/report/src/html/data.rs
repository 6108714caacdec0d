//! What the page is given: the summary as its twin for programs tells it, bounded.

use super::About;
use super::answers::Answer;
use crate::Escaped;
use quaywatch_findings::RULES;
use quaywatch_model::{Asset, Entry, Link};
use quaywatch_sensor::Summary;
use serde_json::{Map, Value, json};
use std::cmp::Reverse;

/// So many rows of each list are in the page; more than a person reads, and still opened in a second or two.
const MOST_ROWS: [(&str, usize); 10] = [
    ("operations", 5_000),
    ("changes", 2_000),
    ("transfers", 1_000),
    ("assets", 3_000),
    ("links", 4_000),
    ("searches", 200),
    ("remote_access", 500),
    ("disclosures", 2_000),
    ("findings", 500),
    ("problems", 300),
];
/// So many bytes of JSON of each list are in the page: what peers call themselves may be long.
const MOST_BYTES: usize = 3_000_000;
/// So many characters of one text.
const MOST_CHARACTERS: usize = 1_000;
/// So many members of a list inside a row: addresses and names of a device, items of a change.
const MOST_MEMBERS: usize = 24;

/// Everything the page shows.
pub(super) fn object(summary: &Summary, about: &About, answers: &[Answer]) -> Value {
    let mut told = crate::json::object(summary, &|key| Some(heaviest(summary, key)));
    let mut left_out = Map::new();
    for (key, _) in MOST_ROWS {
        if let Some(Value::Array(rows)) = told.get_mut(key) {
            within_bytes(rows);
            let left = length(summary, key).saturating_sub(rows.len());
            if left > 0 {
                left_out.insert(key.into(), left.into());
            }
        }
    }
    bounded(&mut told);
    let mut page = json!({
        "about": described(about),
        "answers": answers.iter().map(Answer::object).collect::<Vec<_>>(),
        "left_out": left_out,
        "rules": rules(summary),
    });
    bounded(&mut page);
    if let Value::Object(page) = &mut page {
        page.insert("summary".into(), told);
    }
    page
}

/// What the rules that found something look for.
fn rules(summary: &Summary) -> Map<String, Value> {
    let found = |name| summary.findings.iter().any(|finding| finding.rule == name);
    RULES
        .iter()
        .filter(|rule| found(rule.name))
        .map(|rule| {
            let told = json!({"title": rule.title, "meaning": rule.meaning, "limits": rule.limits});
            (rule.name.to_owned(), told)
        })
        .collect()
}

fn described(about: &About) -> Value {
    let captures: Vec<Value> = about
        .captures
        .iter()
        .map(|capture| {
            let mut object = Map::new();
            object.insert("name".into(), capture.name.clone().into());
            if let Some(bytes) = capture.bytes {
                object.insert("bytes".into(), bytes.into());
            }
            if let Some(digest) = capture.sha256 {
                let digest: String = digest.iter().map(|byte| format!("{byte:02x}")).collect();
                object.insert("sha256".into(), digest.into());
            }
            object.into()
        })
        .collect();
    let mut object = Map::new();
    object.insert("title".into(), about.title.clone().into());
    object.insert("captures".into(), captures.into());
    if let Some(written) = about.written {
        object.insert("written".into(), written.to_string().into());
    }
    object.into()
}

/// How much a row is worth having; of rows that weigh the same the first.
fn weight(summary: &Summary, key: &str, index: usize) -> u64 {
    match key {
        "operations" => summary.entries.get(index).map_or(0, operation_weight),
        "assets" => summary.assets.get(index).map_or(0, asset_weight),
        "links" => summary.links.get(index).map_or(0, |link: &Link| link.bytes.iter().sum()),
        "disclosures" => summary.disclosures.get(index).map_or(0, |told| told.bytes),
        // The others come in an order that means something: the gravest, the earliest or the most frequent first.
        _ => 0,
    }
}

/// What changes something comes before anything that does not.
fn operation_weight(entry: &Entry) -> u64 {
    /// More than a capture has operations of one kind.
    const CHANGES: u64 = 1 << 48;
    entry.count() + if entry.verb.changes() { CHANGES } else { 0 }
}

/// What is known best is asked for most.
fn asset_weight(asset: &Asset) -> u64 {
    let known = [&asset.product, &asset.order_number, &asset.serial, &asset.firmware];
    let known = known.iter().filter(|text| text.is_some()).count();
    let count = known + 4 * asset.roles.len() + asset.protocols_served.len() + asset.names.len().min(1);
    count as u64 + if asset.declared == Some(false) { 8 } else { 0 }
}

/// How many rows a list has.
fn length(summary: &Summary, key: &str) -> usize {
    match key {
        "operations" => summary.entries.len(),
        "changes" => summary.changes.len(),
        "transfers" => summary.transfers.len(),
        "assets" => summary.assets.len(),
        "links" => summary.links.len(),
        "remote_access" => summary.remote_access.len(),
        "disclosures" => summary.disclosures.len(),
        "findings" => summary.findings.len(),
        "problems" => summary.problems.len(),
        _ => 0,
    }
}

/// The places of the heaviest rows of a list, in ascending order: only these are made.
fn heaviest(summary: &Summary, key: &str) -> Vec<usize> {
    let most = MOST_ROWS.iter().find(|(list, _)| *list == key).map_or(usize::MAX, |(_, most)| *most);
    let all = length(summary, key);
    let mut order: Vec<(Reverse<u64>, usize)> =
        (0..all).map(|index| (Reverse(weight(summary, key, index)), index)).collect();
    if all > most {
        order.select_nth_unstable(most);
        order.truncate(most);
    }
    let mut places: Vec<usize> = order.into_iter().map(|(_, index)| index).collect();
    places.sort_unstable();
    places
}

/// Drops the last rows where texts are so long that all of them would make the page too large.
fn within_bytes(rows: &mut Vec<Value>) {
    let mut bytes = 0;
    let fits = |row: &mut Value| {
        bounded(row);
        bytes += size(row);
        bytes <= MOST_BYTES
    };
    let count = rows.iter_mut().map(fits).take_while(|fits| *fits).count();
    rows.truncate(count);
}

/// About how many bytes of JSON a value is.
fn size(value: &Value) -> usize {
    match value {
        Value::Null | Value::Bool(_) | Value::Number(_) => 8,
        Value::String(text) => text.len() + 3,
        Value::Array(members) => members.iter().map(size).sum::<usize>() + 2,
        Value::Object(object) => {
            object.iter().map(|(key, member)| key.len() + 4 + size(member)).sum::<usize>() + 2
        }
    }
}

/// Cuts long texts and long lists inside a row, and makes visible what could reorder or hide text. The lists of
/// rows themselves are cut by [`keep`].
fn bounded(value: &mut Value) {
    match value {
        Value::String(text) => {
            let shown = Escaped(text).to_string();
            *text = match shown.char_indices().nth(MOST_CHARACTERS) {
                Some((end, _)) => format!("{}…", shown.get(..end).unwrap_or_default()),
                None => shown,
            };
        }
        Value::Array(members) => members.iter_mut().for_each(bounded),
        Value::Object(object) => {
            let mut more = Vec::new();
            for (key, member) in object.iter_mut() {
                let of_row = !MOST_ROWS.iter().any(|(list, _)| list == key) || !is_rows(member);
                if let Value::Array(members) = member
                    && of_row
                    && members.len() > MOST_MEMBERS
                {
                    more.push((format!("more_{key}"), members.len() - MOST_MEMBERS));
                    members.truncate(MOST_MEMBERS);
                }
                bounded(member);
            }
            for (key, count) in more {
                object.entry(key).or_insert_with(|| count.into());
            }
        }
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

/// Whether this is a list of rows rather than a list inside a row.
fn is_rows(value: &Value) -> bool {
    value.as_array().and_then(|rows| rows.first()).is_some_and(Value::is_object)
}
