use super::PROTOCOL;
use crate::Transport;
use crate::testing::play;
use proptest::collection::vec;
use proptest::prelude::any;
use proptest::proptest;
use quaywatch_model::Side::{A, B};

const NEIGHBOUR: [u8; 16] = [0xfe, 0x80, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 7];
const LINK_ADDRESS: [u8; 6] = [0, 0x1b, 0x1b, 1, 2, 3];

#[test]
fn a_solicitation_and_its_answer_bind_both_neighbours() {
    let question = [&[0; 4][..], &NEIGHBOUR, &[1, 1], &LINK_ADDRESS].concat();
    let answer = [&[0xe0, 0, 0, 0][..], &NEIGHBOUR, &[2, 1], &LINK_ADDRESS].concat();
    let heard = play(&PROTOCOL, Transport::Icmp6, [135, 136], &[(A, &question), (B, &answer)]);
    assert_eq!(
        heard.facts,
        [
            "10.0.0.1 mac: \"00:1b:1b:01:02:03\"",
            "fe80::7 role: \"router\"",
            "fe80::7 mac: \"00:1b:1b:01:02:03\""
        ]
    );
}

#[test]
fn a_router_tells_its_prefix_and_its_name_servers() {
    let mut prefix = vec![3, 4, 64, 0xc0];
    prefix.extend([0; 12]);
    prefix.extend([0x20, 1, 0xd, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]);
    let servers = [&[25, 3, 0, 0, 0, 0, 7, 8][..], &NEIGHBOUR].concat();
    let advertisement = [&[64, 0, 7, 8, 0, 0, 0, 0, 0, 0, 0, 0][..], &prefix, &servers].concat();
    let heard = play(&PROTOCOL, Transport::Icmp6, [134, 133], &[(A, &advertisement)]);
    assert_eq!(
        heard.facts,
        [
            "A capability: \"router advertisement\"",
            "A role: \"router\"",
            "A network: \"2001:db8::/64\"",
            "A name_server: \"fe80::7\"",
            "fe80::7 role: \"name server\""
        ]
    );
}

#[test]
fn an_option_of_no_length_ends_the_reading() {
    let question = [&[0; 4][..], &NEIGHBOUR, &[1, 0], &LINK_ADDRESS].concat();
    let heard = play(&PROTOCOL, Transport::Icmp6, [135, 136], &[(A, &question)]);
    assert_eq!(heard.problems, ["icmp6: message shorter than it says (malformed)"]);
}

#[test]
fn what_echoes_carry_is_told() {
    let request = [&[0, 1, 0, 1][..], b"not what a ping says"].concat();
    let heard = play(&PROTOCOL, Transport::Icmp6, [128, 129], &[(A, &request)]);
    assert_eq!(heard.contents, ["A unknown 20/20 \"not what a ping says\", ends"]);
}

proptest! {
    #[test]
    fn any_bytes_are_survived(kind in 120..160_u16, bytes in vec(any::<u8>(), 0..96)) {
        let _ = play(&PROTOCOL, Transport::Icmp6, [kind, 0], &[(A, &bytes), (B, &bytes)]);
    }
}
