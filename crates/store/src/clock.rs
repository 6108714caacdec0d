use quaywatch_model::Timestamp;

/// Writes RFC 3339 times. Consecutive rows mostly fall into the same second, whose calendar form is kept.
#[derive(Debug, Clone)]
pub(crate) struct Clock {
    second: i64,
    calendar: [u8; 19],
}

impl Default for Clock {
    fn default() -> Self {
        Self { second: 0, calendar: Timestamp::from_nanos(0).calendar_second() }
    }
}

impl Clock {
    /// `2026-11-23T09:00:37.000000001Z`, without quotes.
    #[inline]
    pub(crate) fn push(&mut self, out: &mut Vec<u8>, time: Timestamp) {
        let (second, nanos) = time.split();
        if second != self.second {
            self.second = second;
            self.calendar = time.calendar_second();
        }
        let mut text = [b'.'; 30];
        let (calendar, fraction) = text.split_at_mut(19);
        calendar.copy_from_slice(&self.calendar);
        if let [_, milli @ .., last] = fraction {
            *last = b'Z';
            let groups = [nanos / 1_000_000, nanos / 1_000 % 1_000, nanos % 1_000];
            for (digits, number) in milli.as_chunks_mut::<3>().0.iter_mut().zip(groups) {
                *digits = three_digits(number);
            }
        }
        out.extend_from_slice(&text);
    }
}

/// Every number of three digits: looked up for a third of the price of dividing.
static THREE_DIGITS: [[u8; 3]; 1_000] = {
    let mut all = [[0; 3]; 1_000];
    let mut rest: &mut [[u8; 3]] = &mut all;
    let mut number = 0_u32;
    while let [digits, behind @ ..] = rest {
        *digits = [b'0' + (number / 100) as u8, b'0' + (number / 10 % 10) as u8, b'0' + (number % 10) as u8];
        number += 1;
        rest = behind;
    }
    all
};

fn three_digits(number: u32) -> [u8; 3] {
    THREE_DIGITS.get(number as usize).copied().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::Clock;
    use proptest::prelude::*;
    use quaywatch_model::Timestamp;

    proptest! {
        #[test]
        fn the_cached_form_is_the_displayed_form(nanos: i64, step in -3_000_000_000_i64..3_000_000_000) {
            let mut clock = Clock::default();
            for nanos in [nanos, nanos.saturating_add(step), nanos, 0] {
                let mut out = Vec::new();
                let time = Timestamp::from_nanos(nanos);
                clock.push(&mut out, time);
                prop_assert_eq!(String::from_utf8(out).unwrap(), time.to_string());
            }
        }
    }
}
