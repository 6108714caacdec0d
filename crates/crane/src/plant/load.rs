use super::{Around, GRAVITY_M_S2};
use crate::machine::Machine;
use glam::{DVec2, DVec3};

const AIR_KG_M3: f64 = 1.225;
/// How high a spreader's side is, for the wind.
const SPREADER_HEIGHT_M: f64 = 0.6;
/// A box's width.
const WIDTH_M: f64 = 2.44;
/// From this height over a place its guides reach the load.
const GUIDES_M: f64 = 0.7;
/// How the guides push towards the middle.
const GUIDES_N_M: f64 = 1.5e5;
/// Steel on steel.
const FRICTION: f64 = 0.3;

/// A box as the crane feels it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Cargo {
    /// The box with what is in it.
    pub mass_kg: f64,
    /// Its length.
    pub length_m: f64,
    /// Its height.
    pub height_m: f64,
    /// How far its centre of mass is off the middle, as a part of the width (x) and the length (y).
    pub off_centre: DVec2,
}

impl Default for Cargo {
    /// A 40-foot box of 20 t.
    fn default() -> Self {
        Self { mass_kg: 20_000.0, length_m: 12.19, height_m: 2.59, off_centre: DVec2::ZERO }
    }
}

/// Where the ropes hang from, and how long they are.
#[derive(Debug, Clone, Copy)]
pub(super) struct Hang {
    pub(super) point: DVec3,
    pub(super) velocity: DVec3,
    pub(super) rope_m: f64,
    pub(super) paid_out_m_s: f64,
}

/// The spreader and what is locked under it, on elastic ropes.
#[derive(Debug, Clone)]
pub(super) struct Load {
    pub(super) position: DVec3,
    pub(super) velocity: DVec3,
    pub(super) cargo: Option<Cargo>,
    pub(super) tension_n: f64,
    /// The ropes' pull at the trolley (x) and the gantry (y).
    pub(super) pull_n: DVec2,
    /// It stands on something.
    pub(super) standing: bool,
    pub(super) skew_rad: f64,
    skew_rad_s: f64,
    caught_at_m: Option<f64>,
}

/// How stiff the ropes are at this length: all falls together, with the rope up to the drum.
pub(super) fn stiffness(machine: &Machine, rope_m: f64) -> f64 {
    let falls = machine.rope_falls;
    falls * falls * machine.rope_stiffness_n / (falls * rope_m + machine.rope_fixed_m)
}

impl Load {
    /// The empty spreader at rest.
    pub(super) fn hanging(machine: &Machine, point: DVec3, rope_m: f64) -> Self {
        let weight = machine.spreader_mass_kg * GRAVITY_M_S2;
        let stretched = rope_m + weight / stiffness(machine, rope_m);
        Self {
            position: point - DVec3::Z * stretched,
            velocity: DVec3::ZERO,
            cargo: None,
            tension_n: weight,
            pull_n: DVec2::ZERO,
            standing: false,
            skew_rad: 0.0,
            skew_rad_s: 0.0,
            caught_at_m: None,
        }
    }

    pub(super) fn mass_kg(&self, machine: &Machine) -> f64 {
        machine.spreader_mass_kg + self.cargo.map_or(0.0, |cargo| cargo.mass_kg)
    }

    pub(super) fn underside_m(&self) -> f64 {
        self.position.z - self.cargo.map_or(0.0, |cargo| cargo.height_m)
    }

    pub(super) fn step(&mut self, machine: &Machine, hang: &Hang, around: &Around, step_s: f64) {
        let mass = self.mass_kg(machine);
        let rope = self.rope_force(machine, hang, mass);
        let wind = self.wind_force(machine, around.wind_m_s);
        let swing = (self.velocity - hang.velocity).truncate();
        let damping = 2.0 * machine.sway_damping * mass * (GRAVITY_M_S2 / hang.rope_m.max(1.0)).sqrt();
        let mut force = rope + self.ground_force(machine, around) + self.catch_force(machine, around.caught);
        force += (wind - damping * swing).extend(-mass * GRAVITY_M_S2);
        self.velocity += force / mass * step_s;
        self.position += self.velocity * step_s;
        self.turn(machine, hang.rope_m, mass, wind, step_s);
    }

