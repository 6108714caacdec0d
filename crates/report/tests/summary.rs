//! The summary as people and programs read it.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::unreachable,
    clippy::indexing_slicing,
    reason = "a test that meets what cannot be is to fail"
)]

use quaywatch_model::{
    Address, Change, DataClass, Direction, Disclosure, Entry, FinishedTransfer, Mac, Moment, Outcome, Scope,
    Side, Timestamp, TransferKind, Transferred, Verb, Verdict,
};
use quaywatch_report::{json, text};
use quaywatch_sensor::{Dropped, Stopped, Summary};
use quaywatch_store::ProblemTotal;

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
        nth: 0,
        repeated: 0,
        until: Timestamp::from_nanos(MIDNIGHT + second * 1_000_000_000),
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
        refused_reads: None,
        bytes: 0,
        first: Moment { time: first, frame: 1 },
        last: Moment { time: last, frame: count },
    }];
    summary.changes = changes;
    summary
}

fn shown(summary: &Summary) -> String {
    written(summary, text::Settings::default())
}

/// Without the colours that are ours.
fn written(summary: &Summary, settings: text::Settings) -> String {
    let mut out = Vec::new();
    text::write(&mut out, summary, settings).unwrap();
    let colours = ["0", "1", "2", "31", "33"].map(|colour| format!("\u{1b}[{colour}m"));
    colours.iter().fold(String::from_utf8(out).unwrap(), |text, colour| text.replace(colour, ""))
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
    assert!(text.contains("Write  1,000 times until 22:29:59  holding 4 = 0 ... 999\n"), "{text}");
}

#[test]
fn many_writes_are_a_line_an_object_with_its_first_and_its_last_value() {
    let changes = (0..90).map(|second| {
        let value = second % 6 != 0 || second < 60;
        change(second, Verb::Write, "write_var (0x05)", &format!("DB1.DBX{}.0 = {value}", second % 6))
    });
    let text = shown(&summary(changes.collect()));
    assert!(text.contains("15 times until 22:14:44  DB1.DBX0.0 = true ... false\n"), "{text}");
    assert!(text.contains("15 times until 22:14:45  DB1.DBX1.0 = true\n"), "{text}");
}

#[test]
fn the_one_write_of_an_object_is_not_hidden_by_those_of_hundred_others() {
    let beat =
        |second| change(second, Verb::Write, "write (0x06)", &format!("holding {} = {second}", second % 100));
    let mut changes: Vec<Change> = (0..900).map(beat).collect();
    changes.insert(700, change(700, Verb::Write, "write (0x06)", "holding 500 = 110"));
    let text = shown(&summary(changes));
    assert!(text.contains("holding 500 = 110\n"), "{text}");
    assert!(text.contains("900 times until"), "{text}");
}

#[test]
fn with_everything_asked_for_every_change_has_a_line_with_its_value() {
    let changes: Vec<Change> = (0..90)
        .map(|second| change(second, Verb::Write, "write_var (0x05)", &format!("DB1.DBW0 = {second}")))
        .collect();
    let text = written(&summary(changes), text::Settings { most_lines: usize::MAX });
    for second in 0..90 {
        assert!(text.contains(&format!("DB1.DBW0 = {second}\n")), "{second}: {text}");
    }
}

#[test]
fn writes_that_are_counted_but_not_listed_are_not_told_to_be_the_same() {
    let mut changes: Vec<Change> =
        (0..50).map(|second| change(second, Verb::Write, "write (0x06)", "holding 4 = 7")).collect();
    let last = changes.last_mut().unwrap();
    (last.repeated, last.until) = (950, Timestamp::from_nanos(MIDNIGHT + 3_600_000_000_000));
    let mut summary = summary(changes);
    summary.changes_not_listed = 950;
    let text = shown(&summary);
    assert!(
        text.contains(
            "1,000 times until 23:13:20  write (0x06):\n      holding 4 = 7, perhaps other values\n"
        ),
        "{text}"
    );
    assert!(!text.contains("more changes"), "{text}");
}

/// `length` bytes moved to the device, from one second to the other.
fn moved(kind: TransferKind, seconds: [i64; 2], block: u32, length: u64) -> Transferred {
    let [start, end] = seconds.map(|second| change(second, Verb::Write, "", "").at);
    Transferred {
        client: CLIENT,
        server: SERVER,
        protocol: "s7comm",
        transfer: FinishedTransfer {
            conversation: 0,
            id: 1,
            start,
            end,
            data: Some((start, end)),
            client: Side::A,
            kind,
            direction: Direction::ToDevice,
            name: None,
            block_type: Some("OB".to_owned()),
            block_number: Some(block),
            mime_type: None,
            bytes: length,
            missing_bytes: 0,
            complete: true,
            sha256: Some([block as u8; 32]),
            carved: None,
            problem: None,
        },
    }
}

