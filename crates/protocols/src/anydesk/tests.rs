use super::PROTOCOL;
use crate::testing::spoken::spoken;
use quaywatch_model::Side::{self, A, B};

const PORTS: [u16; 2] = [50_000, 443];

/// What is said in the case `anydesk-first`, or the beginning of it.
#[rustfmt::skip]
const TURNS: &[(Side, &str)] = &[
    (A, "16030100490100004503030000000000000000000000000000000000000000000000000000000000000000000002c0300100001a00100016001413616e796465736b2f362e322e302f6c696e7578"),
    (B, "1703030020000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f"),
];

spoken!(Tcp, PROTOCOL, PORTS, TURNS);

#[test]
#[rustfmt::skip]
fn the_product_and_its_version_are_told() {
    let heard = heard(&turns());
    assert!(heard.operations.is_empty());
    assert_eq!(heard.facts, ["A software: \"anydesk/6.2.0/linux\""]);
    assert_eq!(heard.notes, ["A service: \"AnyDesk\"", "A alpn: \"anydesk/6.2.0/linux\"", "A software: \"anydesk/6.2.0/linux\"", "A protection: \"encrypted\""]);
    assert!(heard.problems.is_empty());
}
