//! The crane's controller: every 20 ms it reads commands and parameters from its memory, looks at the sensors, and writes
//! what it does and sees back. Whoever changes its memory changes what it does.

mod alarms;
mod bypass;
mod clock;
mod commands;
mod cycle;
mod interlocks;
mod motion;
mod parameters;
mod status;
mod trips;
mod weight;

pub use alarms::{ALARMS, Alarm};
pub use commands::Commands;
pub use cycle::State;
pub use parameters::Parameters;
pub use trips::Trip;

use crate::desk::Desk;
use crate::image::Image;
use crate::machine::Machine;
use crate::plant::{Actuation, Sensed};
use crate::tags::find;
use bypass::Bypass;
use motion::Motion;
use status::Told;
use trips::Trips;
use weight::{Weight, WindMeans};

/// How often the controller works.
pub const CYCLE_S: f64 = 0.02;
/// For how long a change in operation is told.
const CHANGE_TOLD_S: f64 = 10.0;

/// How a crane is operated: `Ctrl.Mode`, `CraneOperationalMode` of OPC 40020-1.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub enum OperationalMode {
    /// Control is off.
    Other = 0,
    /// Sticks, without help.
    Manual = 1,
    /// Sticks, with anti-sway.
    Semiautomatic = 2,
    /// Not on this crane.
    FullAutomatic = 3,
    /// Limits are bypassed.
    BypassOn = 4,
    /// The bypass key is turned.
    Maintenance = 5,
}

#[derive(Debug, Clone, Default)]
struct Counters {
    moves: u32,
    overloads: u32,
    bypasses: u32,
    hoist_s: f64,
}

/// How long it has been so.
#[derive(Debug, Clone, Copy, Default)]
struct Times {
    state_s: f64,
    landed_s: f64,
    lowering_s: f64,
    silent_s: f64,
    changed_s: f64,
    light_s: f64,
}

/// The controller.
#[derive(Debug, Clone)]
pub struct Controller {
    machine: Machine,
    command_places: commands::Places,
    parameter_places: parameters::Places,
    status_places: status::Places,
    told_alarms: status::ToldAlarms,
    parameters: Parameters,
    commands: Commands,
    desk: Desk,
    state: State,
    trips: Trips,
    bypass: Bypass,
    weight: Weight,
    wind: WindMeans,
    motion: Motion,
    counters: Counters,
    times: Times,
    refused: u16,
    cycles: u64,
    /// Where the spreader last stood on something.
    stood_m: f64,
    on: bool,
    remote: bool,
    slack: bool,
    overloaded: bool,
    eccentric: bool,
    wind_tripped: bool,
}

/// What guards, interlocks and trips look at.
struct View<'a> {
    machine: &'a Machine,
    seen: &'a Sensed,
    commands: &'a Commands,
    parameters: &'a Parameters,
    desk: &'a Desk,
    weight: &'a Weight,
    trips: &'a Trips,
    state: State,
    state_s: f64,
    landed_s: f64,
    lowering_s: f64,
    silent_s: f64,
    changed_s: f64,
    light_s: f64,
    stood_m: f64,
    tare_t: f64,
    on: bool,
    bypass: bool,
    slack: bool,
    overloaded: bool,
    eccentric: bool,
    wind_tripped: bool,
}

impl View<'_> {
    /// The load hardly sways, or who lowers has waited long enough.
    fn is_still(&self, most_deg: f64, patience_s: f64) -> bool {
        self.seen.sway_rad[0].to_degrees().abs() < most_deg || self.lowering_s > patience_s
    }

    /// What hangs is off the ground, and its weight is known.
    fn weighed(&self, least_s: f64, stable_t_s: f64) -> bool {
        let off_ground = self.seen.landed == [false; 4];
        off_ground && self.state_s > least_s && self.weight.rate_t_s.abs() < stable_t_s
    }
}

impl Controller {
    /// A controller that was just started, for this crane.
    #[must_use]
    pub fn new(machine: Machine) -> Self {
        Self {
            machine,
            command_places: commands::Places::new(),
            parameter_places: parameters::Places::new(),
            status_places: status::Places::new(),
            told_alarms: status::NOT_TOLD,
            parameters: Parameters::default(),
            commands: Commands::default(),
            desk: Desk::default(),
            state: State::Off,
            trips: Trips::default(),
            bypass: Bypass::default(),
            weight: Weight::default(),
            wind: WindMeans::default(),
            motion: Motion::new(),
            counters: Counters::default(),
            times: Times::default(),
            refused: 0,
            cycles: 0,
            stood_m: -1000.0,
            on: false,
            remote: false,
            slack: false,
            overloaded: false,
            eccentric: false,
            wind_tripped: false,
        }
    }

    /// Writes what is in a commissioned controller's memory: its parameters, and the versions of its drives.
    pub fn commission(&self, image: &mut Image) {
        self.parameter_places.write(image, &mut Parameters::default());
        for drive in 1..=6 {
            if let Some(tag) = find(&format!("Id.DriveFw[{drive}]")) {
                status::put(image, tag, f64::from(0x0502_0100 + drive));
            }
        }
    }

