//! The logs of ICSNPP's EtherNet/IP package: a line a message in `enip.log`, a line a CIP message in `cip.log`, a line an
//! identity in `cip_identity.log`, and a line a packet of cyclic data in `cip_io.log`.
//!
//! `packet_correlation_id`, random there, is the number of the frame that completed the message. What an Unconnected
//! Send carries has a line of its own after the envelope's, which is all that ICSNPP reads. Additional statuses are
//! read in their byte order, little-endian. Vendors and device types have the names of [`cip::names`](crate::cip::names).

mod names;

use super::ops::socket_address;
use super::wire::{Carried, Command, IdentityItem, ItemType, Packet, PacketItems};
use crate::Context;
use crate::cip::MAX_DEPTH;
use crate::cip::names::{device_type, vendor};
use crate::cip::path::{Logical, Path, Segment};
use crate::cip::wire::{Members, REPLY, Reply, Request, UnconnectedSend, class, service};
use quaywatch_model::{Column, Kind, Log, LogLine, LogValues, Prefix, Side, Value};
use std::fmt;

/// The log of messages.
static ENIP: Log = Log {
    name: "enip",
    prefix: Prefix::Sender,
    columns: &[
        Column::new("packet_correlation_id", Kind::String),
        Column::new("enip_command_code", Kind::String),
        Column::new("enip_command", Kind::String),
        Column::new("length", Kind::Count),
        Column::new("session_handle", Kind::String),
        Column::new("enip_status", Kind::String),
        Column::new("sender_context", Kind::String),
        Column::new("options", Kind::String),
    ],
};

/// The log of CIP messages.
static CIP: Log = Log {
    name: "cip",
    prefix: Prefix::Sender,
    columns: &[
        Column::new("packet_correlation_id", Kind::String),
        Column::new("cip_sequence_count", Kind::Count),
        Column::new("direction", Kind::String),
        Column::new("cip_service_code", Kind::String),
        Column::new("cip_service", Kind::String),
        Column::new("cip_status_code", Kind::String),
        Column::new("cip_status", Kind::String),
        Column::new("cip_extended_status_code", Kind::String),
        Column::new("cip_extended_status", Kind::String),
        Column::new("class_id", Kind::String),
        Column::new("class_name", Kind::String),
        Column::new("instance_id", Kind::String),
        Column::new("attribute_id", Kind::String),
    ],
};

/// The log of identities.
static IDENTITY: Log = Log {
    name: "cip_identity",
    prefix: Prefix::Sender,
    columns: &[
        Column::new("packet_correlation_id", Kind::String),
        Column::new("encapsulation_version", Kind::Count),
        Column::new("socket_address", Kind::Addr),
        Column::new("socket_port", Kind::Count),
        Column::new("vendor_id", Kind::Count),
        Column::new("vendor_name", Kind::String),
        Column::new("device_type_id", Kind::Count),
        Column::new("device_type_name", Kind::String),
        Column::new("product_code", Kind::Count),
        Column::new("revision", Kind::String),
        Column::new("device_status", Kind::String),
        Column::new("serial_number", Kind::String),
        Column::new("product_name", Kind::String),
        Column::new("device_state", Kind::String),
    ],
};

/// The log of cyclic data.
static IO: Log = Log {
    name: "cip_io",
    prefix: Prefix::Sender,
    columns: &[
        Column::new("packet_correlation_id", Kind::String),
        Column::new("connection_id", Kind::String),
        Column::new("sequence_number", Kind::Count),
        Column::new("data_length", Kind::Count),
        Column::new("io_data", Kind::String),
    ],
};

/// A number as ICSNPP writes codes: hexadecimal of at least so many digits.
struct Hex(u32, usize);

impl fmt::Display for Hex {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self(number, digits) = *self;
        write!(f, "0x{number:0digits$x}")
    }
}

/// Bytes in hexadecimal, as they stood there.
struct Context8([u8; 8]);

