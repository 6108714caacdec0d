use super::PROTOCOL;
use crate::testing::{Recorder, play};
use crate::{Answer, Probe, Transport};
use proptest::collection::vec;
use proptest::prelude::any;
use proptest::proptest;
use quaywatch_model::Side::{A, B};

fn heard(bytes: &[u8]) -> Recorder {
    play(&PROTOCOL, Transport::Ip(112), [0, 0], &[(A, bytes)])
}

fn ask(bytes: &[u8]) -> Answer {
    let transport = Transport::Ip(112);
    (PROTOCOL.probe)(&Probe { transport, ports: [0, 0], from: A, bytes, answer: &[], expected: None })
}

proptest! {
    #[test]
    fn any_bytes_are_survived(bytes in vec(any::<u8>(), 0..128)) {
        let _ = ask(&bytes);
        let _ = play(&PROTOCOL, Transport::Ip(112), [0, 0], &[(A, &bytes), (B, &bytes)]);
    }
}

#[test]
fn a_group_has_its_address_and_the_address_its_mac() {
    let heard =
        heard(&[0x21, 7, 100, 1, 1, 1, 0, 0, 10, 0, 0, 254, b's', b'e', b'c', b'r', b'e', b't', 0, 0]);
    assert_eq!(
        heard.facts,
        [
            "A role: \"router\"",
            "A state: \"vrrp group 7, priority 100\"",
            "10.0.0.254 role: \"router\"",
            "10.0.0.254 mac: \"00:00:5e:00:01:07\"",
        ]
    );
    assert_eq!(heard.notes, ["A clear_secret: (masked)"]);
}

#[test]
fn carp_under_the_same_number_is_left_alone() {
    let carp = [&[0x21, 1, 0, 7, 0, 1, 0, 0][..], &[0xab; 28]].concat();
    assert_eq!(ask(&carp), Answer::No);
    assert_eq!(ask(&[0x31, 7, 100, 1, 0, 100, 0, 0, 10, 0, 0, 254]), Answer::Certain);
}
