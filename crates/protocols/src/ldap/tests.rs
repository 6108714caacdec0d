use super::PROTOCOL;
use crate::Transport;
use crate::testing::spoken::{heard_cut, spoken};
use crate::testing::{Player, Recorder};
use proptest::collection::vec;
use proptest::{prop_assert_eq, proptest};
use quaywatch_model::Side::{self, A, B};

const PORTS: [u16; 2] = [50_000, 389];

/// What is said in the case `ldap-first`, or the beginning of it.
#[rustfmt::skip]
const TURNS: &[(Side, &str)] = &[
    (A, "30840000004a0201416084000000410201030400a38400000036040a4753532d53504e45474f04284e544c4d5353500001000000b78208e2000000000000000000000000000000000a00ba470000000f"),
    (B, "3084000000f60201416184000000ed0a010e04000400878200e24e544c4d53535000020000000c000c0038000000358289e2de7955981f35f59f00000000000000009e009e00440000000a0063450000000f4d004100540052004900580002000c004d00410054005200490058000100120044004300300031002d005a0049004f004e00040018006d00610074007200690078002e006c006f00630061006c0003002c0044004300300031002d005a0069006f006e002e006d00610074007200690078002e006c006f00630061006c00050018006d00610074007200690078002e006c006f00630061006c000700080041bd020c7819d60100000000"),
    (A, "3084000002320201426084000002290201030400a3840000021e040a4753532d53504e45474f0482020e4e544c4d5353500003000000180018008a0000005c015c01a200000000000000580000001a001a0058000000180018007200000010001000fe010000358288e20a00ba470000000f6f824e26a3020e1b1f1656b3a7d5dd45410064006d0069006e006900730074007200610074006f0072004400450053004b0054004f0050002d004500560049004c000000000000000000000000000000000000000000000000004590b3a683c3236c9586f0b2bf3b16cc010100000000000041bd020c7819d601ae4b544d2e80a2b70000000002000c004d00410054005200490058000100120044004300300031002d005a0049004f004e00040018006d00610074007200690078002e006c006f00630061006c0003002c0044004300300031002d005a0069006f006e002e006d00610074007200690078002e006c006f00630061006c00050018006d00610074007200690078002e006c006f00630061006c000700080041bd020c7819d601060004000200000008003000300000000000000000000000003000004961155c7e2111fa84754c489cf981281425c0f3d3816af7624277b539ec2c310a00100000000000000000000000000000000000090036006c006400610070002f0044004300300031002d005a0069006f006e002e006d00610074007200690078002e006c006f00630061006c000000000000000000000000008d613b895dd258738d4e0fc5c3597ba3"),
    (B, "30840000006802014261840000005f0a01310400045838303039303330433a204c6461704572723a20445349442d30433039303536392c20636f6d6d656e743a204163636570745365637572697479436f6e74657874206572726f722c2064617461203532652c20763435363300"),
    (A, "30840000004a0201536084000000410201030400a38400000036040a4753532d53504e45474f04284e544c4d5353500001000000b78208e2000000000000000000000000000000000a00ba470000000f"),
    (B, "3084000000f60201536184000000ed0a010e04000400878200e24e544c4d53535000020000000c000c0038000000358289e257d3bd4ce92084b400000000000000009e009e00440000000a0063450000000f4d004100540052004900580002000c004d00410054005200490058000100120044004300300031002d005a0049004f004e00040018006d00610074007200690078002e006c006f00630061006c0003002c0044004300300031002d005a0069006f006e002e006d00610074007200690078002e006c006f00630061006c00050018006d00610074007200690078002e006c006f00630061006c00070008003737e0177819d60100000000"),
];

spoken!(Tcp, PROTOCOL, PORTS, TURNS);

#[test]
#[rustfmt::skip]
fn a_bind_tells_how_it_ended() {
    let heard = heard(&turns());
    assert_eq!(heard.operations, ["A: Authenticate bind (0x60) -> accepted", "A: Authenticate bind (0x60) -> refused invalid_credentials (0x31)", "A: Authenticate bind (0x60) -> accepted"]);
    assert!(heard.facts.is_empty());
    assert_eq!(heard.notes, ["A authentication: \"negotiate\"", "A authentication: \"negotiate\"", "B login: \"refused\"", "A authentication: \"negotiate\""]);
    assert!(heard.problems.is_empty());
}

