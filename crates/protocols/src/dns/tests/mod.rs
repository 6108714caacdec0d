mod corpus;
mod zeek;

use super::PROTOCOL;
use crate::testing::{Player, Recorder, play, play_cut};
use crate::{Answer, Probe, Transport};
use proptest::collection::vec;
use proptest::prelude::any;
use proptest::{prop_assert_eq, proptest};
use quaywatch_model::Side::{self, A, B};

const PORTS: [u16; 2] = [50_000, 53];
const QUESTION: &[u8] = b"\x03sts\x05crane\x00\x00\x01\x00\x01";

/// A message of one question and these records.
pub(crate) fn message(id: u8, flags: u16, question: &[u8], counts: [u8; 3], records: &[u8]) -> Vec<u8> {
    let [answers, authority, additional] = counts;
    let head = [0, id, (flags >> 8) as u8, flags as u8, 0, u8::from(!question.is_empty())];
    let counts = [0, answers, 0, authority, 0, additional];
    [&head[..], &counts, question, records].concat()
}

fn answer(id: u8) -> Vec<u8> {
    let alias = b"\xc0\x0c\x00\x05\x00\x01\x00\x00\x00\x3c\x00\x06\x03PLC\xc0\x10";
    let address = b"\xc0\x27\x00\x01\x00\x01\x00\x00\x00\x1e\x00\x04\x0a\x00\x00\x07";
    message(id, 0x8580, QUESTION, [2, 0, 0], &[&alias[..], address].concat())
}

fn heard(turns: &[(Side, &[u8])]) -> Recorder {
    play(&PROTOCOL, Transport::Udp, PORTS, turns)
}

fn ask(transport: Transport, port: u16, bytes: &[u8]) -> Answer {
    (PROTOCOL.probe)(&Probe { transport, ports: [50_000, port], from: A, bytes, answer: &[], expected: None })
}

#[test]
fn an_address_has_the_name_of_its_record_and_the_name_asked_for() {
    let heard = heard(&[(A, &message(7, 0x0100, QUESTION, [0; 3], &[])), (B, &answer(7))]);
    assert_eq!(
        heard.facts,
        [
            "B role: \"name server\"",
            "A name_server: \"10.0.0.2\"",
            "10.0.0.7 domain_name: \"PLC.crane\"",
            "10.0.0.7 domain_name: \"sts.crane\"",
        ]
    );
    assert_eq!(heard.contents, ["A signalling 15/9 \"sts.crane\", ends"]);
    assert_eq!(
        heard.logs,
        [
            "A dns.log: \"udp\" 7 1000000 \"sts.crane\" 1 \"C_INTERNET\" 1 \"A\" 0 \"NOERROR\" true false true true 0 \
          [\"plc.crane\", \"10.0.0.7\"] [60000000000, 30000000000] false 0 \"query\""
        ]
    );
}

#[test]
fn first_asked_is_first_answered_and_what_is_left_is_told_at_the_end() {
    let question = message(7, 0x0100, QUESTION, [0; 3], &[]);
    let heard = heard(&[(A, &question), (A, &question), (B, &answer(7)), (B, &answer(9))]);
    assert_eq!(heard.logs.len(), 3);
    assert!(heard.logs[0].starts_with("A dns.log: \"udp\" 7 2000000 \"sts.crane\""), "{}", heard.logs[0]);
    assert!(heard.logs[1].starts_with("A dns.log: \"udp\" 7 - \"sts.crane\" 1"), "{}", heard.logs[1]);
    assert!(heard.logs[2].starts_with("A dns.log: \"udp\" 9 - \"sts.crane\" - - - - 0"), "{}", heard.logs[2]);
}

#[test]
fn a_reply_of_nothing_is_a_rejection() {
    let refused = message(7, 0x8185, QUESTION, [0; 3], &[]);
    let heard = heard(&[(A, &message(7, 0x0100, QUESTION, [0; 3], &[])), (B, &refused)]);
    assert!(heard.logs[0].contains("5 \"REFUSED\""), "{}", heard.logs[0]);
    assert!(heard.logs[0].ends_with("- - true 0 \"query\""), "{}", heard.logs[0]);
    assert!(heard.facts.is_empty());
}

