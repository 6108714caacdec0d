//! PCCC: the command set of PLC-5, SLC 500 and MicroLogix, carried by service 0x4B of class 0x67.
//!
//! Rockwell 1770-6.5.16 (DF1 protocol and command set, October 1996), chapters 7, 8 and 13.
//!
//! ```text
//! requestor id: length (itself included), vendor u16, serial u32, more
//! command, status, transaction u16, function (not in every command), parameters
//! ```
//! A reply has bit 0x40 set in its command and no function; status 0xF0 says that an extended status follows.

mod names;

use super::items::Tell;
use names::{
    INPUT_FORCES, LADDER, ONLINE_EDIT, OUTPUT_FORCES, command_name, diagnostic_function, element_bytes,
    extended_function, extended_status, file_kind, file_letters, plc3_function, status_name, unit_bytes,
};
use quaywatch_model::{Coded, Item, Items, Number, Scalars, Value, Verb};
use quaywatch_wire::{ReadError, Reader};
use std::fmt;

/// Set in a reply's command.
const REPLY: u8 = 0x40;
/// A status that says an extended status follows the transaction number.
const EXTENDED: u8 = 0xF0;
/// In an address, a byte of all ones says that the number follows in two bytes.
const WIDE: u8 = 0xFF;

/// A PCCC command or its reply.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Pccc<'a> {
    /// Who asks: vendor and serial number, and its own length first.
    pub requestor: &'a [u8],
    /// The command, in a reply with bit 0x40.
    pub command: u8,
    /// The status, 0 in a command.
    pub status: u8,
    /// The number that pairs command and reply.
    pub transaction: u16,
    /// Everything after: function and parameters, or extended status and data.
    pub rest: &'a [u8],
}

impl<'a> Pccc<'a> {
    /// Reads a command or reply that takes up all of `bytes`.
    ///
    /// # Errors
    /// A part does not fit.
    pub fn decode(bytes: &'a [u8]) -> Result<Self, ReadError> {
        let mut reader = Reader::new(bytes);
        let length = bytes.first().copied().unwrap_or(0).max(1);
        let requestor = reader.take(length.into(), "requestor id")?;
        let command = reader.u8("command")?;
        let status = reader.u8("status")?;
        let transaction = reader.u16_le("transaction")?;
        Ok(Self { requestor, command, status, transaction, rest: reader.rest() })
    }

    /// Writes the command or reply.
    pub fn encode(&self, out: &mut Vec<u8>) {
        out.extend(self.requestor);
        out.extend([self.command, self.status]);
        out.extend(self.transaction.to_le_bytes());
        out.extend(self.rest);
    }

    /// Whether this is a reply.
    #[must_use]
    pub const fn is_reply(&self) -> bool {
        self.command & REPLY != 0
    }

    /// The function of a command that has one, and the parameters.
    #[must_use]
    pub const fn function(&self) -> (Option<u8>, &'a [u8]) {
        match (self.command & !REPLY, self.rest) {
            (0x06 | 0x07 | 0x0F, &[function, ref parameters @ ..]) => (Some(function), parameters),
            _ => (None, self.rest),
        }
    }

    /// The device's own code, where it refused.
    #[must_use]
    pub fn code(&self) -> Option<Coded<'static>> {
        match (self.status, self.rest.first()) {
            (0, _) => None,
            (EXTENDED, Some(&extended)) => {
                Some(Coded::new(extended_status(extended), Number::Pair(EXTENDED.into(), extended.into())))
            }
            (status, _) => Some(Coded::new(status_name(status), Number::Hex8(status))),
        }
    }

    /// The data of a reply.
    fn data(&self) -> &'a [u8] {
        if self.status == 0 { self.rest } else { &[] }
    }
}

/// A command with its reply, ready to be told.
#[derive(Clone, Copy)]
pub(super) struct Told<'a> {
    pub(super) request: Option<Pccc<'a>>,
    pub(super) reply: Option<Pccc<'a>>,
}

impl<'a> Told<'a> {
    fn function(&self) -> (Option<u8>, &'a [u8]) {
        self.request.map_or((None, &[][..]), |request| request.function())
    }

    fn command(&self) -> u8 {
        self.request.or(self.reply).map_or(0, |pccc| pccc.command & !REPLY)
    }

