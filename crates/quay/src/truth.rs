//! What is true of a run, written beside its capture.

use crate::lan::{Frame, Label};
use crate::run::Run;
use crate::scenario::Played;
use crate::station::Station;
use etherparse::{SlicedPacket, TransportSlice};
use quaywatch_crane::{TAGS, Tag, Truth, Value};
use quaywatch_model::{Mac, Timestamp};
use serde_json::{Value as Json, json};
use std::cell::RefCell;
use std::collections::BTreeMap;
use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::net::Ipv4Addr;
use std::path::Path;
use std::rc::Rc;

/// Which frames there were, and why.
#[derive(Debug, Default)]
pub(crate) struct Frames {
    total: u64,
    ranges: Vec<Range>,
    first: BTreeMap<Label, Timestamp>,
    last: BTreeMap<Label, Timestamp>,
    /// The number of the first that says something, sent by whoever acts.
    evidence: BTreeMap<Label, u64>,
    counts: BTreeMap<Label, u64>,
}

/// Frames one after another that are there for the same reason.
#[derive(Debug, Clone, Copy)]
struct Range {
    label: Label,
    is_side_effect: bool,
    first: u64,
    last: u64,
}

impl Range {
    /// `attack` what a scenario does, `side effect` what honest hosts say and it makes something of, else `benign`.
    const fn role(self, is_benign: bool) -> &'static str {
        match (is_benign, self.is_side_effect) {
            (true, _) => "benign",
            (false, true) => "side effect",
            (false, false) => "attack",
        }
    }
}

impl Frames {
    pub(crate) fn count(&mut self, frame: &Frame) {
        self.total += 1;
        let (label, is_side_effect, at) = (frame.label, frame.is_side_effect, self.total);
        match self.ranges.last_mut() {
            Some(range) if (range.label, range.is_side_effect) == (label, is_side_effect) => range.last = at,
            _ => self.ranges.push(Range { label, is_side_effect, first: at, last: at }),
        }
        if frame.label != Label::default() {
            self.first.entry(frame.label).or_insert(frame.time);
            self.last.insert(frame.label, frame.time);
            if !is_side_effect && says_something(&frame.bytes) {
                self.evidence.entry(label).or_insert(at);
            }
            *self.counts.entry(frame.label).or_default() += 1;
        }
    }

    pub(crate) const fn total(&self) -> u64 {
        self.total
    }

    /// How many frames have a label.
    pub(crate) fn of(&self, label: Label) -> u64 {
        self.counts.get(&label).copied().unwrap_or_default()
    }

    /// When the last frame with a label was seen.
    pub(crate) fn last_of(&self, label: Label) -> Option<Timestamp> {
        self.last.get(&label).copied()
    }

    /// From the first to the last frame of each stretch with a label.
    fn ranges(&self, label: Label) -> Vec<[u64; 2]> {
        let mut ranges: Vec<[u64; 2]> = Vec::new();
        for Range { first, last, .. } in self.ranges.iter().filter(|range| range.label == label) {
            match ranges.last_mut() {
                Some([_, end]) if *end + 1 == *first => *end = *last,
                _ => ranges.push([*first, *last]),
            }
        }
        ranges
    }
}

/// Whether a frame is more than TCP's own business: whoever only begins a conversation has not shown yet what for.
fn says_something(frame: &[u8]) -> bool {
    let read = SlicedPacket::from_ethernet(frame);
    let transport = read.ok().and_then(|packet| packet.transport);
    !matches!(transport, Some(TransportSlice::Tcp(segment)) if segment.payload().is_empty())
}

/// The files beside the capture.
pub(crate) struct Told {
    truth: BufWriter<File>,
    ipal: BufWriter<File>,
    frames: BufWriter<File>,
    labels: BufWriter<File>,
    run: BufWriter<File>,
    moments: u64,
}

/// IPAL's states are a second apart.
const MOMENTS_PER_STATE: u64 = 10;

/// The signals that truth is written beside: all that are numbers or bits.
fn signals() -> impl Iterator<Item = &'static Tag> {
    TAGS.iter().filter(|tag| tag.block == 100 || tag.block == 120 || tag.block == 150)
}

