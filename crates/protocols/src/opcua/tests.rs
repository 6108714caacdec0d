//! PDUs named `*_REAL` are from the capture `open62541_client-server_mainloop.pcap` of cisagov/icsnpp-opcua-binary
//! (BSD-3-Clause), as they were on the wire.

mod chunks;
mod encoding;
mod exchanges;
mod items;
mod logs;
mod roundtrips;
mod security;

use super::PROTOCOL;
use super::builtin::{DateTime, NodeId, StatusCode, Text};
use super::codec::{Array, Wire};
use super::messages::{Body, Head, Message, RequestHeader, ResponseHeader};
use super::wire::{Chunk, ChunkKind, MessageType, Security, SequenceHeader};
use crate::Transport;
use crate::testing::{Player, Recorder, play};
use quaywatch_model::Side;

const PORTS: [u16; 2] = [50_000, 4840];

fn hex(text: &str) -> Vec<u8> {
    let digits: Vec<u8> = text.bytes().filter(u8::is_ascii_hexdigit).collect();
    digits.chunks(2).map(|pair| u8::from_str_radix(std::str::from_utf8(pair).unwrap(), 16).unwrap()).collect()
}

fn heard(turns: &[(Side, &[u8])]) -> Recorder {
    play(&PROTOCOL, Transport::Tcp, PORTS, turns)
}

fn player() -> Player {
    Player::new(&PROTOCOL, Transport::Tcp, PORTS)
}

/// A time in 2020, which a header needs for its message to be believed.
const NOW: DateTime = DateTime(132_260_000_000_000_000);

/// The operation of a request of client A and its response.
fn exchange(asked: (u16, Body<'_>), answered: (u16, Body<'_>)) -> String {
    let (asked, answered) = (request(asked.0, asked.1), response(answered.0, answered.1));
    let heard = heard(&[(Side::A, &whole(1, 1, &asked)), (Side::B, &whole(1, 1, &answered))]);
    assert!(heard.problems.is_empty(), "{:?}", heard.problems);
    heard.operations[0].clone()
}

fn request(type_id: u16, body: Body<'_>) -> Vec<u8> {
    let header = RequestHeader {
        authentication_token: NodeId::default(),
        timestamp: NOW,
        request_handle: 7,
        return_diagnostics: 0,
        audit_entry_id: Text(None),
        timeout_hint: 5000,
        additional_header: Default::default(),
    };
    Message { type_id: NodeId::standard(type_id), head: Head::Request(header), body }.encode()
}

fn response_with(type_id: u16, service_result: StatusCode, body: Body<'_>) -> Vec<u8> {
    let header = ResponseHeader {
        timestamp: NOW,
        request_handle: 7,
        service_result,
        service_diagnostics: Default::default(),
        string_table: Array::NULL,
        additional_header: Default::default(),
    };
    Message { type_id: NodeId::standard(type_id), head: Head::Response(header), body }.encode()
}

fn response(type_id: u16, body: Body<'_>) -> Vec<u8> {
    response_with(type_id, StatusCode::GOOD, body)
}

/// A chunk of a `MSG` with its place in the channel, and perhaps a signature.
fn chunk(kind: ChunkKind, sequence_number: u32, request_id: u32, body: &[u8], signature: &[u8]) -> Vec<u8> {
    let mut payload = Vec::new();
    SequenceHeader { sequence_number, request_id }.write(&mut payload);
    payload.extend_from_slice(body);
    payload.extend_from_slice(signature);
    let security = Security::Symmetric(1);
    Chunk { message_type: MessageType::MESSAGE, kind, channel: 5, security, payload: &payload }.encode()
}

/// A message in one chunk without signature.
fn whole(sequence_number: u32, request_id: u32, body: &[u8]) -> Vec<u8> {
    chunk(ChunkKind::FINAL, sequence_number, request_id, body, &[])
}

const HELLO_REAL: &str = "
    48454c463800000000000000ffff0000ffff00000000000000000000180000006f70632e7463703a2f2f6c6f63616c686f73
    743a34383430";
const ACKNOWLEDGE_REAL: &str = "
    41434b461c00000000000000ffff0000ffff00000000000000000000";
const OPEN_REAL: &str = "
    4f504e4684000000000000002f000000687474703a2f2f6f7063666f756e646174696f6e2e6f72672f55412f536563757269
    7479506f6c696379234e6f6e65ffffffffffffffff01000000010000000100be0100004c4c064f2dd1d50100000000000000
    00ffffffff00000000000000000000000000000001000000ffffffffc0270900";
