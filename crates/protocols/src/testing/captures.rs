//! Plays whole captures through flow table and recognition, as the sensor does, and keeps what was heard of each
//! conversation: for comparison with what other programs say of the same captures.

use super::{Recorder, zeek};
use crate::{Context, Conversation, Recogniser, Recognition, Shared, Sink, Transport, Wanted};
use quaywatch_capture::{Batch, Captures, Source};
use quaywatch_flow::{Conversation as Flow, Key, Limits, Listener, Table};
use quaywatch_model::{Address, Content, Fact, LogLine, Moment, Note, Operation, Problem, Side, Transfer};
use quaywatch_wire::{Frame, Memory, protocol};
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::Command;

/// The file below the folder that `QUAYWATCH_CORPUS` names, or `None`, said aloud, where there is none.
pub(crate) fn corpus(name: &str) -> Option<PathBuf> {
    let found = std::env::var_os("QUAYWATCH_CORPUS").map(|root| Path::new(&root).join(name));
    let found = found.filter(|path| path.exists());
    if found.is_none() {
        // Past the harness, which would keep what a passing test says to itself.
        let _ =
            writeln!(std::io::stderr(), "SKIPPED: {name} is not below the folder named by QUAYWATCH_CORPUS");
    }
    found
}

/// The captures in this folder of the corpus.
pub(crate) fn folder(name: &str) -> Vec<PathBuf> {
    let files = corpus(name).into_iter().flat_map(|folder| std::fs::read_dir(folder).unwrap());
    let mut files: Vec<PathBuf> =
        files.map(|file| file.unwrap().path()).filter(|path| path.is_file()).collect();
    files.sort();
    files
}

/// What tshark says: for each frame that passes the filter the values of each field. `None`, said aloud, without tshark.
pub(crate) fn tshark(capture: &Path, filter: &str, fields: &[&str]) -> Option<Vec<Vec<Vec<String>>>> {
    let mut command = Command::new("tshark");
    command.args(["-n", "-T", "fields", "-E", "aggregator=,", "-Y", filter, "-r"]).arg(capture);
    let Ok(output) = fields.iter().fold(&mut command, |command, field| command.args(["-e", field])).output()
    else {
        eprintln!("SKIPPED: there is no tshark to compare with");
        return None;
    };
    let text = String::from_utf8_lossy(&output.stdout);
    let values =
        |field: &str| field.split(',').map(str::to_owned).filter(|value| !value.is_empty()).collect();
    Some(text.lines().map(|line| line.split('\t').map(values).collect()).collect())
}

/// What was heard of one conversation.
#[derive(Debug)]
pub(crate) struct Heard {
    /// What it was recognised as, or `unknown`.
    pub(crate) protocol: &'static str,
    pub(crate) ends: [(Address, u16); 2],
    pub(crate) recorder: Recorder,
    pub(crate) lines: Vec<Line>,
}

