//! Channels that conversations are told as, from the decoders' names to the site's words.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test that meets what cannot be is to fail"
)]

use quaywatch_capture::Source;
use quaywatch_channels::kind;
use quaywatch_model::Severity;
use quaywatch_protocols::PROTOCOLS;
use quaywatch_sensor::{Settings, Summary, inspect};
use quaywatch_site::{LINK_KINDS, Site};
use quaywatch_wire::protocol;
use std::path::Path;
use std::sync::Arc;

/// Nobody is to come in.
const SITE: &str = "[crane.A]\nnetworks = [\"192.168.2.0/24\"]\n[vendor_link.v]\npattern = \"never\"\n";

fn inspected(case: &str, site: &str) -> Summary {
    let site = Site::parse("site.toml", site, &mut |_| Ok(String::new())).unwrap();
    let capture = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../cases").join(case);
    let settings = Settings { site: Arc::new(site), ..Settings::default() };
    inspect(&[Source::from_argument(capture)], &settings, &mut |_| ()).unwrap()
}

#[test]
fn every_protocol_that_is_a_channel_is_a_name_that_conversations_have() {
    let of_decoders = PROTOCOLS.iter().map(|protocol| protocol.name);
    let of_ip = (0..=u8::MAX).filter_map(protocol::name);
    let names: Vec<&str> = of_decoders.chain(of_ip).collect();
    for (name, _) in kind::protocols() {
        assert!(names.contains(name), "no conversation is ever {name:?}");
    }
}

#[test]
fn every_kind_of_channel_can_be_declared_and_no_other() {
    let told: Vec<&str> = kind::words().collect();
    for word in &told {
        assert!(LINK_KINDS.contains(word), "a site cannot declare {word:?}");
    }
    for word in LINK_KINDS {
        assert!(told.contains(word), "no channel is ever {word:?}");
    }
}

#[test]
fn a_tunnel_of_ipsec_is_a_channel_that_a_site_can_forbid() {
    let summary = inspected("ipsec-first/capture.pcap", SITE);
    let row = summary.remote_access.iter().find(|row| row.kind == "ipsec").unwrap();
    assert_eq!(row.declared, Some(false));
    assert!(summary.findings.iter().any(|finding| finding.rule == "remote_access.used"));
}

#[test]
fn a_site_of_nothing_but_vendor_links_says_of_every_channel_whether_it_is_declared() {
    let declared = |site| {
        let summary = inspected("ipsec-first/capture.pcap", site);
        summary.remote_access.iter().find(|row| row.kind == "ipsec").unwrap().declared
    };
    assert_eq!(declared("[vendor_link.v]\nkinds = [\"ipsec\"]\npattern = \"always\"\n"), Some(true));
    assert_eq!(declared("[vendor_link.v]\nkinds = [\"vnc\"]\npattern = \"always\"\n"), Some(false));
    assert_eq!(declared(""), None);
}

/// The findings of a link on demand in its case, with so many seconds between one packet and the next.
fn on_demand(gap_seconds: u32) -> Vec<(Severity, String)> {
    let case = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../cases/finding-remote-access-on-demand");
    let mut bytes = std::fs::read(case.join("capture.pcap")).unwrap();
    let (mut at, mut time) = (24, 1_795_000_000_u32);
    while let Some(record) = bytes.get_mut(at..at + 16) {
        record[..4].copy_from_slice(&time.to_le_bytes());
        at += 16 + u32::from_le_bytes(record[8..12].try_into().unwrap()) as usize;
        time += gap_seconds;
    }
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("slow.pcap");
    std::fs::write(&file, bytes).unwrap();
    let site = Site::load(&case.join("site.toml")).unwrap();
    let settings = Settings { site: Arc::new(site), ..Settings::default() };
    let findings = inspect(&[Source::from_argument(file)], &settings, &mut |_| ()).unwrap().findings;
    let found = findings.into_iter().filter(|finding| finding.rule == "remote_access.on_demand");
    found.map(|finding| (finding.severity, finding.title)).collect()
}

#[test]
fn a_link_on_demand_that_is_there_all_the_time_is_graver() {
    let how = |gap_seconds| {
        let found = on_demand(gap_seconds);
        assert_eq!(found.len(), 1, "{found:?}");
        (found[0].0, found[0].1.contains("is connected all the time"))
    };
    assert_eq!(how(10), (Severity::Low, false));
    assert_eq!(how(600), (Severity::Medium, true));
}
