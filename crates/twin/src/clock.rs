//! Times: S7's `DATE_AND_TIME`, as the memory has them, and Logix's microseconds since 1970.

use quaywatch_model::Timestamp;

const MICROS_PER_SECOND: i64 = 1_000_000;
const MICROS_PER_MILLI: i64 = 1_000;
const NANOS_PER_MICRO: i64 = 1_000;
const SECONDS_PER_DAY: i64 = 86_400;
/// 1990-01-01 and 2090-01-01, between which two digits of a year are enough.
const FIRST_SECOND: i64 = 631_152_000;
const END_SECOND: i64 = 3_786_912_000;

/// Microseconds since 1970; 0 for what is no time.
pub(super) fn from_bcd(bcd: [u8; 8]) -> i64 {
    let [year, month, day, hour, minute, second, millis, rest] = bcd;
    let digits = |byte: u8| i64::from(byte >> 4) * 10 + i64::from(byte & 0x0F);
    let year = digits(year) + if digits(year) < 90 { 2000 } else { 1900 };
    let (month, day) = (digits(month), digits(day));
    if !(1..=12).contains(&month) || !(1..=31).contains(&day) {
        return 0;
    }
    let seconds = days(year, month, day) * SECONDS_PER_DAY
        + digits(hour) * 3_600
        + digits(minute) * 60
        + digits(second);
    seconds * MICROS_PER_SECOND + (digits(millis) * 10 + i64::from(rest >> 4)) * MICROS_PER_MILLI
}

/// The eight bytes; zeros for a time they cannot hold.
pub(super) fn to_bcd(micros: i64) -> [u8; 8] {
    let seconds = micros.div_euclid(MICROS_PER_SECOND);
    if !(FIRST_SECOND..END_SECOND).contains(&seconds) {
        return [0; 8];
    }
    let calendar = Timestamp::from_nanos(micros * NANOS_PER_MICRO).calendar_second();
    let [_, _, y, z, _, m, n, _, d, e, _, h, i, _, j, k, _, s, t] =
        calendar.map(|character| character & 0x0F);
    let millis = micros.rem_euclid(MICROS_PER_SECOND) / MICROS_PER_MILLI;
    let digit = |unit: i64| (millis / unit % 10) as u8;
    // 1970-01-01 was a Thursday; Sunday is 1.
    let weekday = (seconds / SECONDS_PER_DAY + 4).rem_euclid(7) as u8 + 1;
    let pair = |high: u8, low: u8| high << 4 | low;
    let moment = [pair(y, z), pair(m, n), pair(d, e), pair(h, i), pair(j, k), pair(s, t)];
    let [year, month, day, hour, minute, second] = moment;
    [year, month, day, hour, minute, second, pair(digit(100), digit(10)), pair(digit(1), weekday)]
}

/// Days from 1970-01-01 to a civil date: Howard Hinnant's `days_from_civil`
/// (<https://howardhinnant.github.io/date_algorithms.html>, public domain).
const fn days(year: i64, month: i64, day: i64) -> i64 {
    let year = if month <= 2 { year - 1 } else { year };
    let era = year.div_euclid(400);
    let year_of_era = year.rem_euclid(400);
    let day_of_year = (153 * (month + if month > 2 { -3 } else { 9 }) + 2) / 5 + day - 1;
    let day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
    era * 146_097 + day_of_era - 719_468
}

#[cfg(test)]
mod tests {
    use super::{from_bcd, to_bcd};

    #[test]
    fn times_of_the_memory_and_of_logix_are_the_same_moment() {
        // 2026-11-30 22:15:00.123, a Monday.
        let bcd = [0x26, 0x11, 0x30, 0x22, 0x15, 0x00, 0x12, 0x32];
        assert_eq!(from_bcd(bcd), 1_796_076_900_123_000);
        assert_eq!(to_bcd(from_bcd(bcd)), bcd);
        assert_eq!(from_bcd([0; 8]), 0);
        assert_eq!([to_bcd(0), to_bcd(i64::MAX), to_bcd(i64::MIN)], [[0; 8]; 3]);
    }
}
