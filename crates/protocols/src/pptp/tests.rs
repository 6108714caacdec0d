use super::PROTOCOL;
use crate::testing::spoken::spoken;
use quaywatch_model::Side::{self, A, B};

const PORTS: [u16; 2] = [50_000, 1723];

/// What is said in the case `pptp-first`, or the beginning of it.
#[rustfmt::skip]
const TURNS: &[(Side, &str)] = &[
    (A, "009c00011a2b3c4d000100000100000000000003000000030000000173747330372d706300000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000004d6963726f736f667400000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000"),
    (B, "009c00011a2b3c4d0002000001000100000000030000000300010001676174657761790000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000004d696b726f54696b0000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000"),
];

spoken!(Tcp, PROTOCOL, PORTS, TURNS);

#[test]
#[rustfmt::skip]
fn a_tunnel_opens_and_its_ends_name_themselves() {
    let heard = heard(&turns());
    assert_eq!(heard.operations, ["A: OpenSession start_control_connection_request (0x0001) -> accepted"]);
    assert_eq!(heard.facts, ["A name: \"sts07-pc\"", "A software: \"Microsoft\"", "B name: \"gateway\"", "B software: \"MikroTik\""]);
    assert_eq!(heard.notes, ["A service: \"PPTP\""]);
    assert!(heard.problems.is_empty());
}
