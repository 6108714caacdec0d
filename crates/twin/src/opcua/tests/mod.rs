mod connection;
mod items;
mod nodes;
mod properties;
mod refusals;
mod subscriptions;
mod values;

use super::OpcUa;
use super::transport::POLICY;
use crate::{After, Plc, Program, Session};
use quaywatch_crane::{Value, find};
use quaywatch_model::Timestamp;
use quaywatch_protocols::opcua::builtin::{
    Blob, DateTime, ExtensionObject, Identifier, LocalizedText, NodeId, QualifiedName, StatusCode, Text,
};
use quaywatch_protocols::opcua::codec::{Array, Flag, Wire};
use quaywatch_protocols::opcua::messages::*;
use quaywatch_protocols::opcua::variant::{DataValue, Scalar, Variant};
use quaywatch_protocols::opcua::wire::{
    AsymmetricHeader, Chunk, ChunkKind, Header, Hello, MessageType, Security, SequenceHeader,
};

/// 2026-11-30 22:15:00.
const BEGIN: i64 = 1_796_076_900_000_000_000;
const MS: i64 = 1_000_000;
const URL: &str = "opc.tcp://sts07:4840";

/// A client, what it is connected to, and what time it is there.
struct Client {
    session: OpcUa,
    plc: Plc,
    now: Timestamp,
    token: NodeId<'static>,
    tokens: u32,
    /// The number of its last chunk and request.
    last: u32,
    sent: Vec<Vec<u8>>,
    out: Vec<u8>,
}

/// The code of an `ERR`, or the whole message of a `MSG` or `OPN`.
#[derive(Debug, PartialEq, Eq)]
enum Heard {
    Acknowledged,
    Error(u32),
    Message(Vec<u8>),
}

impl Client {
    fn new() -> Self {
        Self {
            session: OpcUa::new(7, Timestamp::from_nanos(BEGIN - 1_000_000_000)),
            plc: Plc::new("STS07", Program::default()),
            now: Timestamp::from_nanos(BEGIN),
            token: NodeId::default(),
            tokens: 1,
            last: 0,
            sent: Vec::new(),
            out: Vec::new(),
        }
    }

    /// A client that was greeted, with these limits of its chunks and messages, and has an open channel.
    fn open(chunk_bytes: u32, message_bytes: u32) -> Self {
        let mut client = Self::new();
        assert_eq!(client.send(&hello(chunk_bytes, message_bytes)), [Heard::Acknowledged]);
        assert!(matches!(client.send_open(0, 1)[..], [Heard::Message(_)]));
        client
    }

    /// A client with an active session.
    fn connected() -> Self {
        let mut client = Self::open(65_535, 0);
        client.create();
        client.ask(467, activate(ExtensionObject::default())).unwrap();
        client
    }

    fn create(&mut self) {
        let bytes = self.ask(461, create_session()).unwrap();
        let Body::CreateSessionResponse(created) = body(&bytes) else { panic!("{bytes:?}") };
        let Identifier::Numeric(token) = created.authentication_token.identifier else { panic!() };
        self.token = NodeId { namespace: 1, identifier: Identifier::Numeric(token) };
    }

    fn send(&mut self, bytes: &[u8]) -> Vec<Heard> {
        self.sent.push(bytes.to_vec());
        let mut out = Vec::new();
        let after = self.session.input(&mut self.plc, self.now, bytes, &mut out);
        let heard = heard(&out);
        let failed = matches!(heard.last(), Some(Heard::Error(_)));
        assert_eq!(failed, after == After::Close, "{heard:?}");
        self.out.extend(out);
        heard
    }

    fn send_open(&mut self, request_type: i32, security_mode: i32) -> Vec<Heard> {
        let asked = Body::OpenSecureChannelRequest(OpenSecureChannelRequest {
            client_protocol_version: 0,
            request_type,
            security_mode,
            client_nonce: Blob(None),
            requested_lifetime: 1,
        });
        let message = self.message(446, asked);
        let chunk = self.chunk(MessageType::OPEN, ChunkKind::FINAL, &message);
        self.send(&chunk)
    }

