//! The lines of `modbus_detailed.log`.

use super::super::ops::Exchange;
use super::super::{Adu, Function, Request, Response};
use super::{is_paired, names};
use crate::Context;
use quaywatch_model::{Column, Kind, Log, LogLine, Moment, Prefix, Scalars, Side, Value};
use std::borrow::Cow;

/// The log of exchanges.
static DETAILED: Log = Log {
    name: "modbus_detailed",
    prefix: Prefix::Connection,
    columns: &[
        Column::new("tid", Kind::Count),
        Column::new("unit", Kind::Count),
        Column::new("func", Kind::String),
        Column::new("address", Kind::Count),
        Column::new("quantity", Kind::Count),
        Column::new("request_values", Kind::CountVector),
        Column::new("response_values", Kind::CountVector),
        Column::new("modbus_detailed_link_id", Kind::String),
        Column::new("matched", Kind::Bool),
        Column::new("request_subfunction_code", Kind::String),
        Column::new("response_subfunction_code", Kind::String),
        Column::new("request_data", Kind::String),
        Column::new("response_data", Kind::String),
        Column::new("exception_code", Kind::String),
        Column::new("mei_type", Kind::String),
    ],
};

/// The bytes of a file record in a request to read it: reference type, file, record, length.
const FILE_REFERENCE_BYTES: usize = 7;

/// What a line says beside the transaction, the unit and the function.
#[derive(Default)]
struct Line<'a> {
    address: Option<u16>,
    quantity: Option<u64>,
    asked: Option<Values<'a>>,
    answered: Option<Values<'a>>,
    matched: Option<bool>,
    sub_functions: [Option<Cow<'static, str>>; 2],
    data: [Option<&'a [u8]>; 2],
    padding: Option<String>,
    exception: Option<Cow<'static, str>>,
    mei: Option<Cow<'static, str>>,
}

/// Coils, inputs or registers, as numbers.
#[derive(Clone, Copy)]
enum Values<'a> {
    One(u16),
    Bits(&'a [u8], usize),
    Registers(&'a [u8]),
}

impl Values<'_> {
    fn len(self) -> usize {
        match self {
            Self::One(_) => 1,
            Self::Bits(_, count) => count,
            Self::Registers(data) => data.len() / 2,
        }
    }
}

impl Scalars for Values<'_> {
    fn each(&self, tell: &mut dyn FnMut(Value<'_>)) {
        match *self {
            Self::One(value) => tell(Value::Unsigned(value.into())),
            Self::Bits(data, count) => {
                bits(data).take(count).for_each(|bit| tell(Value::Unsigned(bit.into())));
            }
            Self::Registers(data) => {
                for register in data.as_chunks().0 {
                    tell(Value::Unsigned(u16::from_be_bytes(*register).into()));
                }
            }
        }
    }
}

/// Bit after bit, the lowest of a byte first.
fn bits(data: &[u8]) -> impl Iterator<Item = u8> {
    data.iter().flat_map(|byte| (0..8).map(move |at| byte >> at & 1))
}

/// Tells the line of a PDU that ICSNPP does not pair.
pub(super) fn unpaired(cx: &mut Context<'_>, from: Side, adu: &Adu<'_>) {
    let function = names::function(adu.pdu.code);
    write(cx, (cx.now, from), (adu.transaction, adu.unit), &function, &Line::default());
}

/// Tells the line of an exchange, filed under the request's time where there was one. ICSNPP tells what nobody
/// answered only when the connection ends.
pub(in super::super) fn exchange(cx: &mut Context<'_>, exchange: &Exchange<'_>) {
    let answer = exchange.answered.map(|(_, pdu)| pdu);
    let exception = answer.and_then(|pdu| pdu.exception()).map(names::exception);
    let is_paired = is_paired(exchange.function);
    if !is_paired && exception.is_none() {
        return;
    }
    let question = exchange.question.filter(|pdu| is_paired && !pdu.is_exception());
    let request = question.and_then(|pdu| Request::decode(pdu).ok());
    let response = answer.filter(|pdu| !pdu.is_exception()).and_then(|pdu| Response::decode(pdu).ok());
    let asked = exchange.asked.filter(|_| is_paired);
    let mut line = Line::default();
    if let Some(request) = request {
        line.ask(request);
    }
    if let Some(response) = response {
        line.answer(response, request.is_some());
    }
    line.matched = match (asked, answer) {
        (Some(_), answer) => Some(answer.is_some()),
        // Without its request an exception is told as it comes, and pairs with nothing.
        (None, _) if exception.is_some() => None,
        (None, _) => Some(false),
    };
    line.exception = exception;
    let function = match asked {
        Some(_) => names::function(exchange.function.0),
        None => names::function(answer.map_or(exchange.function.0, |pdu| pdu.code)),
    };
    let answered = exchange.answered.map(|(moment, _)| (moment, exchange.client.other()));
    let Some(filed) = asked.map(|moment| (moment, exchange.client)).or(answered) else { return };
    write(cx, filed, (exchange.transaction, exchange.unit), &function, &line);
}

impl<'a> Line<'a> {
    fn ask(&mut self, request: Request<'a>) {
        match request {
            Request::Read { address, quantity, .. } => {
                (self.address, self.quantity) = (Some(address), Some(quantity.into()));
            }
            Request::WriteSingleCoil { address, value } => self.ask_to_write(address, switch(value)),
            Request::WriteSingleRegister { address, value } => self.ask_to_write(address, Values::One(value)),
            Request::WriteMultipleCoils { address, quantity, data } => {
                let count = usize::from(quantity).min(data.len() * 8);
                self.ask_to_write(address, Values::Bits(data, count));
            }
            Request::WriteMultipleRegisters { address, data, .. } => {
                self.ask_to_write(address, Values::Registers(data));
            }
            Request::Diagnostics { sub, data } => {
                let [asked, _] = &mut self.sub_functions;
                *asked = Some(names::sub_function(sub));
                let [asked, _] = &mut self.data;
                *asked = Some(data);
            }
            Request::ReadFileRecord { records } => {
                self.quantity = Some((records.len() / FILE_REFERENCE_BYTES) as u64);
            }
            Request::WriteFileRecord { records } => self.quantity = Some(written_records(records)),
            Request::MaskWrite { address, .. } | Request::ReadFifo { address } => {
                self.address = Some(address);
            }
            Request::ReadDeviceIdentification { .. } => {
                self.mei = Some(names::mei(super::super::MeiType::DEVICE_IDENTIFICATION, true));
            }
            Request::Encapsulated { mei, .. } => self.mei = Some(names::mei(mei, true)),
            Request::ReadWrite { .. } | Request::Bare(_) | Request::Other { .. } => {}
        }
    }

    fn ask_to_write(&mut self, address: u16, values: Values<'a>) {
        self.address = Some(address);
        self.quantity = Some(values.len() as u64);
        self.asked = Some(values);
    }

    /// What the response adds to the request, or says alone.
    fn answer(&mut self, response: Response<'a>, asked: bool) {
        match response {
            Response::Values { function: Function::READ_WRITE_MULTIPLE_REGISTERS, .. } => {}
            Response::Values { function: Function::READ_COILS | Function::READ_DISCRETE_INPUTS, data } => {
                let there = data.len() * 8;
                let count = *self.quantity.get_or_insert(there as u64);
                let count = usize::try_from(count).unwrap_or(there).min(there);
                self.answered = Some(Values::Bits(data, count));
                let padding: Vec<String> = bits(data).skip(count).map(|bit| bit.to_string()).collect();
                self.padding = (!padding.is_empty()).then(|| padding.join(","));
            }
            Response::Values { data, .. } => {
                let values = Values::Registers(data);
                self.quantity.get_or_insert(values.len() as u64);
                self.answered = Some(values);
            }
            Response::Written { function, address, value } => {
                let coil = function == Function::WRITE_SINGLE_COIL;
                self.address.get_or_insert(address);
                self.quantity = Some(1);
                self.answered = Some(if coil { switch(value) } else { Values::One(value) });
            }
            Response::WrittenMultiple { address, quantity, .. } => {
                self.address.get_or_insert(address);
                self.quantity.get_or_insert(quantity.into());
            }
            Response::Diagnostics { sub, data } => {
                let [_, answered] = &mut self.sub_functions;
                *answered = Some(names::sub_function(sub));
                let [_, answered] = &mut self.data;
                *answered = Some(data);
            }
            Response::MaskWritten { address, .. } if !asked => self.address = Some(address),
            Response::Fifo { data, .. } => {
                let values = Values::Registers(data);
                self.quantity = Some(values.len() as u64);
                self.answered = (!data.is_empty()).then_some(values);
            }
            Response::DeviceIdentification(_) => {
                self.answer_mei(names::mei(super::super::MeiType::DEVICE_IDENTIFICATION, false));
            }
            Response::Encapsulated { mei, .. } => self.answer_mei(names::mei(mei, false)),
            _ => {}
        }
    }

    fn answer_mei(&mut self, answered: Cow<'static, str>) {
        self.mei = Some(match self.mei.take() {
            Some(asked) if asked != answered => format!("{asked} and {answered}").into(),
            _ => answered,
        });
    }
}

const fn switch(value: u16) -> Values<'static> {
    Values::One((value == 0xFF00) as u16)
}

