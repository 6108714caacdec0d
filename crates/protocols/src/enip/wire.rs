//! Views over encapsulated messages, and their encoders.

use crate::Answer;
use crate::cip::identity::Identity;
use quaywatch_wire::{ReadError, Reader};

/// Command, length, session, status, sender context, options.
pub const HEADER_BYTES: usize = 24;
/// The longest data a message may carry. Volume 2, chapter 2.
pub const MAX_DATA_BYTES: usize = 65_511;
/// The longest message.
pub const MAX_PDU_BYTES: usize = HEADER_BYTES + MAX_DATA_BYTES;

/// An encapsulation command. Open: a number without a name stays what it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Command(pub u16);

impl Command {
    /// Does nothing; keeps a connection open.
    pub const NOP: Self = Self(0x00);
    /// Not in the standard: RSLinx asks it first, and devices answer with their address.
    pub const LEGACY: Self = Self(0x01);
    /// Which services the target offers.
    pub const LIST_SERVICES: Self = Self(0x04);
    /// Who is there.
    pub const LIST_IDENTITY: Self = Self(0x63);
    /// Which interfaces other than CIP there are.
    pub const LIST_INTERFACES: Self = Self(0x64);
    /// Opens a session.
    pub const REGISTER_SESSION: Self = Self(0x65);
    /// Closes a session.
    pub const UNREGISTER_SESSION: Self = Self(0x66);
    /// An unconnected message or its answer.
    pub const SEND_RR_DATA: Self = Self(0x6F);
    /// A connected message.
    pub const SEND_UNIT_DATA: Self = Self(0x70);
    /// Obsolete: says how a request stands.
    pub const INDICATE_STATUS: Self = Self(0x72);
    /// Obsolete: takes a request back.
    pub const CANCEL: Self = Self(0x73);
    /// From here on everything is encrypted.
    pub const START_DTLS: Self = Self(0xC8);

    /// The name, `unknown` where there is none.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::NOP => "nop",
            Self::LEGACY => "legacy_list_target",
            Self::LIST_SERVICES => "list_services",
            Self::LIST_IDENTITY => "list_identity",
            Self::LIST_INTERFACES => "list_interfaces",
            Self::REGISTER_SESSION => "register_session",
            Self::UNREGISTER_SESSION => "unregister_session",
            Self::SEND_RR_DATA => "send_rr_data",
            Self::SEND_UNIT_DATA => "send_unit_data",
            Self::INDICATE_STATUS => "indicate_status",
            Self::CANCEL => "cancel",
            Self::START_DTLS => "start_dtls",
            _ => "unknown",
        }
    }

    pub(super) const fn is_list(self) -> bool {
        matches!(self, Self::LEGACY | Self::LIST_SERVICES | Self::LIST_IDENTITY | Self::LIST_INTERFACES)
    }
}

/// The name of an encapsulation status. Volume 2, chapter 2.
#[must_use]
pub const fn status_name(status: u32) -> &'static str {
    match status {
        0x00 => "success",
        0x01 => "invalid_command",
        0x02 => "no_memory_resources",
        0x03 => "incorrect_data",
        0x64 => "invalid_session_handle",
        0x65 => "invalid_length",
        0x69 => "unsupported_protocol_revision",
        0x6A => "encapsulated_cip_service_not_allowed_on_this_port",
        _ => "unknown",
    }
}

/// A message: header and data.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Packet<'a> {
    /// What it is.
    pub command: Command,
    /// The session it belongs to; 0 before there is one.
    pub session: u32,
    /// 0, or why a request was refused.
    pub status: u32,
    /// Chosen by who asks, returned in the answer.
    pub context: u64,
    /// 0.
    pub options: u32,
    /// Everything after the header.
    pub data: &'a [u8],
}

