//! The logs, against those of ICSNPP's own tests.

use super::{STOP, STOPPED, acknowledgement, heard, job};
use crate::s7comm::wire::{BlockJob, Function, Invocation};
use crate::testing::Recorder;
use crate::testing::captures::{corpus, play};
use crate::testing::compare::differences;
use crate::testing::zeek;
use quaywatch_model::Side::{A, B};

/// The columns that the writer of the files adds.
const OF_THE_SENDER: [&str; 5] = ["is_orig", "source_h", "source_p", "destination_h", "destination_p"];

/// Logs of one capture, with what differs: `+` is only ours, `-` only ICSNPP's.
const LOGS: [(&str, &[&str]); 3] =
    [("cotp", &[]), ("s7comm", ACKNOWLEDGEMENTS_WITHOUT_PARAMETERS), ("s7comm_known_devices", &[])];

/// Refusals that are nothing but a header with an error. ICSNPP's parser wants a function too, and gives up.
const ACKNOWLEDGEMENTS_WITHOUT_PARAMETERS: &[&str] = &[
    "+ rosctr_code=2 rosctr_name=ACK pdu_reference=6 function_code=- function_name=- subfunction_code=- \
     subfunction_name=- error_class=Unknown error class-0xd2 error_code=0x41",
    "+ rosctr_code=2 rosctr_name=ACK pdu_reference=7 function_code=- function_name=- subfunction_code=- \
     subfunction_name=- error_class=Unknown error class-0xd2 error_code=0x41",
    "+ rosctr_code=2 rosctr_name=ACK pdu_reference=8 function_code=- function_name=- subfunction_code=- \
     subfunction_name=- error_class=Unknown error class-0xd2 error_code=0x41",
    "+ rosctr_code=2 rosctr_name=ACK pdu_reference=9 function_code=- function_name=- subfunction_code=- \
     subfunction_name=- error_class=Unknown error class-0xd2 error_code=0x41",
];

#[test]
fn logs_are_those_of_icsnpp() {
    let Some(root) = corpus("") else { return };
    let heard = play(&root.join("s7comm/icsnpp-s7comm__s7ident.pcap"));
    for (log, expected) in LOGS {
        let lines = heard.iter().flat_map(|heard| &heard.recorder.zeek).filter(|line| line[0] == log);
        let is_own = |value: &&String| !OF_THE_SENDER.iter().any(|name| value.starts_with(name));
        let ours: Vec<Vec<String>> =
            lines.map(|line| line[1..].iter().filter(is_own).cloned().collect()).collect();
        let theirs = root.join(format!("s7comm/expected/icsnpp-s7comm__s7ident/{log}.log"));
        assert_eq!(differences(&ours, &zeek::own_columns(&theirs, &OF_THE_SENDER)), expected, "{log}");
    }
}

/// The lines of a log, without what is unset.
fn lines(heard: &Recorder, log: &str) -> Vec<String> {
    let lines = heard.zeek.iter().filter(|line| line[0] == log);
    lines
        .map(|line| {
            let set = line[1..].iter().filter(|value| !value.ends_with("=-"));
            set.map(String::as_str).collect::<Vec<_>>().join(" ")
        })
        .collect()
}

#[test]
fn a_stop_is_a_line_each_way() {
    assert_eq!(
        lines(&heard(&[(A, STOP), (B, STOPPED)]), "s7comm"),
        [
            "rosctr_code=1 rosctr_name=Job-Request pdu_reference=53 function_code=0x29 function_name=PLC Stop",
            "rosctr_code=3 rosctr_name=ACK-Data pdu_reference=53 function_code=0x29 function_name=PLC Stop \
         error_class=No error error_code=0x00",
        ]
    );
}

#[test]
fn a_program_invocation_is_told_with_its_service() {
    let argument = b"\x01\x000800001P";
    let invocation = Invocation { unknown: [0, 0, 0, 0, 0, 0, 0xFD], argument, service: b"_INSE" };
    let heard = heard(&[(A, &job(&invocation.encode().unwrap(), &[]))]);
    assert_eq!(
        lines(&heard, "s7comm"),
        [
            "rosctr_code=1 rosctr_name=Job-Request pdu_reference=256 function_code=0x28 function_name=PLC Control \
         subfunction_code=_INSE subfunction_name=Activates a PLC module",
        ]
    );
}

#[test]
fn the_read_out_of_a_block_is_told_step_by_step() {
    let start = BlockJob {
        function: Function::START_UPLOAD,
        status: 0,
        code: 0,
        upload: 0,
        name: Some(b"_0800001A"),
        sizes: None,
    };
    let started = BlockJob { upload: 7, name: Some(b"0000260"), ..start };
    let more = BlockJob { function: Function::UPLOAD, upload: 7, name: None, ..start };
    let heard = heard(&[
        (A, &job(&start.encode().unwrap(), &[])),
        (B, &acknowledgement(0, &started.encode().unwrap(), &[])),
        (A, &job(&more.encode().unwrap(), &[])),
        (B, &acknowledgement(0, &[0x1E, 0], &[0, 2, 0, 0xFB, 0x70, 0x70])),
    ]);
    assert_eq!(
        lines(&heard, "s7comm_upload_download"),
        [
            "rosctr=Job-Request pdu_reference=256 function_name=Start Upload function_status=0x00 session_id=0 \
         filename=_0800001A block_type=Organization Block block_number=00001 destination_filesystem=Active",
            "rosctr=ACK-Data pdu_reference=256 function_name=Start Upload function_status=0x00 session_id=7 blocklength=260",
            "rosctr=Job-Request pdu_reference=256 function_name=Upload function_status=0x00 session_id=7",
            "rosctr=ACK-Data pdu_reference=256 function_name=Upload function_status=0x00 blocklength=2",
        ]
    );
}

#[test]
fn a_read_of_a_status_list_is_told_with_the_list() {
    let asked = "32 07 0000 0100 0008 0008 0001120411440100 ff090004001c0000";
    let answered = "32 07 0000 0100 000c 000c 00011208128401010000 0000 ff090008001c000000220000";
    assert_eq!(
        lines(&heard(&[(A, asked), (B, answered)]), "s7comm_read_szl"),
        [
            "pdu_reference=1 method=Request szl_id=0x001c szl_id_name=Component Identification szl_index=0x0000 \
         return_code=0xff return_code_name=Success",
            "pdu_reference=1 method=Response szl_id=0x001c szl_id_name=Component Identification szl_index=0x0000 \
         return_code=0xff return_code_name=Success",
        ]
    );
}
