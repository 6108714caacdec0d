use super::{PROTOCOL, wire};
use crate::testing::captures::{Heard, play_corpus};
use crate::testing::{Player, play, play_cut};
use crate::{Answer, Probe, Transport};
use proptest::collection::vec;
use proptest::prelude::{Just, any, prop_oneof};
use proptest::{prop_assert_eq, proptest};
use quaywatch_model::Address;
use quaywatch_model::Side::{self, A, B};

const PORTS: [u16; 2] = [50_000, 21];
const SESSION: &[(Side, &[u8])] = &[
    (B, b"220-hello\r\n220 Panel FTP server\r\n"),
    (A, b"USER admin\r\n"),
    (B, b"331 password?\r\n"),
    (A, b"PASS admin\r\n"),
    (B, b"230 welcome\r\n"),
    (A, b"PWD\r\n"),
    (B, b"257 \"/flash\" is it\r\n"),
    (A, b"PASV\r\n"),
    (B, b"227 Entering Passive Mode (10,0,0,2,200,10)\r\n"),
    (A, b"STOR firmware.bin\r\n"),
    (B, b"150 go on\r\n226 done\r\n"),
    (A, b"RNFR a.txt\r\n"),
    (B, b"350 to?\r\n"),
    (A, b"RNTO b.txt\r\n"),
    (B, b"250 ok\r\n"),
    (A, b"DELE /c\r\n"),
    (B, b"550 no\r\n"),
];

#[test]
fn a_session_is_told_with_its_files() {
    let heard = play(&PROTOCOL, Transport::Tcp, PORTS, SESSION);
    assert_eq!(
        heard.operations,
        [
            "A: Authenticate PASS: user = \"admin\" -> accepted",
            "A: UpdateFirmware STOR: file = \"/flash/firmware.bin\" -> accepted",
            "A: Write RNTO: file = \"/flash/b.txt\" (was \"/flash/a.txt\") -> accepted",
            "A: Write DELE: file = \"/c\" -> refused 550",
        ]
    );
    assert!(heard.notes.contains(&"A clear_secret: (masked)".to_owned()), "{:?}", heard.notes);
    assert!(heard.notes.contains(&"A default_secret: \"admin/admin\"".to_owned()), "{:?}", heard.notes);
    assert_eq!(heard.facts, ["B software: \"hello\"", "B software: \"Panel FTP server\""]);
    assert!(heard.problems.is_empty(), "{:?}", heard.problems);
}

#[test]
fn after_auth_tls_nothing_is_read() {
    let turns: &[(Side, &[u8])] =
        &[(B, b"220 FTP\r\n"), (A, b"AUTH TLS\r\n"), (B, b"234 go\r\n"), (A, b"\x16\x03\x01\0\x05hello")];
    let mut player = Player::new(&PROTOCOL, Transport::Tcp, PORTS);
    for &(from, bytes) in turns {
        player.say(from, bytes);
    }
    assert_eq!(player.conversation().carries(), quaywatch_model::DataClass::Encrypted);
    assert_eq!(player.end().notes, ["B protection: \"encrypted\""]);
}

#[test]
fn addresses_and_ports_are_read_in_both_forms() {
    let v4 = Address::v4([10, 0, 0, 2]);
    assert_eq!(wire::host_port("Entering Passive Mode (10,0,0,2,200,10)."), Some((v4, 51_210)));
    assert_eq!(wire::host_port("114,115"), None);
    assert_eq!(wire::extended("Entering (|||38141|)"), Some((None, 38_141)));
    assert_eq!(wire::extended("|1|10.0.0.2|6275|"), Some((Some(v4), 6_275)));
}

#[test]
fn the_probe_tells_ftp_from_other_protocols_of_lines() {
    let ask = |bytes, answer, ports| {
        (PROTOCOL.probe)(&Probe { transport: Transport::Tcp, ports, from: A, bytes, answer, expected: None })
    };
    assert_eq!(ask(b"220 vsFTPd 3.0\r\n", b"", [1, 2]), Answer::Certain);
    assert_eq!(ask(b"220 mail.example ESMTP Postfix\r\n", b"", PORTS), Answer::No);
    assert_eq!(ask(b"220 ready\r\n", b"", [1, 2]), Answer::Unsure);
    assert_eq!(ask(b"220 ready\r\n", b"", PORTS), Answer::Certain);
    assert_eq!(ask(b"USER bob\r\n", b"220 ready\r\n", [1, 2]), Answer::Unsure);
    assert_eq!(ask(b"SYST\r\n", b"220 ready\r\n", [1, 2]), Answer::Certain);
    assert_eq!(ask(b"RETR 1\r\n", b"+OK\r\n", [1, 110]), Answer::Unsure);
    assert_eq!(ask(b"GET / HTTP/1.1\r\n", b"", PORTS), Answer::No);
}

