//! Which changes are told together in one line.

use quaywatch_model::{Change, Direction, Outcome, Timestamp, TransferKind, Transferred, Verb};
use quaywatch_sensor::Summary;
use std::collections::{BTreeMap, BTreeSet};

/// From so many different writes on, those of one object are one line: an operator station writes all day long.
const MOST_WRITES_APART: usize = 4;
/// Of at most so many objects that one function writes between two hosts, the rarest, each has lines of its own; of more, the
/// rest is one line.
const MOST_OBJECTS_APART: usize = 8;
/// Operations that load a program belong together if they follow one another within so many nanoseconds of packet
/// time: a station that waits longer is doing something else.
const ONE_LOAD_NANOS: i64 = 60_000_000_000;

/// A line of the list: a change, or several that are one to whoever reads it.
pub(super) struct Line<'a> {
    pub(super) first: &'a Change,
    pub(super) last: Timestamp,
    pub(super) count: u64,
    /// Some of it is counted and not listed: what was written then is not known.
    pub(super) partly_listed: bool,
    pub(super) kind: Kind<'a>,
}

/// Why changes are one line.
pub(super) enum Kind<'a> {
    /// They are the same but for the time.
    Same,
    /// They are by one function, of these objects; what they say differs, or is not listed of all.
    Various(BTreeMap<&'a str, Said<'a>>),
    /// They load one program or image, of which this was moved.
    Load(Option<&'a Transferred>),
}

/// What the changes of one object said.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Said<'a> {
    pub(super) first: Option<&'a str>,
    pub(super) last: Option<&'a str>,
    /// Whether it was anything else in between.
    pub(super) several: bool,
}

/// The lines of all listed changes, in time order: each by itself where `apart`, else what belongs together as one.
pub(super) fn lines(summary: &Summary, apart: bool) -> Vec<Line<'_>> {
    if apart {
        return summary.changes.iter().map(Line::of).collect();
    }
    let mut lines = loads(summary);
    lines.extend(writes(runs(summary.changes.iter().filter(|change| !is_load(change)))));
    lines.sort_by_key(|line| line.first.at);
    lines
}

/// Neighbours that are the same but for the time.
fn runs<'a>(changes: impl Iterator<Item = &'a Change>) -> Vec<Line<'a>> {
    let mut runs: Vec<Line<'a>> = Vec::new();
    for change in changes {
        match runs.last_mut().filter(|run| is_same(run.first, change)) {
            Some(run) => run.add(change),
            None => runs.push(Line::of(change)),
        }
    }
    runs
}

fn is_same(a: &Change, b: &Change) -> bool {
    (a.client, a.server, a.verb, &a.function, a.unit, &a.items, a.outcome, &a.code)
        == (b.client, b.server, b.verb, &b.function, b.unit, &b.items, b.outcome, &b.code)
}

