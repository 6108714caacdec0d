//! Plays whole captures through flow table and recogniser, as the sensor does, and keeps what was heard of each
//! conversation: for checks against captures that are not part of this repository.

use super::Recorder;
use crate::{Context, Conversation, Recogniser, Recognition, Shared, Transport, Wanted};
use quaywatch_capture::{Batch, Captures, Source};
use quaywatch_flow::{Conversation as Kept, Limits, Listener, Table};
use quaywatch_model::{Address, Moment, Problem, Side};
use quaywatch_wire::{Frame, Memory, protocol};
use std::path::{Path, PathBuf};

/// What was heard of one conversation.
pub(crate) struct Heard {
    /// The protocol's name, or `unknown`.
    pub(crate) protocol: &'static str,
    pub(crate) recorder: Recorder,
}

/// The folder with the real captures, or `None`, said aloud, where the environment names none.
pub(crate) fn corpus() -> Option<PathBuf> {
    let root = std::env::var_os("QUAYWATCH_CORPUS").map(PathBuf::from);
    if root.is_none() {
        eprintln!("SKIPPED: QUAYWATCH_CORPUS names no folder with captures");
    }
    root
}

/// All conversations of a case of this repository.
pub(crate) fn play_case(name: &str) -> Vec<Heard> {
    play(&Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../../cases")).join(name).join("capture.pcap"))
}

/// All conversations of a capture, in the order they end.
pub(crate) fn play(path: &Path) -> Vec<Heard> {
    let mut captures = Captures::open(&[Source::Path(path.into())]).unwrap();
    let mut table = Table::<Reading>::new(Limits::default());
    let mut memory = Memory::new(64 << 20);
    let mut listener = Playing::default();
    let (mut batch, mut last) = (Batch::new(), Moment::default());
    while captures.next_batch(&mut batch).unwrap() {
        for packet in batch.packets() {
            let at = Moment { time: packet.time, frame: packet.frame };
            last = at;
            let cut = (packet.original_len as usize).saturating_sub(packet.bytes.len());
            let Some(frame) = Frame::decode(packet.link, packet.bytes, cut) else { continue };
            table.frame(&frame, at, packet.original_len.into(), &mut memory, &mut listener);
        }
    }
    table.finish(last, &mut memory, &mut listener);
    assert_eq!(memory.held_bytes(), 0, "all memory must be given back at the end of {path:?}");
    listener.heard
}

/// The lines of a log of Zeek, as the recorder writes them: own columns only, told apart by tabs.
pub(crate) fn zeek_log(path: &Path, leave_out: &[&str]) -> Vec<Vec<String>> {
    let text = std::fs::read_to_string(path).unwrap();
    let mut names: Vec<&str> = Vec::new();
    let mut lines = Vec::new();
    for line in text.lines() {
        if let Some(fields) = line.strip_prefix("#fields\t") {
            names = fields.split('\t').collect();
        } else if !line.starts_with('#') {
            let columns = names.iter().zip(line.split('\t')).skip(6);
            let kept = columns.filter(|(name, _)| !leave_out.contains(name));
            lines.push(kept.map(|(name, value)| format!("{name}={value}")).collect());
        }
    }
    lines
}

#[derive(Default)]
struct Playing {
    shared: Shared,
    heard: Vec<Heard>,
}

#[derive(Default)]
struct Reading {
    recogniser: Recogniser,
    decoder: Option<Box<dyn Conversation>>,
    unknown: bool,
    recorder: Recorder,
}

fn transport(kept: &Kept<Reading>) -> Option<Transport> {
    Some(match kept.key.protocol {
        protocol::TCP => Transport::Tcp,
        protocol::UDP => Transport::Udp,
        0 => Transport::Ethernet(kept.key.ethertype),
        _ => return None,
    })
}

impl Playing {
    fn with(
        &mut self,
        (addresses, ports): ([Address; 2], [u16; 2]),
        memory: &mut Memory,
        now: Moment,
        sink: &mut Recorder,
        act: impl FnOnce(&mut Context<'_>),
    ) {
        let wanted = Wanted { logs: true, content: true };
        act(&mut Context { now, addresses, ports, wanted, memory, shared: &mut self.shared, sink });
    }
}

impl Listener<Reading> for Playing {
    fn data(&mut self, kept: &mut Kept<Reading>, memory: &mut Memory, from: Side, at: Moment, bytes: &[u8]) {
        let ends = (kept.key.addresses, kept.key.ports);
        let Some(transport) = transport(kept) else { return };
        let Reading { recogniser, decoder, unknown, recorder } = &mut kept.app;
        if *unknown {
            return;
        }
        self.with(ends, memory, at, recorder, |cx| match decoder {
            Some(decoder) => decoder.data(cx, from, bytes),
            None => match recogniser.show(cx, transport, from, bytes) {
                Recognition::Undecided => {}
                Recognition::Unknown => *unknown = true,
                Recognition::Found(mut found) => {
                    recogniser.replay(cx, found.as_mut());
                    found.data(cx, from, bytes);
                    *decoder = Some(found);
                }
            },
        });
    }

    fn gap(&mut self, kept: &mut Kept<Reading>, memory: &mut Memory, from: Side, at: Moment, bytes: u64) {
        let ends = (kept.key.addresses, kept.key.ports);
        let Reading { recogniser, decoder, recorder, .. } = &mut kept.app;
        self.with(ends, memory, at, recorder, |cx| match decoder {
            Some(decoder) => decoder.gap(cx, from, bytes),
            None => recogniser.gap(cx.memory, from),
        });
    }

    fn end(&mut self, kept: &mut Kept<Reading>, memory: &mut Memory, at: Moment) {
        let ends = (kept.key.addresses, kept.key.ports);
        let Reading { mut recogniser, mut decoder, mut recorder, .. } = std::mem::take(&mut kept.app);
        self.with(ends, memory, at, &mut recorder, |cx| match &mut decoder {
            Some(decoder) => decoder.end(cx),
            None => recogniser.forget(cx.memory),
        });
        let protocol = decoder.as_ref().map_or("unknown", |decoder| decoder.protocol());
        recorder.close();
        self.heard.push(Heard { protocol, recorder });
    }

    fn problem(&mut self, _: Option<&Kept<Reading>>, _: Moment, _: &Problem) {}
}
