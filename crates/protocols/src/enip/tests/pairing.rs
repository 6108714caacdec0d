use super::*;

#[test]
fn a_router_that_gave_up_refuses_what_it_should_have_carried() {
    let heard = heard(&[(A, IDENTITY_BEHIND_A_RACK), (B, ROUTER_TIMED_OUT)]);
    assert_eq!(
        heard.operations,
        ["A: Identify get_attributes_all (0x01) via unconnected_send (0x52) to 1/4 unit 4: \
          Identity (0x01) instance 1 -> refused unconnected_request_timed_out (1/516)"]
    );
    assert_eq!(heard.frames, [(1, 2)]);
}

#[test]
fn a_connection_whose_opening_was_not_seen_is_still_paired() {
    let heard =
        heard(&[(A, SET_CLOCK), (B, SET_CLOCK_REPLY), (A, PCCC_PROGRAM_MODE), (B, PCCC_PROGRAM_MODE_REPLY)]);
    assert_eq!(
        heard.operations,
        [
            "A: SetClock set_attribute_list (0x04) via class 3 connection: \
             Wall Clock Time (0x8B) instance 1 attribute 6 = 2008-10-23T23:26:43.000000000Z -> accepted",
            "A: Stop pccc_change_mode (0x0F80) via class 3 connection: mode = \"remote program\" -> accepted",
        ]
    );
    assert_eq!(heard.frames, [(1, 2), (3, 4)]);
}

#[test]
fn sessions_open_close_and_are_refused() {
    let register = hex("65000400000000000000000000000000000000000000000001000000");
    let registered = hex("65000400000202120000000000000000000000000000000001000000");
    let refused = hex("65000400000000006900000000000000000000000000000002000000");
    let unregister = hex("660000000002021200000000000000000000000000000000");
    let turns: &[(Side, &[u8])] =
        &[(B, &register), (A, &refused), (B, &register), (A, &registered), (B, &unregister)];
    let heard = play(&PROTOCOL, Transport::Tcp, PORTS, turns);
    assert_eq!(
        heard.operations,
        [
            "B: OpenSession register_session (0x0065) -> refused unsupported_protocol_revision (0x00000069)",
            "B: OpenSession register_session (0x0065): session = 302121472 -> accepted",
            "B: CloseSession unregister_session (0x0066): session = 302121472 -> accepted",
        ]
    );
}

#[test]
fn the_encapsulations_refusal_is_the_messages_refusal() {
    let mut refusal = packet(Command::SEND_RR_DATA, 9, &[]);
    refusal[8] = 0x64;
    let turns: &[(Side, &[u8])] = &[(A, &unconnected(9, &ask(0x01, "20012401", ""))), (B, &refusal)];
    let heard = play(&PROTOCOL, Transport::Tcp, PORTS, turns);
    assert_eq!(
        heard.operations,
        ["A: Identify get_attributes_all (0x01): Identity (0x01) instance 1 -> refused \
          invalid_session_handle (0x00000064)"]
    );
}

#[test]
fn pipelined_requests_with_equal_contexts_pair_in_order_and_by_service() {
    let ask = |path| unconnected(0, &ask(0x0E, path, ""));
    let turns: &[(Side, &[u8])] = &[
        (A, &ask("20042401 3001")),
        (A, &ask("20042402 3001")),
        (A, &unconnected(0, &self::ask(0x07, "208e2401", ""))),
        (B, &unconnected(0, &reply(0x07, 0, ""))),
        (B, &unconnected(0, &reply(0x0E, 0, "01"))),
        (B, &unconnected(0, &reply(0x0E, 0, "02"))),
    ];
    let heard = play(&PROTOCOL, Transport::Tcp, PORTS, turns);
    assert_eq!(
        heard.operations,
        [
            "A: Stop logix_program_mode (0x07): class 0x8E instance 1 -> accepted",
            "A: Read get_attribute_single (0x0E): Assembly (0x04) instance 1 attribute 1 = 01 -> accepted",
            "A: Read get_attribute_single (0x0E): Assembly (0x04) instance 2 attribute 1 = 02 -> accepted",
        ]
    );
    assert_eq!(heard.frames, [(3, 4), (1, 5), (2, 6)]);
}

