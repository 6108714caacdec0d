//! PCCC: the command set of PLC-5, SLC 500 and MicroLogix, carried by service 0x4B of class 0x67.
//!
//! Rockwell 1770-6.5.16 (DF1 protocol and command set, October 1996), chapters 7, 8 and 13.
//!
//! ```text
//! requestor id: length (itself included), vendor u16, serial u32, more
//! command, status, transaction u16, function (not in every command), parameters
//! ```
//! A reply has bit 0x40 set in its command and no function; status 0xF0 says that an extended status follows.

use super::items::Tell;
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
    tell(Item::valued(&address, Value::Bytes(bytes)));
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
                0x8A => reader.f32_le("float").map(|n| Value::Float(n.into())),
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

/// The letters that programmers know a file type by. 1770-6.5.16, chapter 13; 91 is MicroLogix's long.
const fn file_letters(kind: u8) -> Option<&'static str> {
    Some(match kind {
        0x82 | 0x8B => "O",
        0x83 | 0x8C => "I",
        0x84 => "S",
        0x85 => "B",
        0x86 => "T",
        0x87 => "C",
        0x88 => "R",
        0x89 => "N",
        0x8A => "F",
        0x8D => "ST",
        0x8E => "A",
        0x8F => "D",
        0x91 => "L",
        _ => return None,
    })
}

/// File types that hold no values a program works on. MicroLogix and SLC 500 instruction set references.
const LADDER: u8 = 0x22;
const ONLINE_EDIT: u8 = 0x65;
const OUTPUT_FORCES: u8 = 0xA1;
const INPUT_FORCES: u8 = 0xA2;

const fn file_kind(kind: u8) -> &'static str {
    match kind {
        LADDER => "ladder",
        0x49 => "channel configuration",
        0x4A => "EtherNet/IP function",
        ONLINE_EDIT => "online edit",
        0x6A => "I/O status",
        OUTPUT_FORCES => "output forces",
        INPUT_FORCES => "input forces",
        0xE2 => "STI function",
        0xE4 => "RTC function",
        0xE6 => "memory module",
        _ => "unknown",
    }
}

/// How many bytes one value of this file has, where its values are numbers.
const fn unit_bytes(kind: u8) -> Option<u16> {
    Some(match kind {
        0x8A | 0x91 => 4,
        0x82..=0x89 | 0x8B | 0x8C | 0x8E | 0x8F | OUTPUT_FORCES | INPUT_FORCES => 2,
        _ => return None,
    })
}

/// How many bytes one element of this file has.
const fn element_bytes(kind: u8) -> u16 {
    match kind {
        0x86..=0x88 => 6,
        0x8A | 0x91 => 4,
        0x8D => 84,
        _ => 2,
    }
}

const fn command_name(command: u8) -> (Verb, &'static str) {
    match command {
        0x00 => (Verb::Write, "pccc_protected_write"),
        0x01 => (Verb::Read, "pccc_unprotected_read"),
        0x02 => (Verb::Write, "pccc_protected_bit_write"),
        0x05 => (Verb::Write, "pccc_unprotected_bit_write"),
        0x08 => (Verb::Write, "pccc_unprotected_write"),
        0x06 => (Verb::Read, "pccc_diagnostic"),
        0x07 => (Verb::Opaque, "pccc_plc3_command"),
        0x0F => (Verb::Opaque, "pccc_extended_command"),
        _ => (Verb::Opaque, "pccc_unknown"),
    }
}

const fn diagnostic_function(function: u8) -> (Verb, &'static str) {
    match function {
        0x00 => (Verb::Identify, "pccc_echo"),
        0x01 => (Verb::Read, "pccc_read_diagnostic_counters"),
        0x02 => (Verb::Write, "pccc_set_variables"),
        0x03 => (Verb::Identify, "pccc_diagnostic_status"),
        0x04 => (Verb::Write, "pccc_set_timeout"),
        0x05 => (Verb::Write, "pccc_set_naks"),
        0x06 => (Verb::Write, "pccc_set_enqs"),
        0x07 => (Verb::Write, "pccc_reset_diagnostic_counters"),
        0x08 => (Verb::Write, "pccc_set_data_table_size"),
        0x09 => (Verb::Read, "pccc_read_link_parameters"),
        0x0A => (Verb::SetNetwork, "pccc_set_link_parameters"),
        _ => (Verb::Opaque, "pccc_unknown"),
    }
}

const fn plc3_function(function: u8) -> (Verb, &'static str) {
    match function {
        0x00 => (Verb::Stop, "pccc_disable_outputs"),
        0x01 => (Verb::Start, "pccc_enable_outputs"),
        0x03 => (Verb::Start, "pccc_enable_plc_scanning"),
        0x04 => (Verb::DownloadProgram, "pccc_enter_download_mode"),
        0x05 => (Verb::ChangeMode, "pccc_exit_download_upload_mode"),
        0x06 => (Verb::UploadProgram, "pccc_enter_upload_mode"),
        _ => (Verb::Opaque, "pccc_unknown"),
    }
}

