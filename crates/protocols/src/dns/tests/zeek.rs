//! The lines of `dns.log` against what Zeek wrote of the same captures.

use crate::testing::captures;
use std::collections::BTreeMap;
use std::path::Path;

/// Captures of the corpus with a log of Zeek's.
const CAPTURES: [&str; 3] = ["zeek__dns-tkey", "zeek__dnssec-rrsig", "zeek__ipv6-fragmented-dns"];

#[test]
fn the_lines_are_those_zeek_writes() {
    for name in CAPTURES {
        let Some(capture) = captures::corpus(&format!("dns/{name}.pcap")) else { continue };
        let Some(log) = captures::corpus(&format!("dns/expected/{name}/dns.log")) else { continue };
        let (ours, theirs) = (ours(&capture), theirs(&log));
        assert_eq!(ours.len(), theirs.len(), "{name}");
        for line in &theirs {
            assert!(ours.contains(line), "{name}: {line:#?} is not among {ours:#?}");
        }
    }
}

type Line = BTreeMap<String, String>;

fn ours(capture: &Path) -> Vec<Line> {
    let heard = captures::play(capture);
    let lines = heard.iter().flat_map(|heard| &heard.lines).filter(|line| line.log == "dns");
    let named = |line: &captures::Line| {
        let [(from, from_port), (to, to_port)] = line.ends;
        let ends = [
            ("id.orig_h", from.to_string()),
            ("id.orig_p", from_port.to_string()),
            ("id.resp_h", to.to_string()),
            ("id.resp_p", to_port.to_string()),
        ];
        let values = line.values.iter().cloned();
        ends.into_iter().chain(values).map(|(name, value)| (name.to_owned(), value)).collect()
    };
    lines.map(named).collect()
}

/// Zeek's lines without time and uid, which its baselines do not hold.
fn theirs(log: &Path) -> Vec<Line> {
    let text = std::fs::read_to_string(log).unwrap();
    let fields = text.lines().find_map(|line| line.strip_prefix("#fields\t")).unwrap();
    let lines = text.lines().filter(|line| !line.starts_with('#'));
    let named = |line: &str| {
        let values = fields.split('\t').zip(line.split('\t')).skip(2);
        values.map(|(field, value)| (field.to_owned(), value.to_owned())).collect()
    };
    lines.map(named).collect()
}
