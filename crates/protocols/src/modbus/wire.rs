use super::{ExceptionCode, Function};
use quaywatch_wire::ReadError;

/// Transaction identifier, protocol identifier, length: what stands before the bytes that the length counts.
pub const HEADER_BYTES: usize = 6;
/// Where the protocol identifier begins.
const PROTOCOL_AT: usize = 2;
/// Where the length field begins. It counts what follows it: the unit identifier and the PDU.
const LENGTH_AT: usize = 4;
/// Where the function code stands.
pub(super) const FUNCTION_AT: usize = 7;
/// Unit identifier and function code: what every ADU has after its header.
pub const LEAST_LENGTH: usize = 2;
/// What the length field may say: a PDU is at most 253 bytes (clause 4.1, from the 256 bytes of a serial frame), and
/// the unit identifier one.
pub const MOST_LENGTH: usize = 254;
/// UMAS peers agree on longer PDUs: blocks of 1022 bytes were met, and a signature adds 35 more. Twice that.
const MOST_UMAS_LENGTH: usize = 2048;
/// The longest ADU that is read.
pub(super) const MAX_ADU_BYTES: usize = HEADER_BYTES + MOST_UMAS_LENGTH;

/// An application data unit: the Modbus/TCP header with its PDU.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Adu<'a> {
    /// Chosen by the client, echoed by the server.
    pub transaction: u16,
    /// The unit behind this address: a serial device behind a gateway, or a CPU.
    pub unit: u8,
    /// What is asked or answered.
    pub pdu: Pdu<'a>,
}

/// A protocol data unit: what Modbus says, whatever carries it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Pdu<'a> {
    /// The function code as it is on the wire, exception bit included.
    pub code: u8,
    /// What follows the function code.
    pub data: &'a [u8],
}

impl<'a> Adu<'a> {
    /// Reads one whole ADU.
    ///
    /// # Errors
    /// The header's length field says something else than there is, or the protocol identifier is not 0.
    pub fn decode(bytes: &'a [u8]) -> Result<Self, ReadError> {
        let wrong = |field, offset, needed| ReadError { field, offset, needed, left: bytes.len() };
        let Some((head, data)) = bytes.split_first_chunk::<{ HEADER_BYTES + LEAST_LENGTH }>() else {
            return Err(wrong("ADU header", 0, HEADER_BYTES + LEAST_LENGTH));
        };
        let &[transaction_high, transaction_low, 0, 0, length_high, length_low, unit, code] = head else {
            return Err(wrong("protocol identifier", PROTOCOL_AT, 0));
        };
        let length = usize::from(u16::from_be_bytes([length_high, length_low]));
        if length != LEAST_LENGTH + data.len() {
            return Err(wrong("length", LENGTH_AT, HEADER_BYTES + length));
        }
        let transaction = u16::from_be_bytes([transaction_high, transaction_low]);
        Ok(Self { transaction, unit, pdu: Pdu { code, data } })
    }

    /// Appends the bytes of this ADU.
    pub fn encode(&self, out: &mut Vec<u8>) {
        out.extend_from_slice(&self.transaction.to_be_bytes());
        out.extend_from_slice(&[0, 0]);
        let length = u16::try_from(LEAST_LENGTH + self.pdu.data.len()).unwrap_or(u16::MAX);
        out.extend_from_slice(&length.to_be_bytes());
        out.extend_from_slice(&[self.unit, self.pdu.code]);
        out.extend_from_slice(self.pdu.data);
    }
}

impl Pdu<'_> {
    /// The function, without the exception bit.
    #[must_use]
    pub const fn function(&self) -> Function {
        Function(self.code & !Function::EXCEPTION)
    }

    /// The exception code, if this is an exception response.
    #[must_use]
    pub fn exception(&self) -> Option<ExceptionCode> {
        let code = self.data.first().copied().unwrap_or(0);
        self.is_exception().then_some(ExceptionCode(code))
    }

    /// Whether this is an exception response.
    #[must_use]
    pub const fn is_exception(&self) -> bool {
        self.code & Function::EXCEPTION != 0
    }
}

/// What the header at the start of `head` says of the ADU's length.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Header {
    /// More bytes are needed to tell.
    Short,
    /// The whole ADU has so many bytes.
    Whole(usize),
    /// This is no header; why.
    Wrong(&'static str),
}

/// Reads the header. A wrong protocol identifier or length is told as soon as it is visible.
pub(super) fn header(head: &[u8]) -> Header {
    let visible = |at: usize| head.get(at).copied();
    if visible(PROTOCOL_AT).unwrap_or(0) != 0 || visible(PROTOCOL_AT + 1).unwrap_or(0) != 0 {
        return Header::Wrong("protocol identifier is not 0");
    }
    let (Some(high), Some(low)) = (visible(LENGTH_AT), visible(LENGTH_AT + 1)) else {
        return Header::Short;
    };
    match usize::from(u16::from_be_bytes([high, low])) {
        0..LEAST_LENGTH => Header::Wrong("length leaves no room for a PDU"),
        length @ LEAST_LENGTH..=MOST_LENGTH => Header::Whole(HEADER_BYTES + length),
        length @ ..=MOST_UMAS_LENGTH => match visible(FUNCTION_AT) {
            None => Header::Short,
            Some(code) if Function(code & !Function::EXCEPTION) == Function::UMAS => {
                Header::Whole(HEADER_BYTES + length)
            }
            Some(_) => Header::Wrong("length out of bounds"),
        },
        _ => Header::Wrong("length out of bounds"),
    }
}

/// What is there of the UMAS message in an ADU, if its function is UMAS.
pub(super) fn umas_message(head: &[u8]) -> Option<&[u8]> {
    let (&code, message) = head.get(FUNCTION_AT..)?.split_first()?;
    (code == Function::UMAS.0).then_some(message)
}
