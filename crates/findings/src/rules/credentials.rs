use crate::{Found, Picture, Rule};
use quaywatch_model::{FindingKind, Link, Scope, Severity, Topic};

pub(super) static CLEAR: Rule = Rule {
    name: "credentials.in_clear",
    title: "A secret sent in clear",
    kind: FindingKind::Exposure,
    severity: "High where it went to a public address; medium else.",
    meaning: "A password, key or community string crossed the network so that everybody on the way can read it. The capture \
              holds it too: keep it safe.",
    limits: "Silent for secrets inside encrypted protocols and for protocols that are not decoded. The secret itself is never \
             told.",
    advice: "Change the secret, and the protocol: SSH for Telnet, HTTPS for HTTP, SFTP for FTP, SNMPv3 for v1 and v2c.",
    techniques: &["T0842", "T0859"],
    controls: &["33 CFR 101.650(c)(2)", "IEC 62443-3-3 SR 4.1"],
    shown_by: None,
    silent_in: Some("cases/s7comm-identify"),
    look: |picture, found| {
        for link in picture.links {
            let Some(note) = link.notes.iter().find(|note| note.topic == Topic::ClearSecret) else {
                continue;
            };
            let public = Scope::without_a_site(link.server) == Scope::Internet;
            let severity = if public { Severity::High } else { Severity::Medium };
            let what = if note.text == "(masked)" {
                "a secret".to_owned()
            } else {
                format!("a secret ({:?})", note.text)
            };
            let explanation = format!(
                "{} to {} carries {what} in clear{}.",
                link.protocol,
                place(picture, link),
                user(link)
            );
            let title =
                format!("{} sends a secret in clear to {}", picture.named(link.client), place(picture, link));
            found.push(of(link, severity, title, explanation, note.frame));
        }
    },
};

pub(super) static DEFAULT: Rule = Rule {
    name: "credentials.default",
    title: "A secret that everybody knows",
    kind: FindingKind::Activity,
    severity: "Critical where the login was accepted; high else.",
    meaning: "Somebody logged in, or tried to, with a secret from the maker's manual, which is what attackers try first.",
    limits: "Knows the defaults that are in the decoders' short lists. Whether a login was accepted is not always on the wire.",
    advice: "Change the secret now; 33 CFR 101.650(a)(2) asks for a compensating control where the device cannot.",
    techniques: &["T0812"],
    controls: &["33 CFR 101.650(a)(2)", "IEC 62443-3-3 SR 1.5"],
    shown_by: None,
    silent_in: Some("cases/s7comm-identify"),
    look: |picture, found| {
        for link in picture.links {
            let Some(note) = link.notes.iter().find(|note| note.topic == Topic::DefaultSecret) else {
                continue;
            };
            let accepted =
                link.notes.iter().any(|note| note.topic == Topic::Login && note.text == "accepted")
                    || link.protocol == "snmp" && link.packets.iter().all(|packets| *packets > 0);
            let severity = if accepted { Severity::Critical } else { Severity::High };
            let outcome = if accepted { "accepted" } else { "of unknown outcome" };
            let explanation = format!("{} with {:?}, {outcome}{}.", link.protocol, note.text, user(link));
            let title =
                format!("{} uses a default secret on {}", picture.named(link.client), place(picture, link));
            found.push(of(link, severity, title, explanation, note.frame));
        }
    },
};

fn of(link: &Link, severity: Severity, title: String, explanation: String, frame: u64) -> Found {
    Found {
        time: link.first.time,
        severity,
        title,
        explanation,
        subjects: vec![link.client, link.server],
        frames: vec![frame],
        count: link.conversations,
    }
}

fn place(picture: &Picture<'_>, link: &Link) -> String {
    match link.server_port {
        0 => picture.named(link.server),
        port => format!("{} port {port}", picture.named(link.server)),
    }
}

fn user(link: &Link) -> String {
    let user = link.notes.iter().find(|note| note.topic == Topic::User);
    user.map_or(String::new(), |note| format!(", user {:?}", note.text))
}
