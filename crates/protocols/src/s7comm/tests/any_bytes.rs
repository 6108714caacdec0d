//! Properties: what holds of any bytes, any segmentation, and of every encoder.

use super::super::PROTOCOL;
use super::super::address::{Any, Area, Specification, Type};
use super::super::szl::List;
use super::super::wire::{
    BlockJob, DataItem, Invocation, Kind, Method, Pdu, Setup, Tail, Transport as Sent, Userdata,
};
use super::{RANGES, READ_RANGES, STOP, STOPPED, acknowledgement, job, upload};
use crate::Transport;
use crate::cotp::tests::{PORTS, data, hex};
use crate::testing::{Player, play, play_cut};
use proptest::collection::vec;
use proptest::option;
use proptest::prelude::{Just, Strategy, any, prop_oneof};
use proptest::{prop_assert, prop_assert_eq, proptest};
use quaywatch_model::Side::{self, A, B};
use quaywatch_wire::Reader;

fn turns_of_all_kinds() -> Vec<(Side, Vec<u8>)> {
    let read_bit = job(&hex("04 01 12 0a 10 01 0001 0001 84 000003"), &[]);
    let bit = acknowledgement(0, &[4, 1], &hex("ff 03 0001 01"));
    let mut turns = vec![(A, hex(STOP)), (B, hex(STOPPED)), (A, hex(READ_RANGES)), (B, hex(RANGES))];
    turns.extend([(A, hex(&read_bit)), (B, hex(&bit))]);
    let uploads = [A, B].into_iter().cycle().zip(upload(3, "_0A00120A"));
    turns.extend(uploads.map(|(side, pdu)| (side, hex(&pdu))));
    turns.into_iter().map(|(side, pdu)| (side, data(&pdu))).collect()
}

fn any_pdu() -> impl Strategy<Value = (Kind, u16, u16, Vec<u8>, Vec<u8>)> {
    let kind = prop_oneof![Just(Kind::JOB), Just(Kind::ACK), Just(Kind::ACK_DATA), Just(Kind::USERDATA)];
    (kind, any::<u16>(), any::<u16>(), vec(any::<u8>(), 0..40), vec(any::<u8>(), 0..60))
}

