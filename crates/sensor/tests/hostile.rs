//! The whole pipeline against what no network should send: it ends, it does not panic, and no frame is lost from
//! the count.
//!
//! What must hold of every capture: a frame that can be read down to its network layer is counted in one
//! conversation outside of tunnels, or, as a fragment whose packet never became whole, in one problem; a frame that
//! cannot is one problem. Frames inside tunnels are counted there once more and are left out of the sum.

#![allow(clippy::indexing_slicing, clippy::unwrap_used, reason = "a test's helpers may state what must hold")]

mod crane;

use crane::{
    CONTROLLER, Dice, MILLI, PANEL, Packet, START, capture, cases, handshake, packets, tcp, timed, udp,
};
use quaywatch_capture::Source;
use quaywatch_protocols::testing::polls::POLLS;
use quaywatch_sensor::{Settings, Summary, inspect};
use quaywatch_wire::{Body, Frame, LinkType};
use serde_json::Value;
use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

/// What the flow table says of packets that were never whole. Their frames are in conversations.
const NEVER_WHOLE: &str = "packet of which fragments are missing";
/// What it says of those of which it had to forget whose they were, with the bytes of all their frames.
const FORGOTTEN: &str = "too many packets of which fragments are missing, the oldest was dropped";

struct Found {
    summary: Summary,
    conversations: Vec<Value>,
    operations: Vec<Value>,
}

fn found(packets: &[Packet]) -> Found {
    let folder = tempfile::tempdir().unwrap();
    let path = capture(folder.path(), packets);
    let out = folder.path().join("out");
    let settings = Settings { threads: 1, out: Some(out.clone()), ..Settings::default() };
    let summary = inspect(&[Source::from_argument(path)], &settings, &mut |_| ()).unwrap();
    Found { summary, conversations: rows(&out, "conversations"), operations: rows(&out, "operations") }
}

fn rows(out: &Path, table: &str) -> Vec<Value> {
    let text = fs::read_to_string(out.join(format!("{table}.ndjson"))).unwrap();
    text.lines().map(|row| serde_json::from_str(row).unwrap()).collect()
}

/// Inspects and checks that every frame is accounted for.
fn reconciled(packets: &[Packet]) -> Found {
    let found = found(packets);
    let mut broken: BTreeMap<(&str, &str), u64> = BTreeMap::new();
    let mut readable_bytes = 0;
    for Packet { bytes, .. } in packets {
        match Frame::decode(LinkType::ETHERNET, bytes, 0).unwrap().body {
            Body::Broken(layer, error) => *broken.entry((layer, error.field)).or_default() += 1,
            _ => readable_bytes += bytes.len() as u64,
        }
    }
    let problems = |wanted: &dyn Fn(&str, &str) -> bool| {
        let wanted = found.summary.problems.iter().filter(|total| wanted(total.layer, total.reason));
        wanted.fold((0, 0), |(count, bytes), total| (count + total.count, bytes + total.bytes))
    };
    let (_, forgotten_bytes) = problems(&|_, reason| reason == FORGOTTEN);
    let outside = found.conversations.iter().filter(|row| row.get("tunnel").is_none());
    let counted = outside.flat_map(|row| [&row["wire_bytes_out"], &row["wire_bytes_in"]]);
    let counted_bytes: u64 = counted.map(|count| count.as_u64().unwrap()).sum();
    assert_eq!(found.summary.span.packets, packets.len() as u64, "packets read");
    if found.conversations.iter().all(|row| row.get("tunnel").is_none()) {
        assert_eq!(counted_bytes + forgotten_bytes, readable_bytes, "bytes of readable frames");
    } else {
        // A fragment inside a tunnel is counted where the tunnel is, and a second time where it is missed.
        assert!(counted_bytes + forgotten_bytes >= readable_bytes, "{counted_bytes} of {readable_bytes}");
    }
    for (&(layer, field), &count) in &broken {
        let (told, _) = problems(&|at, reason| at == layer && reason == field);
        assert!(told >= count, "{layer}: {field}: {told} told of {count}");
    }
    found
}

