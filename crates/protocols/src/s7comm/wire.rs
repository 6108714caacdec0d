//! Views over an S7 PDU and their encoders.

use quaywatch_wire::{ReadError, Reader};

/// What every PDU begins with.
pub const PROTOCOL_ID: u8 = 0x32;
/// The header of a job or userdata: id, kind, redundancy, reference, two lengths.
pub const HEADER_BYTES: usize = 10;

/// What a PDU is for ("ROSCTR"). Open: a number without a name stays what it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Kind(pub u8);

impl Kind {
    /// A request.
    pub const JOB: Self = Self(1);
    /// An answer without data.
    pub const ACK: Self = Self(2);
    /// An answer.
    pub const ACK_DATA: Self = Self(3);
    /// A request, an answer or a push of the extended functions, told by the parameters.
    pub const USERDATA: Self = Self(7);

    /// Whether the header carries an error class and code.
    #[must_use]
    pub const fn is_answer(self) -> bool {
        matches!(self, Self::ACK | Self::ACK_DATA)
    }
}

/// A view of one PDU.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Pdu<'a> {
    /// What it is for.
    pub kind: Kind,
    /// Reserved; 0.
    pub redundancy: u16,
    /// Repeated by the answer.
    pub reference: u16,
    /// Error class in the high byte, code in the low one; only in answers, else 0.
    pub error: u16,
    /// The function and what belongs to it.
    pub parameters: &'a [u8],
    /// Values, blocks, and the like.
    pub data: &'a [u8],
}

impl<'a> Pdu<'a> {
    /// Reads the PDU at the start of `bytes`; what lies behind it is given back.
    ///
    /// # Errors
    /// A length field says more than there is.
    #[inline]
    pub fn decode(bytes: &'a [u8]) -> Result<(Self, &'a [u8]), ReadError> {
        let mut reader = Reader::new(bytes);
        let [_, kind, r0, r1, n0, n1, p0, p1, d0, d1] = reader.array::<HEADER_BYTES>("header")?;
        let kind = Kind(kind);
        let error = if kind.is_answer() { reader.u16_be("error class and code")? } else { 0 };
        let parameters = reader.take(u16::from_be_bytes([p0, p1]).into(), "parameters")?;
        let data = reader.take(u16::from_be_bytes([d0, d1]).into(), "data")?;
        let redundancy = u16::from_be_bytes([r0, r1]);
        let reference = u16::from_be_bytes([n0, n1]);
        Ok((Self { kind, redundancy, reference, error, parameters, data }, reader.rest()))
    }

    /// Writes the PDU. `None` where a length field cannot say how long a part is.
    #[must_use]
    pub fn encode(&self) -> Option<Vec<u8>> {
        let mut bytes = vec![PROTOCOL_ID, self.kind.0];
        bytes.extend_from_slice(&self.redundancy.to_be_bytes());
        bytes.extend_from_slice(&self.reference.to_be_bytes());
        bytes.extend_from_slice(&u16::try_from(self.parameters.len()).ok()?.to_be_bytes());
        bytes.extend_from_slice(&u16::try_from(self.data.len()).ok()?.to_be_bytes());
        if self.kind.is_answer() {
            bytes.extend_from_slice(&self.error.to_be_bytes());
        }
        bytes.extend_from_slice(self.parameters);
        bytes.extend_from_slice(self.data);
        Some(bytes)
    }

    /// The function of a job or of its answer.
    #[inline]
    pub fn function(&self) -> Option<Function> {
        self.parameters.first().copied().map(Function)
    }
}

/// What a job asks for. Open: a number without a name stays what it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Function(pub u8);

impl Function {
    /// Read variables.
    pub const READ: Self = Self(0x04);
    /// Write variables.
    pub const WRITE: Self = Self(0x05);
    /// The station wants to load a block into the controller.
    pub const REQUEST_DOWNLOAD: Self = Self(0x1A);
    /// The *controller* asks the station for the next piece.
    pub const DOWNLOAD_BLOCK: Self = Self(0x1B);
    /// The *controller* tells the station that it has all.
    pub const DOWNLOAD_ENDED: Self = Self(0x1C);
    /// The station wants to read a block out.
    pub const START_UPLOAD: Self = Self(0x1D);
    /// The next piece, please.
    pub const UPLOAD: Self = Self(0x1E);
    /// The station has all.
    pub const END_UPLOAD: Self = Self(0x1F);
    /// A program invocation service.
    pub const PI_SERVICE: Self = Self(0x28);
    /// Stop the program.
    pub const PLC_STOP: Self = Self(0x29);
    /// Agree on the PDU size and the number of parallel jobs.
    pub const SETUP: Self = Self(0xF0);

