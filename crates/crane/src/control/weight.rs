use super::{CYCLE_S, Parameters};
use crate::plant::{GRAVITY_M_S2, Sensed};

/// Over how long the shown load is smoothed.
const SHOWN_S: f64 = 0.06;
/// Over how long the load is smoothed that limits are held against.
const JUDGED_S: f64 = 0.25;
/// Over how long the load is smoothed that decides on speeds: a load that bounces must not change them, or they feed it.
const HANGING_S: f64 = 1.5;
/// Below this a box's corners say nothing of its middle, t.
const ECCENTRIC_FROM_T: f64 = 4.0;

/// What the load cells say, made of use.
#[derive(Debug, Clone, Default)]
pub(super) struct Weight {
    /// Under the ropes, t.
    pub(super) gross_t: f64,
    /// The same without what comes from accelerating, smoothed, less the spreader: what hangs under it, t.
    pub(super) net_t: f64,
    /// Each corner's, t.
    pub(super) corners_t: [f64; 4],
    /// How far off the middle, across and along, in percent of the box.
    pub(super) eccentric_percent: [f64; 2],
    /// How quickly it grows, t/s.
    pub(super) rate_t_s: f64,
    /// What hangs under the ropes, t, without its bouncing.
    pub(super) hanging_t: f64,
    judged_t: f64,
    growing_t: f64,
    speed_m_s: f64,
    acceleration_m_s2: f64,
}

impl Weight {
    pub(super) fn weigh(&mut self, seen: &Sensed, parameters: &Parameters, tare_t: f64) {
        self.corners_t = seen
            .corners_kg
            .map(|kg| (kg / 1000.0 * parameters.cells_gain + parameters.cells_zero_t / 4.0).max(0.0));
        let gross: f64 = self.corners_t.iter().sum();
        self.gross_t += (gross - self.gross_t) * CYCLE_S / SHOWN_S;
        let acceleration = (seen.hoist_m_s - self.speed_m_s) / CYCLE_S;
        self.speed_m_s = seen.hoist_m_s;
        self.acceleration_m_s2 += (acceleration - self.acceleration_m_s2) * CYCLE_S / 0.1;
        let still = gross / (1.0 + self.acceleration_m_s2 / GRAVITY_M_S2).max(0.3);
        self.judged_t += (still - self.judged_t) * CYCLE_S / JUDGED_S;
        self.net_t = self.judged_t - tare_t;
        self.hanging_t += (still - self.hanging_t) * CYCLE_S / HANGING_S;
        let grown = (gross - self.growing_t) * CYCLE_S / JUDGED_S;
        self.growing_t += grown;
        self.rate_t_s = grown / CYCLE_S;
        self.middle(gross, tare_t);
    }

    /// Where the weight of what hangs under the spreader is, from what each corner has beyond a quarter of the spreader.
    fn middle(&mut self, gross: f64, tare_t: f64) {
        let net = gross - tare_t;
        let [land_south, sea_south, land_north, sea_north] = self.corners_t;
        let wanted = if net > ECCENTRIC_FROM_T {
            let x = sea_south + sea_north - land_south - land_north;
            let y = land_north + sea_north - land_south - sea_south;
            [50.0 * x / net, 50.0 * y / net]
        } else {
            [0.0, 0.0]
        };
        for (shown, wanted) in self.eccentric_percent.iter_mut().zip(wanted) {
            *shown += (wanted - *shown) * CYCLE_S / JUDGED_S;
        }
    }
}

/// The anemometer's means: over ten and over three seconds.
#[derive(Debug, Clone, Default)]
pub(super) struct WindMeans {
    pub(super) ten_s: f64,
    pub(super) three_s: f64,
}

impl WindMeans {
    pub(super) fn hear(&mut self, wind_m_s: f64) {
        self.ten_s += (wind_m_s - self.ten_s) * CYCLE_S / 5.0;
        self.three_s += (wind_m_s - self.three_s) * CYCLE_S / 1.5;
    }
}
