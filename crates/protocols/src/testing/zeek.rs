//! Captures and logs for comparisons with what Zeek writes, in this repository and in the corpus.

use super::captures::{Heard, play};
use std::path::{Path, PathBuf};

/// The folder with the real captures, or `None`, said aloud, where the environment names none.
pub(crate) fn corpus() -> Option<PathBuf> {
    super::captures::corpus("")
}

/// All conversations of a case of this repository.
pub(crate) fn play_case(name: &str) -> Vec<Heard> {
    play(&Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../../cases")).join(name).join("capture.pcap"))
}

/// The lines of a log of Zeek, as [`Recorder::zeek`](super::Recorder::zeek) has them: own columns, some left out.
pub(crate) fn zeek_log(path: &Path, leave_out: &[&str]) -> Vec<Vec<String>> {
    let text = std::fs::read_to_string(path).unwrap();
    let mut names: Vec<&str> = Vec::new();
    let mut lines = Vec::new();
    for line in text.lines() {
        if let Some(fields) = line.strip_prefix("#fields\t") {
            names = fields.split('\t').collect();
        } else if !line.starts_with('#') {
            let columns = names.iter().zip(line.split('\t')).skip(6);
            let kept = columns.filter(|(name, _)| !leave_out.contains(name));
            lines.push(kept.map(|(name, value)| format!("{name}={value}")).collect());
        }
    }
    lines
}
