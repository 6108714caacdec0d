//! A client that speaks EtherNet/IP.

use super::{Going, Stage, Wanted, call, few, signal};
use crate::clients::cip::{Client, Deed};
use crate::clients::{Plan, Step, once};
use crate::world::{World, seconds};
use serde::Deserialize;

/// The session.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Cip {
    /// Who.
    pub from: String,
    /// To whom.
    pub to: String,
    /// Whether the session stays open in the end.
    #[serde(default)]
    pub stays: bool,
    /// What it does there.
    pub plan: Vec<Do>,
}

/// One thing it does.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Do {
    /// Asks what is here.
    ListIdentity(bool),
    /// Asks the identity object for all it has: the controller's mode is in it.
    Identify(bool),
    /// Asks for the names and types of all tags.
    ListTags(bool),
    /// Reads signals, together.
    Read(Vec<String>),
    /// Writes a signal.
    Write {
        /// Which.
        tag: String,
        /// What it is to be.
        value: Wanted,
    },
    /// Opens a connection, in which all that follows is said.
    Connect(bool),
    /// Closes it.
    Disconnect(bool),
    /// Stops the controller's program.
    Stop(bool),
    /// Lets it run.
    Start(bool),
    /// Sets the clock so many seconds ahead of the true time.
    SetClockAhead(i64),
    /// Any service on any object.
    Object {
        /// The service's number.
        service: u8,
        /// The object's class and instance.
        #[serde(deserialize_with = "few")]
        on: [u32; 2],
        /// What follows.
        #[serde(default)]
        data: Vec<u8>,
    },
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

impl Cip {
    /// Begins it.
    pub(super) fn begin(&self, stage: &Stage, world: &mut World) -> Result<Going, String> {
        let (from, to) = (stage.host(world, &self.from)?, stage.host(world, &self.to)?);
        let mut steps = Vec::new();
        let now_ns = world.now().nanos();
        self.plan.iter().try_for_each(|what| what.steps(stage, now_ns, &mut steps))?;
        if self.stays {
            steps.push(Step::Stay);
        }
        let plan: Plan<Deed> = once(steps);
        call(world, [from, to], 44_818, Box::new(Client::new(plan)), self.stays)
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
            Self::Read(names) => tags.extend(names.iter().map(String::as_str)),
            Self::Write { tag, .. } => tags.push(tag),
            Self::Repeat { plan, .. } => plan.iter().for_each(|what| what.tags(tags)),
            _ => {}
        }
    }

    fn steps(&self, stage: &Stage, now_ns: i64, steps: &mut Vec<Step<Deed>>) -> Result<(), String> {
        let deed = match self {
            Self::ListIdentity(_) => Deed::ListIdentity,
            Self::Identify(_) => Deed::Identify,
            Self::ListTags(_) => Deed::ListTags,
            Self::Read(names) if names.len() == 1 => Deed::Read(names.concat()),
            Self::Read(names) => Deed::ReadMany(names.clone()),
            Self::Write { tag, value } => {
                let tag = signal(tag)?;
                let deed = value.of(tag, stage).and_then(|value| Deed::write(tag, &value));
                deed.ok_or_else(|| format!("{} is of another kind than the value", tag.name))?
            }
            Self::Connect(_) => Deed::Connect,
            Self::Disconnect(_) => Deed::Disconnect,
            Self::Stop(_) => Deed::Run(false),
            Self::Start(_) => Deed::Run(true),
            Self::SetClockAhead(ahead_s) => {
                Deed::SetClock((now_ns / 1_000 + ahead_s * 1_000_000).unsigned_abs())
            }
            Self::Object { service, on, data } => Deed::Object(*service, *on, data.clone()),
            Self::PauseS(pause_s) => {
                steps.push(Step::Pause(seconds(*pause_s)));
                return Ok(());
            }
            Self::Repeat { times, every_s, plan } => {
                for _ in 0..*times {
                    plan.iter().try_for_each(|what| what.steps(stage, now_ns, steps))?;
                    steps.push(Step::Pause(seconds(*every_s)));
                }
                return Ok(());
            }
        };
        steps.push(Step::Do(deed));
        Ok(())
    }
}
