//! Fragments, message heads and numbers, with their encoders.

use quaywatch_wire::{ReadError, Reader};

/// What every fragment begins with.
pub const PROTOCOL_ID: u8 = 0x72;
/// The length byte of a digest.
const DIGEST_BYTES: u8 = 0x20;
/// What stands behind the last fragment's bytes: id, version, zero length.
const TRAILER_BYTES: usize = 4;

/// The version byte. Open: a number without a name stays what it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Version(pub u8);

impl Version {
    /// Opens a session.
    pub const V1: Self = Self(1);
    /// In a session.
    pub const V2: Self = Self(2);
    /// In a session, with a digest before each fragment.
    pub const V3: Self = Self(3);
    /// Something about the connection itself.
    pub const SYSTEM_EVENT: Self = Self(0xFE);
    /// Keep-alive.
    pub const KEEP_ALIVE: Self = Self(0xFF);

    /// Whether messages are in it.
    #[must_use]
    pub const fn has_messages(self) -> bool {
        matches!(self, Self::V1 | Self::V2 | Self::V3)
    }
}

/// A view of one fragment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Fragment<'a> {
    /// The version byte.
    pub version: Version,
    /// The digest, where the version has one.
    pub digest: Option<&'a [u8]>,
    /// The message's bytes.
    pub body: &'a [u8],
    /// The message ends here.
    pub last: bool,
}

impl<'a> Fragment<'a> {
    /// Reads a whole data unit of the transport.
    ///
    /// # Errors
    /// Too short, something is left over, or the trailer is not one.
    pub fn decode(unit: &'a [u8]) -> Result<Self, ReadError> {
        let mut reader = Reader::new(unit);
        let [id, version] = reader.array("protocol id and version")?;
        if id != PROTOCOL_ID {
            return Err(ReadError { field: "protocol id", offset: 0, needed: 1, left: unit.len() });
        }
        let version = Version(version);
        if !version.has_messages() {
            let known = matches!(version, Version::SYSTEM_EVENT | Version::KEEP_ALIVE);
            let body = reader.rest();
            let wrong = ReadError { field: "version", offset: 1, needed: 1, left: unit.len() };
            return if known { Ok(Self { version, digest: None, body, last: true }) } else { Err(wrong) };
        }
        let length = reader.u16_be("length")?;
        let mut inside = reader.sub(length.into(), "fragment")?;
        let has_digest = version == Version::V3 && inside.peek().first() == Some(&DIGEST_BYTES);
        let digest = if has_digest {
            inside.skip(1, "digest length")?;
            Some(inside.take(DIGEST_BYTES.into(), "digest")?)
        } else {
            None
        };
        let last = !reader.is_empty();
        if last && reader.array::<TRAILER_BYTES>("trailer")? != [PROTOCOL_ID, version.0, 0, 0] {
            return Err(ReadError {
                field: "trailer",
                offset: reader.offset(),
                needed: TRAILER_BYTES,
                left: 0,
            });
        }
        reader.finish("end of fragment")?;
        Ok(Self { version, digest, body: inside.rest(), last })
    }

    /// Writes the data unit. `None` where the length field cannot say how long it is.
    #[must_use]
    pub fn encode(&self) -> Option<Vec<u8>> {
        let mut bytes = vec![PROTOCOL_ID, self.version.0];
        if !self.version.has_messages() {
            bytes.extend_from_slice(self.body);
            return Some(bytes);
        }
        let digest = self.digest.map_or(0, |digest| digest.len() + 1);
        bytes.extend_from_slice(&u16::try_from(self.body.len() + digest).ok()?.to_be_bytes());
        if let Some(digest) = self.digest {
            bytes.push(DIGEST_BYTES);
            bytes.extend_from_slice(digest);
        }
        bytes.extend_from_slice(self.body);
        if self.last {
            bytes.extend_from_slice(&[PROTOCOL_ID, self.version.0, 0, 0]);
        }
        Some(bytes)
    }
}

/// What is asked for. Open: a number without a name stays what it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Function(pub u16);

