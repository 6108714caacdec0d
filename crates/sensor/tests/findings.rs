//! Every rule is shown by a capture, and silent in another.

#![allow(clippy::unwrap_used, reason = "a test that meets what cannot be is to fail")]

use quaywatch_capture::Source;
use quaywatch_findings::RULES;
use quaywatch_model::{Address, Finding, Severity};
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

/// What is found in a capture: a folder under `cases/`, with the `site.toml` in it if there is one, or a file.
fn findings_of(capture: &str) -> Vec<Finding> {
    let path = root().join(capture);
    let inside = |name: &str| Some(path.join(name)).filter(|path| path.exists());
    let site = inside("site.toml").map(|site| Site::load(&site).unwrap()).unwrap_or_default();
    let file: PathBuf = inside("capture.pcap").or_else(|| inside("capture.pcapng")).unwrap_or(path);
    let settings = Settings { site: Arc::new(site), ..Settings::default() };
    let summary = inspect(&[Source::from_argument(file)], &settings, &mut |_| ()).unwrap();
    summary.findings
}

/// The rules that find something in it.
fn rules_of(capture: &str) -> Vec<&'static str> {
    findings_of(capture).iter().map(|finding| finding.rule).collect()
}

/// What a rule finds in it, where that is one thing.
fn only(capture: &str, rule: &str) -> Finding {
    let mut found = findings_of(capture);
    found.retain(|finding| finding.rule == rule);
    assert_eq!(found.len(), 1, "{rule} in {capture}");
    found.remove(0)
}

fn cases() -> Vec<String> {
    let folders = fs::read_dir(root().join("cases")).unwrap();
    let mut names: Vec<String> =
        folders.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    names
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
    let quiet: Vec<String> = cases().into_iter().filter(|name| name.starts_with("quiet-")).collect();
    assert!(!quiet.is_empty());
    for name in quiet {
        let mut found = rules_of(&format!("cases/{name}"));
        found.retain(|rule| *rule != EXPOSURE);
        assert!(found.is_empty(), "{found:?} in {name}");
    }
}

#[test]
fn every_finding_names_the_frames_that_show_it() {
    for case in cases() {
        for finding in findings_of(&format!("cases/{case}")) {
            let Finding { rule, title, frames, .. } = &finding;
            assert!(frames.first().is_some_and(|frame| *frame > 0), "{rule} in {case}: {title}");
        }
    }
}

#[test]
fn a_reservation_is_low_by_itself_and_high_where_program_is_changed_with_it() {
    let severity = |capture| only(capture, "controller.reserved").severity;
    assert_eq!(severity("cases/finding-controller-reserved"), Severity::Low);
    assert_eq!(severity("cases/umas-program-both-ways"), Severity::High);
    assert!(!rules_of("cases/umas-program-both-ways").contains(&"security.changed"));
}

#[test]
fn who_is_limited_to_certain_tags_is_told_of_when_he_writes_to_what_no_map_names() {
    let found = only("cases/finding-write-not-permitted-unmapped", "write.not_permitted");
    assert_eq!((found.severity, found.count), (Severity::Medium, 1), "{}", found.explanation);
    assert!(found.explanation.contains("holding 90"), "{}", found.explanation);
}

#[test]
fn what_breaks_a_protocols_rules_is_told_with_who_and_where() {
    let found = findings_of("cases/modbus-function-code-scan");
    let broken: Vec<_> = found.iter().filter(|finding| finding.rule == "protocol.violated").collect();
    assert!(!broken.is_empty());
    for finding in broken {
        let expected = [Address::v4([192, 168, 66, 235]), Address::v4([166, 161, 16, 230])];
        assert_eq!(finding.subjects, expected, "{}", finding.title);
    }
}

#[test]
fn pings_in_vain_are_one_scan_and_one_undeclared_recipient() {
    let scan = only("cases/finding-scan-ping", "scan.network");
    assert!(scan.title.ends_with("tried 60 machines in vain"), "{}", scan.title);
    assert_eq!(scan.count, 60);
    let recipients = only("cases/finding-scan-ping", "recipient.undeclared");
    assert!(recipients.title.contains(" tries 60 machines "), "{}", recipients.title);
    assert_eq!((recipients.count, recipients.frames.len()), (60, 16));
}

#[test]
fn a_scan_of_one_machine_says_how_much_was_counted() {
    let scan = only("cases/finding-scan-ports", "scan.network");
    assert!(scan.title.ends_with("tried 1 machine and at least 128 ports in vain"), "{}", scan.title);
    assert!(scan.explanation.ends_with("refused: to 10.70.7.10."), "{}", scan.explanation);
    assert_eq!(scan.count, 200);
}

#[test]
fn what_watches_switched_off_devices_is_no_grave_scan() {
    let severity = |case: &str| only(&format!("cases/{case}"), "scan.network").severity;
    assert_eq!(severity("finding-scan-pings-repeated"), Severity::Low);
    assert_eq!(severity("finding-scan-network"), Severity::Medium);
    assert_eq!(severity("finding-scan-ping"), Severity::High);
    assert_eq!(severity("finding-scan-ports"), Severity::High);
    assert_eq!(only("cases/finding-scan-network", "scan.network").frames.len(), 12);
}

#[test]
fn what_is_done_to_a_database_is_not_told_of_a_controller() {
    for (case, rule) in [
        ("cases/finding-database-stopped", "database.stopped"),
        ("cases/finding-execution-by-database", "execution.remote"),
    ] {
        assert_eq!(rules_of(case), [rule]);
    }
}

#[test]
fn only_what_a_controller_accepted_shows_that_it_takes_changes() {
    let found = findings_of("samples/mixed-crane/capture.pcap");
    let device = Address::v4([10, 70, 7, 14]);
    let open = found.iter().find(|finding| finding.rule == EXPOSURE && finding.subjects == [device]).unwrap();
    // Of the diagnostics that it is asked for first it refuses those in frames 267 to 274.
    assert_eq!(open.frames.first(), Some(&276), "{:?}", open.frames);
}

#[test]
fn a_server_in_the_internet_that_takes_a_firmware_file_is_not_flashed() {
    let rules = rules_of("cases/ftp-firmware-to-the-internet");
    assert!(!rules.contains(&"firmware.updated"), "{rules:?}");
}
