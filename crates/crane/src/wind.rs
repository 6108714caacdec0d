use crate::chance::Chance;
use glam::DVec2;

/// How long a gust lasts.
const GUST_S: f64 = 5.0;
/// The gusts' deviation, as a part of the mean.
const INTENSITY: f64 = 0.15;
/// How long the direction keeps.
const TURN_S: f64 = 60.0;
/// How far it wanders.
const TURN_DEG: f64 = 6.0;

/// The wind at a crane: a mean with gusts (an Ornstein-Uhlenbeck process), by chance from a seed.
#[derive(Debug, Clone)]
pub struct Wind {
    mean_m_s: f64,
    from_deg: f64,
    gust: f64,
    turned_deg: f64,
    chance: Chance,
}

impl Wind {
    /// Wind of this mean from this direction, in degrees clockwise from the sea. Cranes on one quay have one seed: whoever
    /// stands further up the wind has it earlier, by `lead_s`.
    #[must_use]
    pub fn new(seed: u64, mean_m_s: f64, from_deg: f64, lead_s: f64) -> Self {
        let chance = Chance::new(seed, 1);
        let mut wind = Self { mean_m_s: mean_m_s.max(0.0), from_deg, gust: 0.0, turned_deg: 0.0, chance };
        for _ in 0..(lead_s.clamp(0.0, 3600.0) / 0.02) as u32 {
            wind.advance(0.02);
        }
        wind
    }

    /// From now on another mean and direction; the gusts go on.
    pub const fn turn_to(&mut self, mean_m_s: f64, from_deg: f64) {
        if mean_m_s.is_finite() && from_deg.is_finite() {
            self.mean_m_s = mean_m_s.max(0.0);
            self.from_deg = from_deg;
        }
    }

    /// Lets time pass.
    pub fn advance(&mut self, step_s: f64) {
        let drawn = self.chance.normal();
        self.gust += -self.gust * step_s / GUST_S + INTENSITY * (2.0 * step_s / GUST_S).sqrt() * drawn;
        let drawn = self.chance.normal();
        self.turned_deg +=
            -self.turned_deg * step_s / TURN_S + TURN_DEG * (2.0 * step_s / TURN_S).sqrt() * drawn;
    }

    /// How fast it blows, in m/s.
    #[must_use]
    pub fn speed_m_s(&self) -> f64 {
        (self.mean_m_s * (1.0 + self.gust)).max(0.0)
    }

    /// Where it comes from, in degrees clockwise from the sea, 0 up to 360.
    #[must_use]
    pub fn from_deg(&self) -> f64 {
        (self.from_deg + self.turned_deg).rem_euclid(360.0)
    }

    /// Where it blows to and how fast, in m/s: x to the sea, y along the quay.
    #[must_use]
    pub fn velocity_m_s(&self) -> DVec2 {
        let angle = self.from_deg().to_radians();
        -DVec2::new(libm::cos(angle), -libm::sin(angle)) * self.speed_m_s()
    }
}

#[cfg(test)]
mod tests {
    use super::Wind;

    /// Beaufort 6: a gust of 3 s is about 1.5 times the mean of 10 minutes.
    #[test]
    fn gusts_of_three_seconds_are_about_half_above_the_mean() {
        let mut wind = Wind::new(3, 13.8, 0.0, 0.0);
        let speeds: Vec<f64> = std::iter::repeat_with(|| {
            wind.advance(0.02);
            wind.speed_m_s()
        })
        .take(30_000)
        .collect();
        let mean = speeds.iter().sum::<f64>() / speeds.len() as f64;
        let gust = speeds.windows(150).map(|stretch| stretch.iter().sum::<f64>() / 150.0).fold(0.0, f64::max);
        assert!((mean - 13.8).abs() < 0.8, "{mean}");
        assert!((1.25..1.6).contains(&(gust / mean)), "{gust}");
    }

    #[test]
    fn a_crane_up_the_wind_has_the_same_wind_earlier() {
        let (mut first, mut second) = (Wind::new(5, 8.0, 30.0, 10.0), Wind::new(5, 8.0, 30.0, 0.0));
        let early: Vec<f64> = (0..100).map(|_| (first.advance(0.02), first.speed_m_s()).1).collect();
        for _ in 0..500 {
            second.advance(0.02);
        }
        let late: Vec<f64> = (0..100).map(|_| (second.advance(0.02), second.speed_m_s()).1).collect();
        assert_eq!(early, late);
    }
}
