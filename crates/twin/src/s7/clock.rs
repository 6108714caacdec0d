//! The controller's clock as it is on the wire: year to second in BCD, three digits of milliseconds, the day of
//! the week.

use quaywatch_model::Timestamp;

/// What stands before the time: a reserved byte and a century, which controllers keep at 19 in any year.
const HEAD: [u8; 2] = [0x00, 0x19];
const NANOS_PER_MILLISECOND: i64 = 1_000_000;
const SECONDS_PER_DAY: i64 = 86_400;

/// The eight bytes of a time.
pub(super) fn encode(time: Timestamp) -> [u8; 8] {
    let text = time.calendar_second();
    let digits = |at: usize| {
        let digit = |at| text.get(at).map_or(0, |&digit: &u8| digit & 0x0F);
        (digit(at) << 4) | digit(at + 1)
    };
    let (seconds, nanos) = time.split();
    let milliseconds = nanos / NANOS_PER_MILLISECOND as u32;
    let bcd = |number: u32| (((number / 10) << 4) | (number % 10)) as u8;
    // 1970-01-01 was a Thursday, the fifth day where Sunday is the first.
    let weekday = ((seconds.div_euclid(SECONDS_PER_DAY) + 4).rem_euclid(7) + 1) as u8;
    let last = (milliseconds % 10) as u8;
    [
        digits(2),
        digits(5),
        digits(8),
        digits(11),
        digits(14),
        digits(17),
        bcd(milliseconds / 10),
        (last << 4) | weekday,
    ]
}

/// The ten bytes a clock is read as, and set with.
#[must_use]
pub fn answer(time: Timestamp) -> Vec<u8> {
    [HEAD.as_slice(), &encode(time)].concat()
}

/// The time that a clock is set to. `None` where it is none.
pub(super) fn decode(payload: &[u8]) -> Option<Timestamp> {
    let &[_, _, year, month, day, hour, minute, second, hundredths, last] = payload else { return None };
    let number = |byte: u8| {
        let (tens, ones) = (byte >> 4, byte & 0x0F);
        (tens < 10 && ones < 10).then_some(i64::from(tens * 10 + ones))
    };
    let (year, month, day) = (number(year)?, number(month)?, number(day)?);
    let (hour, minute, second) = (number(hour)?, number(minute)?, number(second)?);
    let milliseconds = number(hundredths)? * 10 + i64::from(last >> 4);
    if !(1..=12).contains(&month) || hour > 23 || minute > 59 || second > 59 || last >> 4 > 9 {
        return None;
    }
    let year = if year < 90 { 2_000 + year } else { 1_900 + year };
    let seconds = days(year, month, day) * SECONDS_PER_DAY + hour * 3_600 + minute * 60 + second;
    let time = Timestamp::from_nanos((seconds * 1_000 + milliseconds) * NANOS_PER_MILLISECOND);
    // A day that its month does not have comes out as another one.
    (encode(time).get(..3) == payload.get(2..5)).then_some(time)
}

/// Days since 1970-01-01 (Howard Hinnant's `days_from_civil`, public domain).
const fn days(year: i64, month: i64, day: i64) -> i64 {
    let year = if month <= 2 { year - 1 } else { year };
    let (era, year_of_era) = (year.div_euclid(400), year.rem_euclid(400));
    let day_of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    let day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
    era * 146_097 + day_of_era - 719_468
}

#[cfg(test)]
mod tests {
    use super::{answer, decode};
    use crate::s7::tests::hex;
    use quaywatch_model::Timestamp;

    // s7comm_reading_setting_plc_time.pcap, frame 26: a Wednesday.
    const READ: &str = "00191408201159439124";

    #[test]
    fn a_clock_is_written_as_it_was_read() {
        let time = decode(&hex(READ)).unwrap();
        assert_eq!(time.to_string(), "2014-08-20T11:59:43.912000000Z");
        assert_eq!(answer(time), hex(READ));
        // Frame 43: set without a day of the week.
        assert_eq!(decode(&hex("00191408201159330400")).unwrap().nanos() % 1_000_000_000, 40_000_000);
    }

    #[test]
    fn every_day_comes_back_and_what_is_no_time_is_none() {
        for day in 0..36_500 {
            let time = Timestamp::from_nanos((day + 7_305) * 86_400_000_000_000 + 123_000_000);
            assert_eq!(decode(&answer(time)), Some(time));
        }
        for wrong in
            ["00192302290000000000", "00191413010000000000", "0019140800000000000", "00191a08201159439124"]
        {
            let digits = format!("{wrong:0<20}");
            assert_eq!(decode(&hex(&digits)), None, "{wrong}");
        }
        assert_eq!(decode(&[]), None);
    }
}
