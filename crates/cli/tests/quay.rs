//! Captures of simulated cranes as people make them: what is written, and what is said of mistakes.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test that meets what cannot be is to fail"
)]

use serde_json::Value;
use std::fs;
use std::path::Path;
use std::process::{Command, Output};

fn quaywatch(arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_quaywatch")).args(arguments).output().unwrap()
}

fn capture(directory: &Path, more: &[&str]) -> Output {
    let out = directory.to_str().unwrap();
    let length: &[&str] = if more.contains(&"--hours") { &[] } else { &["--hours", "0.05"] };
    let head = ["twin", "capture", "--quiet", "--out", out, "--polls", "0.1"];
    quaywatch(&[&head[..], length, more].concat())
}

/// The one sentence that is said of a mistake.
fn refusal(more: &[&str]) -> String {
    let directory = tempfile::tempdir().unwrap();
    let output = capture(directory.path(), more);
    let told = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(2), "{told}");
    told
}

#[test]
fn a_capture_with_its_truth_is_the_same_for_the_same_seed_and_is_inspected_with_its_own_site() {
    let (one, other) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    for directory in [&one, &other] {
        let output = capture(directory.path(), &["--scenario", "p01-overload-limit", "--seed", "7"]);
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    }
    let names =
        ["quay.pcapng", "run.json", "labels.jsonl", "frames.csv", "truth.csv", "ipal.jsonl", "site.toml"];
    for name in names {
        let read = |directory: &tempfile::TempDir| fs::read(directory.path().join(name)).unwrap();
        assert!(!read(&one).is_empty() && read(&one) == read(&other), "{name}");
    }
    let label: Value = serde_json::from_slice(&fs::read(one.path().join("labels.jsonl")).unwrap()).unwrap();
    let first_said = label["earliest_evidence_frame"].as_u64().unwrap();
    let path = |name: &str| one.path().join(name).to_str().unwrap().to_owned();
    let found =
        quaywatch(&["inspect", &path("quay.pcapng"), "--site", &path("site.toml"), "--format", "json"]);
    let summary: Value = serde_json::from_slice(&found.stdout).unwrap();
    let findings = summary["findings"].as_array().unwrap();
    let finding = findings.iter().find(|finding| finding["rule"] == "write.not_permitted").unwrap();
    assert!(finding["evidence"][0].as_u64().unwrap() > first_said);
}

/// What is found in a capture, with its site.
fn findings(capture: &Path, site: &Path) -> Vec<Value> {
    let [capture, site] = [capture, site].map(|path| path.to_str().unwrap());
    let output = quaywatch(&["inspect", capture, "--site", site, "--format", "json"]);
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let summary: Value = serde_json::from_slice(&output.stdout).unwrap();
    summary["findings"].as_array().unwrap().clone()
}

fn an_honest_hour_alarms_nobody(maker: &str) {
    let directory = tempfile::tempdir().unwrap();
    let more = ["--hours", "1", "--persona", maker, "--seed", "3", "--video", "0.00002"];
    let output = capture(directory.path(), &[&more[..], &["--cyclic", "0.0002"]].concat());
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let [capture, site] = ["quay.pcapng", "site.toml"].map(|name| directory.path().join(name));
    let found = findings(&capture, &site);
    assert_eq!(found.iter().filter(is_alarm).collect::<Vec<_>>(), Vec::<&Value>::new());
}

#[test]
fn an_honest_hour_of_a_crane_with_siemens_automation_alarms_nobody() {
    an_honest_hour_alarms_nobody("siemens");
}

#[test]
fn an_honest_hour_of_a_crane_with_abb_automation_alarms_nobody() {
    an_honest_hour_alarms_nobody("abb");
}

#[test]
fn an_honest_hour_of_a_crane_with_rockwell_automation_alarms_nobody() {
    an_honest_hour_alarms_nobody("rockwell");
}

#[test]
fn each_thing_that_is_wrong_in_the_sample_is_found_with_its_frames() {
    let samples = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../samples");
    let found = findings(&samples.join("quay.pcap"), &samples.join("site.toml"));
    let labels = fs::read_to_string(samples.join("labels.jsonl")).unwrap();
    let labels: Vec<Value> = labels.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    for label in &labels {
        assert!(found.iter().any(|finding| shows(finding, label)), "{}", label["id"]);
    }
    // And nothing else: each alarm is about something that is wrong.
    for alarm in found.iter().filter(is_alarm) {
        assert!(labels.iter().any(|label| shows(alarm, label)), "{alarm}");
    }
}

