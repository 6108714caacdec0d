//! Seeds for the fuzz targets: small captures, and every conversation that a protocol is certain of, as the steps
//! that `quaywatch_protocols::testing::fuzz_conversation` plays. Sites with their tag maps, and texts of the formats in
//! which content is found.

use crate::{ChoreError, files, tidy};
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

/// Makes seeds from all captures and sites below `folders`; tells how many. A capture that cannot be read gives what there is.
///
/// # Errors
/// A folder cannot be read or a seed cannot be written.
pub fn make(root: &Path, folders: &[PathBuf]) -> Result<usize, ChoreError> {
    let mut made = contents(root)?;
    for folder in folders {
        for path in files::below(folder)? {
            let name = path.strip_prefix(folder).unwrap_or(&path).with_extension("");
            let name = name.to_string_lossy().replace(['/', '\\'], "-");
            if path.ends_with("site.toml") {
                files::write(&root.join(format!("fuzz/corpus/site/{name}")), site(&path)?)?;
                made += 1;
            }
            if path.extension().is_some_and(|kind| kind == "pcap" || kind == "pcapng") {
                made += of_capture(root, &path, &name)?;
            }
        }
    }
    Ok(made)
}

fn of_capture(root: &Path, path: &Path, name: &str) -> Result<usize, ChoreError> {
    let seeds = conversations(path);
    for (number, seed) in seeds.iter().enumerate() {
        files::write(&root.join(format!("fuzz/corpus/{}/{name}-{number}", seed.target)), &seed.input)?;
    }
    let bytes = files::read_bytes(path)?;
    if bytes.len() > LONGEST_SEED_BYTES {
        return Ok(seeds.len());
    }
    // One file, read in one piece.
    let file = root.join(format!("fuzz/corpus/capture_file/{name}"));
    files::write(&file, [&[0, 0], &bytes[..]].concat())?;
    // One stream, read in pieces of 9 and 25 bytes by turns.
    let file = root.join(format!("fuzz/corpus/content/{name}"));
    files::write(&file, [&[8, 3], &bytes[..]].concat())?;
    Ok(seeds.len() + 2)
}

/// A site with the tag maps beside it, a zero byte between them.
fn site(path: &Path) -> Result<Vec<u8>, ChoreError> {
    let mut seed = files::read_bytes(path)?;
    for map in files::below(path.parent().unwrap_or(path))? {
        if map.extension().is_some_and(|kind| kind == "csv") {
            seed.push(0);
            seed.extend(files::read_bytes(&map)?);
        }
    }
    Ok(seed)
}

/// Formats in which content is found, as streams for its target.
const CONTENTS: [(&str, &str); 8] = [
    (
        "edifact",
        "UNA:+.? 'UNB+UNOA:2+A+B+260101:1200+7'UNH+1+BAPLIE:D:95B:UN:SMDG22'TDT+20+449N+1++HSD:172:166+++9227273:146::X'EQD+CN+CSQU3054383+45G1+++5'MEA+VGM++KGM:23450'UNT+9+1'UNZ+1+7'",
    ),
    (
        "json",
        r#"{"imo":9074729,"moves":[{"container":"CSQU3054383","gross_kg":23450,"bay":17},{"weight":400,"cell":"0191006"}]}"#,
    ),
    (
        "xml",
        "<Move id='1'><ns1:Container>MWCU6059784</ns1:Container><GrossWeight unit='KGM'>23450</GrossWeight></Move>",
    ),
    ("csv", "id;container_no;gross_kg;bay\r\n1;CSQU3054383;23450;7\r\n2;MWCU6059784;\"4100\";8\r\n"),
    (
        "sql",
        "INSERT INTO moves (container, vgm, bay) VALUES (N'CSQU3054383', 23450.5, 12), (N'MWCU6059784', 4100, 13);",
    ),
    (
        "credentials",
        "Server=db;User ID=sa;Password=Hunter22!; opc.tcp://crane:Hunter22@10.0.0.1/ -----BEGIN RSA PRIVATE KEY-----\nAAAA",
    ),
    (
        "base64",
        "eyJjb250YWluZXIiOiJDU1FVMzA1NDM4MyIsImdyb3NzX2tnIjoyMzQ1MH0seyJjb250YWluZXIiOiJNV0NVNjA1OTc4NCJ9",
    ),
    (
        "hexadecimal",
        "0x7b22636f6e7461696e6572223a2243535155333035343338 33227d 43 00 53 00 CSQU 305438 3 45R1 SN ABCU1234567",
    ),
];

