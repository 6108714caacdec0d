use super::{ALARM, CHANGES, DIM, Settings, left_out, title};
use crate::Escaped;
use crate::number::{Bytes, Count};
use quaywatch_model::{Outcome, Timestamp, Verb};
use quaywatch_sensor::{Change, Summary};
use std::collections::BTreeMap;
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
    let mut listed = 0;
    for (run, _) in runs.iter().zip(&shown).filter(|(_, shown)| **shown) {
        listed += run.count;
        line(out, run, summary.span.first)?;
    }
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

/// Which runs to show when there are too many: the first of every kind, then the second, and so on, plain writes
/// after the rest. Ten thousand set-points, or a hundred blocks of one download, must not hide one stop.
fn choose(runs: &[Run<'_>], most: usize) -> Vec<bool> {
    let mut of_kind: BTreeMap<_, usize> = BTreeMap::new();
    let mut order: Vec<(usize, bool, usize)> = Vec::with_capacity(runs.len());
    for (index, Run { first, .. }) in runs.iter().enumerate() {
        let rank = of_kind.entry((first.client, first.server, first.verb, &first.function)).or_default();
        order.push((*rank, first.verb == Verb::Write, index));
        *rank += 1;
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

fn line(out: &mut dyn Write, run: &Run<'_>, start: Option<Timestamp>) -> io::Result<()> {
    let Change { client, server, verb, function, unit, items, more_items, bytes, outcome, code, .. } =
        run.first;
    let colour = if *verb == Verb::Write { CHANGES } else { ALARM };
    let time = clock(run.first.at.time, start);
    write!(out, "  {DIM}{time}{DIM:#} {client} > {server}  {colour}{}{colour:#} ", verb.as_str())?;
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
    match outcome {
        Outcome::Accepted => write!(out, " {DIM}accepted{DIM:#}")?,
        other => write!(out, " {ALARM}{}{ALARM:#}", other.as_str())?,
    }
    if let Some(code) = code {
        write!(out, " {}", Escaped(code))?;
    }
    let frame = run.first.at.frame;
    if run.count == 1 {
        return writeln!(out, " {DIM}frame {frame}{DIM:#}");
    }
    writeln!(
        out,
        " {DIM}{} times until {}, from frame {frame}{DIM:#}",
        Count(run.count),
        clock(run.last, start)
    )
}

/// The time of day; with the date where the capture began on another day.
fn clock(time: Timestamp, start: Option<Timestamp>) -> String {
    let text = time.to_string();
    let same_day = start.is_some_and(|start| start.to_string().get(..10) == text.get(..10));
    let from = if same_day { 11 } else { 0 };
    text.get(from..23).unwrap_or(&text).replace('T', " ")
}
