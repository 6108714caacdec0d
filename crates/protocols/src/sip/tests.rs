use super::PROTOCOL;
use crate::testing::captures::play_case;
use crate::testing::{play, play_cut};
use crate::{Answer, Probe, Transport};
use proptest::collection::vec;
use proptest::prelude::{Just, any, prop_oneof};
use proptest::{prop_assert_eq, proptest};
use quaywatch_model::Side::{self, A, B};

#[test]
fn calls_and_registrations_are_told_with_their_final_answers() {
    let heard = play_case("sip-call");
    let [heard] = heard.as_slice() else { panic!("{} conversations", heard.len()) };
    assert_eq!(
        heard.recorder.operations,
        [
            "B: Authenticate REGISTER: sip:10.20.0.5 -> refused 401 Unauthorized",
            "B: Authenticate REGISTER: sip:10.20.0.5 -> accepted 200 OK",
            "B: OpenSession INVITE: sip:control-room@10.20.0.5 -> accepted 200 OK",
            "A: CloseSession BYE: sip:cabin@10.20.0.11 -> accepted 200 OK",
            "B: OpenSession INVITE: sip:nobody@10.20.0.5 -> refused 404 Not Found",
        ]
    );
    assert_eq!(
        heard.recorder.notes,
        [
            "B software: \"CabinPhone/2.1\"",
            "A software: \"YardPBX/1.0\"",
            "B authentication: \"digest\"",
            "B user: \"cabin\"",
        ]
    );
    assert_eq!(heard.recorder.problems, [""; 0]);
}

const MESSAGE: &[u8] = b"MESSAGE sip:a:pw@b SIP/2.0\r\nCall-ID: 1\r\nCSeq: 1 MESSAGE\r\nl: 5\r\n\r\nhello";

/// Messages, a keep-alive between them (RFC 5626, section 4.4.1), and a call that is refused.
const TURNS: &[(Side, &[u8])] = &[
    (A, MESSAGE),
    (A, b"\r\n\r\n"),
    (B, b"SIP/2.0 200 OK\r\ni: 1\r\nCSeq: 1 MESSAGE\r\nContent-Length: 0\r\n\r\n"),
    (A, b"INVITE sip:c@b SIP/2.0\r\ni: 2\r\nCSeq: 2 INVITE\r\nUser-Agent: Cabin\r\nContent-Length: 5\r\n\r\nv=0\r\n"),
    (B, b"SIP/2.0 100 Trying\r\ni: 2\r\nCSeq: 2 INVITE\r\nl: 0\r\n\r\n"),
    (B, b"SIP/2.0 404 Not Found\r\ni: 2\r\nCSeq: 2 INVITE\r\nServer: PBX\r\nl: 0\r\n\r\n"),
];

#[test]
fn streams_are_cut_by_their_lengths() {
    let heard = play(&PROTOCOL, Transport::Tcp, [50_000, 5060], TURNS);
    assert_eq!(
        heard.operations,
        [
            "A: Write MESSAGE: sip:a:***@b -> accepted 200 OK",
            "A: OpenSession INVITE: sip:c@b -> refused 404 Not Found"
        ]
    );
    assert_eq!(heard.contents[0], "A unknown 5/5 \"hello\", ends");
    assert_eq!(heard.problems, [""; 0]);
}

#[test]
fn the_probe_is_certain_only_of_its_own() {
    let ask = |bytes| {
        let (transport, from) = (Transport::Tcp, A);
        (PROTOCOL.probe)(&Probe { transport, ports: [1, 2], from, bytes, answer: &[], expected: None })
    };
    assert_eq!(ask(MESSAGE), Answer::Certain);
    assert_eq!(ask(b"OPTIONS si"), Answer::Unsure);
    assert_eq!(ask(b"OPTIONS rtsp://h/ RTSP/1.0\r\n"), Answer::No);
    assert_eq!(ask(b"GET / HTTP/1.1\r\n"), Answer::No);
}

/// What a port scanner sends to one port, one datagram after the other (`bacnet/malcolm__BACnet_Host.pcap` of the corpus,
/// frames 14952 to 14963: to the port of BACnet, from one port).
#[test]
fn of_a_scanner_that_tries_all_protocols_only_the_question_in_sip_is_sip() {
    let version_bind =
        b"\x00\x06\x01\x00\x00\x01\x00\x00\x00\x00\x00\x00\x07version\x04bind\x00\x00\x10\x00\x03";
    let options =
        b"OPTIONS sip:nm SIP/2.0\r\nVia: SIP/2.0/UDP nm;branch=foo;rport\r\nFrom: <sip:nm@nm>;tag=root\r\n\
        To: <sip:nm2@nm2>\r\nCall-ID: 50000\r\nCSeq: 42 OPTIONS\r\nMax-Forwards: 70\r\nContent-Length: 0\r\n\
        Contact: <sip:nm@nm>\r\nAccept: application/sdp\r\n\r\n";
    let turns: &[(Side, &[u8])] =
        &[(A, options), (A, version_bind), (A, b"\x01"), (A, b"OPTIONS sip:nm SIP/2.0\r\nbroken")];
    let heard = play(&PROTOCOL, Transport::Udp, [37_979, 47_808], turns);
    assert_eq!(heard.operations, ["A: Identify OPTIONS: sip:nm -> unseen"]);
    assert_eq!(
        heard.problems,
        ["sip: datagram that is no message (unsupported)", "sip: message that cannot be read (malformed)"]
    );
}

proptest! {
    #[test]
    fn any_segmentation_gives_the_same_operations(cuts in vec(1..90_usize, 1..8)) {
        let mut whole = play(&PROTOCOL, Transport::Tcp, [50_000, 5060], TURNS);
        let mut cut = play_cut(&PROTOCOL, [50_000, 5060], TURNS, &cuts);
        whole.frames.clear();
        cut.frames.clear();
        prop_assert_eq!(cut, whole);
    }

    #[test]
    fn any_bytes_are_survived(
        turns in vec((prop_oneof![Just(A), Just(B)], prop_oneof![vec(any::<u8>(), 0..64), Just(MESSAGE.to_vec())]), 0..8)
    ) {
        let turns: Vec<(Side, &[u8])> = turns.iter().map(|(side, bytes)| (*side, bytes.as_slice())).collect();
        let _ = play(&PROTOCOL, Transport::Tcp, [50_000, 5060], &turns);
        let _ = play(&PROTOCOL, Transport::Udp, [50_000, 5060], &turns);
    }
}
