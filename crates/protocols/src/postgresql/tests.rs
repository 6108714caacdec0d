use super::PROTOCOL;
use crate::testing::Recorder;
use crate::testing::spoken::{heard_cut, spoken};
use proptest::collection::vec;
use proptest::{prop_assert_eq, proptest};
use quaywatch_model::Side::{self, A, B};

const PORTS: [u16; 2] = [50_000, 5432];

/// What is said in the case `postgresql-first`, or the beginning of it.
#[rustfmt::skip]
const TURNS: &[(Side, &str)] = &[
    (A, "0000000804d2162f"),
    (B, "4e"),
    (A, "0000002d0003000075736572007573657200646174616261736500706c616e745f736572766963655f64620000"),
    (B, "520000000c000000059e66d59b"),
    (A, "70000000286d6435376534356264323237633338663236303938356633336663323737343539343600"),
    (B, "52000000080000000053000000166170706c69636174696f6e5f6e616d6500005300000019636c69656e745f656e636f64696e670055544638005300000017446174655374796c650049534f2c204d4459005300000019696e74656765725f6461746574696d6573006f6e00530000001b496e74657276616c5374796c6500706f73746772657300530000001469735f737570657275736572006f6e0053000000197365727665725f656e636f64696e6700555446380053000000347365727665725f76657273696f6e0031322e3232202844656269616e2031322e32322d312e706764673132302b312900530000001f73657373696f6e5f617574686f72697a6174696f6e00757365720053000000237374616e646172645f636f6e666f726d696e675f737472696e6773006f6e00530000001554696d655a6f6e65004574632f555443004b0000000c00000022418a52f45a0000000549"),
    (A, "510000000a424547494e00"),
    (B, "430000000a424547494e005a0000000554"),
    (A, "510000007753454c45435420742e6f69642c2074797061727261790a46524f4d2070675f747970652074204a4f494e2070675f6e616d657370616365206e730a202020204f4e207479706e616d657370616365203d206e732e6f69640a5748455245207479706e616d65203d20276873746f7265273b0a00"),
    (B, "540000003700026f696400000004df00010000001a0004ffffffff0000747970617272617900000004df000e0000001a0004ffffffff0000430000000d53454c4543542030005a0000000554"),
    (A, "510000000d524f4c4c4241434b00"),
    (B, "430000000d524f4c4c4241434b005a0000000549"),
];

spoken!(Tcp, PROTOCOL, PORTS, TURNS);

#[test]
#[rustfmt::skip]
fn a_login_and_queries_are_told() {
    let heard = heard(&turns());
    assert_eq!(heard.operations, ["A: Authenticate startup: user = \"user\"; database = \"plant_service_db\"; authentication = \"md5\" -> accepted", "A: Read query: statement = \"BEGIN\"; done = \"BEGIN\" -> accepted", "A: Read query: statement = \"SELECT t.oid, typarray\\nFROM pg_type t JOIN pg_namespace ns\\n    ON typnamespace = ns.oid\\nWHERE typname = 'hstore';\\n\"; columns = 2; rows = 0; done = \"SELECT 0\" 51 bytes -> accepted", "A: Read query: statement = \"ROLLBACK\"; done = \"ROLLBACK\" -> accepted"]);
    assert_eq!(heard.facts, ["B software: \"PostgreSQL 12.22 (Debian 12.22-1.pgdg120+1)\""]);
    assert_eq!(heard.notes, ["B protection: \"none\"", "A database: \"plant_service_db\"", "A version: \"PostgreSQL 3.0\"", "B authentication: \"md5\"", "B login: \"accepted\"", "A user: \"user\""]);
    assert!(heard.problems.is_empty());
}

fn message(kind: u8, body: &[u8]) -> Vec<u8> {
    let length = (body.len() as u32 + 4).to_be_bytes();
    [&[kind], &length[..], body].concat()
}

#[test]
fn a_password_in_clear_is_told_to_be_there_and_is_not_told() {
    let parameters = b"\x00\x03\x00\x00user\0postgres\0database\0tos\0\0";
    let startup = [&(parameters.len() as u32 + 4).to_be_bytes()[..], parameters].concat();
    let turns = [
        (A, startup),
        (B, message(b'R', &[0, 0, 0, 3])),
        (A, message(b'p', b"postgres\0")),
        (B, message(b'E', b"SFATAL\0C28P01\0Mpassword authentication failed\0\0")),
    ];
    let heard = heard(&turns);
    assert_eq!(
        heard.operations,
        ["A: Authenticate startup: user = \"postgres\"; database = \"tos\"; authentication = \"password\"; \
          password = (masked); message = \"password authentication failed\" -> refused 28P01"]
    );
    assert!(heard.notes.contains(&"A clear_secret: (masked)".to_owned()));
    assert!(heard.notes.contains(&"A default_secret: \"common password of postgres\"".to_owned()));
}

