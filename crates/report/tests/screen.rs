//! The summary fits a screen or two, whatever the capture.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::unreachable,
    clippy::indexing_slicing,
    reason = "a test that meets what cannot be is to fail"
)]

use quaywatch_model::{
    Address, Asset, Change, DataClass, Direction, Disclosure, Entry, Finding, FindingKind, FinishedTransfer,
    Moment, Outcome, Reach, RemoteAccess, Role, Scope, Severity, Side, Timestamp, TransferKind, Transferred,
    Verb, Verdict,
};
use quaywatch_report::text;
use quaywatch_sensor::{ProtocolTotal, Summary};
use quaywatch_store::ProblemTotal;

const WORDS: [&str; 40] = [
    "a0", "a1", "a2", "a3", "a4", "a5", "a6", "a7", "a8", "a9", "b0", "b1", "b2", "b3", "b4", "b5", "b6",
    "b7", "b8", "b9", "c0", "c1", "c2", "c3", "c4", "c5", "c6", "c7", "c8", "c9", "d0", "d1", "d2", "d3",
    "d4", "d5", "d6", "d7", "d8", "d9",
];
const VERBS: [Verb; 9] = [
    Verb::Read,
    Verb::Write,
    Verb::Force,
    Verb::Stop,
    Verb::UploadProgram,
    Verb::DownloadProgram,
    Verb::SetClock,
    Verb::ChangeSecurity,
    Verb::OpenSession,
];
const CLASSES: [DataClass; 6] = [
    DataClass::ContainerIds,
    DataClass::VesselIds,
    DataClass::Weights,
    DataClass::Program,
    DataClass::ProcessValues,
    DataClass::Signalling,
];

fn at(second: u64) -> Moment {
    Moment {
        time: Timestamp::from_nanos(1_700_000_000_000_000_000 + second as i64 * 1_000_000_000),
        frame: second,
    }
}

fn host(network: u8, number: usize) -> Address {
    Address::v4([10, network, (number / 200) as u8, (number % 200) as u8])
}

fn long() -> String {
    "nothing but a long text ".repeat(20)
}

/// Far more of everything than fits.
fn full() -> Summary {
    let mut summary = Summary::default();
    (summary.span.first, summary.span.last) = (Some(at(0).time), Some(at(4000).time));
    summary.span.begun_before = 7;
    summary.protocols = WORDS.iter().map(|word| (*word, ProtocolTotal::default())).collect();
    for (server, client) in (0..30).flat_map(|server| (0..40).map(move |client| (server, client))) {
        summary.entries.extend(VERBS.map(|verb| entry(host(1, server), host(2, client), verb)));
    }
    for number in 0..300 {
        summary.changes.push(change(number));
        summary.transfers.push(transfer(number));
        summary.assets.push(asset(number));
        summary.remote_access.push(channel(number));
        summary.findings.extend([0, 1].map(|_| finding(number)));
        summary.disclosures.extend(CLASSES.map(|class| disclosure(number, class)));
    }
    summary.changes_not_listed = 11;
    summary.problems = WORDS.iter().map(|word| problem(word)).collect();
    summary
}

fn entry(server: Address, client: Address, verb: Verb) -> Entry {
    Entry {
        client,
        server,
        protocol: "modbus",
        verb,
        function: "function".to_owned(),
        outcomes: [100_000, 1000, 100, 10],
        refused_reads: None,
        bytes: 0,
        first: at(0),
        last: at(0),
    }
}

fn change(number: usize) -> Change {
    Change {
        at: at(number as u64),
        frames: [Some(number as u64), None],
        client: host(2, number),
        server: host(1, number),
        protocol: "modbus",
        verb: Verb::Force,
        function: long(),
        unit: Some(1),
        items: vec![long()],
        more_items: 1,
        bytes: None,
        outcome: Outcome::Refused,
        code: Some(long()),
        nth: 0,
        repeated: 0,
        until: at(number as u64).time,
    }
}

fn transfer(number: usize) -> Transferred {
    let transfer = FinishedTransfer {
        conversation: 0,
        id: 1,
        start: at(number as u64),
        end: at(number as u64),
        data: None,
        client: Side::A,
        kind: TransferKind::Program,
        direction: Direction::FromDevice,
        name: Some(long()),
        block_type: None,
        block_number: None,
        mime_type: None,
        bytes: 5,
        missing_bytes: 0,
        complete: false,
        sha256: Some([7; 32]),
        carved: None,
        problem: None,
    };
    Transferred { client: host(2, number), server: host(1, number), protocol: "s7comm", transfer }
}

fn asset(number: usize) -> Asset {
    Asset {
        mac: None,
        addresses: vec![host(3, number), host(4, number)],
        names: vec![long()],
        maker: Some(long()),
        product: None,
        order_number: None,
        serial: Some(long()),
        firmware: None,
        operating_system: None,
        roles: vec![Role::Hmi],
        protocols_served: Vec::new(),
        protocols_used: Vec::new(),
        first_seen: at(0).time,
        first_frame: 1,
        last_seen: at(0).time,
        evidence: Vec::new(),
        crane: None,
        zone: None,
        declared: Some(false),
    }
}

fn channel(number: usize) -> RemoteAccess {
    RemoteAccess {
        start: at(number as u64),
        end: at(number as u64).time,
        uid: String::new(),
        conversations: 1,
        client: host(5, number),
        server: host(1, number),
        server_port: 5900,
        kind: "vnc",
        protocols: Vec::new(),
        direction: Reach::Inbound,
        bytes: [1, 2],
        declared: Some(number < 299),
        evidence: vec![long()],
    }
}

