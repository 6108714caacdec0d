//! How fast streams are read, in bytes a second, by what they hold.

use divan::Bencher;
use divan::counter::BytesCount;
use quaywatch_content::{Found, Scanner};

/// Little enough that some samples are taken without interruption on a busy machine.
const BYTES: usize = 1 << 20;
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

/// The `n`th container of these benches, with its check digit.
fn container(n: u32) -> String {
    let stem = format!("MSCU{:06}", n.wrapping_mul(7919) % 1_000_000);
    let value = |letter: char| letter.to_digit(36).map_or(0, |value| value + value.saturating_sub(1) / 10);
    let sum: u32 = stem.chars().map(value).enumerate().map(|(place, value)| value << place).sum();
    format!("{stem}{}", sum % 11 % 10)
}

/// Enough distinct rows.
fn rows(header: &str, row: impl Fn(u32) -> String) -> Vec<u8> {
    let mut text = header.to_owned();
    (0..)
        .take_while(|&n| {
            text += &row(n);
            text.len() < BYTES
        })
        .for_each(drop);
    text.truncate(BYTES);
    text.into_bytes()
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

/// Moves as a crane management system exports them.
#[divan::bench]
fn moves_json(bencher: Bencher<'_, '_>) {
    let row = |n| {
        let number = container(n);
        format!(
            r#"{{"id":{n},"crane":"STS07","time":"2026-01-05T12:{:02}:00Z","kind":"LOAD","container":"{number}","iso":"45G1","gross_kg":{},"bay":{},"row":{},"tier":82,"operator":17,"cycle_s":{}}},"#,
            n / 60 % 60,
            4_000 + n,
            n % 60,
            n % 20,
            80 + n % 40
        )
    };
    bench(bencher, &rows("[", row), SEGMENT_BYTES);
}

#[divan::bench]
fn moves_xml(bencher: Bencher<'_, '_>) {
    let row = |n| {
        let number = container(n);
        format!(
            "  <Move id=\"{n}\" crane=\"STS07\">\n    <Time>2026-01-05T12:{:02}:00Z</Time>\n    <Container>{number}</Container>\n    \
             <GrossKg>{}</GrossKg>\n    <Bay>{}</Bay>\n    <Operator>17</Operator>\n  </Move>\n",
            n / 60 % 60,
            4_000 + n,
            n % 60
        )
    };
    bench(bencher, &rows("<Moves>\n", row), SEGMENT_BYTES);
}

#[divan::bench]
fn moves_csv(bencher: Bencher<'_, '_>) {
    let row = |n| {
        let number = container(n);
        format!(
            "{n},STS07,2026-01-05T12:{:02}:00Z,LOAD,{number},45G1,{},{},{},82,17,{},EVER EXAMPLE,449N\r\n",
            n / 60 % 60,
            4_000 + n,
            n % 60,
            n % 20,
            80 + n % 40
        )
    };
    let header = "id,crane,time,kind,container,iso,gross_kg,bay,row,tier,operator,cycle_s,vessel,voyage\r\n";
    bench(bencher, &rows(header, row), SEGMENT_BYTES);
}

/// As dense as it gets.
#[divan::bench]
fn short_csv(bencher: Bencher<'_, '_>) {
    let row = |n| format!("{n},{},{},{},LOAD\r\n", container(n), 4_000 + n, n % 60);
    bench(bencher, &rows("id,container,gross_kg,bay,kind\r\n", row), SEGMENT_BYTES);
}

#[divan::bench]
fn moves_sql(bencher: Bencher<'_, '_>) {
    let row = |n| format!("({n}, N'{}', {}, {}),", container(n), 4_000 + n, n % 60);
    bench(bencher, &rows("INSERT INTO moves (id, container, vgm, bay) VALUES ", row), SEGMENT_BYTES);
}

#[divan::bench]
fn moves_edifact(bencher: Bencher<'_, '_>) {
    let row = |n| {
        format!("EQD+CN+{}+45G1+++5'LOC+147+0{:02}0482::5'MEA+VGM++KGM:{}'", container(n), n % 60, 4_000 + n)
    };
    bench(bencher, &rows("UNB+UNOA:2+A+B+260101:1200+7'", row), SEGMENT_BYTES);
}

#[divan::bench]
fn telemetry_xml(bencher: Bencher<'_, '_>) {
    let text =
        "<Sample time=\"2026-01-05T12:00:00Z\"><Hoist speed=\"1.25\">17.3</Hoist><Wind>7.1</Wind></Sample>\n";
    bench(bencher, &repeated(text), SEGMENT_BYTES);
}

#[divan::bench]
fn telemetry_csv(bencher: Bencher<'_, '_>) {
    let text = "2026-01-05T12:00:00Z;STS07;1.25;17.3;0.4;7.1;AUTO\r\n";
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
