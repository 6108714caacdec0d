//! Every rule is shown by a capture, and silent in another.

#![allow(clippy::unwrap_used, reason = "a test that meets what cannot be is to fail")]

use quaywatch_capture::Source;
use quaywatch_findings::RULES;
use quaywatch_sensor::{Settings, inspect};
use quaywatch_site::Site;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// What ordinary work shows, too: how a device is made, not what is done to it.
const EXPOSURE: &str = "engineering.unprotected";

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// The rules that find something in a capture: a folder under `cases/`, with the `site.toml` in it if there is one, or a
/// file.
fn rules_of(capture: &str) -> Vec<&'static str> {
    let path = root().join(capture);
    let inside = |name: &str| Some(path.join(name)).filter(|path| path.exists());
    let site = inside("site.toml").map(|site| Site::load(&site).unwrap()).unwrap_or_default();
    let file: PathBuf = inside("capture.pcap").or_else(|| inside("capture.pcapng")).unwrap_or(path);
    let settings = Settings { site: Arc::new(site), ..Settings::default() };
    let summary = inspect(&[Source::from_argument(file)], &settings, &mut |_| ()).unwrap();
    summary.findings.iter().map(|finding| finding.rule).collect()
}

#[test]
fn every_rule_finds_what_its_capture_shows() {
    for rule in RULES {
        let capture = rule.shown_by;
        let found = rules_of(capture).into_iter().filter(|found| *found == rule.name).count();
        assert!(found > 0, "{} in {capture}", rule.name);
        if capture.starts_with("cases/finding-") {
            assert_eq!(found, 1, "{} in {capture}: one cause is one finding", rule.name);
        }
    }
}

#[test]
fn every_rule_is_silent_where_there_is_nothing_to_find() {
    for rule in RULES {
        let capture = rule.silent_in;
        assert!(!rules_of(capture).contains(&rule.name), "{} in {capture}", rule.name);
    }
}

#[test]
fn ordinary_work_that_looks_alike_gives_no_findings() {
    let folders = fs::read_dir(root().join("cases")).unwrap();
    let names = folders.map(|entry| entry.unwrap().file_name().into_string().unwrap());
    let quiet: Vec<String> = names.filter(|name| name.starts_with("quiet-")).collect();
    assert!(!quiet.is_empty());
    for name in quiet {
        let mut found = rules_of(&format!("cases/{name}"));
        found.retain(|rule| *rule != EXPOSURE);
        assert!(found.is_empty(), "{found:?} in {name}");
    }
}
