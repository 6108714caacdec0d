//! How long a decoder takes for a request and its answer, from bytes to the operation.

use divan::Bencher;
use divan::counter::ItemsCount;
use quaywatch_model::{Content, Fact, LogLine, Moment, Note, Operation, Problem, Side, Timestamp, Transfer};
use quaywatch_protocols::testing::ADDRESSES;
use quaywatch_protocols::testing::polls::{POLLS, Poll};
use quaywatch_protocols::{Context, Memory, PROTOCOLS, Probe, Shared, Sink, Transport, Wanted};

const TURNS: u32 = 1_000;
/// What a conversation may hold of waiting requests, in bytes.
const HELD_BYTES: usize = 1 << 20;

fn main() {
    divan::main();
}

/// Looks at every item of an operation, as a ledger or a row would.
#[derive(Default)]
struct Sum(u64);

impl Sink for Sum {
    fn operation(&mut self, operation: &Operation<'_>) {
        operation.items.each(&mut |_| self.0 += 1);
    }

    fn transfer(&mut self, _: &Transfer<'_>) {
        self.0 += 1;
    }

    fn problem(&mut self, problem: &Problem) {
        self.0 += problem.bytes;
    }

    fn fact(&mut self, _: &Fact<'_>) {
        self.0 += 1;
    }

    fn note(&mut self, _: &Note<'_>) {
        self.0 += 1;
    }

    fn content(&mut self, content: &Content<'_>) {
        self.0 += content.wire_bytes;
    }

    fn log(&mut self, _: &LogLine<'_>) {
        self.0 += 1;
    }
}

fn bench(bencher: Bencher<'_, '_>, name: &str) {
    let Some(poll) = POLLS.iter().find(|poll| poll.protocol.name == name) else { return };
    let turns: Vec<[Vec<u8>; 2]> = (1..=TURNS).map(|n| poll.turn(n)).collect();
    bencher.counter(ItemsCount::new(TURNS)).bench_local(|| play(poll, &turns));
}

fn play(poll: &Poll, turns: &[[Vec<u8>; 2]]) -> u64 {
    let (transport, ports) = (Transport::Tcp, [50_000, poll.port]);
    let probe = Probe { transport, ports, from: Side::A, bytes: &[], answer: &[], expected: None };
    let mut conversation = (poll.protocol.start)(&probe);
    let (mut memory, mut shared, mut sum) = (Memory::new(HELD_BYTES), Shared::default(), Sum::default());
    let mut now = Moment::default();
    for [request, answer] in turns {
        for (from, bytes) in [(Side::A, request), (Side::B, answer)] {
            now = Moment { frame: now.frame + 1, time: Timestamp::from_nanos(now.time.nanos() + 1_000_000) };
            let (memory, shared) = (&mut memory, &mut shared);
            conversation.data(
                &mut Context {
                    now,
                    addresses: ADDRESSES,
                    ports,
                    opened: None,
                    wanted: Wanted::default(),
                    memory,
                    shared,
                    sink: &mut sum,
                },
                from,
                bytes,
            );
        }
    }
    let (memory, shared) = (&mut memory, &mut shared);
    conversation.end(&mut Context {
        now,
        addresses: ADDRESSES,
        ports,
        opened: None,
        wanted: Wanted::default(),
        memory,
        shared,
        sink: &mut sum,
    });
    sum.0
}

#[divan::bench]
fn modbus_read_registers(bencher: Bencher<'_, '_>) {
    bench(bencher, "modbus");
}

#[divan::bench]
fn s7comm_read_variable(bencher: Bencher<'_, '_>) {
    bench(bencher, "s7comm");
}

#[divan::bench]
fn enip_read_tag(bencher: Bencher<'_, '_>) {
    bench(bencher, "enip");
}

#[divan::bench]
fn opcua_read(bencher: Bencher<'_, '_>) {
    bench(bencher, "opcua");
}

/// What a connection that nobody knows costs with every piece it shows: each protocol is asked.
#[divan::bench]
fn asking_every_protocol_about_rubbish(bencher: Bencher<'_, '_>) {
    let bytes = [0x55; 64];
    let probe = Probe {
        transport: Transport::Tcp,
        ports: [50_000, 50_001],
        from: Side::A,
        bytes: &bytes,
        answer: &[],
        expected: None,
    };
    let probe = divan::black_box(probe);
    bencher.bench_local(|| PROTOCOLS.iter().map(|protocol| (protocol.probe)(&probe)).collect::<Vec<_>>());
}
