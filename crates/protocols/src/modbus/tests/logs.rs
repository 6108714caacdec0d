//! The logs, against those of Zeek's own tests.

use super::{adu, exchange, numbered};
use crate::Transport;
use crate::modbus::PROTOCOL;
use crate::testing::captures::{corpus, play};
use crate::testing::compare::differences;
use crate::testing::zeek;
use crate::testing::{Player, Recorder};
use quaywatch_model::Side;

/// Captures of Zeek's tests, with what differs: `+` is only ours, `-` only Zeek's.
const CAPTURES: [(&str, &[&str]); 3] = [
    ("zeek__modbus-modbus-and-non-modbus-p502", &[]),
    ("zeek__modbus-fuzz-72", IN_A_BROKEN_STREAM),
    ("zeek__modbus-fuzz-1011", AFTER_A_LONG_SILENCE),
];

/// Sequence numbers, flags and addresses of this capture were changed at random. Which segments the stream is made of is
/// the flow table's choice, and Zeek gives up on what comes after a gap until it is acknowledged, and joins other parts.
const IN_A_BROKEN_STREAM: &[&str] = &[
    "+ tid=0 unit=1 func=ENCAP_INTERFACE_TRANSPORT pdu_type=REQ exception=-",
    "+ tid=0 unit=1 func=unknown-34 pdu_type=REQ exception=-",
    "+ tid=0 unit=1 func=unknown-46 pdu_type=REQ exception=-",
    "+ tid=0 unit=1 func=unknown-47 pdu_type=REQ exception=-",
    "+ tid=0 unit=1 func=unknown-50 pdu_type=REQ exception=-",
    "+ tid=0 unit=1 func=unknown-52 pdu_type=REQ exception=-",
    "+ tid=0 unit=1 func=unknown-64 pdu_type=REQ exception=-",
    "+ tid=0 unit=1 func=unknown-70 pdu_type=REQ exception=-",
    "- tid=0 unit=0 func=unknown-38 pdu_type=REQ exception=-",
    "- tid=0 unit=1 func=unknown-156 pdu_type=RESP exception=ILLEGAL_FUNCTION",
    "- tid=0 unit=1 func=unknown-63 pdu_type=REQ exception=-",
    "- tid=37 unit=1 func=unknown-71 pdu_type=REQ exception=-",
];

/// Five minutes of silence end a connection for Zeek; for us the segment after them repeats an older one.
const AFTER_A_LONG_SILENCE: &[&str] =
    &["- tid=6714 unit=255 func=READ_INPUT_REGISTERS pdu_type=RESP exception=-"];

#[test]
fn modbus_log_is_that_of_zeek() {
    let Some(root) = corpus("") else { return };
    for (name, expected) in CAPTURES {
        let heard = play(&root.join(format!("modbus/{name}.pcap")));
        let logs = heard.iter().flat_map(|heard| &heard.recorder.zeek);
        let ours: Vec<_> = logs.filter(|line| line[0] == "modbus").map(|line| line[1..].to_vec()).collect();
        let theirs = zeek::own_columns(&root.join(format!("modbus/expected/{name}/modbus.log")), &[]);
        assert_eq!(differences(&ours, &theirs), expected, "{name}");
    }
}

/// The lines of `modbus_detailed.log`, without what is unset.
fn detailed(heard: &Recorder) -> Vec<String> {
    let lines = heard.zeek.iter().filter(|line| line[0] == "modbus_detailed");
    lines
        .map(|line| {
            let set = line[1..].iter().filter(|value| !value.ends_with("=-"));
            set.map(String::as_str).collect::<Vec<_>>().join(" ")
        })
        .collect()
}

#[track_caller]
fn says(request: &[u8], response: &[u8], expected: &[&str]) {
    assert_eq!(detailed(&exchange(request, response)), expected);
}