/// As [`reconciled`], and for captures without fragments and tunnels: the number of frames is right too.
fn counted(packets: &[Packet]) -> Found {
    let found = reconciled(packets);
    let total: u64 = found.summary.protocols.values().map(|total| total.packets).sum();
    assert_eq!(total, packets.len() as u64);
    found
}

#[test]
fn random_bytes_are_accounted_for() {
    let mut dice = Dice::new(1);
    let frames = (0..20_000).map(|n| {
        let len = dice.below(120);
        let mut frame = dice.bytes(len);
        // Every other frame is let past the first door, every fourth past the second.
        if let Some(ethertype) = frame.get_mut(12..14).filter(|_| n % 2 == 0) {
            ethertype.copy_from_slice(&[[8, 0], [0x86, 0xdd], [0x88, 0x92], [0x81, 0]][n / 2 % 4]);
        }
        if let Some(version) = frame.get_mut(14).filter(|_| n % 4 == 0) {
            *version = if n / 2 % 4 == 0 { 0x45 } else { 0x60 };
        }
        frame
    });
    reconciled(&timed(frames));
}

#[test]
fn damaged_cases_are_accounted_for() {
    for (seed, case) in cases().iter().enumerate() {
        let mut dice = Dice::new(seed as u64 + 7);
        let whole: Vec<Packet> = packets(case).into_iter().take(800).collect();
        let mut damaged = whole.clone();
        for packet in &mut damaged {
            if dice.once_in(8) {
                packet.bytes.truncate(dice.below(packet.bytes.len()));
            }
            for _ in 0..dice.below(3) {
                let at = dice.below(packet.bytes.len());
                if let Some(byte) = packet.bytes.get_mut(at) {
                    *byte ^= 1 << dice.below(8);
                }
            }
        }
        reconciled(&damaged);
        let mut shuffled = Vec::new();
        for packet in &whole {
            let copies = match dice.below(12) {
                0 => 0,
                1 => 2,
                _ => 1,
            };
            for _ in 0..copies {
                let at = shuffled.len() - dice.below(shuffled.len().min(4));
                shuffled.insert(at, packet.clone());
            }
        }
        reconciled(&shuffled);
    }
}

#[test]
fn a_clock_that_leaps_loses_no_frame() {
    // The last second that fits 64 bits of nanoseconds is in the year 2262.
    const YEAR_2262: i64 = i64::MAX / 1_000_000_000 * 1_000_000_000;
    for case in cases() {
        let mut dice = Dice::new(3);
        let mut packets: Vec<Packet> = packets(&case).into_iter().take(800).collect();
        for (n, packet) in packets.iter_mut().enumerate() {
            packet.time = match dice.below(20) {
                0 => YEAR_2262,
                1 => 0,
                2 => packet.time - 86_400_000 * MILLI,
                _ => packet.time - n as i64 * MILLI,
            }
            // Some cases begin in 1970, before which a file has no time.
            .max(0);
        }
        reconciled(&packets);
    }
}

#[test]
fn fifty_thousand_attempts_at_a_connection_are_fifty_thousand_conversations() {
    let syn = |n: u32| {
        let [_, b, c, d] = n.to_be_bytes();
        let [syn, ..] = handshake([10, b + 1, c, d], [40_000, 102]);
        syn
    };
    let packets: Vec<Packet> =
        (0..50_000).map(|n| Packet { time: START + i64::from(n), bytes: syn(n) }).collect();
    let found = counted(&packets);
    assert_eq!(found.conversations.len(), packets.len());
    assert!(found.conversations.iter().all(|row| row["state"] == "S0"));
}

