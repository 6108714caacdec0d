//! Greetings, secure channels, and what can be told of what cannot be read.

use super::super::builtin::{Blob, Text};
use super::super::certificate::common_name;
use super::super::wire::{AsymmetricHeader, ErrorMessage, Header, ReverseHello};
use super::*;
use quaywatch_model::DataClass;
use quaywatch_model::Side::{A, B};

const BASIC256SHA256: &str = "http://opcfoundation.org/UA/SecurityPolicy#Basic256Sha256";
/// What stands where something is encrypted.
const NOISE: [u8; 64] = [0xd7; 64];

/// The start of a certificate that names `STS07` (RFC 5280, 4.1): version, serial number, algorithm, issuer,
/// validity, subject.
fn certificate() -> Vec<u8> {
    let fields = [hex("a003020102"), hex("020101"), hex("3000"), name("Issuer"), hex("3000"), name("STS07")];
    der(0x30, &[der(0x30, &fields)])
}

fn der(tag: u8, parts: &[Vec<u8>]) -> Vec<u8> {
    let content = parts.concat();
    [&[tag, content.len() as u8][..], &content].concat()
}

fn name(common: &str) -> Vec<u8> {
    let value = der(0x0c, &[common.as_bytes().to_vec()]);
    der(0x30, &[der(0x31, &[der(0x30, &[hex("0603550403"), value])])])
}

fn sealed_open(channel: u32, policy: &str, certificate: &[u8]) -> Vec<u8> {
    let security = Security::Asymmetric(AsymmetricHeader {
        security_policy_uri: Text::new(policy),
        sender_certificate: Blob(Some(certificate)),
        receiver_certificate_thumbprint: Blob(Some(&[1; 20])),
    });
    let kind = ChunkKind::FINAL;
    Chunk { message_type: MessageType::OPEN, kind, channel, security, payload: &NOISE }.encode()
}

fn sealed_message() -> Vec<u8> {
    sealed_chunk(ChunkKind::FINAL)
}

fn sealed_chunk(kind: ChunkKind) -> Vec<u8> {
    let security = Security::Symmetric(1);
    Chunk { message_type: MessageType::MESSAGE, kind, channel: 5, security, payload: &NOISE }.encode()
}

fn error(status: u32) -> Vec<u8> {
    Header::encode(MessageType::ERROR, ChunkKind::FINAL, |to| {
        ErrorMessage { error: StatusCode(status), reason: Text(None) }.write(to);
    })
}

#[test]
fn encrypted_messages_are_opaque_operations_of_the_client() {
    let mut player = player();
    player.say(A, &hex(HELLO_REAL)).say(B, &hex(ACKNOWLEDGE_REAL));
    player.say(A, &sealed_open(0, BASIC256SHA256, &certificate()));
    player.say(B, &sealed_open(5, BASIC256SHA256, &[]));
    assert_eq!(player.conversation().carries(), DataClass::ProcessValues);
    player.say(A, &sealed_message()).say(B, &sealed_message());
    assert_eq!(player.conversation().carries(), DataClass::Encrypted);
    let heard = player.end();
    assert_eq!(
        heard.operations[1..],
        [
            "A: OpenSession OpenSecureChannel (i=446): security policy = \
             \"http://opcfoundation.org/UA/SecurityPolicy#Basic256Sha256\"; client certificate = \"STS07\"; \
             channel = 5 -> accepted",
            "A: Opaque MSG: channel = 5 64 bytes -> unseen",
        ]
    );
    assert!(heard.problems.is_empty());
}

#[test]
fn encrypted_messages_of_a_channel_whose_opening_was_not_captured_are_opaque_too() {
    let heard = heard(&[(B, &sealed_message()), (A, &sealed_message())]);
    assert_eq!(heard.operations, ["A: Opaque MSG: channel = 5 64 bytes -> unseen"]);
}

#[test]
fn an_encrypted_message_in_many_chunks_is_one_operation() {
    let (more, last) = (sealed_chunk(ChunkKind::CONTINUED), sealed_message());
    let heard = heard(&[(A, &more), (A, &more), (A, &last), (A, &last)]);
    assert_eq!(
        heard.operations,
        ["A: Opaque MSG: channel = 5 192 bytes -> unseen", "A: Opaque MSG: channel = 5 64 bytes -> unseen",]
    );
}

