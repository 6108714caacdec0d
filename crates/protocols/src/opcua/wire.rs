//! Message chunks and connection messages: OPC UA Connection Protocol and Secure Conversation
//! (OPC 10000-6, 7.1 and 6.7.2). Layouts are on the folder's first page.

use super::builtin::{Blob, StatusCode, Text};
use super::codec::{Decoder, Flaw, Wire, structures};
use crate::Answer;

/// Type, chunk kind, size.
pub const HEADER_BYTES: usize = 8;
/// Where the size stands.
const SIZE_AT: usize = 4;
/// The longest chunk read, in bytes. Stacks negotiate 64 KiB as a rule; the standard sets no upper limit.
pub const MAX_CHUNK_BYTES: usize = 1 << 20;
/// The longest endpoint URL, server URI or reason, in bytes (OPC 10000-6, 7.1.2.3 to 7.1.2.6).
const MAX_TEXT_BYTES: usize = 4096;
/// An `ACK`: header and five numbers.
const ACKNOWLEDGE_BYTES: usize = 28;
/// A `MSG` with nothing in it: header, channel, token, sequence number, request id.
const EMPTY_MESSAGE_BYTES: usize = 24;
/// An `OPN` with nothing in it: header, channel, three lengths, sequence number, request id.
const EMPTY_OPEN_BYTES: usize = 32;

/// The three letters that a chunk begins with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct MessageType(
    /// The letters.
    pub [u8; 3],
);

impl MessageType {
    /// The client offers its limits and names the endpoint.
    pub const HELLO: Self = Self(*b"HEL");
    /// The server answers with its limits.
    pub const ACKNOWLEDGE: Self = Self(*b"ACK");
    /// The server gives up.
    pub const ERROR: Self = Self(*b"ERR");
    /// A server that opened the connection itself says who it is.
    pub const REVERSE_HELLO: Self = Self(*b"RHE");
    /// A secure channel is opened or renewed.
    pub const OPEN: Self = Self(*b"OPN");
    /// A secure channel is closed.
    pub const CLOSE: Self = Self(*b"CLO");
    /// A service's request or response.
    pub const MESSAGE: Self = Self(*b"MSG");

    /// The sizes a chunk of this type can have.
    const fn sizes(self) -> Option<(usize, usize)> {
        Some(match self {
            Self::HELLO => (32, 32 + MAX_TEXT_BYTES),
            Self::ACKNOWLEDGE => (ACKNOWLEDGE_BYTES, ACKNOWLEDGE_BYTES),
            Self::ERROR => (16, 16 + MAX_TEXT_BYTES),
            Self::REVERSE_HELLO => (16, 16 + 2 * MAX_TEXT_BYTES),
            Self::OPEN => (EMPTY_OPEN_BYTES, MAX_CHUNK_BYTES),
            Self::CLOSE | Self::MESSAGE => (EMPTY_MESSAGE_BYTES, MAX_CHUNK_BYTES),
            _ => return None,
        })
    }
}

/// Which chunk of its message this is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ChunkKind(
    /// The letter.
    pub u8,
);

impl ChunkKind {
    /// More follow.
    pub const CONTINUED: Self = Self(b'C');
    /// The last, or the only one.
    pub const FINAL: Self = Self(b'F');
    /// The last, and the message is not to be read.
    pub const ABORTED: Self = Self(b'A');
}

/// What every chunk begins with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Header {
    /// What it is.
    pub message_type: MessageType,
    /// Which chunk of its message.
    pub kind: ChunkKind,
    /// The size of the whole chunk, this header included.
    pub size: u32,
}

impl Header {
    /// The header at the start of `head`, if that many bytes are there.
    #[must_use]
    pub fn decode(head: &[u8]) -> Option<Self> {
        let &[a, b, c, kind, s0, s1, s2, s3] = head.first_chunk::<HEADER_BYTES>()?;
        let size = u32::from_le_bytes([s0, s1, s2, s3]);
        Some(Self { message_type: MessageType([a, b, c]), kind: ChunkKind(kind), size })
    }

    /// Writes a whole chunk: a header with the right size, then `body`.
    pub fn encode(message_type: MessageType, kind: ChunkKind, body: impl FnOnce(&mut Vec<u8>)) -> Vec<u8> {
        let mut bytes = message_type.0.to_vec();
        bytes.extend_from_slice(&[kind.0, 0, 0, 0, 0]);
        body(&mut bytes);
        let size = (bytes.len() as u32).to_le_bytes();
        if let Some(field) = bytes.get_mut(SIZE_AT..HEADER_BYTES) {
            field.copy_from_slice(&size);
        }
        bytes
    }

