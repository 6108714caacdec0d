//! What `inspect` records is what tshark sees: every message, what it is about and what it holds as far as tshark tells,
//! and every conversation, in every capture there is.
//!
//! Runs where tshark and Python 3.11 are installed; elsewhere it says that it did not run. The captures are those
//! in `cases/` and, where `QUAYWATCH_CORPUS` is set, those of that folder (one folder a protocol). tshark's answers
//! are kept under `target/`, so only the first run takes minutes. What differs on purpose is listed, with its
//! reason, in `tshark/known.toml`.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::Command;

#[test]
fn records_agree_with_tshark() {
    if let Some(missing) = ["tshark", "python3"].into_iter().find(|program| !answers(program)) {
        say(&format!("NOT RUN: {missing} is not installed, so nothing was compared with tshark"));
        return;
    }
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    let output = Command::new("python3")
        .arg("-B")
        .arg(here.join("tests/tshark/differential.py"))
        .arg("--quaywatch")
        .arg(env!("CARGO_BIN_EXE_quaywatch"))
        .arg("--cache")
        .arg(Path::new(env!("CARGO_TARGET_TMPDIR")).join("tshark-answers"))
        .args(folders(here))
        .output()
        .expect("python3 starts");
    let told = String::from_utf8_lossy(&output.stdout);
    let complained = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "\n{told}\n{complained}");
    say(&told);
}

fn answers(program: &str) -> bool {
    Command::new(program).arg("--version").output().is_ok_and(|output| output.status.success())
}

fn folders(here: &Path) -> Vec<PathBuf> {
    let mut folders = vec![here.join("../../cases")];
    match std::env::var_os("QUAYWATCH_CORPUS") {
        Some(corpus) => folders.push(PathBuf::from(corpus)),
        None => say("QUAYWATCH_CORPUS is not set: only the captures in cases/ are compared"),
    }
    folders
}

/// Past the harness, which would keep what a passing test says to itself.
fn say(line: &str) {
    let _ = writeln!(std::io::stderr(), "{line}");
}
