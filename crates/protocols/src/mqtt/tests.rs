use super::PROTOCOL;
use crate::testing::captures::play_case;
use crate::testing::{play, play_cut};
use crate::{Answer, Probe, Transport};
use proptest::collection::vec;
use proptest::prelude::{Just, any, prop_oneof};
use proptest::{prop_assert_eq, proptest};
use quaywatch_model::Side::{self, A, B};
const PORTS: [u16; 2] = [50_000, 1883];
const TURNS: &[(Side, &[u8])] = &[
    (A, b"\x10\x1f\0\x04MQTT\x05\xc2\0\x3c\0\0\x04sts7\0\x04user\0\x06public"),
    (B, b"\x20\x03\0\0\0"),
    (A, b"\x82\x0a\0\x01\0\0\x04st/#\0\x32\x0b\0\x02st\0\x02\0load\x30\x06\0\x01b\0hi"),
    (B, b"\x90\x04\0\x01\0\x80\x40\x02\0\x02\x30\x06\0\x01c\0go"),
];

#[test]
fn requests_are_paired_with_their_answers_and_passwords_are_not_told() {
    let heard = play(&PROTOCOL, Transport::Tcp, PORTS, TURNS);
    assert_eq!(
        heard.operations,
        [
            "A: OpenSession CONNECT (0x01): client id = \"sts7\" -> accepted",
            "A: Subscribe PUBLISH (0x03): topic \"b\" = \"hi\" 2 bytes -> accepted",
            "A: Subscribe SUBSCRIBE (0x08): filter \"st/#\" -> refused reason (0x80)",
            "A: Subscribe PUBLISH (0x03): topic \"st\" = \"load\" 4 bytes -> accepted",
            "B: Subscribe PUBLISH (0x03): topic \"c\" = \"go\" 2 bytes -> accepted",
        ]
    );
    assert_eq!(
        heard.notes[..6],
        [
            "A version: \"MQTT 5\"",
            "A client_name: \"sts7\"",
            "A authentication: \"password\"",
            "A user: \"user\"",
            "A clear_secret: (masked)",
            "A default_secret: \"user/public\"",
        ]
    );
    assert_eq!(heard.problems, [""; 0]);
}

#[test]
fn a_secret_in_a_message_is_told_to_be_there_and_is_not_told() {
    let turns: &[(Side, &[u8])] = &[(A, b"\x30\x1d\0\x01c{\"pin\":7,\"password\":\"Pw9\"}")];
    let heard = play(&PROTOCOL, Transport::Tcp, PORTS, turns);
    assert!(
        heard.operations[0].contains(r#"= "{\"pin\":***,\"password\":\"***\"}""#),
        "{:?}",
        heard.operations
    );
    assert!(heard.notes.contains(&"A clear_secret: (masked)".to_owned()), "{:?}", heard.notes);
}

#[test]
fn what_is_sent_on_a_topic_of_secrets_is_not_told() {
    let turns: &[(Side, &[u8])] = &[
        (A, b"\x30\x11\0\x0cdev/passwordPw9"),
        (A, b"\x30\x10\0\x0ddev/token/Pw91"),
        (A, b"\x30\x0c\0\x03cfgpsk=Pw9"),
    ];
    let heard = play(&PROTOCOL, Transport::Tcp, PORTS, turns);
    assert_eq!(
        heard.operations,
        [
            "A: Subscribe PUBLISH (0x03): topic \"dev/password\" = (masked) 3 bytes -> accepted",
            "A: Subscribe PUBLISH (0x03): topic \"dev/token/***\" = (masked) 1 bytes -> accepted",
            "A: Subscribe PUBLISH (0x03): topic \"cfg\" = \"psk=***\" 7 bytes -> accepted",
        ]
    );
    assert!(!heard.notes.iter().any(|note| note.contains("Pw9")), "{:?}", heard.notes);
    assert!(heard.notes.contains(&"A clear_secret: (masked)".to_owned()), "{:?}", heard.notes);
}

#[test]
fn a_number_alone_is_a_reading_and_so_is_sparkplugs_data() {
    let turns: &[(Side, &[u8])] = &[
        (A, b"\x30\x08\0\x01a 12.5"),
        (A, b"\x30\x18\0\x13spBv1.0/g/DDATA/e/d\x08\x01\x02"),
        (A, b"\x30\x08\0\x01ahoist"),
    ];
    let heard = play(&PROTOCOL, Transport::Tcp, PORTS, turns);
    let classes: Vec<&str> = heard.contents.iter().filter_map(|line| line.split(' ').nth(1)).collect();
    assert_eq!(classes, ["process_values", "process_values", "unknown"], "{:?}", heard.contents);
}

/// As Zeek's `mqtt_connect.log`, `mqtt_subscribe.log` and `mqtt_publish.log` of the same capture have it.
#[test]
fn a_real_subscriber_is_told_as_zeek_tells_it() {
    let heard = play_case("mqtt-publish");
    let operations: Vec<&String> = heard.iter().flat_map(|heard| &heard.recorder.operations).collect();
    for part in [
        "CONNECT (0x01): client id = \"paho/34AAE54A75D839566E\" -> accepted",
        "CONNECT (0x01): client id = \"paho/DDE4DDAF4108D3E363\" -> accepted",
        "SUBSCRIBE (0x08): filter \"SampleTopic\" -> accepted",
        "topic \"SampleTopic\" = \"Hello from the Paho blocking client\" 35 bytes",
        "A: Subscribe PUBLISH (0x03): topic \"SampleTopic\" = \"Hello MQTT\" 10 bytes",
    ] {
        assert!(operations.iter().any(|operation| operation.contains(part)), "{part}: {operations:#?}");
    }
}

#[test]
fn the_probe_is_certain_only_of_its_own() {
    let ask = |ports, bytes: &[u8]| {
        let (transport, from) = (Transport::Tcp, A);
        (PROTOCOL.probe)(&Probe { transport, ports, from, bytes, answer: &[], expected: None })
    };
    assert_eq!(ask([1, 2], TURNS[0].1), Answer::Certain);
    assert_eq!(ask([1, 2], &TURNS[0].1[..7]), Answer::Unsure);
    assert_eq!(ask(PORTS, b"\x30\x0a\0\x02st load!"), Answer::Certain);
    assert_eq!(ask([1, 2], b"\x30\x0a\0\x02st load!"), Answer::No);
    assert_eq!(ask(PORTS, b"\x10\x0cwhatever else"), Answer::No);
}

proptest! {
    #[test]
    fn any_segmentation_gives_the_same(cuts in vec(1..20_usize, 1..8)) {
        let whole = play(&PROTOCOL, Transport::Tcp, PORTS, TURNS);
        let cut = play_cut(&PROTOCOL, PORTS, TURNS, &cuts);
        prop_assert_eq!((cut.operations, cut.notes), (whole.operations, whole.notes));
    }

    #[test]
    fn any_bytes_are_survived(
        turns in vec((prop_oneof![Just(A), Just(B)], prop_oneof![
            vec(any::<u8>(), 0..64), Just(b"\x10\x0c\0\x04MQTT\x05\0\0\0\0\0".to_vec()), Just(b"\x82\x06\0\x01\0\x01a\0\x90\x03\0\x01\x80".to_vec()),
        ]), 0..8)
    ) {
        let turns: Vec<(Side, &[u8])> = turns.iter().map(|(side, bytes)| (*side, bytes.as_slice())).collect();
        let _ = play(&PROTOCOL, Transport::Tcp, [50_000, 1883], &turns);
    }
}
