use quaywatch_model::{Coded, Number, Verb};

/// A Modbus function code, without the exception bit. Open: a number without a name stays what it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Function(pub u8);

impl Function {
    /// Reads coils (clause 6.1).
    pub const READ_COILS: Self = Self(0x01);
    /// Reads discrete inputs (clause 6.2).
    pub const READ_DISCRETE_INPUTS: Self = Self(0x02);
    /// Reads holding registers (clause 6.3).
    pub const READ_HOLDING_REGISTERS: Self = Self(0x03);
    /// Reads input registers (clause 6.4).
    pub const READ_INPUT_REGISTERS: Self = Self(0x04);
    /// Sets one coil (clause 6.5).
    pub const WRITE_SINGLE_COIL: Self = Self(0x05);
    /// Sets one holding register (clause 6.6).
    pub const WRITE_SINGLE_REGISTER: Self = Self(0x06);
    /// Reads eight status bits (clause 6.7, serial line).
    pub const READ_EXCEPTION_STATUS: Self = Self(0x07);
    /// Tests and counters, chosen by a sub-function (clause 6.8, serial line).
    pub const DIAGNOSTICS: Self = Self(0x08);
    /// Reads a status word and an event count (clause 6.9, serial line).
    pub const GET_COMM_EVENT_COUNTER: Self = Self(0x0B);
    /// Reads the log of communication events (clause 6.10, serial line).
    pub const GET_COMM_EVENT_LOG: Self = Self(0x0C);
    /// Sets several coils (clause 6.11).
    pub const WRITE_MULTIPLE_COILS: Self = Self(0x0F);
    /// Sets several holding registers (clause 6.12).
    pub const WRITE_MULTIPLE_REGISTERS: Self = Self(0x10);
    /// Asks for type and state of the device (clause 6.13, serial line).
    pub const REPORT_SERVER_ID: Self = Self(0x11);
    /// Reads records of extended memory (clause 6.14).
    pub const READ_FILE_RECORD: Self = Self(0x14);
    /// Writes records of extended memory (clause 6.15).
    pub const WRITE_FILE_RECORD: Self = Self(0x15);
    /// Changes single bits of a holding register (clause 6.16).
    pub const MASK_WRITE_REGISTER: Self = Self(0x16);
    /// Writes, then reads, holding registers (clause 6.17).
    pub const READ_WRITE_MULTIPLE_REGISTERS: Self = Self(0x17);
    /// Reads a queue of registers (clause 6.18).
    pub const READ_FIFO_QUEUE: Self = Self(0x18);
    /// A tunnel for other services, chosen by an MEI type (clause 6.19).
    pub const ENCAPSULATED_INTERFACE_TRANSPORT: Self = Self(0x2B);
    /// Schneider Electric's Unified Messaging Application Services; see [`crate::umas`].
    pub const UMAS: Self = Self(0x5A);
    /// Replaces a Modicon controller's firmware.
    pub const FIRMWARE_REPLACEMENT: Self = Self(0x7D);

    /// The bit that makes a function code an exception response.
    pub(super) const EXCEPTION: u8 = 0x80;

    /// The standard's name, or the one known for Modicon's legacy programming codes.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self.0 {
            0x01 => "read_coils",
            0x02 => "read_discrete_inputs",
            0x03 => "read_holding_registers",
            0x04 => "read_input_registers",
            0x05 => "write_single_coil",
            0x06 => "write_single_register",
            0x07 => "read_exception_status",
            0x08 => "diagnostics",
            0x09 => "program_484",
            0x0A => "poll_484",
            0x0B => "get_comm_event_counter",
            0x0C => "get_comm_event_log",
            0x0D => "program_584_984",
            0x0E => "poll_584_984",
            0x0F => "write_multiple_coils",
            0x10 => "write_multiple_registers",
            0x11 => "report_server_id",
            0x12 => "program_884_u84",
            0x13 => "reset_comm_link_884_u84",
            0x14 => "read_file_record",
            0x15 => "write_file_record",
            0x16 => "mask_write_register",
            0x17 => "read_write_multiple_registers",
            0x18 => "read_fifo_queue",
            0x28 => "program_concept",
            0x2B => "encapsulated_interface_transport",
            0x5A => "umas",
            0x5B => "object_messaging",
            0x7D => "firmware_replacement",
            0x7E => "program_584_984_2",
            0x7F => "report_local_address",
            _ => "unknown",
        }
    }

    /// Whether a request and its answer of this function have a layout that is decoded here.
    pub(super) const fn is_laid_out(self) -> bool {
        matches!(self.0, 0x01..=0x08 | 0x0B | 0x0C | 0x0F..=0x11 | 0x14..=0x18 | 0x2B | 0x5A)
    }

    /// What the function does, where the function code alone tells.
    ///
    /// Modicon's `program_*` codes carry undocumented sub-commands that read as well as change the program,
    /// so they are [`Verb::Opaque`], as is every code without a name; for firmware see [`meaning`].
    const fn verb(self) -> Verb {
        match self.0 {
            0x01..=0x04 | 0x07 | 0x0A..=0x0C | 0x0E | 0x14 | 0x18 | 0x7F => Verb::Read,
            0x05 | 0x06 | 0x0F | 0x10 | 0x15..=0x17 => Verb::Write,
            0x11 => Verb::Identify,
            0x13 => Verb::Reset,
            _ => Verb::Opaque,
        }
    }
}

