use quaywatch_model::Timestamp;

const NANOS_PER_SECOND: i64 = 1_000_000_000;
/// Nanoseconds are this power of ten of a second.
const NANO_EXPONENT: u8 = 9;
/// The high bit of `if_tsresol`: the rest is a power of two, not of ten.
const POWER_OF_TWO: u8 = 0x80;

/// How an interface counts time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Clock {
    tick: Tick,
    offset_nanos: i64,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Tick {
    /// So many nanoseconds long.
    Nanos(u64),
    /// So many of them in a nanosecond.
    PerNano(u64),
    /// So many in a second, as a power of two.
    PerSecondLog2(u8),
}

impl Clock {
    /// Microseconds, which is what an interface without options counts.
    pub(crate) const MICROSECONDS: Self = Self { tick: Tick::Nanos(1_000), offset_nanos: 0 };

    pub(crate) fn set_resolution(&mut self, if_tsresol: u8) {
        let exponent = if_tsresol & !POWER_OF_TWO;
        let power_of_ten = |exponent: u8| 10_u64.checked_pow(u32::from(exponent));
        self.tick = if if_tsresol & POWER_OF_TWO != 0 {
            Tick::PerSecondLog2(exponent)
        } else if exponent <= NANO_EXPONENT {
            Tick::Nanos(power_of_ten(NANO_EXPONENT - exponent).unwrap_or(0))
        } else {
            // So short that no number of them makes a nanosecond.
            power_of_ten(exponent - NANO_EXPONENT).map_or(Tick::Nanos(0), Tick::PerNano)
        };
    }

    pub(crate) const fn set_offset_seconds(&mut self, if_tsoffset: i64) {
        self.offset_nanos = if_tsoffset.saturating_mul(NANOS_PER_SECOND);
    }

    /// The time of so many ticks; the nearest there is where that is past 2262.
    #[inline]
    pub(crate) fn time(&self, ticks: u64) -> Timestamp {
        let nanos = match self.tick {
            Tick::Nanos(nanos) => ticks.saturating_mul(nanos),
            Tick::PerNano(ticks_per_nano) => ticks.checked_div(ticks_per_nano).unwrap_or(0),
            Tick::PerSecondLog2(exponent) => {
                let nanos = (u128::from(ticks) * NANOS_PER_SECOND as u128) >> exponent;
                u64::try_from(nanos).unwrap_or(u64::MAX)
            }
        };
        let nanos = i64::try_from(nanos).unwrap_or(i64::MAX);
        Timestamp::from_nanos(nanos.saturating_add(self.offset_nanos))
    }
}

#[cfg(test)]
mod tests {
    use super::Clock;

    fn nanos(if_tsresol: u8, if_tsoffset: i64, ticks: u64) -> i64 {
        let mut clock = Clock::MICROSECONDS;
        clock.set_resolution(if_tsresol);
        clock.set_offset_seconds(if_tsoffset);
        clock.time(ticks).nanos()
    }

    #[test]
    fn powers_of_ten_and_of_two_become_nanoseconds() {
        assert_eq!(nanos(0, 0, 7), 7_000_000_000);
        assert_eq!(nanos(3, 0, 7), 7_000_000);
        assert_eq!(nanos(6, 0, 1_700_000_000_123_456), 1_700_000_000_123_456_000);
        assert_eq!(nanos(9, 0, 1_700_000_000_123_456_789), 1_700_000_000_123_456_789);
        assert_eq!(nanos(12, 0, 7_999), 7);
        assert_eq!(nanos(127, 0, u64::MAX), 0);
        assert_eq!(nanos(0x80, 0, 7), 7_000_000_000);
        assert_eq!(nanos(0x80 | 10, 0, 1536), 1_500_000_000);
        assert_eq!(nanos(0x80 | 32, 0, (3 << 32) + (1 << 31)), 3_500_000_000);
        assert_eq!(nanos(0xFF, 0, u64::MAX), 0);
    }

    #[test]
    fn the_offset_is_added_and_nothing_overflows() {
        assert_eq!(nanos(6, -1, 1_500_000), 500_000_000);
        assert_eq!(nanos(6, 1_000, 0), 1_000_000_000_000);
        assert_eq!(nanos(0, 0, u64::MAX), i64::MAX);
        assert_eq!(nanos(0x80, i64::MAX, u64::MAX), i64::MAX);
        assert_eq!(nanos(6, i64::MIN, 0), i64::MIN);
    }
}
