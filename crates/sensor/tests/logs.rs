//! Zeek's logs beside the tables.

#![allow(clippy::unwrap_used, reason = "a test that meets what cannot be is to fail")]

use quaywatch_capture::Source;
use quaywatch_sensor::{Settings, inspect};
use quaywatch_store::LogFormat;
use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

/// Every log of a case, by name.
fn logs(case: &str, threads: u16, form: LogFormat) -> BTreeMap<String, String> {
    let capture = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../cases").join(case).join("capture.pcap");
    let out = tempfile::tempdir().unwrap();
    let settings =
        Settings { threads, out: Some(out.path().into()), logs: Some(form), ..Settings::default() };
    inspect(&[Source::from_argument(capture)], &settings, &mut |_| ()).unwrap();
    let files = fs::read_dir(out.path().join("zeek")).unwrap().map(|entry| entry.unwrap());
    files
        .map(|file| (file.file_name().into_string().unwrap(), fs::read_to_string(file.path()).unwrap()))
        .collect()
}

#[test]
fn the_number_of_workers_changes_no_byte_of_any_log() {
    for case in ["s7comm-download-block", "modbus-among-others-on-502", "enip-program-load"] {
        let one = logs(case, 1, LogFormat::Tsv);
        assert!(one.contains_key("conn.log"));
        for threads in [2, 3] {
            assert_eq!(logs(case, threads, LogFormat::Tsv), one, "{case} with {threads} workers");
        }
    }
}

#[test]
fn a_program_that_was_moved_is_a_line_of_the_files_log_with_its_hash() {
    let logs = logs("s7comm-download-block", 1, LogFormat::Tsv);
    let files = &logs["files.log"];
    assert!(files.starts_with("#separator \\x09\n#set_separator\t,\n"), "{files}");
    assert!(files.contains("0a1b7e00bc6438667355002c8eb563544c0fc19607470abc5b384a1c9bc2761b"), "{files}");
    assert!(files.trim_end().lines().last().unwrap().starts_with("#close\t"));
}

#[test]
fn the_json_form_is_one_object_a_line() {
    let logs = logs("modbus-among-others-on-502", 1, LogFormat::Json);
    for line in logs["conn.log"].lines() {
        let row: serde_json::Value = serde_json::from_str(line).unwrap();
        assert!(row["ts"].is_f64() && row["id.orig_h"].is_string(), "{row}");
    }
}
