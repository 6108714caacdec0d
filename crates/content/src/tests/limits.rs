use super::made::{Chance, base64, coarri, gzip, hex, json, number, pieces, utf16, whole, zlib};
use crate::{Found, MOST_HELD_BYTES, MOST_STREAM_BYTES, Scanner};
use proptest::collection::vec;
use proptest::prelude::*;
use quaywatch_model::DataClass;

/// All that is found anywhere, wrapped and not, with noise between.
fn everything(seed: u64) -> Vec<u8> {
    let mut chance = Chance(seed | 1);
    let mut all = Vec::new();
    for _ in 0..12 {
        let count = 1 + chance.below(9) as u32;
        let text = [json(count), coarri(count), "Password=Hunter22;IMO 9074729 ".to_owned()][chance.below(3)]
            .clone();
        let mut bytes = text.clone().into_bytes();
        for _ in 0..chance.below(3) {
            bytes = match chance.below(4) {
                0 => gzip(&bytes),
                1 => zlib(&bytes),
                2 => base64(&bytes),
                _ => hex(&bytes),
            };
        }
        if chance.below(4) == 0 {
            bytes = utf16(&text);
        }
        all.extend(bytes);
        let noise = chance.below(700);
        all.extend((0..noise).map(|_| chance.next() as u8));
    }
    all
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn any_segmentation_gives_the_same_finds(seed: u64, cuts in vec(1_usize..2000, 1..40)) {
        let all = everything(seed);
        let mut rest = &all[..];
        let mut cut = Vec::new();
        for length in cuts.iter().cycle() {
            if rest.is_empty() {
                break;
            }
            let (piece, more) = rest.split_at((*length).min(rest.len()));
            cut.push(piece);
            rest = more;
        }
        prop_assert_eq!(whole(&all), pieces(cut));
    }

    #[test]
    fn byte_by_byte_gives_the_same_finds(seed: u64) {
        let all = everything(seed);
        prop_assert_eq!(whole(&all), pieces(all.chunks(1)));
    }

    #[test]
    fn any_bytes_are_survived(streams in vec(vec(any::<u8>(), 0..600), 1..5)) {
        let _ = pieces(streams.iter().map(Vec::as_slice));
    }

    #[test]
    fn broken_wraps_are_survived(seed: u64, breaks in vec((any::<u16>(), any::<u8>()), 1..20)) {
        let mut all = everything(seed);
        for (place, byte) in breaks {
            let place = usize::from(place) % all.len();
            all[place] = byte;
        }
        prop_assert_eq!(whole(&all), pieces(all.chunks(333)));
    }
}

#[test]
fn a_cut_within_a_find_does_not_change_what_is_near_it() {
    // How far the last of the container is from a weight by a name of others decides whether that counts.
    let [one, other] = [number(1), number(2)];
    for gap in 440..520 {
        let text = format!(
            r#"{{"container":"{one}","x":1}}<Container>{other}</Container>{}"weight":400 "#,
            ".".repeat(gap)
        );
        let found = whole(text.as_bytes());
        for cut in (0..text.len()).step_by(3) {
            let (begin, end) = text.as_bytes().split_at(cut);
            assert_eq!(found, pieces([begin, end]), "{gap}, cut at {cut}");
        }
        assert_eq!(found, pieces(text.as_bytes().chunks(1)), "{gap}");
    }
}

#[test]
fn a_stream_that_grows_beyond_measure_is_not_read_to_its_end() {
    let bomb = gzip(&vec![b'a'; 200 << 20]);
    let found = whole(&[&bomb[..], json(3).as_bytes()].concat());
    assert!(found.unwrapping_stopped());
    assert!(found.tells(DataClass::ContainerIds), "what comes behind is still read");
}

#[test]
fn an_idle_stream_holds_little() {
    let (mut scanner, mut found) = (Scanner::new(), Found::new());
    let empty = scanner.memory();
    for piece in json(1000).as_bytes().chunks(1448) {
        scanner.scan(piece, &mut found);
        assert!(scanner.memory() <= empty + MOST_HELD_BYTES, "{}", scanner.memory());
    }
    scanner.end(&mut found);
    assert_eq!(scanner.memory(), empty);
}

#[test]
fn what_is_open_inside_a_stream_is_bounded() {
    let mut wrapped = json(20_000).into_bytes();
    for _ in 0..4 {
        wrapped = gzip(&wrapped);
    }
    let allocated = allocation_counter::measure(|| {
        let (mut scanner, mut found) = (Scanner::new(), Found::new());
        for piece in wrapped.chunks(500) {
            scanner.scan(piece, &mut found);
            assert!(scanner.memory() <= MOST_STREAM_BYTES, "{}", scanner.memory());
        }
    });
    assert!(allocated.bytes_max <= MOST_STREAM_BYTES as u64, "{}", allocated.bytes_max);
}
