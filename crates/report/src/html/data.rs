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
    let mut left_out = Map::new();
    // What is told beside the lists is numbers and names of our own.
    let told = crate::json::object_with(summary, &mut |key, count, row| {
        let most = MOST_ROWS.iter().find(|(list, _)| *list == key).map_or(usize::MAX, |(_, most)| *most);
        let rows = heaviest(count, most, |index| weight(summary, key, index), row);
        if rows.len() < count {
            left_out.insert(key.into(), (count - rows.len()).into());
        }
        rows
    });
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
        // One of every object comes before the second of any.
        "changes" => summary.changes.get(index).map_or(0, |change| u64::MAX - change.nth as u64),
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

/// Makes the heaviest rows of a list, bounded, in the order they have there.
fn heaviest(
    count: usize,
    most: usize,
    weight: impl Fn(usize) -> u64,
    row: &dyn Fn(usize) -> Value,
) -> Vec<Value> {
    let mut order: Vec<(Reverse<u64>, usize)> =
        (0..count).map(|index| (Reverse(weight(index)), index)).collect();
    order.sort_unstable();
    let mut rows = Vec::new();
    let mut bytes = 0_usize;
    for (_, index) in order.into_iter().take(most) {
        let mut row = row(index);
        bounded(&mut row);
        bytes += row.to_string().len();
        if bytes > MOST_BYTES {
            break;
        }
        rows.push((index, row));
    }
    rows.sort_unstable_by_key(|(index, _)| *index);
    rows.into_iter().map(|(_, row)| row).collect()
}

/// Cuts long texts and long lists inside a row, and makes visible what could reorder or hide text. The lists of
/// rows themselves are cut by [`heaviest`].
fn bounded(value: &mut Value) {
    match value {
        // Most text is short and plain.
        Value::String(text)
            if text.len() <= MOST_CHARACTERS && text.bytes().all(|byte| matches!(byte, b' '..=b'~')) => {}
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
                if let Value::Array(members) = member
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
