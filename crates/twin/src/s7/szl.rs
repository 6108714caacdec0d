//! The system status lists: what the controller says it is, and in what state.

use super::{Cpu, Refusal, clock};
use crate::{Mode, Plc};
use quaywatch_model::Timestamp;
use quaywatch_protocols::s7comm::szl::List;

/// The lists there are.
const LISTS: [u16; 10] = [0x0000, 0x0011, 0x0111, 0x001C, 0x011C, 0x0124, 0x0131, 0x0132, 0x0232, 0x0424];

/// The order number of a CPU 315-2 PN/DP, and its type.
const ORDER_NUMBER: &str = "6ES7 315-2EH14-0AB0 ";
const TYPE_NAME: &str = "CPU 315-2 PN/DP";
/// The class of module that a CPU is.
const MODULE_CLASS: u16 = 0x00C0;
/// How many connections are said to be possible.
const CONNECTIONS: u16 = 16;
/// The speed of MPI and of the communication bus, in bits a second.
const BUS_BITS_PER_SECOND: u32 = 187_500;

/// The payload of the answer to a list's request.
pub(super) fn answer(plc: &Plc, cpu: &Cpu, time: Timestamp, request: &List<'_>) -> Result<Vec<u8>, Refusal> {
    let List { id, index, .. } = *request;
    // The mode has no index: whichever is asked for, 0 is answered.
    let index = if matches!(id, 0x0124 | 0x0424) { 0 } else { index };
    let records = match id {
        0x0000 => LISTS.iter().map(|id| id.to_be_bytes().to_vec()).collect(),
        0x0011 | 0x0111 => chosen(modules(), id, index)?,
        0x001C | 0x011C => chosen(components(plc), id, index)?,
        // Some clients ask for the list as a whole, which has one record here.
        0x0131 if index <= 1 => vec![communication()],
        0x0132 | 0x0232 if index == 4 || (id, index) == (0x0232, 0) => vec![protection(cpu)],
        0x0132 if index == 8 => vec![time_system(time)],
        0x0124 | 0x0424 => vec![mode(plc.mode, time)],
        _ if LISTS.contains(&id) => return Err(Refusal::NO_SUCH_INDEX),
        _ => return Err(Refusal::NO_SUCH_LIST),
    };
    let record_bytes = records.first().map_or(0, Vec::len) as u16;
    let (count, records) = (records.len() as u16, records.concat());
    Ok(List { id, index, record_bytes, count, records: &records }.encode())
}

/// All records, or where the extract is of one (01xx), the one whose index was asked for.
fn chosen(mut records: Vec<Vec<u8>>, id: u16, index: u16) -> Result<Vec<Vec<u8>>, Refusal> {
    if id >> 8 == 1 {
        records.retain(|record| record.starts_with(&index.to_be_bytes()));
    }
    if records.is_empty() { Err(Refusal::NO_SUCH_INDEX) } else { Ok(records) }
}

/// Module identification: module, hardware, firmware, boot loader.
fn modules() -> Vec<Vec<u8>> {
    let record = |index: u16, text: &str, class: u16, versions: [u8; 4]| {
        [&index.to_be_bytes()[..], &filled::<20>(text, b' '), &class.to_be_bytes(), &versions].concat()
    };
    vec![
        record(0x0001, ORDER_NUMBER, MODULE_CLASS, [0, 4, 0, 1]),
        record(0x0006, ORDER_NUMBER, MODULE_CLASS, [0, 4, 0, 1]),
        record(0x0007, "", MODULE_CLASS, [b'V', 3, 2, 6]),
        record(0x0081, "Boot Loader", 0x0000, [b'A', 32, 9, 9]),
    ]
}

/// Component identification. What a site would fill in and this one did not is empty.
fn components(plc: &Plc) -> Vec<Vec<u8>> {
    // A serial number of the right form that the name decides.
    let number = plc.name.bytes().fold(0_u32, |sum, byte| sum.wrapping_mul(31).wrapping_add(byte.into()));
    let serial = number % 1_000_000;
    let record = |index: u16, text: &str| [&index.to_be_bytes()[..], &filled::<32>(text, 0)].concat();
    let mut records = vec![
        record(0x0001, &plc.name),
        record(0x0002, TYPE_NAME),
        record(0x0003, ""),
        record(0x0004, "Original Siemens Equipment"),
        record(0x0005, &format!("S C-QW{serial:06}2024")),
        record(0x0007, TYPE_NAME),
        record(0x0008, &format!("MMC {number:08X}")),
        record(0x0009, ""),
        record(0x000A, ""),
        record(0x000B, ""),
    ];
    // The manufacturer's number, Siemens', and a profile, as numbers.
    if let Some(place) = records.get_mut(7).and_then(|record| record.get_mut(2..8)) {
        place.copy_from_slice(&[0x00, 0x2A, 0xF6, 0x00, 0x00, 0x01]);
    }
    records
}

/// Communication: the largest PDU, connections, and speeds. 40 bytes, as those below.
fn communication() -> Vec<u8> {
    let head = [1, super::MOST_PDU_BYTES, CONNECTIONS].map(u16::to_be_bytes).concat();
    let speeds = [BUS_BITS_PER_SECOND; 2].map(u32::to_be_bytes).concat();
    forty(&[head, speeds].concat())
}

/// Protection: the level of the key switch (1), the one that was assigned (0 none), the one that is valid; then the
/// switch, which stands at RUN-P, and no start-up switch.
fn protection(cpu: &Cpu) -> Vec<u8> {
    let (assigned, valid) = if cpu.is_protected() { (3, 3) } else { (0, 1) };
    forty(&[4, 1, assigned, valid, 2, 0].map(u16::to_be_bytes).concat())
}

/// The clock: its record has the time behind 20 bytes about corrections and drift.
fn time_system(time: Timestamp) -> Vec<u8> {
    forty(&[&8_u16.to_be_bytes()[..], &[0; 20], &clock::encode(time)].concat())
}

/// The mode: an event, 8 for RUN or 4 for STOP, then the time.
fn mode(mode: Mode, time: Timestamp) -> Vec<u8> {
    let state = match mode {
        Mode::Run => 0x08,
        Mode::Stop => 0x04,
    };
    [&[0x51, 0x44, 0xFF, state][..], &[0; 8], &clock::encode(time)].concat()
}

fn forty(record: &[u8]) -> Vec<u8> {
    let mut record = record.to_vec();
    record.resize(40, 0);
    record
}

/// A text of fixed width, cut or filled up.
fn filled<const WIDTH: usize>(text: &str, fill: u8) -> [u8; WIDTH] {
    let mut field = [fill; WIDTH];
    for (to, from) in field.iter_mut().zip(text.bytes()) {
        *to = from;
    }
    field
}
