use super::PROTOCOL;
use crate::testing::{Recorder, play};
use crate::{Answer, Probe, Transport};
use proptest::collection::vec;
use proptest::prelude::any;
use proptest::proptest;
use quaywatch_model::Side::{A, B};

fn heard(bytes: &[u8]) -> Recorder {
    play(&PROTOCOL, Transport::Udp, [1985, 1985], &[(A, bytes)])
}

fn ask(bytes: &[u8]) -> Answer {
    let transport = Transport::Udp;
    (PROTOCOL.probe)(&Probe { transport, ports: [1985, 1985], from: A, bytes, answer: &[], expected: None })
}

proptest! {
    #[test]
    fn any_bytes_are_survived(bytes in vec(any::<u8>(), 0..128)) {
        let _ = ask(&bytes);
        let _ = play(&PROTOCOL, Transport::Udp, [1985, 1985], &[(A, &bytes), (B, &bytes)]);
    }
}

#[test]
fn the_active_router_of_version_1_answers_for_the_address() {
    let heard = heard(b"\x00\x00\x10\x03\x0a\x6e\x01\x00cisco\0\0\0\x0a\x00\x00\xfe");
    assert_eq!(
        heard.facts,
        [
            "A role: \"router\"",
            "A state: \"hsrp group 1, priority 110, active\"",
            "10.0.0.254 role: \"router\"",
            "10.0.0.254 mac: \"00:00:0c:07:ac:01\"",
        ]
    );
    assert_eq!(heard.notes, ["A default_secret: \"hsrp cisco\""]);
}

#[test]
fn version_2_is_read_too() {
    let state =
        [&[2, 0, 5, 4, 0, 10][..], &[0; 6], &[0, 0, 0, 100], &[0; 8], &[10, 0, 0, 254], &[0; 12]].concat();
    let message = [&[1, 40][..], &state, &[3, 8], b"k3y\0\0\0\0\0"].concat();
    assert_eq!(ask(&message), Answer::Certain);
    let heard = heard(&message);
    assert_eq!(
        heard.facts,
        [
            "A role: \"router\"",
            "A state: \"hsrp group 10, priority 100, not active\"",
            "10.0.0.254 role: \"router\""
        ]
    );
    assert_eq!(heard.notes, ["A clear_secret: (masked)"]);
}
