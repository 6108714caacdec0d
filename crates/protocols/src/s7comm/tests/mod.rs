mod any_bytes;
mod blocks;
mod logs;

use super::PROTOCOL;
use super::address::Specification;
use super::wire::{BlockJob, Function, Invocation, Kind, Pdu};
use crate::cotp::tests::{PORTS, data, hex};
use crate::testing::{Player, Recorder, play};
use crate::{Answer, Probe, Transport};
use quaywatch_model::Side::{self, A, B};
use quaywatch_wire::Reader;

/// Plays S7 PDUs, each in a DT of its own.
fn heard(turns: &[(Side, &str)]) -> Recorder {
    let turns: Vec<(Side, Vec<u8>)> = turns.iter().map(|(side, pdu)| (*side, data(&hex(pdu)))).collect();
    let turns: Vec<(Side, &[u8])> = turns.iter().map(|(side, bytes)| (*side, bytes.as_slice())).collect();
    play(&PROTOCOL, Transport::Tcp, PORTS, &turns)
}

fn job(parameters: &[u8], data: &[u8]) -> String {
    let pdu = Pdu { kind: Kind::JOB, redundancy: 0, reference: 1, error: 0, parameters, data };
    pdu.encode().unwrap().iter().map(|byte| format!("{byte:02x}")).collect()
}

fn acknowledgement(error: u16, parameters: &[u8], data: &[u8]) -> String {
    let pdu = Pdu { kind: Kind::ACK_DATA, redundancy: 0, reference: 1, error, parameters, data };
    pdu.encode().unwrap().iter().map(|byte| format!("{byte:02x}")).collect()
}

// step7_s300_stop.pcap, frames 1 and 2 (ITI/ICS-Security-Tools).
const STOP: &str = "32 01 0000 3500 0010 0000 29 00 00 00 00 00 09 505f50524f4752414d";
const STOPPED: &str = "32 03 0000 3500 0001 0000 0000 29";
// wincc_s400_production.pcap, frames 24 and 25: three ranges of data blocks in one item.
const READ_RANGES: &str =
    "32 01 0000 0d00 0015 0000 04 01 12 11 b0 03 02 004a 006c 04 004c 0194 02 0051 003c";
const RANGES: &str = "32 03 0000 0d00 0002 000f 0000 04 01 ff 09 000b ff 040a ff 0544053e ff 040a";
const RANGES_READ: &str = "A: Read read_var (0x04): DB74.DBB108..109 = 040a; DB76.DBB404..407 = 0544053e; \
                           DB81.DBB60..61 = 040a -> accepted";

#[test]
fn a_stop_is_told_with_what_it_stops() {
    let heard = heard(&[(A, STOP), (B, STOPPED)]);
    assert_eq!(heard.operations, ["A: Stop plc_stop (0x29): P_PROGRAM -> accepted"]);
    assert_eq!(heard.frames, [(1, 2)]);
    assert_eq!(heard.problems, Vec::<String>::new());
}

#[test]
fn several_ranges_in_one_item_are_several_items() {
    assert_eq!(heard(&[(A, READ_RANGES), (B, RANGES)]).operations, [RANGES_READ]);
}

#[test]
fn variables_are_typed_by_their_addresses() {
    // Bit, byte, word, integer, double word, double integer, real, several words.
    let addresses = [
        "12 0a 10 01 0001 0000 83 000050",
        "12 0a 10 02 0001 0000 82 000000",
        "12 0a 10 04 0001 0000 81 000010",
        "12 0a 10 05 0001 0001 84 000018",
        "12 0a 10 06 0001 0078 84 000020",
        "12 0a 10 07 0001 0001 84 000040",
        "12 0a 10 08 0001 0001 84 000060",
        "12 0a 10 04 0002 0001 85 000000",
        "12 0a 10 02 000a 0005 84 000000",
    ];
    let values = "ff 03 0001 01 00 ff 04 0008 ff 00 ff 04 0010 8000 ff 05 0010 fffe ff 04 0020 ffffffff \
                  ff 06 0004 fffffffe ff 07 0004 3fc00000 ff 04 0020 0001 0002 ff 04 0050 00010203040506070809";
    let asked = job(&[&[4, 9], hex(&addresses.concat()).as_slice()].concat(), &[]);
    let answered = acknowledgement(0, &[4, 9], &hex(values));
    assert_eq!(
        heard(&[(A, &asked), (B, &answered)]).operations,
        [
            "A: Read read_var (0x04): M10.0 = true; QB0 = 255; IW2 = 32768; DB1.DBW3 = -2; DB120.DBD4 = 4294967295; \
          DB1.DBD8 = -2; DB1.DBD12 = 1.5; DI1.DIW0..2 = [1, 2]; DB5.DBB0..9 = 00010203040506070809 -> accepted"
        ]
    );
}

