use super::lines::{Kind, Line, lines};
use super::{ALARM, CHANGES, DIM, Settings, left_out, sections, title};
use crate::Escaped;
use crate::number::{Bytes, Count};
use quaywatch_model::{Change, Outcome, Timestamp, Transferred, Verb};
use quaywatch_sensor::Summary;
use std::collections::{BTreeMap, BTreeSet};
use std::io::{self, Write};

/// So many objects are named of those that many writes are of.
const MOST_OBJECTS: usize = 4;
/// Details are cut after so many characters unless all is asked for: further ones fill the screen, and stand in the
/// records.
const LONGEST_DETAILS: usize = 120;
/// So much of a hash tells programs apart in a line; all of it stands with the transfers.
const HASH_DIGITS: usize = 16;

/// Everything that changed something, in time order. What belongs together is one line.
pub(super) fn write(out: &mut dyn Write, summary: &Summary, settings: Settings) -> io::Result<()> {
    let total = summary.changes.len() as u64 + summary.changes_not_listed;
    if total == 0 {
        title(out, "CHANGES")?;
        return writeln!(out, "  none seen: no writes, starts, stops or downloads in what could be read");
    }
    title(out, &format!("CHANGES ({}, in time order)", Count(total)))?;
    let lines = lines(summary);
    let shown = choose(&lines, settings.most_lines);
    let shown: Vec<&Line<'_>> =
        lines.iter().zip(shown).filter_map(|(line, shown)| shown.then_some(line)).collect();
    let columns = Columns::of(&shown);
    for line in &shown {
        write_line(out, line, columns, summary.span.first, settings)?;
    }
    let told: u64 = shown.iter().map(|line| line.count).sum();
    left_out(out, total.saturating_sub(told), "more change")
}

