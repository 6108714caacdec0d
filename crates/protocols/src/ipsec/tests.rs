use super::PROTOCOL;
use crate::testing::{Player, Recorder, play};
use crate::{Answer, Probe, Transport};
use proptest::collection::vec;
use proptest::prelude::{Just, any, prop_oneof};
use proptest::{prop_assert_eq, proptest};
use quaywatch_model::Side::{self, A, B};

const PORTS: [u16; 2] = [50_000, 500];

/// What is said in the case `ipsec-first`, or the beginning of it.
#[rustfmt::skip]
const TURNS: &[(Side, &str)] = &[
    (A, "9e89f2388f90bc1e00000000000000000110020000000000000001240d000094000000010000000100000088000100040300002000010000800b0001800c0e10800100058002000180030003800400050300002001010000800b0001800c0e10800100058002000280030003800400050300002002010000800b0001800c0e10800100058002000280030003800400020000002003010000800b0001800c0e10800100058002000180030003800400020d0000104f456b5262475852766d50450d000014afcad71368a1f1c96b8696fc775701000d0000144a131c81070358455c5728f20e95452f0d0000147d9419a65310ca6f2c179d9215529d560d000014cd60464335df21f87cfdb2fc68b6a448000000144485152d18b6bbcd0be8a8469579ddcc"),
    (B, "9e89f2388f90bc1e0a74357ce3d1a4bf0110020000000000000000880d000034000000010000000100000028000100010000002000010000800b0001800c0e10800100058002000180030003800400050d0000104f456b5262475852766d50450d000014afcad71368a1f1c96b8696fc77570100000000144a131c81070358455c5728f20e95452f"),
    (A, "9e89f2388f90bc1e0a74357ce3d1a4bf04100200000000000000011c0a0000c4b7db87e14946865b74297235849f5fe9ab40cb77b4c32c323d2d8dd7e36f1f3d17319ad78f1c66c400fe48fc30427fa0f71a327590795df3e5b07bc8f2c2291c3551d96b917c946a2d6c0d8561b443980236babb33fdf08cbdc5a07af3d9eabf2370d30138541a1f94c4ad3e4f12921feb4367be28dcda76def383a9db5f928d387cf9330fd8e4aa76df8a3fe5684dda4e193db992c1d47ecb5b5d4e00c254f86873a12ceff23d4e752043a0773481552c64d1383d5eb1286fdb662995953c571400001466d6f632697b5e489a92936557a97fa8140000146efe12f04af90dfbcfb15d71b841bb9e0000001444f517e03fb381f80f842d1538ccffac"),
    (B, "9e89f2388f90bc1e0a74357ce3d1a4bf04100200000000000000011c0a0000c4e79a5ff83dbb177bca2cc7fbe2bd7c0b9da6e90d63b6f8475b96a36530d4fad18f2474c2311c4f0865ca0a443f711cf80e00abcba936f3fe23894bd9e2ecd00bfbd8347ee31a19d5bdb9fe9ffb8a0df50c0af8477f279c0b7b9663122871196fbad4c1cd377dd7db72e885358adf466a9f2bdc64f86ecc45b7b89068c3c2f64d2d47ea982d88e5ce51d6aa59a394c3047c4dd5c0cf95751ad1874839e10a8d6453e5f40b7919c1637cae4aafc1d5e034a256f9162e6d27a89fb649964329ea16140000146c7e5facaa45613415c5b5aa571fa73114000014399304d50fbd4ca3db1e197af7c11e6f000000146efe12f04af90dfbcfb15d71b841bb9e"),
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
    assert_eq!(heard.operations, ["A: OpenSession main_mode (0x02) -> accepted"]);
    assert!(heard.facts.is_empty());
    assert_eq!(heard.notes, ["A service: \"IPsec\"", "A protection: \"encrypted\"", "A version: \"IKEv1\""]);
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
fn esp_inside_udp_is_certain_when_a_second_packet_follows_the_first() {
    let packet = |number: u8| [&[0x0a, 0x0b, 0x0c, 0x0d, 0, 0, 0, number][..], &[0x5a; 40]].concat();
    let ask = |ports, bytes: &[u8]| {
        let transport = Transport::Udp;
        (PROTOCOL.probe)(&Probe { transport, ports, from: A, bytes, answer: &[], expected: None })
    };
    assert_eq!(ask([4500, 4500], &packet(1)), Answer::Unsure);
    assert_eq!(ask([4500, 4500], &[packet(1), packet(2)].concat()), Answer::Certain);
    assert_eq!(ask([5000, 5001], &[packet(1), packet(2)].concat()), Answer::No);
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
