//! EtherNet/IP and CIP: the crane as a Logix controller.
//!
//! Encapsulation: CIP Networks Library volume 2, chapter 2; messages and connections: volume 1; tags: Rockwell 1756-PM020.
//! Objects that are not published answer as a captured 1756-L61 does. The tag map is one tag, `STS`, a structure of
//! structures (`STS.Hoist.Pos`).
//!
//! There is nobody in the rack but the controller in slot 0, and the way to it may be left out. Connections are those for
//! explicit messages (transport class 3): cyclic data is not offered.
//!
//! Limits: a message of 64 KiB waits until it is whole; 32 connections a session, each with its last answer.

mod access;
mod address;
mod answer;
mod connections;
mod layout;
mod memory;
mod objects;
mod router;
mod symbols;

#[cfg(test)]
mod tests;

use crate::{After, Plc, Session};
use connections::Connections;
use quaywatch_model::Timestamp;
use quaywatch_protocols::enip::wire::{
    Carried, Command, HEADER_BYTES, IdentityItem, ItemType, MAX_DATA_BYTES, Packet, PacketItem, PacketItems,
};
use router::Router;
use std::net::SocketAddrV4;

/// The encapsulation's version.
const VERSION: u16 = 1;
/// The longest answer outside connections.
const UNCONNECTED_BYTES: usize = 504;
/// The device's state: operational. CIP Networks Library volume 1, chapter 5.
const OPERATIONAL: u8 = 3;
/// What List Services tells: CIP over TCP is served. Bit 8 would be cyclic data over UDP.
const SERVES_TCP: u16 = 1 << 5;

/// Why the encapsulation refuses. CIP Networks Library volume 2, chapter 2.
mod status {
    pub(super) const INVALID_COMMAND: u32 = 0x01;
    pub(super) const INCORRECT_DATA: u32 = 0x03;
    pub(super) const INVALID_SESSION: u32 = 0x64;
    pub(super) const INVALID_LENGTH: u32 = 0x65;
    pub(super) const UNSUPPORTED_VERSION: u32 = 0x69;
}

/// A client's TCP connection to port 44818.
#[derive(Debug)]
pub struct EtherNetIp {
    /// Where the client found the controller.
    address: SocketAddrV4,
    handle: u32,
    registered: bool,
    /// A message that is not whole yet.
    waiting: Vec<u8>,
    connections: Connections,
}

impl EtherNetIp {
    /// A session that is not registered yet. `address` is the controller's own, which identity answers carry; `handle` is
    /// what the session will be called and must be another for each, and not 0.
    #[must_use]
    pub const fn new(address: SocketAddrV4, handle: u32) -> Self {
        let connections = Connections::new(handle.rotate_left(16).wrapping_add(1));
        Self { address, handle, registered: false, waiting: Vec::new(), connections }
    }

    /// Answers one whole message.
    fn message(&mut self, plc: &mut Plc, now: Timestamp, packet: &Packet<'_>, out: &mut Vec<u8>) -> After {
        // A request has no status and no options; what has is nobody's to answer.
        if packet.status != 0 || packet.options != 0 {
            return After::Open;
        }
        let answered = match packet.command {
            Command::NOP => return After::Open,
            Command::REGISTER_SESSION => self.register(packet),
            Command::UNREGISTER_SESSION => {
                return if self.holds(packet) { After::Close } else { After::Open };
            }
            Command::SEND_RR_DATA | Command::SEND_UNIT_DATA if !self.holds(packet) => {
                Err(status::INVALID_SESSION)
            }
            Command::SEND_RR_DATA => self.unconnected(plc, now, packet.data),
            Command::SEND_UNIT_DATA => match self.connected(plc, now, packet.data) {
                Some(data) => Ok(data),
                None => return After::Open,
            },
            _ => listed(plc, self.address, packet),
        };
        let session = if packet.command == Command::REGISTER_SESSION { self.handle } else { packet.session };
        let (status, data) = answered.map_or_else(|status| (status, Vec::new()), |data| (0, data));
        Packet { session, status, data: &data, ..*packet }.encode(out);
        After::Open
    }

    const fn holds(&self, packet: &Packet<'_>) -> bool {
        self.registered && packet.session == self.handle
    }

    /// Version and options, which come back as they are.
    fn register(&mut self, packet: &Packet<'_>) -> Result<Vec<u8>, u32> {
        let &[v0, v1, o0, o1] = packet.data else { return Err(status::INVALID_LENGTH) };
        if self.registered {
            return Err(status::INVALID_COMMAND);
        }
        if u16::from_le_bytes([v0, v1]) != VERSION || [o0, o1] != [0, 0] {
            return Err(status::UNSUPPORTED_VERSION);
        }
        self.registered = true;
        Ok(packet.data.to_vec())
    }

