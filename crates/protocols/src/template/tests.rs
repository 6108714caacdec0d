use super::PROTOCOL;
use super::wire::{Kind, Pdu};
use crate::testing::{Player, play, play_cut};
use crate::{Answer, Probe, Transport};
use proptest::collection::vec;
use proptest::prelude::{Just, any, prop_oneof};
use proptest::{prop_assert_eq, proptest};
use quaywatch_model::Side::{self, A, B};

const READ: &[u8] = b"TP\x00\x01\x01\x00\x00";
const READ_ANSWER: &[u8] = b"TP\x00\x01\x81\x00\x02\x00\x2a";
const WRITE: &[u8] = b"TP\x00\x02\x02\x00\x01\x07";
const WRITE_REFUSED: &[u8] = b"TP\x00\x02\x82\x00\x01\x05";
const PORTS: [u16; 2] = [50_000, 1];

#[test]
fn a_request_is_paired_with_its_answer() {
    let heard = play(&PROTOCOL, Transport::Tcp, PORTS, &[(A, READ), (B, READ_ANSWER)]);
    assert_eq!(heard.operations, ["A: Read read (0x01): value = 2a -> accepted"]);
    assert_eq!(heard.frames, [(1, 2)]);
    assert!(heard.problems.is_empty());
}

#[test]
fn a_refusal_carries_the_devices_own_code() {
    let heard = play(&PROTOCOL, Transport::Tcp, PORTS, &[(A, WRITE), (B, WRITE_REFUSED)]);
    assert_eq!(heard.operations, ["A: Write write (0x02): value = 07 -> refused refused (0x05)"]);
}

#[test]
fn roles_come_from_content_when_the_server_is_heard_first() {
    let heard = play(&PROTOCOL, Transport::Tcp, PORTS, &[(A, READ_ANSWER), (B, WRITE)]);
    assert_eq!(
        heard.operations,
        ["B: Read read (0x01): value = 2a -> accepted", "B: Write write (0x02): value = 07 -> unseen"]
    );
}

#[test]
fn reading_goes_on_after_a_gap_and_after_rubbish() {
    let mut player = Player::new(&PROTOCOL, Transport::Tcp, PORTS);
    player.say(A, READ).lose(B, 9).say(B, b"\x00\x2a").say(A, WRITE).say(B, WRITE_REFUSED);
    let heard = player.say(A, b"rubbish").say(A, READ).wait_seconds(9).end();
    assert_eq!(
        heard.operations,
        [
            "A: Write write (0x02): value = 07 -> refused refused (0x05)",
            "A: Read read (0x01): value -> unseen",
            "A: Read read (0x01): value -> unanswered",
        ]
    );
}

#[test]
fn the_probe_is_certain_only_of_its_own() {
    let ask = |bytes| {
        (PROTOCOL.probe)(&Probe {
            transport: Transport::Tcp,
            ports: PORTS,
            from: A,
            bytes,
            answer: &[],
            expected: None,
        })
    };
    assert_eq!(ask(READ), Answer::Certain);
    assert_eq!(ask(&READ[..3]), Answer::Unsure);
    assert_eq!(ask(b"GET / HTTP/1.1"), Answer::No);
}

proptest! {
    #[test]
    fn any_segmentation_gives_the_same_operations(cuts in vec(1..9_usize, 1..8)) {
        let turns: &[(Side, &[u8])] = &[(A, READ), (B, READ_ANSWER), (A, WRITE), (B, WRITE_REFUSED)];
        let whole = play(&PROTOCOL, Transport::Tcp, PORTS, turns);
        prop_assert_eq!(play_cut(&PROTOCOL, PORTS, turns, &cuts).operations, whole.operations);
    }

    #[test]
    fn any_bytes_are_survived(turns in vec((prop_oneof![Just(A), Just(B)], vec(any::<u8>(), 0..64)), 0..8)) {
        let turns: Vec<(Side, &[u8])> = turns.iter().map(|(side, bytes)| (*side, bytes.as_slice())).collect();
        let _ = play(&PROTOCOL, Transport::Tcp, PORTS, &turns);
    }

    #[test]
    fn what_decodes_encodes_to_the_same_bytes(sequence: u16, kind: u8, body in vec(any::<u8>(), 0..256)) {
        let bytes = Pdu { sequence, kind: Kind(kind), body: &body }.encode();
        prop_assert_eq!(Pdu::decode(&bytes).map(|pdu| pdu.encode()), Ok(bytes));
    }
}
