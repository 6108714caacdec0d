//! What must hold for any bytes, any segmentation, and anything that decodes.

use super::super::{Adu, PROTOCOL, Pdu, Request, Response};
use super::{PORTS, numbered};
use crate::testing::{fuzz_conversation, play, play_cut};
use crate::{Answer, Probe, Transport};
use proptest::collection::vec;
use proptest::prelude::{Just, Strategy, any, prop_oneof};
use proptest::{prop_assert_eq, proptest};
use quaywatch_model::Side::{self, A, B};

/// Valid exchanges of most layouts.
const EXCHANGES: &[(&[u8], &[u8])] = &[
    (b"\x01\x00\x13\x00\x13", b"\x01\x03\xCD\x6B\x05"),
    (b"\x03\x00\x6B\x00\x03", b"\x03\x06\x02\x2B\x00\x00\x00\x64"),
    (b"\x05\x00\xAC\xFF\x00", b"\x05\x00\xAC\xFF\x00"),
    (b"\x06\x00\x01\x00\x03", b"\x86\x02"),
    (b"\x08\x00\x0B\x00\x00", b"\x08\x00\x0B\x00\x2A"),
    (b"\x0C", b"\x0C\x08\x00\x00\x01\x08\x01\x21\x20\x00"),
    (b"\x0F\x00\x13\x00\x0A\x02\xCD\x01", b"\x0F\x00\x13\x00\x0A"),
    (b"\x10\x00\x01\x00\x02\x04\x00\x0A\x01\x02", b"\x10\x00\x01\x00\x02"),
    (b"\x14\x07\x06\x00\x04\x00\x01\x00\x02", b"\x14\x06\x05\x06\x0D\xFE\x00\x20"),
    (b"\x16\x00\x04\x00\xF2\x00\x25", b"\x16\x00\x04\x00\xF2\x00\x25"),
    (b"\x17\x00\x03\x00\x01\x00\x0E\x00\x01\x02\x00\xFF", b"\x17\x02\x00\xFE"),
    (b"\x18\x04\xDE", b"\x18\x00\x06\x00\x02\x01\xB8\x12\x84"),
    (b"\x2B\x0E\x01\x00", b"\x2B\x0E\x01\x01\x00\x00\x01\x02\x05V2.11"),
    (b"\x5A\x00\x20\x00\x13\x00\x00\x00\x00\x00\x02\x00", b"\x5A\x00\xFE\x00\x02\x00\x0A\x0B"),
    (b"\x5A\x00\x40\xFF\x00", b"\x5A\x00\xFD\x83\x00"),
    (b"\x41\x00", b"\xC1\x01"),
];

fn turns(chosen: &[usize]) -> Vec<(Side, Vec<u8>)> {
    let exchanges = chosen.iter().enumerate().map(|(n, &at)| (n as u16, EXCHANGES[at % EXCHANGES.len()]));
    exchanges.flat_map(|(n, (ask, say))| [(A, numbered(n, 1, ask)), (B, numbered(n, 1, say))]).collect()
}

fn borrowed(turns: &[(Side, Vec<u8>)]) -> Vec<(Side, &[u8])> {
    turns.iter().map(|(side, bytes)| (*side, bytes.as_slice())).collect()
}

fn side() -> impl Strategy<Value = Side> {
    prop_oneof![Just(A), Just(B)]
}

