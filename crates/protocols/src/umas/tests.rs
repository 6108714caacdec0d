use super::{Function, MemoryRange, Message, ProgramBlock, ProgramStep, Reservation};
use crate::modbus::tests::corpus;
use crate::modbus::{Adu, PROTOCOL, Pdu};
use crate::testing::{Player, Recorder, play, play_cut};
use crate::{Answer, Probe, Transport};
use proptest::collection::vec;
use proptest::prelude::any;
use proptest::{option, prop_assert, prop_assert_eq, proptest};
use quaywatch_model::Side::{self, A, B};

const PORTS: [u16; 2] = [50_000, 502];

/// A UMAS message in its Modbus wrapping.
fn umas(transaction: u16, message: &[u8]) -> Vec<u8> {
    let mut bytes = Vec::new();
    Adu { transaction, unit: 0, pdu: Pdu { code: 0x5A, data: message } }.encode(&mut bytes);
    bytes
}

fn turns(exchanges: &[(&[u8], &[u8])]) -> Vec<(Side, Vec<u8>)> {
    exchanges.iter().zip(0..).flat_map(|((ask, say), n)| [(A, umas(n, ask)), (B, umas(n, say))]).collect()
}

fn borrowed(turns: &[(Side, Vec<u8>)]) -> Vec<(Side, &[u8])> {
    turns.iter().map(|(side, bytes)| (*side, bytes.as_slice())).collect()
}

fn heard(exchanges: &[(&[u8], &[u8])]) -> Recorder {
    play(&PROTOCOL, Transport::Tcp, PORTS, &borrowed(&turns(exchanges)))
}

/// A session that is opened, reads, moves a program each way, is signed, refused, and closed.
const SESSION: &[(&[u8], &[u8])] = &[
    (b"\x00\x10\x43\x4c\x00\x00\x0fUSER-714E74F21B", b"\x00\xFE\x01"),
    (b"\x01\x20\x00\x13\x00\x64\x00\x00\x00\x02\x00", b"\x01\xFE\x00\x02\x00\x0A\x0B"),
    (b"\x01\x30\x00\x01", b"\x01\xFE"),
    (b"\x01\x31\x00\x01\x01\x00\x03\x00APX", b"\x01\xFE\x00"),
    (b"\x01\x31\x00\x01\x02\x00\x02\x00ab", b"\x01\xFE\x00"),
    (b"\x01\x32\x00\x01\x02\x00", b"\x01\xFE"),
    (b"\x01\x33\x00\x01\xfb\x00", b"\x01\xFE"),
    (b"\x01\x34\x00\x01\x01\x00", b"\x01\xFE\x00\x01\x03\x00APX"),
    (b"\x01\x35\x00\x01\x01\x00", b"\x01\xFE"),
    (b"\x01\x41\xFF\x00", b"\x01\xFD\xA1\xA1"),
    (b"\x01\x11", b"\x01\xFE"),
];

/// The one operation of one exchange, without client and unit.
fn operation(ask: &[u8], say: &[u8]) -> String {
    let heard = heard(&[(ask, say)]);
    assert_eq!(heard.problems, [""; 0]);
    let [line] = heard.operations.as_slice() else { panic!("one operation, not {:?}", heard.operations) };
    line.strip_prefix("A: ").unwrap().replace(" unit 0", "")
}

#[test]
fn starting_and_stopping_are_told_as_such() {
    assert_eq!(
        operation(b"\x01\x40\xFF\x00", b"\x01\xFE"),
        "Start umas start_plc (0x40): request data = ff00 -> accepted"
    );
    assert_eq!(
        operation(b"\x01\x41\xFF\x00", b"\x01\xFD\xA1\xA1"),
        "Stop umas stop_plc (0x41): request data = ff00 -> refused umas_error (0xA1A1)"
    );
}

#[test]
fn a_modbus_exception_is_the_refusal() {
    let turns: &[(Side, &[u8])] = &[(A, &umas(0, b"\x00\x02")), (B, b"\0\0\0\0\0\x03\0\xDA\x04")];
    assert_eq!(
        play(&PROTOCOL, Transport::Tcp, PORTS, turns).operations,
        ["A: Identify umas read_id (0x02) unit 0 -> refused server_device_failure (0x04)"]
    );
}

