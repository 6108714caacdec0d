//! Zeek's `modbus.log`, and `modbus_detailed.log` of ICSNPP's Modbus package (in its form since version 2, one line an
//! exchange).
//!
//! Zeek calls a PDU request or response by who opened the TCP connection, this by who turned out to be the client.
//! `modbus_detailed_link_id` leads to logs that are not told here, and is left unset; so is `response_data` of file
//! records, which is there a dump of Zeek's own types.

mod detailed;
mod names;

use super::{Adu, Function};
use crate::Context;
use quaywatch_model::{Column, Kind, Log, LogLine, Prefix, Side, Value};

pub(super) use detailed::exchange;

/// The log of PDUs.
static LOG: Log = Log {
    name: "modbus",
    prefix: Prefix::Connection,
    columns: &[
        Column::new("tid", Kind::Count),
        Column::new("unit", Kind::Count),
        Column::new("func", Kind::String),
        Column::new("pdu_type", Kind::String),
        Column::new("exception", Kind::String),
    ],
};

/// Tells the line of a PDU, and of one whose function ICSNPP tells PDU by PDU that too.
pub(super) fn pdu(cx: &mut Context<'_>, from: Side, adu: &Adu<'_>, is_request: bool) {
    let function = names::function(adu.pdu.code);
    let exception = adu.pdu.exception().map(names::exception);
    let values = [
        Some(Value::Unsigned(adu.transaction.into())),
        Some(Value::Unsigned(adu.unit.into())),
        Some(Value::Text(&function)),
        Some(Value::Text(if is_request { "REQ" } else { "RESP" })),
        exception.as_deref().map(Value::Text),
    ];
    cx.log(&LogLine { log: &LOG, at: cx.now, from, values: &values });
    if !adu.pdu.is_exception() && !is_paired(adu.pdu.function()) {
        detailed::unpaired(cx, from, adu);
    }
}

/// Whether ICSNPP puts request and response of a function into one line.
const fn is_paired(function: Function) -> bool {
    matches!(function.0, 0x01..=0x06 | 0x08 | 0x0F | 0x10 | 0x14..=0x18 | 0x2B)
}
