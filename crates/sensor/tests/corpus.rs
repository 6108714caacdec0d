//! What real captures must say. Set `QUAYWATCH_CORPUS` to a folder of captures; without it these tests say that they were
//! skipped.

#![allow(clippy::unwrap_used, clippy::print_stderr, reason = "a test that meets what cannot be is to fail")]

use quaywatch_capture::Source;
use quaywatch_model::{Address, DataClass};
use quaywatch_sensor::{Settings, Summary, inspect};
use std::io::Write as _;
use std::path::PathBuf;

fn corpus(name: &str) -> Option<Summary> {
    let found = std::env::var_os("QUAYWATCH_CORPUS").map(|root| PathBuf::from(root).join(name));
    let Some(path) = found.filter(|path| path.exists()) else {
        // Past the harness, which would keep what a passing test says to itself.
        let _ =
            writeln!(std::io::stderr(), "SKIPPED: {name} is not below the folder named by QUAYWATCH_CORPUS");
        return None;
    };
    Some(inspect(&[Source::from_argument(path)], &Settings::default(), &mut |_| ()).unwrap())
}

#[test]
fn the_web_pages_of_a_controller_asked_for_from_another_network_are_remote_access() {
    let Some(summary) = corpus("modbus/malcolm__Modicon.pcap") else { return };
    let controller = Address::v4([10, 50, 1, 52]);
    let rows = summary.remote_access.iter().filter(|row| row.kind == "web_hmi");
    let clients: Vec<Address> =
        rows.filter(|row| row.server == controller && row.server_port == 80).map(|row| row.client).collect();
    for client in [[10, 200, 1, 86], [10, 200, 1, 193]] {
        assert!(clients.contains(&Address::v4(client)), "{client:?} of {clients:?}");
    }
    assert!(!clients.contains(&Address::v4([10, 50, 1, 10])), "a neighbour");
}

#[test]
fn a_scanner_at_a_bacnet_port_breaks_no_rule_of_sip() {
    let Some(summary) = corpus("bacnet/malcolm__BACnet_Host.pcap") else { return };
    let violated = |finding: &&quaywatch_model::Finding| finding.rule == "protocol.violated";
    assert_eq!(summary.findings.iter().filter(violated).count(), 0);
    let asked = summary.entries.iter().filter(|entry| entry.protocol == "sip");
    assert_eq!(asked.map(|entry| entry.count()).sum::<u64>(), 2, "one question in SIP by each scanner");
}

#[test]
fn a_tunnel_of_pptp_beside_telnet_is_one_and_encrypted() {
    let Some(summary) = corpus("telnet/malcolm__Telnet.pcap") else { return };
    let tunnels = summary.remote_access.iter().filter(|row| row.kind == "pptp").count();
    assert_eq!(tunnels, 1);
    let [mut encrypted, mut all] = [0, 0];
    for row in summary.disclosures.iter().filter(|row| row.protocol == "pptp") {
        all += row.bytes;
        encrypted += if row.data_class == DataClass::Encrypted { row.bytes } else { 0 };
    }
    assert!(encrypted > 0 && encrypted * 10 > all * 9, "{encrypted} of {all}: the rest are acknowledgments");
}

#[test]
fn what_a_machine_says_to_itself_crosses_no_network_and_gives_no_secret_away() {
    let Some(summary) = corpus("mqtt/sv__mqtt31-pub-userpass-auto-clientid.pcap") else { return };
    let rules: Vec<&str> = summary.findings.iter().map(|finding| finding.rule).collect();
    assert!(!rules.contains(&"credentials.in_clear"), "{rules:?}");
}
