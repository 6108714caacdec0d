//! A crane with its controller, as both stand at the quay.

use quaywatch_crane::{Crane, Image, Settings, Truth, Unsound, Value, find};
use quaywatch_model::Timestamp;
use quaywatch_twin::{Mode, Plc, s7};

/// One of them.
#[derive(Debug)]
pub struct Station {
    /// The controller.
    pub plc: Plc,
    /// The steel, the drives, the operator.
    pub crane: Crane,
    /// What all S7 connections to the controller share.
    pub cpu: s7::Cpu,
    begin: Timestamp,
    /// Whether its automation is dead, as without power.
    pub dark: bool,
    /// The last move that the terminal has told the crane's management system.
    pub(crate) dispatched: Option<u32>,
    tape: Tape,
}

/// What was told to the network once, and may be told again.
#[derive(Debug, Default)]
struct Tape {
    /// The status block, ten times a second.
    kept: Vec<Vec<u8>>,
    /// How much is kept.
    room: usize,
    /// Since when it is told again; none: it is kept.
    played_since: Option<Timestamp>,
    last: Option<Timestamp>,
}

/// How often the status block is kept.
const TAPE_EVERY_NS: i64 = 100_000_000;
/// The status block.
const STATUS: u16 = 100;

impl Station {
    /// A crane that begins to work at this time.
    ///
    /// # Errors
    /// There cannot be such a crane.
    pub fn new(name: &str, settings: &Settings, begin: Timestamp) -> Result<Self, Unsound> {
        let settings = Settings { unix_s: begin.nanos() as f64 / 1e9, ..settings.clone() };
        let crane = Crane::new(&settings)?;
        let mut plc = Plc::new(name, s7::default_program());
        crane.commission(&mut plc.image);
        Ok(Self {
            plc,
            crane,
            cpu: s7::Cpu::default(),
            begin,
            dark: false,
            dispatched: None,
            tape: Tape::default(),
        })
    }

    /// When it began to work.
    #[must_use]
    pub const fn began(&self) -> Timestamp {
        self.begin
    }

    /// Lets time pass until then.
    pub(crate) fn advance(&mut self, now: Timestamp) {
        let until_s = now.since(self.begin) as f64 / 1e9;
        let ahead_s = self.plc.clock_ahead_nanos as f64 / 1e9;
        self.crane.set_clock(self.begin.nanos() as f64 / 1e9 + ahead_s);
        self.crane.advance(&mut self.plc.image, self.plc.mode == Mode::Run && !self.dark, until_s);
        self.keep(now);
    }

    /// From now on, so many seconds of what is told to the network are kept.
    pub fn record(&mut self, length_s: f64) {
        self.tape = Tape { room: (length_s * 10.0) as usize, ..Tape::default() };
    }

    /// From now on the network is told what was kept, over and over, whatever the crane does.
    pub const fn replay(&mut self, now: Timestamp) {
        self.tape.played_since = Some(now);
    }

    /// From now on the network is told the truth again.
    pub fn stop_replay(&mut self) {
        self.tape = Tape::default();
    }

    fn keep(&mut self, now: Timestamp) {
        let tape = &mut self.tape;
        let due = tape.last.is_none_or(|last| now.since(last) >= TAPE_EVERY_NS);
        if tape.played_since.is_none() && tape.kept.len() < tape.room && due {
            tape.last = Some(now);
            tape.kept.extend(self.plc.image.block(STATUS).map(<[u8]>::to_vec));
        }
    }

    /// Exchanges the status block with what is told in its place at this time, and back when it is done once more.
    pub(crate) fn swap_told(&mut self, now: Timestamp) {
        let Some(since) = self.tape.played_since else { return };
        let count = self.tape.kept.len().max(1);
        let at = (now.since(since) / TAPE_EVERY_NS).unsigned_abs() as usize % count;
        if let (Some(kept), Some(block)) = (self.tape.kept.get_mut(at), self.plc.image.block_mut(STATUS)) {
            kept.swap_with_slice(block);
        }
    }

    /// What is true, whatever the controller says.
    #[must_use]
    pub fn truth(&self) -> Truth {
        self.crane.truth()
    }

    /// What the controller's memory says.
    #[must_use]
    pub fn value(&self, tag: &str) -> Option<Value> {
        find(tag).map(|tag| self.plc.image.get(tag))
    }

    /// The same of a number.
    #[must_use]
    pub fn number(&self, tag: &str) -> Option<f64> {
        match self.value(tag)? {
            Value::Real(number) => Some(number.into()),
            Value::Whole(number) => Some(number as f64),
            Value::Bool(on) => Some(f64::from(u8::from(on))),
            Value::Text(_) | Value::DateTime(_) => None,
        }
    }

    /// The controller's memory.
    #[must_use]
    pub const fn image(&self) -> &Image {
        &self.plc.image
    }
}
