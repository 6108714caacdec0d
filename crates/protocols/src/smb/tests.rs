mod pipes;

use super::PROTOCOL;
use crate::testing::captures::{Heard, corpus, play_corpus};
use crate::testing::zeek;
use crate::testing::{Player, play, play_cut};
use crate::{Answer, Probe, Transport};
use proptest::collection::vec;
use proptest::prelude::{Just, any, prop_oneof};
use proptest::{prop_assert_eq, proptest};
use quaywatch_model::Side::{self, A, B};

const PORTS: [u16; 2] = [50_000, 445];
const HANDLE: [u8; 16] = [7; 16];

/// A frame with one message of SMB 2.
fn frame(command: u16, answer: bool, message_id: u64, body: &[u8]) -> Vec<u8> {
    let mut message = b"\xfeSMB\x40\0\0\0\0\0\0\0".to_vec();
    message.extend(command.to_le_bytes());
    message.extend([1, 0]);
    message.extend(u32::from(answer).to_le_bytes());
    message.extend([0; 4]);
    message.extend(message_id.to_le_bytes());
    message.extend([0, 0, 0, 0, 5, 0, 0, 0]);
    message.extend([0; 24]);
    message.extend(body);
    let mut frame = (message.len() as u32).to_be_bytes().to_vec();
    frame.extend(message);
    frame
}

fn utf16(text: &str) -> Vec<u8> {
    text.encode_utf16().flat_map(u16::to_le_bytes).collect()
}

/// MS-SMB2 2.2.9 and 2.2.10: a share, of disks.
fn tree_connect() -> [Vec<u8>; 2] {
    let path = utf16(r"\\plc\recipes");
    let mut body = vec![9, 0, 0, 0, 72, 0, path.len() as u8, 0];
    body.extend(path);
    [frame(3, false, 1, &body), frame(3, true, 1, &[16, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0])]
}

/// 2.2.13 and 2.2.14: a file of eight bytes, which `action` tells to have been opened or created.
fn create(name: &str, action: u8) -> [Vec<u8>; 2] {
    let name = utf16(name);
    let mut body = vec![0; 56];
    body[0] = 57;
    body[36] = 1;
    body[44] = 120;
    body[46] = name.len() as u8;
    body.extend(name);
    let mut answer = vec![0; 88];
    answer[0] = 89;
    answer[4] = action;
    answer[48] = 8;
    answer[64..80].copy_from_slice(&HANDLE);
    [frame(5, false, 2, &body), frame(5, true, 2, &answer)]
}

/// 2.2.19 and 2.2.20.
fn read(message_id: u64, offset: u8, bytes: &[u8]) -> [Vec<u8>; 2] {
    let mut body = vec![0; 48];
    (body[0], body[4], body[8]) = (49, bytes.len() as u8, offset);
    body[16..32].copy_from_slice(&HANDLE);
    let mut answer = vec![17, 0, 80, 0, bytes.len() as u8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0];
    answer.extend(bytes);
    [frame(8, false, message_id, &body), frame(8, true, message_id, &answer)]
}

/// 2.2.21 and 2.2.22.
fn write(bytes: &[u8]) -> [Vec<u8>; 2] {
    let mut body = vec![0; 48];
    (body[0], body[2], body[4]) = (49, 112, bytes.len() as u8);
    body[16..32].copy_from_slice(&HANDLE);
    body.extend(bytes);
    let answer = [17, 0, 0, 0, bytes.len() as u8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0];
    [frame(9, false, 4, &body), frame(9, true, 4, &answer)]
}

/// 2.2.15 and 2.2.16.
fn close() -> [Vec<u8>; 2] {
    let mut body = vec![24, 0, 0, 0, 0, 0, 0, 0];
    body.extend(HANDLE);
    [frame(6, false, 9, &body), frame(6, true, 9, &[0; 60])]
}

/// 2.2.39: FileRenameInformation.
fn rename(new: &str) -> [Vec<u8>; 2] {
    let new = utf16(new);
    let mut body = vec![33, 0, 1, 10, 20 + new.len() as u8, 0, 0, 0, 96, 0, 0, 0, 0, 0, 0, 0];
    body.extend(HANDLE);
    body.extend([0; 16]);
    body.extend((new.len() as u32).to_le_bytes());
    body.extend(new);
    [frame(17, false, 8, &body), frame(17, true, 8, &[2, 0])]
}

/// A file that is read in two pieces, the second answered first, then renamed and closed.
fn session() -> Vec<(Side, Vec<u8>)> {
    let [tree, tree_answer] = tree_connect();
    let [create, create_answer] = create("a.csv", 1);
    let ([one, one_answer], [two, two_answer]) = (read(3, 0, b"cont"), read(4, 4, b"ents"));
    let ([rename, rename_answer], [close, close_answer]) = (rename("b.csv"), close());
    vec![
        (A, tree),
        (B, tree_answer),
        (A, create),
        (B, create_answer),
        (A, one),
        (A, two),
        (B, two_answer),
        (B, one_answer),
        (A, rename),
        (B, rename_answer),
        (A, close),
        (B, close_answer),
    ]
}