proptest! {
    #[test]
    fn any_segmentation_gives_the_same_operations(cuts in vec(1..60_usize, 1..8)) {
        let turns = turns_of_all_kinds();
        let turns: Vec<(Side, &[u8])> = turns.iter().map(|(side, bytes)| (*side, bytes.as_slice())).collect();
        let whole = play(&PROTOCOL, Transport::Tcp, PORTS, &turns);
        let cut = play_cut(&PROTOCOL, PORTS, &turns, &cuts);
        prop_assert_eq!(whole.operations.len(), 7);
        prop_assert_eq!(cut.operations, whole.operations);
        prop_assert_eq!(cut.transfers, whole.transfers);
    }

    #[test]
    fn any_pdus_are_survived(turns in vec((prop_oneof![Just(A), Just(B)], any_pdu()), 0..12)) {
        let turns: Vec<(Side, Vec<u8>)> = turns.iter().map(|(side, (kind, reference, error, parameters, bytes))| {
            let (reference, error) = (*reference % 2, *error % 2);
            let pdu = Pdu { kind: *kind, redundancy: 0, reference, error, parameters, data: bytes };
            (*side, data(&pdu.encode().unwrap()))
        }).collect();
        let turns: Vec<(Side, &[u8])> = turns.iter().map(|(side, bytes)| (*side, bytes.as_slice())).collect();
        let _ = play(&PROTOCOL, Transport::Tcp, PORTS, &turns);
    }

    #[test]
    fn userdata_of_all_groups_is_survived(
        turns in vec((any::<bool>(), any::<u8>(), 0..24_u8, 0..4_u8, option::of(0..2_u8), vec(any::<u8>(), 0..60)), 0..12)
    ) {
        let mut player = Player::new(&PROTOCOL, Transport::Tcp, PORTS);
        for (server, kind, function, sequence, more, payload) in turns {
            let tail = more.map(|more| Tail { unit: 1, more, error: 0 });
            let (method, group) = (Method(kind >> 4), kind & 0x0F);
            let head = [0, 1, 0x12];
            let userdata = Userdata { head, length: 8, form: 0x12, method, group, function, sequence, tail };
            let mut bytes = Vec::new();
            let length = payload.len() as u16;
            DataItem { code: 0xFF, transport: Sent::OCTETS, length, value: &payload }.encode(&mut bytes, true);
            let parameters = userdata.encode();
            let pdu = Pdu { kind: Kind::USERDATA, redundancy: 0, reference: 0, error: 0, parameters: &parameters, data: &bytes };
            player.say(if server { B } else { A }, &data(&pdu.encode().unwrap()));
        }
        player.end();
    }

    #[test]
    fn changed_bytes_are_survived(changes in vec((any::<u16>(), any::<u8>()), 1..6)) {
        let mut turns = turns_of_all_kinds();
        for (at, value) in changes {
            let count = turns.len();
            let (_, bytes) = &mut turns[usize::from(at) % count];
            // Past the TPKT's length, so that the framing holds.
            let place = 4 + usize::from(at) % (bytes.len() - 4);
            bytes[place] = value;
        }
        let turns: Vec<(Side, &[u8])> = turns.iter().map(|(side, bytes)| (*side, bytes.as_slice())).collect();
        let _ = play(&PROTOCOL, Transport::Tcp, PORTS, &turns);
    }

    #[test]
    fn pdus_decode_and_encode_to_the_same_bytes((kind, reference, error, parameters, bytes) in any_pdu(), redundancy: u16) {
        let error = if kind.is_answer() { error } else { 0 };
        let pdu = Pdu { kind, redundancy, reference, error, parameters: &parameters, data: &bytes };
        let encoded = pdu.encode().unwrap();
        let (decoded, rest) = Pdu::decode(&encoded).unwrap();
        prop_assert!(rest.is_empty());
        prop_assert_eq!(decoded, pdu);
    }

    #[test]
    fn parameters_that_decode_encode_to_the_same_bytes(bytes in vec(any::<u8>(), 0..40)) {
        if let Ok(job) = BlockJob::decode(&bytes) {
            prop_assert_eq!(job.encode(), Some(bytes.clone()));
        }
        if let Ok(userdata) = Userdata::decode(&bytes) {
            prop_assert_eq!(userdata.encode(), bytes.clone());
        }
    }

    #[test]
    fn setups_and_invocations_encode_to_what_they_decode_from(
        numbers: (u8, u16, u16, u16), unknown: [u8; 7], argument in vec(any::<u8>(), 0..40), service in vec(any::<u8>(), 0..20)
    ) {
        let (reserved, jobs_calling, jobs_called, pdu_bytes) = numbers;
        let setup = Setup { reserved, jobs_calling, jobs_called, pdu_bytes };
        prop_assert_eq!(Setup::decode(&setup.encode()), Ok(setup));
        let pi = Invocation { unknown, argument: &argument, service: &service };
        let bytes = pi.encode().unwrap();
        prop_assert_eq!(Invocation::decode(&bytes), Ok(pi));
    }

    #[test]
    fn addresses_and_values_encode_to_what_they_decode_from(
        kind: u8, count: u16, block: u16, area: u8, offset in 0..0x0100_0000_u32, code: u8, value in vec(any::<u8>(), 0..20), last: bool
    ) {
        let any = Any { kind: Type(kind), count, block, area: Area(area), offset };
        prop_assert_eq!(Any::decode(&any.encode()), any);
        let body = any.encode();
        let specification = Specification::any(&body);
        let mut bytes = Vec::new();
        prop_assert!(specification.encode(&mut bytes, last));
        let mut reader = Reader::new(&bytes);
        prop_assert_eq!(Specification::decode(&mut reader), Ok(specification));
        prop_assert!(reader.is_empty());

        let item = DataItem { code, transport: Sent::OCTETS, length: value.len() as u16, value: &value };
        let mut bytes = Vec::new();
        item.encode(&mut bytes, last);
        let mut reader = Reader::new(&bytes);
        prop_assert_eq!(DataItem::decode(&mut reader), Ok(item));
        prop_assert!(reader.is_empty());
    }

    #[test]
    fn status_lists_encode_to_what_they_decode_from(fields: (u16, u16, u16, u16), records in vec(any::<u8>(), 0..40)) {
        let (id, index, record_bytes, count) = fields;
        let list = List { id, index, record_bytes, count, records: &records };
        let bytes = list.encode();
        prop_assert_eq!(List::decode(&bytes), Ok(list));
    }
}
