//! Bytes as they come become messages of a secure channel, and messages become chunks (OPC 10000-6, 6.7 and 7.1). The
//! channel secures nothing: there is one policy, None, so nothing ages and no token expires.

use super::{MOST_CHUNKS, MOST_MESSAGE_BYTES, status};
use quaywatch_protocols::opcua::builtin::{Blob, StatusCode, Text};
use quaywatch_protocols::opcua::codec::{Decoder, Wire};
use quaywatch_protocols::opcua::wire::{
    Acknowledge, AsymmetricHeader, Chunk, ChunkKind, ErrorMessage, HEADER_BYTES, Header, Hello, MessageType,
    Security, SequenceHeader,
};

/// The policy that secures nothing.
pub(super) const POLICY: &str = "http://opcfoundation.org/UA/SecurityPolicy#None";
/// The longest chunk taken in and sent, in bytes.
const MOST_CHUNK_BYTES: u32 = 65_535;
/// The least that either side must take (OPC 10000-6, 7.1.2.3).
const LEAST_CHUNK_BYTES: u32 = 8_192;
/// What stands before a chunk's part of the message: header, channel, token, sequence header.
const CHUNK_HEAD_BYTES: usize = 24;
/// From here on a sequence number may begin anew, below the same distance from 0 (OPC 10000-6, 6.7.2.4).
const WRAP: u32 = 1_024;

/// What came out of the bytes.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Step {
    /// Nothing until more comes.
    Wait,
    /// A request to open or renew the channel.
    Open { request_id: u32, bytes: Vec<u8> },
    /// A whole message.
    Message { request_id: u32, bytes: Vec<u8> },
    /// The connection is over.
    Close,
}

/// One connection's framing.
#[derive(Debug)]
pub(super) struct Transport {
    /// The channel's number, which is the connection's.
    channel: u32,
    bytes: Vec<u8>,
    /// How much of `bytes` is done with.
    read: usize,
    /// What the client told about itself.
    client: Option<Client>,
    /// The channel's token, and how it was before it was renewed.
    tokens: Option<[u32; 2]>,
    last_received: Option<u32>,
    last_sent: u32,
    /// The message whose last chunk has not come.
    part: Option<Part>,
    closed: bool,
}

/// A client's limits, and how it calls the server.
#[derive(Debug)]
struct Client {
    url: String,
    chunk_bytes: usize,
    /// 0: any.
    message_bytes: usize,
    /// 0: any.
    chunks: usize,
}

#[derive(Debug)]
struct Part {
    request_id: u32,
    bytes: Vec<u8>,
    chunks: usize,
}

impl Transport {
    pub(super) const fn new(channel: u32) -> Self {
        Self {
            channel,
            bytes: Vec::new(),
            read: 0,
            client: None,
            tokens: None,
            last_received: None,
            last_sent: 0,
            part: None,
            closed: false,
        }
    }

    /// The URL by which the client reached the server.
    pub(super) fn url(&self) -> &str {
        self.client.as_ref().map_or("", |client| &client.url)
    }

    pub(super) const fn is_open(&self) -> bool {
        self.tokens.is_some()
    }

    /// How many bytes wait, of chunks and of messages.
    #[cfg(test)]
    pub(super) fn waiting(&self) -> usize {
        self.bytes.len() + self.part.as_ref().map_or(0, |part| part.bytes.len())
    }

    /// Takes in bytes as they came.
    pub(super) fn take_in(&mut self, bytes: &[u8]) {
        if !self.closed {
            self.bytes.extend_from_slice(bytes);
        }
    }

    /// Reads on, and appends to `out` what the transport itself answers.
    pub(super) fn next(&mut self, out: &mut Vec<u8>) -> Step {
        while !self.closed {
            let rest = self.bytes.get(self.read..).unwrap_or_default();
            let length = match Header::decode(rest).map(|header| length(&header)) {
                Some(Err(error)) => return self.fail(error, out),
                Some(Ok(length)) if length <= rest.len() => length,
                _ => {
                    self.bytes.drain(..self.read);
                    self.read = 0;
                    return Step::Wait;
                }
            };
            let chunk = rest.get(..length).unwrap_or_default().to_vec();
            self.read += length;
            match self.chunk(&chunk, out) {
                Ok(None) => {}
                Ok(Some(step)) => return step,
                Err(error) => return self.fail(error, out),
            }
        }
        self.close()
    }

