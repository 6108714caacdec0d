use crate::{Picture, RULES};
use quaywatch_model::{Address, Finding, FindingKind, Severity, Timestamp};

/// So many frames are named in one finding.
const MOST_FRAMES: usize = 16;
/// So many subjects are named in one finding.
const MOST_SUBJECTS: usize = 16;

/// One thing that is looked for.
pub struct Rule {
    /// A stable dotted name, `program.downloaded`. Scripts rely on it.
    pub name: &'static str,
    /// What it is called in the documentation.
    pub title: &'static str,
    /// Whether it tells what was done or what could be done.
    pub kind: FindingKind,
    /// How severe it is, and on what that depends. One sentence.
    pub severity: &'static str,
    /// What it means and why it matters on a crane. A paragraph.
    pub meaning: &'static str,
    /// When it stays silent, and what it cannot tell. A paragraph.
    pub limits: &'static str,
    /// What to do. One line.
    pub advice: &'static str,
    /// Techniques of ATT&CK for ICS (v18), by id.
    pub techniques: &'static [&'static str],
    /// Paragraphs of 33 CFR 101.650 and requirements of IEC 62443-3-3.
    pub controls: &'static [&'static str],
    /// A capture in this repository that shows it: a folder under `cases/` or a file under `samples/`.
    pub shown_by: &'static str,
    /// A capture in this repository in which it must stay silent.
    pub silent_in: &'static str,
    /// Looks for it.
    pub look: fn(&Picture<'_>, &mut Vec<Found>),
}

/// What a rule has found: one a cause, not one a packet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Found {
    /// When it was first seen.
    pub time: Timestamp,
    /// How much it matters.
    pub severity: Severity,
    /// One line. Peer text in it must be quoted with `{:?}`.
    pub title: String,
    /// What was seen, and why it has this severity.
    pub explanation: String,
    /// Who is concerned: first who did it, then whom it was done to.
    pub subjects: Vec<Address>,
    /// The frames that show it.
    pub frames: Vec<u64>,
    /// How often it was seen.
    pub count: u64,
}

/// Asks every rule. Findings come in the order of severity, the gravest first, then of time.
#[must_use]
pub fn judge(picture: &Picture<'_>) -> Vec<Finding> {
    let mut findings = Vec::new();
    for rule in RULES {
        let mut found = Vec::new();
        (rule.look)(picture, &mut found);
        findings.extend(found.into_iter().map(|found| finding(rule, found)));
    }
    findings.sort_by(|a, b| {
        (b.severity, a.time, a.rule, &a.subjects, &a.title).cmp(&(
            a.severity,
            b.time,
            b.rule,
            &b.subjects,
            &b.title,
        ))
    });
    findings
}

fn finding(rule: &Rule, mut found: Found) -> Finding {
    found.frames.sort_unstable();
    found.frames.dedup();
    found.frames.truncate(MOST_FRAMES);
    found.subjects.truncate(MOST_SUBJECTS);
    Finding {
        rule: rule.name,
        time: found.time,
        severity: found.severity,
        kind: rule.kind,
        title: found.title,
        explanation: found.explanation,
        crane: None,
        subjects: found.subjects,
        techniques: rule.techniques,
        controls: rule.controls,
        frames: found.frames,
        count: found.count,
        advice: rule.advice,
    }
}

/// `1 operation`, `2 operations`.
pub(crate) fn counted(count: u64, what: &str) -> String {
    if count == 1 { format!("1 {what}") } else { format!("{count} {what}s") }
}
