//! Several captures at once: whoever reads an output finds each frame in its file.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test that meets what cannot be is to fail"
)]

use serde_json::Value;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

const FILE_HEADER: usize = 24;
const RECORD_HEADER: usize = 16;

/// Packets of a capture by turns in two files, as two taps would have them.
fn halves(case: &str, folder: &Path) -> [PathBuf; 2] {
    let case = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../cases").join(case).join("capture.pcap");
    let bytes = fs::read(case).unwrap();
    let (header, mut rest) = bytes.split_at(FILE_HEADER);
    let mut files = [header.to_vec(), header.to_vec()];
    let mut turn = 0;
    while !rest.is_empty() {
        let length = u32::from_le_bytes(rest[8..12].try_into().unwrap()) as usize;
        let (record, after) = rest.split_at(RECORD_HEADER + length);
        files[turn % 2].extend_from_slice(record);
        (turn, rest) = (turn + 1, after);
    }
    ["left", "right"].map(|name| folder.join(name).with_extension("pcap")).map(|path| {
        let nth = usize::from(path.ends_with("right.pcap"));
        fs::write(&path, &files[nth]).unwrap();
        path
    })
}

fn inspect(captures: &[&Path], more: &[&str]) -> String {
    let mut command = Command::new(env!("CARGO_BIN_EXE_quaywatch"));
    let output = command.arg("inspect").args(captures).args(more).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

/// Frames as they are named, and the files and numbers they are found in.
type Cited = (Vec<u64>, Vec<(String, u64)>);

/// Every place where frames are named with the files they stand in: `(frames, found in)`.
fn cited(value: &Value, told: &mut Vec<Cited>) {
    if let Some(found) = value.get("found_in") {
        let key = ["frames", "frame", "first_frame", "evidence"]
            .into_iter()
            .find(|key| value[key].is_array() || value[key].is_u64());
        let frames = match &value[key.unwrap()] {
            Value::Array(frames) => frames.iter().map(|frame| frame.as_u64().unwrap()).collect(),
            frame => vec![frame.as_u64().unwrap()],
        };
        let found = found.as_array().unwrap().iter();
        let place =
            |place: &Value| (place["file"].as_str().unwrap().to_owned(), place["frame"].as_u64().unwrap());
        told.push((frames, found.map(place).collect()));
    }
    match value {
        Value::Array(members) => members.iter().for_each(|member| cited(member, told)),
        Value::Object(object) => object.values().for_each(|member| cited(member, told)),
        _ => {}
    }
}

#[test]
fn every_frame_that_an_output_names_is_told_with_its_file_and_its_number_there() {
    let folder = tempfile::tempdir().unwrap();
    let [left, right] = halves("s7comm-stop", folder.path());
    let out = folder.path().join("out");
    let json = inspect(&[&left, &right], &["--format", "json", "--out", out.to_str().unwrap()]);
    let mut told = Vec::new();
    cited(&serde_json::from_str(&json).unwrap(), &mut told);
    for table in ["operations", "findings", "remote_access", "assets"] {
        let rows = fs::read_to_string(out.join(table).with_extension("ndjson")).unwrap();
        let before = told.len();
        rows.lines().for_each(|row| cited(&serde_json::from_str(row).unwrap(), &mut told));
        assert!(rows.is_empty() || told.len() > before, "{table} names no file: {rows}");
    }
    for (frames, found) in told {
        let by_turns = |frame: &u64| {
            (["left.pcap", "right.pcap"][(*frame as usize - 1) % 2].to_owned(), frame.div_ceil(2))
        };
        assert_eq!(found, frames.iter().map(by_turns).collect::<Vec<_>>(), "{frames:?}");
    }
    let captures = fs::read_to_string(out.join("captures.ndjson")).unwrap();
    let captures: Vec<Value> = captures.lines().map(|row| serde_json::from_str(row).unwrap()).collect();
    let names: Vec<&str> = captures.iter().map(|row| row["file"].as_str().unwrap()).collect();
    assert_eq!(names, ["left.pcap", "right.pcap"]);
    assert!(
        captures
            .iter()
            .all(|row| row["link_types"] == serde_json::json!(["ETHERNET"]) && row["format"] == "pcap")
    );
}

#[test]
fn the_summary_cites_file_and_frame_of_several_captures_and_the_frame_alone_of_one() {
    let folder = tempfile::tempdir().unwrap();
    let [left, right] = halves("s7comm-stop", folder.path());
    let both = inspect(&[&left, &right], &[]);
    assert!(both.contains("when, file:frame"), "{both}");
    assert!(both.contains("left.pcap:") || both.contains("right.pcap:"), "{both}");
    let one = inspect(&[&left], &[]);
    assert!(!one.contains("left.pcap:"), "{one}");
}

#[test]
fn of_one_capture_no_row_says_where_it_was_found() {
    let folder = tempfile::tempdir().unwrap();
    let [left, _] = halves("s7comm-stop", folder.path());
    assert!(!inspect(&[&left], &["--format", "json"]).contains("found_in"));
}
