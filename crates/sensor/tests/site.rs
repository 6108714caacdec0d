//! What a site file changes.

#![allow(clippy::unwrap_used, reason = "a test that meets what cannot be is to fail")]

use quaywatch_capture::Source;
use quaywatch_sensor::{Settings, Summary, inspect};
use quaywatch_site::Site;
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