const OPENED_REAL: &str = "
    4f504e4687000000040000002f000000687474703a2f2f6f7063666f756e646174696f6e2e6f72672f55412f536563757269
    7479506f6c696379234e6f6e65ffffffffffffffff01000000010000000100c101ce710e4f2dd1d501000000000000000000
    ffffffff000000000000000400000004000000ba710e4f2dd1d501c0270900ffffffff";
const ACTIVATE_REAL: &str = "
    4d534746a1000000040000000400000004000000040000000100d3010401003912161546f36d34fecffcbfbacb4c14c0ec1e
    4f2dd1d5010500000000000000ffffffffc0270900000000ffffffffffffffffffffffffffffffff01004401013600000019
    0000006f70656e36323534312d757365726e616d652d706f6c6963790500000075736572310800000070617373776f7264ff
    ffffffffffffffffffffff";
const ACTIVATED_REAL: &str = "
    4d53474660000000040000000400000004000000040000000100d601fa31274f2dd1d501050000000000000000ffffffff00
    000020000000af823f28a4fd9fda7a4a82598c36a432fb0138ce7ca1f5d7b07e994f74aa2c0effffffffffffffff";
const WRITE_REAL: &str = "
    4d5347466d000000040000000400000015000000150000000100a1020401003912161546f36d34fecffcbfbacb4c14b28f93
    4f2dd1d5011600000000000000ffffffff00000000000000010000000301000a0000007468652e616e737765720d000000ff
    ffffff010601000000";
const WRITTEN_REAL: &str = "
    4d5347464000000004000000040000000b000000150000000100a402ac4c9b4f2dd1d501160000000000000000ffffffff00
    00000100000000003480ffffffff";
const PUBLISHED_REAL: &str = "
    4d5347465500000004000000040000000d0000000a00000001003d033658ba4f2dd1d5010b0000000000798000ffffffff00
    000000000000ffffffff00000000000000000000000000ffffffffffffffffffffffff";
const CALL_REAL: &str = "
    4d53474669000000040000000400000018000000180000000100c8020401003912161546f36d34fecffcbfbacb4c149279ba
    4f2dd1d5011900000000000000ffffffff0000000000000001000000005501014df4010000000c0c00000048656c6c6f2053
    6572766572";
const CALLED_REAL: &str = "
    4d5347464c000000040000000400000018000000180000000100cb02a095c24f2dd1d501190000000000000000ffffffff00
    00000100000000003480ffffffffffffffffffffffffffffffff";
const ADD_NODE_REAL: &str = "
    4d534746d100000004000000040000001b0000001b0000000100e8010401003912161546f36d34fecffcbfbacb4c14ce15d3
    4f2dd1d5011c00000000000000ffffffff0000000000000001000000005500230101000001000c0000005468654772656174
    4e6f646501000000010062010158000000000000000305000000656e2d55530f0000005468654e657747726561744e6f6465
    030500000064652d44452000000048696572206b6f656e6e7465204968726520576562756e672073746568656e2100000000
    00000000000101662f";
const ADDED_NODE_REAL: &str = "
    4d5347464400000004000000040000001b0000001b0000000100eb01ec3fdb4f2dd1d5011c0000000000000000ffffffff00
    00000100000000000000010136d2ffffffff";

/// A real session, cut down to what opens it and one write, a call and a new node.
fn real_session() -> Vec<(Side, Vec<u8>)> {
    let turns = [
        (Side::A, HELLO_REAL),
        (Side::B, ACKNOWLEDGE_REAL),
        (Side::A, OPEN_REAL),
        (Side::B, OPENED_REAL),
        (Side::A, ACTIVATE_REAL),
        (Side::B, ACTIVATED_REAL),
        (Side::A, WRITE_REAL),
        (Side::B, WRITTEN_REAL),
        (Side::A, CALL_REAL),
        (Side::B, CALLED_REAL),
        (Side::A, ADD_NODE_REAL),
        (Side::B, ADDED_NODE_REAL),
    ];
    turns.into_iter().map(|(side, text)| (side, hex(text))).collect()
}

fn borrowed(turns: &[(Side, Vec<u8>)]) -> Vec<(Side, &[u8])> {
    turns.iter().map(|(side, bytes)| (*side, bytes.as_slice())).collect()
}
