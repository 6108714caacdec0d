//! Dates and times of SQL Server (MS-TDS, section 2.2.5.5.1.8) as RFC 3339 writes them.

use std::fmt::{Result, Write};

/// Days from 0001-01-01 to 1900-01-01.
const DAYS_TO_1900: i64 = 693_595;
const SECONDS_A_DAY: u64 = 86_400;

/// `datetime`: days since 1900 and three-hundredths of a second; `smalldatetime`: days and minutes.
pub(super) fn show_datetime(bytes: &[u8], text: &mut String) -> Result {
    match *bytes {
        [a, b, c, d, e, f, g, h] => {
            show_day(DAYS_TO_1900 + i64::from(i32::from_le_bytes([a, b, c, d])), text)?;
            text.push('T');
            let ticks = u64::from(u32::from_le_bytes([e, f, g, h]));
            show_time(ticks / 300, ticks % 300 * 1000 / 300, 3, text)
        }
        [a, b, c, d] => {
            show_day(DAYS_TO_1900 + i64::from(u16::from_le_bytes([a, b])), text)?;
            text.push('T');
            show_time(u64::from(u16::from_le_bytes([c, d])) * 60, 0, 0, text)
        }
        _ => Ok(()),
    }
}

/// `date` (0x28), `time` (0x29), `datetime2` (0x2A) and `datetimeoffset` (0x2B).
pub(super) fn show_newer(kind: u8, scale: u8, bytes: &[u8], text: &mut String) -> Result {
    // The time is in UTC; the two bytes behind it say in which zone people should be shown it.
    let (bytes, is_utc) = match (kind, bytes.split_last_chunk::<2>()) {
        (0x2b, Some((rest, _))) => (rest, true),
        _ => (bytes, false),
    };
    let (time, day) = match kind {
        0x28 => (None, Some(bytes)),
        0x29 => (Some(bytes), None),
        _ => match bytes.split_last_chunk::<3>() {
            Some((time, day)) => (Some(time), Some(&day[..])),
            None => return Ok(()),
        },
    };
    if let Some(day) = day {
        show_day(number(day) as i64, text)?;
    }
    if day.is_some() && time.is_some() {
        text.push('T');
    }
    if let Some(time) = time {
        let unit = 10_u64.pow(u32::from(scale.min(7)));
        show_time(number(time) / unit, number(time) % unit, usize::from(scale.min(7)), text)?;
    }
    text.push_str(if is_utc { "Z" } else { "" });
    Ok(())
}

fn number(bytes: &[u8]) -> u64 {
    bytes.iter().take(7).rev().fold(0, |number, &byte| number << 8 | u64::from(byte))
}

fn show_time(seconds: u64, fraction: u64, digits: usize, text: &mut String) -> Result {
    let seconds = seconds % SECONDS_A_DAY;
    write!(text, "{:02}:{:02}:{:02}", seconds / 3600, seconds / 60 % 60, seconds % 60)?;
    if digits > 0 { write!(text, ".{fraction:0digits$}") } else { Ok(()) }
}

/// Days since 0001-01-01 in the Gregorian calendar.
fn show_day(days: i64, text: &mut String) -> Result {
    // Years that begin in March, so that the leap day is the last of its year, from 0000-03-01.
    let days = days + 306;
    let era = days.div_euclid(146_097);
    let day_of_era = days.rem_euclid(146_097);
    let year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let month = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * month + 2) / 5 + 1;
    let month = if month < 10 { month + 3 } else { month - 9 };
    let year = era * 400 + year_of_era + i64::from(month <= 2);
    write!(text, "{year:04}-{month:02}-{day:02}")
}

#[cfg(test)]
mod tests {
    use super::{show_datetime, show_newer};

    fn shown(show: impl FnOnce(&mut String) -> std::fmt::Result) -> String {
        let mut text = String::new();
        show(&mut text).unwrap();
        text
    }

    #[test]
    fn dates_are_shown_as_people_write_them() {
        let datetime = [&40_000_i32.to_le_bytes()[..], &(300_u32 * 3661).to_le_bytes()].concat();
        assert_eq!(shown(|text| show_datetime(&datetime, text)), "2009-07-08T01:01:01.000");
        assert_eq!(shown(|text| show_datetime(&[0, 0, 61, 0], text)), "1900-01-01T01:01:00");
        assert_eq!(shown(|text| show_newer(0x28, 0, &[0xda, 0xb9, 0x0a], text)), "1925-08-01");
        assert_eq!(shown(|text| show_newer(0x28, 0, &[0, 0, 0], text)), "0001-01-01");
        assert_eq!(shown(|text| show_newer(0x29, 3, &[0x10, 0x27, 0, 0], text)), "00:00:10.000");
        let offset = [0, 0, 0, 0, 0, 0, 60, 0];
        assert_eq!(shown(|text| show_newer(0x2b, 0, &offset, text)), "0001-01-01T00:00:00Z");
    }
}