/// An IPv4 frame with this payload, as a fragment or not.
fn ipv4(protocol: u8, id: u16, offset_and_flags: u16, payload: &[u8]) -> Vec<u8> {
    let mut frame = vec![2, 0, 0, 0, 0, 2, 4, 0, 0, 0, 0, 4, 8, 0, 0x45, 0];
    frame.extend_from_slice(&(20 + payload.len() as u16).to_be_bytes());
    frame.extend_from_slice(&id.to_be_bytes());
    frame.extend_from_slice(&offset_and_flags.to_be_bytes());
    frame.extend_from_slice(&[64, protocol, 0, 0]);
    frame.extend_from_slice(&PANEL);
    frame.extend_from_slice(&CONTROLLER);
    frame.extend_from_slice(payload);
    frame
}

#[test]
fn a_flood_of_fragments_is_accounted_for() {
    const MORE: u16 = 0x2000;
    let mut dice = Dice::new(5);
    // Many packets of one fragment each; then the last fragment first and the rest in any order, overlapping.
    let beginnings = (0..5_000_u16).map(|id| ipv4(17, id, MORE, &[0; 24]));
    let few_packets = (0..5_000).map(|_| {
        let (id, offset) = (60_000 + dice.below(4) as u16, dice.below(0x1fff) as u16);
        let more = if dice.once_in(50) { 0 } else { MORE };
        let len = 8 * dice.below(20);
        ipv4(17, id, offset | more, &dice.bytes(len))
    });
    let found = reconciled(&timed(beginnings.chain(few_packets)));
    for reason in [NEVER_WHOLE, FORGOTTEN] {
        assert!(found.summary.problems.iter().any(|total| total.reason == reason), "{reason}");
    }
}

#[test]
fn tunnels_in_tunnels_end() {
    let mut dice = Dice::new(6);
    let nested = (0..1_000).map(|n| {
        let mut payload =
            if n % 2 == 0 { dice.bytes(30) } else { ipv4(1, 1, 0, &[8, 0, 0, 0])[14..].to_vec() };
        let mut outermost = 1;
        for _ in 0..dice.below(30) {
            let protocol = if outermost == 1 { 1 } else { 4 };
            payload = match dice.below(3) {
                0 => ipv4(47, 0, 0, &[&[0, 0, 8, 0][..], &payload].concat())[14..].to_vec(),
                _ => ipv4(if payload.first() == Some(&0x45) { 4 } else { protocol }, 0, 0, &payload)[14..]
                    .to_vec(),
            };
            outermost = 4;
        }
        ipv4(4, 0, 0, &payload)
    });
    reconciled(&timed(nested.collect::<Vec<_>>()));
}

#[test]
fn sixteen_mebibytes_of_rubbish_on_every_known_port_end() {
    const SEGMENT_BYTES: usize = 1_400;
    const SEGMENTS: usize = (16 << 20) / SEGMENT_BYTES / POLLS.len();
    for (seed, poll) in POLLS.iter().enumerate() {
        let mut dice = Dice::new(seed as u64 + 11);
        let ports = [50_000, poll.port];
        // First a word of the protocol, so that it is recognised and the rubbish reaches its decoder.
        let [request, answer] = poll.turn(1);
        let (asked, answered) = (request.len() as u32 + 1, answer.len() as u32 + 1);
        let mut frames: Vec<Vec<u8>> = handshake(PANEL, ports).into();
        frames.push(tcp(true, ports, [1, 1], &request));
        frames.push(tcp(false, ports, [1, asked], &answer));
        for n in 0..SEGMENTS {
            let at = asked + (n * SEGMENT_BYTES) as u32;
            frames.push(tcp(true, ports, [at, answered], &dice.bytes(SEGMENT_BYTES)));
        }
        // And after it the protocol again: it must be found again.
        let end = asked + (SEGMENTS * SEGMENT_BYTES) as u32;
        let mut at = [end, answered];
        for n in 2..40 {
            let [request, answer] = poll.turn(n);
            frames.push(tcp(true, ports, at, &request));
            at[0] += request.len() as u32;
            frames.push(tcp(false, ports, [at[1], at[0]], &answer));
            at[1] += answer.len() as u32;
        }
        let found = counted(&timed(frames));
        assert_eq!(found.conversations[0]["protocol"], poll.protocol.name);
        let last = found.operations.last().unwrap();
        assert_eq!(last["verb"], "Read", "{}: {last}", poll.protocol.name);
    }
}

