//! `opcua_binary.log`, against that of ICSNPP's own tests.

use super::{ACTIVATE_REAL, ACTIVATED_REAL, HELLO_REAL, chunk, heard, hex, response};
use crate::opcua::builtin::{Blob, StatusCode, Text};
use crate::opcua::codec::Wire;
use crate::opcua::messages::Body;
use crate::opcua::wire::{AsymmetricHeader, Chunk, ChunkKind, ErrorMessage, Header, MessageType, Security};
use crate::testing::Recorder;
use crate::testing::captures::{Heard, corpus, play};
use crate::testing::compare::differences;
use quaywatch_model::Side;
use std::path::Path;

/// Captures whose lines are exactly those that ICSNPP's tests expect.
const SAME: [&str; 3] = [
    "opcua/icsnpp-opcua-binary__open62541_client-server_mainloop.pcap",
    "opcua/icsnpp-opcua-binary__open62541_client-server_mainloop-no-handshake.pcapng",
    "malformed/icsnpp-opcua-binary__open62541_client-server_mainloop-not-localhost-non-standard-port.pcap",
];
/// Captures of which the first connection has segments out of order: ICSNPP's parser gives up there, in the middle of the
/// answer to `CreateSession`. Here the connection is read to its end.
const GIVEN_UP: [&str; 2] = [
    "opcua/icsnpp-opcua-binary__opcua_with-gap.pcap",
    "opcua/icsnpp-opcua-binary__opcua_with-gap_with-handshake.pcapng",
];
/// So many exchanges of that connection come later.
const LATER_EXCHANGES: usize = 84;

/// The columns that ICSNPP's test cuts off, because they are other in every run.
const LINKS: [&str; 3] = ["req_opcua_link_id", "res_opcua_link_id", "status_code_link_id"];
/// `ts`, `uid` and both ends.
const SHARED_COLUMNS: usize = 6;

#[test]
fn lines_are_those_of_icsnpp() {
    let Some(root) = corpus("") else { return };
    for capture in SAME {
        assert_eq!(compared(&root, capture), [""; 0], "{capture}");
    }
}

#[test]
fn segments_out_of_order_cost_no_lines() {
    let Some(root) = corpus("") else { return };
    for capture in GIVEN_UP {
        let differences = compared(&root, capture);
        let (ours, theirs): (Vec<_>, Vec<_>) = differences.iter().partition(|line| line.starts_with('+'));
        let asked = "request_id=2 req_msg_size=1578 req_seq_number=2";
        assert!(theirs.len() == 1 && theirs[0].contains(asked), "{theirs:?}");
        let answered = ours.iter().filter(|line| line.contains(asked));
        assert!(answered.clone().all(|line| line.contains("res_identifier_str=CreateSessionResponse")));
        assert_eq!((answered.count(), ours.len()), (1, 1 + LATER_EXCHANGES), "{capture}");
    }
}

/// What our lines and those that are expected of a capture have not in common.
fn compared(root: &Path, capture: &str) -> Vec<String> {
    let capture = root.join(capture);
    let ours = lines(&play(&capture));
    let expected = capture.parent().unwrap().join("expected").join(capture.file_stem().unwrap());
    let names: Vec<&str> = ours[0].iter().map(|cell| cell.split('=').next().unwrap()).collect();
    differences(&ours, &theirs(&expected.join("opcua_binary.log"), &names))
}

/// Our lines as columns and values. What a header says of the time is in their files crossed out.
fn lines(heard: &[Heard]) -> Vec<Vec<String>> {
    let lines = heard.iter().flat_map(|heard| &heard.lines).filter(|line| line.log == "opcua_binary");
    lines
        .map(|line| {
            let kept = line.values.iter().filter(|(name, _)| !LINKS.contains(name));
            kept.map(|(name, value)| match value.as_str() {
                time if name.ends_with("_timestamp") && time != "-" => format!("{name}=XXXXXXXXXX.XXXXXX"),
                // Null text is told as empty.
                "" => format!("{name}=(empty)"),
                value => format!("{name}={value}"),
            })
            .collect()
        })
        .collect()
}

