//! What is known of a connection's secure channel: whether its messages can be read, and where each one ends.

use super::builtin::{DateTime, NodeId};
use super::codec::{Decoder, Wire};
use super::names;
use super::service::Service;
use super::wire::SequenceHeader;
use quaywatch_model::Side;

/// What is known of the channel.
#[derive(Debug, Default)]
pub(super) struct Channel {
    /// Whether messages can be read.
    pub(super) reading: Reading,
    /// Whether the channel was seen to be opened with a policy that secures something.
    secured: bool,
    /// How many bytes of signature end every chunk, once that is known.
    signature_bytes: Option<u8>,
    last_sequence: [Option<u32>; 2],
}

/// Whether a channel's messages can be read. In mode Sign they can though the channel is secured, and the
/// mode of a secured channel is itself encrypted: the messages tell.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) enum Reading {
    /// Nothing was seen yet that would tell.
    #[default]
    Unknown,
    /// They can.
    Clear,
    /// They cannot.
    Opaque,
}

/// Where the sequence number of a chunk fits in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Sequence {
    Follows,
    Jumps,
}

impl Channel {
    /// The channel is opened or renewed under this policy.
    pub(super) fn open(&mut self, policy_uri: &[u8], renewed: bool) {
        self.signature_bytes = names::signature_bytes(policy_uri);
        self.secured = !names::secures_nothing(policy_uri);
        if !self.secured {
            self.reading = Reading::Clear;
        } else if !renewed {
            self.reading = Reading::Unknown;
        }
    }

    /// Bytes of one side were not seen: its next sequence number may be any.
    pub(super) const fn lost(&mut self, from: Side) {
        *from.of_mut(&mut self.last_sequence) = None;
    }

    /// Whether a chunk with this sequence number comes next from this side.
    pub(super) const fn follows(&mut self, from: Side, number: u32) -> Sequence {
        let last = from.of_mut(&mut self.last_sequence).replace(number);
        match last {
            // OPC 10000-6, 6.7.2.4: begins anew somewhere below 1024 before it would overflow.
            Some(last) if last.wrapping_add(1) != number && !(last > u32::MAX - 1024 && number < 1024) => {
                Sequence::Jumps
            }
            _ => Sequence::Follows,
        }
    }

    /// Takes the first chunk of a message for what it says: the channel can be read, or it cannot.
    pub(super) fn judge(&mut self, body: &[u8]) {
        if self.reading != Reading::Unknown {
            return;
        }
        if begins_message(body) {
            self.reading = Reading::Clear;
        } else if self.secured {
            self.reading = Reading::Opaque;
        }
    }

    /// A chunk's body without the signature, as far as that is known.
    pub(super) fn strip<'a>(&self, body: &'a [u8]) -> &'a [u8] {
        let signature = usize::from(self.signature_bytes.unwrap_or(0));
        body.len().checked_sub(signature).and_then(|end| body.get(..end)).unwrap_or(body)
    }

    /// Whether so many bytes after a message that came in one chunk are its signature. Learns from it where
    /// the opening of the channel was not captured.
    pub(super) fn is_signature(&mut self, bytes: usize) -> bool {
        let signature = match bytes {
            16 => 16,
            20 => 20,
            32 => 32,
            48 => 48,
            _ => return false,
        };
        self.signature_bytes.is_none() && {
            self.signature_bytes = Some(signature);
            true
        }
    }
}

/// The sequence header of a chunk that is not encrypted, and what follows it.
pub(super) fn split(payload: &[u8]) -> Option<(SequenceHeader, &[u8])> {
    let mut from = Decoder::new(payload);
    let header = SequenceHeader::read(&mut from, "SequenceHeader");
    from.flaw().is_none().then(|| (header, from.left()))
}

/// Whether these bytes begin with the type of a known message. Encrypted bytes do so once in some ten millions.
pub(super) fn begins_message(body: &[u8]) -> bool {
    let mut from = Decoder::new(body);
    let number = NodeId::read(&mut from, "TypeId").standard_number();
    let known = |number| number == super::service::SERVICE_FAULT || Service::of_message(number).is_some();
    body.first() == Some(&FOUR_BYTE_FORM) && number.is_some_and(known)
}

/// How all message types of the standard are written.
const FOUR_BYTE_FORM: u8 = 1;

/// Whether these bytes begin with a message's type, be it one that is not known here: a node id with a number,
/// then the header of a response or of a request, told by the time in it.
pub(super) fn may_begin_message(body: &[u8]) -> bool {
    if begins_message(body) {
        return true;
    }
    let mut from = Decoder::new(body);
    let numeric = body.first().is_some_and(|&form| form <= LAST_NUMERIC_FORM);
    NodeId::read(&mut from, "TypeId");
    let mut of_request = from.clone();
    NodeId::read(&mut of_request, "AuthenticationToken");
    numeric
        && [from, of_request].into_iter().any(|mut from| {
            let time = DateTime::read(&mut from, "Timestamp");
            from.flaw().is_none() && PLAUSIBLE_TIMES.contains(&time.0)
        })
}

/// The encodings of node ids that hold a number are 0, 1 and 2.
const LAST_NUMERIC_FORM: u8 = 2;
/// From 1990 to 2100, in ticks of 100 ns since 1601.
const PLAUSIBLE_TIMES: std::ops::Range<i64> = 122_756_256_000_000_000..157_469_184_000_000_000;
