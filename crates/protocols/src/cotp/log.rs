//! `cotp.log` of ICSNPP's S7comm package: a line a TPDU. RDP, which that package does not see, has none.

use super::wire::TPKT_HEADER_BYTES;
use crate::Context;
use quaywatch_model::{Column, Kind, Log, LogLine, Prefix, Side, Value};

/// The log.
static LOG: Log = Log {
    name: "cotp",
    prefix: Prefix::Sender,
    columns: &[Column::new("pdu_code", Kind::String), Column::new("pdu_name", Kind::String)],
};

/// Tells the line of the TPDU in a TPKT.
pub(super) fn tpdu(cx: &mut Context<'_>, from: Side, tpkt: &[u8]) {
    let Some(code) = tpkt.get(TPKT_HEADER_BYTES + 1).map(|code| code >> 4) else { return };
    let number = format_args!("0x{code:02x}");
    let unknown = format_args!("Unknown COTP PDU-0x{code:02x}");
    let name = name(code).map_or(Value::Shown(&unknown), Value::Text);
    let values = [Some(Value::Shown(&number)), Some(name)];
    cx.log(&LogLine { log: &LOG, at: cx.now, from, values: &values });
}

/// The high half of a TPDU's code as ICSNPP spells it.
const fn name(code: u8) -> Option<&'static str> {
    Some(match code {
        0x1 => "ED Expedited Data",
        0x2 => "EA Expedited Data Acknowledgement",
        0x5 => "RJ Reject",
        0x6 => "AK Data Acknowledgement",
        0x7 => "ER TPDU Error",
        0x8 => "DR Disconnect Request",
        0xC => "DC Disconnect Confirm",
        0xD => "CC Connection Confirm",
        0xE => "CR Connection Request",
        0xF => "DT Data",
        _ => return None,
    })
}
