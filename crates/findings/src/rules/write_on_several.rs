use crate::{Found, Rule};
use quaywatch_model::{Address, Change, FindingKind, Severity};
use std::collections::{BTreeMap, BTreeSet};

/// The same change on so many controllers is no coincidence.
const SEVERAL: usize = 3;

pub(super) static RULE: Rule = Rule {
    name: "write.on_several",
    title: "The same change on several controllers",
    kind: FindingKind::Activity,
    severity: "High.",
    meaning: "One machine made the same change, with the same values, on three or more controllers. That is how a fleet is \
              maintained, and how malware works down a list of targets.",
    limits: "Silent for fewer than three controllers. Compares the first items of each change as they are listed.",
    advice: "Find the work order that covers all of these controllers; else treat all of them as touched.",
    techniques: &["T0855", "T0848"],
    controls: &["33 CFR 101.650(h)(2)", "IEC 62443-3-3 SR 2.1"],
    shown_by: None,
    silent_in: Some("samples/quay.pcap"),
    look: |picture, found| {
        let mut alike: BTreeMap<(Address, &str, &str, &[String]), Vec<&Change>> = BTreeMap::new();
        for change in picture.changes.iter().filter(|change| !change.items.is_empty()) {
            let key = (change.client, change.protocol, change.function.as_str(), change.items.as_slice());
            alike.entry(key).or_default().push(change);
        }
        for ((client, _, function, items), changes) in alike {
            let servers: BTreeSet<Address> = changes.iter().map(|change| change.server).collect();
            if servers.len() < SEVERAL {
                continue;
            }
            let names: Vec<String> = servers.iter().map(|server| picture.named(*server)).collect();
            found.push(Found {
                time: changes.iter().map(|change| change.at.time).min().unwrap_or_default(),
                severity: Severity::High,
                title: format!(
                    "{} made the same change on {} controllers",
                    picture.named(client),
                    servers.len()
                ),
                explanation: format!("{function} {:?} on {}.", items.join("; "), names.join(", ")),
                subjects: std::iter::once(client).chain(servers).collect(),
                frames: changes.iter().map(|change| change.at.frame).collect(),
                count: changes.len() as u64,
            });
        }
    },
};