/// How many records a request to write file records holds.
fn written_records(mut records: &[u8]) -> u64 {
    let mut count = 0;
    while let [_, _, _, _, _, high, low, rest @ ..] = records {
        count += 1;
        records = rest.get(usize::from(u16::from_be_bytes([*high, *low])) * 2..).unwrap_or_default();
    }
    count
}

fn write(
    cx: &mut Context<'_>,
    (at, from): (Moment, Side),
    (transaction, unit): (u16, u8),
    function: &str,
    line: &Line<'_>,
) {
    let [asked_sub, answered_sub] = line.sub_functions.each_ref().map(|sub| sub.as_deref().map(Value::Text));
    let [asked_data, answered_data] = line.data.map(|data| data.map(Value::Bytes));
    let values = [
        Some(Value::Unsigned(transaction.into())),
        Some(Value::Unsigned(unit.into())),
        Some(Value::Text(function)),
        line.address.map(|address| Value::Unsigned(address.into())),
        line.quantity.map(Value::Unsigned),
        line.asked.as_ref().map(|values| Value::List(values)),
        line.answered.as_ref().map(|values| Value::List(values)),
        None,
        line.matched.map(Value::Bool),
        asked_sub,
        answered_sub,
        asked_data,
        line.padding.as_deref().map(Value::Text).or(answered_data),
        line.exception.as_deref().map(Value::Text),
        line.mei.as_deref().map(Value::Text),
    ];
    cx.log(&LogLine { log: &DETAILED, at, from, values: &values });
}