/// A line of a log, its values as Zeek writes them.
#[derive(Debug)]
pub(crate) struct Line {
    pub(crate) log: &'static str,
    /// Asked from, asked to.
    pub(crate) ends: [(Address, u16); 2],
    /// Column and value.
    pub(crate) values: Vec<(&'static str, String)>,
}

/// All conversations of a case of this repository.
pub(crate) fn play_case(name: &str) -> Vec<Heard> {
    play(&Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../../cases")).join(name).join("capture.pcap"))
}

/// All conversations of the capture at this path below the corpus, or `None`, said aloud, where there is none.
pub(crate) fn play_corpus(name: &str) -> Option<Vec<Heard>> {
    corpus(name).map(|path| play(&path))
}

/// All conversations of a capture, in the order they ended.
pub(crate) fn play(path: &Path) -> Vec<Heard> {
    let mut captures = Captures::open(&[Source::from_argument(path)]).unwrap();
    let (mut table, mut memory) = (Table::new(Limits::default()), Memory::new(64 << 20));
    let mut ear = Ear { shared: Shared::default(), heard: Vec::new() };
    let (mut batch, mut last) = (Batch::new(), Moment::default());
    while captures.next_batch(&mut batch).unwrap() {
        for packet in batch.packets() {
            let at = Moment { time: packet.time, frame: packet.frame };
            last = Moment { time: last.time.max(at.time), frame: at.frame };
            let cut = (packet.original_len as usize).saturating_sub(packet.bytes.len());
            if let Some(frame) = Frame::decode(packet.link, packet.bytes, cut) {
                table.frame(&frame, at, packet.original_len.into(), &mut memory, &mut ear);
            }
        }
    }
    table.finish(last, &mut memory, &mut ear);
    assert_eq!(memory.held_bytes(), 0, "{}: all memory must be given back", path.display());
    ear.heard
}

#[derive(Default)]
struct App {
    reading: Reading,
    said: Said,
}

/// What one conversation says.
struct Said {
    recorder: Recorder,
    ends: [(Address, u16); 2],
    lines: Vec<Line>,
}

impl Default for Said {
    fn default() -> Self {
        let nobody = (Address::v4([0; 4]), 0);
        Self { recorder: Recorder::default(), ends: [nobody; 2], lines: Vec::new() }
    }
}

enum Reading {
    Undecided(Recogniser),
    Speaking(Box<dyn Conversation>),
    Unknown,
}

impl Default for Reading {
    fn default() -> Self {
        Self::Undecided(Recogniser::default())
    }
}

struct Ear {
    shared: Shared,
    heard: Vec<Heard>,
}

impl Ear {
    fn with<R>(
        &mut self,
        flow: (&Key, &mut Said),
        memory: &mut Memory,
        now: Moment,
        act: impl FnOnce(&mut Context<'_>) -> R,
    ) -> R {
        let (key, sink) = flow;
        let wanted = Wanted { logs: true, content: true };
        let (addresses, ports) = (key.addresses, key.ports);
        act(&mut Context {
            now,
            addresses,
            ports,
            opened: None,
            wanted,
            memory,
            shared: &mut self.shared,
            sink,
        })
    }
}

fn transport(key: &Key) -> Option<Transport> {
    match key.protocol {
        protocol::TCP => Some(Transport::Tcp),
        protocol::UDP => Some(Transport::Udp),
        protocol::ICMP => Some(Transport::Icmp),
        protocol::ICMPV6 => Some(Transport::Icmp6),
        0 if key.ethertype != 0 => Some(Transport::Ethernet(key.ethertype)),
        0 => None,
        number => Some(Transport::Ip(number)),
    }
}

impl Listener<App> for Ear {
    fn data(&mut self, flow: &mut Flow<App>, memory: &mut Memory, from: Side, at: Moment, bytes: &[u8]) {
        let key = flow.key;
        let App { reading, said } = &mut flow.app;
        said.ends = [(key.addresses[0], key.ports[0]), (key.addresses[1], key.ports[1])];
        match reading {
            Reading::Unknown => {}
            Reading::Speaking(decoder) => {
                self.with((&key, said), memory, at, |cx| decoder.data(cx, from, bytes));
            }
            Reading::Undecided(recogniser) => {
                let Some(transport) = transport(&key) else { return };
                let shown = |cx: &mut Context<'_>| recogniser.show(cx, transport, from, bytes);
                match self.with((&key, said), memory, at, shown) {
                    Recognition::Undecided => {}
                    Recognition::Unknown => *reading = Reading::Unknown,
                    Recognition::Found(mut decoder) => {
                        self.with((&key, said), memory, at, |cx| {
                            recogniser.replay(cx, decoder.as_mut());
                            decoder.data(cx, from, bytes);
                        });
                        *reading = Reading::Speaking(decoder);
                    }
                }
            }
        }
    }

    fn gap(&mut self, flow: &mut Flow<App>, memory: &mut Memory, from: Side, at: Moment, bytes: u64) {
        let key = flow.key;
        let App { reading, said } = &mut flow.app;
        match reading {
            Reading::Speaking(decoder) => {
                self.with((&key, said), memory, at, |cx| decoder.gap(cx, from, bytes));
            }
            Reading::Undecided(recogniser) => recogniser.gap(memory, from),
            Reading::Unknown => {}
        }
    }

    fn end(&mut self, flow: &mut Flow<App>, memory: &mut Memory, at: Moment) {
        let at = Moment { frame: at.frame, time: at.time.max(flow.last) };
        let key = flow.key;
        let App { reading, mut said } = std::mem::take(&mut flow.app);
        let mut protocol = "unknown";
        match reading {
            Reading::Speaking(mut decoder) => {
                self.with((&key, &mut said), memory, at, |cx| decoder.end(cx));
                protocol = decoder.protocol();
            }
            Reading::Undecided(mut recogniser) => recogniser.forget(memory),
            Reading::Unknown => {}
        }
        let Said { mut recorder, ends, lines } = said;
        recorder.close();
        self.heard.push(Heard { protocol, ends, recorder, lines });
    }

    fn problem(&mut self, _: Option<&Flow<App>>, _: Moment, _: &Problem) {}
}

impl Sink for Said {
    fn operation(&mut self, operation: &Operation<'_>) {
        self.recorder.operation(operation);
    }

    fn transfer(&mut self, transfer: &Transfer<'_>) {
        self.recorder.transfer(transfer);
    }

    fn problem(&mut self, problem: &Problem) {
        self.recorder.problem(problem);
    }

    fn fact(&mut self, fact: &Fact<'_>) {
        self.recorder.fact(fact);
    }

    fn note(&mut self, note: &Note<'_>) {
        self.recorder.note(note);
    }

    fn content(&mut self, content: &Content<'_>) {
        self.recorder.content(content);
    }

    fn log(&mut self, line: &LogLine<'_>) {
        self.recorder.log(line);
        let mut columns = line.log.columns.iter();
        let mut values = Vec::new();
        line.values.each(&mut |value| {
            let column = columns.next().expect("no more values than columns");
            values.push((
                column.name,
                value.map_or("-".to_owned(), |value| zeek::written(&value, column.kind)),
            ));
        });
        assert!(columns.next().is_none(), "a value for each column");
        let ends = [*line.from.of(&self.ends), *line.from.other().of(&self.ends)];
        self.lines.push(Line { log: line.log.name, ends, values });
    }
}
