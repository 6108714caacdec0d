//! Pairing, roles, recognition and resynchronisation.

use super::super::{PORT, PROTOCOL};
use super::{PORTS, adu, numbered};
use crate::testing::{Player, play, play_unknown};
use crate::{Answer, Probe, Transport};
use quaywatch_model::Side::{self, A, B};

const UNHINTED: [u16; 2] = [50_000, 50_001];

fn read(transaction: u16, address: u8, quantity: u8) -> Vec<u8> {
    numbered(transaction, 1, &[3, 0, address, 0, quantity])
}

fn values(transaction: u16, values: &[u8]) -> Vec<u8> {
    let mut pdu = vec![3, values.len() as u8 * 2];
    values.iter().for_each(|&value| pdu.extend_from_slice(&[0, value]));
    numbered(transaction, 1, &pdu)
}

fn told(turns: &[(Side, Vec<u8>)], ports: [u16; 2]) -> Vec<String> {
    let turns: Vec<(Side, &[u8])> = turns.iter().map(|(side, bytes)| (*side, bytes.as_slice())).collect();
    play(&PROTOCOL, Transport::Tcp, ports, &turns).operations
}

#[test]
fn sixteen_pipelined_requests_are_paired_by_transaction_whatever_the_order() {
    let mut turns: Vec<_> = (0..16).map(|n| (A, read(n, n as u8, 1))).collect();
    turns.extend((0..16).rev().map(|n| (B, values(n, &[n as u8 + 100]))));
    let told = told(&turns, PORTS);
    assert_eq!(told.len(), 16);
    for (n, line) in (0..16).rev().zip(told) {
        let expected = format!("holding {n} = [{}] -> accepted", n + 100);
        assert!(line.ends_with(&expected), "{line}");
    }
}

#[test]
fn with_one_transaction_for_all_an_answer_goes_to_the_oldest_request_it_fits() {
    let turns = [
        (A, read(0, 10, 1)),
        (A, read(0, 20, 2)),
        (A, read(0, 30, 2)),
        (B, values(0, &[5, 6])),
        (B, values(0, &[7, 8])),
        (B, values(0, &[9])),
    ];
    assert_eq!(
        told(&turns, PORTS),
        [
            "A: Read read_holding_registers (0x03) unit 1: holding 20..21 = [5, 6] -> accepted",
            "A: Read read_holding_registers (0x03) unit 1: holding 30..31 = [7, 8] -> accepted",
            "A: Read read_holding_registers (0x03) unit 1: holding 10 = [9] -> accepted",
        ]
    );
}

#[test]
fn a_client_that_uses_a_transaction_again_after_its_timeout_no_longer_waits() {
    let mut player = Player::new(&PROTOCOL, Transport::Tcp, PORTS);
    player.say(A, &read(0, 9, 1)).say(B, &values(0, &[1])).say(A, &read(0, 10, 1)).wait_seconds(1);
    let heard = player.say(A, &read(0, 11, 1)).say(B, &values(0, &[2])).end();
    assert_eq!(
        heard.operations[1..],
        [
            "A: Read read_holding_registers (0x03) unit 1: holding 10 -> unanswered",
            "A: Read read_holding_registers (0x03) unit 1: holding 11 = [2] -> accepted",
        ]
    );
}

/// As in a capture that lost packets: the master asks each second, always with transaction 3.
#[test]
fn a_request_given_up_is_unseen_if_the_next_answer_shows_that_bytes_were_lost() {
    let mut player = Player::new(&PROTOCOL, Transport::Tcp, PORTS);
    player.say(A, &read(3, 99, 1)).say(B, &values(3, &[90])).wait_seconds(1);
    player.say(A, &read(3, 99, 1)).wait_seconds(1).say(A, &read(3, 99, 1));
    let heard = player.lose(B, 11).say(B, &values(3, &[92])).end();
    assert_eq!(
        heard.operations[1..],
        [
            "A: Read read_holding_registers (0x03) unit 1: holding 99 -> unseen",
            "A: Read read_holding_registers (0x03) unit 1: holding 99 = [92] -> accepted",
        ]
    );
}

