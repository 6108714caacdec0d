//! Plays the TCP conversations of a capture file to the decoder, for checks against captures that are not part
//! of this repository. Just enough of pcap, pcapng and TCP for that: Ethernet, IPv4, segments in order.

use crate::testing::{Player, Recorder};
use crate::{Answer, Probe, Protocol, Transport};
use quaywatch_model::Side;
use quaywatch_wire::Reader;
use std::collections::BTreeMap;
use std::collections::btree_map::Entry;
use std::io::Write as _;
use std::path::PathBuf;

/// The file below the folder that the environment names, or `None`, said aloud, where there is none.
pub(crate) fn find(name: &str) -> Option<Vec<u8>> {
    let found = std::env::var_os("QUAYWATCH_CORPUS").map(|root| PathBuf::from(root).join(name));
    let bytes = found.and_then(|path| std::fs::read(path).ok());
    if bytes.is_none() {
        // Past the harness, which would keep what a passing test says to itself.
        let _ =
            writeln!(std::io::stderr(), "SKIPPED: {name} is not below the folder named by QUAYWATCH_CORPUS");
    }
    bytes
}

/// What was heard of one TCP conversation.
pub(crate) struct Heard {
    pub(crate) protocol: &'static str,
    pub(crate) recorder: Recorder,
}

/// A case of this repository.
pub(crate) fn case(name: &str) -> Vec<u8> {
    let cases = concat!(env!("CARGO_MANIFEST_DIR"), "/../../cases");
    std::fs::read(PathBuf::from(cases).join(name).join("capture.pcap")).unwrap()
}

/// The conversations on this port that the protocol recognises; side A is the one that spoke first.
pub(crate) fn conversations(protocol: &Protocol, port: u16, capture: &[u8]) -> Vec<Heard> {
    let mut playing: BTreeMap<[(u32, u16); 2], Playing> = BTreeMap::new();
    let mut order = Vec::new();
    for frame in frames(capture) {
        let Some(segment) = segment(frame) else { continue };
        let (from, to) = segment.ends;
        if (from.1 != port && to.1 != port) || segment.payload.is_empty() {
            continue;
        }
        let key = if from < to { [from, to] } else { [to, from] };
        let here = match playing.entry(key) {
            Entry::Occupied(playing) => playing.into_mut(),
            Entry::Vacant(place) => {
                let (transport, ports) = (Transport::Tcp, [from.1, to.1]);
                let probe = Probe {
                    transport,
                    ports,
                    from: Side::A,
                    bytes: segment.payload,
                    answer: &[],
                    expected: None,
                };
                if (protocol.probe)(&probe) != Answer::Certain {
                    continue;
                }
                order.push(key);
                let player = Player::new(protocol, transport, ports);
                place.insert(Playing { player, first: from, next: [None, None] })
            }
        };
        here.hear(&segment);
    }
    order
        .iter()
        .map(|key| {
            let mut here = playing.remove(key).unwrap();
            let recorder = here.player.end();
            let protocol = here.player.conversation().protocol();
            Heard { protocol, recorder }
        })
        .collect()
}

/// The frames of a little-endian pcap or pcapng file.
fn frames(capture: &[u8]) -> Vec<&[u8]> {
    const PCAPNG: [u8; 4] = [0x0A, 0x0D, 0x0D, 0x0A];
    const ENHANCED_PACKET_BLOCK: u32 = 6;
    let mut file = Reader::new(capture);
    let mut frames = Vec::new();
    let pcapng = capture.starts_with(&PCAPNG);
    if !pcapng {
        file.skip(24, "file header").unwrap();
    }
    while !file.is_empty() {
        let (first, second) = (file.u32_le("type").unwrap(), file.u32_le("length").unwrap());
        if !pcapng {
            let length = file.u32_le("captured").unwrap();
            file.skip(4, "original").unwrap();
            frames.push(file.take(length as usize, "packet").unwrap());
            continue;
        }
        let mut block = file.sub(second as usize - 8, "block").unwrap();
        if first == ENHANCED_PACKET_BLOCK {
            block.skip(12, "interface and time").unwrap();
            let length = block.u32_le("captured").unwrap();
            block.skip(4, "original").unwrap();
            frames.push(block.take(length as usize, "packet").unwrap());
        }
    }
    frames
}

struct Playing {
    player: Player,
    first: (u32, u16),
    next: [Option<u32>; 2],
}

impl Playing {
    fn hear(&mut self, segment: &Segment<'_>) {
        let side = if segment.ends.0 == self.first { Side::A } else { Side::B };
        let next = side.of_mut(&mut self.next);
        let ahead = next.map_or(0, |next| segment.sequence.wrapping_sub(next) as i32);
        let fresh = if ahead < 0 {
            segment.payload.get(ahead.unsigned_abs() as usize..)
        } else {
            Some(segment.payload)
        };
        let Some(fresh) = fresh.filter(|fresh| !fresh.is_empty()) else { return };
        *next = Some(segment.sequence.wrapping_add(segment.payload.len() as u32));
        if ahead > 0 {
            self.player.lose(side, ahead as u64);
        }
        self.player.say(side, fresh);
    }
}

struct Segment<'a> {
    ends: ((u32, u16), (u32, u16)),
    sequence: u32,
    payload: &'a [u8],
}

fn segment(frame: &[u8]) -> Option<Segment<'_>> {
    let mut reader = Reader::new(frame);
    reader.skip(12, "addresses").ok()?;
    if reader.u16_be("ethertype").ok()? != 0x0800 {
        return None;
    }
    let header = usize::from(*reader.peek().first()? & 0x0F) * 4;
    let total = usize::from(u16::from_be_bytes([*reader.peek().get(2)?, *reader.peek().get(3)?]));
    let mut packet = reader.sub(total.min(reader.len()), "packet").ok()?;
    let mut ip = packet.sub(header, "IP header").ok()?;
    ip.skip(9, "IP header").ok()?;
    if ip.u8("protocol").ok()? != 6 {
        return None;
    }
    ip.skip(2, "checksum").ok()?;
    let (source, destination) = (ip.u32_be("source").ok()?, ip.u32_be("destination").ok()?);
    let (from, to) = (packet.u16_be("port").ok()?, packet.u16_be("port").ok()?);
    let sequence = packet.u32_be("sequence").ok()?;
    packet.skip(4, "acknowledgement").ok()?;
    let options = usize::from(packet.u8("data offset").ok()? >> 4) * 4 - 13;
    packet.skip(options, "TCP header").ok()?;
    Some(Segment { ends: ((source, from), (destination, to)), sequence, payload: packet.rest() })
}
