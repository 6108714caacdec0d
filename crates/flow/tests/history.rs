//! What a conversation went through, in Zeek's letters, and what Zeek counts of it.

#![allow(clippy::unwrap_used, reason = "a test that meets what cannot be is to fail")]

use etherparse::PacketBuilder;
use quaywatch_flow::{Conversation, Limits, Listener, Table};
use quaywatch_model::{Moment, Problem, Side, Timestamp};
use quaywatch_wire::{Frame, LinkType, Memory};

const CLIENT: ([u8; 4], u16) = ([10, 0, 7, 20], 40_000);
const SERVER: ([u8; 4], u16) = ([10, 0, 7, 10], 502);
const MILLI: i64 = 1_000_000;

/// What was counted of one conversation, as its originator sees it.
#[derive(Debug, PartialEq, Eq)]
struct Told {
    history: String,
    state: &'static str,
    sent: [u64; 2],
    ip_bytes: [u64; 2],
    millis: i64,
}

#[derive(Default)]
struct Ended(Vec<Told>);

impl Listener<()> for Ended {
    fn data(&mut self, _: &mut Conversation<()>, _: &mut Memory, _: Side, _: Moment, _: &[u8]) {}
    fn gap(&mut self, _: &mut Conversation<()>, _: &mut Memory, _: Side, _: Moment, _: u64) {}
    fn problem(&mut self, _: Option<&Conversation<()>>, _: Moment, _: &Problem) {}
    fn end(&mut self, kept: &mut Conversation<()>, _: &mut Memory, _: Moment) {
        let sides = [kept.originator(), kept.originator().other()];
        self.0.push(Told {
            history: kept.history(),
            state: kept.state().as_str(),
            sent: sides.map(|side| kept.sent_bytes(side)),
            ip_bytes: sides.map(|side| side.of(&kept.counts).ip_bytes),
            millis: kept.open_until().since(kept.first.time) / MILLI,
        });
    }
}

/// What is told of frames that come a millisecond apart.
fn told(frames: &[Vec<u8>]) -> Told {
    let (mut table, mut memory, mut ended) =
        (Table::new(Limits::default()), Memory::new(1 << 20), Ended::default());
    let mut now = Moment::default();
    for bytes in frames {
        now.frame += 1;
        now.time = Timestamp::from_nanos(now.time.nanos() + MILLI);
        let frame = Frame::decode(LinkType::ETHERNET, bytes, 0).unwrap();
        table.frame(&frame, now, bytes.len() as u64, &mut memory, &mut ended);
    }
    table.finish(now, &mut memory, &mut ended);
    assert_eq!(ended.0.len(), 1, "one conversation");
    ended.0.remove(0)
}

/// A segment: flags as letters, in lower case from the server; its number, what it acknowledges, its window and payload.
fn segment(flags: &str, numbers: [u32; 2], window: u16, payload: usize) -> Vec<u8> {
    let is_client = flags.contains(char::is_uppercase);
    let (from, to) = if is_client { (CLIENT, SERVER) } else { (SERVER, CLIENT) };
    let [sequence, acknowledged] = numbers;
    let ip = PacketBuilder::ethernet2([2; 6], [4; 6]).ipv4(from.0, to.0, 64);
    let mut builder = ip.tcp(from.1, to.1, sequence, window);
    for flag in flags.to_ascii_lowercase().chars() {
        builder = match flag {
            's' => builder.syn(),
            'f' => builder.fin(),
            'r' => builder.rst(),
            _ => builder.ack(acknowledged),
        };
    }
    let mut bytes = Vec::new();
    builder.write(&mut bytes, &vec![7; payload]).unwrap();
    bytes
}

fn say(flags: &str, sequence: u32, acknowledged: u32, payload: usize) -> Vec<u8> {
    segment(flags, [sequence, acknowledged], 1024, payload)
}

fn opened() -> Vec<Vec<u8>> {
    vec![say("S", 100, 0, 0), say("sa", 500, 101, 0), say("A", 101, 501, 0)]
}

#[test]
fn a_connection_in_good_order_has_eight_letters_and_its_last_acknowledgment_takes_no_time() {
    let mut frames = opened();
    frames.extend([say("A", 101, 501, 3), say("a", 501, 104, 0), say("a", 501, 104, 6)]);
    frames.extend([say("FA", 104, 507, 0), say("fa", 507, 105, 0), say("A", 105, 508, 0)]);
    let told = told(&frames);
    assert_eq!((told.history.as_str(), told.state, told.sent), ("ShADadFf", "SF", [3, 6]));
    assert_eq!(told.ip_bytes, [5 * 40 + 3, 4 * 40 + 6]);
    assert_eq!(told.millis, 7, "Zeek's time ends with the second FIN");
}

