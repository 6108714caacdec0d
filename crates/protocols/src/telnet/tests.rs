use super::PROTOCOL;
use crate::testing::captures::play_corpus;
use crate::testing::{play, play_cut};
use crate::{Answer, Probe, Transport};
use proptest::collection::vec;
use proptest::prelude::{Just, any, prop_oneof};
use proptest::{prop_assert_eq, proptest};
use quaywatch_model::Side::{self, A, B};

const PORTS: [u16; 2] = [50_000, 23];
const SESSION: &[(Side, &[u8])] = &[
    (B, b"\xff\xfd\x18\xff\xfd\x20\xff\xfb\x01"),
    (A, b"\xff\xfb\x18\xff\xfa\x18\x00xterm\xff\xf0"),
    (B, b"\r\nEDS-408A series V3.1\r\n\r\nlogin: "),
    (A, b"admim\x7fn\r\0"),
    (B, b"admin\r\nPassword: "),
    (A, b"admin\r\0"),
    (B, b"\r\nWelcome\r\nEDS-408A# "),
];

#[test]
fn a_login_is_told_without_its_password() {
    let heard = play(&PROTOCOL, Transport::Tcp, PORTS, SESSION);
    assert_eq!(heard.operations, ["A: Authenticate login: user = \"admin\" -> accepted"]);
    assert_eq!(
        heard.notes,
        [
            "A user: \"admin\"",
            "A authentication: \"password\"",
            "A clear_secret: (masked)",
            "A default_secret: \"admin/admin\"",
            "B login: \"accepted\"",
            // Of the operation.
            "A user: \"admin\"",
        ]
    );
    assert_eq!(heard.facts, ["B description: \"EDS-408A series V3.1\""]);
}

#[test]
fn a_second_prompt_is_a_refusal() {
    let mut turns = SESSION[..6].to_vec();
    turns.push((B, b"\r\nLogin incorrect\r\nlogin: "));
    let heard = play(&PROTOCOL, Transport::Tcp, PORTS, &turns);
    assert_eq!(heard.operations, ["A: Authenticate login: user = \"admin\" -> refused"]);
}

#[test]
fn the_probe_is_certain_only_of_negotiation() {
    let ask = |bytes, ports| {
        let probe = Probe { transport: Transport::Tcp, ports, from: A, bytes, answer: &[], expected: None };
        (PROTOCOL.probe)(&probe)
    };
    assert_eq!(ask(b"\xff\xfd\x18\xff\xfd\x20\xff\xfb\x01", [1, 2]), Answer::Certain);
    assert_eq!(ask(b"\xff\xfd\x18", [1, 2]), Answer::Unsure);
    assert_eq!(ask(b"\xff\xfd\x18", PORTS), Answer::Certain);
    assert_eq!(ask(b"Username: ", PORTS), Answer::Certain);
    assert_eq!(ask(b"Username: ", [1, 2]), Answer::No);
    assert_eq!(ask(b"\xff\xd8\xff\xe0", PORTS), Answer::No);
}

#[test]
fn the_login_in_a_real_capture_is_found() {
    let Some(heard) = play_corpus("telnet/ndpi__telnet.pcap") else { return };
    let operations: Vec<&String> = heard.iter().flat_map(|heard| &heard.recorder.operations).collect();
    assert_eq!(operations.len(), 1, "{operations:?}");
    assert!(operations[0].contains("user = \"fake\" -> accepted"), "{operations:?}");
}

proptest! {
    #[test]
    fn any_segmentation_gives_the_same_operations(cuts in vec(1..9_usize, 1..8)) {
        let whole = play(&PROTOCOL, Transport::Tcp, PORTS, SESSION);
        prop_assert_eq!(play_cut(&PROTOCOL, PORTS, SESSION, &cuts).operations, whole.operations);
    }

    #[test]
    fn any_bytes_are_survived(at in 0..7_usize, turns in vec((prop_oneof![Just(A), Just(B)], vec(any::<u8>(), 0..64)), 0..8)) {
        let mut all = SESSION[..at].to_vec();
        all.extend(turns.iter().map(|(side, bytes)| (*side, bytes.as_slice())));
        let _ = play(&PROTOCOL, Transport::Tcp, PORTS, &all);
    }
}