    /// Tells the client why it is left alone from now on (OPC 10000-6, 7.1.2.5).
    pub(super) fn fail(&mut self, error: StatusCode, out: &mut Vec<u8>) -> Step {
        let message = ErrorMessage { error, reason: Text::new(error.name()) };
        out.extend(Header::encode(MessageType::ERROR, ChunkKind::FINAL, |to| message.write(to)));
        self.close()
    }

    fn close(&mut self) -> Step {
        (self.bytes, self.part, self.closed) = (Vec::new(), None, true);
        Step::Close
    }

    fn chunk(&mut self, bytes: &[u8], out: &mut Vec<u8>) -> Result<Option<Step>, StatusCode> {
        let invalid = Err(status::BAD_TCP_MESSAGE_TYPE_INVALID);
        match Header::decode(bytes).map(|header| header.message_type) {
            Some(MessageType::HELLO) if self.client.is_none() => self.greet(bytes, out).map(|()| None),
            Some(MessageType::OPEN | MessageType::MESSAGE | MessageType::CLOSE) if self.client.is_some() => {
                self.secured(bytes)
            }
            _ => invalid,
        }
    }

    fn greet(&mut self, bytes: &[u8], out: &mut Vec<u8>) -> Result<(), StatusCode> {
        let mut from = Decoder::new(bytes.get(HEADER_BYTES..).unwrap_or_default());
        let hello = Hello::read(&mut from, "Hello");
        from.finish().map_err(|_| status::BAD_DECODING_ERROR)?;
        if hello.receive_buffer_size.min(hello.send_buffer_size) < LEAST_CHUNK_BYTES {
            return Err(status::BAD_CONNECTION_REJECTED);
        }
        let send_buffer_size = hello.receive_buffer_size.min(MOST_CHUNK_BYTES);
        self.client = Some(Client {
            url: String::from_utf8_lossy(hello.endpoint_url.bytes()).into_owned(),
            chunk_bytes: send_buffer_size as usize,
            message_bytes: hello.max_message_size as usize,
            chunks: hello.max_chunk_count as usize,
        });
        let acknowledge = Acknowledge {
            protocol_version: 0,
            receive_buffer_size: hello.send_buffer_size.min(MOST_CHUNK_BYTES),
            send_buffer_size,
            max_message_size: MOST_MESSAGE_BYTES as u32,
            max_chunk_count: MOST_CHUNKS as u32,
        };
        out.extend(Header::encode(MessageType::ACKNOWLEDGE, ChunkKind::FINAL, |to| acknowledge.write(to)));
        Ok(())
    }

    fn secured(&mut self, bytes: &[u8]) -> Result<Option<Step>, StatusCode> {
        let chunk = Chunk::decode(bytes).map_err(|_| status::BAD_DECODING_ERROR)?;
        let opens = match chunk.security {
            // Who opens a channel does not know its number yet.
            Security::Asymmetric(_) if chunk.channel != 0 && chunk.channel != self.channel => {
                return Err(status::BAD_TCP_SECURE_CHANNEL_UNKNOWN);
            }
            Security::Asymmetric(header) if header.security_policy_uri != Text::new(POLICY) => {
                return Err(status::BAD_SECURITY_POLICY_REJECTED);
            }
            Security::Asymmetric(_) => true,
            Security::Symmetric(token) => match self.tokens {
                Some(tokens) if chunk.channel == self.channel && tokens.contains(&token) => false,
                Some(_) if chunk.channel == self.channel => {
                    return Err(status::BAD_SECURE_CHANNEL_TOKEN_UNKNOWN);
                }
                _ => return Err(status::BAD_TCP_SECURE_CHANNEL_UNKNOWN),
            },
        };
        let mut from = Decoder::new(chunk.payload);
        let sequence = SequenceHeader::read(&mut from, "SequenceHeader");
        let body = from.left();
        from.flaw().map_or(Ok(()), |_| Err(status::BAD_DECODING_ERROR))?;
        self.follows(sequence.sequence_number)?;
        if chunk.message_type == MessageType::CLOSE {
            return Ok(Some(self.close()));
        }
        let joined = self.join(chunk.kind, sequence.request_id, body)?;
        Ok(joined.map(|Part { request_id, bytes, .. }| match opens {
            true => Step::Open { request_id, bytes },
            false => Step::Message { request_id, bytes },
        }))
    }