#[test]
fn a_request_nobody_answers_is_given_up_while_the_conversation_goes_on() {
    let mut player = Player::new(&PROTOCOL, Transport::Tcp, PORTS);
    player.say(A, &read(1, 9, 1)).say(B, &values(1, &[1])).say(A, &read(2, 10, 1)).wait_seconds(31);
    player.say(A, &read(3, 11, 1));
    assert_eq!(
        player.heard.operations[1..],
        ["A: Read read_holding_registers (0x03) unit 1: holding 10 -> unanswered"]
    );
    player.end();
}

#[test]
fn units_behind_a_gateway_are_told_apart() {
    let turns = [
        (A, numbered(0, 7, b"\x04\x00\x00\x00\x01")),
        (A, numbered(0, 8, b"\x04\x00\x00\x00\x01")),
        (B, numbered(0, 8, b"\x04\x02\x00\x08")),
        (B, numbered(0, 7, b"\x84\x0B")),
    ];
    assert_eq!(
        told(&turns, PORTS),
        [
            "A: Read read_input_registers (0x04) unit 8: input 0 = [8] -> accepted",
            "A: Read read_input_registers (0x04) unit 7: input 0 -> refused \
             gateway_target_device_failed_to_respond (0x0B)",
        ]
    );
}

#[test]
fn roles_come_from_content_when_the_server_is_heard_first_and_no_port_helps() {
    let turns = [(A, values(4, &[7])), (B, read(5, 0, 1)), (A, values(5, &[8]))];
    assert_eq!(
        told(&turns, UNHINTED),
        [
            "B: Read read_holding_registers (0x03) unit 1: holding ? = [7] -> accepted",
            "B: Read read_holding_registers (0x03) unit 1: holding 0 = [8] -> accepted",
        ]
    );
}

#[test]
fn echoes_are_answers_of_the_requests_that_wait_for_them() {
    let write = adu(b"\x06\x00\x01\x00\x03");
    let turns = [(B, write.clone()), (A, write)];
    assert_eq!(
        told(&turns, UNHINTED),
        ["B: Write write_single_register (0x06) unit 1: holding 1 = 3 -> accepted"]
    );
}

#[test]
fn an_echo_taken_for_a_request_is_set_right_once_roles_are_known() {
    let echo = adu(b"\x06\x00\x01\x00\x03");
    let turns = [(A, echo), (B, read(2, 0, 1)), (A, values(2, &[8]))];
    assert_eq!(
        told(&turns, UNHINTED),
        [
            "B: Write write_single_register (0x06) unit 1: holding 1 = 3 -> accepted",
            "B: Read read_holding_registers (0x03) unit 1: holding 0 = [8] -> accepted",
        ]
    );
}

#[test]
fn an_echo_heard_first_is_set_right_by_the_next_exchange_of_the_same_kind() {
    let write = |transaction, value| numbered(transaction, 1, &[6, 0, 1, 0, value]);
    let turns = [(A, write(7, 3)), (B, write(8, 4)), (A, write(8, 4))];
    assert_eq!(
        told(&turns, UNHINTED),
        [
            "B: Write write_single_register (0x06) unit 1: holding 1 = 3 -> accepted",
            "B: Write write_single_register (0x06) unit 1: holding 1 = 4 -> accepted",
        ]
    );
}

#[test]
fn a_request_for_which_no_memory_was_left_is_still_told() {
    let mut memory = crate::Memory::new(0);
    let (mut shared, mut heard) = (crate::Shared::default(), crate::testing::Recorder::default());
    let probe =
        Probe { transport: Transport::Udp, ports: PORTS, from: A, bytes: &[], answer: &[], expected: None };
    let mut conversation = (PROTOCOL.start)(&probe);
    let mut cx = crate::Context {
        now: quaywatch_model::Moment::default(),
        addresses: crate::testing::ADDRESSES,
        ports: PORTS,
        opened: None,
        wanted: crate::Wanted::default(),
        memory: &mut memory,
        shared: &mut shared,
        sink: &mut heard,
    };
    conversation.data(&mut cx, A, &read(1, 0, 1));
    conversation.end(&mut cx);
    assert_eq!(heard.operations, ["A: Read read_holding_registers (0x03) unit 1 -> unseen"]);
}

#[test]
fn where_nothing_else_tells_the_port_does() {
    let write = adu(b"\x06\x00\x01\x00\x03");
    let heard = play(&PROTOCOL, Transport::Tcp, [PORT, 50_000], &[(A, &write)]);
    assert_eq!(heard.operations, ["B: Write write_single_register (0x06) unit 1: holding 1 = 3 -> accepted"]);
    assert_eq!(heard.frames, [(0, 1)]);
}

