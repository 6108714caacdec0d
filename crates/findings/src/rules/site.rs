//! Rules that only speak where a site file says what is approved.

use super::deeds::described;
use crate::rule::counted;
use crate::{BrokenWrite, Found, Picture, Rule};
use quaywatch_model::{Address, FindingKind, Link, Moment, Severity, Verb};
use std::collections::{BTreeMap, BTreeSet};

pub(super) static ASSET: Rule = Rule {
    name: "asset.undeclared",
    title: "A device that the site does not declare",
    kind: FindingKind::Activity,
    severity: "High on a crane; medium elsewhere.",
    meaning: "A device spoke that is not in the site's list of approved assets. Undocumented modems are found like that.",
    limits: "Only with a site file that has assets. Silent for public addresses, and for devices that say nothing.",
    advice: "Find the device and who put it there; declare it or take it off the network.",
    techniques: &["T0864", "T0860"],
    controls: &["33 CFR 101.650(b)(1)", "33 CFR 101.650(b)(3)", "IEC 62443-3-3 SR 7.8"],
    shown_by: "cases/finding-asset-undeclared",
    silent_in: "cases/quiet-declared",
    look: |picture, found| {
        if picture.site.assets().is_empty() {
            return;
        }
        for asset in picture.assets.iter().filter(|asset| asset.declared == Some(false)) {
            let Some(&address) = asset.addresses.first() else { continue };
            let severity = if asset.crane.is_some() { Severity::High } else { Severity::Medium };
            let place = asset.zone.as_ref().or(asset.crane.as_ref());
            let place = place.map_or(String::new(), |place| format!(" in {place:?}"));
            let roles: Vec<&str> = asset.roles.iter().map(|role| role.as_str()).collect();
            let maker = asset.maker.as_ref().map_or(String::new(), |maker| format!(" Made by {maker:?}."));
            found.push(Found {
                time: asset.first_seen,
                severity,
                title: format!("{} is not declared{place}", picture.named(address)),
                explanation: format!(
                    "It acts as: {}.{maker}",
                    if roles.is_empty() { "unknown".into() } else { roles.join(", ") }
                ),
                subjects: asset.addresses.clone(),
                frames: std::iter::once(asset.first_frame)
                    .chain(asset.evidence.iter().map(|evidence| evidence.frame))
                    .filter(|frame| *frame > 0)
                    .collect(),
                count: 1,
            });
        }
    },
};

pub(super) static WRITE: Rule = Rule {
    name: "write.not_permitted",
    title: "A write that the site does not permit",
    kind: FindingKind::Activity,
    severity: "High; medium for objects that no tag map names, as the map may lack them.",
    meaning: "A machine wrote values into a controller, or tried to, without being among those whom the site names for it, or \
              on another crane than its own, or another tag, or a value outside the range that the site gives, or, being limited to certain tags, to an \
              object that no tag map names: what a map lacks is a spare word, or what somebody wants to be overlooked.",
    limits: "Only with a site file, and only for controllers its writers speak of. Of an object that no tag map names only \
             who writes is judged, and whether he is limited to tags; not at all where the controller has no tag map. Program, firmware, modes and forces have \
             findings of their own, which say what the site does not permit.",
    advice: "Find out who did it; undo the change; add the writer only if it should stand.",
    techniques: &["T0855", "T0836", "T0848"],
    controls: &["33 CFR 101.650(a)(5)", "IEC 62443-3-3 SR 2.1"],
    shown_by: "cases/finding-write-not-permitted",
    silent_in: "cases/quiet-declared",
    look: |picture, found| {
        let mut causes: BTreeMap<(Option<[Address; 2]>, String), Cause> = BTreeMap::new();
        // Who may write at all is judged of everything that was counted, not only of what is listed one by one.
        for entry in picture.entries.iter().filter(|entry| entry.verb == Verb::Write) {
            let Some(why) = picture.denied(entry.client, entry.server, entry.verb) else { continue };
            let cause = causes.entry((Some([entry.client, entry.server]), why)).or_default();
            cause.add(entry.first, entry.count(), &[entry.first.frame]);
        }
        for change in picture.changes.iter().filter(|change| change.verb == Verb::Write) {
            let Some(why) = picture.denied(change.client, change.server, change.verb) else { continue };
            let cause = causes.entry((Some([change.client, change.server]), why)).or_default();
            cause.frames.push(change.at.frame);
            cause.tell(|| described(change));
        }
        for breach in picture.breaches {
            let denied = |[client, server]: [Address; 2]| picture.denied(client, server, breach.verb);
            if breach.pair.and_then(denied).is_some() {
                continue;
            }
            let why = if breach.is_named {
                breach.why.clone()
            } else {
                format!("{}, and no tag map names what was written", breach.why)
            };
            let cause = causes.entry((breach.pair, why)).or_default();
            cause.is_unnamed |= !breach.is_named;
            cause.add(breach.first, breach.count, &breach.frames);
            for write in &breach.writes {
                cause.tell(|| told(write));
                cause.written.get_or_insert_with(|| valued(write));
            }
        }
        found.extend(causes.into_iter().map(|((pair, why), cause)| cause.found(picture, pair, &why)));
    },
};