    fn unconnected(&mut self, plc: &mut Plc, now: Timestamp, data: &[u8]) -> Result<Vec<u8>, u32> {
        let Ok(Carried::Unconnected(message @ [_, ..])) = Carried::decode(data) else {
            return Err(status::INCORRECT_DATA);
        };
        let mut router = Router { plc, connections: &mut self.connections, now };
        let reply = router.serve(message, UNCONNECTED_BYTES);
        // The time-out comes back as it was.
        let timeout = data.get(4..).and_then(|rest| rest.first_chunk()).copied().unwrap_or_default();
        let mut out = Vec::new();
        Carried::Unconnected(&reply).encode(u16::from_le_bytes(timeout), &mut out);
        Ok(out)
    }

    /// `None` where the message belongs to no connection: such are not answered.
    fn connected(&mut self, plc: &mut Plc, now: Timestamp, data: &[u8]) -> Option<Vec<u8>> {
        let Ok(Carried::Connected { connection, sequence, message: message @ [_, ..] }) =
            Carried::decode(data)
        else {
            return None;
        };
        let found = self.connections.find(connection, now)?;
        let (id, room) = (found.t_o_id, found.room);
        let mut out = Vec::new();
        match found.last.as_ref().filter(|(last, _)| *last == sequence) {
            Some((_, reply)) => {
                Carried::Connected { connection: id, sequence, message: reply }.encode(0, &mut out);
            }
            None => {
                let mut router = Router { plc, connections: &mut self.connections, now };
                let reply = router.serve(message, room);
                Carried::Connected { connection: id, sequence, message: &reply }.encode(0, &mut out);
                if let Some(found) = self.connections.find(connection, now) {
                    found.last = Some((sequence, reply));
                }
            }
        }
        Some(out)
    }
}

impl Session for EtherNetIp {
    fn input(&mut self, plc: &mut Plc, now: Timestamp, mut bytes: &[u8], out: &mut Vec<u8>) -> After {
        loop {
            let wanted = length(&self.waiting).unwrap_or(HEADER_BYTES);
            let missing = wanted.saturating_sub(self.waiting.len());
            let (next, rest) = bytes.split_at_checked(missing).unwrap_or((bytes, &[]));
            self.waiting.extend(next);
            bytes = rest;
            match length(&self.waiting) {
                Some(length) if length > HEADER_BYTES + MAX_DATA_BYTES => return After::Close,
                Some(length) if length == self.waiting.len() => {}
                Some(_) if !bytes.is_empty() => continue,
                _ => return After::Open,
            }
            let whole = std::mem::take(&mut self.waiting);
            let Ok(packet) = Packet::decode(&whole) else { return After::Close };
            if self.message(plc, now, &packet, out) == After::Close {
                return After::Close;
            }
        }
    }
}

/// Answers a datagram to UDP port 44818, if it is one of the questions that may be asked there: who and what is here.
pub fn datagram(plc: &Plc, address: SocketAddrV4, bytes: &[u8], out: &mut Vec<u8>) {
    let Ok(packet) = Packet::decode(bytes) else { return };
    if packet.status == 0
        && packet.options == 0
        && let Ok(data) = listed(plc, address, &packet)
    {
        Packet { data: &data, ..packet }.encode(out);
    }
}

/// The questions that need no session.
fn listed(plc: &Plc, address: SocketAddrV4, packet: &Packet<'_>) -> Result<Vec<u8>, u32> {
    let socket = socket_bytes(address);
    let mut item = Vec::new();
    let kind = match packet.command {
        Command::LIST_IDENTITY => {
            let identity = objects::identity(plc, &[OPERATIONAL]);
            IdentityItem { version: VERSION, socket, identity }.encode(&mut item);
            ItemType::IDENTITY
        }
        Command::LIST_SERVICES => {
            item.extend(VERSION.to_le_bytes());
            item.extend(SERVES_TCP.to_le_bytes());
            item.extend(b"Communications\0\0");
            ItemType::SERVICE
        }
        // Version, flags, the address in binary and as text; as captured.
        Command::LEGACY => {
            item.extend(VERSION.to_le_bytes());
            item.extend([0, 0]);
            item.extend(socket);
            let mut text = address.ip().to_string().into_bytes();
            text.resize(16, 0);
            item.extend(text);
            ItemType(1)
        }
        Command::LIST_INTERFACES => return Ok(vec![0, 0]),
        _ => return Err(status::INVALID_COMMAND),
    };
    let mut out = Vec::new();
    PacketItems::encode(&[PacketItem { kind, bytes: &item }], &mut out);
    Ok(out)
}

/// A `sockaddr_in`, in network byte order.
fn socket_bytes(address: SocketAddrV4) -> [u8; 16] {
    let [a, b, c, d] = address.ip().octets();
    let [high, low] = address.port().to_be_bytes();
    [0, 2, high, low, a, b, c, d, 0, 0, 0, 0, 0, 0, 0, 0]
}

/// How long the message is that begins here, once its header is whole.
fn length(head: &[u8]) -> Option<usize> {
    let [_, _, low, high, ..] = head.first_chunk::<HEADER_BYTES>()?;
    Some(HEADER_BYTES + usize::from(u16::from_le_bytes([*low, *high])))
}