#[test]
fn a_download_of_several_operations_is_one_line_with_size_and_hash() {
    let load = |second, function: &str| change(second, Verb::DownloadProgram, function, "block");
    let refused = Change { outcome: Outcome::Refused, ..load(6, "request_download (0x1A)") };
    let changes = vec![
        load(1, "request_download (0x1A)"),
        load(2, "download_block (0x1B)"),
        change(3, Verb::Stop, "plc_stop (0x29)", "P_PROGRAM"),
        load(4, "download_ended (0x1C)"),
        load(5, "request_download (0x1A)"),
        refused,
        load(7, "download_ended (0x1C)"),
        load(600, "request_download (0x1A)"),
    ];
    let mut summary = summary(changes);
    summary.transfers =
        vec![moved(TransferKind::Program, [2, 4], 1, 332), moved(TransferKind::Program, [6, 7], 35, 2200)];
    let text = shown(&summary);
    let load = "10.70.7.30 > 10.70.7.10  DownloadProgram";
    let first =
        format!("22:13:21  #2    {load}  3 operations until 22:13:24\n      program OB1, 332 B, sha256 0101");
    assert!(text.contains(&first), "{text}");
    let second = format!(
        "22:13:25  #6    {load}  2 operations until 22:13:27\n      program OB35, 2.2 kB, sha256 2323"
    );
    assert!(text.contains(&second), "{text}");
    assert!(text.contains(&format!("#7    {load} refused")), "a refusal stands for itself: {text}");
    let later = format!("22:23:20  #601  {load}  request_download (0x1A): block\n");
    assert!(text.contains(&later), "long after: {text}");
}

#[test]
fn a_program_that_is_moved_is_not_taken_for_a_firmware() {
    let mut summary = summary(vec![change(1, Verb::UpdateFirmware, "firmware_replacement (0x7D)", "part 1")]);
    summary.transfers = vec![moved(TransferKind::Program, [2, 4], 1, 332)];
    assert!(shown(&summary).contains("firmware_replacement (0x7D): part 1"));
}

#[test]
fn a_question_to_everybody_makes_no_controller() {
    let mut summary = summary(vec![]);
    let everybody = [
        Address::v4([255; 4]),
        Address::v4([10, 70, 7, 255]),
        Address::mac(Mac([0x01, 0x0e, 0xcf, 0, 0, 0])),
    ];
    let asked = |server| Entry {
        server,
        verb: Verb::Identify,
        outcomes: [0, 0, 0, 37],
        ..summary.entries[0].clone()
    };
    let asked: Vec<Entry> = everybody.into_iter().map(asked).collect();
    summary.entries.extend(asked);
    let text = shown(&summary);
    for address in everybody {
        let line = format!("asked of everybody ({address}, modbus) by 10.70.7.30  Identify 37\n");
        assert!(text.contains(&line), "{text}");
    }
    assert_eq!(text.matches("from 10.70.7.30").count(), 1, "{text}");
}