fn borrowed(turns: &[(Side, Vec<u8>)]) -> Vec<(Side, &[u8])> {
    turns.iter().map(|(side, bytes)| (*side, bytes.as_slice())).collect()
}

#[test]
fn a_file_is_put_in_order_and_told_with_its_share_when_it_is_closed() {
    let heard = play(&PROTOCOL, Transport::Tcp, PORTS, &borrowed(&session()));
    assert_eq!(
        heard.operations,
        [
            r#"A: OpenSession TREE_CONNECT (0x0003): share = "\\\\plc\\recipes" -> accepted"#,
            r#"A: Write rename (0x0011): file = "\\\\plc\\recipes\\b.csv" (was "\\\\plc\\recipes\\a.csv") -> accepted"#,
            r#"A: Read read: file = "\\\\plc\\recipes\\b.csv" 8 bytes -> accepted"#,
        ]
    );
    assert_eq!(
        heard.transfers,
        [
            r#"begin 1 file from_device by A "\\\\plc\\recipes\\a.csv""#,
            "data 1 636f6e74656e7473",
            "end 1 complete"
        ]
    );
}

#[test]
fn firmware_and_programs_are_told_by_name_and_by_first_bytes() {
    let told = |name, bytes: &[u8]| {
        let turns: Vec<Vec<u8>> = [tree_connect(), create(name, 2), write(bytes), close()].concat();
        let turns: Vec<(Side, &[u8])> =
            turns.iter().zip([A, B].into_iter().cycle()).map(|(turn, side)| (side, &**turn)).collect();
        let heard = play(&PROTOCOL, Transport::Tcp, PORTS, &turns);
        let wrote = heard.operations.iter().find(|line| line.contains(" write:")).unwrap();
        let verb = wrote.split(' ').nth(1).unwrap().to_owned();
        let class = heard.contents.iter().find(|line| line.starts_with("A ")).unwrap();
        format!(
            "{verb} {}, {}",
            class.split(' ').nth(1).unwrap(),
            heard.transfers[0].split(' ').nth(2).unwrap()
        )
    };
    assert_eq!(told("drive.fw", b"abcd"), "UpdateFirmware firmware, firmware");
    assert_eq!(told("recipe.dat", b"hsqsabcd"), "UpdateFirmware firmware, firmware");
    assert_eq!(told("STS07.ap17", b"abcd"), "Write program, program");
    assert_eq!(told("recipe.dat", b"abcd"), "Write files, file");
}

#[test]
fn a_piece_that_was_not_captured_makes_the_file_incomplete() {
    let mut turns = session();
    turns.remove(7);
    let heard = play(&PROTOCOL, Transport::Tcp, PORTS, &borrowed(&turns));
    assert_eq!(heard.transfers[1..], ["missing 1 4", "data 1 656e7473", "end 1 incomplete"]);
}

#[test]
fn encrypted_messages_are_told_as_such() {
    let hidden = b"\0\0\0\x24\xfdSMB0123456789abcdef0123456789abcdef";
    let heard = play(&PROTOCOL, Transport::Tcp, PORTS, &[(A, hidden)]);
    assert_eq!(heard.notes, ["A protection: \"encrypted\""]);
    assert_eq!(heard.contents, ["A encrypted 40/0 \"\", ends"]);
}

#[test]
fn reading_goes_on_after_a_gap_and_after_rubbish() {
    let turns = session();
    let mut player = Player::new(&PROTOCOL, Transport::Tcp, PORTS);
    player.say(A, &turns[0].1[..20]).lose(A, 90).say(A, b"rest of it").say(B, b"rubbish");
    for (from, bytes) in &turns[2..] {
        player.say(*from, bytes);
    }
    let heard = player.end();
    assert!(heard.operations.iter().any(|line| line.contains("Read read: file = \"b.csv\"")), "{heard:?}");
}

#[test]
fn the_probe_is_certain_only_of_its_own() {
    let ask = |bytes: &[u8]| {
        let probe =
            Probe { transport: Transport::Tcp, ports: PORTS, from: A, bytes, answer: &[], expected: None };
        (PROTOCOL.probe)(&probe)
    };
    let [tree, _] = tree_connect();
    assert_eq!(ask(&tree), Answer::Certain);
    assert_eq!(ask(&tree[..6]), Answer::Unsure);
    assert_eq!(ask(b"\x81\0\0\x44\x20CKFDENECFDEFFCFG"), Answer::Certain);
    assert_eq!(ask(b"\0\0\0\x10\xfdSMX"), Answer::No);
    assert_eq!(ask(b"\0\x01\0\0\0\x06\x01\x03\0\0\0\x01"), Answer::No);
}

