//! What can be played on a crane's network: abuse, and honest things that look like it. Each is a file of steps.
//!
//! ```toml
//! id = "P01"
//! title = "The overload limit is raised to 150 %"
//! what = "…"
//! techniques = ["T0836"]
//! seen_by = ["write"]
//! severity = "high"
//! armed = "either"
//! tags = ["Par.OverloadPct"]
//! effect = [{ tag = "Par.OverloadPct", above = 110.5 }]
//!
//! [[step]]
//! [step.do.native]
//! from = "ews"
//! to = "plc"
//! plan = [{ write_tag = { tag = "Par.OverloadPct", value = 150 } }]
//! ```

pub mod catalogue;
pub mod deeds;
mod effect;
#[cfg(test)]
mod evidence;
mod player;
#[cfg(test)]
mod tests;
#[cfg(test)]
mod told;

pub use deeds::Deed;
pub use effect::Condition;
pub(crate) use player::{Played, Player};

use crate::life::Maker;
use serde::de::{Error, Unexpected, Visitor};
use serde::{Deserialize, Deserializer};
use std::fmt;
use std::net::Ipv4Addr;

/// A scenario as its file says.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Scenario {
    /// Its number in the catalogue: `P01`. Those that begin with N are honest.
    pub id: String,
    /// One line.
    pub title: String,
    /// What happens, on the wire and at the crane.
    pub what: String,
    /// Techniques of ATT&CK for ICS.
    #[serde(default)]
    pub techniques: Vec<String>,
    /// Where it can be seen: `net`, `write`, `process`, `content`; none where it cannot.
    #[serde(default)]
    pub seen_by: Vec<SeenBy>,
    /// How much it matters.
    pub severity: Severity,
    /// When it begins.
    #[serde(default)]
    pub armed: Armed,
    /// Which signals it is about.
    #[serde(default)]
    pub tags: Vec<String>,
    /// When it first has an effect on the crane: when all of this holds. None: it has none, or a step says when.
    #[serde(default)]
    pub effect: Vec<Condition>,
    /// With whose automation it can be played; none: with any.
    #[serde(default)]
    pub personas: Vec<String>,
    /// Who comes to the crane's network for it.
    #[serde(default, rename = "host")]
    pub hosts: Vec<Guest>,
    /// What happens, one after another.
    #[serde(default, rename = "step")]
    pub steps: Vec<Step>,
}

/// Whether something that these personas are named for is for this one: where none is named, it is for all.
fn suits(personas: &[String], maker: Maker) -> bool {
    personas.is_empty() || personas.iter().any(|persona| persona == maker.name())
}

/// Where something can be seen.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SeenBy {
    /// In who talks to whom.
    Net,
    /// In what is asked of a controller.
    Write,
    /// In what the crane does.
    Process,
    /// In what is sent.
    Content,
}

impl SeenBy {
    /// As labels call it.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Net => "net",
            Self::Write => "write",
            Self::Process => "process",
            Self::Content => "content",
        }
    }
}

/// How much a scenario matters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
#[expect(missing_docs, reason = "the words are those of findings")]
pub enum Severity {
    Info,
    Low,
    Medium,
    High,
    Critical,
}

impl Severity {
    /// As labels call it.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Info => "info",
            Self::Low => "low",
            Self::Medium => "medium",
            Self::High => "high",
            Self::Critical => "critical",
        }
    }
}

/// When a scenario begins.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Armed {
    /// When its time has come, whatever the crane does.
    #[default]
    Any,
    /// With a load in the air.
    Loaded,
    /// Without one.
    Idle,
    /// With a load in seven of ten runs, else without.
    Either,
}

/// A host that is not there in honest life.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Guest {
    /// As steps call it.
    pub name: String,
    /// Its hardware address, `00:1e:42:07:00:4d`. None: it is seen with the gateway's.
    pub mac: Option<String>,
    /// The last number of its address in the crane's network, or a whole address.
    pub ip: Ip,
    /// What its packets look like: `controller`, `device`, `windows`, `linux`.
    pub persona: String,
    /// Behind which host it is; none: in the crane's network.
    pub behind: Option<String>,
    /// Over how many routers.
    #[serde(default)]
    pub hops: u8,
    /// How long packets travel from it to the crane, one way.
    #[serde(default)]
    pub away_ms: f64,
    /// By how much that varies, on average.
    #[serde(default)]
    pub jitter_ms: f64,
}

