use super::PROTOCOL;
use crate::testing::spoken::spoken;
use quaywatch_model::Side::{self, A, B};

const PORTS: [u16; 2] = [50_000, 1701];

/// What is said in the case `l2tp-first`, or the beginning of it.
#[rustfmt::skip]
const TURNS: &[(Side, &str)] = &[
    (A, "c802004500000000000000008008000000000001800800000002010080120000000773747330372d726f75746572800f0000000854656c746f6e696b618008000000090007"),
    (B, "c8020036000700000000000180080000000000028008000000020100801200000007636f6e63656e747261746f728008000000090009"),
    (A, "000200090001ff0300fd000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f202122232425262728292a2b2c2d2e2f303132333435363738393a3b"),
];

spoken!(Udp, PROTOCOL, PORTS, TURNS);

#[test]
#[rustfmt::skip]
fn a_tunnel_opens_and_its_ends_name_themselves() {
    let heard = heard(&turns());
    assert_eq!(heard.operations, ["A: OpenSession start_control_connection_request (0x0001) -> accepted"]);
    assert_eq!(heard.facts, ["A name: \"sts07-router\"", "A software: \"Teltonika\"", "B name: \"concentrator\""]);
    assert_eq!(heard.notes, ["A service: \"L2TP\""]);
    assert!(heard.problems.is_empty());
}