#[test]
fn a_direction_is_turned_where_the_server_was_heard_first() {
    let told = told(&[say("a", 501, 104, 6), say("A", 104, 507, 0), say("A", 104, 507, 3)]);
    assert_eq!((told.history.as_str(), told.state, told.sent), ("^dAD", "OTH", [3, 6]));
}

#[test]
fn what_is_sent_again_is_told_and_counted_once() {
    let mut frames = opened();
    frames.extend([say("A", 101, 501, 4), say("A", 101, 501, 4), say("A", 103, 501, 4)]);
    let told = told(&frames);
    assert_eq!((told.history.as_str(), told.sent), ("ShADT", [6, 0]));
}

#[test]
fn an_acknowledged_hole_is_a_gap_and_counts_as_sent() {
    let mut frames = opened();
    frames.extend([say("A", 101, 501, 4), say("A", 109, 501, 4), say("a", 501, 113, 0)]);
    let told = told(&frames);
    assert_eq!((told.history.as_str(), told.sent), ("ShADaG", [12, 0]));
}

#[test]
fn zero_windows_are_told_but_not_those_past_a_fin_or_a_reset() {
    let mut frames = opened();
    frames.extend([segment("a", [501, 101], 0, 0), say("FA", 101, 501, 0), segment("a", [501, 102], 0, 0)]);
    frames.push(segment("ra", [501, 102], 0, 0));
    assert_eq!(told(&frames).history, "ShAawFr");
}

#[test]
fn the_same_fin_or_syn_again_is_one_letter_and_another_fin_or_reset_is_one_more() {
    let mut frames = vec![say("S", 100, 0, 0)];
    frames.extend(opened());
    frames.extend([say("FA", 101, 501, 0), say("FA", 101, 501, 0), say("FA", 101, 501, 2)]);
    frames.extend([say("R", 104, 0, 0), say("R", 104, 0, 0), say("R", 300, 0, 0)]);
    assert_eq!(told(&frames).history, "ShAFFRR");
}

#[test]
fn flags_that_contradict_each_other_have_letters_of_their_own() {
    assert_eq!(told(&[say("FRA", 100, 1, 0), say("SF", 100, 1, 0)]).history, "IQ");
}

#[test]
fn a_bad_checksum_is_told_and_the_segment_is_read_all_the_same() {
    let mut frames = opened();
    let mut damaged = say("A", 101, 501, 4);
    *damaged.last_mut().unwrap() ^= 1;
    frames.push(damaged);
    assert_eq!(told(&frames).history, "ShADC");
}

#[test]
fn a_reset_after_both_fins_does_not_make_an_abort_of_the_end() {
    let mut frames = opened();
    frames.extend([say("FA", 101, 501, 0), say("fa", 501, 102, 0), say("R", 102, 0, 0)]);
    assert_eq!(told(&frames).state, "SF");
    let mut crossed = opened();
    crossed.extend([say("fa", 501, 101, 0), say("r", 502, 0, 0), say("FA", 101, 502, 0)]);
    assert_eq!(told(&crossed).state, "SF");
}

#[test]
fn an_abort_without_a_request_for_a_connection_is_no_half_open_one() {
    assert_eq!(told(&[say("S", 100, 0, 0), say("R", 101, 0, 0)]).state, "RSTOS0");
    assert_eq!(told(&[say("A", 100, 1, 0), say("R", 100, 0, 0)]).state, "OTH");
}

#[test]
fn an_acknowledgment_before_the_answer_to_a_syn_is_no_connection_from_the_middle() {
    let frames = [say("S", 100, 0, 0), say("a", 500, 101, 0), say("sa", 500, 101, 0), say("A", 101, 501, 0)];
    let told = told(&frames);
    assert_eq!((told.history.as_str(), told.state), ("SahA", "S1"));
}

#[test]
fn datagrams_have_one_letter_a_side() {
    let datagram = |from: ([u8; 4], u16), to: ([u8; 4], u16), payload: usize| {
        let mut bytes = Vec::new();
        let ip = PacketBuilder::ethernet2([2; 6], [4; 6]).ipv4(from.0, to.0, 64);
        ip.udp(from.1, to.1).write(&mut bytes, &vec![1; payload]).unwrap();
        bytes
    };
    let frames = [datagram(SERVER, CLIENT, 5), datagram(CLIENT, SERVER, 2), datagram(SERVER, CLIENT, 5)];
    let told = told(&frames);
    assert_eq!((told.history.as_str(), told.sent, told.ip_bytes), ("^dD", [2, 10], [30, 66]));
}