const fn extended_function(function: u8) -> (Verb, &'static str) {
    match function {
        0x00 => (Verb::Write, "pccc_word_range_write"),
        0x01 => (Verb::Read, "pccc_word_range_read"),
        0x02 => (Verb::Write, "pccc_bit_write"),
        0x03 => (Verb::Write, "pccc_file_write"),
        0x04 => (Verb::Read, "pccc_file_read"),
        0x05 => (Verb::DownloadProgram, "pccc_download_request"),
        0x06 => (Verb::UploadProgram, "pccc_upload"),
        0x07 => (Verb::Stop, "pccc_shutdown"),
        0x08 => (Verb::DownloadProgram, "pccc_physical_write"),
        0x09 => (Verb::UploadProgram, "pccc_physical_read"),
        0x0A => (Verb::Reset, "pccc_restart_request"),
        0x11 => (Verb::ChangeSecurity, "pccc_get_edit_resource"),
        0x12 => (Verb::ChangeSecurity, "pccc_return_edit_resource"),
        0x17 => (Verb::UploadProgram, "pccc_read_bytes_physical"),
        0x18 => (Verb::DownloadProgram, "pccc_write_bytes_physical"),
        0x26 => (Verb::Write, "pccc_read_modify_write"),
        0x29 => (Verb::Read, "pccc_read_section_size"),
        0x3A => (Verb::ChangeMode, "pccc_set_cpu_mode"),
        0x41 => (Verb::Force, "pccc_disable_forces"),
        0x50 => (Verb::DownloadProgram, "pccc_download_all_request"),
        0x52 => (Verb::DownloadProgram, "pccc_download_completed"),
        0x53 => (Verb::UploadProgram, "pccc_upload_all_request"),
        0x55 => (Verb::UploadProgram, "pccc_upload_completed"),
        0x57 => (Verb::DeleteProgram, "pccc_initialize_memory"),
        0x5E => (Verb::Write, "pccc_modify_plc2_compatibility_file"),
        0x67 => (Verb::Write, "pccc_typed_write"),
        0x68 => (Verb::Read, "pccc_typed_read"),
        0x79 => (Verb::Write, "pccc_read_modify_write_n"),
        0x81 => (Verb::Read, "pccc_open_file"),
        0x82 => (Verb::Read, "pccc_close_file"),
        0x88 => (Verb::Opaque, "pccc_execute_multiple_commands"),
        0x8F => (Verb::SetNetwork, "pccc_apply_port_configuration"),
        0xA1 => (Verb::Read, "pccc_protected_typed_logical_read_2"),
        0xA2 => (Verb::Read, "pccc_protected_typed_logical_read_3"),
        0xA7 => (Verb::Read, "pccc_protected_typed_file_read"),
        0xA9 => (Verb::Write, "pccc_protected_typed_logical_write_2"),
        0xAA => (Verb::Write, "pccc_protected_typed_logical_write_3"),
        0xAB => (Verb::Write, "pccc_protected_typed_logical_masked_write"),
        0xAF => (Verb::Write, "pccc_protected_typed_file_write"),
        _ => (Verb::Opaque, "pccc_unknown"),
    }
}

/// Local errors have a low nibble, remote ones a high one. 1770-6.5.16, chapter 8.
const fn status_name(status: u8) -> &'static str {
    match status {
        0x01 => "destination_out_of_buffer_space",
        0x02 => "message_not_acknowledged",
        0x03 => "duplicate_token_holder",
        0x04 => "local_port_disconnected",
        0x05 => "application_layer_timeout",
        0x06 => "duplicate_node",
        0x07 => "station_offline",
        0x08 => "hardware_fault",
        0x10 => "illegal_command_or_format",
        0x20 => "host_will_not_communicate",
        0x30 => "remote_node_missing",
        0x40 => "hardware_fault_at_host",
        0x50 => "addressing_problem_or_memory_protected",
        0x60 => "function_not_allowed_by_protection",
        0x70 => "processor_in_program_mode",
        0x80 => "compatibility_file_missing",
        0x90 => "remote_node_cannot_buffer",
        0xA0 | 0xC0 => "wait_ack",
        0xB0 => "remote_node_busy_downloading",
        0xF0 => "extended_status",
        _ => "unknown",
    }
}

const fn extended_status(status: u8) -> &'static str {
    match status {
        0x01 => "illegal_value_in_field",
        0x02 => "too_few_address_levels",
        0x03 => "too_many_address_levels",
        0x04 => "symbol_not_found",
        0x05 => "symbol_of_improper_format",
        0x06 => "address_not_usable",
        0x07 => "file_of_wrong_size",
        0x08 => "situation_changed",
        0x09 => "data_or_file_too_large",
        0x0A => "transaction_size_plus_address_too_large",
        0x0B => "access_denied",
        0x0C => "resource_not_available",
        0x0D => "condition_already_exists",
        0x0E => "command_cannot_be_executed",
        0x0F => "histogram_overflow",
        0x10 => "no_access",
        0x11 => "illegal_data_type",
        0x12 => "invalid_parameter_or_data",
        0x13 => "reference_to_deleted_area",
        0x14 => "execution_failed_for_unknown_reason",
        0x15 => "data_conversion_error",
        0x16 => "scanner_cannot_reach_rack_adapter",
        0x17 => "type_mismatch",
        0x18 => "module_response_not_valid",
        0x19 => "duplicated_label",
        0x1A => "file_open_by_another_node",
        0x1B => "program_owned_by_another_node",
        0x1E => "data_table_element_protected",
        0x1F => "temporary_internal_problem",
        0x22 => "remote_rack_fault",
        0x23 => "timeout",
        0x24 => "unknown_error",
        _ => "unknown",
    }
}