#[test]
fn after_a_loss_an_answer_belongs_to_the_last_request_that_looks_like_it() {
    let ask = |path| unconnected(0, &ask(0x0E, path, ""));
    let mut player = Player::new(&PROTOCOL, Transport::Tcp, PORTS);
    player.say(A, &ask("20042401 3001")).lose(B, 50);
    player.say(A, &ask("20042402 3001")).say(B, &unconnected(0, &reply(0x0E, 0, "02")));
    assert_eq!(
        player.end().operations,
        [
            "A: Read get_attribute_single (0x0E): Assembly (0x04) instance 1 attribute 1 -> unseen",
            "A: Read get_attribute_single (0x0E): Assembly (0x04) instance 2 attribute 1 = 02 -> accepted",
        ]
    );
}

#[test]
fn two_connections_with_the_same_sequence_counts_are_kept_apart() {
    let read = |name: &str| ask(0x4C, &format!("9101{name}00"), "0100");
    let turns: &[(Side, &[u8])] = &[
        (A, &connected(10, 1, &read("50"))),
        (B, &connected(110, 1, &reply(0x4C, 0, "c20001"))),
        (A, &connected(20, 1, &read("51"))),
        (B, &connected(120, 1, &reply(0x4C, 0, "c20002"))),
        (A, &connected(20, 2, &read("51"))),
        (A, &connected(10, 2, &read("50"))),
        (B, &connected(110, 2, &reply(0x4C, 0, "c20003"))),
        (B, &connected(120, 2, &reply(0x4C, 0, "c20004"))),
    ];
    let heard = play(&PROTOCOL, Transport::Tcp, PORTS, turns);
    let values: Vec<&str> = heard.operations.iter().filter_map(|line| line.split("symbol ").nth(1)).collect();
    assert_eq!(values, ["P = 1 -> accepted", "Q = 2 -> accepted", "P = 3 -> accepted", "Q = 4 -> accepted"]);
}

#[test]
fn the_server_may_be_heard_first_and_a_gap_is_survived() {
    let mut player = Player::new(&PROTOCOL, Transport::Tcp, PORTS);
    let run = hex(RUN);
    player.say(A, &hex(RUN_REPLY));
    player.say(B, &run).lose(A, 50);
    player.say(A, &hex(PROGRAM_MODE_REPLY)[5..]);
    player.say(B, &hex(PROGRAM_MODE)).say(A, &hex(PROGRAM_MODE_REPLY));
    let heard = player.end();
    assert_eq!(
        heard.operations,
        [
            "B: Start start (0x06) via class 3 connection: object not told -> accepted",
            "B: Stop logix_program_mode (0x07) via class 3 connection: class 0x8E instance 1 -> accepted",
            "B: Start logix_run (0x06) via class 3 connection: class 0x8E instance 1 -> unseen",
        ]
    );
    assert_eq!(heard.problems, ["enip: bytes passed over to find the next PDU (incomplete)"]);
}

#[test]
fn a_request_left_alone_is_unanswered_only_if_the_other_side_is_ever_heard() {
    let mut player = Player::new(&PROTOCOL, Transport::Tcp, PORTS);
    player.say(A, &hex(RUN)).say(B, &hex(RUN_REPLY)).say(A, &hex(PROGRAM_MODE)).wait_seconds(90);
    player.say(A, &hex(RUN));
    let heard = player.end();
    assert!(heard.operations[1].ends_with("class 0x8E instance 1 -> unanswered"));
    assert!(heard.operations[2].ends_with("-> unseen"));
    let mut late = Player::new(&PROTOCOL, Transport::Tcp, PORTS);
    late.say(A, &hex(RUN)).say(A, &hex(PROGRAM_MODE)).say(B, &hex(PROGRAM_MODE_REPLY)).wait_seconds(90);
    assert!(late.end().operations[1].ends_with("-> unseen"), "the other side was heard only afterwards");
    let mut deaf = Player::new(&PROTOCOL, Transport::Tcp, PORTS);
    let heard = deaf.say(A, &hex(RUN)).wait_seconds(90).end();
    assert!(heard.operations[0].ends_with("-> unseen"));
}

