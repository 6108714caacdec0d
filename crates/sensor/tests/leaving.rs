//! What leaves: from frames to disclosures, for one worker and for several.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test that meets what cannot be is to fail"
)]

mod crane;

use crane::{Dice, Packet, capture, timed};
use etherparse::PacketBuilder;
use flate2::Compression;
use flate2::write::GzEncoder;
use quaywatch_capture::Source;
use quaywatch_model::{Address, DataClass, Disclosure, Scope};
use quaywatch_sensor::{Settings, Summary, inspect};
use quaywatch_site::Site;
use std::collections::BTreeSet;
use std::io::{self, Write};
use std::sync::Arc;

/// The crane's management system.
const CMS: [u8; 4] = [10, 0, 7, 70];
const VENDOR: [u8; 4] = [203, 0, 113, 9];
const OTHER_VENDOR: [u8; 4] = [198, 51, 100, 23];
/// The payload of a full frame.
const SEGMENT: usize = 1448;
/// Valid numbers (ISO 6346).
const CONTAINERS: [&str; 4] = ["CSQU3054383", "MWCU6059784", "SUDU1910806", "XPRU1000140"];

/// A TCP segment between any two hosts.
fn segment(from: ([u8; 4], u16), to: ([u8; 4], u16), seq: u32, flags: &str, payload: &[u8]) -> Vec<u8> {
    let mut builder =
        PacketBuilder::ethernet2([2; 6], [4; 6]).ipv4(from.0, to.0, 64).tcp(from.1, to.1, seq, 8192);
    if flags.contains('S') {
        builder = builder.syn();
    }
    if flags.contains('A') {
        builder = builder.ack(1);
    }
    let mut frame = Vec::new();
    builder.write(&mut frame, payload).unwrap();
    frame
}

/// A connection over which the client sends this.
fn sent(client: [u8; 4], port: u16, server: ([u8; 4], u16), bytes: &[u8]) -> Vec<Vec<u8>> {
    let client = (client, port);
    let mut frames = vec![
        segment(client, server, 0, "S", &[]),
        segment(server, client, 0, "SA", &[]),
        segment(client, server, 1, "A", &[]),
    ];
    let mut seq = 1;
    for piece in bytes.chunks(SEGMENT) {
        frames.push(segment(client, server, seq, "A", piece));
        seq += piece.len() as u32;
    }
    frames
}

fn found(packets: &[Packet], threads: u16) -> Summary {
    let folder = tempfile::tempdir().unwrap();
    let source = [Source::from_argument(capture(folder.path(), packets))];
    inspect(&source, &Settings { threads, ..Settings::default() }, &mut |_| ()).unwrap()
}

fn disclosed(frames: Vec<Vec<u8>>) -> Vec<Disclosure> {
    found(&timed(frames), 1).disclosures
}

fn of(told: &[Disclosure], class: DataClass) -> &Disclosure {
    told.iter().find(|told| told.data_class == class).unwrap()
}

fn total(told: &[Disclosure]) -> u64 {
    told.iter().map(|told| told.bytes).sum()
}

