use super::request::{counted, put_counted, words};
use super::{ExceptionCode, Function, MeiType, Pdu, SubFunction};
use quaywatch_wire::{ReadError, Reader};

/// What a server answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Response<'a> {
    /// The server does not do as it was asked.
    Exception {
        /// Which function was asked for.
        function: Function,
        /// Why not.
        code: ExceptionCode,
    },
    /// The values of 0x01 to 0x04 and 0x17.
    Values {
        /// Which function.
        function: Function,
        /// Bits from the lowest of the first byte on, or two bytes a register.
        data: &'a [u8],
    },
    /// The echo of 0x05 and 0x06.
    Written {
        /// Which function.
        function: Function,
        /// Which coil or register.
        address: u16,
        /// The value as on the wire.
        value: u16,
    },
    /// 0x07.
    ExceptionStatus(u8),
    /// 0x08.
    Diagnostics {
        /// Which test or counter.
        sub: SubFunction,
        /// Words of the sub-function.
        data: &'a [u8],
    },
    /// 0x0B.
    EventCounter {
        /// 0xFFFF while a program command runs.
        status: u16,
        /// How many messages were completed.
        count: u16,
    },
    /// 0x0C. `data` holds status, event count, message count and the events, the newest first.
    EventLog {
        /// The bytes after the byte count.
        data: &'a [u8],
    },
    /// The answers to 0x0F and 0x10.
    WrittenMultiple {
        /// Which function.
        function: Function,
        /// The first address.
        address: u16,
        /// How many.
        quantity: u16,
    },
    /// 0x11. The device's own layout: usually an id, a run indicator, and text.
    ServerId {
        /// The bytes after the byte count.
        data: &'a [u8],
    },
    /// 0x14: each record its length, reference type 6, and the registers.
    FileRecords {
        /// The records.
        records: &'a [u8],
    },
    /// The echo of 0x15.
    FileRecordsWritten {
        /// The records as they were asked for.
        records: &'a [u8],
    },
    /// The echo of 0x16.
    MaskWritten {
        /// Which register.
        address: u16,
        /// Bits that stay.
        and: u16,
        /// Bits that are set where they do not stay.
        or: u16,
    },
    /// 0x18.
    Fifo {
        /// How many registers are in the queue.
        count: u16,
        /// Two bytes a register.
        data: &'a [u8],
    },
    /// 0x2B/0x0E.
    DeviceIdentification(Identification<'a>),
    /// Other MEI types of 0x2B.
    Encapsulated {
        /// Which.
        mei: MeiType,
        /// Its data.
        data: &'a [u8],
    },
    /// A function whose layout is not known here, [UMAS](crate::umas) among them.
    Other {
        /// Which.
        function: Function,
        /// What follows the function code.
        data: &'a [u8],
    },
}

/// The answer to a device identification request (clause 6.21).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Identification<'a> {
    /// The category that was asked for.
    pub category: u8,
    /// What the device can tell at most.
    pub conformity: u8,
    /// 0xFF if more objects follow in another exchange.
    pub more_follows: u8,
    /// The object to ask for next, if more follow.
    pub next_object: u8,
    /// How many objects are here.
    pub count: u8,
    /// Each object its id, its length, its bytes.
    pub objects: &'a [u8],
}

impl<'a> Response<'a> {
    /// Reads a response.
    ///
    /// # Errors
    /// A field is missing, or a byte count does not agree with what there is.
    pub fn decode(pdu: Pdu<'a>) -> Result<Self, ReadError> {
        let mut reader = Reader::new(pdu.data);
        let response = Self::read(pdu, &mut reader)?;
        reader.finish("end of response")?;
        Ok(response)
    }

    fn read(pdu: Pdu<'a>, r: &mut Reader<'a>) -> Result<Self, ReadError> {
        let function = pdu.function();
        if pdu.is_exception() {
            return Ok(Self::Exception { function, code: ExceptionCode(r.u8("exception code")?) });
        }
        Ok(match function {
            Function::READ_COILS
            | Function::READ_DISCRETE_INPUTS
            | Function::READ_HOLDING_REGISTERS
            | Function::READ_INPUT_REGISTERS
            | Function::READ_WRITE_MULTIPLE_REGISTERS => Self::Values { function, data: counted(r)? },
            Function::WRITE_SINGLE_COIL | Function::WRITE_SINGLE_REGISTER => {
                Self::Written { function, address: r.u16_be("address")?, value: r.u16_be("value")? }
            }
            Function::READ_EXCEPTION_STATUS => Self::ExceptionStatus(r.u8("output data")?),
            Function::DIAGNOSTICS => {
                Self::Diagnostics { sub: SubFunction(r.u16_be("sub-function")?), data: r.rest() }
            }
            Function::GET_COMM_EVENT_COUNTER => {
                Self::EventCounter { status: r.u16_be("status")?, count: r.u16_be("event count")? }
            }
            Function::GET_COMM_EVENT_LOG => Self::EventLog { data: counted(r)? },
            Function::WRITE_MULTIPLE_COILS | Function::WRITE_MULTIPLE_REGISTERS => Self::WrittenMultiple {
                function,
                address: r.u16_be("address")?,
                quantity: r.u16_be("quantity")?,
            },
            Function::REPORT_SERVER_ID => Self::ServerId { data: counted(r)? },
            Function::READ_FILE_RECORD => Self::FileRecords { records: counted(r)? },
            Function::WRITE_FILE_RECORD => Self::FileRecordsWritten { records: counted(r)? },
            Function::MASK_WRITE_REGISTER => Self::MaskWritten {
                address: r.u16_be("address")?,
                and: r.u16_be("AND mask")?,
                or: r.u16_be("OR mask")?,
            },
            Function::READ_FIFO_QUEUE => {
                let length = r.u16_be("byte count")?;
                let mut queue = r.sub(length.into(), "byte count")?;
                Self::Fifo { count: queue.u16_be("FIFO count")?, data: queue.rest() }
            }
            Function::ENCAPSULATED_INTERFACE_TRANSPORT => match MeiType(r.u8("MEI type")?) {
                MeiType::DEVICE_IDENTIFICATION => Self::DeviceIdentification(Identification::read(r)?),
                mei => Self::Encapsulated { mei, data: r.rest() },
            },
            _ => Self::Other { function, data: r.rest() },
        })
    }

