//! Chunks, segments, gaps, and what is left when some of it is missing.

use super::super::builtin::Blob;
use super::super::codec::Array;
use super::super::messages::ReadResponse;
use super::super::parts::MAX_MESSAGE_BYTES;
use super::super::variant::{DataValue, Scalar, Variant};
use super::*;
use crate::testing::play_cut;
use crate::{Answer, Probe};
use proptest::collection::vec;
use proptest::{prop_assert_eq, proptest};
use quaywatch_model::Side::{A, B};

/// `WRITE_REAL` in chunks of these lengths.
fn chunked_write(lengths: &[usize], signature: &[u8]) -> Vec<Vec<u8>> {
    let message = hex(WRITE_REAL);
    let mut body = &message[24..];
    let mut chunks = Vec::new();
    for (at, &length) in lengths.iter().enumerate() {
        let (piece, rest) = body.split_at(length.min(body.len()));
        chunks.push(chunk(ChunkKind::CONTINUED, at as u32 + 10, 0x15, piece, signature));
        body = rest;
    }
    chunks.push(chunk(ChunkKind::FINAL, lengths.len() as u32 + 10, 0x15, body, signature));
    chunks
}

const WRITTEN: &str = "A: Write Write (i=673): ns=1;s=the.answer = 1 [BadNodeIdUnknown (0x80340000)] -> refused \
                       BadNodeIdUnknown (0x80340000)";

#[test]
fn a_message_in_many_chunks_is_put_together() {
    let mut player = player();
    for chunk in chunked_write(&[5, 1, 40], &[]) {
        player.say(A, &chunk);
    }
    assert!(player.held_bytes() > 0);
    let heard = player.say(B, &hex(WRITTEN_REAL)).end();
    assert_eq!(heard.operations, [WRITTEN]);
    assert!(heard.problems.is_empty(), "{:?}", heard.problems);
}

#[test]
fn chunks_of_two_messages_may_alternate() {
    let (mut player, call) = (player(), hex(CALL_REAL));
    let write = chunked_write(&[20], &[]);
    player.say(A, &write[0]);
    player.say(A, &chunk(ChunkKind::CONTINUED, 11, 0x18, &call[24..60], &[]));
    player.say(A, &chunk(ChunkKind::FINAL, 12, 0x18, &call[60..], &[]));
    player.say(A, &chunk(ChunkKind::FINAL, 13, 0x15, &hex(WRITE_REAL)[24 + 20..], &[]));
    let heard = player.say(B, &hex(CALLED_REAL)).say(B, &hex(WRITTEN_REAL)).end();
    assert_eq!(heard.frames, [(3, 5), (4, 6)]);
    assert_eq!(heard.operations[1], WRITTEN);
}

#[test]
fn a_gap_inside_a_chunked_message_costs_that_message_and_no_other() {
    let mut player = player();
    let chunks = chunked_write(&[20, 20], &[]);
    player.say(A, &chunks[0]).lose(A, chunks[1].len() as u64).say(A, &chunks[2]);
    player.say(A, &hex(CALL_REAL)).say(B, &hex(CALLED_REAL));
    let heard = player.end();
    assert_eq!(heard.frames, [(4, 5)]);
    assert_eq!(
        heard.problems,
        [
            "opcua: message without its last chunks (incomplete)",
            "opcua: message without its first chunks (incomplete)",
            "opcua: sequence number out of order (incomplete)",
        ]
    );
}

#[test]
fn a_message_that_its_sender_takes_back_is_dropped() {
    let mut player = player();
    let chunks = chunked_write(&[20, 20], &[]);
    let abort = chunk(ChunkKind::ABORTED, 12, 0x15, &hex("00 00 b8 80 ff ff ff ff"), &[]);
    player.say(A, &chunks[0]).say(A, &chunks[1]).say(A, &abort);
    let heard = player.end();
    assert!(heard.operations.is_empty());
    assert_eq!(heard.problems, ["opcua: message aborted by its sender (incomplete)"]);
}

#[test]
fn an_answer_that_is_taken_back_refuses_its_request() {
    let mut player = player();
    let abort = chunk(ChunkKind::ABORTED, 2, 0x15, &hex("00 00 b9 80 ff ff ff ff"), &[]);
    player.say(A, &hex(WRITE_REAL));
    player.say(B, &chunk(ChunkKind::CONTINUED, 1, 0x15, &hex(WRITTEN_REAL)[24..40], &[])).say(B, &abort);
    assert_eq!(
        player.end().operations,
        ["A: Write Write (i=673): ns=1;s=the.answer = 1 -> refused BadResponseTooLarge (0x80B90000)"]
    );
}

#[test]
fn messages_that_never_end_cost_bounded_memory() {
    let mut player = player();
    let first = hex(WRITE_REAL)[24..].to_vec();
    let filler = vec![0; 1 << 19];
    for id in 0..20 {
        player.say(A, &chunk(ChunkKind::CONTINUED, 1 + id * 12, id, &first, &[]));
        for at in 0..10 {
            player.say(A, &chunk(ChunkKind::CONTINUED, 2 + id * 12 + at, id, &filler, &[]));
        }
        assert!(player.held_bytes() <= 16 << 20);
    }
    let heard = player.end();
    assert!(heard.problems.contains(&"opcua: message too long, its end is not read (limit)".to_owned()));
    let dropped = "opcua: too many incomplete messages, the oldest is dropped (limit)".to_owned();
    assert!(heard.problems.contains(&dropped));
}

