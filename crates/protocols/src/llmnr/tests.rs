use super::PROTOCOL;
use crate::dns::tests::message;
use crate::testing::play;
use crate::{Answer, Probe, Transport};
use quaywatch_model::Side::{A, B};

const PORTS: [u16; 2] = [50_000, 5355];
const QUESTION: &[u8] = b"\x03hmi\x00\x00\x01\x00\x01";

#[test]
fn who_answers_has_the_name() {
    let answer = b"\xc0\x0c\x00\x01\x00\x01\x00\x00\x00\x1e\x00\x04\x0a\x00\x00\x02";
    let (question, answer) =
        (message(3, 0, QUESTION, [0; 3], &[]), message(3, 0x8000, QUESTION, [1, 0, 0], answer));
    let heard = play(&PROTOCOL, Transport::Udp, PORTS, &[(A, &question), (B, &answer)]);
    assert_eq!(heard.facts, ["10.0.0.2 name: \"hmi\""]);
    assert_eq!(heard.logs.len(), 1);
}

#[test]
fn only_the_port_makes_it_llmnr() {
    let question = message(3, 0, QUESTION, [0; 3], &[]);
    let ask = |ports| {
        let (transport, bytes) = (Transport::Udp, question.as_slice());
        (PROTOCOL.probe)(&Probe { transport, ports, from: A, bytes, answer: &[], expected: None })
    };
    assert_eq!(ask(PORTS), Answer::Certain);
    assert_eq!(ask([50_000, 53]), Answer::No);
}
