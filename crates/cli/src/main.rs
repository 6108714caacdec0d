//! The binary `quaywatch`: arguments, progress and exit codes. What it does is done in the other rooms.

mod arguments;
mod inspect;
mod learn;
mod protocols;
mod report;
mod twin;

use arguments::{Arguments, Command, Twin};
use clap::Parser as _;
use std::process::ExitCode;

/// Tens of thousands of conversations of all sizes begin and end, on several threads: the system's allocator takes
/// a tenth of the time for them.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// Something as grave as `--fail-on` says was found.
const FOUND: u8 = 1;
/// Bad arguments, or input that cannot be read, or output that cannot be written.
const FAILED: u8 = 2;

fn main() -> ExitCode {
    let result = match Arguments::parse().command {
        Command::Inspect(arguments) => inspect::run(&arguments),
        Command::Learn(arguments) => learn::run(&arguments).map(|()| false),
        Command::Protocols => protocols::run().map(|()| false),
        Command::Twin(Twin::Run(arguments)) => twin::run(&arguments).map(|()| false),
    };
    match result {
        Ok(false) => ExitCode::SUCCESS,
        Ok(true) => ExitCode::from(FOUND),
        Err(failure) => {
            use std::io::Write as _;
            // A closed standard error leaves nobody to tell.
            let _ = writeln!(anstream::stderr(), "quaywatch: {failure}");
            ExitCode::from(FAILED)
        }
    }
}