#[test]
fn a_message_past_the_limit_still_tells_its_first_items() {
    let mut player = player();
    let (small, bytes) = (Scalar::Byte(7), vec![0; MAX_MESSAGE_BYTES]);
    let long = Scalar::ByteString(Blob(Some(&bytes)));
    let values = [DataValue::good(Variant::one(&small)), DataValue::good(Variant::one(&long))];
    let results = ReadResponse { results: Array::of(&values), diagnostic_infos: Array::NULL };
    let long = response(634, Body::ReadResponse(results));
    for (at, piece) in long.chunks(1 << 19).enumerate() {
        player.say(B, &chunk(ChunkKind::CONTINUED, at as u32, 0x15, piece, &[]));
    }
    let heard = player.say(B, &chunk(ChunkKind::FINAL, 9, 0x15, &[], &[])).end();
    assert_eq!(heard.operations, ["A: Read Read (i=631): item 0 = 7 -> accepted"]);
    assert_eq!(heard.problems, ["opcua: message too long, its end is not read (limit)"]);
}

#[test]
fn roles_come_from_content_when_the_server_is_heard_first() {
    let mut player = player();
    player.say(A, &hex(WRITTEN_REAL)).say(B, &hex(CALL_REAL)).say(A, &hex(CALLED_REAL));
    assert_eq!(player.conversation().client(), Some(B));
    let heard = player.end();
    assert_eq!(heard.frames, [(0, 1), (2, 3)]);
    assert!(heard.operations.iter().all(|line| line.starts_with("B: ")));
}

#[test]
fn reading_begins_in_mid_stream_and_goes_on_after_rubbish() {
    let mut player = player();
    player
        .say(A, &hex(WRITE_REAL)[40..])
        .say(A, &hex(CALL_REAL))
        .say(B, b"rubbish")
        .say(B, &hex(CALLED_REAL));
    let heard = player.end();
    assert_eq!(heard.frames, [(2, 4)]);
    assert_eq!(heard.problems, ["opcua: bytes passed over to find the next PDU (incomplete)"; 2]);
}

#[test]
fn a_request_whose_answer_fell_into_a_gap_is_unseen() {
    let mut player = player();
    player.say(A, &hex(WRITE_REAL)).lose(B, 64).wait_seconds(60);
    player.say(A, &hex(CALL_REAL)).say(B, &hex(CALLED_REAL));
    let heard = player.end();
    assert!(heard.operations[1].ends_with("ns=1;s=the.answer = 1 -> unseen"));
}

#[test]
fn sequence_numbers_begin_anew_where_the_standard_lets_them() {
    let call = &hex(CALL_REAL)[24..];
    let told = |first, second| heard(&[(A, &whole(first, 1, call)), (A, &whole(second, 2, call))]).problems;
    assert!(told(u32::MAX - 100, 7).is_empty());
    assert!(told(u32::MAX, 0).is_empty());
    assert_eq!(told(5, 7), ["opcua: sequence number out of order (incomplete)"]);
}

#[test]
fn the_probe_is_certain_only_of_its_own() {
    let ask = |bytes: &[u8]| {
        (PROTOCOL.probe)(&Probe {
            transport: Transport::Tcp,
            ports: [1, 2],
            from: A,
            bytes,
            answer: &[],
            expected: None,
        })
    };
    for real in [HELLO_REAL, ACKNOWLEDGE_REAL, OPEN_REAL, WRITE_REAL] {
        assert_eq!(ask(&hex(real)), Answer::Certain);
    }
    assert_eq!(ask(b"MSG"), Answer::Unsure);
    assert_eq!(ask(b"MSGF\x10\0\0\0"), Answer::No, "too short for a message");
    assert_eq!(ask(b"HELC\x38\0\0\0"), Answer::No, "greetings have one chunk");
    assert_eq!(ask(b"MSG 1 N 50\r\n"), Answer::No);
    assert_eq!(ask(b"HELO mail.example"), Answer::No);
    assert_eq!(ask(b"GET / HTTP/1.1"), Answer::No);
}

#[test]
fn an_idle_conversation_is_small() {
    let size = size_of::<crate::Framed<super::super::state::OpcUa>>();
    assert!(size <= 264, "{size} bytes");
}

proptest! {
    #[test]
    fn any_segmentation_gives_the_same_operations(cuts in vec(1..200_usize, 1..8)) {
        let session = real_session();
        let turns = borrowed(&session);
        let whole = heard(&turns);
        let cut = play_cut(&PROTOCOL, PORTS, &turns, &cuts);
        prop_assert_eq!(cut.operations, whole.operations);
        prop_assert_eq!(cut.problems, whole.problems);
    }

    #[test]
    fn any_chunking_gives_the_same_operations(lengths in vec(4..40_usize, 0..6), signed: bool) {
        let signature: &[u8] = if signed { &[7; 32] } else { &[] };
        let mut player = player();
        if signed {
            // Teaches how long signatures are.
            player.say(A, &chunk(ChunkKind::FINAL, 9, 0x18, &hex(CALL_REAL)[24..], signature));
            player.say(B, &chunk(ChunkKind::FINAL, 9, 0x18, &hex(CALLED_REAL)[24..], signature));
        }
        for chunk in chunked_write(&lengths, signature) {
            player.say(A, &chunk);
        }
        player.say(B, &chunk(ChunkKind::FINAL, 10, 0x15, &hex(WRITTEN_REAL)[24..], signature));
        let heard = player.end();
        // A message that ends before its last chunk is followed by an empty one; nothing else changes.
        prop_assert_eq!(heard.operations.last().map(String::as_str), Some(WRITTEN));
        prop_assert_eq!(heard.problems, Vec::<String>::new());
    }
}
