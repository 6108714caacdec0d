use super::PROTOCOL;
use crate::smtp::tests::is_told_without_its_secret;
use crate::testing::{play, play_cut};
use crate::{Answer, Probe, Transport};
use proptest::collection::vec;
use proptest::prelude::{Just, any, prop_oneof};
use proptest::{prop_assert_eq, proptest};
use quaywatch_model::Side::{self, A, B};

const PORTS: [u16; 2] = [50_000, 143];
const SESSION: &[(Side, &[u8])] = &[
    (B, b"* OK IMAP4rev1\r\n"),
    (A, b"a1 LOGIN crane \"MailPw77\"\r\n"),
    (B, b"a1 NO no\r\n"),
    (A, b"a2 AUTHENTICATE PLAIN\r\n"),
    (B, b"+ \r\n"),
    (A, b"AGNyYW5lAE1haWxQdzc3\r\n"),
    (B, b"* CAPABILITY IMAP4rev1\r\na2 OK in\r\n"),
    (A, b"a3 SELECT INBOX\r\n"),
    (B, b"* 1 EXISTS\r\na3 OK done\r\n"),
    (A, b"a4 UID FETCH 1 BODY[]\r\n"),
    (B, b"* 1 FETCH (BODY[] {18}\r\na4 NO\r\nMSCU1234565)\r\na4 OK done\r\n"),
    (A, b"a5 LOGOUT\r\n"),
    (B, b"* BYE\r\na5 OK\r\n"),
];

#[test]
fn log_ins_are_told_without_their_secrets_and_mails_that_are_read() {
    let heard = play(&PROTOCOL, Transport::Tcp, PORTS, SESSION);
    assert_eq!(
        heard.operations,
        [
            "A: Authenticate LOGIN: user = \"crane\" -> refused NO",
            "A: Authenticate AUTHENTICATE PLAIN: user = \"crane\" -> accepted",
            "A: OpenSession SELECT: about = \"INBOX\" -> accepted",
            "A: Read FETCH: about = \"1 BODY[]\" -> accepted",
            "A: CloseSession LOGOUT -> accepted",
        ]
    );
    is_told_without_its_secret(&heard);
}

/// RFC 3501, 4.3 and 6.2.3: words of LOGIN as literals, with the server's word and without (RFC 7888).
const LITERALS: &[(Side, &[u8])] = &[
    (B, b"* OK IMAP4rev1\r\n"),
    (A, b"a1 LOGIN {5}\r\n"),
    (B, b"+ go on\r\n"),
    (A, b"crane {8}\r\n"),
    (B, b"+ go on\r\n"),
    (A, b"MailPw77\r\n"),
    (B, b"a1 OK in\r\n"),
    (A, b"a2 LOGIN {5+}\r\ncrane {8+}\r\nMailPw77\r\n"),
    (B, b"a2 NO no\r\n"),
    (A, b"a3 LOGIN {5}\r\n"),
    (B, b"a3 BAD no literals\r\n"),
    (A, b"a4 SELECT {5}\r\n"),
    (B, b"+ go on\r\n"),
    (A, b"IN \"X\r\n"),
    (B, b"a4 OK done\r\n"),
    (A, b"a5 APPEND {5+}\r\nINBOX (\\Seen) {11+}\r\nMSCU1234565\r\n"),
    (B, b"a5 OK done\r\n"),
];

#[test]
fn words_that_are_literals_are_read_and_a_password_among_them_is_not_told() {
    let heard = play(&PROTOCOL, Transport::Tcp, PORTS, LITERALS);
    assert_eq!(
        heard.operations,
        [
            "A: Authenticate LOGIN: user = \"crane\" -> accepted",
            "A: Authenticate LOGIN: user = \"crane\" -> refused NO",
            "A: Authenticate LOGIN -> refused BAD",
            "A: OpenSession SELECT: about = \"\\\"IN \\\\\\\"X\\\"\" -> accepted",
            "A: Write APPEND -> accepted",
        ]
    );
    assert_eq!(heard.contents[..2], ["A credentials 18/0 \"\", ends", "A credentials 18/0 \"\", ends"]);
    is_told_without_its_secret(&heard);
}

#[test]
fn the_probe_is_certain_only_of_its_own() {
    let ask = |bytes, answer| {
        let (transport, from) = (Transport::Tcp, A);
        (PROTOCOL.probe)(&Probe { transport, ports: [50_000, 9], from, bytes, answer, expected: None })
    };
    assert_eq!(ask(b"* OK [CAPABILITY IMAP4rev1] ready\r\n", b""), Answer::Certain);
    assert_eq!(ask(b"a001 LOGIN anna pw\r\n", b""), Answer::Certain);
    for other in
        [&b"220 FTP\r\n"[..], b"+OK POP3\r\n", b"EHLO a\r\n", b"GET LOGIN HTTP/1.1\r\n", b"* 1 2\r\n"]
    {
        assert_eq!(ask(other, b""), Answer::No, "{other:?}");
    }
}

proptest! {
    #[test]
    fn any_segmentation_gives_the_same_operations(cuts in vec(1..9_usize, 1..8)) {
        let whole = play(&PROTOCOL, Transport::Tcp, PORTS, SESSION);
        prop_assert_eq!(play_cut(&PROTOCOL, PORTS, SESSION, &cuts).operations, whole.operations);
        let whole = play(&PROTOCOL, Transport::Tcp, PORTS, LITERALS);
        let cut = play_cut(&PROTOCOL, PORTS, LITERALS, &cuts);
        prop_assert_eq!((cut.operations, cut.notes, cut.contents), (whole.operations, whole.notes, whole.contents));
    }

    #[test]
    fn any_bytes_are_survived(literals: bool, at in 0..8_usize, turns in vec((prop_oneof![Just(A), Just(B)], vec(any::<u8>(), 0..64)), 0..8)) {
        let mut all = if literals { &LITERALS[..at] } else { &SESSION[..at] }.to_vec();
        all.extend(turns.iter().map(|(side, bytes)| (*side, bytes.as_slice())));
        let _ = play(&PROTOCOL, Transport::Tcp, PORTS, &all);
    }
}
