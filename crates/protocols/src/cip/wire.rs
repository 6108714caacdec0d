//! Views over CIP messages, and their encoders. CIP Networks Library volume 1, chapters 2 and 3.

use super::path::Path;
use quaywatch_wire::{ReadError, Reader};

/// Set in the service byte of a reply.
pub const REPLY: u8 = 0x80;

/// Service numbers. What a number above 0x31 means depends on the object it is sent to.
pub mod service {
    #![expect(missing_docs, reason = "the names are the standard's own")]
    pub const GET_ATTRIBUTES_ALL: u8 = 0x01;
    pub const SET_ATTRIBUTES_ALL: u8 = 0x02;
    pub const GET_ATTRIBUTE_LIST: u8 = 0x03;
    pub const SET_ATTRIBUTE_LIST: u8 = 0x04;
    pub const RESET: u8 = 0x05;
    pub const START: u8 = 0x06;
    pub const STOP: u8 = 0x07;
    pub const CREATE: u8 = 0x08;
    pub const DELETE: u8 = 0x09;
    pub const MULTIPLE_SERVICE_PACKET: u8 = 0x0A;
    pub const APPLY_ATTRIBUTES: u8 = 0x0D;
    pub const GET_ATTRIBUTE_SINGLE: u8 = 0x0E;
    pub const SET_ATTRIBUTE_SINGLE: u8 = 0x10;
    pub const EXECUTE_PCCC: u8 = 0x4B;
    pub const FORWARD_CLOSE: u8 = 0x4E;
    pub const UNCONNECTED_SEND: u8 = 0x52;
    pub const FORWARD_OPEN: u8 = 0x54;
    pub const LARGE_FORWARD_OPEN: u8 = 0x5B;
}

/// Object class numbers that change what a service means.
pub mod class {
    #![expect(missing_docs, reason = "the names are the standard's own")]
    pub const IDENTITY: u32 = 0x01;
    pub const MESSAGE_ROUTER: u32 = 0x02;
    pub const DEVICENET: u32 = 0x03;
    pub const CONNECTION: u32 = 0x05;
    pub const CONNECTION_MANAGER: u32 = 0x06;
    pub const FILE: u32 = 0x37;
    pub const MODBUS: u32 = 0x44;
    pub const PASSWORD_AUTHENTICATOR: u32 = 0x61;
    pub const PCCC: u32 = 0x67;
    pub const SYMBOL: u32 = 0x6B;
    pub const TEMPLATE: u32 = 0x6C;
    pub const TCP_IP_INTERFACE: u32 = 0xF5;
    pub const ETHERNET_LINK: u32 = 0xF6;
}

/// A request: what is asked of which object.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Request<'a> {
    /// The service's number, below [`REPLY`].
    pub service: u8,
    /// The object.
    pub path: Path<'a>,
    /// The service's parameters.
    pub data: &'a [u8],
}

impl<'a> Request<'a> {
    /// Reads a request that takes up all of `bytes`.
    ///
    /// # Errors
    /// It is a reply, or its path does not fit.
    pub fn decode(bytes: &'a [u8]) -> Result<Self, ReadError> {
        let mut reader = Reader::new(bytes);
        let service = reader.u8("service")?;
        if service & REPLY != 0 {
            return Err(ReadError { field: "request service", offset: 0, needed: 0, left: bytes.len() });
        }
        let path = words(&mut reader, "request path")?;
        Ok(Self { service, path: Path::padded(path), data: reader.rest() })
    }

    /// Writes the request.
    pub fn encode(&self, out: &mut Vec<u8>) {
        out.extend([self.service, (self.path.bytes.len() / 2) as u8]);
        out.extend(self.path.bytes);
        out.extend(self.data);
    }
}

/// A reply: what became of a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Reply<'a> {
    /// The service's number as in the request, without [`REPLY`].
    pub service: u8,
    /// Reserved, 0.
    pub reserved: u8,
    /// The general status; 0 is success.
    pub general: u8,
    /// The additional status, words of two bytes.
    pub extended: &'a [u8],
    /// What the service returns.
    pub data: &'a [u8],
}

