//! How fast streams are read, in bytes a second, by what they hold.

use divan::Bencher;
use divan::counter::BytesCount;
use quaywatch_content::{Found, Scanner};

/// Little enough that some samples are taken without interruption on a busy machine.
const BYTES: usize = 256 << 10;
/// The payload of a full Ethernet frame.
const SEGMENT_BYTES: usize = 1448;

fn main() {
    divan::main();
}

/// Chance that is the same in every run (xorshift64*).
fn random(seed: u64) -> impl Iterator<Item = u8> {
    let mut state = seed;
    std::iter::repeat_with(move || {
        state ^= state >> 12;
        state ^= state << 25;
        state ^= state >> 27;
        (state.wrapping_mul(0x2545_f491_4f6c_dd1d) >> 56) as u8
    })
}

fn repeated(text: &str) -> Vec<u8> {
    text.bytes().cycle().take(BYTES).collect()
}

fn bench(bencher: Bencher<'_, '_>, bytes: &[u8], piece: usize) {
    bencher.counter(BytesCount::new(bytes.len())).bench_local(|| {
        let (mut scanner, mut found) = (Scanner::new(), Found::new());
        bytes.chunks(piece).for_each(|piece| scanner.scan(piece, &mut found));
        scanner.end(&mut found);
        found
    });
}

#[divan::bench]
fn random_bytes(bencher: Bencher<'_, '_>) {
    let bytes: Vec<u8> = random(1).take(BYTES).collect();
    bench(bencher, &bytes, BYTES);
}

#[divan::bench]
fn random_bytes_in_segments(bencher: Bencher<'_, '_>) {
    let bytes: Vec<u8> = random(1).take(BYTES).collect();
    bench(bencher, &bytes, SEGMENT_BYTES);
}

#[divan::bench]
fn zeros(bencher: Bencher<'_, '_>) {
    bench(bencher, &vec![0; BYTES], SEGMENT_BYTES);
}

#[divan::bench]
fn prose(bencher: Bencher<'_, '_>) {
    let text = "The hoist of the second crane was inspected in the morning; its brakes hold, and the\n\
                operator reports no fault (see the log of Tuesday). Work goes on at noon.\n";
    bench(bencher, &repeated(text), SEGMENT_BYTES);
}

#[divan::bench]
fn telemetry_json(bencher: Bencher<'_, '_>) {
    let text = r#"{"time":"2026-01-05T12:00:00Z","hoist":{"speed":1.25,"position":17.3},"trolley":{"speed":0.4},"wind":7.1},"#;
    bench(bencher, &repeated(text), SEGMENT_BYTES);
}

#[divan::bench]
fn containers(bencher: Bencher<'_, '_>) {
    let text = r#"{"container":"CSQU3054383","gross_kg":23450,"bay":17},{"container":"MWCU6059784","gross_kg":4100,"bay":3},"#;
    bench(bencher, &repeated(text), SEGMENT_BYTES);
}

#[divan::bench]
fn base64(bencher: Bencher<'_, '_>) {
    const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let digit = |drawn: u8| DIGITS.get(usize::from(drawn % 64)).copied().unwrap_or(b'A');
    let bytes: Vec<u8> = random(2).map(digit).take(BYTES).collect();
    bench(bencher, &bytes, SEGMENT_BYTES);
}

#[divan::bench]
fn wide_text(bencher: Bencher<'_, '_>) {
    let text = "The hoist of the second crane was inspected in the morning; its brakes hold. ";
    let wide: Vec<u8> = text.encode_utf16().flat_map(u16::to_le_bytes).cycle().take(BYTES).collect();
    bench(bencher, &wide, SEGMENT_BYTES);
}
