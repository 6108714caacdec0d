//! Plays whole capture files through flow table and recognition, for the tests of this room that compare with what other
//! programs say of the same captures.

use super::Recorder;
use crate::{Context, Conversation, Recogniser, Recognition, Shared, Sink, Transport, Wanted};
use quaywatch_capture::{Batch, Captures, Source};
use quaywatch_flow::{Conversation as Flow, Limits, Listener, Table};
use quaywatch_model::{
    Address, Content, Fact, LogLine, Moment, Note, Operation, Problem, Side, Transfer, Value,
};
use quaywatch_wire::{Frame, Memory, protocol};
use std::path::{Path, PathBuf};
use std::process::Command;

/// The file below the folder that `QUAYWATCH_CORPUS` names, or `None`, said aloud, where there is none.
pub(crate) fn corpus(name: &str) -> Option<PathBuf> {
    let found = std::env::var_os("QUAYWATCH_CORPUS").map(|root| Path::new(&root).join(name));
    let found = found.filter(|path| path.exists());
    if found.is_none() {
        eprintln!("SKIPPED: {name} is not below the folder named by QUAYWATCH_CORPUS");
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
pub(crate) struct Heard {
    pub(crate) protocol: &'static str,
    pub(crate) ends: [(Address, u16); 2],
    pub(crate) recorder: Recorder,
    pub(crate) lines: Vec<Line>,
}

/// A line of a log, its values as Zeek writes them.
pub(crate) struct Line {
    pub(crate) log: &'static str,
    /// Asked from, asked to.
    pub(crate) ends: [(Address, u16); 2],
    /// Column and value.
    pub(crate) values: Vec<(&'static str, String)>,
}

/// Plays a capture; gives its conversations in the order they ended.
pub(crate) fn play(path: &Path) -> Vec<Heard> {
    let mut captures = Captures::open(&[Source::from_argument(path)]).unwrap();
    let (mut batch, mut table) = (Batch::new(), Table::<App>::new(Limits::default()));
    let mut ears = Ears { shared: Shared::default(), heard: Vec::new() };
    let mut memory = Memory::new(24 << 20);
    let mut last = Moment::default();
    while captures.next_batch(&mut batch).unwrap_or(false) {
        for packet in batch.packets() {
            last = Moment { time: packet.time, frame: packet.frame };
            let cut = (packet.original_len as usize).saturating_sub(packet.bytes.len());
            let Some(frame) = Frame::decode(packet.link, packet.bytes, cut) else { continue };
            table.frame(&frame, last, packet.original_len.into(), &mut memory, &mut ears);
        }
    }
    table.finish(last, &mut memory, &mut ears);
    ears.heard
}

#[derive(Default)]
struct App {
    recogniser: Recogniser,
    decoder: Option<Box<dyn Conversation>>,
    is_unknown: bool,
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

struct Ears {
    shared: Shared,
    heard: Vec<Heard>,
}

fn transport(flow: &Flow<App>) -> Transport {
    match flow.key.protocol {
        protocol::TCP => Transport::Tcp,
        protocol::UDP => Transport::Udp,
        protocol::ICMP => Transport::Icmp,
        protocol::ICMPV6 => Transport::Icmp6,
        0 => Transport::Ethernet(flow.key.ethertype),
        number => Transport::Ip(number),
    }
}

impl Listener<App> for Ears {
    fn data(&mut self, flow: &mut Flow<App>, memory: &mut Memory, from: Side, at: Moment, bytes: &[u8]) {
        let transport = transport(flow);
        let (addresses, ports) = (flow.key.addresses, flow.key.ports);
        let App { recogniser, decoder, is_unknown, said } = &mut flow.app;
        said.ends = [(addresses[0], ports[0]), (addresses[1], ports[1])];
        if *is_unknown {
            return;
        }
        let wanted = Wanted { logs: true, content: true };
        let shared = &mut self.shared;
        let cx = &mut Context { now: at, addresses, ports, wanted, memory, shared, sink: said };
        if let Some(decoder) = decoder {
            return decoder.data(cx, from, bytes);
        }
        match recogniser.show(cx, transport, from, bytes) {
            Recognition::Undecided => {}
            Recognition::Unknown => *is_unknown = true,
            Recognition::Found(mut found) => {
                recogniser.replay(cx, found.as_mut());
                found.data(cx, from, bytes);
                *decoder = Some(found);
            }
        }
    }

    fn gap(&mut self, flow: &mut Flow<App>, memory: &mut Memory, from: Side, at: Moment, bytes: u64) {
        let (addresses, ports) = (flow.key.addresses, flow.key.ports);
        let App { recogniser, decoder, said, .. } = &mut flow.app;
        let Some(decoder) = decoder else { return recogniser.gap(memory, from) };
        let wanted = Wanted { logs: true, content: true };
        let shared = &mut self.shared;
        decoder.gap(
            &mut Context { now: at, addresses, ports, wanted, memory, shared, sink: said },
            from,
            bytes,
        );
    }

    fn end(&mut self, flow: &mut Flow<App>, memory: &mut Memory, at: Moment) {
        let (addresses, ports) = (flow.key.addresses, flow.key.ports);
        let App { recogniser, mut decoder, mut said, .. } = std::mem::take(&mut flow.app);
        let mut recogniser = recogniser;
        recogniser.forget(memory);
        if let Some(decoder) = &mut decoder {
            let wanted = Wanted { logs: true, content: true };
            let (shared, sink) = (&mut self.shared, &mut said);
            decoder.end(&mut Context { now: at, addresses, ports, wanted, memory, shared, sink });
        }
        let protocol = decoder.map_or("unknown", |decoder| decoder.protocol());
        let Said { recorder, ends, lines } = said;
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
        let mut columns = line.log.columns.iter();
        let mut values = Vec::new();
        line.values.each(&mut |value| {
            let column = columns.next().expect("no more values than columns");
            values.push((column.name, value.map_or("-".to_owned(), |value| zeek(&value, column.kind))));
        });
        assert!(columns.next().is_none(), "a value for each column");
        let ends = [*line.from.of(&self.ends), *line.from.other().of(&self.ends)];
        self.lines.push(Line { log: line.log.name, ends, values });
    }
}

/// A value as Zeek writes it.
fn zeek(value: &Value<'_>, kind: quaywatch_model::Kind) -> String {
    use quaywatch_model::Kind;
    let seconds = |nanos: i64| format!("{:.6}", nanos as f64 / 1e9);
    match (*value, kind) {
        (Value::Bool(yes), _) => if yes { "T" } else { "F" }.to_owned(),
        (Value::Text(text), _) => text.to_owned(),
        (Value::Signed(nanos), Kind::Time | Kind::Interval | Kind::IntervalVector) => seconds(nanos),
        (Value::List(list), kind) => {
            let mut members = Vec::new();
            list.each(&mut |member| members.push(zeek(&member, kind).replace(',', "\\x2c")));
            members.join(",")
        }
        (value, _) => value.to_string(),
    }
}