    fn answered(&self) -> &'a [u8] {
        self.reply.map(|reply| reply.data()).unwrap_or_default()
    }

    /// The address of a protected typed logical command, which fields it has, and what follows the address.
    fn address(&self) -> Option<(Address, Layout, &'a [u8])> {
        let (0x0F, (Some(function), parameters)) = (self.command(), self.function()) else { return None };
        let layout = Layout::of(function)?;
        Address::decode(parameters, layout).map(|(address, rest)| (address, layout, rest))
    }

    /// Verb, name and number. A reply alone does not say its function.
    pub(super) fn meaning(&self) -> (Verb, Coded<'static>) {
        let command = self.command();
        let number = |function: u8| Number::Hex16(u16::from(command) << 8 | u16::from(function));
        match (command, self.function()) {
            (0x0F, (Some(0x80), parameters)) => {
                let verb = match parameters.first() {
                    Some(0x01) => Verb::Stop,
                    Some(0x06) => Verb::Start,
                    _ => Verb::ChangeMode,
                };
                (verb, Coded::new("pccc_change_mode", number(0x80)))
            }
            (0x0F, (Some(function), _)) => {
                let (verb, name) = extended_function(function);
                let verb = self.address().map_or(verb, |(address, _, _)| address.verb(verb));
                (verb, Coded::new(name, number(function)))
            }
            (0x06, (Some(function), _)) => {
                let (verb, name) = diagnostic_function(function);
                (verb, Coded::new(name, number(function)))
            }
            (0x07, (Some(function), _)) => {
                let (verb, name) = plc3_function(function);
                (verb, Coded::new(name, number(function)))
            }
            (command, _) => {
                let (verb, name) = command_name(command);
                (verb, Coded::new(name, Number::Hex8(command)))
            }
        }
    }

    /// Program bytes that this command moved, and which way: `true` to the device.
    pub(super) fn program_bytes(&self) -> Option<(bool, &'a [u8])> {
        let (Some(function), parameters) = self.function() else { return None };
        if let Some((address, layout, rest)) = self.address() {
            let bytes = if layout.write { rest } else { self.answered() };
            return address.is_program().then_some((layout.write, bytes));
        }
        match function {
            // Physical and bytes-physical write and read: an address of four bytes, then the bytes.
            0x08 | 0x18 => parameters.get(4..).map(|bytes| (true, bytes)),
            0x09 | 0x17 => Some((false, self.answered())),
            _ => None,
        }
    }
}

impl Items for Told<'_> {
    fn each(&self, tell: &mut dyn FnMut(Item<'_>)) {
        if let Some((address, layout, mut rest)) = self.address() {
            if layout.masked {
                let (mask, data) = rest.split_at_checked(2).unwrap_or((rest, &[]));
                tell(Item::valued(&Masked(address), words(mask).value()));
                rest = data;
            }
            let bytes = if layout.write { rest } else { self.answered() };
            if bytes.is_empty() {
                return tell(Item::named(&address));
            }
            return tell(Item::valued(&address, Values { kind: address.kind, bytes }.value()));
        }
        let (function, parameters) = self.function();
        match (self.command(), function) {
            (0x0F, Some(0x80)) => tell_mode(parameters, tell),
            (0x0F, Some(0x3A)) => tell(Item::valued(&"mode flags", Value::Bytes(parameters))),
            (0x0F, Some(function @ (0x00 | 0x01 | 0x67 | 0x68))) => {
                tell_word_range(self, function, parameters, tell);
            }
            _ => tell_plain(self, tell),
        }
    }
}

/// A command whose parameters are not laid out here: the bytes that carry values.
fn tell_plain(told: &Told<'_>, tell: Tell<'_>) {
    let (_, parameters) = told.function();
    if !parameters.is_empty() {
        tell(Item::valued(&"parameters", Value::Bytes(parameters)));
    }
    if !told.answered().is_empty() {
        tell(Item::valued(&"reply", Value::Bytes(told.answered())));
    }
}

fn tell_mode(parameters: &[u8], tell: Tell<'_>) {
    let mode = match parameters.first() {
        Some(0x01) => "remote program",
        Some(0x06) => "remote run",
        Some(0x07) => "remote test continuous",
        Some(0x08) => "remote test single scan",
        Some(0x09) => "remote test debug",
        _ => return tell(Item::valued(&"mode", Value::Bytes(parameters))),
    };
    tell(Item::valued(&"mode", Value::Text(mode)));
}

