use super::scans::is_scan;
use crate::rule::counted;
use crate::{Found, Picture, Rule};
use quaywatch_model::{Address, DataClass, Disclosure, FindingKind, Scope, Severity};
use std::collections::{BTreeMap, BTreeSet};

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
    shown_by: "cases/finding-data-sensitive-out",
    silent_in: "cases/s7comm-identify",
    look: |picture, found| {
        let mut by_recipient: BTreeMap<_, Vec<(Severity, &Disclosure)>> = BTreeMap::new();
        for row in picture
            .disclosures
            .iter()
            .filter(|row| row.recipient_scope == Scope::Internet && row.declared != Some(true))
        {
            if let Some(severity) = sensitivity(row.data_class) {
                by_recipient.entry((row.client, row.recipient)).or_default().push((severity, row));
            }
        }
        for rows in by_recipient.into_values() {
            let Some((_, first)) = rows.iter().min_by_key(|(_, row)| row.start) else { continue };
            let severity = rows.iter().map(|(severity, _)| *severity).max().unwrap_or(Severity::High);
            // By several protocols the same class may go out; it is named once, the most telling first.
            let classes: BTreeSet<DataClass> = rows.iter().map(|(_, row)| row.data_class).collect();
            let classes: Vec<String> = classes.iter().map(|class| class.as_str().replace('_', " ")).collect();
            let title = format!(
                "{} sent {} to {}",
                picture.named(first.client),
                classes.join(", "),
                recipient(first)
            );
            let told: Vec<String> = rows.iter().map(|(_, row)| described(row)).collect();
            found.push(Found {
                frames: rows.iter().flat_map(|(_, row)| row.frames.iter().copied()).collect(),
                ..of(first, severity, title, told.join(" "))
            });
        }
    },
};

/// How severe it is that data of this class goes out, if it is.
const fn sensitivity(class: DataClass) -> Option<Severity> {
    match class {
        DataClass::Credentials => Some(Severity::Critical),
        DataClass::ContainerIds
        | DataClass::VesselIds
        | DataClass::Weights
        | DataClass::Program
        | DataClass::Firmware
        | DataClass::DatabaseRows => Some(Severity::High),
        _ => None,
    }
}

/// `Weights: 210 bytes by http, 3 of them, such as "24310".`
fn described(row: &Disclosure) -> String {
    let class = row.data_class.as_str().replace('_', " ");
    // What is found inside other data has no bytes of its own.
    let bytes = if row.bytes == 0 { String::new() } else { format!("{} bytes ", row.bytes) };
    let count = row.count.map_or(String::new(), |count| format!(", {count} of them"));
    let samples = if row.samples.is_empty() {
        String::new()
    } else {
        format!(", such as {:?}", row.samples.join(", "))
    };
    format!("{class}: {bytes}by {}{count}{samples}.", row.protocol)
}

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
    shown_by: "cases/finding-data-bulk-out",
    silent_in: "cases/quiet-backup-to-declared-recipient",
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
    limits: "Only with a site file. Silent for what it declares. What a scan sent to machines that did not answer is told once \
             for whoever scanned.",
    advice: "Declare the recipient with its purpose and contract, or stop it.",
    techniques: &["T0882", "T0869"],
    controls: &["33 CFR 101.650(h)(1)", "IEC 62443-3-3 SR 5.2"],
    shown_by: "cases/finding-recipient-undeclared",
    silent_in: "cases/quiet-video-to-declared-recipient",
    look: |picture, found| {
        let mut by_recipient: BTreeMap<_, Vec<&Disclosure>> = BTreeMap::new();
        for row in picture.disclosures.iter().filter(|row| row.declared == Some(false)) {
            by_recipient.entry((row.client, row.recipient)).or_default().push(row);
        }
        let mut tries: BTreeMap<Address, Vec<&Disclosure>> = BTreeMap::new();
        by_recipient.retain(|&(client, recipient), rows| {
            let in_vain = is_try(picture, client, recipient);
            if in_vain {
                tries.entry(client).or_default().append(rows);
            }
            !in_vain
        });
        found.extend(tries.into_values().filter_map(|rows| tried(picture, &rows)));
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

/// Whether a scanner sent it to somebody who said nothing at all.
fn is_try(picture: &Picture<'_>, client: Address, recipient: Address) -> bool {
    let scans = picture.searches.iter().any(|search| search.client == client && is_scan(search));
    let links = picture.links_between(client, recipient);
    scans && !links.is_empty() && links.iter().all(|link| matches!(link.packets, [_, 0]))
}

/// What a scanner sent to machines that did not answer: one cause.
fn tried(picture: &Picture<'_>, rows: &[&Disclosure]) -> Option<Found> {
    let first = rows.iter().min_by_key(|row| row.start)?;
    let is_far = |row: &&Disclosure| row.recipient_scope == Scope::Internet;
    let severity = if rows.iter().any(is_far) { Severity::High } else { Severity::Medium };
    let recipients: BTreeSet<Address> = rows.iter().map(|row| row.recipient).collect();
    let machines = counted(recipients.len() as u64, "machine");
    let title =
        format!("{} tries {machines} that no declaration allows it to reach", picture.named(first.client));
    let bytes: u64 = rows.iter().map(|row| row.bytes).sum();
    let explanation = format!("{bytes} bytes in a scan; none of them answered.");
    Some(Found {
        subjects: std::iter::once(first.client).chain(recipients).collect(),
        frames: rows.iter().map(|row| row.start.frame).collect(),
        count: rows.iter().map(|row| row.conversations).sum(),
        ..of(first, severity, title, explanation)
    })
}

fn of(row: &Disclosure, severity: Severity, title: String, explanation: String) -> Found {
    Found {
        time: row.start.time,
        severity,
        title,
        explanation,
        subjects: vec![row.client, row.recipient],
        frames: if row.frames.is_empty() { vec![row.start.frame] } else { row.frames.clone() },
        count: row.conversations,
    }
}

fn recipient(row: &Disclosure) -> String {
    match &row.recipient_name {
        Some(name) => format!("{} ({name:?})", row.recipient),
        None => row.recipient.to_string(),
    }
}