#[test]
fn the_readme_shows_what_its_first_command_prints() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let readme = fs::read_to_string(root.join("README.md")).unwrap();
    let excerpt = readme.split("```text\n").nth(1).unwrap().split("```").next().unwrap();
    let output = quaywatch(&["inspect", root.join("samples/quay.pcap").to_str().unwrap()]);
    let printed = String::from_utf8(output.stdout).unwrap();
    let mut lines = printed.lines();
    for line in excerpt.lines().filter(|line| line.trim() != "…") {
        assert!(lines.any(|printed| printed == line), "not printed, or not there: {line}");
    }
}

fn is_alarm(finding: &&Value) -> bool {
    finding["kind"] == "activity" && finding["severity"] != "low"
}

/// Whether one of the frames that a finding names belongs to what a label tells of.
fn shows(finding: &Value, label: &Value) -> bool {
    let (evidence, ranges) = (finding["evidence"].as_array().unwrap(), label["frames"].as_array().unwrap());
    let is_between =
        |frame: &Value, range: &Value| (range[0].as_u64()..=range[1].as_u64()).contains(&frame.as_u64());
    evidence.iter().any(|frame| ranges.iter().any(|range| is_between(frame, range)))
}

#[test]
fn messages_for_other_detectors_have_their_values_their_answers_and_their_labels() {
    for (maker, protocol) in [("siemens", "s7"), ("abb", "modbus"), ("rockwell", "cip")] {
        let directory = tempfile::tempdir().unwrap();
        let more = ["--messages", "--persona", maker, "--scenario", "P01", "--seed", "7"];
        let output = capture(directory.path(), &more);
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        let text = fs::read_to_string(directory.path().join("ipal-messages.jsonl")).unwrap();
        let messages: Vec<Value> = text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
        for (number, message) in messages.iter().enumerate() {
            assert_eq!(message["id"], number);
            for asked in message["responds to"].as_array().unwrap() {
                let asked = &messages[asked.as_u64().unwrap() as usize];
                assert!(asked["id"].as_u64() < message["id"].as_u64(), "{message}");
                assert_eq!((&asked["src"], &asked["dest"]), (&message["dest"], &message["src"]));
            }
        }
        let times: Vec<f64> = messages.iter().map(|message| message["timestamp"].as_f64().unwrap()).collect();
        assert!(times.is_sorted());
        let tag = "STS07.Par.OverloadPct";
        let writes = messages.iter().filter(|message| message["activity"] == "command");
        let raised = writes.filter(|message| message["data"][tag] == 150.0).collect::<Vec<_>>();
        assert!(raised.iter().any(|message| message["malicious"] == "P01"), "{maker}: {raised:?}");
        // A panel's question has no values, its answer has.
        let reads = |message: &&Value| {
            message["protocol"] == protocol && message["data"].get("STS07.Hoist.Pos").is_some()
        };
        let [asked, told] = ["interrogate", "inform"].map(|activity| {
            messages.iter().filter(reads).filter(|message| message["activity"] == activity).count()
        });
        assert!(asked > 0 && told > 0, "{maker}: {asked} {told}");
        assert!(messages.iter().filter(reads).all(|message| {
            (message["activity"] == "inform") == message["data"]["STS07.Hoist.Pos"].is_number()
                && message["malicious"] == false
        }));
    }
}

#[test]
fn what_cannot_be_played_is_told_with_what_can() {
    for (more, told) in [
        (&["--scenario", "p01-overload-limt"][..], "did you mean p01-overload-limit?"),
        (&["--scenario", "missing.toml"], "missing.toml: No such file"),
        (&["--hours", "0"], "a number from 0.001 to 1000 is valid"),
        (&["--persona", "zpmc"], "valid are siemens, abb, rockwell"),
        (&["--cranes", "0"], "1..=200"),
        (&["--cyclic", "2"], "a number from 0 to 1 is valid"),
        (&["--wind", "-3"], "wind_m_s"),
    ] {
        let said = refusal(more);
        assert!(said.contains(told), "{more:?}: {said}");
    }
}

