//! Lowers what the encapsulation itself asks to operations.

use super::wire::{Command, IdentityItem, ItemType, PacketItem, PacketItems, status_name};
use crate::Context;
use quaywatch_model::{Coded, Item, Items, Moment, Number, Operation, Outcome, Side, Value, Verb};
use quaywatch_wire::Reader;
use std::fmt;
use std::net::{Ipv4Addr, SocketAddrV4};

/// A command with what was sent and answered.
pub(super) struct Told<'a> {
    pub(super) command: Command,
    /// The session that was opened or closed.
    pub(super) session: u32,
    pub(super) request: &'a [u8],
    pub(super) reply: &'a [u8],
}

/// The device's own code for a refusal by the encapsulation.
pub(super) const fn code(status: u32) -> Option<Coded<'static>> {
    match status {
        0 => None,
        _ => Some(Coded::new(status_name(status), Number::Hex32(status))),
    }
}

/// Reports a command of the encapsulation.
pub(super) fn report(
    cx: &mut Context<'_>,
    client: Side,
    asked: Option<Moment>,
    answered: Option<Moment>,
    told: &Told<'_>,
    outcome: Outcome,
    status: u32,
) {
    let number = Number::Hex16(told.command.0);
    cx.operation(&Operation {
        request: asked,
        reply: answered,
        items: told,
        code: code(status),
        ..Operation::new(client, verb(told.command), Coded::new(told.command.name(), number), outcome)
    });
}

const fn verb(command: Command) -> Verb {
    match command {
        Command::LIST_IDENTITY => Verb::Identify,
        Command::LEGACY | Command::LIST_SERVICES | Command::LIST_INTERFACES => Verb::Browse,
        Command::REGISTER_SESSION => Verb::OpenSession,
        Command::UNREGISTER_SESSION => Verb::CloseSession,
        _ => Verb::Opaque,
    }
}

impl Items for Told<'_> {
    fn each(&self, tell: &mut dyn FnMut(Item<'_>)) {
        if self.command.is_list() {
            for item in PacketItems::decode(self.reply).into_iter().flatten() {
                tell_item(item, tell);
            }
            return;
        }
        if self.session != 0 {
            tell(Item::valued(&"session", Value::Unsigned(self.session.into())));
        }
        if self.command == Command::REGISTER_SESSION {
            return;
        }
        if !self.request.is_empty() {
            tell(Item::valued(&"data", Value::Bytes(self.request)));
        }
        if !self.reply.is_empty() {
            tell(Item::valued(&"reply", Value::Bytes(self.reply)));
        }
    }
}

fn tell_item(item: PacketItem<'_>, tell: &mut dyn FnMut(Item<'_>)) {
    match item.kind {
        ItemType::IDENTITY => {
            if let Ok(item) = IdentityItem::decode(item.bytes) {
                if let Some(address) = socket_address(&item.socket) {
                    tell(Item::valued(&"socket address", Value::Shown(&address)));
                }
                return item.identity.tell(tell);
            }
        }
        ItemType::SERVICE => {
            if let Some((flags, name)) = service(item.bytes) {
                tell(Item::valued(&"service", crate::cip::text(name)));
                return tell(Item::valued(&"capability flags", Value::Unsigned(flags.into())));
            }
        }
        ItemType::SOCKET_ADDRESS_O_T | ItemType::SOCKET_ADDRESS_T_O => {
            if let Some(address) = item.bytes.first_chunk().and_then(socket_address) {
                return tell(Item::valued(&item.kind.name(), Value::Shown(&address)));
            }
        }
        _ => {}
    }
    let object = Kind(item.kind);
    tell(Item::valued(&object, Value::Bytes(item.bytes)));
}

/// Version, capability flags, name of sixteen characters.
fn service(bytes: &[u8]) -> Option<(u16, &[u8])> {
    let mut reader = Reader::new(bytes);
    reader.skip(2, "protocol version").ok()?;
    let flags = reader.u16_le("capability flags").ok()?;
    let name = reader.rest();
    let end = name.iter().position(|&byte| byte == 0).unwrap_or(name.len());
    Some((flags, name.get(..end)?))
}

/// A `sockaddr_in` of family 2, in network byte order.
pub(super) fn socket_address(socket: &[u8; 16]) -> Option<SocketAddrV4> {
    match *socket {
        [0, 2, high, low, a, b, c, d, ..] => {
            Some(SocketAddrV4::new(Ipv4Addr::new(a, b, c, d), u16::from_be_bytes([high, low])))
        }
        _ => None,
    }
}

/// An item by its type.
struct Kind(ItemType);

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} (0x{:04X})", self.0.name(), self.0.0)
    }
}
