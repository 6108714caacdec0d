//! What machines tell each other in a run's capture, in the message format of IPAL
//! (<https://github.com/fkie-cad/ipal_transcriber>, README, "Message Format"), with the run's labels: one JSON object a
//! request and one an answer. So published detectors that learn from IPAL can be held against the same captures.
//!
//! Read by `inspect`, which is what any capture goes through: protocols are those of controllers, `length` is the frame's,
//! names are those of the site's tag maps after the crane's name, else the protocol's own.

use crate::measure::Failed;
use crate::prefix::packets;
use quaywatch_capture::Source;
use quaywatch_model::is_of_controllers;
use quaywatch_sensor::{Settings, inspect};
use quaywatch_site::Site;
use serde::Deserialize;
use serde_json::{Map, Value, json};
use std::cmp::Reverse;
use std::collections::{BTreeMap, BinaryHeap, HashMap};
use std::fs::{self, File};
use std::io::{BufRead, BufReader, BufWriter, Write};
use std::path::Path;
use std::sync::Arc;

/// Writes `ipal-messages.jsonl` beside the capture, labels and site of a run. Tells how many messages there are.
///
/// # Errors
/// What the run has written is not there or not as it should be, or nothing can be written.
pub fn messages(directory: &Path) -> Result<u64, Failed> {
    let site = Site::load(&directory.join("site.toml")).map_err(|error| Failed::Site(error.to_string()))?;
    let capture = directory.join("quay.pcapng");
    let tables = tempfile::tempdir().map_err(Failed::Temporary)?;
    let out = Some(tables.path().to_owned());
    let settings = Settings { threads: 1, out, logs: None, site: Arc::new(site) };
    inspect(&[Source::from_argument(&capture)], &settings, &mut |_| {})?;
    let file = fs::read(&capture).map_err(Failed::Temporary)?;
    let frames = packets(&file).map(|packet| (packet.time_s, packet.length)).collect();
    drop(file);
    let mut transcript = Transcript {
        frames,
        labels: labels(&directory.join("frames.csv"))?,
        ports: ports(&tables.path().join("conversations.ndjson"))?,
        waiting: BinaryHeap::new(),
        numbers: HashMap::new(),
        told: 0,
        to: BufWriter::new(File::create(directory.join("ipal-messages.jsonl")).map_err(Failed::Temporary)?),
    };
    let mut tags = Tags::open(&tables.path().join("tags.ndjson"))?;
    for operation in rows::<Operation>(&tables.path().join("operations.ndjson"))? {
        let operation = operation?;
        if is_of_controllers(&operation.protocol) && !operation.frames.is_empty() {
            transcript.add(&operation, tags.of(&operation)?)?;
        }
    }
    transcript.finish()
}

/// A row of `operations`.
#[derive(Deserialize)]
struct Operation {
    uid: String,
    client: String,
    server: String,
    protocol: String,
    unit: Option<u32>,
    verb: String,
    function: String,
    #[serde(default)]
    items: Vec<Item>,
    outcome: String,
    /// Of request and answer, as far as they were seen.
    frames: Vec<u64>,
}

#[derive(Deserialize)]
struct Item {
    object: String,
    value: Option<Value>,
}

/// A row of `tags`.
#[derive(Deserialize)]
struct Tag {
    crane: Option<String>,
    tag: String,
    value: Value,
    uid: String,
    frames: Vec<u64>,
}

/// Rows of a table.
fn rows<T: for<'a> Deserialize<'a>>(
    path: &Path,
) -> Result<impl Iterator<Item = Result<T, Failed>> + use<T>, Failed> {
    let file = File::open(path).map_err(Failed::Temporary)?;
    Ok(BufReader::new(file).lines().map(|line| {
        let line = line.map_err(Failed::Temporary)?;
        serde_json::from_str(&line).map_err(|error| Failed::Labels(error.to_string()))
    }))
}