impl<'a> Reply<'a> {
    /// Reads a reply that takes up all of `bytes`.
    ///
    /// # Errors
    /// It is a request, or its status does not fit.
    pub fn decode(bytes: &'a [u8]) -> Result<Self, ReadError> {
        let mut reader = Reader::new(bytes);
        let service = reader.u8("service")?;
        if service & REPLY == 0 {
            return Err(ReadError { field: "reply service", offset: 0, needed: 0, left: bytes.len() });
        }
        let reserved = reader.u8("reserved")?;
        let general = reader.u8("general status")?;
        let extended = words(&mut reader, "additional status")?;
        Ok(Self { service: service & !REPLY, reserved, general, extended, data: reader.rest() })
    }

    /// The first word of the additional status.
    #[must_use]
    pub fn extended_status(&self) -> Option<u16> {
        self.extended.first_chunk::<2>().map(|word| u16::from_le_bytes(*word))
    }

    /// Writes the reply.
    pub fn encode(&self, out: &mut Vec<u8>) {
        out.extend([self.service | REPLY, self.reserved, self.general, (self.extended.len() / 2) as u8]);
        out.extend(self.extended);
        out.extend(self.data);
    }
}

/// The parameters of Unconnected Send: a message in an envelope that says by which way it goes on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct UnconnectedSend<'a> {
    /// Priority and the length of a tick.
    pub priority: u8,
    /// The time-out in ticks.
    pub ticks: u8,
    /// The message inside.
    pub message: &'a [u8],
    /// The way.
    pub route: Path<'a>,
}

impl<'a> UnconnectedSend<'a> {
    /// Reads the service's parameters.
    ///
    /// # Errors
    /// A part does not fit.
    pub fn decode(data: &'a [u8]) -> Result<Self, ReadError> {
        let mut reader = Reader::new(data);
        let priority = reader.u8("priority/time_tick")?;
        let ticks = reader.u8("time-out ticks")?;
        let length = reader.u16_le("message request size")?;
        let message = reader.take(length.into(), "message request")?;
        reader.skip(usize::from(length % 2), "pad byte")?;
        let route = words_reserved(&mut reader, "route path")?;
        reader.finish("end of Unconnected Send")?;
        Ok(Self { priority, ticks, message, route: Path::padded(route) })
    }

    /// Writes the service's parameters.
    pub fn encode(&self, out: &mut Vec<u8>) {
        out.extend([self.priority, self.ticks]);
        out.extend((self.message.len() as u16).to_le_bytes());
        out.extend(self.message);
        out.extend(vec![0; self.message.len() % 2]);
        out.extend([(self.route.bytes.len() / 2) as u8, 0]);
        out.extend(self.route.bytes);
    }
}

/// Which connection: unique together for as long as the connection lasts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct ConnectionTriad {
    /// The originator's number for the connection.
    pub serial: u16,
    /// The originator's vendor.
    pub vendor: u16,
    /// The originator's own serial number.
    pub originator_serial: u32,
}

impl ConnectionTriad {
    fn decode(reader: &mut Reader<'_>) -> Result<Self, ReadError> {
        Ok(Self {
            serial: reader.u16_le("connection serial number")?,
            vendor: reader.u16_le("originator vendor")?,
            originator_serial: reader.u32_le("originator serial number")?,
        })
    }

    fn encode(&self, out: &mut Vec<u8>) {
        out.extend(self.serial.to_le_bytes());
        out.extend(self.vendor.to_le_bytes());
        out.extend(self.originator_serial.to_le_bytes());
    }
}

/// One direction of a connection that is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Way {
    /// The connection id that packets of this direction carry.
    pub id: u32,
    /// Requested packet interval in microseconds.
    pub rpi: u32,
    /// Size, priority, type and ownership: 16 bits, or 32 in Large Forward Open.
    pub parameters: u32,
}