/// The verb and the full name of what a PDU asks for, sub-function or MEI type included.
///
/// `data` is what follows the function code, of the request or, where that was not captured, of the answer.
pub(super) fn meaning(function: Function, data: &[u8]) -> (Verb, Coded<'static>) {
    match (function, data) {
        (Function::DIAGNOSTICS, &[high, low, ..]) => {
            let sub = SubFunction(u16::from_be_bytes([high, low]));
            (sub.verb(), Coded::new(sub.name(), Number::Pair(function.0.into(), sub.0)))
        }
        (Function::ENCAPSULATED_INTERFACE_TRANSPORT, &[mei, ..]) => {
            let (verb, name) = match MeiType(mei) {
                MeiType::DEVICE_IDENTIFICATION => (Verb::Identify, "read_device_identification"),
                MeiType::CANOPEN => (Verb::Opaque, "canopen_general_reference"),
                _ => (Verb::Opaque, "encapsulated_interface_transport"),
            };
            (verb, Coded::new(name, Number::Pair(function.0.into(), mei.into())))
        }
        _ => {
            let firmware = function == Function::FIRMWARE_REPLACEMENT && is_piece_of_image(data);
            let verb = if firmware { Verb::UpdateFirmware } else { function.verb() };
            (verb, Coded::new(function.name(), Number::Hex8(function.0)))
        }
    }
}

/// A piece of an image that is loaded fills most of a PDU; commands before and after it, and probes of whoever tries all
/// functions, take a few bytes.
const SHORTEST_PIECE_BYTES: usize = 32;

/// Whether [`Function::FIRMWARE_REPLACEMENT`], of which Modicon has published no layout, carries bytes of firmware, and not
/// a command alone or a body that was filled up with one value.
fn is_piece_of_image(data: &[u8]) -> bool {
    let differs = |byte: &u8| data.first() != Some(byte);
    data.len() >= SHORTEST_PIECE_BYTES && data.iter().any(differs)
}

/// The sub-function of [`Function::DIAGNOSTICS`] (clause 6.8.1).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct SubFunction(pub u16);

impl SubFunction {
    /// Echoes the request.
    pub const RETURN_QUERY_DATA: Self = Self(0x00);
    /// Restarts the serial port; clears the event log too if the data is 0xFF00.
    pub const RESTART_COMMUNICATIONS: Self = Self(0x01);
    /// Reads the 16-bit diagnostic register, whose meaning is the device's own.
    pub const RETURN_DIAGNOSTIC_REGISTER: Self = Self(0x02);
    /// Sets the end-of-message character of Modbus ASCII.
    pub const CHANGE_ASCII_DELIMITER: Self = Self(0x03);
    /// Isolates the device: it still listens, but neither acts nor answers, not even this request.
    pub const FORCE_LISTEN_ONLY: Self = Self(0x04);
    /// Sets all counters and the diagnostic register to 0.
    pub const CLEAR_COUNTERS: Self = Self(0x0A);
    /// How many messages came by.
    pub const BUS_MESSAGE_COUNT: Self = Self(0x0B);
    /// How many of them were damaged.
    pub const BUS_COMMUNICATION_ERROR_COUNT: Self = Self(0x0C);
    /// How many exceptions were answered.
    pub const BUS_EXCEPTION_ERROR_COUNT: Self = Self(0x0D);
    /// How many messages were for this device.
    pub const SERVER_MESSAGE_COUNT: Self = Self(0x0E);
    /// How many of those were not answered.
    pub const SERVER_NO_RESPONSE_COUNT: Self = Self(0x0F);
    /// How many were answered with exception 7, *negative acknowledge*.
    pub const SERVER_NAK_COUNT: Self = Self(0x10);
    /// How many were answered with exception 6, *server device busy*.
    pub const SERVER_BUSY_COUNT: Self = Self(0x11);
    /// How many came faster than they could be taken in.
    pub const BUS_CHARACTER_OVERRUN_COUNT: Self = Self(0x12);

