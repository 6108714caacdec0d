//! A station that speaks S7comm.

use super::{Going, Stage, Wanted, call, few, signal};
use crate::clients::s7::{Client, Deed, Role, bytes, place, write};
use crate::clients::{Step, once};
use crate::world::{World, seconds};
use quaywatch_twin::Program;
use serde::Deserialize;

/// The connection.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct S7 {
    /// Who.
    pub from: String,
    /// To whom.
    pub to: String,
    /// As what it connects.
    #[serde(default)]
    pub role: As,
    /// Whether the connection stays open in the end.
    #[serde(default)]
    pub stays: bool,
    /// What it does there.
    pub plan: Vec<Do>,
}

/// As what a station connects.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum As {
    #[default]
    Programmer,
    Panel,
    Basic,
}

/// One thing it does.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Do {
    /// Reads signals, together.
    Read(Vec<String>),
    /// Reads bytes of a data block: number, first byte, how many.
    ReadBytes(#[serde(deserialize_with = "few")] [u16; 3]),
    /// Reads each data block of these numbers, from the first to the last.
    Walk(#[serde(deserialize_with = "few")] [u16; 2]),
    /// Writes a signal.
    Write {
        /// Which.
        tag: String,
        /// What it is to be.
        value: Wanted,
    },
    /// Reads a system status list: its id and index.
    Status(#[serde(deserialize_with = "few")] [u16; 2]),
    /// Asks how many blocks there are, and which.
    ListBlocks(bool),
    /// Reads a block out, such as `FC3`.
    Upload(String),
    /// Reads all blocks out.
    UploadAll(bool),
    /// Loads a block as it is in the controller, with its code changed, such as `FC3`.
    DownloadChanged(String),
    /// Loads all blocks, changed.
    DownloadAllChanged(bool),
    /// Activates a block.
    Insert(String),
    /// Deletes a block.
    Delete(String),
    /// Stops the controller.
    Stop(bool),
    /// Starts it.
    Start(bool),
    /// Reads the clock.
    ReadClock(bool),
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

impl S7 {
    /// Begins it.
    pub(super) fn begin(&self, stage: &Stage, world: &mut World) -> Result<Going, String> {
        let (from, to) = (stage.host(world, &self.from)?, stage.host(world, &self.to)?);
        let role = match self.role {
            As::Programmer => Role::Programmer,
            As::Panel => Role::Panel,
            As::Basic => Role::Basic,
        };
        let station = world.stations.get(stage.place.station).ok_or("there is no crane")?;
        let begin_ns = world.now().nanos();
        let mut steps = Vec::new();
        for what in &self.plan {
            what.steps(stage, station.plc.program(), begin_ns, &mut steps)?;
        }
        if self.stays {
            steps.push(Step::Stay);
        }
        call(world, [from, to], 102, Box::new(Client::new(role, 2, once(steps))), self.stays)
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

    fn steps(
        &self,
        stage: &Stage,
        program: &Program,
        now_ns: i64,
        steps: &mut Vec<Step<Deed>>,
    ) -> Result<(), String> {
        let mut put = |deed| steps.push(Step::Do(deed));
        match self {
            Self::Read(names) => {
                let places: Result<_, _> = names.iter().map(|name| signal(name).map(place)).collect();
                put(Deed::Read(places?));
            }
            Self::ReadBytes([block, from, count]) => put(Deed::Read(vec![bytes(*block, *from, *count)])),
            Self::Walk([first, last]) => {
                (*first..=*last).for_each(|block| put(Deed::Read(vec![bytes(block, 0, 2)])));
            }
            Self::Write { tag, value } => {
                let tag = signal(tag)?;
                let deed = value.of(tag, stage).and_then(|value| write(tag, &value));
                put(deed.ok_or_else(|| format!("{} is of another kind than the value", tag.name))?);
            }
            Self::Status([list, index]) => put(Deed::Status(*list, *index)),
            Self::ListBlocks(_) => {
                put(Deed::CountBlocks);
                b"8ABCE".iter().for_each(|letter| put(Deed::ListBlocks(*letter)));
            }
            Self::Upload(block) => {
                let (letter, number) = named(block)?;
                put(Deed::Upload(letter, number));
            }
            Self::UploadAll(_) => {
                program.keys().for_each(|(letter, number)| put(Deed::Upload(*letter, *number)));
            }
            Self::DownloadChanged(block) => {
                let (letter, number) = named(block)?;
                let block =
                    program.get(&(letter, number)).ok_or_else(|| format!("there is no block {block}"))?;
                put(Deed::Download(letter, number, changed(&block.0)));
            }
            Self::DownloadAllChanged(_) => {
                program.iter().filter(|((letter, _), _)| b"8CE".contains(letter)).for_each(
                    |((letter, number), block)| put(Deed::Download(*letter, *number, changed(&block.0))),
                );
            }
            Self::Insert(block) => {
                let (letter, number) = named(block)?;
                put(Deed::Insert(letter, number));
            }
            Self::Delete(block) => {
                let (letter, number) = named(block)?;
                put(Deed::Delete(letter, number));
            }
            Self::Stop(_) => put(Deed::Stop),
            Self::Start(_) => put(Deed::Start),
            Self::ReadClock(_) => put(Deed::ReadClock),
            Self::SetClockAhead(ahead_s) => {
                let time = quaywatch_model::Timestamp::from_nanos(now_ns + ahead_s * 1_000_000_000);
                let clock = quaywatch_twin::s7::clock::answer(time);
                put(Deed::SetClock(clock.first_chunk().copied().ok_or("a clock of another length")?));
            }
            Self::PauseS(pause_s) => steps.push(Step::Pause(seconds(*pause_s))),
            Self::Repeat { times, every_s, plan } => {
                for _ in 0..*times {
                    for what in plan {
                        what.steps(stage, program, now_ns, steps)?;
                    }
                    steps.push(Step::Pause(seconds(*every_s)));
                }
            }
        }
        Ok(())
    }
}

/// A block's letter and number, from the name that people use.
fn named(block: &str) -> Result<(u8, u16), String> {
    let kinds = [("OB", b'8'), ("DB", b'A'), ("FC", b'C'), ("FB", b'E')];
    let found = kinds.iter().find_map(|(kind, letter)| {
        let number = block.strip_prefix(kind)?.parse().ok()?;
        Some((*letter, number))
    });
    found.ok_or_else(|| format!("{block} is no block such as OB1, DB100, FC3 or FB2"))
}

/// The block with some of its code changed: what is neither header nor tail.
fn changed(block: &[u8]) -> Vec<u8> {
    let mut block = block.to_vec();
    let (from, to) = (36, block.len().saturating_sub(36));
    for byte in block.get_mut(from..to).unwrap_or_default().iter_mut().step_by(7) {
        *byte ^= 0x5A;
    }
    block
}
