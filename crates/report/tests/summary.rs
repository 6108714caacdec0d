//! The summary as people and programs read it.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::unreachable,
    clippy::indexing_slicing,
    reason = "a test that meets what cannot be is to fail"
)]

use quaywatch_model::{Address, Moment, Outcome, Timestamp, Verb};
use quaywatch_model::{Change, Entry};
use quaywatch_report::{json, text};
use quaywatch_sensor::Summary;

const CLIENT: Address = Address::v4([10, 70, 7, 30]);
const SERVER: Address = Address::v4([10, 70, 7, 10]);
const MIDNIGHT: i64 = 1_700_000_000_000_000_000;

fn change(second: i64, verb: Verb, function: &str, item: &str) -> Change {
    let frame = second as u64 + 1;
    Change {
        at: Moment { time: Timestamp::from_nanos(MIDNIGHT + second * 1_000_000_000), frame },
        frames: [Some(frame), None],
        client: CLIENT,
        server: SERVER,
        protocol: "modbus",
        verb,
        function: function.to_owned(),
        unit: None,
        items: vec![item.to_owned()],
        more_items: 0,
        bytes: None,
        outcome: Outcome::Accepted,
        code: None,
    }
}

fn summary(changes: Vec<Change>) -> Summary {
    let mut summary = Summary::default();
    let (first, last) =
        (Timestamp::from_nanos(MIDNIGHT), Timestamp::from_nanos(MIDNIGHT + 3_600_000_000_000));
    (summary.span.first, summary.span.last, summary.span.packets) = (Some(first), Some(last), 1234);
    let count = changes.len() as u64;
    summary.entries = vec![Entry {
        client: CLIENT,
        server: SERVER,
        protocol: "modbus",
        verb: Verb::Write,
        function: "write_single_register (0x06)".to_owned(),
        outcomes: [count, 0, 0, 0],
        bytes: 0,
        first,
        last,
    }];
    summary.changes = changes;
    summary
}

fn shown(summary: &Summary) -> String {
    let mut out = Vec::new();
    text::write(&mut out, summary, text::Settings::default()).unwrap();
    String::from_utf8(out).unwrap()
}

#[test]
fn one_stop_is_not_hidden_by_a_thousand_set_points() {
    let mut changes: Vec<Change> = (0..1000)
        .map(|second| {
            change(second, Verb::Write, "write_single_register (0x06)", &format!("holding 4 = {second}"))
        })
        .collect();
    changes.insert(700, change(700, Verb::Stop, "plc_stop (0x29)", "P_PROGRAM"));
    let text = shown(&summary(changes));
    assert!(text.contains("plc_stop (0x29)"), "{text}");
    assert!(text.contains("and 961 more changes"), "{text}");
    assert!(text.lines().count() < 70, "a screen or two: {} lines", text.lines().count());
}

#[test]
fn a_refused_start_does_not_hide_the_accepted_one() {
    let mut changes: Vec<Change> = (0..60)
        .map(|second| change(second, Verb::DownloadProgram, &format!("service {second}"), "block 1"))
        .collect();
    let start = change(60, Verb::Start, "start_plc (0x40)", "refused first");
    changes.push(Change { outcome: Outcome::Refused, ..start });
    changes.push(change(61, Verb::Start, "start_plc (0x40)", "accepted then"));
    let text = shown(&summary(changes));
    assert!(text.contains("refused first") && text.contains("accepted then"), "{text}");
}

#[test]
fn the_same_change_again_and_again_is_one_line() {
    let changes =
        (0..500).map(|second| change(second, Verb::Write, "write (0x06)", "holding 4 = 7")).collect();
    let text = shown(&summary(changes));
    assert!(text.contains("500 times until"), "{text}");
    assert_eq!(text.matches("holding 4 = 7").count(), 1);
}

#[test]
fn peer_text_cannot_steer_the_terminal_nor_break_json() {
    let hostile = "name = \u{1b}[2J\u{202e}\"}\r\n";
    let summary = summary(vec![change(1, Verb::SetNetwork, "set (0x04)\u{7}", hostile)]);
    let text = shown(&summary);
    let ours = text.replace("\u{1b}[0m", "").replace("\u{1b}[1m", "").replace("\u{1b}[2m", "");
    let ours = ours.replace("\u{1b}[31m", "").replace("\u{1b}[33m", "");
    assert!(!ours.contains(['\u{1b}', '\u{7}', '\u{202e}', '\r']), "{ours:?}");
    let mut out = Vec::new();
    json::write(&mut out, &summary).unwrap();
    let object: serde_json::Value = serde_json::from_slice(&out).unwrap();
    assert_eq!(object["changes"][0]["items"][0], hostile);
    assert_eq!(object["operations"][0]["count"], 1);
}

#[test]
fn a_capture_without_packets_says_so() {
    assert!(shown(&Summary::default()).contains("no packets"));
}