/// The transfers of a capture, the bytes as their number.
fn transfers(heard: &[Heard]) -> Vec<String> {
    let lines =
        heard.iter().filter(|heard| heard.protocol == "ftp-data").flat_map(|heard| &heard.recorder.transfers);
    lines
        .map(|line| match line.strip_prefix("data 1 ") {
            Some(bytes) => format!("{} bytes", bytes.len() / 2),
            None => line.clone(),
        })
        .collect()
}

#[test]
fn a_passive_data_connection_becomes_a_transfer_with_the_files_name() {
    let Some(heard) = play_corpus("ftp/zeek__ftp-retr.pcap") else { return };
    // The size is what the server said to SIZE in frame 30.
    let transfers = transfers(&heard);
    assert_eq!(transfers.len(), 3, "{transfers:?}");
    assert!(transfers[0].starts_with("begin 1 file from_device"), "{transfers:?}");
    assert_eq!(transfers[1..], ["16557 bytes", "end 1 complete"]);
    let operations: Vec<&String> = heard.iter().flat_map(|heard| &heard.recorder.operations).collect();
    assert!(operations.iter().any(|line| line.contains("Read RETR: file = \"/README\"")), "{operations:?}");
}

#[test]
fn a_password_that_the_server_is_to_set_is_told_to_be_there_and_is_not_told() {
    let turns: &[(Side, &[u8])] = &[
        (A, b"USER anna\r\n"),
        (B, b"230 in\r\n"),
        (A, b"SITE PSWD oldPw newPw\r\n"),
        (B, b"200 done\r\n"),
        (A, b"SITE CHPASS newPw\r\n"),
        (B, b"200 Done\r\n"),
        (A, b"SITE EXEC net user bob newPw\r\n"),
        (B, b"200 Done\r\n"),
        (A, b"SITE CHMOD 755 x\r\n"),
        (B, b"200 done\r\n"),
    ];
    let heard = play(&PROTOCOL, Transport::Tcp, PORTS, turns);
    assert_eq!(
        heard.operations[1..],
        [
            "A: Write SITE: file = \"PSWD ***\" -> accepted",
            "A: Write SITE: file = \"CHPASS ***\" -> accepted",
            "A: Write SITE: file = \"EXEC net user bob ***\" -> accepted",
            "A: Write SITE: file = \"CHMOD 755 x\" -> accepted"
        ]
    );
    assert!(heard.notes.contains(&"A clear_secret: (masked)".to_owned()), "{:?}", heard.notes);
}

#[test]
fn an_active_data_connection_becomes_a_transfer_and_listings_do_not() {
    let Some(heard) = play_corpus("ftp/sv__ftp-ftp-download-active.pcap") else { return };
    let transfers = transfers(&heard);
    assert_eq!(transfers.len(), 3, "{transfers:?}");
    assert!(transfers[0].ends_with("\"index.html\""), "{transfers:?}");
    assert_eq!(transfers[1], "39 bytes");
}

#[test]
fn data_of_a_client_behind_address_translation_is_found() {
    let Some(heard) = play_corpus("ftp/sv__ftp-ftp-ippair-leak-5204.pcap") else { return };
    // Ten sessions, each with a listing and a file; nine of them name an address that is not theirs.
    assert_eq!(heard.iter().filter(|heard| heard.protocol == "ftp-data").count(), 20);
    assert_eq!(transfers(&heard).iter().filter(|line| *line == "end 1 complete").count(), 10);
}

proptest! {
    #[test]
    fn any_segmentation_gives_the_same_operations(cuts in vec(1..9_usize, 1..8)) {
        let whole = play(&PROTOCOL, Transport::Tcp, PORTS, SESSION);
        prop_assert_eq!(play_cut(&PROTOCOL, PORTS, SESSION, &cuts).operations, whole.operations);
    }

    #[test]
    fn any_bytes_are_survived(at in 0..9_usize, turns in vec((prop_oneof![Just(A), Just(B)], vec(any::<u8>(), 0..64)), 0..8)) {
        let mut all = SESSION[..at].to_vec();
        all.extend(turns.iter().map(|(side, bytes)| (*side, bytes.as_slice())));
        let _ = play(&PROTOCOL, Transport::Tcp, PORTS, &all);
    }
}