impl<'a> Packet<'a> {
    /// Reads a message that takes up all of `bytes`.
    ///
    /// # Errors
    /// The header does not fit, or its length is not that of `bytes`.
    pub fn decode(bytes: &'a [u8]) -> Result<Self, ReadError> {
        let mut reader = Reader::new(bytes);
        let command = Command(reader.u16_le("command")?);
        let length = reader.u16_le("length")?;
        let session = reader.u32_le("session handle")?;
        let status = reader.u32_le("status")?;
        let context = reader.u64_le("sender context")?;
        let options = reader.u32_le("options")?;
        let data = reader.take(length.into(), "data")?;
        reader.finish("end of message")?;
        Ok(Self { command, session, status, context, options, data })
    }

    /// Writes the message.
    pub fn encode(&self, out: &mut Vec<u8>) {
        out.extend(self.command.0.to_le_bytes());
        out.extend((self.data.len() as u16).to_le_bytes());
        out.extend(self.session.to_le_bytes());
        out.extend(self.status.to_le_bytes());
        out.extend(self.context.to_le_bytes());
        out.extend(self.options.to_le_bytes());
        out.extend(self.data);
    }
}

/// The type of an item in the common packet format. Volume 2, chapter 2.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ItemType(pub u16);

impl ItemType {
    /// No address: the message is unconnected.
    pub const NULL: Self = Self(0x0000);
    /// An identity.
    pub const IDENTITY: Self = Self(0x000C);
    /// CIP Security's state.
    pub const SECURITY: Self = Self(0x0086);
    /// Which transports a device can use.
    pub const CAPABILITY: Self = Self(0x0087);
    /// Which transports a device uses.
    pub const USAGE: Self = Self(0x0088);
    /// A connection's id.
    pub const CONNECTED_ADDRESS: Self = Self(0x00A1);
    /// A connected message.
    pub const CONNECTED_DATA: Self = Self(0x00B1);
    /// An unconnected message.
    pub const UNCONNECTED_DATA: Self = Self(0x00B2);
    /// A service in List Services' answer.
    pub const SERVICE: Self = Self(0x0100);
    /// Where packets from originator to target go.
    pub const SOCKET_ADDRESS_O_T: Self = Self(0x8000);
    /// Where packets from target to originator go.
    pub const SOCKET_ADDRESS_T_O: Self = Self(0x8001);
    /// A connection's id with a sequence number.
    pub const SEQUENCED_ADDRESS: Self = Self(0x8002);
    /// An unconnected message over DTLS.
    pub const UNCONNECTED_OVER_UDP: Self = Self(0x8003);

    /// The name, `unknown` where there is none.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::NULL => "null address",
            Self::IDENTITY => "identity",
            Self::SECURITY => "CIP security",
            Self::CAPABILITY => "EtherNet/IP capability",
            Self::USAGE => "EtherNet/IP usage",
            Self::CONNECTED_ADDRESS => "connected address",
            Self::CONNECTED_DATA => "connected data",
            Self::UNCONNECTED_DATA => "unconnected data",
            Self::SERVICE => "service",
            Self::SOCKET_ADDRESS_O_T => "socket address O->T",
            Self::SOCKET_ADDRESS_T_O => "socket address T->O",
            Self::SEQUENCED_ADDRESS => "sequenced address",
            Self::UNCONNECTED_OVER_UDP => "unconnected data over UDP",
            _ => "unknown",
        }
    }
}

/// An item: type and bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PacketItem<'a> {
    /// What it is.
    pub kind: ItemType,
    /// Its bytes.
    pub bytes: &'a [u8],
}

/// The items of a common packet, as far as they can be read.
#[derive(Debug, Clone, Copy)]
pub struct PacketItems<'a> {
    reader: Reader<'a>,
    left: u16,
}

impl<'a> PacketItems<'a> {
    /// Reads the count.
    ///
    /// # Errors
    /// It is not there.
    pub fn decode(bytes: &'a [u8]) -> Result<Self, ReadError> {
        let mut reader = Reader::new(bytes);
        let left = reader.u16_le("item count")?;
        Ok(Self { reader, left })
    }