#[test]
fn datagrams_of_rubbish_on_every_known_port_are_counted() {
    let mut dice = Dice::new(12);
    let ports = [502, 2222, 34_964, 44_818, 4840, 161];
    let frames = (0..10_000).map(|n| {
        let len = dice.below(300);
        udp(PANEL, [40_000 + n as u16 % 50, ports[n % ports.len()]], &dice.bytes(len))
    });
    counted(&timed(frames.collect::<Vec<_>>()));
}

/// An operation as it is told whatever came before: the frame it was asked in, and what was asked.
type Asked = (u64, String);

fn asked(found: &Found, cut: usize) -> Vec<Asked> {
    let operation = |row: &Value| {
        let frame = row["frames"][0].as_u64()? + cut as u64;
        Some((frame, row["function"].to_string()))
    };
    found.operations.iter().filter_map(operation).collect()
}

#[test]
fn a_capture_that_begins_later_tells_the_same_of_what_it_has() {
    /// After so many packets every conversation is in step again.
    const SETTLED: usize = 40;
    let (mut wrong, mut compared) = (Vec::new(), 0);
    for case in cases() {
        let name = case.parent().unwrap().file_name().unwrap().to_string_lossy().into_owned();
        let all: Vec<Packet> = packets(&case).into_iter().take(1_500).collect();
        let told = asked(&found(&all), 0);
        for part in 1..4 {
            let cut = all.len() * part / 4;
            let later = asked(&found(&all[cut..]), cut);
            let settled = (cut + SETTLED) as u64;
            compared += told.iter().filter(|asked| asked.0 > settled).count();
            let missing = told.iter().filter(|asked| asked.0 > settled && !later.contains(asked)).count();
            let extra = later.iter().filter(|asked| asked.0 > settled && !told.contains(asked)).count();
            if missing + extra > 0 {
                wrong.push(format!("{name} from frame {cut}: {missing} missing, {extra} extra"));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(compared > 1_000, "only {compared} operations compared");
}

#[test]
fn parts_of_packets_that_never_were_whole_are_told_once_whoever_held_them() {
    const PARTS: u8 = 40;
    let part = |to: u8| {
        let mut frame = udp([10, 1, 0, to], [40_000, 50_000], &[7; 64]);
        frame.truncate(34 + 40);
        frame[16..18].copy_from_slice(&60_u16.to_be_bytes());
        frame[20..22].copy_from_slice(&0x2000_u16.to_be_bytes());
        if to.is_multiple_of(2) {
            // Sent to a group, it is heard by all workers.
            frame[..6].copy_from_slice(&[0xff; 6]);
        }
        frame
    };
    let parts = timed((0..PARTS).map(part).collect::<Vec<_>>());
    let folder = tempfile::tempdir().unwrap();
    let source = [Source::from_argument(capture(folder.path(), &parts))];
    for threads in [1, 4] {
        let settings = Settings { threads, ..Settings::default() };
        let summary = inspect(&source, &settings, &mut |_| ()).unwrap();
        let told = summary.problems.iter().find(|total| total.reason == NEVER_WHOLE).unwrap();
        assert_eq!(told.count, u64::from(PARTS), "{threads} threads");
        let conversations: u64 = summary.protocols.values().map(|total| total.conversations).sum();
        assert_eq!(conversations, u64::from(PARTS), "{threads} threads");
    }
}
