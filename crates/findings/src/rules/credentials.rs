use crate::{Found, Picture, Rule};
use quaywatch_model::{Address, FindingKind, KeptNote, Link, Scope, Severity, Topic};
use std::collections::{BTreeMap, BTreeSet};

pub(super) static CLEAR: Rule = Rule {
    name: "credentials.in_clear",
    title: "A secret sent in clear",
    kind: FindingKind::Exposure,
    severity: "High where it went to a public address; medium else.",
    meaning: "A password, key or community string crossed the network so that everybody on the way can read it. The capture \
              holds it too: keep it safe.",
    limits: "Silent for secrets inside encrypted protocols, for protocols that are not decoded, and for what a machine says to \
             itself. The secret itself is never told. What is a default that everybody knows is told as that only.",
    advice: "Change the secret, and the protocol: SSH for Telnet, HTTPS for HTTP, SFTP for FTP, SNMPv3 for v1 and v2c.",
    techniques: &["T0842", "T0859"],
    controls: &["33 CFR 101.650(c)(2)", "IEC 62443-3-3 SR 4.1"],
    shown_by: "cases/finding-credentials-in-clear",
    silent_in: "cases/finding-credentials-default",
    look: |picture, found| {
        for cause in causes(picture, Topic::ClearSecret) {
            let Some((link, note)) = cause.first() else { continue };
            let is_public = |(link, _): &Said<'_>| matches!(link.scopes, [_, Scope::Internet]);
            let severity = if cause.iter().any(is_public) { Severity::High } else { Severity::Medium };
            let what = if note.text == "(masked)" {
                "a secret".to_owned()
            } else {
                format!("a secret ({:?})", note.text)
            };
            let places = places(picture, &cause);
            let explanation = format!("{} to {places} carries {what} in clear{}.", link.protocol, user(link));
            let title = format!("{} sends a secret in clear to {places}", picture.named(link.client));
            found.extend(of(&cause, severity, title, explanation));
        }
    },
};

pub(super) static DEFAULT: Rule = Rule {
    name: "credentials.default",
    title: "A secret that everybody knows",
    kind: FindingKind::Activity,
    severity: "Critical where the login was accepted; high else; medium for routers that stand in for each other.",
    meaning: "Somebody logged in, or tried to, with a secret from the maker's manual, which is what attackers try first.",
    limits: "Knows the defaults that are in the decoders' short lists. Whether a login was accepted is not always on the wire.",
    advice: "Change the secret now; 33 CFR 101.650(a)(2) asks for a compensating control where the device cannot.",
    techniques: &["T0812"],
    controls: &["33 CFR 101.650(a)(2)", "IEC 62443-3-3 SR 1.5"],
    shown_by: "cases/finding-credentials-default",
    silent_in: "cases/finding-credentials-in-clear",
    look: |picture, found| {
        for cause in causes(picture, Topic::DefaultSecret) {
            let Some((link, note)) = cause.first() else { continue };
            let is_accepted = cause.iter().any(|(link, _)| is_accepted(link));
            let severity = match (link.protocol, is_accepted) {
                ("hsrp", _) => Severity::Medium,
                (_, true) => Severity::Critical,
                (_, false) => Severity::High,
            };
            let outcome = if is_accepted { "accepted" } else { "of unknown outcome" };
            let explanation = format!("{} with {:?}, {outcome}{}.", link.protocol, note.text, user(link));
            let places = places(picture, &cause);
            let title = format!("{} uses a default secret on {places}", picture.named(link.client));
            found.extend(of(&cause, severity, title, explanation));
        }
    },
};

/// A link, and what it said.
type Said<'a> = (&'a Link, &'a KeptNote);

/// The links that say this, by cause: what one machine says in one protocol to whom it may be, or many to a group.
fn causes<'a>(picture: &Picture<'a>, topic: Topic) -> Vec<Vec<Said<'a>>> {
    let mut causes: BTreeMap<(Option<Address>, &str, &str), Vec<Said<'_>>> = BTreeMap::new();
    // What a machine says to itself crosses no network.
    let crosses = |link: &&Link| {
        link.client != link.server && !link.server.ip().is_some_and(|address| address.is_loopback())
    };
    let told = |link: &&Link| topic != Topic::ClearSecret || !is_known_to_all(link);
    for link in picture.links.iter().filter(crosses).filter(told) {
        let Some(note) = link.notes.iter().find(|note| note.topic == topic) else { continue };
        let client = Some(link.client).filter(|_| !is_group(link.server));
        causes.entry((client, link.protocol, &note.text)).or_default().push((link, note));
    }
    causes.into_values().collect()
}

/// Whether all that was sent in clear is a default that everybody knows, and is told as such.
fn is_known_to_all(link: &Link) -> bool {
    let of = |topic| link.notes.iter().filter(move |note| note.topic == topic).count();
    of(Topic::DefaultSecret) > 0 && of(Topic::User) <= 1
}

fn is_accepted(link: &Link) -> bool {
    link.notes.iter().any(|note| note.topic == Topic::Login && note.text == "accepted")
        || link.protocol == "snmp" && link.packets.iter().all(|packets| *packets > 0)
}

fn is_group(address: Address) -> bool {
    address.ip().is_some_and(|ip| ip.is_multicast())
}

fn of(cause: &[Said<'_>], severity: Severity, title: String, explanation: String) -> Option<Found> {
    let clients: BTreeSet<Address> = cause.iter().map(|(link, _)| link.client).collect();
    let servers: BTreeSet<Address> = cause.iter().map(|(link, _)| link.server).collect();
    Some(Found {
        time: cause.iter().map(|(link, _)| link.first.time).min()?,
        severity,
        title,
        explanation,
        subjects: clients.into_iter().chain(servers).collect(),
        frames: cause.iter().map(|(_, note)| note.frame).collect(),
        count: cause.iter().map(|(link, _)| link.conversations).sum(),
    })
}

/// To whom it was said: the first, and how many others.
fn places(picture: &Picture<'_>, cause: &[Said<'_>]) -> String {
    let Some((link, _)) = cause.first() else { return String::new() };
    let place = match link.server_port {
        0 => picture.named(link.server),
        port => format!("{} port {port}", picture.named(link.server)),
    };
    match cause.len() - 1 {
        0 => place,
        others => format!("{place} and {others} more"),
    }
}

fn user(link: &Link) -> String {
    let user = link.notes.iter().find(|note| note.topic == Topic::User);
    user.map_or(String::new(), |note| format!(", user {:?}", note.text))
}
