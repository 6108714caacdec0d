//! The binary as people and scripts meet it: messages, exit codes, pipes.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::unreachable,
    clippy::indexing_slicing,
    reason = "a test that meets what cannot be is to fail"
)]

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

/// A capture that every clone has.
fn sample() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../cases/profinet-change-ip/capture.pcap")
}

fn quaywatch(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_quaywatch"));
    command.args(arguments).stdin(Stdio::null());
    command
}

fn inspect(path: &Path, more: &[&str]) -> Output {
    quaywatch(&["inspect", path.to_str().unwrap()]).args(more).output().unwrap()
}

fn fed(bytes: &[u8]) -> Output {
    let mut command = quaywatch(&["inspect", "-"]);
    let mut child =
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    // A child that refuses its input early closes the pipe: that is its right.
    let _ = child.stdin.take().unwrap().write_all(bytes);
    child.wait_with_output().unwrap()
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).unwrap()
}

fn refusal(output: &Output) -> String {
    assert_eq!(output.status.code(), Some(2), "{}", text(&output.stderr));
    assert!(output.stdout.is_empty());
    let message = text(&output.stderr);
    assert_eq!(message.lines().count(), 1, "one sentence: {message}");
    message
}

#[test]
fn a_capture_that_reads_to_its_end_gives_a_summary_and_exit_code_0() {
    let output = inspect(&sample(), &[]);
    assert_eq!(output.status.code(), Some(0));
    let summary = text(&output.stdout);
    assert!(summary.contains("SetNetwork  set (0x04):\n      ip address = 192.168.0.10"), "{summary}");
    assert!(!summary.contains('\u{1b}'), "no colour in a pipe");
    assert!(output.stderr.is_empty(), "no progress in a pipe");
}

#[test]
fn what_is_no_capture_is_refused_with_the_file_and_what_was_found() {
    let folder = tempfile::tempdir().unwrap();
    let zip = folder.path().join("a.zip");
    fs::write(&zip, b"PK\x03\x04 and so on").unwrap();
    let message = refusal(&inspect(&zip, &[]));
    assert!(message.contains("a.zip") && message.contains("expected a pcap or pcapng"), "{message}");
    let empty = folder.path().join("empty.pcap");
    fs::write(&empty, b"").unwrap();
    assert!(refusal(&inspect(&empty, &[])).contains("empty"));
    assert!(refusal(&inspect(folder.path(), &[])).contains("directory"));
    assert!(refusal(&inspect(&folder.path().join("nowhere.pcap"), &[])).contains("nowhere.pcap"));
    refusal(&fed(b""));
    refusal(&fed(&vec![0; 100_000]));
}

#[test]
fn an_endless_input_that_is_no_capture_ends_at_once() {
    let output = inspect(Path::new("/dev/zero"), &[]);
    assert!(refusal(&output).contains("/dev/zero"));
}

#[test]
fn a_truncated_last_packet_is_a_problem_and_no_failure() {
    let whole = fs::read(sample()).unwrap();
    let output = fed(&whole[..whole.len() - 5]);
    assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
    assert!(text(&output.stdout).contains("last packet is cut short"), "{}", text(&output.stdout));
}

