//! Requests that wait: when they are given up does not depend on threads, and not on what else is captured.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test's helpers may state what must hold")]

mod crane;

use crane::{MILLI, PANEL, Packet, START, capture, handshake, tcp, udp};
use quaywatch_capture::Source;
use quaywatch_protocols::testing::polls::POLLS;
use quaywatch_sensor::{Settings, inspect};
use std::fs;

const SECOND: i64 = 1_000 * MILLI;

/// A request, other traffic every second, and the answer after so many seconds. The second answer comes at once.
fn answered_after(seconds: i64) -> Vec<Packet> {
    let (poll, ports) = (&POLLS[0], [50_000, 502]);
    let [[request, answer], [next, prompt]] = [1, 2].map(|n| poll.turn(n));
    let (asked, told) = (1 + request.len() as u32, 1 + answer.len() as u32);
    let mut packets: Vec<Packet> = (0..300)
        .map(|n| Packet { time: START + n * SECOND, bytes: udp([10, 0, 9, n as u8], [9, 9], b"noise") })
        .collect();
    let mut say = |at: i64, bytes| packets.push(Packet { time: START + at, bytes });
    handshake(PANEL, ports).into_iter().for_each(|bytes| say(0, bytes));
    say(MILLI, tcp(true, ports, [1, 1], &request));
    say(seconds * SECOND, tcp(false, ports, [1, asked], &answer));
    say(seconds * SECOND + MILLI, tcp(true, ports, [asked, told], &next));
    say(seconds * SECOND + 2 * MILLI, tcp(false, ports, [told, asked + next.len() as u32], &prompt));
    packets.sort_by_key(|packet| packet.time);
    packets
}

/// The table of operations.
fn operations(packets: &[Packet], threads: u16) -> String {
    let folder = tempfile::tempdir().unwrap();
    let source = [Source::from_argument(capture(folder.path(), packets))];
    let out = folder.path().join("out");
    inspect(&source, &Settings { threads, out: Some(out.clone()), ..Settings::default() }, &mut |_| ())
        .unwrap();
    fs::read_to_string(out.join("operations.ndjson")).unwrap()
}

#[test]
fn an_answer_is_paired_as_long_as_patience_lasts_and_stands_alone_later() {
    for (seconds, rows) in [(119, 2), (121, 3)] {
        let one = operations(&answered_after(seconds), 1);
        assert_eq!(one.lines().count(), rows, "{one}");
        for threads in [2, 3] {
            assert_eq!(operations(&answered_after(seconds), threads), one, "{threads} threads");
        }
    }
}

#[test]
fn one_packet_with_a_wrong_time_changes_nothing_for_those_who_ask_later_and_is_the_same_for_any_threads() {
    let mut packets = answered_after(60);
    let wrong = Packet { time: START + 1_000_000 * SECOND, bytes: udp([10, 0, 9, 250], [9, 9], b"noise") };
    packets.insert(30, wrong);
    let one = operations(&packets, 1);
    assert!(one.lines().last().unwrap().contains("\"outcome\":\"accepted\""), "{one}");
    for threads in [2, 3] {
        assert_eq!(operations(&packets, threads), one, "{threads} threads");
    }
}