impl Function {
    /// Lists objects.
    pub const EXPLORE: Self = Self(0x04BB);
    /// Creates an object: a session, a subscription, a block.
    pub const CREATE_OBJECT: Self = Self(0x04CA);
    /// Deletes an object.
    pub const DELETE_OBJECT: Self = Self(0x04D4);
    /// Sets one attribute.
    pub const SET_VARIABLE: Self = Self(0x04F2);
    /// Reads one attribute.
    pub const GET_VARIABLE: Self = Self(0x04FC);
    /// Links objects.
    pub const ADD_LINK: Self = Self(0x0506);
    /// Unlinks objects.
    pub const REMOVE_LINK: Self = Self(0x051A);
    /// Reads links.
    pub const GET_LINK: Self = Self(0x0524);
    /// Sets several attributes or variables.
    pub const SET_MULTI_VARIABLES: Self = Self(0x0542);
    /// Reads several attributes or variables.
    pub const GET_MULTI_VARIABLES: Self = Self(0x054C);
    /// Begins a transaction.
    pub const BEGIN_SEQUENCE: Self = Self(0x0556);
    /// Ends a transaction.
    pub const END_SEQUENCE: Self = Self(0x0560);
    /// Calls a method.
    pub const INVOKE: Self = Self(0x056B);
    /// Sets one large value.
    pub const SET_VAR_SUBSTREAMED: Self = Self(0x057C);
    /// Reads one large value.
    pub const GET_VAR_SUBSTREAMED: Self = Self(0x0586);
    /// Asks for addresses of variables.
    pub const GET_VARIABLES_ADDRESS: Self = Self(0x0590);
    /// Gives up.
    pub const ABORT: Self = Self(0x059A);
    /// Goes over to TLS.
    pub const INIT_SSL: Self = Self(0x05B3);
}

/// A view of one message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Message<'a> {
    /// Opcode 0x31.
    Request {
        /// What is asked for.
        function: Function,
        /// Repeated by the response.
        sequence: u16,
        /// Whose session; 0x120 before there is one.
        session: u32,
        /// How it is to be carried.
        flags: u8,
        /// What depends on the function.
        payload: &'a [u8],
    },
    /// Opcode 0x32, or 0x02.
    Response {
        /// 0x32 or 0x02.
        opcode: u8,
        /// What was asked for.
        function: Function,
        /// As in the request.
        sequence: u16,
        /// How it is carried.
        flags: u8,
        /// The return value, then what depends on the function.
        payload: &'a [u8],
    },
    /// Opcode 0x33.
    Notification {
        /// Which subscription.
        subscription: u32,
        /// Counters and values.
        payload: &'a [u8],
    },
}

/// What a message's first bytes say, of which a first fragment has enough.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Head {
    /// Request, response or notification.
    pub opcode: u8,
    /// What is or was asked for; notifications and what has no name have none.
    pub function: Option<Function>,
}

impl Head {
    /// Reads it off the beginning of a message, unless that is too short.
    #[must_use]
    pub fn decode(bytes: &[u8]) -> Option<Self> {
        let mut reader = Reader::new(bytes);
        let opcode = reader.u8("opcode").ok()?;
        if !matches!(opcode, REQUEST | RESPONSE) {
            return Some(Self { opcode, function: None });
        }
        reader.skip(2, "reserved").ok()?;
        Some(Self { opcode, function: Some(Function(reader.u16_be("function").ok()?)) })
    }
}

const REQUEST: u8 = 0x31;
const RESPONSE: u8 = 0x32;
const OLDER_RESPONSE: u8 = 0x02;
const NOTIFICATION: u8 = 0x33;