/// A query with a row, and a copy into a table.
fn rows_and_a_copy() -> Vec<(Side, Vec<u8>)> {
    let column = b"\0\x01no\0\0\0\0\0\0\0\0\0\0\x19\xff\xff\xff\xff\xff\xff\0\0";
    let row = b"\0\x01\0\0\0\x0bCSQU3054383";
    let rows = [message(b'T', column), message(b'D', row), message(b'C', b"SELECT 1\0"), message(b'Z', b"I")]
        .concat();
    let copied = [message(b'd', b"MSCU1234565\n"), message(b'c', b"")].concat();
    let done = [message(b'C', b"COPY 1\0"), message(b'Z', b"I")].concat();
    vec![
        (A, message(b'Q', b"SELECT no FROM moves\0")),
        (B, rows),
        (A, message(b'Q', b"COPY moves FROM STDIN\0")),
        (B, message(b'G', b"\0\0\x01\0\0")),
        (A, copied),
        (B, done),
    ]
}

#[test]
fn rows_are_told_as_lines_and_a_copy_is_a_write() {
    let heard = heard(&rows_and_a_copy());
    assert_eq!(
        heard.operations,
        [
            "A: Read query: statement = \"SELECT no FROM moves\"; columns = 1; rows = 1; done = \"SELECT 1\" 40 bytes \
             -> accepted",
            "A: Write query: statement = \"COPY moves FROM STDIN\"; done = \"COPY 1\" 12 bytes -> accepted"
        ]
    );
    assert!(heard.contents.contains(&"B database_rows 40/15 \"no\\nCSQU3054383\\n\", ends".to_owned()));
    assert!(heard.contents.contains(&"A database_rows 12/12 \"MSCU1234565\\n\", ends".to_owned()));
}

#[test]
fn secrets_in_statements_and_in_their_values_are_told_to_be_there_and_are_not_told() {
    let done = [message(b'C', b"INSERT 0 1\0"), message(b'Z', b"I")].concat();
    let prepared = [
        message(b'P', b"s\0INSERT INTO users(name, password) VALUES ($1, $2)\0\0\0"),
        message(b'B', b"\0s\0\0\0\0\x02\0\0\0\x03bob\0\0\0\x06geheim\0\0"),
        message(b'E', b"\0\0\0\0\0"),
    ];
    let turns = [
        (A, message(b'Q', b"INSERT INTO users(name,password) VALUES ('bob','geheim')\0")),
        (B, done.clone()),
        (A, prepared.concat()),
        (B, done),
    ];
    let heard = heard(&turns);
    assert!(!format!("{heard:?}").contains("geheim"), "{heard:?}");
    assert!(heard.operations[0].contains("VALUES ('bob','***')"), "{:?}", heard.operations);
    assert!(heard.operations[1].contains("$1 = \"bob\"; $2 = (masked)"), "{:?}", heard.operations);
    assert!(heard.notes.contains(&"A clear_secret: (masked)".to_owned()), "{:?}", heard.notes);
    assert!(
        heard.contents.iter().filter(|content| content.contains("credentials")).count() == 2,
        "{:?}",
        heard.contents
    );
}

#[test]
fn a_table_that_one_statement_creates_is_known_when_another_puts_values_into_it() {
    let done = [message(b'C', b"CREATE TABLE\0"), message(b'Z', b"I")].concat();
    let turns = [
        (A, message(b'Q', b"CREATE TABLE crew (name text, pin_code int, pwd text)\0")),
        (B, done.clone()),
        (A, message(b'Q', b"INSERT INTO crew VALUES ('bob', 7, 'geheim')\0")),
        (B, done),
    ];
    let heard = heard(&turns);
    assert!(!format!("{heard:?}").contains("geheim"), "{heard:?}");
    assert!(heard.operations[1].contains("VALUES ('bob', "), "{:?}", heard.operations);
}

/// The first record of TLS from a client that offers one cipher suite (RFC 8446, section 4.1.2).
fn client_hello() -> Vec<u8> {
    [b"\x16\x03\x01\0\x2d\x01\0\0\x29\x03\x03".as_slice(), &[7; 32], b"\0\0\x02\x13\x01\x01\0"].concat()
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
    fn any_segmentation_gives_all_the_same(cuts in vec(1..90_usize, 1..8), encrypted: bool) {
        let mut turns = turns();
        if encrypted {
            turns.truncate(1);
            turns.extend([(B, b"S".to_vec()), (A, client_hello())]);
        } else {
            turns.extend(rows_and_a_copy());
        }
        let mut whole = heard(&turns);
        let mut cut = heard_cut(&PROTOCOL, PORTS, &turns, &cuts);
        whole.frames.clear();
        cut.frames.clear();
        prop_assert_eq!(take_encrypted_bytes(&mut cut), take_encrypted_bytes(&mut whole));
        prop_assert_eq!(cut, whole);
    }
}
