//! The logs. ICSNPP's own tests are of captures that are not in the corpus; their lines are the model of these.

use super::*;
use crate::testing::Recorder;

/// The lines of a log, without what is unset and the frame.
fn lines(heard: &Recorder, log: &str) -> Vec<String> {
    let lines = heard.zeek.iter().filter(|line| line[0] == log);
    lines
        .map(|line| {
            let set = line[2..].iter().filter(|value| !value.ends_with("=-"));
            set.map(String::as_str).collect::<Vec<_>>().join(" ")
        })
        .collect()
}

#[test]
fn every_message_is_a_line_and_so_is_what_it_carries() {
    let heard = heard(&[(A, PROGRAM_MODE), (B, PROGRAM_MODE_REPLY)]);
    let [asked, answered] = &lines(&heard, "enip")[..] else { panic!("a line each way") };
    assert_eq!(
        asked,
        "enip_command_code=0x70 enip_command=Send Unit Data length=28 session_handle=0x11020100 enip_status=Success \
         sender_context=0x0000000000000000 options=0x00000000"
    );
    assert!(answered.starts_with("enip_command_code=0x70 enip_command=Send Unit Data"), "{answered}");
    assert_eq!(
        lines(&heard, "cip"),
        [
            "cip_sequence_count=135 direction=request cip_service_code=0x07 cip_service=Stop class_id=0x8e \
         class_name=unknown instance_id=0x01",
            "cip_sequence_count=135 direction=response cip_service_code=0x07 cip_service=Stop cip_status_code=0x00 \
         cip_status=Success",
        ]
    );
}

#[test]
fn an_envelope_and_what_is_inside_are_a_line_each() {
    let heard = heard(&[(A, IDENTITY_BEHIND_A_RACK), (B, ROUTER_TIMED_OUT)]);
    let [envelope, inside, answer] = &lines(&heard, "cip")[..] else { panic!("{:?}", lines(&heard, "cip")) };
    assert!(envelope.contains("cip_service_code=0x52") && envelope.contains("class_name=Connection Manager"));
    assert!(inside.contains("class_id=0x01 class_name=Identity instance_id=0x01"), "{inside}");
    assert!(
        answer.contains("cip_extended_status_code=0x0204 cip_extended_status=Unconnected request timed out")
    );
}

#[test]
fn members_of_a_packet_of_services_have_lines_of_their_own() {
    let mut members = Vec::new();
    let (one, two) = (ask(0x03, "20012401", "0100"), ask(0x0E, "206b25002420", ""));
    Members::encode(&[&one, &two], &mut members);
    let message = text(&connected(7, 1929, &ask(0x0A, "20022401", &text(&members))));
    assert_eq!(
        lines(&heard(&[(A, &message)]), "cip"),
        [
            "cip_sequence_count=1929 direction=request cip_service_code=0x0a cip_service=Multiple Service Packet \
         class_id=0x02 class_name=Message Router instance_id=0x01",
            "cip_sequence_count=1929 direction=request cip_service_code=0x03 cip_service=Get Attribute List \
         class_id=0x01 class_name=Identity instance_id=0x01",
            "cip_sequence_count=1929 direction=request cip_service_code=0x0e cip_service=Get Attributes Single \
         class_id=0x6b class_name=unknown instance_id=0x2024",
        ]
    );
}

fn text(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[test]
fn an_identity_is_told_as_in_the_tests_of_icsnpp() {
    let heard = heard(&[(A, LIST_IDENTITY), (B, LIST_IDENTITY_REPLY)]);
    let [line] = &lines(&heard, "cip_identity")[..] else { panic!("one identity") };
    assert!(line.starts_with("encapsulation_version=1 socket_address="), "{line}");
    assert!(
        line.contains("socket_port=44818 vendor_id=1 vendor_name=Rockwell Automation/Allen-Bradley"),
        "{line}"
    );
}

#[test]
fn cyclic_data_are_a_line_a_packet() {
    let bytes = hex("0200 0280 0800 0306 4b00 9b94 3f00 b100 0600 a587e80f0300");
    let heard = play(&PROTOCOL, Transport::Udp, [2222, 2222], &[(A, &bytes)]);
    assert_eq!(
        lines(&heard, "cip_io"),
        ["connection_id=0x004b0603 sequence_number=4166811 data_length=6 io_data=a587e80f0300",]
    );
}
