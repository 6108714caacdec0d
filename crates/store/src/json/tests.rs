use super::*;
use proptest::prelude::*;
use serde_json::Value as Json;

fn written(push: impl FnOnce(&mut Vec<u8>)) -> String {
    let mut out = Vec::new();
    push(&mut out);
    String::from_utf8(out).unwrap()
}

fn unbounded() -> Bound {
    Bound::at(usize::MAX)
}

#[test]
fn what_steers_a_terminal_or_a_reader_is_escaped() {
    let shown = |text: &str| written(|out| push_escaped(out, text));
    assert_eq!(shown("plain, \u{e9}\u{6e2f}\u{1f6a2}"), "plain, \u{e9}\u{6e2f}\u{1f6a2}");
    assert_eq!(shown("\" \\ \n\r\t \0\u{1b}[2J"), r#"\" \\ \n\r\t \u0000\u001b[2J"#);
    assert_eq!(shown("\u{7f}\u{9b}\u{85}"), r"\u007f\u009b\u0085");
    assert_eq!(
        shown("\u{2028}\u{2029}\u{202e}\u{2066}\u{200b}\u{feff}"),
        r"\u2028\u2029\u202e\u2066\u200b\ufeff"
    );
    assert_eq!(shown("\u{e0041}"), r"\udb40\udc41");
}

#[test]
fn bytes_that_are_not_utf_8_become_one_replacement_character_each() {
    let shown = |bytes: &[u8]| written(|out| push_text_of_bytes(out, bytes));
    assert_eq!(shown(b"ok\xFFok\xE2\x80!"), "\"ok\u{fffd}ok\u{fffd}!\"");
    assert_eq!(shown(b"\xC0\xAF"), "\"\u{fffd}\u{fffd}\"");
}

#[test]
fn numbers_stay_numbers_and_what_is_not_finite_is_named() {
    let shown = |value| written(|out| push_value(out, value, &mut unbounded()));
    assert_eq!(shown(Value::Unsigned(u64::MAX)), "18446744073709551615");
    assert_eq!(shown(Value::Signed(i64::MIN)), "-9223372036854775808");
    assert_eq!(shown(Value::Float(-0.1)), "-0.1");
    assert_eq!(shown(Value::Float32(40.1)), "40.1");
    assert_eq!(shown(Value::Float32(f32::NAN)), "\"NaN\"");
    assert_eq!(shown(Value::Float(f64::NAN)), "\"NaN\"");
    assert_eq!(shown(Value::Float(f64::INFINITY)), "\"Infinity\"");
    assert_eq!(shown(Value::Float(f64::NEG_INFINITY)), "\"-Infinity\"");
    assert_eq!(shown(Value::Secret), "\"(masked)\"");
    assert_eq!(shown(Value::Bytes(&[0, 0x0F, 0xA0])), "\"000fa0\"");
}

#[test]
fn names_and_numbers_are_written_as_they_display() {
    for number in [
        Number::None,
        Number::Hex8(0x0A),
        Number::Hex16(0xA),
        Number::Hex32(0x8034_0000),
        Number::Pair(4, 65_535),
        Number::NodeId(673),
    ] {
        let coded = Coded::new("a \"name\"", number);
        let told: Json = serde_json::from_str(&written(|out| push_coded(out, coded))).unwrap();
        assert_eq!(told, coded.to_string());
    }
}

proptest! {
    #[test]
    fn any_text_reads_back_as_itself(text: String) {
        let told = written(|out| push_str(out, &text));
        prop_assert_eq!(serde_json::from_str::<String>(&told).unwrap(), text);
    }

    /// Mostly what needs care, in all positions of the eight bytes that are looked at together.
    #[test]
    fn no_text_leaves_a_character_that_steers(
        text in "([ -~]{0,9}[\"\\\\\u{0}-\u{a0}\u{61c}\u{200b}-\u{206f}\u{feff}\u{fff9}-\u{fffb}\u{e0000}-\u{e007f}é港]){0,6}"
    ) {
        let told = written(|out| push_str(out, &text));
        prop_assert!(!told.chars().any(steers), "{told:?}");
        prop_assert_eq!(serde_json::from_str::<String>(&told).unwrap(), text);
    }

    #[test]
    fn any_bytes_read_back_as_lossy_text(bytes: Vec<u8>) {
        let told = written(|out| push_text_of_bytes(out, &bytes));
        let text: String = serde_json::from_str(&told).unwrap();
        prop_assert_eq!(text, String::from_utf8_lossy(&bytes).into_owned());
    }

    #[test]
    fn eight_bytes_at_once_are_judged_like_one_by_one(bytes: [u8; 8]) {
        prop_assert_eq!(is_plain_word(u64::from_le_bytes(bytes)), bytes.iter().all(|byte| is_plain(*byte)));
    }

    #[test]
    fn a_text_of_any_length_is_judged_like_its_bytes(length in 0_usize..40, place in 0_usize..40, odd: u8) {
        let mut bytes = vec![b'a'; length];
        bytes.iter_mut().skip(place).take(1).for_each(|byte| *byte = odd);
        prop_assert_eq!(is_plain_text(&bytes), bytes.iter().all(|byte| is_plain(*byte)));
    }

    #[test]
    fn one_odd_byte_among_plain_ones_is_found(place in 0_usize..8, odd: u8) {
        let mut bytes = *b"abcdefgh";
        bytes[place] = odd;
        prop_assert_eq!(is_plain_word(u64::from_le_bytes(bytes)), is_plain(odd));
    }

    #[test]
    fn shown_text_is_the_same_however_it_is_cut(pieces: Vec<String>) {
        struct Pieces<'a>(&'a [String]);
        impl fmt::Display for Pieces<'_> {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.iter().try_for_each(|piece| f.write_str(piece))
            }
        }
        let told = written(|out| push_display(out, &Pieces(&pieces), &mut unbounded()));
        prop_assert_eq!(told, written(|out| push_str(out, &pieces.concat())));
    }

    #[test]
    fn finite_floats_read_back_exactly(number: f64) {
        prop_assume!(number.is_finite());
        let told = written(|out| push_float(out, number));
        prop_assert_eq!(told.parse::<f64>().unwrap().to_bits(), number.to_bits());
        prop_assert!(serde_json::from_str::<Json>(&told).unwrap().is_number());
    }

    #[test]
    fn a_bound_cuts_and_leaves_valid_json(text: String, bytes: Vec<u8>, end in 0_usize..40) {
        for value in [Value::Text(&text), Value::Bytes(&bytes), Value::Shown(&text)] {
            let mut bound = Bound::at(end);
            let told = written(|out| push_value(out, value, &mut bound));
            let read: String = serde_json::from_str(&told).unwrap();
            let whole: String =
                serde_json::from_str(&written(|out| push_value(out, value, &mut unbounded()))).unwrap();
            prop_assert_eq!(bound.cut(), read != whole);
            prop_assert!(whole.starts_with(&read));
        }
    }
}
