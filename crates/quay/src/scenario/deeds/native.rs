//! A station that speaks to a controller as the maker of the crane's automation does: S7comm, OPC UA or EtherNet/IP. A
//! scenario reads the same for all makers.

use super::{Going, Stage, Wanted, cip, few, modbus, opcua, s7};
use crate::life::Maker;
use crate::world::World;
use quaywatch_crane::{Area, Kind, TAGS, Tag, find};
use serde::Deserialize;

/// The connection.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Native {
    /// Who.
    pub from: String,
    /// To whom.
    pub to: String,
    /// As what it connects. Panels of an ABB-like crane speak Modbus.
    #[serde(default)]
    pub role: s7::As,
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
    /// Asks who the controller is.
    Identify(bool),
    /// Asks whether it runs.
    ReadMode(bool),
    /// Asks what there is at the top: blocks, tags, nodes.
    List(bool),
    /// Looks for all there is: walks data blocks, tags, nodes.
    Enumerate(bool),
    /// Reads signals, together.
    Read(Vec<String>),
    /// Reads all that is in bytes of a block: number, first byte, how many.
    ReadBytes(#[serde(deserialize_with = "few")] [u16; 3]),
    /// Writes a signal.
    WriteTag {
        /// Which.
        tag: String,
        /// What it is to be.
        value: Wanted,
    },
    /// Stops the controller.
    Stop(bool),
    /// Starts it.
    Start(bool),
    /// Sets the clock so many seconds ahead of the true time.
    SetClockAhead(i64),
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

/// So many signals are read together.
const TOGETHER: usize = 16;

impl Native {
    /// Begins it.
    pub(super) fn begin(&self, stage: &Stage, world: &mut World) -> Result<Going, String> {
        let (from, to, stays) = (self.from.clone(), self.to.clone(), self.stays);
        match stage.place.maker {
            Maker::Siemens => s7::S7 { from, to, role: self.role, stays, plan: all(&self.plan, Do::s7)? }
                .begin(stage, world),
            Maker::Abb if self.role == s7::As::Panel => {
                modbus::Modbus { from, to, stays, plan: all(&self.plan, Do::modbus)? }.begin(stage, world)
            }
            Maker::Abb => opcua::OpcUa { from, to, login: None, stays, plan: all(&self.plan, Do::opcua)? }
                .begin(stage, world),
            Maker::Rockwell => {
                cip::Cip { from, to, stays, plan: all(&self.plan, Do::cip)? }.begin(stage, world)
            }
        }
    }

    /// The signals it names.
    pub(super) fn tags(&self) -> Vec<&str> {
        let mut tags = Vec::new();
        self.plan.iter().for_each(|what| what.tags(&mut tags));
        tags
    }
}

/// A plan in a maker's words.
fn all<D>(plan: &[Do], say: fn(&Do) -> Result<Vec<D>, String>) -> Result<Vec<D>, String> {
    Ok(plan.iter().map(say).collect::<Result<Vec<_>, _>>()?.into_iter().flatten().collect())
}

impl Do {
    fn tags<'a>(&'a self, tags: &mut Vec<&'a str>) {
        match self {
            Self::Read(names) => tags.extend(names.iter().map(String::as_str)),
            Self::WriteTag { tag, .. } => tags.push(tag),
            Self::Repeat { plan, .. } => plan.iter().for_each(|what| what.tags(tags)),
            _ => {}
        }
    }

    fn s7(&self) -> Result<Vec<s7::Do>, String> {
        Ok(match self {
            Self::Identify(_) => vec![s7::Do::Status([0x0011, 0])],
            Self::ReadMode(_) => vec![s7::Do::Status([0x0424, 0])],
            Self::List(on) => vec![s7::Do::ListBlocks(*on)],
            Self::Enumerate(on) => vec![s7::Do::ListBlocks(*on), s7::Do::Walk([1, 200])],
            Self::Read(names) => vec![s7::Do::Read(names.clone())],
            Self::ReadBytes(bytes) => vec![s7::Do::ReadBytes(*bytes)],
            Self::WriteTag { tag, value } => {
                vec![s7::Do::Write { tag: tag.clone(), value: value.clone() }]
            }
            Self::Stop(on) => vec![s7::Do::Stop(*on)],
            Self::Start(on) => vec![s7::Do::Start(*on)],
            Self::SetClockAhead(ahead_s) => {
                vec![s7::Do::ReadClock(true), s7::Do::SetClockAhead(*ahead_s), s7::Do::ReadClock(true)]
            }
            Self::PauseS(pause_s) => vec![s7::Do::PauseS(*pause_s)],
            Self::Repeat { times, every_s, plan } => {
                vec![s7::Do::Repeat { times: *times, every_s: *every_s, plan: all(plan, Self::s7)? }]
            }
        })
    }

    fn cip(&self) -> Result<Vec<cip::Do>, String> {
        Ok(match self {
            Self::Identify(on) | Self::ReadMode(on) => vec![cip::Do::Identify(*on)],
            Self::List(on) | Self::Enumerate(on) => vec![cip::Do::ListTags(*on)],
            Self::Read(names) => vec![cip::Do::Read(names.clone())],
            Self::ReadBytes(bytes) => together(*bytes).map(cip::Do::Read).collect(),
            Self::WriteTag { tag, value } => {
                vec![cip::Do::Write { tag: tag.clone(), value: value.clone() }]
            }
            Self::Stop(on) => vec![cip::Do::Stop(*on)],
            Self::Start(on) => vec![cip::Do::Start(*on)],
            Self::SetClockAhead(ahead_s) => vec![cip::Do::SetClockAhead(*ahead_s)],
            Self::PauseS(pause_s) => vec![cip::Do::PauseS(*pause_s)],
            Self::Repeat { times, every_s, plan } => {
                vec![cip::Do::Repeat { times: *times, every_s: *every_s, plan: all(plan, Self::cip)? }]
            }
        })
    }

    fn opcua(&self) -> Result<Vec<opcua::Do>, String> {
        Ok(match self {
            Self::Identify(on) => vec![opcua::Do::Endpoints(*on)],
            Self::ReadMode(_) => vec![opcua::Do::Read(vec!["Ctrl.Mode".to_owned()])],
            Self::List(_) => vec![opcua::Do::Browse(String::new())],
            Self::Enumerate(on) => vec![opcua::Do::BrowseAll(*on)],
            Self::Read(names) => vec![opcua::Do::Read(names.clone())],
            Self::ReadBytes(bytes) => together(*bytes).map(opcua::Do::Read).collect(),
            Self::WriteTag { tag, value } => {
                vec![opcua::Do::Write { tag: tag.clone(), value: value.clone() }]
            }
            Self::PauseS(pause_s) => vec![opcua::Do::PauseS(*pause_s)],
            Self::Repeat { times, every_s, plan } => {
                vec![opcua::Do::Repeat { times: *times, every_s: *every_s, plan: all(plan, Self::opcua)? }]
            }
            Self::Stop(_) | Self::Start(_) | Self::SetClockAhead(_) => {
                return Err("OPC UA neither stops or starts a controller nor sets its clock".to_owned());
            }
        })
    }

    fn modbus(&self) -> Result<Vec<modbus::Do>, String> {
        Ok(match self {
            Self::Identify(on) => vec![modbus::Do::Identify(*on)],
            Self::Read(names) => {
                let tags =
                    names.iter().map(|name| find(name).ok_or_else(|| format!("there is no signal {name}")));
                tags.map(|tag| tag.map(|tag| registers(&[tag]))).collect::<Result<Vec<_>, _>>()?.concat()
            }
            Self::ReadBytes(bytes) => registers(&within(*bytes).collect::<Vec<_>>()),
            Self::WriteTag { tag, value } => {
                vec![modbus::Do::Write { tag: tag.clone(), value: value.clone() }]
            }
            Self::PauseS(pause_s) => vec![modbus::Do::PauseS(*pause_s)],
            Self::Repeat { times, every_s, plan } => {
                vec![modbus::Do::Repeat { times: *times, every_s: *every_s, plan: all(plan, Self::modbus)? }]
            }
            _ => return Err("a panel that speaks Modbus reads and writes only".to_owned()),
        })
    }
}