/// The parameters of Forward Open and Large Forward Open.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ForwardOpen<'a> {
    /// Large Forward Open: 32-bit connection parameters.
    pub large: bool,
    /// Priority and the length of a tick.
    pub priority: u8,
    /// The time-out in ticks.
    pub ticks: u8,
    /// Originator to target. The target chooses this direction's id and says it in the reply.
    pub o_t: Way,
    /// Target to originator.
    pub t_o: Way,
    /// Which connection.
    pub triad: ConnectionTriad,
    /// Connection time-out multiplier.
    pub multiplier: u8,
    /// Direction, production trigger and transport class.
    pub transport: u8,
    /// Route, electronic key, application.
    pub path: Path<'a>,
}

impl<'a> ForwardOpen<'a> {
    /// Reads the service's parameters.
    ///
    /// # Errors
    /// A part does not fit.
    pub fn decode(data: &'a [u8], large: bool) -> Result<Self, ReadError> {
        let mut reader = Reader::new(data);
        let priority = reader.u8("priority/time_tick")?;
        let ticks = reader.u8("time-out ticks")?;
        let o_t_id = reader.u32_le("O->T connection id")?;
        let t_o_id = reader.u32_le("T->O connection id")?;
        let triad = ConnectionTriad::decode(&mut reader)?;
        let multiplier = reader.u8("connection timeout multiplier")?;
        reader.skip(3, "reserved")?;
        let mut way = |id| {
            let rpi = reader.u32_le("RPI")?;
            let parameters = if large {
                reader.u32_le("network connection parameters")?
            } else {
                reader.u16_le("network connection parameters")?.into()
            };
            Ok(Way { id, rpi, parameters })
        };
        let (o_t, t_o) = (way(o_t_id)?, way(t_o_id)?);
        let transport = reader.u8("transport class and trigger")?;
        let path = words(&mut reader, "connection path")?;
        reader.finish("end of Forward Open")?;
        Ok(Self { large, priority, ticks, o_t, t_o, triad, multiplier, transport, path: Path::padded(path) })
    }

    /// Writes the service's parameters.
    pub fn encode(&self, out: &mut Vec<u8>) {
        out.extend([self.priority, self.ticks]);
        out.extend(self.o_t.id.to_le_bytes());
        out.extend(self.t_o.id.to_le_bytes());
        self.triad.encode(out);
        out.extend([self.multiplier, 0, 0, 0]);
        for way in [self.o_t, self.t_o] {
            out.extend(way.rpi.to_le_bytes());
            out.extend(way.parameters.to_le_bytes().into_iter().take(if self.large { 4 } else { 2 }));
        }
        out.extend([self.transport, (self.path.bytes.len() / 2) as u8]);
        out.extend(self.path.bytes);
    }

    /// The transport class, 0 to 3.
    #[must_use]
    pub const fn transport_class(&self) -> u8 {
        self.transport & 0x0F
    }
}

/// The successful reply to a Forward Open.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ForwardOpened<'a> {
    /// The id that packets from originator to target will carry.
    pub o_t_id: u32,
    /// The id that packets from target to originator will carry.
    pub t_o_id: u32,
    /// Which connection.
    pub triad: ConnectionTriad,
    /// Actual packet interval to the target, in microseconds.
    pub o_t_api: u32,
    /// Actual packet interval to the originator, in microseconds.
    pub t_o_api: u32,
    /// What the application adds.
    pub application: &'a [u8],
}

impl<'a> ForwardOpened<'a> {
    /// Reads the reply's data.
    ///
    /// # Errors
    /// A part does not fit.
    pub fn decode(data: &'a [u8]) -> Result<Self, ReadError> {
        let mut reader = Reader::new(data);
        Ok(Self {
            o_t_id: reader.u32_le("O->T connection id")?,
            t_o_id: reader.u32_le("T->O connection id")?,
            triad: ConnectionTriad::decode(&mut reader)?,
            o_t_api: reader.u32_le("O->T API")?,
            t_o_api: reader.u32_le("T->O API")?,
            application: words_reserved(&mut reader, "application reply")?,
        })
    }

