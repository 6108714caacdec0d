use super::Function;
use super::wire::{MemoryRange, Message, ProgramBlock, ProgramStep, Reservation, Variable, memory_bytes};
use quaywatch_model::{Item, Items, Scalars, Value, Verb};
use quaywatch_wire::{ReadError, Reader};
use std::fmt;

/// The block that holds the project's password hash and salt on controllers before firmware 3.50.
const PASSWORD_BLOCK: u16 = 0x14;
/// A data dictionary request for the names and types of variables; 0xDD03 is for types.
const DICTIONARY_OF_VARIABLES: u16 = 0xDD02;
/// In place of a block's number: all variables, and not the members of one type.
const ALL_BLOCKS: u16 = 0xFFFF;

/// What a request and its answer were about, told when somebody asks.
#[derive(Debug, Clone, Copy)]
pub(super) struct Told<'a> {
    pub(super) question: Option<Message<'a>>,
    pub(super) answer: Option<Message<'a>>,
}

type Tell<'t> = &'t mut dyn FnMut(Item<'_>);

impl<'a> Told<'a> {
    /// What the request does. Monitoring that only registers variables asks for later delivery; with an unknown
    /// sub-operation it may as well set or force them.
    pub(super) fn verb(&self) -> Verb {
        let Some(question) = self.question else { return Verb::Opaque };
        if question.function != Function::MONITOR_PLC {
            return question.function.verb();
        }
        let (mut reads, mut known) = (false, true);
        for step in MonitorSteps::new(question.data) {
            match step {
                Monitor::ReadAll | Monitor::RegisterAndRead { .. } => reads = true,
                Monitor::Register { .. } | Monitor::Reset => {}
                Monitor::Unknown => known = false,
            }
        }
        match (known, reads) {
            (false, _) => Verb::Opaque,
            (true, true) => Verb::Read,
            (true, false) => Verb::Subscribe,
        }
    }

    /// How many bytes of memory or program were moved, where that is what the function is for.
    pub(super) fn bytes(&self) -> Option<u64> {
        let moved = match self.question?.function {
            Function::BLOCK_TO_PLC => ProgramBlock::decode_to_plc(self.question?.data).ok()?.data,
            Function::BLOCK_FROM_PLC => ProgramBlock::decode_from_plc(self.yes()?).ok()?.data,
            Function::READ_MEMORY_BLOCK => memory_bytes(self.yes()?).ok()?,
            _ => return None,
        };
        Some(moved.len() as u64)
    }

    /// The body of a positive answer.
    fn yes(&self) -> Option<&'a [u8]> {
        self.answer.filter(|answer| answer.function == Function::OK).map(|answer| answer.data)
    }
}

impl Items for Told<'_> {
    fn each(&self, tell: &mut dyn FnMut(Item<'_>)) {
        let yes = self.yes();
        let told = match self.question {
            Some(question) => laid_out(question, yes, tell),
            None => Ok(false),
        };
        // What is not laid out, or not as it should be, is told as it is.
        if told == Ok(true) {
            return;
        }
        if let Some(question) = self.question.filter(|question| !question.data.is_empty()) {
            tell(Item::valued(&"request data", Value::Bytes(question.data)));
        }
        if let Some(data) = yes.filter(|data| !data.is_empty()) {
            tell(Item::valued(&"answer data", Value::Bytes(data)));
        }
    }
}

