//! Calls in pipes.

use super::{HANDLE, PORTS, borrowed, frame, read, utf16};
use crate::Transport;
use crate::smb::PROTOCOL;
use crate::testing::captures::play_corpus;
use crate::testing::play;
use quaywatch_model::Side::{self, A, B};

const SVCCTL: [u8; 16] =
    [0x81, 0xbb, 0x7a, 0x36, 0x44, 0x98, 0xf1, 0x35, 0xad, 0x32, 0x98, 0xf0, 0x38, 0x00, 0x10, 0x03];

/// A PDU of DCE/RPC, whole in one fragment.
fn pdu(kind: u8, call: u8, body: &[u8]) -> Vec<u8> {
    let mut pdu = vec![5, 0, kind, 3, 0x10, 0, 0, 0];
    pdu.extend((body.len() as u16 + 16).to_le_bytes());
    pdu.extend([0, 0, call, 0, 0, 0]);
    pdu.extend(body);
    pdu
}

/// A bind to the interface of services, and its answer.
fn bind() -> [Vec<u8>; 2] {
    let mut body = vec![0; 8];
    body.extend([1, 0, 0, 0, 0, 0, 1, 0]);
    body.extend(SVCCTL);
    body.extend([2, 0, 0, 0]);
    body.extend([0; 20]);
    [pdu(11, 1, &body), pdu(12, 1, &[0; 44])]
}

/// A string as it lies among parameters, filled up to four bytes.
fn text(text: &str) -> Vec<u8> {
    let units = text.len() as u32 + 1;
    let mut bytes = [units.to_le_bytes(), [0; 4], units.to_le_bytes()].concat();
    bytes.extend(utf16(text));
    bytes.extend([0; 2]);
    bytes.resize(bytes.len().next_multiple_of(4), 0);
    bytes
}

/// MS-SCMR 3.1.4.12: what PsExec and its like do, and the answer.
fn create_service() -> [Vec<u8>; 2] {
    let mut body = vec![0, 0, 0, 0, 0, 0, 12, 0];
    body.extend([9; 20]);
    body.extend(text("craneupd"));
    body.extend([0; 4]);
    body.extend([0; 16]);
    body.extend(text(r"C:\Windows\craneupd.exe"));
    [pdu(0, 2, &body), pdu(2, 2, &[0; 32])]
}

/// MS-SMB2 2.2.10: a share of pipes, and one of them opened.
fn opened() -> Vec<(Side, Vec<u8>)> {
    let [tree, _] = super::tree_connect();
    let [create, answer] = super::create("svcctl", 1);
    let shared = frame(3, true, 1, &[16, 0, 2, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]);
    vec![(A, tree), (B, shared), (A, create), (B, answer)]
}

/// 2.2.21 and 2.2.22.
fn write(message_id: u64, bytes: &[u8]) -> [Vec<u8>; 2] {
    let mut body = vec![49, 0, 112, 0];
    body.extend((bytes.len() as u32).to_le_bytes());
    body.extend([0; 8]);
    body.extend(HANDLE);
    body.extend([0; 16]);
    body.extend(bytes);
    [frame(9, false, message_id, &body), frame(9, true, message_id, &[17, 0])]
}

/// 2.2.31 and 2.2.32.
fn transceive(message_id: u64, request: &[u8], answer: &[u8]) -> [Vec<u8>; 2] {
    let head = |input: u32, output: u32| {
        let mut body = vec![57, 0, 0, 0, 0x17, 0xc0, 0x11, 0];
        body.extend(HANDLE);
        body.extend(120_u32.to_le_bytes());
        body.extend(input.to_le_bytes());
        body.extend([0; 4]);
        body.extend(120_u32.to_le_bytes());
        body.extend(output.to_le_bytes());
        body.extend([0; 12]);
        body
    };
    let mut asked = head(request.len() as u32, 0);
    asked.extend(request);
    let mut answered = head(0, answer.len() as u32);
    // The answer has its output's place and length where the request has the most it takes in.
    answered[32..40].copy_from_slice(&[120_u32.to_le_bytes(), (answer.len() as u32).to_le_bytes()].concat());
    answered.extend(answer);
    answered.drain(48..56);
    answered[32] = 112;
    [frame(11, false, message_id, &asked), frame(11, true, message_id, &answered)]
}

