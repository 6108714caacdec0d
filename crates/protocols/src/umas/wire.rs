use super::Function;
use quaywatch_wire::{ReadError, Reader};

/// The Modbus function code, repeated inside a signed message.
const MODBUS_FUNCTION: u8 = 0x5A;
/// What precedes a signature.
const SIGNED_MAGIC: u8 = 0x01;
/// A signature.
const SIGNATURE_BYTES: usize = 32;

/// A UMAS message: what follows Modbus function code 0x5A.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Message<'a> {
    /// The session key a reservation gave, 0 without one.
    pub session: u8,
    /// What is asked; or, in an answer, yes or no.
    pub function: Function,
    /// What follows.
    pub data: &'a [u8],
}

impl<'a> Message<'a> {
    /// Reads a message.
    ///
    /// # Errors
    /// There are fewer than two bytes.
    pub fn decode(bytes: &'a [u8]) -> Result<Self, ReadError> {
        let mut reader = Reader::new(bytes);
        let session = reader.u8("session key")?;
        let function = Function(reader.u8("function code")?);
        Ok(Self { session, function, data: reader.rest() })
    }

    /// Appends the bytes of this message.
    pub fn encode(&self, out: &mut Vec<u8>) {
        out.extend_from_slice(&[self.session, self.function.0]);
        out.extend_from_slice(self.data);
    }

    /// The message inside, if this one is signed: `01`, 32 bytes of signature, `5A`, and a message.
    #[must_use]
    pub fn signed(&self) -> Option<Self> {
        if !matches!(self.function, Function::SIGNED | Function::OK) {
            return None;
        }
        let (&magic, rest) = self.data.split_first()?;
        let (&function, inner) = rest.get(SIGNATURE_BYTES..)?.split_first()?;
        if (magic, function) != (SIGNED_MAGIC, MODBUS_FUNCTION) {
            return None;
        }
        let inner = Self::decode(inner).ok()?;
        let fits = self.function == Function::SIGNED || inner.is_answer();
        (fits && inner.session == self.session).then_some(inner)
    }

    /// Whether this is an answer.
    #[must_use]
    pub const fn is_answer(&self) -> bool {
        matches!(self.function, Function::OK | Function::ERROR)
    }
}

/// One block of a program on its way.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ProgramBlock<'a> {
    /// In a request always 0; in an answer 1 with the last block.
    pub flag: u8,
    /// Which program: 1 the application (APX), 16 its backup (APB).
    pub file: u8,
    /// The block's number, from 1. Only requests carry it.
    pub number: Option<u16>,
    /// The block itself.
    pub data: &'a [u8],
}

impl<'a> ProgramBlock<'a> {
    /// A block on its way to the controller: the body of a 0x31 request.
    ///
    /// # Errors
    /// A field is missing, or the length is not the block's.
    pub fn decode_to_plc(data: &'a [u8]) -> Result<Self, ReadError> {
        let mut reader = Reader::new(data);
        let (flag, file) = (reader.u8("flag")?, reader.u8("file")?);
        let number = Some(reader.u16_le("block number")?);
        let length = reader.u16_le("block length")?;
        let block = Self { flag, file, number, data: reader.take(length.into(), "block length")? };
        reader.finish("end of block")?;
        Ok(block)
    }

    /// A block on its way from the controller: the body of a positive answer to 0x34.
    ///
    /// # Errors
    /// A field is missing, or the length is not the block's.
    pub fn decode_from_plc(data: &'a [u8]) -> Result<Self, ReadError> {
        let mut reader = Reader::new(data);
        let (flag, file) = (reader.u8("flag")?, reader.u8("file")?);
        let length = reader.u16_le("block length")?;
        let block = Self { flag, file, number: None, data: reader.take(length.into(), "block length")? };
        reader.finish("end of block")?;
        Ok(block)
    }

    /// Appends the bytes of this block: as to the controller with a number, as from it without.
    pub fn encode(&self, out: &mut Vec<u8>) {
        out.extend_from_slice(&[self.flag, self.file]);
        if let Some(number) = self.number {
            out.extend_from_slice(&number.to_le_bytes());
        }
        out.extend_from_slice(&u16::try_from(self.data.len()).unwrap_or(u16::MAX).to_le_bytes());
        out.extend_from_slice(self.data);
    }
}

/// The body of 0x34, 0x32 and 0x35 requests, with a block's number or how many there were; and of 0x30 and 0x33
/// with the longest block, if any.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ProgramStep {
    /// Always 0.
    pub flag: u8,
    /// Which program: 1 the application (APX), 16 its backup (APB).
    pub file: u8,
    /// A block's number, how many blocks, or the longest block in bytes.
    pub number: Option<u16>,
}

impl ProgramStep {
    /// Reads the body.
    ///
    /// # Errors
    /// A field is missing or more follows.
    pub fn decode(data: &[u8]) -> Result<Self, ReadError> {
        let mut reader = Reader::new(data);
        let (flag, file) = (reader.u8("flag")?, reader.u8("file")?);
        let number = if reader.is_empty() { None } else { Some(reader.u16_le("number")?) };
        reader.finish("end of step")?;
        Ok(Self { flag, file, number })
    }