impl<'a> Message<'a> {
    /// Reads a joined message. `Ok(None)` is an opcode without a name.
    ///
    /// # Errors
    /// Too short, or a reserved field is not zero.
    pub fn decode(bytes: &'a [u8]) -> Result<Option<Self>, ReadError> {
        let mut reader = Reader::new(bytes);
        let opcode = reader.u8("opcode")?;
        if opcode == NOTIFICATION {
            let subscription = reader.u32_be("subscription")?;
            return Ok(Some(Self::Notification { subscription, payload: reader.rest() }));
        }
        if !matches!(opcode, REQUEST | RESPONSE | OLDER_RESPONSE) {
            return Ok(None);
        }
        zero(&mut reader)?;
        let function = Function(reader.u16_be("function")?);
        zero(&mut reader)?;
        let sequence = reader.u16_be("sequence")?;
        if opcode == REQUEST {
            let session = reader.u32_be("session")?;
            let flags = reader.u8("transport flags")?;
            return Ok(Some(Self::Request { function, sequence, session, flags, payload: reader.rest() }));
        }
        let flags = reader.u8("transport flags")?;
        Ok(Some(Self::Response { opcode, function, sequence, flags, payload: reader.rest() }))
    }

    /// Writes the joined message.
    #[must_use]
    pub fn encode(&self) -> Vec<u8> {
        let head = |opcode: u8, function: Function, sequence: u16| {
            let fields = [0, function.0, 0, sequence];
            let mut bytes = vec![opcode];
            bytes.extend(fields.iter().flat_map(|field| field.to_be_bytes()));
            bytes
        };
        match *self {
            Self::Request { function, sequence, session, flags, payload } => {
                let mut bytes = head(REQUEST, function, sequence);
                bytes.extend_from_slice(&session.to_be_bytes());
                bytes.push(flags);
                bytes.extend_from_slice(payload);
                bytes
            }
            Self::Response { opcode, function, sequence, flags, payload } => {
                let mut bytes = head(opcode, function, sequence);
                bytes.push(flags);
                bytes.extend_from_slice(payload);
                bytes
            }
            Self::Notification { subscription, payload } => {
                let mut bytes = vec![NOTIFICATION];
                bytes.extend_from_slice(&subscription.to_be_bytes());
                bytes.extend_from_slice(payload);
                bytes
            }
        }
    }
}

/// A reserved field.
fn zero(reader: &mut Reader<'_>) -> Result<(), ReadError> {
    let offset = reader.offset();
    match reader.u16_be("reserved")? {
        0 => Ok(()),
        _ => Err(ReadError { field: "reserved", offset, needed: 0, left: reader.len() }),
    }
}

/// Reads an unsigned number of up to 64 bits in groups of seven, the last of nine bytes having all eight.
///
/// # Errors
/// It does not end.
pub fn vlq(reader: &mut Reader<'_>, field: &'static str) -> Result<u64, ReadError> {
    let mut number = 0_u64;
    for _ in 0..8 {
        let byte = reader.u8(field)?;
        number = (number << 7) | u64::from(byte & 0x7F);
        if byte & 0x80 == 0 {
            return Ok(number);
        }
    }
    Ok((number << 8) | u64::from(reader.u8(field)?))
}

/// Reads a signed number of groups of seven bits; the second bit of the first byte is the sign.
///
/// # Errors
/// It does not end.
pub fn signed_vlq(reader: &mut Reader<'_>, field: &'static str) -> Result<i64, ReadError> {
    let first = reader.peek().first().copied().unwrap_or(0);
    let before = reader.offset();
    let number = vlq(reader, field)?;
    let bits = match reader.offset() - before {
        9.. => return Ok(number as i64),
        bytes => bytes * 7,
    };
    let sign = first & 0x40 != 0;
    Ok(if sign { (number as i64) - (1_i64 << bits) } else { number as i64 })
}

/// Writes a number so that [`vlq`] reads it.
pub fn encode_vlq(number: u64, bytes: &mut Vec<u8>) {
    let groups = (64 - number.leading_zeros()).div_ceil(7).max(1);
    if groups > 8 {
        // Eight groups of seven, then eight bits.
        bytes.extend((0..8).map(|group| 0x80 | (number >> (57 - 7 * group)) as u8));
        bytes.push(number as u8);
        return;
    }
    for group in (0..groups).rev() {
        let more = if group > 0 { 0x80 } else { 0 };
        bytes.push(more | ((number >> (7 * group)) as u8 & 0x7F));
    }
}