    /// Demands that a chunk is the one after the last.
    fn follows(&mut self, number: u32) -> Result<(), StatusCode> {
        match self.last_received.replace(number) {
            Some(last) if last.wrapping_add(1) != number && !(last > u32::MAX - WRAP && number < WRAP) => {
                Err(status::BAD_SEQUENCE_NUMBER_INVALID)
            }
            _ => Ok(()),
        }
    }

    /// Joins the chunks of a message. A message is sent whole before the next one begins.
    fn join(&mut self, kind: ChunkKind, request_id: u32, body: &[u8]) -> Result<Option<Part>, StatusCode> {
        let mut part = self.part.take().unwrap_or(Part { request_id, bytes: Vec::new(), chunks: 0 });
        if part.request_id != request_id {
            return Err(status::BAD_DECODING_ERROR);
        }
        part.chunks += 1;
        if part.chunks > MOST_CHUNKS || part.bytes.len() + body.len() > MOST_MESSAGE_BYTES {
            return Err(status::BAD_TCP_MESSAGE_TOO_LARGE);
        }
        part.bytes.extend_from_slice(body);
        match kind {
            ChunkKind::FINAL => return Ok(Some(part)),
            ChunkKind::CONTINUED => self.part = Some(part),
            // Given up by the client.
            _ => {}
        }
        Ok(None)
    }

    /// Makes the next token valid, and the last one for as long as the client needs to learn of it.
    pub(super) fn renew(&mut self) -> u32 {
        let [last, _] = self.tokens.unwrap_or_default();
        let token = last.wrapping_add(1).max(1);
        self.tokens = Some([token, last.max(1)]);
        token
    }

    /// Whether the client takes a message of this length.
    pub(super) fn fits(&self, bytes: usize) -> bool {
        let Some(client) = &self.client else { return false };
        let within = |count: usize, most: usize| most == 0 || count <= most;
        bytes <= MOST_MESSAGE_BYTES
            && within(bytes, client.message_bytes)
            && within(
                bytes.div_ceil(client.chunk_bytes.saturating_sub(CHUNK_HEAD_BYTES).max(1)),
                client.chunks,
            )
    }

    /// Appends the answer to a request that opens or renews the channel.
    pub(super) fn send_opened(&mut self, request_id: u32, message: &[u8], out: &mut Vec<u8>) {
        let nothing = Blob(None);
        let security = Security::Asymmetric(AsymmetricHeader {
            security_policy_uri: Text::new(POLICY),
            sender_certificate: nothing,
            receiver_certificate_thumbprint: nothing,
        });
        self.send_chunk(MessageType::OPEN, ChunkKind::FINAL, security, (request_id, message), out);
    }

    /// Appends a message, in as many chunks as it takes.
    pub(super) fn send(&mut self, request_id: u32, message: &[u8], out: &mut Vec<u8>) {
        let Some([token, _]) = self.tokens else { return };
        let room = self.client.as_ref().map_or(0, |client| client.chunk_bytes);
        let mut pieces = message.chunks(room.saturating_sub(CHUNK_HEAD_BYTES).max(1)).peekable();
        while let Some(piece) = pieces.next() {
            let kind = if pieces.peek().is_some() { ChunkKind::CONTINUED } else { ChunkKind::FINAL };
            self.send_chunk(MessageType::MESSAGE, kind, Security::Symmetric(token), (request_id, piece), out);
        }
    }

    fn send_chunk(
        &mut self,
        message_type: MessageType,
        kind: ChunkKind,
        security: Security<'_>,
        (request_id, body): (u32, &[u8]),
        out: &mut Vec<u8>,
    ) {
        self.last_sent = if self.last_sent > u32::MAX - WRAP { 1 } else { self.last_sent + 1 };
        let mut payload = Vec::new();
        SequenceHeader { sequence_number: self.last_sent, request_id }.write(&mut payload);
        payload.extend_from_slice(body);
        out.extend(Chunk { message_type, kind, channel: self.channel, security, payload: &payload }.encode());
    }
}

/// How long the chunk is that this header begins, if it is one that a client may send.
fn length(header: &Header) -> Result<usize, StatusCode> {
    let is_ours = matches!(
        header.message_type,
        MessageType::HELLO | MessageType::OPEN | MessageType::MESSAGE | MessageType::CLOSE
    );
    if is_ours && header.size > MOST_CHUNK_BYTES {
        return Err(status::BAD_TCP_MESSAGE_TOO_LARGE);
    }
    header.plausible_size().filter(|_| is_ours).ok_or(status::BAD_TCP_MESSAGE_TYPE_INVALID)
}