fn all<'a>(heard: &'a [Heard], pick: impl Fn(&'a Heard) -> &'a Vec<String>) -> Vec<&'a String> {
    heard.iter().flat_map(pick).collect()
}

/// Zeek tells an action each time, this software a file once; what it names must be the same.
#[test]
fn names_and_actions_agree_with_zeeks_files() {
    let logs = [
        ("zeek__smb-smb2.delete-on-close-perms-delete-existing", ""),
        ("zeek__smb-smb2readwrite", "scripts.base.protocols.smb.smb2-read-write/"),
    ];
    for (name, folder) in logs {
        let Some(heard) = play_corpus(&format!("smb/{name}.pcap")) else { return };
        let operations = all(&heard, |heard| &heard.recorder.operations);
        for line in zeek::lines(&corpus(&format!("smb/expected/{name}/{folder}smb_files.log")).unwrap()) {
            let cell = |wanted: &str| line.iter().find(|(column, _)| column == wanted).unwrap().1.as_str();
            let path = match (cell("path"), cell("name")) {
                ("-", file) => file.to_owned(),
                (share, file) => format!("{share}\\\\{file}"),
            };
            let wanted = match cell("action") {
                "SMB::FILE_READ" => format!("Read read: file = \"{path}\" {} bytes", cell("size")),
                "SMB::FILE_WRITE" => format!("Write write: file = \"{path}\""),
                "SMB::FILE_DELETE" => format!("Write delete (0x0006): file = \"{path}\""),
                // That a file was opened is not told.
                _ => continue,
            };
            assert!(
                operations.iter().any(|told| told.contains(&wanted)),
                "{name}: {wanted} in {operations:#?}"
            );
        }
    }
}

#[test]
fn shares_agree_with_zeeks_mapping() {
    let Some(heard) = play_corpus("smb/zeek__smb-smb3.pcap") else { return };
    let log = zeek::lines(
        &corpus("smb/expected/zeek__smb-smb3/scripts.base.protocols.smb.smb3/smb_mapping.log").unwrap(),
    );
    let theirs: Vec<String> = log.into_iter().map(|line| format!("A share: \"{}\"", line[6].1)).collect();
    let notes = all(&heard, |heard| &heard.recorder.notes);
    let ours: Vec<&String> = notes.into_iter().filter(|note| note.contains(" share: ")).collect();
    assert_eq!(ours, theirs.iter().collect::<Vec<_>>());
    assert!(all(&heard, |heard| &heard.recorder.facts).contains(&&"B name: \"WS2016\"".to_owned()));
}

#[test]
fn a_hundred_small_files_are_a_hundred_whole_transfers() {
    let Some(heard) = play_corpus("smb/zeek__smb-smb2_100_small_files.pcap") else { return };
    let transfers = all(&heard, |heard| &heard.recorder.transfers);
    assert_eq!(transfers.iter().filter(|line| line.ends_with(" complete")).count(), 100);
}

proptest! {
    #[test]
    fn any_segmentation_gives_the_same_operations(cuts in vec(1..40_usize, 1..8)) {
        let turns = session();
        let whole = play(&PROTOCOL, Transport::Tcp, PORTS, &borrowed(&turns));
        let cut = play_cut(&PROTOCOL, PORTS, &borrowed(&turns), &cuts);
        prop_assert_eq!((cut.operations, cut.transfers), (whole.operations, whole.transfers));
    }

    #[test]
    fn any_bytes_are_survived(at in 0..12_usize, turns in vec((prop_oneof![Just(A), Just(B)], vec(any::<u8>(), 0..64)), 0..8)) {
        let mut all = session();
        all.truncate(at);
        all.extend(turns);
        let _ = play(&PROTOCOL, Transport::Tcp, PORTS, &borrowed(&all));
    }

    #[test]
    fn any_body_of_any_command_is_survived(command in 0..20_u16, body in vec(any::<u8>(), 0..200), answer in vec(any::<u8>(), 0..200)) {
        let turns = [(A, frame(command, false, 1, &body)), (B, frame(command, true, 1, &answer))];
        let _ = play(&PROTOCOL, Transport::Tcp, PORTS, &borrowed(&turns));
    }

    #[test]
    fn any_body_of_any_command_of_version_1_is_survived(command: u8, body in vec(any::<u8>(), 0..120), answer in vec(any::<u8>(), 0..120)) {
        let message = |flags: u8, body: &[u8]| {
            let mut message = vec![0xFF, b'S', b'M', b'B', command, 0, 0, 0, 0, flags, 0, 0x80];
            message.extend([0; 20]);
            message.extend(body);
            let mut frame = (message.len() as u32).to_be_bytes().to_vec();
            frame.extend(message);
            frame
        };
        let turns = [(A, message(0, &body)), (B, message(0x80, &answer))];
        let _ = play(&PROTOCOL, Transport::Tcp, PORTS, &borrowed(&turns));
    }
}