/// Tells the items of a function whose layout is known; `false` where it is not.
fn laid_out(question: Message<'_>, yes: Option<&[u8]>, tell: Tell<'_>) -> Result<bool, ReadError> {
    let asked = question.data;
    match question.function {
        Function::INIT_COMM => yes.map_or(Ok(()), |data| init_comm(data, tell))?,
        Function::READ_ID => yes.map_or(Ok(()), |data| identity(data, tell))?,
        Function::READ_PROJECT_INFO => return yes.map_or(Ok(false), |data| project(data, tell)),
        Function::REPEAT | Function::KEEP_ALIVE => {}
        Function::TAKE_PLC_RESERVATION => reservation(asked, yes, tell)?,
        Function::RESERVATION_NONCES => tell(Item::valued(&"nonce", Value::Secret)),
        Function::READ_MEMORY_BLOCK => memory(asked, yes, tell)?,
        Function::READ_VARIABLES => variables_read(asked, yes, tell)?,
        Function::WRITE_VARIABLES => variables_written(asked, tell)?,
        Function::DATA_DICTIONARY => return dictionary(asked, yes, tell),
        Function::BEGIN_TO_PLC | Function::BEGIN_FROM_PLC => {
            tell(Item::named(&Program(ProgramStep::decode(asked)?.file)));
        }
        Function::BLOCK_TO_PLC => {
            let block = ProgramBlock::decode_to_plc(asked)?;
            tell(Item::named(&Block { file: block.file, number: block.number }));
        }
        Function::BLOCK_FROM_PLC => {
            let ProgramStep { file, number, .. } = ProgramStep::decode(asked)?;
            tell(Item::named(&Block { file, number }));
        }
        Function::END_TO_PLC | Function::END_FROM_PLC => {
            let step = ProgramStep::decode(asked)?;
            tell(Item::named(&Program(step.file)));
            if let Some(blocks) = step.number {
                tell(Item::valued(&"blocks", Value::Unsigned(blocks.into())));
            }
        }
        Function::MONITOR_PLC => monitor(asked, yes, tell),
        _ => return Ok(false),
    }
    Ok(true)
}

fn init_comm(data: &[u8], tell: Tell<'_>) -> Result<(), ReadError> {
    let mut reader = Reader::new(data);
    let longest = reader.u16_le("max frame size")?;
    tell(Item::valued(&"max frame size", Value::Unsigned(longest.into())));
    let firmware = Version(reader.u16_le("firmware version")?);
    tell(Item::valued(&"firmware", Value::Shown(&firmware)));
    reader.skip(8, "internal code")?;
    let length = reader.u8("host name length")?;
    let name = reader.take(length.into(), "host name length")?;
    if !name.is_empty() {
        tell(Item::valued(&"host name", text(name)));
    }
    Ok(())
}

/// Range, ident, model, firmware version and patch, internal version, hardware version, crash code, a number
/// nobody knows, and a name; then the memory banks.
fn identity(data: &[u8], tell: Tell<'_>) -> Result<(), ReadError> {
    let mut reader = Reader::new(data);
    reader.skip(2, "range")?;
    let ident = reader.u32_le("ident")?;
    reader.skip(2, "model")?;
    let firmware = Version(reader.u16_le("firmware version")?);
    reader.skip(2 + 2, "firmware patch")?;
    let hardware = reader.u16_le("hardware version")?;
    reader.skip(4 + 2, "crash code")?;
    let length = reader.u8("name length")?;
    let name = reader.take(length.into(), "name length")?;
    tell(Item::valued(&"name", text(name)));
    tell(Item::valued(&"firmware", Value::Shown(&firmware)));
    tell(Item::valued(&"hardware", Value::Unsigned(hardware.into())));
    tell(Item::valued(&"ident", Value::Unsigned(ident.into())));
    Ok(())
}

/// The project's name stands at the end of the answer to sub-code 0: its length, zero byte included, and text.
/// What stands before it are versions and times of the project.
fn project(data: &[u8], tell: Tell<'_>) -> Result<bool, ReadError> {
    const NAME_AT: usize = 38;
    let mut reader = Reader::new(data);
    if reader.skip(NAME_AT, "versions and times").is_err() {
        return Ok(false);
    }
    let length = reader.u8("name length")?;
    let name = reader.take(length.into(), "name length")?;
    if !reader.is_empty() {
        return Ok(false);
    }
    tell(Item::valued(&"project", text(name)));
    Ok(true)
}

fn reservation(asked: &[u8], yes: Option<&[u8]>, tell: Tell<'_>) -> Result<(), ReadError> {
    let reservation = Reservation::decode(asked)?;
    let mut parts = reservation.name.splitn(2, |&byte| byte == 0);
    tell(Item::valued(&"station", text(parts.next().unwrap_or_default())));
    if parts.next().is_some_and(|proof| !proof.is_empty()) {
        tell(Item::valued(&"password proof", Value::Secret));
    }
    if let Some(&[key]) = yes {
        tell(Item::valued(&"session key", Value::Unsigned(key.into())));
    }
    Ok(())
}

fn memory(asked: &[u8], yes: Option<&[u8]>, tell: Tell<'_>) -> Result<(), ReadError> {
    let MemoryRange { block, offset, length, .. } = MemoryRange::decode(asked)?;
    let object = Bytes { block, offset, length: length.into() };
    let bytes = yes.and_then(|data| memory_bytes(data).ok());
    match bytes {
        Some(_) if block == PASSWORD_BLOCK => tell(Item::valued(&object, Value::Secret)),
        Some(bytes) => tell(Item::valued(&object, Value::Bytes(bytes))),
        None => tell(Item::named(&object)),
    }
    Ok(())
}

