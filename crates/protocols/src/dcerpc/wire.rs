use super::interfaces::Uuid;
use crate::Answer;
use quaywatch_wire::{ReadError, Reader};

/// The header that all PDUs have.
pub(super) const HEADER_BYTES: usize = 16;

pub(super) const REQUEST: u8 = 0;
pub(super) const RESPONSE: u8 = 2;
pub(super) const FAULT: u8 = 3;
pub(super) const BIND: u8 = 11;
pub(super) const BIND_ACK: u8 = 12;
pub(super) const BIND_NAK: u8 = 13;
pub(super) const ALTER: u8 = 14;
pub(super) const ALTER_ACK: u8 = 15;

/// The level of authentication at which parameters are encrypted (MS-RPCE, section 2.2.1.1.8).
const PRIVACY: u8 = 6;
/// The flag of a request that names an object (C706, section 12.6.3.1).
const OBJECT: u8 = 0x80;

/// The length of the PDU, if enough of it is there and it can be one of a little-endian sender.
pub(super) fn length(head: &[u8]) -> Option<usize> {
    let &[5, minor, kind, _, 0x10, 0, 0, 0, low, high, auth_low, auth_high, ..] = head else { return None };
    let length = usize::from(u16::from_le_bytes([low, high]));
    let auth = usize::from(u16::from_le_bytes([auth_low, auth_high]));
    (minor <= 1 && kind <= 19 && length >= HEADER_BYTES + auth).then_some(length)
}

pub(super) fn starts(head: &[u8]) -> Answer {
    if head.len() < HEADER_BYTES {
        let fixed = [Some(5), None, None, None, Some(0x10), Some(0), Some(0), Some(0)];
        let fits = head.iter().zip(fixed).all(|(&byte, fixed)| fixed.is_none_or(|fixed| fixed == byte));
        return if fits { Answer::Unsure } else { Answer::No };
    }
    if length(head).is_some() { Answer::Certain } else { Answer::No }
}

/// What a PDU says, as far as it is read.
#[derive(Debug, Clone, Copy)]
pub(super) struct Pdu<'a> {
    pub(super) kind: u8,
    pub(super) flags: u8,
    pub(super) call: u32,
    pub(super) auth: Option<u8>,
    /// Whether the parameters are encrypted.
    sealed: bool,
    pub(super) body: &'a [u8],
}

impl<'a> Pdu<'a> {
    pub(super) fn decode(bytes: &'a [u8]) -> Result<Self, ReadError> {
        let mut reader = Reader::new(bytes);
        reader.u16_le("version")?;
        let (kind, flags) = (reader.u8("type")?, reader.u8("flags")?);
        reader.skip(4, "data representation")?;
        let length = usize::from(reader.u16_le("fragment length")?);
        let auth_length = usize::from(reader.u16_le("auth length")?);
        let call = reader.u32_le("call id")?;
        let body = reader.rest();
        // The trailer, eight bytes, stands before the verifier (C706, section 13.2.6.1).
        let trailer = length.checked_sub(auth_length + 8).filter(|_| auth_length > 0);
        let auth = trailer.and_then(|at| bytes.get(at)).copied();
        // Without the trailer at hand the parameters may be anything.
        let level = trailer.map(|at| bytes.get(at + 1).copied());
        let sealed = matches!(level, Some(None | Some(PRIVACY)));
        Ok(Self { kind, flags, call, auth, sealed, body })
    }

    /// The contexts of a bind: id and interface.
    pub(super) fn contexts(self) -> impl Iterator<Item = (u16, Uuid)> + use<'a> {
        let mut reader = Reader::new(self.body);
        let count =
            reader.skip(8, "sizes and group").and_then(|()| reader.u32_le("count")).unwrap_or(0) & 0xff;
        let mut left = count;
        std::iter::from_fn(move || {
            left = left.checked_sub(1)?;
            let id = reader.u16_le("context id").ok()?;
            let syntaxes = reader.u8("syntaxes").ok()?;
            reader.u8("reserved").ok()?;
            let uuid = Uuid(reader.array("interface").ok()?);
            reader.u32_le("version").ok()?;
            reader.skip(usize::from(syntaxes) * 20, "transfer syntaxes").ok()?;
            Some((id, uuid))
        })
    }

    /// Context and number of a request.
    pub(super) fn called(self) -> Option<(u16, u16)> {
        let &[_, _, _, _, a, b, c, d, ..] = self.body else { return None };
        Some((u16::from_le_bytes([a, b]), u16::from_le_bytes([c, d])))
    }

    /// The parameters of a request, if they are in the clear.
    pub(super) fn stub(self) -> Option<&'a [u8]> {
        // Allocation hint, context, number; then an object, if the flags say so (C706, section 12.6.4.9).
        let object = if self.flags & OBJECT == 0 { 0 } else { 16 };
        self.body.get(8 + object..).filter(|_| !self.sealed)
    }

    /// The status of a fault.
    pub(super) fn fault(self) -> Option<u32> {
        self.body.get(8..).and_then(|rest| rest.first_chunk::<4>()).map(|status| u32::from_le_bytes(*status))
    }
}
