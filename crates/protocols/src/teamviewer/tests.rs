use super::PROTOCOL;
use crate::testing::spoken::spoken;
use quaywatch_model::Side::{self, A, B};

const PORTS: [u16; 2] = [50_000, 5938];

/// What is said in the case `teamviewer-first`, or the beginning of it.
#[rustfmt::skip]
const TURNS: &[(Side, &str)] = &[
    (A, "17240a200000000000000000000102030405060708090a0b0c0d0e0f101112131415161718191a1b"),
    (B, "113036001800000001000000010000001b00000018000000000102030405060708090a0b0c0d0e0f1011121314151617"),
    (A, "11303c006300000002000000020000001b00000018000000000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f202122232425262728292a2b2c2d2e2f303132333435363738393a3b3c3d3e3f404142434445464748494a4b4c4d4e4f505152535455565758595a5b5c5d5e5f606162"),
];

spoken!(Tcp, PROTOCOL, PORTS, TURNS);

#[test]
#[rustfmt::skip]
fn the_product_is_told_and_the_rest_is_encrypted() {
    let heard = heard(&turns());
    assert!(heard.operations.is_empty());
    assert!(heard.facts.is_empty());
    assert_eq!(heard.notes, ["A service: \"TeamViewer\"", "A protection: \"encrypted\""]);
    assert!(heard.problems.is_empty());
}
