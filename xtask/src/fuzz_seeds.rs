//! Seeds for the fuzz targets: every conversation of a capture that a protocol is certain of, as the steps that
//! `quaywatch_protocols::testing::fuzz_conversation` plays.

use crate::{ChoreError, files};
use quaywatch_capture::{Batch, Captures, Source};
use quaywatch_flow::{Conversation, Limits, Listener, Table};
use quaywatch_model::{Moment, Problem, Side, Timestamp};
use quaywatch_protocols::{Answer, PROTOCOLS, Probe, Protocol, Transport};
use quaywatch_wire::{Frame, Memory, protocol};
use std::path::{Path, PathBuf};

/// A seed ends at the piece that would make it longer: fuzzers learn most from short inputs.
const LONGEST_SEED_BYTES: usize = 16 * 1024;
/// So many seeds of one protocol are taken from one capture: a port scan is one lesson, not thousands.
const MOST_SEEDS: usize = 8;
/// A pause as long as a step can say, see `fuzz_conversation`.
const PAUSE_NANOS: i64 = 9_000_000_000;
/// What conversations may hold while a capture is read, in bytes.
const HELD_BYTES: usize = 16 << 20;

/// Makes seeds from all captures below `folders`; tells how many. A capture that cannot be read gives what there is.
///
/// # Errors
/// A folder cannot be read or a seed cannot be written.
pub fn make(root: &Path, folders: &[PathBuf]) -> Result<usize, ChoreError> {
    let mut made = 0;
    for folder in folders {
        for path in files::below(folder)? {
            let is_capture = path.extension().is_some_and(|kind| kind == "pcap" || kind == "pcapng");
            if !is_capture {
                continue;
            }
            let name = path.strip_prefix(folder).unwrap_or(&path).with_extension("");
            let name = name.to_string_lossy().replace(['/', '\\'], "-");
            for (number, seed) in conversations(&path).iter().enumerate() {
                let file = format!("fuzz/corpus/{}/{name}-{number}", seed.protocol);
                files::write(&root.join(file), &seed.steps)?;
                made += 1;
            }
        }
    }
    Ok(made)
}

/// One conversation as steps.
struct Seed {
    protocol: &'static str,
    steps: Vec<u8>,
}

fn conversations(capture: &Path) -> Vec<Seed> {
    let mut seeds = Seeds::default();
    let mut table: Table<Steps> = Table::new(Limits::default());
    let mut memory = Memory::new(HELD_BYTES);
    let mut last = Moment::default();
    let Ok(mut captures) = Captures::open(&[Source::from_argument(capture)]) else { return Vec::new() };
    let mut batch = Batch::new();
    while captures.next_batch(&mut batch).unwrap_or(false) {
        for packet in batch.packets() {
            last = Moment { time: packet.time, frame: packet.frame };
            if let Some(frame) = Frame::decode(packet.link, packet.bytes, 0) {
                table.frame(&frame, last, packet.original_len.into(), &mut memory, &mut seeds);
            }
        }
    }
    table.finish(last, &mut memory, &mut seeds);
    seeds.0
}

#[derive(Default)]
struct Seeds(Vec<Seed>);

/// What was said in a conversation so far, and who is certain to have said it.
#[derive(Debug, Default)]
struct Steps {
    bytes: Vec<u8>,
    last: Option<Timestamp>,
    full: bool,
    spoken: Option<&'static Protocol>,
}

impl Steps {
    fn step(&mut self, from: Side, gap: bool, at: Moment, length: u16, bytes: &[u8]) {
        self.full |= self.bytes.len() + bytes.len() > LONGEST_SEED_BYTES;
        if self.full {
            return;
        }
        let pause = self.last.replace(at.time).is_some_and(|last| at.time.since(last) > PAUSE_NANOS);
        let control = u8::from(from == Side::B) | u8::from(gap) << 1 | u8::from(pause) << 2;
        self.bytes.push(control);
        self.bytes.extend_from_slice(&length.to_le_bytes());
        self.bytes.extend_from_slice(bytes);
    }
}

impl Listener<Steps> for Seeds {
    fn data(&mut self, kept: &mut Conversation<Steps>, _: &mut Memory, from: Side, at: Moment, bytes: &[u8]) {
        let Ok(length) = u16::try_from(bytes.len()) else { return };
        kept.app.step(from, false, at, length, bytes);
        if kept.app.spoken.is_none() {
            kept.app.spoken = who_is_certain(kept, from, bytes);
        }
    }

    fn gap(&mut self, kept: &mut Conversation<Steps>, _: &mut Memory, from: Side, at: Moment, bytes: u64) {
        kept.app.step(from, true, at, u16::try_from(bytes).unwrap_or(u16::MAX), &[]);
    }

    fn end(&mut self, kept: &mut Conversation<Steps>, _: &mut Memory, _: Moment) {
        let steps = std::mem::take(&mut kept.app.bytes);
        let Some(protocol) = kept.app.spoken.map(|protocol| protocol.name) else { return };
        if self.0.iter().filter(|seed| seed.protocol == protocol).count() < MOST_SEEDS {
            self.0.push(Seed { protocol, steps });
        }
    }

    fn problem(&mut self, _: Option<&Conversation<Steps>>, _: Moment, _: &Problem) {}
}

fn who_is_certain(kept: &Conversation<Steps>, from: Side, bytes: &[u8]) -> Option<&'static Protocol> {
    let transport = match kept.key.protocol {
        protocol::TCP => Transport::Tcp,
        protocol::UDP => Transport::Udp,
        0 => Transport::Ethernet(kept.key.ethertype),
        _ => return None,
    };
    let probe = Probe { transport, ports: kept.key.ports, from, bytes, answer: &[] };
    let mine = |protocol: &&&Protocol| protocol.transports.contains(&transport);
    PROTOCOLS.iter().filter(mine).find(|protocol| (protocol.probe)(&probe) == Answer::Certain).copied()
}
