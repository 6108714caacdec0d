//! What is said is what this project's own decoder reads.

use super::{Station, data, hex, job};
use crate::s7::default_program;
use quaywatch_model::Side;
use quaywatch_protocols::Transport;
use quaywatch_protocols::s7comm::wire::{Kind, Pdu};
use quaywatch_protocols::testing::{Recorder, play_unknown};

fn heard(station: &Station) -> Recorder {
    let turns: Vec<(Side, &[u8])> =
        station.said.iter().map(|(side, bytes)| (*side, bytes.as_slice())).collect();
    play_unknown(Transport::Tcp, [50_000, 102], &turns)
}

#[test]
fn ordinary_work_is_read_as_what_was_done() {
    let mut station = Station::new();
    station.ask(&job(&hex("f0 00 0001 0001 01e0"), &[]));
    station.plc.image.block_mut(120).unwrap()[4..8].copy_from_slice(&65.0_f32.to_be_bytes());
    station.ask(&job(&hex("04 01 12 0a 10 08 0001 0078 84 000020"), &[]));
    station.ask(&job(&hex("05 01 12 0a 10 08 0001 0078 84 000020"), &hex("00 07 0004 42c80000")));
    station.ask(&job(&hex("04 01 12 0a 10 02 0001 0079 84 000000"), &[]));
    station.ask(&hex("32 07 0000 0600 0008 0008 00 01 12 04 11 44 01 00 ff 09 0004 0111 0001"));
    station.ask(&hex("32 07 0000 0600 0008 0008 00 01 12 04 11 44 01 00 ff 09 0004 0132 0004"));
    station.ask(&hex("32 07 0000 0c00 0008 000e 00 01 12 04 11 47 02 00 ff 09 000a 00 19 1408201159330400"));
    station.ask(&hex("32 07 0000 0800 0008 0006 00 01 12 04 11 43 02 00 ff 09 0002 3041"));
    station.ask(&job(&hex("28 000000000000fd 000a 0100 3041303031343042 05 5f44454c45"), &[]));
    station.ask(&job(&hex("29 00 00 00 00 00 09 505f50524f4752414d"), &[]));
    station.ask(&job(&hex("28 000000000000fd 0000 09 505f50524f4752414d"), &[]));
    let heard = heard(&station);
    assert_eq!(heard.problems, Vec::<String>::new());
    assert_eq!(
        heard.operations[1..],
        [
            "A: OpenSession setup_communication (0xF0): pdu_bytes = 480; parallel_jobs_calling = 1; \
             parallel_jobs_called = 1 -> accepted",
            "A: Read read_var (0x04): DB120.DBD4 = 65 -> accepted",
            "A: Write write_var (0x05): DB120.DBD4 = 100 -> accepted",
            "A: Read read_var (0x04): DB121.DBB0 [object_does_not_exist (0x0A)] -> refused \
             object_does_not_exist (0x0A)",
            "A: Identify read_szl (4/1): SZL 0x0111/0x0001 module_identification; \
             order_number = \"6ES7 315-2EH14-0AB0\"; version = 1 -> accepted",
            "A: Read read_szl (4/1): SZL 0x0132/0x0004 communication_status; \
             protection_level_of_key_switch = 1; protection_level_assigned = 0; protection_level_valid = 1; \
             mode_switch = \"RUN-P\" -> accepted",
            "A: SetClock set_clock (7/2): clock = 2014-08-20T11:59:33.040 -> accepted",
            "A: Browse list_blocks_of_type (3/2): DB100; DB110; DB120; DB140; DB150 -> accepted",
            "A: DeleteProgram pi_service (0x28): _DELE DB140 -> accepted",
            "A: Stop plc_stop (0x29): P_PROGRAM -> accepted",
            "A: Start pi_service (0x28): P_PROGRAM -> accepted",
        ]
    );
}

#[test]
fn a_download_and_an_upload_are_whole_transfers() {
    let mut station = Station::new();
    let block = default_program()[&(0x43, 3)].0.clone();
    let sizes = format!("1{:06}{:06}", block.len(), block.len() - 72);
    let request = [&hex("1a 00 0100 00000000 09")[..], b"_0C00003P\x0d", sizes.as_bytes()].concat();
    let mut asked = station.ask(&job(&request, &[])).pop().unwrap();
    let mut pieces = block.chunks(200).peekable();
    while asked[10] == 0x1B {
        let piece = pieces.next().unwrap();
        let more = u8::from(pieces.peek().is_some());
        let data = [&[0, piece.len() as u8, 0, 0xFB][..], piece].concat();
        asked = station.ask(&answer(&asked, &[0x1B, more], &data)).pop().unwrap();
    }
    station.say(&data(&answer(&asked, &[0x1C], &[])));
    station.ask(&job(&hex("1d 00 0000 00000000 09 5f3043303030303341"), &[]));
    for _ in block.chunks(222) {
        station.ask(&job(&hex("1e 00 0000 00000001"), &[]));
    }
    station.ask(&job(&hex("1f 00 0000 00000001"), &[]));
    let heard = heard(&station);
    assert_eq!(heard.problems, Vec::<String>::new());
    let moved = format!("data 1 {}", super::shown(&block));
    assert_eq!(
        heard.transfers,
        [
            "begin 1 program to_device by A FC 3 \"_0C00003P\"".to_owned(),
            moved.clone(),
            "end 1 complete".to_owned(),
            "begin 2 program from_device by A FC 3 \"_0C00003A\"".to_owned(),
            moved.replace("data 1", "data 2"),
            "end 2 complete".to_owned(),
        ]
    );
    let verbs: Vec<&str> = heard.operations.iter().filter_map(|line| line.split(' ').nth(1)).collect();
    assert_eq!(verbs[1..5], ["DownloadProgram"; 4]);
    assert_eq!(verbs[5..], ["UploadProgram"; 4]);
}

/// The station's answer to a job of the controller.
fn answer(asked: &[u8], parameters: &[u8], data: &[u8]) -> Vec<u8> {
    let reference = u16::from_be_bytes([asked[4], asked[5]]);
    Pdu { kind: Kind::ACK_DATA, redundancy: 0, reference, error: 0, parameters, data }.encode().unwrap()
}
