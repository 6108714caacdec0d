//! Cyclic data of EtherNet/IP (CIP Networks Library volume 1, chapter 3; volume 2, chapters 2 and 3): how a controller opens
//! a connection of class 1 to a device, and the datagrams in it.

use crate::party::Line;
use quaywatch_protocols::cip::path::{Logical, Path, Segment, Width};
use quaywatch_protocols::cip::wire::{
    ConnectionTriad, ForwardOpen, ForwardOpened, Reply, Request, Way, class, service,
};
use quaywatch_protocols::enip::wire::{Carried, Command, ItemType, Packet, PacketItem, PacketItems};

/// Where cyclic data goes.
pub const PORT: u16 = 2222;
/// The program is running: the first word of what a controller sends.
const RUN: u32 = 1;
/// Point to point, fixed size, scheduled.
const POINT_TO_POINT: u32 = 0x4800;
/// Cyclic, class 1.
const CLASS_1: u8 = 0x01;

/// Vendor and serial number of the controller, and of somebody else's program.
const CONTROLLER: (u16, u32) = (1, 0x00C0_FFEE);
const SOMEBODY: (u16, u32) = (0x1337, 0x0042_0042);
/// The connection cannot be opened: it has an owner (CIP Networks Library volume 1, tables 3-5.33 and B-1).
const CONNECTION_FAILURE: u8 = 0x01;
const OWNERSHIP_CONFLICT: u16 = 0x0106;

/// A connection as its controller asks for it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Connection {
    /// Its number among those of the controller.
    pub serial: u16,
    /// The identifier of what the controller sends, and of what the device sends.
    pub ids: [u32; 2],
    /// How often both send, in microseconds.
    pub rpi_us: u32,
    /// How many bytes both send.
    pub bytes: [u16; 2],
}

/// The conversation by which it is opened: a session, and Forward Open, which the device agrees to.
#[must_use]
pub fn opening(connection: &Connection, session: u32) -> Vec<Line> {
    let Connection { ids: [o_t_id, t_o_id], rpi_us, .. } = *connection;
    let triad = triad(connection, CONTROLLER);
    let mut opened = Vec::new();
    ForwardOpened { o_t_id, t_o_id, triad, o_t_api: rpi_us, t_o_api: rpi_us, application: &[] }
        .encode(&mut opened);
    asking(connection, CONTROLLER, session, (0, &[], &opened))
}

/// The conversation in which somebody else asks for the same connection, which the device refuses: it is the controller's.
#[must_use]
pub fn refused(connection: &Connection, session: u32) -> Vec<Line> {
    let triad = triad(connection, SOMEBODY);
    let mut told = Vec::new();
    told.extend(triad.serial.to_le_bytes());
    told.extend(triad.vendor.to_le_bytes());
    told.extend(triad.originator_serial.to_le_bytes());
    // How much of the path is left, and a byte that fills.
    told.extend([0, 0]);
    asking(connection, SOMEBODY, session, (CONNECTION_FAILURE, &OWNERSHIP_CONFLICT.to_le_bytes(), &told))
}

const fn triad(connection: &Connection, (vendor, originator_serial): (u16, u32)) -> ConnectionTriad {
    ConnectionTriad { serial: connection.serial, vendor, originator_serial }
}

/// A session, Forward Open as one with this vendor's and serial number, and what the device says: status, why, data.
fn asking(
    connection: &Connection,
    originator: (u16, u32),
    session: u32,
    (general, extended, told): (u8, &[u8], &[u8]),
) -> Vec<Line> {
    let Connection { ids: [_, t_o_id], rpi_us, bytes: [out_bytes, in_bytes], .. } = *connection;
    let triad = triad(connection, originator);
    // What the controller sends has the sequence count and the word that says whether it runs.
    let sizes = [u32::from(out_bytes) + 6, u32::from(in_bytes) + 2];
    let [o_t, t_o] = sizes.map(|size| Way { id: 0, rpi: rpi_us, parameters: POINT_TO_POINT | size });
    let mut assemblies = logical(&[(Logical::CLASS, 4), (Logical::INSTANCE, 1)]);
    assemblies.extend(logical(&[(Logical::CONNECTION_POINT, 2), (Logical::CONNECTION_POINT, 100)]));
    let mut asked = Vec::new();
    ForwardOpen {
        large: false,
        priority: 10,
        ticks: 14,
        o_t,
        t_o: Way { id: t_o_id, ..t_o },
        triad,
        multiplier: 2,
        transport: CLASS_1,
        path: Path::padded(&assemblies),
    }
    .encode(&mut asked);
    let manager = logical(&[(Logical::CLASS, class::CONNECTION_MANAGER), (Logical::INSTANCE, 1)]);
    let mut request = Vec::new();
    Request { service: service::FORWARD_OPEN, path: Path::padded(&manager), data: &asked }
        .encode(&mut request);
    let mut reply = Vec::new();
    Reply { service: service::FORWARD_OPEN, reserved: 0, general, extended, data: told }.encode(&mut reply);
    vec![
        Line::client(packet(Command::REGISTER_SESSION, 0, &[1, 0, 0, 0])),
        Line::server(packet(Command::REGISTER_SESSION, session, &[1, 0, 0, 0])).after_ms(1),
        Line::client(packet(Command::SEND_RR_DATA, session, &unconnected(&request))),
        Line::server(packet(Command::SEND_RR_DATA, session, &unconnected(&reply))).after_ms(3),
    ]
}

/// A datagram of a connection with this identifier; `runs`: of the controller, and whether its program runs.
#[must_use]
pub fn cyclic(id: u32, sequence: u32, runs: Option<bool>, data: &[u8]) -> Vec<u8> {
    let address = [id.to_le_bytes(), sequence.to_le_bytes()].concat();
    let mut counted = (sequence as u16).to_le_bytes().to_vec();
    if let Some(runs) = runs {
        counted.extend((if runs { RUN } else { 0 }).to_le_bytes());
    }
    counted.extend_from_slice(data);
    let mut out = Vec::new();
    PacketItems::encode(
        &[
            PacketItem { kind: ItemType::SEQUENCED_ADDRESS, bytes: &address },
            PacketItem { kind: ItemType::CONNECTED_DATA, bytes: &counted },
        ],
        &mut out,
    );
    out
}

fn packet(command: Command, session: u32, data: &[u8]) -> Vec<u8> {
    let mut out = Vec::new();
    Packet { command, session, status: 0, context: 0, options: 0, data }.encode(&mut out);
    out
}

fn unconnected(message: &[u8]) -> Vec<u8> {
    let mut out = Vec::new();
    Carried::Unconnected(message).encode(0, &mut out);
    out
}

/// A path of numbers.
#[must_use]
pub fn logical(segments: &[(Logical, u32)]) -> Vec<u8> {
    let mut out = Vec::new();
    for (kind, value) in segments {
        let width = if *value > 0xFF { Width::Bits16 } else { Width::Bits8 };
        Segment::Logical { kind: *kind, value: *value, width }.encode(true, &mut out);
    }
    out
}
