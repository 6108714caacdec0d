//! Every rule is shown by a capture, and silent in another.

#![allow(clippy::unwrap_used, reason = "a test that meets what cannot be is to fail")]

use quaywatch_capture::Source;
use quaywatch_findings::RULES;
use quaywatch_sensor::{Settings, inspect};
use std::path::{Path, PathBuf};

/// The rules that find something in a capture: a folder under `cases/` or a file.
fn rules_of(capture: &str) -> Vec<&'static str> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").join(capture);
    let inside = |name: &str| Some(path.join(name)).filter(|path| path.exists());
    let file: PathBuf = inside("capture.pcap").or_else(|| inside("capture.pcapng")).unwrap_or(path);
    let summary = inspect(&[Source::from_argument(file)], &Settings::default(), &mut |_| ()).unwrap();
    summary.findings.iter().map(|finding| finding.rule).collect()
}

#[test]
fn every_rule_finds_what_its_capture_shows() {
    for rule in RULES {
        if let Some(capture) = rule.shown_by {
            assert!(rules_of(capture).contains(&rule.name), "{} in {capture}", rule.name);
        }
    }
}

#[test]
fn every_rule_is_silent_where_there_is_nothing_to_find() {
    for rule in RULES {
        if let Some(capture) = rule.silent_in {
            assert!(!rules_of(capture).contains(&rule.name), "{} in {capture}", rule.name);
        }
    }
}
