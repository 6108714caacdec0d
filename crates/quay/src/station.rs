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
}

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
        Ok(Self { plc, crane, cpu: s7::Cpu::default(), begin, dark: false })
    }

    /// Lets time pass until then.
    pub(crate) fn advance(&mut self, now: Timestamp) {
        let until_s = now.since(self.begin) as f64 / 1e9;
        let ahead_s = self.plc.clock_ahead_nanos as f64 / 1e9;
        self.crane.set_clock(self.begin.nanos() as f64 / 1e9 + ahead_s);
        self.crane.advance(&mut self.plc.image, self.plc.mode == Mode::Run && !self.dark, until_s);
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
