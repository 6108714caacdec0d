use super::PROTOCOL;
use crate::testing::{Player, Recorder, play, play_cut};
use crate::{Answer, Probe, Transport};
use proptest::collection::vec;
use proptest::prelude::{Just, any, prop_oneof};
use proptest::{prop_assert_eq, proptest};
use quaywatch_model::Side::{self, A, B};

const PORTS: [u16; 2] = [50_000, 1723];

/// What is said in the case `pptp-first`, or the beginning of it.
#[rustfmt::skip]
const TURNS: &[(Side, &str)] = &[
    (A, "009c00011a2b3c4d000100000100000000000003000000030000000173747330372d706300000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000004d6963726f736f667400000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000"),
    (B, "009c00011a2b3c4d0002000001000100000000030000000300010001676174657761790000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000004d696b726f54696b0000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000"),
];

fn turns() -> Vec<(Side, Vec<u8>)> {
    let byte = |pair: &[u8]| u8::from_str_radix(str::from_utf8(pair).unwrap(), 16).unwrap();
    TURNS.iter().map(|(side, hex)| (*side, hex.as_bytes().chunks(2).map(byte).collect())).collect()
}

fn heard(turns: &[(Side, Vec<u8>)]) -> Recorder {
    let turns: Vec<(Side, &[u8])> = turns.iter().map(|(side, bytes)| (*side, bytes.as_slice())).collect();
    play(&PROTOCOL, Transport::Tcp, PORTS, &turns)
}

fn ask(bytes: &[u8]) -> Answer {
    let transport = Transport::Tcp;
    (PROTOCOL.probe)(&Probe { transport, ports: PORTS, from: A, bytes, answer: &[], expected: None })
}

#[test]
#[rustfmt::skip]
fn a_tunnel_opens_and_its_ends_name_themselves() {
    let heard = heard(&turns());
    assert_eq!(heard.operations, ["A: OpenSession start_control_connection_request (0x0001) -> accepted"]);
    assert_eq!(heard.facts, ["A name: \"sts07-pc\"", "A software: \"Microsoft\"", "B name: \"gateway\"", "B software: \"MikroTik\""]);
    assert_eq!(heard.notes, ["A service: \"PPTP\""]);
    assert!(heard.problems.is_empty());
}

#[test]
fn the_beginning_is_certain_and_other_protocols_are_not() {
    assert_eq!(ask(&turns()[0].1), Answer::Certain);
    for other in
        [&b"GET / HTTP/1.1\r\nHost: a\r\n\r\n"[..], b"SSH-2.0-OpenSSH_9.6\r\n", &[0; 64], &[0xff; 64]]
    {
        assert_eq!(ask(other), Answer::No);
    }
}

#[test]
fn who_hears_the_server_first_loses_nothing_but_what_came_before() {
    let turns = turns();
    let later = turns.iter().position(|(side, _)| *side == B).unwrap_or(0);
    let mut player = Player::new(&PROTOCOL, Transport::Tcp, PORTS);
    for (side, bytes) in &turns[later..] {
        player.say(*side, bytes);
    }
    assert!(player.end().operations.len() <= heard(&turns).operations.len());
}

proptest! {
    #[test]
    fn any_segmentation_gives_the_same(cuts in vec(1..400_usize, 1..8)) {
        let turns = turns();
        let turns: Vec<(Side, &[u8])> = turns.iter().map(|(side, bytes)| (*side, bytes.as_slice())).collect();
        let whole = play(&PROTOCOL, Transport::Tcp, PORTS, &turns);
        let cut = play_cut(&PROTOCOL, PORTS, &turns, &cuts);
        prop_assert_eq!(cut.operations, whole.operations);
        prop_assert_eq!(cut.transfers, whole.transfers);
    }

    #[test]
    fn any_damage_is_survived(turn in 0..20_usize, at in 0..400_usize, byte: u8, lost in 0..900_u64) {
        let mut turns = turns();
        let count = turns.len();
        let bytes = &mut turns[turn % count].1;
        let length = bytes.len();
        bytes[at % length] = byte;
        let mut player = Player::new(&PROTOCOL, Transport::Tcp, PORTS);
        for (number, (side, bytes)) in turns.iter().enumerate() {
            if number as u64 == lost {
                player.lose(*side, lost);
            }
            player.say(*side, bytes);
        }
        player.end();
    }

    #[test]
    fn any_bytes_are_survived(turns in vec((prop_oneof![Just(A), Just(B)], vec(any::<u8>(), 0..64)), 0..8)) {
        prop_assert_eq!(heard(&turns).logs.len(), 0);
    }
}