/// It is a lock, as a Logix controller's: whoever holds it keeps all others from changing the controller.
#[test]
fn a_reservation_tells_the_station_and_never_the_proof_of_its_password() {
    assert_eq!(
        operation(b"\x00\x10\x43\x4c\x00\x00\x0fUSER-714E74F21B", b"\x00\xFE\x01"),
        "ChangeSecurity umas take_plc_reservation (0x10): station = \"USER-714E74F21B\"; session key = 1 -> accepted"
    );
    assert_eq!(
        operation(b"\x00\x10\x43\x4c\x00\x00\x08PC\0hash!", b"\x00\xFE\x07"),
        "ChangeSecurity umas take_plc_reservation (0x10): station = \"PC\"; password proof = (masked); session key = \
         7 -> accepted"
    );
    assert_eq!(
        operation(b"\x01\x11", b"\x01\xFE"),
        "ChangeSecurity umas release_plc_reservation (0x11) -> accepted"
    );
    assert_eq!(
        operation(b"\x00\x6E\x02\x01\x02\x03\x04", b"\x00\xFE\xAA\xAA"),
        "Authenticate umas reservation_nonces (0x6E): nonce = (masked) -> accepted"
    );
}

/// As a Quantum 140 CPU 311 10 answers.
#[test]
fn an_identity_tells_name_and_firmware() {
    let answer =
        b"\x00\xfe\x10\xff\x5a\x01\x01\x00\x00\x00\x70\x02\x00\x00\x27\x00\x09\x00\x08\x00\x00\x00\x00\x00\
                   \x0e140 CPU 311 10\x01\x01\x01\x00\x00\x00\x00\x11\x00";
    assert_eq!(
        operation(b"\x00\x02", answer),
        "Identify umas read_id (0x02): name = \"140 CPU 311 10\"; firmware = 2.70; hardware = 9; ident = 65882 \
         -> accepted"
    );
}

#[test]
fn memory_is_told_by_block_and_byte_but_not_where_the_password_hash_is() {
    assert_eq!(
        operation(b"\x00\x20\x00\x13\x00\x64\x00\x00\x00\x02\x00", b"\x00\xFE\x00\x02\x00\x0A\x0B"),
        "Read umas read_memory_block (0x20): block 19 byte 100..101 = 0a0b 2 bytes -> accepted"
    );
    assert_eq!(
        operation(b"\x00\x20\x00\x14\x00\x64\x00\x00\x00\x02\x00", b"\x00\xFE\x00\x02\x00\x0A\x0B"),
        "Read umas read_memory_block (0x20): block 20 byte 100..101 = (masked) 2 bytes -> accepted"
    );
}

#[test]
fn variables_are_told_with_their_values() {
    assert_eq!(
        operation(
            b"\x00\x22\x01\x02\x03\x04\x02\x02\x03\x00\x01\x01\x00\x02\x11\x04\x00\x01\x00\x00\x08\x03\x00",
            b"\x00\xFE\x2A\x01abc"
        ),
        "Read umas read_variables (0x22): block 3 byte 258..259 = 298; block 4 byte 8..10 = [97, 98, 99] -> accepted"
    );
    assert_eq!(
        operation(b"\x00\x23\x01\x02\x03\x04\x01\x03\x03\x00\x45\x23\x01\x00\x78\x56\x34\x12", b"\x00\xFE"),
        "Write umas write_variables (0x23): block 3 byte 74565..74568 = 305419896 -> accepted"
    );
}

#[test]
fn the_data_dictionary_tells_the_names_of_variables() {
    let answer = b"\x00\xFE\x00\x00\x00\x00\x00\x02\x00\
                   \x04\x00\x03\x00\x10\x00\x00\x00\x00\x00Hoist_Speed\0\
                   \x08\x00\x03\x00\x12\x00\x00\x00\x00\x00Load_Kg\0";
    assert_eq!(
        operation(b"\x00\x26\x02\xDD\x01\x01\x02\x03\x04\xFF\xFF\x00\x00\x00\x00", answer),
        "Browse umas data_dictionary (0x26): symbol Hoist_Speed = type 4 block 3 byte 16; symbol Load_Kg = type 8 \
         block 3 byte 18 -> accepted"
    );
}

