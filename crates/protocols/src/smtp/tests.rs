use super::PROTOCOL;
use crate::testing::{Recorder, play, play_cut};
use crate::{Answer, Probe, Transport};
use proptest::collection::vec;
use proptest::prelude::{Just, any, prop_oneof};
use proptest::{prop_assert_eq, proptest};
use quaywatch_model::Side::{self, A, B};

const PORTS: [u16; 2] = [50_000, 25];
const SESSION: &[(Side, &[u8])] = &[
    (B, b"220 mail ESMTP\r\n"),
    (A, b"EHLO crane\r\n"),
    (B, b"250-mail\r\n250 AUTH PLAIN LOGIN\r\n"),
    (A, b"AUTH LOGIN\r\n"),
    (B, b"334 VXNlcm5hbWU6\r\n"),
    (A, b"Y3JhbmU=\r\n"),
    (B, b"334 UGFzc3dvcmQ6\r\n"),
    (A, b"TWFpbFB3Nzc=\r\n"),
    (B, b"535 no\r\n"),
    (A, b"AUTH PLAIN AGNyYW5lAE1haWxQdzc3\r\n"),
    (B, b"235 ok\r\n"),
    (A, b"MAIL FROM:<a@b> SIZE=7\r\nRCPT TO:<c@d>\r\nRCPT TO:<e@f>\r\nDATA\r\n"),
    (B, b"250 ok\r\n250 ok\r\n250 ok\r\n354 go\r\n"),
    (A, b"Subject: QUIT\r\n\r\nMSCU1234565\r\n..\r\n.\r\n"),
    (B, b"250 queued\r\n"),
    (A, b"QUIT\r\n"),
    (B, b"221 bye\r\n"),
];

/// What a session of mail says whatever it is spoken in: who logged in, that a secret was seen, and what the mail holds.
pub(crate) fn is_told_without_its_secret(heard: &Recorder) {
    let secrets = heard.notes.iter().filter(|note| *note == "A clear_secret: (masked)").count();
    assert!(secrets > 0, "{:?}", heard.notes);
    assert!(heard.notes.contains(&"A user: \"crane\"".to_owned()), "{:?}", heard.notes);
    assert!(!format!("{heard:?}").contains("MailPw77"), "{heard:?}");
    assert!(heard.contents.iter().any(|content| content.contains("MSCU1234565")), "{:?}", heard.contents);
    assert_eq!(heard.problems, [""; 0]);
}

#[test]
fn log_ins_are_told_without_their_secrets_and_mails_with_their_number_of_recipients() {
    let heard = play(&PROTOCOL, Transport::Tcp, PORTS, SESSION);
    assert_eq!(
        heard.operations,
        [
            "A: OpenSession EHLO: about = \"crane\" -> accepted",
            "A: Authenticate AUTH LOGIN: user = \"crane\" -> refused 535",
            "A: Authenticate AUTH PLAIN: user = \"crane\" -> accepted",
            "A: Write DATA: sender = \"a@b\"; recipients = 2 37 bytes -> accepted",
            "A: CloseSession QUIT -> accepted",
        ]
    );
    is_told_without_its_secret(&heard);
}

#[test]
fn the_probe_is_certain_only_of_its_own() {
    let ask = |bytes, answer| {
        let (transport, from) = (Transport::Tcp, A);
        (PROTOCOL.probe)(&Probe { transport, ports: [50_000, 9], from, bytes, answer, expected: None })
    };
    assert_eq!(ask(b"220 mail ESMTP Postfix\r\n", b""), Answer::Certain);
    assert_eq!(ask(b"EHLO crane\r\n", b""), Answer::Certain);
    assert_eq!(ask(b"EHL", b""), Answer::Unsure);
    for other in
        [&b"USER anna\r\n"[..], b"+OK POP3\r\n", b"GET / HTTP/1.1\r\n", b"230 in\r\n", b"\x16\x03\x01\n"]
    {
        assert_eq!(ask(other, b""), Answer::No, "{other:?}");
    }
}

#[test]
fn after_starttls_nothing_is_read_as_lines() {
    let turns: &[(Side, &[u8])] = &[
        (A, b"EHLO crane\r\n"),
        (B, b"250 STARTTLS\r\n"),
        (A, b"STARTTLS\r\n"),
        (B, b"220 go\r\n"),
        (A, b"AUTH PLAIN AGNyYW5lAE1haWxQdzc3\r\n"),
    ];
    let heard = play(&PROTOCOL, Transport::Tcp, PORTS, turns);
    assert_eq!(heard.operations, ["A: OpenSession EHLO: about = \"crane\" -> accepted"]);
    assert!(heard.notes.contains(&"B protection: \"encrypted\"".to_owned()), "{:?}", heard.notes);
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
