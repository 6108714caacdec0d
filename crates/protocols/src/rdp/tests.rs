use super::PROTOCOL;
use crate::testing::captures::{corpus, play_corpus};
use crate::testing::zeek;
use crate::testing::{play, play_cut};
use crate::{Answer, Probe, Transport};
use proptest::collection::vec;
use proptest::prelude::{Just, any, prop_oneof};
use proptest::{prop_assert_eq, proptest};
use quaywatch_model::Side::{self, A, B};

const PORTS: [u16; 2] = [54_990, 3389];
/// MS-RDPBCGR 4.1.1, with a shorter cookie.
const REQUEST: &[u8] = b"\x03\x00\x00\x27\x22\xe0\x00\x00\x00\x00\x00Cookie: mstshash=eltons\r\n\x01\x00\x08\x00\x00\x00\x00\x00";
/// MS-RDPBCGR 4.1.2, with TLS chosen.
const CONFIRM_TLS: &[u8] = b"\x03\x00\x00\x13\x0e\xd0\x00\x00\x12\x34\x00\x02\x00\x08\x00\x01\x00\x00\x00";
const FAILURE: &[u8] = b"\x03\x00\x00\x13\x0e\xd0\x00\x00\x12\x34\x00\x03\x00\x08\x00\x05\x00\x00\x00";

fn request() -> Vec<u8> {
    let mut bytes = REQUEST.to_vec();
    bytes[3] = bytes.len() as u8;
    bytes[4] = bytes.len() as u8 - 5;
    bytes
}

#[test]
fn tls_is_negotiated_and_what_follows_is_one_opaque_operation() {
    let request = request();
    let turns: &[(Side, &[u8])] =
        &[(A, &request), (B, CONFIRM_TLS), (A, b"\x16\x03\x01rest"), (B, b"\x16\x03\x03")];
    let heard = play(&PROTOCOL, Transport::Tcp, PORTS, turns);
    assert_eq!(
        heard.operations,
        [
            "A: OpenSession connection_request (0xE0): cookie = \"mstshash=eltons\"; requested_protocols = 0; \
             selected_protocol = \"SSL\" -> accepted",
            "A: Opaque session: bytes_to_server = 7; bytes_from_server = 3 10 bytes -> accepted",
        ]
    );
    assert_eq!(heard.notes, ["A cookie: \"eltons\"", "A user: \"eltons\"", "B protection: \"SSL\""]);
    assert!(heard.problems.is_empty(), "{:?}", heard.problems);
}

#[test]
fn a_negotiation_failure_refuses_the_session() {
    let request = request();
    let heard = play(&PROTOCOL, Transport::Tcp, PORTS, &[(A, &request), (B, FAILURE)]);
    assert!(heard.operations[0].ends_with("-> refused HYBRID_REQUIRED_BY_SERVER (0x00000005)"), "{heard:?}");
}

#[test]
fn the_probe_is_certain_only_of_its_own() {
    let ask = |bytes, ports| {
        let probe = Probe { transport: Transport::Tcp, ports, from: A, bytes, answer: &[], expected: None };
        (PROTOCOL.probe)(&probe)
    };
    let request = request();
    let bare: &[u8] = b"\x03\x00\x00\x0b\x06\xe0\x00\x00\x00\x00\x00";
    let s7: &[u8] =
        b"\x03\x00\x00\x16\x11\xe0\x00\x00\x00\x01\x00\xc0\x01\x0a\xc1\x02\x01\x00\xc2\x02\x01\x02";
    assert_eq!(ask(&request, [1, 2]), Answer::Certain);
    assert_eq!(ask(CONFIRM_TLS, [1, 2]), Answer::Certain);
    assert_eq!(ask(&request[..12], [1, 2]), Answer::Unsure);
    assert_eq!(ask(bare, PORTS), Answer::Certain);
    assert_eq!(ask(bare, [1, 102]), Answer::No);
    assert_eq!(ask(s7, PORTS), Answer::No);
    assert_eq!(ask(b"GET / HTTP/1.1", PORTS), Answer::No);
}

#[test]
fn the_log_agrees_with_zeeks() {
    let captures = ["rdp-proprietary-encryption", "rdp-unknown-keyboard", "rdp-x509"];
    for name in captures {
        let Some(heard) = play_corpus(&format!("rdp/zeek__rdp-{name}.pcap")) else { return };
        // The letter is who asked; which side that is depends on the addresses.
        let mut ours: Vec<String> = heard
            .iter()
            .flat_map(|heard| &heard.recorder.logs)
            .map(|line| zeek::unquoted(line)[2..].to_owned())
            .collect();
        let mut theirs: Vec<String> =
            zeek::lines(&corpus(&format!("rdp/expected/zeek__rdp-{name}/rdp.log")).unwrap())
                .into_iter()
                .map(|line| line.into_iter().skip(6).map(|(column, value)| shown(&column, &value)).collect())
                .map(|cells: Vec<String>| format!("rdp.log: {}", cells.join(" ")))
                .collect();
        ours.sort();
        theirs.sort();
        assert_eq!(ours, theirs, "{name}");
    }
}

/// A cell of Zeek's as the recorder shows it.
fn shown(column: &str, value: &str) -> String {
    match (column, value) {
        (_, "(empty)") => String::new(),
        (_, "T") => "true".into(),
        (_, "F") => "false".into(),
        ("client_channels", list) if list != "-" => format!("[{}]", list.replace(',', ", ")),
        _ => value.to_owned(),
    }
}

proptest! {
    #[test]
    fn any_segmentation_gives_the_same_operations(cuts in vec(1..9_usize, 1..8)) {
        let request = request();
        let turns: &[(Side, &[u8])] = &[(A, &request), (B, CONFIRM_TLS), (A, b"\x16\x03\x01rest")];
        let whole = play(&PROTOCOL, Transport::Tcp, PORTS, turns);
        prop_assert_eq!(play_cut(&PROTOCOL, PORTS, turns, &cuts).operations, whole.operations);
    }

    #[test]
    fn any_bytes_are_survived(turns in vec((prop_oneof![Just(A), Just(B)], vec(any::<u8>(), 0..64)), 0..8)) {
        let request = request();
        let mut all: Vec<(Side, &[u8])> = vec![(A, &request)];
        all.extend(turns.iter().map(|(side, bytes)| (*side, bytes.as_slice())));
        let _ = play(&PROTOCOL, Transport::Tcp, PORTS, &all);
    }

    #[test]
    fn any_data_blocks_are_survived(blocks in vec(any::<u8>(), 0..300)) {
        for name in [b"Duca", b"McDn"] {
            let mut unit = vec![0x7F, 0x65, 0x00, 0x05, 0x00, 0x14, 0x7C, 0x00, 0x01];
            unit.extend_from_slice(name);
            unit.push(0x10);
            unit.extend_from_slice(&blocks);
            let _ = (super::wire::Client::decode(&unit), super::wire::Server::decode(&unit));
        }
    }
}
