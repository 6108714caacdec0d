//! The flow table as its users see it: frames in, bytes in order, gaps and ended conversations out.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::unreachable,
    clippy::indexing_slicing,
    reason = "a test that meets what cannot be is to fail"
)]

use etherparse::PacketBuilder;
use proptest::collection::vec;
use proptest::prelude::{any, proptest};
use proptest::{prop_assert, prop_assert_eq};
use quaywatch_flow::{Conversation, Limits, Listener, Table};
use quaywatch_model::{Moment, Problem, Side, Timestamp};
use quaywatch_wire::{Frame, LinkType, Memory};

const CLIENT: [u8; 4] = [10, 0, 7, 20];
const SERVER: [u8; 4] = [10, 0, 7, 10];
const SECOND: i64 = 1_000_000_000;

/// Writes down what the table tells.
#[derive(Default)]
struct Heard {
    /// From the first bytes on, it wants to be woken after so many nanoseconds, once.
    wakes_after: Option<i64>,
    /// When it was woken, and how much it had heard from both sides then.
    woken: Vec<(i64, usize)>,
    /// What came from the client and from the server, with `<n>` for n missing bytes.
    streams: [Vec<u8>; 2],
    ended: Vec<Ended>,
    problems: Vec<&'static str>,
    /// How many conversations were mirrored.
    mirrors: usize,
}

struct Ended {
    state: &'static str,
    packets: [u64; 2],
    bytes: [u64; 2],
    missed: u64,
    tunnel: Option<&'static str>,
    ports: [u16; 2],
    wire_bytes: u64,
    handshake_micros: [u32; 2],
    hops_left: [u8; 2],
}

impl Listener<()> for Heard {
    fn data(&mut self, kept: &mut Conversation<()>, _: &mut Memory, from: Side, at: Moment, bytes: &[u8]) {
        if let Some(nanos) = self.wakes_after.take() {
            kept.wake = Timestamp::from_nanos(at.time.nanos() + nanos);
        }
        self.streams[stream(kept, from)].extend_from_slice(bytes);
    }

    fn gap(&mut self, kept: &mut Conversation<()>, _: &mut Memory, from: Side, _: Moment, bytes: u64) {
        self.streams[stream(kept, from)].extend_from_slice(format!("<{bytes}>").as_bytes());
    }

    fn wake(&mut self, _: &mut Conversation<()>, _: &mut Memory, at: Moment) {
        self.woken.push((at.time.nanos(), self.streams.iter().map(Vec::len).sum()));
    }

    fn end(&mut self, kept: &mut Conversation<()>, _: &mut Memory, _: Moment) {
        self.mirrors += usize::from(kept.is_mirror);
        let from = kept.originator();
        let (mine, theirs) = (from.of(&kept.counts), from.other().of(&kept.counts));
        self.ended.push(Ended {
            state: kept.state().as_str(),
            packets: [mine.packets, theirs.packets],
            bytes: [mine.bytes, theirs.bytes],
            missed: kept.missed_bytes(),
            tunnel: kept.tunnel.as_ref().map(|tunnel| tunnel.kind),
            ports: [*from.of(&kept.key.ports), *from.other().of(&kept.key.ports)],
            wire_bytes: mine.wire_bytes + theirs.wire_bytes,
            handshake_micros: kept.handshake_micros,
            hops_left: [*from.of(&kept.hops_left), *from.other().of(&kept.hops_left)],
        });
    }

    fn problem(&mut self, _: Option<&Conversation<()>>, _: Moment, problem: &Problem) {
        self.problems.push(problem.reason);
    }
}

fn stream(kept: &Conversation<()>, from: Side) -> usize {
    let address = from.of(&kept.key.addresses).ipv4().map(|v4| v4.octets());
    usize::from(address != Some(CLIENT))
}

struct Play {
    table: Table<()>,
    memory: Memory,
    heard: Heard,
    now: Moment,
}

