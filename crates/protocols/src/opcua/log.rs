//! `opcua_binary.log` of CISA's ICSNPP package for OPC UA: a line a connection message, and one a request with its
//! answer, with what their chunks and headers say.
//!
//! The columns are those of `icsnpp-opcua-binary`. Its links into the logs of each service, which are not written here, stay
//! unset. The node id that a request's header begins with is the session's secret: it is masked where it is not null.

use super::builtin::{Blob, Identifier, NodeId, Text};
use super::channel;
use super::codec::{Decoder, Wire};
use super::messages::{Head, Message, RequestHeader, ResponseHeader};
use super::service::{SERVICE_FAULT, Service};
use super::wire::{
    AsymmetricHeader, Chunk, ChunkKind, ErrorMessage, HEADER_BYTES, Header, MessageType, Security,
};
use crate::Context;
use quaywatch_model::{Column, Kind, Log, LogLine, LogValues, Moment, Prefix, Scalars, Side, Value};
use std::fmt;

static LOG: Log = Log {
    name: "opcua_binary",
    prefix: Prefix::Connection,
    columns: &[
        Column::new("msg_type", Kind::String),
        Column::new("is_final", Kind::String),
        Column::new("total_size", Kind::Count),
        Column::new("error", Kind::Count),
        Column::new("reason", Kind::String),
        Column::new("version", Kind::Count),
        Column::new("rcv_buf_size", Kind::Count),
        Column::new("snd_buf_size", Kind::Count),
        Column::new("max_msg_size", Kind::Count),
        Column::new("max_chunk_cnt", Kind::Count),
        Column::new("endpoint_url", Kind::String),
        Column::new("sec_channel_id", Kind::CountSet),
        Column::new("sec_policy_uri_len", Kind::Int),
        Column::new("sec_policy_uri", Kind::String),
        Column::new("snd_cert_len", Kind::Int),
        Column::new("snd_cert", Kind::String),
        Column::new("rcv_cert_len", Kind::Int),
        Column::new("rcv_cert", Kind::String),
        Column::new("request_id", Kind::Count),
        Column::new("req_opcua_link_id", Kind::String),
        Column::new("req_msg_size", Kind::Count),
        Column::new("req_seq_number", Kind::Count),
        Column::new("req_encoding_mask", Kind::Count),
        Column::new("req_namespace_idx", Kind::Count),
        Column::new("req_identifier", Kind::Count),
        Column::new("req_identifier_str", Kind::String),
        Column::new("req_hdr_node_id_type", Kind::String),
        Column::new("req_hdr_node_id_namespace_idx", Kind::Count),
        Column::new("req_hdr_node_id_numeric", Kind::Count),
        Column::new("req_hdr_node_id_string", Kind::String),
        Column::new("req_hdr_node_id_guid", Kind::String),
        Column::new("req_hdr_node_id_opaque", Kind::String),
        Column::new("req_hdr_timestamp", Kind::Time),
        Column::new("req_hdr_request_handle", Kind::Count),
        Column::new("req_hdr_return_diag", Kind::Count),
        Column::new("req_hdr_audit_entry_id", Kind::String),
        Column::new("req_hdr_timeout_hint", Kind::Count),
        Column::new("req_hdr_add_hdr_type_id", Kind::Count),
        Column::new("req_hdr_add_hdr_enc_mask", Kind::Count),
        Column::new("res_opcua_link_id", Kind::String),
        Column::new("res_msg_size", Kind::Count),
        Column::new("res_seq_number", Kind::Count),
        Column::new("res_encoding_mask", Kind::Count),
        Column::new("res_namespace_idx", Kind::Count),
        Column::new("res_identifier", Kind::Count),
        Column::new("res_identifier_str", Kind::String),
        Column::new("res_hdr_timestamp", Kind::Time),
        Column::new("res_hdr_request_handle", Kind::Count),
        Column::new("status_code_link_id", Kind::String),
        Column::new("res_hdr_service_diag_encoding", Kind::Count),
        Column::new("res_hdr_add_hdr_type_id", Kind::Count),
        Column::new("res_hdr_add_hdr_enc_mask", Kind::Count),
    ],
};

/// What the chunks of a message say around it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Envelope {
    pub(super) message_type: MessageType,
    pub(super) channel: u32,
    /// All its chunks, headers included.
    pub(super) bytes: u32,
    /// Of the last chunk.
    pub(super) sequence: u32,
    pub(super) request_id: u32,
}

/// A request or a response: its envelope, and the message itself, for `OPN` in its chunk.
#[derive(Clone, Copy)]
pub(super) struct Sent<'a> {
    pub(super) envelope: Envelope,
    pub(super) bytes: &'a [u8],
}

/// What a line says; of most columns nothing.
#[derive(Default)]
struct Line<'a> {
    message_type: [u8; 3],
    kind: u8,
    size: u64,
    error: Option<ErrorMessage<'a>>,
    /// Protocol version and limits.
    numbers: Option<[u32; 5]>,
    endpoint_url: Option<Text<'a>>,
    channels: Channels,
    security: Option<AsymmetricHeader<'a>>,
    request_id: Option<u32>,
    request: Option<Half<'a>>,
    response: Option<Half<'a>>,
}

