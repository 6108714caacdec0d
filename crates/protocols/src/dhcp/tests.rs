use super::PROTOCOL;
use crate::testing::{Recorder, play};
use crate::{Answer, Probe, Transport};
use proptest::collection::vec;
use proptest::prelude::any;
use proptest::proptest;
use quaywatch_model::Side::{self, A, B};

const PORTS: [u16; 2] = [68, 67];

fn message(operation: u8, yours: [u8; 4], options: &[&[u8]]) -> Vec<u8> {
    let mut bytes = vec![operation, 1, 6, 0, 1, 2, 3, 4, 0, 0, 0, 0];
    bytes.extend([0; 4]);
    bytes.extend(yours);
    bytes.extend([0; 8]);
    bytes.extend([0x00, 0x1b, 0x1b, 1, 2, 3]);
    bytes.extend([0; 10 + 64 + 128]);
    bytes.extend(super::COOKIE);
    options.iter().for_each(|option| bytes.extend_from_slice(option));
    bytes.push(255);
    bytes
}

fn heard(turns: &[(Side, &[u8])]) -> Recorder {
    play(&PROTOCOL, Transport::Udp, PORTS, turns)
}

#[test]
fn a_client_tells_its_names_and_what_it_is_made_of() {
    let fqdn = b"\x51\x09\x04\0\0\x03hmi\x01x\0";
    let request = message(
        1,
        [0; 4],
        &[&[53, 1, 3], b"\x0c\x03hmi", b"\x3c\x08MSFT 5.0", &[55, 3, 1, 3, 6], fqdn, b"\x52\x06\x01\x04Gi03"],
    );
    assert_eq!(
        heard(&[(A, &request)]).facts,
        [
            "00:1b:1b:01:02:03 name: \"hmi\"",
            "00:1b:1b:01:02:03 capability: \"MSFT 5.0\"",
            "00:1b:1b:01:02:03 capability: \"dhcp parameters 1,3,6\"",
            "00:1b:1b:01:02:03 name: \"hmi.x\"",
            "00:1b:1b:01:02:03 neighbour_port: \"Gi03\"",
        ]
    );
}

#[test]
fn an_acknowledgement_binds_and_an_offer_does_not() {
    let options: [&[u8]; 5] = [
        &[54, 4, 10, 0, 0, 2],
        &[1, 4, 255, 255, 255, 0],
        &[3, 4, 10, 0, 0, 1],
        &[6, 4, 10, 0, 0, 3],
        &[42, 4, 10, 0, 0, 4],
    ];
    let with = |kind: &'static [u8]| [&[kind][..], &options].concat();
    let offer = heard(&[(B, &message(2, [10, 0, 0, 77], &with(&[53, 1, 2])))]).facts;
    let servers = [
        "10.0.0.2 role: \"address server\"",
        "10.0.0.1 role: \"router\"",
        "10.0.0.3 role: \"name server\"",
        "10.0.0.4 role: \"time server\"",
    ];
    assert_eq!(offer, servers);
    let granted = heard(&[(B, &message(2, [10, 0, 0, 77], &with(&[53, 1, 5])))]).facts;
    assert_eq!(granted[..4], servers);
    assert_eq!(
        granted[4..],
        [
            "10.0.0.77 mac: \"00:1b:1b:01:02:03\"",
            "10.0.0.77 network: \"10.0.0.0/24\"",
            "10.0.0.77 gateway: \"10.0.0.1\"",
            "10.0.0.77 name_server: \"10.0.0.3\"",
            "10.0.0.77 time_server: \"10.0.0.4\"",
        ]
    );
}

#[test]
fn the_probe_needs_the_cookie_and_a_message_type() {
    let ask = |bytes: &[u8]| {
        let transport = Transport::Udp;
        (PROTOCOL.probe)(&Probe { transport, ports: [1, 2], from: A, bytes, answer: &[], expected: None })
    };
    let request = message(1, [0; 4], &[&[53, 1, 1]]);
    assert_eq!(ask(&request), Answer::Certain);
    assert_eq!(ask(&message(1, [0; 4], &[])), Answer::No);
    assert_eq!(ask(&request[..230]), Answer::No);
}

proptest! {
    #[test]
    fn any_options_are_survived(kind: u8, options in vec(any::<u8>(), 0..96)) {
        let bytes = message(2, [10, 0, 0, 9], &[&[53, 1, kind], &options]);
        let _ = heard(&[(A, &bytes), (B, &bytes), (B, &options)]);
    }
}