#[test]
fn a_client_cannot_pass_its_requests_off_as_answers_once_roles_are_proven() {
    let disguised = adu(b"\x03\x02\x00\x01");
    let turns = [
        (A, read(1, 0, 1)),
        (B, values(1, &[1])),
        (A, read(2, 0, 1)),
        (B, values(2, &[1])),
        (A, disguised),
        (B, adu(b"\x83\x03")),
    ];
    assert_eq!(
        told(&turns, PORTS)[2..],
        ["A: Read read_holding_registers (0x03) unit 1: malformed request = 020001 -> refused \
          illegal_data_value (0x03)"]
    );
}

#[test]
fn reading_goes_on_after_gaps_and_rubbish_and_says_what_was_missed() {
    let mut player = Player::new(&PROTOCOL, Transport::Tcp, PORTS);
    player.say(A, &read(1, 1, 1)).lose(B, 11).say(A, &read(2, 2, 1)).say(B, &values(2, &[2]));
    player.say(A, b"GET / HTTP/1.1\r\n\r\n").say(A, &read(3, 3, 1)).say(B, &values(3, &[3]));
    let heard = player.wait_seconds(9).end();
    assert_eq!(
        heard.operations,
        [
            "A: Read read_holding_registers (0x03) unit 1: holding 2 = [2] -> accepted",
            "A: Read read_holding_registers (0x03) unit 1: holding 3 = [3] -> accepted",
            "A: Read read_holding_registers (0x03) unit 1: holding 1 -> unseen",
        ]
    );
    assert_eq!(
        heard.problems,
        [
            "modbus: protocol identifier is not 0 (malformed)",
            "modbus: bytes passed over to find the next PDU (incomplete)",
        ]
    );
}

#[test]
fn an_answer_whose_request_was_not_captured_is_still_told() {
    let heard = play(&PROTOCOL, Transport::Tcp, PORTS, &[(B, &adu(b"\x86\x02")), (B, &adu(b"\x01\x01\x05"))]);
    assert_eq!(
        heard.operations,
        [
            "A: Write write_single_register (0x06) unit 1 -> refused illegal_data_address (0x02)",
            "A: Read read_coils (0x01) unit 1: coil ? = [true, false, true, false, false, false, false, false] \
             -> accepted",
        ]
    );
}

#[test]
fn datagrams_hold_one_adu_each() {
    let request = read(1, 0, 1);
    let mut longer = values(1, &[7]);
    longer.push(0);
    let heard = play(
        &PROTOCOL,
        Transport::Udp,
        PORTS,
        &[(A, &request), (B, &longer), (B, b"\0"), (B, &values(1, &[7]))],
    );
    assert_eq!(
        heard.operations,
        ["A: Read read_holding_registers (0x03) unit 1: holding 0 = [7] -> accepted"]
    );
    assert_eq!(heard.problems, ["modbus: length is not the datagram's (malformed)"; 2]);
}

fn ask(ports: [u16; 2], transport: Transport, bytes: &[u8]) -> Answer {
    (PROTOCOL.probe)(&Probe { transport, ports, from: A, bytes, answer: &[], expected: None })
}

#[test]
fn the_probe_is_certain_of_modbus_on_any_port() {
    for ports in [PORTS, UNHINTED] {
        assert_eq!(ask(ports, Transport::Tcp, &read(9, 0, 2)), Answer::Certain);
        assert_eq!(ask(ports, Transport::Tcp, &values(9, &[1, 2])), Answer::Certain);
        assert_eq!(ask(ports, Transport::Tcp, &adu(b"\x83\x02")), Answer::Certain);
        assert_eq!(ask(ports, Transport::Udp, &read(9, 0, 2)), Answer::Certain);
        assert_eq!(ask(ports, Transport::Tcp, &read(9, 0, 2)[..7]), Answer::Unsure);
    }
}

