use quaywatch_model::Verb;

/// A UMAS function code. Open: a number without a name stays what it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Function(pub u8);

impl Function {
    /// Opens the dialogue and agrees on the longest frame.
    pub const INIT_COMM: Self = Self(0x01);
    /// What the controller is.
    pub const READ_ID: Self = Self(0x02);
    /// What program is in it.
    pub const READ_PROJECT_INFO: Self = Self(0x03);
    /// State and checksums.
    pub const READ_PLC_INFO: Self = Self(0x04);
    /// Echoes its data.
    pub const REPEAT: Self = Self(0x0A);
    /// Makes the station the only one that may change the controller.
    pub const TAKE_PLC_RESERVATION: Self = Self(0x10);
    /// Gives the reservation back.
    pub const RELEASE_PLC_RESERVATION: Self = Self(0x11);
    /// Keeps the reservation.
    pub const KEEP_ALIVE: Self = Self(0x12);
    /// Reads bytes of a memory block.
    pub const READ_MEMORY_BLOCK: Self = Self(0x20);
    /// Reads variables.
    pub const READ_VARIABLES: Self = Self(0x22);
    /// Writes variables.
    pub const WRITE_VARIABLES: Self = Self(0x23);
    /// Reads the data dictionary: names and types of variables.
    pub const DATA_DICTIONARY: Self = Self(0x26);
    /// Reads memory by its physical address.
    pub const READ_PHYSICAL_ADDRESS: Self = Self(0x28);
    /// Writes memory by its physical address.
    pub const WRITE_PHYSICAL_ADDRESS: Self = Self(0x29);
    /// Begins moving a program from the station to the controller.
    pub const BEGIN_TO_PLC: Self = Self(0x30);
    /// One block of that program.
    pub const BLOCK_TO_PLC: Self = Self(0x31);
    /// Ends it.
    pub const END_TO_PLC: Self = Self(0x32);
    /// Begins moving a program from the controller to the station.
    pub const BEGIN_FROM_PLC: Self = Self(0x33);
    /// One block of that program.
    pub const BLOCK_FROM_PLC: Self = Self(0x34);
    /// Ends it.
    pub const END_FROM_PLC: Self = Self(0x35);
    /// Wraps a request that is signed.
    pub const SIGNED: Self = Self(0x38);
    /// Starts the program.
    pub const START_PLC: Self = Self(0x40);
    /// Stops the program.
    pub const STOP_PLC: Self = Self(0x41);
    /// Registers variables for, and reads, cyclic monitoring.
    pub const MONITOR_PLC: Self = Self(0x50);
    /// Exchanges the nonces of a reservation with a password.
    pub const RESERVATION_NONCES: Self = Self(0x6E);
    /// The answer is yes.
    pub const OK: Self = Self(0xFE);
    /// The answer is no.
    pub const ERROR: Self = Self(0xFD);

    /// The name those who read this protocol gave it; the maker publishes none.
    ///
    /// Sources disagree which way "upload" goes, so that the six transfer functions say it.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self.0 {
            0x01 => "umas init_comm",
            0x02 => "umas read_id",
            0x03 => "umas read_project_info",
            0x04 => "umas read_plc_info",
            0x05 => "umas read_loader_info",
            0x06 => "umas read_card_info",
            0x07 => "umas read_block_info",
            0x0A => "umas repeat",
            0x10 => "umas take_plc_reservation",
            0x11 => "umas release_plc_reservation",
            0x12 => "umas keep_alive",
            0x20 => "umas read_memory_block",
            0x21 => "umas write_memory_block",
            0x22 => "umas read_variables",
            0x23 => "umas write_variables",
            0x24 => "umas read_coils_registers",
            0x25 => "umas write_coils_registers",
            0x26 => "umas data_dictionary",
            0x27 => "umas data_dictionary_preload",
            0x28 => "umas read_physical_address",
            0x29 => "umas write_physical_address",
            0x2A => "umas browse_events",
            0x30 => "umas initialize_upload_to_plc",
            0x31 => "umas upload_block_to_plc",
            0x32 => "umas end_upload_to_plc",
            0x33 => "umas initialize_download_from_plc",
            0x34 => "umas download_block_from_plc",
            0x35 => "umas end_download_from_plc",
            0x36 => "umas backup",
            0x37 => "umas preload_blocks",
            0x38 => "umas signed_message",
            0x39 => "umas read_eth_master_data",
            0x40 => "umas start_plc",
            0x41 => "umas stop_plc",
            0x42 => "umas init_plc",
            0x43 => "umas swap",
            0x50 => "umas monitor_plc",
            0x51 => "umas get_auto_modif",
            0x52 => "umas get_forced_bits",
            0x53 => "umas get_selected_blocks",
            0x58 => "umas check_plc",
            0x60 => "umas bkpt_set",
            0x61 => "umas bkpt_del",
            0x62 => "umas step_over",
            0x63 => "umas step_in",
            0x64 => "umas step_out",
            0x65 => "umas get_call_stack",
            0x66 => "umas check_debug_allowed",
            0x6C => "umas process_msg",
            0x6D => "umas private",
            0x6E => "umas reservation_nonces",
            0x70 => "umas read_io_object",
            0x71 => "umas write_io_object",
            0x72 => "umas read_rack",
            0x73 => "umas get_status_module",
            0x74 => "umas read_device_data",
            _ => "umas unknown",
        }
    }

    /// Whether this is a request somebody has named.
    pub(super) const fn is_request(self) -> bool {
        !matches!(self.verb_and_known(), (_, false))
    }

    /// What it does.
    pub(super) const fn verb(self) -> Verb {
        self.verb_and_known().0
    }

    const fn verb_and_known(self) -> (Verb, bool) {
        let verb = match self.0 {
            0x01 => Verb::OpenSession,
            0x02 => Verb::Identify,
            0x03..=0x07 | 0x0A | 0x12 | 0x20 | 0x22 | 0x24 | 0x28 | 0x39 => Verb::Read,
            0x50..=0x53 | 0x58 | 0x65 | 0x66 | 0x70 | 0x72..=0x74 => Verb::Read,
            // Whoever holds the reservation keeps all others from changing the controller.
            0x10 | 0x11 => Verb::ChangeSecurity,
            0x21 | 0x23 | 0x25 | 0x29 | 0x71 => Verb::Write,
            0x26 | 0x27 | 0x2A => Verb::Browse,
            0x30..=0x32 => Verb::DownloadProgram,
            0x33..=0x35 => Verb::UploadProgram,
            0x40 => Verb::Start,
            0x41 => Verb::Stop,
            0x42 => Verb::Reset,
            0x43 => Verb::ActivateProgram,
            // A breakpoint halts the program where it is met; a step runs a halted one.
            0x60..=0x64 => Verb::ChangeMode,
            0x6E => Verb::Authenticate,
            0x36..=0x38 | 0x6C | 0x6D => Verb::Opaque,
            _ => return (Verb::Opaque, false),
        };
        (verb, true)
    }
}