    /// The size, if it is one that a chunk of this type and kind can have.
    #[must_use]
    pub fn plausible_size(&self) -> Option<usize> {
        let (least, most) = self.message_type.sizes()?;
        let size = usize::try_from(self.size).ok()?;
        let kind_fits = match self.kind {
            ChunkKind::FINAL => true,
            ChunkKind::CONTINUED | ChunkKind::ABORTED => {
                matches!(self.message_type, MessageType::MESSAGE | MessageType::OPEN | MessageType::CLOSE)
            }
            _ => false,
        };
        (kind_fits && (least..=most).contains(&size)).then_some(size)
    }
}

/// Whether a chunk begins here: seven letters, four of them and a size that fits make it certain.
pub(super) fn begins(head: &[u8]) -> Answer {
    if let Some(header) = Header::decode(head) {
        return if header.plausible_size().is_some() { Answer::Certain } else { Answer::No };
    }
    const TYPES: [MessageType; 7] = [
        MessageType::MESSAGE,
        MessageType::HELLO,
        MessageType::ACKNOWLEDGE,
        MessageType::OPEN,
        MessageType::CLOSE,
        MessageType::ERROR,
        MessageType::REVERSE_HELLO,
    ];
    let could_be = |MessageType(letters): &MessageType| head.iter().zip(letters).all(|(a, b)| a == b);
    if TYPES.iter().any(could_be) { Answer::Unsure } else { Answer::No }
}

structures! {
    /// `HEL`: a client's limits and the endpoint it asks for (OPC 10000-6, 7.1.2.3).
    Hello<'a> {
        protocol_version: u32,
        receive_buffer_size: u32,
        send_buffer_size: u32,
        max_message_size: u32,
        max_chunk_count: u32,
        endpoint_url: Text<'a>,
    }
    /// `ACK`: a server's limits (OPC 10000-6, 7.1.2.4).
    Acknowledge {
        protocol_version: u32,
        receive_buffer_size: u32,
        send_buffer_size: u32,
        max_message_size: u32,
        max_chunk_count: u32,
    }
    /// `ERR`, and the body of an aborted message (OPC 10000-6, 7.1.2.5 and 6.7.3).
    ErrorMessage<'a> {
        error: StatusCode,
        reason: Text<'a>,
    }
    /// `RHE`: a server that opened the connection itself (OPC 10000-6, 7.1.2.6).
    ReverseHello<'a> {
        server_uri: Text<'a>,
        endpoint_url: Text<'a>,
    }
    /// What protects an `OPN` (OPC 10000-6, 6.7.2.3).
    AsymmetricHeader<'a> {
        security_policy_uri: Text<'a>,
        sender_certificate: Blob<'a>,
        receiver_certificate_thumbprint: Blob<'a>,
    }
    /// The chunk's place in the channel and the request it belongs to (OPC 10000-6, 6.7.2.4).
    SequenceHeader {
        sequence_number: u32,
        request_id: u32,
    }
}

/// A chunk of a secure conversation: `OPN`, `CLO` or `MSG`.
#[derive(Debug, Clone, Copy)]
pub struct Chunk<'a> {
    /// What it is.
    pub message_type: MessageType,
    /// Which chunk of its message.
    pub kind: ChunkKind,
    /// The secure channel; 0 in the request that opens one.
    pub channel: u32,
    /// What protects it.
    pub security: Security<'a>,
    /// All after the security header: sequence header, body, padding and signature, perhaps encrypted.
    pub payload: &'a [u8],
}

/// The security header of a chunk.
#[derive(Debug, Clone, Copy)]
pub enum Security<'a> {
    /// Of `OPN`.
    Asymmetric(AsymmetricHeader<'a>),
    /// Of `CLO` and `MSG`: the token that names the keys.
    Symmetric(u32),
}

impl<'a> Chunk<'a> {
    /// A view of one whole chunk.
    ///
    /// # Errors
    /// The security header does not fit.
    pub fn decode(bytes: &'a [u8]) -> Result<Self, Flaw> {
        let mut from = Decoder::new(bytes);
        let message_type = MessageType(from.array("MessageType"));
        let kind = ChunkKind(from.u8("IsFinal"));
        u32::read(&mut from, "MessageSize");
        let channel = u32::read(&mut from, "SecureChannelId");
        let security = match message_type {
            MessageType::OPEN => Security::Asymmetric(AsymmetricHeader::read(&mut from, "SecurityHeader")),
            _ => Security::Symmetric(u32::read(&mut from, "TokenId")),
        };
        let payload = from.left();
        from.flaw().map_or(Ok(Self { message_type, kind, channel, security, payload }), Err)
    }

    /// The chunk's bytes.
    #[must_use]
    pub fn encode(&self) -> Vec<u8> {
        Header::encode(self.message_type, self.kind, |to| {
            self.channel.write(to);
            match self.security {
                Security::Asymmetric(header) => header.write(to),
                Security::Symmetric(token) => token.write(to),
            }
            to.extend_from_slice(self.payload);
        })
    }
}
