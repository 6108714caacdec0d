//! The trolley's speed so that the load does not swing: the load's way is chosen smooth, and the trolley goes where a load
//! on that way has its rope (flatness: `x_T = x_L + (l/g) x_L''`). What wind and bad models leave is damped.

use crate::plant::GRAVITY_M_S2;
use std::collections::VecDeque;
use std::f64::consts::TAU;

/// How much of critical the damping adds.
const ADDED_DAMPING: f64 = 0.2;
/// What leans for longer than this is leant on by the wind, and no swing.
const LEANING_S: f64 = 15.0;
/// How late the trolley's drive is.
const DRIVE_LAG_S: f64 = 0.22;
/// How a trolley beside its way comes back: each metre by so much speed, and never faster than that.
const RETURN_PER_S: f64 = 0.15;
const RETURN_M_S: f64 = 0.2;
/// Further beside its way it has another one.
const LOST_M: f64 = 3.0;
/// Ramps are within these.
const RAMPS_S: [f64; 2] = [2.0, 20.0];

/// What is asked of the load, and what is known of it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Swing {
    /// The speed the load is to reach.
    pub speed_m_s: f64,
    /// The load's greatest speed and mean acceleration, which together say how long a ramp takes.
    pub fastest_m_s: f64,
    /// See above.
    pub acceleration_m_s2: f64,
    /// Where the trolley is.
    pub trolley_m: f64,
    /// The rope's length.
    pub rope_m: f64,
    /// How fast it grows.
    pub paid_out_m_s: f64,
    /// The load's angle; positive where it is ahead.
    pub sway_rad: f64,
    /// How much of shaping and damping is used: 1 is right, 0 none.
    pub gain: f64,
    /// How old the angle is when it is used.
    pub delay_s: f64,
}

/// The anti-sway control of the trolley.
#[derive(Debug, Clone)]
pub struct AntiSway {
    cycle_s: f64,
    /// The speeds asked within the ramp, the oldest first.
    asked: VecDeque<f64>,
    sum: f64,
    /// The same, each turned by its age: a full turn is the ramp.
    turned: [f64; 2],
    seen: VecDeque<f64>,
    leaning_rad: f64,
    /// Where the trolley is to be, and the same as late as its drive is.
    way_m: Option<[f64; 2]>,
}

impl AntiSway {
    /// At rest, to be asked every `cycle_s`.
    #[must_use]
    pub const fn new(cycle_s: f64) -> Self {
        Self {
            cycle_s,
            asked: VecDeque::new(),
            sum: 0.0,
            turned: [0.0; 2],
            seen: VecDeque::new(),
            leaning_rad: 0.0,
            way_m: None,
        }
    }

    /// Forgets what was asked: the trolley stands.
    pub fn clear(&mut self) {
        self.asked.clear();
        self.way_m = None;
    }

    /// Whether the load is still on its way, whatever is asked now.
    #[must_use]
    pub fn busy(&self) -> bool {
        self.asked.iter().any(|speed| *speed != 0.0)
    }

    /// The trolley's speed of this cycle.
    pub fn speed_m_s(&mut self, swing: &Swing) -> f64 {
        let [speed, acceleration, jerk] = self.shaped(swing);
        let follows = (swing.rope_m * jerk + swing.paid_out_m_s * acceleration) / GRAVITY_M_S2;
        let sway = self.delayed(swing.sway_rad, swing.delay_s);
        let unexplained = sway + acceleration / GRAVITY_M_S2;
        self.leaning_rad += (unexplained - self.leaning_rad) * self.cycle_s / LEANING_S;
        let stray = unexplained - self.leaning_rad;
        let damps = 2.0 * ADDED_DAMPING * (GRAVITY_M_S2 * swing.rope_m.max(1.0)).sqrt() * stray;
        let wanted = speed + swing.gain * follows;
        wanted + swing.gain * damps + self.keeps_way(wanted, swing.trolley_m)
    }

    /// What gusts push off its way comes slowly back to it.
    fn keeps_way(&mut self, wanted_m_s: f64, trolley_m: f64) -> f64 {
        let [way_m, late_m] = self.way_m.get_or_insert([trolley_m; 2]);
        *way_m += wanted_m_s * self.cycle_s;
        *late_m += (*way_m - *late_m) * self.cycle_s / DRIVE_LAG_S;
        let off_m = *late_m - trolley_m;
        if off_m.abs() > LOST_M {
            // Something else holds the trolley: an end, a brake.
            self.way_m = None;
        }
        (RETURN_PER_S * off_m).clamp(-RETURN_M_S, RETURN_M_S)
    }

    /// Speed, acceleration and jerk of the load: what was asked, weighted over the ramp by a raised cosine. A step of what
    /// is asked becomes a raised-cosine acceleration, and the way is the integral of what was asked.
    fn shaped(&mut self, swing: &Swing) -> [f64; 3] {
        if self.asked.is_empty() {
            if swing.speed_m_s == 0.0 {
                return [0.0; 3];
            }
            let ramp_s = 2.0 * swing.fastest_m_s / swing.acceleration_m_s2;
            let [shortest, longest] = RAMPS_S;
            let count = ramp_s.max(shortest).min(longest) / self.cycle_s;
            self.asked.resize(count as usize, 0.0);
            self.sum = 0.0;
            self.turned = [0.0; 2];
        }
        let count = self.asked.len() as f64;
        let oldest = self.asked.pop_front().unwrap_or(0.0);
        self.asked.push_back(swing.speed_m_s);
        self.sum += swing.speed_m_s - oldest;
        let (sine, cosine) = libm::sincos(TAU / count);
        let [across, along] = self.turned;
        self.turned = [across * cosine - along * sine, across * sine + along * cosine];
        let [across, along] = &mut self.turned;
        *across += swing.speed_m_s - oldest;
        let rate = TAU / (count * self.cycle_s);
        let shaped = [(self.sum - *across) / count, rate * *along / count, rate * rate * *across / count];
        if swing.speed_m_s == 0.0 && !self.busy() {
            self.asked.clear();
        }
        shaped
    }

    fn delayed(&mut self, sway_rad: f64, delay_s: f64) -> f64 {
        let kept = (delay_s.clamp(0.0, 2.0) / self.cycle_s) as usize + 1;
        self.seen.push_back(sway_rad);
        while self.seen.len() > kept {
            self.seen.pop_front();
        }
        self.seen.front().copied().unwrap_or(sway_rad)
    }
}