#[test]
fn timers_are_milliseconds_and_counters_are_decimal() {
    // wincc_s300_setup-alarm-read-write.pcap, from frames 6 and 9; then a counter that is no decimal number.
    let asked = job(
        &hex(
            "04 03 12 0a 10 1d 0001 0000 1d 000000 12 0a 10 1c 0001 0000 1c 000000 12 0a 10 1c 0001 0000 1c 000001",
        ),
        &[],
    );
    let answered = acknowledgement(0, &[4, 3], &hex("ff 09 0002 2504 ff 09 0002 0011 ff 09 0002 00aa"));
    assert_eq!(
        heard(&[(A, &asked), (B, &answered)]).operations,
        ["A: Read read_var (0x04): T0 = 504000; C0 = 11; C1 = 00aa -> accepted"]
    );
}

#[test]
fn a_write_tells_the_value_and_each_items_own_code() {
    let specifications = "05 02 12 0a 10 01 0001 0001 84 000003 12 0a 10 02 0001 0000 83 000000";
    let asked = job(&hex(specifications), &hex("00 03 0001 01 00 00 04 0008 07"));
    let answered = acknowledgement(0, &[5, 2], &[0xFF, 0x0A]);
    assert_eq!(
        heard(&[(A, &asked), (B, &answered)]).operations,
        ["A: Write write_var (0x05): DB1.DBX0.3 = true; MB0 = 7 [object_does_not_exist (0x0A)] -> accepted"]
    );
}

#[test]
fn a_write_of_which_every_item_is_refused_is_refused() {
    let asked = job(&hex("05 01 12 0a 10 02 0001 0000 83 000000"), &hex("00 04 0008 07"));
    let answered = acknowledgement(0, &[5, 1], &[0x03]);
    assert_eq!(
        heard(&[(A, &asked), (B, &answered)]).operations,
        [
            "A: Write write_var (0x05): MB0 = 7 [access_not_allowed (0x03)] -> refused access_not_allowed (0x03)"
        ]
    );
}

#[test]
fn an_error_of_the_header_is_the_devices_own_code() {
    let asked = job(&hex("05 01 12 0a 10 02 0001 0000 83 000000"), &hex("00 04 0008 07"));
    let refused = "32 02 0000 0001 0000 0000 8104";
    assert_eq!(
        heard(&[(A, &asked), (B, refused)]).operations,
        ["A: Write write_var (0x05): MB0 = 7 -> refused service_not_implemented_or_frame_error (0x8104)"]
    );
}

#[test]
fn all_syntaxes_of_addresses_have_a_written_form() {
    let shown = |digits: &str| {
        Specification::decode(&mut Reader::new(&hex(digits))).map(|spec| spec.to_string()).unwrap()
    };
    assert_eq!(shown("12 08 82 41 0005 0001 1a 01"), "NCK area 2 unit 1 module 0x1A column 5 line 1 x1");
    assert_eq!(shown("12 0a a2 00 0000 0000 03e8 0002"), "drive parameter 1000 index 2");
    assert_eq!(shown("12 0e b2 ff 8a0e 0003 12345678 4000000a"), "symbol DB3.10 crc 0x12345678");
    assert_eq!(shown("12 0e b2 ff 0000 0052 12345678 4000000a"), "symbol M.10 crc 0x12345678");
    assert_eq!(shown("12 06 13 00 00000001"), "R_ID 0x00000001");
    assert_eq!(shown("12 0a 10 1d 0002 0000 1d 000003"), "T3..4");
    assert_eq!(shown("12 0a 10 02 0001 0000 03 000003"), "area 0x03 offset 3 x1");
    assert_eq!(shown("12 03 55 0102"), "syntax 0x55 0102");
}

