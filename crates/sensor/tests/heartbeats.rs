//! One write among many signs of life.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test's helpers may state what must hold")]

mod crane;

use crane::{PANEL, handshake, tcp, timed};
use quaywatch_capture::Source;
use quaywatch_model::{Change, Severity};
use quaywatch_sensor::{Settings, Summary, inspect};
use quaywatch_site::Site;
use std::sync::Arc;

/// So many times each of four registers is written.
const BEATS: u16 = 3_000;

/// A panel writes registers 100 to 103 in turns, and once, in the middle, register 500. Then each of `others` once.
fn inspected(site: &str, others: u16) -> Summary {
    let ports = [50_000, 502];
    let mut frames: Vec<Vec<u8>> = handshake(PANEL, ports).into();
    let mut place = 1_u32;
    let mut write = |register: u16, value: u16| {
        let [to, what] = [register.to_be_bytes(), value.to_be_bytes()];
        let message = [0, 7, 0, 0, 0, 6, 1, 6, to[0], to[1], what[0], what[1]];
        frames.push(tcp(true, ports, [place, place], &message));
        frames.push(tcp(false, ports, [place, place + 12], &message));
        place += 12;
    };
    for beat in 0..BEATS {
        (100..104).for_each(|register| write(register, beat));
        if beat == BEATS / 2 {
            write(500, 110);
        }
    }
    (0..others).for_each(|other| write(1_000 + other, 1));
    let folder = tempfile::tempdir().unwrap();
    let capture = crane::capture(folder.path(), &timed(frames));
    let tags = "tag,address,type,min,max\nHb.a,holding 100,uint16,,\nHb.b,holding 101,uint16,,\nHb.c,holding 102,uint16,,\n\
                Par.Overload,holding 500,uint16,100,105\n";
    let site = Site::parse("site.toml", site, &mut |_| Ok(tags.to_owned())).unwrap();
    let settings = Settings { site: Arc::new(site), ..Settings::default() };
    inspect(&[Source::from_argument(capture)], &settings, &mut |_| ()).unwrap()
}

fn of<'a>(summary: &'a Summary, object: &str) -> Vec<&'a Change> {
    summary.changes.iter().filter(|change| change.items[0].contains(object)).collect()
}

#[test]
fn a_write_that_the_site_forbids_is_found_after_thousands_that_it_permits() {
    let site = "[crane.STS07]\nnetworks = [\"10.0.7.0/24\"]\n[crane.STS07.asset.plc]\nrole = \"controller\"\naddresses = [\".10\"]\n\
                [crane.STS07.asset.hmi]\nrole = \"hmi\"\naddresses = [\".20\"]\n\
                [[tag_map]]\nfile = \"tags.csv\"\nof = \"plc\"\nprotocol = \"modbus\"\n\
                [[writer]]\nwho = \"hmi\"\non = \"plc\"\ntags = [\"Hb.*\"]\n";
    let summary = inspected(site, 0);
    let found: Vec<_> =
        summary.findings.iter().filter(|finding| finding.rule == "write.not_permitted").collect();
    assert_eq!(found.len(), 2, "{found:?}");
    assert!(found[0].explanation.contains("Par.Overload = 110 -> accepted"), "{}", found[0].explanation);
    assert_eq!((found[0].count, found[0].frames[0]), (1, of(&summary, "holding 500")[0].at.frame));
    // Register 103 is no tag's.
    assert_eq!((found[1].severity, found[1].count), (Severity::Medium, u64::from(BEATS)));
    assert!(found[1].explanation.contains("holding 103 -> accepted"), "{}", found[1].explanation);
}

#[test]
fn who_may_not_write_at_all_is_counted_to_the_last_write() {
    let site = "[crane.STS07]\nnetworks = [\"10.0.7.0/24\"]\n[crane.STS07.asset.plc]\nrole = \"controller\"\naddresses = [\".10\"]\n\
                [crane.STS07.asset.other]\nrole = \"hmi\"\naddresses = [\".21\"]\n\
                [[writer]]\nwho = \"other\"\non = \"plc\"\n";
    let summary = inspected(site, 0);
    let found = summary.findings.iter().find(|finding| finding.rule == "write.not_permitted").unwrap();
    assert_eq!(found.count, 4 * u64::from(BEATS) + 1);
}

#[test]
fn every_object_is_listed_however_often_others_are_written() {
    let summary = inspected("", 0);
    assert_eq!(of(&summary, "holding 500").len(), 1);
    for register in 100..104 {
        let listed = of(&summary, &format!("holding {register}"));
        let last = listed.last().unwrap();
        assert_eq!(listed.len() as u64 + last.repeated, u64::from(BEATS), "{register}");
        assert!(last.until > last.at.time);
    }
    assert_eq!(summary.changes.len() as u64 + summary.changes_not_listed, 4 * u64::from(BEATS) + 1);
}

#[test]
fn what_is_listed_of_very_many_objects_is_bounded_and_all_is_counted() {
    let others = 2_500;
    let summary = inspected("", others);
    assert_eq!(of(&summary, "holding 500").len(), 1);
    assert_eq!(of(&summary, "holding 1000 ").len(), 1, "{:?}", summary.changes.last());
    assert!(summary.changes.len() <= 10_000);
    let all = 4 * u64::from(BEATS) + 1 + u64::from(others);
    assert_eq!(summary.changes.len() as u64 + summary.changes_not_listed, all);
}
