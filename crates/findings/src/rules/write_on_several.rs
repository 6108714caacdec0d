use crate::{Found, Rule};
use foldhash::fast::FixedState;
use hashbrown::HashMap;
use quaywatch_model::{Address, Change, FindingKind, Severity, Verb, is_of_controllers};
use std::collections::{BTreeMap, BTreeSet};

/// The same change on so many controllers is no coincidence.
const SEVERAL: usize = 3;
/// What is done so often on each of them is a habit: a sign of life, a lamp, the time of day.
const HABIT: usize = 4;
/// So many of the changes are described.
const MOST_DESCRIBED: usize = 3;

pub(super) static RULE: Rule = Rule {
    name: "write.on_several",
    title: "The same change on several controllers",
    kind: FindingKind::Activity,
    severity: "High.",
    meaning: "One machine made the same change, with the same values, on three or more controllers. That is how a fleet is \
              maintained, and how malware works down a list of targets.",
    limits: "Silent for fewer than three controllers, for what is written again and again, and for the parameters that a \
             PROFINET connection begins with. Compares the first items of each change as they are listed.",
    advice: "Find the work order that covers all of these controllers; else treat all of them as touched.",
    techniques: &["T0855", "T0848"],
    controls: &["33 CFR 101.650(h)(2)", "IEC 62443-3-3 SR 2.1"],
    shown_by: "cases/finding-write-on-several",
    silent_in: "samples/quay.pcap",
    look: |picture, found| {
        let mut alike: HashMap<Kind<'_>, Vec<&Change>, FixedState> = HashMap::default();
        for change in picture.changes.iter().filter(|change| is_compared(change)) {
            let key = (change.client, change.protocol, change.function.as_str(), change.items.as_slice());
            alike.entry(key).or_default().push(change);
        }
        // Most were made on one controller only; those that are left are told in order.
        let mut alike: Vec<(Kind<'_>, Vec<&Change>)> =
            alike.into_iter().filter(|(_, changes)| is_on_several(changes)).collect();
        alike.sort_unstable_by_key(|(kind, _)| *kind);
        // All that one machine did alike in one way is one cause.
        let mut causes: BTreeMap<(Address, &str, &str), Vec<Vec<&Change>>> = BTreeMap::new();
        for ((client, protocol, function, _), changes) in alike {
            causes.entry((client, protocol, function)).or_default().push(changes);
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

/// Who did what over which protocol, and with which values.
type Kind<'a> = (Address, &'a str, &'a str, &'a [String]);

fn is_on_several(changes: &[&Change]) -> bool {
    if changes.len() < SEVERAL {
        return false;
    }
    let servers = servers(changes).len();
    servers >= SEVERAL && changes.len() < servers * HABIT
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
