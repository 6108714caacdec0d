//! How Zeek's and ICSNPP's scripts spell what the standard numbers.

use super::super::{ExceptionCode, Function, MeiType, SubFunction};
use std::borrow::Cow;

/// A function by its code on the wire; exceptions of known functions are marked.
pub(super) fn function(code: u8) -> Cow<'static, str> {
    match known(code & !Function::EXCEPTION) {
        Some(name) if code & Function::EXCEPTION == 0 => name.into(),
        Some(name) => format!("{name}_EXCEPTION").into(),
        None => format!("unknown-{code}").into(),
    }
}

const fn known(function: u8) -> Option<&'static str> {
    Some(match function {
        0x01 => "READ_COILS",
        0x02 => "READ_DISCRETE_INPUTS",
        0x03 => "READ_HOLDING_REGISTERS",
        0x04 => "READ_INPUT_REGISTERS",
        0x05 => "WRITE_SINGLE_COIL",
        0x06 => "WRITE_SINGLE_REGISTER",
        0x07 => "READ_EXCEPTION_STATUS",
        0x08 => "DIAGNOSTICS",
        0x09 => "PROGRAM_484",
        0x0A => "POLL_484",
        0x0B => "GET_COMM_EVENT_COUNTER",
        0x0C => "GET_COMM_EVENT_LOG",
        0x0D => "PROGRAM_584_984",
        0x0E => "POLL_584_984",
        0x0F => "WRITE_MULTIPLE_COILS",
        0x10 => "WRITE_MULTIPLE_REGISTERS",
        0x11 => "REPORT_SLAVE_ID",
        0x12 => "PROGRAM_884_U84",
        0x13 => "RESET_COMM_LINK_884_U84",
        0x14 => "READ_FILE_RECORD",
        0x15 => "WRITE_FILE_RECORD",
        0x16 => "MASK_WRITE_REGISTER",
        0x17 => "READ_WRITE_MULTIPLE_REGISTERS",
        0x18 => "READ_FIFO_QUEUE",
        0x28 => "PROGRAM_CONCEPT",
        0x29 => "MULTIPLE_FUNCTION_CODES",
        0x2B => "ENCAP_INTERFACE_TRANSPORT",
        0x5A => "PROGRAM_UNITY",
        0x5B => "OBJECT_MESSAGING",
        0x7D => "FIRMWARE_REPLACEMENT",
        0x7E => "PROGRAM_584_984_2",
        0x7F => "REPORT_LOCAL_ADDRESS",
        _ => return None,
    })
}

/// An exception code.
pub(super) fn exception(code: ExceptionCode) -> Cow<'static, str> {
    let name = match code.0 {
        0x01 => "ILLEGAL_FUNCTION",
        0x02 => "ILLEGAL_DATA_ADDRESS",
        0x03 => "ILLEGAL_DATA_VALUE",
        0x04 => "SLAVE_DEVICE_FAILURE",
        0x05 => "ACKNOWLEDGE",
        0x06 => "SLAVE_DEVICE_BUSY",
        0x08 => "MEMORY_PARITY_ERROR",
        0x0A => "GATEWAY_PATH_UNAVAILABLE",
        0x0B => "GATEWAY_TARGET_DEVICE_FAILED_TO_RESPOND",
        unknown => return format!("unknown-{unknown}").into(),
    };
    name.into()
}

/// An MEI type, of a request or of a response: the two are told apart where it is unknown.
pub(super) fn mei(mei: MeiType, is_request: bool) -> Cow<'static, str> {
    match mei {
        MeiType::CANOPEN => "CANopen".into(),
        MeiType::DEVICE_IDENTIFICATION => "Read Device Identification".into(),
        MeiType(code) if is_request => {
            format!("invalid encapsulated interface transport mei-(0x{code:02x})").into()
        }
        MeiType(code) => format!("unknown encapsulated interface transport mei-(ox{code:02x})").into(),
    }
}

/// A diagnostics sub-function.
pub(super) fn sub_function(sub: SubFunction) -> Cow<'static, str> {
    let name = match sub.0 {
        0x00 => "Return Query Data",
        0x01 => "Restart Communications Option",
        0x02 => "Return Diagnostic Register",
        0x03 => "Change ASCII Input Delimiter",
        0x04 => "Force Listen Only Mode",
        0x0A => "Clear Counters and Diagnostic Register",
        0x0B => "Return Bus Message Count",
        0x0C => "Return Bus Communication Error Count",
        0x0D => "Return Bus Exception Error Count",
        0x0E => "Return Server Message Count",
        0x0F => "Return Server No Response Count",
        0x10 => "Return Server NAK Count",
        0x11 => "Return Server Busy Count",
        0x12 => "Return Bus Character Overrun Count",
        0x14 => "Clear Overrun Counter and Flag",
        unknown => return format!("unknown-{unknown}").into(),
    };
    name.into()
}
