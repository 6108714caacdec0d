//! TPKT and TPDU views and their encoders.

use crate::Answer;
use quaywatch_wire::{ReadError, Reader};

/// The TPKT version and its reserved byte.
const TPKT: [u8; 2] = [3, 0];
/// Version, reserved, length.
pub const TPKT_HEADER_BYTES: usize = 4;
/// TPKT, length indicator, code and TPDU number of a DT.
pub const DATA_HEADER_BYTES: usize = 7;
/// The shortest TPKT that holds a TPDU of class 0: a DT without data (RFC 1006 clause 6).
const SHORTEST_TPKT_BYTES: usize = 7;
/// The longest TPKT its length field can say.
pub const MAX_PDU_BYTES: usize = u16::MAX as usize;
/// The longest user data unit that is joined from several DT, in bytes. S7 PDUs end at 65 535 and negotiate
/// 240 to 960; S7comm-plus cuts its own messages to fit.
pub const MAX_UNIT_BYTES: usize = 64 * 1024;
/// The length indicator of a DT in class 0.
const DATA_LI: u8 = 2;
/// The end-of-unit mark beside the TPDU number.
const END_OF_UNIT: u8 = 0x80;

/// What a TPDU is: the high nibble of its code byte. Open: a code without a name stays what it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Code(pub u8);

impl Code {
    /// Connection request.
    pub const CONNECT_REQUEST: Self = Self(0xE0);
    /// Connection confirm.
    pub const CONNECT_CONFIRM: Self = Self(0xD0);
    /// Disconnect request.
    pub const DISCONNECT_REQUEST: Self = Self(0x80);
    /// Data.
    pub const DATA: Self = Self(0xF0);
    /// TPDU error.
    pub const ERROR: Self = Self(0x70);
}

/// The variable part of a connect or disconnect: parameters of code, length and value (clause 13.2.3).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Parameters<'a>(pub &'a [u8]);

impl<'a> Parameters<'a> {
    /// The proposed largest TPDU, as a power of two.
    pub const TPDU_SIZE: u8 = 0xC0;
    /// The calling transport selector.
    pub const CALLING_TSAP: u8 = 0xC1;
    /// The called transport selector.
    pub const CALLED_TSAP: u8 = 0xC2;

    /// The value of the first parameter with this code.
    #[must_use]
    pub fn get(self, code: u8) -> Option<&'a [u8]> {
        let mut reader = Reader::new(self.0);
        loop {
            let (this, length) = (reader.u8("parameter code").ok()?, reader.u8("parameter length").ok()?);
            let value = reader.take(length.into(), "parameter value").ok()?;
            if this == code {
                return Some(value);
            }
        }
    }
}

/// A view of one TPDU with its TPKT.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tpdu<'a> {
    /// CR or CC.
    Connect {
        /// CC answers CR.
        confirm: bool,
        /// The low nibble of the code byte: credit, 0 in class 0.
        credit: u8,
        /// What the receiver calls the connection; 0 in CR.
        destination: u16,
        /// What the sender calls the connection.
        source: u16,
        /// Class in the high nibble, options in the low one.
        class: u8,
        /// TSAPs and others.
        parameters: Parameters<'a>,
        /// User data after the header; none in class 0.
        data: &'a [u8],
    },
    /// DR.
    Disconnect {
        /// What the receiver calls the connection.
        destination: u16,
        /// What the sender calls the connection.
        source: u16,
        /// Why.
        reason: u8,
        /// Additional information.
        parameters: Parameters<'a>,
        /// User data after the header; none in class 0.
        data: &'a [u8],
    },
    /// DT.
    Data {
        /// 0 in class 0.
        number: u8,
        /// The user data unit ends here.
        end: bool,
        /// User data.
        data: &'a [u8],
    },
    /// ER.
    Error {
        /// What the receiver calls the connection.
        destination: u16,
        /// Why.
        cause: u8,
        /// The TPDU that was wrong, and others.
        parameters: Parameters<'a>,
        /// User data after the header; none in class 0.
        data: &'a [u8],
    },
    /// Of another class, or nothing the standard knows.
    Other {
        /// Header without the length indicator; begins with the code byte.
        header: &'a [u8],
        /// User data after the header.
        data: &'a [u8],
    },
}

