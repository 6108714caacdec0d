use super::{GRAVITY_M_S2, Plant};
use crate::chance::Chance;
use crate::wind::Wind;

/// What the crane's sensors tell its controller.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Sensed {
    /// The hoist's place by its encoder, metres over the quay.
    pub hoist_m: f64,
    /// Its speed.
    pub hoist_m_s: f64,
    /// The trolley's place.
    pub trolley_m: f64,
    /// Its speed.
    pub trolley_m_s: f64,
    /// The gantry's place.
    pub gantry_m: f64,
    /// Its speed.
    pub gantry_m_s: f64,
    /// The boom's angle.
    pub boom_deg: f64,
    /// The paid-out rope.
    pub rope_m: f64,
    /// What each corner's cell carries.
    pub corners_kg: [f64; 4],
    /// Sway along the trolley's way and along the quay.
    pub sway_rad: [f64; 2],
    /// Skew.
    pub skew_rad: f64,
    /// The four pins that touch a box or, under a box, what it stands on.
    pub landed: [bool; 4],
    /// The twistlocks are shut.
    pub locked: bool,
    /// The twistlocks are open.
    pub unlocked: bool,
    /// The telescope's length.
    pub spreader_ft: f64,
    /// The hard-wired upper switch has been hit.
    pub at_ultimate: bool,
    /// The hoist's brake is open.
    pub hoist_open: bool,
    /// The trolley's brake is open.
    pub trolley_open: bool,
    /// The gantry's brake is open.
    pub gantry_open: bool,
    /// The hoist's electrical power.
    pub hoist_w: f64,
    /// The crane's.
    pub total_w: f64,
    /// What the crane's meter has counted.
    pub total_j: f64,
    /// The hoist motor's torque, in percent of its rated one.
    pub hoist_torque: f64,
    /// The trolley motor's.
    pub trolley_torque: f64,
    /// The hoist motor's temperature.
    pub hoist_degc: f64,
    /// The trolley motor's.
    pub trolley_degc: f64,
    /// The wind at this moment.
    pub wind_m_s: f64,
    /// Where it comes from, in degrees.
    pub wind_deg: f64,
}

/// What is wrong with sensors, or is fed in between them and the controller: nobody sees it in any packet.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Lies {
    /// The wind sensor stands at this.
    pub wind_m_s: Option<f64>,
    /// The hoist's encoder counts so many metres for one.
    pub hoist_scale: f64,
    /// The trolley's does.
    pub trolley_scale: f64,
    /// Each load cell tells this part of what it carries.
    pub cells_gain: f64,
    /// All four landed switches say this.
    pub landed: Option<bool>,
}

impl Default for Lies {
    /// None.
    fn default() -> Self {
        Self { wind_m_s: None, hoist_scale: 1.0, trolley_scale: 1.0, cells_gain: 1.0, landed: None }
    }
}

impl Lies {
    fn tell(&self, seen: &mut Sensed) {
        seen.wind_m_s = self.wind_m_s.unwrap_or(seen.wind_m_s);
        seen.hoist_m *= self.hoist_scale;
        seen.trolley_m *= self.trolley_scale;
        seen.corners_kg = seen.corners_kg.map(|kg| kg * self.cells_gain);
        seen.landed = self.landed.map_or(seen.landed, |landed| [landed; 4]);
    }
}

/// The sensors, each with its noise.
#[derive(Debug, Clone)]
pub(crate) struct Senses {
    chance: Chance,
    /// What is wrong with them.
    pub(crate) lies: Lies,
}

impl Senses {
    pub(crate) fn new(seed: u64) -> Self {
        Self { chance: Chance::new(seed, 2), lies: Lies::default() }
    }

    pub(crate) fn look(&mut self, plant: &Plant, wind: &Wind) -> Sensed {
        let sway = plant.sway_rad();
        let meters = plant.meters;
        let mut seen = Sensed {
            hoist_m: plant.hoist.place + self.noise(0.001),
            hoist_m_s: self.about(plant.hoist.speed, 0.001),
            trolley_m: plant.trolley.place + self.noise(0.002),
            trolley_m_s: self.about(plant.trolley.speed, 0.001),
            gantry_m: plant.gantry.place + self.noise(0.005),
            gantry_m_s: self.about(plant.gantry.speed, 0.001),
            boom_deg: plant.boom_deg,
            rope_m: plant.rope_m(),
            corners_kg: self.corners(plant),
            sway_rad: [sway.x + self.noise(0.0005), sway.y + self.noise(0.0005)],
            skew_rad: plant.load.skew_rad + self.noise(0.0005),
            landed: landed(plant),
            locked: plant.spreader.turned >= 1.0,
            unlocked: plant.spreader.turned <= 0.0,
            spreader_ft: plant.spreader.feet,
            at_ultimate: plant.at_ultimate(),
            hoist_open: plant.hoist.open,
            trolley_open: plant.trolley.open,
            gantry_open: plant.gantry.open,
            hoist_w: self.about(meters.hoist_w, 0.005),
            total_w: self.about(meters.total_w, 0.005),
            total_j: meters.total_j,
            hoist_torque: 100.0 * meters.hoist_n / plant.machine.hoist_rated_force_n,
            trolley_torque: 100.0 * meters.trolley_n / plant.machine.trolley_force_max_n,
            hoist_degc: meters.hoist_degc,
            trolley_degc: meters.trolley_degc,
            wind_m_s: (wind.speed_m_s() + self.noise(0.1)).max(0.0),
            wind_deg: wind.from_deg(),
        };
        self.lies.tell(&mut seen);
        seen
    }

    /// A quarter of the ropes' pull, more where the centre of mass is: landside and seaside, each south and north.
    fn corners(&mut self, plant: &Plant) -> [f64; 4] {
        let quarter = plant.tension_n() / GRAVITY_M_S2 / 4.0;
        let load = &plant.load;
        let hangs = load.mass_kg(&plant.machine);
        let off = load.cargo.map_or(glam::DVec2::ZERO, |cargo| cargo.off_centre * cargo.mass_kg / hangs);
        [(-1.0, -1.0), (1.0, -1.0), (-1.0, 1.0), (1.0, 1.0)].map(|(x, y)| {
            let part = quarter * (1.0 + 2.0 * (x * off.x + y * off.y));
            (part * (1.0 + self.noise(0.0015)) + self.noise(20.0)).max(0.0)
        })
    }

    fn noise(&mut self, deviation: f64) -> f64 {
        deviation * self.chance.normal()
    }

    fn about(&mut self, value: f64, part: f64) -> f64 {
        value * (1.0 + self.noise(part))
    }
}

/// All four pins where the load stands in the middle of its place; only one side where it is beside.
fn landed(plant: &Plant) -> [bool; 4] {
    let load = &plant.load;
    let off = plant.around.place_m.map_or(0.0, |middle| load.position.x - middle);
    let near = load.underside_m() < plant.around.ground_m + 0.02;
    let [land, sea] = [near && off < 0.35, near && off > -0.35];
    [land, sea, land, sea]
}
