use super::lamps::Lamps;
use super::{Eyes, Operator, TICK_S};
use crate::plant::GRAVITY_M_S2;

/// Sticks have steps.
const STICK_STEP: f64 = 0.02;
/// An operator leaves it at this, in the trolley's way.
const NEAR_M: f64 = 0.25;
/// The hoist's speed at full stick, as operators have it in their hands.
const HOIST_M_S: f64 = 3.0;
const HOIST_M_S2: f64 = 0.65;
/// A load that swings wider is caught before it is brought anywhere.
const CAUGHT_DEG: f64 = 2.0;

impl Operator {
    /// The trolley's stick, to bring the load over a place.
    pub(super) fn trolley_stick(&mut self, eyes: &Eyes, lamps: &Lamps, target_m: f64) -> f64 {
        let fastest = lamps.trolley_m_s.max(0.5);
        if lamps.anti_sway == 0.0 {
            self.rest_m = None;
            return stepped(Self::without_help(eyes, lamps, target_m, fastest));
        }
        // With anti-sway the load goes on after the stick is let go. Operators know how far: as far as they asked for.
        let standing = eyes.trolley_m_s.abs() < 0.04;
        self.stood_s = if standing { self.stood_s + TICK_S } else { 0.0 };
        if self.stood_s > 1.0 && self.hands.trolley == 0.0 {
            self.rest_m = None;
        }
        let rest_m = self.rest_m.get_or_insert(eyes.trolley_m);
        let left_m = target_m - *rest_m;
        if left_m.abs() < NEAR_M && self.hands.trolley == 0.0 {
            return 0.0;
        }
        let stick = stepped((left_m / (fastest * TICK_S)).clamp(-1.0, 1.0));
        *rest_m += stick * fastest * TICK_S;
        stick
    }

    /// Braking by eye, and going after a load that swings.
    fn without_help(eyes: &Eyes, lamps: &Lamps, target_m: f64, fastest: f64) -> f64 {
        let brakes_m = eyes.trolley_m_s * eyes.trolley_m_s.abs() / (1.6 * lamps.trolley_m_s2.max(0.2));
        let left_m = target_m - eyes.trolley_m - brakes_m;
        let travel = if left_m.abs() < NEAR_M { 0.0 } else { (left_m / 2.5).clamp(-1.0, 1.0) };
        if (target_m - eyes.trolley_m).abs() > 3.0 {
            return travel;
        }
        let catches = 0.3 * (GRAVITY_M_S2 * lamps.rope_m.max(1.0)).sqrt() * lamps.sway_deg.to_radians();
        // What swings wide is caught first, and brought over the place when it hangs.
        let share = 0.5 * (1.0 - lamps.sway_deg.abs() / CAUGHT_DEG).max(0.1);
        (share * travel + catches / fastest).clamp(-1.0, 1.0)
    }

    /// The hoist's stick, to bring what hangs to a height and stop there.
    pub(super) fn hoist_stick(eyes: &Eyes, height_m: f64) -> f64 {
        let left_m = height_m - eyes.underside_m;
        if left_m.abs() < 0.3 {
            return 0.0;
        }
        let fastest = (2.0 * HOIST_M_S2 * left_m.abs()).sqrt() - 0.3 * eyes.hoist_m_s.abs();
        stepped((fastest.max(0.2) / HOIST_M_S).min(1.0).copysign(left_m))
    }

    /// The hoist's stick, to set down what hangs: fast, then the last metre slowly.
    pub(super) fn landing_stick(eyes: &Eyes, ground_m: f64) -> f64 {
        let left_m = eyes.underside_m - ground_m;
        let speed = if left_m < 1.0 { 0.2 } else { 0.2 + (2.0 * 0.55 * (left_m - 1.0)).sqrt() };
        -stepped((speed / HOIST_M_S).min(1.0)).max(STICK_STEP)
    }
}

fn stepped(stick: f64) -> f64 {
    (stick / STICK_STEP).round() * STICK_STEP
}
