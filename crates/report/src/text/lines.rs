//! Which changes are told together in one line.

use quaywatch_model::{
    Address, Change, Direction, Entry, Outcome, Timestamp, TransferKind, Transferred, Verb,
};
use quaywatch_sensor::Summary;
use std::collections::BTreeMap;

/// From so many different writes on, those between two hosts by one function are one line: an operator station
/// writes all day long.
const MOST_WRITES_APART: usize = 4;
/// Operations that load a program belong together if they follow one another within so many nanoseconds of packet
/// time: a station that waits longer is doing something else.
const ONE_LOAD_NANOS: i64 = 60_000_000_000;

/// A line of the list: a change, or several that are one to whoever reads it.
pub(super) struct Line<'a> {
    pub(super) first: &'a Change,
    pub(super) last: Timestamp,
    pub(super) count: u64,
    /// There were more, of which it is not known whether they belong to this line.
    pub(super) at_least: bool,
    /// Some of it is counted and not listed: it may be of more objects than are known.
    pub(super) partly_listed: bool,
    pub(super) kind: Kind<'a>,
}

/// Why changes are one line.
pub(super) enum Kind<'a> {
    /// They are the same but for the time.
    Same,
    /// They are by one function, of these objects; what they say differs, or is not known of all.
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
        let mut lines: Vec<Line<'_>> =
            summary.changes.iter().map(|change| Line::of(change, Kind::Same)).collect();
        count_unlisted(&mut lines, summary);
        return lines;
    }
    let mut lines = loads(summary);
    lines.extend(writes(runs(summary.changes.iter().filter(|change| !is_load(change)))));
    lines.sort_by_key(|line| line.first.at);
    count_unlisted(&mut lines, summary);
    lines
}

/// Neighbours that are the same but for the time.
fn runs<'a>(changes: impl Iterator<Item = &'a Change>) -> Vec<Line<'a>> {
    let mut runs: Vec<Line<'a>> = Vec::new();
    for change in changes {
        match runs.last_mut().filter(|run| is_same(run.first, change)) {
            Some(run) => run.add(change),
            None => runs.push(Line::of(change, Kind::Same)),
        }
    }
    runs
}

fn is_same(a: &Change, b: &Change) -> bool {
    (a.client, a.server, a.verb, &a.function, a.unit, &a.items, a.outcome, &a.code)
        == (b.client, b.server, b.verb, &b.function, b.unit, &b.items, b.outcome, &b.code)
}

/// Puts many writes by one function between two hosts together.
fn writes(runs: Vec<Line<'_>>) -> Vec<Line<'_>> {
    let key = |change: &Change| (change.client, change.server, change.unit, change.outcome.as_str());
    let mut different: BTreeMap<_, usize> = BTreeMap::new();
    for run in runs.iter().filter(|run| run.first.verb == Verb::Write) {
        *different.entry((key(run.first), &run.first.function)).or_default() += 1;
    }
    let mut lines: Vec<Line<'_>> = Vec::new();
    let mut together: BTreeMap<_, usize> = BTreeMap::new();
    for mut run in runs {
        let group = (key(run.first), &run.first.function);
        if different.get(&group).is_none_or(|&count| count <= MOST_WRITES_APART) {
            lines.push(run);
            continue;
        }
        match together.get(&group).and_then(|&at| lines.get_mut(at)) {
            Some(Line { last, count, kind: Kind::Various(known), .. }) => {
                (*last, *count) = (run.last, *count + run.count);
                tell(known, &run.first.items);
            }
            _ => {
                together.insert(group, lines.len());
                run.kind = Kind::Various(told(&run.first.items));
                lines.push(run);
            }
        }
    }
    lines
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
        let (object, value) = match item.split_once(" = ") {
            Some((object, value)) => (object, Some(value)),
            None => (item.as_str(), None),
        };
        let said = known.entry(object).or_insert(Said { first: value, last: value, several: false });
        said.several |= said.last != value;
        said.last = value;
    }
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
                lines.push(Line::of(change, Kind::Load(moved)));
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
    const fn of(first: &'a Change, kind: Kind<'a>) -> Self {
        Self { first, last: first.at.time, count: 1, at_least: false, partly_listed: false, kind }
    }

    const fn add(&mut self, change: &Change) {
        self.count += 1;
        self.last = change.at.time;
    }

    fn is_load_of(&self, moved: Option<&Transferred>) -> bool {
        let Kind::Load(mine) = self.kind else { return false };
        match (mine, moved) {
            (Some(mine), Some(moved)) => std::ptr::eq(mine, moved),
            (None, None) => true,
            _ => false,
        }
    }

    /// What tells to which entries of the ledger the line's changes were counted.
    fn family(&self) -> Family<'a> {
        let Change { client, server, protocol, verb, .. } = *self.first;
        let function = (!matches!(self.kind, Kind::Load(_))).then_some(self.first.function.as_str());
        (client, server, protocol, verb, function)
    }
}

type Family<'a> = (Address, Address, &'static str, Verb, Option<&'a str>);

/// Of many changes only the first are listed; how many there were in all is known by function. They are counted to
/// the one line there is, or said to be somewhere among several.
fn count_unlisted(lines: &mut [Line<'_>], summary: &Summary) {
    if summary.changes_not_listed == 0 {
        return;
    }
    let mut families: BTreeMap<Family<'_>, (u64, usize)> = BTreeMap::new();
    for line in lines.iter() {
        let (listed, number) = families.entry(line.family()).or_default();
        (*listed, *number) = (*listed + line.count, *number + 1);
    }
    let mut counted: BTreeMap<Family<'_>, (u64, Option<Timestamp>)> = BTreeMap::new();
    for entry in summary.entries.iter().filter(|entry| entry.verb.changes()) {
        let Entry { client, server, protocol, verb, last, .. } = *entry;
        let [accepted, refused, unanswered, unseen] = entry.outcomes;
        let loads = if is_loading(verb) { accepted + unseen } else { 0 };
        let others = if is_loading(verb) { refused + unanswered } else { entry.count() };
        for (function, more) in [(Some(entry.function.as_str()), others), (None, loads)] {
            let (count, until) = counted.entry((client, server, protocol, verb, function)).or_default();
            (*count, *until) = (*count + more, (*until).max(Some(last)));
        }
    }
    for line in lines {
        let family = line.family();
        let &(listed, number) = families.get(&family).unwrap_or(&(0, 0));
        let &(count, until) = counted.get(&family).unwrap_or(&(0, None));
        let unlisted = count.saturating_sub(listed);
        if unlisted > 0 && number == 1 {
            line.count += unlisted;
            line.partly_listed = true;
            line.last = until.map_or(line.last, |until| until.max(line.last));
            if matches!(line.kind, Kind::Same) {
                line.kind = Kind::Various(told(&line.first.items));
            }
        } else {
            line.at_least = unlisted > 0;
        }
    }
}