/// One side of an exchange.
struct Half<'a> {
    envelope: Envelope,
    message: Message<'a>,
}

/// The channels of a request and its answer: `OPN` asks on channel 0 and is answered on the new one.
#[derive(Default, Clone, Copy)]
struct Channels([Option<u32>; 2]);

/// A line of `HEL`, `ACK` or `ERR`, which have no channel yet.
pub(super) fn greeting(cx: &mut Context<'_>, from: Side, bytes: &[u8]) {
    let Some(header) = Header::decode(bytes).filter(|_| cx.wanted.logs) else { return };
    let mut reader = Decoder::new(bytes.get(HEADER_BYTES..).unwrap_or_default());
    let mut line = Line::of(header.message_type, header.kind, bytes.len() as u64);
    if header.message_type == MessageType::ERROR {
        line.error = Some(ErrorMessage::read(&mut reader, "error"));
    } else {
        // `ACK` has the same numbers and no URL.
        line.numbers = Some([(); 5].map(|()| u32::read(&mut reader, "limits")));
        let is_hello = header.message_type == MessageType::HELLO;
        line.endpoint_url = is_hello.then(|| Text::read(&mut reader, "EndpointUrl"));
    }
    let at = cx.now;
    line.tell(cx, at, from);
}

/// A line of a chunk that cannot be read: its header, and of `OPN` what secures it.
pub(super) fn sealed(cx: &mut Context<'_>, from: Side, bytes: usize, chunk: &Chunk<'_>) {
    if cx.wanted.logs {
        let mut line = Line::of(chunk.message_type, chunk.kind, bytes as u64);
        line.channels = Channels([Some(chunk.channel), None]);
        line.security = security(chunk);
        let at = cx.now;
        line.tell(cx, at, from);
    }
}

/// A line of a request, its answer, or both.
pub(super) fn exchange(
    cx: &mut Context<'_>,
    client: Side,
    request: Option<(Moment, Sent<'_>)>,
    response: Option<Sent<'_>>,
) {
    let Some(either) = request.map(|(_, sent)| sent).or(response).filter(|_| cx.wanted.logs) else { return };
    let sides = [request.map(|(_, sent)| sent), response];
    let opening = either.security();
    let line = Line {
        channels: Channels(sides.map(|sent| sent.map(|sent| sent.envelope.channel))),
        security: opening,
        request_id: Some(either.envelope.request_id),
        request: request.and_then(|(_, sent)| sent.half()),
        response: response.and_then(Sent::half),
        ..Line::of(
            either.envelope.message_type,
            ChunkKind::FINAL,
            sides.iter().flatten().map(|sent| u64::from(sent.envelope.bytes)).sum(),
        )
    };
    let at = request.map_or(cx.now, |(moment, _)| moment);
    line.tell(cx, at, client);
}

fn security<'a>(chunk: &Chunk<'a>) -> Option<AsymmetricHeader<'a>> {
    match chunk.security {
        Security::Asymmetric(header) => Some(header),
        Security::Symmetric(_) => None,
    }
}

impl<'a> Sent<'a> {
    fn chunk(self) -> Option<Chunk<'a>> {
        let is_opening = self.envelope.message_type == MessageType::OPEN;
        Chunk::decode(self.bytes).ok().filter(|_| is_opening)
    }

    fn security(self) -> Option<AsymmetricHeader<'a>> {
        security(&self.chunk()?)
    }

    fn half(self) -> Option<Half<'a>> {
        let body = match self.chunk() {
            Some(chunk) => channel::split(chunk.payload)?.1,
            None => self.bytes,
        };
        Some(Half { envelope: self.envelope, message: Message::decode(body)?.0 })
    }
}

impl<'a> Line<'a> {
    fn of(message_type: MessageType, kind: ChunkKind, size: u64) -> Self {
        Self { message_type: message_type.0, kind: kind.0, size, ..Self::default() }
    }

    fn tell(&self, cx: &mut Context<'_>, at: Moment, from: Side) {
        cx.log(&LogLine { log: &LOG, at, from, values: self });
    }
}

type Tell<'t> = dyn FnMut(Option<Value<'_>>) + 't;

impl LogValues for Line<'_> {
    fn each(&self, tell: &mut Tell<'_>) {
        let letters = |bytes: &[u8], tell: &mut Tell<'_>| tell(Some(Value::Shown(&bytes.escape_ascii())));
        letters(&self.message_type, tell);
        letters(&[self.kind], tell);
        tell(Some(Value::Unsigned(self.size)));
        tell(self.error.map(|error| count(error.error.0)));
        tell(self.error.map(|error| error.reason.value()));
        for place in 0..5 {
            tell(self.numbers.and_then(|numbers| numbers.get(place).copied()).map(count));
        }
        tell(self.endpoint_url.map(Text::value));
        tell(self.channels.0.iter().any(Option::is_some).then_some(Value::List(&self.channels)));
        self.security(tell);
        tell(self.request_id.map(count));
        self.request(tell);
        self.response(tell);
    }
}