#[test]
fn the_devices_reason_stands_before_what_may_be_cut() {
    let long = format!("name = {} [Bad (0x80)]", "x".repeat(150));
    let refused = change(1, Verb::Write, "Write (i=673)", &long);
    let refused = Change { outcome: Outcome::Refused, code: Some("Bad (0x80)".to_owned()), ..refused };
    let summary = summary(vec![refused]);
    let text = shown(&summary);
    assert!(
        text.contains("Write (i=673):\n      code Bad (0x80); name = xxx") && text.contains("x…"),
        "{text}"
    );
    let all = written(&summary, text::Settings { most_lines: usize::MAX });
    let whole = format!("refused  Write (i=673): code Bad (0x80); name = {}\n", "x".repeat(150));
    assert!(all.contains(&whole), "--all cuts nothing, and has a line for each change: {all}");
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
    assert!(!text.contains(['\u{1b}', '\u{7}', '\u{202e}', '\r']), "{text:?}");
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

#[test]
fn what_leaves_is_told_by_recipient_with_classes_and_counts() {
    let vendor = Address::v4([203, 0, 113, 9]);
    let told = |class, bytes, count, samples: &[&str]| Disclosure {
        start: Moment { time: Timestamp::from_nanos(MIDNIGHT), frame: 17 },
        frames: vec![],
        end: Timestamp::from_nanos(MIDNIGHT),
        conversations: 2,
        client: CLIENT,
        recipient: vendor,
        tried: None,
        recipient_port: 443,
        recipient_name: Some("cloud\u{1b}[2J.example".to_owned()),
        recipient_scope: Scope::Internet,
        protocol: "http",
        data_class: class,
        count,
        bytes,
        samples: samples.iter().map(|&sample| sample.to_owned()).collect(),
        declared: None,
    };
    let mut summary = summary(Vec::new());
    summary.disclosures = vec![
        told(DataClass::Signalling, 900, None, &[]),
        told(DataClass::ContainerIds, 12_300, Some(230), &["MSCU 12••••7"]),
    ];
    let text = shown(&summary);
    let at = |what: &str| text.find(what).unwrap_or_else(|| panic!("no {what} in {text}"));
    assert!(at("WHAT LEAVES") < at("203.0.113.9") && at("container ids") < at("signalling"));
    for what in ["12.3 kB", "230 different", "MSCU 12••••7", "internet", "\"cloud\\u{1b}[2J.example\""]
    {
        at(what);
    }
    let mut out = Vec::new();
    json::write(&mut out, &summary).unwrap();
    let object: serde_json::Value = serde_json::from_slice(&out).unwrap();
    assert_eq!(object["disclosures"][1]["data_class"], "container_ids");
    assert_eq!(object["disclosures"][1]["count"], 230);
    assert_eq!(object["disclosures"][0].get("count"), None);
    let everybody = Address::v4([0; 4]);
    summary.disclosures = ["dns", "unknown"]
        .map(|protocol| Disclosure {
            recipient: everybody,
            tried: Some(200),
            protocol,
            ..told(DataClass::Signalling, 900, None, &[])
        })
        .into();
    let text = shown(&summary);
    assert!(text.contains("WHAT LEAVES (to nobody who answered)"), "{text}");
    let lines: Vec<&str> = text.lines().filter(|line| line.contains("probes nobody answered")).collect();
    assert_eq!(lines, [format!("  probes nobody answered  1.8 kB from {CLIENT}, to 200 machines")]);
    assert!(!text.contains("0.0.0.0"), "{text}");
}

#[test]
fn what_was_not_recognised_and_what_was_assumed_is_said() {
    let mut summary = summary(Vec::new());
    summary.span.unrecognised = [2, 84_000];
    summary.assumed_own =
        [[141, 81, 0, 10], [141, 81, 0, 83], [141, 82, 0, 1], [141, 83, 0, 1]].map(Address::v4).into();
    let text = shown(&summary);
    assert!(text.contains("  2 conversations in a protocol that was not recognised, 84.0 kB\n"), "{text}");
    let assumed =
        "  taken for the site's own without --site: 4 public, of 141.81.0.0/24, 141.82.0.0/24, ...\n";
    assert!(text.contains(assumed), "{text}");
}

#[test]
fn where_reading_stopped_comes_first_and_is_shown_whatever_else_there_is() {
    let mut summary = summary(Vec::new());
    let reasons = ["a", "b", "c", "d", "e", "f", "g", "h", "i", "j"].into_iter().cycle().take(500);
    summary.problems = reasons.map(|reason| problem(reason, 9)).collect();
    summary.span.begun_before = 7;
    let file = format!("{}crane07.pcap", "folder/".repeat(30));
    let reason = "packet length is past the limit; the rest of the file was not read";
    let stopped = |total, unread_bytes| Stopped {
        file: file.clone(),
        offset: 1_234_567,
        total,
        inside: " inside the gzip data",
        reason,
        unread_bytes,
    };
    summary.span.shortfall.stopped = vec![stopped(Some(9_234_567), 8_000_000), stopped(None, 0)];
    summary.span.shortfall.damaged = vec![file.clone()];
    let text = shown(&summary);
    let section = &text[text.rfind("NOT SEEN, NOT READ\n").unwrap()..];
    let lines: Vec<&str> = section.lines().collect();
    assert!(lines[1].starts_with("  stopped reading …") && lines[1].len() <= 104, "{section}");
    assert!(lines[1].ends_with("crane07.pcap at byte 1,234,567 of 9,234,567 decompressed:"), "{section}");
    assert_eq!(lines[2], "    packet length is past the limit; 8,000,000 bytes were not read");
    assert_eq!(lines[4], "    packet length is past the limit; how much was not read is not known");
    assert!(lines[5].ends_with("crane07.pcap is damaged: its checksum is wrong"), "{section}");
    assert!(text.lines().nth(1).unwrap().contains("see NOT SEEN, NOT READ"), "{text}");
    assert!(section.contains("more problems"), "{section}");
}

fn problem(reason: &'static str, count: u64) -> ProblemTotal {
    ProblemTotal { layer: "tcp", reason, verdict: Verdict::Malformed, count, bytes: 0 }
}

#[test]
fn what_was_dropped_while_capturing_is_said_of_each_interface() {
    let mut summary = summary(Vec::new());
    let dropped =
        |interface, packets, received| Dropped { file: "a.pcapng".into(), interface, packets, received };
    summary.span.shortfall.dropped = vec![dropped(0, 777, Some(1_000)), dropped(3, 1, None)];
    let text = shown(&summary);
    assert!(
        text.contains(
            "  777 packets were dropped while capturing (interface 0 of a.pcapng, 1,000 received)\n"
        ),
        "{text}"
    );
    assert!(text.contains("  1 packet was dropped while capturing (interface 3 of a.pcapng)\n"), "{text}");
}

#[test]
fn no_date_is_invented_for_packets_without_a_time() {
    let mut summary = Summary::default();
    (summary.span.packets, summary.span.without_time) = (2, 2);
    let text = shown(&summary);
    assert!(text.contains("no packet has a time\n  2 packets,") && !text.contains("1970"), "{text}");
    let mut out = Vec::new();
    json::write(&mut out, &summary).unwrap();
    let told: serde_json::Value = serde_json::from_slice(&out).unwrap();
    assert_eq!(
        (&told["capture"]["first"], &told["capture"]["packets_without_time"]),
        (&serde_json::Value::Null, &2.into())
    );
}
