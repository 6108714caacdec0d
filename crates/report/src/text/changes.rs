use super::{ALARM, CHANGES, DIM, Settings, left_out, title};
use crate::Escaped;
use crate::number::{Bytes, Count};
use quaywatch_model::{Change, Outcome, Timestamp, Verb};
use quaywatch_sensor::Summary;
use std::collections::{BTreeMap, BTreeSet};
use std::io::{self, Write};

/// Everything that changed something, one by one in time order. A run of the same change is one line.
pub(super) fn write(out: &mut dyn Write, summary: &Summary, settings: Settings) -> io::Result<()> {
    let total = summary.changes.len() as u64 + summary.changes_not_listed;
    if total == 0 {
        title(out, "CHANGES")?;
        return writeln!(out, "  none seen: no writes, starts, stops or downloads in what could be read");
    }
    title(out, &format!("CHANGES ({}, in time order)", Count(total)))?;
    let runs = runs(&summary.changes);
    let shown = choose(&runs, settings.most_lines);
    let shown: Vec<&Run<'_>> =
        runs.iter().zip(shown).filter_map(|(run, shown)| shown.then_some(run)).collect();
    let columns = Columns::of(&shown);
    for run in &shown {
        line(out, run, columns, summary.span.first)?;
    }
    let listed: u64 = shown.iter().map(|run| run.count).sum();
    left_out(out, total - listed, "changes")
}

/// Neighbouring changes that are the same but for the time.
struct Run<'a> {
    first: &'a Change,
    last: Timestamp,
    count: u64,
}

fn runs(changes: &[Change]) -> Vec<Run<'_>> {
    let mut runs: Vec<Run<'_>> = Vec::new();
    for change in changes {
        match runs.last_mut().filter(|run| is_same(run.first, change)) {
            Some(run) => {
                run.count += 1;
                run.last = change.at.time;
            }
            None => runs.push(Run { first: change, last: change.at.time, count: 1 }),
        }
    }
    runs
}

fn is_same(a: &Change, b: &Change) -> bool {
    (a.client, a.server, a.verb, &a.function, a.unit, &a.items, a.outcome, &a.code)
        == (b.client, b.server, b.verb, &b.function, b.unit, &b.items, b.outcome, &b.code)
}

/// Which runs to show when there are too many: the first of every kind of change and outcome between two hosts,
/// then the first by each function, then the second, and so on, plain writes after the rest. Ten thousand
/// set-points, or a hundred blocks of one download, must not hide one stop, nor a refused start the one that
/// was accepted after it.
fn choose(runs: &[Run<'_>], most: usize) -> Vec<bool> {
    let mut of_kind = BTreeSet::new();
    let mut of_function: BTreeMap<_, usize> = BTreeMap::new();
    let mut order: Vec<(usize, bool, usize)> = Vec::with_capacity(runs.len());
    for (index, Run { first, .. }) in runs.iter().enumerate() {
        let kind = (first.client, first.server, first.verb, first.outcome.as_str());
        let nth = of_function.entry((kind, &first.function)).or_default();
        *nth += 1;
        let rank = if of_kind.insert(kind) { 0 } else { *nth };
        order.push((rank, first.verb == Verb::Write, index));
    }
    order.sort_unstable();
    let mut shown = vec![false; runs.len()];
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
    fn of(runs: &[&Run<'_>]) -> Self {
        let widest = |width: fn(&Change) -> usize| runs.iter().map(|run| width(run.first)).max().unwrap_or(0);
        Self {
            client: widest(|change| change.client.to_string().len()),
            server: widest(|change| change.server.to_string().len()),
            verb: widest(|change| change.verb.as_str().len()),
            outcome: widest(|change| change.outcome.as_str().len()),
        }
    }
}

/// When, who, whom, what, with what success; then the details, as long as they are.
fn line(out: &mut dyn Write, run: &Run<'_>, columns: Columns, start: Option<Timestamp>) -> io::Result<()> {
    let Change { client, server, verb, outcome, .. } = run.first;
    let colour = if *verb == Verb::Write { CHANGES } else { ALARM };
    let success = if *outcome == Outcome::Accepted { DIM } else { ALARM };
    write!(
        out,
        "  {DIM}{}{DIM:#}  {:<client$} > {:<server$}  {colour}{:<verb$}{colour:#}  {success}{:<outcome$}{success:#}  ",
        clock(run.first.at.time, start),
        client.to_string(),
        server.to_string(),
        verb.as_str(),
        outcome.as_str(),
        client = columns.client,
        server = columns.server,
        verb = columns.verb,
        outcome = columns.outcome,
    )?;
    details(out, run.first)?;
    let frame = run.first.at.frame;
    if run.count == 1 {
        return writeln!(out, "  {DIM}frame {frame}{DIM:#}");
    }
    let last = clock(run.last, start);
    writeln!(out, "  {DIM}{} times until {last}, from frame {frame}{DIM:#}", Count(run.count))
}

fn details(out: &mut dyn Write, change: &Change) -> io::Result<()> {
    let Change { function, unit, items, more_items, bytes, code, .. } = change;
    write!(out, "{}", Escaped(function))?;
    if let Some(unit) = unit {
        write!(out, " unit {unit}")?;
    }
    if let Some(bytes) = bytes.filter(|_| items.is_empty()) {
        write!(out, " {}", Bytes(bytes))?;
    }
    let mut separator = ": ";
    for item in items {
        write!(out, "{}{}", std::mem::replace(&mut separator, "; "), Escaped(item))?;
    }
    if *more_items > 0 {
        write!(out, "; and {} more", Count(*more_items as u64))?;
    }
    if let Some(code) = code {
        write!(out, ", code {}", Escaped(code))?;
    }
    Ok(())
}

/// The time of day; with the date where the capture began on another day.
fn clock(time: Timestamp, start: Option<Timestamp>) -> String {
    let text = time.to_string();
    let same_day = start.is_some_and(|start| start.to_string().get(..10) == text.get(..10));
    let from = if same_day { 11 } else { 0 };
    text.get(from..23).unwrap_or(&text).replace('T', " ")
}
