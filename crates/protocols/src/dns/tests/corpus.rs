//! What is recognised, and which addresses are named, in captures that are not part of this repository.

use crate::testing::captures;
use std::collections::BTreeSet;

/// Protocols of this kind that are not text, and the ports they are at home on.
const HOMES: [(&str, &[u16]); 8] = [
    ("dns", &[53]),
    ("mdns", &[5353]),
    ("llmnr", &[5355]),
    ("nbns", &[137]),
    ("dhcp", &[67, 68]),
    ("dhcpv6", &[546, 547]),
    ("ntp", &[123]),
    ("hsrp", &[1985, 2029]),
];
/// Captures that hold them on other ports: plain DNS questions to the ports of encrypted DNS, a virtual machine's
/// forwarding of DNS and NTP, and a maker's search for devices by DHCP on a port of its own.
const ELSEWHERE: [&str; 3] = [
    "ndpi__dnscrypt-v1-and-resolver-pings.pcap",
    "open62541_client-server_mainloop.pcap",
    "C37.118_2PMUsInSync_TCP.pcap",
];

#[test]
fn nothing_else_is_claimed_off_the_ports() {
    let Some(index) = captures::corpus("INDEX.tsv") else { return };
    let index = std::fs::read_to_string(index).unwrap();
    let names = index.lines().skip(1).filter_map(|line| line.split('\t').next());
    let mut claimed = Vec::new();
    for name in names.filter(|name| !ELSEWHERE.iter().any(|known| name.contains(known))) {
        let Some(capture) = captures::corpus(name) else { continue };
        for heard in captures::play(&capture) {
            let home = HOMES.iter().find(|(protocol, _)| *protocol == heard.protocol);
            let is_home = |(_, port): &(_, u16)| home.is_none_or(|(_, ports)| ports.contains(port));
            if !heard.ends.iter().any(is_home) {
                claimed.push(format!("{name}: {} between {:?}", heard.protocol, heard.ends));
            }
        }
    }
    assert!(claimed.is_empty(), "{claimed:#?}");
}

#[test]
fn the_addresses_in_answers_are_those_tshark_sees() {
    for capture in captures::folder("dns") {
        let name = capture.file_name().unwrap_or_default().to_string_lossy().into_owned();
        // tshark reads DNS out of HTTP/2, GTP and link types that this software does not.
        let is_read = !name.contains("gtp");
        if !is_read || !(name.starts_with("arkime") || name.starts_with("zeek") || name.contains("dns-dns")) {
            continue;
        }
        let fields = ["dns.a", "dns.aaaa"];
        let filter = "dns.flags.response==1 && !mdns && !llmnr && !icmp && !icmpv6";
        let Some(frames) = captures::tshark(&capture, filter, &fields) else { return };
        let theirs: BTreeSet<String> = frames.into_iter().flatten().flatten().collect();
        let heard = captures::play(&capture);
        let dns = heard.iter().filter(|heard| heard.protocol == "dns");
        let facts = dns.flat_map(|heard| &heard.recorder.facts);
        let named = facts.filter_map(|fact| Some(fact.split_once(" domain_name: ")?.0.to_owned()));
        let ours: BTreeSet<String> = named.collect();
        let missing: Vec<&String> = theirs.difference(&ours).collect();
        assert!(missing.is_empty(), "{name}: {missing:?} not among {ours:?}");
    }
}
