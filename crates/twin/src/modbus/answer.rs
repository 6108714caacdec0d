use super::counters::Counters;
use super::{identity, map};
use crate::Plc;
use quaywatch_crane::Area;
use quaywatch_protocols::modbus::{
    ExceptionCode, Function, MOST_BITS_READ, MOST_COILS_WRITTEN, MOST_REGISTERS_EXCHANGED,
    MOST_REGISTERS_READ, MOST_REGISTERS_WRITTEN, MeiType, Pdu, Request, Response, Table,
};

/// The value that switches a coil on, and the one that switches it off (clause 6.5).
const ON: u16 = 0xFF00;
const OFF: u16 = 0;

/// Does what is asked, in the order of clause 6's state diagrams: is the function there (else exception 1), can its
/// fields be so (3), are the addresses there (2). What the answer tells is put into `room`.
pub(super) fn answer<'a>(
    plc: &mut Plc,
    counters: &mut Counters,
    pdu: Pdu<'a>,
    room: &'a mut Vec<u8>,
) -> Result<Response<'a>, ExceptionCode> {
    if !is_served(pdu) {
        return Err(ExceptionCode::ILLEGAL_FUNCTION);
    }
    let request = Request::decode(pdu).map_err(|_| ExceptionCode::ILLEGAL_DATA_VALUE)?;
    match request {
        Request::Read { table, address, quantity } => read(plc, table, address, quantity, room),
        Request::WriteSingleCoil { address, value } => {
            if ![ON, OFF].contains(&value) {
                return Err(ExceptionCode::ILLEGAL_DATA_VALUE);
            }
            map::write_coils(&mut plc.image, address, 1, &[u8::from(value == ON)])
                .map(|()| Response::Written { function: request.function(), address, value })
        }
        Request::WriteSingleRegister { address, value } => {
            map::write_registers(&mut plc.image, address, &value.to_be_bytes())?;
            Ok(Response::Written { function: request.function(), address, value })
        }
        Request::WriteMultipleCoils { address, quantity, data } => {
            fits(quantity, MOST_COILS_WRITTEN, usize::from(quantity).div_ceil(8), data)?;
            map::write_coils(&mut plc.image, address, quantity, data)?;
            Ok(Response::WrittenMultiple { function: request.function(), address, quantity })
        }
        Request::WriteMultipleRegisters { address, quantity, data } => {
            fits(quantity, MOST_REGISTERS_WRITTEN, usize::from(quantity) * 2, data)?;
            map::write_registers(&mut plc.image, address, data)?;
            Ok(Response::WrittenMultiple { function: request.function(), address, quantity })
        }
        Request::MaskWrite { address, and, or } => {
            map::read_registers(&plc.image, Area::Holding, address, 1, room)?;
            let current = u16::from_be_bytes(room.first_chunk().copied().unwrap_or_default());
            map::write_registers(&mut plc.image, address, &(current & and | or & !and).to_be_bytes())?;
            Ok(Response::MaskWritten { address, and, or })
        }
        Request::ReadWrite { read_address, read_quantity, write_address, write_quantity, data } => {
            within(read_quantity, MOST_REGISTERS_READ)?;
            fits(write_quantity, MOST_REGISTERS_EXCHANGED, usize::from(write_quantity) * 2, data)?;
            // Nothing is written where what is to be read is not there.
            map::read_registers(&plc.image, Area::Holding, read_address, read_quantity, room)?;
            map::write_registers(&mut plc.image, write_address, data)?;
            room.clear();
            map::read_registers(&plc.image, Area::Holding, read_address, read_quantity, room)?;
            Ok(Response::Values { function: request.function(), data: room })
        }
        Request::Diagnostics { sub, data } => counters.diagnose(sub, data, room),
        Request::ReadDeviceIdentification { category, object } => {
            identity::identification(plc, category, object, room)
        }
        Request::Bare(Function::REPORT_SERVER_ID) => Ok(identity::server_id(plc, room)),
        _ => Err(ExceptionCode::ILLEGAL_FUNCTION),
    }
}

/// Whether a function is there at all, whatever its fields are.
fn is_served(pdu: Pdu<'_>) -> bool {
    match Function(pdu.code) {
        Function::ENCAPSULATED_INTERFACE_TRANSPORT => {
            pdu.data.first().is_none_or(|mei| MeiType(*mei) == MeiType::DEVICE_IDENTIFICATION)
        }
        function => matches!(function.0, 1..=6 | 8 | 15..=17 | 22 | 23),
    }
}

fn read<'a>(
    plc: &Plc,
    table: Table,
    address: u16,
    quantity: u16,
    room: &'a mut Vec<u8>,
) -> Result<Response<'a>, ExceptionCode> {
    let (area, function) = match table {
        Table::Coils => (Area::Coil, Function::READ_COILS),
        Table::DiscreteInputs => (Area::Discrete, Function::READ_DISCRETE_INPUTS),
        Table::HoldingRegisters => (Area::Holding, Function::READ_HOLDING_REGISTERS),
        Table::InputRegisters => (Area::Input, Function::READ_INPUT_REGISTERS),
    };
    if table.is_bits() {
        within(quantity, MOST_BITS_READ)?;
        map::read_bits(&plc.image, area, address, quantity, room)?;
    } else {
        within(quantity, MOST_REGISTERS_READ)?;
        map::read_registers(&plc.image, area, address, quantity, room)?;
    }
    Ok(Response::Values { function, data: room })
}

fn within(quantity: u16, most: u16) -> Result<(), ExceptionCode> {
    (1..=most).contains(&quantity).then_some(()).ok_or(ExceptionCode::ILLEGAL_DATA_VALUE)
}

/// Whether so many may be written at once, and the bytes for them are there.
fn fits(quantity: u16, most: u16, bytes: usize, data: &[u8]) -> Result<(), ExceptionCode> {
    within(quantity, most)?;
    (data.len() == bytes).then_some(()).ok_or(ExceptionCode::ILLEGAL_DATA_VALUE)
}
