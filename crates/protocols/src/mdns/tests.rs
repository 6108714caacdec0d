use super::PROTOCOL;
use crate::dns::tests::message;
use crate::testing::play;
use crate::{Answer, Probe, Transport};
use quaywatch_model::Side::A;

const PORTS: [u16; 2] = [5353, 5353];
/// `_ipp._tcp.local` offers `x._ipp._tcp.local`.
const SERVICE: &[u8] = b"\x04_ipp\x04_tcp\x05local\x00\x00\x0c\x00\x01\x00\x00\x11\x94\x00\x04\x01x\xc0\x0c";

#[test]
fn a_host_tells_its_services_its_name_and_what_it_is() {
    let server = b"\xc0\x27\x00\x21\x80\x01\x00\x00\x00\x78\x00\x0b\x00\x00\x00\x00\x02\x77\x02p1\xc0\x16";
    let address = b"\xc0\x3d\x00\x01\x80\x01\x00\x00\x00\x78\x00\x04\x0a\x00\x00\x01";
    let announcement = message(0, 0x8400, &[], [1, 0, 2], &[SERVICE, server, address].concat());
    let heard = play(&PROTOCOL, Transport::Udp, PORTS, &[(A, &announcement)]);
    assert_eq!(heard.problems, [""; 0]);
    assert_eq!(
        heard.facts,
        [
            "A capability: \"_ipp._tcp\"",
            "A role: \"printer\"",
            "A name: \"p1.local\"",
            "10.0.0.1 name: \"p1.local\"",
        ]
    );
}

#[test]
fn the_list_of_services_is_no_service() {
    let list =
        b"\x09_services\x07_dns-sd\x04_udp\x05local\x00\x00\x0c\x00\x01\x00\x00\x11\x94\x00\x02\xc0\x0c";
    let announcement = message(0, 0x8400, &[], [1, 0, 0], list);
    assert!(play(&PROTOCOL, Transport::Udp, PORTS, &[(A, &announcement)]).facts.is_empty());
}

#[test]
fn only_the_port_makes_it_multicast() {
    let announcement = message(0, 0x8400, &[], [1, 0, 0], SERVICE);
    let ask = |ports, bytes| {
        let transport = Transport::Udp;
        (PROTOCOL.probe)(&Probe { transport, ports, from: A, bytes, answer: &[], expected: None })
    };
    assert_eq!(ask(PORTS, &announcement), Answer::Certain);
    assert_eq!(ask([5_000, 53], &announcement), Answer::No);
    assert_eq!(ask(PORTS, b"hello"), Answer::No);
}
