use super::PROTOCOL;
use crate::testing::spoken::spoken;
use crate::{Answer, Probe, Transport};
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

spoken!(Udp, PROTOCOL, PORTS, TURNS);

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