    /// Writes a count and the items.
    pub fn encode(items: &[PacketItem<'_>], out: &mut Vec<u8>) {
        out.extend((items.len() as u16).to_le_bytes());
        for item in items {
            out.extend(item.kind.0.to_le_bytes());
            out.extend((item.bytes.len() as u16).to_le_bytes());
            out.extend(item.bytes);
        }
    }
}

impl<'a> Iterator for PacketItems<'a> {
    type Item = PacketItem<'a>;

    fn next(&mut self) -> Option<Self::Item> {
        self.left = self.left.checked_sub(1)?;
        let kind = ItemType(self.reader.u16_le("item type").ok()?);
        let length = self.reader.u16_le("item length").ok()?;
        let bytes = self.reader.take(length.into(), "item").ok()?;
        Some(PacketItem { kind, bytes })
    }
}

/// What SendRRData and SendUnitData carry.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Carried<'a> {
    /// A message outside connections.
    Unconnected(&'a [u8]),
    /// A message in a connection.
    Connected {
        /// The connection's id in this direction.
        connection: u32,
        /// Pairs request and reply.
        sequence: u16,
        /// The message.
        message: &'a [u8],
    },
}

/// Interface handle and time-out.
const ENVELOPE_BYTES: usize = 6;

impl<'a> Carried<'a> {
    /// Reads the data of SendRRData or SendUnitData.
    ///
    /// # Errors
    /// An item does not fit, or none carries a message.
    pub fn decode(data: &'a [u8]) -> Result<Self, ReadError> {
        let mut reader = Reader::new(data);
        reader.skip(ENVELOPE_BYTES, "interface handle and time-out")?;
        let mut connection = None;
        for item in PacketItems::decode(reader.rest())? {
            let mut bytes = Reader::new(item.bytes);
            match item.kind {
                ItemType::CONNECTED_ADDRESS => connection = Some(bytes.u32_le("connection id")?),
                ItemType::UNCONNECTED_DATA => return Ok(Self::Unconnected(item.bytes)),
                ItemType::CONNECTED_DATA => {
                    let sequence = bytes.u16_le("sequence count")?;
                    let connection = connection.unwrap_or(0);
                    return Ok(Self::Connected { connection, sequence, message: bytes.rest() });
                }
                _ => {}
            }
        }
        Err(ReadError { field: "data item", offset: data.len(), needed: 1, left: 0 })
    }

    /// Writes the data of SendRRData or SendUnitData.
    pub fn encode(&self, timeout_seconds: u16, out: &mut Vec<u8>) {
        out.extend(0_u32.to_le_bytes());
        out.extend(timeout_seconds.to_le_bytes());
        match *self {
            Self::Unconnected(message) => {
                let address = PacketItem { kind: ItemType::NULL, bytes: &[] };
                let data = PacketItem { kind: ItemType::UNCONNECTED_DATA, bytes: message };
                PacketItems::encode(&[address, data], out);
            }
            Self::Connected { connection, sequence, message } => {
                let mut counted = sequence.to_le_bytes().to_vec();
                counted.extend(message);
                let id = connection.to_le_bytes();
                let address = PacketItem { kind: ItemType::CONNECTED_ADDRESS, bytes: &id };
                let data = PacketItem { kind: ItemType::CONNECTED_DATA, bytes: &counted };
                PacketItems::encode(&[address, data], out);
            }
        }
    }
}

/// The identity item of List Identity's answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct IdentityItem<'a> {
    /// The encapsulation's version, 1.
    pub version: u16,
    /// A `sockaddr_in`: family, port, address, zeros, all big-endian.
    pub socket: [u8; 16],
    /// The identity, with the device state in `more`.
    pub identity: Identity<'a>,
}

impl<'a> IdentityItem<'a> {
    /// Reads the item's bytes.
    ///
    /// # Errors
    /// A part does not fit.
    pub fn decode(bytes: &'a [u8]) -> Result<Self, ReadError> {
        let mut reader = Reader::new(bytes);
        let version = reader.u16_le("protocol version")?;
        let socket = reader.array("socket address")?;
        Ok(Self { version, socket, identity: Identity::decode(reader.rest())? })
    }