impl Line<'_> {
    fn security(&self, tell: &mut Tell<'_>) {
        let length = |bytes: Option<&[u8]>| Value::Signed(bytes.map_or(-1, |bytes| bytes.len() as i64));
        tell(self.security.map(|security| length(security.security_policy_uri.0)));
        tell(self.security.map(|security| security.security_policy_uri.value()));
        for place in [0, 1] {
            let blob = self.security.map(|security| match place {
                0 => security.sender_certificate,
                _ => security.receiver_certificate_thumbprint,
            });
            tell(blob.map(|Blob(bytes)| length(bytes)));
            tell(blob.map(Blob::bytes).filter(|bytes| !bytes.is_empty()).map(Value::Bytes));
        }
    }

    fn request(&self, tell: &mut Tell<'_>) {
        message(self.request.as_ref(), tell);
        let header = self.request.as_ref().and_then(|half| match half.message.head {
            Head::Request(header) => Some(header),
            Head::Response(_) => None,
        });
        token(header.as_ref().map(|header| &header.authentication_token), tell);
        tell(header.and_then(|header| header.timestamp.timestamp()).map(|time| Value::Signed(time.nanos())));
        let each = |told: fn(&RequestHeader<'_>) -> u32| header.as_ref().map(told).map(count);
        tell(each(|header| header.request_handle));
        tell(each(|header| header.return_diagnostics));
        tell(header.map(|header| header.audit_entry_id.value()));
        tell(each(|header| header.timeout_hint));
        tell(each(|header| header.additional_header.type_id.standard_number().unwrap_or_default()));
        tell(each(|header| header.additional_header.encoding.into()));
    }

    fn response(&self, tell: &mut Tell<'_>) {
        message(self.response.as_ref(), tell);
        let header = self.response.as_ref().and_then(|half| match half.message.head {
            Head::Response(header) => Some(header),
            Head::Request(_) => None,
        });
        tell(header.and_then(|header| header.timestamp.timestamp()).map(|time| Value::Signed(time.nanos())));
        let each = |told: fn(&ResponseHeader<'_>) -> u32| header.as_ref().map(told).map(count);
        tell(each(|header| header.request_handle));
        tell(None);
        tell(each(|header| header.service_diagnostics.mask.into()));
        tell(each(|header| header.additional_header.type_id.standard_number().unwrap_or_default()));
        tell(each(|header| header.additional_header.encoding.into()));
    }
}

/// The columns that requests and responses have alike: the link, the envelope and the message's type.
fn message(half: Option<&Half<'_>>, tell: &mut Tell<'_>) {
    tell(None);
    tell(half.map(|half| count(half.envelope.bytes)));
    tell(half.map(|half| count(half.envelope.sequence)));
    let type_id = half.map(|half| &half.message.type_id);
    tell(type_id.map(|id| count(id.identifier.form().into())));
    tell(type_id.map(|id| count(id.namespace.into())));
    let number = type_id.and_then(NodeId::standard_number);
    tell(number.map(count));
    tell(number.map(Name).as_ref().map(|name| Value::Shown(name)));
}

/// The session's token: how it is written and where it is from are no secret, a null one neither.
fn token(token: Option<&NodeId<'_>>, tell: &mut Tell<'_>) {
    let form = token.map(|token| format!("0x{:02x}", token.identifier.form()));
    tell(form.as_deref().map(Value::Text));
    let identifier = token.map(|token| token.identifier);
    let has_namespace = !matches!(identifier, None | Some(Identifier::TwoByte(_)));
    tell(token.filter(|_| has_namespace).map(|token| count(token.namespace.into())));
    // A column of numbers cannot tell that something is masked.
    tell(token.and_then(NodeId::standard_number).filter(|&number| number == 0).map(count));
    let masked = |is_it: bool| is_it.then_some(Value::Secret);
    tell(masked(matches!(identifier, Some(Identifier::String(_)))));
    tell(masked(matches!(identifier, Some(Identifier::Guid(_)))));
    tell(masked(matches!(identifier, Some(Identifier::Opaque(_)))));
}

fn count(number: u32) -> Value<'static> {
    Value::Unsigned(number.into())
}

/// The name of a message's type: `ReadRequest`.
struct Name(u32);

impl fmt::Display for Name {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self(number) = *self;
        match Service::of_message(number) {
            Some((service, half)) => write!(f, "{}{half:?}", service.name()),
            None if number == SERVICE_FAULT => f.write_str("ServiceFault"),
            None => f.write_str("unknown"),
        }
    }
}

impl Scalars for Channels {
    fn each(&self, tell: &mut dyn FnMut(Value<'_>)) {
        let [first, second] = self.0;
        let second = second.filter(|_| second != first);
        first.into_iter().chain(second).for_each(|channel| tell(count(channel)));
    }
}
