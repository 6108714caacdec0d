/// Chance from a seed: the same numbers on every machine and in every version. SplitMix64 (Steele, Lea, Flood 2014),
/// and nothing from the platform's mathematics library on the way.
#[derive(Debug, Clone)]
pub struct Chance {
    state: u64,
}

impl Chance {
    /// A row of numbers of its own for each purpose, so that drawing more for one does not shift another.
    #[must_use]
    pub fn new(seed: u64, purpose: u64) -> Self {
        let mut chance = Self { state: seed ^ purpose.wrapping_mul(0xD6E8_FEB8_6659_FD93) };
        chance.state = chance.next();
        chance
    }

    /// All 64 bits of the next number.
    pub const fn next(&mut self) -> u64 {
        self.state = self.state.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut mixed = self.state;
        mixed = (mixed ^ mixed >> 30).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        mixed = (mixed ^ mixed >> 27).wrapping_mul(0x94D0_49BB_1331_11EB);
        mixed ^ mixed >> 31
    }

    /// In `[0, 1)`.
    pub const fn uniform(&mut self) -> f64 {
        (self.next() >> 11) as f64 / (1_u64 << 53) as f64
    }

    /// In `[low, high)`.
    pub const fn between(&mut self, low: f64, high: f64) -> f64 {
        low + (high - low) * self.uniform()
    }

    /// One of `count` whole numbers from 0; 0 where there is none.
    pub const fn below(&mut self, count: usize) -> usize {
        (self.uniform() * count as f64) as usize
    }

    /// Near enough to a normal number of deviation 1: the sum of twelve uniform ones, never beyond 6.
    pub fn normal(&mut self) -> f64 {
        let mut sum = 0.0;
        for _ in 0..3 {
            let bits = self.next();
            for part in 0..4 {
                sum += f64::from((bits >> (16 * part)) as u16) + 0.5;
            }
        }
        sum / 65536.0 - 6.0
    }

    /// Lognormal: `median` times `e` to a normal number of deviation `spread`.
    pub fn lognormal(&mut self, median: f64, spread: f64) -> f64 {
        median * libm::exp(spread * self.normal())
    }

    /// Waiting for what comes by chance, on average after `mean`.
    pub fn exponential(&mut self, mean: f64) -> f64 {
        -mean * libm::log(1.0 - self.uniform())
    }
}

#[cfg(test)]
mod tests {
    use super::Chance;

    #[test]
    fn normal_numbers_have_mean_0_and_deviation_1() {
        let mut chance = Chance::new(1, 2);
        let drawn: Vec<f64> = (0..100_000).map(|_| chance.normal()).collect();
        let mean = drawn.iter().sum::<f64>() / 1e5;
        let variance = drawn.iter().map(|number| (number - mean).powi(2)).sum::<f64>() / 1e5;
        assert!(mean.abs() < 0.02 && (variance - 1.0).abs() < 0.03, "{mean} {variance}");
    }

    #[test]
    fn a_seed_gives_the_same_numbers_in_every_version() {
        let mut chance = Chance::new(7, 1);
        let first = chance.next();
        assert_eq!(Chance::new(7, 1).next(), first);
        assert_ne!(Chance::new(7, 2).next(), first);
        assert_ne!(Chance::new(8, 1).next(), first);
    }
}