fn finding(number: usize) -> Finding {
    Finding {
        rule: WORDS[number % WORDS.len()],
        time: at(0).time,
        severity: Severity::Critical,
        kind: FindingKind::Exposure,
        title: long(),
        explanation: String::new(),
        crane: None,
        subjects: vec![host(1, number)],
        techniques: &[],
        controls: &[],
        frames: vec![1, 2],
        count: 1,
        advice: "",
    }
}

fn disclosure(number: usize, class: DataClass) -> Disclosure {
    Disclosure {
        start: at(number as u64),
        frames: vec![],
        end: at(number as u64).time,
        conversations: 1,
        client: host(1, 1),
        recipient: host(6, number),
        tried: None,
        recipient_port: 443,
        recipient_name: Some(long()),
        recipient_scope: Scope::Internet,
        protocol: "tls",
        data_class: class,
        count: Some(2),
        bytes: 1000,
        samples: vec![long()],
        declared: Some(false),
    }
}

fn problem(reason: &'static str) -> ProblemTotal {
    ProblemTotal { layer: "tcp", reason, verdict: Verdict::Malformed, count: 3, bytes: 5 }
}

fn shown(summary: &Summary, settings: text::Settings) -> String {
    let mut out = Vec::new();
    text::write(&mut out, summary, settings).unwrap();
    let colours = ["0", "1", "2", "31", "33"].map(|colour| format!("\u{1b}[{colour}m"));
    colours.iter().fold(String::from_utf8(out).unwrap(), |text, colour| text.replace(colour, ""))
}

#[test]
fn a_summary_of_more_than_fits_takes_at_most_a_hundred_lines_of_a_hundred_columns() {
    let text = shown(&full(), text::Settings::default());
    let lines = text.lines().count();
    assert!((85..=100).contains(&lines), "{lines} lines: {text}");
    for line in text.lines() {
        assert!(line.chars().count() <= 100, "{line}");
    }
}

#[test]
fn every_section_shows_something_and_says_how_much_it_does_not_show() {
    let text = shown(&full(), text::Settings::default());
    let sections = [
        ("CONTROLLERS AND WHO TALKS TO THEM (30)", "10.1.0.0  modbus", "more controller"),
        ("CHANGES (311,", "Force refused", "more change"),
        ("PROGRAM AND FILE TRANSFERS (300)", "sha256 0707", "more transfer"),
        ("WHAT DESERVES ATTENTION (600)", "critical #1", "more finding"),
        ("REMOTE ACCESS (300, 300 from outside)", "not declared  10.5.1.99 >", "more channel"),
        ("WHAT LEAVES (to 300 recipients)", "container ids 1.0 kB (2 different", "more recipient"),
        ("OTHER DEVICES (300)", "10.3.0.0 not declared hmi", "more device"),
        ("NOT SEEN, NOT READ", "7 conversations had begun", "more problem"),
    ];
    let mut last = 0;
    for (title, content, left) in sections {
        let begin = text.find(title).unwrap_or_else(|| panic!("no {title} in {text}"));
        assert!(begin > last, "{title} comes too early");
        last = begin;
        let section = text[begin..].split("\n\n").next().unwrap();
        assert!(section.contains(content) && section.contains(left), "{section}");
    }
}

#[test]
fn what_is_shown_and_what_is_left_out_make_the_whole() {
    let text = shown(&full(), text::Settings::default());
    let left = |what: &str| {
        let line = text.lines().find(|line| line.contains(what)).unwrap();
        line.split_whitespace().nth(2).unwrap().parse::<usize>().unwrap()
    };
    assert_eq!(left("more change") + text.matches("Force refused").count(), 311);
    assert_eq!(left("more transfer") + text.matches("sha256 0707").count(), 300);
    assert_eq!(left("more channel") + text.matches("vnc  inbound").count(), 300);
}

#[test]
fn with_all_nothing_that_is_kept_is_left_out_or_cut() {
    let text = shown(&full(), text::Settings { most_lines: usize::MAX });
    assert!(text.contains("and 11 more changes"), "they are not kept");
    assert_eq!(text.matches("; --all shows").count(), 1, "nothing else is left out");
    assert!(
        !text.contains('…') || text.matches('…').count() == text.matches("sha256 0707070707070707…").count()
    );
    assert_eq!(text.matches("Force refused").count(), 300);
    assert_eq!(text.matches("from 10.2.0.").count(), 30 * 40);
}

#[test]
fn findings_of_one_rule_are_told_together_by_whom_each_concerns() {
    let about = |done_by, to, frame| Finding {
        subjects: vec![host(2, done_by), host(1, to)],
        frames: vec![frame],
        title: "told to stop".to_owned(),
        ..finding(0)
    };
    let mut summary = Summary::default();
    summary.findings = vec![about(1, 1, 7), about(1, 2, 8), about(3, 1, 9), about(1, 1, 10)];
    let text = shown(&summary, text::Settings::default());
    let told = "  critical #7     exposure: told to stop\n           a0, 3 more: 10.1.0.2 #8, 10.2.0.3 #9, 10.1.0.1 #10\n";
    assert!(text.contains(told), "{text}");
}

#[test]
fn a_finding_without_a_frame_leaves_no_blank_for_one() {
    let mut summary = Summary::default();
    summary.findings = vec![Finding { frames: Vec::new(), title: "told to stop".to_owned(), ..finding(0) }];
    let text = shown(&summary, text::Settings::default());
    assert!(text.contains("  critical  exposure: told to stop  a0\n"), "{text}");
}
