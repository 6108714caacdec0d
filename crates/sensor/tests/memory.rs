//! What a conversation costs to keep, and a packet to read, through the whole pipeline.

#![allow(clippy::unwrap_used, clippy::print_stdout, reason = "a test's helpers may state what must hold")]

mod crane;

use allocation_counter::{AllocationInfo, measure};
use crane::{Packet, START, capture, handshake, polling, udp};
use quaywatch_capture::Source;
use quaywatch_protocols::testing::polls::POLLS;
use quaywatch_sensor::{Settings, inspect};

const FLOWS: u32 = 20_000;
const MACHINES: u32 = 20;
const MOST_BYTES_PER_FLOW: u64 = 400;
const MOST_BYTES_PER_MACHINE: u64 = 1_400;

/// What a whole inspection asks of the allocator, without record tables.
fn measured(packets: &[Packet]) -> AllocationInfo {
    let folder = tempfile::tempdir().unwrap();
    let source = [Source::from_argument(capture(folder.path(), packets))];
    measure(|| {
        let summary = inspect(&source, &Settings::default(), &mut |_| ()).unwrap();
        assert_eq!(summary.span.packets, packets.len() as u64);
    })
}

/// The most that was held at a time for `FLOWS` of `frames` beyond what the same packets take as one.
fn bytes_each(frames: impl Fn(u32) -> Vec<Vec<u8>>) -> u64 {
    let at_once = |frames: Vec<Vec<u8>>| -> Vec<Packet> {
        frames.into_iter().enumerate().map(|(n, bytes)| Packet { time: START + n as i64, bytes }).collect()
    };
    let many = at_once((0..FLOWS).flat_map(&frames).collect());
    let one = at_once((0..FLOWS).flat_map(|_| frames(0)).collect());
    (measured(&many).bytes_max - measured(&one).bytes_max) / u64::from(FLOWS)
}

/// One of a few machines, and ports that none of its other conversations has.
fn flow(n: u32) -> ([u8; 4], [u16; 2]) {
    let [machine, port] = [n % MACHINES, n / MACHINES];
    ([10, 1, 0, machine as u8 + 1], [40_000 + port as u16, 50_000])
}

#[test]
fn an_idle_datagram_flow_costs_less_than_400_bytes() {
    let bytes = bytes_each(|n| {
        let (machine, ports) = flow(n);
        vec![udp(machine, ports, &[0; 20])]
    });
    println!("{bytes} bytes for each idle UDP flow");
    assert!(bytes < MOST_BYTES_PER_FLOW, "{bytes} bytes");
}

#[test]
fn an_idle_established_connection_costs_less_than_400_bytes() {
    let bytes = bytes_each(|n| {
        let (machine, ports) = flow(n);
        handshake(machine, ports).into()
    });
    println!("{bytes} bytes for each idle TCP connection");
    assert!(bytes < MOST_BYTES_PER_FLOW, "{bytes} bytes");
}

#[test]
fn a_machine_that_is_only_seen_costs_less_than_1400_bytes_with_its_conversation() {
    let bytes = bytes_each(|n| {
        let [_, b, c, d] = n.to_be_bytes();
        vec![udp([10, b + 1, c, d], [40_000, 50_000], &[0; 20])]
    });
    println!("{bytes} bytes for each machine with one UDP flow");
    assert!(bytes < MOST_BYTES_PER_MACHINE, "{bytes} bytes");
}

#[test]
fn a_packet_of_a_known_conversation_allocates_nothing() {
    const TURNS: u32 = 20_000;
    /// Reading the file takes a few more where a longer file makes fuller batches, and findings about it are longer.
    const OF_READING: u64 = 64;
    let measure = |poll| {
        // What is set up once for the whole program is not counted.
        measured(&polling(poll, 1));
        let [short, long] = [1, 2].map(|times| measured(&polling(poll, times * TURNS)).count_total);
        long.abs_diff(short)
    };
    let more = POLLS.each_ref().map(|poll| (poll.protocol.name, measure(poll)));
    println!("allocations more for {} packets more: {more:?}", 2 * TURNS);
    assert!(more.iter().all(|&(_, count)| count <= OF_READING), "{more:?}");
}
