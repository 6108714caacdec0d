//! The log of ICSNPP's S7comm package: a line a message in `s7comm_plus.log`.
//!
//! That package takes the first byte of every fragment for the length of a digest, which only version 3 has, and each
//! further fragment of a message for one of its own. Here versions 1 and 2 are told as they are, and a message once.

use super::wire::{Function, Head, Version};
use crate::Context;
use quaywatch_model::{Column, Kind, Log, LogLine, Prefix, Side, Value};
use std::fmt;

static LOG: Log = Log {
    name: "s7comm_plus",
    prefix: Prefix::Sender,
    columns: &[
        Column::new("version", Kind::Count),
        Column::new("opcode", Kind::String),
        Column::new("opcode_name", Kind::String),
        Column::new("function_code", Kind::String),
        Column::new("function_name", Kind::String),
    ],
};

/// Tells the line of a message that begins with this fragment's bytes.
pub(super) fn begun(cx: &mut Context<'_>, from: Side, version: Version, body: &[u8]) {
    let Some(head) = Head::decode(body) else { return };
    let opcode = format_args!("0x{:02x}", head.opcode);
    let name = Opcode(head.opcode);
    let code = head.function.map(Code);
    let function = head.function.map(Name);
    let values = [
        Some(Value::Unsigned(version.0.into())),
        Some(Value::Shown(&opcode)),
        Some(Value::Shown(&name)),
        code.as_ref().map(|code| Value::Shown(code)),
        function.as_ref().map(|function| Value::Shown(function)),
    ];
    let at = cx.now;
    cx.log(&LogLine { log: &LOG, at, from, values: &values });
}

/// An opcode as ICSNPP spells it.
struct Opcode(u8);

impl fmt::Display for Opcode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            0x31 => f.write_str("Request"),
            0x32 => f.write_str("Response"),
            0x33 => f.write_str("Notification"),
            other => write!(f, "Unknown s7comm-plus opcode-0x{other:02x}"),
        }
    }
}

struct Code(Function);

impl fmt::Display for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "0x{:04x}", self.0.0)
    }
}

/// A function as ICSNPP spells it.
struct Name(Function);

impl fmt::Display for Name {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self.0 {
            Function::EXPLORE => "Explore",
            Function::CREATE_OBJECT => "Create Object",
            Function::DELETE_OBJECT => "Delete Object",
            Function::SET_VARIABLE => "Set Variable",
            Function::GET_LINK => "Get Link",
            Function::SET_MULTI_VARIABLES => "Set Multi Variables",
            Function::GET_MULTI_VARIABLES => "Get Multi Variables",
            Function::BEGIN_SEQUENCE => "Begin Sequence",
            Function::END_SEQUENCE => "End Sequence",
            Function::INVOKE => "Invoke",
            Function::GET_VAR_SUBSTREAMED => "Get Variable Sub Streamed",
            Function(other) => return write!(f, "Unknown s7comm-plus function-0x{other:04x}"),
        })
    }
}
