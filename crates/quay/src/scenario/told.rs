//! What is written beside a capture agrees with what is in it.

use super::tests::{capture, written};
use std::collections::BTreeSet;
use std::fs;

/// Numbers of a column of `truth.csv`, with their times.
fn column(truth: &str, name: &str) -> Vec<(f64, f64)> {
    let mut lines = truth.lines();
    let at = lines.next().unwrap().split(',').position(|head| head == name).unwrap();
    let number = |line: &str, at: usize| line.split(',').nth(at).unwrap().parse().unwrap();
    lines.map(|line| (number(line, 0), number(line, at))).collect()
}

#[test]
fn what_is_told_again_stands_beside_what_is_true() {
    let directory = written(&["f03"], 7);
    let read = |name: &str| fs::read_to_string(directory.path().join(name)).unwrap();
    let (truth, label) = (read("truth.csv"), read("labels.jsonl"));
    let label: serde_json::Value = serde_json::from_str(label.lines().next().unwrap()).unwrap();
    let [begin, end] = ["t_armed", "t_end"].map(|time| label[time].as_f64().unwrap());
    let (told, is) = (column(&truth, "Trolley.Pos"), column(&truth, "true.trolley_m"));
    // A tape of 120 s is told from 125 s on.
    let differs = |from: f64, to: f64| {
        let pairs = told.iter().zip(&is).filter(|((time, _), _)| (from..to).contains(time));
        pairs.map(|((_, told), (_, is))| (told - is).abs()).fold(0.0, f64::max)
    };
    assert!(differs(0.0, begin + 120.0) < 0.1, "{}", differs(0.0, begin + 120.0));
    assert!(differs(begin + 130.0, end - 5.0) > 5.0, "{}", differs(begin + 130.0, end - 5.0));
    let again = |time: f64| told.iter().find(|(at, _)| (at - time).abs() < 0.051).unwrap().1;
    assert!((again(begin + 130.0) - again(begin + 250.0)).abs() < 0.3, "the same, 120 s later");
    // IPAL's states are malicious while it goes on, though no packet is.
    let states = read("ipal.jsonl");
    for state in states.lines().map(|line| serde_json::from_str::<serde_json::Value>(line).unwrap()) {
        let time = state["timestamp"].as_f64().unwrap();
        let expected = if (begin..=end).contains(&time) { "F03".into() } else { serde_json::json!(false) };
        assert_eq!(state["malicious"], expected, "{time}");
    }
}

#[test]
fn honest_scenarios_are_not_malicious() {
    let states = fs::read_to_string(written(&["n14"], 7).path().join("ipal.jsonl")).unwrap();
    assert!(states.lines().all(|state| state.contains("\"malicious\":false")));
}

#[test]
fn what_goes_through_somebody_between_is_his_whoever_says_it() {
    const LAPTOP: [u8; 6] = [0x00, 0xE0, 0x4C, 0x68, 0x2B, 0x19];
    let directory = written(&["m01"], 7);
    let frames = fs::read_to_string(directory.path().join("frames.csv")).unwrap();
    let file = fs::read(directory.path().join("quay.pcapng")).unwrap();
    let packets = super::evidence::packets(&file);
    let mut roles = BTreeSet::new();
    for line in frames.lines().skip(1) {
        let fields: Vec<&str> = line.split(',').collect();
        let [first, last] = [0, 1].map(|at| fields[at].parse::<usize>().unwrap());
        for packet in &packets[first - 1..last] {
            let [to, from] = [0, 6].map(|at| packet[at..at + 6] == LAPTOP);
            assert_eq!(to || from, fields[2] == "M01" && (to || from), "{line}");
            if to && packet[12..14] == [8, 0] {
                assert_eq!(fields[3], "side effect", "{line}");
            }
        }
        roles.insert(fields[3]);
    }
    assert_eq!(roles, BTreeSet::from(["attack", "benign", "side effect"]));
}

#[test]
fn a_panel_that_comes_while_the_controller_is_flooded_finds_no_place() {
    let (label, file) = capture("t02", 7);
    let refused = |last: u8| {
        let is_refusal = |packet: &&Vec<u8>| {
            packet.len() > 47
                && packet[12..14] == [8, 0]
                && packet[26..30] == [10, 7, 7, 10]
                && packet[33] == last
                && packet[47] & 0x04 != 0
        };
        super::evidence::packets(&file).iter().filter(is_refusal).count()
    };
    assert!(refused(84) >= 60, "{} of a hundred", refused(84));
    assert!(refused(42) >= 2, "{label}");
}
