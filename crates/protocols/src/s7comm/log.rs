//! The logs of ICSNPP's S7comm package: a line a PDU in `s7comm.log`, and what reads of status lists and moves of blocks
//! say besides.
//!
//! Where that package's parser gives up, this does not: refusals of block jobs that have only their function are told,
//! and a part of a long status list is not told as a list of its own.

mod blocks;
mod device;
mod names;

use super::wire::{Function, Invocation, Kind as Rosctr, Pdu, Userdata};
use super::{szl, userdata};
use crate::Context;
use quaywatch_model::{Column, Kind, Log, LogLine, LogValues, Prefix, Side, Value};
use std::fmt;

pub(super) use device::Device;

/// The log of PDUs.
static LOG: Log = Log {
    name: "s7comm",
    prefix: Prefix::Sender,
    columns: &[
        Column::new("rosctr_code", Kind::Count),
        Column::new("rosctr_name", Kind::String),
        Column::new("pdu_reference", Kind::Count),
        Column::new("function_code", Kind::String),
        Column::new("function_name", Kind::String),
        Column::new("subfunction_code", Kind::String),
        Column::new("subfunction_name", Kind::String),
        Column::new("error_class", Kind::String),
        Column::new("error_code", Kind::String),
    ],
};

/// The log of reads of status lists.
static READ_SZL: Log = Log {
    name: "s7comm_read_szl",
    prefix: Prefix::Sender,
    columns: &[
        Column::new("pdu_reference", Kind::Count),
        Column::new("method", Kind::String),
        Column::new("szl_id", Kind::String),
        Column::new("szl_id_name", Kind::String),
        Column::new("szl_index", Kind::String),
        Column::new("return_code", Kind::String),
        Column::new("return_code_name", Kind::String),
    ],
};

/// What ICSNPP takes for no function, and for no error.
const NONE: u8 = 0xFF;
/// The form of userdata parameters that has an error code.
const WITH_TAIL: u8 = 0x12;
/// The group of the CPU's functions, and the one that reads status lists.
const READ_STATUS_LIST: (u8, u8) = (4, 1);

/// A number as ICSNPP writes codes: at least two hexadecimal digits.
struct Code(u16);

impl fmt::Display for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "0x{:02x}", self.0)
    }
}

/// Tells the lines of a PDU. `continues` tells whether userdata of this head go on with a long answer to this client.
pub(super) fn pdu(
    cx: &mut Context<'_>,
    from: Side,
    pdu: &Pdu<'_>,
    continues: impl FnOnce(Side, &Userdata) -> bool,
) {
    match pdu.kind {
        Rosctr::JOB => job(cx, from, pdu),
        Rosctr::ACK | Rosctr::ACK_DATA => answer(cx, from, pdu),
        Rosctr::USERDATA => {
            let Ok(head) = Userdata::decode(pdu.parameters) else { return };
            userdata(cx, from, pdu, &head);
            let is_part = head.method.is_response() && continues(from.other(), &head);
            if (head.group, head.function) == READ_STATUS_LIST && !is_part {
                read_szl(cx, from, pdu, &head);
            }
        }
        _ => return,
    }
    if matches!(pdu.kind, Rosctr::JOB | Rosctr::ACK_DATA) {
        blocks::pdu(cx, from, pdu);
    }
}

fn job(cx: &mut Context<'_>, from: Side, pdu: &Pdu<'_>) {
    let service = match pdu.function() {
        Some(Function::PI_SERVICE) => Invocation::decode(pdu.parameters).ok(),
        _ => None,
    };
    let service = service.map(|invocation| invocation.service.escape_ascii().to_string());
    let sub = service.as_deref().map(|service| [service, names::service(service)].map(Value::Text));
    write(cx, from, pdu, sub, None);
}

