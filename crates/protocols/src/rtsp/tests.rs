use super::{PROTOCOL, wire};
use crate::testing::captures::play_corpus;
use crate::testing::{Player, play, play_cut};
use crate::{Answer, Probe, Transport};
use proptest::collection::vec;
use proptest::prelude::{Just, any, prop_oneof};
use proptest::{prop_assert_eq, proptest};
use quaywatch_model::Side::{self, A, B};

const PORTS: [u16; 2] = [50_000, 554];
const SESSION: &[(Side, &[u8])] = &[
    (A, b"DESCRIBE rtsp://10.0.0.2/spreader RTSP/1.0\r\nCSeq: 1\r\nUser-Agent: cms\r\n\r\n"),
    (B, b"RTSP/1.0 401 Unauthorized\r\nCSeq: 1\r\nWWW-Authenticate: Basic realm=\"x\"\r\n\r\n"),
    (A, b"DESCRIBE rtsp://10.0.0.2/spreader RTSP/1.0\r\nCSeq: 2\r\nAuthorization: Basic cm9vdDpwYXNz\r\n\r\n"),
    (B, b"RTSP/1.0 200 OK\r\nCSeq: 2\r\nServer: GStreamer RTSP server\r\nContent-Type: application/sdp\r\nContent-Length: 44\r\n\r\nv=0\r\ns=Spreader camera\r\nm=video 0 RTP/AVP 96"),
    (A, b"SETUP rtsp://10.0.0.2/spreader/t1 RTSP/1.0\r\nCSeq: 3\r\nTransport: RTP/AVP;unicast;client_port=4588-4589\r\n\r\n"),
    (B, b"RTSP/1.0 200 OK\r\nCSeq: 3\r\nTransport: RTP/AVP;unicast;client_port=4588-4589;server_port=6256-6257\r\n\r\n"),
    (A, b"PLAY rtsp://10.0.0.2/spreader RTSP/1.0\r\nCSeq: 4\r\n\r\n"),
    (B, b"RTSP/1.0 200 OK\r\nCSeq: 4\r\n\r\n$\0\0\x0d\x80\x60\0\x01\0\0\0\x02\0\0\0\x03p"),
];

#[test]
fn a_session_is_told_with_its_login_its_camera_and_its_stream() {
    let heard = play(&PROTOCOL, Transport::Tcp, PORTS, SESSION);
    assert_eq!(
        heard.operations,
        [
            "A: Identify DESCRIBE: url = \"rtsp://10.0.0.2/spreader\" -> refused 401 Unauthorized",
            "A: Authenticate basic: user = \"root\" -> accepted",
            "A: Identify DESCRIBE: url = \"rtsp://10.0.0.2/spreader\" -> accepted",
            "A: OpenSession SETUP: url = \"rtsp://10.0.0.2/spreader/t1\"; transport = \
             \"RTP/AVP;unicast;client_port=4588-4589\" -> accepted",
            "A: Subscribe PLAY: url = \"rtsp://10.0.0.2/spreader\" -> accepted",
        ]
    );
    assert!(heard.notes.contains(&"A default_secret: \"root/pass\"".to_owned()), "{:?}", heard.notes);
    assert!(heard.facts.contains(&"B role: \"camera\"".to_owned()), "{:?}", heard.facts);
    assert_eq!(heard.contents, ["B video 17/0 \"\", ends"]);
    assert!(heard.problems.is_empty(), "{:?}", heard.problems);
}

#[test]
fn an_address_is_told_without_its_password_and_the_password_is_told_to_be_there() {
    for address in ["rtsp://admin:RtspPw12@10.0.0.2/ch1", "rtsp://10.0.0.2/ch1?user=admin&password=RtspPw12"]
    {
        let request = format!("DESCRIBE {address} RTSP/1.0\r\nCSeq: 1\r\n\r\n");
        let turns: &[(Side, &[u8])] = &[(A, request.as_bytes()), (B, b"RTSP/1.0 200 OK\r\nCSeq: 1\r\n\r\n")];
        let heard = play(&PROTOCOL, Transport::Tcp, PORTS, turns);
        let told = address.replace("RtspPw12", "***");
        assert_eq!(heard.operations, [format!("A: Identify DESCRIBE: url = \"{told}\" -> accepted")]);
        assert_eq!(
            heard.notes,
            ["A user: \"admin\"", "A authentication: \"url\"", "A clear_secret: (masked)"],
        );
    }
}

#[test]
fn interleaved_streams_are_found_again_after_a_gap() {
    let mut player = Player::new(&PROTOCOL, Transport::Tcp, PORTS);
    for &(from, bytes) in SESSION {
        player.say(from, bytes);
    }
    let heard =
        player.lose(B, 100).say(B, b"rest of a packet$\0\0\x0d\x80\x60\0\x02\0\0\0\x02\0\0\0\x03p").end();
    assert_eq!(heard.contents.len(), 2, "{:?}", heard.contents);
}

#[test]
fn transports_are_read() {
    let transport = "RTP/AVP;unicast;client_port=4588-4589;server_port=6256";
    assert_eq!(wire::parameter(transport, "client_port").and_then(wire::ports), Some((4588, 4589)));
    assert_eq!(wire::parameter(transport, "server_port").and_then(wire::ports), Some((6256, 6256)));
}

#[test]
fn the_probe_is_certain_only_of_its_own() {
    let ask = |bytes| {
        let probe =
            Probe { transport: Transport::Tcp, ports: PORTS, from: A, bytes, answer: &[], expected: None };
        (PROTOCOL.probe)(&probe)
    };
    assert_eq!(ask(SESSION[0].1), Answer::Certain);
    assert_eq!(ask(SESSION[1].1), Answer::Certain);
    assert_eq!(ask(b"DESC"), Answer::Unsure);
    assert_eq!(ask(b"OPTIONS * HTTP/1.1\r\n"), Answer::No);
    assert_eq!(ask(b"OPTIONS sip:a@b SIP/2.0\r\n"), Answer::No);
}

#[test]
fn a_request_in_a_real_capture_is_read() {
    let Some(heard) = play_corpus("rtsp/ndpi__rtsp_setup_http.pcapng") else { return };
    let operations: Vec<&String> = heard.iter().flat_map(|heard| &heard.recorder.operations).collect();
    assert_eq!(operations.len(), 1, "{operations:?}");
    assert!(operations[0].contains("OpenSession SETUP"), "{operations:?}");
}

proptest! {
    #[test]
    fn any_segmentation_gives_the_same_operations(cuts in vec(1..9_usize, 1..8)) {
        let whole = play(&PROTOCOL, Transport::Tcp, PORTS, SESSION);
        prop_assert_eq!(play_cut(&PROTOCOL, PORTS, SESSION, &cuts).operations, whole.operations);
    }

    #[test]
    fn any_bytes_are_survived(at in 0..8_usize, turns in vec((prop_oneof![Just(A), Just(B)], vec(any::<u8>(), 0..64)), 0..8)) {
        let mut all = SESSION[..at].to_vec();
        all.extend(turns.iter().map(|(side, bytes)| (*side, bytes.as_slice())));
        let _ = play(&PROTOCOL, Transport::Tcp, PORTS, &all);
    }
}