impl Told {
    pub(crate) fn create(directory: &Path) -> io::Result<Self> {
        let create = |name: &str| File::create(directory.join(name)).map(BufWriter::new);
        let mut told = Self {
            truth: create("truth.csv")?,
            ipal: create("ipal.jsonl")?,
            frames: create("frames.csv")?,
            labels: create("labels.jsonl")?,
            run: create("run.json")?,
            moments: 0,
        };
        write!(told.truth, "time,crane")?;
        TRUE.iter().try_for_each(|(name, _)| write!(told.truth, ",true.{name}"))?;
        signals().try_for_each(|tag| write!(told.truth, ",{}", tag.name))?;
        writeln!(told.truth)?;
        Ok(told)
    }

    /// What is true at a moment, and what the controllers tell whoever asks. `under`: which abuse is going on.
    pub(crate) fn moment(
        &mut self,
        time: Timestamp,
        stations: &mut [Station],
        under: Option<&str>,
    ) -> io::Result<()> {
        self.moments += 1;
        // What is told again is told in the place of what is.
        stations.iter_mut().for_each(|station| station.swap_told(time));
        let written = self.told(time, stations, under);
        stations.iter_mut().for_each(|station| station.swap_told(time));
        written
    }

    fn told(&mut self, time: Timestamp, stations: &[Station], under: Option<&str>) -> io::Result<()> {
        for station in stations {
            let truth = station.truth();
            write!(self.truth, "{}.{:09},{}", time.split().0, time.split().1, station.plc.name)?;
            TRUE.iter().try_for_each(|(_, read)| write!(self.truth, ",{:.4}", read(&truth)))?;
            for tag in signals() {
                match station.image().get(tag) {
                    Value::Real(number) => write!(self.truth, ",{number:.4}")?,
                    Value::Whole(number) => write!(self.truth, ",{number}")?,
                    Value::Bool(on) => write!(self.truth, ",{}", u8::from(on))?,
                    Value::Text(_) | Value::DateTime(_) => write!(self.truth, ",")?,
                }
            }
            writeln!(self.truth)?;
        }
        if self.moments.is_multiple_of(MOMENTS_PER_STATE) {
            self.state(time, stations, under)?;
        }
        Ok(())
    }

    /// A state as IPAL has it: <https://github.com/fkie-cad/ipal_ids_framework>, one JSON object a line.
    fn state(&mut self, time: Timestamp, stations: &[Station], under: Option<&str>) -> io::Result<()> {
        let mut state = serde_json::Map::new();
        for station in stations {
            for tag in signals() {
                let value = match station.image().get(tag) {
                    Value::Real(number) => json!(number),
                    Value::Whole(number) => json!(number),
                    Value::Bool(on) => json!(on),
                    Value::Text(_) | Value::DateTime(_) => continue,
                };
                state.insert(format!("{}.{}", station.plc.name, tag.name), value);
            }
        }
        let seconds = time.nanos() as f64 / 1e9;
        let malicious = under.map_or(Json::Bool(false), |id| json!(id));
        let line = json!({ "timestamp": seconds, "state": state, "malicious": malicious });
        writeln!(self.ipal, "{line}")
    }