/// Which lines to show when there are too many: the first of every kind of change and outcome between two hosts,
/// then the first by each function, then the second, and so on, plain writes a rank after the rest. Ten thousand
/// set-points, or a hundred blocks of one download, must not hide one stop, nor a refused start the one that
/// was accepted after it.
fn choose(lines: &[Line<'_>], most: usize) -> Vec<bool> {
    let mut of_kind = BTreeSet::new();
    let mut of_function: BTreeMap<_, usize> = BTreeMap::new();
    let mut order: Vec<(usize, bool, usize)> = Vec::with_capacity(lines.len());
    for (index, Line { first, .. }) in lines.iter().enumerate() {
        let kind = (first.client, first.server, first.verb, first.outcome.as_str());
        let nth = of_function.entry((kind, &first.function)).or_default();
        *nth += 1;
        let rank = if of_kind.insert(kind) { 0 } else { *nth } + usize::from(first.verb == Verb::Write);
        order.push((rank, first.verb == Verb::Write, index));
    }
    order.sort_unstable();
    let mut shown = vec![false; lines.len()];
    for (.., index) in order.into_iter().take(most) {
        if let Some(shown) = shown.get_mut(index) {
            *shown = true;
        }
    }
    shown
}

/// How wide the columns are that the eye runs down.
#[derive(Clone, Copy)]
struct Columns {
    client: usize,
    server: usize,
    verb: usize,
    outcome: usize,
}

impl Columns {
    fn of(lines: &[&Line<'_>]) -> Self {
        let widest =
            |width: fn(&Change) -> usize| lines.iter().map(|line| width(line.first)).max().unwrap_or(0);
        Self {
            client: widest(|change| change.client.to_string().len()),
            server: widest(|change| change.server.to_string().len()),
            verb: widest(|change| change.verb.as_str().len()),
            outcome: widest(|change| change.outcome.as_str().len()),
        }
    }
}

/// When, who, whom, what, with what success; then the details, as long as they are.
fn write_line(
    out: &mut dyn Write,
    line: &Line<'_>,
    columns: Columns,
    start: Option<Timestamp>,
    settings: Settings,
) -> io::Result<()> {
    let Change { client, server, verb, outcome, .. } = line.first;
    let colour = if *verb == Verb::Write { CHANGES } else { ALARM };
    let success = if *outcome == Outcome::Accepted { DIM } else { ALARM };
    write!(
        out,
        "  {DIM}{}{DIM:#}  {:<client$} > {:<server$}  {colour}{:<verb$}{colour:#}  {success}{:<outcome$}{success:#}  ",
        clock(line.first.at.time, start),
        client.to_string(),
        server.to_string(),
        verb.as_str(),
        outcome.as_str(),
        client = columns.client,
        server = columns.server,
        verb = columns.verb,
        outcome = columns.outcome,
    )?;
    let details = match &line.kind {
        Kind::Load(Some(moved)) => moved_details(moved),
        Kind::Various(objects) => various_details(line.first, objects, line.partly_listed),
        Kind::Same | Kind::Load(None) => details(line.first),
    };
    write!(out, "{}", cut(&details, settings))?;
    let frame = line.first.at.frame;
    if line.count == 1 && !line.at_least {
        return writeln!(out, "  {DIM}frame {frame}{DIM:#}");
    }
    let times = if matches!(line.kind, Kind::Load(_)) { "operations" } else { "times" };
    let least = if line.at_least { "at least " } else { "" };
    let (count, last) = (Count(line.count), clock(line.last, start));
    writeln!(out, "  {DIM}{least}{count} {times} until {last}, from frame {frame}{DIM:#}")
}

/// As much as is shown.
fn cut(details: &str, settings: Settings) -> String {
    if settings.most_lines == usize::MAX || details.chars().count() <= LONGEST_DETAILS {
        return details.to_owned();
    }
    details.chars().take(LONGEST_DETAILS).chain(['…']).collect()
}

/// What was done in one change. The device's code comes before the items, which may be cut.
fn details(change: &Change) -> String {
    let Change { items, more_items, bytes, code, .. } = change;
    let mut text = by(change);
    if let Some(bytes) = bytes.filter(|_| items.is_empty()) {
        text.push_str(&format!(" {}", Bytes(bytes)));
    }
    if let Some(code) = code {
        text.push_str(&format!(", code {}", Escaped(code)));
    }
    let said = code.as_ref().map(|code| format!(" [{code}]")).unwrap_or_default();
    let mut separator = ": ";
    for item in items {
        let item = item.strip_suffix(&said).unwrap_or(item);
        text.push_str(&format!("{}{}", std::mem::replace(&mut separator, "; "), Escaped(item)));
    }
    if *more_items > 0 {
        text.push_str(&format!("; and {} more", Count(*more_items as u64)));
    }
    text
}

/// By what function of the protocol, and on which unit.
fn by(Change { function, unit, .. }: &Change) -> String {
    let unit = unit.map(|unit| format!(" unit {unit}")).unwrap_or_default();
    format!("{}{unit}", Escaped(function))
}

/// What many changes were of, without what each said.
fn various_details(first: &Change, objects: &BTreeSet<&str>, partly_listed: bool) -> String {
    let named: Vec<String> =
        objects.iter().take(MOST_OBJECTS).map(|object| Escaped(object).to_string()).collect();
    let mut text = format!("{}: {}", by(first), named.join(", "));
    let more = objects.len().saturating_sub(MOST_OBJECTS) as u64;
    if more > 0 {
        text.push_str(&format!(" and {} more", Count(more)));
    }
    if partly_listed {
        text.push_str(", perhaps others");
    }
    text
}

/// What was loaded: its name, size and hash.
fn moved_details(moved: &Transferred) -> String {
    let mut text = sections::what_moved(&moved.transfer);
    if let Some(digest) = moved.transfer.sha256 {
        let digits: String = digest.iter().map(|byte| format!("{byte:02x}")).collect();
        text.push_str(&format!(", sha256 {}…", digits.get(..HASH_DIGITS).unwrap_or(&digits)));
    }
    text
}

/// The time of day; with the date where the capture began on another day.
fn clock(time: Timestamp, start: Option<Timestamp>) -> String {
    let text = time.to_string();
    let same_day = start.is_some_and(|start| start.to_string().get(..10) == text.get(..10));
    let from = if same_day { 11 } else { 0 };
    text.get(from..23).unwrap_or(&text).replace('T', " ")
}
