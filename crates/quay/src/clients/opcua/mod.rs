//! A client that speaks OPC UA without security: opens a channel and a session, then one service after another; what it
//! subscribes to is published until it leaves (OPC 10000-4, clause 5; OPC 10000-6, clauses 6.7 and 7.1).

mod requests;

use super::walk::Walk;
use super::{Plan, Step};
use crate::lan::later;
use crate::party::{Next, Party, Scene};
use quaywatch_crane::{Kind, Tag, Value};
use quaywatch_model::Timestamp;
use quaywatch_protocols::opcua::builtin::{
    Blob, DateTime, ExtensionObject, Identifier, LocalizedText, NodeId, Text,
};
use quaywatch_protocols::opcua::codec::{Array, Decoder, Flag, Wire};
use quaywatch_protocols::opcua::messages::{
    ActivateSessionRequest, AnonymousIdentityToken, ApplicationDescription, Body, CloseSessionRequest,
    CreateSessionRequest, Head, Message, OpenSecureChannelRequest, RequestHeader, SignatureData,
    SubscriptionAcknowledgement, UserNameIdentityToken, encodings,
};
use quaywatch_protocols::opcua::wire::{
    AsymmetricHeader, Chunk, ChunkKind, HEADER_BYTES, Header, Hello, MessageType, Security, SequenceHeader,
};
use std::time::Duration;

/// As who a client logs in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Login {
    /// As nobody.
    Anonymous,
    /// With a name and a password, which goes over the wire in clear.
    User(String, String),
}

/// Something a client does. Nodes are the crane's, by their text: `STS07/Hoist/Pos`.
#[derive(Debug, Clone, PartialEq)]
pub enum Deed {
    /// Asks how the server can be reached.
    Endpoints,
    /// Shows itself as somebody else.
    LogIn(Login),
    /// Asks what is below a node; below `Objects` where the text is empty.
    Browse(String),
    /// Asks what is below `Objects`, and below all that is there.
    BrowseAll,
    /// Reads these nodes' values.
    Read(Vec<String>),
    /// Writes values together.
    Write(Vec<(String, Value, Kind)>),
    /// Calls a method of an object, with a switch or nothing.
    Call(String, String, Option<bool>),
    /// Lets these nodes' values be published at this interval, in milliseconds.
    Subscribe(Vec<String>, f64),
}

/// A tag's node.
#[must_use]
pub fn node(crane: &str, tag: &Tag) -> String {
    format!("{crane}/{}", tag.name.replace('.', "/"))
}

const POLICY: &str = "http://opcfoundation.org/UA/SecurityPolicy#None";
const CRANE: u16 = 2;
const BUFFER_BYTES: u32 = 65_535;
/// So many requests to publish wait at the server.
const WAITING: u32 = 2;
/// From 1601, where the time of OPC UA begins, to 1970, in its tenths of a microsecond.
const EPOCH: i64 = 11_644_473_600 * 10_000_000;

/// The services' requests, by the number of their encoding.
mod request {
    pub(super) const ENDPOINTS: u16 = 428;
    pub(super) const OPEN: u16 = 446;
    pub(super) const CREATE_SESSION: u16 = 461;
    pub(super) const ACTIVATE: u16 = 467;
    pub(super) const CLOSE_SESSION: u16 = 473;
    pub(super) const BROWSE: u16 = 527;
    pub(super) const READ: u16 = 631;
    pub(super) const WRITE: u16 = 673;
    pub(super) const CALL: u16 = 712;
    pub(super) const CREATE_ITEMS: u16 = 751;
    pub(super) const CREATE_SUBSCRIPTION: u16 = 787;
    pub(super) const PUBLISH: u16 = 826;
}

/// The client.
pub struct Client {
    login: Login,
    plan: Plan<Deed>,
    heard: Vec<u8>,
    /// The chunks of a message that is not whole.
    part: Vec<u8>,
    stage: Stage,
    url: String,
    channel: u32,
    token: u32,
    /// What its session shows: namespace and number.
    session: (u16, u32),
    sequence: u32,
    subscription: Option<u32>,
    walk: Option<Walk>,
    now: Timestamp,
    /// Until then nothing more is done, whatever is published.
    rests_until: Timestamp,
}

/// How far it is.
#[derive(Debug, Clone, PartialEq)]
enum Stage {
    Silent,
    Greeting,
    Opening,
    Creating,
    Activating,
    /// An answer will end what it does.
    Asked,
    /// These nodes are to be watched when there is a subscription.
    Subscribing(Vec<String>),
    Watching,
    Free,
    /// Nothing more is done: what is published is acknowledged.
    Done,
}