    /// Writes the item's bytes.
    pub fn encode(&self, out: &mut Vec<u8>) {
        out.extend(self.version.to_le_bytes());
        out.extend(self.socket);
        self.identity.encode(out);
    }
}

/// The length of the message at the start of `head`, once its whole header is there.
pub(super) fn length(head: &[u8]) -> Option<usize> {
    let [_, _, low, high, ..] = head.first_chunk::<HEADER_BYTES>()?;
    Some(HEADER_BYTES + usize::from(u16::from_le_bytes([*low, *high])))
}

/// Whether the header at the start of `head` could be one: options are 0 in every version of the standard.
pub(super) fn header_holds(head: &[u8]) -> bool {
    matches!(head.first_chunk::<HEADER_BYTES>(), Some([.., 0, 0, 0, 0]))
}

/// Whether a message begins here: a known command, a status with a name, a length that fits the command.
pub(super) fn begins(head: &[u8]) -> Answer {
    /// As much of the data as tells that it is a common packet: envelope, count, first item's type and length.
    const TELLING_BYTES: usize = ENVELOPE_BYTES + 6;
    let Some((&[command, high], rest)) = head.split_first_chunk::<2>() else {
        return if matches!(head, [] | [0x01 | 0x04 | 0x63..=0x66 | 0x6F | 0x70]) {
            Answer::Unsure
        } else {
            Answer::No
        };
    };
    if high != 0 || !matches!(command, 0x01 | 0x04 | 0x63..=0x66 | 0x6F | 0x70) {
        return Answer::No;
    }
    if rest.len() < HEADER_BYTES - 2 {
        return Answer::Unsure;
    }
    let (header, data) = head.split_at_checked(HEADER_BYTES).unwrap_or((head, &[]));
    let length = length(header).map_or(0, |length| length.saturating_sub(HEADER_BYTES));
    let Ok(packet) = Packet::decode_header(header) else { return Answer::No };
    if packet.options != 0 || (packet.status != 0 && status_name(packet.status) == "unknown") {
        return Answer::No;
    }
    match packet.command {
        Command::REGISTER_SESSION => sure(length == 4 || (length == 0 && packet.status != 0)),
        Command::UNREGISTER_SESSION => sure(length == 0 && packet.session != 0),
        // Almost all zeros: certain only with what follows.
        Command::LEGACY if length == 0 && header.iter().filter(|&&byte| byte != 0).count() == 1 => match data
        {
            [] => Answer::Unsure,
            [0x01, ..] => Answer::No,
            next => begins(next),
        },
        Command::LEGACY if length == 0 => Answer::No,
        command if command.is_list() => match data {
            _ if length == 0 => Answer::Certain,
            &[low, high, ..] => sure(length >= 2 && u16::from_le_bytes([low, high]) <= 16),
            _ => Answer::Unsure,
        },
        _ if length == 0 => sure(packet.status != 0 && packet.session != 0),
        _ if length < TELLING_BYTES => Answer::No,
        _ => match data.get(..TELLING_BYTES) {
            Some(&[0, 0, 0, 0, _, _, count, 0, kind, kind_high, ..]) => {
                let kind = ItemType(u16::from_le_bytes([kind, kind_high]));
                sure((1..=16).contains(&count) && kind.name() != "unknown")
            }
            Some(_) => Answer::No,
            None => Answer::Unsure,
        },
    }
}

impl<'a> Packet<'a> {
    /// Reads the header alone.
    fn decode_header(header: &'a [u8]) -> Result<Self, ReadError> {
        let mut reader = Reader::new(header);
        let command = Command(reader.u16_le("command")?);
        reader.skip(2, "length")?;
        let session = reader.u32_le("session handle")?;
        let status = reader.u32_le("status")?;
        let context = reader.u64_le("sender context")?;
        let options = reader.u32_le("options")?;
        Ok(Self { command, session, status, context, options, data: &[] })
    }
}

const fn sure(yes: bool) -> Answer {
    if yes { Answer::Certain } else { Answer::No }
}
