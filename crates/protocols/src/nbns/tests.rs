use super::{NetbiosName, PROTOCOL, logged_name};
use crate::dns::tests::message;
use crate::testing::{Recorder, play};
use crate::{Answer, Probe, Transport};
use proptest::collection::vec;
use proptest::prelude::any;
use proptest::proptest;
use quaywatch_model::Side::{self, A, B};

const PORTS: [u16; 2] = [137, 137];

/// A name in half bytes, with its length and end.
fn encoded(name: &str, suffix: u8) -> Vec<u8> {
    let padded = format!("{name:<15}").into_bytes();
    let letters = padded.iter().chain([&suffix]).flat_map(|byte| [b'A' + (byte >> 4), b'A' + (byte & 15)]);
    [vec![32], letters.collect(), vec![0]].concat()
}

fn heard(turns: &[(Side, &[u8])]) -> Recorder {
    play(&PROTOCOL, Transport::Udp, PORTS, turns)
}

#[test]
fn who_registers_a_name_has_it_and_a_group_is_nobody() {
    let register = |flags: u8, name: &str| {
        let question = [encoded(name, 0), vec![0, 32, 0, 1]].concat();
        let record = [&[0xc0, 0x0c, 0, 32, 0, 1, 0, 0, 0, 9, 0, 6, flags, 0][..], &[10, 0, 0, 1]].concat();
        message(5, 0x2910, &question, [0, 0, 1], &record)
    };
    let heard = heard(&[(A, &register(0, "STS07-HMI")), (A, &register(0x80, "WORKGROUP"))]);
    assert_eq!(heard.facts, ["10.0.0.1 name: \"STS07-HMI\""]);
    assert!(heard.logs[0].contains("5 - \"STS07-HMI\" 1 \"C_INTERNET\" 32 \"NIMLOC\""), "{}", heard.logs[0]);
    assert!(heard.logs[0].ends_with("\"netbios-registration\""), "{}", heard.logs[0]);
}

#[test]
fn who_lists_its_names_tells_its_mac_too() {
    let question = [encoded("*", 0), vec![0, 33, 0, 1]].concat();
    let names = [b"STS07-HMI      \x20\x04\x00".to_vec(), b"WORKGROUP      \x00\x84\x00".to_vec()].concat();
    let status = [vec![2], names, vec![0, 0x1b, 0x1b, 1, 2, 3], vec![0; 40]].concat();
    let head = [&encoded("*", 0)[..], &[0, 33, 0, 1, 0, 0, 0, 0, 0, status.len() as u8]].concat();
    let answer = message(6, 0x8400, &[], [1, 0, 0], &[head, status].concat());
    let heard = heard(&[(A, &message(6, 0, &question, [0; 3], &[])), (B, &answer)]);
    assert_eq!(heard.facts, ["B name: \"STS07-HMI\"", "B mac: \"00:1b:1b:01:02:03\""]);
    assert!(heard.logs[0].contains("33 \"NBSTAT\""), "{}", heard.logs[0]);
}

#[test]
fn names_are_half_bytes_and_nothing_else() {
    let name = encoded("ABC", 0x1c);
    let decoded = NetbiosName::decode(&name[1..33]).unwrap();
    assert_eq!((decoded.text().as_str(), decoded.suffix), ("ABC", 0x1c));
    assert_eq!(logged_name(&name[1..33]).as_deref(), Some("ABC"));
    assert_eq!(NetbiosName::decode(b"EBECEDCACACACACACACACACACACACAZZ"), None);
    assert_eq!(NetbiosName::decode(b"EBEC"), None);
}

#[test]
fn the_probe_wants_such_a_name() {
    let ask = |bytes: &[u8]| {
        let transport = Transport::Udp;
        (PROTOCOL.probe)(&Probe { transport, ports: PORTS, from: A, bytes, answer: &[], expected: None })
    };
    let question = [encoded("ABC", 0), vec![0, 32, 0, 1]].concat();
    assert_eq!(ask(&message(1, 0x0110, &question, [0; 3], &[])), Answer::Certain);
    assert_eq!(ask(&message(1, 0x0110, b"\x03abc\x00\x00\x20\x00\x01", [0; 3], &[])), Answer::No);
}

proptest! {
    #[test]
    fn any_status_is_survived(data in vec(any::<u8>(), 0..64)) {
        let head = [&encoded("*", 0)[..], &[0, 33, 0, 1, 0, 0, 0, 0, 0, data.len() as u8]].concat();
        let answer = message(6, 0x8400, &[], [1, 0, 0], &[head, data].concat());
        let _ = heard(&[(B, &answer)]);
    }
}
