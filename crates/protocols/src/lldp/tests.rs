use super::PROTOCOL;
use crate::testing::{Recorder, play};
use crate::{Answer, Probe, Transport};
use proptest::collection::vec;
use proptest::prelude::any;
use proptest::proptest;
use quaywatch_model::Side::{A, B};

fn heard(bytes: &[u8]) -> Recorder {
    play(&PROTOCOL, Transport::Ethernet(0x88cc), [0, 0], &[(A, bytes)])
}

fn ask(bytes: &[u8]) -> Answer {
    let transport = Transport::Ethernet(0x88cc);
    (PROTOCOL.probe)(&Probe { transport, ports: [0, 0], from: A, bytes, answer: &[], expected: None })
}

proptest! {
    #[test]
    fn any_bytes_are_survived(bytes in vec(any::<u8>(), 0..128)) {
        let _ = ask(&bytes);
        let _ = play(&PROTOCOL, Transport::Ethernet(0x88cc), [0, 0], &[(A, &bytes), (B, &bytes)]);
    }
}

fn tlv(kind: u8, value: &[u8]) -> Vec<u8> {
    [&[kind << 1, value.len() as u8][..], value].concat()
}

fn mandatory() -> Vec<u8> {
    let chassis = tlv(1, &[4, 0, 0x1b, 0x1b, 1, 2, 3]);
    [chassis, tlv(2, b"\x07port-001"), tlv(3, &[0, 20])].concat()
}

#[test]
fn a_switch_tells_its_name_address_port_and_role() {
    let capabilities = tlv(7, &[0, 0x14, 0, 0x04]);
    let address = tlv(8, &[5, 1, 192, 168, 7, 2, 2, 0, 0, 0, 1, 0]);
    let vlan = tlv(127, &[0, 0x80, 0xc2, 1, 0, 10]);
    let name = tlv(5, b"sts07-sw1");
    let frame =
        [mandatory(), tlv(4, b"to the cabin"), name, capabilities, address, vlan, vec![0, 0]].concat();
    assert_eq!(ask(&frame), Answer::Certain);
    assert_eq!(
        heard(&frame).facts,
        [
            "A mac: \"00:1b:1b:01:02:03\"",
            "A name: \"sts07-sw1\"",
            "A capability: \"bridge, router (enabled: bridge)\"",
            "A role: \"switch\"",
            "A ip: \"192.168.7.2\"",
            "A neighbour_port: \"port-001 (to the cabin) vlan 10\"",
        ]
    );
}

#[test]
fn a_controller_with_two_ports_is_no_switch() {
    let profinet = tlv(127, &[0, 0x0e, 0xcf, 5, 0, 0x1b, 0x1b, 9, 9, 9]);
    let frame = [mandatory(), tlv(7, &[0, 0x84, 0, 0x84]), profinet].concat();
    let facts = heard(&frame).facts;
    assert!(facts.contains(&"A capability: \"bridge, station only\"".to_owned()), "{facts:?}");
    assert!(facts.contains(&"A mac: \"00:1b:1b:09:09:09\"".to_owned()), "{facts:?}");
    assert!(!facts.iter().any(|fact| fact.contains("role")), "{facts:?}");
}

#[test]
fn a_frame_without_its_first_three_is_not_lldp() {
    assert_eq!(ask(&mandatory()), Answer::Certain);
    assert_eq!(ask(&tlv(5, b"name")), Answer::No);
    let cut = [mandatory(), vec![5 << 1, 9, 1]].concat();
    assert_eq!(heard(&cut).problems, ["lldp: message shorter than it says (malformed)"]);
}