impl fmt::Display for Context8 {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("0x")?;
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

/// Tells the lines of a message: its own, and those of what it carries.
pub(super) fn packet(cx: &mut Context<'_>, from: Side, packet: &Packet<'_>) {
    let code = Hex(packet.command.0.into(), 2);
    let unknown = format_args!("Unknown ENIP Status-0x{:02x}", packet.status);
    let frame = cx.now.frame;
    let values = [
        Some(Value::Shown(&frame)),
        Some(Value::Shown(&code)),
        Some(Value::Text(names::command(packet.command.0))),
        Some(Value::Unsigned(packet.data.len() as u64)),
        Some(Value::Shown(&Hex(packet.session, 8))),
        Some(names::encapsulation_status(packet.status).map_or(Value::Shown(&unknown), Value::Text)),
        Some(Value::Shown(&Context8(packet.context.to_le_bytes()))),
        Some(Value::Shown(&Hex(packet.options, 8))),
    ];
    tell(cx, &ENIP, from, &values);
    match packet.command {
        Command::SEND_RR_DATA | Command::SEND_UNIT_DATA => match Carried::decode(packet.data) {
            Ok(Carried::Unconnected(message)) => cip(cx, from, 0, message, 0),
            Ok(Carried::Connected { sequence, message, .. }) => cip(cx, from, sequence, message, 0),
            Err(_) => {}
        },
        Command::LIST_IDENTITY => {
            for item in PacketItems::decode(packet.data).into_iter().flatten() {
                if item.kind == ItemType::IDENTITY
                    && let Ok(item) = IdentityItem::decode(item.bytes)
                {
                    identity(cx, from, &item);
                }
            }
        }
        _ => {}
    }
}

/// Tells the line of a packet of cyclic data.
pub(super) fn cyclic(cx: &mut Context<'_>, from: Side, connection: u32, sequence: Option<u32>, data: &[u8]) {
    let frame = cx.now.frame;
    let values = [
        Some(Value::Shown(&frame)),
        Some(Value::Shown(&Hex(connection, 8))),
        sequence.map(|sequence| Value::Unsigned(sequence.into())),
        Some(Value::Unsigned(data.len() as u64)),
        Some(Value::Bytes(data)),
    ];
    tell(cx, &IO, from, &values);
}

/// The line of a CIP message, then those of the messages inside.
fn cip(cx: &mut Context<'_>, from: Side, sequence: u16, message: &[u8], depth: usize) {
    if let Ok(reply) = Reply::decode(message) {
        let extended = if depth == 0 { reply.extended_status() } else { None };
        response(cx, from, sequence, (reply.service, reply.general, extended));
        if reply.service == service::MULTIPLE_SERVICE_PACKET && depth < MAX_DEPTH {
            Members::new(reply.data).for_each(|member| cip(cx, from, sequence, member, depth + 1));
        }
    } else if let Ok(asked) = Request::decode(message) {
        request(cx, from, sequence, &asked);
        if depth >= MAX_DEPTH {
            return;
        }
        let is_envelope = asked.service == service::UNCONNECTED_SEND
            && asked.path.target().leaf_class == Some(class::CONNECTION_MANAGER);
        if asked.service == service::MULTIPLE_SERVICE_PACKET {
            Members::new(asked.data).for_each(|member| cip(cx, from, sequence, member, depth + 1));
        } else if is_envelope && let Ok(send) = UnconnectedSend::decode(asked.data) {
            cip(cx, from, sequence, send.message, depth + 1);
        }
    }
}

fn request(cx: &mut Context<'_>, from: Side, sequence: u16, request: &Request<'_>) {
    let [class, instance, attribute] =
        addressed(request.path).map(|number| number.map(|number| Hex(number, 2)));
    let code = Hex(u32::from(request.service & !REPLY), 2);
    let frame = cx.now.frame;
    let values = [
        Some(Value::Shown(&frame)),
        (sequence != 0).then_some(Value::Unsigned(sequence.into())),
        Some(Value::Text("request")),
        Some(Value::Shown(&code)),
        Some(Value::Text(names::service(request.service))),
        None,
        None,
        None,
        None,
        class.as_ref().map(|class| Value::Shown(class)),
        class.as_ref().map(|class| Value::Text(names::class(class.0))),
        instance.as_ref().map(|instance| Value::Shown(instance)),
        attribute.as_ref().map(|attribute| Value::Shown(attribute)),
    ];
    tell(cx, &CIP, from, &values);
}

/// Class, instance and attribute as far as ICSNPP reads a path: to the first segment that is neither a logical one nor
/// data, and none where data ends it.
fn addressed(path: Path<'_>) -> [Option<u32>; 3] {
    let (mut class, mut instance, mut attribute) = (None, None, None);
    let mut ends_in_data = false;
    for segment in path.segments() {
        match segment {
            Segment::Logical { kind, value, .. } => {
                ends_in_data = false;
                match kind {
                    Logical::CLASS => class = Some(value),
                    Logical::INSTANCE => instance = Some(value),
                    Logical::ATTRIBUTE => attribute = Some(value),
                    _ => {}
                }
            }
            Segment::Symbol(_) => ends_in_data = true,
            _ => break,
        }
    }
    if ends_in_data { [None; 3] } else { [class, instance, attribute] }
}

fn response(
    cx: &mut Context<'_>,
    from: Side,
    sequence: u16,
    (service, general, extended): (u8, u8, Option<u16>),
) {
    let code = Hex(service.into(), 2);
    let status = Hex(general.into(), 2);
    let unknown = format_args!("Unknown CIP Status-0x{general:02x}");
    let number = extended.map(|extended| Hex(extended.into(), 4));
    let other = extended.unwrap_or_default();
    let other = format_args!("Unknown Extended Status-0x{other:04x}");
    let frame = cx.now.frame;
    let values = [
        Some(Value::Shown(&frame)),
        (sequence != 0).then_some(Value::Unsigned(sequence.into())),
        Some(Value::Text("response")),
        Some(Value::Shown(&code)),
        Some(Value::Text(names::service(service))),
        Some(Value::Shown(&status)),
        Some(names::status(general).map_or(Value::Shown(&unknown), Value::Text)),
        number.as_ref().map(|number| Value::Shown(number)),
        extended.map(|extended| names::extended_status(extended).map_or(Value::Shown(&other), Value::Text)),
        None,
        None,
        None,
        None,
    ];
    tell(cx, &CIP, from, &values);
}

fn identity(cx: &mut Context<'_>, from: Side, item: &IdentityItem<'_>) {
    let identity = &item.identity;
    let socket = socket_address(&item.socket);
    let address = socket.map(|socket| *socket.ip());
    let [major, minor] = identity.revision;
    let revision = format_args!("{major}.{minor}");
    let name = String::from_utf8_lossy(identity.name);
    let state = identity.more.first().map(|&state| Hex(state.into(), 4));
    let frame = cx.now.frame;
    let values = [
        Some(Value::Shown(&frame)),
        Some(Value::Unsigned(item.version.into())),
        address.as_ref().map(|address| Value::Shown(address)),
        socket.map(|socket| Value::Unsigned(socket.port().into())),
        Some(Value::Unsigned(identity.vendor.into())),
        Some(Value::Text(vendor(identity.vendor))),
        Some(Value::Unsigned(identity.device_type.into())),
        Some(Value::Text(device_type(identity.device_type))),
        Some(Value::Unsigned(identity.product_code.into())),
        Some(Value::Shown(&revision)),
        Some(Value::Shown(&Hex(identity.status.into(), 4))),
        Some(Value::Shown(&Hex(identity.serial, 8))),
        Some(Value::Text(&name)),
        state.as_ref().map(|state| Value::Shown(state)),
    ];
    tell(cx, &IDENTITY, from, &values);
}

fn tell(cx: &mut Context<'_>, log: &'static Log, from: Side, values: &dyn LogValues) {
    let at = cx.now;
    cx.log(&LogLine { log, at, from, values });
}