#[test]
fn signed_messages_are_read_and_their_signature_is_not() {
    let mut player = player();
    player.say(A, &sealed_open(0, BASIC256SHA256, &[])).say(B, &sealed_open(5, BASIC256SHA256, &[]));
    player.say(A, &chunk(ChunkKind::FINAL, 2, 0x15, &hex(WRITE_REAL)[24..], &[9; 32]));
    player.say(B, &chunk(ChunkKind::FINAL, 2, 0x15, &hex(WRITTEN_REAL)[24..], &[9; 32]));
    let heard = player.end();
    assert!(
        heard.operations[1].starts_with("A: Write Write (i=673): ns=1;s=the.answer = 1 [BadNodeIdUnknown")
    );
    assert!(heard.problems.is_empty(), "{:?}", heard.problems);
}

#[test]
fn the_length_of_signatures_is_learned_in_mid_stream() {
    for length in [20, 32] {
        let signature = vec![9; length];
        let mut player = player();
        for (id, body) in [(0x18, CALL_REAL), (0x15, WRITE_REAL)] {
            player.say(A, &chunk(ChunkKind::FINAL, id, id, &hex(body)[24..], &signature));
        }
        let heard = player.end();
        assert_eq!(heard.operations.len(), 2);
        assert_eq!(heard.problems, ["opcua: sequence number out of order (incomplete)"]);
    }
}

#[test]
fn bytes_after_a_message_that_are_no_signature_are_a_problem() {
    let told = |signature: &[u8]| {
        let mut session = real_session();
        session.truncate(4);
        session.push((A, chunk(ChunkKind::FINAL, 2, 0x15, &hex(WRITE_REAL)[24..], signature)));
        heard(&borrowed(&session)).problems
    };
    assert!(told(&[]).is_empty());
    let left_over = ["opcua: bytes left over after message body (malformed)"];
    assert_eq!(told(&[9; 5]), left_over);
    assert_eq!(told(&[9; 32]), left_over, "under policy None nothing is signed");
}

#[test]
fn a_renewal_in_a_channel_that_can_be_read_leaves_it_readable() {
    let mut session = real_session();
    session.insert(6, (A, hex(OPEN_REAL)));
    session.insert(7, (B, hex(OPENED_REAL)));
    assert_eq!(heard(&borrowed(&session)).operations.len(), 7);
}

#[test]
fn an_error_refuses_what_would_open_the_connection_or_the_channel() {
    let (hello, open) = (hex(HELLO_REAL), hex(OPEN_REAL));
    let told = heard(&[(A, &hello), (B, &error(0x8083_0000))]).operations;
    assert_eq!(
        told,
        ["A: OpenSession Hello (HEL): endpoint = \"opc.tcp://localhost:4840\" -> refused \
          BadTcpEndpointUrlInvalid (0x80830000)"]
    );
    let told = heard(&[(A, &open), (B, &error(0x8013_0000))]).operations;
    assert!(
        told[0].ends_with("token = \"issue\" -> refused BadSecurityChecksFailed (0x80130000)"),
        "{told:?}"
    );
    let sealed = sealed_open(0, BASIC256SHA256, &[]);
    let told = heard(&[(A, &sealed), (B, &error(0x8055_0000))]).operations;
    assert!(
        told[0].ends_with("#Basic256Sha256\" -> refused BadSecurityPolicyRejected (0x80550000)"),
        "{told:?}"
    );
}

#[test]
fn an_error_in_mid_session_ends_it() {
    let heard = heard(&[(A, &hex(WRITE_REAL)), (B, &error(0x8086_0000))]);
    assert_eq!(
        heard.operations,
        [
            "A: CloseSession Error (ERR) -> refused BadSecureChannelClosed (0x80860000)",
            "A: Write Write (i=673): ns=1;s=the.answer = 1 -> unseen",
        ]
    );
}

#[test]
fn a_server_that_calls_home_is_told_as_the_server() {
    let hello = Header::encode(MessageType::REVERSE_HELLO, ChunkKind::FINAL, |to| {
        ReverseHello { server_uri: Text::new("urn:sts07"), endpoint_url: Text::new("opc.tcp://sts07:4840") }
            .write(to);
    });
    let mut player = player();
    player.say(A, &hello);
    assert_eq!(player.conversation().client(), Some(B));
    assert_eq!(
        player.end().operations,
        [
            "B: OpenSession ReverseHello (RHE): server = \"urn:sts07\"; endpoint = \"opc.tcp://sts07:4840\" -> accepted"
        ]
    );
}

#[test]
fn closing_a_channel_has_no_answer() {
    let mut close = whole(2, 2, &request(452, Body::Empty));
    close[..3].copy_from_slice(b"CLO");
    assert_eq!(heard(&[(A, &close)]).operations, ["A: CloseSession CloseSecureChannel (i=452) -> unseen"]);
}

#[test]
fn a_certificate_is_told_by_its_subject() {
    assert_eq!(common_name(&certificate()), Some("STS07"));
    for end in 0..certificate().len() {
        assert_eq!(common_name(&certificate()[..end]), None);
    }
}
