use crate::machine::Machine;

/// The air around the motors.
const AMBIENT_DEGC: f64 = 20.0;
/// How long a motor takes to warm.
const WARMING_S: f64 = 1800.0;

/// Forces and speeds of what the drives move, at a moment.
#[derive(Debug, Clone, Copy)]
pub(super) struct Flow {
    pub(super) hoist_n: f64,
    pub(super) hoist_m_s: f64,
    pub(super) trolley_n: f64,
    pub(super) trolley_m_s: f64,
    pub(super) gantry_n: f64,
    pub(super) gantry_m_s: f64,
    pub(super) boom: bool,
}

/// The crane's electrical measurements.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Meters {
    /// What the hoist takes from the mains; negative when it gives back.
    pub hoist_w: f64,
    /// What the whole crane takes.
    pub total_w: f64,
    /// What the hoist has taken, less what it gave back.
    pub hoist_j: f64,
    /// What the crane has taken, less what it gave back.
    pub total_j: f64,
    /// What the hoist's motor pulls with, as force at the ropes.
    pub hoist_n: f64,
    /// What the trolley's motor pulls with.
    pub trolley_n: f64,
    /// The hoist motor's temperature.
    pub hoist_degc: f64,
    /// The trolley motor's temperature.
    pub trolley_degc: f64,
}

impl Default for Meters {
    fn default() -> Self {
        Self {
            hoist_w: 0.0,
            total_w: 0.0,
            hoist_j: 0.0,
            total_j: 0.0,
            hoist_n: 0.0,
            trolley_n: 0.0,
            hoist_degc: 45.0,
            trolley_degc: 40.0,
        }
    }
}

impl Meters {
    pub(super) fn step(&mut self, machine: &Machine, flow: &Flow, step_s: f64) {
        let travel = machine.travel_efficiency;
        let trolley_w = electrical(flow.trolley_n * flow.trolley_m_s, travel);
        let gantry_w = electrical(flow.gantry_n * flow.gantry_m_s, travel);
        let boom_w = if flow.boom { machine.boom_power_w } else { 0.0 };
        self.hoist_w = electrical(flow.hoist_n * flow.hoist_m_s, machine.hoist_efficiency);
        self.total_w = self.hoist_w + trolley_w + gantry_w + boom_w + machine.auxiliary_power_w;
        self.hoist_j += self.hoist_w * step_s;
        self.total_j += self.total_w * step_s;
        self.hoist_n = flow.hoist_n;
        self.trolley_n = flow.trolley_n;
        warm(&mut self.hoist_degc, self.hoist_w / machine.hoist_power_w, step_s);
        warm(&mut self.trolley_degc, trolley_w / (machine.trolley_force_max_n * 2.0), step_s);
    }
}

/// What the mains give for this at the ropes, or get back from it.
fn electrical(mechanical_w: f64, efficiency: f64) -> f64 {
    if mechanical_w > 0.0 { mechanical_w / efficiency } else { mechanical_w * efficiency }
}

/// At rated load for ever a motor becomes 100 degrees warmer than the air.
fn warm(degc: &mut f64, loaded: f64, step_s: f64) {
    let settles = AMBIENT_DEGC + 10.0 + 100.0 * loaded.abs();
    *degc += (settles - *degc) * step_s / WARMING_S;
}
