use super::{Function, MeiType, Pdu, SubFunction};
use quaywatch_wire::{ReadError, Reader};

/// Which of the four tables a read is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Table {
    /// Coils: bits that can be written.
    Coils,
    /// Discrete inputs: bits that can only be read.
    DiscreteInputs,
    /// Holding registers: words that can be written.
    HoldingRegisters,
    /// Input registers: words that can only be read.
    InputRegisters,
}

impl Table {
    /// The table a read function reads.
    pub(super) const fn of(function: Function) -> Option<Self> {
        Some(match function {
            Function::READ_COILS => Self::Coils,
            Function::READ_DISCRETE_INPUTS => Self::DiscreteInputs,
            Function::READ_HOLDING_REGISTERS => Self::HoldingRegisters,
            Function::READ_INPUT_REGISTERS => Self::InputRegisters,
            _ => return None,
        })
    }

    const fn function(self) -> Function {
        match self {
            Self::Coils => Function::READ_COILS,
            Self::DiscreteInputs => Function::READ_DISCRETE_INPUTS,
            Self::HoldingRegisters => Function::READ_HOLDING_REGISTERS,
            Self::InputRegisters => Function::READ_INPUT_REGISTERS,
        }
    }

    /// Whether its members are single bits.
    #[must_use]
    pub const fn is_bits(self) -> bool {
        matches!(self, Self::Coils | Self::DiscreteInputs)
    }

    /// The word that objects of this table begin with.
    pub(super) const fn word(self) -> &'static str {
        match self {
            Self::Coils => "coil",
            Self::DiscreteInputs => "discrete",
            Self::HoldingRegisters => "holding",
            Self::InputRegisters => "input",
        }
    }
}

/// What a client asks. Addresses are zero-based, as on the wire.
///
/// Decoding checks that the lengths inside agree with the PDU's, not that a quantity is one the standard allows:
/// what decodes encodes to the same bytes, and a quantity no device accepts is still told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Request<'a> {
    /// Reads of the four tables, 0x01 to 0x04.
    Read {
        /// Which table.
        table: Table,
        /// The first address.
        address: u16,
        /// How many.
        quantity: u16,
    },
    /// 0x05. `value` is 0xFF00 for on and 0x0000 for off.
    WriteSingleCoil {
        /// Which coil.
        address: u16,
        /// As on the wire.
        value: u16,
    },
    /// 0x06.
    WriteSingleRegister {
        /// Which register.
        address: u16,
        /// The new value.
        value: u16,
    },
    /// 0x07, 0x0B, 0x0C and 0x11 have nothing but their function code.
    Bare(Function),
    /// 0x08.
    Diagnostics {
        /// Which test or counter.
        sub: SubFunction,
        /// Words for the sub-function.
        data: &'a [u8],
    },
    /// 0x0F.
    WriteMultipleCoils {
        /// The first coil.
        address: u16,
        /// How many.
        quantity: u16,
        /// One bit a coil, the first in the lowest bit of the first byte.
        data: &'a [u8],
    },
    /// 0x10.
    WriteMultipleRegisters {
        /// The first register.
        address: u16,
        /// How many.
        quantity: u16,
        /// Two bytes a register.
        data: &'a [u8],
    },
    /// 0x14. Seven bytes a record: reference type 6, file, record, length.
    ReadFileRecord {
        /// The records.
        records: &'a [u8],
    },
    /// 0x15. Each record: reference type 6, file, record, length, two bytes a register.
    WriteFileRecord {
        /// The records.
        records: &'a [u8],
    },
    /// 0x16. The register becomes `(current & and) | (or & !and)`.
    MaskWrite {
        /// Which register.
        address: u16,
        /// Bits that stay.
        and: u16,
        /// Bits that are set where they do not stay.
        or: u16,
    },
    /// 0x17. The write is done first.
    ReadWrite {
        /// The first register to read.
        read_address: u16,
        /// How many to read.
        read_quantity: u16,
        /// The first register to write.
        write_address: u16,
        /// How many to write.
        write_quantity: u16,
        /// Two bytes a register to write.
        data: &'a [u8],
    },
    /// 0x18.
    ReadFifo {
        /// The queue's pointer address.
        address: u16,
    },
    /// 0x2B/0x0E.
    ReadDeviceIdentification {
        /// 1 basic, 2 regular, 3 extended, 4 one object.
        category: u8,
        /// The first object, or the one object.
        object: u8,
    },
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

impl<'a> Request<'a> {
    /// Reads a request.
    ///
    /// # Errors
    /// A field is missing, or a byte count does not agree with what there is.
    pub fn decode(pdu: Pdu<'a>) -> Result<Self, ReadError> {
        let function = Function(pdu.code);
        let mut reader = Reader::new(pdu.data);
        let request = Self::read(function, &mut reader)?;
        reader.finish("end of request")?;
        Ok(request)
    }