    /// What was played, and the run itself.
    pub(crate) fn finish(
        mut self,
        run: &Run,
        frames: &Frames,
        players: &[Rc<RefCell<Played>>],
        host: impl Fn(&str) -> Option<(Mac, Ipv4Addr)>,
    ) -> io::Result<()> {
        writeln!(self.frames, "first,last,scenario,role")?;
        for range in &frames.ranges {
            let scenario =
                usize::from(range.label.0).checked_sub(1).and_then(|index| run.scenarios.get(index));
            let role = range.role(scenario.is_none_or(|scenario| scenario.is_benign()));
            let id = scenario.map_or("0", |scenario| &scenario.id);
            writeln!(self.frames, "{},{},{id},{role}", range.first, range.last)?;
        }
        for (index, (scenario, played)) in run.scenarios.iter().zip(players).enumerate() {
            let (label, played) = (Label(index as u16 + 1), played.borrow());
            let seconds =
                |time: Option<Timestamp>| time.map_or(Json::Null, |time| json!(time.nanos() as f64 / 1e9));
            let ranges = frames.ranges(label);
            let acting: Vec<_> = actors(scenario).into_iter().filter_map(&host).collect();
            let line = json!({
                "id": scenario.id,
                "title": scenario.title,
                "class": scenario.family(),
                "attck": scenario.techniques,
                "crane": run.cranes.first(),
                "actor_hosts": actors(scenario),
                "actor_addresses": acting.iter().map(|(_, ip)| ip).collect::<Vec<_>>(),
                "actor_macs": acting.iter().map(|(mac, _)| mac.to_string()).collect::<Vec<_>>(),
                "t_armed": seconds(played.armed),
                "t_first_packet": seconds(frames.first.get(&label).copied()),
                "t_first_effect": seconds(played.effect),
                "t_end": seconds(played.ended.max(frames.last.get(&label).copied())),
                "frames": ranges,
                "tags": scenario.tags,
                "benign": scenario.is_benign(),
                "detectable_by": scenario.seen_by.iter().map(|by| by.name()).collect::<Vec<_>>(),
                "earliest_evidence_frame": frames.evidence.get(&label),
                "severity": scenario.severity.name(),
                "drawn": played.drawn,
                "notes": played.failed,
            });
            writeln!(self.labels, "{line}")?;
        }
        let run = json!({
            "software": concat!("quaywatch ", env!("CARGO_PKG_VERSION")),
            "seed": run.seed,
            "begin": run.begin.nanos() as f64 / 1e9,
            "length_s": run.length_s,
            "persona": run.maker.name(),
            "cranes": run.cranes,
            "wind_m_s": run.settings.wind_m_s,
            "wind_from_deg": run.settings.wind_from_deg,
            "truck_wait_s": run.settings.truck_wait_s,
            "skill": run.settings.skill,
            "machine": run.settings.machine.each().collect::<BTreeMap<_, _>>(),
            "polls": run.pace.polls,
            "cyclic": run.pace.cyclic,
            "video": run.pace.video,
            "engineering": run.pace.engineering,
            "service": run.pace.service,
            "scenarios": run.scenarios.iter().map(|scenario| &scenario.id).collect::<Vec<_>>(),
            "frames": frames.total,
        });
        writeln!(self.run, "{run:#}")?;
        [self.truth, self.ipal, self.frames, self.labels, self.run].iter_mut().try_for_each(Write::flush)
    }
}

/// Who does something in a scenario: the first host that each step names.
fn actors(scenario: &crate::scenario::Scenario) -> Vec<&str> {
    let mut actors: Vec<&str> = Vec::new();
    for actor in scenario.steps.iter().filter_map(|step| step.deed.hosts().first().copied()) {
        if !actors.contains(&actor) {
            actors.push(actor);
        }
    }
    actors
}

/// How something is read off the truth.
type Read = fn(&Truth) -> f64;

/// What of the truth has a name.
pub(crate) fn names() -> impl Iterator<Item = &'static str> {
    TRUE.iter().map(|(name, _)| *name)
}

/// What is true of this name.
pub(crate) fn read(name: &str, truth: &Truth) -> Option<f64> {
    TRUE.iter().find(|(known, _)| *known == name).map(|(_, read)| read(truth))
}

/// What is written of the truth, in SI units; 1 is yes.
const TRUE: [(&str, Read); 19] = [
    ("trolley_m", |truth| truth.trolley_m),
    ("trolley_m_s", |truth| truth.trolley_m_s),
    ("hoist_m", |truth| truth.hoist_m),
    ("hoist_m_s", |truth| truth.hoist_m_s),
    ("gantry_m", |truth| truth.gantry_m),
    ("load_x_m", |truth| truth.load_m.x),
    ("load_y_m", |truth| truth.load_m.y),
    ("load_z_m", |truth| truth.load_m.z),
    ("sway_x_deg", |truth| truth.sway_deg[0]),
    ("sway_y_deg", |truth| truth.sway_deg[1]),
    ("skew_deg", |truth| truth.skew_deg),
    ("tension_n", |truth| truth.tension_n),
    ("cargo_kg", |truth| truth.cargo_kg),
    ("wind_m_s", |truth| truth.wind_m_s),
    ("hoist_w", |truth| truth.hoist_w),
    ("moves", |truth| truth.moves.into()),
    ("collisions", |truth| truth.collisions.into()),
    ("hoist_brake_open", |truth| f64::from(u8::from(truth.brakes_open[0]))),
    ("trolley_brake_open", |truth| f64::from(u8::from(truth.brakes_open[1]))),
];
