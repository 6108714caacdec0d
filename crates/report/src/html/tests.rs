use super::{About, Captured, PLACES, TEMPLATE, write};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use quaywatch_model::{
    Address, Asset, Change, Entry, Finding, FindingKind, Link, Mac, Moment, Outcome, Scope, Severity,
    Timestamp, Verb,
};
use quaywatch_sensor::Summary;
use serde_json::Value;
use sha2::{Digest as _, Sha256};
use std::time::{Duration, Instant};

const HOSTILE: &str =
    "</script><script>alert(1)</script><img src=x onerror=alert(2)>\u{2028}\u{202e}--><!--\"'&";

fn page(summary: &Summary, title: &str) -> String {
    let captures = vec![Captured { name: HOSTILE.to_owned(), bytes: Some(7), sha256: Some([7; 32]) }];
    let mut out = Vec::new();
    write(&mut out, summary, &About { title: title.to_owned(), captures, written: None }).unwrap();
    String::from_utf8(out).unwrap()
}

/// The text between two others.
fn between<'a>(page: &'a str, open: &str, close: &str) -> &'a str {
    page.split_once(open).unwrap().1.split_once(close).unwrap().0
}

fn data(page: &str) -> Value {
    serde_json::from_str(between(page, "<script type=\"application/json\" id=\"data\">", "</script>"))
        .unwrap()
}

fn finding(text: &str) -> Finding {
    Finding {
        rule: "program.downloaded",
        time: Timestamp::from_nanos(1),
        severity: Severity::Critical,
        kind: FindingKind::Activity,
        title: text.to_owned(),
        explanation: text.to_owned(),
        crane: None,
        subjects: vec![Address::v4([10, 0, 0, 1])],
        techniques: &["T0843"],
        controls: &["33 CFR 101.650(b)(4)"],
        frames: vec![1, 2],
        count: 1,
        advice: "Ask.",
    }
}

fn hostile() -> Summary {
    let mut summary = Summary::default();
    summary.findings = vec![finding(HOSTILE)];
    summary.assets = vec![Asset {
        names: vec![HOSTILE.to_owned()],
        product: Some(HOSTILE.to_owned()),
        ..Asset::default()
    }];
    summary.entries = vec![entry([10, 0, 0, 1], Verb::Write, HOSTILE)];
    summary
}

fn entry(client: [u8; 4], verb: Verb, function: &str) -> Entry {
    Entry {
        client: Address::v4(client),
        server: Address::v4([10, 0, 0, 9]),
        protocol: "modbus",
        verb,
        function: function.to_owned(),
        outcomes: [1, 0, 0, 0],
        refused_reads: None,
        bytes: 0,
        first: Moment { time: Timestamp::from_nanos(0), frame: 1 },
        last: Moment { time: Timestamp::from_nanos(1), frame: 2 },
    }
}

#[test]
fn no_text_of_a_peer_becomes_markup() {
    let (hostile, harmless) = (page(&hostile(), HOSTILE), page(&Summary::default(), "x"));
    let tags = |page: &str, tag: &str| page.matches(tag).count();
    for tag in ["<script", "</script", "<img", "<!--", "-->"] {
        assert_eq!(tags(&hostile, tag), tags(&harmless, tag), "{tag}");
    }
    assert!(!hostile.contains(['\u{2028}', '\u{202e}']));
    let told = data(&hostile);
    assert!(
        told["summary"]["findings"][0]["title"].as_str().unwrap().starts_with("</script><script>alert(1)")
    );
}

#[test]
fn the_same_summary_gives_the_same_bytes() {
    assert_eq!(page(&hostile(), "a"), page(&hostile(), "a"));
    assert!(data(&page(&hostile(), "a"))["about"].get("written").is_none());
}

#[test]
fn the_policy_lets_nothing_run_or_load_but_what_was_built_in() {
    let policy = between(TEMPLATE, "http-equiv=\"Content-Security-Policy\" content=\"", "\"");
    let hash = |text: &str| format!("'sha256-{}'", STANDARD.encode(Sha256::digest(text)));
    let script = hash(between(TEMPLATE, "<script>", "</script>"));
    let style = hash(between(TEMPLATE, "<style>", "</style>"));
    let wanted = format!(
        "default-src 'none'; script-src {script}; style-src {style}; img-src data:; base-uri 'none'; form-action 'none'"
    );
    assert_eq!(policy, wanted);
    assert_eq!(TEMPLATE.matches("<script").count(), 2, "the program and the data");
    assert!(PLACES.iter().all(|place| TEMPLATE.matches(place).count() == 1));
}

