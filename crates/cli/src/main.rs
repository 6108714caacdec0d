//! The binary `quaywatch`: arguments, progress and exit codes. What it does is done in the other rooms.

mod arguments;
mod bench;
mod inspect;
mod learn;
mod protocols;
mod report;
mod twin;

use arguments::{Arguments, Bench, Command};
use clap::Parser as _;
use quaywatch_capture::Source;
use quaywatch_sensor::Shortfall;
use std::fmt::Display;
use std::path::PathBuf;
use std::process::ExitCode;

/// Tens of thousands of conversations of all sizes begin and end, on several threads: the system's allocator takes
/// a tenth of the time for them.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// Something as grave as `--fail-on` says was found.
const FOUND: u8 = 1;
/// Bad arguments, or input that cannot be read or not to its end, or output that cannot be written.
const FAILED: u8 = 2;

fn main() -> ExitCode {
    let result = match Arguments::parse().command {
        Command::Inspect(arguments) => inspect::run(&arguments),
        Command::Learn(arguments) => learn::run(&arguments),
        Command::Protocols => protocols::run().map(|()| End::Good),
        Command::Bench(Bench::Detection(arguments)) => bench::run(&arguments).map(|()| End::Good),
        Command::Twin(twin) => twin::command(&twin).map(|()| End::Good),
    };
    match result {
        Ok(End::Good) => ExitCode::SUCCESS,
        Ok(End::Found) => ExitCode::from(FOUND),
        Ok(End::Partial) => ExitCode::from(FAILED),
        Err(failure) => {
            complain(&failure);
            ExitCode::from(FAILED)
        }
    }
}

/// How a command that could do its work has ended.
enum End {
    /// Nothing more is to be said.
    Good,
    /// Something as grave as it may not be was found.
    Found,
    /// All outputs are there, of input that was not read to its end or is damaged.
    Partial,
}

/// Says on standard error what went wrong.
fn complain(what: &dyn Display) {
    use std::io::Write as _;
    // A closed standard error leaves nobody to tell.
    let _ = writeln!(anstream::stderr(), "quaywatch: {what}");
}

/// Says what of the input cannot be relied on; whether there is any.
fn complain_of(shortfall: &Shortfall) -> bool {
    for stopped in &shortfall.stopped {
        complain(&format_args!("{stopped}; expected a capture that can be read to its end"));
    }
    for file in &shortfall.damaged {
        complain(&format_args!(
            "{file} is damaged: its checksum is wrong at the end of what was decompressed; expected data as it was written"
        ));
    }
    !shortfall.stopped.is_empty() || !shortfall.damaged.is_empty()
}

/// What the captures are, of which standard input can be only one: it can be read only once.
fn sources(captures: &[PathBuf]) -> Result<Vec<Source>, String> {
    let sources: Vec<Source> = captures.iter().map(Source::from_argument).collect();
    if sources.iter().filter(|source| **source == Source::Stdin).count() > 1 {
        return Err("- is given twice, and standard input can be read only once; give it once".to_owned());
    }
    Ok(sources)
}
