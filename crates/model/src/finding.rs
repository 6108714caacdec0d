use crate::{Address, Timestamp};

/// One thing a person should know. A row of `findings`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// Which rule: a stable dotted name, `program.downloaded`.
    pub rule: &'static str,
    /// When it was first seen; when exposure, when that was learned.
    pub time: Timestamp,
    /// How much it matters.
    pub severity: Severity,
    /// Whether something was done, or could be.
    pub kind: FindingKind,
    /// One line. Peer text in it is quoted: escape it.
    pub title: String,
    /// What was seen, and why it has this severity. Peer text in it is quoted: escape it.
    pub explanation: String,
    /// The crane, by the site's own declaration.
    pub crane: Option<String>,
    /// Who is concerned: first who did it, then whom it was done to.
    pub subjects: Vec<Address>,
    /// Techniques of ATT&CK for ICS, by id.
    pub techniques: &'static [&'static str],
    /// 33 CFR 101.650 paragraphs and IEC 62443-3-3 requirements.
    pub controls: &'static [&'static str],
    /// The first frames that show it.
    pub frames: Vec<u64>,
    /// How often it was seen.
    pub count: u64,
    /// What to do, in one line.
    pub advice: &'static str,
}

/// How much a finding matters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Severity {
    /// Good to know.
    Info,
    /// Untidy.
    Low,
    /// To be looked at this week.
    Medium,
    /// To be looked at today.
    High,
    /// To be looked at now.
    Critical,
}

impl Severity {
    /// All of them, the mildest first.
    pub const ALL: [Self; 5] = [Self::Info, Self::Low, Self::Medium, Self::High, Self::Critical];

    /// The word used in records.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Info => "info",
            Self::Low => "low",
            Self::Medium => "medium",
            Self::High => "high",
            Self::Critical => "critical",
        }
    }
}

/// Whether a finding tells what was done or what could be done. The two are never mixed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum FindingKind {
    /// It could be done.
    Exposure,
    /// It was done.
    Activity,
}

impl FindingKind {
    /// The word used in records.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Exposure => "exposure",
            Self::Activity => "activity",
        }
    }
}
