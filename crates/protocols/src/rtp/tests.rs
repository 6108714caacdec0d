use super::PROTOCOL;
use crate::testing::play;
use crate::{Answer, Probe, Transport};
use proptest::collection::vec;
use proptest::prelude::any;
use proptest::proptest;
use quaywatch_model::Side::{A, B};

/// RFC 3550 sections 6.4.2 and 6.5: a receiver report without blocks, and a CNAME `cam7`.
const RTCP: &[u8] = b"\x80\xc9\x00\x01\x00\x00\x00\x07\x81\xca\x00\x03\x00\x00\x00\x07\x01\x04cam7\x00\x00";

fn ask(bytes: &[u8]) -> Answer {
    let probe =
        Probe { transport: Transport::Udp, ports: [1, 2], from: A, bytes, answer: &[], expected: None };
    (PROTOCOL.probe)(&probe)
}

#[test]
fn compound_rtcp_and_transport_streams_are_certain_and_nothing_else_is() {
    let mut stream = b"\x80\x21\0\x01\0\0\0\x02\0\0\0\x03".to_vec();
    stream.extend([0x47; 188 * 2]);
    assert_eq!(ask(RTCP), Answer::Certain);
    assert_eq!(ask(&stream), Answer::Certain);
    assert_eq!(ask(&RTCP[..8]), Answer::No);
    assert_eq!(ask(&stream[..40]), Answer::No);
    assert_eq!(ask(b"\x80\x60\0\x01\0\0\0\x02\0\0\0\x03payload"), Answer::No);
}

#[test]
fn reports_are_signalling_and_the_rest_is_left_to_be_video() {
    let heard = play(
        &PROTOCOL,
        Transport::Udp,
        [1, 2],
        &[(A, RTCP), (B, b"\x80\x60\0\x01\0\0\0\x02\0\0\0\x03pixels")],
    );
    assert_eq!(heard.notes, ["A channel: \"cam7\""]);
    assert_eq!(heard.contents, ["A signalling 24/0 \"\", ends"]);
}

proptest! {
    #[test]
    fn any_bytes_are_survived(datagrams in vec(vec(any::<u8>(), 0..64), 0..8)) {
        for datagram in &datagrams {
            let _ = ask(datagram);
            let _ = play(&PROTOCOL, Transport::Udp, [1, 2], &[(A, datagram)]);
        }
    }
}
