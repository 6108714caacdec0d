//! What every protocol is asked whose tests play the beginning of a case: that it is recognised and nothing else is,
//! and that joining late, any segmentation, any damage and any bytes are survived.

use crate::testing::{Player, Recorder, play, play_cut};
use crate::{Answer, Probe, Protocol, Transport};
use quaywatch_model::Side::{self, A, B};

/// The bytes of turns that are written down as hexadecimal digits.
pub(crate) fn bytes(turns: &[(Side, &str)]) -> Vec<(Side, Vec<u8>)> {
    let byte = |pair: &[u8]| u8::from_str_radix(str::from_utf8(pair).unwrap(), 16).unwrap();
    turns.iter().map(|(side, hex)| (*side, hex.as_bytes().chunks(2).map(byte).collect())).collect()
}

fn slices(turns: &[(Side, Vec<u8>)]) -> Vec<(Side, &[u8])> {
    turns.iter().map(|(side, bytes)| (*side, bytes.as_slice())).collect()
}

/// What is heard of the turns.
pub(crate) fn heard(
    protocol: &Protocol,
    transport: Transport,
    ports: [u16; 2],
    turns: &[(Side, Vec<u8>)],
) -> Recorder {
    play(protocol, transport, ports, &slices(turns))
}

/// What is heard of the turns of a byte stream cut into pieces.
pub(crate) fn heard_cut(
    protocol: &Protocol,
    ports: [u16; 2],
    turns: &[(Side, Vec<u8>)],
    cuts: &[usize],
) -> Recorder {
    play_cut(protocol, ports, &slices(turns), cuts)
}

/// What the protocol answers when it is shown the first bytes of side A.
pub(crate) fn ask(protocol: &Protocol, transport: Transport, ports: [u16; 2], bytes: &[u8]) -> Answer {
    (protocol.probe)(&Probe { transport, ports, from: A, bytes, answer: &[], expected: None })
}

/// What is heard by who joins when side B speaks for the first time.
pub(crate) fn heard_late(
    protocol: &Protocol,
    transport: Transport,
    ports: [u16; 2],
    turns: &[(Side, Vec<u8>)],
) -> Recorder {
    let later = turns.iter().position(|(side, _)| *side == B).unwrap_or(0);
    heard(protocol, transport, ports, &turns[later..])
}

/// Plays the turns with one byte changed and, where `lost` is the number of a turn, a gap before that turn.
pub(crate) fn play_damaged(
    protocol: &Protocol,
    transport: Transport,
    ports: [u16; 2],
    mut turns: Vec<(Side, Vec<u8>)>,
    (turn, at, byte): (usize, usize, u8),
    lost: u64,
) {
    let count = turns.len();
    let bytes = &mut turns[turn % count].1;
    let length = bytes.len();
    bytes[at % length] = byte;
    let mut player = Player::new(protocol, transport, ports);
    for (number, (side, bytes)) in turns.iter().enumerate() {
        if number as u64 == lost {
            player.lose(*side, lost);
        }
        player.say(*side, bytes);
    }
    player.end();
}

/// `spoken!(Tcp, PROTOCOL, PORTS, TURNS)`: the functions `turns`, `heard` and `ask` for the protocol's own tests, and
/// the tests that are the same for all.
macro_rules! spoken {
    (Tcp, $protocol:expr, $ports:expr, $turns:expr) => {
        $crate::testing::spoken::spoken!(@both Tcp, $protocol, $ports, $turns);

        proptest::proptest! {
            #[test]
            fn any_segmentation_gives_the_same(cuts in proptest::collection::vec(1..400_usize, 1..8)) {
                let whole = heard(&turns());
                let cut = $crate::testing::spoken::heard_cut(&$protocol, $ports, &turns(), &cuts);
                proptest::prop_assert_eq!(cut.operations, whole.operations);
                proptest::prop_assert_eq!(cut.transfers, whole.transfers);
            }
        }
    };
    (Udp, $protocol:expr, $ports:expr, $turns:expr) => {
        $crate::testing::spoken::spoken!(@both Udp, $protocol, $ports, $turns);
    };
    (@both $transport:ident, $protocol:expr, $ports:expr, $turns:expr) => {
        fn turns() -> Vec<(quaywatch_model::Side, Vec<u8>)> {
            $crate::testing::spoken::bytes($turns)
        }

        fn heard(turns: &[(quaywatch_model::Side, Vec<u8>)]) -> $crate::testing::Recorder {
            $crate::testing::spoken::heard(&$protocol, $crate::Transport::$transport, $ports, turns)
        }

        fn ask(bytes: &[u8]) -> $crate::Answer {
            $crate::testing::spoken::ask(&$protocol, $crate::Transport::$transport, $ports, bytes)
        }

        #[test]
        fn the_beginning_is_certain_and_other_protocols_are_not() {
            assert_eq!(ask(&turns()[0].1), $crate::Answer::Certain);
            let web = &b"GET / HTTP/1.1\r\nHost: a\r\n\r\n"[..];
            for other in [web, b"SSH-2.0-OpenSSH_9.6\r\n", &[0; 64], &[0xff; 64]] {
                assert_eq!(ask(other), $crate::Answer::No);
            }
        }

        #[test]
        fn who_hears_the_server_first_loses_nothing_but_what_came_before() {
            let transport = $crate::Transport::$transport;
            let late = $crate::testing::spoken::heard_late(&$protocol, transport, $ports, &turns());
            assert!(late.operations.len() <= heard(&turns()).operations.len());
        }

        proptest::proptest! {
            #[test]
            fn any_damage_is_survived(turn in 0..20_usize, at in 0..400_usize, byte: u8, lost in 0..900_u64) {
                let transport = $crate::Transport::$transport;
                let damage = (turn, at, byte);
                $crate::testing::spoken::play_damaged(&$protocol, transport, $ports, turns(), damage, lost);
            }

            #[test]
            fn any_bytes_are_survived(turns in proptest::collection::vec(
                (
                    proptest::prop_oneof![
                        proptest::prelude::Just(quaywatch_model::Side::A),
                        proptest::prelude::Just(quaywatch_model::Side::B),
                    ],
                    proptest::collection::vec(proptest::prelude::any::<u8>(), 0..64),
                ),
                0..8,
            )) {
                proptest::prop_assert_eq!(heard(&turns).logs.len(), 0);
            }
        }
    };
}
pub(crate) use spoken;
