//! `cargo xtask`: the chores of this repository.

use std::path::PathBuf;
use std::process::ExitCode;
use xtask::{ChoreError, docs, fuzz_seeds, licences, new_protocol, repository_root, tidy};

const USAGE: &str = "\
Usage: cargo xtask CHORE

  new-protocol NAME  stamp a protocol out of the template: folder, registration, fuzz target, case stub
  tidy               check what every file, protocol and case has to have
  licences           check that all that is built in has a licence that deny.toml allows
  docs               write docs/protocols.md, docs/findings.md and docs/scenarios.md from what protocols, rules and
                     scenarios say of themselves
  fuzz-seeds         make seeds in fuzz/corpus/ from the captures and sites in cases/, samples/ and $QUAYWATCH_CORPUS";

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    match run(&arguments) {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            say(&format!("error: {error}"));
            ExitCode::from(2)
        }
    }
}

/// Does a chore; `false` where it found something wrong.
fn run(arguments: &[&str]) -> Result<bool, ChoreError> {
    let root = repository_root();
    match arguments {
        ["new-protocol", name] => {
            let stamped = new_protocol::stamp(&root, name)?;
            stamped.made.iter().for_each(|path| say(&format!("made {}", path.display())));
            say(&stamped.what_is_left());
        }
        ["tidy"] => {
            let complaints = tidy::check(&root, &tidy::protocol_names())?;
            complaints.iter().for_each(|complaint| say(complaint));
            return Ok(complaints.is_empty());
        }
        ["licences"] => {
            let complaints = licences::check(&root)?;
            complaints.iter().for_each(|complaint| say(complaint));
            return Ok(complaints.is_empty());
        }
        ["docs"] => docs::write(&root)?,
        ["fuzz-seeds"] => {
            let mut folders = vec![root.join("cases"), root.join("samples")];
            folders.extend(std::env::var_os("QUAYWATCH_CORPUS").map(PathBuf::from));
            let made = fuzz_seeds::make(&root, &folders)?;
            say(&format!("made {made} seeds in fuzz/corpus/"));
        }
        _ => {
            say(USAGE);
            return Ok(false);
        }
    }
    Ok(true)
}

#[expect(clippy::print_stderr, reason = "a chore talks to the person at the terminal")]
fn say(line: &str) {
    eprintln!("{line}");
}
