use crate::rule::counted;
use crate::{Found, Picture, Rule};
use quaywatch_model::{Address, FindingKind, Link, Moment, Outcome, Severity, Topic, Verb};
use std::collections::{BTreeMap, BTreeSet};

/// Protocols in which nobody has to show who he is, as they are used today.
const WITHOUT_PROOF: [&str; 8] = ["modbus", "umas", "s7comm", "enip", "cip", "pccc", "profinet", "mms"];

/// So many frames show that a controller was changed.
const MOST_FRAMES: usize = 4;

/// How a controller was changed, and by whom.
#[derive(Default)]
struct Open<'a> {
    protocols: BTreeSet<&'a str>,
    verbs: BTreeSet<Verb>,
    clients: BTreeSet<Address>,
    /// The first change of each kind.
    firsts: BTreeSet<Moment>,
    /// When it was changed, of what is listed one by one.
    listed: Vec<Moment>,
}

pub(super) static RULE: Rule = Rule {
    name: "engineering.unprotected",
    title: "A controller that takes changes without proof of who asks",
    kind: FindingKind::Exposure,
    severity: "High where program, mode or firmware can be changed that way; medium for values.",
    meaning: "The controller accepted changes over a protocol that neither encrypts nor asks who is there. Whoever can send \
              packets to it can do the same.",
    limits: "Told only for controllers that accepted a change in this capture; others may take them too. Address filters in \
             the controller or in a firewall do not show in a capture.",
    advice: "Let only the conduit's gateway reach the controller's engineering port; turn on access protection where the \
             controller has it.",
    techniques: &["T0855", "T0848"],
    controls: &[
        "33 CFR 101.650(c)(2)",
        "33 CFR 101.650(h)(1)",
        "IEC 62443-3-3 SR 1.2",
        "IEC 62443-3-3 SR 5.2",
    ],
    shown_by: "cases/s7comm-stop",
    silent_in: "cases/s7comm-identify",
    look: |picture, found| {
        let mut open: BTreeMap<Address, Open<'_>> = BTreeMap::new();
        for entry in picture.entries.iter().filter(|entry| entry.verb.changes()) {
            let [accepted, ..] = entry.outcomes;
            if accepted == 0 || !is_unprotected(picture, entry.protocol, [entry.client, entry.server]) {
                continue;
            }
            let server = open.entry(entry.server).or_default();
            server.protocols.insert(entry.protocol);
            server.verbs.insert(entry.verb);
            server.clients.insert(entry.client);
            server.firsts.insert(entry.first);
        }
        // What was refused, or said in another protocol, shows nothing of the kind.
        for change in picture.changes.iter().filter(|change| change.outcome == Outcome::Accepted) {
            let Some(server) = open.get_mut(&change.server) else { continue };
            if server.listed.len() < MOST_FRAMES
                && is_unprotected(picture, change.protocol, [change.client, change.server])
            {
                server.listed.push(change.at);
            }
        }
        for (server, Open { protocols, verbs, clients, firsts, mut listed }) in open {
            // Of very many changes in a capture not all are listed.
            if listed.is_empty() {
                listed.extend(firsts.into_iter().take(MOST_FRAMES));
            }
            let only_values = verbs.iter().all(|verb| *verb == Verb::Write);
            let words: Vec<&str> = verbs.iter().map(|verb| verb.as_str()).collect();
            let spoken: Vec<&str> = protocols.into_iter().collect();
            found.push(Found {
                time: listed.first().map_or(picture.span.0, |at| at.time),
                severity: if only_values { Severity::Medium } else { Severity::High },
                title: format!("{} takes changes without proof of who asks", picture.named(server)),
                explanation: format!(
                    "It accepted {} over {}, from {}.",
                    words.join(", "),
                    spoken.join(", "),
                    counted(clients.len() as u64, "machine")
                ),
                subjects: vec![server],
                frames: listed.iter().map(|at| at.frame).collect(),
                count: clients.len() as u64,
            });
        }
    },
};

/// Whether a client changes a server in this protocol without showing who it is.
fn is_unprotected(picture: &Picture<'_>, protocol: &str, [client, server]: [Address; 2]) -> bool {
    WITHOUT_PROOF.contains(&protocol)
        || protocol == "opcua" && anonymous(picture.links_between(client, server))
}

/// Whether a session of OPC UA was neither signed nor of a known user.
fn anonymous(links: &[Link]) -> bool {
    links.iter().any(|link| {
        let says = |topic, word: &str| link.notes.iter().any(|note| note.topic == topic && note.text == word);
        says(Topic::Protection, "None") || says(Topic::Authentication, "anonymous")
    })
}