/// Past the program's checksum and how many variables there are.
fn variables(asked: &[u8]) -> Result<(Reader<'_>, u8), ReadError> {
    let mut reader = Reader::new(asked);
    reader.skip(4, "program checksum")?;
    let count = reader.u8("variable count")?;
    Ok((reader, count))
}

fn variables_read(asked: &[u8], yes: Option<&[u8]>, tell: Tell<'_>) -> Result<(), ReadError> {
    let (mut reader, count) = variables(asked)?;
    let mut values = Reader::new(yes.unwrap_or_default());
    for _ in 0..count {
        let variable = Variable::read(&mut reader)?;
        let length = variable.bytes();
        let object = Bytes { block: variable.block, offset: variable.offset, length: length as u64 };
        match values.take(length, "value") {
            Ok(bytes) if !bytes.is_empty() => tell_value(&object, variable, bytes, tell),
            _ => tell(Item::named(&object)),
        }
    }
    Ok(())
}

fn variables_written(asked: &[u8], tell: Tell<'_>) -> Result<(), ReadError> {
    let (mut reader, count) = variables(asked)?;
    for _ in 0..count {
        let variable = Variable::written(&mut reader)?;
        let length = variable.bytes() as u64;
        let object = Bytes { block: variable.block, offset: variable.offset, length };
        tell_value(&object, variable, variable.data, tell);
    }
    Ok(())
}

/// The type is in the data dictionary, not here: a number without sign, or a list of them.
fn tell_value(object: &dyn fmt::Display, variable: Variable<'_>, bytes: &[u8], tell: Tell<'_>) {
    match variable.elements {
        Some(_) => tell(Item::valued(object, Value::List(&Elements { bytes, size: variable.size }))),
        None => tell(Item::valued(object, Value::Unsigned(little_endian(bytes)))),
    }
}

fn little_endian(bytes: &[u8]) -> u64 {
    bytes.iter().rev().fold(0, |number, &byte| number << 8 | u64::from(byte))
}

/// Names of variables, of the members of a type, or of types: each an item.
fn dictionary(asked: &[u8], yes: Option<&[u8]>, tell: Tell<'_>) -> Result<bool, ReadError> {
    let mut reader = Reader::new(asked);
    let kind = reader.u16_le("record type")?;
    reader.skip(1 + 4, "hardware id")?;
    let block = reader.u16_le("block")?;
    let Some(data) = yes else { return Ok(false) };
    if (kind, block) != (DICTIONARY_OF_VARIABLES, ALL_BLOCKS) {
        return Ok(false);
    }
    let mut records = Reader::new(data);
    records.skip(1 + 2 + 2, "next address")?;
    let count = records.u16_le("number of records")?;
    for _ in 0..count {
        let Ok(type_id) = records.u16_le("type") else { break };
        let block = records.u16_le("block")?;
        let offset = records.u32_le("offset")?;
        records.skip(2, "flags")?;
        let name = zero_terminated(&mut records)?;
        let place = Place { type_id, block, offset };
        tell(Item::valued(&Symbol(name), Value::Shown(&place)));
    }
    Ok(true)
}

fn zero_terminated<'a>(reader: &mut Reader<'a>) -> Result<&'a [u8], ReadError> {
    let length = reader.peek().iter().position(|&byte| byte == 0).unwrap_or(reader.len());
    let name = reader.take(length, "name")?;
    reader.skip(1, "end of name")?;
    Ok(name)
}

fn monitor(asked: &[u8], yes: Option<&[u8]>, tell: Tell<'_>) {
    for step in MonitorSteps::new(asked) {
        match step {
            Monitor::Register { block, offset } | Monitor::RegisterAndRead { block, offset } => {
                tell(Item::named(&Bytes { block, offset, length: 0 }));
            }
            Monitor::ReadAll => tell(Item::named(&"all registered variables")),
            Monitor::Reset => tell(Item::named(&"registration reset")),
            Monitor::Unknown => tell(Item::valued(&"request data", Value::Bytes(asked))),
        }
    }
    if let Some(data) = yes.filter(|data| !data.is_empty()) {
        tell(Item::valued(&"answer data", Value::Bytes(data)));
    }
}

