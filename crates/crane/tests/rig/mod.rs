//! A crane without an operator, its commands and parameters written from outside, as a network does.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    dead_code,
    reason = "a test that meets what cannot be is to fail"
)]

use quaywatch_crane::plant::Cargo;
use quaywatch_crane::{Crane, Image, Kind, Settings, Value, find};

pub(crate) struct Rig {
    pub(crate) crane: Crane,
    pub(crate) image: Image,
    pub(crate) running: bool,
}

impl Rig {
    /// Switched on in still air, its spreader 25 m over the quay between the crane's legs.
    pub(crate) fn unmanned() -> Self {
        let mut rig = Self::of(&Settings { manned: false, wind_m_s: 0.0, ..Settings::default() });
        rig.run(0.1);
        rig.set("Cmd.AntiSwayOn", 1.0);
        rig.set("Cmd.ControlOn", 1.0);
        rig.run(0.2);
        assert_eq!(rig.get("Ctrl.On"), 1.0);
        rig
    }

    pub(crate) fn of(settings: &Settings) -> Self {
        let crane = Crane::new(settings).unwrap();
        let mut image = Image::default();
        crane.commission(&mut image);
        Self { crane, image, running: true }
    }

    /// With a box locked under the spreader, its bouncing over.
    pub(crate) fn with_box(mass_kg: f64) -> Self {
        let mut rig = Self::unmanned();
        rig.hang(Cargo { mass_kg, ..Cargo::default() });
        rig
    }

    pub(crate) fn hang(&mut self, cargo: Cargo) {
        self.crane.plant_mut().take(cargo);
        self.crane.plant_mut().turn_twistlocks(1.0);
        self.run(25.0);
    }

    pub(crate) fn run(&mut self, seconds: f64) {
        let until_s = self.crane.time_s() + seconds;
        self.crane.advance(&mut self.image, self.running, until_s);
    }

    /// Time passes, with something looked at every 20 ms.
    pub(crate) fn watch(&mut self, seconds: f64, mut look: impl FnMut(&Self)) {
        for _ in 0..(seconds / 0.02).round() as u32 {
            self.run(0.02);
            look(self);
        }
    }

    pub(crate) fn set(&mut self, name: &str, number: f64) {
        let tag = find(name).unwrap();
        let value = match tag.kind {
            Kind::Real => Value::Real(number as f32),
            Kind::Bool => Value::Bool(number != 0.0),
            _ => Value::Whole(number as i64),
        };
        self.image.set(tag, &value).unwrap();
    }

    pub(crate) fn get(&self, name: &str) -> f64 {
        match self.image.get(find(name).unwrap()) {
            Value::Real(number) => number.into(),
            Value::Whole(number) => number as f64,
            Value::Bool(on) => u8::from(on).into(),
            other => panic!("{name} is {other:?}"),
        }
    }

    /// Whether interlock `number` tells that it refuses something.
    pub(crate) fn refuses(&self, number: u32) -> bool {
        (self.get("Alm.Word[2]") as u16) & (1 << (number - 1)) != 0
    }

    /// Lets the spreader down onto what is below.
    pub(crate) fn land(&mut self) {
        for _ in 0..6000 {
            if self.get("Lim.SlackRope") != 0.0 {
                break;
            }
            let height = self.crane.truth().load_m.z;
            self.set("Cmd.HoistRef", if height > 7.0 { -30.0 } else { -6.0 });
            self.run(0.02);
        }
        self.set("Cmd.HoistRef", 0.0);
        self.run(1.0);
        assert_eq!(self.get("Lim.SlackRope"), 1.0);
    }
}