#[test]
fn monitoring_reads_registers_or_does_what_nobody_knows() {
    let told = |ask: &[u8]| operation(ask, b"\x01\xFE").split(" -> ").next().unwrap().to_owned();
    assert_eq!(told(b"\x01\x50\x15\x00\x01\x07"), "Read umas monitor_plc (0x50): all registered variables");
    assert_eq!(
        told(b"\x01\x50\x15\x00\x01\x05\x01\x03\x00\x08\x00\x02"),
        "Subscribe umas monitor_plc (0x50): block 3 byte 8"
    );
    assert_eq!(
        told(b"\x01\x50\x15\x00\x01\x03\x01"),
        "Opaque umas monitor_plc (0x50): request data = 1500010301"
    );
}

#[test]
fn a_signed_message_is_told_as_the_message_inside_with_its_wrapper() {
    let wrap = |outer: u8, inner: &[u8]| [&[7, outer, 1], [0x5E; 32].as_slice(), &[0x5A], inner].concat();
    assert_eq!(
        operation(&wrap(0x38, b"\x07\x41\xFF\x00"), &wrap(0xFE, b"\x07\xFD\x0B")),
        "Stop umas stop_plc (0x41) via umas signed_message (0x38): request data = ff00 -> refused umas_error (0x0B)"
    );
}

#[test]
fn an_answer_alone_does_not_say_what_was_asked() {
    let heard = play(&PROTOCOL, Transport::Tcp, PORTS, &[(B, &umas(1, b"\x01\xFE\x0A"))]);
    assert_eq!(heard.operations, ["A: Opaque umas answer unit 0: answer data = 0a -> accepted"]);
}

#[test]
fn blocks_to_the_controller_are_a_download_and_a_repeated_one_counts_once() {
    let heard = heard(&[
        (b"\x01\x30\x00\x01", b"\x01\xFE"),
        (b"\x01\x31\x00\x01\x01\x00\x03\x00APX", b"\x01\xFE\x00"),
        (b"\x01\x31\x00\x01\x02\x00\x02\x00ab", b"\x01\xFE\x00"),
        (b"\x01\x31\x00\x01\x02\x00\x02\x00ab", b"\x01\xFE\x00"),
        (b"\x01\x31\x00\x01\x03\x00\x01\x00c", b"\x01\xFE\x00"),
        (b"\x01\x32\x00\x01\x03\x00", b"\x01\xFE"),
    ]);
    assert_eq!(
        heard.transfers,
        ["begin 1 program to_device by A APX", "data 1 415058616263", "end 1 complete"]
    );
    assert_eq!(
        heard.operations[1],
        "A: DownloadProgram umas upload_block_to_plc (0x31) unit 0: program 1 block 1 3 bytes -> accepted"
    );
    assert_eq!(
        heard.operations[5],
        "A: DownloadProgram umas end_upload_to_plc (0x32) unit 0: program 1; blocks = 3 -> accepted"
    );
}

#[test]
fn blocks_from_the_controller_are_an_upload() {
    let heard = heard(&[
        (b"\x01\x33\x00\x01\xfb\x00", b"\x01\xFE"),
        (b"\x01\x34\x00\x01\x01\x00", b"\x01\xFE\x00\x01\x03\x00APX"),
        (b"\x01\x34\x00\x01\x02\x00", b"\x01\xFE\x01\x01\x01\x00z"),
        (b"\x01\x35\x00\x01\x02\x00", b"\x01\xFE"),
    ]);
    assert_eq!(
        heard.transfers,
        ["begin 1 program from_device by A APX", "data 1 4150587a", "end 1 complete"]
    );
    assert_eq!(
        heard.operations[1],
        "A: UploadProgram umas download_block_from_plc (0x34) unit 0: program 1 block 1 3 bytes -> accepted"
    );
}

