use crate::Answer;
use quaywatch_wire::{ReadError, Reader};

/// What every PDU begins with.
const MAGIC: [u8; 2] = *b"TP";
/// Magic, sequence, kind, length.
pub(super) const HEADER_BYTES: usize = 7;
/// The longest body the standard allows.
const MAX_BODY_BYTES: usize = 256;
/// The longest PDU.
pub(super) const MAX_PDU_BYTES: usize = HEADER_BYTES + MAX_BODY_BYTES;

/// What a PDU is. Open: a number without a name stays what it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Kind(pub(super) u8);

impl Kind {
    pub(super) const READ: Self = Self(0x01);
    pub(super) const WRITE: Self = Self(0x02);
    const ANSWER: u8 = 0x80;

    pub(super) const fn is_answer(self) -> bool {
        self.0 & Self::ANSWER != 0
    }

    /// The request this answers, or itself.
    pub(super) const fn request(self) -> Self {
        Self(self.0 & !Self::ANSWER)
    }

    pub(super) const fn name(self) -> &'static str {
        match self.request() {
            Self::READ => "read",
            Self::WRITE => "write",
            _ => "unknown",
        }
    }
}

/// A view of one PDU.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Pdu<'a> {
    pub(super) sequence: u16,
    pub(super) kind: Kind,
    pub(super) body: &'a [u8],
}

impl<'a> Pdu<'a> {
    pub(super) fn decode(bytes: &'a [u8]) -> Result<Self, ReadError> {
        let mut reader = Reader::new(bytes);
        reader.skip(MAGIC.len(), "magic")?;
        let sequence = reader.u16_be("sequence")?;
        let kind = Kind(reader.u8("kind")?);
        let length = reader.u16_be("length")?;
        let body = reader.take(length.into(), "body")?;
        reader.finish("end of PDU")?;
        Ok(Self { sequence, kind, body })
    }

    #[cfg(test)]
    pub(super) fn encode(&self) -> Vec<u8> {
        let mut bytes = MAGIC.to_vec();
        bytes.extend_from_slice(&self.sequence.to_be_bytes());
        bytes.push(self.kind.0);
        bytes.extend_from_slice(&(self.body.len() as u16).to_be_bytes());
        bytes.extend_from_slice(self.body);
        bytes
    }
}

/// The length of the PDU at the start of `head`, if enough of it is there and it can be one.
pub(super) fn length(head: &[u8]) -> Option<usize> {
    let &[_, _, _, _, _, high, low] = head.first_chunk::<HEADER_BYTES>()?;
    Some(HEADER_BYTES + usize::from(u16::from_be_bytes([high, low])))
}

/// Whether a PDU begins here.
pub(super) fn begins(head: &[u8]) -> Answer {
    if !head.iter().zip(MAGIC).all(|(&byte, magic)| byte == magic) {
        return Answer::No;
    }
    match length(head) {
        None => Answer::Unsure,
        Some(length) if length <= MAX_PDU_BYTES => Answer::Certain,
        Some(_) => Answer::No,
    }
}
