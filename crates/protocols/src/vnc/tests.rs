use super::PROTOCOL;
use crate::testing::captures::{corpus, play_corpus};
use crate::testing::zeek;
use crate::testing::{Player, play, play_cut};
use crate::{Answer, Probe, Transport};
use proptest::collection::vec;
use proptest::prelude::{Just, any, prop_oneof};
use proptest::{prop_assert_eq, proptest};
use quaywatch_model::DataClass;
use quaywatch_model::Side::{self, A, B};

const PORTS: [u16; 2] = [50_000, 5900];
const VERSION: &[u8] = b"RFB 003.008\n";
const INIT: &[u8] =
    b"\x03\x20\x02\x58\x20\x18\x00\x01\x00\xff\x00\xff\x00\xff\x10\x08\x00\x00\x00\x00\x00\x00\x00\x06STS-07";
/// RFC 6143 section 7.1 to 7.3, with VNC authentication.
const HANDSHAKE: &[(Side, &[u8])] = &[
    (B, VERSION),
    (A, VERSION),
    (B, &[2, 1, 2]),
    (A, &[2]),
    (B, &[7; 16]),
    (A, &[8; 16]),
    (B, &[0; 4]),
    (A, &[1]),
    (B, INIT),
];

#[test]
fn a_session_is_told_with_its_desktop_and_what_follows_is_video() {
    let mut player = Player::new(&PROTOCOL, Transport::Tcp, PORTS);
    for &(from, bytes) in HANDSHAKE {
        player.say(from, bytes);
    }
    player.say(B, b"pictures").say(A, b"input");
    assert_eq!(player.conversation().carries(), DataClass::Video);
    let heard = player.end();
    assert_eq!(
        heard.operations,
        [
            "A: Authenticate security_handshake (0x02): security_type = \"vnc\" -> accepted",
            "A: OpenSession server_init: desktop = \"STS-07\"; size = 800x600; shared = true -> accepted",
        ]
    );
    assert_eq!(heard.contents.last().unwrap(), "A signalling 5/0 \"\", ends");
    assert_eq!(heard.logs, [r#"A rfb.log: "003" "008" "003" "008" "VNC" true true "STS-07" 800 600"#]);
}

#[test]
fn no_security_is_noted() {
    let turns: &[(Side, &[u8])] =
        &[(B, b"RFB 003.003\n"), (A, b"RFB 003.003\n"), (B, &[0, 0, 0, 1]), (A, &[0]), (B, INIT)];
    let heard = play(&PROTOCOL, Transport::Tcp, PORTS, turns);
    assert!(heard.notes.contains(&"B authentication: \"none\"".to_owned()), "{:?}", heard.notes);
    assert_eq!(heard.facts, ["B description: \"STS-07\""]);
}

#[test]
fn vencrypt_with_tls_is_encrypted_and_in_plain_tells_a_default_login() {
    let common: &[(Side, &[u8])] =
        &[(B, VERSION), (A, VERSION), (B, &[1, 19]), (A, &[19]), (B, &[0, 2]), (A, &[0, 2])];
    let mut player = Player::new(&PROTOCOL, Transport::Tcp, PORTS);
    common.iter().for_each(|&(from, bytes)| {
        player.say(from, bytes);
    });
    player.say(B, &[0, 1, 0, 0, 1, 2]).say(A, &[0, 0, 1, 2]).say(B, &[1]).say(A, b"\x16\x03\x01");
    assert_eq!(player.conversation().carries(), DataClass::Encrypted);
    let _ = player.end();

    let mut player = Player::new(&PROTOCOL, Transport::Tcp, PORTS);
    common.iter().for_each(|&(from, bytes)| {
        player.say(from, bytes);
    });
    player.say(B, &[0, 1, 0, 0, 1, 0]).say(A, &[0, 0, 1, 0]).say(A, b"\0\0\0\x05\0\0\0\x05adminadmin");
    let heard = player.say(B, &[0, 0, 0, 1]).say(B, b"\0\0\0\x02no").end();
    assert!(heard.notes.contains(&"A default_secret: \"admin/admin\"".to_owned()), "{:?}", heard.notes);
    assert!(heard.operations[0].ends_with("-> refused failed (0x00000001)"), "{:?}", heard.operations);
}

#[test]
fn the_probe_is_certain_only_of_its_own() {
    let ask = |bytes| {
        let probe =
            Probe { transport: Transport::Tcp, ports: PORTS, from: A, bytes, answer: &[], expected: None };
        (PROTOCOL.probe)(&probe)
    };
    assert_eq!(ask(VERSION), Answer::Certain);
    assert_eq!(ask(b"RFB 003"), Answer::Unsure);
    assert_eq!(ask(b"RFC 003.008\n"), Answer::No);
}

#[test]
fn the_log_agrees_with_zeeks() {
    for name in ["rfb-vnc-mac-to-linux", "rfb-vnc-scanner"] {
        let Some(heard) = play_corpus(&format!("vnc/zeek__{name}.pcap")) else { return };
        let ours = heard.iter().flat_map(|heard| &heard.recorder.logs);
        // The letter is who asked, which side that is depends on the addresses.
        let mut ours: Vec<String> = ours.map(|line| zeek::unquoted(line)[2..].to_owned()).collect();
        let cells = |line: Vec<(String, String)>| line.into_iter().skip(6).map(|(_, value)| shown(&value));
        let lines = zeek::lines(&corpus(&format!("vnc/expected/zeek__{name}/rfb.log")).unwrap()).into_iter();
        let mut theirs: Vec<String> =
            lines.map(|line| format!("rfb.log: {}", cells(line).collect::<Vec<_>>().join(" "))).collect();
        ours.sort();
        theirs.sort();
        assert_eq!(ours, theirs, "{name}");
    }
}

fn shown(value: &str) -> String {
    match value {
        "T" => "true".into(),
        "F" => "false".into(),
        _ => value.to_owned(),
    }
}

proptest! {
    #[test]
    fn any_segmentation_gives_the_same_operations(cuts in vec(1..9_usize, 1..8)) {
        let whole = play(&PROTOCOL, Transport::Tcp, PORTS, HANDSHAKE);
        prop_assert_eq!(play_cut(&PROTOCOL, PORTS, HANDSHAKE, &cuts).operations, whole.operations);
    }

    #[test]
    fn any_bytes_are_survived(at in 0..9_usize, turns in vec((prop_oneof![Just(A), Just(B)], vec(any::<u8>(), 0..64)), 0..8)) {
        let mut all = HANDSHAKE[..at].to_vec();
        all.extend(turns.iter().map(|(side, bytes)| (*side, bytes.as_slice())));
        let _ = play(&PROTOCOL, Transport::Tcp, PORTS, &all);
    }
}