    /// One cycle: commands, sensors and switches in; what the drives are to do, and the status in its memory, out.
    pub fn cycle(&mut self, image: &mut Image, seen: &Sensed, desk: &Desk, unix_s: f64) -> Actuation {
        self.cycles += 1;
        self.desk = *desk;
        self.read(image, seen);
        self.judge_load(seen);
        self.switch(seen);
        let before = self.state;
        let (state, limits, refused) = {
            let view = self.view(seen);
            let (limits, refused) = interlocks::judge(&view);
            (self.state.next(&view), limits, refused)
        };
        self.refused = refused;
        self.enter(state, before);
        let actuation = self.actuate(seen, &limits);
        if seen.hoist_open {
            self.counters.hoist_s += CYCLE_S;
        }
        let told = Told { controller: self, seen };
        self.status_places.write(image, &told);
        self.told_alarms = self.status_places.write_alarms(image, &told, self.told_alarms);
        self.status_places.write_time(image, unix_s);
        actuation
    }

    /// A stopped controller works on nothing: its outputs fall. Started again, it begins with control off.
    pub fn stopped(&mut self) -> Actuation {
        self.on = false;
        self.state = State::Off;
        self.motion = Motion::new();
        Actuation::default()
    }

    /// Its parameters, as they were last read.
    #[must_use]
    pub const fn parameters(&self) -> &Parameters {
        &self.parameters
    }

    fn read(&mut self, image: &Image, seen: &Sensed) {
        let switched_on = self.commands.on;
        let parameters = self.parameters.clone();
        self.commands = self.command_places.read(image);
        self.parameter_places.read(image, &mut self.parameters);
        let in_operation = self.on && seen.boom_deg <= 0.0;
        if self.parameters != parameters && in_operation {
            self.times.changed_s = CHANGE_TOLD_S;
        }
        self.times.changed_s = (self.times.changed_s - CYCLE_S).max(0.0);
        let turned_on = self.commands.on && !switched_on && !self.commands.moving();
        self.on = self.commands.on && (self.on || turned_on);
    }

    fn judge_load(&mut self, seen: &Sensed) {
        let tare_t = self.tare_t();
        self.weight.weigh(seen, &self.parameters, tare_t);
        self.wind.hear(seen.wind_m_s);
        self.slack = self.weight.gross_t < self.parameters.slack_t;
        let landed = seen.landed == [true; 4];
        if landed {
            self.stood_m = seen.hoist_m;
        }
        let gust = self.wind.three_s;
        let stays = self.wind_tripped && gust > self.parameters.wind_warn_m_s;
        self.wind_tripped = gust > self.parameters.wind_trip_m_s || stays;
        count(&mut self.times.landed_s, landed);
        count(&mut self.times.light_s, self.weight.net_t < self.parameters.overload_t() - 1.0);
        count(&mut self.times.silent_s, !self.desk.link);
        count(&mut self.times.lowering_s, self.commands.hoist < 0.0 && seen.trolley_m_s.abs() < 0.3);
        self.times.state_s += CYCLE_S;
        let (overloaded, eccentric) = {
            let view = self.view(seen);
            (interlocks::overloaded(&view), interlocks::eccentric(&view))
        };
        self.counters.overloads += u32::from(overloaded && !self.overloaded);
        self.overloaded = overloaded;
        self.eccentric = eccentric;
    }

    fn switch(&mut self, seen: &Sensed) {
        let mut trips = self.trips.clone();
        trips.look(&self.view(seen));
        self.trips = trips;
        self.on &= !self.trips.any();
        let asked = self.commands.bypass && self.desk.bypass_key && self.on;
        self.counters.bypasses += u32::from(self.bypass.look(asked));
        let stands = seen.trolley_m_s.abs() < 0.05 && seen.hoist_m_s.abs() < 0.05;
        if self.desk.cab != self.desk.remote && stands {
            self.remote = self.desk.remote;
        }
    }

    fn enter(&mut self, state: State, before: State) {
        if state == before {
            return;
        }
        self.counters.moves += u32::from(before == State::Unlocking && state == State::HoistClear);
        self.state = state;
        self.times.state_s = 0.0;
    }

    fn view<'a>(&'a self, seen: &'a Sensed) -> View<'a> {
        View {
            machine: &self.machine,
            seen,
            commands: &self.commands,
            parameters: &self.parameters,
            desk: &self.desk,
            weight: &self.weight,
            trips: &self.trips,
            state: self.state,
            state_s: self.times.state_s,
            landed_s: self.times.landed_s,
            lowering_s: self.times.lowering_s,
            silent_s: self.times.silent_s,
            changed_s: self.times.changed_s,
            light_s: self.times.light_s,
            stood_m: self.stood_m,
            tare_t: self.tare_t(),
            on: self.on,
            bypass: self.bypass.active(),
            slack: self.slack,
            overloaded: self.overloaded,
            eccentric: self.eccentric,
            wind_tripped: self.wind_tripped,
        }
    }

    fn tare_t(&self) -> f64 {
        self.machine.spreader_mass_kg / 1000.0
    }

    const fn mode(&self) -> OperationalMode {
        if self.bypass.active() {
            OperationalMode::BypassOn
        } else if self.desk.bypass_key {
            OperationalMode::Maintenance
        } else if !self.on {
            OperationalMode::Other
        } else if self.commands.anti_sway {
            OperationalMode::Semiautomatic
        } else {
            OperationalMode::Manual
        }
    }

    /// The spreader's hydraulics work.
    const fn turning(&self) -> bool {
        matches!(self.state, State::Locking | State::Unlocking)
    }
}

fn count(seconds: &mut f64, so: bool) {
    *seconds = if so { *seconds + CYCLE_S } else { 0.0 };
}
