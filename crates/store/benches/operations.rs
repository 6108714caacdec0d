//! What a row of `operations` costs: rendering, keeping order, and spilling to disk as it goes.

#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    reason = "a benchmark may stop where it cannot go on"
)]

use divan::counter::{BytesCount, ItemsCount};
use quaywatch_model::{
    Coded, Item, Items, Moment, Number, Operation, Outcome, Scalars, Side, Timestamp, Value, Verb,
};
use quaywatch_store::{Label, Rows, Store};
use std::fmt;

const ROWS: u64 = 200_000;

fn main() {
    divan::main();
}

/// `holding 100..101`.
struct Registers(u16, u16);

impl fmt::Display for Registers {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "holding {}..{}", self.0, self.1)
    }
}

/// One item with `N` values.
struct ReadRegisters<const N: usize>([u16; N]);

impl<const N: usize> Scalars for ReadRegisters<N> {
    fn each(&self, tell: &mut dyn FnMut(Value<'_>)) {
        self.0.iter().for_each(|&n| tell(Value::Unsigned(u64::from(n))));
    }
}

impl<const N: usize> Items for ReadRegisters<N> {
    fn each(&self, tell: &mut dyn FnMut(Item<'_>)) {
        tell(Item::valued(&Registers(100, 100 + N as u16 - 1), Value::List(self)));
    }
}

fn label() -> Label {
    let addresses: [&dyn fmt::Display; 2] = [&"10.20.30.40", &"10.20.30.5"];
    Label::new(&"C5kTq93HsLw2Pd81Zb", &"1:wCb3OG7yAFWelaUydu0D+125CLM=", addresses)
}

fn operation<'a>(number: u64, items: &'a dyn Items) -> Operation<'a> {
    let nanos = 1_763_888_437_000_000_000 + number as i64 * 12_345;
    let request = Moment { time: Timestamp::from_nanos(nanos), frame: 2 * number + 1 };
    let reply = Moment { time: Timestamp::from_nanos(nanos + 900_000), frame: 2 * number + 2 };
    let function = Coded::new("read_holding_registers", Number::Hex8(3));
    Operation {
        request: Some(request),
        reply: Some(reply),
        items,
        unit: Some(1),
        ..Operation::new(Side::A, Verb::Read, function, Outcome::Accepted)
    }
}

fn write_rows(bencher: divan::Bencher<'_, '_>, items: &(dyn Items + Sync), swap: bool) {
    let label = label();
    let dir = tempfile::tempdir().expect("a directory for temporary files");
    bencher
        .counter(ItemsCount::new(ROWS))
        .with_inputs(|| Store::create(dir.path()).map(|mut store| store.rows()).expect("a store"))
        .bench_local_values(|mut rows: Rows| {
            for number in 0..ROWS {
                // Answers overtake each other: every second row is told after the one behind it.
                let number = if swap { number ^ 1 } else { number };
                rows.operation(&label, "modbus", &operation(divan::black_box(number), items));
            }
            rows
        });
}

#[divan::bench(sample_count = 10)]
fn without_items(bencher: divan::Bencher<'_, '_>) {
    write_rows(bencher, &(), false);
}

#[divan::bench(sample_count = 10)]
fn two_registers(bencher: divan::Bencher<'_, '_>) {
    write_rows(bencher, &ReadRegisters([40, 41]), false);
}

#[divan::bench(sample_count = 10)]
fn two_registers_out_of_order(bencher: divan::Bencher<'_, '_>) {
    write_rows(bencher, &ReadRegisters([40, 41]), true);
}

#[divan::bench(sample_count = 10)]
fn a_hundred_registers(bencher: divan::Bencher<'_, '_>) {
    write_rows(bencher, &ReadRegisters([4_000; 100]), false);
}

/// Two workers' rows merged into the table, reading and writing included.
#[divan::bench(sample_count = 10)]
fn merging_two_workers(bencher: divan::Bencher<'_, '_>) {
    let label = label();
    let dir = tempfile::tempdir().expect("a directory for temporary files");
    bencher
        .counter(ItemsCount::new(ROWS))
        .counter(BytesCount::new(ROWS * 360))
        .with_inputs(|| {
            let mut store = Store::create(dir.path()).expect("a store");
            let mut workers = vec![store.rows(), store.rows()];
            for number in 0..ROWS {
                let worker = &mut workers[number as usize % 2];
                worker.operation(&label, "modbus", &operation(number, &ReadRegisters([40, 41])));
            }
            (store, workers)
        })
        .bench_local_values(|(store, workers)| store.finish(workers).expect("tables"));
}