/// An address.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ip {
    /// In the crane's network.
    Last(u8),
    /// Anywhere.
    Whole(Ipv4Addr),
}

impl<'de> Deserialize<'de> for Ip {
    fn deserialize<D: Deserializer<'de>>(input: D) -> Result<Self, D::Error> {
        input.deserialize_any(AnIp)
    }
}

/// Reads a number or a whole address.
struct AnIp;

impl Visitor<'_> for AnIp {
    type Value = Ip;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(
            "the last number of an address in the crane's network, 1 to 254, or a whole address in quotes",
        )
    }

    fn visit_i64<E: Error>(self, number: i64) -> Result<Ip, E> {
        let last = u8::try_from(number).ok().filter(|last| (1..=254).contains(last));
        last.map(Ip::Last).ok_or_else(|| E::invalid_value(Unexpected::Signed(number), &self))
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<Ip, E> {
        text.parse().map(Ip::Whole).map_err(|_| E::invalid_value(Unexpected::Str(text), &self))
    }
}

/// One step.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Step {
    /// So long after the step before has begun, or is over.
    #[serde(default)]
    pub after_s: f64,
    /// How often it is done.
    #[serde(default = "one")]
    pub times: u32,
    /// How long after each other.
    #[serde(default)]
    pub every_s: f64,
    /// By which part of that it varies, either way.
    #[serde(default)]
    pub varies: f64,
    /// Whether the next step does not wait for this one to be over.
    #[serde(default)]
    pub meanwhile: bool,
    /// With whose automation it is done; none: with any.
    #[serde(default)]
    pub personas: Vec<String>,
    /// Whether the scenario has its effect when this step is done.
    #[serde(default)]
    pub effect: bool,
    /// What.
    #[serde(rename = "do")]
    pub deed: Deed,
}

const fn one() -> u32 {
    1
}

/// Why a file describes no scenario.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Unplayable {
    /// It is not as it has to be.
    #[error("{0}")]
    Syntax(String),
    /// There is no such scenario.
    #[error("there is no scenario {name}{}; `quaywatch twin scenarios` lists all", like(.close))]
    Unknown {
        /// What was asked for.
        name: String,
        /// What is called nearly so.
        close: Option<String>,
    },
    /// It names what is not there.
    #[error("scenario {id}: {what} {name} is not there; {valid}")]
    Missing {
        /// Which scenario.
        id: String,
        /// What it names: a host, a signal.
        what: &'static str,
        /// The name.
        name: String,
        /// What would do.
        valid: String,
    },
}

fn like(close: &Option<String>) -> String {
    close.as_ref().map(|close| format!(" (did you mean {close}?)")).unwrap_or_default()
}

impl Scenario {
    /// Reads the text of a file.
    ///
    /// # Errors
    /// What is wrong first, with its line and column.
    pub fn parse(text: &str) -> Result<Self, Unplayable> {
        toml::from_str(text).map_err(|error| {
            let at = error.span().map_or(0, |span| span.start);
            let before = text.get(..at).unwrap_or_default();
            let line = before.bytes().filter(|byte| *byte == b'\n').count() + 1;
            let column = at - before.rfind('\n').map_or(0, |newline| newline + 1) + 1;
            Unplayable::Syntax(format!(
                "line {line}, column {column}: {}",
                error.message().replace('\n', " ")
            ))
        })
    }

    /// Whether it can be played with this maker's automation.
    #[must_use]
    pub fn suits(&self, maker: Maker) -> bool {
        suits(&self.personas, maker)
    }

    /// Whether it is an honest thing that only looks like abuse.
    #[must_use]
    pub fn is_benign(&self) -> bool {
        self.id.starts_with('N')
    }

    /// The first letter of its number: its family.
    #[must_use]
    pub fn family(&self) -> &str {
        self.id.get(..1).unwrap_or_default()
    }
}
