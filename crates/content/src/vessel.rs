//! Numbers of ships (IMO resolution A.1117(30)): seven digits, the last of which is the last digit of the sum of the first six
//! times 7, 6, 5, 4, 3, 2.

/// So many characters may stand between `IMO` and the number: `IMO: 9074729`, `IMO No. 9074729`.
const MOST_BETWEEN: usize = 5;

/// The ship number behind the letters `IMO` at `at`.
pub(crate) fn after_imo(window: &[u8], at: usize) -> Option<[u8; 7]> {
    let before = at.checked_sub(1).and_then(|before| window.get(before));
    if before.is_some_and(u8::is_ascii_alphanumeric) {
        return None;
    }
    let behind = window.get(at + 3..)?;
    let between = behind.iter().take(MOST_BETWEEN + 1).position(u8::is_ascii_digit)?;
    let skipped = behind.get(..between)?;
    let is_filler = |byte: &u8| {
        matches!(
            byte,
            b' ' | b':' | b'#' | b'.' | b'-' | b'=' | b'"' | b'N' | b'n' | b'O' | b'o' | b'R' | b'r'
        )
    };
    let digits: [u8; 7] = *behind.get(between..)?.first_chunk()?;
    let ends = !behind.get(between + 7).is_some_and(u8::is_ascii_alphanumeric);
    (ends && skipped.iter().all(is_filler) && is_valid(&digits)).then_some(digits)
}

/// A ship number that fills all of `text`.
pub(crate) fn whole(text: &[u8]) -> Option<[u8; 7]> {
    let digits: [u8; 7] = text.strip_prefix(b"IMO").unwrap_or(text).trim_ascii().try_into().ok()?;
    is_valid(&digits).then_some(digits)
}

/// Whether these are digits and the last is right.
pub(crate) fn is_valid(digits: &[u8; 7]) -> bool {
    let [covered @ .., check] = digits;
    let sum: u32 = covered
        .iter()
        .zip([7, 6, 5, 4, 3, 2])
        .map(|(digit, weight)| u32::from(digit.wrapping_sub(b'0')) * weight)
        .sum();
    digits.iter().all(u8::is_ascii_digit) && covered != b"000000" && sum % 10 == u32::from(check - b'0')
}

#[cfg(test)]
mod tests {
    use super::{after_imo, is_valid};

    #[test]
    fn the_worked_examples_are_valid() {
        for example in [b"9074729", b"9227273", b"9395927"] {
            assert!(is_valid(example));
        }
        assert!(!is_valid(b"9074728") && !is_valid(b"0000000") && !is_valid(b"90747x9"));
    }

    #[test]
    fn it_counts_only_behind_the_letters_imo() {
        for text in ["IMO 9074729", "IMO9074729", "IMO: 9074729.", "IMO No. 9074729"] {
            assert_eq!(after_imo(text.as_bytes(), 0), Some(*b"9074729"), "{text}");
        }
        for text in ["IMO 90747291", "IMO 9074728", "IMO x9074729", "IMO"] {
            assert_eq!(after_imo(text.as_bytes(), 0), None, "{text}");
        }
        assert_eq!(after_imo(b"LIMO 9074729", 1), None);
    }
}
