use quaywatch_model::Verb;
use quaywatch_wire::{ReadError, Reader};
use std::net::Ipv4Addr;

/// Who is speaking, the low three bits of the first byte. Open.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Mode(pub(super) u8);

impl Mode {
    pub(super) const ACTIVE: Self = Self(1);
    pub(super) const PASSIVE: Self = Self(2);
    pub(super) const CLIENT: Self = Self(3);
    pub(super) const SERVER: Self = Self(4);
    pub(super) const BROADCAST: Self = Self(5);
    pub(super) const CONTROL: Self = Self(6);
    pub(super) const PRIVATE: Self = Self(7);
}

/// The header of modes 1 to 5.
pub(super) const HEADER_BYTES: usize = 48;
/// The farthest stratum that has time; 16 has none.
const LAST_STRATUM: u8 = 15;
/// 16 seconds in the short format: RFC 5905's `MAXDISP`, more is no time at all.
const MAX_DISPERSION: u32 = 16 << 16;

/// A view of a message of modes 1 to 5.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Time {
    version: u8,
    pub(super) mode: Mode,
    pub(super) stratum: u8,
    poll: i8,
    precision: i8,
    root_delay: u32,
    root_dispersion: u32,
    pub(super) reference_id: [u8; 4],
    reference: u64,
    origin: u64,
    receive: u64,
    transmit: u64,
    bytes: usize,
}

impl Time {
    pub(super) fn decode(bytes: &[u8]) -> Result<Self, ReadError> {
        let mut reader = Reader::new(bytes);
        let [first, stratum, poll, precision] =
            reader.array("leap, version, mode, stratum, poll, precision")?;
        Ok(Self {
            version: first >> 3 & 7,
            mode: Mode(first & 7),
            stratum,
            poll: poll.cast_signed(),
            precision: precision.cast_signed(),
            root_delay: reader.u32_be("root delay")?,
            root_dispersion: reader.u32_be("root dispersion")?,
            reference_id: reader.array("reference ID")?,
            reference: reader.u64_be("reference timestamp")?,
            origin: reader.u64_be("origin timestamp")?,
            receive: reader.u64_be("receive timestamp")?,
            transmit: reader.u64_be("transmit timestamp")?,
            bytes: bytes.len(),
        })
    }

    /// Whether the fields are in their ranges and what follows can be a digest or extensions.
    pub(super) const fn is_sane(&self) -> bool {
        let version = matches!(self.version, 1..=4);
        let mode = matches!(self.mode.0, 1..=5);
        let ranges =
            self.stratum <= LAST_STRATUM + 1 && self.poll.unsigned_abs() <= 36 && self.precision <= 0;
        version && mode && ranges && self.bytes.is_multiple_of(4)
    }

    /// Whether this is an answer whose times fit each other: received before sent, in the same hour, from a reference
    /// that is not later, and close to its source.
    pub(super) const fn is_consistent(&self) -> bool {
        const HOUR: u64 = 3600 << 32;
        let order = self.origin != 0 && self.transmit >= self.receive && self.transmit - self.receive < HOUR;
        let reference = self.reference != 0 && self.reference <= self.transmit;
        let near = self.root_dispersion < MAX_DISPERSION && self.root_delay < MAX_DISPERSION;
        matches!(self.mode, Mode::SERVER)
            && self.has_time()
            && order
            && reference
            && near
            && self.version >= 3
    }

    /// Whether this is a question of a simple client: all is 0 but its transmit time.
    pub(super) fn is_bare(&self) -> bool {
        let zero = self.root_delay == 0 && self.root_dispersion == 0 && self.reference_id == [0; 4];
        let times = self.reference == 0 && self.origin == 0 && self.receive == 0 && self.transmit != 0;
        self.mode == Mode::CLIENT
            && self.version >= 3
            && self.stratum == 0
            && zero
            && times
            && self.bytes == HEADER_BYTES
    }

    pub(super) const fn has_time(&self) -> bool {
        self.stratum >= 1 && self.stratum <= LAST_STRATUM
    }

    /// Stratum and reference: the name of a clock, or the address of the server it has its time from.
    pub(super) fn source(&self) -> String {
        let Self { stratum, reference_id, .. } = self;
        if *stratum <= 1 {
            let name = String::from_utf8_lossy(reference_id);
            return format!("stratum {stratum}, reference {}", name.trim_end_matches('\0'));
        }
        format!("stratum {stratum}, reference {}", Ipv4Addr::from(*reference_id))
    }
}

