//! Runs the folders under `cases/`: each is a capture, where it comes from, and what it must say.
//!
//! `expected.txt` is written by `QUAYWATCH_UPDATE_CASES=1 cargo test -p quaywatch-sensor --test cases`, and then
//! read by a person before it is committed.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::unreachable,
    clippy::indexing_slicing,
    reason = "a test that meets what cannot be is to fail"
)]

use quaywatch_capture::Source;
use quaywatch_sensor::{Settings, inspect};
use serde_json::Value;
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

const TABLES: [&str; 5] = ["conversations", "operations", "transfers", "problems", "handshakes"];

#[test]
fn every_case_says_what_it_is_expected_to_say() {
    let update = std::env::var_os("QUAYWATCH_UPDATE_CASES").is_some();
    let mut wrong = Vec::new();
    for case in cases() {
        let said = said(&case);
        let expected = case.join("expected.txt");
        if update {
            fs::write(&expected, &said).unwrap();
        } else if fs::read_to_string(&expected).unwrap_or_default() != said {
            let actual = case.join("actual.txt");
            fs::write(&actual, said).unwrap();
            wrong.push(format!("{} differs from {}", actual.display(), expected.display()));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn the_number_of_workers_changes_no_byte_of_any_table() {
    for case in cases() {
        let tables = |threads| {
            let out = tempfile::tempdir().unwrap();
            run(&case, threads, out.path());
            TABLES.map(|table| fs::read_to_string(out.path().join(format!("{table}.ndjson"))).unwrap())
        };
        let one = tables(1);
        for threads in [2, 3] {
            assert!(tables(threads) == one, "{} with {threads} workers", case.display());
        }
    }
}

fn cases() -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../cases");
    let entries = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let mut cases: Vec<PathBuf> = entries.filter(|path| path.is_dir() && capture(path).is_some()).collect();
    cases.sort();
    assert!(!cases.is_empty(), "no case was found");
    cases
}

fn capture(case: &Path) -> Option<PathBuf> {
    ["capture.pcap", "capture.pcapng"].map(|name| case.join(name)).into_iter().find(|path| path.exists())
}

fn run(case: &Path, threads: u16, out: &Path) {
    let settings = Settings { threads, out: Some(out.to_path_buf()), ..Settings::default() };
    inspect(&[Source::from_argument(capture(case).unwrap())], &settings, &mut |_| ()).unwrap();
}

/// The tables as lines a person can read. Few cases have handshakes.
fn said(case: &Path) -> String {
    let out = tempfile::tempdir().unwrap();
    run(case, 1, out.path());
    let mut text = String::new();
    for table in TABLES {
        let rows = fs::read_to_string(out.path().join(format!("{table}.ndjson"))).unwrap();
        if table == "handshakes" && rows.is_empty() {
            continue;
        }
        writeln!(text, "# {table}").unwrap();
        for row in rows.lines() {
            let row: Value = serde_json::from_str(row).unwrap();
            match table {
                "conversations" => conversation(&mut text, &row),
                "operations" => operation(&mut text, &row),
                _ => others(&mut text, &row),
            }
        }
    }
    text
}

fn conversation(text: &mut String, row: &Value) {
    let part = |key: &str| row[key].as_str().map_or_else(|| row[key].to_string(), str::to_owned);
    let end = |role: &str| match row.get(format!("{role}_port")) {
        Some(port) => format!("{}:{port}", part(role)),
        None => part(role),
    };
    let (packets, bytes) = (["packets_out", "packets_in"].map(part), ["bytes_out", "bytes_in"].map(part));
    writeln!(
        text,
        "{} {} > {} {} {} packets {} bytes {} missed {}",
        part("transport"),
        end("client"),
        end("server"),
        part("protocol"),
        part("state"),
        packets.join("/"),
        bytes.join("/"),
        part("missed_bytes")
    )
    .unwrap();
}

fn operation(text: &mut String, row: &Value) {
    let part = |key: &str| row[key].as_str().unwrap_or_default();
    let frames: Vec<String> = row["frames"].as_array().into_iter().flatten().map(Value::to_string).collect();
    write!(text, "{} {} > {} {}", frames.join("/"), part("client"), part("server"), part("protocol"))
        .unwrap();
    write!(text, " {} {}", part("verb"), part("function")).unwrap();
    for via in row["via"].as_array().into_iter().flatten() {
        write!(text, " via {}", via.as_str().unwrap_or_default()).unwrap();
    }
    if let Some(unit) = row.get("unit") {
        write!(text, " unit {unit}").unwrap();
    }
    write!(text, " -> {}", part("outcome")).unwrap();
    for key in ["code", "bytes"] {
        if let Some(value) = row.get(key) {
            write!(text, " {key} {value}").unwrap();
        }
    }
    text.push('\n');
    for item in row["items"].as_array().into_iter().flatten() {
        write!(text, "    {}", item["object"].as_str().unwrap_or_default()).unwrap();
        for (key, sign) in [("value", " = "), ("previous", " was "), ("code", " code ")] {
            if let Some(value) = item.get(key) {
                write!(text, "{sign}{value}").unwrap();
            }
        }
        text.push('\n');
    }
}

/// As they are, without what changes from run to run.
fn others(text: &mut String, row: &Value) {
    let mut row = row.clone();
    if let Some(row) = row.as_object_mut() {
        row.retain(|key, _| !matches!(key.as_str(), "uid" | "community_id"));
    }
    writeln!(text, "{row}").unwrap();
}
