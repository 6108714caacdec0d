use super::PROTOCOL;
use crate::testing::{Recorder, play, play_cut};
use crate::{Answer, Probe, Transport};
use proptest::collection::vec;
use proptest::prelude::{Just, any, prop_oneof};
use proptest::{prop_assert_eq, proptest};
use quaywatch_model::Side::{self, A, B};

const PORTS: [u16; 2] = [50_000, 1080];
/// Modbus through the proxy: read of two registers.
const MODBUS: &[(Side, &[u8])] =
    &[(A, b"\0\x01\0\0\0\x06\x01\x03\0\0\0\x02"), (B, b"\0\x01\0\0\0\x07\x01\x03\x04\0\x01\0\x02")];
const SESSION: &[(Side, &[u8])] = &[
    (A, b"\x05\x02\0\x02"),
    (B, b"\x05\x02"),
    (A, b"\x01\x05crane\x07SocksPw"),
    (B, b"\x01\0"),
    (A, b"\x05\x01\0\x03\x09plc.local\x01\xf6"),
    (B, b"\x05\0\0\x01\0\0\0\0\0\0"),
];

fn heard(turns: &[(Side, &[u8])]) -> Recorder {
    play(&PROTOCOL, Transport::Tcp, PORTS, turns)
}

#[test]
fn a_log_in_and_a_target_are_told_and_what_is_carried_is_read() {
    let heard = heard(&[SESSION, MODBUS].concat());
    assert_eq!(heard.operations.len(), 3, "{:?}", heard.operations);
    assert_eq!(
        heard.operations[..2],
        [
            "A: Authenticate user and password (0x02): user = \"crane\" -> accepted",
            "A: OpenSession CONNECT (0x01): plc.local:502 -> accepted",
        ]
    );
    assert!(heard.operations[2].starts_with("A: Read"), "{:?}", heard.operations);
    for note in [
        "A clear_secret: (masked)",
        "A user: \"crane\"",
        "A version: \"SOCKS 5\"",
        "A server_name: \"plc.local\"",
    ] {
        assert!(heard.notes.contains(&note.to_owned()), "{note}: {:?}", heard.notes);
    }
    assert!(!format!("{heard:?}").contains("SocksPw"), "{heard:?}");
    assert_eq!(heard.problems, [""; 0]);
}

#[test]
fn version_4_and_4a_are_read() {
    let address: &[(Side, &[u8])] = &[(A, b"\x04\x01\0\x50\x0a\0\0\x02anna\0"), (B, b"\0\x5b\0\0\0\0\0\0")];
    assert_eq!(
        heard(address).operations,
        ["A: OpenSession CONNECT (0x01): 10.0.0.2:80; user = \"anna\" -> refused rejected or failed (0x5B)"]
    );
    let name: &[(Side, &[u8])] = &[(A, b"\x04\x01\x01\xf6\0\0\0\x07\0plc\0"), (B, b"\0\x5a\0\0\0\0\0\0")];
    let heard = heard(&[name, MODBUS].concat());
    assert_eq!(heard.operations[0], "A: OpenSession CONNECT (0x01): plc:502 -> accepted");
    assert!(heard.operations[1].starts_with("A: Read"), "{:?}", heard.operations);
}

#[test]
fn other_commands_and_refusals_are_told() {
    let turns: &[(Side, &[u8])] = &[
        (A, b"\x05\x01\0"),
        (B, b"\x05\0"),
        (A, b"\x05\x03\0\x01\0\0\0\0\x13\x88"),
        (B, b"\x05\x07\0\x01\0\0\0\0\0\0"),
    ];
    assert_eq!(
        heard(turns).operations,
        ["A: OpenSession UDP ASSOCIATE (0x03): 0.0.0.0:5000 -> refused command not supported (0x07)"]
    );
    let reply: (Side, &[u8]) = (B, b"\x05\0\0\x01\x0a\0\0\x09\x20\0");
    let bind: &[(Side, &[u8])] =
        &[(A, b"\x05\x01\0"), (B, b"\x05\0"), (A, b"\x05\x02\0\x01\x0a\0\0\x02\0\x15"), reply, reply];
    assert_eq!(heard(bind).operations, ["A: OpenSession BIND (0x02): 10.0.0.2:21 -> accepted"]);
}

#[test]
fn a_client_alone_is_told_with_replies_unseen() {
    let turns: Vec<_> = SESSION.iter().copied().filter(|(side, _)| *side == A).collect();
    assert_eq!(
        heard(&turns).operations,
        [
            "A: Authenticate user and password (0x02): user = \"crane\" -> unseen",
            "A: OpenSession CONNECT (0x01): plc.local:502 -> unseen",
        ]
    );
}

#[test]
fn the_probe_is_certain_only_of_both_sides_or_of_more_than_a_greeting() {
    let ask = |bytes, answer| {
        let (transport, from) = (Transport::Tcp, A);
        (PROTOCOL.probe)(&Probe { transport, ports: [50_000, 9], from, bytes, answer, expected: None })
    };
    assert_eq!(ask(SESSION[0].1, b""), Answer::Unsure);
    assert_eq!(ask(SESSION[1].1, SESSION[0].1), Answer::Certain);
    assert_eq!(ask(SESSION[0].1, SESSION[1].1), Answer::Certain);
    let client = [SESSION[0].1, SESSION[2].1].concat();
    assert_eq!(ask(&client, b""), Answer::Certain);
    assert_eq!(ask(b"\x04\x01\x01\xf6\0\0\0\x07\0plc\0", b""), Answer::Certain);
    for other in [
        &b"\x05\0\x0b\x03\x10\0\0\0"[..],
        b"\x05\x64\x01\x02",
        b"\x04\x01\0\0\x0a\0\0\x02\0",
        b"GET / HTTP/1.1\r\n",
        b"\x03\0\0\x16",
    ] {
        assert_eq!(ask(other, b""), Answer::No, "{other:?}");
    }
    assert_eq!(ask(b"\x05\x09", SESSION[0].1), Answer::Unsure);
}

proptest! {
    #[test]
    fn any_segmentation_gives_the_same_operations(cuts in vec(1..9_usize, 1..8)) {
        let whole = play(&PROTOCOL, Transport::Tcp, PORTS, SESSION);
        prop_assert_eq!(play_cut(&PROTOCOL, PORTS, SESSION, &cuts).operations, whole.operations);
    }

    #[test]
    fn any_bytes_are_survived(at in 0..6_usize, turns in vec((prop_oneof![Just(A), Just(B)], vec(any::<u8>(), 0..64)), 0..8)) {
        let mut all = SESSION[..at].to_vec();
        all.extend(turns.iter().map(|(side, bytes)| (*side, bytes.as_slice())));
        let _ = play(&PROTOCOL, Transport::Tcp, PORTS, &all);
    }
}