#[test]
fn a_download_is_the_stations_although_the_controller_sends_the_jobs() {
    // tia_s300_downloadOb1.pcap, frames 57 to 66, with a shorter block.
    let turns = [
        (
            A,
            "32 01 0000 bd0a 0020 0000 1a 00 0100 00000000 09 5f303830303030315 0 0d 31303030333332303030323132",
        ),
        (B, "32 03 0000 bd0a 0001 0000 0000 1a"),
        (B, "32 01 0000 bb00 0012 0000 1b 00 0000 00000000 09 5f3038303030303150"),
        (A, "32 03 0000 bb00 0002 0006 0000 1b 01 0002 00fb 7070"),
        (B, "32 01 0000 bd00 0012 0000 1b 00 0000 00000000 09 5f3038303030303150"),
        (A, "32 03 0000 bd00 0002 0005 0000 1b 00 0001 00fb 01"),
        (B, "32 01 0000 bf00 0012 0000 1c 00 0000 00000000 09 5f3038303030303150"),
        (A, "32 03 0000 bf00 0001 0000 0000 1c"),
        (A, "32 01 0000 be0a 001a 0000 28 000000000000fd 000a 01 00 3038303030303150 05 5f494e5345"),
        (B, "32 03 0000 be0a 0001 0000 0000 28"),
    ];
    let heard = heard(&turns);
    assert_eq!(
        heard.operations,
        [
            "A: DownloadProgram request_download (0x1A): OB1 = _0800001P; load_memory_bytes = 332; \
             code_bytes = 212 -> accepted",
            "A: DownloadProgram download_block (0x1B): OB1 = _0800001P 2 bytes -> accepted",
            "A: DownloadProgram download_block (0x1B): OB1 = _0800001P 1 bytes -> accepted",
            "A: DownloadProgram download_ended (0x1C): OB1 = _0800001P -> accepted",
            "A: ActivateProgram pi_service (0x28): _INSE OB1 -> accepted",
        ]
    );
    assert_eq!(heard.frames[1], (3, 4));
    assert_eq!(
        heard.transfers,
        ["begin 1 program to_device by A OB 1 \"_0800001P\"", "data 1 707001", "end 1 complete"]
    );
    assert_eq!(heard.problems, Vec::<String>::new());
}

/// The jobs and answers of an upload of `name` under `id`, in two pieces.
fn upload(id: u8, name: &str) -> [String; 8] {
    let start = BlockJob {
        function: Function::START_UPLOAD,
        status: 0,
        code: 0,
        upload: 0,
        name: Some(name.as_bytes()),
        sizes: None,
    };
    let of = |function| BlockJob { function, upload: id.into(), name: None, ..start }.encode().unwrap();
    [
        job(&start.encode().unwrap(), &[]),
        acknowledgement(0, &[0x1D, 0, 1, 0, 0, 0, 0, id, 2, b'1', b'2'], &[]),
        job(&of(Function::UPLOAD), &[]),
        acknowledgement(0, &[0x1E, 1], &[0, 2, 0, 0xFB, id, 1]),
        job(&of(Function::UPLOAD), &[]),
        acknowledgement(0, &[0x1E, 0], &[0, 1, 0, 0xFB, id]),
        job(&of(Function::END_UPLOAD), &[]),
        acknowledgement(0, &[0x1F], &[]),
    ]
}

#[test]
fn uploads_that_go_on_at_the_same_time_are_kept_apart() {
    let (first, second) = (upload(7, "_0A00120A"), upload(8, "_0E00005A"));
    let pdus: Vec<&String> =
        (0..8).step_by(2).flat_map(|at| first[at..at + 2].iter().chain(&second[at..at + 2])).collect();
    let turns: Vec<(Side, &str)> =
        [A, B].into_iter().cycle().zip(pdus.iter().map(|pdu| pdu.as_str())).collect();
    let heard = heard(&turns);
    assert_eq!(heard.operations[4], "A: UploadProgram upload (0x1E): DB120 = _0A00120A 1 bytes -> accepted");
    assert_eq!(
        heard.transfers,
        [
            "begin 1 program from_device by A DB 120 \"_0A00120A\"",
            "begin 2 program from_device by A FB 5 \"_0E00005A\"",
            "data 1 0701",
            "data 2 0801",
            "data 1 07",
            "data 2 08",
            "end 1 complete",
            "end 2 complete",
        ]
    );
}

