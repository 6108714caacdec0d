use super::names::identification_object;
use super::request::Table;
use super::{Function, Pdu, Request, Response, SubFunction};
use quaywatch_model::{Digits, Item, Items, Scalars, Value};
use quaywatch_wire::Reader;
use std::fmt;

/// What a request and its answer were about, told when somebody asks.
#[derive(Debug, Clone, Copy)]
pub(super) struct Told<'a> {
    pub(super) question: Option<Pdu<'a>>,
    pub(super) answer: Option<Pdu<'a>>,
}

type Tell<'t> = &'t mut dyn FnMut(Item<'_>);

impl Items for Told<'_> {
    fn each(&self, tell: &mut dyn FnMut(Item<'_>)) {
        let answer = self.answer.and_then(|pdu| Response::decode(pdu).ok());
        match self.question.map(|pdu| (pdu, Request::decode(pdu))) {
            Some((_, Ok(request))) => asked(&request, answer.as_ref(), tell),
            Some((pdu, Err(_))) => tell(Item::valued(&"malformed request", Value::Bytes(pdu.data))),
            None => answered(answer.as_ref(), tell),
        }
    }
}

impl Told<'_> {
    /// How many bytes of file records were moved; `None` for functions that move single values.
    pub(super) fn bytes_of_file(&self) -> Option<u64> {
        let function = self.question.or(self.answer)?.function();
        if function == Function::READ_FILE_RECORD {
            let Response::FileRecords { records } = Response::decode(self.answer?).ok()? else { return None };
            return Some(ReadRecords(records).map(|registers| registers.len() as u64).sum());
        }
        if function == Function::WRITE_FILE_RECORD {
            let records = Request::decode(self.question?).ok()?;
            let Request::WriteFileRecord { records } = records else { return None };
            return Some(WrittenRecords(records).map(|(_, registers)| registers.len() as u64).sum());
        }
        None
    }
}

/// The items of a request, with what its answer adds.
fn asked(request: &Request<'_>, answer: Option<&Response<'_>>, tell: Tell<'_>) {
    match *request {
        Request::Read { table, address, quantity } => {
            let object = Range { word: table.word(), first: address, count: quantity, note: "" };
            match answer {
                Some(&Response::Values { data, .. }) => {
                    tell_values(table, &object, quantity.into(), data, tell);
                }
                _ => tell(Item::named(&object)),
            }
        }
        Request::WriteSingleCoil { address, value } => {
            let value = switch(value);
            tell(Item::valued(&Range { word: "coil", first: address, count: 1, note: "" }, value));
        }
        Request::WriteSingleRegister { address, value } => {
            tell(Item::valued(&holding(address, 1), Value::Unsigned(value.into())));
        }
        Request::WriteMultipleCoils { address, quantity, data } => {
            let object = Range { word: "coil", first: address, count: quantity, note: "" };
            tell(Item::valued(&object, Value::List(&Bits { data, count: quantity.into() })));
        }
        Request::WriteMultipleRegisters { address, quantity, data } => {
            tell(Item::valued(&holding(address, quantity), Value::List(&Registers(data))));
        }
        Request::MaskWrite { address, and, or } => {
            tell(Item::valued(&holding(address, 1), Value::Shown(&Mask { and, or })));
        }
        Request::ReadWrite { read_address, read_quantity, write_address, write_quantity, data } => {
            tell(Item::valued(&holding(write_address, write_quantity), Value::List(&Registers(data))));
            let object = Range { note: " (read)", ..holding(read_address, read_quantity) };
            match answer {
                Some(&Response::Values { data, .. }) => {
                    tell(Item::valued(&object, Value::List(&Registers(data))));
                }
                _ => tell(Item::named(&object)),
            }
        }
        Request::ReadFileRecord { records } => tell_read_records(records, answer, tell),
        Request::WriteFileRecord { records } => {
            for (record, registers) in WrittenRecords(records) {
                tell(Item::valued(&record, Value::List(&Registers(registers))));
            }
        }
        Request::ReadFifo { address } => {
            let object = Range { word: "fifo", first: address, count: 1, note: "" };
            match answer {
                Some(&Response::Fifo { data, .. }) => {
                    tell(Item::valued(&object, Value::List(&Registers(data))));
                }
                _ => tell(Item::named(&object)),
            }
        }
        Request::Diagnostics { sub, data } => tell_diagnostics(sub, data, answer, tell),
        Request::ReadDeviceIdentification { category, object } => match answer {
            Some(Response::DeviceIdentification(_)) => answered(answer, tell),
            _ => tell(Item::named(&Asked { category, object })),
        },
        Request::Bare(_) => answered(answer, tell),
        Request::Encapsulated { data, .. } | Request::Other { data, .. } => {
            if !data.is_empty() {
                tell(Item::valued(&"request data", Value::Bytes(data)));
            }
            answered(answer, tell);
        }
    }
}

