use super::PROTOCOL;
use crate::testing::captures::{corpus, play as play_capture, play_case};
use crate::testing::zeek;
use crate::testing::{Player, Recorder, play, play_cut};
use crate::{Answer, Probe, Transport};
use proptest::collection::vec;
use proptest::prelude::{Just, any, prop_oneof};
use proptest::{prop_assert, prop_assert_eq, proptest};
use quaywatch_model::Side::{self, A, B};

fn heard_of(name: &str) -> Option<Vec<Recorder>> {
    let capture = corpus("")?.join(name);
    let heard = play_capture(&capture);
    Some(
        heard
            .into_iter()
            .filter(|heard| matches!(heard.protocol, "tls" | "dtls"))
            .map(|heard| heard.recorder)
            .collect(),
    )
}

fn note<'a>(heard: &'a Recorder, topic: &str) -> Vec<&'a str> {
    let notes = heard.notes.iter().filter_map(|note| note.get(2..)?.strip_prefix(topic)?.strip_prefix(": "));
    notes.map(|value| value.trim_matches('"')).collect()
}

/// The values that Arkime, FoxIO's own tests and Suricata expect of these captures.
#[test]
fn fingerprints_are_those_that_others_compute() {
    let expected = [
        (
            "tls/arkime__badcurveball.pcap",
            "t13d1615H2_46e7e9700bed_45f260be83e2",
            "66918128f1b9b03303d77c6f2eefd128",
            "2d1eb5817ece335c24904f516ad5da12",
        ),
        (
            "tls/arkime__https3-301-get.pcap",
            "t10d230100_6a57a6f57151_000000000000",
            "06a92bf69b367389d2feb0d70501ddfe",
            "d2e6f7ef558ea8036c7e21b163b2d1af",
        ),
        (
            "tls/arkime__openssl-ssl3.pcap",
            "ts3i460000_234845559c90_000000000000",
            "f917ae2520ef9784557b0a3c02489c2c",
            "59e3f99fd4b68388f5ba9349e0ca71a4",
        ),
        (
            "tls/arkime__openssl-tls1_2.pcap",
            "t12i740500_c43983326036_3eafcbe19126",
            "c1a36e1a870786cc75edddc0009eaf3a",
            "ccc514751b175866924439bdbb5bba34",
        ),
        (
            "tls/arkime__tls-alpn-h2.pcap",
            "t12d4605h2_85626a9a5f7f_aaf95bb78ec9",
            "3faa4ad39f690c4ef1c3160caa375465",
            "7f76f3e952a1bc7d407366fafe1db7ed",
        ),
    ];
    for (capture, ja4, ja3, ja3s) in expected {
        let Some(heard) = heard_of(capture) else { return };
        let [heard] = heard.as_slice() else { panic!("{} conversations in {capture}", heard.len()) };
        assert_eq!(note(heard, "ja4"), [ja4], "{capture}");
        assert_eq!(note(heard, "ja3"), [ja3], "{capture}");
        assert_eq!(note(heard, "ja3_server"), [ja3s], "{capture}");
    }
}

/// Columns that differ, and why: whether a chain is trusted is told by a policy script of Zeek that has its own store.
const NOT_TOLD: &[&str] = &["validation_status"];

#[test]
fn ssl_log_is_that_of_zeek() {
    let Some(root) = corpus("") else { return };
    let logs = [
        ("tls/zeek__tls-missing-intermediate.pcap", "tls/expected/zeek__tls-missing-intermediate/ssl.log"),
        (
            "tls/zeek__tls-tls-conn-with-extensions.pcap",
            "tls/expected/zeek__tls-tls-conn-with-extensions/scripts.base.protocols.ssl.basic/ssl.log",
        ),
        ("tls/zeek__tls-tls13_wolfssl.pcap", "tls/expected/zeek__tls-tls13_wolfssl/ssl.log"),
        (
            "tls/zeek__tls-tls13draft23-chrome67.0.3368.0-canary.pcap",
            "tls/expected/zeek__tls-tls13draft23-chrome67.0.3368.0-canary/ssl.log",
        ),
    ];
    for (capture, log) in logs {
        let heard = play_capture(&root.join(capture));
        let mut told: Vec<_> = heard.iter().flat_map(|heard| &heard.recorder.zeek).collect();
        told.retain(|line| line.first().is_some_and(|name| name == "ssl"));
        let told: Vec<_> = told.into_iter().map(|line| line.get(1..).unwrap().to_vec()).collect();
        let mut expected = zeek::own_columns(&root.join(log), NOT_TOLD);
        let mut told_sorted = told;
        told_sorted.sort();
        expected.sort();
        assert_eq!(told_sorted, expected, "{capture}");
    }
}