/// Puts many writes of one object together: each object has lines of its own, so that the few writes of one do not hide among
/// the thousand of another.
fn writes(runs: Vec<Line<'_>>) -> Vec<Line<'_>> {
    let mut groups: BTreeMap<_, Vec<Line<'_>>> = BTreeMap::new();
    let mut lines = Vec::new();
    for run in runs {
        let Change { client, server, unit, outcome, .. } = *run.first;
        match run.first.verb {
            Verb::Write => {
                let group = (client, server, unit, outcome.as_str(), run.first.function.as_str());
                groups.entry(group).or_default().push(run);
            }
            _ => lines.push(run),
        }
    }
    groups.into_values().for_each(|runs| lines.extend(by_object(runs)));
    lines
}

/// Lines of what one function wrote between two hosts, by object.
fn by_object(runs: Vec<Line<'_>>) -> Vec<Line<'_>> {
    if runs.len() <= MOST_WRITES_APART {
        return runs;
    }
    let mut objects: BTreeMap<BTreeSet<&str>, Vec<Line<'_>>> = BTreeMap::new();
    for run in runs {
        let named = run.first.items.iter().map(|item| split(item).0).collect();
        objects.entry(named).or_default().push(run);
    }
    let writes = |runs: &Vec<Line<'_>>| runs.iter().map(|run| run.count).sum::<u64>();
    let mut objects: Vec<Vec<Line<'_>>> = objects.into_values().collect();
    objects.sort_by_key(writes);
    // Objects that are written equally often are either all told apart or none of them.
    let common = objects.get(MOST_OBJECTS_APART).map_or(u64::MAX, writes);
    let rest = objects.split_off(objects.partition_point(|runs| writes(runs) < common));
    let mut lines = Vec::new();
    for runs in objects {
        if runs.len() <= MOST_WRITES_APART {
            lines.extend(runs);
        } else {
            lines.extend(together(runs));
        }
    }
    let mut rest: Vec<Line<'_>> = rest.into_iter().flatten().collect();
    rest.sort_by_key(|run| run.first.at);
    lines.extend(together(rest));
    lines
}

/// Runs in time order as one line.
fn together(runs: Vec<Line<'_>>) -> Option<Line<'_>> {
    let mut runs = runs.into_iter();
    let mut line = runs.next()?;
    let mut known = told(&line.first.items);
    for run in runs {
        line.count += run.count;
        line.last = line.last.max(run.last);
        line.partly_listed |= run.partly_listed;
        tell(&mut known, &run.first.items);
    }
    line.kind = Kind::Various(known);
    Some(line)
}

/// What the items of one change say, by object.
fn told(items: &[String]) -> BTreeMap<&str, Said<'_>> {
    let mut known = BTreeMap::new();
    tell(&mut known, items);
    known
}

/// Adds what the items of a later change say.
fn tell<'a>(known: &mut BTreeMap<&'a str, Said<'a>>, items: &'a [String]) {
    for item in items {
        let (object, value) = split(item);
        let said = known.entry(object).or_insert(Said { first: value, last: value, several: false });
        said.several |= said.last != value;
        said.last = value;
    }
}

/// `holding 4 = 7` as object and value.
fn split(item: &str) -> (&str, Option<&str>) {
    item.split_once(" = ").map_or((item, None), |(object, value)| (object, Some(value)))
}

/// Loading a program is many operations. One that was not accepted stands for itself.
fn is_load(change: &Change) -> bool {
    is_loading(change.verb) && matches!(change.outcome, Outcome::Accepted | Outcome::Unseen)
}

const fn is_loading(verb: Verb) -> bool {
    matches!(verb, Verb::DownloadProgram | Verb::UpdateFirmware)
}

fn loads(summary: &Summary) -> Vec<Line<'_>> {
    let mut transfers: BTreeMap<_, Vec<&Transferred>> = BTreeMap::new();
    for moved in summary.transfers.iter().filter(|moved| moved.transfer.direction == Direction::ToDevice) {
        let firmware = moved.transfer.kind == TransferKind::Firmware;
        transfers.entry(((moved.client, moved.server), firmware)).or_default().push(moved);
    }
    transfers.values_mut().for_each(|moved| moved.sort_by_key(|moved| moved.transfer.end));
    let mut lines: Vec<Line<'_>> = Vec::new();
    let mut open: BTreeMap<_, usize> = BTreeMap::new();
    for change in summary.changes.iter().filter(|change| is_load(change)) {
        let pair = (change.client, change.server);
        let moved =
            transfers.get(&(pair, is_firmware(change.verb))).and_then(|moved| moved_by(change, moved));
        let key = (pair, change.verb, change.outcome.as_str());
        let line = open.get(&key).and_then(|&at| lines.get_mut(at));
        match line.filter(|line| line.is_load_of(moved) && is_soon(line.last, change.at.time)) {
            Some(line) => line.add(change),
            None => {
                open.insert(key, lines.len());
                lines.push(Line { kind: Kind::Load(moved), ..Line::of(change) });
            }
        }
    }
    lines
}

/// What an operation moved: what was under way or came next, else what came last. `transfers` are in the order they ended.
fn moved_by<'a>(change: &Change, transfers: &[&'a Transferred]) -> Option<&'a Transferred> {
    let next = transfers.partition_point(|moved| moved.transfer.end < change.at);
    let coming = transfers.get(next).filter(|moved| is_soon(change.at.time, moved.transfer.start.time));
    let gone = || {
        transfers.get(next.checked_sub(1)?).filter(|moved| is_soon(moved.transfer.end.time, change.at.time))
    };
    coming.or_else(gone).copied()
}

fn is_firmware(verb: Verb) -> bool {
    verb == Verb::UpdateFirmware
}

fn is_soon(earlier: Timestamp, later: Timestamp) -> bool {
    later.since(earlier) <= ONE_LOAD_NANOS
}

impl<'a> Line<'a> {
    fn of(first: &'a Change) -> Self {
        let partly_listed = first.repeated > 0;
        let kind = if partly_listed { Kind::Various(told(&first.items)) } else { Kind::Same };
        Self { first, last: first.until, count: 1 + first.repeated, partly_listed, kind }
    }

    fn add(&mut self, change: &'a Change) {
        self.count += 1 + change.repeated;
        self.last = self.last.max(change.until);
        self.partly_listed |= change.repeated > 0;
        if self.partly_listed && matches!(self.kind, Kind::Same) {
            self.kind = Kind::Various(told(&self.first.items));
        }
    }

    fn is_load_of(&self, moved: Option<&Transferred>) -> bool {
        let Kind::Load(mine) = self.kind else { return false };
        match (mine, moved) {
            (Some(mine), Some(moved)) => std::ptr::eq(mine, moved),
            (None, None) => true,
            _ => false,
        }
    }
}