/// PLC-5 reads and writes: packet offset, total, system address, then size or data.
fn tell_word_range(told: &Told<'_>, function: u8, parameters: &[u8], tell: Tell<'_>) {
    let mut reader = Reader::new(parameters);
    let offset = reader.u16_le("packet offset").unwrap_or(0);
    let _total = reader.u16_le("total transaction");
    let Some(address) = Plc5::decode(&mut reader) else { return tell_plain(told, tell) };
    let address = Plc5 { offset, ..address };
    let write = function == 0x00 || function == 0x67;
    let bytes = if write { reader.rest() } else { told.answered() };
    if bytes.is_empty() {
        return tell(Item::named(&address));
    }
    let typed = if function == 0x67 || function == 0x68 { described(bytes) } else { None };
    match typed {
        Some(values) => tell(Item::valued(&address, values.value())),
        None => tell(Item::valued(&address, Value::Bytes(bytes))),
    }
}

/// Values with the descriptor that stands before them, or in an array before its first element. 1770-6.5.16,
/// chapter 13, "type/data parameter".
fn described(bytes: &[u8]) -> Option<Values<'_>> {
    const INTEGER: u32 = 4;
    const FLOAT: u32 = 8;
    const ARRAY: u32 = 9;
    let mut reader = Reader::new(bytes);
    let kind = match descriptor(&mut reader)? {
        ARRAY => descriptor(&mut reader)?,
        kind => kind,
    };
    let kind = match kind {
        INTEGER => 0x89,
        FLOAT => 0x8A,
        _ => return None,
    };
    Some(Values { kind, bytes: reader.rest() })
}

/// The type in a descriptor: type and size in a nibble each, or in so many bytes as the nibble says.
fn descriptor(reader: &mut Reader<'_>) -> Option<u32> {
    /// In a nibble: the number follows in so many bytes as the other three bits say.
    const FOLLOWS: u8 = 0x08;
    let flags = reader.u8("type and size").ok()?;
    let mut number = |nibble: u8| match nibble & FOLLOWS {
        0 => Some(u32::from(nibble)),
        _ => match *reader.take(usize::from(nibble & !FOLLOWS), "type or size").ok()? {
            [low] => Some(u32::from(low)),
            [low, high] => Some(u32::from(u16::from_le_bytes([low, high]))),
            _ => None,
        },
    };
    let kind = number(flags >> 4)?;
    number(flags & 0x0F)?;
    Some(kind)
}

/// Which fields a protected typed logical command has.
#[derive(Clone, Copy)]
struct Layout {
    subelement: bool,
    masked: bool,
    write: bool,
}

impl Layout {
    const fn of(function: u8) -> Option<Self> {
        Some(match function {
            0xA1 => Self { subelement: false, masked: false, write: false },
            0xA2 => Self { subelement: true, masked: false, write: false },
            0xA9 => Self { subelement: false, masked: false, write: true },
            0xAA => Self { subelement: true, masked: false, write: true },
            0xAB => Self { subelement: true, masked: true, write: true },
            _ => return None,
        })
    }
}

/// A typed logical address: `N7:0`, `T4:0.2`, `F8:3..6`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Address {
    size_bytes: u8,
    file: u16,
    kind: u8,
    element: u16,
    subelement: u16,
}

impl Address {
    fn decode(parameters: &[u8], layout: Layout) -> Option<(Self, &[u8])> {
        let mut reader = Reader::new(parameters);
        let size_bytes = reader.u8("byte size").ok()?;
        let file = number(&mut reader)?;
        let kind = reader.u8("file type").ok()?;
        let element = number(&mut reader)?;
        let subelement = if layout.subelement { number(&mut reader)? } else { 0 };
        Some((Self { size_bytes, file, kind, element, subelement }, reader.rest()))
    }

    /// Ladder and online edits: program, not values.
    const fn is_program(self) -> bool {
        matches!(self.kind, LADDER | ONLINE_EDIT)
    }

    /// What a read or write of this file is.
    const fn verb(self, verb: Verb) -> Verb {
        match (self.kind, verb) {
            (LADDER | ONLINE_EDIT, Verb::Read) => Verb::UploadProgram,
            (LADDER | ONLINE_EDIT, Verb::Write) => Verb::DownloadProgram,
            (OUTPUT_FORCES | INPUT_FORCES, Verb::Write) => Verb::Force,
            (_, verb) => verb,
        }
    }
}

impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { file, kind, element, subelement, size_bytes } = *self;
        match file_letters(kind) {
            Some(letters) => write!(f, "{letters}{file}:{element}")?,
            None => match file_kind(kind) {
                "unknown" => write!(f, "file {file} type 0x{kind:02X} element {element}")?,
                name => write!(f, "{name} {file}:{element}")?,
            },
        }
        if subelement != 0 {
            return write!(f, ".{subelement}");
        }
        let last = u16::from(size_bytes) / element_bytes(kind);
        if last > 1 { write!(f, "..{}", element.saturating_add(last - 1)) } else { Ok(()) }
    }
}

struct Masked(Address);

impl fmt::Display for Masked {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} mask", self.0)
    }
}

/// A PLC-5 system address: levels in binary, or a name.
struct Plc5<'a> {
    name: &'a [u8],
    levels: [u16; 4],
    count: usize,
    offset: u16,
}

impl<'a> Plc5<'a> {
    fn decode(reader: &mut Reader<'a>) -> Option<Self> {
        let levels = reader.u8("address levels").ok()?;
        let mut address = Self { name: &[], levels: [0; 4], count: 0, offset: 0 };
        if levels == 0 {
            // A dollar sign, the name, a zero.
            let end = reader.peek().iter().position(|&byte| byte == 0)?;
            address.name = reader.take(end, "symbolic address").ok()?;
            reader.skip(1, "end of symbolic address").ok()?;
            return Some(address);
        }
        // Level 1 is the area, 0 for the data table; its bit may be left out.
        for (bit, level) in address.levels.iter_mut().enumerate() {
            if levels & 1 << bit != 0 {
                *level = number(reader)?;
                address.count = bit + 1;
            }
        }
        Some(address)
    }
}

impl fmt::Display for Plc5<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.count == 0 {
            write!(f, "{}", super::path::Printable(self.name))?;
        } else {
            let [_, file, element, subelement] = self.levels;
            write!(f, "file {file} element {element}")?;
            if self.count == 4 {
                write!(f, ".{subelement}")?;
            }
        }
        if self.offset == 0 { Ok(()) } else { write!(f, " offset {}", self.offset) }
    }
}

/// The values of a data file.
#[derive(Clone, Copy)]
struct Values<'a> {
    kind: u8,
    bytes: &'a [u8],
}

const fn words(bytes: &[u8]) -> Values<'_> {
    Values { kind: 0x85, bytes }
}

impl Values<'_> {
    fn value(&self) -> Value<'_> {
        let mut first = None;
        let mut count = 0_usize;
        let unit = usize::from(unit_bytes(self.kind).unwrap_or(1));
        if unit_bytes(self.kind).is_none() || !self.bytes.len().is_multiple_of(unit) {
            return Value::Bytes(self.bytes);
        }
        Scalars::each(self, &mut |value| {
            count += 1;
            first = first.or(match value {
                Value::Signed(n) => Some(Value::Signed(n)),
                Value::Unsigned(n) => Some(Value::Unsigned(n)),
                Value::Float32(n) => Some(Value::Float32(n)),
                Value::Float(n) => Some(Value::Float(n)),
                _ => None,
            });
        });
        match first {
            Some(only) if count == 1 => only,
            _ => Value::List(self),
        }
    }
}

impl Scalars for Values<'_> {
    fn each(&self, tell: &mut dyn FnMut(Value<'_>)) {
        let mut reader = Reader::new(self.bytes);
        while !reader.is_empty() {
            let value = match self.kind {
                0x8A => reader.f32_le("float").map(Value::Float32),
                0x91 => reader.i32_le("long").map(|n| Value::Signed(n.into())),
                0x84 | 0x85 | OUTPUT_FORCES | INPUT_FORCES => {
                    reader.u16_le("word").map(|n| Value::Unsigned(n.into()))
                }
                _ => reader.i16_le("integer").map(|n| Value::Signed(n.into())),
            };
            match value {
                Ok(value) => tell(value),
                Err(_) => return,
            }
        }
    }
}

fn number(reader: &mut Reader<'_>) -> Option<u16> {
    match reader.u8("address").ok()? {
        WIDE => reader.u16_le("address").ok(),
        number => Some(number.into()),
    }
}
