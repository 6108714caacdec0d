use std::fmt;

/// A count with separators: `1,234,567`.
pub(crate) struct Count(pub(crate) u64);

impl fmt::Display for Count {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let digits = self.0.to_string();
        let mut text = String::with_capacity(digits.len() + digits.len() / 3);
        for (index, digit) in digits.chars().enumerate() {
            if index > 0 && (digits.len() - index).is_multiple_of(3) {
                text.push(',');
            }
            text.push(digit);
        }
        f.pad(&text)
    }
}

/// So many of something: `1 packet`, `3,717 packets`.
pub(crate) struct Many(pub(crate) u64, pub(crate) &'static str);

impl fmt::Display for Many {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self(count, what) = *self;
        write!(f, "{} {what}{}", Count(count), if count == 1 { "" } else { "s" })
    }
}

/// A number of bytes in the unit people read: `812 B`, `1.4 MB`. Decimal, as on a data sheet.
pub(crate) struct Bytes(pub(crate) u64);

impl fmt::Display for Bytes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut value = self.0 as f64;
        let mut unit = "B";
        for larger in ["kB", "MB", "GB", "TB"] {
            if value < 999.5 {
                break;
            }
            value /= 1000.0;
            unit = larger;
        }
        let text = if unit == "B" { format!("{} B", self.0) } else { format!("{value:.1} {unit}") };
        f.pad(&text)
    }
}

/// How long something took: `850 ms`, `12.5 s`, `3 min 20 s`, `26 h 10 min`, `3 d 4 h`.
pub(crate) struct Duration(pub(crate) i64);

impl fmt::Display for Duration {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let seconds = self.0 as f64 / 1e9;
        let whole = seconds as u64;
        let text = match whole {
            0 => format!("{:.0} ms", seconds * 1e3),
            1..=59 => format!("{seconds:.1} s"),
            60..=3599 => format!("{} min {} s", whole / 60, whole % 60),
            3600..172_800 => format!("{} h {} min", whole / 3600, whole / 60 % 60),
            _ => format!("{} d {} h", whole / 86_400, whole / 3600 % 24),
        };
        f.pad(&text)
    }
}

#[cfg(test)]
mod tests {
    use super::{Bytes, Count, Duration};

    #[test]
    fn numbers_read_as_people_write_them() {
        let counts = [0, 999, 1_000, 1_234_567].map(|count| Count(count).to_string());
        assert_eq!(counts, ["0", "999", "1,000", "1,234,567"]);
        let bytes = [812, 999, 1_400_000, 999_950].map(|bytes| Bytes(bytes).to_string());
        assert_eq!(bytes, ["812 B", "999 B", "1.4 MB", "1.0 MB"]);
        let spans = [850_000_000, 12_500_000_000, 200_000_000_000, 94_200_000_000_000, 273_600_000_000_000];
        assert_eq!(
            spans.map(|nanos| Duration(nanos).to_string()),
            ["850 ms", "12.5 s", "3 min 20 s", "26 h 10 min", "3 d 4 h"]
        );
    }
}