proptest! {
    #[test]
    fn any_segmentation_gives_the_same_operations(
        chosen in vec(any::<usize>(), 1..12),
        cuts in vec(1..40_usize, 1..8),
    ) {
        let turns = turns(&chosen);
        let whole = play(&PROTOCOL, Transport::Tcp, PORTS, &borrowed(&turns));
        let cut = play_cut(&PROTOCOL, PORTS, &borrowed(&turns), &cuts);
        prop_assert_eq!(whole.operations.len(), chosen.len());
        prop_assert_eq!(&cut.operations, &whole.operations);
        prop_assert_eq!(cut.problems, whole.problems);
    }

    #[test]
    fn a_stream_that_is_all_one_piece_gives_the_same_operations(chosen in vec(any::<usize>(), 1..12)) {
        let turns = turns(&chosen);
        let apart = play(&PROTOCOL, Transport::Tcp, PORTS, &borrowed(&turns));
        let joined = |of| {
            turns.iter().filter(|(side, _)| *side == of).flat_map(|(_, bytes)| bytes).copied().collect::<Vec<u8>>()
        };
        let together = play(&PROTOCOL, Transport::Tcp, PORTS, &[(A, &joined(A)), (B, &joined(B))]);
        prop_assert_eq!(together.operations, apart.operations);
    }

    #[test]
    fn any_bytes_are_survived(turns in vec((side(), vec(any::<u8>(), 0..64)), 0..8)) {
        for transport in [Transport::Tcp, Transport::Udp] {
            let _ = play(&PROTOCOL, transport, PORTS, &borrowed(&turns));
        }
    }

    #[test]
    fn any_body_of_any_function_is_survived(
        pdus in vec((side(), vec(any::<u8>(), 1..40)), 1..8),
        probed in vec(any::<u8>(), 0..40),
    ) {
        let adus: Vec<_> = pdus.iter().map(|(side, pdu)| (*side, numbered(1, 1, pdu))).collect();
        let _ = play(&PROTOCOL, Transport::Tcp, PORTS, &borrowed(&adus));
        let probe = Probe { transport: Transport::Tcp, ports: PORTS, from: A, bytes: &probed, answer: &[], expected: None };
        let _: Answer = (PROTOCOL.probe)(&probe);
    }

    #[test]
    fn changed_bytes_are_survived_and_all_memory_is_given_back(
        chosen in vec(any::<usize>(), 1..12),
        changes in vec((any::<usize>(), any::<usize>(), any::<u8>()), 1..12),
    ) {
        let mut turns = turns(&chosen);
        for (turn, at, byte) in changes {
            let count = turns.len();
            let bytes = &mut turns[turn % count].1;
            let length = bytes.len();
            bytes[at % length] = byte;
        }
        let _ = play(&PROTOCOL, Transport::Tcp, PORTS, &borrowed(&turns));
    }

    #[test]
    fn one_changed_pdu_costs_no_operation_of_another(
        change in any::<u8>(),
        at in 6..12_usize,
    ) {
        let mut turns = turns(&[1, 1, 1]);
        turns[2].1[at] = change;
        let heard = play(&PROTOCOL, Transport::Tcp, PORTS, &borrowed(&turns));
        let intact = |transaction: usize| {
            let frames = (transaction as u64 * 2 + 1, transaction as u64 * 2 + 2);
            heard.frames.contains(&frames)
        };
        assert!(intact(0) && intact(2), "{:?} {:?}", heard.frames, heard.operations);
    }

    #[test]
    fn what_a_fuzzer_plays_is_survived(data in vec(any::<u8>(), 0..200)) {
        fuzz_conversation(&PROTOCOL, Transport::Tcp, PORTS, &data);
        fuzz_conversation(&PROTOCOL, Transport::Udp, PORTS, &data);
    }

    #[test]
    fn a_pdu_that_decodes_encodes_to_the_same_bytes(code: u8, data in vec(any::<u8>(), 0..40)) {
        let pdu = Pdu { code, data: &data };
        let whole: Vec<u8> = [&[code], data.as_slice()].concat();
        if let Ok(request) = Request::decode(pdu) {
            let mut encoded = Vec::new();
            request.encode(&mut encoded);
            prop_assert_eq!(&encoded, &whole);
        }
        if let Ok(response) = Response::decode(pdu) {
            let mut encoded = Vec::new();
            response.encode(&mut encoded);
            prop_assert_eq!(&encoded, &whole);
        }
    }

    /// The one before meets few layouts by chance; here the byte counts are right.
    #[test]
    fn a_counted_pdu_decodes_and_encodes_to_the_same_bytes(
        code in prop_oneof![Just(1_u8), Just(3), Just(0x0C), Just(0x11), Just(0x14), Just(0x15), Just(0x17)],
        data in vec(any::<u8>(), 0..=255),
    ) {
        let body = [&[data.len() as u8], data.as_slice()].concat();
        let response = Response::decode(Pdu { code, data: &body }).unwrap();
        let mut encoded = Vec::new();
        response.encode(&mut encoded);
        prop_assert_eq!(&encoded[1..], &body);
    }

    #[test]
    fn an_adu_that_decodes_encodes_to_the_same_bytes(
        transaction: u16, unit: u8, code: u8, data in vec(any::<u8>(), 0..252),
    ) {
        let adu = Adu { transaction, unit, pdu: Pdu { code, data: &data } };
        let mut bytes = Vec::new();
        adu.encode(&mut bytes);
        prop_assert_eq!(Adu::decode(&bytes), Ok(adu));
    }
}
