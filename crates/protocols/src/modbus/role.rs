//! What a PDU's own bytes tell of who sent it, and whether a PDU begins somewhere at all.

use super::request::Table;
use super::wire::{FUNCTION_AT, Header, header};
use super::{Adu, Function, Pdu, Request, Response};
use crate::{Answer, umas};

/// Bits a device may be asked for in one exchange (clauses 6.1, 6.2).
pub const MOST_BITS_READ: u16 = 2000;
/// Registers a device may be asked for in one exchange (clauses 6.3, 6.4, 6.17).
pub const MOST_REGISTERS_READ: u16 = 125;
/// Coils a device may be told to set in one exchange (clause 6.11).
pub const MOST_COILS_WRITTEN: u16 = 1968;
/// Registers a device may be told to set in one exchange (clause 6.12).
pub const MOST_REGISTERS_WRITTEN: u16 = 123;
/// Registers a device may be told to set in an exchange that reads, too (clause 6.17).
pub const MOST_REGISTERS_EXCHANGED: u16 = 121;
/// Registers in a queue (clause 6.18).
const MOST_FIFO_REGISTERS: u16 = 31;
const REFERENCE_TYPE: u8 = 6;
/// A UMAS PDU is known by its session key and function; the rest may be a thousand bytes away.
const UMAS_HEAD_BYTES: usize = 10;

/// Whether a PDU can be a request, and whether it can be a response, by the lengths and values inside.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Looks {
    pub(super) request: bool,
    pub(super) response: bool,
}

/// What the PDU's own bytes tell. Both where a function's request and answer look alike, as echoes do, or where
/// its layout is not known; neither where its lengths fit no layout.
pub(super) fn looks(pdu: Pdu<'_>) -> Looks {
    if pdu.code == Function::UMAS.0 {
        let (request, response) = umas::looks(pdu.data);
        return Looks { request, response };
    }
    let request = !pdu.is_exception() && Request::decode(pdu).is_ok_and(|request| can_be_asked(&request));
    Looks { request, response: Response::decode(pdu).is_ok_and(|response| can_be_answered(&response)) }
}

/// Whether an ADU begins at `head`: the strict question, for recognition and resynchronisation.
///
/// Asks for the whole ADU, so that the answer depends on it and not on how the stream was cut. Three zero bytes
/// and a small number are found everywhere, so that the PDU must fit its function's layout. Where it does not,
/// or nobody knows the layout, the ADU must at least end where the bytes end or where another header stands:
/// malformed requests, and scans for functions, are what one wants to see.
pub(super) fn starts(head: &[u8]) -> Answer {
    let whole = match header(head) {
        Header::Wrong(_) => return Answer::No,
        Header::Short => return Answer::Unsure,
        Header::Whole(whole) => whole,
    };
    let code = head.get(FUNCTION_AT).copied();
    if code == Some(0) {
        return Answer::No;
    }
    if code == Some(Function::UMAS.0) && whole > UMAS_HEAD_BYTES {
        let Some(start) = head.get(FUNCTION_AT + 1..UMAS_HEAD_BYTES) else { return Answer::Unsure };
        if umas::looks(start) != (false, false) {
            return Answer::Certain;
        }
    }
    let Some((bytes, rest)) = head.split_at_checked(whole) else { return Answer::Unsure };
    let Ok(adu) = Adu::decode(bytes) else { return Answer::No };
    if fits_layout(adu.pdu) || may_follow(rest) { Answer::Certain } else { Answer::No }
}

/// Whether an ADU of function 0, which no client means and scans for functions send, begins at `head`.
pub(super) fn asks_for_zero(head: &[u8]) -> bool {
    match header(head) {
        Header::Whole(whole) => head.len() >= whole && head.get(FUNCTION_AT) == Some(&0),
        Header::Short | Header::Wrong(_) => false,
    }
}

/// Whether nothing, or what may be another ADU, stands here.
fn may_follow(rest: &[u8]) -> bool {
    match header(rest) {
        Header::Short => true,
        Header::Wrong(_) => false,
        Header::Whole(whole) => rest.get(..whole).is_none_or(|bytes| {
            Adu::decode(bytes).is_ok_and(|adu| {
                adu.pdu.code != 0 && (fits_layout(adu.pdu) || !adu.pdu.function().is_laid_out())
            })
        }),
    }
}

/// Whether the PDU's function has a layout that is known, and the PDU has it.
pub(super) fn fits_layout(pdu: Pdu<'_>) -> bool {
    let Looks { request, response } = looks(pdu);
    (request || response) && (pdu.is_exception() || pdu.function().is_laid_out())
}

fn can_be_asked(request: &Request<'_>) -> bool {
    match *request {
        Request::Read { table, address, quantity } => {
            let most = if table.is_bits() { MOST_BITS_READ } else { MOST_REGISTERS_READ };
            within(address, quantity, most)
        }
        Request::WriteSingleCoil { value, .. } => is_switch(value),
        Request::Diagnostics { sub, data } => data.len() % 2 == 0 && sub.name() != "diagnostics unknown",
        Request::WriteMultipleCoils { address, quantity, data } => {
            within(address, quantity, MOST_COILS_WRITTEN) && data.len() == bytes_of_bits(quantity)
        }
        Request::WriteMultipleRegisters { address, quantity, data } => {
            within(address, quantity, MOST_REGISTERS_WRITTEN) && data.len() == bytes_of_registers(quantity)
        }
        Request::ReadFileRecord { records } => {
            !records.is_empty()
                && records.len() % 7 == 0
                && records.chunks(7).all(|record| record.first() == Some(&REFERENCE_TYPE))
        }
        Request::WriteFileRecord { records } => are_written_records(records),
        Request::ReadWrite { read_address, read_quantity, write_address, write_quantity, data } => {
            within(read_address, read_quantity, MOST_REGISTERS_READ)
                && within(write_address, write_quantity, MOST_REGISTERS_EXCHANGED)
                && data.len() == bytes_of_registers(write_quantity)
        }
        Request::ReadDeviceIdentification { category, .. } => (1..=4).contains(&category),
        Request::WriteSingleRegister { .. }
        | Request::Bare(_)
        | Request::MaskWrite { .. }
        | Request::ReadFifo { .. }
        | Request::Encapsulated { .. }
        | Request::Other { .. } => true,
    }
}

