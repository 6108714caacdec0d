//! What a step does. A file for each kind; what they have in common is here.

mod arp;
mod cip;
mod crane;
mod datagrams;
mod frames;
mod hijack;
mod host;
mod mitm;
mod modbus;
mod native;
mod opcua;
mod raw;
mod s7;
mod scan;
mod talk;

use crate::lan::HostId;
use crate::life::Place;
use crate::party::Party;
use crate::talk::TalkId;
use crate::world::World;
use quaywatch_crane::{Chance, Kind, Tag, Value, find};
use quaywatch_model::Timestamp;
use serde::de::Error;
use serde::{Deserialize, Deserializer};
use std::cell::{Cell, RefCell};
use std::rc::Rc;

/// What a step does.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Deed {
    /// A station speaks S7comm to a controller.
    S7(s7::S7),
    /// A client speaks Modbus/TCP to a controller.
    Modbus(modbus::Modbus),
    /// A client speaks EtherNet/IP to a controller.
    Cip(cip::Cip),
    /// A client speaks OPC UA to a controller.
    #[serde(rename = "opcua")]
    OpcUa(opcua::OpcUa),
    /// A station speaks to a controller in the protocol of its maker.
    Native(native::Native),
    /// Somebody takes over cyclic data of EtherNet/IP.
    Hijack(hijack::Hijack),
    /// Somebody asks for addresses one by one, or claims one.
    Arp(arp::Arp),
    /// Somebody tries who answers.
    Scan(scan::Scan),
    /// Two hosts exchange bytes that mean nothing to anybody else.
    Raw(raw::Raw),
    /// Two hosts have a conversation in a protocol that no controller serves.
    Talk(talk::Talk),
    /// Two hosts exchange datagrams.
    Datagrams(datagrams::Datagrams),
    /// Somebody says something on the link itself.
    Frames(frames::Frames),
    /// A host goes, comes, or is replaced.
    Host(host::Host),
    /// Somebody stands between two hosts for a while.
    Mitm(mitm::Mitm),
    /// Something happens at the crane itself, which no packet tells.
    Crane(crane::Crane),
}

impl Deed {
    /// Begins it.
    ///
    /// # Errors
    /// It cannot be done: why.
    pub(crate) fn begin(&self, stage: &Stage, world: &mut World) -> Result<Going, String> {
        match self {
            Self::S7(deed) => deed.begin(stage, world),
            Self::Modbus(deed) => deed.begin(stage, world),
            Self::Cip(deed) => deed.begin(stage, world),
            Self::OpcUa(deed) => deed.begin(stage, world),
            Self::Native(deed) => deed.begin(stage, world),
            Self::Hijack(deed) => deed.begin(stage, world),
            Self::Arp(deed) => deed.begin(stage, world),
            Self::Scan(deed) => deed.begin(stage, world),
            Self::Raw(deed) => deed.begin(stage, world),
            Self::Talk(deed) => deed.begin(stage, world),
            Self::Datagrams(deed) => deed.begin(stage, world),
            Self::Frames(deed) => deed.begin(stage, world),
            Self::Host(deed) => deed.begin(stage, world),
            Self::Mitm(deed) => deed.begin(stage, world),
            Self::Crane(deed) => deed.begin(stage, world),
        }
    }

    /// The hosts it names.
    #[must_use]
    pub fn hosts(&self) -> Vec<&str> {
        match self {
            Self::S7(deed) => vec![&deed.from, &deed.to],
            Self::Modbus(deed) => vec![&deed.from, &deed.to],
            Self::Cip(deed) => vec![&deed.from, &deed.to],
            Self::OpcUa(deed) => vec![&deed.from, &deed.to],
            Self::Native(deed) => vec![&deed.from, &deed.to],
            Self::Hijack(deed) => vec![&deed.by, &deed.controller, &deed.device],
            Self::Arp(deed) => deed.hosts(),
            Self::Scan(deed) => vec![&deed.from],
            Self::Raw(deed) => vec![&deed.from, &deed.to],
            Self::Talk(deed) => vec![&deed.from, &deed.to],
            Self::Datagrams(deed) => vec![&deed.from, &deed.to],
            Self::Frames(deed) => deed.hosts(),
            Self::Host(deed) => deed.hosts(),
            Self::Mitm(deed) => vec![&deed.by, &deed.between[0], &deed.between[1]],
            Self::Crane(_) => Vec::new(),
        }
    }

    /// Whether it changes what others say on its way.
    #[must_use]
    pub const fn alters(&self) -> bool {
        matches!(self, Self::Mitm(mitm::Mitm { change: Some(_), .. }))
    }

    /// The signals it names.
    #[must_use]
    pub fn tags(&self) -> Vec<&str> {
        match self {
            Self::S7(deed) => deed.tags(),
            Self::Modbus(deed) => deed.tags(),
            Self::Cip(deed) => deed.tags(),
            Self::OpcUa(deed) => deed.tags(),
            Self::Native(deed) => deed.tags(),
            _ => Vec::new(),
        }
    }
}

/// Where a scenario is played.
#[derive(Debug)]
pub(crate) struct Stage {
    pub(crate) place: Place,
    chance: RefCell<Chance>,
    /// What was drawn by chance, in the order of the steps.
    drawn: RefCell<Vec<f64>>,
}