#[test]
fn off_its_port_only_a_pdu_that_fits_its_function_is_modbus() {
    let scan = adu(b"\x41\0\0\0\0");
    assert_eq!(ask(PORTS, Transport::Tcp, &scan), Answer::Certain);
    assert_eq!(ask(UNHINTED, Transport::Tcp, &scan), Answer::No);
    assert_eq!(ask(UNHINTED, Transport::Tcp, &adu(b"\x03\x00\x00\x00\x00")), Answer::No);
    let mut two = read(1, 0, 1);
    two.extend_from_slice(b"\x17\x03\x00");
    assert_eq!(ask(UNHINTED, Transport::Tcp, &two), Answer::Certain, "a header cut short may be one");
    two.extend_from_slice(b"\x2a");
    assert_eq!(ask(UNHINTED, Transport::Tcp, &two), Answer::No);
}

/// As ITI's modbus_test_data_part2.pcap begins.
const SCAN_FOR_ZERO: &[u8] = b"\0\0\0\0\0\x06\x01\0\0\0\0\0";
const SCAN_FOR_ONE: &[u8] = b"\0\0\0\0\0\x06\x01\x01\0\0\0\0";

#[test]
fn a_scan_that_begins_with_function_0_is_read_from_its_first_request() {
    let refused = b"\0\0\0\0\0\x03\x01\x80\x01";
    let told = [
        "A: Opaque unknown (0x00) unit 1: request data = 00000000 -> refused illegal_function (0x01)",
        "A: Read read_coils (0x01) unit 1: coil 0 (none) -> unseen",
    ];
    let heard = play_unknown(Transport::Tcp, PORTS, &[(A, SCAN_FOR_ZERO), (B, refused), (A, SCAN_FOR_ONE)]);
    assert_eq!(heard.operations, told);
    assert_eq!(heard.frames, [(1, 2), (3, 0)]);
    assert_eq!(heard.problems, [""; 0]);
}

#[test]
fn a_function_0_that_nobody_answers_is_told_once_the_next_request_says_what_it_was() {
    let heard = play_unknown(Transport::Tcp, PORTS, &[(A, SCAN_FOR_ZERO), (A, SCAN_FOR_ONE)]);
    assert_eq!(heard.frames, [(1, 0), (2, 0)]);
    assert!(heard.operations[0].contains("unknown (0x00)"), "{:?}", heard.operations);
}

#[test]
fn function_0_is_not_believed_off_the_port_nor_in_mid_stream() {
    let elsewhere = play_unknown(Transport::Tcp, UNHINTED, &[(A, SCAN_FOR_ZERO), (A, &read(9, 0, 2))]);
    assert_eq!(elsewhere.operations.len(), 1, "{:?}", elsewhere.operations);
    let mut player = Player::new(&PROTOCOL, Transport::Tcp, PORTS);
    let heard = player.lose(A, 10).say(A, SCAN_FOR_ZERO).say(A, &read(9, 0, 2)).end();
    assert_eq!(heard.frames, [(3, 0)]);
}

/// First bytes that scanners really sent to port 502, and first bytes of protocols that begin like Modbus.
#[test]
fn the_probe_leaves_other_protocols_alone_even_on_port_502() {
    let others: &[&[u8]] = &[
        b"\x16\x03\x01\x00\x85\x01\x00\x00\x81\x03\x03\x73\x6f\xf8\x18\x54\x21\x29",
        b"GET / HTTP/1.1\r\nHost: 160.97.70.34\r\n\r\n",
        b"\x05\x00\x0b\x03\x10\x00\x00\x00\x48\x00\x00\x00\x01\x00\x00\x00\xb8\x10\xb8\x10\x00\x00\x00\x00",
        b"\x80\x00\x00\x28\x7e\x86\xab\x4a\x00\x00\x00\x00\x00\x00\x00\x02\x00\x01\x86\xa3\x00\x00\x00\x03",
        b"MGLNDD_160.97.70.36_502\n",
        b"\x03\x00\x00\x2b\x26\xe0\x00\x00\x00\x00\x00Cookie: mstshash=admin\r\n",
        b"\x65\x00\x04\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00",
        b"\x63\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00",
        b"\x00\x00\x2c\x00\x00\x00\x05\x0a\x10\x20\x01\x01\x10\x27\x05\x0a\x10\x20\x01\x01",
        b"\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00",
    ];
    for bytes in others {
        for ports in [PORTS, UNHINTED] {
            assert_eq!(ask(ports, Transport::Tcp, bytes), Answer::No, "{}", bytes.escape_ascii());
        }
    }
}
