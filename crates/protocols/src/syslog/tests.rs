use super::PROTOCOL;
use crate::testing::{Player, play, play_cut};
use crate::{Answer, Probe, Transport};
use proptest::collection::vec;
use proptest::prelude::any;
use proptest::{prop_assert_eq, proptest};
use quaywatch_model::Side::{self, A, B};

const OLD: &[u8] = b"<34>Oct 11 22:14:15 sts07-gw su: 'su root' failed";
const NEW: &[u8] = b"<165>1 2003-10-11T22:14:15.003Z plc.crane app - ID47 - started";
const PORTS: [u16; 2] = [50_000, 514];

fn ask(transport: Transport, port: u16, bytes: &[u8]) -> Answer {
    (PROTOCOL.probe)(&Probe { transport, ports: [50_000, port], from: A, bytes, answer: &[], expected: None })
}

#[test]
fn both_standards_name_the_sender_once_and_give_the_message() {
    let heard = play(&PROTOCOL, Transport::Udp, PORTS, &[(A, OLD), (A, NEW), (A, OLD)]);
    assert_eq!(heard.facts, ["A name: \"sts07-gw\"", "A name: \"plc.crane\""]);
    assert_eq!(heard.contents.len(), 3);
    assert!(heard.contents[0].starts_with("A signalling 49/49 \"<34>Oct 11"), "{}", heard.contents[0]);
}

#[test]
fn a_tag_or_an_address_is_no_name() {
    let heard = play(
        &PROTOCOL,
        Transport::Udp,
        PORTS,
        &[
            (A, b"<34>Oct 11 22:14:15 su: failed"),
            (A, b"<34>Oct  1 22:14:15 10.0.0.7 su: failed"),
            (A, b"<1>text"),
        ],
    );
    assert!(heard.facts.is_empty(), "{:?}", heard.facts);
}

#[test]
fn reading_goes_on_after_a_gap_in_a_stream() {
    let mut player = Player::new(&PROTOCOL, Transport::Tcp, PORTS);
    player.say(A, OLD).lose(A, 10).say(A, b"rest of it\n").say(A, NEW).say(A, b"\n");
    let heard = player.end();
    assert_eq!(heard.facts, ["A name: \"plc.crane\""]);
    assert_eq!(heard.contents.len(), 1);
}

#[test]
fn the_probe_wants_a_time_stamp_but_on_its_own_port() {
    let udp = Transport::Udp;
    assert_eq!(ask(udp, 9, OLD), Answer::Certain);
    assert_eq!(ask(udp, 9, b"<34>hello"), Answer::No);
    assert_eq!(ask(udp, 514, b"<34>hello"), Answer::Certain);
    assert_eq!(ask(udp, 514, b"<192>hello"), Answer::No);
    let tcp = Transport::Tcp;
    assert_eq!(ask(tcp, 9, NEW), Answer::Certain);
    assert_eq!(ask(tcp, 9, b"<165"), Answer::Unsure);
    assert_eq!(ask(tcp, 514, b"<html><body>and so on</body>"), Answer::No);
    assert_eq!(ask(tcp, 514, b"220 ftp ready and so on and on\r\n"), Answer::No);
}

proptest! {
    #[test]
    fn any_segmentation_gives_the_same_messages(cuts in vec(1..30_usize, 1..8), counted: bool) {
        let mut stream = Vec::new();
        for message in [OLD, NEW, OLD] {
            if counted {
                stream.extend(format!("{} ", message.len()).into_bytes());
                stream.extend_from_slice(message);
            } else {
                stream.extend_from_slice(message);
                stream.push(b'\n');
            }
        }
        let turns: &[(Side, &[u8])] = &[(A, &stream)];
        let whole = play(&PROTOCOL, Transport::Tcp, PORTS, turns);
        prop_assert_eq!(whole.contents.len(), 3);
        prop_assert_eq!(play_cut(&PROTOCOL, PORTS, turns, &cuts).contents, whole.contents);
    }

    #[test]
    fn any_bytes_are_survived(turns in vec(vec(any::<u8>(), 0..64), 0..8)) {
        let turns: Vec<(Side, &[u8])> = turns.iter().map(|bytes| (B, bytes.as_slice())).collect();
        let _ = play(&PROTOCOL, Transport::Udp, PORTS, &turns);
        let _ = play(&PROTOCOL, Transport::Tcp, PORTS, &turns);
    }
}