#[test]
fn an_upload_without_its_end_or_with_a_hole_is_incomplete() {
    let pdus = upload(7, "_0A00120A");
    let turns: Vec<(Side, &str)> = [A, B].into_iter().cycle().zip(pdus.iter().map(String::as_str)).collect();
    assert_eq!(heard(&turns[..6]).transfers.last().unwrap(), "end 1 incomplete");
    let without_one_piece = [&turns[..3], &turns[4..]].concat();
    assert_eq!(heard(&without_one_piece).transfers.last().unwrap(), "end 1 incomplete");
    // From the second piece on: its name is not known.
    assert_eq!(
        heard(&turns[4..]).transfers,
        ["begin 1 program from_device by A", "missing 1 0", "data 1 07", "end 1 incomplete"]
    );
}

#[test]
fn a_gap_makes_a_transfer_incomplete_unless_all_that_was_announced_came() {
    let with_a_gap = |announced: &str| {
        let mut pdus = upload(7, "_0A00120A");
        pdus[1] = pdus[1].replace("3132", announced);
        let mut player = Player::new(&PROTOCOL, Transport::Tcp, PORTS);
        for (side, pdu) in [A, B].into_iter().cycle().zip(&pdus[..4]) {
            player.say(side, &data(&hex(pdu)));
        }
        player.lose(B, 40);
        for (side, pdu) in [A, B].into_iter().cycle().zip(&pdus[4..]) {
            player.say(side, &data(&hex(pdu)));
        }
        player.end().transfers
    };
    // "12" bytes, then "03".
    assert_eq!(with_a_gap("3132")[2..], ["missing 1 9", "end 1 incomplete"]);
    assert_eq!(with_a_gap("3033")[2..], ["end 1 complete"]);
}

#[test]
fn program_invocations_do_what_their_service_says() {
    let invoked = |service: &[u8], argument: &[u8]| {
        let pi = Invocation { unknown: [0, 0, 0, 0, 0, 0, 0xFD], argument, service };
        let asked = job(&pi.encode().unwrap(), &[]);
        heard(&[(A, &asked), (B, &acknowledgement(0, &[0x28], &[]))]).operations.remove(0)
    };
    assert_eq!(invoked(b"P_PROGRAM", b""), "A: Start pi_service (0x28): P_PROGRAM -> accepted");
    assert_eq!(
        invoked(b"P_PROGRAM", b"C "),
        "A: Start pi_service (0x28): P_PROGRAM = \"cold restart\" -> accepted"
    );
    assert_eq!(
        invoked(b"_DELE", b"\x02\x000A00120B0800001B"),
        "A: DeleteProgram pi_service (0x28): _DELE DB120; _DELE OB1 -> accepted"
    );
    assert_eq!(invoked(b"_MODU", b""), "A: ActivateProgram pi_service (0x28): _MODU -> accepted");
    assert_eq!(invoked(b"_GARB", b""), "A: Write pi_service (0x28): _GARB -> accepted");
    assert_eq!(
        invoked(b"_N_LOGIN_", b"secret"),
        "A: Authenticate pi_service (0x28): _N_LOGIN_ = (masked) -> accepted"
    );
    assert_eq!(invoked(b"_WHAT", b""), "A: Opaque pi_service (0x28): _WHAT -> accepted");
}

#[test]
fn a_clock_that_is_set_is_told() {
    // s7comm_reading_setting_plc_time.pcap, frames 43 and 44.
    let heard = heard(&[
        (A, "32 07 0000 0c00 0008 000e 00 01 12 04 11 47 02 00 ff 09 000a 00 19 14 08 20 11 59 33 04 00"),
        (B, "32 07 0000 0c00 000c 0004 00 01 12 08 12 87 02 01 00 00 0000 0a 00 0000"),
    ]);
    assert_eq!(
        heard.operations,
        ["A: SetClock set_clock (7/2): clock = 2014-08-20T11:59:33.040 -> accepted"]
    );
}

#[test]
fn a_password_is_never_told() {
    let heard = heard(&[
        (A, "32 07 0000 0c00 0008 000c 00 01 12 04 11 45 01 00 ff 09 0008 64 62 67 74 75 76 77 78"),
        (B, "32 07 0000 0c00 000c 0004 00 01 12 08 12 85 01 01 00 00 d602 0a 00 0000"),
    ]);
    assert_eq!(
        heard.operations,
        ["A: Authenticate enter_password (5/1): password = (masked) -> refused wrong_password (0xD602)"]
    );
}