#[test]
fn wrappers_deeper_than_any_device_makes_them_stop_at_a_limit() {
    let mut message = ask(0x07, "208e2401", "");
    for _ in 0..12 {
        let mut outer = ask(0x0A, "20022401", "");
        Members::encode(&[&message], &mut outer);
        message = outer;
    }
    let heard = play(&PROTOCOL, Transport::Tcp, PORTS, &[(A, &unconnected(1, &message))]);
    assert_eq!(heard.operations.len(), 1);
    assert_eq!(heard.problems, ["cip: services wrapped too deep (limit)"]);
}

#[test]
fn members_that_overlap_are_read_once() {
    // Three offsets to the same place: bytes are read as one member at most.
    let request = ask(0x0A, "20022401", "0300 0800 0800 0800 0702208e2401");
    let heard = play(&PROTOCOL, Transport::Tcp, PORTS, &[(A, &unconnected(1, &request))]);
    assert!(heard.operations.is_empty());
    assert_eq!(heard.problems, ["cip: members of a Multiple Service Packet do not fit (malformed)"]);
}

#[test]
fn the_probe_is_certain_of_its_own_and_of_nothing_else() {
    for text in [IDENTITY_BEHIND_A_RACK, LIST_IDENTITY, FORWARD_OPEN, RUN_REPLY, LIST_IDENTITY_REPLY] {
        assert_eq!(begins(&hex(text)), Answer::Certain);
        assert_eq!(begins(&hex(text)[..10]), Answer::Unsure);
    }
    assert_eq!(begins(b"GET / HTTP/1.1\r\nHost: a\r\n\r\n"), Answer::No);
    assert_eq!(begins(&[0; 64]), Answer::No);
    assert_eq!(begins(&hex("0000000000060103006b0003")), Answer::No);
    let mut legacy = vec![1_u8];
    legacy.resize(24, 0);
    assert_eq!(begins(&legacy), Answer::Unsure);
    legacy.extend(hex(LIST_IDENTITY));
    assert_eq!(begins(&legacy), Answer::Certain);
}

#[test]
fn commands_without_an_answer_and_unknown_ones_are_told_and_an_empty_nop_is_not() {
    let turns: &[(Side, &[u8])] = &[
        (A, &hex(RUN)),
        (A, &packet(Command::NOP, 0, &[])),
        (A, &packet(Command::NOP, 0, b"hi")),
        (A, &packet(Command::CANCEL, 0, &[])),
        (A, &packet(Command(0x1234), 0, &[9])),
        (B, &hex(RUN_REPLY)),
    ];
    let heard = play(&PROTOCOL, Transport::Tcp, PORTS, turns);
    assert_eq!(
        heard.operations,
        [
            "A: Opaque nop (0x0000): session = 7; data = 6869 -> unseen",
            "A: Opaque cancel (0x0073): session = 7 -> unseen",
            "A: Opaque unknown (0x1234): session = 7; data = 09 -> unseen",
            "A: Start logix_run (0x06) via class 3 connection: class 0x8E instance 1 -> accepted",
        ]
    );
}

#[test]
fn explicit_messages_over_datagrams_are_paired_too() {
    let turns: &[(Side, &[u8])] =
        &[(B, &hex(IDENTITY_BEHIND_A_RACK)), (A, &hex(ROUTER_TIMED_OUT)), (B, &[1, 2, 3])];
    let heard = play(&PROTOCOL, Transport::Udp, PORTS, turns);
    assert_eq!(heard.operations.len(), 1);
    assert!(heard.operations[0].starts_with("B: Identify get_attributes_all (0x01) via unconnected_send"));
    assert_eq!(heard.problems, ["enip: message does not decode (malformed)"]);
}
