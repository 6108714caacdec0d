//! How long the whole way takes for a packet: from the file to the summary, and to the record tables.

#![allow(clippy::unwrap_used, reason = "a bench may stop where it cannot go on")]

#[path = "../tests/crane/mod.rs"]
mod crane;

use crane::{MILLI, Packet, START, capture, cases, packets, polling};
use divan::Bencher;
use divan::counter::ItemsCount;
use quaywatch_capture::Source;
use quaywatch_protocols::testing::polls::POLLS;
use quaywatch_sensor::{Settings, inspect};
use std::iter;

const TURNS: u32 = 25_000;
const ROUNDS: usize = 20;

fn main() {
    divan::main();
}

fn bench(bencher: Bencher<'_, '_>, packets: &[Packet], with_tables: bool) {
    let folder = tempfile::tempdir().unwrap();
    let source = [Source::from_argument(capture(folder.path(), packets))];
    bencher
        .counter(ItemsCount::new(packets.len()))
        .with_inputs(|| tempfile::tempdir().unwrap())
        .bench_local_refs(|out| {
            let out = with_tables.then(|| out.path().join("out"));
            inspect(&source, &Settings { threads: 1, out, ..Settings::default() }, &mut |_| ())
                .unwrap()
                .span
                .packets
        });
}

#[divan::bench(sample_count = 10, args = POLLS.iter().map(|poll| poll.protocol.name))]
fn polling_to_a_summary(bencher: Bencher<'_, '_>, name: &str) {
    let poll = POLLS.iter().find(|poll| poll.protocol.name == name).unwrap();
    bench(bencher, &polling(poll, TURNS), false);
}

#[divan::bench(sample_count = 5)]
fn polling_modbus_to_tables(bencher: Bencher<'_, '_>) {
    let [modbus, ..] = &POLLS;
    bench(bencher, &polling(modbus, TURNS), true);
}

/// All cases behind each other, over and over, each round as its own hour.
#[divan::bench(sample_count = 5, args = [false, true])]
fn cases_with_tables(bencher: Bencher<'_, '_>, with_tables: bool) {
    let round: Vec<Vec<u8>> =
        cases().iter().flat_map(|case| packets(case)).map(|packet| packet.bytes).collect();
    let frames = iter::repeat_n(&round, ROUNDS).flatten().enumerate();
    let hour = |n: usize| (n / round.len().max(1)) as i64 * 3_600_000 * MILLI;
    let all: Vec<Packet> = frames
        .map(|(n, bytes)| Packet { time: START + n as i64 * MILLI + hour(n), bytes: bytes.clone() })
        .collect();
    bench(bencher, &all, with_tables);
}