/// A step of a monitoring request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Monitor {
    Register { block: u16, offset: u32 },
    ReadAll,
    RegisterAndRead { block: u16, offset: u32 },
    Reset,
    Unknown,
}

/// The steps of a monitoring request. One that nobody knows is the last, as its length is not known either.
#[derive(Debug, Clone, Copy)]
struct MonitorSteps<'a> {
    reader: Reader<'a>,
    left: u8,
}

impl<'a> MonitorSteps<'a> {
    fn new(asked: &'a [u8]) -> Self {
        let mut reader = Reader::new(asked);
        let head = reader.skip(2, "sub-command").and_then(|()| reader.u8("number of operations"));
        Self { reader, left: head.unwrap_or(0) }
    }

    fn step(&mut self) -> Result<Monitor, ReadError> {
        Ok(match self.reader.u8("operation type")? {
            0x05 => {
                let (block, offset) = self.place()?;
                self.reader.skip(1, "action")?;
                Monitor::Register { block, offset }
            }
            0x07 => Monitor::ReadAll,
            0x09 => {
                let (block, offset) = self.place()?;
                Monitor::RegisterAndRead { block, offset }
            }
            0x0B => Monitor::Reset,
            _ => Monitor::Unknown,
        })
    }

    fn place(&mut self) -> Result<(u16, u32), ReadError> {
        self.reader.skip(1, "variable index")?;
        Ok((self.reader.u16_le("block")?, self.reader.u16_le("offset")?.into()))
    }
}

impl Iterator for MonitorSteps<'_> {
    type Item = Monitor;

    fn next(&mut self) -> Option<Monitor> {
        self.left = self.left.checked_sub(1)?;
        let step = self.step().unwrap_or(Monitor::Unknown);
        if step == Monitor::Unknown {
            self.left = 0;
        }
        Some(step)
    }
}

/// Text without its padding, where it is text.
fn text(bytes: &[u8]) -> Value<'_> {
    match std::str::from_utf8(bytes).map(|text| text.trim_end_matches(['\0', ' '])) {
        Ok(text) if !text.contains(char::is_control) => Value::Text(text),
        _ => Value::Bytes(bytes),
    }
}

/// A version as two bytes of decimal digits: 0x0270 is 2.70.
#[derive(Debug, Clone, Copy)]
struct Version(u16);

impl fmt::Display for Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [major, minor] = self.0.to_be_bytes();
        write!(f, "{major:x}.{minor:02x}")
    }
}

/// `block 19 byte 100..199`.
#[derive(Debug, Clone, Copy)]
struct Bytes {
    block: u16,
    offset: u32,
    /// 0 where it is not known.
    length: u64,
}

impl fmt::Display for Bytes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { block, offset, length } = *self;
        match length {
            0 | 1 => write!(f, "block {block} byte {offset}"),
            _ => write!(f, "block {block} byte {offset}..{}", u64::from(offset) + length - 1),
        }
    }
}

/// A program by the number transfers give it.
#[derive(Debug, Clone, Copy)]
struct Program(u8);

impl fmt::Display for Program {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "program {}", self.0)
    }
}

/// A block of a program.
#[derive(Debug, Clone, Copy)]
struct Block {
    file: u8,
    number: Option<u16>,
}

impl fmt::Display for Block {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.number {
            Some(number) => write!(f, "{} block {number}", Program(self.file)),
            None => Program(self.file).fmt(f),
        }
    }
}

/// A variable by its name.
#[derive(Debug, Clone, Copy)]
struct Symbol<'a>(&'a [u8]);

impl fmt::Display for Symbol<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "symbol {}", self.0.escape_ascii())
    }
}

/// Where a variable is.
#[derive(Debug, Clone, Copy)]
struct Place {
    type_id: u16,
    block: u16,
    offset: u32,
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "type {} block {} byte {}", self.type_id, self.block, self.offset)
    }
}

/// The elements of an array.
#[derive(Debug, Clone, Copy)]
struct Elements<'a> {
    bytes: &'a [u8],
    size: usize,
}

impl Scalars for Elements<'_> {
    fn each(&self, tell: &mut dyn FnMut(Value<'_>)) {
        for element in self.bytes.chunks(self.size.max(1)) {
            tell(Value::Unsigned(little_endian(element)));
        }
    }
}