    /// Whether the controller sends this job to the station, in the course of a download.
    #[must_use]
    pub const fn is_reversed(self) -> bool {
        matches!(self, Self::DOWNLOAD_BLOCK | Self::DOWNLOAD_ENDED)
    }
}

/// The parameters of a setup of communication, in the job and in the answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Setup {
    /// Reserved; 0.
    pub reserved: u8,
    /// How many jobs the calling side may have open.
    pub jobs_calling: u16,
    /// How many jobs the called side may have open.
    pub jobs_called: u16,
    /// The longest PDU.
    pub pdu_bytes: u16,
}

impl Setup {
    /// Reads the parameters, function included.
    ///
    /// # Errors
    /// Too short.
    pub fn decode(parameters: &[u8]) -> Result<Self, ReadError> {
        let mut reader = Reader::new(parameters);
        reader.skip(1, "function")?;
        Ok(Self {
            reserved: reader.u8("reserved")?,
            jobs_calling: reader.u16_be("max AmQ calling")?,
            jobs_called: reader.u16_be("max AmQ called")?,
            pdu_bytes: reader.u16_be("PDU length")?,
        })
    }

    /// Writes the parameters, function included.
    #[must_use]
    pub fn encode(&self) -> Vec<u8> {
        let mut bytes = vec![Function::SETUP.0, self.reserved];
        bytes.extend_from_slice(&self.jobs_calling.to_be_bytes());
        bytes.extend_from_slice(&self.jobs_called.to_be_bytes());
        bytes.extend_from_slice(&self.pdu_bytes.to_be_bytes());
        bytes
    }
}

/// The parameters of a block transfer job (0x1A to 0x1F): all that any of them has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BlockJob<'a> {
    /// Which of them.
    pub function: Function,
    /// Status bits: 1 more follows, 2 error.
    pub status: u8,
    /// Unknown, or the error code of an end of upload or download.
    pub code: u16,
    /// Which upload; 0 in downloads and in the start.
    pub upload: u32,
    /// The block's name, counted; in 0x1A, 0x1B, 0x1C, 0x1D.
    pub name: Option<&'a [u8]>,
    /// A second counted text: the sizes, in 0x1A.
    pub sizes: Option<&'a [u8]>,
}

impl<'a> BlockJob<'a> {
    /// Reads the parameters, function included.
    ///
    /// # Errors
    /// Too short, or something is left over.
    pub fn decode(parameters: &'a [u8]) -> Result<Self, ReadError> {
        let mut reader = Reader::new(parameters);
        let job = Self {
            function: Function(reader.u8("function")?),
            status: reader.u8("status")?,
            code: reader.u16_be("code")?,
            upload: reader.u32_be("upload id")?,
            name: counted(&mut reader, "block name")?,
            sizes: counted(&mut reader, "block sizes")?,
        };
        reader.finish("end of block parameters")?;
        Ok(job)
    }

    /// Writes the parameters, function included. `None` where a text is too long.
    #[must_use]
    pub fn encode(&self) -> Option<Vec<u8>> {
        let mut bytes = vec![self.function.0, self.status];
        bytes.extend_from_slice(&self.code.to_be_bytes());
        bytes.extend_from_slice(&self.upload.to_be_bytes());
        for text in [self.name, self.sizes].into_iter().flatten() {
            bytes.push(u8::try_from(text.len()).ok()?);
            bytes.extend_from_slice(text);
        }
        Some(bytes)
    }
}

/// A text with its length before it, if anything is left.
fn counted<'a>(reader: &mut Reader<'a>, field: &'static str) -> Result<Option<&'a [u8]>, ReadError> {
    if reader.is_empty() {
        return Ok(None);
    }
    let length = reader.u8(field)?;
    reader.take(length.into(), field).map(Some)
}

/// The piece of a block in the answer to 0x1B or 0x1E.
///
/// # Errors
/// Shorter than its length says.
pub fn block_piece(data: &[u8]) -> Result<&[u8], ReadError> {
    let mut reader = Reader::new(data);
    let length = reader.u16_be("piece length")?;
    reader.skip(2, "unknown")?;
    reader.take(length.into(), "piece")
}

