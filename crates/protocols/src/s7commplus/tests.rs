use super::PROTOCOL;
use super::wire::{Fragment, Function, Message, Version, encode_vlq, signed_vlq, vlq};
use crate::cotp::tests::{PORTS, data, hex};
use crate::testing::{Player, Recorder, play, play_cut};
use crate::{Answer, Probe, Transport};
use proptest::collection::vec;
use proptest::option;
use proptest::prelude::{Just, any, prop_oneof};
use proptest::{prop_assert, prop_assert_eq, proptest};
use quaywatch_model::Side::{self, A, B};
use quaywatch_wire::Reader;

/// Plays user data units, each in a DT of its own.
fn heard(turns: &[(Side, &str)]) -> Recorder {
    let turns: Vec<(Side, Vec<u8>)> = turns.iter().map(|(side, unit)| (*side, data(&hex(unit)))).collect();
    let turns: Vec<(Side, &[u8])> = turns.iter().map(|(side, bytes)| (*side, bytes.as_slice())).collect();
    play(&PROTOCOL, Transport::Tcp, PORTS, &turns)
}

fn digits(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// A message whole in one fragment.
fn whole(message: &str) -> String {
    let body = hex(message);
    digits(&Fragment { version: Version::V2, digest: None, body: &body, last: true }.encode().unwrap())
}

/// What stands behind most requests: an object qualifier.
const QUALIFIER: &str = "000004e8 8969 00 12 00000000 896a 00 13 00 896b 00 04 00 00 00000000";

fn request(function: u16, session: u32, payload: &str) -> String {
    let payload = hex(payload);
    let (function, sequence, flags) = (Function(function), 5, 0x34);
    whole(&digits(&Message::Request { function, sequence, session, flags, payload: &payload }.encode()))
}

fn response(function: u16, payload: &str) -> String {
    let payload = hex(payload);
    let (opcode, function, sequence, flags) = (0x32, Function(function), 5, 0x34);
    whole(&digits(&Message::Response { opcode, function, sequence, flags, payload: &payload }.encode()))
}

/// The one operation of a request with a response.
fn exchange(function: u16, session: u32, asked: &str, answered: &str) -> String {
    let mut heard = heard(&[(A, &request(function, session, asked)), (B, &response(function, answered))]);
    assert_eq!(heard.operations.len(), 1);
    assert_eq!(heard.problems, Vec::<String>::new());
    heard.operations.remove(0)
}

// s7comm-plus.pcap of ITI/ICS-Security-Tools (V13_1200_...), frames 28 and 30.
const READ: &str = "72 02 0052 31 0000 054c 0000 0003 00000398 34 00000000 05 18 00 32 01 9a7b 00 8149 02 8839 00 \
                    00 8149 02 8839 01 00 8149 02 880d 8768 00 8149 02 880d 8769 \
                    000004e8 8969 0012 00000000 896a 0013 00 896b 0004 0000 00000000 72020000";
const READ_ANSWER: &str = "72 02 0026 32 0000 054c 0000 0003 34 00 01 00 08 01 02 00 08 21 03 00 08 8125 04 00 08 32 \
                           05 00 08 32 00 00 00000000 72020000";

#[test]
fn several_variables_are_read_with_their_addresses() {
    let heard = heard(&[(A, READ), (B, READ_ANSWER)]);
    assert_eq!(
        heard.operations,
        ["A: Read get_multi_variables (0x054C): CPU (common) attribute 3451 = 1; \
          object root attribute 1081.0 = 33; object root attribute 1081.1 = 165; \
          object root attribute 1037.1000 = 50; object root attribute 1037.1001 = 50 -> accepted"]
    );
    assert_eq!(heard.frames, [(1, 2)]);
    assert_eq!(heard.problems, Vec::<String>::new());
}

#[test]
fn a_data_blocks_variable_is_named_by_block_and_local_id() {
    // S7-1511_db3_var1_HMI.pcap, frame 45: DB3, local id 10.
    let asked = format!("00000000 01 05 8acdf1cd66 88d0b88003 02 9376 0a {QUALIFIER}");
    assert_eq!(
        exchange(0x054C, 0x388, &asked, "00 01 80 0a 02 00000006"),
        "A: Read get_multi_variables (0x054C): DB3.10 -> accepted"
    );
    assert_eq!(
        exchange(
            0x0542,
            0x388,
            &format!("00000000 01 05 8acdf1cd66 88d0b88003 02 9376 0a 01 00 0e 3fc00000 00 {QUALIFIER}"),
            "00 00"
        ),
        "A: Write set_multi_variables (0x0542): DB3.10 = 1.5 -> accepted"
    );
}

#[test]
fn a_session_is_opened_authenticated_and_closed() {
    // S7-1200-Uploading-OB1-TIAV12.pcap, frames 6 and 8, cut behind the name and the first ids.
    let name = "a1 000000d3 821f 00 00 a3 8169 00 15 14 53657276657253657373696f6e5f324443364432";
    assert_eq!(
        exchange(0x04CA, 0x120, &format!("0000011d 00 04 00 00000000 {name}"), "11 02 8740 8707"),
        "A: OpenSession create_object (0x04CA): session = \"ServerSession_2DC6D2\"; class = 287; \
         in session container -> accepted"
    );
    assert_eq!(
        exchange(0x0542, 0x3C0, "000003c0 01 01 8232 01 00 17 0000013a 00 00", "00 00"),
        "A: OpenSession set_multi_variables (0x0542): object 0x000003C0 session_version -> accepted"
    );
    assert_eq!(
        exchange(0x04F2, 0x3C0, "000003c0 01 8e36 00 14 00 04 01020304", "16"),
        "A: Authenticate set_variable (0x04F2): object 0x000003C0 legitimation = (masked) -> \
         refused session_delegitimised (0x0016)"
    );
    assert_eq!(
        exchange(0x04D4, 0x3C0, "000003c0 00", "00 000003c0 00"),
        "A: CloseSession delete_object (0x04D4): object 0x000003C0 -> accepted"
    );
}

#[test]
fn the_operating_state_is_changed_by_an_attribute_of_the_execution_unit() {
    let set = |value: &str| exchange(0x04F2, 0x3C0, &format!("00000034 01 9077 00 08 {value}"), "00");
    assert_eq!(
        set("01"),
        "A: Stop set_variable (0x04F2): CPU execution unit operating_state_request = 1 -> accepted"
    );
    assert_eq!(
        set("03"),
        "A: Start set_variable (0x04F2): CPU execution unit operating_state_request = 3 -> accepted"
    );
    assert!(set("02").starts_with("A: Reset"));
    assert!(set("09").starts_with("A: ChangeMode"));
}

#[test]
fn what_lives_only_in_a_session_is_no_process_value() {
    assert_eq!(
        exchange(0x04F2, 0x398, "1000006a 01 881d 00 07 0006", "00"),
        "A: Subscribe set_variable (0x04F2): object 0x1000006A subscription_credit_limit = 6 -> accepted"
    );
    // modbusBig.pcap of Zeek, every second.
    assert!(exchange(0x04F2, 0x3E2, "7000000a 01 9517 00 02 01", "00").starts_with("A: Opaque set_variable"));
    assert!(exchange(0x04F2, 0x3E2, "00000020 01 9517 00 02 01", "00").starts_with("A: Write set_variable"));
}

#[test]
fn an_error_is_the_low_word_of_the_return_value() {
    // S7-1200-Uploading-OB1-TIAV12.pcap, frames 22 and 23.
    let asked = format!("89f90000 20 04 01 bc37 {QUALIFIER}");
    assert_eq!(
        exchange(0x0586, 0x3C0, &asked, "c08895b080ef91fff4 00 00000000"),
        "A: Read get_var_substreamed (0x0586): object 0x89F90000 attribute 7735 -> refused error (0xFFF4)"
    );
    assert_eq!(
        exchange(0x0586, 0x3C0, &asked, "00 00 00 08 01 00000000"),
        "A: Read get_var_substreamed (0x0586): object 0x89F90000 attribute 7735 = 1 -> accepted"
    );
}

/// The load of a block, in fragments of so many bytes of message.
fn load(fragment_bytes: usize) -> Vec<String> {
    let payload = hex("00000003 00 04 00 00000000 a1 8a320001 9457 20 00 a3 8169 00 15 04 4d61696e a2");
    let message = Message::Request {
        function: Function::CREATE_OBJECT,
        sequence: 5,
        session: 0x3C0,
        flags: 0x34,
        payload: &payload,
    };
    let message = message.encode();
    let pieces: Vec<&[u8]> = message.chunks(fragment_bytes).collect();
    let last = pieces.len() - 1;
    let fragment = |(at, body): (usize, &[u8])| {
        let fragment = Fragment { version: Version::V2, digest: None, body, last: at == last };
        digits(&fragment.encode().unwrap())
    };
    pieces.into_iter().enumerate().map(fragment).collect()
}

#[test]
fn a_block_created_in_the_program_is_a_download() {
    let loaded = load(7);
    let mut turns = vec![(
        A,
        request(
            0x0556,
            0x3C0,
            "02 0001 00 a1 7fffc001 8d24 00 00 a3 8169 00 15 0d 444c5472616e73616374696f6e",
        ),
    )];
    turns.push((B, response(0x0556, "00 12 1000006a")));
    turns.extend(loaded.into_iter().map(|unit| (A, unit)));
    turns.push((B, response(0x04CA, "00 00")));
    turns.push((A, request(0x0560, 0x3C0, "00 00")));
    turns.push((B, response(0x0560, "00")));
    let turns: Vec<(Side, &str)> = turns.iter().map(|(side, unit)| (*side, unit.as_str())).collect();
    let heard = heard(&turns);
    assert_eq!(
        heard.operations,
        [
            "A: DownloadProgram begin_sequence (0x0556): transaction = \"DLTransaction\" -> accepted",
            "A: DownloadProgram create_object (0x04CA): OB1 = \"Main\"; class = 2647; in PLC program 20 bytes \
             -> accepted",
            "A: DownloadProgram end_sequence (0x0560) -> accepted",
        ]
    );
    assert_eq!(
        heard.transfers,
        [
            "begin 1 program to_device by A OB 1 \"Main\"",
            "data 1 a18a32000194572000a381690015044d61696ea2",
            "end 1 complete",
        ]
    );
}

#[test]
fn a_block_that_is_deleted_and_an_object_that_is_not_one() {
    assert!(
        exchange(0x04D4, 0x3C0, "8a0e0003 00", "00")
            .starts_with("A: DeleteProgram delete_object (0x04D4): DB3")
    );
    assert!(exchange(0x04D4, 0x3C0, "00000123 00", "00").starts_with("A: Write delete_object"));
}

#[test]
fn a_notification_is_the_controllers() {
    let heard = heard(&[(B, "72 02 0012 33 1000006a 0400 0000 0000 02 01 00 00000000 72020000")]);
    assert_eq!(heard.operations, ["A: Subscribe notification (0x33): subscription 0x1000006A -> accepted"]);
    assert_eq!(heard.frames, [(0, 1)]);
}

#[test]
fn a_digest_is_passed_over() {
    let (ask, answer) = (hex(&request(0x04D4, 0x38A, "0000038a 00")), hex(&response(0x04D4, "00")));
    let digest = [0x55; 32];
    let protect = |bytes: &[u8]| {
        let fragment = Fragment::decode(bytes).unwrap();
        Fragment { version: Version::V3, digest: Some(&digest), ..fragment }.encode().unwrap()
    };
    let heard = heard(&[(A, &digits(&protect(&ask))), (B, &digits(&protect(&answer)))]);
    assert_eq!(heard.operations, ["A: CloseSession delete_object (0x04D4): object 0x0000038A -> accepted"]);
}

#[test]
fn keep_alives_and_system_events_are_no_operations() {
    let heard = heard(&[(A, "72 ff 01 00"), (B, "72 fe 00 10 00 00")]);
    assert_eq!(heard.operations, Vec::<String>::new());
    assert_eq!(heard.problems, Vec::<String>::new());
}

#[test]
fn a_request_whose_answer_is_lost_is_unseen_and_reading_goes_on() {
    let mut player = Player::new(&PROTOCOL, Transport::Tcp, PORTS);
    let loaded = load(9);
    player.say(A, &data(&hex(READ))).lose(B, 40).say(A, &data(&hex(&loaded[0]))).lose(A, 10);
    player
        .say(A, &data(&hex(loaded.last().unwrap())))
        .say(A, &data(&hex(&request(0x04D4, 1, "00000001 00"))));
    let heard = player.say(B, &data(&hex(&response(0x04D4, "00")))).end();
    assert_eq!(heard.operations[0], "A: CloseSession delete_object (0x04D4): root -> accepted");
    assert!(heard.operations[1].starts_with("A: Read get_multi_variables"));
    assert!(heard.operations[1].ends_with("-> unseen"));
    assert!(heard.problems.contains(&"s7comm-plus: message cut short (incomplete)".to_owned()));
    assert!(heard.problems.contains(&"s7comm-plus: rest of a lost message (incomplete)".to_owned()));
}

#[test]
fn a_response_whose_request_was_not_captured_is_told() {
    let heard = heard(&[(A, READ_ANSWER)]);
    assert_eq!(heard.operations, ["B: Read get_multi_variables (0x054C) -> accepted"]);
}

#[test]
fn the_probe_is_certain_only_of_its_own() {
    let ask = |bytes: &[u8]| {
        (PROTOCOL.probe)(&Probe {
            transport: Transport::Tcp,
            ports: PORTS,
            from: A,
            bytes,
            answer: &[],
            expected: None,
        })
    };
    let read = data(&hex(READ));
    assert_eq!(ask(&read), Answer::Certain);
    assert_eq!(ask(&read[..5]), Answer::Unsure);
    assert_eq!(ask(&data(&hex("32 01 0000"))), Answer::No);
    assert_eq!(ask(b"GET / HTTP/1.1"), Answer::No);
}

proptest! {
    #[test]
    fn any_segmentation_gives_the_same_operations(cuts in vec(1..60_usize, 1..8), fragment_bytes in 1..60_usize) {
        let mut turns = vec![(A, hex(READ)), (B, hex(READ_ANSWER))];
        turns.extend(load(fragment_bytes).iter().map(|unit| (A, hex(unit))));
        turns.push((B, hex(&response(0x04CA, "00 00"))));
        let turns: Vec<(Side, Vec<u8>)> = turns.into_iter().map(|(side, unit)| (side, data(&unit))).collect();
        let turns: Vec<(Side, &[u8])> = turns.iter().map(|(side, bytes)| (*side, bytes.as_slice())).collect();
        let cut = play_cut(&PROTOCOL, PORTS, &turns, &cuts);
        prop_assert_eq!(cut.operations.len(), 2);
        prop_assert_eq!(cut.operations, play(&PROTOCOL, Transport::Tcp, PORTS, &turns).operations);
        prop_assert_eq!(cut.transfers.len(), 3);
    }

    #[test]
    fn any_payloads_are_survived(
        turns in vec((prop_oneof![Just(A), Just(B)], 0..22_u16, any::<u32>(), vec(any::<u8>(), 0..60)), 0..12)
    ) {
        let mut player = Player::new(&PROTOCOL, Transport::Tcp, PORTS);
        for (from, function, session, payload) in turns {
            let function = 0x04B1 + function * 10;
            let unit = match from {
                A => request(function, session % 400, &digits(&payload)),
                B => response(function, &digits(&payload)),
            };
            player.say(from, &data(&hex(&unit)));
        }
        player.end();
    }

    #[test]
    fn changed_bytes_are_survived(changes in vec((any::<u16>(), any::<u8>()), 1..6)) {
        let mut turns = vec![(A, hex(READ)), (B, hex(READ_ANSWER))];
        turns.extend(load(20).iter().map(|unit| (A, hex(unit))));
        for (at, value) in changes {
            let count = turns.len();
            let (_, bytes) = &mut turns[usize::from(at) % count];
            let place = usize::from(at) % bytes.len();
            bytes[place] = value;
        }
        let turns: Vec<(Side, Vec<u8>)> = turns.into_iter().map(|(side, unit)| (side, data(&unit))).collect();
        let turns: Vec<(Side, &[u8])> = turns.iter().map(|(side, bytes)| (*side, bytes.as_slice())).collect();
        let _ = play(&PROTOCOL, Transport::Tcp, PORTS, &turns);
    }

    #[test]
    fn numbers_encode_to_what_they_decode_from(number: u64) {
        for number in [number, number >> 7, number >> 8, number >> 40, number >> 57, 0] {
            let mut bytes = Vec::new();
            encode_vlq(number, &mut bytes);
            let mut reader = Reader::new(&bytes);
            prop_assert_eq!(vlq(&mut reader, "number"), Ok(number));
            prop_assert!(reader.is_empty());
        }
    }

    #[test]
    fn fragments_encode_to_what_they_decode_from(
        version in 1..4_u8, digest in option::of(any::<[u8; 32]>()), body in vec(any::<u8>(), 0..60), last: bool
    ) {
        let version = Version(version);
        // A body of version 3 that begins as a digest does reads as one.
        let digest = if version == Version::V3 { Some(digest.unwrap_or([0; 32])) } else { None };
        let fragment = Fragment { version, digest: digest.as_ref().map(<[u8; 32]>::as_slice), body: &body, last };
        let bytes = fragment.encode().unwrap();
        prop_assert_eq!(Fragment::decode(&bytes), Ok(fragment));
    }

    #[test]
    fn messages_that_decode_encode_to_the_same_bytes(kind in 0..4_usize, rest in vec(any::<u8>(), 16..40)) {
        let mut bytes = vec![[0x31, 0x32, 0x02, 0x33][kind], 0, 0, rest[0], rest[1], 0, 0];
        bytes.extend_from_slice(&rest[2..]);
        let message = Message::decode(&bytes).unwrap().unwrap();
        prop_assert_eq!(message.encode(), bytes.clone());
    }
}

#[test]
fn signed_numbers_have_their_sign_in_the_second_bit() {
    let read = |digits: &str| signed_vlq(&mut Reader::new(&hex(digits)), "number").unwrap();
    assert_eq!(read("01"), 1);
    assert_eq!(read("8125"), 165);
    assert_eq!(read("7f"), -1);
    assert_eq!(read("bf7f"), 8191);
    assert_eq!(read("c000"), -8192);
}

/// Lines of `s7comm_plus.log`, their columns as ICSNPP's own tests have them: `version=3 opcode=0x31
/// opcode_name=Request function_code=0x04f2 function_name=Set Variable`, and a notification without a function.
#[test]
fn a_message_is_a_line_of_the_log_however_many_fragments_it_has() {
    let set = Message::Request {
        function: Function::SET_VARIABLE,
        sequence: 1,
        session: 0x398,
        flags: 0x34,
        payload: &[0; 9],
    };
    let (set, digest) = (set.encode(), [0x5A; 32]);
    let part = |body, last| {
        digits(&Fragment { version: Version::V3, digest: Some(&digest), body, last }.encode().unwrap())
    };
    let notification =
        whole(&digits(&Message::Notification { subscription: 0x7000_0394, payload: &[0; 8] }.encode()));
    let (unnamed, older) = (request(0x0506, 0x398, ""), whole("02 0000 054c 0000 0003 34 00"));
    let heard = heard(&[
        (A, &part(&set[..11], false)),
        (A, &part(&set[11..], true)),
        (B, &notification),
        (A, &unnamed),
        (B, &older),
        (B, "72 ff 00 00"),
    ]);
    let lines = heard.zeek.iter().filter(|line| line[0] == "s7comm_plus").map(|line| line[1..].join(" "));
    assert_eq!(
        lines.collect::<Vec<_>>(),
        [
            "version=3 opcode=0x31 opcode_name=Request function_code=0x04f2 function_name=Set Variable",
            "version=2 opcode=0x33 opcode_name=Notification function_code=- function_name=-",
            "version=2 opcode=0x31 opcode_name=Request function_code=0x0506 \
             function_name=Unknown s7comm-plus function-0x0506",
            "version=2 opcode=0x02 opcode_name=Unknown s7comm-plus opcode-0x02 function_code=- function_name=-",
        ]
    );
}