#[test]
fn a_handshake_tells_whom_the_server_is_and_how_well_it_is_protected() {
    let heard = play_case("tls-chain");
    let [heard] = heard.as_slice() else { panic!("{} conversations", heard.len()) };
    assert_eq!(
        heard.recorder.notes,
        [
            r#"A ja4: "t12i860500_e18388e7f3a3_a1e935682795""#,
            r#"A ja3: "455bd65d382d4741f0e48654f27cbe80""#,
            "B version: TLSv12",
            "B cipher: TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384",
            r#"B ja3_server: "0debd3853f330c574b05e0b6d882dc27""#,
            "B certificate_sha256: e0129ac9d82beb2ad399c85a2d246c0a5376e1094a5410ba9157cc42c3d514c1",
            "B certificate_subject: CN=imap.gmx.net,emailAddress=server-certs@1und1.de,L=Montabaur,\
             ST=Rhineland-Palatinate,O=1&1 Mail & Media GmbH,C=DE",
            "B certificate_issuer: CN=TeleSec ServerPass DE-1,street=Untere Industriestr. 20,L=Netphen,\
             postalCode=57250,ST=NRW,OU=T-Systems Trust Center,O=T-Systems International GmbH,C=DE",
            "B certificate_begins: 2013-11-12T10:17:31Z",
            "B certificate_expires: 2016-11-17T23:59:59Z",
        ]
    );
    assert_eq!(heard.recorder.facts, [r#"B domain_name: "imap.gmx.net""#, r#"B domain_name: "imap.gmx.de""#]);
    assert_eq!(heard.recorder.operations, [""; 0]);
}

/// A client's hello for `plc.example`, made up, and a server's answer with TLS 1.2 and one broken certificate.
fn hellos() -> [Vec<u8>; 2] {
    let message = |kind: u8, body: Vec<u8>| [&[kind, 0, 0, body.len() as u8][..], &body].concat();
    let record = |body: Vec<u8>| [&[22, 3, 1, 0, body.len() as u8][..], &body].concat();
    let name = b"\0\0\0\x10\0\x0e\0\0\x0bplc.example";
    let client = [&[3, 3][..], &[7; 32], b"\0\0\x02\xc0\x2f\x01\0\0\x14", name].concat();
    let server = [&[3, 3][..], &[9; 32], b"\0\xc0\x2f\0"].concat();
    let chain = b"\0\0\x05\0\0\x02\x30\0".to_vec();
    [record(message(1, client)), record([message(2, server), message(11, chain)].concat())]
}

const CHANGE: &[u8] = b"\x14\x03\x03\0\x01\x01";
const DATA: &[u8] = b"\x17\x03\x03\0\x14aaaaaaaaaabbbbbbbbbb";

#[test]
#[rustfmt::skip] // a protocol each
fn tls_after_another_protocol_or_in_its_frames_is_read_and_all_of_it_counts_as_encrypted() {
    let [client, server] = hellos();
    let protocols: [Carrier<'_>; 6] = [
        (&crate::postgresql::PROTOCOL, 5432, &[(A, b"\0\0\0\x08\x04\xd2\x16\x2f"), (B, b"S")], plain),
        (&crate::ftp::PROTOCOL, 21, &[(B, b"220 FTP\r\n"), (A, b"AUTH TLS\r\n"), (B, b"234 go\r\n")], plain),
        (&crate::ldap::PROTOCOL, 389, &[
            (A, b"\x30\x1d\x02\x01\x01\x77\x18\x80\x161.3.6.1.4.1.1466.20037"),
            (B, b"\x30\x0c\x02\x01\x01\x78\x07\x0a\x01\x00\x04\x00\x04\x00"),
        ], plain),
        (&crate::rdp::PROTOCOL, 3389, &[
            (A, b"\x03\x00\x00\x13\x0e\xe0\x00\x00\x00\x00\x00\x01\x00\x08\x00\x03\x00\x00\x00"),
            (B, b"\x03\x00\x00\x13\x0e\xd0\x00\x00\x12\x34\x00\x02\x00\x08\x00\x02\x00\x00\x00"),
        ], plain),
        (&crate::tds::PROTOCOL, 1433, &[
            (A, b"\x12\x01\x00\x1a\0\0\x01\0\0\0\x0b\0\x06\x01\0\x11\0\x01\xff\x0b\0\0\0\0\0\x01"),
            (B, b"\x04\x01\x00\x1a\0\0\x01\0\0\0\x0b\0\x06\x01\0\x11\0\x01\xff\x0f\0\x07\xd0\0\0\x01"),
        ], in_prelogin),
        (&crate::cotp::PROTOCOL, 102, &[], in_dt),
    ];
    for (protocol, port, turns, frame) in protocols {
        let mut player = Player::new(protocol, Transport::Tcp, [50_000, port]);
        for (side, bytes) in turns {
            player.say(*side, bytes);
        }
        player.say(A, &frame(&client)).say(B, &frame(&server)).say(B, DATA);
        let heard = player.end();
        let said = |note: &str| heard.notes.iter().any(|heard| heard == note);
        assert!(said("A server_name: \"plc.example\""), "{}: {:?}", protocol.name, heard.notes);
        assert!(said("B cipher: TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256"), "{}: {:?}", protocol.name, heard.notes);
        let told = format!("A encrypted {}", client.len());
        assert!(heard.contents.iter().any(|content| content.starts_with(&told)), "{}: {:?}", protocol.name, heard.contents);
    }
}

/// A protocol, its port, how it agrees to TLS, and how it carries a record.
type Carrier<'a> = (&'a crate::Protocol, u16, &'a [(Side, &'a [u8])], Frame);
type Frame = fn(&[u8]) -> Vec<u8>;