    fn message(&self, type_id: u16, body: Body<'_>) -> Vec<u8> {
        let header = RequestHeader {
            authentication_token: self.token,
            timestamp: DateTime::of(self.now),
            request_handle: self.last + 100,
            return_diagnostics: 0,
            audit_entry_id: Text(None),
            timeout_hint: 0,
            additional_header: ExtensionObject::default(),
        };
        Message { type_id: NodeId::standard(type_id), head: Head::Request(header), body }.encode()
    }

    fn chunk(&mut self, message_type: MessageType, kind: ChunkKind, body: &[u8]) -> Vec<u8> {
        self.last += 1;
        self.chunk_of(message_type, kind, self.last, body)
    }

    fn chunk_of(&self, message_type: MessageType, kind: ChunkKind, request_id: u32, body: &[u8]) -> Vec<u8> {
        let mut payload = Vec::new();
        SequenceHeader { sequence_number: self.last, request_id }.write(&mut payload);
        payload.extend_from_slice(body);
        let (security, channel) = match message_type {
            MessageType::OPEN => (Security::Asymmetric(security(POLICY)), 0),
            _ => (Security::Symmetric(self.tokens), 7),
        };
        Chunk { message_type, kind, channel, security, payload: &payload }.encode()
    }

    /// Sends a request.
    fn say(&mut self, type_id: u16, body: Body<'_>) -> Vec<Heard> {
        let message = self.message(type_id, body);
        let chunk = self.chunk(MessageType::MESSAGE, ChunkKind::FINAL, &message);
        self.send(&chunk)
    }

    /// The one answer to a request, or the code it is refused with as a whole.
    fn ask(&mut self, type_id: u16, body: Body<'_>) -> Result<Vec<u8>, u32> {
        let heard = self.say(type_id, body);
        let [Heard::Message(message)] = &heard[..] else { panic!("{heard:?}") };
        answered(message)
    }

    /// Time passes; what is said unasked.
    fn pass(&mut self, milliseconds: i64) -> Vec<Vec<u8>> {
        self.now = Timestamp::from_nanos(self.now.nanos() + milliseconds * MS);
        let mut out = Vec::new();
        assert_eq!(self.session.due(&mut self.plc, self.now, &mut out), After::Open);
        let messages = heard(&out).into_iter().map(|heard| match heard {
            Heard::Message(message) => message,
            other => panic!("{other:?}"),
        });
        messages.collect()
    }

    fn set(&mut self, name: &str, value: Value) {
        self.plc.image.set(find(name).unwrap(), &value).unwrap();
    }

    fn get(&self, name: &str) -> Value {
        self.plc.image.get(find(name).unwrap())
    }

    /// The results of reading attributes, one after the other.
    fn read(&mut self, asked: &[ReadValueId<'_>], then: impl FnOnce(&[DataValue<'_>])) {
        let bytes = self.ask(631, read(asked, 2)).unwrap();
        let Body::ReadResponse(response) = body(&bytes) else { panic!("{bytes:?}") };
        then(&response.results.iter().collect::<Vec<_>>());
    }
}

/// The message, unless it refuses.
fn answered(message: &[u8]) -> Result<Vec<u8>, u32> {
    let (decoded, whole) = Message::decode(message).unwrap();
    assert_eq!(whole, Ok(()));
    let Head::Response(header) = decoded.head else { panic!("{decoded:?}") };
    match header.service_result.0 {
        0 => Ok(message.to_vec()),
        error => {
            assert_eq!(decoded.type_id.standard_number(), Some(397));
            Err(error >> 16)
        }
    }
}

fn body(message: &[u8]) -> Body<'_> {
    Message::decode(message).unwrap().0.body
}

