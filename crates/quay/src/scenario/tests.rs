use super::catalogue;
use crate::life::{Maker, Pace};
use crate::run::Run;
use quaywatch_crane::Settings;
use quaywatch_model::Timestamp;
use serde_json::Value;
use std::fs;

/// Plays a scenario in a short capture, and gives its label and the capture.
pub(super) fn capture(name: &str, seed: u64) -> (Value, Vec<u8>) {
    let (labels, file) = capture_all(&[name], seed);
    (labels.into_iter().next().unwrap(), file)
}

/// Plays several scenarios, one after another, and gives their labels and the capture.
fn capture_all(names: &[&str], seed: u64) -> (Vec<Value>, Vec<u8>) {
    let directory = written(names, seed);
    let labels = fs::read_to_string(directory.path().join("labels.jsonl")).unwrap();
    let labels = labels.lines().map(|label| serde_json::from_str(label).unwrap()).collect();
    (labels, fs::read(directory.path().join("quay.pcapng")).unwrap())
}

/// Plays several scenarios, one after another, and gives where everything was written.
pub(super) fn written(names: &[&str], seed: u64) -> tempfile::TempDir {
    let scenarios: Vec<_> = names.iter().map(|name| catalogue::named(name).unwrap()).collect();
    let suits = |maker: &Maker| scenarios.iter().all(|scenario| scenario.suits(*maker));
    let maker = Maker::NAMES.iter().map(|(_, maker)| *maker).find(suits).unwrap();
    written_of(maker, names, seed)
}

/// The same on a crane with this maker's automation.
fn written_of(maker: Maker, names: &[&str], seed: u64) -> tempfile::TempDir {
    let scenarios = names.iter().map(|name| catalogue::named(name).unwrap()).collect();
    let run = Run {
        seed,
        begin: Timestamp::from_nanos(1_796_025_600_000_000_000),
        // What waits for what somebody asks anyway, or is meant to be slow, takes longer.
        length_s: if names == ["t01"] || names == ["r02"] { 900.0 } else { 540.0 * names.len() as f64 },
        maker,
        cranes: vec!["STS07".to_owned()],
        settings: Settings { wind_m_s: 6.0, truck_wait_s: 10.0, ..Settings::default() },
        pace: Pace { polls: 0.1, cyclic: 0.0001, video: 0.0, engineering: 0.0, service: 0.0 },
        scenarios,
    };
    let directory = tempfile::tempdir().unwrap();
    run.write(directory.path(), &mut |_| {}).unwrap();
    directory
}

/// Every scenario that can be played with this maker's automation is played whole, its frames are known, and it does to
/// the crane what it says.
fn all_are_played_whole(maker: Maker) {
    for (name, scenario) in catalogue::all() {
        let scenario = scenario.unwrap_or_else(|wrong| panic!("{name}: {wrong}"));
        assert!(name.starts_with(&format!("{}-", scenario.id.to_lowercase())), "{name} {}", scenario.id);
        if !scenario.suits(maker) {
            continue;
        }
        let labels = fs::read_to_string(written_of(maker, &[name], 7).path().join("labels.jsonl")).unwrap();
        let label: Value = serde_json::from_str(labels.trim_end()).unwrap();
        assert_eq!(label["notes"], Value::Array(Vec::new()), "{name}");
        assert!(label["t_armed"].is_f64(), "{name}: {label}");
        assert!(label["t_end"].is_f64(), "{name}: {label}");
        let in_packets = scenario.steps.iter().any(|step| !step.deed.hosts().is_empty());
        assert_eq!(label["frames"].as_array().is_some_and(|frames| !frames.is_empty()), in_packets, "{name}");
        if !scenario.effect.is_empty() {
            assert!(label["t_first_effect"].is_f64(), "{name} has no effect: {label}");
        }
    }
}

#[test]
fn every_scenario_is_played_whole_on_a_crane_with_siemens_automation() {
    all_are_played_whole(Maker::Siemens);
}

#[test]
fn every_scenario_is_played_whole_on_a_crane_with_abb_automation() {
    all_are_played_whole(Maker::Abb);
}

#[test]
fn every_scenario_is_played_whole_on_a_crane_with_rockwell_automation() {
    all_are_played_whole(Maker::Rockwell);
}

#[test]
fn scenarios_that_know_a_guest_by_one_name_and_address_are_played_in_one_capture() {
    let (labels, _) = capture_all(&["b01", "b04"], 7);
    assert_eq!(labels.len(), 2);
    for label in labels {
        assert_eq!(label["notes"], Value::Array(Vec::new()), "{label}");
        assert!(label["frames"].as_array().is_some_and(|frames| !frames.is_empty()), "{label}");
    }
}

#[test]
fn a_scenario_of_datagrams_and_conversations_is_the_same_bytes_for_a_seed() {
    let (_, first) = capture("x06", 5);
    assert_eq!(first, capture("x06", 5).1);
    assert_ne!(first, capture("x06", 6).1);
}
