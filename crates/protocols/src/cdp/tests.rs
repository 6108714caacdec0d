use super::PROTOCOL;
use crate::testing::{Recorder, play};
use crate::{Answer, Probe, Transport};
use proptest::collection::vec;
use proptest::prelude::any;
use proptest::proptest;
use quaywatch_model::Side::{A, B};

fn heard(bytes: &[u8]) -> Recorder {
    play(&PROTOCOL, Transport::Ethernet(0x2000), [0, 0], &[(A, bytes)])
}

fn ask(bytes: &[u8]) -> Answer {
    let transport = Transport::Ethernet(0x2000);
    (PROTOCOL.probe)(&Probe { transport, ports: [0, 0], from: A, bytes, answer: &[], expected: None })
}

proptest! {
    #[test]
    fn any_bytes_are_survived(bytes in vec(any::<u8>(), 0..128)) {
        let _ = ask(&bytes);
        let _ = play(&PROTOCOL, Transport::Ethernet(0x2000), [0, 0], &[(A, &bytes), (B, &bytes)]);
    }
}

fn tlv(kind: u16, value: &[u8]) -> Vec<u8> {
    [&kind.to_be_bytes()[..], &(value.len() as u16 + 4).to_be_bytes(), value].concat()
}

#[test]
fn a_switch_tells_name_platform_version_address_and_native_vlan() {
    let address = [&[0, 0, 0, 1, 1, 1, 0xcc, 0, 4][..], &[10, 1, 2, 3]].concat();
    let frame = [
        vec![2, 180, 0, 0],
        tlv(1, b"crane-sw"),
        tlv(2, &address),
        tlv(3, b"FastEthernet0/1"),
        tlv(4, &[0, 0, 0, 0x28]),
        tlv(5, b"Cisco IOS 15.2"),
        tlv(6, b"cisco IE-3000"),
        tlv(10, &[0, 7]),
    ]
    .concat();
    assert_eq!(ask(&frame), Answer::Certain);
    assert_eq!(
        heard(&frame).facts,
        [
            "A name: \"crane-sw\"",
            "A ip: \"10.1.2.3\"",
            "A capability: \"switch, igmp\"",
            "A role: \"switch\"",
            "A software: \"Cisco IOS 15.2\"",
            "A product: \"cisco IE-3000\"",
            "A neighbour_port: \"FastEthernet0/1 vlan 7\"",
        ]
    );
}

#[test]
fn a_tlv_shorter_than_its_own_head_ends_the_reading() {
    let frame = [vec![2, 180, 0, 0], tlv(1, b"x"), vec![0, 5, 0, 3]].concat();
    assert_eq!(heard(&frame).problems, ["cdp: message shorter than it says (malformed)"]);
    assert_eq!(ask(&[9, 180, 0, 0, 0, 1, 0, 5, b'x']), Answer::No);
}