/// The parameters of a program invocation job.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Invocation<'a> {
    /// Seven bytes, `00 00 00 00 00 00 FD` as far as seen.
    pub unknown: [u8; 7],
    /// What the service is told: block names, a way to start, strings.
    pub argument: &'a [u8],
    /// The service: `_INSE`, `P_PROGRAM`.
    pub service: &'a [u8],
}

impl<'a> Invocation<'a> {
    /// Reads the parameters, function included.
    ///
    /// # Errors
    /// Too short.
    pub fn decode(parameters: &'a [u8]) -> Result<Self, ReadError> {
        let mut reader = Reader::new(parameters);
        reader.skip(1, "function")?;
        let unknown = reader.array("unknown")?;
        let length = reader.u16_be("argument length")?;
        let argument = reader.take(length.into(), "argument")?;
        let length = reader.u8("service length")?;
        let service = reader.take(length.into(), "service")?;
        reader.finish("end of PI parameters")?;
        Ok(Self { unknown, argument, service })
    }

    /// Writes the parameters, function included. `None` where a part is too long.
    #[must_use]
    pub fn encode(&self) -> Option<Vec<u8>> {
        let mut bytes = vec![Function::PI_SERVICE.0];
        bytes.extend_from_slice(&self.unknown);
        bytes.extend_from_slice(&u16::try_from(self.argument.len()).ok()?.to_be_bytes());
        bytes.extend_from_slice(self.argument);
        bytes.push(u8::try_from(self.service.len()).ok()?);
        bytes.extend_from_slice(self.service);
        Some(bytes)
    }

    /// The blocks an `_INSE` or `_DELE` is about: a count, a fill byte, then eight characters each.
    pub fn blocks(&self) -> impl Iterator<Item = &'a [u8]> + use<'a> {
        let (count, names) = match self.argument.split_first_chunk::<2>() {
            Some(([count, _], names)) => (usize::from(*count), names),
            None => (0, &[][..]),
        };
        names.chunks_exact(BLOCK_NAME_BYTES).take(count)
    }
}

/// A block's name without the leading file identifier.
const BLOCK_NAME_BYTES: usize = 8;

/// The controller program a `plc_stop` names.
#[must_use]
pub fn stop_target(parameters: &[u8]) -> Option<&[u8]> {
    let mut reader = Reader::new(parameters);
    reader.skip(6, "function and unknown").ok()?;
    let length = reader.u8("service length").ok()?;
    reader.take(length.into(), "service").ok()
}

/// How the length of a data item is counted, and what kind of value it holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Transport(pub u8);

impl Transport {
    /// Nothing.
    pub const NULL: Self = Self(0);
    /// Bits, counted in bits.
    pub const BIT: Self = Self(3);
    /// Bytes, words, double words; counted in bits.
    pub const BYTES: Self = Self(4);
    /// Integers, counted in bits.
    pub const INTEGER: Self = Self(5);
    /// Double integers, counted in bytes.
    pub const DOUBLE_INTEGER: Self = Self(6);
    /// Floating point, counted in bytes.
    pub const REAL: Self = Self(7);
    /// A string of bytes.
    pub const OCTETS: Self = Self(9);

    /// How many bytes a length field of this kind means.
    #[must_use]
    pub const fn bytes(self, length: u16) -> usize {
        match self {
            // Some devices leave a length in an item that holds nothing.
            Self::NULL => 0,
            Self::BIT | Self::BYTES | Self::INTEGER => (length as usize).div_ceil(8),
            _ => length as usize,
        }
    }
}

/// One item of the data part: what came of it, and its value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DataItem<'a> {
    /// 0xFF is success.
    pub code: u8,
    /// How the length is counted.
    pub transport: Transport,
    /// The length as it stands there.
    pub length: u16,
    /// The value.
    pub value: &'a [u8],
}

impl<'a> DataItem<'a> {
    /// Reads the next item; if it is not the last and ends on an odd byte, a fill byte follows it.
    ///
    /// # Errors
    /// Shorter than its length says.
    #[inline]
    pub fn decode(reader: &mut Reader<'a>) -> Result<Self, ReadError> {
        let [code, transport, high, low] = reader.array("data item")?;
        let (transport, length) = (Transport(transport), u16::from_be_bytes([high, low]));
        let count = transport.bytes(length);
        let value = reader.take(count, "value")?;
        if count % 2 == 1 && !reader.is_empty() {
            reader.skip(1, "fill byte")?;
        }
        Ok(Self { code, transport, length, value })
    }

