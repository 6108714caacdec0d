use quaywatch_wire::{ReadError, Reader};

/// The `EtherType` of PROFINET.
pub const ETHERTYPE: u16 = 0x8892;

/// What a frame is: the first two bytes behind the `EtherType`. Open: every number has its range.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct FrameId(pub u16);

/// The range a [`FrameId`] lies in: this decides how the rest of the frame is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Class {
    /// Cyclic data of `RT_CLASS_3` (isochronous), 0x0100..0x0FFF.
    Cyclic3,
    /// Cyclic data of `RT_CLASS_1`, 0x8000..0xBFFF (`RT_CLASS_2` in the first edition) and 0xC000..0xFBFF (its
    /// place in the first edition; of `RT_CLASS_UDP` since).
    Cyclic1,
    /// An alarm, high or low priority.
    Alarm,
    /// The remote service interface.
    RemoteService,
    /// Discovery and configuration.
    Dcp,
    /// Precision transparent clock.
    Ptcp,
    /// A fragment of a longer frame.
    Fragment,
    /// Not in use.
    Reserved,
}

impl FrameId {
    /// Alarm of high priority.
    pub const ALARM_HIGH: Self = Self(0xFC01);
    /// Alarm of low priority.
    pub const ALARM_LOW: Self = Self(0xFE01);
    /// Remote service interface.
    pub const REMOTE_SERVICE: Self = Self(0xFE02);
    /// DCP hello.
    pub const HELLO: Self = Self(0xFEFC);
    /// DCP get and set, requests and responses.
    pub const GET_SET: Self = Self(0xFEFD);
    /// DCP identify request.
    pub const IDENTIFY: Self = Self(0xFEFE);
    /// DCP identify response.
    pub const IDENTIFY_RESPONSE: Self = Self(0xFEFF);

    /// The `FrameID` of a frame, if it is long enough to have one.
    #[must_use]
    pub fn of(frame: &[u8]) -> Option<Self> {
        frame.first_chunk().copied().map(u16::from_be_bytes).map(Self)
    }

    /// The range it lies in.
    #[must_use]
    pub const fn class(self) -> Class {
        match self.0 {
            0x0100..=0x0FFF => Class::Cyclic3,
            0x8000..=0xFBFF => Class::Cyclic1,
            0xFC01 | 0xFE01 => Class::Alarm,
            0xFE02 => Class::RemoteService,
            0xFEFC..=0xFEFF => Class::Dcp,
            0x0020..=0x0021 | 0x0080..=0x0081 => Class::Ptcp,
            0xFF00..=0xFF01 | 0xFF20..=0xFF21 | 0xFF40..=0xFF43 => Class::Ptcp,
            0xFF80..=0xFF8F => Class::Fragment,
            _ => Class::Reserved,
        }
    }

    /// The name of its range, as records write it.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self.class() {
            Class::Cyclic3 => "rt_class_3",
            Class::Cyclic1 => "rt_class_1",
            Class::Alarm if self.0 == Self::ALARM_HIGH.0 => "alarm_high",
            Class::Alarm => "alarm_low",
            Class::RemoteService => "remote_service",
            Class::Dcp => "dcp",
            Class::Ptcp => "ptcp",
            Class::Fragment => "fragment",
            Class::Reserved => "reserved",
        }
    }
}

/// What the provider of cyclic data says of the data: one byte.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct DataStatus(pub u8);

impl DataStatus {
    const PRIMARY: u8 = 1 << 0;
    const REDUNDANCY: u8 = 1 << 1;
    const VALID: u8 = 1 << 2;
    const RUN: u8 = 1 << 4;
    const NO_PROBLEM: u8 = 1 << 5;
    const IGNORE: u8 = 1 << 7;
    const RESERVED: u8 = 1 << 3 | 1 << 6;

    /// Comes from the primary of redundant connections (the usual case), not from the backup.
    #[must_use]
    pub const fn is_primary(self) -> bool {
        self.0 & Self::PRIMARY != 0
    }

    /// The redundancy bit; what it means depends on [`is_primary`](Self::is_primary) and the direction.
    #[must_use]
    pub const fn redundancy(self) -> bool {
        self.0 & Self::REDUNDANCY != 0
    }

    /// The data may be used.
    #[must_use]
    pub const fn is_valid(self) -> bool {
        self.0 & Self::VALID != 0
    }

    /// The provider runs; a controller that is in stop says no here.
    #[must_use]
    pub const fn is_running(self) -> bool {
        self.0 & Self::RUN != 0
    }

    /// The station problem indicator says: a problem was found and not yet cleared.
    #[must_use]
    pub const fn has_problem(self) -> bool {
        self.0 & Self::NO_PROBLEM == 0
    }

    /// The consumer is told to ignore the other bits.
    #[must_use]
    pub const fn is_ignored(self) -> bool {
        self.0 & Self::IGNORE != 0
    }

    /// Bits that a provider has to leave 0 are not.
    #[must_use]
    pub const fn breaks_standard(self) -> bool {
        self.0 & Self::RESERVED != 0
    }
}

/// A view of one frame of cyclic data.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Cyclic<'a> {
    /// Which connection's data, for this pair of stations and this direction.
    pub frame_id: FrameId,
    /// Process data with its provider and consumer status, padded to 40 bytes.
    pub data: &'a [u8],
    /// Counts in units of 31.25 microseconds.
    pub cycle_counter: u16,
    /// What the provider says of the data.
    pub data_status: DataStatus,
    /// What the receiving hardware says of an `RT_CLASS_3` frame; 0 elsewhere.
    pub transfer_status: u8,
}

/// Cycle counter, data status, transfer status.
const APDU_STATUS_BYTES: usize = 4;

impl<'a> Cyclic<'a> {
    /// Reads a whole frame from its `FrameID`; the last four bytes are the status.
    ///
    /// # Errors
    /// It has no room for `FrameID` and status.
    #[inline]
    pub fn decode(frame: &'a [u8]) -> Result<Self, ReadError> {
        let mut reader = Reader::new(frame);
        let frame_id = FrameId(reader.u16_be("FrameID")?);
        let data = reader.take(reader.len().saturating_sub(APDU_STATUS_BYTES), "data")?;
        let cycle_counter = reader.u16_be("CycleCounter")?;
        let data_status = DataStatus(reader.u8("DataStatus")?);
        let transfer_status = reader.u8("TransferStatus")?;
        Ok(Self { frame_id, data, cycle_counter, data_status, transfer_status })
    }

    /// Writes the frame from its `FrameID`.
    pub fn encode(&self, out: &mut Vec<u8>) {
        out.extend_from_slice(&self.frame_id.0.to_be_bytes());
        out.extend_from_slice(self.data);
        out.extend_from_slice(&self.cycle_counter.to_be_bytes());
        out.extend_from_slice(&[self.data_status.0, self.transfer_status]);
    }

    /// Whether the last four bytes can be a status at all.
    #[must_use]
    pub fn is_plausible(&self) -> bool {
        let transfer = self.transfer_status == 0 || self.frame_id.class() == Class::Cyclic3;
        transfer && !self.data_status.breaks_standard()
    }
}