impl<'a> Tpdu<'a> {
    /// Reads a whole TPKT.
    ///
    /// # Errors
    /// A length field says more than there is.
    pub fn decode(bytes: &'a [u8]) -> Result<Self, ReadError> {
        let mut reader = Reader::new(bytes);
        reader.skip(2, "TPKT version")?;
        let length = usize::from(reader.u16_be("TPKT length")?);
        let mut inside = reader.sub(length.saturating_sub(TPKT_HEADER_BYTES), "TPKT content")?;
        reader.finish("end of TPKT")?;
        let li = inside.u8("length indicator")?;
        let mut header = inside.sub(li.into(), "TPDU header")?;
        let (whole, data) = (header.peek(), inside.rest());
        let code = header.u8("TPDU code")?;
        Ok(match (Code(code & 0xF0), code & 0x0F) {
            (Code::DATA, 0) if li == DATA_LI => {
                let mark = header.u8("TPDU number")?;
                Self::Data { number: mark & !END_OF_UNIT, end: mark & END_OF_UNIT != 0, data }
            }
            (kind @ (Code::CONNECT_REQUEST | Code::CONNECT_CONFIRM), credit) => Self::Connect {
                confirm: kind == Code::CONNECT_CONFIRM,
                credit,
                destination: header.u16_be("destination reference")?,
                source: header.u16_be("source reference")?,
                class: header.u8("class")?,
                parameters: Parameters(header.rest()),
                data,
            },
            (Code::DISCONNECT_REQUEST, 0) => Self::Disconnect {
                destination: header.u16_be("destination reference")?,
                source: header.u16_be("source reference")?,
                reason: header.u8("reason")?,
                parameters: Parameters(header.rest()),
                data,
            },
            (Code::ERROR, 0) => Self::Error {
                destination: header.u16_be("destination reference")?,
                cause: header.u8("reject cause")?,
                parameters: Parameters(header.rest()),
                data,
            },
            _ => Self::Other { header: whole, data },
        })
    }

    /// Writes a whole TPKT. `None` where a length field cannot say how long it is.
    #[must_use]
    pub fn encode(&self) -> Option<Vec<u8>> {
        let mut header = Vec::new();
        let data = match *self {
            Self::Connect { confirm, credit, destination, source, class, parameters, data } => {
                let code = if confirm { Code::CONNECT_CONFIRM } else { Code::CONNECT_REQUEST };
                header.push(code.0 | (credit & 0x0F));
                header.extend_from_slice(&destination.to_be_bytes());
                header.extend_from_slice(&source.to_be_bytes());
                header.push(class);
                header.extend_from_slice(parameters.0);
                data
            }
            Self::Disconnect { destination, source, reason, parameters, data } => {
                header.push(Code::DISCONNECT_REQUEST.0);
                header.extend_from_slice(&destination.to_be_bytes());
                header.extend_from_slice(&source.to_be_bytes());
                header.push(reason);
                header.extend_from_slice(parameters.0);
                data
            }
            Self::Data { number, end, data } => {
                header.push(Code::DATA.0);
                header.push((number & !END_OF_UNIT) | if end { END_OF_UNIT } else { 0 });
                data
            }
            Self::Error { destination, cause, parameters, data } => {
                header.push(Code::ERROR.0);
                header.extend_from_slice(&destination.to_be_bytes());
                header.push(cause);
                header.extend_from_slice(parameters.0);
                data
            }
            Self::Other { header: whole, data } => {
                header.extend_from_slice(whole);
                data
            }
        };
        let li = u8::try_from(header.len()).ok()?;
        let length = u16::try_from(TPKT_HEADER_BYTES + 1 + header.len() + data.len()).ok()?;
        let mut bytes = TPKT.to_vec();
        bytes.extend_from_slice(&length.to_be_bytes());
        bytes.push(li);
        bytes.extend_from_slice(&header);
        bytes.extend_from_slice(data);
        Some(bytes)
    }
}

/// A DT that ends a user data unit: the usual case, read without a look at anything else.
#[inline]
pub(super) fn whole_unit(tpkt: &[u8]) -> Option<&[u8]> {
    match tpkt.split_first_chunk::<DATA_HEADER_BYTES>()? {
        ([_, _, _, _, DATA_LI, 0xF0, END_OF_UNIT], data) => Some(data),
        _ => None,
    }
}

/// Whether the TPKT here holds a DT that ends its user data unit.
pub(super) fn is_data(tpkt: &[u8]) -> bool {
    whole_unit(tpkt).is_some()
}

/// The length of the TPKT at the start of `head`: `None` for want of bytes, `Some(None)` if none begins here.
#[inline]
#[must_use]
pub fn length(head: &[u8]) -> Option<Option<usize>> {
    let Some(&[version, reserved, high, low]) = head.first_chunk::<TPKT_HEADER_BYTES>() else {
        let begins = head.iter().zip(TPKT).all(|(&byte, expected)| byte == expected);
        return if begins { None } else { Some(None) };
    };
    let length = usize::from(u16::from_be_bytes([high, low]));
    Some(([version, reserved] == TPKT && length >= SHORTEST_TPKT_BYTES).then_some(length))
}

/// Whether a TPKT with a TPDU of class 0 begins here. Strict: asked of bytes of unknown origin.
pub(crate) fn begins(head: &[u8]) -> Answer {
    let length = match length(head) {
        None => return Answer::Unsure,
        Some(None) => return Answer::No,
        Some(Some(length)) => length,
    };
    let Some(&[li, code, mark]) = head.get(TPKT_HEADER_BYTES..).and_then(<[u8]>::first_chunk) else {
        return Answer::Unsure;
    };
    let header = TPKT_HEADER_BYTES + 1 + usize::from(li);
    let sane = match (code, li) {
        // In class 0 the TPDU number is 0, and only the end of a unit may be marked.
        (0xF0, DATA_LI) => mark & !END_OF_UNIT == 0,
        // A header of at least its fixed part, and no user data.
        (0xE0 | 0xD0 | 0x80, 6..) | (0x70, 4..) => header == length,
        _ => false,
    };
    if sane { Answer::Certain } else { Answer::No }
}
