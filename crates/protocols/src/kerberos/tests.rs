use super::PROTOCOL;
use crate::Transport;
use crate::testing::spoken::{self, spoken};
use proptest::collection::vec;
use proptest::{prop_assert_eq, proptest};
use quaywatch_model::Side::{self, A, B};

const PORTS: [u16; 2] = [50_000, 88];

/// What is said in the case `kerberos-first`, or the beginning of it.
#[rustfmt::skip]
const TURNS: &[(Side, &str)] = &[
    (A, "6a81af3081aca103020105a20302010aa30e300c300aa10402020095a2020400a4818f30818ca00703050000000010a1233021a003020101a11a30181b1676616c69645f636c69656e745f7072696e636970616ca20b1b09564c4144472e4e4554a31e301ca003020102a11530131b066b72627467741b09564c4144472e4e4554a511180f32303135303131393232353435395aa70602047805a1eba814301202011202011102011002011702011902011a"),
    (B, "6b8202e4308202e0a003020105a10302010ba23930373035a103020113a22e042c302a3028a003020112a1211b1f564c4144472e4e455476616c69645f636c69656e745f7072696e636970616ca30b1b09564c4144472e4e4554a4233021a003020101a11a30181b1676616c69645f636c69656e745f7072696e636970616ca582014c6182014830820144a003020105a10b1b09564c4144472e4e4554a21e301ca003020102a11530131b066b72627467741b09564c4144472e4e4554a382010e3082010aa003020112a103020101a281fd0481fa26667361d36058bc249e02eb4ed72c44f0fc0143a21430e9b70de84a8e341f19ef4a908bb57023d29c792d15a719f74d036ea40fed6975e45f7ead1d02886e0924edd3b97e885951f8866a2d236d19de29860b5c263cd4ed1908e7ea8e8a0cb67175dc8593a3c16cea980380ebd5f03f0d4b3e0c4abf546a59d903e32b8e5ffc7b766afd30f7f9998d25cf7b1ebee03afc8e854a296f373a5e9447a34bf37a8c7c26bb466ef79ecfb0db9b9ec7afd3116c67c06e1b9a43059d67a520e466bea5511a8e96ae535c45cecc9cffd28d004fd7f0dad4b6502ab379bf6f52f729cd379d86a59d2404c175335674fdb800e817a074b83f962136f709d1a682011530820111a003020112a282010804820104c0e9bc01959d9e9f9fee59934fb4f12d57fb1890bb0d86a8d3c3c88ffa8a953abd0a0a0c1e3cf36762e8af14c64fca04254c932ba04326cbc9e7e01363b6eea0bfc1145d032b04dc1322994fbbcef460186f53960819a0d37f0507e49a36a44b8a655dc7022c6bab760741247681ba833f07aa0a8589615b892bbef7e564265a9c87ee3d61efe4181f70950f3d4ba226b37335c1ef54789bc8f3824792a6a98ab6c245afe8adec16102cd5b6f5c484fcf5b23113b306f82ff77359f5542e4f75cff22a32b63c1d6059e3d888694c41072128402e7d7de9203b90d3e0d2eb2602aac9d3cde662610d7c2ddf88f3d3b9e453d4d704bc9670175953152df9c89bfd003cc143"),
];

spoken!(Udp, PROTOCOL, PORTS, TURNS);

#[test]
#[rustfmt::skip]
fn a_request_for_a_ticket_names_user_and_service() {
    let heard = heard(&turns());
    assert_eq!(heard.operations, ["A: Authenticate as_req (0x0A): user = \"valid_client_principal\"; realm = \"VLADG.NET\"; service = \"krbtgt/VLADG.NET\" -> accepted"]);
    assert!(heard.facts.is_empty());
    assert_eq!(heard.notes, ["A authentication: \"kerberos\"", "A user: \"valid_client_principal\""]);
    assert!(heard.problems.is_empty());
}

/// Behind the length that they have over TCP (RFC 4120, section 7.2.2); the last is a refusal.
fn on_a_stream() -> Vec<(Side, Vec<u8>)> {
    let refusal = b"\x7e\x26\x30\x24\xa0\x03\x02\x01\x05\xa1\x03\x02\x01\x1e\xa6\x03\x02\x01\x06\xa9\x09\x1b\x07EXAMPLE\
        \xaa\x08\x30\x06\xa0\x00\xa1\x02\x30\x00";
    let mut turns = turns();
    turns.extend([(A, turns[0].1.clone()), (B, refusal.to_vec())]);
    let framed = |bytes: Vec<u8>| [&(bytes.len() as u32).to_be_bytes(), bytes.as_slice()].concat();
    turns.into_iter().map(|(side, bytes)| (side, framed(bytes))).collect()
}

proptest! {
    #[test]
    fn any_segmentation_gives_the_same_operations(cuts in vec(1..400_usize, 1..8)) {
        let mut whole = spoken::heard(&PROTOCOL, Transport::Tcp, PORTS, &on_a_stream());
        prop_assert_eq!(whole.operations.len(), 2);
        prop_assert_eq!(&whole.operations[..1], heard(&turns()).operations);
        let mut cut = spoken::heard_cut(&PROTOCOL, PORTS, &on_a_stream(), &cuts);
        whole.frames.clear();
        cut.frames.clear();
        prop_assert_eq!(cut, whole);
    }
}