    /// The standard's name.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self.0 {
            0x00 => "diagnostics return_query_data",
            0x01 => "diagnostics restart_communications_option",
            0x02 => "diagnostics return_diagnostic_register",
            0x03 => "diagnostics change_ascii_input_delimiter",
            0x04 => "diagnostics force_listen_only_mode",
            0x0A => "diagnostics clear_counters_and_diagnostic_register",
            0x0B => "diagnostics return_bus_message_count",
            0x0C => "diagnostics return_bus_communication_error_count",
            0x0D => "diagnostics return_bus_exception_error_count",
            0x0E => "diagnostics return_server_message_count",
            0x0F => "diagnostics return_server_no_response_count",
            0x10 => "diagnostics return_server_nak_count",
            0x11 => "diagnostics return_server_busy_count",
            0x12 => "diagnostics return_bus_character_overrun_count",
            0x13 => "diagnostics return_iop_overrun_count",
            0x14 => "diagnostics clear_overrun_counter_and_flag",
            0x15 => "diagnostics get_clear_modbus_plus_statistics",
            _ => "diagnostics unknown",
        }
    }

    /// Clearing counters is a write: it wipes what the device remembers, and restarts nothing.
    const fn verb(self) -> Verb {
        match self.0 {
            0x00 | 0x02 | 0x0B..=0x13 | 0x15 => Verb::Read,
            0x01 => Verb::Reset,
            0x03 | 0x0A | 0x14 => Verb::Write,
            0x04 => Verb::ChangeMode,
            _ => Verb::Opaque,
        }
    }

    /// What the two bytes of an answer count, where they are a number.
    pub(super) const fn counts(self) -> Option<&'static str> {
        Some(match self.0 {
            0x02 => "diagnostic register",
            0x0B => "bus message count",
            0x0C => "bus communication error count",
            0x0D => "bus exception error count",
            0x0E => "server message count",
            0x0F => "server no response count",
            0x10 => "server NAK count",
            0x11 => "server busy count",
            0x12 => "bus character overrun count",
            0x13 => "IOP overrun count",
            _ => return None,
        })
    }
}

/// What [`Function::ENCAPSULATED_INTERFACE_TRANSPORT`] carries (clause 6.19).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct MeiType(pub u8);

impl MeiType {
    /// CANopen general reference (clause 6.20), laid out by CiA 309-2.
    pub const CANOPEN: Self = Self(0x0D);
    /// Read device identification (clause 6.21).
    pub const DEVICE_IDENTIFICATION: Self = Self(0x0E);
}

/// The object of a device identification (clause 6.21).
pub(super) const fn identification_object(id: u8) -> &'static str {
    match id {
        0x00 => "VendorName",
        0x01 => "ProductCode",
        0x02 => "MajorMinorRevision",
        0x03 => "VendorUrl",
        0x04 => "ProductName",
        0x05 => "ModelName",
        0x06 => "UserApplicationName",
        0x07..=0x7F => "reserved",
        0x80..=0xFF => "private",
    }
}

/// Why a server did not do as it was asked (clause 7).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct ExceptionCode(pub u8);

impl ExceptionCode {
    /// The function is none that the server has.
    pub const ILLEGAL_FUNCTION: Self = Self(0x01);
    /// Some of the addresses are none that the server has.
    pub const ILLEGAL_DATA_ADDRESS: Self = Self(0x02);
    /// A quantity, a byte count or another field is one that the function does not have.
    pub const ILLEGAL_DATA_VALUE: Self = Self(0x03);
    /// The server accepted the request and needs long to carry it out: not a refusal.
    pub const ACKNOWLEDGE: Self = Self(0x05);
    /// Nothing answers as the unit that was addressed.
    pub const GATEWAY_TARGET_FAILED: Self = Self(0x0B);

    /// The standard's name.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self.0 {
            0x01 => "illegal_function",
            0x02 => "illegal_data_address",
            0x03 => "illegal_data_value",
            0x04 => "server_device_failure",
            0x05 => "acknowledge",
            0x06 => "server_device_busy",
            0x07 => "negative_acknowledge",
            0x08 => "memory_parity_error",
            0x0A => "gateway_path_unavailable",
            0x0B => "gateway_target_device_failed_to_respond",
            _ => "unknown",
        }
    }

    /// The code as records show it.
    #[must_use]
    pub const fn coded(self) -> Coded<'static> {
        Coded::new(self.name(), Number::Hex8(self.0))
    }

    /// Whether the standard (or Modicon before it) defines this code.
    pub(super) const fn is_defined(self) -> bool {
        matches!(self.0, 0x01..=0x08 | 0x0A | 0x0B)
    }
}
