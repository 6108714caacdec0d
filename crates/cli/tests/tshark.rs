//! What `inspect` records is what tshark sees: every message, every conversation, in every capture there is.
//!
//! Runs where tshark and Python 3.11 are installed; elsewhere it says that it did not run. The captures are those
//! of the folder `QUAYWATCH_CORPUS` (one folder a protocol), or else the repository's own `cases/`. What differs
//! on purpose is listed, with its reason, in `tshark/known.toml`.

use std::path::{Path, PathBuf};
use std::process::Command;

#[test]
fn records_agree_with_tshark() {
    if let Some(missing) = ["tshark", "python3"].into_iter().find(|program| !answers(program)) {
        eprintln!("NOT RUN: {missing} is not installed, so nothing was compared with tshark");
        return;
    }
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    let output = Command::new("python3")
        .arg("-B")
        .arg(here.join("tests/tshark/differential.py"))
        .arg("--quaywatch")
        .arg(env!("CARGO_BIN_EXE_quaywatch"))
        .arg("--corpus")
        .arg(corpus(here))
        .arg("--cache")
        .arg(Path::new(env!("CARGO_TARGET_TMPDIR")).join("tshark-answers"))
        .output()
        .expect("python3 starts");
    let told = String::from_utf8_lossy(&output.stdout);
    let complained = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "\n{told}\n{complained}");
    eprintln!("{told}");
}

fn answers(program: &str) -> bool {
    Command::new(program).arg("--version").output().is_ok_and(|output| output.status.success())
}

fn corpus(here: &Path) -> PathBuf {
    std::env::var_os("QUAYWATCH_CORPUS").map_or_else(
        || {
            eprintln!("QUAYWATCH_CORPUS is not set: only the captures in cases/ are compared");
            here.join("../../cases")
        },
        PathBuf::from,
    )
}
