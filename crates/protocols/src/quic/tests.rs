use super::PROTOCOL;
use crate::Transport;
use crate::testing::captures::{corpus, play as play_capture, play_case};
use crate::testing::play;
use proptest::collection::vec;
use proptest::prelude::{Just, any, prop_oneof};
use proptest::proptest;
use quaywatch_model::Side::{self, A, B};

/// As Zeek's `ssl.log` and `quic.log` of the same capture have it.
#[test]
fn the_hellos_in_initial_packets_are_read() {
    let heard = play_case("quic-handshake");
    let heard = heard.iter().find(|heard| heard.protocol == "quic").unwrap();
    assert_eq!(
        heard.recorder.notes[..3],
        ["A version: \"QUICv1\"", "A server_name: \"server4:443\"", "A alpn: \"hq-interop\""]
    );
    let expected = [
        "ssl",
        "version=TLSv13",
        "cipher=TLS_AES_128_GCM_SHA256",
        "curve=x25519",
        "server_name=server4:443",
        "resumed=F",
        "last_alert=-",
        "next_protocol=-",
        "established=F",
        "ssl_history=Cs",
        "cert_chain_fps=-",
        "client_cert_chain_fps=-",
        "sni_matches_cert=-",
    ];
    let connection = [
        "quic",
        "version=1",
        "client_initial_dcid=a771f6161a4072c0bf10",
        "client_scid=(empty)",
        "server_scid=5911deff",
        "server_name=server4:443",
        "client_protocol=hq-interop",
        "history=ISishhoIHOOo",
    ];
    assert_eq!(heard.recorder.zeek, [expected.as_slice(), &connection]);
}

/// As in Zeek's logs of `ppp-quic-interop-retry`: the connection before the Retry has a line of its own.
#[test]
fn a_retry_ends_a_line_of_the_log() {
    let Some(capture) = corpus("quic/tcpdump__quic_retry.pcap") else { return };
    let [heard] = play_capture(&capture).try_into().unwrap();
    let lines: Vec<_> = heard.recorder.zeek.iter().filter(|line| line[0] == "quic").collect();
    let [first, second] = lines[..] else { panic!("{lines:?}") };
    assert_eq!((&*first[4], &*first[7]), ("server_scid=-", "history=ISr"));
    assert!(second[7].starts_with("history=ISis"), "{second:?}");
    assert_eq!((&first[5], &first[6]), (&second[5], &second[6]), "the client asks for the same");
    assert_ne!(first[2], second[2], "the client begins anew with the id that the server gave itself");
}

/// JA4 as Arkime computes it; a ClientHello over several packets out of order; a Retry between.
#[test]
fn real_browsers_are_read_over_several_packets_and_after_a_retry() {
    let Some(root) = corpus("") else { return };
    let expected = [
        ("arkime__quicietf.pcap", "\"ssl.gstatic.com\"", "C", "q13d0311h3_55b375c5d22e_3512bcbbc9ec"),
        ("sv__quic-frag-middle-gap.pcap", "\"optimizationguide-pa.googleapis.com\"", "Cs", "q13d0313h3"),
        ("tcpdump__quic_retry.pcap", "\"localhost\"", "CCs", "q13d0311h3"),
    ];
    for (capture, name, history, ja4) in expected {
        let heard = play_capture(&root.join("quic").join(capture));
        let [heard] = heard.as_slice() else { panic!("{} conversations in {capture}", heard.len()) };
        let notes = heard.recorder.notes.join("\n");
        assert!(notes.contains(&format!("server_name: {name}")) && notes.contains(ja4), "{capture}: {notes}");
        let history = format!("ssl_history={history}");
        assert!(heard.recorder.zeek.iter().any(|line| line.contains(&history)), "{capture}");
    }
}

proptest! {
    #[test]
    fn any_bytes_are_survived(
        turns in vec((prop_oneof![Just(A), Just(B)], vec(any::<u8>(), 0..100)), 0..8)
    ) {
        let turns: Vec<(Side, Vec<u8>)> = turns.iter().map(|(side, bytes)| (*side, [&b"\xc0\0\0\0\x01\x02ab\x00\x00\x20"[..], bytes].concat())).collect();
        let turns: Vec<(Side, &[u8])> = turns.iter().map(|(side, bytes)| (*side, bytes.as_slice())).collect();
        let _ = play(&PROTOCOL, Transport::Udp, [50_000, 443], &turns);
    }
}
