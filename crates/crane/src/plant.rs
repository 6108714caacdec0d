//! The crane's steel, ropes, drives and brakes, and the load that hangs from them: what is true, whatever a controller
//! believes. Steps of a fixed length, semi-implicit Euler: it neither gains nor loses a swing's energy.

mod drive;
mod load;
mod power;
mod sense;
mod spreader;

pub use drive::AxisCommand;
pub use load::Cargo;
pub use power::Meters;
pub(crate) use sense::Senses;
pub use sense::{Lies, Sensed};

use crate::machine::Machine;
use drive::{Drive, Reach};
use glam::{DVec2, DVec3};
use load::{Hang, Load};
use power::Flow;
use spreader::Spreader;

/// The length of a step.
pub const STEP_S: f64 = 0.002;
/// Standard gravity, rounded as the field does.
pub const GRAVITY_M_S2: f64 = 9.81;
/// For a moment the hoist gives a little more than its rated power.
const SHORT_TERM_POWER: f64 = 1.08;
/// Over how long the hoist's drive takes its load.
const CARRIED_S: f64 = 1.0;
/// Where the rope's end would meet the trolley.
const SHORTEST_ROPE_M: f64 = 0.4;

/// What the controller's outputs tell the crane to do. The default is what is left when they fall: nothing moves.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Actuation {
    /// The hoist; up is positive.
    pub hoist: AxisCommand,
    /// The trolley; towards the sea is positive.
    pub trolley: AxisCommand,
    /// The gantry.
    pub gantry: AxisCommand,
    /// The boom: up (1), down (-1) or rest (0).
    pub boom: i8,
    /// Turns the twistlocks shut.
    pub lock: bool,
    /// Turns them open.
    pub unlock: bool,
    /// Which length the telescope goes to, in feet; `None` leaves it.
    pub spreader_ft: Option<f64>,
}

/// What stands below the load, and what blows and pulls at it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Around {
    /// How high what stands below is over the quay. Under a locked spreader it is what its box would stand on.
    pub ground_m: f64,
    /// Where the middle of the place below is. Guides pull a load that comes near towards it.
    pub place_m: Option<f64>,
    /// The wind.
    pub wind_m_s: DVec2,
    /// The load is caught by what it hangs in and cannot go up.
    pub caught: bool,
}

impl Default for Around {
    fn default() -> Self {
        Self { ground_m: -1000.0, place_m: None, wind_m_s: DVec2::ZERO, caught: false }
    }
}

/// A crane's physical state.
#[derive(Debug, Clone)]
pub struct Plant {
    machine: Machine,
    hoist: Drive,
    trolley: Drive,
    gantry: Drive,
    boom_deg: f64,
    load: Load,
    spreader: Spreader,
    meters: Meters,
    /// The ropes' pull without its quick changes.
    carried_n: f64,
    /// What is around the load.
    pub around: Around,
}

impl Plant {
    /// A crane at rest, boom down, its empty spreader hanging at this place.
    #[must_use]
    pub fn new(machine: Machine, trolley_m: f64, height_m: f64) -> Self {
        let trolley_m = trolley_m.max(machine.trolley_min_m).min(machine.trolley_max_m);
        let rope_m = (machine.trolley_height_m - height_m).max(SHORTEST_ROPE_M);
        let point = DVec3::new(trolley_m, 500.0, machine.trolley_height_m);
        Self {
            hoist: Drive::new(machine.trolley_height_m - rope_m, Reach::hoist(&machine)),
            trolley: Drive::new(trolley_m, Reach::trolley(&machine)),
            gantry: Drive::new(point.y, Reach::gantry(&machine)),
            boom_deg: 0.0,
            load: Load::hanging(&machine, point, rope_m),
            spreader: Spreader::default(),
            meters: Meters::default(),
            carried_n: 0.0,
            around: Around::default(),
            machine,
        }
    }

    /// The crane's constants.
    #[must_use]
    pub const fn machine(&self) -> &Machine {
        &self.machine
    }

