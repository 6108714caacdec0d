use super::{PROTOCOL, is_filler};
use crate::Transport;
use crate::testing::play;
use proptest::collection::vec;
use proptest::prelude::any;
use proptest::proptest;
use quaywatch_model::Side::{A, B};

const ECHO: [u16; 2] = [8, 0];

#[test]
fn what_a_ping_is_filled_with_is_no_content() {
    let windows = b"abcdefghijklmnopqrstuvwabcdefghi";
    let linux: Vec<u8> = [&[1, 2, 3, 9, 8, 7, 7, 7, 5, 3, 1, 4, 4, 4, 4, 4][..], &[16, 17, 18, 19]].concat();
    assert!(is_filler(windows) && is_filler(&linux) && is_filler(&[0; 56]));
    assert!(!is_filler(b"GET /secret HTTP/1.1 and more of it"));
}

#[test]
fn what_a_tunnel_puts_into_echoes_is_told_as_content() {
    let request = [&[0, 1, 0, 1][..], b"SSH-2.0-OpenSSH and what follows"].concat();
    let answer = [&[0, 1, 0, 1][..], b"abcdefghijklmnopqrstuvwabcdefghi"].concat();
    let heard = play(&PROTOCOL, Transport::Icmp, ECHO, &[(A, &request), (B, &answer)]);
    assert_eq!(
        heard.contents,
        ["A unknown 32/32 \"SSH-2.0-OpenSSH and what follows\", ends", "B signalling 32/0 \"\", ends"]
    );
}

#[test]
fn a_redirect_names_the_router_to_be_used() {
    let redirect = [&[10, 0, 0, 254][..], &[0x45; 28]].concat();
    let heard = play(&PROTOCOL, Transport::Icmp, [5, 1], &[(A, &redirect)]);
    assert_eq!(
        heard.facts,
        ["A role: \"router\"", "B gateway: \"10.0.0.254\"", "10.0.0.254 role: \"router\""]
    );
}

#[test]
fn an_announcement_that_promises_more_routers_than_it_has_is_a_problem() {
    let heard = play(&PROTOCOL, Transport::Icmp, [9, 0], &[(A, &[2, 2, 7, 8, 10, 0, 0, 1, 0, 0, 0, 0])]);
    assert_eq!(
        heard.facts,
        ["A capability: \"router advertisement\"", "A role: \"router\"", "10.0.0.1 role: \"router\""]
    );
    assert_eq!(heard.problems, ["icmp: message shorter than it says (malformed)"]);
}

proptest! {
    #[test]
    fn any_bytes_are_survived(kind in 0..40_u16, bytes in vec(any::<u8>(), 0..64)) {
        let _ = play(&PROTOCOL, Transport::Icmp, [kind, 0], &[(A, &bytes), (B, &bytes)]);
    }
}