/// Ports of client and server, by conversation.
fn ports(path: &Path) -> Result<HashMap<String, [u16; 2]>, Failed> {
    #[derive(Deserialize)]
    struct Row {
        uid: String,
        client_port: Option<u16>,
        server_port: Option<u16>,
    }
    let entry = |row: Row| Some((row.uid, [row.client_port?, row.server_port?]));
    rows::<Row>(path)?.filter_map(|row| row.map(entry).transpose()).collect()
}

/// The scenario whose attack each stretch of frames is, by its first frame; with its last one.
fn labels(path: &Path) -> Result<BTreeMap<u64, (u64, String)>, Failed> {
    let text = fs::read_to_string(path).map_err(Failed::Temporary)?;
    let stretch = |line: &str| {
        let [first, last, scenario, role] = line.split(',').collect::<Vec<_>>().try_into().ok()?;
        (role == "attack").then_some(())?;
        Some((first.parse().ok()?, (last.parse().ok()?, scenario.to_owned())))
    };
    Ok(text.lines().skip(1).filter_map(stretch).collect())
}

/// Values by the tags' names, in step with operations: both tables are in the order of time.
struct Tags<I> {
    rows: I,
    next: Option<Tag>,
    /// By conversation and frames.
    known: HashMap<(String, Vec<u64>), Map<String, Value>>,
}

impl Tags<()> {
    fn open(path: &Path) -> Result<Tags<impl Iterator<Item = Result<Tag, Failed>> + use<>>, Failed> {
        Ok(Tags { rows: rows::<Tag>(path)?, next: None, known: HashMap::new() })
    }
}

impl<I: Iterator<Item = Result<Tag, Failed>>> Tags<I> {
    /// The values of an operation's tags.
    fn of(&mut self, operation: &Operation) -> Result<Map<String, Value>, Failed> {
        let (first, last) = (operation.frames.first(), operation.frames.last());
        // What answers come after this one is of later operations; what answered before it began is nobody's any more.
        while self.next.is_none() || self.next.as_ref().is_some_and(|tag| tag.frames.last() <= last) {
            let read = self.rows.next().transpose()?;
            let Some(tag) = std::mem::replace(&mut self.next, read) else {
                if self.next.is_none() {
                    break;
                }
                continue;
            };
            let name = match &tag.crane {
                Some(crane) => format!("{crane}.{}", tag.tag),
                None => tag.tag,
            };
            self.known.entry((tag.uid, tag.frames)).or_default().insert(name, tag.value);
        }
        let own = self.known.remove(&(operation.uid.clone(), operation.frames.clone()));
        if self.known.len() > MOST_WAITING {
            self.known.retain(|(_, frames), _| frames.last() >= first);
        }
        Ok(own.unwrap_or_default())
    }
}

/// Values of so many answers wait for their operations before those are thrown away that have none.
const MOST_WAITING: usize = 4096;

/// Messages in the order of their frames.
struct Transcript {
    /// Time in seconds and length of each frame.
    frames: Vec<(f64, usize)>,
    labels: BTreeMap<u64, (u64, String)>,
    ports: HashMap<String, [u16; 2]>,
    waiting: BinaryHeap<Reverse<Waiting>>,
    /// The numbers of requests that were written, by their frame and place.
    numbers: HashMap<(u64, u64), u64>,
    told: u64,
    to: BufWriter<File>,
}

/// A message that is written when all before it are: its frame and place, the request it answers, and itself.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
struct Waiting {
    at: (u64, u64),
    answers: Option<(u64, u64)>,
    is_asked: bool,
    text: String,
}

