use super::PROTOCOL;
use crate::testing::{Recorder, captures, play};
use crate::{Answer, Probe, Transport};
use proptest::collection::vec;
use proptest::prelude::any;
use proptest::proptest;
use quaywatch_model::Side::{self, A, B};
use std::collections::BTreeSet;

const ETHERNET: Transport = Transport::Ethernet(0x0806);

fn message(operation: u8, sender: [u8; 4], target: [u8; 4]) -> Vec<u8> {
    let head = [0, 1, 8, 0, 6, 4, 0, operation, 0, 0x1b, 0x1b, 1, 2, 3];
    [&head[..], &sender, &[0; 6], &target, &[0; 18]].concat()
}

fn heard(turns: &[(Side, &[u8])]) -> Recorder {
    play(&PROTOCOL, ETHERNET, [0, 0], turns)
}

#[test]
fn every_sender_is_bound_to_its_address_also_when_nobody_asked() {
    let request = message(1, [10, 0, 0, 7], [10, 0, 0, 1]);
    let announcement = message(2, [10, 0, 0, 8], [10, 0, 0, 8]);
    let facts = heard(&[(A, &request), (B, &announcement)]).facts;
    assert_eq!(facts, ["10.0.0.7 mac: \"00:1b:1b:01:02:03\"", "10.0.0.8 mac: \"00:1b:1b:01:02:03\""]);
}

#[test]
fn a_probe_binds_nothing() {
    let facts = heard(&[(A, &message(1, [0; 4], [10, 0, 0, 9]))]).facts;
    assert_eq!(facts, ["00:1b:1b:01:02:03 state: \"probing for 10.0.0.9\""]);
}

#[test]
fn whom_a_request_asks_for_is_noted_and_an_announcement_asks_for_nobody() {
    let [one, other] = [9, 10].map(|host| message(1, [10, 0, 0, 7], [10, 0, 0, host]));
    let announcement = message(1, [10, 0, 0, 7], [10, 0, 0, 7]);
    let notes = heard(&[(A, &one), (A, &other), (A, &announcement)]).notes;
    assert_eq!(notes, ["A request: 10.0.0.9", "A request: 10.0.0.10"]);
}

#[test]
fn a_message_that_is_cut_is_a_problem() {
    let request = message(1, [10, 0, 0, 7], [10, 0, 0, 1]);
    assert_eq!(heard(&[(A, &request[..20])]).problems, ["arp: message shorter than it says (malformed)"]);
}

#[test]
fn the_probe_is_certain_only_of_ipv4_on_ethernet() {
    let ask = |bytes: &[u8]| {
        (PROTOCOL.probe)(&Probe {
            transport: ETHERNET,
            ports: [0, 0],
            from: A,
            bytes,
            answer: &[],
            expected: None,
        })
    };
    let mut bytes = message(2, [10, 0, 0, 7], [10, 0, 0, 1]);
    assert_eq!(ask(&bytes), Answer::Certain);
    bytes[1] = 19; // ATM
    assert_eq!(ask(&bytes), Answer::No);
    assert_eq!(ask(&bytes[..9]), Answer::No);
}

#[test]
fn the_bindings_of_real_captures_are_those_tshark_sees() {
    for folder in ["arp", "dhcp", "lldp_cdp_stp"] {
        for capture in captures::folder(folder) {
            let filter =
                "eth && arp.hw.type==1 && arp.proto.type==0x800 && arp.src.hw_mac != 00:00:00:00:00:00";
            let fields = ["arp.src.proto_ipv4", "arp.src.hw_mac"];
            let Some(frames) = captures::tshark(&capture, filter, &fields) else { return };
            let theirs: BTreeSet<String> = frames
                .iter()
                .flat_map(|frame| frame[0].iter().zip(&frame[1]))
                .filter(|(ip, _)| *ip != "0.0.0.0")
                .map(|(ip, mac)| format!("{ip} mac: {mac:?}"))
                .collect();
            let heard = captures::play(&capture);
            let arp = heard.iter().filter(|heard| heard.protocol == "arp");
            let facts = arp.flat_map(|heard| heard.recorder.facts.iter().cloned());
            let ours: BTreeSet<String> = facts.filter(|fact| fact.contains(" mac: ")).collect();
            assert_eq!(ours, theirs, "{}", capture.display());
        }
    }
}

proptest! {
    #[test]
    fn any_bytes_are_survived(bytes in vec(any::<u8>(), 0..64)) {
        let _ = heard(&[(A, &bytes), (B, &bytes)]);
    }
}
