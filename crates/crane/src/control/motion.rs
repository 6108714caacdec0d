use super::interlocks::{GANTRY_M_S, Limits};
use super::{CYCLE_S, Controller, Sensed};
use crate::plant::{Actuation, AxisCommand};
use crate::sway::{AntiSway, Swing};

/// A drive that has stood so long puts its brake on.
const BRAKE_AFTER_S: f64 = 0.3;
/// The trolley waits longer: it still damps a swing.
const TROLLEY_BRAKE_AFTER_S: f64 = 6.0;
/// A drive that is no faster stands.
const STANDS_M_S: f64 = 0.02;
const GANTRY_M_S2: f64 = 0.2;
/// Shaping and damping need this much more than what is asked of the load.
const SHAPED: f64 = 1.4;

/// What the drives were last told, and for how long they have had nothing to do.
#[derive(Debug, Clone)]
pub(super) struct Motion {
    pub(super) hoist: AxisCommand,
    pub(super) trolley: AxisCommand,
    gantry: AxisCommand,
    idle_s: [f64; 3],
    anti_sway: AntiSway,
}

impl Motion {
    pub(super) const fn new() -> Self {
        let still = AxisCommand { speed_m_s: 0.0, acceleration_m_s2: 0.0, enabled: false };
        Self {
            hoist: still,
            trolley: still,
            gantry: still,
            idle_s: [f64::MAX; 3],
            anti_sway: AntiSway::new(CYCLE_S),
        }
    }
}

impl Controller {
    /// What the drives and the spreader are told, within the limits.
    pub(super) fn actuate(&mut self, seen: &Sensed, limits: &Limits) -> Actuation {
        self.move_hoist(seen, limits);
        self.move_trolley(seen, limits);
        self.move_gantry(seen, limits);
        let commands = &self.commands;
        let parked = seen.trolley_m < self.machine.boom_hinge_m;
        Actuation {
            hoist: self.motion.hoist,
            trolley: self.motion.trolley,
            gantry: self.motion.gantry,
            boom: if self.on && parked { self.desk.boom } else { 0 },
            lock: self.on && commands.lock && !commands.unlock && limits.lock,
            unlock: self.on && commands.unlock && !commands.lock && limits.unlock,
            spreader_ft: (self.on && limits.telescope).then_some(self.desk.spreader_ft),
        }
    }

    fn move_hoist(&mut self, seen: &Sensed, limits: &Limits) {
        let stick = self.commands.hoist;
        let up = limits.up.min(self.state.up_m_s());
        let wanted = within(stick * self.parameters.hoist_empty_m_s.max(0.0), limits.down, up);
        let [idle_s, ..] = &mut self.motion.idle_s;
        wait(idle_s, wanted == 0.0 && seen.hoist_m_s.abs() < STANDS_M_S);
        // Too much under the ropes: the drive does not ramp down, the brake holds.
        let held = (self.overloaded || self.eccentric) && stick >= 0.0;
        self.motion.hoist = AxisCommand {
            speed_m_s: wanted,
            acceleration_m_s2: self.parameters.hoist_m_s2,
            enabled: self.on && !held && *idle_s < BRAKE_AFTER_S,
        };
    }

    fn move_trolley(&mut self, seen: &Sensed, limits: &Limits) {
        let fastest = self.parameters.trolley_m_s.max(0.0);
        let asked = within(self.commands.trolley * fastest, limits.land, limits.sea);
        let busy = self.motion.anti_sway.busy();
        let hanging_moves = self.commands.hoist != 0.0 && !self.slack && self.commands.anti_sway;
        let [_, idle_s, _] = &mut self.motion.idle_s;
        wait(idle_s, asked == 0.0 && !busy && !hanging_moves);
        let stands = seen.trolley_m_s.abs() < STANDS_M_S;
        let patience = if self.commands.anti_sway { TROLLEY_BRAKE_AFTER_S } else { BRAKE_AFTER_S };
        let enabled = self.on && (*idle_s < patience || !stands && *idle_s < 2.0 * TROLLEY_BRAKE_AFTER_S);
        let (speed, acceleration) = if !enabled {
            self.motion.anti_sway.clear();
            (0.0, self.parameters.trolley_m_s2)
        } else if self.commands.anti_sway {
            (self.shaped(asked, seen), SHAPED * self.parameters.trolley_m_s2)
        } else {
            self.motion.anti_sway.clear();
            (asked, self.parameters.trolley_m_s2)
        };
        // Before an end no shaping counts.
        let ends = within(speed, 1.15 * limits.land, 1.15 * limits.sea);
        self.motion.trolley = AxisCommand { speed_m_s: ends, acceleration_m_s2: acceleration, enabled };
    }

    fn shaped(&mut self, asked: f64, seen: &Sensed) -> f64 {
        self.motion.anti_sway.speed_m_s(&Swing {
            speed_m_s: asked,
            fastest_m_s: self.parameters.trolley_m_s,
            acceleration_m_s2: self.parameters.trolley_m_s2,
            trolley_m: seen.trolley_m,
            rope_m: seen.rope_m,
            paid_out_m_s: -seen.hoist_m_s,
            sway_rad: seen.sway_rad[0],
            // A load that stands does not swing.
            gain: if self.slack { 0.0 } else { self.parameters.sway_gain },
            delay_s: self.parameters.sway_delay_s,
        })
    }

    fn move_gantry(&mut self, seen: &Sensed, limits: &Limits) {
        let wanted = within(self.commands.gantry * GANTRY_M_S, limits.gantry, limits.gantry);
        let [.., idle_s] = &mut self.motion.idle_s;
        wait(idle_s, wanted == 0.0 && seen.gantry_m_s.abs() < STANDS_M_S);
        let enabled = self.on && *idle_s < BRAKE_AFTER_S;
        self.motion.gantry = AxisCommand { speed_m_s: wanted, acceleration_m_s2: GANTRY_M_S2, enabled };
    }
}

/// A speed between `-back` and `forth`, neither below 0.
fn within(speed: f64, back: f64, forth: f64) -> f64 {
    speed.min(forth.max(0.0)).max(-back.max(0.0))
}

fn wait(idle_s: &mut f64, idle: bool) {
    *idle_s = if idle { *idle_s + CYCLE_S } else { 0.0 };
}
