use super::PROTOCOL;
use crate::testing::{Player, Recorder, play};
use crate::{Answer, Probe, Transport};
use proptest::collection::vec;
use proptest::prelude::{Just, any, prop_oneof};
use proptest::{prop_assert_eq, proptest};
use quaywatch_model::Side::{self, A, B};

const PORTS: [u16; 2] = [50_000, 34964];

/// What is said in the case `profinetcm-first`, or the beginning of it.
#[rustfmt::skip]
const TURNS: &[(Side, &str)] = &[
    (A, "040020000000000000000000000000000000000000000000dea000016c9711d1827100a02442df7d00010203040506070809aabbccddeeff0000000000000001000000000000ffffffff00160000000000000000000000000000000000000000000000000101"),
    (B, "04020a0010000000000000000000000000000000000000000100a0de976cd111827100a02442df7d03020100050407060809aabbccddeeff0000000001000000000000000000ffffffff1400000000000000000000000000000000000000000000000000"),
    (A, "040020000000000000000000000000000000000000000000dea000016c9711d1827100a02442df7d00010203040506070809aabbccddeeff0000000000000001000000010003ffffffff00580000000000000040000000400000004000000000000000400008003c01000001000000000000000000000000000000000000000000010001000000b00000000400000000000000000000000000000000000000000000000000010203"),
    (B, "04020a0010000000000000000000000000000000000000000100a0de976cd111827100a02442df7d03020100050407060809aabbccddeeff0000000001000000010000000300ffffffff14000000000000b080df00000000000000000000000000000000"),
    (A, "040020000000000000000000000000000000000000000000dea000016c9711d1827100a02442df7d00010203040506070809aabbccddeeff0000000000000001000000020004ffffffff00340000000000000020000000200000002000000000000000200110001c01000000000000000000000000000000000000000001000000010000"),
    (B, "04020a0010000000000000000000000000000000000000000100a0de976cd111827100a02442df7d03020100050407060809aabbccddeeff0000000001000000020000000400ffffffff1400000000000000000000000000000000000000000000000000"),
];

fn turns() -> Vec<(Side, Vec<u8>)> {
    let byte = |pair: &[u8]| u8::from_str_radix(str::from_utf8(pair).unwrap(), 16).unwrap();
    TURNS.iter().map(|(side, hex)| (*side, hex.as_bytes().chunks(2).map(byte).collect())).collect()
}

fn heard(turns: &[(Side, Vec<u8>)]) -> Recorder {
    let turns: Vec<(Side, &[u8])> = turns.iter().map(|(side, bytes)| (*side, bytes.as_slice())).collect();
    play(&PROTOCOL, Transport::Udp, PORTS, &turns)
}

fn ask(bytes: &[u8]) -> Answer {
    let transport = Transport::Udp;
    (PROTOCOL.probe)(&Probe { transport, ports: PORTS, from: A, bytes, answer: &[], expected: None })
}

#[test]
#[rustfmt::skip]
fn a_device_is_taken_into_service() {
    let heard = heard(&turns());
    assert_eq!(heard.operations, ["A: OpenSession connect (0x0000) -> accepted", "A: Write write (0x0003): slot 1 subslot 0x0001 index 0x00B0 -> refused status (0xDF80B000)", "A: OpenSession control (0x0004): command = \"end of parameterisation\" -> accepted"]);
    assert!(heard.facts.is_empty());
    assert!(heard.notes.is_empty());
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
    let mut player = Player::new(&PROTOCOL, Transport::Udp, PORTS);
    for (side, bytes) in &turns[later..] {
        player.say(*side, bytes);
    }
    assert!(player.end().operations.len() <= heard(&turns).operations.len());
}

proptest! {
    #[test]
    fn any_damage_is_survived(turn in 0..20_usize, at in 0..400_usize, byte: u8, lost in 0..900_u64) {
        let mut turns = turns();
        let count = turns.len();
        let bytes = &mut turns[turn % count].1;
        let length = bytes.len();
        bytes[at % length] = byte;
        let mut player = Player::new(&PROTOCOL, Transport::Udp, PORTS);
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