/// The signals in bytes of a block.
fn within([block, first, count]: [u16; 3]) -> impl Iterator<Item = &'static Tag> {
    let is_in =
        move |tag: &&Tag| tag.block == block && (first..first.saturating_add(count)).contains(&tag.byte);
    TAGS.iter().filter(is_in)
}

/// The names of those that are numbers or switches, as many at once as are read together.
fn together(bytes: [u16; 3]) -> impl Iterator<Item = Vec<String>> {
    let is_text = |tag: &&Tag| matches!(tag.kind, Kind::Text(_) | Kind::DateTime);
    let names: Vec<String> =
        within(bytes).filter(|tag| !is_text(tag)).map(|tag| tag.name.to_owned()).collect();
    names.chunks(TOGETHER).map(<[String]>::to_vec).collect::<Vec<_>>().into_iter()
}

/// Reads of the registers in which signals are, one for each kind of register.
fn registers(tags: &[&Tag]) -> Vec<modbus::Do> {
    let areas = [(Area::Coil, 1), (Area::Discrete, 2), (Area::Holding, 3), (Area::Input, 4)];
    let read = |(area, function): (Area, u16)| {
        let ends =
            |tag: &&Tag| tag.register + if tag.kind == Kind::Bool { 1 } else { tag.kind.bytes() as u16 / 2 };
        let of_area = || tags.iter().copied().filter(|tag| tag.area == area);
        let (first, end) = (of_area().map(|tag| tag.register).min()?, of_area().map(|tag| ends(&tag)).max()?);
        Some(modbus::Do::Read([function, first, end - first]))
    };
    areas.into_iter().filter_map(read).collect()
}
