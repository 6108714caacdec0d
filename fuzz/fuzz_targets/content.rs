//! Any bytes as a stream in which containers, credentials and the like are looked for: what is found does not depend on how
//! the stream was cut, and what is held is bounded.
//!
//! Input: two bytes for the sizes of pieces, by turns (a byte more than the first says, eight times the second),
//! then the stream.
#![no_main]

use libfuzzer_sys::fuzz_target;
use quaywatch_content::{Found, MOST_EXACT, MOST_SAMPLES, MOST_STREAM_BYTES, Scanner, Things};
use quaywatch_model::DataClass;

fn found<'a>(pieces: impl Iterator<Item = &'a [u8]>) -> Found {
    let (mut scanner, mut found) = (Scanner::new(), Found::new());
    let empty = scanner.memory();
    for piece in pieces {
        scanner.scan(piece, &mut found);
        assert!(scanner.memory() <= MOST_STREAM_BYTES);
    }
    scanner.end(&mut found);
    assert_eq!(scanner.memory(), empty, "all is given back");
    found
}

/// The bytes, cut by turns into pieces of one size and of the other.
fn cut(bytes: &[u8], sizes: [usize; 2]) -> impl Iterator<Item = &[u8]> {
    let (mut rest, mut sizes) = (bytes, sizes.into_iter().cycle());
    std::iter::from_fn(move || {
        let (piece, behind) = rest.split_at(sizes.next()?.min(rest.len()));
        rest = behind;
        (!piece.is_empty()).then_some(piece)
    })
}

fuzz_target!(|data: &[u8]| {
    let [small, large, stream @ ..] = data else { return };
    let whole = found(std::iter::once(stream));
    let pieces = found(cut(stream, [usize::from(*small) + 1, usize::from(*large) * 8 + 1]));
    assert_eq!(whole, pieces, "as one piece and as many");
    for (_, things) in whole.classes() {
        assert!(things.held() <= MOST_EXACT && things.samples().count() <= MOST_SAMPLES);
        assert!(!things.prove() || things.count() > 0);
        let mut twice = Things::default();
        twice.merge(things);
        twice.merge(things);
        assert_eq!(&twice, things, "what is found twice is the same");
    }
    let secrets = whole.of(DataClass::Credentials).into_iter().flat_map(Things::samples);
    secrets.for_each(|sample| assert!(sample.ends_with("(masked)")));
});