impl Stage {
    pub(crate) fn new(place: Place, seed: u64) -> Self {
        Self { place, chance: RefCell::new(Chance::new(seed, 0xD2A)), drawn: RefCell::default() }
    }

    /// The number itself, or one by chance.
    fn draw(&self, amount: &Amount) -> f64 {
        match amount {
            Amount::Exactly(number) => *number,
            Amount::Drawn(range) => {
                let number = range.draw(&mut self.chance.borrow_mut());
                self.drawn.borrow_mut().push(number);
                number
            }
        }
    }

    /// What was drawn so far.
    pub(crate) fn drawn(&self) -> Vec<f64> {
        self.drawn.borrow().clone()
    }

    /// A host by its name.
    pub(crate) fn host(&self, world: &World, name: &str) -> Result<HostId, String> {
        self.place.host(world, name).ok_or_else(|| format!("there is no host {name}"))
    }
}

/// Something that has begun.
#[derive(Debug, Clone)]
pub(crate) enum Going {
    /// It is over when the conversation is.
    Talk(TalkId),
    /// It is over then.
    Until(Timestamp),
    /// It is over when this says so.
    Told(Rc<Cell<bool>>),
    /// It is over.
    Done,
}

impl Going {
    pub(crate) fn is_over(&self, world: &World) -> bool {
        match self {
            Self::Talk(talk) => world.is_over(*talk),
            Self::Until(time) => world.now() >= *time,
            Self::Told(over) => over.get(),
            Self::Done => true,
        }
    }
}

/// A conversation of this client's with who answers there; if it stays, the next step does not wait for it.
fn call(
    world: &mut World,
    [from, to]: [HostId; 2],
    port: u16,
    client: Box<dyn Party>,
    stays: bool,
) -> Result<Going, String> {
    if !world.is_served(to, port) {
        let name = world.lan.host(to).map_or("nobody", |host| host.name.as_str());
        return Err(format!("{name} does not answer at port {port}"));
    }
    let talk = world.call(from, to, port, client);
    Ok(if stays { Going::Done } else { Going::Talk(talk) })
}

/// Does something so many times, about so far apart.
fn again(
    world: &mut World,
    times: usize,
    every_s: f64,
    mut deed: impl FnMut(&mut World, usize) + 'static,
) -> Going {
    let over = Rc::new(Cell::new(times == 0));
    let (ended, mut time) = (Rc::clone(&over), 0);
    let work = move |world: &mut World| {
        if time < times {
            deed(world, time);
        }
        ended.set(time >= times);
        time += 1;
        // What was done last is answered before it is over.
        let wait_s = if time < times { every_s } else { LAST_ANSWERED_S };
        (time <= times).then(|| world.about(wait_s))
    };
    world.adopt(Box::new(work), world.lan.label, world.now());
    Going::Told(over)
}

const LAST_ANSWERED_S: f64 = 0.3;

/// A value as a file writes it.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(untagged)]
pub enum Wanted {
    /// For bits.
    Bool(bool),
    /// For numbers.
    Number(Amount),
    /// For texts.
    Text(String),
}

impl Wanted {
    /// The value as the signal has it.
    fn of(&self, tag: &Tag, stage: &Stage) -> Option<Value> {
        match (self, tag.kind) {
            (Self::Bool(on), Kind::Bool) => Some(Value::Bool(*on)),
            (Self::Number(amount), Kind::Real) => Some(Value::Real(stage.draw(amount) as f32)),
            (Self::Number(amount), Kind::Int | Kind::Word | Kind::Dint | Kind::Dword) => {
                Some(Value::Whole(stage.draw(amount) as i64))
            }
            (Self::Text(text), Kind::Text(_)) => Some(Value::Text(text.clone())),
            _ => None,
        }
    }
}

/// A number as a file writes it.
#[derive(Debug, Clone, Copy, PartialEq, Deserialize)]
#[serde(untagged)]
pub enum Amount {
    /// This one.
    Exactly(f64),
    /// One by chance; the label tells which it was.
    Drawn(Range),
}

/// Between which numbers one is drawn.
#[derive(Debug, Clone, Copy, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Range {
    /// The least and the most.
    #[serde(deserialize_with = "few")]
    pub between: [f64; 2],
    /// Whether equal ratios are equally likely, rather than equal differences.
    #[serde(default)]
    pub log: bool,
}

impl Range {
    fn draw(&self, chance: &mut Chance) -> f64 {
        let [low, high] = self.between;
        if self.log && low > 0.0 {
            return low * (high / low).powf(chance.uniform());
        }
        chance.between(low, high)
    }
}

/// A signal by its name.
fn signal(name: &str) -> Result<&'static Tag, String> {
    find(name).ok_or_else(|| format!("there is no signal {name}"))
}

/// Exactly so many values.
fn few<'de, D: Deserializer<'de>, T: Deserialize<'de>, const N: usize>(input: D) -> Result<[T; N], D::Error> {
    let all = Vec::deserialize(input)?;
    let found = all.len();
    all.try_into().map_err(|_| Error::custom(format_args!("{N} values in brackets are valid, found {found}")))
}
