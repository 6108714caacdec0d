//! Cyclic data and alarms.

use super::*;

#[test]
fn cyclic_data_is_told_once_and_again_when_its_status_changes() {
    let mut turns: Vec<(Side, Vec<u8>)> = (0..50).map(|cycle| (A, cyclic_frame(cycle * 32, 0x35))).collect();
    turns.push((A, cyclic_frame(50 * 32, 0x25)));
    turns.push((A, cyclic_frame(54 * 32, 0x25)));
    turns.push((A, cyclic_frame(55 * 32, 0x35)));
    let turns: Vec<(Side, &[u8])> = turns.iter().map(|(side, bytes)| (*side, bytes.as_slice())).collect();
    let heard = play(&PROTOCOL, ETHERNET, [0, 0], &turns);
    assert_eq!(
        heard.operations,
        [
            "B: Subscribe rt_class_1 (0x8001): provider state = \"run\"; data valid = true; station = \"ok\"; \
             redundancy state = \"primary\"; data status = 53; transfer status = 0; data bytes = 40 -> accepted",
            "B: Subscribe rt_class_1 (0x8001): provider state = \"stop\" (was \"run\"); data valid = true; \
             station = \"ok\"; redundancy state = \"primary\"; data status = 37 (was 53); transfer status = 0; \
             data bytes = 40 -> accepted",
            "B: Subscribe rt_class_1 (0x8001): provider state = \"run\" (was \"stop\"); data valid = true; \
             station = \"ok\"; redundancy state = \"primary\"; data status = 53 (was 37); transfer status = 0; \
             data bytes = 40; frames missing by cycle counter = 3 -> accepted",
        ]
    );
    assert_eq!(heard.problems, ["profinet: cyclic frames missing by cycle counter (incomplete)"]);
}

#[test]
fn frames_that_were_not_captured_are_not_held_against_the_provider() {
    let mut player = Player::new(&PROTOCOL, ETHERNET, [0, 0]);
    player.say(A, &cyclic_frame(0, 0x35)).say(A, &cyclic_frame(32, 0x35)).lose(A, 0);
    let heard = player.say(A, &cyclic_frame(320, 0x35)).say(A, &cyclic_frame(352, 0x35)).end();
    assert!(heard.problems.is_empty(), "{:?}", heard.problems);
}

#[test]
fn four_bytes_behind_the_status_are_not_taken_for_changes_of_it() {
    let with_check_sequence = |cycle: u16| {
        let mut frame = cyclic_frame(cycle * 32, 0x35);
        frame.extend_from_slice(&[0x12, 0x34, 0x56, cycle as u8 | 1]);
        frame
    };
    let frames: Vec<Vec<u8>> = (0..20).map(with_check_sequence).collect();
    let turns: Vec<(Side, &[u8])> = frames.iter().map(|frame| (A, frame.as_slice())).collect();
    let heard = play(&PROTOCOL, ETHERNET, [0, 0], &turns);
    assert!(heard.operations.is_empty());
    assert_eq!(heard.problems, ["profinet: cyclic frame does not end in a status (malformed)"]);
}

#[test]
fn a_real_cyclic_frame_is_read() {
    let heard = hear(&[(A, CYCLIC)]);
    assert_eq!(heard.operations.len(), 1);
    assert!(heard.operations[0].starts_with("B: Subscribe rt_class_1 (0xBBF0): provider state = \"run\""));
}

#[test]
fn no_more_frame_ids_are_watched_than_the_limit_says() {
    let mut player = Player::new(&PROTOCOL, ETHERNET, [0, 0]);
    for id in 0..200_u16 {
        let mut frame = cyclic_frame(0, 0x35);
        frame[0] = 0x90;
        frame[1] = id as u8;
        player.say(A, &frame);
    }
    let heard = player.end();
    assert_eq!(heard.operations.len(), cyclic::MOST_STREAMS);
    assert_eq!(heard.problems, ["profinet: more cyclic frame ids than are watched (limit)"]);
}

fn rta(frame_id: FrameId, kind: u8, sequence: u16, part: &str) -> Vec<u8> {
    let part = bytes(part);
    let pdu_type = PduType(0x10 | kind);
    let (destination, source, flags, send_sequence, ack_sequence) = (1, 3, 0x11, sequence, 0xFFFF);
    let mut frame = Vec::new();
    let pdu =
        Rta { frame_id, destination, source, pdu_type, flags, send_sequence, ack_sequence, part: &part };
    pdu.encode(&mut frame);
    frame
}

#[test]
fn an_alarm_is_told_once_however_often_it_is_repeated() {
    let pulled = "0002 001a 0100 0003 00000000 0002 0001 00000012 00000001 a805";
    let alarm = rta(FrameId::ALARM_LOW, 1, 0, pulled);
    let acknowledged = rta(FrameId::ALARM_LOW, 1, 0, "8002 0014 0100 0003 00000000 0002 0001 a805 00000000");
    let next = rta(FrameId::ALARM_LOW, 1, 1, &pulled.replace("0003", "0004"));
    let refused = rta(FrameId::ALARM_LOW, 1, 1, "8002 0014 0100 0004 00000000 0002 0001 a805 da813c01");
    let turns: [(Side, &[u8]); 5] = [(B, &alarm), (B, &alarm), (A, &acknowledged), (B, &next), (A, &refused)];
    assert_eq!(
        operations_of(&turns),
        [
            "A: Subscribe alarm_notification_low (0x0002): alarm type = \"pull\"; alarm type number = 3; api = 0; \
             slot = 2; subslot = 1; module ident = 18; submodule ident = 1; alarm specifier = 43013 -> accepted",
            "A: Subscribe alarm_notification_low (0x0002): alarm type = \"plug\"; alarm type number = 4; api = 0; \
             slot = 2; subslot = 1; module ident = 18; submodule ident = 1; alarm specifier = 43013 -> accepted",
            "A: Subscribe alarm_ack_low (0x8002) -> refused wrong_submodule_state (0xDA813C01)",
        ]
    );
}

#[test]
fn an_rta_error_closes_the_connection_and_says_why() {
    let error = rta(FrameId::ALARM_LOW, 4, 0xFFFE, "cf81fd05");
    assert_eq!(
        operations_of(&[(B, &error)]),
        ["B: CloseSession rta_error (0x04) -> accepted consumer_watchdog_expired (0xCF81FD05)"]
    );
}
