/// Why something could not be read, and whose doing it was.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Verdict {
    /// The sender broke the standard.
    Malformed,
    /// The sender uses what this software does not decode.
    Unsupported,
    /// The capture does not hold all that was sent.
    Incomplete,
    /// A limit of ours was reached; what lies past it was not read.
    Limit,
}

impl Verdict {
    /// The word used in records.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Malformed => "malformed",
            Self::Unsupported => "unsupported",
            Self::Incomplete => "incomplete",
            Self::Limit => "limit",
        }
    }
}

/// One thing that could not be read. Plain data, so that it can be counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Problem {
    /// Which layer or protocol met it: `ipv4`, `tcp`, `modbus`.
    pub layer: &'static str,
    /// What was wrong, as a short stable phrase without numbers, so that equal causes count together.
    pub reason: &'static str,
    /// Whose doing it was.
    pub verdict: Verdict,
    /// How many bytes were not read because of it; 0 where that is not known.
    pub bytes: u64,
}