#[test]
fn who_runs_no_scripts_reads_answers_and_findings() {
    let mut summary = hostile();
    summary.findings = vec![finding("Program was written on \"crane 7\"")];
    let page = page(&summary, "a");
    let plain = between(&page, "<noscript>", "</noscript>");
    assert!(
        plain.contains("What deserves attention?") && plain.contains("1 finding: 1 critical."),
        "{plain}"
    );
    assert!(plain.contains("critical (activity): Program was written on &quot;crane 7&quot;"), "{plain}");
    assert!(plain.contains("33 CFR 101.650(b)(4)"));
}

#[test]
fn a_large_network_gives_a_page_that_still_opens_and_says_what_it_leaves_out() {
    let mut summary = Summary::default();
    let number = |index: u32| Address::v4(index.to_be_bytes());
    summary.assets = (0..32_000)
        .map(|index| Asset {
            addresses: vec![number(index); 100],
            names: vec!["n".repeat(5_000)],
            ..Asset::default()
        })
        .collect();
    summary.entries =
        (0..50_000_u32).map(|index| entry(index.to_be_bytes(), Verb::Read, "read (3)")).collect();
    summary.entries.push(entry([1; 4], Verb::Stop, "stop"));
    summary.links = (0..70_000).map(|index| link(number(index), number(index + 1))).collect();
    let started = Instant::now();
    let page = page(&summary, "a");
    assert!(page.len() < 12_000_000, "{}", page.len());
    assert!(started.elapsed() < Duration::from_secs(30));
    let told = data(&page);
    let rows = |list: &str| told["summary"][list].as_array().unwrap().len() as u64;
    assert_eq!(rows("assets") + told["left_out"]["assets"].as_u64().unwrap(), 32_000);
    assert_eq!(rows("operations") + told["left_out"]["operations"].as_u64().unwrap(), 50_001);
    let kept = told["summary"]["operations"].as_array().unwrap();
    assert!(kept.iter().any(|row| row["verb"] == "Stop"), "what changes something is kept first");
    let asset = &told["summary"]["assets"][0];
    assert_eq!((asset["addresses"].as_array().unwrap().len(), &asset["more_addresses"]), (24, &76.into()));
}

fn link(client: Address, server: Address) -> Link {
    Link {
        client,
        server,
        scopes: [Scope::Private; 2],
        server_port: 502,
        ip_protocol: 6,
        protocol: "modbus",
        conversations: 1,
        failed: 0,
        packets: [1, 1],
        bytes: [1, 1],
        macs: [Mac::default(); 2],
        first: Moment { time: Timestamp::from_nanos(0), frame: 1 },
        last: Timestamp::from_nanos(1),
        overlong: quaywatch_model::Overlong::default(),
        notes: Vec::new(),
    }
}

#[test]
fn one_change_of_every_object_is_in_a_page_that_has_no_room_for_all() {
    let change = |frame: u64, nth: usize, item: &str| Change {
        at: Moment { time: Timestamp::from_nanos(frame as i64), frame },
        frames: [Some(frame), None],
        client: Address::v4([10, 0, 0, 1]),
        server: Address::v4([10, 0, 0, 2]),
        protocol: "modbus",
        verb: Verb::Write,
        function: "write".to_owned(),
        unit: None,
        items: vec![item.to_owned()],
        more_items: 0,
        bytes: None,
        outcome: Outcome::Accepted,
        code: None,
        nth,
        repeated: 0,
        until: Timestamp::from_nanos(frame as i64),
    };
    let mut summary = Summary::default();
    summary.changes = (0..5_000).map(|beat| change(beat, beat as usize, "holding 100 = 1")).collect();
    summary.changes.push(change(5_001, 0, "holding 500 = 110"));
    let changes = data(&page(&summary, ""))["summary"]["changes"].clone();
    let changes = changes.as_array().unwrap();
    assert!(changes.len() < 5_000);
    assert!(changes.iter().any(|change| change["items"][0] == "holding 500 = 110"));
}
