use super::PROTOCOL;
use crate::testing::captures::play_corpus;
use crate::testing::play;
use crate::{Answer, Probe, Transport};
use proptest::collection::vec;
use proptest::prelude::{Just, any, prop_oneof};
use proptest::proptest;
use quaywatch_model::Side::{self, A, B};

const PORTS: [u16; 2] = [50_000, 69];
const READ: &[u8] = b"\0\x01crane.cfg\0octet\0blksize\08\0";

#[test]
fn a_read_from_the_same_port_is_told_with_its_bytes() {
    let turns: &[(Side, &[u8])] = &[
        (A, READ),
        (B, b"\0\x06blksize\08\0"),
        (A, b"\0\x04\0\0"),
        (B, b"\0\x03\0\x0112345678"),
        (B, b"\0\x03\0\x0112345678"),
        (B, b"\0\x03\0\x02end"),
    ];
    let heard = play(&PROTOCOL, Transport::Udp, PORTS, turns);
    assert_eq!(
        heard.operations,
        ["A: Read read_request (0x0001): file = \"crane.cfg\" 11 bytes -> accepted"]
    );
    assert_eq!(
        heard.transfers,
        ["begin 1 file from_device by A \"crane.cfg\"", "data 1 3132333435363738656e64", "end 1 complete"]
    );
}

#[test]
fn a_refused_write_of_firmware_says_why() {
    let turns: &[(Side, &[u8])] = &[(A, b"\0\x02fw/firmware.bin\0octet\0"), (B, b"\0\x05\0\x02no\0")];
    let heard = play(&PROTOCOL, Transport::Udp, PORTS, turns);
    assert_eq!(
        heard.operations,
        [
            "A: UpdateFirmware write_request (0x0002): file = \"fw/firmware.bin\" -> refused access_violation (0x0002)"
        ]
    );
}

#[test]
fn an_image_under_another_name_is_firmware_by_its_first_bytes() {
    let image = b"\0\x03\0\x01\x27\x05\x19\x56image";
    let turns: &[(Side, &[u8])] =
        &[(A, b"\0\x02recipe.dat\0octet\0"), (B, b"\0\x04\0\0"), (A, image), (B, b"\0\x04\0\x01")];
    let heard = play(&PROTOCOL, Transport::Udp, PORTS, turns);
    assert_eq!(
        heard.operations,
        ["A: UpdateFirmware write_request (0x0002): file = \"recipe.dat\" 9 bytes -> accepted"]
    );
    assert_eq!(heard.transfers[0], "begin 1 firmware to_device by A \"recipe.dat\"");
    assert!(heard.contents[0].starts_with("A firmware 9/9"), "{:?}", heard.contents);
}

#[test]
fn a_program_by_its_name_is_of_its_own_class() {
    let turns: &[(Side, &[u8])] = &[(A, b"\0\x01crane7.ACD\0octet\0"), (B, b"\0\x03\0\x01text")];
    let heard = play(&PROTOCOL, Transport::Udp, PORTS, turns);
    assert!(heard.operations[0].starts_with("A: Read read_request"), "{:?}", heard.operations);
    assert_eq!(heard.contents, ["B program 4/4 \"text\", ends"]);
}

#[test]
fn blocks_that_are_missing_are_told() {
    let turns: &[(Side, &[u8])] =
        &[(A, READ), (B, b"\0\x06blksize\08\0"), (B, b"\0\x03\0\x0212345678"), (B, b"\0\x03\0\x03")];
    let heard = play(&PROTOCOL, Transport::Udp, PORTS, turns);
    assert_eq!(heard.transfers[1..], ["missing 1 8", "data 1 3132333435363738", "end 1 incomplete"]);
}

#[test]
fn the_probe_is_certain_only_of_requests() {
    let ask = |bytes| {
        let probe =
            Probe { transport: Transport::Udp, ports: PORTS, from: A, bytes, answer: &[], expected: None };
        (PROTOCOL.probe)(&probe)
    };
    assert_eq!(ask(READ), Answer::Certain);
    assert_eq!(ask(b"\0\x01crane.cfg\0binary\0"), Answer::No);
    assert_eq!(ask(b"\0\x03\0\x01data"), Answer::No);
    assert_eq!(ask(b"\0\x01\0octet\0"), Answer::No);
}

#[test]
fn the_servers_own_port_is_expected_and_the_file_is_whole() {
    for (capture, way) in
        [("sv__output-eve-tftp-01", "from_device"), ("sv__tftp-tx-handling-wrq", "to_device")]
    {
        let Some(heard) = play_corpus(&format!("tftp/{capture}.pcap")) else { return };
        assert!(heard.iter().all(|heard| heard.protocol == "tftp"), "{heard:?}");
        let lines: Vec<&String> = heard.iter().flat_map(|heard| &heard.recorder.transfers).collect();
        assert_eq!(lines.len(), 3, "{lines:?}");
        assert!(lines[0].contains(way) && lines[0].ends_with("\"rfc1350.txt\""), "{lines:?}");
        assert_eq!(*lines[2], "end 1 complete");
        let operations: Vec<&String> = heard.iter().flat_map(|heard| &heard.recorder.operations).collect();
        assert_eq!(operations.len(), 1, "{operations:?}");
        assert!(operations[0].contains("24599 bytes -> accepted"), "{operations:?}");
    }
}

proptest! {
    #[test]
    fn any_bytes_are_survived(turns in vec((prop_oneof![Just(A), Just(B)], vec(any::<u8>(), 0..64)), 0..8)) {
        let mut all: Vec<(Side, &[u8])> = vec![(A, READ)];
        all.extend(turns.iter().map(|(side, bytes)| (*side, bytes.as_slice())));
        let _ = play(&PROTOCOL, Transport::Udp, PORTS, &all);
    }
}