/// So many writes of one cause are described.
const MOST_DESCRIBED: usize = 3;

/// What one machine wrote to another without being allowed to, for one reason.
#[derive(Default)]
struct Cause {
    /// Whether it is about objects that no tag map names.
    is_unnamed: bool,
    first: Option<Moment>,
    count: u64,
    frames: Vec<u64>,
    told: Vec<String>,
    /// What was written first, where it is known: `Par.Overload = 110`.
    written: Option<String>,
}

impl Cause {
    fn add(&mut self, first: Moment, count: u64, frames: &[u64]) {
        self.first = Some(self.first.map_or(first, |known| known.min(first)));
        self.count += count;
        self.frames.extend(frames);
    }

    fn tell(&mut self, described: impl FnOnce() -> String) {
        if self.told.len() < MOST_DESCRIBED {
            self.told.push(described());
        }
    }

    fn found(self, picture: &Picture<'_>, pair: Option<[Address; 2]>, why: &str) -> Found {
        let title = match pair {
            Some([client, server]) => {
                let what = self.written.map_or(String::new(), |what| format!(" {what}"));
                let more = if self.count > 1 { format!(", {} times", self.count) } else { String::new() };
                format!(
                    "{} wrote{what} to {} without permission{more}",
                    picture.named(client),
                    picture.named(server)
                )
            }
            None => "Others than those told one by one wrote without permission".to_owned(),
        };
        Found {
            time: self.first.unwrap_or_default().time,
            severity: if self.is_unnamed { Severity::Medium } else { Severity::High },
            title,
            explanation: format!("{why}. {}", self.told.join(" ")),
            subjects: pair.into_iter().flatten().collect(),
            frames: self.frames,
            count: self.count,
        }
    }
}

/// `Par.Overload = 110 -> accepted in frame 160004.`
fn told(write: &BrokenWrite) -> String {
    format!("{} -> {} in frame {}.", valued(write), write.outcome.as_str(), write.at.frame)
}

/// `Par.Overload = 110`
fn valued(BrokenWrite { tag, number, .. }: &BrokenWrite) -> String {
    let value = number.map_or(String::new(), |number| format!(" = {number}"));
    format!("{tag}{value}")
}

pub(super) static CONDUIT: Rule = Rule {
    name: "conduit.crossed",
    title: "A conversation between zones that no conduit allows",
    kind: FindingKind::Activity,
    severity: "High into a crane's zones; medium else.",
    meaning: "Machines of two zones spoke in a way that none of the site's conduits allows. Zones protect only as far as the \
              ways between them are known.",
    limits: "Only with a site file that has zones and conduits; silent where either machine is in no zone, and for attempts \
             that got no answer.",
    advice: "Close the way in the firewall, or declare the conduit with its reason.",
    techniques: &["T0886", "T0884"],
    controls: &["33 CFR 101.650(h)(1)", "IEC 62443-3-3 SR 5.1", "IEC 62443-3-3 SR 5.2"],
    shown_by: "cases/finding-conduit-crossed",
    silent_in: "cases/quiet-declared",
    look: |picture, found| {
        let answered = |link: &&Link| link.packets.iter().all(|packets| *packets > 0);
        // All that one machine says into one zone is one cause.
        let mut causes: BTreeMap<_, Vec<&Link>> = BTreeMap::new();
        for link in picture.links.iter().filter(answered) {
            let [from, to] = [link.client, link.server].map(|address| picture.site.party(address));
            if picture.site.may_pass(&from, &to, link.protocol, None).is_denied() {
                let zone = |id| picture.site.zone(id).map_or("", |zone| zone.name.as_str());
                let zones = [from.zone, to.zone].map(|id| id.map_or("", zone));
                causes.entry((link.client, zones, to.crane.is_some())).or_default().push(link);
            }
        }
        for ((client, [from_zone, to_zone], on_crane), links) in causes {
            let servers: BTreeSet<Address> = links.iter().map(|link| link.server).collect();
            let protocols: BTreeSet<&str> = links.iter().map(|link| link.protocol).collect();
            let Some(server) = servers.first() else { continue };
            let others =
                if servers.len() > 1 { format!(" and {} more", servers.len() - 1) } else { String::new() };
            let conversations = links.iter().map(|link| link.conversations).sum();
            found.push(Found {
                time: links.iter().map(|link| link.first.time).min().unwrap_or_default(),
                severity: if on_crane { Severity::High } else { Severity::Medium },
                title: format!(
                    "{} in {from_zone:?} speaks {} with {}{others} in {to_zone:?}",
                    picture.named(client),
                    protocols.into_iter().collect::<Vec<_>>().join(", "),
                    picture.named(*server)
                ),
                explanation: format!("{}; no conduit allows that.", counted(conversations, "conversation")),
                subjects: std::iter::once(client).chain(servers).collect(),
                frames: links.iter().map(|link| link.first.frame).collect(),
                count: conversations,
            });
        }
    },
};
