//! Captured bytes are from ITI/ICS-Security-Tools (CC-BY-4.0): pcaps/openics/EIP-*.pcap, a 1756-L61 and the modules of its
//! rack; what they hold was checked against tshark.

mod decoded;
mod properties;
mod refusals;
mod tags;
mod vectors;

use super::connections::Connections;
use super::{EtherNetIp, datagram};
use crate::{After, Mode, Plc, Program, Session};
use quaywatch_crane::{Kind, TAGS, Value, find};
use quaywatch_model::Side::{self, A, B};
use quaywatch_model::Timestamp;
use quaywatch_protocols::cip::path::{Logical, Segment, Width};
use quaywatch_protocols::cip::wire::{ConnectionTriad, ForwardOpen, ForwardOpened, Members, Reply, Way};
use quaywatch_protocols::enip::wire::{Carried, Command, Packet};
use std::net::{Ipv4Addr, SocketAddrV4};

const HANDLE: u32 = 0x1102_0100;
const ADDRESS: SocketAddrV4 = SocketAddrV4::new(Ipv4Addr::new(192, 168, 10, 120), 44_818);
/// 2026-11-30 22:15.
const NOW: Timestamp = Timestamp::from_nanos(1_796_076_900_000_000_000);
const T_O_ID: u32 = 0x80FE_0013;

fn hex(text: &str) -> Vec<u8> {
    let digits: Vec<u8> =
        text.bytes().filter_map(|byte| (byte as char).to_digit(16)).map(|digit| digit as u8).collect();
    digits.chunks(2).map(|pair| pair[0] << 4 | pair[1]).collect()
}

/// A client and the controller it talks to.
struct Client {
    plc: Plc,
    session: EtherNetIp,
    now: Timestamp,
    turns: Vec<(Side, Vec<u8>)>,
    connection: u32,
    sequence: u16,
}

impl Client {
    /// Not registered.
    fn new() -> Self {
        let plc = Plc::new("STS07", Program::default());
        let session = EtherNetIp::new(ADDRESS, HANDLE);
        Self { plc, session, now: NOW, turns: Vec::new(), connection: 0, sequence: 0 }
    }

    fn registered() -> Self {
        let mut client = Self::new();
        client.send(&packet(Command::REGISTER_SESSION, 0, &[1, 0, 0, 0]));
        client
    }

    /// With a connection whose answers may have so many bytes.
    fn connected(bytes: u32) -> Self {
        let mut client = Self::registered();
        let reply = client.ask(&forward_open(1, bytes));
        let opened = Reply::decode(&reply).unwrap();
        assert_eq!(opened.general, 0);
        client.connection = ForwardOpened::decode(opened.data).unwrap().o_t_id;
        client
    }

    /// Sends bytes as they are and gives those that come back.
    fn send(&mut self, bytes: &[u8]) -> Vec<u8> {
        let mut out = Vec::new();
        assert_eq!(self.session.input(&mut self.plc, self.now, bytes, &mut out), After::Open);
        self.turns.push((A, bytes.to_vec()));
        if !out.is_empty() {
            self.turns.push((B, out.clone()));
        }
        out
    }

    /// Sends a message outside connections and gives the reply.
    fn ask(&mut self, message: &[u8]) -> Vec<u8> {
        let mut data = Vec::new();
        Carried::Unconnected(message).encode(10, &mut data);
        let out = self.send(&packet(Command::SEND_RR_DATA, HANDLE, &data));
        match Carried::decode(Packet::decode(&out).unwrap().data).unwrap() {
            Carried::Unconnected(reply) => reply.to_vec(),
            Carried::Connected { .. } => panic!("not asked in a connection"),
        }
    }

    /// Sends a message in the connection and gives the reply.
    fn say(&mut self, message: &[u8]) -> Vec<u8> {
        self.sequence += 1;
        self.say_as(self.sequence, message).unwrap()
    }

    fn say_as(&mut self, sequence: u16, message: &[u8]) -> Option<Vec<u8>> {
        let out = self.send(&unit(self.connection, sequence, message));
        let packet = Packet::decode(&out).ok()?;
        match Carried::decode(packet.data).unwrap() {
            Carried::Connected { connection: T_O_ID, sequence: same, message } if same == sequence => {
                Some(message.to_vec())
            }
            other => panic!("{other:?}"),
        }
    }

    /// A service's data, where it succeeds.
    fn done(&mut self, service: u8, path: &[u8], data: &[u8]) -> Vec<u8> {
        let reply = self.say(&request(service, path, data));
        let reply = Reply::decode(&reply).unwrap();
        assert_eq!((reply.service, reply.general), (service, 0));
        reply.data.to_vec()
    }
}

fn packet(command: Command, session: u32, data: &[u8]) -> Vec<u8> {
    let mut out = Vec::new();
    Packet { command, session, status: 0, context: 7, options: 0, data }.encode(&mut out);
    out
}

fn unit(connection: u32, sequence: u16, message: &[u8]) -> Vec<u8> {
    let mut data = Vec::new();
    Carried::Connected { connection, sequence, message }.encode(0, &mut data);
    packet(Command::SEND_UNIT_DATA, HANDLE, &data)
}

fn request(service: u8, path: &[u8], data: &[u8]) -> Vec<u8> {
    let mut out = vec![service, (path.len() / 2) as u8];
    out.extend(path);
    out.extend(data);
    out
}

/// A path by name: `STS.Load.LC[3]`.
fn named(name: &str) -> Vec<u8> {
    let mut out = Vec::new();
    for part in name.split('.') {
        let (name, index) = part.split_once('[').unwrap_or((part, ""));
        Segment::Symbol(name.as_bytes()).encode(true, &mut out);
        if let Some(index) = index.strip_suffix(']') {
            let value = index.parse().unwrap();
            Segment::Logical { kind: Logical::MEMBER, value, width: Width::Bits8 }.encode(true, &mut out);
        }
    }
    out
}

fn forward_open(serial: u16, bytes: u32) -> Vec<u8> {
    let large = bytes > 0x1FF;
    let parameters = bytes | if large { 0x4200 << 16 } else { 0x4200 };
    let way = |id| Way { id, rpi: 2_000_000, parameters };
    let mut data = Vec::new();
    ForwardOpen {
        large,
        priority: 7,
        ticks: 249,
        o_t: way(0),
        t_o: way(T_O_ID),
        triad: ConnectionTriad { serial, vendor: 0x4D, originator_serial: 0x3295_2BF3 },
        multiplier: 3,
        transport: 0xA3,
        path: quaywatch_protocols::cip::path::Path::padded(&[1, 0, 0x20, 2, 0x24, 1]),
    }
    .encode(&mut data);
    request(if large { 0x5B } else { 0x54 }, &[0x20, 6, 0x24, 1], &data)
}

fn several(messages: &[&[u8]]) -> Vec<u8> {
    let mut data = Vec::new();
    Members::encode(messages, &mut data);
    request(0x0A, &[0x20, 2, 0x24, 1], &data)
}