/// The items of an answer, where the request adds nothing or was not captured.
fn answered(answer: Option<&Response<'_>>, tell: Tell<'_>) {
    let Some(answer) = answer else { return };
    match *answer {
        Response::Values { function, data } => {
            let table = Table::of(function).unwrap_or(Table::HoldingRegisters);
            tell_values(table, &Unknown(table.word()), data.len() * 8, data, tell);
        }
        Response::Written { function: Function::WRITE_SINGLE_COIL, address, value } => {
            asked(&Request::WriteSingleCoil { address, value }, None, tell);
        }
        Response::Written { address, value, .. } => {
            asked(&Request::WriteSingleRegister { address, value }, None, tell);
        }
        Response::WrittenMultiple { function, address, quantity } => {
            let word = if function == Function::WRITE_MULTIPLE_COILS { "coil" } else { "holding" };
            tell(Item::named(&Range { word, first: address, count: quantity, note: "" }));
        }
        Response::MaskWritten { address, and, or } => {
            asked(&Request::MaskWrite { address, and, or }, None, tell);
        }
        Response::FileRecordsWritten { records } => {
            asked(&Request::WriteFileRecord { records }, None, tell);
        }
        Response::FileRecords { records } => {
            for registers in ReadRecords(records) {
                tell(Item::valued(&Unknown("file"), Value::List(&Registers(registers))));
            }
        }
        Response::Fifo { data, .. } => {
            tell(Item::valued(&Unknown("fifo"), Value::List(&Registers(data))));
        }
        Response::ExceptionStatus(status) => {
            tell(Item::valued(&"exception status", Value::Unsigned(status.into())));
        }
        Response::Diagnostics { sub, data } => tell_diagnostics(sub, data, Some(answer), tell),
        Response::EventCounter { status, count } => {
            tell(Item::valued(&"status", Value::Unsigned(status.into())));
            tell(Item::valued(&"event count", Value::Unsigned(count.into())));
        }
        Response::EventLog { data } => tell_event_log(data, tell),
        Response::ServerId { data } => tell_server_id(data, tell),
        Response::DeviceIdentification(identification) => {
            identification.each(|id, value| {
                tell(Item::valued(&Identified(id), text(value)));
            });
            if identification.more_follows == 0xFF {
                let next = Identified(identification.next_object);
                tell(Item::valued(&"more follows from", Value::Shown(&next)));
            }
        }
        Response::Encapsulated { data, .. } | Response::Other { data, .. } => {
            if !data.is_empty() {
                tell(Item::valued(&"answer data", Value::Bytes(data)));
            }
        }
        Response::Exception { .. } => {}
    }
}

fn tell_values(table: Table, object: &dyn fmt::Display, quantity: usize, data: &[u8], tell: Tell<'_>) {
    if table.is_bits() {
        tell(Item::valued(object, Value::List(&Bits { data, count: quantity })));
    } else {
        tell(Item::valued(object, Value::List(&Registers(data))));
    }
}

