use super::{describe, in_file};
use crate::arguments::TwinCapture;
use indicatif::{ProgressBar, ProgressStyle};
use quaywatch_crane::Settings;
use quaywatch_model::Timestamp;
use quaywatch_quay::life::Pace;
use quaywatch_quay::scenario::{Scenario, catalogue};
use quaywatch_quay::{Run, Written};
use std::error::Error;
use std::fs;
use std::io::{self, Write};
use std::path::Path;

/// Monday 2026-11-30, 08:00 UTC: the same run is the same capture, whenever it is made.
const BEGIN: Timestamp = Timestamp::from_nanos(1_796_025_600_000_000_000);

/// Writes a capture and its truth.
pub(super) fn run(arguments: &TwinCapture) -> Result<(), Box<dyn Error>> {
    let file = arguments.crane.as_deref();
    let description = describe(file)?;
    let settings = description.settings().map_err(|unsound| in_file(file, &unsound))?;
    let scenarios: Result<Vec<Scenario>, String> =
        arguments.scenarios.iter().map(|name| scenario(name)).collect();
    let length_s = arguments.hours * 3600.0;
    let run = Run {
        seed: arguments.seed,
        begin: BEGIN,
        length_s,
        maker: arguments.persona,
        cranes: names(&description.name, arguments.cranes),
        settings: Settings { wind_m_s: arguments.wind, truck_wait_s: TRUCK_WAIT_S, ..settings },
        pace: Pace {
            polls: arguments.polls,
            cyclic: arguments.cyclic,
            video: arguments.video,
            engineering: arguments.engineering,
            service: arguments.service,
        },
        scenarios: scenarios?,
    };
    let bar = if arguments.quiet { ProgressBar::hidden() } else { ProgressBar::new(length_s as u64) };
    bar.set_style(ProgressStyle::with_template("{wide_bar} {msg} simulated, {eta} to go")?);
    let written = run.write(&arguments.out, &mut |done_s| {
        bar.set_position(done_s as u64);
        if done_s.fract() < 0.05 {
            bar.set_message(format!("{:.0} min", done_s / 60.0));
        }
    })?;
    bar.finish_and_clear();
    if arguments.messages {
        quaywatch_benchmark::messages(&arguments.out)?;
    }
    print(&arguments.out, &written)?;
    Ok(())
}

/// Trucks are waited for this long on average.
const TRUCK_WAIT_S: f64 = 25.0;

/// The first crane's name, and those of its sisters: STS07, STS08, STS09.
fn names(first: &str, count: u16) -> Vec<String> {
    let letters = first.trim_end_matches(|letter: char| letter.is_ascii_digit());
    let digits = first.get(letters.len()..).unwrap_or_default();
    let number: u32 = digits.parse().unwrap_or(1);
    let sister = |index: u16| match index {
        0 => first.to_owned(),
        _ => format!("{letters}{:0width$}", number + u32::from(index), width = digits.len().max(1)),
    };
    (0..count).map(sister).collect()
}

/// A scenario of the catalogue, or of a file.
fn scenario(name: &str) -> Result<Scenario, String> {
    if Path::new(name).extension().is_none_or(|extension| extension != "toml") {
        return catalogue::named(name).map_err(|unplayable| format!("--scenario {name}: {unplayable}"));
    }
    let text = fs::read_to_string(name).map_err(|error| format!("--scenario {name}: {error}"))?;
    Scenario::parse(&text).map_err(|unplayable| format!("--scenario {name}: {unplayable}"))
}

fn print(directory: &Path, written: &Written) -> io::Result<()> {
    let mut out = anstream::stdout().lock();
    let file = directory.join("quay.pcapng");
    writeln!(out, "{}: {} frames, {:.1} MB", file.display(), written.frames, written.bytes as f64 / 1e6)?;
    for (id, frames, failed) in &written.played {
        writeln!(out, "  {id}: {frames} frames")?;
        for failed in failed {
            writeln!(out, "      could not be done: {failed}")?;
        }
    }
    writeln!(out, "to look into it: quaywatch inspect {}", file.display())
}
