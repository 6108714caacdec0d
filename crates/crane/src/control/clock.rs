/// An instant as S7 stores it: year, month, day, hour, minute, second in BCD, then milliseconds and the day of the week
/// (Sunday is 1). The years are those from 1990 to 2089.
pub(super) fn date_and_time(unix_s: f64) -> [u8; 8] {
    let millis = (unix_s * 1000.0).round() as i64;
    let (seconds, milli) = (millis.div_euclid(1000), millis.rem_euclid(1000));
    let (days, second) = (seconds.div_euclid(86_400), seconds.rem_euclid(86_400));
    let (year, month, day) = civil(days);
    let weekday = (days + 4).rem_euclid(7) + 1;
    [
        bcd(year.rem_euclid(100)),
        bcd(month),
        bcd(day),
        bcd(second / 3600),
        bcd(second / 60 % 60),
        bcd(second % 60),
        bcd(milli / 10),
        ((milli % 10) << 4 | weekday) as u8,
    ]
}

const fn bcd(number: i64) -> u8 {
    (number / 10 * 16 + number % 10) as u8
}

/// The date of a day counted from 1 January 1970. Years begin in March here, so that the leap day is their last.
fn civil(days: i64) -> (i64, i64, i64) {
    let days = days + 719_468;
    let (era, day_of_era) = (days.div_euclid(146_097), days.rem_euclid(146_097));
    let year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let shifted = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * shifted + 2) / 5 + 1;
    let month = if shifted < 10 { shifted + 3 } else { shifted - 9 };
    (year_of_era + era * 400 + i64::from(month <= 2), month, day)
}

#[cfg(test)]
mod tests {
    use super::date_and_time;

    #[test]
    fn dates_are_stored_as_s7_has_them() {
        // Monday, 30 November 2026, 22:15:00.123 UTC.
        assert_eq!(date_and_time(1_796_076_900.123), [0x26, 0x11, 0x30, 0x22, 0x15, 0x00, 0x12, 0x32]);
        // Thursday, 29 February 2024.
        assert_eq!(date_and_time(1_709_164_800.0)[..3], [0x24, 0x02, 0x29]);
        assert_eq!(date_and_time(1_709_164_800.0)[7], 0x05);
    }
}
