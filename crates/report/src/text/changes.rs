//! Everything that changed something, one by one.

use super::lines::{Kind, Line, Said, lines};
use super::row::{Row, WIDTH};
use super::section::{Block, Section};
use super::{ALARM, CHANGES, DIM, PLAIN, cited, moved};
use crate::Escaped;
use crate::number::{Bytes, Count};
use quaywatch_model::{Change, Outcome, Timestamp, Transferred, Verb, is_of_controllers};
use quaywatch_sensor::{Span, Summary};
use std::collections::{BTreeMap, BTreeSet};

/// So many objects are named of those that many writes are of.
const MOST_OBJECTS: usize = 4;
/// So much of a hash tells programs apart in a line; all of it stands with the transfers.
const HASH_DIGITS: usize = 16;
/// Between pairs of addresses no wider than those of IPv4 the columns are kept.
const WIDEST_PAIR: usize = 33;

/// Everything that changed something, in time order. What belongs together is one line.
pub(super) fn changes(summary: &Summary, all: bool) -> Section {
    let total = summary.changes.len() as u64 + summary.changes_not_listed;
    if total == 0 {
        let none = "none seen: no writes, starts, stops or downloads in what could be read";
        return Section::saying("CHANGES", none);
    }
    let lines = lines(summary, all);
    let span = &summary.span;
    let columns = Columns::of(span, &lines, if all { usize::MAX } else { WIDTH });
    let blocks = lines.iter().zip(ranks(&lines)).map(|(line, rank)| Block {
        rows: rows(span, line, columns),
        rank,
        count: line.count,
    });
    let frame = if span.origins.is_some() { "file:frame" } else { "#frame" };
    let title = format!("CHANGES ({}, in time order: when, {frame}, who > whom, what)", Count(total));
    Section { title, blocks: blocks.collect(), total, more: "more change", least: 29 }
}