const TOLD: [&str; 2] = [
    r#"A: OpenSession bind (0x0B): interface = "svcctl" -> accepted"#,
    r#"A: Write CreateServiceW (0x000C): interface = "svcctl"; service = "craneupd"; program = "C:\\Windows\\craneupd.exe" -> accepted"#,
];

#[test]
fn who_installs_a_service_by_a_pipe_is_told_with_its_name_and_program() {
    let ([bind, bound], [create, created]) = (bind(), create_service());
    let ([wrote, written], [asked, answered]) = (write(3, &bind), read(4, 0, &bound));
    let [called, came] = transceive(5, &create, &created);
    let mut turns = opened();
    turns.extend([(A, wrote), (B, written), (A, asked), (B, answered), (A, called), (B, came)]);
    let heard = play(&PROTOCOL, Transport::Tcp, PORTS, &borrowed(&turns));
    assert_eq!(heard.operations[2..], TOLD, "{:?}", heard.problems);
    assert!(heard.problems.is_empty(), "{:?}", heard.problems);
}

/// MS-CIFS 2.2.4.33 and 2.2.5.6, on a pipe whose share and opening are those of an older Windows.
#[test]
fn the_same_is_told_of_version_one() {
    let message = |command: u8, answer: bool, id: u8, words: &[u8], data: &[u8]| {
        let mut message = b"\xffSMB".to_vec();
        message.push(command);
        message.extend([0, 0, 0, 0, if answer { 0x80 } else { 0 }, 0, 0x80]);
        message.extend([0; 12]);
        message.extend([1, 0, 5, 0, 1, 0, id, 0]);
        message.push(words.len() as u8 / 2);
        message.extend(words);
        message.extend((data.len() as u16).to_le_bytes());
        message.extend(data);
        [&(message.len() as u32).to_be_bytes()[..], &message].concat()
    };
    // Where data stands, from the header on: header, count of words, words, count of bytes.
    let at = |words: usize| (32 + 1 + words + 2) as u8;
    let tree = [vec![0], utf16("\\\\hmi\\IPC$"), vec![0, 0], b"IPC\0".to_vec()].concat();
    let transact = |id: u8, request: &[u8], answer: &[u8]| {
        let mut words = vec![0; 32];
        (words[22], words[24]) = (request.len() as u8, at(32));
        (words[26], words[28], words[30]) = (2, 0x26, 7);
        let mut back = vec![0; 20];
        (back[12], back[14]) = (answer.len() as u8, at(20));
        [(A, message(0x25, false, id, &words, request)), (B, message(0x25, true, id, &back, answer))]
    };
    let mut opened = vec![0xff, 0, 0, 0, 0, 7, 0];
    opened.resize(68, 0);
    let name = [vec![0], utf16("\\svcctl"), vec![0, 0]].concat();
    let ([bind, bound], [create, created]) = (bind(), create_service());
    let mut turns = vec![
        (A, message(0x75, false, 1, &[0xff, 0, 0, 0, 0, 0, 1, 0], &tree)),
        (B, message(0x75, true, 1, &[0xff, 0, 0, 0, 0, 0], b"IPC\0\0\0")),
        (A, message(0xa2, false, 2, &[[0xff, 0, 0, 0].as_slice(), &[0; 44]].concat(), &name)),
        (B, message(0xa2, true, 2, &opened, b"")),
    ];
    turns.extend(transact(3, &bind, &bound));
    turns.extend(transact(4, &create, &created));
    let heard = play(&PROTOCOL, Transport::Tcp, PORTS, &borrowed(&turns));
    let calls: Vec<&String> =
        heard.operations.iter().filter(|told| told.contains("svcctl\"") && !told.contains("pipe")).collect();
    assert_eq!(calls, TOLD, "{:?} {:?}", heard.operations, heard.problems);
}

#[test]
fn calls_in_twenty_pipes_are_those_that_tshark_counts() {
    let Some(heard) = play_corpus("smb/zeek__dce-rpc-20-fids.pcap") else { return };
    let told: Vec<&String> = heard.iter().flat_map(|heard| &heard.recorder.operations).collect();
    let count = |name: &str| told.iter().filter(|told| told.contains(name)).count();
    let counts =
        ["SamrConnect5", "SamrOpenDomain", "SamrEnumerateUsersInDomain", "SamrCloseHandle", " bind "]
            .map(count);
    assert_eq!(counts, [20, 20, 20, 40, 20]);
}