fn plain(record: &[u8]) -> Vec<u8> {
    record.to_vec()
}

/// The packets of TDS that carry the handshake (MS-TDS, section 2.2.6.5).
fn in_prelogin(record: &[u8]) -> Vec<u8> {
    [&[0x12, 1, 0, record.len() as u8 + 8, 0, 0, 1, 0][..], record].concat()
}

/// As S7 controllers since TIA V17 speak it.
fn in_dt(record: &[u8]) -> Vec<u8> {
    [&[3, 0, 0, record.len() as u8 + 7, 2, 0xf0, 0x80][..], record].concat()
}

#[test]
fn a_gap_in_what_is_encrypted_is_passed_over_and_a_gap_elsewhere_is_hunted_out_of() {
    let [client, server] = hellos();
    let mut player = Player::new(&PROTOCOL, Transport::Tcp, [50_000, 443]);
    player.say(A, &DATA[..9]).lose(A, 16).say(A, &client);
    assert!(
        player.heard.notes.contains(&"A server_name: \"plc.example\"".into()),
        "{:?}",
        player.heard.notes
    );
    player.lose(B, 100).say(B, b"tail").say(B, &server);
    let heard = player.end();
    assert!(
        heard.notes.contains(&"B cipher: TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256".into()),
        "{:?}",
        heard.notes
    );
    assert_eq!(heard.problems, ["tls: certificate that cannot be read (malformed)"]);
}

#[test]
fn the_probe_is_certain_of_hellos_anywhere_and_of_records_in_mid_stream() {
    let ask = |ports, bytes: &[u8]| {
        let (transport, from) = (Transport::Tcp, A);
        (PROTOCOL.probe)(&Probe { transport, ports, from, bytes, answer: &[], expected: None })
    };
    let [client, server] = hellos();
    let anywhere = [50_000, 102];
    assert_eq!(ask(anywhere, &client), Answer::Certain);
    assert_eq!(ask(anywhere, &server), Answer::Certain);
    assert_eq!(ask(anywhere, &client[..4]), Answer::Unsure);
    assert_eq!(ask(anywhere, DATA), Answer::Certain);
    assert_eq!(ask(anywhere, &DATA[..10]), Answer::Unsure);
    assert_eq!(ask([50_000, 443], &DATA[..10]), Answer::Certain);
    assert_eq!(ask(anywhere, b"\x03\0\0\x16\x11\xe0"), Answer::No);
}

proptest! {
    #[test]
    fn any_segmentation_gives_the_same(cuts in vec(1..40_usize, 1..8)) {
        let [client, server] = hellos();
        let closing = [CHANGE, DATA].concat();
        let turns: &[(Side, &[u8])] = &[(A, &client), (B, &server), (A, &closing), (B, &closing)];
        let whole = play(&PROTOCOL, Transport::Tcp, [50_000, 443], turns);
        let cut = play_cut(&PROTOCOL, [50_000, 443], turns, &cuts);
        prop_assert!(whole.logs[0].contains("\"CsxIi\""), "{:?}", whole.logs);
        prop_assert_eq!((cut.notes, cut.logs), (whole.notes, whole.logs));
    }

    #[test]
    fn any_bytes_are_survived(turns in vec((prop_oneof![Just(A), Just(B)], vec(any::<u8>(), 0..64)), 0..8)) {
        let turns: Vec<(Side, &[u8])> = turns.iter().map(|(side, bytes)| (*side, bytes.as_slice())).collect();
        let _ = play(&PROTOCOL, Transport::Tcp, [50_000, 443], &turns);
        let _ = play(&PROTOCOL, Transport::Udp, [50_000, 443], &turns);
    }
}