/// A view of a control message (mode 6).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Control<'a> {
    version: u8,
    flags: u8,
    pub(super) opcode: u8,
    pub(super) sequence: u16,
    pub(super) status: u16,
    pub(super) offset: u16,
    pub(super) data: &'a [u8],
    left: usize,
}

impl<'a> Control<'a> {
    pub(super) fn decode(bytes: &'a [u8]) -> Result<Self, ReadError> {
        let mut reader = Reader::new(bytes);
        let [first, second] = reader.array("leap, version, mode, opcode")?;
        let sequence = reader.u16_be("sequence")?;
        let status = reader.u16_be("status")?;
        reader.skip(2, "association ID")?;
        let offset = reader.u16_be("offset")?;
        let count = reader.u16_be("count")?;
        let data = reader.take(count.into(), "data")?;
        let (version, flags, opcode) = (first >> 3 & 7, second & 0xe0, second & 0x1f);
        Ok(Self { version, flags, opcode, sequence, status, offset, data, left: reader.len() })
    }

    pub(super) const fn is_response(&self) -> bool {
        self.flags & 0x80 != 0
    }

    pub(super) const fn is_error(&self) -> bool {
        self.flags & 0x40 != 0
    }

    pub(super) fn is_sane(&self) -> bool {
        matches!(self.version, 1..=4) && self.name() != "unknown" && self.left <= 96
    }

    /// RFC 9327 section 2, table 1.
    pub(super) const fn name(&self) -> &'static str {
        self.named().0
    }

    pub(super) const fn verb(&self) -> Verb {
        self.named().1
    }

    const fn named(&self) -> (&'static str, Verb) {
        match self.opcode {
            1 => ("read_status", Verb::Read),
            2 => ("read_variables", Verb::Read),
            3 => ("write_variables", Verb::Write),
            4 => ("read_clock_variables", Verb::Read),
            5 => ("write_clock_variables", Verb::SetClock),
            6 => ("set_trap", Verb::Subscribe),
            7 => ("trap", Verb::Subscribe),
            8 => ("configure", Verb::Write),
            9 => ("save_configuration", Verb::Write),
            10 => ("read_mru", Verb::Browse),
            11 => ("read_ordered_list", Verb::Browse),
            12 => ("request_nonce", Verb::Read),
            31 => ("unset_trap", Verb::Subscribe),
            _ => ("unknown", Verb::Opaque),
        }
    }
}

/// A view of a private message (mode 7).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Private {
    flags: u8,
    version: u8,
    sequence: u8,
    implementation: u8,
    pub(super) request: u8,
    pub(super) error: u8,
    items: u16,
    item_bytes: u16,
    data_bytes: usize,
}

impl Private {
    pub(super) fn decode(bytes: &[u8]) -> Result<Self, ReadError> {
        let mut reader = Reader::new(bytes);
        let [first, sequence, implementation, request] = reader.array("private header")?;
        let items = reader.u16_be("error and items")?;
        let size = reader.u16_be("item size")?;
        Ok(Self {
            flags: first & 0xc0,
            version: first >> 3 & 7,
            sequence: sequence & 0x7f,
            implementation,
            request,
            error: (items >> 12) as u8,
            items: items & 0x0fff,
            item_bytes: size & 0x0fff,
            data_bytes: reader.len(),
        })
    }

    pub(super) const fn is_response(&self) -> bool {
        self.flags & 0x80 != 0
    }

    /// Whether it is a later part of an answer.
    pub(super) const fn continues(&self) -> bool {
        self.sequence > 0
    }

    /// Known implementations are 0, 2 and 3; items fit the message.
    pub(super) const fn is_sane(&self) -> bool {
        let fits = self.items as usize * self.item_bytes as usize <= self.data_bytes;
        matches!(self.version, 1..=4)
            && matches!(self.implementation, 0 | 2 | 3)
            && fits
            && self.request <= 45
    }

    /// The reference implementation's requests that matter, by their numbers.
    pub(super) const fn named(&self) -> (&'static str, Verb) {
        match self.request {
            0 => ("peer_list", Verb::Browse),
            1 => ("peer_list_sum", Verb::Browse),
            2 => ("peer_info", Verb::Read),
            4 => ("system_info", Verb::Read),
            10 => ("configure", Verb::Write),
            11 => ("unconfigure", Verb::Write),
            12 => ("set_system_flag", Verb::Write),
            13 => ("clear_system_flag", Verb::Write),
            16 => ("restrict_list", Verb::Browse),
            17..=19 => ("restrict", Verb::ChangeSecurity),
            20 | 42 => ("monitor_list", Verb::Browse),
            21 | 22 | 23 | 34 | 35 => ("reset", Verb::Reset),
            _ => ("request", Verb::Opaque),
        }
    }
}