/// All that was said, with chunks put together.
fn heard(mut bytes: &[u8]) -> Vec<Heard> {
    let (mut heard, mut part) = (Vec::new(), Vec::new());
    while let Some(header) = Header::decode(bytes) {
        let (chunk, rest) = bytes.split_at(header.plausible_size().unwrap());
        bytes = rest;
        match header.message_type {
            MessageType::ACKNOWLEDGE => heard.push(Heard::Acknowledged),
            MessageType::ERROR => {
                heard.push(Heard::Error(u32::from_le_bytes(chunk[8..12].try_into().unwrap()) >> 16));
            }
            _ => {
                part.extend_from_slice(&Chunk::decode(chunk).unwrap().payload[8..]);
                if header.kind == ChunkKind::FINAL {
                    heard.push(Heard::Message(std::mem::take(&mut part)));
                }
            }
        }
    }
    assert!(bytes.is_empty() && part.is_empty());
    heard
}

fn security(policy: &str) -> AsymmetricHeader<'_> {
    AsymmetricHeader {
        security_policy_uri: Text::new(policy),
        sender_certificate: Blob(None),
        receiver_certificate_thumbprint: Blob(None),
    }
}

fn hello(chunk_bytes: u32, max_message_size: u32) -> Vec<u8> {
    let hello = Hello {
        protocol_version: 0,
        receive_buffer_size: chunk_bytes,
        send_buffer_size: 65_535,
        max_message_size,
        max_chunk_count: 0,
        endpoint_url: Text::new(URL),
    };
    Header::encode(MessageType::HELLO, ChunkKind::FINAL, |to| hello.write(to))
}

fn create_session() -> Body<'static> {
    Body::CreateSessionRequest(CreateSessionRequest {
        client_description: ApplicationDescription {
            application_uri: Text::new("urn:client"),
            product_uri: Text(None),
            application_name: LocalizedText::default(),
            application_type: 1,
            gateway_server_uri: Text(None),
            discovery_profile_uri: Text(None),
            discovery_urls: Array::NULL,
        },
        server_uri: Text(None),
        endpoint_url: Text::new(URL),
        session_name: Text::new("test"),
        client_nonce: Blob(None),
        client_certificate: Blob(None),
        requested_session_timeout: f64::NAN,
        max_response_message_size: 0,
    })
}

fn activate(user_identity_token: ExtensionObject<'_>) -> Body<'_> {
    let signature = SignatureData { algorithm: Text(None), signature: Blob(None) };
    Body::ActivateSessionRequest(ActivateSessionRequest {
        client_signature: signature,
        client_software_certificates: Array::NULL,
        locale_ids: Array::NULL,
        user_identity_token,
        user_token_signature: signature,
    })
}

/// A node of the crane's: `STS07/Load/Net`.
const fn node(name: &str) -> NodeId<'_> {
    NodeId { namespace: 2, identifier: Identifier::String(Text::new(name)) }
}

const fn attribute(node_id: NodeId<'_>, attribute_id: u32) -> ReadValueId<'_> {
    let data_encoding = QualifiedName { namespace: 0, name: Text(None) };
    ReadValueId { node_id, attribute_id, index_range: Text(None), data_encoding }
}

/// The value of a node of the crane's.
const fn value(name: &str) -> ReadValueId<'_> {
    attribute(node(name), 13)
}

fn read<'a>(asked: &'a [ReadValueId<'a>], timestamps_to_return: i32) -> Body<'a> {
    Body::ReadRequest(ReadRequest { max_age: 0.0, timestamps_to_return, nodes_to_read: Array::of(asked) })
}

fn write_value<'a>(node_id: NodeId<'a>, value: &'a Scalar<'a>) -> WriteValue<'a> {
    let value = DataValue::good(Variant::one(value));
    WriteValue { node_id, attribute_id: 13, index_range: Text(None), value }
}

/// The statuses of a response that is nothing else.
fn statuses(message: &[u8]) -> Vec<u32> {
    let results = match body(message) {
        Body::WriteResponse(it)
        | Body::DeleteSubscriptionsResponse(it)
        | Body::SetPublishingModeResponse(it) => it,
        Body::SetMonitoringModeResponse(it) | Body::DeleteMonitoredItemsResponse(it) => it,
        other => panic!("{other:?}"),
    };
    results.results.iter().map(|StatusCode(code)| code >> 16).collect()
}