#[test]
fn a_block_that_was_not_captured_is_missing_and_the_transfer_incomplete() {
    let (ask, say) = (|n| umas(n, &[1, 0x34, 0, 1, n as u8, 0]), |n| umas(n, b"\x01\xFE\x00\x01\x01\x00z"));
    let mut player = Player::new(&PROTOCOL, Transport::Tcp, PORTS);
    player.say(A, &ask(7)).say(B, &say(7)).lose(A, 14).lose(B, 14).say(A, &ask(9)).say(B, &say(9));
    player.say(A, &umas(10, b"\x01\x35\x00\x01\x09\x00")).say(B, &umas(10, b"\x01\xFE"));
    let heard = player.end();
    assert_eq!(
        heard.transfers,
        [
            "begin 1 program from_device by A APX",
            "missing 1 0",
            "data 1 7a",
            "missing 1 0",
            "data 1 7a",
            "end 1 incomplete",
        ]
    );
}

#[test]
fn a_refused_block_moves_nothing() {
    let heard = heard(&[
        (b"\x01\x30\x00\x01", b"\x01\xFE"),
        (b"\x01\x31\x00\x01\x01\x00\x03\x00APX", b"\x01\xFD\x01"),
    ]);
    assert_eq!(heard.transfers, ["begin 1 program to_device by A APX", "end 1 incomplete"]);
}

#[test]
fn frames_longer_than_modbus_allows_are_read_and_recognised_from_their_head() {
    let block = [b"\x01\x31\x00\x01\x01\x00\xE8\x03".as_slice(), &[0x55; 1000]].concat();
    let request = umas(1, &block);
    let probe = Probe {
        transport: Transport::Tcp,
        ports: PORTS,
        from: A,
        bytes: &request[..10],
        answer: &[],
        expected: None,
    };
    assert_eq!((PROTOCOL.probe)(&probe), Answer::Certain);
    let mut player = Player::new(&PROTOCOL, Transport::Tcp, PORTS);
    player.say(A, &request[..600]).say(A, &request[600..]).say(B, &umas(1, b"\x01\xFE\x00"));
    assert_eq!(
        player.heard.operations,
        [
            "A: DownloadProgram umas upload_block_to_plc (0x31) unit 0: program 1 block 1 1000 bytes -> accepted"
        ]
    );
    assert_eq!(player.conversation().protocol(), "umas");
    player.end();
}

/// A scan that tries all function codes is no UMAS session.
#[test]
fn a_scan_of_function_codes_stays_modbus() {
    let mut player = Player::new(&PROTOCOL, Transport::Tcp, PORTS);
    player.say(A, &umas(1, b"\0\0\0\0")).say(B, b"\0\x01\0\0\0\x03\0\xDA\x01");
    assert_eq!(
        player.heard.operations,
        ["A: Opaque umas unknown (0x00) unit 0: request data = 0000 -> refused illegal_function (0x01)"]
    );
    assert_eq!(player.conversation().protocol(), "modbus");
    player.end();
}

/// The first 60 frames of nDPI's `tests/cfgs/default/pcap/umas.pcap`; counts as tshark shows its bytes.
#[test]
fn a_captured_engineering_session_is_read_from_end_to_end() {
    let Some(capture) = corpus::find("umas/ndpi__umas.frames1-60.pcap") else { return };
    let heard = corpus::conversations(&PROTOCOL, 502, &capture);
    let [session] = heard.as_slice() else { panic!("one conversation") };
    assert_eq!((session.protocol, &session.recorder.problems), ("umas", &Vec::new()));
    let operations = &session.recorder.operations;
    assert_eq!(operations.len(), 28);
    let count = |function: Function| {
        let told = format!("{} (0x{:02X})", function.name(), function.0);
        operations.iter().filter(|line| line.contains(&told)).count()
    };
    let expected = [
        (Function::INIT_COMM, 2),
        (Function::READ_ID, 1),
        (Function::READ_PROJECT_INFO, 2),
        (Function::READ_PLC_INFO, 5),
        (Function::REPEAT, 2),
        (Function::TAKE_PLC_RESERVATION, 1),
        (Function::KEEP_ALIVE, 1),
        (Function::READ_MEMORY_BLOCK, 12),
        (Function::MONITOR_PLC, 2),
    ];
    for (function, times) in expected {
        assert_eq!(count(function), times, "{}", function.name());
    }
    assert!(operations.iter().all(|line| line.starts_with("A: ")), "the station is the client throughout");
    assert_eq!(operations.iter().filter(|line| line.ends_with("-> accepted")).count(), 27);
    assert_eq!(operations[27], "A: Read umas read_plc_info (0x04) unit 0 -> unseen");
    assert!(operations[22].contains("station = \"USER-714E74F21B\"; session key = 1"));
    assert!(operations[3].contains("project = \"Project\""));
}