/// Their lines, which come without names. The session's token, which ICSNPP tells, is masked here.
fn theirs(log: &Path, names: &[&str]) -> Vec<Vec<String>> {
    let text = std::fs::read_to_string(log).unwrap();
    text.lines()
        .filter(|line| !line.starts_with('#'))
        .map(|line| {
            let cells: Vec<&str> = line.split('\t').skip(SHARED_COLUMNS).collect();
            assert_eq!(cells.len(), names.len(), "as many columns");
            let masked = |(name, value): (&&str, &str)| match (*name, value) {
                ("req_hdr_node_id_guid", token) if token != "-" => format!("{name}=(masked)"),
                (name, value) => format!("{name}={value}"),
            };
            names.iter().zip(cells).map(masked).collect()
        })
        .collect()
}

/// What the lines of one conversation say, without what is unset.
fn said(heard: &Recorder) -> Vec<String> {
    let set = |line: &Vec<String>| {
        let set = line.iter().skip(1).filter(|value| !value.ends_with("=-"));
        set.map(String::as_str).collect::<Vec<_>>().join(" ")
    };
    heard.zeek.iter().map(set).collect()
}

#[test]
fn an_opening_that_is_encrypted_tells_what_secures_it_and_what_follows_only_its_size() {
    let policy = Text::new("http://opcfoundation.org/UA/SecurityPolicy#Basic256Sha256");
    let header = AsymmetricHeader {
        security_policy_uri: policy,
        sender_certificate: Blob(Some(&[0xab, 0xcd])),
        receiver_certificate_thumbprint: Blob(None),
    };
    let opening = Chunk {
        message_type: MessageType::OPEN,
        kind: ChunkKind::FINAL,
        channel: 0,
        security: Security::Asymmetric(header),
        payload: &[0x5a; 64],
    };
    let message = chunk(ChunkKind::FINAL, 0x5a5a_5a5a, 0x5a5a_5a5a, &[0x5a; 40], &[]);
    let heard = heard(&[(Side::A, &opening.encode()), (Side::A, &message)]);
    assert_eq!(
        said(&heard),
        [
            "msg_type=OPN is_final=F total_size=147 sec_channel_id=0 sec_policy_uri_len=57 \
             sec_policy_uri=http://opcfoundation.org/UA/SecurityPolicy#Basic256Sha256 snd_cert_len=2 \
             snd_cert=abcd rcv_cert_len=-1",
            "msg_type=MSG is_final=F total_size=64 sec_channel_id=5",
        ]
    );
}

#[test]
fn the_sessions_token_is_never_told() {
    let heard = heard(&[(Side::A, &hex(ACTIVATE_REAL)), (Side::B, &hex(ACTIVATED_REAL))]);
    let [line] = &said(&heard)[..] else { panic!("one line for both") };
    assert!(line.contains("req_hdr_node_id_type=0x04 req_hdr_node_id_namespace_idx=1"), "{line}");
    assert!(line.contains("req_hdr_node_id_guid=(masked)") && !line.contains("39121615"), "{line}");
}

#[test]
fn a_message_in_chunks_is_one_line_with_the_size_of_all_and_an_answer_alone_is_a_line_too() {
    let message = response(634, Body::Unread(&[0; 12]));
    let (first, rest) = message.split_at(10);
    let chunks =
        [chunk(ChunkKind::CONTINUED, 8, 3, first, &[]), chunk(ChunkKind::FINAL, 9, 3, rest, &[])].concat();
    let [line] = &said(&heard(&[(Side::B, &chunks)]))[..] else { panic!("one line") };
    let size = chunks.len();
    assert!(
        line.starts_with(&format!("msg_type=MSG is_final=F total_size={size} sec_channel_id=5 request_id=3"))
    );
    assert!(line.contains(&format!("res_msg_size={size} res_seq_number=9")), "{line}");
    assert!(line.contains("res_identifier_str=ReadResponse") && !line.contains("req_"), "{line}");
}

#[test]
fn what_ends_a_connection_is_told_with_its_reason() {
    let error = Header::encode(MessageType::ERROR, ChunkKind::FINAL, |to| {
        ErrorMessage { error: StatusCode(0x8080_0000), reason: Text::new("too many") }.write(to);
    });
    assert_eq!(
        said(&heard(&[(Side::A, &hex(HELLO_REAL)), (Side::B, &error)])),
        [
            "msg_type=HEL is_final=F total_size=56 version=0 rcv_buf_size=65535 snd_buf_size=65535 max_msg_size=0 \
             max_chunk_cnt=0 endpoint_url=opc.tcp://localhost:4840",
            "msg_type=ERR is_final=F total_size=24 error=2155872256 reason=too many",
        ]
    );
}
