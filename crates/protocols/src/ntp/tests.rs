use super::PROTOCOL;
use crate::testing::{Player, Recorder, play};
use crate::{Answer, Probe, Transport};
use proptest::collection::vec;
use proptest::prelude::any;
use proptest::proptest;
use quaywatch_model::Side::{self, A, B};

const PORTS: [u16; 2] = [50_000, 123];

fn time(first: u8, stratum: u8, reference: [u8; 4]) -> Vec<u8> {
    let stamp = [0xe0, 0, 0, 1, 0, 0, 0, 0];
    let head = [first, stratum, 6, 0xec, 0, 0, 1, 0, 0, 0, 1, 0];
    [&head[..], &reference, &stamp, &stamp, &stamp, &stamp].concat()
}

fn heard(turns: &[(Side, &[u8])]) -> Recorder {
    play(&PROTOCOL, Transport::Udp, PORTS, turns)
}

fn ask(ports: [u16; 2], bytes: &[u8]) -> Answer {
    let transport = Transport::Udp;
    (PROTOCOL.probe)(&Probe { transport, ports, from: A, bytes, answer: &[], expected: None })
}

#[test]
fn a_server_is_told_with_its_source_and_who_uses_it() {
    let (question, answer) = (time(0x23, 0, [0; 4]), time(0x24, 1, *b"GPS\0"));
    let heard = heard(&[(A, &question), (B, &answer), (A, &question), (B, &answer)]);
    assert_eq!(
        heard.facts,
        ["B role: \"time server\"", "B state: \"stratum 1, reference GPS\"", "A time_server: \"10.0.0.2\""]
    );
    assert!(heard.operations.is_empty());
}

#[test]
fn a_server_without_time_is_none() {
    assert!(heard(&[(B, &time(0xe4, 16, *b"INIT"))]).facts.is_empty());
}

#[test]
fn reading_variables_tells_the_software() {
    let question = [0x16, 2, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0];
    let data = b"version=\"ntpd 4.2.6p5\", processor=\"x\", system=\"Linux/3\"";
    let answer = [&[0x16, 0x82, 0, 1, 0, 0, 0, 0, 0, 0, 0, data.len() as u8][..], data].concat();
    let heard = heard(&[(A, &question), (B, &answer)]);
    assert_eq!(heard.operations, ["A: Read read_variables (0x02) -> accepted"]);
    assert_eq!(heard.facts, ["B software: \"ntpd 4.2.6p5\"", "B operating_system: \"Linux/3\""]);
}

#[test]
fn the_list_that_floods_others_is_one_operation_however_long_it_is() {
    let question = [0x17, 0, 3, 42, 0, 0, 0, 0];
    let part = |sequence| [0xd7, sequence, 3, 42, 0, 0, 0, 0];
    let heard = heard(&[(A, &question), (B, &part(0)), (B, &part(1)), (B, &part(2))]);
    assert_eq!(heard.operations, ["A: Browse monitor_list (0x2A) -> accepted"]);
}

#[test]
fn an_order_that_is_refused_or_unanswered_says_so() {
    let order = [0x16, 8, 0, 9, 0, 0, 0, 0, 0, 0, 0, 0];
    let refusal = [0x16, 0xc8, 0, 9, 1, 0, 0, 0, 0, 0, 0, 0];
    let mut player = Player::new(&PROTOCOL, Transport::Udp, PORTS);
    let heard = player.say(A, &order).say(B, &refusal).say(A, &order).wait_seconds(9).end();
    assert_eq!(
        heard.operations,
        ["A: Write configure (0x08) -> refused error (0x01)", "A: Write configure (0x08) -> unanswered"]
    );
}

#[test]
fn off_its_port_only_times_that_fit_are_certain() {
    let answer = time(0x24, 1, *b"GPS\0");
    assert_eq!(ask([50_000, 4_123], &answer), Answer::Certain);
    assert_eq!(ask([50_000, 4_123], &time(0x23, 0, [0; 4])), Answer::No);
    assert_eq!(ask(PORTS, &time(0x23, 0, [0; 4])), Answer::Certain);
    assert_eq!(ask(PORTS, b"GET / HTTP/1.1\r\nHost: time\r\nAccept: text/plain\r\n\r\n"), Answer::No);
    assert_eq!(ask(PORTS, &answer[..40]), Answer::No);
}

proptest! {
    #[test]
    fn any_bytes_are_survived(turns in vec(vec(any::<u8>(), 0..64), 0..8)) {
        let turns: Vec<(Side, &[u8])> = turns.iter().map(|bytes| (A, bytes.as_slice())).collect();
        let _ = heard(&turns);
    }
}