#[test]
fn a_memory_reset_and_a_force_have_their_verbs() {
    let ask = |function: &str| {
        heard(&[(A, &format!("32 07 0000 0c00 0008 0004 00 01 12 04 11 41 {function} 00 0a 00 0000"))])
            .operations
            .remove(0)
    };
    assert_eq!(ask("0c"), "A: Reset memory_reset (1/12) -> unseen");
    assert_eq!(ask("09"), "A: Force force (1/9) -> unseen");
    assert_eq!(ask("16"), "A: Identify flash_led (1/22) -> unseen");
}

#[test]
fn a_variable_table_is_told_with_its_values_and_what_came_of_them() {
    // step7_s300_rwVarTab.pcap, frames 1, 2 and 7.
    let heard = heard(&[
        (
            A,
            "32 07 0000 6803 000c 0044 00 01 12 08 12 41 08 00 00 00 0000 ff 09 0040 0014 0028 0000 0001 0001 \
             0006 0001 0001 0001 0001 0001 0200 0003 03 01 0000 0000 02 01 0000 0004 10 01 0000 0008 \
             00 09 0004 4133851f 00 09 0002 dead 00 09 0001 01 00",
        ),
        (B, "32 07 0000 6803 000c 0004 00 01 12 08 12 81 08 02 00 00 0000 0a 00 0000"),
        (
            B,
            "32 07 0000 0000 000c 0012 00 01 12 08 12 01 08 02 00 00 0000 ff 09 000e 0004 0006 0100 0002 0003 \
             ff 0a ff 00",
        ),
    ]);
    assert_eq!(
        heard.operations,
        [
            "A: Write modify_variable (1/8): MD0 = 1093895455; MW4 = 57005; I8.1 = true -> accepted",
            "A: Subscribe modify_variable (1/8): MD0 = 1093895455; MW4 = 57005 [object_does_not_exist (0x0A)]; \
             I8.1 = true -> accepted",
        ]
    );
}

#[test]
fn a_cyclic_push_is_told_with_the_addresses_that_were_asked_for() {
    // wincc_s400_production.pcap: one range every second, its answer, and a push of it; one that did not change.
    let ask =
        "32 07 0000 0f00 0008 0011 00 01 12 04 11 42 05 00 ff 09 000d 0001 01 01 12 07 b0 01 05 0051 0172";
    let answer = "32 07 0000 0f00 000c 0010 00 01 12 08 12 82 05 01 00 00 0000 ff 09 000c 0001 ff 09 0006 \
                  ff 43f6903560";
    let push = answer.replace("0f00", "0000").replace("12 82", "12 02");
    let unchanged =
        "32 07 0000 0000 000c 000b 00 01 12 08 12 02 05 01 00 00 0000 ff 09 0007 0001 ff 09 0001 fe";
    let heard = heard(&[(A, ask), (B, answer), (B, &push), (B, unchanged)]);
    assert_eq!(
        heard.operations,
        [
            "A: Subscribe change_driven_transfer (2/5): interval_milliseconds = 1000; \
             DB81.DBB370..374 = 43f6903560 -> accepted",
            "A: Subscribe change_driven_transfer (2/5): DB81.DBB370..374 = 43f6903560 -> accepted",
            "A: Subscribe change_driven_transfer (2/5): DB81.DBB370..374 -> accepted",
        ]
    );
}

#[test]
fn a_mode_transition_is_told_by_the_controller() {
    // step7_s300_stop.pcap, frames 3 and 4.
    let heard = heard(&[
        (
            B,
            "32 07 0000 0000 0008 0018 00 01 12 04 11 04 03 00 ff 09 0014 4304 ff84 0000 0000 0000 0000 \
             94 01 09 21 53 42 15 21",
        ),
        (B, "32 07 0000 0000 0008 0000 01 00 10 10 00 00 00 00"),
    ]);
    assert_eq!(
        heard.operations,
        [
            "A: Subscribe diagnostic_message (4/3): diagnostic event 0x4304 = ff840000000000000000; \
             time = 1994-01-09T21:53:42.152 -> accepted",
            "A: Subscribe mode_transition (0/0): operating_mode = \"STOP\" -> accepted",
        ]
    );
    assert_eq!(heard.frames, [(0, 1), (0, 2)]);
}