#[test]
fn out_writes_every_table_and_json_is_one_object() {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("found");
    let output = inspect(&sample(), &["--out", out.to_str().unwrap(), "--format", "json"]);
    assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
    let summary: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(summary["capture"]["packets"], 6);
    for table in ["conversations", "operations", "handshakes", "transfers", "problems"] {
        let rows = fs::read_to_string(out.join(format!("{table}.ndjson"))).unwrap();
        rows.lines().for_each(|row| drop(serde_json::from_str::<serde_json::Value>(row).unwrap()));
    }
    let operations = fs::read_to_string(out.join("operations.ndjson")).unwrap();
    assert!(operations.contains(r#""verb":"SetNetwork""#), "{operations}");
}

#[test]
fn output_that_cannot_be_written_is_said_and_is_exit_code_2() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("file");
    fs::write(&file, b"in the way").unwrap();
    let message = refusal(&inspect(&sample(), &["--out", file.to_str().unwrap()]));
    assert!(message.contains("file"), "{message}");
    assert_eq!(fs::read(&file).unwrap(), b"in the way");
}

#[test]
fn quiet_prints_nothing() {
    let output = inspect(&sample(), &["--quiet"]);
    assert_eq!(output.status.code(), Some(0));
    assert!(output.stdout.is_empty() && output.stderr.is_empty());
}

#[test]
fn bad_arguments_are_exit_code_2_and_help_teaches() {
    assert_eq!(quaywatch(&["inspect"]).output().unwrap().status.code(), Some(2));
    assert_eq!(quaywatch(&["inspect", "x", "--threads", "0"]).output().unwrap().status.code(), Some(2));
    let help = quaywatch(&["inspect", "--help"]).output().unwrap();
    assert_eq!(help.status.code(), Some(0));
    assert!(text(&help.stdout).contains("Exit codes"));
}

#[test]
fn a_reader_that_closes_the_pipe_is_no_failure() {
    let mut child = quaywatch(&["protocols"]).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    drop(child.stdout.take());
    let output = child.wait_with_output().unwrap();
    assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
}

#[test]
fn every_protocol_says_what_is_not_decoded() {
    let output = quaywatch(&["protocols"]).output().unwrap();
    let listed = text(&output.stdout);
    let named = listed.lines().filter(|line| !line.starts_with(' ')).count();
    assert!(named >= 5, "{listed}");
    assert_eq!(listed.matches("not decoded: ").count(), named);
}

#[test]
fn a_script_learns_from_the_exit_code_whether_something_grave_was_found() {
    let exit = |limit: &str| inspect(&sample(), &["--quiet", "--fail-on", limit]).status.code();
    assert_eq!(exit("high"), Some(1), "an address was changed");
    assert_eq!(exit("critical"), Some(0));
    let message = text(&inspect(&sample(), &["--fail-on", "terrible"]).stderr);
    assert!(message.contains("[possible values: info, low, medium, high, critical]"), "{message}");
}

#[test]
fn what_is_learnt_from_a_capture_is_a_site_file_that_can_be_inspected_with() {
    let learnt = quaywatch(&["learn", sample().to_str().unwrap()]).output().unwrap();
    assert_eq!(learnt.status.code(), Some(0));
    let draft = text(&learnt.stdout);
    assert!(draft.contains("[asset.X208-BORD]"), "{draft}");
    let folder = tempfile::tempdir().unwrap();
    let site = folder.path().join("site.toml");
    fs::write(&site, &draft).unwrap();
    let inspected = inspect(&sample(), &["--site", site.to_str().unwrap()]);
    assert_eq!(inspected.status.code(), Some(0), "{}", text(&inspected.stderr));
    assert!(!text(&inspected.stdout).contains("asset.undeclared"));
}

#[test]
fn a_mistake_in_a_site_file_is_told_with_its_place_and_what_would_be_valid() {
    let folder = tempfile::tempdir().unwrap();
    let site = folder.path().join("site.toml");
    fs::write(&site, "[site]\nnam = \"x\"\n").unwrap();
    let message = refusal(&inspect(&sample(), &["--site", site.to_str().unwrap()]));
    assert!(
        message.contains("site.toml:2:1: unknown key \"nam\" in [site]; did you mean \"name\"?"),
        "{message}"
    );
}

#[test]
fn the_report_is_one_page_the_same_each_time_with_the_captures_name_and_hash() {
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| folder.path().join(name);
    let told = |more: &[&str]| {
        let output = inspect(&sample(), more);
        assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
    };
    told(&["--quiet", "--report", at("a.html").to_str().unwrap()]);
    told(&["--quiet", "--out", at("found").to_str().unwrap()]);
    let page = fs::read_to_string(at("a.html")).unwrap();
    assert_eq!(page, fs::read_to_string(at("found/report.html")).unwrap());
    assert!(page.contains("<title>Network report: capture.pcap</title>"));
    assert!(page.contains("\"captures\":[{\"bytes\":"), "its size");
    assert!(!page.contains(sample().parent().unwrap().to_str().unwrap()), "no path of this machine");
}

#[test]
fn the_report_never_overwrites_a_capture() {
    let folder = tempfile::tempdir().unwrap();
    let capture = folder.path().join("crane.pcap");
    fs::copy(sample(), &capture).unwrap();
    let message = refusal(&inspect(&capture, &["--report", capture.to_str().unwrap()]));
    assert!(message.contains("crane.pcap: is a capture that was read"), "{message}");
    assert_eq!(fs::read(&capture).unwrap(), fs::read(sample()).unwrap());
}

/// The sample with a record behind it that cannot be.
fn broken() -> Vec<u8> {
    let mut bytes = fs::read(sample()).unwrap();
    bytes.resize(bytes.len() + 1_000, 0xFF);
    bytes
}

#[test]
fn a_capture_that_is_not_read_to_its_end_gives_all_outputs_and_exit_code_2() {
    let folder = tempfile::tempdir().unwrap();
    let (capture, out) = (folder.path().join("broken.pcap"), folder.path().join("found"));
    fs::write(&capture, broken()).unwrap();
    let sound = fs::metadata(sample()).unwrap().len();
    let place = format!("broken.pcap at byte {sound} of {}", sound + 1_000);

    // What was read to the end might have held something graver: 2 comes before 1.
    let output = inspect(&capture, &["--out", out.to_str().unwrap(), "--fail-on", "high"]);
    assert_eq!(output.status.code(), Some(2));
    let message = text(&output.stderr);
    assert!(message.contains(&place) && message.lines().count() == 1, "{message}");
    assert!(message.contains("expected a capture that can be read to its end"), "{message}");
    assert!(text(&output.stdout).contains("1,000 bytes were not read"), "{}", text(&output.stdout));
    assert!(fs::read_to_string(out.join("operations.ndjson")).unwrap().contains("SetNetwork"));
    let problems = fs::read_to_string(out.join("problems.ndjson")).unwrap();
    assert!(problems.contains("\"bytes\":1000"), "{problems}");
    assert!(out.join("report.html").exists());

    let output = inspect(&capture, &["--format", "json"]);
    let summary: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(summary["capture"]["packets"], 6);
    assert_eq!(summary["capture"]["read_to_end"], false);
    let expected = serde_json::json!([{
        "file": "broken.pcap", "offset": sound, "total": sound + 1_000, "unread_bytes": 1_000,
        "reason": "packet length is past the limit; the rest of the file was not read",
    }]);
    assert_eq!(summary["capture"]["stopped"], expected);

    let output = fed(&broken());
    assert_eq!(output.status.code(), Some(2));
    assert!(text(&output.stderr).contains("standard input at byte"), "{}", text(&output.stderr));
    let learnt = quaywatch(&["learn", capture.to_str().unwrap()]).output().unwrap();
    assert_eq!((learnt.status.code(), learnt.stdout.is_empty()), (Some(2), false));
}

#[test]
fn standard_input_given_twice_is_refused() {
    for command in ["inspect", "learn"] {
        let message = refusal(&quaywatch(&[command, "-", "-"]).output().unwrap());
        assert!(message.contains("- is given twice"), "{message}");
    }
}

#[test]
fn an_output_directory_that_cannot_be_made_was_not_removed_by_anybody() {
    if !Path::new("/proc/self").exists() {
        eprintln!("skipped: there is no /proc");
        return;
    }
    let message = refusal(&inspect(&sample(), &["--out", "/proc/x"]));
    assert!(
        message.contains("cannot make the directory /proc/x") && !message.contains("removed"),
        "{message}"
    );
}
