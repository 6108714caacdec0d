use crate::{Found, Rule};
use quaywatch_model::{DataClass, Disclosure, FindingKind, Scope, Severity};
use std::collections::BTreeMap;

/// So many bytes out to one recipient are more than a machine needs to say how it is.
const BULK_BYTES: u64 = 20 * 1024 * 1024;

pub(super) static SENSITIVE: Rule = Rule {
    name: "data.sensitive_out",
    title: "Readable data about cargo, program or credentials left the site",
    kind: FindingKind::Activity,
    severity: "Critical for credentials; high for container and vessel numbers, weights, program, firmware and database rows.",
    meaning: "A machine sent data of a class that matters, readable on the way, to a public address. What a crane lifts, for \
              whom and when is worth money to thieves and more to others.",
    limits: "Silent for recipients and classes that the site declares, and for what is encrypted, of which only the volume is \
             known. Numbers of containers are held to their check digit.",
    advice: "Ask the recipient's contract what it gets and why; stop it at the gateway until that is answered.",
    techniques: &["T0882", "T0811", "T0802"],
    controls: &["33 CFR 101.650(c)(2)", "33 CFR 101.650(h)(2)", "IEC 62443-3-3 SR 4.1"],
    shown_by: None,
    silent_in: Some("cases/s7comm-identify"),
    look: |picture, found| {
        let matters =
            |row: &&Disclosure| row.recipient_scope == Scope::Internet && row.declared != Some(true);
        for row in picture.disclosures.iter().filter(matters) {
            let severity = match row.data_class {
                DataClass::Credentials => Severity::Critical,
                DataClass::ContainerIds
                | DataClass::VesselIds
                | DataClass::Weights
                | DataClass::Program
                | DataClass::Firmware
                | DataClass::DatabaseRows => Severity::High,
                _ => continue,
            };
            let class = row.data_class.as_str().replace('_', " ");
            let title = format!("{} sent {class} to {}", picture.named(row.client), recipient(row));
            let samples = if row.samples.is_empty() {
                String::new()
            } else {
                format!(" Such as {:?}.", row.samples.join(", "))
            };
            let count = row.count.map_or(String::new(), |count| format!(", {count} of them"));
            found.push(of(
                row,
                severity,
                title,
                format!("{} bytes by {}{count}.{samples}", row.bytes, row.protocol),
            ));
        }
    },
};

pub(super) static BULK: Rule = Rule {
    name: "data.bulk_out",
    title: "Much data left for one recipient",
    kind: FindingKind::Activity,
    severity: "Medium; high where it cannot be read.",
    meaning: "More than 20 MiB went from one machine to one public address in the time of the capture.",
    limits: "Silent for recipients that the site declares. Video is counted too: a camera that streams out is worth knowing.",
    advice: "Find out what the machine is for and whether the recipient is in a contract.",
    techniques: &["T0882", "T0869"],
    controls: &["33 CFR 101.650(h)(2)", "IEC 62443-3-3 SR 5.2"],
    shown_by: None,
    silent_in: Some("samples/quay.pcap"),
    look: |picture, found| {
        let mut sums: BTreeMap<_, (u64, u64, &Disclosure)> = BTreeMap::new();
        for row in picture
            .disclosures
            .iter()
            .filter(|row| row.recipient_scope == Scope::Internet && row.declared != Some(true))
        {
            let sum = sums.entry((row.client, row.recipient)).or_insert((0, 0, row));
            sum.0 += row.bytes;
            sum.1 += if row.data_class == DataClass::Encrypted { row.bytes } else { 0 };
        }
        for (bytes, encrypted, row) in sums.into_values().filter(|(bytes, ..)| *bytes > BULK_BYTES) {
            let severity = if encrypted * 2 > bytes { Severity::High } else { Severity::Medium };
            let title =
                format!("{} sent {} MiB to {}", picture.named(row.client), bytes >> 20, recipient(row));
            found.push(of(
                row,
                severity,
                title,
                format!("{bytes} bytes, of which {encrypted} cannot be read."),
            ));
        }
    },
};

pub(super) static UNDECLARED: Rule = Rule {
    name: "recipient.undeclared",
    title: "A recipient that the site does not declare",
    kind: FindingKind::Activity,
    severity: "High at a public address; medium else.",
    meaning: "A machine sent data to somebody who is not in the site's list of recipients, or of a class that the recipient is \
              not to get.",
    limits: "Only with a site file. Silent for what it declares.",
    advice: "Declare the recipient with its purpose and contract, or stop it.",
    techniques: &["T0882", "T0869"],
    controls: &["33 CFR 101.650(h)(1)", "IEC 62443-3-3 SR 5.2"],
    shown_by: None,
    silent_in: Some("samples/quay.pcap"),
    look: |picture, found| {
        let mut by_recipient: BTreeMap<_, Vec<&Disclosure>> = BTreeMap::new();
        for row in picture.disclosures.iter().filter(|row| row.declared == Some(false)) {
            by_recipient.entry((row.client, row.recipient)).or_default().push(row);
        }
        for rows in by_recipient.into_values() {
            let Some(first) = rows.first() else { continue };
            let classes: Vec<String> = rows
                .iter()
                .map(|row| format!("{} ({} bytes)", row.data_class.as_str().replace('_', " "), row.bytes))
                .collect();
            let severity =
                if first.recipient_scope == Scope::Internet { Severity::High } else { Severity::Medium };
            let title = format!(
                "{} sends to {}, which is not declared for it",
                picture.named(first.client),
                recipient(first)
            );
            found.push(of(first, severity, title, format!("{}.", classes.join(", "))));
        }
    },
};

fn of(row: &Disclosure, severity: Severity, title: String, explanation: String) -> Found {
    Found {
        time: row.start.time,
        severity,
        title,
        explanation,
        subjects: vec![row.client, row.recipient],
        frames: vec![row.start.frame],
        count: row.conversations,
    }
}

fn recipient(row: &Disclosure) -> String {
    match &row.recipient_name {
        Some(name) => format!("{} ({name:?})", row.recipient),
        None => row.recipient.to_string(),
    }
}
