//! The tables of answers.

use crate::{Answers, Store};
use quaywatch_model::{
    Address, Asset, Attribute, DataClass, Disclosure, Evidence, Finding, FindingKind, Mac, Moment, Reach,
    RemoteAccess, Role, Scope, Severity, Timestamp,
};
use std::fs;

const PLC: Address = Address::v4([10, 0, 7, 10]);

fn moment() -> Moment {
    Moment { time: Timestamp::from_nanos(1_000_000_000), frame: 7 }
}

#[test]
fn answers_are_rows_with_the_keys_of_the_records_and_nothing_a_peer_said_breaks_out() {
    let dir = tempfile::tempdir().unwrap();
    let store = Store::create(dir.path()).unwrap();
    let asset = Asset {
        mac: Some(Mac([0, 0x1b, 0x1b, 1, 2, 3])),
        addresses: vec![PLC],
        names: vec!["a\"\u{1b}[2J".into()],
        roles: vec![Role::Controller],
        evidence: vec![Evidence {
            protocol: "s7comm",
            attribute: Attribute::Name,
            value: "x".into(),
            frame: 7,
        }],
        ..Asset::default()
    };
    let channel = RemoteAccess {
        start: moment(),
        end: moment().time,
        uid: "C1".into(),
        conversations: 1,
        client: PLC,
        server: PLC,
        server_port: 5900,
        kind: "vnc",
        protocols: Vec::new(),
        direction: Reach::Internal,
        bytes: [1, 2],
        declared: Some(false),
        evidence: vec!["e".into()],
    };
    let disclosure = Disclosure {
        start: moment(),
        frames: vec![],
        end: moment().time,
        conversations: 1,
        client: PLC,
        recipient: Address::v4([203, 0, 113, 1]),
        tried: None,
        recipient_port: 443,
        recipient_name: None,
        recipient_scope: Scope::Internet,
        protocol: "tls",
        data_class: DataClass::Encrypted,
        count: None,
        bytes: 10,
        samples: vec![],
        declared: None,
    };
    let finding = Finding {
        rule: "controller.stopped",
        time: moment().time,
        severity: Severity::Critical,
        kind: FindingKind::Activity,
        title: "t".into(),
        explanation: "e".into(),
        crane: None,
        subjects: vec![PLC],
        techniques: &["T0858"],
        controls: &[],
        frames: vec![7],
        count: 1,
        advice: "a",
    };
    let (assets, channels, disclosures, findings) = ([asset], [channel], [disclosure], [finding]);
    let answers = Answers {
        captures: &[],
        assets: &assets,
        remote_access: &channels,
        disclosures: &disclosures,
        findings: &findings,
    };
    store.answers(&answers).unwrap();
    let table = |name: &str| fs::read_to_string(dir.path().join(name)).unwrap();
    assert_eq!(
        table("assets.ndjson"),
        "{\"mac\":\"00:1b:1b:01:02:03\",\"addresses\":[\"10.0.7.10\"],\"names\":[\"a\\\"\\u001b[2J\"],\
         \"roles\":[\"controller\"],\"first_seen\":\"1970-01-01T00:00:00.000000000Z\",\
         \"last_seen\":\"1970-01-01T00:00:00.000000000Z\",\"declared\":\"unknown\",\
         \"evidence\":[{\"protocol\":\"s7comm\",\"attribute\":\"name\",\"value\":\"x\",\"frame\":7}]}\n"
    );
    assert_eq!(
        table("remote_access.ndjson"),
        "{\"start\":\"1970-01-01T00:00:01.000000000Z\",\"end\":\"1970-01-01T00:00:01.000000000Z\",\"uid\":\"C1\",\
         \"frame\":7,\"client\":\"10.0.7.10\",\"server\":\"10.0.7.10\",\"server_port\":5900,\"kind\":\"vnc\",\
         \"direction\":\"internal\",\"conversations\":1,\"bytes_out\":1,\"bytes_in\":2,\"declared\":\"false\",\
         \"evidence\":[\"e\"]}\n"
    );
    assert_eq!(
        table("disclosures.ndjson"),
        "{\"start\":\"1970-01-01T00:00:01.000000000Z\",\"end\":\"1970-01-01T00:00:01.000000000Z\",\"frame\":7,\
         \"client\":\"10.0.7.10\",\"recipient\":\"203.0.113.1\",\"recipient_port\":443,\
         \"recipient_scope\":\"internet\",\"protocol\":\"tls\",\"data_class\":\"encrypted\",\"conversations\":1,\
         \"bytes\":10,\"declared\":\"unknown\"}\n"
    );
    let row: serde_json::Value = serde_json::from_str(&table("findings.ndjson")).unwrap();
    assert_eq!(row["evidence"], serde_json::json!([7]));
    assert!(row["id"].as_str().unwrap().starts_with("controller.stopped-"));
}

#[test]
fn rows_of_answers_are_in_the_order_of_time_and_then_of_frames() {
    let dir = tempfile::tempdir().unwrap();
    let store = Store::create(dir.path()).unwrap();
    let asset = |name: &str, seconds: i64, first_frame| Asset {
        names: vec![name.to_owned()],
        first_seen: Timestamp::from_nanos(seconds * 1_000_000_000),
        first_frame,
        ..Asset::default()
    };
    let finding = |title: &str, seconds: i64, frame| Finding {
        rule: "controller.stopped",
        time: Timestamp::from_nanos(seconds * 1_000_000_000),
        severity: Severity::Critical,
        kind: FindingKind::Activity,
        title: title.to_owned(),
        explanation: String::new(),
        crane: None,
        subjects: vec![PLC],
        techniques: &[],
        controls: &[],
        frames: vec![frame],
        count: 1,
        advice: "a",
    };
    let assets = [asset("late", 2, 9), asset("second", 1, 4), asset("first", 1, 3)];
    let findings = [finding("late", 2, 9), finding("second", 1, 4), finding("first", 1, 3)];
    store.answers(&Answers { assets: &assets, findings: &findings, ..Answers::default() }).unwrap();
    let said = |table: &str, word: fn(&serde_json::Value) -> String| -> Vec<String> {
        let text = fs::read_to_string(dir.path().join(table)).unwrap();
        text.lines().map(|line| word(&serde_json::from_str(line).unwrap())).collect()
    };
    let expected = ["first", "second", "late"];
    assert_eq!(said("assets.ndjson", |row| row["names"][0].as_str().unwrap().to_owned()), expected);
    assert_eq!(said("findings.ndjson", |row| row["title"].as_str().unwrap().to_owned()), expected);
}
