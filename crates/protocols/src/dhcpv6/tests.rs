use super::PROTOCOL;
use crate::testing::{Recorder, play};
use crate::{Answer, Probe, Transport};
use proptest::collection::vec;
use proptest::prelude::any;
use proptest::proptest;
use quaywatch_model::Side::{self, A, B};

fn option(code: u16, value: &[u8]) -> Vec<u8> {
    [&code.to_be_bytes()[..], &(value.len() as u16).to_be_bytes(), value].concat()
}

fn message(kind: u8, options: &[Vec<u8>]) -> Vec<u8> {
    let client = option(1, &[0, 3, 0, 1, 0, 0x1b, 0x1b, 1, 2, 3]);
    [vec![kind, 1, 2, 3], client, options.concat()].concat()
}

fn heard(turns: &[(Side, &[u8])]) -> Recorder {
    play(&PROTOCOL, Transport::Udp, [546, 547], turns)
}

fn server(last: u8) -> [u8; 16] {
    [0x20, 1, 0xd, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, last]
}

#[test]
fn a_client_asks_and_is_given() {
    let class = [&[0, 0, 1, 0x37, 0, 8][..], b"MSFT 5.0"].concat();
    let asks =
        message(3, &[option(39, b"\0\x03hmi\x05crane\0"), option(16, &class), option(6, &[0, 23, 0, 24])]);
    let address = option(5, &[&server(7)[..], &[0; 8]].concat());
    let given = [option(3, &[&[0; 12][..], &address].concat()), option(23, &server(1))];
    let facts = heard(&[(A, &asks), (B, &message(7, &given))]).facts;
    assert_eq!(
        facts,
        [
            "A name: \"hmi.crane\"",
            "A capability: \"MSFT 5.0\"",
            "A capability: \"dhcpv6 options 23,24\"",
            "B role: \"address server\"",
            "A ip: \"2001:db8::7\"",
            "2001:db8::1 role: \"name server\"",
            "A name_server: \"2001:db8::1\"",
        ]
    );
}

#[test]
fn what_a_relay_passes_on_is_told_of_its_client() {
    let inner = message(1, &[option(39, b"\0\x03hmi\0")]);
    let relayed = [&[12, 0][..], &server(2), &server(9), &option(9, &inner)].concat();
    let facts = heard(&[(A, &relayed)]).facts;
    assert_eq!(facts, ["A capability: \"dhcp relay\"", "2001:db8::9 name: \"hmi\""]);
}

#[test]
fn the_probe_wants_an_identified_message_to_its_last_byte() {
    let ask = |bytes: &[u8]| {
        let transport = Transport::Udp;
        (PROTOCOL.probe)(&Probe { transport, ports: [1, 2], from: A, bytes, answer: &[], expected: None })
    };
    let solicit = message(1, &[option(6, &[0, 23])]);
    assert_eq!(ask(&solicit), Answer::Certain);
    assert_eq!(ask(&[&solicit[..], &[0]].concat()), Answer::No);
    assert_eq!(ask(&[1, 2, 3, 4]), Answer::No);
}

proptest! {
    #[test]
    fn any_bytes_are_survived(kind in 0..16_u8, bytes in vec(any::<u8>(), 0..96)) {
        let bytes = message(kind, &[bytes]);
        let _ = heard(&[(A, &bytes), (B, &bytes)]);
    }
}
