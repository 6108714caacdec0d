//! Real PDUs are from ITI/ICS-Security-Tools (CC-BY-4.0): pcaps/CIP/cip_only.pcap, pcaps/openics/EIP-*.pcap,
//! pcaps/EthernetIP/EthernetIP-CIP.pcap; what they hold was checked against tshark.

mod datagrams;
mod logs;
mod messages;
mod pairing;
mod properties;

use super::PROTOCOL;
use super::wire::{Carried, Command, IdentityItem, ItemType, Packet, PacketItem, PacketItems, begins};
use crate::cip::wire::{Members, Reply, Request};
use crate::testing::{Player, Recorder, fuzz_conversation, play, play_cut, play_unknown};
use crate::{Answer, Context, Conversation, Memory, Probe, Shared, Transport};
use proptest::collection::vec;
use proptest::prelude::{Just, any, prop_oneof};
use proptest::{prop_assert, prop_assert_eq, proptest};
use quaywatch_model::Side::{self, A, B};
use quaywatch_model::{Moment, Timestamp};

const PORTS: [u16; 2] = [50_000, 44_818];

const IDENTITY_BEHIND_A_RACK: &str = "6f00240000010211000000000082300018a7e10000000000000000000a00020000000000b2001400\
    520220062401069a060001022001240101000104";
const ROUTER_TIMED_OUT: &str =
    "6f00180000010211000000000082300018a7e10000000000000000000a00020000000000b2000800d200010104020100";
const LIST_IDENTITY: &str = "630000000000000000000000000000000000000000000000";
const LIST_IDENTITY_REPLY: &str = "63003300000000000000000000000000000000000000000001000c002d000100\
    0002af12c0a80a78000000000000000001000c003a0004073000c3ae51000b313735362d454e42542f4103";
const FORWARD_OPEN: &str = "6f0040000001021100000000c69b02002008e10000000000000000002000020000000000b20030005402\
    2006240107f9140000801300fe8014004d00f32b95320000000000127a00f44300127a00f443a303010020022401";
const FORWARD_OPENED: &str = "6f002e000001021100000000c69b02002008e10000000000000000002000020000000000b2001e00\
    d4000000010379001300fe8014004d00f32b953200127a0000127a000000";
const PROGRAM_MODE: &str = "70001c0000010211000000000000000000000000000000000000000001000200a1000400010b7900b1000800\
    87000702208e2401";
const PROGRAM_MODE_REPLY: &str =
    "70001a0000010211000000000000000000000000000000000000000000000200a10004001700fe80b1000600870087000000";
const WRITE_BLOCK: &str = "70007d0000010211000000000000000000000000000000000000000001000200a1000400010b7900b1006900a9005003\
    206a2500fa1b000000000058001300000054686520414e44206973204e4f542054525545000000000000000000000000\
    000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000\
    0000000000";
const WRITE_BLOCK_REPLY: &str =
    "70001a0000010211000000000000000000000000000000000000000000000200a10004001700fe80b1000600a900d0000000";
const RUN: &str = "70001c0000010211000000000000000000000000000000000000000001000200a1000400010b7900b1000800\
    3c010602208e2401";
const RUN_REPLY: &str =
    "70001a0000010211000000000000000000000000000000000000000000000200a10004001700fe80b10006003c0186000000";
const SET_CLOCK: &str = "7000280000010211000000000000000000000000000000000000000001000200a1000400010b7c00b1001400\
    b2040402208b240101000600c0325cfff3590400";
const SET_CLOCK_REPLY: &str = "7000200000010211000000000000000000000000000000000000000000000200a10004002800fe80\
    b1000c00b20484000000010006000000";
const PCCC_PROGRAM_MODE: &str = "7000290009a6183f000000000000000000000000000000000000000001000200a1000400ac6fa509\
    b10015004be34b0220672401074d00e0312b3d0f004ec68001";
const PCCC_PROGRAM_MODE_REPLY: &str = "7000250009a6183f000000000000000000000000000000000000000000000200a1000400\
    0100fe80b10011004be3cb000000074d00e0312b3d4f004ec6";
const SET_BITS: &str = "70008400000102100000000023392f000000000000000000000000000a000200a100040001033500b1007000\
    1b330a022002240103000800260044004e0c91164c4d535f44495341424c455f32445343414e4e455231010001ff4e0c91164c4d535f4449\
    5341424c455f32445343414e4e455232010001ff4e0f911b4c4d535f44495341424c455f424152434f44455f5343414e4e45520001\
    0001ff";

fn hex(text: &str) -> Vec<u8> {
    let digits: Vec<u8> =
        text.bytes().filter_map(|byte| (byte as char).to_digit(16)).map(|n| n as u8).collect();
    digits.chunks(2).map(|pair| pair[0] << 4 | pair[1]).collect()
}

fn heard(turns: &[(Side, &str)]) -> Recorder {
    let turns: Vec<(Side, Vec<u8>)> = turns.iter().map(|&(side, text)| (side, hex(text))).collect();
    let turns: Vec<(Side, &[u8])> = turns.iter().map(|(side, bytes)| (*side, bytes.as_slice())).collect();
    play(&PROTOCOL, Transport::Tcp, PORTS, &turns)
}

fn packet(command: Command, context: u64, data: &[u8]) -> Vec<u8> {
    let mut out = Vec::new();
    Packet { command, session: 7, status: 0, context, options: 0, data }.encode(&mut out);
    out
}

fn unconnected(context: u64, message: &[u8]) -> Vec<u8> {
    let mut data = Vec::new();
    Carried::Unconnected(message).encode(10, &mut data);
    packet(Command::SEND_RR_DATA, context, &data)
}

fn connected(connection: u32, sequence: u16, message: &[u8]) -> Vec<u8> {
    let mut data = Vec::new();
    Carried::Connected { connection, sequence, message }.encode(0, &mut data);
    packet(Command::SEND_UNIT_DATA, 0, &data)
}

fn ask(service: u8, path: &str, data: &str) -> Vec<u8> {
    let (path, data) = (hex(path), hex(data));
    let mut out = vec![service, (path.len() / 2) as u8];
    out.extend(path);
    out.extend(data);
    out
}

fn reply(service: u8, general: u8, data: &str) -> Vec<u8> {
    let mut out = vec![service | 0x80, 0, general, 0];
    out.extend(hex(data));
    out
}

/// One unconnected exchange.
fn exchange(request: &[u8], answer: &[u8]) -> Vec<String> {
    let turns = [(A, unconnected(1, request)), (B, unconnected(1, answer))];
    let turns: Vec<(Side, &[u8])> = turns.iter().map(|(side, bytes)| (*side, bytes.as_slice())).collect();
    let heard = play(&PROTOCOL, Transport::Tcp, PORTS, &turns);
    assert_eq!(heard.problems, [""; 0]);
    heard.operations
}
