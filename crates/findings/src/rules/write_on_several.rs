use crate::{Found, Picture, Rule};
use quaywatch_model::{Address, Change, FindingKind, Severity, Verb, is_of_controllers};
use std::collections::{BTreeMap, BTreeSet};

/// The same change on so many controllers is no coincidence.
const SEVERAL: usize = 3;
/// What is written so often, with whatever value, is written as a habit: a sign of life, a lamp, the time of day.
const HABIT: u64 = 4;
/// A capture has to show so many nanoseconds before a habit can be told from an act: what is written every ten seconds looks
/// like one act in a capture of one.
const SHORTEST_SPAN_NANOS: i64 = 60_000_000_000;
/// So many of the changes are described.
const MOST_DESCRIBED: usize = 3;

pub(super) static RULE: Rule = Rule {
    name: "write.on_several",
    title: "The same change on several controllers",
    kind: FindingKind::Activity,
    severity: "High.",
    meaning: "One machine made the same change, with the same values, on three or more controllers. That is how a fleet is \
              maintained, and how malware works down a list of targets.",
    limits: "Silent for fewer than three controllers, for objects that are written again and again, whatever the value, in captures \
             of less than a minute, in which a habit looks like an act, and for the parameters that a \
             PROFINET connection begins with. Compares the first items of each change as they are listed.",
    advice: "Find the work order that covers all of these controllers; else treat all of them as touched.",
    techniques: &["T0855", "T0848"],
    controls: &["33 CFR 101.650(h)(2)", "IEC 62443-3-3 SR 2.1"],
    shown_by: "cases/finding-write-on-several",
    silent_in: "samples/mixed-crane",
    look: |picture, found| {
        if picture.span.1.since(picture.span.0) < SHORTEST_SPAN_NANOS {
            return;
        }
        let habits = habits(picture);
        let mut alike: BTreeMap<(Address, &str, &str, &[String]), Vec<&Change>> = BTreeMap::new();
        for change in picture.changes.iter().filter(|change| is_compared(change)) {
            if habits.get(&object(change)).is_some_and(|count| *count >= HABIT) {
                continue;
            }
            let key = (change.client, change.protocol, change.function.as_str(), change.items.as_slice());
            alike.entry(key).or_default().push(change);
        }
        // All that one machine did alike in one way is one cause.
        let mut causes: BTreeMap<(Address, &str, &str), Vec<Vec<&Change>>> = BTreeMap::new();
        for ((client, protocol, function, _), changes) in alike {
            if servers(&changes).len() >= SEVERAL {
                causes.entry((client, protocol, function)).or_default().push(changes);
            }
        }
        for ((client, _, function), groups) in causes {
            let changes: Vec<&Change> = groups.iter().flatten().copied().collect();
            let servers = servers(&changes);
            let names: Vec<String> = servers.iter().map(|server| picture.named(*server)).collect();
            let firsts = groups.iter().filter_map(|group| group.first()).take(MOST_DESCRIBED);
            let items: Vec<String> = firsts.map(|change| format!("{:?}", change.items.join("; "))).collect();
            found.push(Found {
                time: changes.iter().map(|change| change.at.time).min().unwrap_or_default(),
                severity: Severity::High,
                title: format!(
                    "{} made the same change on {} controllers",
                    picture.named(client),
                    servers.len()
                ),
                explanation: format!("{function} {} on {}.", items.join(", "), names.join(", ")),
                subjects: std::iter::once(client).chain(servers).collect(),
                frames: changes.iter().map(|change| change.at.frame).collect(),
                count: changes.len() as u64,
            });
        }
    },
};

/// What a change is of: client, server, function and the names of its items.
type Object<'a> = (Address, Address, &'a str, Vec<&'a str>);

fn object(change: &Change) -> Object<'_> {
    let names =
        change.items.iter().map(|item| item.split_once(" = ").map_or(item.as_str(), |(name, _)| name));
    (change.client, change.server, change.function.as_str(), names.collect())
}

/// How often every object was written.
fn habits<'a>(picture: &Picture<'a>) -> BTreeMap<Object<'a>, u64> {
    let mut counts = BTreeMap::new();
    for change in picture.changes.iter().filter(|change| is_compared(change)) {
        *counts.entry(object(change)).or_default() += 1 + change.repeated;
    }
    counts
}

/// Whether a change is one of a controller that the same on another would be told for. Whoever opens a PROFINET connection
/// writes its parameters first (IEC 61158-6-10), the same into all devices of a kind.
fn is_compared(change: &Change) -> bool {
    let parametrises = change.protocol == "profinet-cm" && change.verb == Verb::Write;
    is_of_controllers(change.protocol) && !change.items.is_empty() && !parametrises
}

fn servers(changes: &[&Change]) -> BTreeSet<Address> {
    changes.iter().map(|change| change.server).collect()
}
