//! A client that speaks Modbus/TCP.

use super::{Going, Stage, Wanted, call, few, signal};
use crate::clients::modbus::{Client, Deed};
use crate::clients::{Step, once};
use crate::world::{World, seconds};
use serde::Deserialize;

/// The connection.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Modbus {
    /// Who.
    pub from: String,
    /// To whom.
    pub to: String,
    /// Whether the connection stays open in the end.
    #[serde(default)]
    pub stays: bool,
    /// What it does there.
    pub plan: Vec<Do>,
}

/// One thing it does.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Do {
    /// Reads: function, first address, how many.
    Read(#[serde(deserialize_with = "few")] [u16; 3]),
    /// Writes a signal.
    Write {
        /// Which.
        tag: String,
        /// What it is to be.
        value: Wanted,
    },
    /// Writes registers as they are, from the first address on.
    Registers {
        /// The first.
        first: u16,
        /// Two bytes each.
        values: Vec<u16>,
    },
    /// Asks who the device is.
    Identify(bool),
    /// Waits.
    PauseS(f64),
    /// Does this so many times in a row.
    Repeat {
        /// How often.
        times: u32,
        /// How long between.
        every_s: f64,
        /// What.
        plan: Vec<Do>,
    },
}

impl Modbus {
    /// Begins it.
    pub(super) fn begin(&self, stage: &Stage, world: &mut World) -> Result<Going, String> {
        let (from, to) = (stage.host(world, &self.from)?, stage.host(world, &self.to)?);
        let mut steps = Vec::new();
        for what in &self.plan {
            what.steps(stage, &mut steps)?;
        }
        if self.stays {
            steps.push(Step::Stay);
        }
        call(world, [from, to], 502, Box::new(Client::new(once(steps))), self.stays)
    }

    /// The signals it names.
    pub(super) fn tags(&self) -> Vec<&str> {
        let mut tags = Vec::new();
        self.plan.iter().for_each(|what| what.tags(&mut tags));
        tags
    }
}

impl Do {
    fn tags<'a>(&'a self, tags: &mut Vec<&'a str>) {
        match self {
            Self::Write { tag, .. } => tags.push(tag),
            Self::Repeat { plan, .. } => plan.iter().for_each(|what| what.tags(tags)),
            _ => {}
        }
    }

    fn steps(&self, stage: &Stage, steps: &mut Vec<Step<Deed>>) -> Result<(), String> {
        let mut put = |deed| steps.push(Step::Do(deed));
        match self {
            Self::Read([code, first, count]) => put(Deed::read(*code as u8, *first, *count)),
            Self::Write { tag, value } => {
                let tag = signal(tag)?;
                let deed = value.of(tag, stage).and_then(|value| Deed::write(tag, &value));
                put(deed.ok_or_else(|| format!("{} cannot be written so in Modbus", tag.name))?);
            }
            Self::Registers { first, values } => {
                let bytes: Vec<u8> = values.iter().flat_map(|value| value.to_be_bytes()).collect();
                put(Deed::registers(*first, &bytes));
            }
            Self::Identify(_) => put(Deed::identify()),
            Self::PauseS(pause_s) => steps.push(Step::Pause(seconds(*pause_s))),
            Self::Repeat { times, every_s, plan } => {
                for _ in 0..*times {
                    plan.iter().try_for_each(|what| what.steps(stage, steps))?;
                    steps.push(Step::Pause(seconds(*every_s)));
                }
            }
        }
        Ok(())
    }
}
