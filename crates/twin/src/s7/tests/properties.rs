//! What holds of any bytes and of any segmentation.

use super::{CONNECT, Station, data, hex, job};
use crate::s7::{Cpu, default_program};
use crate::{Plc, Session};
use proptest::collection::vec;
use proptest::option;
use proptest::prelude::{Just, Strategy, any, prop_oneof};
use proptest::{prop_assert, prop_assert_eq, proptest};
use quaywatch_model::Timestamp;
use quaywatch_protocols::s7comm::wire::{Kind, Method, Pdu, Tail, Userdata};

/// A conversation of all kinds, every job in its turn. The controller's first own job has reference 1.
fn conversation() -> Vec<u8> {
    let block = &default_program()[&(0x43, 3)].0;
    let piece = [&(block.len() as u16).to_be_bytes()[..], &[0x00, 0xFB], block].concat();
    let answer = |reference, parameters: &[u8], data: &[u8]| {
        Pdu { kind: Kind::ACK_DATA, redundancy: 0, reference, error: 0, parameters, data }.encode().unwrap()
    };
    let name = b"_0C00003P";
    let download = [&hex("1a 00 0100 00000000 09")[..], name, b"\x0d1000382000310"].concat();
    let units = [
        job(&hex("f0 00 0001 0001 03c0"), &[]),
        job(&hex("04 02 12 0a 10 02 0005 0064 84 000000 12 0a 10 01 0001 0000 83 000003"), &[]),
        hex("32 07 0000 0900 0008 0008 00 01 12 04 11 44 01 00 ff 09 0004 001c 0000"),
        job(&download, &[]),
        answer(1, &[0x1B, 0], &piece),
        answer(2, &[0x1C], &[]),
        hex("32 07 0000 1700 0008 000e 00 01 12 04 11 44 02 00 ff 09 000a 03 00 5553455231000000"),
        job(&hex("29 00 00 00 00 00 09 505f50524f4752414d"), &[]),
        job(&[0x77], &[]),
    ];
    [hex(CONNECT), units.iter().flat_map(|unit| data(unit)).collect()].concat()
}

fn answers(bytes: &[u8], cuts: &[usize]) -> (Plc, Vec<u8>) {
    let (mut plc, mut session, mut out) =
        (Plc::new("STS07", default_program()), Cpu::default().session(), Vec::new());
    let (mut rest, mut cuts) = (bytes, cuts.iter().cycle());
    while !rest.is_empty() {
        let (piece, behind) = rest.split_at((*cuts.next().unwrap()).min(rest.len()));
        let _ = session.input(&mut plc, Timestamp::from_nanos(0), piece, &mut out);
        rest = behind;
    }
    (plc, out)
}

fn any_pdu() -> impl Strategy<Value = Vec<u8>> {
    let function = prop_oneof![
        Just(0x04_u8),
        Just(0x05),
        0x1A..0x20_u8,
        Just(0x28),
        Just(0x29),
        Just(0xF0),
        any::<u8>()
    ];
    let kind = prop_oneof![Just(Kind::JOB), Just(Kind::ACK_DATA), Just(Kind::ACK), Just(Kind::USERDATA)];
    (kind, 0..4_u16, function, vec(any::<u8>(), 0..40), vec(any::<u8>(), 0..60)).prop_map(
        |(kind, reference, function, parameters, bytes)| {
            let parameters = [&[function], &parameters[..]].concat();
            let pdu = Pdu { kind, redundancy: 0, reference, error: 0, parameters: &parameters, data: &bytes };
            pdu.encode().unwrap()
        },
    )
}

fn any_userdata() -> impl Strategy<Value = Vec<u8>> {
    let payload = vec(any::<u8>(), 0..40);
    (1..8_u8, 0..6_u8, 0..2_u8, option::of(0..2_u8), payload).prop_map(
        |(group, function, sequence, tail, payload)| {
            let tail = tail.map(|more| Tail { unit: 0, more, error: 0 });
            let method = Method::REQUEST;
            let head = Userdata {
                head: [0, 1, 0x12],
                length: 4,
                form: 0x11,
                method,
                group,
                function,
                sequence,
                tail,
            };
            let data = [&[0xFF, 9, 0, payload.len() as u8][..], &payload].concat();
            let parameters = head.encode();
            let pdu = Pdu {
                kind: Kind::USERDATA,
                redundancy: 0,
                reference: 1,
                error: 0,
                parameters: &parameters,
                data: &data,
            };
            pdu.encode().unwrap()
        },
    )
}

proptest! {
    #[test]
    fn any_segmentation_gives_the_same_answers(cuts in vec(1..80_usize, 1..8)) {
        let bytes = conversation();
        let (whole_plc, whole) = answers(&bytes, &[bytes.len()]);
        let (plc, out) = answers(&bytes, &cuts);
        prop_assert_eq!(&out, &whole);
        prop_assert_eq!(&plc.image, &whole_plc.image);
        prop_assert_eq!(plc.program(), whole_plc.program());
    }

    #[test]
    fn any_bytes_are_survived(turns in vec(vec(any::<u8>(), 0..200), 0..8)) {
        let (mut plc, mut session) = (Plc::new("STS07", default_program()), Cpu::default().session());
        for turn in turns {
            let _ = session.input(&mut plc, Timestamp::from_nanos(0), &turn, &mut Vec::new());
        }
    }

    #[test]
    fn any_pdus_are_survived_and_no_answer_is_longer_than_agreed(
        pdus in vec(prop_oneof![any_pdu(), any_userdata()], 0..20),
        agreed in 64..1000_u16,
    ) {
        let mut station = Station::new();
        let setup = [&hex("f0 00 0001 0001")[..], &agreed.to_be_bytes()].concat();
        station.ask(&job(&setup, &[]));
        for pdu in pdus {
            for answer in station.ask(&pdu) {
                // A setup among them may have changed what was agreed.
                prop_assert!(answer.len() <= usize::from(station.session.pdu_bytes).max(agreed.into()));
            }
        }
        prop_assert_eq!(station.refused(&hex("04"), &[]), 0x8104);
    }
}

#[test]
fn the_conversation_of_the_property_does_what_it_says() {
    let bytes = conversation();
    let (plc, out) = answers(&bytes, &[bytes.len()]);
    assert_eq!(plc.mode, crate::Mode::Stop);
    let loaded = hex("1c 00 0000 00000000 09");
    assert!(out.windows(loaded.len()).any(|window| window == loaded));
}
