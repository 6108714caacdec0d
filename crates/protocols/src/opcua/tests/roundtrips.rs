//! What is decoded without a flaw is encoded as the same bytes; what is not is survived.

use super::super::builtin::NodeId;
use super::super::codec::{Decoder, Wire};
use super::super::messages::{Argument, DataChangeFilter, Message, ServerStatus};
use super::super::wire::{Acknowledge, Hello};
use super::*;
use proptest::collection::vec;
use proptest::prelude::{Just, Strategy, any, prop_oneof};
use proptest::sample::{Index, select};
use proptest::{prop_assert, prop_assert_eq, proptest};
use quaywatch_model::Side::{A, B};

/// The type of every message that has a body of its own.
const TYPES: &[u16] = &[
    397, 422, 425, 428, 431, 437, 440, 446, 449, 452, 461, 464, 467, 470, 473, 476, 479, 482, 488, 491, 494,
    497, 500, 503, 506, 509, 527, 530, 533, 536, 554, 557, 560, 563, 566, 569, 615, 631, 634, 664, 667, 673,
    676, 700, 703, 712, 715, 751, 754, 763, 766, 769, 772, 775, 778, 781, 784, 787, 790, 793, 796, 799, 802,
    826, 829, 832, 835, 841, 844, 847, 850, 12208, 12209, 12211, 12212,
];

fn message_of(chunk: &str) -> Vec<u8> {
    let bytes = hex(chunk);
    let chunk = Chunk::decode(&bytes).unwrap();
    chunk.payload[8..].to_vec()
}

#[test]
fn real_messages_encode_to_the_same_bytes() {
    for (_, bytes) in &real_session()[2..] {
        let chunk = Chunk::decode(bytes).unwrap();
        assert_eq!(&chunk.encode(), bytes);
        let (message, whole) = Message::decode(&chunk.payload[8..]).unwrap();
        assert_eq!(whole, Ok(()));
        assert_eq!(message.encode(), chunk.payload[8..]);
    }
}

#[test]
fn greetings_encode_to_the_same_bytes() {
    let bytes = hex(HELLO_REAL);
    let hello = Hello::read(&mut Decoder::new(&bytes[8..]), "HEL");
    let kind = ChunkKind::FINAL;
    let encode =
        |kind_of, write: &dyn Fn(&mut Vec<u8>)| super::super::wire::Header::encode(kind_of, kind, write);
    assert_eq!(encode(MessageType::HELLO, &|to| hello.write(to)), bytes);
    let bytes = hex(ACKNOWLEDGE_REAL);
    let acknowledge = Acknowledge::read(&mut Decoder::new(&bytes[8..]), "ACK");
    assert_eq!(encode(MessageType::ACKNOWLEDGE, &|to| acknowledge.write(to)), bytes);
}

/// Bytes that are often short counts, node ids and masks, so that they decode further than chance would.
fn likely_bytes() -> impl Strategy<Value = Vec<u8>> {
    vec(prop_oneof![6 => Just(0_u8), 2 => 1..4_u8, 1 => Just(0xff), 1 => any::<u8>()], 0..400)
}

fn real_messages() -> Vec<Vec<u8>> {
    [
        OPEN_REAL,
        OPENED_REAL,
        ACTIVATE_REAL,
        ACTIVATED_REAL,
        WRITE_REAL,
        WRITTEN_REAL,
        PUBLISHED_REAL,
        CALL_REAL,
    ]
    .into_iter()
    .chain([CALLED_REAL, ADD_NODE_REAL, ADDED_NODE_REAL])
    .map(message_of)
    .collect()
}

/// Whether what is read of these bytes without a flaw is written as the same.
fn is_written_as_read<'a, T: Wire<'a>>(bytes: &'a [u8]) -> bool {
    let mut from = Decoder::new(bytes);
    let value = T::read(&mut from, "value");
    let mut written = Vec::new();
    value.write(&mut written);
    let read = bytes.len() - from.left().len();
    from.flaw().is_some() || written == bytes[..read]
}

proptest! {
    #[test]
    fn values_of_the_server_encode_what_they_decode(bytes in likely_bytes()) {
        prop_assert!(is_written_as_read::<ServerStatus<'_>>(&bytes));
        prop_assert!(is_written_as_read::<Argument<'_>>(&bytes));
        prop_assert!(is_written_as_read::<DataChangeFilter>(&bytes));
    }

    #[test]
    fn every_message_type_encodes_what_it_decodes(type_id in select(TYPES), rest in likely_bytes()) {
        let mut bytes = Vec::new();
        NodeId::standard(type_id).write(&mut bytes);
        bytes.extend_from_slice(&rest);
        let (message, whole) = Message::decode(&bytes).unwrap();
        if whole.is_ok() {
            prop_assert_eq!(message.encode(), bytes);
        } else {
            // What was readable of it makes a message of its own.
            let part = message.encode();
            let (again, whole) = Message::decode(&part).unwrap();
            if whole.is_ok() {
                prop_assert_eq!(again.encode(), part);
            }
        }
    }

    #[test]
    fn changed_messages_are_survived_and_encode_if_they_decode(
        which in select((0..11_usize).collect::<Vec<_>>()),
        changes in vec((any::<Index>(), any::<u8>()), 0..4),
        cut in any::<Index>(),
    ) {
        let mut bytes = real_messages()[which].clone();
        for (at, byte) in changes {
            let at = at.index(bytes.len());
            bytes[at] = byte;
        }
        bytes.truncate(cut.index(bytes.len() * 2));
        if let Some((message, Ok(()))) = Message::decode(&bytes) {
            prop_assert_eq!(message.encode(), bytes.clone());
        }
        let chunk = whole(1, 1, &bytes);
        let _ = heard(&[(A, &chunk), (B, &chunk)]);
    }

    #[test]
    fn changed_sessions_are_survived(changes in vec((any::<Index>(), any::<Index>(), any::<u8>()), 1..12)) {
        let mut session = real_session();
        for (turn, at, byte) in changes {
            let turn = turn.index(session.len());
            let bytes = &mut session[turn].1;
            let at = at.index(bytes.len());
            bytes[at] = byte;
        }
        let _ = heard(&borrowed(&session));
    }

    #[test]
    fn any_bytes_are_survived(turns in vec((any::<bool>(), vec(any::<u8>(), 0..200)), 0..8)) {
        let turns: Vec<(Side, Vec<u8>)> =
            turns.into_iter().map(|(a, bytes)| (if a { A } else { B }, bytes)).collect();
        let _ = heard(&borrowed(&turns));
    }

    #[test]
    fn any_bodies_of_any_message_are_survived(
        turns in vec((any::<bool>(), 0..6_u32, select(TYPES), likely_bytes()), 0..8),
    ) {
        let turns: Vec<(Side, Vec<u8>)> = turns
            .into_iter()
            .map(|(a, id, type_id, rest)| {
                let mut body = Vec::new();
                NodeId::standard(type_id).write(&mut body);
                body.extend_from_slice(&rest);
                (if a { A } else { B }, whole(1, id, &body))
            })
            .collect();
        let _ = heard(&borrowed(&turns));
    }
}