    fn rope_force(&mut self, machine: &Machine, hang: &Hang, mass: f64) -> DVec3 {
        let along = self.position - hang.point;
        let distance = along.length().max(0.1);
        let direction = along / distance;
        let stretch = distance - hang.rope_m;
        self.tension_n = if stretch > 0.0 {
            let stiffness = stiffness(machine, hang.rope_m);
            let damping = 2.0 * machine.rope_damping * (stiffness * mass).sqrt();
            let stretching = direction.dot(self.velocity - hang.velocity) - hang.paid_out_m_s;
            (stiffness * stretch + damping * stretching).max(0.0)
        } else {
            0.0
        };
        let force = -self.tension_n * direction;
        self.pull_n = -force.truncate();
        force
    }

    fn wind_force(&self, machine: &Machine, wind_m_s: DVec2) -> DVec2 {
        let relative = wind_m_s - self.velocity.truncate();
        // Boxes lie along the quay: the long side is in the trolley's way.
        let (length, height) = self.cargo.map_or((12.19, 0.0), |cargo| (cargo.length_m, cargo.height_m));
        let height = height + SPREADER_HEIGHT_M;
        let areas = DVec2::new(length * height, WIDTH_M * height);
        0.5 * AIR_KG_M3 * machine.drag_coefficient * relative.length() * areas * relative
    }

    /// What stands below holds the load up, and its guides bring it to the middle.
    fn ground_force(&mut self, machine: &Machine, around: &Around) -> DVec3 {
        let depth = around.ground_m - self.underside_m();
        let mut force = DVec3::ZERO;
        if let Some(middle) = around.place_m.filter(|_| depth > -GUIDES_M) {
            let off = (self.position.x - middle).clamp(-0.8, 0.8);
            force.x -= GUIDES_N_M * off + 0.5 * GUIDES_N_M * self.velocity.x;
        }
        self.standing = depth > 0.0;
        if self.standing {
            let pressed =
                machine.ground_stiffness_n_m * depth - machine.ground_damping_n_s_m * self.velocity.z;
            force.z = pressed.max(0.0);
            let sliding = self.velocity.truncate();
            let held = (FRICTION * force.z).min(2.0e5 * sliding.length());
            force -= (held * sliding.normalize_or_zero()).extend(0.0);
        }
        force
    }

    fn catch_force(&mut self, machine: &Machine, caught: bool) -> DVec3 {
        if !caught {
            self.caught_at_m = None;
            return DVec3::ZERO;
        }
        let at = *self.caught_at_m.get_or_insert(self.position.z);
        let pulled = (self.position.z - at).max(0.0);
        DVec3::new(0.0, 0.0, -machine.ground_stiffness_n_m * pulled)
    }

    /// Skew: the four ropes turn the load back; wind and pull off its centre of mass turn it away.
    fn turn(&mut self, machine: &Machine, rope_m: f64, mass: f64, wind: DVec2, step_s: f64) {
        let (length, off) = self.cargo.map_or((12.19, 0.0), |cargo| {
            // The spreader's own middle is where its ropes are.
            (cargo.length_m, cargo.off_centre.y * cargo.mass_kg / mass)
        });
        let inertia = mass * (length * length + WIDTH_M * WIDTH_M) / 12.0;
        let arms = machine.rope_radius_above_m * machine.rope_radius_below_m;
        let back = self.tension_n * arms / rope_m.max(1.0);
        let damping = 2.0 * machine.skew_damping * (back * inertia).sqrt();
        // On the ground nothing turns easily.
        let damping = if self.standing { damping + inertia } else { damping };
        let moment = (wind.x - self.pull_n.x) * off * length;
        self.skew_rad_s += (moment - back * self.skew_rad - damping * self.skew_rad_s) / inertia * step_s;
        self.skew_rad += self.skew_rad_s * step_s;
    }
}
