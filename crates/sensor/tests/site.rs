//! What a site file changes.

#![allow(clippy::unwrap_used, reason = "a test that meets what cannot be is to fail")]

use quaywatch_capture::Source;
use quaywatch_model::{Address, Mac};
use quaywatch_sensor::{Settings, Summary, inspect, observed};
use quaywatch_site::{Site, ZoneKind, draft};
use std::collections::BTreeSet;
use std::path::Path;
use std::sync::Arc;

/// A capture of Modbus writes: coil 2 off, register 5 = 11, coil 1 off.
const CAPTURE: &str = "../../cases/modbus-among-others-on-502/capture.pcap";

fn inspected(range: &str, who: &str) -> Summary {
    let site = format!(
        "[crane.STS07]\nnetworks = [\"10.0.0.0/24\"]\n[crane.STS07.asset.hmi]\nrole = \"hmi\"\naddresses = [\"10.0.0.9\"]\n\
         [crane.STS07.asset.plc]\nrole = \"controller\"\naddresses = [\"10.0.0.3\"]\n[[writer]]\nwho = \"{who}\"\n\
         on = \"plc\"\n[[tag_map]]\nfile = \"tags.csv\"\nof = \"plc\"\nprotocol = \"modbus\"\n"
    );
    let tags =
        format!("tag,protocol,address,type,min,max\nPar.OverloadPct,modbus,holding 5,uint16,{range}\n");
    let site = Site::parse("site.toml", &site, &mut |_| Ok(tags.clone())).unwrap();
    let settings = Settings { site: Arc::new(site), ..Settings::default() };
    let capture = Path::new(env!("CARGO_MANIFEST_DIR")).join(CAPTURE);
    inspect(&[Source::from_argument(capture)], &settings, &mut |_| ()).unwrap()
}

fn rules(summary: &Summary) -> Vec<&str> {
    summary.findings.iter().map(|finding| finding.rule).collect()
}

#[test]
fn what_is_approved_stays_quiet_and_tags_have_their_names() {
    let summary = inspected("0,20", "hmi");
    assert!(!rules(&summary).contains(&"write.not_permitted"), "{:?}", rules(&summary));
    let shown: Vec<&String> = summary.changes.iter().flat_map(|change| &change.items).collect();
    assert!(shown.iter().any(|item| item.starts_with("Par.OverloadPct (holding 5) = ")), "{shown:?}");
}

#[test]
fn a_value_outside_its_range_is_a_finding() {
    let summary = inspected("0,10", "hmi");
    let finding = summary.findings.iter().find(|finding| finding.rule == "write.not_permitted").unwrap();
    assert!(finding.explanation.contains("Par.OverloadPct = 11"), "{}", finding.explanation);
}

#[test]
fn a_writer_that_is_not_named_is_a_finding() {
    assert!(rules(&inspected("0,20", "plc")).contains(&"write.not_permitted"));
}

#[test]
fn a_reader_that_writes_once_is_odd_unless_the_site_names_it_as_a_writer() {
    let capture =
        Path::new(env!("CARGO_MANIFEST_DIR")).join("../../cases/finding-write-by-reader/capture.pcap");
    let found = |site: &str| {
        let site = Site::parse("site.toml", site, &mut |_| Ok(String::new())).unwrap();
        let settings = Settings { site: Arc::new(site), ..Settings::default() };
        let summary = inspect(&[Source::from_argument(&capture)], &settings, &mut |_| ()).unwrap();
        rules(&summary).contains(&"write.by_reader")
    };
    let crane = "[crane.STS07]\nnetworks = [\"10.70.7.0/24\"]\n";
    let writer = |who: &str| format!("{crane}[[writer]]\nwho = [\"{who}\"]\non = [\"10.70.7.11\"]\n");
    assert!(found(crane), "nobody says who may write");
    assert!(!found(&writer("10.70.7.31")));
    assert!(found(&writer("10.70.7.30")), "another one may");
}

#[test]
fn a_draft_of_what_was_seen_makes_the_answer_no_worse() {
    let sample = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../samples/mixed-crane/capture.pcap");
    let inspected = |site: Site| {
        let settings = Settings { site: Arc::new(site), ..Settings::default() };
        inspect(&[Source::from_argument(&sample)], &settings, &mut |_| ()).unwrap()
    };
    let without = inspected(Site::default());
    let draft = draft::draft(&observed(&without, Vec::new()));
    let with = inspected(Site::parse("site.toml", &draft, &mut |_| Ok(String::new())).unwrap());
    let recipients = |summary: &Summary| {
        summary.disclosures.iter().map(|row| (row.client, row.recipient)).collect::<BTreeSet<_>>()
    };
    assert_eq!(recipients(&without), recipients(&with));
    let told = |summary: &Summary| {
        let findings = summary.findings.iter();
        findings.map(|finding| (finding.rule, finding.title.clone())).collect::<BTreeSet<_>>()
    };
    assert_eq!(told(&without), told(&with));
}

