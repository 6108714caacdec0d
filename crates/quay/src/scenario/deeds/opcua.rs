//! A client that speaks OPC UA, without security.

use super::{Going, Stage, Wanted, call, few, signal};
use crate::clients::opcua::{Client, Deed, Login, node};
use crate::clients::{Plan, Step, once};
use crate::world::{World, seconds};
use serde::{Deserialize, Deserializer};

/// The session.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OpcUa {
    /// Who.
    pub from: String,
    /// To whom.
    pub to: String,
    /// As who: name and password; none: as nobody.
    #[serde(default, deserialize_with = "name_and_password")]
    pub login: Option<[String; 2]>,
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
    /// Asks how the server can be reached.
    Endpoints(bool),
    /// Shows itself as somebody else: name and password.
    LogIn(#[serde(deserialize_with = "few")] [String; 2]),
    /// Asks what is below a node of the crane, such as `Hoist`; below the crane itself where the name is empty.
    Browse(String),
    /// Asks for all nodes there are.
    BrowseAll(bool),
    /// Reads signals, together.
    Read(Vec<String>),
    /// Writes a signal.
    Write {
        /// Which.
        tag: String,
        /// What it is to be.
        value: Wanted,
    },
    /// Calls a method of the crane, `StopAll` or `FaultReset`.
    Call {
        /// Which.
        method: String,
        /// Its argument, where it has one.
        with: Option<bool>,
    },
    /// Lets signals be published at this interval.
    Subscribe {
        /// Which.
        tags: Vec<String>,
        /// How often.
        every_s: f64,
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

fn name_and_password<'de, D: Deserializer<'de>>(input: D) -> Result<Option<[String; 2]>, D::Error> {
    few(input).map(Some)
}

fn user([name, password]: &[String; 2]) -> Login {
    Login::User(name.clone(), password.clone())
}

impl OpcUa {
    /// Begins it.
    pub(super) fn begin(&self, stage: &Stage, world: &mut World) -> Result<Going, String> {
        let (from, to) = (stage.host(world, &self.from)?, stage.host(world, &self.to)?);
        // Another crane's controller is named with that crane.
        let crane = self.to.split_once('/').map_or(stage.place.crane.as_str(), |(crane, _)| crane);
        let mut steps = Vec::new();
        self.plan.iter().try_for_each(|what| what.steps(stage, crane, &mut steps))?;
        if self.stays {
            steps.push(Step::Stay);
        }
        let login = self.login.as_ref().map_or(Login::Anonymous, user);
        let plan: Plan<Deed> = once(steps);
        call(world, [from, to], 4840, Box::new(Client::new(login, plan)), self.stays)
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
            Self::Read(names) | Self::Subscribe { tags: names, .. } => {
                tags.extend(names.iter().map(String::as_str));
            }
            Self::Write { tag, .. } => tags.push(tag),
            Self::Repeat { plan, .. } => plan.iter().for_each(|what| what.tags(tags)),
            _ => {}
        }
    }

    fn steps(&self, stage: &Stage, crane: &str, steps: &mut Vec<Step<Deed>>) -> Result<(), String> {
        let nodes = |names: &[String]| -> Result<Vec<String>, String> {
            names.iter().map(|name| signal(name).map(|tag| node(crane, tag))).collect()
        };
        let deed = match self {
            Self::Endpoints(_) => Deed::Endpoints,
            Self::LogIn(who) => Deed::LogIn(user(who)),
            Self::Browse(name) if name.is_empty() => Deed::Browse(crane.to_owned()),
            Self::Browse(name) => Deed::Browse(format!("{crane}/{name}")),
            Self::BrowseAll(_) => Deed::BrowseAll,
            Self::Read(names) => Deed::Read(nodes(names)?),
            Self::Write { tag, value } => {
                let tag = signal(tag)?;
                let value = value.of(tag, stage);
                let value = value.ok_or_else(|| format!("{} is of another kind than the value", tag.name))?;
                Deed::Write(vec![(node(crane, tag), value, tag.kind)])
            }
            Self::Call { method, with } => {
                let methods = format!("{crane}/Methods");
                Deed::Call(methods.clone(), format!("{methods}/{method}"), *with)
            }
            Self::Subscribe { tags, every_s } => Deed::Subscribe(nodes(tags)?, every_s * 1e3),
            Self::PauseS(pause_s) => {
                steps.push(Step::Pause(seconds(*pause_s)));
                return Ok(());
            }
            Self::Repeat { times, every_s, plan } => {
                for _ in 0..*times {
                    plan.iter().try_for_each(|what| what.steps(stage, crane, steps))?;
                    steps.push(Step::Pause(seconds(*every_s)));
                }
                return Ok(());
            }
        };
        steps.push(Step::Do(deed));
        Ok(())
    }
}