impl Play {
    fn new() -> Self {
        Self::limited(Limits::default(), 1 << 24)
    }

    fn limited(limits: Limits, memory: usize) -> Self {
        let (memory, heard) = (Memory::new(memory), Heard::default());
        Self { table: Table::new(limits), memory, heard, now: Moment::default() }
    }

    fn raw(&mut self, bytes: &[u8]) -> &mut Self {
        self.cut(bytes, 0)
    }

    /// A frame whose last `cut` bytes were not captured.
    fn cut(&mut self, bytes: &[u8], cut: usize) -> &mut Self {
        self.now.frame += 1;
        self.now.time = Timestamp::from_nanos(self.now.time.nanos() + 1_000_000);
        let frame = Frame::decode(LinkType::ETHERNET, bytes, cut).unwrap();
        self.table.frame(&frame, self.now, bytes.len() as u64, &mut self.memory, &mut self.heard);
        self
    }

    fn wait(&mut self, seconds: i64) -> &mut Self {
        self.now.time = Timestamp::from_nanos(self.now.time.nanos() + seconds * SECOND);
        self
    }

    /// A segment from the client (`true`) or the server; flags as letters.
    fn tcp(&mut self, client: bool, flags: &str, seq: u32, ack: u32, payload: &[u8]) -> &mut Self {
        self.raw(&tcp(client, flags, seq, ack, payload))
    }

    fn end(&mut self) -> &Heard {
        self.table.finish(self.now, &mut self.memory, &mut self.heard);
        assert_eq!(self.memory.held_bytes(), 0, "all memory is given back");
        &self.heard
    }
}

fn tcp(client: bool, flags: &str, seq: u32, ack: u32, payload: &[u8]) -> Vec<u8> {
    let (from, to, ports) =
        if client { (CLIENT, SERVER, (40_000, 502)) } else { (SERVER, CLIENT, (502, 40_000)) };
    let mut builder =
        PacketBuilder::ethernet2([2; 6], [4; 6]).ipv4(from, to, 64).tcp(ports.0, ports.1, seq, 1024);
    for flag in flags.chars() {
        builder = match flag {
            'S' => builder.syn(),
            'F' => builder.fin(),
            'R' => builder.rst(),
            'A' => builder.ack(ack),
            _ => unreachable!("no such flag"),
        };
    }
    let mut bytes = Vec::new();
    builder.write(&mut bytes, payload).unwrap();
    bytes
}

fn udp(from: [u8; 4], to: [u8; 4], ports: (u16, u16), payload: &[u8]) -> Vec<u8> {
    let mut bytes = Vec::new();
    let builder = PacketBuilder::ethernet2([2; 6], [4; 6]).ipv4(from, to, 64).udp(ports.0, ports.1);
    builder.write(&mut bytes, payload).unwrap();
    bytes
}

#[test]
fn a_connection_in_good_order_is_sf_and_all_of_it_is_delivered() {
    let mut play = Play::new();
    play.tcp(true, "S", 100, 0, b"").tcp(false, "SA", 500, 101, b"").tcp(true, "A", 101, 501, b"");
    play.tcp(true, "A", 101, 501, b"ask").tcp(false, "A", 501, 104, b"answer");
    play.tcp(true, "FA", 104, 507, b"").tcp(false, "FA", 507, 105, b"").tcp(true, "A", 105, 508, b"");
    let heard = play.end();
    assert_eq!(heard.streams, [b"ask".to_vec(), b"answer".to_vec()]);
    let ended = &heard.ended[0];
    assert_eq!((ended.state, ended.packets, ended.bytes, ended.missed), ("SF", [5, 3], [3, 6], 0));
    assert!(heard.problems.is_empty());
}