#[test]
fn a_cloud_is_no_writer_and_who_comes_in_by_a_channel_is_no_recipient() {
    let seen = |case: &str| {
        let capture =
            Path::new(env!("CARGO_MANIFEST_DIR")).join("../../cases").join(case).join("capture.pcap");
        let summary = inspect(&[Source::from_argument(capture)], &Settings::default(), &mut |_| ()).unwrap();
        let seen = observed(&summary, Vec::new());
        (summary.disclosures.is_empty(), seen)
    };
    let (nothing_left, posted) = seen("finding-data-sensitive-out");
    assert!(!nothing_left && posted.writers.is_empty(), "{:?}", posted.writers);
    assert_eq!(posted.recipients.len(), 1);
    let (nothing_left, visited) = seen("finding-remote-access-used");
    assert!(!nothing_left && visited.recipients.is_empty(), "{:?}", visited.recipients);
    assert_eq!(visited.links.len(), 1);
}

#[test]
fn zones_are_drafted_by_network_and_role_with_what_passed_between_them() {
    let sample = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../samples/mixed-crane/capture.pcap");
    let summary = inspect(&[Source::from_argument(sample)], &Settings::default(), &mut |_| ()).unwrap();
    let seen = observed(&summary, Vec::new());
    let of = |kind| seen.zones.iter().position(|zone| zone.kind == kind).unwrap();
    let (control, supervision) = (of(ZoneKind::CraneControl), of(ZoneKind::Supervision));
    let conduit = seen.conduits.iter().find(|conduit| conduit.from == supervision && conduit.to == control);
    assert!(conduit.unwrap().protocols.iter().any(|protocol| protocol == "s7comm"));
    assert!(seen.tags.iter().any(|tags| tags.objects.iter().any(|(object, _)| object == "MW4")));
}

#[test]
fn what_is_sent_to_all_on_a_segment_leaves_nothing() {
    let everybody = (Address::v4([10, 70, 7, 255]), Mac([0xff; 6]));
    for networks in ["[site]\nnetworks = [\"10.70.7.0/24\"]\n", "[crane.A]\nvlans = [7]\n"] {
        // One end is on the crane, the other is not declared.
        let site = format!("{networks}[crane.B]\nnetworks = [\"10.70.7.10\"]\n");
        let site = Site::parse("site.toml", &site, &mut |_| Ok(String::new())).unwrap();
        let dir = tempfile::tempdir().unwrap();
        let file = dir.path().join("broadcast.pcap");
        std::fs::write(&file, datagram((Address::v4([10, 70, 7, 10]), Mac([2, 0, 0, 0, 0, 1])), everybody))
            .unwrap();
        let settings = Settings { site: Arc::new(site), ..Settings::default() };
        let summary = inspect(&[Source::from_argument(file)], &settings, &mut |_| ()).unwrap();
        assert_eq!(summary.span.packets, 1);
        assert!(summary.disclosures.is_empty(), "{networks}: {:?}", summary.disclosures);
    }
}

/// A capture of one datagram.
fn datagram((from, sender): (Address, Mac), (to, receiver): (Address, Mac)) -> Vec<u8> {
    let octets = |address: Address| match address.ip() {
        Some(std::net::IpAddr::V4(ip)) => ip.octets(),
        _ => [0; 4],
    };
    let packet = etherparse::PacketBuilder::ethernet2(sender.0, receiver.0)
        .ipv4(octets(from), octets(to), 64)
        .udp(50_000, 9_999);
    let mut frame = Vec::new();
    packet.write(&mut frame, b"something to say").unwrap();
    let mut file =
        vec![0xd4, 0xc3, 0xb2, 0xa1, 2, 0, 4, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, 0, 0, 1, 0, 0, 0];
    let length = (frame.len() as u32).to_le_bytes();
    for field in [1_795_000_000_u32.to_le_bytes(), [0; 4], length, length] {
        file.extend(field);
    }
    file.extend(frame);
    file
}