    /// Writes the reply's data.
    pub fn encode(&self, out: &mut Vec<u8>) {
        out.extend(self.o_t_id.to_le_bytes());
        out.extend(self.t_o_id.to_le_bytes());
        self.triad.encode(out);
        out.extend(self.o_t_api.to_le_bytes());
        out.extend(self.t_o_api.to_le_bytes());
        out.extend([(self.application.len() / 2) as u8, 0]);
        out.extend(self.application);
    }
}

/// The parameters of Forward Close.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ForwardClose<'a> {
    /// Priority and the length of a tick.
    pub priority: u8,
    /// The time-out in ticks.
    pub ticks: u8,
    /// Which connection.
    pub triad: ConnectionTriad,
    /// As in the Forward Open.
    pub path: Path<'a>,
}

impl<'a> ForwardClose<'a> {
    /// Reads the service's parameters.
    ///
    /// # Errors
    /// A part does not fit.
    pub fn decode(data: &'a [u8]) -> Result<Self, ReadError> {
        let mut reader = Reader::new(data);
        let priority = reader.u8("priority/time_tick")?;
        let ticks = reader.u8("time-out ticks")?;
        let triad = ConnectionTriad::decode(&mut reader)?;
        let length = usize::from(reader.u8("connection path")?) * 2;
        // Some originators leave out the reserved byte. The path's own length tells them apart.
        if reader.len() != length {
            reader.skip(1, "reserved")?;
        }
        let path = reader.take(length, "connection path")?;
        Ok(Self { priority, ticks, triad, path: Path::padded(path) })
    }

    /// Writes the service's parameters.
    pub fn encode(&self, out: &mut Vec<u8>) {
        out.extend([self.priority, self.ticks]);
        self.triad.encode(out);
        out.extend([(self.path.bytes.len() / 2) as u8, 0]);
        out.extend(self.path.bytes);
    }
}

/// The members of a Multiple Service Packet, in a request or in its reply.
///
/// Offsets that do not climb end the list, so that no byte is read as two members.
#[derive(Debug, Clone, Copy)]
pub struct Members<'a> {
    data: &'a [u8],
    count: usize,
    next: usize,
}

impl<'a> Members<'a> {
    /// The members in a Multiple Service Packet's data.
    #[must_use]
    pub fn new(data: &'a [u8]) -> Self {
        let count = data.first_chunk::<2>().map_or(0, |count| usize::from(u16::from_le_bytes(*count)));
        Self { data, count, next: 0 }
    }

    /// How many members the packet says it has.
    #[must_use]
    pub const fn announced(&self) -> usize {
        self.count
    }

    /// Writes a Multiple Service Packet's data.
    pub fn encode(members: &[&[u8]], out: &mut Vec<u8>) {
        out.extend((members.len() as u16).to_le_bytes());
        let mut offset = 2 + 2 * members.len();
        for member in members {
            out.extend((offset as u16).to_le_bytes());
            offset += member.len();
        }
        members.iter().for_each(|member| out.extend(*member));
    }

    fn offset(&self, index: usize) -> Option<usize> {
        let at = 2 + 2 * index;
        let word = self.data.get(at..)?.first_chunk::<2>()?;
        Some(usize::from(u16::from_le_bytes(*word)))
    }
}

impl<'a> Iterator for Members<'a> {
    type Item = &'a [u8];

    fn next(&mut self) -> Option<Self::Item> {
        if self.next >= self.count {
            return None;
        }
        let start = self.offset(self.next).filter(|&start| start >= 2 + 2 * self.count)?;
        self.next += 1;
        let end = if self.next < self.count { self.offset(self.next)? } else { self.data.len() };
        if end <= start {
            self.next = self.count;
            return None;
        }
        self.data.get(start..end)
    }
}

/// A length in words, then so many words.
fn words<'a>(reader: &mut Reader<'a>, field: &'static str) -> Result<&'a [u8], ReadError> {
    let count = reader.u8(field)?;
    reader.take(usize::from(count) * 2, field)
}

/// A length in words, a reserved byte, then so many words.
fn words_reserved<'a>(reader: &mut Reader<'a>, field: &'static str) -> Result<&'a [u8], ReadError> {
    let count = reader.u8(field)?;
    reader.skip(1, "reserved")?;
    reader.take(usize::from(count) * 2, field)
}
