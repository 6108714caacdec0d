use crate::rule::counted;
use crate::{Found, Rule};
use quaywatch_model::{Address, FindingKind, Link, Role, Severity};
use std::collections::BTreeMap;

/// So many connections to one door of a controller are more than its clients need: small ones serve eight or sixteen.
const MANY_CONNECTIONS: u64 = 50;
/// So many of them in vain, one after another within so long on the average, are no client that tries again: those wait.
const MANY_REFUSED: u64 = 20;
const SOON_NANOS: i64 = 2_000_000_000;

pub(super) static RULE: Rule = Rule {
    name: "connections.flood",
    title: "A controller is asked for more connections than it has",
    kind: FindingKind::Activity,
    severity: "High.",
    meaning: "One machine opened fifty or more connections to one port of a controller, and twenty or more of them were refused or \
              not answered, within two seconds of each other. A controller serves few clients at a time: while its places are \
              taken, panels and management find none.",
    limits: "Counts one machine; several that share the work stay below. Silent for clients that try again every few seconds, and \
             for servers that are no controllers.",
    advice: "Find the machine and take it off the network; then see whether panels have come back.",
    techniques: &["T0814", "T0815"],
    controls: &["33 CFR 101.650(h)(2)", "IEC 62443-3-3 SR 7.1", "IEC 62443-3-3 SR 5.2"],
    shown_by: "cases/finding-connections-flood",
    silent_in: "cases/quiet-panel-tries-again",
    look: |picture, found| {
        let mut doors: BTreeMap<(Address, Address, u16), Vec<&Link>> = BTreeMap::new();
        for link in picture.links.iter().filter(|link| link.server_port != 0) {
            doors.entry((link.client, link.server, link.server_port)).or_default().push(link);
        }
        for ((client, server, port), links) in doors {
            let count = links.iter().map(|link| link.conversations).sum();
            let is_controller = || picture.has_role(server, Role::Controller);
            if count < MANY_CONNECTIONS || !links.iter().any(|link| is_rush(link)) || !is_controller() {
                continue;
            }
            let failed: u64 = links.iter().map(|link| link.failed).sum();
            let attempts = picture.searches.iter().filter(|search| search.client == client);
            let attempts = attempts.flat_map(|search| search.frames.iter().copied());
            found.push(Found {
                time: links.iter().map(|link| link.first.time).min().unwrap_or_default(),
                severity: Severity::High,
                title: format!(
                    "{} opened {count} connections to port {port} of {}",
                    picture.named(client),
                    picture.named(server)
                ),
                explanation: format!("{} came to nothing.", counted(failed, "connection")),
                subjects: vec![client, server],
                frames: links.iter().map(|link| link.first.frame).chain(attempts).collect(),
                count,
            });
        }
    },
};

/// Whether its attempts in vain follow upon each other.
fn is_rush(link: &Link) -> bool {
    let span_nanos = link.last.since(link.first.time);
    link.failed >= MANY_REFUSED
        && i64::try_from(link.failed).is_ok_and(|failed| span_nanos / failed <= SOON_NANOS)
}