#[test]
fn the_reverse_tree_names_addresses() {
    let name = b"\x017\x010\x010\x0210\x07in-addr\x04arpa\x00\x00\x0c\x00\x01";
    let record = b"\xc0\x0c\x00\x0c\x00\x01\x00\x00\x00\x3c\x00\x05\x03plc\x00";
    let facts = heard(&[(B, &message(1, 0x8180, name, [1, 0, 0], record))]).facts;
    assert!(facts.contains(&"10.0.0.7 domain_name: \"plc\"".to_owned()), "{facts:?}");
}

#[test]
fn updates_and_zone_transfers_are_operations() {
    let zone = b"\x05crane\x00\x00\x06\x00\x01";
    let changed = b"\x03hmi\xc0\x0c\x00\x01\x00\x01\x00\x00\x00\x3c\x00\x04\x0a\x00\x00\x09";
    let update = message(7, 0x2800, zone, [0, 1, 0], changed);
    let refused = message(7, 0xa805, zone, [0; 3], &[]);
    let transfer = message(8, 0, b"\x05crane\x00\x00\xfc\x00\x01", [0; 3], &[]);
    let mut player = Player::new(&PROTOCOL, Transport::Udp, PORTS);
    let heard = player.say(A, &update).say(B, &refused).say(A, &transfer).wait_seconds(9).end();
    assert_eq!(
        heard.operations,
        [
            "A: SetNetwork update (0x05): crane; hmi.crane -> refused REFUSED (0x05)",
            "A: Browse zone_transfer (0x00FC): crane -> unanswered"
        ]
    );
}

#[test]
fn names_that_lead_in_circles_end() {
    let circle = message(1, 0x0100, b"\xc0\x0c\x00\x01\x00\x01", [0; 3], &[]);
    assert_eq!(heard(&[(A, &circle)]).problems, ["dns: message does not decode (malformed)"]);
}

#[test]
fn the_probe_is_stricter_off_the_port() {
    let udp = Transport::Udp;
    let question = message(7, 0x0100, QUESTION, [0; 3], &[]);
    assert_eq!(ask(udp, 5_300, &question), Answer::Unsure);
    assert_eq!(ask(udp, 5_300, &answer(7)), Answer::Certain);
    assert_eq!(ask(udp, 5_300, &[&question[..], b"more"].concat()), Answer::No);
    assert_eq!(ask(udp, 53, &[&question[..], b"more"].concat()), Answer::Certain);
    assert_eq!(ask(udp, 5_353, &question), Answer::No);
    assert_eq!(ask(udp, 53, b"GET / HTTP/1.1\r\n\r\n and more of it"), Answer::No);
    let tcp = [&[0, question.len() as u8][..], &question].concat();
    assert_eq!(ask(Transport::Tcp, 9, &tcp), Answer::Certain);
    assert_eq!(ask(Transport::Tcp, 9, &tcp[..8]), Answer::Unsure);
    assert_eq!(ask(Transport::Tcp, 53, b"SSH-2.0-OpenSSH_9.6\r\n"), Answer::No);
}

proptest! {
    #[test]
    fn any_segmentation_gives_the_same_lines(cuts in vec(1..40_usize, 1..8)) {
        let framed = |message: Vec<u8>| [&(message.len() as u16).to_be_bytes()[..], &message].concat();
        let (question, answer) = (framed(message(7, 0x0100, QUESTION, [0; 3], &[])), framed(answer(7)));
        let turns: &[(Side, &[u8])] = &[(A, &question), (B, &answer), (A, &question), (B, &answer)];
        let whole = play(&PROTOCOL, Transport::Tcp, PORTS, turns);
        prop_assert_eq!(whole.logs.len(), 2);
        prop_assert_eq!(play_cut(&PROTOCOL, PORTS, turns, &cuts).facts, whole.facts);
    }

    #[test]
    fn any_bytes_are_survived(turns in vec((any::<bool>(), vec(any::<u8>(), 0..96)), 0..8)) {
        let side = |first: bool| if first { A } else { B };
        let turns: Vec<(Side, &[u8])> = turns.iter().map(|(one, bytes)| (side(*one), bytes.as_slice())).collect();
        let _ = heard(&turns);
        let _ = play(&PROTOCOL, Transport::Tcp, PORTS, &turns);
    }

    #[test]
    fn any_records_are_survived(kind: u8, data in vec(any::<u8>(), 0..64), length in 0..70_u8) {
        let head = [0xc0, 0x0c, 0, kind, 0, 1, 0, 0, 0, 1, 0, length];
        let bytes = message(1, 0x8180, QUESTION, [2, 0, 0], &[&head[..], &data].concat());
        let _ = heard(&[(A, &bytes), (B, &bytes)]);
    }
}
