use super::catalogue;
use crate::life::{Maker, Pace};
use crate::run::Run;
use quaywatch_crane::Settings;
use quaywatch_model::Timestamp;
use serde_json::Value;
use std::fs;

/// Plays a scenario in a short capture, and gives its label.
fn play(name: &str, seed: u64) -> Value {
    capture(name, seed).0
}

/// The same, and the capture.
pub(super) fn capture(name: &str, seed: u64) -> (Value, Vec<u8>) {
    let scenario = catalogue::named(name).unwrap();
    let maker = Maker::NAMES.iter().map(|(_, maker)| *maker).find(|maker| scenario.suits(*maker)).unwrap();
    let run = Run {
        seed,
        begin: Timestamp::from_nanos(1_796_025_600_000_000_000),
        length_s: 540.0,
        maker,
        cranes: vec!["STS07".to_owned()],
        settings: Settings { wind_m_s: 6.0, truck_wait_s: 10.0, ..Settings::default() },
        pace: Pace { polls: 0.1, cyclic: 0.0, video: 0.0 },
        scenarios: vec![scenario],
    };
    let directory = tempfile::tempdir().unwrap();
    run.write(directory.path(), &mut |_| {}).unwrap();
    let labels = fs::read_to_string(directory.path().join("labels.jsonl")).unwrap();
    let label = serde_json::from_str(labels.lines().next().unwrap()).unwrap();
    (label, fs::read(directory.path().join("quay.pcapng")).unwrap())
}

#[test]
fn every_scenario_of_the_catalogue_can_be_played_whole_and_its_frames_are_known() {
    for (name, scenario) in catalogue::all() {
        let scenario = scenario.unwrap_or_else(|wrong| panic!("{name}: {wrong}"));
        assert!(name.starts_with(&format!("{}-", scenario.id.to_lowercase())), "{name} {}", scenario.id);
        let label = play(name, 7);
        assert_eq!(label["notes"], Value::Array(Vec::new()), "{name}");
        assert!(label["t_armed"].is_f64(), "{name}: {label}");
        assert!(label["t_end"].is_f64(), "{name}: {label}");
        let in_packets = scenario.steps.iter().any(|step| !step.deed.hosts().is_empty());
        assert_eq!(label["frames"].as_array().is_some_and(|frames| !frames.is_empty()), in_packets, "{name}");
        if scenario.effect.is_some() {
            assert!(label["t_first_effect"].is_f64(), "{name} has no effect: {label}");
        }
    }
}