#[test]
fn a_scenario_of_ones_own_is_told_where_it_is_wrong() {
    let directory = tempfile::tempdir().unwrap();
    let file = directory.path().join("mine.toml");
    let head = "id = \"Z01\"\ntitle = \"t\"\nwhat = \"w\"\nseverity = \"low\"\n";
    let host = |ip: &str| {
        format!("[[host]]\nname = \"x\"\nmac = \"00:00:00:00:00:01\"\nip = {ip}\npersona = \"linux\"\n")
    };
    for (text, told) in [
        ("[[step]]\nafter_s = 1\nd = 3\n".to_owned(), "line 7, column 1"),
        (
            "[[step]]\ndo = { arp = { announce = \"nobody\" } }\n".to_owned(),
            "host nobody is not there; valid are gateway",
        ),
        ("[[step]]\ndo = { crane = { wind = [1, 2, 3] } }\n".to_owned(), "line 6"),
        ("tags = [\"Hoist.Pso\"]\n".to_owned(), "signal Hoist.Pso is not there"),
        (host("10"), "free address 10.7.7.10 is not there; it is STS07/plc's"),
        (host("300"), "line 8, column 6: invalid value: integer `300`, expected the last number"),
    ] {
        fs::write(&file, head.to_owned() + &text).unwrap();
        let said = refusal(&["--scenario", file.to_str().unwrap()]);
        assert!(said.contains(told), "{text}: {said}");
        assert!(said.contains("mine.toml") || said.contains("Z01"), "{said}");
    }
}

#[test]
fn a_crane_that_cannot_be_is_told_with_the_key() {
    let directory = tempfile::tempdir().unwrap();
    let file = directory.path().join("sts.toml");
    fs::write(&file, "[machine]\nspreader_mass_kg = -3\n").unwrap();
    let said = refusal(&["--crane", file.to_str().unwrap()]);
    assert!(said.contains("spreader_mass_kg") && said.contains("sts.toml"), "{said}");
}

#[test]
fn the_catalogue_lists_what_can_be_played_and_shows_a_file() {
    let list = String::from_utf8(quaywatch(&["twin", "scenarios"]).stdout).unwrap();
    assert!(list.lines().any(|line| line.starts_with("p01-overload-limit ") && line.contains("critical")));
    let shown = String::from_utf8(quaywatch(&["twin", "scenarios", "p01"]).stdout).unwrap();
    assert!(shown.starts_with("id = \"P01\"\n") && shown.contains("Par.OverloadPct"));
    assert_eq!(quaywatch(&["twin", "scenarios", "p99"]).status.code(), Some(2));
}

#[test]
fn detection_is_measured_and_written_for_people_and_programs() {
    let directory = tempfile::tempdir().unwrap();
    let out = directory.path().to_str().unwrap();
    let arguments =
        ["bench", "detection", "--scenario", "P01", "--seeds", "1", "--persona", "siemens", "--minutes", "4"];
    let output = quaywatch(&[&arguments[..], &["--quiet", "--out", out]].concat());
    let text = String::from_utf8(output.stdout).unwrap();
    assert!(text.contains("recall") && text.contains("P01"), "{text}");
    let json: Value =
        serde_json::from_slice(&fs::read(directory.path().join("detection.json")).unwrap()).unwrap();
    let row = &json["scenarios"][0];
    assert_eq!((&row["recognised"]["part"], &row["attributed"]), (&1.into(), &1.into()), "{json}");
    let delay_s = row["after_packet_s"].as_f64().unwrap();
    assert!((0.0..60.0).contains(&delay_s), "{delay_s}");
    let trials = fs::read_to_string(directory.path().join("trials.ndjson")).unwrap();
    assert_eq!(trials.lines().count(), 2, "one with it, one without");
    let held_out =
        quaywatch(&["bench", "detection", "--scenario", "A04", "--first-seed", "1", "--seeds", "1"]);
    assert_eq!(held_out.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&held_out.stderr).contains("A04 is held out"));
    assert_eq!(quaywatch(&["bench", "detection", "--scenario", "Q01"]).status.code(), Some(2));
}
