use super::wire::FrameId;
use quaywatch_wire::{ReadError, Reader};

/// What an RTA PDU is: the low four bits of its `PDUType`. Open.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct PduType(pub u8);

impl PduType {
    /// Carries an alarm or its acknowledgement.
    pub const DATA: Self = Self(1);
    /// Not received.
    pub const NACK: Self = Self(2);
    /// Received.
    pub const ACK: Self = Self(3);
    /// The connection is over.
    pub const ERROR: Self = Self(4);
    const MASK: u8 = 0x0F;

    /// The type without the version in the high bits.
    #[must_use]
    pub const fn kind(self) -> Self {
        Self(self.0 & Self::MASK)
    }
}

/// A view of one PDU of the alarm connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rta<'a> {
    /// High or low priority.
    pub frame_id: FrameId,
    /// The receiver's end of the connection.
    pub destination: u16,
    /// The sender's end of the connection.
    pub source: u16,
    /// Type and version.
    pub pdu_type: PduType,
    /// Window size and whether an ACK is wanted.
    pub flags: u8,
    /// The sender's count; a repeated PDU has the same.
    pub send_sequence: u16,
    /// The last count received from the other side.
    pub ack_sequence: u16,
    /// What the PDU carries.
    pub part: &'a [u8],
}

impl<'a> Rta<'a> {
    /// Reads a PDU from its `FrameID`. Bytes behind `VarPartLen` are Ethernet padding and left alone.
    ///
    /// # Errors
    /// The frame is shorter than it says.
    pub fn decode(frame: &'a [u8]) -> Result<Self, ReadError> {
        let mut reader = Reader::new(frame);
        let frame_id = FrameId(reader.u16_be("FrameID")?);
        let destination = reader.u16_be("AlarmDstEndpoint")?;
        let source = reader.u16_be("AlarmSrcEndpoint")?;
        let pdu_type = PduType(reader.u8("PDUType")?);
        let flags = reader.u8("AddFlags")?;
        let send_sequence = reader.u16_be("SendSeqNum")?;
        let ack_sequence = reader.u16_be("AckSeqNum")?;
        let length = reader.u16_be("VarPartLen")?;
        let part = reader.take(length.into(), "VarPart")?;
        Ok(Self { frame_id, destination, source, pdu_type, flags, send_sequence, ack_sequence, part })
    }

    /// Writes the PDU from its `FrameID`, without Ethernet padding. A part over 65 535 bytes is cut there.
    pub fn encode(&self, out: &mut Vec<u8>) {
        let length = u16::try_from(self.part.len()).unwrap_or(u16::MAX);
        for field in [self.frame_id.0, self.destination, self.source] {
            out.extend_from_slice(&field.to_be_bytes());
        }
        out.extend_from_slice(&[self.pdu_type.0, self.flags]);
        for field in [self.send_sequence, self.ack_sequence, length] {
            out.extend_from_slice(&field.to_be_bytes());
        }
        out.extend(self.part.iter().take(length.into()));
    }

    /// The type of the block it carries, if it is a DATA PDU.
    #[must_use]
    pub fn block_type(&self) -> Option<u16> {
        let is_data = self.pdu_type.kind() == PduType::DATA;
        is_data.then(|| self.part.first_chunk().copied().map(u16::from_be_bytes)).flatten()
    }

    /// `PNIOStatus`, the last four bytes of an ERROR PDU and of an alarm acknowledgement.
    #[must_use]
    pub fn status(&self) -> Option<u32> {
        let at = if self.pdu_type.kind() == PduType::ERROR { 0 } else { ACK_STATUS };
        let status = self.part.get(at..)?.first_chunk().copied()?;
        Some(u32::from_be_bytes(status))
    }
}

/// Block type of a notification of high priority.
pub(super) const NOTIFICATION_HIGH: u16 = 0x0001;
/// Block type of a notification of low priority.
pub(super) const NOTIFICATION_LOW: u16 = 0x0002;
/// Block type of an acknowledgement of high priority.
pub(super) const ACK_HIGH: u16 = 0x8001;
/// Block type of an acknowledgement of low priority.
pub(super) const ACK_LOW: u16 = 0x8002;
/// Behind block header (6), alarm type (2), API (4), slot (2), subslot (2), specifier (2).
const ACK_STATUS: usize = 18;

/// What an alarm notification says before its payload.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AlarmNotification {
    /// What happened.
    pub alarm_type: u16,
    /// The application profile.
    pub api: u32,
    /// Where: the slot.
    pub slot: u16,
    /// Where: the subslot.
    pub subslot: u16,
    /// What is plugged there.
    pub module: u32,
    /// What is plugged there, finer.
    pub submodule: u32,
    /// Sequence number and diagnosis flags.
    pub specifier: u16,
}

impl AlarmNotification {
    /// Reads a notification from the start of its block.
    ///
    /// # Errors
    /// The block is too short.
    pub fn decode(part: &[u8]) -> Result<Self, ReadError> {
        let mut reader = Reader::new(part);
        reader.skip(6, "BlockHeader")?;
        Ok(Self {
            alarm_type: reader.u16_be("AlarmType")?,
            api: reader.u32_be("API")?,
            slot: reader.u16_be("SlotNumber")?,
            subslot: reader.u16_be("SubslotNumber")?,
            module: reader.u32_be("ModuleIdentNumber")?,
            submodule: reader.u32_be("SubmoduleIdentNumber")?,
            specifier: reader.u16_be("AlarmSpecifier")?,
        })
    }
}