impl Client {
    /// A client that logs in so and has this plan.
    #[must_use]
    pub fn new(login: Login, plan: Plan<Deed>) -> Self {
        Self {
            login,
            plan,
            heard: Vec::new(),
            part: Vec::new(),
            stage: Stage::Silent,
            url: "opc.tcp://crane:4840".to_owned(),
            channel: 0,
            token: 0,
            session: (0, 0),
            sequence: 0,
            subscription: None,
            walk: None,
            now: Timestamp::from_nanos(0),
            rests_until: Timestamp::from_nanos(0),
        }
    }

    fn greet(&self, say: &mut Vec<u8>) {
        let hello = Hello {
            protocol_version: 0,
            receive_buffer_size: BUFFER_BYTES,
            send_buffer_size: BUFFER_BYTES,
            max_message_size: 0,
            max_chunk_count: 0,
            endpoint_url: Text::new(&self.url),
        };
        say.extend(Header::encode(MessageType::HELLO, ChunkKind::FINAL, |to| hello.write(to)));
    }

    fn ask(&mut self, type_id: u16, body: Body<'_>, say: &mut Vec<u8>) {
        let (namespace, number) = self.session;
        let nobody = NodeId::default();
        let token = NodeId { namespace, identifier: Identifier::Numeric(number) };
        let header = RequestHeader {
            authentication_token: if number == 0 { nobody } else { token },
            timestamp: DateTime(self.now.nanos() / 100 + EPOCH),
            request_handle: self.sequence + 1,
            return_diagnostics: 0,
            audit_entry_id: Text(None),
            timeout_hint: 10_000,
            additional_header: ExtensionObject::default(),
        };
        let message = Message { type_id: NodeId::standard(type_id), head: Head::Request(header), body };
        let opens = type_id == request::OPEN;
        let kind = if opens { MessageType::OPEN } else { MessageType::MESSAGE };
        self.chunk(kind, &message.encode(), say);
    }

    fn chunk(&mut self, message_type: MessageType, body: &[u8], say: &mut Vec<u8>) {
        self.sequence += 1;
        let mut payload = Vec::new();
        let (sequence_number, request_id) = (self.sequence, self.sequence);
        SequenceHeader { sequence_number, request_id }.write(&mut payload);
        payload.extend_from_slice(body);
        let security = match message_type {
            MessageType::OPEN => Security::Asymmetric(AsymmetricHeader {
                security_policy_uri: Text::new(POLICY),
                sender_certificate: Blob(None),
                receiver_certificate_thumbprint: Blob(None),
            }),
            _ => Security::Symmetric(self.token),
        };
        let (kind, channel) = (ChunkKind::FINAL, self.channel);
        say.extend(Chunk { message_type, kind, channel, security, payload: &payload }.encode());
    }

    fn open(&mut self, say: &mut Vec<u8>) {
        let body = OpenSecureChannelRequest {
            client_protocol_version: 0,
            request_type: 0,
            security_mode: 1,
            client_nonce: Blob(None),
            requested_lifetime: 3_600_000,
        };
        self.ask(request::OPEN, Body::OpenSecureChannelRequest(body), say);
        self.stage = Stage::Opening;
    }

    fn create_session(&mut self, say: &mut Vec<u8>) {
        let url = self.url.clone();
        let nothing = Text(None);
        let body = CreateSessionRequest {
            client_description: ApplicationDescription {
                application_uri: Text::new("urn:crane:management"),
                product_uri: Text::new("urn:crane:management"),
                application_name: LocalizedText::new("Crane management"),
                application_type: 1,
                gateway_server_uri: nothing,
                discovery_profile_uri: nothing,
                discovery_urls: Array::NULL,
            },
            server_uri: nothing,
            endpoint_url: Text::new(&url),
            session_name: Text::new("crane"),
            client_nonce: Blob(Some(&[0x2A; 32])),
            client_certificate: Blob(None),
            requested_session_timeout: 1.2e6,
            max_response_message_size: 0,
        };
        self.ask(request::CREATE_SESSION, Body::CreateSessionRequest(body), say);
        self.stage = Stage::Creating;
    }

    fn activate(&mut self, say: &mut Vec<u8>) {
        let mut token = Vec::new();
        let login = self.login.clone();
        let kind = match &login {
            Login::Anonymous => {
                AnonymousIdentityToken { policy_id: Text::new("anonymous") }.write(&mut token);
                encodings::ANONYMOUS_IDENTITY_TOKEN
            }
            Login::User(name, password) => {
                UserNameIdentityToken {
                    policy_id: Text::new("username"),
                    user_name: Text::new(name),
                    password: Blob(Some(password.as_bytes())),
                    encryption_algorithm: Text(None),
                }
                .write(&mut token);
                encodings::USER_NAME_IDENTITY_TOKEN
            }
        };
        let locales = [Text::new("en")];
        let unsigned = SignatureData { algorithm: Text(None), signature: Blob(None) };
        let body = ActivateSessionRequest {
            client_signature: unsigned,
            client_software_certificates: Array::NULL,
            locale_ids: Array::of(&locales),
            user_identity_token: ExtensionObject::standard(kind, &token),
            user_token_signature: unsigned,
        };
        self.ask(request::ACTIVATE, Body::ActivateSessionRequest(body), say);
        self.stage = Stage::Activating;
    }

