use super::PROTOCOL;
use crate::testing::spoken::spoken;
use quaywatch_model::Side::{self, A, B};

const PORTS: [u16; 2] = [50_000, 3478];

/// What is said in the case `stun-first`, or the beginning of it.
#[rustfmt::skip]
const TURNS: &[(Side, &str)] = &[
    (A, "000100102112a442000102030405060708090a0b8022000a63616d65726120322e310000"),
    (B, "0101001c2112a442000102030405060708090a0b0020000800011234ea12d54b8022000c436f7475726e2d342e352e32"),
    (A, "000300142112a442000102030405060708090a0b0006000663616d65726100000019000411000000"),
    (B, "010300182112a442000102030405060708090a0b0016000800015678e721c0450020000800011234ea12d54b"),
];

spoken!(Udp, PROTOCOL, PORTS, TURNS);

#[test]
#[rustfmt::skip]
fn an_address_and_a_relay_are_told() {
    let heard = heard(&turns());
    assert_eq!(heard.operations, ["A: Identify binding (0x0001): seen as = 203.0.113.9 -> accepted", "A: OpenSession allocate (0x0003): seen as = 203.0.113.9; relay = 198.51.100.7 -> accepted"]);
    assert_eq!(heard.facts, ["A software: \"camera 2.1\"", "B software: \"Coturn-4.5.2\"", "A ip: \"203.0.113.9\"", "A ip: \"203.0.113.9\""]);
    assert_eq!(heard.notes, ["A user: \"camera\""]);
    assert!(heard.problems.is_empty());
}
