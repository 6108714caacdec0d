//! Rules that only speak where a site file says what is approved.

use super::deeds::described;
use crate::rule::counted;
use crate::{Found, Picture, Rule};
use quaywatch_model::{Address, FindingKind, Link, Severity, TagWrite, Verb};
use quaywatch_site::Permit;
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
    severity: "High.",
    meaning: "A machine wrote values into a controller, or tried to, without being among those whom the site names for it, or \
              on another crane than its own, or another tag, or a value outside the range that the site gives.",
    limits: "Only with a site file, and only for controllers its writers speak of. Program, firmware, modes and forces have \
             findings of their own, which say what the site does not permit.",
    advice: "Find out who did it; undo the change; add the writer only if it should stand.",
    techniques: &["T0855", "T0836", "T0848"],
    controls: &["33 CFR 101.650(a)(5)", "IEC 62443-3-3 SR 2.1"],
    shown_by: "cases/finding-write-not-permitted",
    silent_in: "cases/quiet-declared",
    look: |picture, found| {
        type Cause = (Address, Address, String);
        let mut causes: BTreeMap<Cause, Vec<String>> = BTreeMap::new();
        let mut places: BTreeMap<Cause, (quaywatch_model::Moment, Vec<u64>, u64)> = BTreeMap::new();
        for change in picture.changes.iter().filter(|change| change.verb == Verb::Write) {
            let Some(why) = picture.denied(change.client, change.server, change.verb) else { continue };
            let key = (change.client, change.server, why);
            let (_, frames, count) = places.entry(key.clone()).or_insert((change.at, Vec::new(), 0));
            frames.push(change.at.frame);
            *count += 1;
            causes.entry(key).or_default().push(described(change));
        }
        for write in picture.tag_writes {
            let Some(why) = denied_tag(picture, write) else { continue };
            let key = (write.client, write.server, why);
            let (_, frames, count) = places.entry(key.clone()).or_insert((write.at, Vec::new(), 0));
            frames.push(write.at.frame);
            *count += 1;
            let value = write.number.map_or(String::new(), |number| format!(" = {number}"));
            let outcome = write.outcome.as_str();
            let told = format!("{}{value} -> {outcome} in frame {}.", write.tag, write.at.frame);
            causes.entry(key).or_default().push(told);
        }
        for (key, told) in causes {
            let Some((at, frames, count)) = places.remove(&key) else { continue };
            let (client, server, why) = key;
            found.push(Found {
                time: at.time,
                severity: Severity::High,
                title: format!(
                    "{} wrote to {} without permission",
                    picture.named(client),
                    picture.named(server)
                ),
                explanation: format!("{why}. {}", told.iter().take(3).cloned().collect::<Vec<_>>().join(" ")),
                subjects: vec![client, server],
                frames,
                count,
            });
        }
    },
};

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

/// Why the site does not permit this tag or value, where it permits writing as such.
fn denied_tag(picture: &Picture<'_>, write: &TagWrite) -> Option<String> {
    let [from, to] = [write.client, write.server].map(|address| picture.site.party(address));
    let tag = picture.site.all_tags().find(|tag| tag.name == write.tag)?;
    match picture.site.may_write(&from, &to, write.verb, Some(tag), write.number) {
        Permit::Denied(why) if picture.denied(write.client, write.server, write.verb).is_none() => {
            Some(why.to_string())
        }
        _ => None,
    }
}