/// Which lines to show when there are too many: the first of every kind of change that was accepted, then of every
/// kind and outcome between two hosts, then the first by each function, then the second, and so on, plain writes a rank
/// after the rest, and what no controller was asked for after that. Of writes those of the rarest object count as the first. Ten thousand set-points, or a
/// hundred blocks of one download, must not hide one stop or one set-point, nor a refused start the one that was accepted after it.
fn ranks(lines: &[Line<'_>]) -> Vec<usize> {
    let mut order: Vec<usize> = (0..lines.len()).collect();
    let commonness = |line: &Line<'_>| if line.first.verb == Verb::Write { line.count } else { 0 };
    order.sort_by_key(|&at| lines.get(at).map_or(0, commonness));
    let mut accepted = BTreeSet::new();
    let mut kinds = BTreeSet::new();
    let mut of_function: BTreeMap<_, usize> = BTreeMap::new();
    let mut ranks = vec![0; lines.len()];
    for at in order {
        let (Some(Line { first, .. }), Some(rank)) = (lines.get(at), ranks.get_mut(at)) else { continue };
        let kind = (first.client, first.server, first.verb, first.outcome.as_str());
        let nth = of_function.entry((kind, first.function.as_str())).or_default();
        *nth += 1;
        let is_new = kinds.insert(kind);
        let is_first = first.outcome == Outcome::Accepted && accepted.insert(first.verb);
        *rank = if is_first {
            0
        } else if is_new {
            1
        } else {
            1 + *nth
        };
        *rank += usize::from(first.verb == Verb::Write) + usize::from(!is_of_controllers(first.protocol));
    }
    ranks
}

/// How wide the columns are that the eye runs down.
#[derive(Clone, Copy)]
struct Columns {
    /// All together.
    all: usize,
    frame: usize,
    pair: usize,
}

impl Columns {
    fn of(span: &Span, lines: &[Line<'_>], all: usize) -> Self {
        let pairs = lines.iter().map(|line| pair(line.first).len()).filter(|width| *width <= WIDEST_PAIR);
        let frame =
            lines.iter().map(|line| cited(span, line.first.at.frame).chars().count()).max().unwrap_or(0);
        Self { all, frame, pair: pairs.max().unwrap_or(0) }
    }
}

fn pair(Change { client, server, .. }: &Change) -> String {
    format!("{client} > {server}")
}

/// When, where, who, whom, what, with what success; then by which function and the details. What does not fit goes to
/// a second line; where the details alone fit, the function, whose verb is told already, is left to the records.
fn rows(span: &Span, line: &Line<'_>, columns: Columns) -> Vec<Row> {
    let mut row = head(span, line, columns);
    let change = line.first;
    let (by, what) = match &line.kind {
        Kind::Load(Some(moved)) => (String::new(), moved_details(moved)),
        Kind::Various(objects) => (by(change), various_details(objects, line.partly_listed)),
        Kind::Same | Kind::Load(None) => (by(change), details(change)),
    };
    let both = [by.as_str(), what.as_str()].into_iter().filter(|text| !text.is_empty());
    let both = both.collect::<Vec<_>>().join(": ");
    let has_room = |row: &Row, text: &str| row.width() + 2 + text.chars().count() <= columns.all;
    if has_room(&row, &both) {
        return vec![row.then(PLAIN, format!("  {both}"))];
    }
    if !what.is_empty() && has_room(&row, &what) {
        return vec![row.then(PLAIN, format!("  {what}"))];
    }
    if by.is_empty() || !has_room(&row, &by) {
        return vec![row, Row::indented(6).then(PLAIN, both)];
    }
    row.push(PLAIN, format!("  {by}:"));
    vec![row, Row::indented(6).then(PLAIN, what)]
}

/// When, where, who, whom, what, with what success, how often.
fn head(span: &Span, line: &Line<'_>, Columns { frame, pair: width, .. }: Columns) -> Row {
    let (change, start) = (line.first, span.first);
    let mut row = Row::of(PLAIN, "  ")
        .then(DIM, format!("{}  {:<frame$}", clock(change.at.time, start), cited(span, change.at.frame)))
        .then(PLAIN, format!("  {:<width$}  ", pair(change)))
        .then(if change.verb == Verb::Write { CHANGES } else { ALARM }, change.verb.as_str());
    if change.outcome != Outcome::Accepted {
        row.push(ALARM, format!(" {}", change.outcome.as_str()));
    }
    if line.count > 1 {
        let times = if matches!(line.kind, Kind::Load(_)) { "operations" } else { "times" };
        let (count, last) = (Count(line.count), clock(line.last, start));
        row.push(DIM, format!("  {count} {times} until {last}"));
    }
    row
}

/// What was done in one change. The device's code comes before the items, which may be cut.
fn details(Change { items, more_items, bytes, code, .. }: &Change) -> String {
    let mut parts: Vec<String> = code.iter().map(|code| format!("code {}", Escaped(code))).collect();
    parts.extend(bytes.filter(|_| items.is_empty()).map(|bytes| Bytes(bytes).to_string()));
    let said = code.as_ref().map(|code| format!(" [{code}]")).unwrap_or_default();
    let said = |item| Escaped(str::strip_suffix(item, &said).unwrap_or(item)).to_string();
    parts.extend(items.iter().map(|item| said(item)));
    if *more_items > 0 {
        parts.push(format!("and {} more", Count(*more_items as u64)));
    }
    parts.join("; ")
}

/// By what function of the protocol, and on which unit.
fn by(Change { function, unit, .. }: &Change) -> String {
    let unit = unit.map(|unit| format!(" unit {unit}")).unwrap_or_default();
    format!("{}{unit}", Escaped(function))
}

/// What many changes were of, with what the first and the last of each said.
fn various_details(objects: &BTreeMap<&str, Said<'_>>, partly_listed: bool) -> String {
    let named: Vec<String> =
        objects.iter().take(MOST_OBJECTS).map(|(object, said)| said_of(object, said)).collect();
    let mut text = named.join(", ");
    let more = objects.len().saturating_sub(MOST_OBJECTS) as u64;
    if more > 0 {
        text.push_str(&format!(" and {} more", Count(more)));
    }
    if partly_listed {
        text.push_str(", perhaps other values");
    }
    text
}

/// `M1.0 = true`, `holding 4 = 1 ... 7`.
fn said_of(object: &str, said: &Said<'_>) -> String {
    let mut text = Escaped(object).to_string();
    let Some(first) = said.first else { return text };
    text.push_str(&format!(" = {}", Escaped(first)));
    if said.several {
        text.push_str(&format!(" ... {}", Escaped(said.last.unwrap_or_default())));
    }
    text
}

/// What was loaded: its name, size and hash.
fn moved_details(Transferred { transfer, .. }: &Transferred) -> String {
    let mut text = moved::what_moved(transfer);
    if let Some(digest) = transfer.sha256 {
        let digits = moved::digits(&digest);
        text.push_str(&format!(", sha256 {}…", digits.get(..HASH_DIGITS).unwrap_or(&digits)));
    }
    text
}

/// The time of day; with the date where the capture began on another day.
fn clock(time: Timestamp, start: Option<Timestamp>) -> String {
    let text = time.to_string();
    let same_day = start.is_some_and(|start| start.to_string().get(..10) == text.get(..10));
    let from = if same_day { 11 } else { 0 };
    text.get(from..19).unwrap_or(&text).replace('T', " ")
}