    /// Writes the item; `last` items have no fill byte.
    pub fn encode(&self, bytes: &mut Vec<u8>, last: bool) {
        bytes.extend_from_slice(&[self.code, self.transport.0]);
        bytes.extend_from_slice(&self.length.to_be_bytes());
        bytes.extend_from_slice(self.value);
        if self.value.len() % 2 == 1 && !last {
            bytes.push(0);
        }
    }
}

/// The head of the parameters of a userdata PDU.
const USERDATA_HEAD: [u8; 3] = [0, 1, 0x12];
/// The head of a mode transition, which has its own form.
const MODE_HEAD: [u8; 3] = [1, 0, 0x10];

/// What a userdata PDU is: the high nibble of its type byte.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Method(pub u8);

impl Method {
    /// Nobody asked for it.
    pub const PUSH: Self = Self(0);
    /// The same, of a numerical control.
    pub const NC_PUSH: Self = Self(3);
    /// A request.
    pub const REQUEST: Self = Self(4);
    /// The same, of a numerical control.
    pub const NC_REQUEST: Self = Self(7);
    /// An answer.
    pub const RESPONSE: Self = Self(8);
    /// The same, of a numerical control.
    pub const NC_RESPONSE: Self = Self(11);

    /// Whether it asks.
    #[must_use]
    pub const fn is_request(self) -> bool {
        matches!(self, Self::REQUEST | Self::NC_REQUEST)
    }

    /// Whether it answers.
    #[must_use]
    pub const fn is_response(self) -> bool {
        matches!(self, Self::RESPONSE | Self::NC_RESPONSE)
    }
}

/// The parameters of a userdata PDU.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Userdata {
    /// 00 01 12, or 01 00 10 of a mode transition.
    pub head: [u8; 3],
    /// How many bytes follow, by what it says.
    pub length: u8,
    /// 0x11 is the short form, 0x12 the one with a tail.
    pub form: u8,
    /// Push, request or response.
    pub method: Method,
    /// Function group.
    pub group: u8,
    /// Function in the group; the mode of a mode transition.
    pub function: u8,
    /// Tells the parts of one long answer, and cyclic jobs, from others.
    pub sequence: u8,
    /// Only in the form with a tail.
    pub tail: Option<Tail>,
}

/// The tail of the parameters of a userdata PDU.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Tail {
    /// Which data unit the answer is part of.
    pub unit: u8,
    /// 0 says that this part is the last.
    pub more: u8,
    /// Error class and code.
    pub error: u16,
}

impl Userdata {
    /// Reads the parameters.
    ///
    /// # Errors
    /// Too short, or something is left over.
    pub fn decode(parameters: &[u8]) -> Result<Self, ReadError> {
        let mut reader = Reader::new(parameters);
        let head = reader.array("head")?;
        let [length, form, kind, function, sequence] = reader.array("userdata parameters")?;
        let tail = if reader.is_empty() {
            None
        } else {
            let [unit, more] = reader.array("data unit")?;
            Some(Tail { unit, more, error: reader.u16_be("error code")? })
        };
        reader.finish("end of userdata parameters")?;
        let (method, group) = (Method(kind >> 4), kind & 0x0F);
        Ok(Self { head, length, form, method, group, function, sequence, tail })
    }

    /// Writes the parameters.
    #[must_use]
    pub fn encode(&self) -> Vec<u8> {
        let mut bytes = self.head.to_vec();
        let kind = (self.method.0 << 4) | (self.group & 0x0F);
        bytes.extend_from_slice(&[self.length, self.form, kind, self.function, self.sequence]);
        if let Some(tail) = self.tail {
            bytes.extend_from_slice(&[tail.unit, tail.more]);
            bytes.extend_from_slice(&tail.error.to_be_bytes());
        }
        bytes
    }

    /// Whether the head is one of the two that are known.
    #[must_use]
    pub fn is_known(&self) -> bool {
        self.head == USERDATA_HEAD || (self.head == MODE_HEAD && self.group == 0)
    }
}