    /// The function code as it is on the wire, exception bit included.
    #[must_use]
    pub const fn code(&self) -> u8 {
        match *self {
            Self::Exception { function, .. } => function.0 | Function::EXCEPTION,
            Self::Values { function, .. }
            | Self::Written { function, .. }
            | Self::WrittenMultiple { function, .. }
            | Self::Other { function, .. } => function.0,
            Self::ExceptionStatus(_) => Function::READ_EXCEPTION_STATUS.0,
            Self::Diagnostics { .. } => Function::DIAGNOSTICS.0,
            Self::EventCounter { .. } => Function::GET_COMM_EVENT_COUNTER.0,
            Self::EventLog { .. } => Function::GET_COMM_EVENT_LOG.0,
            Self::ServerId { .. } => Function::REPORT_SERVER_ID.0,
            Self::FileRecords { .. } => Function::READ_FILE_RECORD.0,
            Self::FileRecordsWritten { .. } => Function::WRITE_FILE_RECORD.0,
            Self::MaskWritten { .. } => Function::MASK_WRITE_REGISTER.0,
            Self::Fifo { .. } => Function::READ_FIFO_QUEUE.0,
            Self::DeviceIdentification(_) | Self::Encapsulated { .. } => {
                Function::ENCAPSULATED_INTERFACE_TRANSPORT.0
            }
        }
    }

    /// Appends the bytes of this response's PDU, function code first.
    ///
    /// A field longer than its byte count can say is cut; what was decoded never is.
    pub fn encode(&self, out: &mut Vec<u8>) {
        out.push(self.code());
        match *self {
            Self::Exception { code, .. } => out.push(code.0),
            Self::Values { data, .. } | Self::EventLog { data } | Self::ServerId { data } => {
                put_counted(out, data);
            }
            Self::Written { address, value, .. } => words(out, &[address, value]),
            Self::ExceptionStatus(status) => out.push(status),
            Self::Diagnostics { sub, data } => {
                words(out, &[sub.0]);
                out.extend_from_slice(data);
            }
            Self::EventCounter { status, count } => words(out, &[status, count]),
            Self::WrittenMultiple { address, quantity, .. } => words(out, &[address, quantity]),
            Self::FileRecords { records } | Self::FileRecordsWritten { records } => put_counted(out, records),
            Self::MaskWritten { address, and, or } => words(out, &[address, and, or]),
            Self::Fifo { count, data } => {
                words(out, &[u16::try_from(data.len() + 2).unwrap_or(u16::MAX), count]);
                out.extend_from_slice(data);
            }
            Self::DeviceIdentification(identification) => identification.encode(out),
            Self::Encapsulated { mei, data } => {
                out.push(mei.0);
                out.extend_from_slice(data);
            }
            Self::Other { data, .. } => out.extend_from_slice(data),
        }
    }
}

impl<'a> Identification<'a> {
    fn read(r: &mut Reader<'a>) -> Result<Self, ReadError> {
        let identification = Self {
            category: r.u8("read device id code")?,
            conformity: r.u8("conformity level")?,
            more_follows: r.u8("more follows")?,
            next_object: r.u8("next object id")?,
            count: r.u8("number of objects")?,
            objects: r.peek(),
        };
        for _ in 0..identification.count {
            r.u8("object id")?;
            counted(r)?;
        }
        Ok(identification)
    }

    fn encode(&self, out: &mut Vec<u8>) {
        let Self { category, conformity, more_follows, next_object, count, objects } = *self;
        let head = [MeiType::DEVICE_IDENTIFICATION.0, category, conformity, more_follows, next_object, count];
        out.extend_from_slice(&head);
        out.extend_from_slice(objects);
    }

    /// Every object: its id and its bytes.
    pub fn each(&self, mut tell: impl FnMut(u8, &'a [u8])) {
        let mut reader = Reader::new(self.objects);
        while let (Ok(id), Ok(value)) = (reader.u8("object id"), counted(&mut reader)) {
            tell(id, value);
        }
    }
}
