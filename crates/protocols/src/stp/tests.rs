use super::PROTOCOL;
use crate::testing::{Recorder, play};
use crate::{Answer, Probe, Transport};
use proptest::collection::vec;
use proptest::prelude::any;
use proptest::proptest;
use quaywatch_model::Side::{A, B};

fn heard(bytes: &[u8]) -> Recorder {
    play(&PROTOCOL, Transport::Ethernet(0x4242), [0, 0], &[(A, bytes)])
}

fn ask(bytes: &[u8]) -> Answer {
    let transport = Transport::Ethernet(0x4242);
    (PROTOCOL.probe)(&Probe { transport, ports: [0, 0], from: A, bytes, answer: &[], expected: None })
}

proptest! {
    #[test]
    fn any_bytes_are_survived(bytes in vec(any::<u8>(), 0..128)) {
        let _ = ask(&bytes);
        let _ = play(&PROTOCOL, Transport::Ethernet(0x4242), [0, 0], &[(A, &bytes), (B, &bytes)]);
    }
}

fn bpdu(flags: u8, root: u8, bridge: u8) -> Vec<u8> {
    let id = |last: u8| [0x80, 0, 0, 0x1b, 0x1b, 1, 2, last];
    let head = [0x42, 0x42, 0x03, 0, 0, 2, 2, flags];
    [&head[..], &id(root), &[0, 0, 0, 4], &id(bridge), &[0x80, 1, 0, 0, 20, 0, 2, 0, 15, 0, 0]].concat()
}

#[test]
fn the_root_and_a_bridge_below_it_are_told_apart() {
    assert_eq!(ask(&bpdu(0, 1, 1)), Answer::Certain);
    assert_eq!(
        heard(&bpdu(0, 1, 1)).facts,
        [
            "A role: \"switch\"",
            "A mac: \"00:1b:1b:01:02:01\"",
            "A state: \"spanning tree root, priority 32768\""
        ]
    );
    let below = heard(&bpdu(1, 1, 2)).facts;
    assert!(
        below.contains(&"A state: \"spanning tree below root 32768/00:1b:1b:01:02:01, cost 4\"".to_owned()),
        "{below:?}"
    );
    assert!(below.contains(&"00:1b:1b:01:02:01 role: \"switch\"".to_owned()), "{below:?}");
    assert!(below.contains(&"A state: \"spanning tree topology change\"".to_owned()), "{below:?}");
}

#[test]
fn a_notification_is_a_topology_change() {
    let facts = heard(&[0x42, 0x42, 0x03, 0, 0, 0, 0x80]).facts;
    assert_eq!(facts, ["A role: \"switch\"", "A state: \"spanning tree topology change\""]);
    assert_eq!(ask(&[0x42, 0x42, 0x03, 0, 1, 0, 0x80]), Answer::No);
}