fn tell_read_records(records: &[u8], answer: Option<&Response<'_>>, tell: Tell<'_>) {
    let data = match answer {
        Some(&Response::FileRecords { records }) => records,
        _ => &[],
    };
    let mut values = ReadRecords(data);
    for asked in records.chunks_exact(7) {
        let Some(record) = Record::read(&mut Reader::new(asked)) else { return };
        match values.next() {
            Some(registers) => tell(Item::valued(&record, Value::List(&Registers(registers)))),
            None => tell(Item::named(&record)),
        }
    }
}

fn tell_diagnostics(sub: SubFunction, data: &[u8], answer: Option<&Response<'_>>, tell: Tell<'_>) {
    if let (Some(counter), Some(Response::Diagnostics { data, .. })) = (sub.counts(), answer) {
        return tell(Item::valued(&counter, Value::List(&Registers(data))));
    }
    match (sub, data) {
        (SubFunction::RETURN_QUERY_DATA, _) => tell(Item::valued(&"query data", Value::Bytes(data))),
        (SubFunction::RESTART_COMMUNICATIONS, &[high, low]) => {
            let clear = u16::from_be_bytes([high, low]);
            tell(Item::valued(&"clear event log", switch(clear)));
        }
        (SubFunction::CHANGE_ASCII_DELIMITER, &[delimiter, _]) => {
            tell(Item::valued(&"ASCII input delimiter", Value::Unsigned(delimiter.into())));
        }
        (_, [] | [0, 0]) => {}
        _ => tell(Item::valued(&"data", Value::Bytes(data))),
    }
}

fn tell_event_log(data: &[u8], tell: Tell<'_>) {
    let mut reader = Reader::new(data);
    for object in ["status", "event count", "message count"] {
        let Ok(value) = reader.u16_be("event log") else { return };
        tell(Item::valued(&object, Value::Unsigned(value.into())));
    }
    tell(Item::valued(&"events", Value::Bytes(reader.rest())));
}

/// The usual layout: an id, a run indicator, then text. Devices differ; what does not fit is told as bytes.
fn tell_server_id(data: &[u8], tell: Tell<'_>) {
    match *data {
        [id, run @ (0 | 0xFF), ref rest @ ..] => {
            tell(Item::valued(&"server id", Value::Unsigned(id.into())));
            tell(Item::valued(&"run indicator", Value::Bool(run == 0xFF)));
            if !rest.is_empty() {
                tell(Item::valued(&"additional data", text(rest)));
            }
        }
        _ => tell(Item::valued(&"server id", Value::Bytes(data))),
    }
}

/// On, off, or what no coil can be.
const fn switch<'a>(value: u16) -> Value<'a> {
    match value {
        0xFF00 => Value::Bool(true),
        0x0000 => Value::Bool(false),
        other => Value::Unsigned(other as u64),
    }
}

/// Text without its padding, where it is text.
fn text(bytes: &[u8]) -> Value<'_> {
    match std::str::from_utf8(bytes).map(|text| text.trim_end_matches(['\0', ' '])) {
        Ok(text) if !text.contains(char::is_control) => Value::Text(text),
        _ => Value::Bytes(bytes),
    }
}

const fn holding(first: u16, count: u16) -> Range {
    Range { word: "holding", first, count, note: "" }
}

/// `holding 100..101`, or `holding 100` for one. Zero-based, as on the wire.
#[derive(Debug, Clone, Copy)]
struct Range {
    word: &'static str,
    first: u16,
    count: u16,
    note: &'static str,
}

impl fmt::Display for Range {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { word, first, count, note } = *self;
        f.write_str(word)?;
        f.write_str(" ")?;
        f.decimal(first)?;
        match count {
            0 => return f.write_str(" (none)"),
            1 => {}
            _ => {
                f.write_str("..")?;
                f.decimal(u32::from(first) + u32::from(count) - 1)?;
            }
        }
        f.write_str(note)
    }
}