impl Transcript {
    fn add(&mut self, operation: &Operation, tags: Map<String, Value>) -> Result<(), Failed> {
        let (request, answer) = match operation.frames[..] {
            [request, answer, ..] => (Some(request), Some(answer)),
            // Of one frame the outcome tells whose it is: what publishes was not asked.
            [only] if operation.outcome == "unanswered" => (Some(only), None),
            [only] if operation.verb == "Subscribe" => (None, Some(only)),
            [only] => (Some(only), None),
            [] => return Ok(()),
        };
        self.write(request.or(answer).unwrap_or_default())?;
        let place = self.told + self.waiting.len() as u64;
        let data = if tags.is_empty() { objects(&operation.items) } else { tags };
        let asked = request.map(|frame| (frame, place));
        if let Some(at) = asked {
            let reads = activities(&operation.verb).0 == "interrogate";
            let data = if reads {
                data.keys().map(|name| (name.clone(), Value::Null)).collect()
            } else {
                data.clone()
            };
            let text = self.message(operation, at.0, true, data);
            self.waiting.push(Reverse(Waiting { at, answers: None, is_asked: answer.is_some(), text }));
        }
        if let Some(frame) = answer {
            let data = if operation.outcome == "accepted" { data } else { Map::new() };
            let text = self.message(operation, frame, false, data);
            let at = (frame, place + 1);
            self.waiting.push(Reverse(Waiting { at, answers: asked, is_asked: false, text }));
        }
        Ok(())
    }

    /// All of a message but its number and what it responds to.
    fn message(&self, operation: &Operation, frame: u64, asks: bool, data: Map<String, Value>) -> String {
        let (time_s, length) = self.frame(frame);
        let ports = self.ports.get(&operation.uid).copied().unwrap_or_default();
        let [client, server] = [(&operation.client, ports[0]), (&operation.server, ports[1])]
            .map(|(address, port)| if port == 0 { address.clone() } else { format!("{address}:{port}") });
        let server = operation.unit.map_or(server.clone(), |unit| format!("{server}:{unit}"));
        let (src, dest) = if asks { (client, server) } else { (server, client) };
        let (question, response) = activities(&operation.verb);
        json!({
            "timestamp": time_s,
            "protocol": if operation.protocol == "s7comm" { "s7" } else { &operation.protocol },
            "malicious": self.malicious(frame),
            "src": src,
            "dest": dest,
            "length": length,
            "crc": true,
            "type": operation.function,
            "activity": if asks { question } else { response },
            "data": data,
        })
        .to_string()
    }

    fn frame(&self, frame: u64) -> (f64, usize) {
        let place = usize::try_from(frame).ok().and_then(|frame| frame.checked_sub(1));
        place.and_then(|place| self.frames.get(place)).copied().unwrap_or_default()
    }

    fn malicious(&self, frame: u64) -> Value {
        let stretch = self.labels.range(..=frame).next_back().filter(|(_, (last, _))| *last >= frame);
        stretch.map_or(Value::Bool(false), |(_, (_, scenario))| json!(scenario))
    }

    /// Writes what comes before this frame.
    fn write(&mut self, before: u64) -> Result<(), Failed> {
        while self.waiting.peek().is_some_and(|Reverse(next)| next.at.0 < before) {
            let Some(Reverse(next)) = self.waiting.pop() else { break };
            let number = self.told;
            let asked = next.answers.and_then(|request| self.numbers.remove(&request));
            if next.is_asked {
                self.numbers.insert(next.at, number);
            }
            let responds: Vec<u64> = asked.into_iter().collect();
            let rest = next.text.get(1..).unwrap_or_default();
            writeln!(self.to, "{{\"id\":{number},\"responds to\":{},{rest}", json!(responds))
                .map_err(Failed::Temporary)?;
            self.told += 1;
        }
        Ok(())
    }

    fn finish(mut self) -> Result<u64, Failed> {
        self.write(u64::MAX)?;
        self.to.flush().map_err(Failed::Temporary)?;
        Ok(self.told)
    }
}

/// What has no tag, by the protocol's own names.
fn objects(items: &[Item]) -> Map<String, Value> {
    items.iter().map(|item| (item.object.clone(), item.value.clone().unwrap_or_default())).collect()
}

/// What asking for this, and answering it, is called.
fn activities(verb: &str) -> (&'static str, &'static str) {
    match verb {
        "Read" | "Browse" | "Identify" | "Subscribe" | "UploadProgram" => ("interrogate", "inform"),
        "OpenSession" | "CloseSession" | "Authenticate" => ("command", "confirmation"),
        _ => ("command", "action"),
    }
}