fn list() -> String {
    let row = |(n, number): (usize, &&str)| {
        format!(r#"{{"container":"{number}","gross_kg":{},"bay":{n}}}"#, 4_000 + n * 17)
    };
    format!("[{}]", CONTAINERS.iter().enumerate().map(row).collect::<Vec<_>>().join(",\n"))
}

fn post(encoding: &str, body: &[u8]) -> Vec<u8> {
    let head = format!(
        "POST /api/moves HTTP/1.1\r\nHost: cloud.example.com\r\nContent-Type: application/json\r\n{encoding}Content-Length: {}\r\n\r\n",
        body.len()
    );
    [head.as_bytes(), body].concat()
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

#[test]
fn a_list_of_containers_is_found_in_a_post_in_clear_and_in_gzip() {
    let bodies = [post("", list().as_bytes()), post("Content-Encoding: gzip\r\n", &gzip(list().as_bytes()))];
    for bytes in bodies {
        let told = disclosed(sent(CMS, 50_000, (VENDOR, 80), &bytes));
        let containers = of(&told, DataClass::ContainerIds);
        assert_eq!(containers.count, Some(CONTAINERS.len() as u64));
        assert_eq!(of(&told, DataClass::Weights).count, Some(CONTAINERS.len() as u64));
        assert_eq!((containers.client, containers.recipient), (Address::v4(CMS), Address::v4(VENDOR)));
        assert_eq!((containers.recipient_port, containers.recipient_scope), (80, Scope::Internet));
        assert_eq!(total(&told), bytes.len() as u64);
    }
}

#[test]
fn rows_in_utf16_over_a_protocol_that_nobody_reads_are_found() {
    let wide = |text: &str| text.encode_utf16().flat_map(u16::to_le_bytes).collect::<Vec<u8>>();
    let row = |number: &&str| [&[0xd1, 22, 0][..], &wide(number), &[4, 0x9a, 0x5b, 0, 0]].concat();
    let rows: Vec<u8> = CONTAINERS.iter().cycle().take(500).flat_map(row).collect();
    let told = disclosed(sent(CMS, 50_000, (VENDOR, 4_000), &rows));
    assert_eq!(of(&told, DataClass::ContainerIds).count, Some(CONTAINERS.len() as u64));
    assert_eq!(total(&told), rows.len() as u64);
}

#[test]
fn of_what_is_encrypted_only_the_volume_is_told() {
    let mut dice = Dice::new(3);
    let record = |dice: &mut Dice| [&[23, 3, 3, 0x10, 0][..], &dice.bytes(0x1000)].concat();
    let records: Vec<u8> = (0..50).flat_map(|_| record(&mut dice)).collect();
    let told = disclosed(sent(CMS, 50_000, (VENDOR, 443), &records));
    assert!(
        told.iter().all(|told| told.data_class >= DataClass::Signalling && told.count.is_none()),
        "{told:?}"
    );
    assert_eq!(total(&told), records.len() as u64);
}

#[test]
fn what_stays_inside_and_what_comes_in_is_no_disclosure() {
    let inside = sent(CMS, 50_000, ([10, 0, 7, 71], 80), &post("", list().as_bytes()));
    assert_eq!(disclosed(inside), []);
    let brought = sent(VENDOR, 50_000, (CMS, 80), &post("", list().as_bytes()));
    assert_eq!(disclosed(brought), []);
}

#[test]
fn one_worker_and_four_tell_the_same() {
    let mut frames = Vec::new();
    for (n, server) in [VENDOR, OTHER_VENDOR, VENDOR, [192, 168, 1, 1], OTHER_VENDOR].into_iter().enumerate()
    {
        let client = [10, 0, 7, 70 + n as u8 % 2];
        let body = if n % 2 == 0 { list().into_bytes() } else { gzip(list().as_bytes()) };
        frames.extend(sent(client, 50_000 + n as u16, (server, 80), &post("", &body)));
    }
    let packets = timed(frames);
    let one = found(&packets, 1);
    assert!(one.disclosures.len() > 4, "{:?}", one.disclosures);
    for threads in [2, 4] {
        assert_eq!(one.disclosures, found(&packets, threads).disclosures);
    }
    assert!(one.findings.iter().any(|finding| finding.rule == "data.sensitive_out"));
}

#[test]
fn a_class_that_went_by_several_ports_is_named_once() {
    let login = b"POST /in HTTP/1.1\r\nHost: maker.example\r\nAuthorization: Basic Y3JhbmU6TWFpbFB3Nzc=\r\n\
                  Content-Length: 0\r\n\r\n";
    let mut frames = sent(CMS, 50_000, (VENDOR, 80), login);
    frames.extend(sent(CMS, 50_001, (VENDOR, 8080), login));
    let found = found(&timed(frames), 1).findings;
    let title = &found.iter().find(|finding| finding.rule == "data.sensitive_out").unwrap().title;
    assert_eq!(title.matches("credentials").count(), 1, "{title}");
}

#[test]
fn a_site_says_who_is_outside_and_who_may_have_what() {
    let text = r#"
        [crane.STS07]
        networks = ["10.0.7.0/24"]
        [recipient.maker]
        networks = ["203.0.113.0/24"]
        data = ["weights", "container_ids"]
    "#;
    let site = Site::parse("site.toml", text, &mut |_| Err(io::Error::other("no other file"))).unwrap();
    let mut frames = sent(CMS, 50_000, (VENDOR, 80), list().as_bytes());
    frames.extend(sent(CMS, 50_001, (OTHER_VENDOR, 80), list().as_bytes()));
    frames.extend(sent(CMS, 50_002, ([192, 168, 9, 9], 80), list().as_bytes()));
    frames.extend(sent(CMS, 50_003, ([10, 0, 7, 71], 80), list().as_bytes()));
    let folder = tempfile::tempdir().unwrap();
    let source = [Source::from_argument(capture(folder.path(), &timed(frames)))];
    let settings =
        Settings { site: Arc::new(site), out: Some(folder.path().to_owned()), ..Settings::default() };
    let told = inspect(&source, &settings, &mut |_| ()).unwrap().disclosures;
    let containers = told.iter().filter(|told| told.data_class == DataClass::ContainerIds);
    let containers: Vec<_> =
        containers.map(|told| (told.recipient, told.recipient_scope, told.declared)).collect();
    assert_eq!(
        containers,
        [
            (Address::v4(VENDOR), Scope::Internet, Some(true)),
            (Address::v4(OTHER_VENDOR), Scope::Internet, Some(false)),
            (Address::v4([192, 168, 9, 9]), Scope::Private, Some(false)),
        ]
    );
    let table = std::fs::read_to_string(folder.path().join("disclosures.ndjson")).unwrap();
    assert_eq!(table.lines().count(), told.len());
    assert!(!CONTAINERS.iter().any(|number| table.contains(number)), "numbers are masked");
}

/// Who has this address says so by ARP.
fn announced(address: [u8; 4]) -> Vec<u8> {
    let mac = [2, 0, 0, 0, 0, address[3]];
    let head = [&[0xff; 6][..], &mac, &[8, 6, 0, 1, 8, 0, 6, 4, 0, 2]].concat();
    [&head[..], &mac, &address, &[0xff; 6], &address].concat()
}

#[test]
fn which_public_addresses_are_inside_says_the_site_or_who_is_on_the_link() {
    const INSIDE: [u8; 4] = [141, 81, 0, 10];
    const BESIDE: [u8; 4] = [141, 81, 0, 83];
    const FAR: [u8; 4] = [141, 81, 200, 7];
    let told = |frames: &[Vec<u8>], networks: &str| {
        let site = if networks.is_empty() {
            Site::default()
        } else {
            let text = format!("[crane.STS07]\nnetworks = [\"{networks}\"]\n");
            Site::parse("site.toml", &text, &mut |_| Err(io::Error::other("no other file"))).unwrap()
        };
        let folder = tempfile::tempdir().unwrap();
        let source = [Source::from_argument(capture(folder.path(), &timed(frames.to_vec())))];
        let settings = Settings { site: Arc::new(site), ..Settings::default() };
        let summary = inspect(&source, &settings, &mut |_| ()).unwrap();
        let from = summary.disclosures.iter().map(|told| told.client).collect::<BTreeSet<_>>();
        (Vec::from_iter(from), summary.assumed_own.len())
    };
    let body = post("", list().as_bytes());
    let [inside, far] = [INSIDE, FAR].map(Address::v4);
    let out = sent(INSIDE, 50_000, (FAR, 80), &body);
    assert_eq!(told(&out, ""), (vec![inside], 0), "one network of 16 bits is no owner");
    let across = sent(INSIDE, 50_000, (BESIDE, 80), &body);
    assert_eq!(told(&across, ""), (vec![], 2), "one of 24 bits is taken for one");
    assert_eq!(told(&across, "10.0.7.0/24"), (vec![inside], 0), "unless a site says what it has");
    assert_eq!(told(&out, "141.81.0.0/16"), (vec![], 0));
    assert_eq!(told(&out, "141.81.0.0/24"), (vec![inside], 0));
    let with = |who: &[[u8; 4]], frames: &[Vec<u8>]| {
        let said = who.iter().map(|address| announced(*address));
        said.chain(frames.iter().cloned()).collect::<Vec<_>>()
    };
    assert_eq!(told(&with(&[INSIDE], &out), ""), (vec![inside], 1));
    assert_eq!(told(&with(&[INSIDE, FAR], &out), ""), (vec![], 2), "both are on the link");
    let fetched = sent(FAR, 50_000, (INSIDE, 80), &body);
    assert_eq!(told(&fetched, ""), (vec![far], 0), "nobody knows whose they are");
    assert_eq!(told(&with(&[INSIDE], &fetched), ""), (vec![], 1), "what comes in does not leave");
}