fn contents(root: &Path) -> Result<usize, ChoreError> {
    for (name, text) in CONTENTS {
        let wide: Vec<u8> = text.encode_utf16().flat_map(u16::to_le_bytes).collect();
        for (name, text) in [(name.to_owned(), text.as_bytes()), (format!("{name}-wide"), &wide)] {
            let file = format!("fuzz/corpus/content/{name}");
            files::write(&root.join(file), [&[2, 7], text].concat())?;
        }
    }
    Ok(2 * CONTENTS.len())
}

/// One conversation as one target takes it.
struct Seed {
    target: String,
    input: Vec<u8>,
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
            let cut = (packet.original_len as usize).saturating_sub(packet.bytes.len());
            if let Some(frame) = Frame::decode(packet.link, packet.bytes, cut) {
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
    /// Every protocol that was certain of some piece.
    certain: Vec<&'static Protocol>,
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
        let Some(probe) = probe(kept, from, bytes) else { return };
        for &protocol in PROTOCOLS.iter().filter(|protocol| protocol.transports.contains(&probe.transport)) {
            let known = kept.app.certain.iter().any(|known| known.name == protocol.name);
            if !known && (protocol.probe)(&probe) == Answer::Certain {
                kept.app.certain.push(protocol);
            }
        }
    }

    fn gap(&mut self, kept: &mut Conversation<Steps>, _: &mut Memory, from: Side, at: Moment, bytes: u64) {
        kept.app.step(from, true, at, u16::try_from(bytes).unwrap_or(u16::MAX), &[]);
    }

    fn end(&mut self, kept: &mut Conversation<Steps>, _: &mut Memory, _: Moment) {
        let steps = std::mem::take(&mut kept.app.bytes);
        for protocol in std::mem::take(&mut kept.app.certain) {
            let target = tidy::module(protocol.name);
            if self.0.iter().filter(|seed| seed.target == target).count() < MOST_SEEDS {
                let datagrams = kept.key.protocol == protocol::UDP;
                if let Some(served) = served(protocol).filter(|_| !datagrams) {
                    self.0.push(Seed { target: served.to_owned(), input: steps.clone() });
                }
                self.0.push(Seed { target, input: input(protocol, datagrams, steps.clone()) });
            }
        }
    }

    fn problem(&mut self, _: Option<&Conversation<Steps>>, _: Moment, _: &Problem) {}
}

fn probe<'a>(kept: &Conversation<Steps>, from: Side, bytes: &'a [u8]) -> Option<Probe<'a>> {
    let transport = match kept.key.protocol {
        protocol::TCP => Transport::Tcp,
        protocol::UDP => Transport::Udp,
        0 => Transport::Ethernet(kept.key.ethertype),
        _ => return None,
    };
    Some(Probe { transport, ports: kept.key.ports, from, bytes, answer: &[], expected: None })
}

/// The target of the simulated controller's service in this protocol, which takes the steps as they are.
fn served(protocol: &Protocol) -> Option<&'static str> {
    match protocol.name {
        "modbus" => Some("twin_modbus"),
        "cotp" => Some("twin_s7"),
        "enip" => Some("twin_enip"),
        "opcua" => Some("twin_opcua"),
        _ => None,
    }
}

/// The steps as the protocol's target takes them: those of several transports are told which, each in its own way.
fn input(protocol: &Protocol, datagrams: bool, mut steps: Vec<u8>) -> Vec<u8> {
    match protocol.name {
        "enip" => steps.insert(0, datagrams.into()),
        // An even length is a stream. One byte at the end is no step.
        "modbus" if (steps.len() % 2 == 1) != datagrams => steps.push(0),
        _ => {}
    }
    steps
}