#[test]
fn an_exchange_is_one_detailed_line_as_in_the_tests_of_icsnpp() {
    says(
        &[1, 0, 1, 0, 1],
        &[1, 1, 1],
        &[
            "tid=1 unit=1 func=READ_COILS address=1 quantity=1 response_values=1 matched=T response_data=0,0,0,0,0,0,0",
        ],
    );
    says(
        &[2, 0, 1, 0, 8],
        &[2, 1, 0x2C],
        &[
            "tid=1 unit=1 func=READ_DISCRETE_INPUTS address=1 quantity=8 response_values=0,0,1,1,0,1,0,0 matched=T",
        ],
    );
    says(
        &[3, 0, 1, 0, 1],
        &[3, 2, 0, 0xAA],
        &["tid=1 unit=1 func=READ_HOLDING_REGISTERS address=1 quantity=1 response_values=170 matched=T"],
    );
    says(
        &[5, 0, 1, 0xFF, 0],
        &[5, 0, 1, 0xFF, 0],
        &[
            "tid=1 unit=1 func=WRITE_SINGLE_COIL address=1 quantity=1 request_values=1 response_values=1 matched=T",
        ],
    );
    says(
        &[6, 0, 1, 0xAB, 0xCD],
        &[6, 0, 1, 0xAB, 0xCD],
        &[
            "tid=1 unit=1 func=WRITE_SINGLE_REGISTER address=1 quantity=1 request_values=43981 response_values=43981 \
         matched=T",
        ],
    );
    says(
        &[15, 0, 1, 0, 4, 1, 9],
        &[15, 0, 1, 0, 4],
        &["tid=1 unit=1 func=WRITE_MULTIPLE_COILS address=1 quantity=4 request_values=1,0,0,1 matched=T"],
    );
    says(
        &[16, 0, 1, 0, 2, 4, 0, 170, 0, 187],
        &[16, 0, 1, 0, 2],
        &["tid=1 unit=1 func=WRITE_MULTIPLE_REGISTERS address=1 quantity=2 request_values=170,187 matched=T"],
    );
    says(
        &[22, 0, 10, 0, 1, 0, 2],
        &[22, 0, 10, 0, 1, 0, 2],
        &["tid=1 unit=1 func=MASK_WRITE_REGISTER address=10 matched=T"],
    );
    says(
        &[24, 0, 0],
        &[24, 0, 2, 0, 0],
        &["tid=1 unit=1 func=READ_FIFO_QUEUE address=0 quantity=0 matched=T"],
    );
    says(
        &[0x2B, 0x0E, 1, 0],
        &[0x2B, 0x0E, 1, 1, 0, 0, 0],
        &["tid=1 unit=1 func=ENCAP_INTERFACE_TRANSPORT matched=T mei_type=Read Device Identification"],
    );
    says(
        &[3, 2, 0x58, 0, 10],
        &[0x83, 2],
        &["tid=1 unit=1 func=READ_HOLDING_REGISTERS address=600 quantity=10 matched=T \
         exception_code=ILLEGAL_DATA_ADDRESS"],
    );
}

#[test]
fn a_diagnosis_tells_its_sub_function_both_ways() {
    let [line] = &detailed(&exchange(&[8, 0, 2, 0, 0], &[8, 0, 2, 0, 0]))[..] else { panic!("one line") };
    assert!(line.contains("request_subfunction_code=Return Diagnostic Register"), "{line}");
    assert!(line.contains("response_subfunction_code=Return Diagnostic Register"), "{line}");
}

#[test]
fn functions_that_are_not_paired_are_a_line_each_way() {
    let line = "tid=1 unit=1 func=READ_EXCEPTION_STATUS";
    says(&[7], &[7, 0], &[line, line]);
}

#[test]
fn what_has_no_counterpart_is_not_matched() {
    let mut player = Player::new(&PROTOCOL, Transport::Tcp, super::PORTS);
    player.say(Side::A, &adu(&[3, 0, 1, 0, 1]));
    let line = "tid=1 unit=1 func=READ_HOLDING_REGISTERS address=1 quantity=1 matched=F";
    assert_eq!(detailed(&player.end()), [line]);
    let mut player = Player::new(&PROTOCOL, Transport::Tcp, super::PORTS);
    player.say(Side::B, &numbered(7, 1, &[0x83, 2]));
    let line = "tid=7 unit=1 func=READ_HOLDING_REGISTERS_EXCEPTION exception_code=ILLEGAL_DATA_ADDRESS";
    assert_eq!(detailed(&player.end()), [line]);
}
