use crate::arguments::Detection;
use indicatif::{ProgressBar, ProgressStyle};
use quaywatch_benchmark::{Plan, json, measure, text, trials};
use std::error::Error;
use std::fs;
use std::io::Write;
use std::path::Path;

/// Measures, and prints what was measured.
pub(crate) fn run(arguments: &Detection) -> Result<(), Box<dyn Error>> {
    let usual = Plan::default();
    let threads = arguments
        .threads
        .map(usize::from)
        .or_else(|| std::thread::available_parallelism().ok().map(Into::into));
    let plan = Plan {
        seeds: arguments.seeds,
        first_seed: arguments.first_seed,
        makers: arguments.personas.clone(),
        scenarios: arguments.scenarios.clone(),
        minutes: arguments.minutes,
        delays: !arguments.no_delays,
        threads: threads.unwrap_or(1),
        ..usual
    };
    let bar = if arguments.quiet { ProgressBar::hidden() } else { ProgressBar::new(0) };
    bar.set_style(ProgressStyle::with_template("{wide_bar} {pos} of {len} captures, {eta} to go")?);
    let measured = measure(&plan, &|done, all| {
        bar.set_length(all as u64);
        bar.set_position(done as u64);
    })?;
    bar.finish_and_clear();
    let told = text(&measured.report);
    if let Some(directory) = &arguments.out {
        write(directory, "detection.txt", told.as_bytes())?;
        write(directory, "detection.json", format!("{:#}\n", json(&measured.report)).as_bytes())?;
        write(directory, "trials.ndjson", trials(&measured.trials).as_bytes())?;
    }
    write!(anstream::stdout(), "{told}")?;
    Ok(())
}

fn write(directory: &Path, name: &str, bytes: &[u8]) -> Result<(), String> {
    let file = directory.join(name);
    fs::create_dir_all(directory)
        .and_then(|()| fs::write(&file, bytes))
        .map_err(|error| format!("{}: {error}", file.display()))
}
