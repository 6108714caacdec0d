use super::PROTOCOL;
use crate::testing::spoken::spoken;
use quaywatch_model::Side::{self, A, B};

const PORTS: [u16; 2] = [50_000, 1194];

/// What is said in the case `openvpn-first`, or the beginning of it.
#[rustfmt::skip]
const TURNS: &[(Side, &str)] = &[
    (A, "381122334455667788000102030405060708090a0b0c0d0e0f10111213000000016553f1000000000000"),
    (B, "4099aabbccddeeff00000102030405060708090a0b0c0d0e0f10111213000000016553f1000100000000112233445566778800000000"),
    (A, "281122334455667788000102030405060708090a0b0c0d0e0f10111213000000026553f100010000000099aabbccddeeff00"),
    (A, "48000102000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f202122232425262728292a2b2c2d2e2f303132333435363738393a3b3c3d3e3f404142434445464748494a4b4c4d4e4f505152535455565758595a5b5c5d5e5f606162636465666768696a6b6c6d6e6f7071727374757677"),
];

spoken!(Udp, PROTOCOL, PORTS, TURNS);

#[test]
#[rustfmt::skip]
fn a_tunnel_opens_once() {
    let heard = heard(&turns());
    assert_eq!(heard.operations, ["A: OpenSession hard_reset (0x07) -> accepted"]);
    assert!(heard.facts.is_empty());
    assert_eq!(heard.notes, ["A service: \"OpenVPN\"", "A protection: \"encrypted\"", "A authentication: \"certificates, tls-auth\""]);
    assert!(heard.problems.is_empty());
}

/// As over UDP, each packet behind its length, and without the signature of `tls-auth`.
mod over_tcp {
    use super::{PORTS, PROTOCOL};
    use crate::testing::spoken::spoken;
    use quaywatch_model::Side::{self, A, B};

    #[rustfmt::skip]
    const TURNS: &[(Side, &str)] = &[
        (A, "000e3811223344556677880000000000"),
        (B, "001a4099aabbccddeeff000100000000112233445566778800000000"),
        (A, "0016281122334455667788010000000099aabbccddeeff00"),
        (A, "002448000102000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f"),
        (B, "001448000102000102030405060708090a0b0c0d0e0f000848000103101112130004480001ff"),
    ];

    spoken!(Tcp, PROTOCOL, PORTS, TURNS);

    #[test]
    fn a_tunnel_opens_once_and_nothing_of_it_is_passed_over() {
        let heard = heard(&turns());
        assert_eq!(heard.operations, ["A: OpenSession hard_reset (0x07) -> accepted"]);
        assert_eq!(heard.notes[2], "A authentication: \"certificates\"");
        assert!(heard.problems.is_empty());
    }

    #[test]
    fn a_reset_that_comes_byte_by_byte_is_waited_for_and_one_of_another_length_is_not() {
        let reset = &turns()[0].1;
        let answers: Vec<_> = (1..=reset.len()).map(|seen| ask(&reset[..seen])).collect();
        assert!(answers[..reset.len() - 1].iter().all(|&answer| answer == crate::Answer::Unsure));
        assert_eq!(answers.last(), Some(&crate::Answer::Certain));
        // With the next packet in the same segment.
        assert_eq!(ask(&[reset.as_slice(), &turns()[2].1].concat()), crate::Answer::Certain);
        assert_eq!(ask(&[0x00, 0x0d, 0x38]), crate::Answer::No);
        assert_eq!(ask(&[0x7f]), crate::Answer::No);
    }
}
