use super::deeds::described;
use crate::rule::counted;
use crate::{Found, Rule};
use foldhash::fast::FixedState;
use hashbrown::HashMap;
use quaywatch_model::{Address, Change, FindingKind, Moment, Severity, Verb, is_of_controllers};
use std::collections::BTreeMap;

/// Who reads less than this is no watcher.
const MANY_READS: u64 = 50;
/// Who writes more often than once in so many reads writes as a habit.
const READS_FOR_A_WRITE: u64 = 50;

pub(super) static RULE: Rule = Rule {
    name: "write.by_reader",
    title: "A write by somebody who otherwise only reads",
    kind: FindingKind::Activity,
    severity: "Medium.",
    meaning: "A machine that reads a controller all the time has written to it, once or a few times. Panels write every day, \
              monitoring systems never should; a single write among thousands of reads is worth a question.",
    limits: "Silent for machines that write as a habit, more often than once in 50 reads, for controllers read fewer than 50 \
             times in the capture, and for whom the site names as a writer of this controller: what it may not write is \
             write.not_permitted.",
    advice: "Ask who needs that write; if nobody does, let the monitoring system read only.",
    techniques: &["T0855", "T0836"],
    controls: &["33 CFR 101.650(a)(5)", "IEC 62443-3-3 SR 2.1"],
    shown_by: "cases/finding-write-by-reader",
    silent_in: "cases/quiet-reader",
    look: |picture, found| {
        let mut done: HashMap<(Address, Address), Done, FixedState> = HashMap::default();
        for entry in picture.entries.iter().filter(|entry| is_of_controllers(entry.protocol)) {
            let done = done.entry((entry.client, entry.server)).or_default();
            match entry.verb {
                Verb::Read | Verb::Subscribe => done.reads += entry.count(),
                Verb::Write | Verb::Force => {
                    done.writes += entry.count();
                    done.first = done.first.into_iter().chain([entry.first]).min();
                }
                _ => {}
            }
        }
        // Few are left of many; these are told in order.
        let is_odd = |((client, server), done): &((Address, Address), Done)| {
            done.is_a_readers() && !picture.is_named_writer(*client, *server)
        };
        let done: BTreeMap<_, _> = done.into_iter().filter(is_odd).collect();
        let mut listed: BTreeMap<(Address, Address), Vec<&Change>> = BTreeMap::new();
        for change in picture.changes.iter().filter(|change| is_of_controllers(change.protocol)) {
            let pair = (change.client, change.server);
            if matches!(change.verb, Verb::Write | Verb::Force) && done.contains_key(&pair) {
                listed.entry(pair).or_default().push(change);
            }
        }
        for ((client, server), Done { reads, writes, first }) in done {
            let listed = listed.remove(&(client, server)).unwrap_or_default();
            let first = first.unwrap_or_default();
            let frames = listed.iter().flat_map(|change| change.frames.into_iter().flatten());
            let told: String =
                listed.iter().take(3).map(|change| format!(" {}", described(change))).collect();
            found.push(Found {
                time: first.time,
                severity: Severity::Medium,
                title: format!(
                    "{} reads {} and has now written to it",
                    picture.named(client),
                    picture.named(server)
                ),
                explanation: format!("{} among {reads} reads.{told}", counted(writes, "write")),
                subjects: vec![client, server],
                frames: std::iter::once(first.frame).chain(frames).collect(),
                count: writes,
            });
        }
    },
};

/// What one machine did to another.
#[derive(Default)]
struct Done {
    reads: u64,
    writes: u64,
    /// The first write.
    first: Option<Moment>,
}

impl Done {
    /// Whether it is what somebody does who otherwise only reads.
    const fn is_a_readers(&self) -> bool {
        self.writes > 0 && self.reads >= MANY_READS && self.reads >= self.writes * READS_FOR_A_WRITE
    }
}
