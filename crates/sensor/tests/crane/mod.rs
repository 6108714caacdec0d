//! Captures made up for tests: frames of a panel and a controller, and a small source of chance.
#![allow(dead_code, reason = "each test file and bench uses its part")]

use etherparse::PacketBuilder;
use quaywatch_capture::{Batch, Captures, Source, pcapng};
use quaywatch_model::Timestamp;
use quaywatch_protocols::testing::polls::Poll;
use quaywatch_wire::LinkType;
use std::fs::{self, File};
use std::io::{BufWriter, Write as _};
use std::path::{Path, PathBuf};

/// The first packet's time: 2025-11-23.
pub(crate) const START: i64 = 1_763_900_000_000_000_000;
pub(crate) const MILLI: i64 = 1_000_000;
pub(crate) const PANEL: [u8; 4] = [10, 0, 7, 20];
pub(crate) const CONTROLLER: [u8; 4] = [10, 0, 7, 10];

/// A frame with its time.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Packet {
    pub(crate) time: i64,
    pub(crate) bytes: Vec<u8>,
}

/// Frames one millisecond apart.
pub(crate) fn timed(frames: impl IntoIterator<Item = Vec<u8>>) -> Vec<Packet> {
    let time = |n: usize| START + n as i64 * MILLI;
    frames.into_iter().enumerate().map(|(n, bytes)| Packet { time: time(n), bytes }).collect()
}

/// Writes a capture into `folder`.
pub(crate) fn capture(folder: &Path, packets: &[Packet]) -> PathBuf {
    let path = folder.join("made.pcapng");
    let file = BufWriter::new(File::create(&path).unwrap());
    let mut writer = pcapng::Writer::new(file, "test", "").unwrap();
    let lan = writer.interface(LinkType::ETHERNET, "lan").unwrap();
    for Packet { time, bytes } in packets {
        writer.packet(lan, Timestamp::from_nanos(*time), bytes, "").unwrap();
    }
    writer.finish().unwrap().flush().unwrap();
    path
}

/// A TCP segment of the panel (`true`) or the controller.
pub(crate) fn tcp(panel: bool, ports: [u16; 2], [seq, ack]: [u32; 2], payload: &[u8]) -> Vec<u8> {
    let [mine, theirs] = ports;
    let (from, to, source, destination) =
        if panel { (PANEL, CONTROLLER, mine, theirs) } else { (CONTROLLER, PANEL, theirs, mine) };
    let builder = PacketBuilder::ethernet2([2; 6], [4; 6])
        .ipv4(from, to, 64)
        .tcp(source, destination, seq, 8192)
        .ack(ack);
    let mut frame = Vec::with_capacity(builder.size(payload.len()));
    builder.write(&mut frame, payload).unwrap();
    frame
}

/// The handshake of a connection, whose first bytes then have the number 1 on both sides.
pub(crate) fn handshake(from: [u8; 4], ports: [u16; 2]) -> [Vec<u8>; 3] {
    let build = |asks: bool, syn: bool, ack: bool| {
        let (source, destination) = if asks { (from, CONTROLLER) } else { (CONTROLLER, from) };
        let [mine, theirs] = if asks { ports } else { [ports[1], ports[0]] };
        let seq = u32::from(!syn);
        let mut builder = PacketBuilder::ethernet2([2; 6], [4; 6])
            .ipv4(source, destination, 64)
            .tcp(mine, theirs, seq, 8192);
        if syn {
            builder = builder.syn();
        }
        if ack {
            builder = builder.ack(1);
        }
        let mut frame = Vec::new();
        builder.write(&mut frame, &[]).unwrap();
        frame
    };
    [build(true, true, false), build(false, true, true), build(true, false, true)]
}

/// A datagram to the controller.
pub(crate) fn udp(from: [u8; 4], ports: [u16; 2], payload: &[u8]) -> Vec<u8> {
    let [mine, theirs] = ports;
    let builder = PacketBuilder::ethernet2([2; 6], [4; 6]).ipv4(from, CONTROLLER, 64).udp(mine, theirs);
    let mut frame = Vec::new();
    builder.write(&mut frame, payload).unwrap();
    frame
}

/// One connection with `turns` requests and answers, after its handshake.
pub(crate) fn polling(poll: &Poll, turns: u32) -> Vec<Packet> {
    let ports = [50_000, poll.port];
    let mut frames: Vec<Vec<u8>> = handshake(PANEL, ports).into();
    let [mut panel, mut controller] = [1_u32; 2];
    for n in 1..=turns {
        let [request, answer] = poll.turn(n);
        frames.push(tcp(true, ports, [panel, controller], &request));
        panel = panel.wrapping_add(request.len() as u32);
        frames.push(tcp(false, ports, [controller, panel], &answer));
        controller = controller.wrapping_add(answer.len() as u32);
    }
    timed(frames)
}

/// The captures of all cases.
pub(crate) fn cases() -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../cases");
    let capture = |case: PathBuf| {
        ["capture.pcap", "capture.pcapng"].map(|name| case.join(name)).into_iter().find(|path| path.exists())
    };
    let entries = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let mut cases: Vec<PathBuf> = entries.filter_map(capture).collect();
    cases.sort();
    assert!(!cases.is_empty(), "no case was found");
    cases
}

/// The packets of a capture of Ethernet; none where it is of another link.
pub(crate) fn packets(path: &Path) -> Vec<Packet> {
    let mut captures = Captures::open(&[Source::from_argument(path)]).unwrap();
    let (mut batch, mut packets) = (Batch::new(), Vec::new());
    while captures.next_batch(&mut batch).unwrap() {
        let ethernet = batch.packets().filter(|packet| packet.link == LinkType::ETHERNET);
        packets.extend(
            ethernet.map(|packet| Packet { time: packet.time.nanos(), bytes: packet.bytes.to_vec() }),
        );
    }
    packets
}

/// Chance that is the same in every run (xorshift64*).
pub(crate) struct Dice(u64);

impl Dice {
    pub(crate) fn new(seed: u64) -> Self {
        Self(seed | 1)
    }

    /// Any number below `limit`.
    pub(crate) fn below(&mut self, limit: usize) -> usize {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        (self.0.wrapping_mul(0x2545_f491_4f6c_dd1d) >> 33) as usize % limit.max(1)
    }

    /// True once in `n` times.
    pub(crate) fn once_in(&mut self, n: usize) -> bool {
        self.below(n) == 0
    }

    pub(crate) fn bytes(&mut self, len: usize) -> Vec<u8> {
        (0..len).map(|_| self.below(256) as u8).collect()
    }
}