/// A message of LDAP with one operation.
fn message(id: u8, tag: u8, body: &[u8]) -> Vec<u8> {
    let operation = [&[tag, body.len() as u8], body].concat();
    [&[0x30, operation.len() as u8 + 3, 2, 1, id], operation.as_slice()].concat()
}

#[test]
fn a_password_in_clear_is_told_to_be_there_and_is_not_told() {
    let bind = message(1, 0x60, b"\x02\x01\x03\x04\x07cn=anna\x80\x06Geheim");
    let refused = message(1, 0x61, &[10, 1, 49, 4, 0, 4, 0]);
    let heard = heard(&[(A, bind), (B, refused)]);
    assert_eq!(
        heard.operations,
        [
            "A: Authenticate bind (0x60): name = \"cn=anna\"; password = (masked) -> refused invalid_credentials (0x31)"
        ]
    );
    assert_eq!(
        heard.notes,
        [
            "A user: \"cn=anna\"",
            "A clear_secret: (masked)",
            "A authentication: \"password\"",
            "B login: \"refused\""
        ]
    );
    assert!(!format!("{heard:?}").contains("Geheim"));
}

#[test]
fn a_search_counts_its_entries_and_a_delete_is_a_write() {
    let search = message(2, 0x63, b"\x04\x06dc=tos\x0a\x01\x02\x0a\x01\x00");
    let entry = message(2, 0x64, b"\x04\x05cn=b1\x30\x00");
    let done = message(2, 0x65, &[10, 1, 0, 4, 0, 4, 0]);
    let delete = message(3, 0x4a, b"cn=b1,dc=tos");
    let deleted = message(3, 0x6b, &[10, 1, 0, 4, 0, 4, 0]);
    let turns = [(A, search), (B, entry.clone()), (B, entry), (B, done), (A, delete), (B, deleted)];
    let mut player = Player::new(&PROTOCOL, Transport::Udp, PORTS);
    for (side, bytes) in &turns {
        player.say(*side, bytes);
    }
    assert_eq!(
        player.end().operations,
        [
            "A: Read search (0x63): base = \"dc=tos\"; entries = 2 -> accepted",
            "A: Write delete (0x4A): entry = \"cn=b1,dc=tos\" -> accepted"
        ]
    );
}

/// The first record of TLS from a client that offers one cipher suite (RFC 8446, section 4.1.2).
fn client_hello() -> Vec<u8> {
    [b"\x16\x03\x01\0\x2d\x01\0\0\x29\x03\x03".as_slice(), &[7; 32], b"\0\0\x02\x13\x01\x01\0"].concat()
}

/// A login in clear, a search, and TLS (RFC 4511, section 4.14).
fn session_that_goes_on_as_tls() -> Vec<(Side, Vec<u8>)> {
    let result = |id, tag| message(id, tag, &[10, 1, 0, 4, 0, 4, 0]);
    let entry = message(2, 0x64, b"\x04\x05cn=b1\x30\x00");
    vec![
        (A, message(1, 0x60, b"\x02\x01\x03\x04\x07cn=anna\x80\x06Geheim")),
        (B, result(1, 0x61)),
        (A, message(2, 0x63, b"\x04\x06dc=tos\x0a\x01\x02\x0a\x01\x00")),
        (B, [entry.clone(), entry, result(2, 0x65)].concat()),
        (A, message(3, 0x77, b"\x80\x161.3.6.1.4.1.1466.20037")),
        (B, result(3, 0x78)),
        (A, client_hello()),
    ]
}

/// How many bytes went encrypted, which is told for each segment, and what else there was.
fn take_encrypted_bytes(heard: &mut Recorder) -> u64 {
    let bytes = |line: &String| line.strip_prefix("A encrypted ")?.split('/').next()?.parse::<u64>().ok();
    let sum = heard.contents.iter().filter_map(bytes).sum();
    heard.contents.retain(|line| bytes(line).is_none());
    sum
}

proptest! {
    /// Of a stream, whatever is told is the same: notes, problems and content, too; of TLS, its bytes altogether.
    #[test]
    fn any_segmentation_gives_all_the_same(cuts in vec(1..90_usize, 1..8)) {
        let turns = session_that_goes_on_as_tls();
        let mut whole = heard(&turns);
        prop_assert_eq!(whole.operations.len(), 3);
        let mut cut = heard_cut(&PROTOCOL, PORTS, &turns, &cuts);
        whole.frames.clear();
        cut.frames.clear();
        prop_assert_eq!(take_encrypted_bytes(&mut cut), take_encrypted_bytes(&mut whole));
        prop_assert_eq!(cut, whole);
    }
}