    fn read(function: Function, r: &mut Reader<'a>) -> Result<Self, ReadError> {
        if let Some(table) = Table::of(function) {
            return Ok(Self::Read { table, address: r.u16_be("address")?, quantity: r.u16_be("quantity")? });
        }
        Ok(match function {
            Function::WRITE_SINGLE_COIL => {
                Self::WriteSingleCoil { address: r.u16_be("address")?, value: r.u16_be("value")? }
            }
            Function::WRITE_SINGLE_REGISTER => {
                Self::WriteSingleRegister { address: r.u16_be("address")?, value: r.u16_be("value")? }
            }
            Function::READ_EXCEPTION_STATUS
            | Function::GET_COMM_EVENT_COUNTER
            | Function::GET_COMM_EVENT_LOG
            | Function::REPORT_SERVER_ID => Self::Bare(function),
            Function::DIAGNOSTICS => {
                Self::Diagnostics { sub: SubFunction(r.u16_be("sub-function")?), data: r.rest() }
            }
            Function::WRITE_MULTIPLE_COILS => {
                let (address, quantity) = (r.u16_be("address")?, r.u16_be("quantity")?);
                Self::WriteMultipleCoils { address, quantity, data: counted(r)? }
            }
            Function::WRITE_MULTIPLE_REGISTERS => {
                let (address, quantity) = (r.u16_be("address")?, r.u16_be("quantity")?);
                Self::WriteMultipleRegisters { address, quantity, data: counted(r)? }
            }
            Function::READ_FILE_RECORD => Self::ReadFileRecord { records: counted(r)? },
            Function::WRITE_FILE_RECORD => Self::WriteFileRecord { records: counted(r)? },
            Function::MASK_WRITE_REGISTER => Self::MaskWrite {
                address: r.u16_be("address")?,
                and: r.u16_be("AND mask")?,
                or: r.u16_be("OR mask")?,
            },
            Function::READ_WRITE_MULTIPLE_REGISTERS => Self::ReadWrite {
                read_address: r.u16_be("read address")?,
                read_quantity: r.u16_be("read quantity")?,
                write_address: r.u16_be("write address")?,
                write_quantity: r.u16_be("write quantity")?,
                data: counted(r)?,
            },
            Function::READ_FIFO_QUEUE => Self::ReadFifo { address: r.u16_be("FIFO pointer address")? },
            Function::ENCAPSULATED_INTERFACE_TRANSPORT => match MeiType(r.u8("MEI type")?) {
                MeiType::DEVICE_IDENTIFICATION => Self::ReadDeviceIdentification {
                    category: r.u8("read device id code")?,
                    object: r.u8("object id")?,
                },
                mei => Self::Encapsulated { mei, data: r.rest() },
            },
            _ => Self::Other { function, data: r.rest() },
        })
    }

    /// The function this request is.
    #[must_use]
    pub const fn function(&self) -> Function {
        match *self {
            Self::Read { table, .. } => table.function(),
            Self::WriteSingleCoil { .. } => Function::WRITE_SINGLE_COIL,
            Self::WriteSingleRegister { .. } => Function::WRITE_SINGLE_REGISTER,
            Self::Bare(function) | Self::Other { function, .. } => function,
            Self::Diagnostics { .. } => Function::DIAGNOSTICS,
            Self::WriteMultipleCoils { .. } => Function::WRITE_MULTIPLE_COILS,
            Self::WriteMultipleRegisters { .. } => Function::WRITE_MULTIPLE_REGISTERS,
            Self::ReadFileRecord { .. } => Function::READ_FILE_RECORD,
            Self::WriteFileRecord { .. } => Function::WRITE_FILE_RECORD,
            Self::MaskWrite { .. } => Function::MASK_WRITE_REGISTER,
            Self::ReadWrite { .. } => Function::READ_WRITE_MULTIPLE_REGISTERS,
            Self::ReadFifo { .. } => Function::READ_FIFO_QUEUE,
            Self::ReadDeviceIdentification { .. } | Self::Encapsulated { .. } => {
                Function::ENCAPSULATED_INTERFACE_TRANSPORT
            }
        }
    }

    /// Appends the bytes of this request's PDU, function code first.
    ///
    /// A field longer than its byte count can say is cut; what was decoded never is.
    pub fn encode(&self, out: &mut Vec<u8>) {
        out.push(self.function().0);
        match *self {
            Self::Read { address, quantity, .. } => words(out, &[address, quantity]),
            Self::WriteSingleCoil { address, value } | Self::WriteSingleRegister { address, value } => {
                words(out, &[address, value]);
            }
            Self::Bare(_) => {}
            Self::Diagnostics { sub, data } => {
                words(out, &[sub.0]);
                out.extend_from_slice(data);
            }
            Self::WriteMultipleCoils { address, quantity, data }
            | Self::WriteMultipleRegisters { address, quantity, data } => {
                words(out, &[address, quantity]);
                put_counted(out, data);
            }
            Self::ReadFileRecord { records } | Self::WriteFileRecord { records } => put_counted(out, records),
            Self::MaskWrite { address, and, or } => words(out, &[address, and, or]),
            Self::ReadWrite { read_address, read_quantity, write_address, write_quantity, data } => {
                words(out, &[read_address, read_quantity, write_address, write_quantity]);
                put_counted(out, data);
            }
            Self::ReadFifo { address } => words(out, &[address]),
            Self::ReadDeviceIdentification { category, object } => {
                out.extend_from_slice(&[MeiType::DEVICE_IDENTIFICATION.0, category, object]);
            }
            Self::Encapsulated { mei, data } => {
                out.push(mei.0);
                out.extend_from_slice(data);
            }
            Self::Other { data, .. } => out.extend_from_slice(data),
        }
    }
}

/// A byte count and so many bytes.
pub(super) fn counted<'a>(reader: &mut Reader<'a>) -> Result<&'a [u8], ReadError> {
    let count = reader.u8("byte count")?;
    reader.take(count.into(), "byte count")
}

/// Appends a byte count and so many bytes.
pub(super) fn put_counted(out: &mut Vec<u8>, data: &[u8]) {
    let count = u8::try_from(data.len()).unwrap_or(u8::MAX);
    out.push(count);
    out.extend_from_slice(data.get(..count.into()).unwrap_or(data));
}

/// Appends big-endian words.
pub(super) fn words(out: &mut Vec<u8>, words: &[u16]) {
    words.iter().for_each(|word| out.extend_from_slice(&word.to_be_bytes()));
}