    /// Lets one step pass.
    pub fn step(&mut self, actuation: &Actuation) {
        self.move_drives(actuation);
        self.move_boom(actuation.boom);
        let hang = Hang {
            point: DVec3::new(self.trolley.place, self.gantry.place, self.machine.trolley_height_m),
            velocity: DVec3::new(self.trolley.speed, self.gantry.speed, 0.0),
            rope_m: self.rope_m(),
            paid_out_m_s: -self.hoist.speed,
        };
        self.load.step(&self.machine, &hang, &self.around, STEP_S);
        self.spreader.step(&self.machine, actuation, STEP_S);
        self.measure(actuation.boom);
    }

    /// Closes the spreader's locks in this box: from now on it hangs under the spreader.
    pub const fn take(&mut self, cargo: Cargo) {
        self.load.cargo = Some(cargo);
    }

    /// Lets go of what hung under the spreader.
    pub const fn release(&mut self) -> Option<Cargo> {
        self.load.cargo.take()
    }

    /// What hangs under the spreader.
    #[must_use]
    pub const fn cargo(&self) -> Option<&Cargo> {
        self.load.cargo.as_ref()
    }

    /// The twistlocks are shut.
    pub(crate) const fn is_locked(&self) -> bool {
        self.spreader.turned >= 1.0
    }

    /// The twistlocks are open.
    pub(crate) const fn is_unlocked(&self) -> bool {
        self.spreader.turned <= 0.0
    }

    /// The twistlocks stand here, 0 open to 1 shut, as if they had been turned.
    pub const fn turn_twistlocks(&mut self, turned: f64) {
        self.spreader.turned = turned;
    }

    /// The middle of the spreader's underside, where the twistlocks are.
    #[must_use]
    pub const fn load_m(&self) -> DVec3 {
        self.load.position
    }

    /// How the load moves.
    #[must_use]
    pub const fn load_m_s(&self) -> DVec3 {
        self.load.velocity
    }

    /// Puts the load elsewhere, at rest: to pull it aside and let it swing.
    pub const fn place_load(&mut self, position_m: DVec3) {
        self.load.position = position_m;
        self.load.velocity = DVec3::ZERO;
    }

    /// What hits a wall stops; what is beside it goes on.
    pub(crate) const fn stop_sideways(&mut self) {
        self.load.velocity.x = 0.0;
    }

    /// How high the underside of what hangs is over the quay.
    #[must_use]
    pub fn underside_m(&self) -> f64 {
        self.load.underside_m()
    }

    /// The ropes' pull.
    #[must_use]
    pub const fn tension_n(&self) -> f64 {
        self.load.tension_n
    }

    /// How long the paid-out rope is, without its stretching.
    #[must_use]
    pub fn rope_m(&self) -> f64 {
        self.machine.trolley_height_m - self.hoist.place
    }

    /// The load's angle against the plumb line, along the trolley's way and along the quay; positive where it is ahead.
    #[must_use]
    pub fn sway_rad(&self) -> DVec2 {
        let down = self.machine.trolley_height_m - self.load.position.z;
        DVec2::new(
            libm::atan2(self.load.position.x - self.trolley.place, down),
            libm::atan2(self.load.position.y - self.gantry.place, down),
        )
    }

    /// How far the load is turned about the plumb line.
    #[must_use]
    pub const fn skew_rad(&self) -> f64 {
        self.load.skew_rad
    }

    /// Where the trolley is, and how fast.
    #[must_use]
    pub const fn trolley(&self) -> (f64, f64) {
        (self.trolley.place, self.trolley.speed)
    }

    /// How high the hoist holds the spreader (by its rope), and how fast it goes.
    #[must_use]
    pub const fn hoist(&self) -> (f64, f64) {
        (self.hoist.place, self.hoist.speed)
    }

    /// Where the gantry is, and how fast.
    #[must_use]
    pub const fn gantry(&self) -> (f64, f64) {
        (self.gantry.place, self.gantry.speed)
    }

    /// Which brakes are open: hoist, trolley, gantry.
    #[must_use]
    pub const fn brakes_open(&self) -> [bool; 3] {
        [self.hoist.open, self.trolley.open, self.gantry.open]
    }

    /// Power, energy, temperatures.
    #[must_use]
    pub const fn meters(&self) -> &Meters {
        &self.meters
    }

