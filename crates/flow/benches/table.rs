//! How long the flow table takes for a packet, reading the frame included.

use divan::counter::ItemsCount;
use divan::{Bencher, black_box};
use etherparse::PacketBuilder;
use quaywatch_flow::{Conversation, Limits, Listener, Table};
use quaywatch_model::{Moment, Problem, Side, Timestamp};
use quaywatch_wire::{Frame, LinkType, Memory};

const FRAMES: usize = 20_000;
const PAYLOAD_BYTES: usize = 64;
/// What conversations may hold behind holes, in bytes.
const HELD_BYTES: usize = 1 << 24;

fn main() {
    divan::main();
}

/// Looks at what it is told, so that none of it can be left out.
struct Sum(u64);

impl Listener<()> for Sum {
    fn data(&mut self, _: &mut Conversation<()>, _: &mut Memory, _: Side, _: Moment, bytes: &[u8]) {
        self.0 += bytes.len() as u64;
    }

    fn gap(&mut self, _: &mut Conversation<()>, _: &mut Memory, _: Side, _: Moment, bytes: u64) {
        self.0 += bytes;
    }

    fn end(&mut self, _: &mut Conversation<()>, _: &mut Memory, _: Moment) {
        self.0 += 1;
    }

    fn problem(&mut self, _: Option<&Conversation<()>>, _: Moment, problem: &Problem) {
        self.0 += problem.bytes;
    }
}

fn segment(from: u32, sequence: u32) -> Vec<u8> {
    let [_, b, c, d] = from.to_be_bytes();
    let mut frame = Vec::new();
    let builder = PacketBuilder::ethernet2([2; 6], [4; 6]).ipv4([10, b, c, d], [10, 200, 0, 1], 64);
    let _ = builder.tcp(50_000, 502, sequence, 8192).ack(1).write(&mut frame, &[7; PAYLOAD_BYTES]);
    frame
}

fn bench(bencher: Bencher<'_, '_>, frames: &[Vec<u8>]) {
    bencher.counter(ItemsCount::new(frames.len())).bench_local(|| {
        let (mut table, mut memory) = (Table::new(Limits::default()), Memory::new(HELD_BYTES));
        let (mut sum, mut at) = (Sum(0), Moment::default());
        for bytes in frames {
            at.frame += 1;
            at.time = Timestamp::from_nanos(at.time.nanos() + 10_000);
            let Some(frame) = Frame::decode(LinkType::ETHERNET, black_box(bytes), 0) else { continue };
            table.frame(&frame, at, bytes.len() as u64, &mut memory, &mut sum);
        }
        table.finish(at, &mut memory, &mut sum);
        sum.0
    });
}

fn nth(n: usize) -> u32 {
    1 + (n * PAYLOAD_BYTES) as u32
}

#[divan::bench]
fn one_connection_in_order(bencher: Bencher<'_, '_>) {
    let frames: Vec<_> = (0..FRAMES).map(|n| segment(1, nth(n))).collect();
    bench(bencher, &frames);
}

/// Every second segment comes before the one that it follows.
#[divan::bench]
fn one_connection_out_of_order(bencher: Bencher<'_, '_>) {
    let frames: Vec<_> =
        (0..FRAMES).map(|n| segment(1, nth(if n == 0 { 0 } else { ((n - 1) ^ 1) + 1 }))).collect();
    bench(bencher, &frames);
}

/// Packet after packet from another of so many connections.
#[divan::bench(args = [10, 1_000, 20_000])]
fn many_connections(bencher: Bencher<'_, '_>, connections: usize) {
    let frames: Vec<_> =
        (0..FRAMES).map(|n| segment((n % connections) as u32, nth(n / connections))).collect();
    bench(bencher, &frames);
}