fn can_be_answered(response: &Response<'_>) -> bool {
    match *response {
        Response::Exception { code, .. } => code.is_defined(),
        Response::Values { function, data } => {
            let bits = Table::of(function).is_some_and(Table::is_bits);
            (1..=250).contains(&data.len()) && (bits || data.len() % 2 == 0)
        }
        Response::Written { function, value, .. } => {
            function != Function::WRITE_SINGLE_COIL || is_switch(value)
        }
        Response::Diagnostics { sub, data } => data.len() % 2 == 0 && sub.name() != "diagnostics unknown",
        Response::EventLog { data } => data.len() >= 6,
        Response::WrittenMultiple { function, address, quantity } => {
            let coils = function == Function::WRITE_MULTIPLE_COILS;
            within(address, quantity, if coils { MOST_COILS_WRITTEN } else { MOST_REGISTERS_WRITTEN })
        }
        Response::FileRecords { records } => are_read_records(records),
        Response::FileRecordsWritten { records } => are_written_records(records),
        Response::Fifo { count, data } => {
            count <= MOST_FIFO_REGISTERS && data.len() == bytes_of_registers(count)
        }
        Response::DeviceIdentification(identification) => {
            (1..=4).contains(&identification.category) && matches!(identification.more_follows, 0 | 0xFF)
        }
        Response::ExceptionStatus(_)
        | Response::EventCounter { .. }
        | Response::ServerId { .. }
        | Response::MaskWritten { .. }
        | Response::Encapsulated { .. }
        | Response::Other { .. } => true,
    }
}

/// What an answer has to repeat of its request, so that a request is not paired with another's answer when
/// transaction identifiers repeat. `None` where nothing of the kind can be told.
pub(super) fn expects(request: &Request<'_>) -> Option<u32> {
    Some(match *request {
        Request::Read { table, quantity, .. } if table.is_bits() => bytes_of_bits(quantity) as u32,
        Request::Read { quantity, .. } => bytes_of_registers(quantity) as u32,
        Request::WriteSingleCoil { address, value } | Request::WriteSingleRegister { address, value } => {
            pair(address, value)
        }
        Request::Diagnostics { sub, .. } => sub.0.into(),
        Request::WriteMultipleCoils { address, quantity, .. }
        | Request::WriteMultipleRegisters { address, quantity, .. } => pair(address, quantity),
        Request::MaskWrite { address, and, .. } => pair(address, and),
        Request::ReadWrite { read_quantity, .. } => bytes_of_registers(read_quantity) as u32,
        Request::ReadDeviceIdentification { category, .. } => category.into(),
        _ => return None,
    })
}

/// What an answer repeats of its request: the counterpart of [`expects`].
pub(super) fn repeats(response: &Response<'_>) -> Option<u32> {
    Some(match *response {
        Response::Values { data, .. } => data.len() as u32,
        Response::Written { address, value, .. } => pair(address, value),
        Response::Diagnostics { sub, .. } => sub.0.into(),
        Response::WrittenMultiple { address, quantity, .. } => pair(address, quantity),
        Response::MaskWritten { address, and, .. } => pair(address, and),
        Response::DeviceIdentification(identification) => identification.category.into(),
        _ => return None,
    })
}

fn pair(high: u16, low: u16) -> u32 {
    u32::from(high) << 16 | u32::from(low)
}

fn within(address: u16, quantity: u16, most: u16) -> bool {
    (1..=most).contains(&quantity) && u32::from(address) + u32::from(quantity) <= 0x1_0000
}

const fn is_switch(value: u16) -> bool {
    matches!(value, 0 | 0xFF00)
}

fn bytes_of_bits(quantity: u16) -> usize {
    usize::from(quantity).div_ceil(8)
}

fn bytes_of_registers(quantity: u16) -> usize {
    usize::from(quantity) * 2
}

/// Reference type, file, record and a length in registers, then the registers; and nothing besides.
fn are_written_records(mut records: &[u8]) -> bool {
    while let &[REFERENCE_TYPE, _, _, _, _, high, low, ref rest @ ..] = records {
        let Some(after) = rest.get(bytes_of_registers(u16::from_be_bytes([high, low]))..) else {
            return false;
        };
        if after.is_empty() {
            return true;
        }
        records = after;
    }
    false
}

/// A length that counts the reference type and the registers, then those; and nothing besides.
fn are_read_records(mut records: &[u8]) -> bool {
    while let &[length, REFERENCE_TYPE, ref rest @ ..] = records {
        let Some(after) = rest.get(usize::from(length.max(1)) - 1..) else { return false };
        if length % 2 == 1 && after.is_empty() {
            return true;
        }
        records = after;
    }
    false
}