    /// Energy in the load's motion, height and stretched ropes, from the height of the trolley.
    #[must_use]
    pub fn load_energy_j(&self) -> f64 {
        let mass = self.load.mass_kg(&self.machine);
        let point = DVec3::new(self.trolley.place, self.gantry.place, self.machine.trolley_height_m);
        let stretch = (self.load.position.distance(point) - self.rope_m()).max(0.0);
        let below = self.load.position.z - point.z;
        let springs = 0.5 * load::stiffness(&self.machine, self.rope_m()) * stretch * stretch;
        0.5 * mass * self.load.velocity.length_squared() + mass * GRAVITY_M_S2 * below + springs
    }

    fn move_drives(&mut self, actuation: &Actuation) {
        let mut hoist = actuation.hoist;
        self.carried_n += (self.load.tension_n - self.carried_n) * STEP_S / CARRIED_S;
        // Above base speed the motor's power decides: the heavier, the slower, and the less is left to accelerate.
        let most_n = self.machine.hoist_power_w * SHORT_TERM_POWER / self.hoist.speed.abs().max(0.1);
        let base_m_s = self.machine.hoist_power_w * SHORT_TERM_POWER / self.carried_n.max(1.0);
        hoist.speed_m_s = hoist.speed_m_s.clamp(-base_m_s, base_m_s);
        if hoist.speed_m_s > self.hoist.speed.max(0.0) {
            let mass = self.machine.hoist_inertia_kg + self.carried_n / GRAVITY_M_S2;
            let spare = ((most_n - self.carried_n) / mass).max(0.05);
            hoist.acceleration_m_s2 = hoist.acceleration_m_s2.min(spare);
        }
        if self.at_ultimate() && hoist.speed_m_s > 0.0 {
            // The switch takes the contactor's current away; nothing asks the controller.
            hoist.enabled = false;
        }
        self.hoist.step(&hoist, STEP_S);
        self.hoist.stay_within(-1000.0, self.machine.trolley_height_m - SHORTEST_ROPE_M);
        self.trolley.step(&self.pulled(actuation.trolley), STEP_S);
        self.trolley.stay_within(self.machine.trolley_min_m, self.machine.trolley_max_m);
        self.gantry.step(&actuation.gantry, STEP_S);
        self.gantry.stay_within(0.0, self.machine.gantry_max_m);
    }

    /// The trolley accelerates no harder than its motor can, with the load pulling at it.
    fn pulled(&self, mut command: AxisCommand) -> AxisCommand {
        let resisting = self.machine.trolley_friction_n_s_m * self.trolley.speed.abs();
        let spare = (self.machine.trolley_force_max_n - resisting - self.load.pull_n.x.abs()).max(10_000.0);
        let mass = self.machine.trolley_mass_kg + self.machine.trolley_inertia_kg;
        command.acceleration_m_s2 = command.acceleration_m_s2.min(spare / mass);
        command
    }

    fn move_boom(&mut self, way: i8) {
        let turned = f64::from(way.signum()) * self.machine.boom_speed_deg_s * STEP_S;
        self.boom_deg = (self.boom_deg + turned).clamp(0.0, self.machine.boom_up_deg);
    }

    fn at_ultimate(&self) -> bool {
        self.hoist.place >= self.machine.hoist_ultimate_m
    }

    fn measure(&mut self, boom: i8) {
        let machine = &self.machine;
        let trolley_mass = machine.trolley_mass_kg + machine.trolley_inertia_kg;
        let trolley_n = trolley_mass * self.trolley.acceleration
            + machine.trolley_friction_n_s_m * self.trolley.speed
            - self.load.pull_n.x;
        let flow = Flow {
            hoist_n: self.load.tension_n + machine.hoist_inertia_kg * self.hoist.acceleration,
            hoist_m_s: if self.hoist.driving() { self.hoist.speed } else { 0.0 },
            trolley_n,
            trolley_m_s: if self.trolley.driving() { self.trolley.speed } else { 0.0 },
            gantry_n: machine.gantry_mass_kg * self.gantry.acceleration - self.load.pull_n.y,
            gantry_m_s: if self.gantry.driving() { self.gantry.speed } else { 0.0 },
            boom: boom > 0 && self.boom_deg < machine.boom_up_deg,
        };
        self.meters.step(machine, &flow, STEP_S);
    }
}