#[test]
fn both_halves_of_a_handshake_are_timed_and_hop_limits_are_kept() {
    let mut play = Play::new();
    play.tcp(true, "S", 1, 0, b"").wait(1).tcp(false, "SA", 1, 2, b"").tcp(true, "A", 2, 2, b"");
    play.wait(5).tcp(true, "A", 2, 2, b"later");
    let ended = &play.end().ended[0];
    assert_eq!(ended.handshake_micros, [1_001_000, 1_000]);
    assert_eq!(ended.hops_left, [64, 64]);
    let mut begun_before = Play::new();
    begun_before.tcp(false, "SA", 1, 2, b"").tcp(true, "A", 2, 2, b"");
    assert_eq!(begun_before.end().ended[0].handshake_micros, [0, 0], "nobody saw when it was asked");
}

#[test]
fn every_way_a_connection_can_stand_has_zeeks_name() {
    let state = |segments: &[(bool, &str)]| {
        let mut play = Play::new();
        for &(client, flags) in segments {
            play.tcp(client, flags, 100, 100, b"");
        }
        play.end().ended[0].state
    };
    let (c, s) = (true, false);
    let open = [(c, "S"), (s, "SA"), (c, "A")];
    let opened = |then: &[(bool, &'static str)]| [&open[..], then].concat();
    assert_eq!(state(&[(c, "S")]), "S0");
    assert_eq!(state(&open), "S1");
    assert_eq!(state(&[(c, "S"), (s, "RA")]), "REJ");
    assert_eq!(state(&opened(&[(c, "FA")])), "S2");
    assert_eq!(state(&opened(&[(s, "FA")])), "S3");
    assert_eq!(state(&opened(&[(c, "RA")])), "RSTO");
    assert_eq!(state(&opened(&[(s, "RA")])), "RSTR");
    assert_eq!(state(&[(c, "S"), (c, "RA")]), "RSTOS0");
    assert_eq!(state(&[(s, "SA"), (s, "R")]), "RSTRH");
    assert_eq!(state(&[(c, "S"), (c, "FA")]), "SH");
    assert_eq!(state(&[(s, "SA"), (s, "FA")]), "SHR");
    assert_eq!(state(&[(c, "A"), (s, "A")]), "OTH");
}

#[test]
fn segments_out_of_order_are_put_in_order_and_sequence_numbers_may_wrap() {
    let mut play = Play::new();
    let start = u32::MAX - 2;
    play.tcp(true, "S", start, 0, b"").tcp(false, "SA", 9, start.wrapping_add(1), b"");
    let at = |offset: u32| start.wrapping_add(1 + offset);
    play.tcp(true, "A", at(4), 10, b"efgh").tcp(true, "A", at(8), 10, b"ij").tcp(
        true,
        "A",
        at(0),
        10,
        b"abcd",
    );
    play.tcp(true, "A", at(0), 10, b"abcd").tcp(true, "A", at(9), 10, b"x");
    assert_eq!(play.end().streams[0], b"abcdefghij");
}

#[test]
fn a_hole_that_the_receiver_acknowledged_is_a_gap_before_the_answer_comes() {
    let mut play = Play::new();
    play.tcp(true, "A", 100, 1, b"one").tcp(true, "A", 110, 1, b"two").tcp(false, "A", 1, 113, b"answer");
    let heard = &play.heard;
    assert_eq!(heard.streams, [b"one<7>two".to_vec(), b"answer".to_vec()]);
    assert_eq!(play.end().ended[0].missed, 7);
}

#[test]
fn a_hole_in_a_one_sided_capture_is_given_up_when_patience_is_over() {
    let mut play = Play::new();
    play.tcp(true, "A", 100, 1, b"one")
        .tcp(true, "A", 110, 1, b"two")
        .wait(5)
        .tcp(true, "A", 113, 1, b"three");
    assert_eq!(play.heard.streams[0], b"one<7>twothree");
    assert_eq!(play.end().ended[0].state, "OTH");
}

#[test]
fn what_was_acknowledged_but_never_captured_is_missed() {
    let mut play = Play::new();
    play.tcp(true, "A", 100, 1, b"one").tcp(false, "A", 1, 203, b"");
    assert_eq!(play.end().ended[0].missed, 100);
}

#[test]
fn a_sequence_number_out_of_any_window_is_no_hole_of_a_gigabyte() {
    let mut play = Play::new();
    play.tcp(true, "A", 100, 1, b"one").tcp(true, "A", 0x7000_0000, 1, b"two").tcp(
        false,
        "A",
        1,
        0xf000_0000,
        b"",
    );
    let heard = play.end();
    assert_eq!(heard.streams[0], b"one<0>two");
    assert_eq!(heard.ended[0].missed, 0);
    assert_eq!(heard.problems, ["sequence number out of any window, reading goes on from it"]);
}

#[test]
fn keep_alives_and_repeats_deliver_nothing_twice() {
    let mut play = Play::new();
    play.tcp(true, "A", 100, 1, b"abc").tcp(true, "A", 102, 1, b"\0").tcp(true, "A", 100, 1, b"abcdef");
    assert_eq!(play.end().streams[0], b"abcdef");
}

#[test]
fn overlapping_segments_that_differ_are_told_and_the_earlier_beginning_wins() {
    let mut play = Play::new();
    play.tcp(true, "A", 100, 1, b"a").tcp(true, "A", 104, 1, b"EVIL").tcp(true, "A", 102, 1, b"cdef");
    play.tcp(true, "A", 101, 1, b"b");
    let heard = play.end();
    assert_eq!(heard.streams[0], b"abcdefIL");
    assert_eq!(heard.problems, ["overlapping segments differ"]);
}

#[test]
fn a_new_syn_on_the_same_ports_is_another_conversation() {
    let mut play = Play::new();
    play.tcp(true, "S", 100, 0, b"").tcp(false, "RA", 0, 101, b"");
    play.tcp(true, "S", 900, 0, b"").tcp(true, "S", 900, 0, b"");
    let heard = play.end();
    assert_eq!(heard.ended.iter().map(|ended| ended.state).collect::<Vec<_>>(), ["REJ", "S0"]);
    assert_eq!(heard.ended[1].packets, [2, 0]);
}

#[test]
fn an_idle_panel_connection_survives_ten_minutes_but_a_datagram_exchange_does_not() {
    let mut play = Play::new();
    let ask = udp(CLIENT, SERVER, (5000, 53), b"?");
    play.tcp(true, "A", 100, 1, b"one").raw(&ask).wait(600).tcp(true, "A", 103, 1, b"two").raw(&ask);
    let heard = play.end();
    assert_eq!(heard.ended.len(), 3);
    assert_eq!(heard.streams[0], b"one?two?");
}

#[test]
fn a_cut_packet_is_delivered_as_far_as_it_was_captured_and_the_rest_is_a_gap() {
    let mut play = Play::new();
    let whole = tcp(true, "A", 100, 1, b"abcdefgh");
    play.cut(&whole[..whole.len() - 3], 3).tcp(true, "A", 108, 1, b"next");
    let heard = play.end();
    assert_eq!(heard.streams[0], b"abcde<3>next");
    assert_eq!(heard.ended[0].missed, 3);
}

#[test]
fn a_length_beyond_the_frames_end_moves_nothing_on() {
    let mut play = Play::new();
    let mut lying = tcp(true, "A", 100, 1, b"abcd");
    lying[16..18].copy_from_slice(&35_124_u16.to_be_bytes());
    play.raw(&lying).tcp(true, "A", 104, 1, b"next");
    let heard = play.end();
    assert_eq!(heard.streams[0], b"abcdnext");
    assert!(heard.problems.contains(&"IP length beyond the frame's end"));
}

#[test]
fn fragments_become_one_datagram_whatever_their_order() {
    let payload: Vec<u8> = (0..100).collect();
    let whole = udp(CLIENT, SERVER, (5000, 53), &payload);
    let (head, data) = whole.split_at(34);
    let part = |offset: usize, len: usize, more: bool| {
        let mut part = head.to_vec();
        part[16..18].copy_from_slice(&(20 + len as u16).to_be_bytes());
        part[20..22].copy_from_slice(&((offset as u16 / 8) | if more { 0x2000 } else { 0 }).to_be_bytes());
        part.extend_from_slice(&data[offset..offset + len]);
        part
    };
    let parts = [part(0, 40, true), part(40, 32, true), part(72, 36, false)];
    for order in [[0, 1, 2], [2, 1, 0], [1, 2, 0]] {
        let mut play = Play::new();
        order.iter().for_each(|&index| {
            play.raw(&parts[index]);
        });
        let heard = play.end();
        assert_eq!(heard.streams[0], payload);
        assert_eq!(
            (heard.ended[0].packets, heard.ended[0].bytes, heard.ended[0].ports),
            ([3, 0], [100, 0], [5000, 53])
        );
        assert_eq!(heard.ended[0].wire_bytes, parts.iter().map(|part| part.len() as u64).sum::<u64>());
    }
}

/// A part of an IPv6 packet whose first header behind the fragment header is this.
fn part6(next: u8, offset: usize, more: bool, bytes: &[u8]) -> Vec<u8> {
    let fragment = [&[next, 0][..], &(offset as u16 | u16::from(more)).to_be_bytes(), &[0, 0, 0, 9], bytes];
    let mut frame = Vec::new();
    let builder = PacketBuilder::ethernet2([2; 6], [4; 6]).ipv6([1; 16], [2; 16], 64);
    builder.write(&mut frame, etherparse::IpNumber::IPV6_FRAGMENTATION_HEADER, &fragment.concat()).unwrap();
    frame
}

#[test]
fn headers_behind_a_fragment_header_may_be_cut_and_are_read_of_the_whole_packet() {
    // A routing header of 40 bytes, of which the first part holds 24; then UDP.
    let routing = [&[17, 4, 0, 0][..], &[0; 36]].concat();
    let datagram = [&5000_u16.to_be_bytes()[..], &53_u16.to_be_bytes(), &[0, 12, 0, 0], b"what"].concat();
    let all = [&routing[..], &datagram].concat();
    let parts = [part6(43, 0, true, &all[..24]), part6(43, 24, false, &all[24..])];
    let mut play = Play::new();
    play.raw(&parts[0]).raw(&parts[1]);
    let heard = play.end();
    assert_eq!(heard.ended.len(), 1);
    assert_eq!(
        (heard.ended[0].packets, heard.ended[0].ports, heard.ended[0].bytes),
        ([2, 0], [5000, 53], [4, 0])
    );
    // What is cut even in the whole packet is said, and the frames are still somebody's.
    let mut play = Play::new();
    play.raw(&parts[0]).raw(&part6(43, 24, false, &all[24..32]));
    let heard = play.end();
    assert_eq!(heard.problems, ["IPv6 extension"]);
    assert_eq!(heard.ended.iter().map(|ended| ended.packets).collect::<Vec<_>>(), [[2, 0]]);
}

#[test]
fn fragments_that_are_never_whole_are_told_each_and_belong_to_a_conversation() {
    let whole = udp(CLIENT, SERVER, (5000, 53), &[7; 64]);
    let mut play = Play::new();
    for id in 1..=3_u16 {
        let mut first = whole[..34 + 40].to_vec();
        first[16..18].copy_from_slice(&60_u16.to_be_bytes());
        first[18..20].copy_from_slice(&id.to_be_bytes());
        first[20..22].copy_from_slice(&0x2000_u16.to_be_bytes());
        play.raw(&first);
    }
    let heard = play.end();
    assert_eq!(heard.problems.iter().filter(|reason| reason.contains("fragments are missing")).count(), 3);
    let packets: u64 = heard.ended.iter().flat_map(|ended| ended.packets).sum();
    assert_eq!(packets, 3, "all are in conversations");
}

#[test]
fn what_a_tunnel_carries_is_a_conversation_of_its_own() {
    let inner = tcp(true, "A", 100, 1, b"inside");
    let vxlan = [&[8, 0, 0, 0, 0, 0, 7, 0][..], &inner].concat();
    let mut play = Play::new();
    play.raw(&udp([1, 1, 1, 1], [2, 2, 2, 2], (9999, 4789), &vxlan));
    let heard = play.end();
    assert_eq!(heard.streams[0], b"inside");
    let tunnels: Vec<_> = heard.ended.iter().map(|ended| ended.tunnel).collect();
    assert_eq!(tunnels, [None, Some("vxlan")]);
}

/// A packet of GRE with this protocol and content.
fn gre(protocol: [u8; 2], content: &[u8]) -> Vec<u8> {
    let mut bytes = Vec::new();
    let builder = PacketBuilder::ethernet2([2; 6], [4; 6]).ipv4([1, 1, 1, 1], [2, 2, 2, 2], 64);
    let payload = [&[0, 0][..], &protocol, content].concat();
    builder.write(&mut bytes, etherparse::IpNumber::GRE, &payload).unwrap();
    bytes
}

#[test]
fn what_a_switch_mirrors_is_told_from_a_tunnel_that_carries_other_things_too() {
    let frame = udp(CLIENT, SERVER, (53, 53), b"?");
    let erspan = gre([0x88, 0xbe], &frame);
    let routed = gre([0x08, 0x00], &frame[14..]);
    let mirrors = |packets: &[&Vec<u8>]| {
        let mut play = Play::new();
        for packet in packets {
            play.raw(packet);
        }
        play.end().mirrors
    };
    assert_eq!(mirrors(&[&erspan, &erspan]), 1);
    assert_eq!(mirrors(&[&routed, &routed]), 0);
    assert_eq!(mirrors(&[&erspan, &routed]), 0);
    assert_eq!(mirrors(&[&routed, &erspan]), 0);
}

#[test]
fn a_full_table_ends_the_oldest_and_says_so() {
    let mut play = Play::limited(Limits { conversations: 2, ..Limits::default() }, 1 << 20);
    for port in 1..=5 {
        play.raw(&udp(CLIENT, SERVER, (port, 53), b"?"));
    }
    assert_eq!(play.table.len(), 2);
    let heard = play.end();
    assert_eq!((heard.ended.len(), heard.problems.len()), (5, 3));
}

#[test]
fn without_memory_nothing_waits_and_the_loss_is_told() {
    let mut play = Play::limited(Limits::default(), 4);
    play.tcp(true, "A", 100, 1, b"one").tcp(true, "A", 110, 1, b"twotwo").tcp(true, "A", 116, 1, b"three");
    let heard = play.end();
    assert_eq!(heard.streams[0], b"one<13>three");
    assert_eq!(heard.problems, ["memory limit reached, out-of-order segment dropped"]);
}

/// Deals a deterministic displacement of at most `reach` places.
fn displaced(count: usize, seeds: &[u8], reach: usize) -> Vec<usize> {
    let mut order: Vec<usize> = (0..count).collect();
    for (index, &seed) in seeds.iter().enumerate().take(count) {
        let other = (index + usize::from(seed) % (reach + 1)).min(count - 1);
        order.swap(index, other);
    }
    order
}

#[test]
fn an_ethernet_frame_that_was_cut_off_is_missing_and_not_taken_for_a_short_one() {
    let whole = [&[2_u8; 6][..], &[4; 6], &[0x88, 0x92], &[7; 46]].concat();
    let mut play = Play::new();
    play.raw(&whole).cut(&whole[..40], 20);
    let mut streams = play.end().streams.clone();
    streams.sort();
    // Nothing here is the client's: what was said stands in one stream.
    assert_eq!(streams[0], b"");
    assert_eq!(streams[1], [&[7; 46][..], b"<46>"].concat());
}

proptest! {
    #[test]
    fn any_segmentation_order_and_repetition_delivers_the_same_bytes(
        stream in vec(any::<u8>(), 1..400),
        cuts in vec(1..40_usize, 1..20),
        seeds in vec(any::<u8>(), 0..40),
        isn: u32,
    ) {
        let mut segments = Vec::new();
        let mut lengths = cuts.iter().cycle();
        let mut at = 0;
        while at < stream.len() {
            let len = (*lengths.next().unwrap()).min(stream.len() - at);
            segments.push((at, len));
            at += len;
        }
        let mut play = Play::new();
        play.tcp(true, "S", isn, 0, b"").tcp(false, "SA", 7, isn.wrapping_add(1), b"");
        for index in displaced(segments.len(), &seeds, 5) {
            let (at, len) = segments[index];
            let repeat = seeds.get(index).is_some_and(|seed| seed % 3 == 0);
            for _ in 0..=usize::from(repeat) {
                play.tcp(true, "A", isn.wrapping_add(1 + at as u32), 8, &stream[at..at + len]);
            }
        }
        let heard = play.end();
        prop_assert_eq!(&heard.streams[0], &stream);
        prop_assert_eq!(heard.ended[0].missed, 0);
    }

    #[test]
    fn any_frames_are_survived_and_every_frame_that_decodes_is_counted(
        frames in vec(vec(any::<u8>(), 0..120), 0..30),
        cuts in vec((0..80_usize, any::<u8>()), 0..10),
    ) {
        let mut play = Play::new();
        for frame in &frames {
            play.raw(frame);
        }
        for (at, value) in cuts {
            let mut frame = tcp(true, "A", 100, 1, b"payload");
            if let Some(byte) = frame.get_mut(at) {
                *byte = value;
            }
            play.raw(&frame[..at.max(20).min(frame.len())]);
        }
        let frames = play.now.frame;
        let heard = play.end();
        let counted: u64 = heard.ended.iter().map(|ended| ended.packets[0] + ended.packets[1]).sum();
        prop_assert!(counted + heard.problems.len() as u64 >= frames || heard.ended.iter().any(|e| e.tunnel.is_some()));
    }
}

#[test]
fn who_wants_to_be_woken_is_woken_before_its_next_packet_or_soon_after_its_time() {
    let woken = |other_traffic: bool| {
        let mut play = Play::new();
        play.heard.wakes_after = Some(120 * SECOND);
        play.tcp(true, "A", 100, 1, b"ask");
        for _ in 0..125 {
            play.wait(1);
            if other_traffic {
                play.raw(&udp([10, 0, 9, 9], SERVER, (9, 9), b"noise"));
            }
        }
        let noise = play.heard.streams.iter().map(Vec::len).sum::<usize>();
        play.tcp(true, "A", 103, 1, b"again");
        assert_eq!(play.heard.woken.len(), 1);
        let (at, heard) = play.heard.woken[0];
        assert!(heard <= noise, "the packet that comes is not told yet");
        play.end();
        at / SECOND
    };
    assert_eq!(woken(false), 125);
    assert!((120..=121).contains(&woken(true)));
}

#[test]
fn what_waits_behind_a_hole_is_told_before_its_conversation_is_woken() {
    let mut play = Play::new();
    play.heard.wakes_after = Some(120 * SECOND);
    play.tcp(true, "A", 100, 1, b"ask").tcp(true, "A", 105, 1, b"behind");
    assert_eq!(play.heard.streams[0], b"ask");
    play.wait(121).raw(&udp([10, 0, 9, 9], SERVER, (9, 9), b"noise"));
    assert!(play.heard.streams[0].starts_with(b"ask<2>behind"));
    assert_eq!(play.heard.woken.len(), 1);
    play.end();
}
