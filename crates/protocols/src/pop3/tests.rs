use super::PROTOCOL;
use crate::smtp::tests::is_told_without_its_secret;
use crate::testing::{play, play_cut};
use crate::{Answer, Probe, Transport};
use proptest::collection::vec;
use proptest::prelude::{Just, any, prop_oneof};
use proptest::{prop_assert_eq, proptest};
use quaywatch_model::Side::{self, A, B};

const PORTS: [u16; 2] = [50_000, 110];
const SESSION: &[(Side, &[u8])] = &[
    (B, b"+OK POP3\r\n"),
    (A, b"USER crane\r\n"),
    (B, b"+OK\r\n"),
    (A, b"PASS MailPw77\r\n"),
    (B, b"-ERR no\r\n"),
    (A, b"AUTH PLAIN\r\n"),
    (B, b"+ \r\n"),
    (A, b"AGNyYW5lAE1haWxQdzc3\r\n"),
    (B, b"+OK in\r\n"),
    (A, b"LIST\r\n"),
    (B, b"+OK\r\n1 30\r\n.\r\n"),
    (A, b"RETR 1\r\n"),
    (B, b"+OK 30\r\n\r\n+OK\r\nMSCU1234565\r\n.\r\n"),
    (A, b"DELE 1\r\n"),
    (B, b"+OK\r\n"),
    (A, b"QUIT\r\n"),
    (B, b"+OK\r\n"),
];

#[test]
fn log_ins_are_told_without_their_secrets_and_mails_that_are_read() {
    let heard = play(&PROTOCOL, Transport::Tcp, PORTS, SESSION);
    assert_eq!(
        heard.operations,
        [
            "A: Authenticate PASS: user = \"crane\" -> refused -ERR",
            "A: Authenticate AUTH PLAIN: user = \"crane\" -> accepted",
            "A: Read RETR: about = \"1\" -> accepted",
            "A: Write DELE: about = \"1\" -> accepted",
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
    assert_eq!(ask(b"+OK Dovecot ready.\r\n", b""), Answer::Certain);
    assert_eq!(ask(b"USER anna\r\n", b"+OK\r\n"), Answer::Certain);
    assert_eq!(ask(b"+OK\r\n", b""), Answer::Unsure);
    for other in [&b"220 FTP\r\n"[..], b"* OK IMAP\r\n", b"EHLO a\r\n", b"+PONG\r\n"] {
        assert_eq!(ask(other, b""), Answer::No, "{other:?}");
    }
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