    /// Appends the bytes of the body.
    pub fn encode(&self, out: &mut Vec<u8>) {
        out.extend_from_slice(&[self.flag, self.file]);
        if let Some(number) = self.number {
            out.extend_from_slice(&number.to_le_bytes());
        }
    }
}

/// The body of a 0x10 request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Reservation<'a> {
    /// What the station calls itself by number.
    pub reserver: u32,
    /// Its name. On a controller with a password a zero byte and a proof of knowing it follow.
    pub name: &'a [u8],
}

impl<'a> Reservation<'a> {
    /// Reads the body.
    ///
    /// # Errors
    /// A field is missing, or the length is not the name's.
    pub fn decode(data: &'a [u8]) -> Result<Self, ReadError> {
        let mut reader = Reader::new(data);
        let reserver = reader.u32_le("reserver id")?;
        let length = reader.u8("name length")?;
        let name = reader.take(length.into(), "name length")?;
        reader.finish("end of reservation")?;
        Ok(Self { reserver, name })
    }

    /// Appends the bytes of the body. A name longer than its length byte can say is cut.
    pub fn encode(&self, out: &mut Vec<u8>) {
        let length = u8::try_from(self.name.len()).unwrap_or(u8::MAX);
        out.extend_from_slice(&self.reserver.to_le_bytes());
        out.push(length);
        out.extend_from_slice(self.name.get(..length.into()).unwrap_or(self.name));
    }
}

/// The body of a 0x20 request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct MemoryRange {
    /// Usually 0.
    pub range: u8,
    /// Which block.
    pub block: u16,
    /// The first byte in the block.
    pub offset: u32,
    /// How many bytes.
    pub length: u16,
}

impl MemoryRange {
    /// Reads the body.
    ///
    /// # Errors
    /// A field is missing or more follows.
    pub fn decode(data: &[u8]) -> Result<Self, ReadError> {
        let mut reader = Reader::new(data);
        let memory = Self {
            range: reader.u8("range")?,
            block: reader.u16_le("block number")?,
            offset: reader.u32_le("offset")?,
            length: reader.u16_le("number of bytes")?,
        };
        reader.finish("end of range")?;
        Ok(memory)
    }

    /// Appends the bytes of the body.
    pub fn encode(&self, out: &mut Vec<u8>) {
        out.push(self.range);
        out.extend_from_slice(&self.block.to_le_bytes());
        out.extend_from_slice(&self.offset.to_le_bytes());
        out.extend_from_slice(&self.length.to_le_bytes());
    }
}

/// The bytes of a positive answer to 0x20: a range byte, a length, and so many bytes.
///
/// # Errors
/// A field is missing, or the length is not that of the bytes.
pub(super) fn memory_bytes(data: &[u8]) -> Result<&[u8], ReadError> {
    let mut reader = Reader::new(data);
    reader.skip(1, "range")?;
    let length = reader.u16_le("number of bytes")?;
    let bytes = reader.take(length.into(), "number of bytes")?;
    reader.finish("end of memory block")?;
    Ok(bytes)
}

/// A variable in a 0x22 or 0x23 request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Variable<'a> {
    pub(super) block: u16,
    pub(super) offset: u32,
    /// Bytes of one element.
    pub(super) size: usize,
    /// How many elements, where it is an array.
    pub(super) elements: Option<u16>,
    /// What is written to it; empty where it is read.
    pub(super) data: &'a [u8],
}

impl<'a> Variable<'a> {
    /// How many bytes its value has.
    pub(super) fn bytes(&self) -> usize {
        self.size * usize::from(self.elements.unwrap_or(1))
    }

    /// The next variable of a read request.
    pub(super) fn read(reader: &mut Reader<'a>) -> Result<Self, ReadError> {
        let kind = reader.u8("size")?;
        let block = reader.u16_le("block")?;
        reader.skip(1, "unknown")?;
        let base = reader.u16_le("base offset")?;
        let offset = u32::from(base) << 8 | u32::from(reader.u8("offset")?);
        let elements = if kind >> 4 == 0 { None } else { Some(reader.u16_le("array length")?) };
        Ok(Self { block, offset, size: size_of_index(kind & 0x0F), elements, data: &[] })
    }

    /// The next variable of a write request.
    pub(super) fn written(reader: &mut Reader<'a>) -> Result<Self, ReadError> {
        let kind = reader.u8("size")?;
        let block = reader.u16_le("block")?;
        let low = reader.u16_le("base offset")?;
        let offset = u32::from(reader.u16_le("offset")?) << 16 | u32::from(low);
        let elements = if kind >> 4 == 0 { None } else { Some(reader.u16_le("array length")?) };
        let variable = Self { block, offset, size: size_of_index(kind & 0x0F), elements, data: &[] };
        Ok(Self { data: reader.take(variable.bytes(), "value")?, ..variable })
    }
}

/// A size is written as an index: 1, 2, 3, 4 for 1, 2, 4, 8 bytes.
const fn size_of_index(index: u8) -> usize {
    match index {
        1..=4 => 1 << (index - 1),
        other => other as usize,
    }
}