proptest! {
    #[test]
    fn any_segmentation_gives_the_same_operations(cuts in vec(1..40_usize, 1..8)) {
        let mut turns = turns(SESSION);
        // Longer than a frame of Modbus may be.
        turns.push((A, umas(90, &[b"\x01\x31\x00\x01\x01\x00\xE8\x03".as_slice(), &[0x55; 1000]].concat())));
        turns.push((B, umas(90, b"\x01\xFE\x00")));
        let mut whole = play(&PROTOCOL, Transport::Tcp, PORTS, &borrowed(&turns));
        prop_assert_eq!(whole.operations.len(), SESSION.len() + 1);
        prop_assert!(whole.transfers.len() > 6, "{:?}", whole.transfers);
        let mut cut = play_cut(&PROTOCOL, PORTS, &borrowed(&turns), &cuts);
        whole.frames.clear();
        cut.frames.clear();
        prop_assert_eq!(cut, whole);
    }

    #[test]
    fn any_message_is_survived(exchanges in vec((vec(any::<u8>(), 0..40), vec(any::<u8>(), 0..40)), 1..6)) {
        let exchanges: Vec<(&[u8], &[u8])> =
            exchanges.iter().map(|(ask, say)| (ask.as_slice(), say.as_slice())).collect();
        let _ = heard(&exchanges);
    }

    #[test]
    fn any_body_of_any_function_is_survived(function in 0..0x80_u8, ask in vec(any::<u8>(), 0..40), say in vec(any::<u8>(), 0..60)) {
        let (ask, say) = ([&[0, function], ask.as_slice()].concat(), [&[0, 0xFE], say.as_slice()].concat());
        prop_assert_eq!(heard(&[(&ask, &say)]).operations.len(), 1);
    }

    #[test]
    fn what_decodes_encodes_to_the_same_bytes(data in vec(any::<u8>(), 0..24)) {
        let mut encoded = Vec::new();
        if let Ok(message) = Message::decode(&data) {
            message.encode(&mut encoded);
            prop_assert_eq!(&std::mem::take(&mut encoded), &data);
        }
        if let Ok(step) = ProgramStep::decode(&data) {
            step.encode(&mut encoded);
            prop_assert_eq!(&std::mem::take(&mut encoded), &data);
        }
        if let Ok(range) = MemoryRange::decode(&data) {
            range.encode(&mut encoded);
            prop_assert_eq!(&std::mem::take(&mut encoded), &data);
        }
    }

    #[test]
    fn blocks_and_reservations_keep_their_bytes(
        file: u8, number in option::of(any::<u16>()), reserver: u32, data in vec(any::<u8>(), 0..300),
    ) {
        let block = ProgramBlock { flag: 0, file, number, data: &data };
        let mut encoded = Vec::new();
        block.encode(&mut encoded);
        let decoded = if number.is_some() {
            ProgramBlock::decode_to_plc(&encoded)
        } else {
            ProgramBlock::decode_from_plc(&encoded)
        };
        prop_assert_eq!(decoded, Ok(block));
        let reservation = Reservation { reserver, name: data.get(..255).unwrap_or(&data) };
        encoded.clear();
        reservation.encode(&mut encoded);
        prop_assert_eq!(Reservation::decode(&encoded), Ok(reservation));
    }
}
