//! The simulated crane: to connect to, or as a capture with its truth.

mod capture;
mod run;
mod scenarios;

use crate::arguments::Twin;
use quaywatch_twin::Description;
use std::error::Error;
use std::fs;
use std::path::Path;

/// Does what is asked.
pub(crate) fn command(twin: &Twin) -> Result<(), Box<dyn Error>> {
    match twin {
        Twin::Run(arguments) => run::run(arguments),
        Twin::Capture(arguments) => capture::run(arguments),
        Twin::Scenarios(arguments) => scenarios::run(arguments),
    }
}

/// The crane that a file describes, or the ordinary one.
fn describe(file: Option<&Path>) -> Result<Description, String> {
    let Some(file) = file else { return Ok(Description::default()) };
    let text = fs::read_to_string(file).map_err(|error| in_file(Some(file), &error))?;
    Description::parse(&text).map_err(|error| in_file(Some(file), &error))
}

/// What is wrong with the crane's file, or with the ordinary crane.
fn in_file(file: Option<&Path>, told: &dyn std::fmt::Display) -> String {
    format!("--crane {}: {told}", file.unwrap_or(Path::new("")).display())
}
