use super::PROTOCOL;
use crate::testing::{Player, Recorder, play};
use crate::{Answer, Probe, Transport};
use proptest::collection::vec;
use proptest::prelude::{Just, any, prop_oneof};
use proptest::{prop_assert_eq, proptest};
use quaywatch_model::Side::{self, A, B};

const PORTS: [u16; 2] = [50_000, 51820];

/// What is said in the case `wireguard-first`, or the beginning of it.
#[rustfmt::skip]
const TURNS: &[(Side, &str)] = &[
    (A, "010000000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f202122232425262728292a2b2c2d2e2f303132333435363738393a3b3c3d3e3f404142434445464748494a4b4c4d4e4f505152535455565758595a5b5c5d5e5f606162636465666768696a6b6c6d6e6f707172737475767778797a7b7c7d7e7f8000000000000000000000000000000000"),
    (B, "020000000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f202122232425262728292a2b2c2d2e2f303132333435363738393a3b3c3d3e3f40414243444546474800000000000000000000000000000000"),
    (A, "04000000050607080000000000000000000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f202122232425262728292a2b2c2d2e2f303132333435363738393a3b3c3d3e3f404142434445464748494a4b4c4d4e4f"),
    (A, "04000000050607080100000000000000000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f202122232425262728292a2b2c2d2e2f303132333435363738393a3b3c3d3e3f404142434445464748494a4b4c4d4e4f"),
    (A, "04000000050607080200000000000000000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f202122232425262728292a2b2c2d2e2f303132333435363738393a3b3c3d3e3f404142434445464748494a4b4c4d4e4f"),
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
fn a_tunnel_opens_once() {
    let heard = heard(&turns());
    assert_eq!(heard.operations, ["A: OpenSession handshake_initiation (0x01) -> accepted"]);
    assert!(heard.facts.is_empty());
    assert_eq!(heard.notes, ["A service: \"WireGuard\"", "A protection: \"encrypted\""]);
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

#[test]
fn data_alone_is_certain_only_when_both_sides_send_it() {
    let data = [&[4, 0, 0, 0, 1, 2, 3, 4, 9, 0, 0, 0, 0, 0, 0, 0][..], &[7; 32]].concat();
    let ask = |answer| {
        let (transport, bytes) = (Transport::Udp, data.as_slice());
        (PROTOCOL.probe)(&Probe { transport, ports: PORTS, from: A, bytes, answer, expected: None })
    };
    assert_eq!(ask(&[]), Answer::Unsure);
    assert_eq!(ask(&data), Answer::Certain);
    assert_eq!(ask(b"something else"), Answer::No);
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
