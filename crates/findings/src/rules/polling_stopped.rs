use crate::{Found, Picture, Rule};
use quaywatch_model::{Address, Entry, FindingKind, Moment, Severity, Verb, is_of_controllers};
use std::collections::BTreeMap;

/// Who asks less often than this does not poll.
const MANY_READS: u64 = 20;
/// Who polls all the time has polled within so long of the capture's beginning, and for so long at least.
const BEGINS_WITHIN_NANOS: i64 = 60_000_000_000;
/// So long, and so many of its usual waits, is no pause: a panel's computer that is started anew takes three minutes.
const SILENT_NANOS: i64 = 300_000_000_000;
const SILENT_WAITS: i64 = 20;

pub(super) static RULE: Rule = Rule {
    name: "polling.stopped",
    title: "Somebody who polled a controller has fallen silent",
    kind: FindingKind::Activity,
    severity: "Medium.",
    meaning: "A machine that read a controller again and again since the capture began has stopped and not begun again in five \
              minutes, while the controller went on answering others. A panel that shows nothing any more is how people lose \
              sight of a crane; it may be switched off, broken, cut off or wiped.",
    limits: "Silent for who came after the capture had begun, as engineering stations do, for whoever begins again before the \
             capture ends, for polling that stops less than five minutes before, and where nobody else is answered any more: \
             then it is the controller or the capture. It does not tell why.",
    advice: "Look at the machine; if nobody switched it off, take it as evidence before it is started again.",
    techniques: &["T0829", "T0815", "T0826"],
    controls: &["33 CFR 101.650(h)(2)", "IEC 62443-3-3 SR 6.2", "IEC 62443-3-3 SR 7.1"],
    shown_by: "cases/finding-polling-stopped",
    silent_in: "cases/quiet-polling-pauses",
    look: |picture, found| {
        let mut polls: BTreeMap<(Address, Address), Polls> = BTreeMap::new();
        let mut answered: BTreeMap<Address, Vec<(Address, Moment)>> = BTreeMap::new();
        for entry in picture.entries.iter().filter(|entry| is_of_controllers(entry.protocol)) {
            if matches!(entry.verb, Verb::Read | Verb::Subscribe) {
                polls.entry((entry.client, entry.server)).or_insert_with(|| Polls::of(entry)).add(entry);
            }
            if matches!(entry.outcomes, [accepted, ..] if accepted > 0) {
                answered.entry(entry.server).or_default().push((entry.client, entry.last));
            }
        }
        for ((client, server), polls) in polls {
            let Some(silent_nanos) = polls.silent_nanos(picture) else { continue };
            let others = answered.get(&server).into_iter().flatten().filter(|(other, _)| *other != client);
            let is_answering = others.map(|(_, last)| picture.span.1.since(last.time)).min();
            if is_answering.is_some_and(|since| since < silent_nanos / 2) {
                found.push(polls.found(picture, [client, server], silent_nanos));
            }
        }
    },
};

/// What one machine asked of another, over and over.
struct Polls {
    count: u64,
    first: Moment,
    last: Moment,
}

impl Polls {
    const fn of(entry: &Entry) -> Self {
        Self { count: 0, first: entry.first, last: entry.last }
    }

    fn add(&mut self, entry: &Entry) {
        self.count += entry.count();
        self.first = self.first.min(entry.first);
        self.last = self.last.max(entry.last);
    }

    /// For how long somebody who polled all the time has been silent, if that is no pause.
    fn silent_nanos(&self, picture: &Picture<'_>) -> Option<i64> {
        let (begin, end) = picture.span;
        let (polled, silent) = (self.last.time.since(self.first.time), end.since(self.last.time));
        let wait = polled / i64::try_from(self.count).ok()?.max(1);
        let polls = self.count >= MANY_READS && polled >= BEGINS_WITHIN_NANOS;
        let is_there_always = self.first.time.since(begin) <= BEGINS_WITHIN_NANOS.max(wait.saturating_mul(3));
        let is_silent = silent >= SILENT_NANOS.max(wait.saturating_mul(SILENT_WAITS));
        (polls && is_there_always && is_silent).then_some(silent)
    }

    fn found(&self, picture: &Picture<'_>, subjects: [Address; 2], silent_nanos: i64) -> Found {
        let [client, server] = subjects.map(|subject| picture.named(subject));
        let wait_s = self.last.time.since(self.first.time) as f64 / 1e9 / self.count.max(1) as f64;
        Found {
            time: self.last.time,
            severity: Severity::Medium,
            title: format!("{client} has stopped asking {server}"),
            explanation: format!(
                "{} reads, one in {wait_s:.1} s, the last in frame {}; none in the {} minutes after it, while others were \
                 answered.",
                self.count,
                self.last.frame,
                silent_nanos / 60_000_000_000
            ),
            subjects: subjects.to_vec(),
            frames: vec![self.last.frame],
            count: 1,
        }
    }
}