    fn close(&mut self, say: &mut Vec<u8>) {
        let body = CloseSessionRequest { delete_subscriptions: Flag(1) };
        self.ask(request::CLOSE_SESSION, Body::CloseSessionRequest(body), say);
    }

    /// Reads a whole message, and goes on.
    fn answered(&mut self, bytes: &[u8], say: &mut Vec<u8>) {
        let Some((message, _)) = Message::decode(bytes) else { return };
        match (message.body, std::mem::replace(&mut self.stage, Stage::Free)) {
            (Body::PublishResponse(told), stage) => {
                self.stage = stage;
                let sequence_number = told.notification_message.sequence_number;
                // One that only says that the subscription is alive is not acknowledged.
                let news = !told.notification_message.notification_data.is_empty();
                let subscription_id = told.subscription_id;
                let acknowledged = SubscriptionAcknowledgement { subscription_id, sequence_number };
                self.publish(news.then_some(acknowledged), say);
            }
            (Body::OpenSecureChannelResponse(opened), _) => {
                self.channel = opened.security_token.channel_id;
                self.token = opened.security_token.token_id;
                self.create_session(say);
            }
            (Body::CreateSessionResponse(created), _) => {
                let token = created.authentication_token;
                let number = match token.identifier {
                    Identifier::TwoByte(number) => number.into(),
                    Identifier::FourByte(number) => number.into(),
                    Identifier::Numeric(number) => number,
                    _ => 0,
                };
                self.session = (token.namespace, number);
                self.activate(say);
            }
            (Body::CreateSubscriptionResponse(created), Stage::Subscribing(nodes)) => {
                self.subscription = Some(created.subscription_id);
                self.watch(&nodes, say);
            }
            (Body::BrowseResponse(told), _) => {
                self.walk.iter_mut().for_each(|walk| walk.learn(&told, CRANE));
                self.walk_on(say);
            }
            (Body::CreateMonitoredItemsResponse(_), _) => (0..WAITING).for_each(|_| self.publish(None, say)),
            _ => {}
        }
    }

    /// The next whole chunk of what was heard.
    fn next_chunk(&mut self) -> Option<Vec<u8>> {
        let size = Header::decode(&self.heard)?.size as usize;
        (size >= HEADER_BYTES && self.heard.len() >= size).then(|| self.heard.drain(..size).collect())
    }

    /// What a chunk brings. Whether the conversation goes on.
    fn take_in(&mut self, bytes: &[u8], say: &mut Vec<u8>) -> bool {
        match Header::decode(bytes).map(|header| header.message_type) {
            Some(MessageType::ACKNOWLEDGE) => self.open(say),
            Some(MessageType::OPEN | MessageType::MESSAGE) => {
                let Ok(chunk) = Chunk::decode(bytes) else { return false };
                let mut from = Decoder::new(chunk.payload);
                SequenceHeader::read(&mut from, "SequenceHeader");
                self.part.extend_from_slice(from.left());
                if chunk.kind == ChunkKind::FINAL {
                    let whole = std::mem::take(&mut self.part);
                    self.answered(&whole, say);
                }
            }
            _ => return false,
        }
        true
    }
}

impl Party for Client {
    fn turn(&mut self, heard: &[u8], scene: &mut Scene<'_>, say: &mut Vec<u8>) -> Next {
        self.now = scene.now;
        self.heard.extend_from_slice(heard);
        if self.stage == Stage::Silent {
            self.greet(say);
            self.stage = Stage::Greeting;
        }
        while let Some(chunk) = self.next_chunk() {
            if !self.take_in(&chunk, say) {
                return Next::Close;
            }
        }
        if self.stage != Stage::Free {
            return Next::Listen;
        }
        let left_ns = self.rests_until.since(self.now);
        if left_ns > 0 {
            return Next::Wake(Duration::from_nanos(left_ns.unsigned_abs()));
        }
        match (self.plan)(scene) {
            Step::Do(deed) => {
                self.begin(deed, say);
                Next::Listen
            }
            Step::Pause(pause) => {
                self.rests_until = later(self.now, i64::try_from(pause.as_nanos()).unwrap_or(i64::MAX));
                Next::Wake(pause)
            }
            Step::Close => {
                self.close(say);
                self.stage = Stage::Done;
                Next::Close
            }
            Step::Stay => {
                self.stage = Stage::Done;
                Next::Listen
            }
        }
    }
}