/// An object whose address only the request told.
#[derive(Debug, Clone, Copy)]
struct Unknown(&'static str);

impl fmt::Display for Unknown {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} ?", self.0)
    }
}

/// The masks of a mask write.
#[derive(Debug, Clone, Copy)]
struct Mask {
    and: u16,
    or: u16,
}

impl fmt::Display for Mask {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "and 0x{:04X} or 0x{:04X}", self.and, self.or)
    }
}

/// `file 4 record 1..2`.
#[derive(Debug, Clone, Copy)]
struct Record {
    file: u16,
    record: u16,
    length: u16,
}

impl Record {
    fn read(reader: &mut Reader<'_>) -> Option<Self> {
        reader.u8("reference type").ok()?;
        let mut word = || reader.u16_be("record").ok();
        Some(Self { file: word()?, record: word()?, length: word()? })
    }
}

impl fmt::Display for Record {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let range = Range { word: "record", first: self.record, count: self.length, note: "" };
        write!(f, "file {} {range}", self.file)
    }
}

/// What a device identification was asked for.
#[derive(Debug, Clone, Copy)]
struct Asked {
    category: u8,
    object: u8,
}

impl fmt::Display for Asked {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.category {
            1 => f.write_str("basic device identification"),
            2 => f.write_str("regular device identification"),
            3 => f.write_str("extended device identification"),
            4 => Identified(self.object).fmt(f),
            other => write!(f, "device identification category {other}"),
        }
    }
}

/// An object of a device identification: its name, or its number where the device gives it its meaning.
#[derive(Debug, Clone, Copy)]
struct Identified(u8);

impl fmt::Display for Identified {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match identification_object(self.0) {
            name @ ("reserved" | "private") => write!(f, "{name} 0x{:02X}", self.0),
            name => f.write_str(name),
        }
    }
}

/// Two bytes a register.
#[derive(Debug, Clone, Copy)]
struct Registers<'a>(&'a [u8]);

impl Scalars for Registers<'_> {
    fn each(&self, tell: &mut dyn FnMut(Value<'_>)) {
        for register in self.0.as_chunks::<2>().0 {
            tell(Value::Unsigned(u16::from_be_bytes(*register).into()));
        }
    }
}

/// One bit a coil, the first in the lowest bit of the first byte.
#[derive(Debug, Clone, Copy)]
struct Bits<'a> {
    data: &'a [u8],
    count: usize,
}

impl Scalars for Bits<'_> {
    fn each(&self, tell: &mut dyn FnMut(Value<'_>)) {
        let bits = self.data.iter().flat_map(|byte| (0..8).map(move |bit| byte >> bit & 1 == 1));
        bits.take(self.count).for_each(|bit| tell(Value::Bool(bit)));
    }
}

/// The registers of each record of a file record answer.
#[derive(Debug, Clone, Copy)]
struct ReadRecords<'a>(&'a [u8]);

impl<'a> Iterator for ReadRecords<'a> {
    type Item = &'a [u8];

    fn next(&mut self) -> Option<Self::Item> {
        let mut reader = Reader::new(self.0);
        let length = reader.u8("file response length").ok()?;
        let mut record = reader.sub(length.into(), "file response length").ok()?;
        record.u8("reference type").ok()?;
        self.0 = reader.rest();
        Some(record.rest())
    }
}

/// The records of a file record write, with their registers.
#[derive(Debug, Clone, Copy)]
struct WrittenRecords<'a>(&'a [u8]);

impl<'a> Iterator for WrittenRecords<'a> {
    type Item = (Record, &'a [u8]);

    fn next(&mut self) -> Option<Self::Item> {
        let mut reader = Reader::new(self.0);
        let record = Record::read(&mut reader)?;
        let registers = reader.take(usize::from(record.length) * 2, "record data").ok()?;
        self.0 = reader.rest();
        Some((record, registers))
    }
}
