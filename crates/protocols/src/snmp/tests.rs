use super::PROTOCOL;
use super::wire::Oid;
use crate::testing::{Player, Recorder, play};
use crate::{Answer, Probe, Transport};
use proptest::collection::vec;
use proptest::prelude::{Just, any, prop_oneof};
use proptest::proptest;
use quaywatch_model::Side::{self, A, B};

const PORTS: [u16; 2] = [50_000, 161];
const SYS_NAME: &[u8] = &[0x2b, 6, 1, 2, 1, 1, 5, 0];

fn element(tag: u8, parts: &[&[u8]]) -> Vec<u8> {
    let body = parts.concat();
    [&[tag, 0x82], &(body.len() as u16).to_be_bytes()[..], &body].concat()
}

fn message(community: &[u8], tag: u8, id: u8, error: [u8; 2], value: &[u8]) -> Vec<u8> {
    let binding = element(0x30, &[&element(6, &[SYS_NAME]), value]);
    let [status, index] = error;
    let numbers = [2, 1, id, 2, 1, status, 2, 1, index];
    let pdu = element(tag, &[&numbers, &element(0x30, &[&binding])]);
    element(0x30, &[&[2, 1, 1], &element(4, &[community]), &pdu])
}

fn heard(turns: &[(Side, &[u8])]) -> Recorder {
    play(&PROTOCOL, Transport::Udp, PORTS, turns)
}

#[test]
fn a_question_is_paired_with_its_answer_and_the_answer_names_the_agent() {
    let question = message(b"crane7", 0xa0, 1, [0, 0], &[5, 0]);
    let answer = message(b"crane7", 0xa2, 1, [0, 0], &element(4, &[b"STS07-switch"]));
    let heard = heard(&[(A, &question), (B, &answer)]);
    assert_eq!(
        heard.operations,
        ["A: Read get_request (0xA0): 1.3.6.1.2.1.1.5.0 (sysName) = \"STS07-switch\" -> accepted"]
    );
    assert_eq!(heard.facts, ["B name: \"STS07-switch\""]);
    assert_eq!(heard.notes, ["A version: SNMPv2c", "A clear_secret: (masked)"]);
    assert!(!format!("{heard:?}").contains("crane7"), "a community is a secret");
}

#[test]
fn a_set_tells_what_was_set_and_what_became_of_it() {
    let text = element(4, &[b"new"]);
    let set = message(b"private", 0xa3, 2, [0, 0], &text);
    let refused = message(b"private", 0xa2, 2, [17, 1], &text);
    let heard = heard(&[(A, &set), (B, &refused)]);
    assert_eq!(
        heard.operations,
        ["A: Write set_request (0xA3): 1.3.6.1.2.1.1.5.0 (sysName) = \"new\" [not_writable (0x11)] \
          -> refused not_writable (0x11)"]
    );
    assert_eq!(heard.notes[2], "A default_secret: community private");
}

#[test]
fn a_question_that_is_asked_again_is_one_request() {
    let question = message(b"public", 0xa1, 3, [0, 0], &[5, 0]);
    let mut player = Player::new(&PROTOCOL, Transport::Udp, PORTS);
    let heard = player.say(A, &question).say(A, &question).wait_seconds(9).end();
    assert_eq!(heard.operations, ["A: Read get_next_request (0xA1): 1.3.6.1.2.1.1.5.0 (sysName) -> unseen"]);
}

#[test]
fn an_answer_without_its_question_is_told_and_tells_who_is_client() {
    let answer = message(b"public", 0xa2, 1, [0, 0], &element(4, &[b"x"]));
    let mut player = Player::new(&PROTOCOL, Transport::Udp, PORTS);
    player.say(A, &answer);
    assert_eq!(player.conversation().client(), Some(B));
    assert_eq!(
        player.end().operations,
        ["B: Read response (0xA2): 1.3.6.1.2.1.1.5.0 (sysName) = \"x\" -> accepted"]
    );
}

#[test]
fn an_inform_is_told_once_and_its_answer_is_no_operation() {
    let inform = message(b"public", 0xa6, 4, [0, 0], &element(4, &[b"x"]));
    let answer = message(b"public", 0xa2, 4, [0, 0], &element(4, &[b"x"]));
    let heard = heard(&[(A, &inform), (A, &inform), (B, &answer)]);
    assert_eq!(heard.operations.len(), 1);
    assert!(heard.operations[0].starts_with("B: Subscribe inform_request (0xA6)"));
}

#[test]
fn object_identifiers_of_all_three_trees_are_shown_as_people_write_them() {
    assert_eq!(Oid(&[0x2b, 6, 0x81, 0x00]).to_string(), "1.3.6.128");
    assert_eq!(Oid(&[0x28, 0xc4, 0x62]).to_string(), "1.0.8802");
    assert_eq!(Oid(&[0x88, 0x37]).to_string(), "2.999");
    assert_eq!(Oid(&[]).to_string(), "0");
}

#[test]
fn only_a_whole_message_is_certain() {
    let whole = message(b"public", 0xa0, 1, [0, 0], &[5, 0]);
    let ask = |bytes: &[u8]| {
        (PROTOCOL.probe)(&Probe {
            transport: Transport::Udp,
            ports: PORTS,
            from: A,
            bytes,
            answer: &[],
            expected: None,
        })
    };
    assert_eq!(ask(&whole), Answer::Certain);
    assert_eq!(ask(&whole[..whole.len() - 1]), Answer::No);
    assert_eq!(ask(&[whole.as_slice(), &[0]].concat()), Answer::No);
}

proptest! {
    #[test]
    fn any_bytes_are_survived(turns in vec((prop_oneof![Just(A), Just(B)], vec(any::<u8>(), 0..64)), 0..8)) {
        let turns: Vec<(Side, &[u8])> = turns.iter().map(|(side, bytes)| (*side, bytes.as_slice())).collect();
        let _ = heard(&turns);
    }

    #[test]
    fn any_damage_to_a_message_is_survived(at in 0..80_usize, byte: u8) {
        let mut bytes = message(b"public", 0xa2, 1, [0, 0], &element(4, &[b"x"]));
        if let Some(one) = bytes.get_mut(at) {
            *one = byte;
        }
        let _ = heard(&[(B, &bytes)]);
    }
}