#[test]
fn a_module_says_what_it_is() {
    // s7comm_reading_setting_plc_time.pcap, frames 21 to 23.
    let heard = heard(&[
        (A, "32 07 0000 0600 0008 0008 00 01 12 04 11 44 01 00 ff 09 0004 0111 0001"),
        (
            B,
            "32 07 0000 0600 000c 0028 00 01 12 08 12 84 01 00 00 00 0000 ff 09 0024 0111 0001 001c 0001 0001 \
             36455337203135312d38414230312d3041423020 00c0 0003 0001",
        ),
    ]);
    assert_eq!(
        heard.operations,
        ["A: Identify read_szl (4/1): SZL 0x0111/0x0001 module_identification; \
          order_number = \"6ES7 151-8AB01-0AB0\"; version = 1 -> accepted"]
    );
}

#[test]
fn an_answer_in_parts_is_one_operation_with_the_first_request() {
    // As in s7comm_program_blocklist_onlineview.pcap, frames 95 to 99, with shorter lists.
    let turns = [
        (A, "32 07 0000 0500 0008 0006 00 01 12 04 11 43 02 00 ff 09 0002 3041"),
        (B, "32 07 0000 0500 000c 0008 00 01 12 08 12 83 02 01 04 01 0000 ff 09 0004 0001 2205"),
        (A, "32 07 0000 0600 000c 0004 00 01 12 08 12 43 02 01 00 00 0000 0a 00 0000"),
        (B, "32 07 0000 0600 000c 0008 00 01 12 08 12 83 02 01 04 00 0000 ff 09 0004 0078 2205"),
    ];
    let whole = heard(&turns);
    assert_eq!(whole.operations, ["A: Browse list_blocks_of_type (3/2): DB1; DB120 -> accepted"]);
    assert_eq!(whole.frames, [(1, 4)]);
    let cut = heard(&turns[..3]);
    assert!(cut.operations.contains(&"A: Browse list_blocks_of_type (3/2): DB1 -> accepted".to_owned()));
    assert_eq!(cut.problems, ["s7comm: long answer cut short (incomplete)"]);
}

#[test]
fn roles_come_from_content_when_the_controller_is_heard_first() {
    let heard = heard(&[(A, RANGES), (B, STOP)]);
    assert_eq!(
        heard.operations,
        [
            "B: Read read_var (0x04): item 1 = ff040aff0544053eff040a -> accepted",
            "B: Stop plc_stop (0x29): P_PROGRAM -> unseen"
        ]
    );
}

#[test]
fn requests_that_wait_together_are_paired_by_reference_and_function() {
    let stopped_first = heard(&[(A, STOP), (A, READ_RANGES), (B, RANGES), (B, STOPPED)]);
    assert_eq!(stopped_first.operations, [RANGES_READ, "A: Stop plc_stop (0x29): P_PROGRAM -> accepted"]);
    assert_eq!(stopped_first.frames, [(2, 3), (1, 4)]);
}

#[test]
fn a_request_that_is_not_answered_says_so() {
    let mut player = Player::new(&PROTOCOL, Transport::Tcp, PORTS);
    player.say(A, &data(&hex(STOP))).say(B, &data(&hex(STOPPED))).say(A, &data(&hex(STOP))).wait_seconds(9);
    assert_eq!(player.end().operations[1], "A: Stop plc_stop (0x29): P_PROGRAM -> unanswered");
}

#[test]
fn one_bad_pdu_does_not_end_the_reading() {
    let heard = heard(&[(A, "32 01 0000 0001 00ff 0000 29"), (A, STOP), (B, STOPPED)]);
    assert_eq!(heard.operations, ["A: Stop plc_stop (0x29): P_PROGRAM -> accepted"]);
    assert_eq!(heard.problems, ["s7comm: PDU does not decode (malformed)"]);
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
    let stop = data(&hex(STOP));
    assert_eq!(ask(&stop), Answer::Certain);
    assert_eq!(ask(&stop[..5]), Answer::Unsure);
    assert_eq!(ask(&data(&hex("72 01 0000"))), Answer::No);
    assert_eq!(ask(b"GET / HTTP/1.1"), Answer::No);
}
