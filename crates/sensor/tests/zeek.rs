//! Logs of whole captures, row by row against those that Zeek's own tests and those of its packages
//! expect. Each difference is listed with why it is one.

#![allow(
    clippy::unwrap_used,
    clippy::print_stderr,
    reason = "a test that meets what cannot be is to fail, and one that is skipped says so"
)]

#[path = "zeek/conn.rs"]
mod conn;
#[path = "zeek/files.rs"]
mod files;
#[path = "zeek/http.rs"]
mod http;
#[path = "zeek/quic.rs"]
mod quic;

use quaywatch_capture::Source;
use quaywatch_sensor::{Settings, inspect};
use quaywatch_store::LogFormat;
use std::collections::BTreeMap;
use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};

/// A line of a log: its columns by name.
type Row = BTreeMap<String, String>;

/// A log that is expected of a capture, and how ours differs from it.
struct Expected {
    capture: &'static str,
    /// The log, below the folder `expected` beside the capture.
    log: &'static str,
    /// The names of its columns, where the test that made it cut them off.
    columns: &'static str,
    differences: &'static [Difference],
}

/// A difference, or with a key alone all those of its rows; and why.
type Difference = (&'static str, &'static str);

/// Columns that no two runs have in common, or that are the names of other conversations.
const INCOMPARABLE: [&str; 4] = ["ts", "uid", "fuid", "tunnel_parents"];

/// The corpus, or `None`, said aloud, where there is none.
fn corpus() -> Option<PathBuf> {
    let root = std::env::var_os("QUAYWATCH_CORPUS").map(PathBuf::from).filter(|root| root.exists());
    if root.is_none() {
        // Past the harness, which would keep what a passing test says to itself.
        let _ = writeln!(std::io::stderr(), "SKIPPED: QUAYWATCH_CORPUS names no folder to compare logs with");
    }
    root
}

/// Fails where a log differs from what is expected otherwise than it is known to, but for the columns `apart`.
fn compare(name: &str, key: &[&str], apart: &[Difference], all: &[Expected]) {
    let Some(root) = corpus() else { return };
    for Expected { capture, log, columns, differences: known } in all {
        let capture = root.join(capture);
        let theirs = fs::read_to_string(capture.parent().unwrap().join("expected").join(log)).unwrap();
        let theirs = rows(&theirs, columns);
        let ours = rows(&written(&capture, name), "");
        let mut left_out = INCOMPARABLE.to_vec();
        left_out.extend(apart.iter().map(|(column, _)| column));
        let found = differences(key, &left_out, ours, &theirs);
        let is = |one: &str, known: &str| one == known || known.ends_with(':') && one.starts_with(known);
        let new: Vec<_> = found.iter().filter(|one| !known.iter().any(|(known, _)| is(one, known))).collect();
        let gone: Vec<_> =
            known.iter().filter(|(known, _)| !found.iter().any(|one| is(one, known))).collect();
        assert!(new.is_empty() && gone.is_empty(), "{log}: new {new:#?}, gone {gone:#?}");
    }
}

/// Fails where a log does not have exactly the columns that are expected, in their order.
fn compare_columns(name: &str, capture: &str, log: &str) {
    let Some(root) = corpus() else { return };
    let capture = root.join(capture);
    let theirs = fs::read_to_string(capture.parent().unwrap().join("expected").join(log)).unwrap();
    for heading in ["#fields", "#types"] {
        let line = |text: &str| text.lines().find(|line| line.starts_with(heading)).map(str::to_owned);
        assert_eq!(line(&written(&capture, name)), line(&theirs), "{name}");
    }
}

/// A log that is written of a capture.
fn written(capture: &Path, name: &str) -> String {
    let out = tempfile::tempdir().unwrap();
    let logs = Some(LogFormat::Tsv);
    let settings = Settings { threads: 1, out: Some(out.path().into()), logs, ..Settings::default() };
    inspect(&[Source::from_argument(capture)], &settings, &mut |_| ()).unwrap();
    fs::read_to_string(out.path().join("zeek").join(name)).unwrap_or_default()
}

/// The rows of a log, with the columns that its header or else the caller names.
fn rows(text: &str, columns: &str) -> Vec<Row> {
    let mut names: Vec<String> = columns.split_terminator(' ').map(str::to_owned).collect();
    let mut rows = Vec::new();
    for line in text.lines() {
        let cells = line.split('\t').map(str::to_owned);
        if line.starts_with("#fields") {
            names = cells.skip(1).collect();
        } else if line.starts_with("uid\t") {
            names = cells.collect();
        } else if !line.starts_with('#') {
            rows.push(names.iter().cloned().zip(cells).collect());
        }
    }
    rows
}

/// What differs: `KEY: COLUMN OURS, not THEIRS`, `KEY: only here, ...`, `KEY: not here`. Of rows with the same key those
/// belong together that have most in common.
fn differences(key: &[&str], left_out: &[&str], mut ours: Vec<Row>, theirs: &[Row]) -> Vec<String> {
    let key = key.iter().filter(|name| theirs.iter().all(|row| row.contains_key(**name)));
    let of = |row: &Row| key.clone().map(|name| cell(row, name)).collect::<Vec<_>>().join(" ");
    let mut all = Vec::new();
    for row in theirs {
        let differing = |other: &Row| -> Vec<String> {
            let compared = row.iter().filter(|(name, _)| !left_out.contains(&name.as_str()));
            let differing = compared.filter(|(name, value)| cell(other, name) != value.as_str());
            differing.map(|(name, value)| format!("{name} {}, not {value}", cell(other, name))).collect()
        };
        let same = ours.iter().enumerate().filter(|(_, other)| of(other) == of(row));
        match same.min_by_key(|(_, other)| differing(other).len()).map(|(at, _)| at) {
            None => all.push(format!("{}: not here", of(row))),
            Some(at) => {
                let other = ours.swap_remove(at);
                all.extend(differing(&other).iter().map(|one| format!("{}: {one}", of(row))));
            }
        }
    }
    all.extend(ours.iter().map(|row| format!("{}: only here", of(row))));
    all.sort();
    all
}

/// A cell, or that there is no such column.
fn cell<'a>(row: &'a Row, name: &str) -> &'a str {
    row.get(name).map_or("(no column)", String::as_str)
}
