use super::PROTOCOL;
use crate::Transport;
use crate::testing::captures::{corpus, play as play_capture, play_case};
use crate::testing::zeek;
use crate::testing::{play, play_cut};
use proptest::collection::vec;
use proptest::prelude::{Just, any, prop_oneof};
use proptest::proptest;
use quaywatch_model::Side::{self, A, B};

#[test]
fn ssh_log_is_that_of_zeek() {
    let Some(root) = corpus("") else { return };
    // Zeek's test shortens the fingerprint.
    let name = "zeek__ssh-server-pre-banner-data";
    let heard = play_capture(&root.join("ssh").join(name).with_extension("pcap"));
    let [heard] = heard.as_slice() else { panic!("{} conversations", heard.len()) };
    let expected = zeek::own_columns(&root.join("ssh/expected").join(name).join("ssh.log"), &[]);
    let (told, expected) = (&heard.recorder.zeek[0][1..], &expected[0]);
    assert_eq!(told[..11], expected[..11]);
    assert!(told[11].starts_with(&expected[11]), "{} {}", told[11], expected[11]);
    assert_eq!(heard.recorder.operations, ["A: OpenSession key_exchange (0x14) -> accepted"]);
}

/// The fingerprints as tshark computes them.
#[test]
fn software_and_fingerprints_of_both_sides_are_told() {
    let heard = play_case("ssh-session");
    let [heard] = heard.as_slice() else { panic!("{} conversations", heard.len()) };
    assert_eq!(
        heard.recorder.notes,
        [
            "A version: \"SSH-1.99\"",
            "A software: \"OpenSSH_3.9p1\"",
            "B version: \"SSH-2.0\"",
            "B software: \"OpenSSH_3.8.1p1\"",
            "B hassh: \"c4fd9343cba76d12f0dd523fbe7c4da1\"",
            "A hassh_server: \"f430cd6761697a6a658ee1d45ed22e49\"",
        ]
    );
    assert_eq!(heard.recorder.problems, [""; 0]);
}

/// A packet without keys: length, padding, payload.
fn packet(payload: &[u8]) -> Vec<u8> {
    let padding = [0; 4];
    let length = (1 + payload.len() + padding.len()) as u32;
    [&length.to_be_bytes()[..], &[4], payload, &padding].concat()
}

#[test]
fn any_segmentation_gives_the_same_and_the_server_may_be_heard_first() {
    let list = |names: &str| [&(names.len() as u32).to_be_bytes()[..], names.as_bytes()].concat();
    let lists: Vec<u8> =
        ["k", "h", "c1,c2", "c1", "m", "m", "none", "none", "", ""].into_iter().flat_map(list).collect();
    let kexinit = packet(&[&[20][..], &[7; 16], &lists, &[0; 5]].concat());
    let half = |banner: &[u8], kind: u8| {
        [banner, &kexinit, &packet(&[kind, 0, 0, 0, 1, b'k']), &packet(&[21]), b"secret"].concat()
    };
    let (server, client) = (half(b"Hello!\r\nSSH-2.0-srv Debian\r\n", 31), half(b"SSH-2.0-cli\n", 30));
    let turns: &[(Side, &[u8])] = &[(A, &server), (B, &client)];
    let whole = play(&PROTOCOL, Transport::Tcp, [22, 50_000], turns);
    assert_eq!(whole.operations, ["B: OpenSession key_exchange (0x14) -> accepted"]);
    assert_eq!(
        whole.facts,
        [r#"A software: "srv Debian""#, r#"A operating_system: "Debian""#, r#"B software: "cli""#]
    );
    for cut in [1, 3, 50] {
        let cut = play_cut(&PROTOCOL, [22, 50_000], turns, &[cut]);
        assert_eq!((cut.notes, cut.logs), (whole.notes.clone(), whole.logs.clone()));
    }
}

proptest! {
    #[test]
    fn any_bytes_are_survived(
        turns in vec((prop_oneof![Just(A), Just(B)], prop_oneof![
            vec(any::<u8>(), 0..64), Just(b"SSH-2.0-x\r\n\0\0\0\x0c\x04\x14".to_vec()), Just(b"\0\0\0\x0c\x04\x1f".to_vec())
        ]), 0..8)
    ) {
        let turns: Vec<(Side, &[u8])> = turns.iter().map(|(side, bytes)| (*side, bytes.as_slice())).collect();
        let _ = play(&PROTOCOL, Transport::Tcp, [50_000, 22], &turns);
    }
}
