use super::PROTOCOL;
use crate::testing::play;
use crate::testing::spoken::{bytes, spoken};
use crate::{Answer, Probe, Transport};
use quaywatch_model::Side::{self, A, B};

const PORTS: [u16; 2] = [50_000, 1723];

/// What is said in the case `pptp-first`, or the beginning of it.
#[rustfmt::skip]
const TURNS: &[(Side, &str)] = &[
    (A, "009c00011a2b3c4d000100000100000000000003000000030000000173747330372d706300000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000004d6963726f736f667400000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000"),
    (B, "009c00011a2b3c4d0002000001000100000000030000000300010001676174657761790000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000004d696b726f54696b0000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000"),
];

spoken!(Tcp, PROTOCOL, PORTS, TURNS);

#[test]
#[rustfmt::skip]
fn a_tunnel_opens_and_its_ends_name_themselves() {
    let heard = heard(&turns());
    assert_eq!(heard.operations, ["A: OpenSession start_control_connection_request (0x0001) -> accepted"]);
    assert_eq!(heard.facts, ["A name: \"sts07-pc\"", "A software: \"Microsoft\"", "B name: \"gateway\"", "B software: \"MikroTik\""]);
    assert_eq!(heard.notes, ["A service: \"PPTP\""]);
    assert!(heard.problems.is_empty());
}

/// The data of a tunnel that was opened long before (`telnet/malcolm__Telnet.pcap` of the corpus, frames 36, 37 and 45): with
/// a sequence number, with an acknowledgment too, and an acknowledgment alone.
const DATA: &[(Side, &str)] = &[
    (A, "3001880b000d000000028c99fd9c8a88f98ece72411ac3d19c"),
    (B, "3081880b000d0d800001bbaf00028c99fd9ba0833d045d3e3bb62efce5"),
    (A, "2081880b000000000001bbb2"),
];

#[test]
fn data_of_a_tunnel_whose_opening_was_not_captured_are_known_and_told_as_encrypted() {
    let turns = bytes(DATA);
    let turns: Vec<(Side, &[u8])> = turns.iter().map(|(from, bytes)| (*from, bytes.as_slice())).collect();
    let ask = |bytes| {
        let (transport, from) = (Transport::Ip(47), A);
        (PROTOCOL.probe)(&Probe { transport, ports: [0, 0], from, bytes, answer: &[], expected: None })
    };
    assert!(turns.iter().all(|(_, bytes)| ask(bytes) == Answer::Certain));
    assert_eq!(ask(&[0, 0, 0x88, 0x0b, 0, 13, 0, 0]), Answer::No, "version 0 is another tunnel (RFC 2784)");
    let heard = play(&PROTOCOL, Transport::Ip(47), [0, 0], &turns);
    assert_eq!(heard.notes, ["A service: \"PPTP\""]);
    assert_eq!(
        heard.contents,
        ["A encrypted 25/0 \"\", ends", "B encrypted 29/0 \"\", ends", "A unknown 12/0 \"\", ends"]
    );
}