fn answer(cx: &mut Context<'_>, from: Side, pdu: &Pdu<'_>) {
    let [class, code] = pdu.error.to_be_bytes();
    let number = Code(code.into());
    let unknown = format_args!("Unknown error class-0x{class:02x}");
    let class = names::error_class(class).map_or(Value::Shown(&unknown), Value::Text);
    write(cx, from, pdu, None, (code != NONE).then_some([class, Value::Shown(&number)]));
}

fn write(
    cx: &mut Context<'_>,
    from: Side,
    pdu: &Pdu<'_>,
    sub: Option<[Value<'_>; 2]>,
    error: Option<[Value<'_>; 2]>,
) {
    let function = pdu.function().filter(|function| function.0 != NONE);
    let code = function.map(|function| Code(function.0.into()));
    let [sub_code, sub_name] = pair(sub);
    let [error_class, error_code] = pair(error);
    let values = [
        Some(Value::Unsigned(pdu.kind.0.into())),
        Some(Value::Text(names::rosctr(pdu.kind))),
        Some(reference(pdu)),
        code.as_ref().map(|code| Value::Shown(code)),
        function.map(|function| Value::Text(names::function(function))),
        sub_code,
        sub_name,
        error_class,
        error_code,
    ];
    tell(cx, &LOG, from, &values);
}

fn userdata(cx: &mut Context<'_>, from: Side, pdu: &Pdu<'_>, head: &Userdata) {
    let code = Code(u16::from(head.method.0 << 4 | head.group));
    let (direction, group) = names::userdata(head.method, head.group);
    let name = format_args!("{direction}: {group}");
    let sub = Code(head.function.into());
    let has_sub = head.function != NONE;
    let error = head.tail.filter(|_| head.form == WITH_TAIL).map(|tail| tail.error);
    let error = error.filter(|&error| error != u16::from(NONE) && error != u16::MAX);
    let number = error.map(Code);
    let class = error.map(|error| if error == 0 { "No error" } else { "Parameter Error" });
    let values = [
        Some(Value::Unsigned(pdu.kind.0.into())),
        Some(Value::Text(names::rosctr(pdu.kind))),
        Some(reference(pdu)),
        Some(Value::Shown(&code)),
        Some(Value::Shown(&name)),
        has_sub.then_some(Value::Shown(&sub)),
        names::sub_function(head.group, head.function).filter(|_| has_sub).map(Value::Text),
        class.map(Value::Text),
        number.as_ref().map(|number| Value::Shown(number)),
    ];
    tell(cx, &LOG, from, &values);
}

fn read_szl(cx: &mut Context<'_>, from: Side, pdu: &Pdu<'_>, head: &Userdata) {
    // Of a long answer only the first part has the list's number.
    if head.form == WITH_TAIL && head.tail.is_some_and(|tail| tail.unit != 0 && tail.more == 0) {
        return;
    }
    let Ok((code, payload)) = userdata::payload(pdu.data) else { return };
    let Ok(list) = szl::List::decode(payload) else { return };
    let (id, index) = (format_args!("0x{:04x}", list.id), format_args!("0x{:04x}", list.index));
    let number = Code(code.into());
    let values = [
        Some(reference(pdu)),
        Some(Value::Text(names::method(head.form))),
        Some(Value::Shown(&id)),
        Some(Value::Text(names::status_list(list.list()))),
        Some(Value::Shown(&index)),
        Some(Value::Shown(&number)),
        Some(Value::Text(names::return_code(code))),
    ];
    tell(cx, &READ_SZL, from, &values);
}

/// References are numbers of the station's, which counts in little-endian; ICSNPP tells them so.
fn reference(pdu: &Pdu<'_>) -> Value<'static> {
    Value::Unsigned(pdu.reference.swap_bytes().into())
}

fn pair(values: Option<[Value<'_>; 2]>) -> [Option<Value<'_>>; 2] {
    values.map_or([None; 2], |values| values.map(Some))
}

fn tell(cx: &mut Context<'_>, log: &'static Log, from: Side, values: &dyn LogValues) {
    let at = cx.now;
    cx.log(&LogLine { log, at, from, values });
}
