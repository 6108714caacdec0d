//! PROFINET's frames (IEC 61158-6-10): cyclic data of class 1, and DCP, by which a device is found after it was switched on.

use crate::lan::{Mac, ethernet, padded};
use quaywatch_model::Timestamp;
use quaywatch_protocols::profinet::{
    Cyclic, DataStatus, ETHERTYPE, FrameId, Message, Selector, Service, ServiceType, push_block,
};
use std::net::Ipv4Addr;

/// The group of all devices that answer DCP.
const DEVICES: Mac = [0x01, 0x0E, 0xCF, 0x00, 0x00, 0x00];
/// The first identifier of cyclic data of class 1.
const FIRST_ID: u16 = 0x8000;
/// The cycle counter counts in 31.25 microseconds.
const TICK_NS: i64 = 31_250;
/// Primary, valid, running, no problem; and the same of a provider that is stopped.
const RUNNING: DataStatus = DataStatus(0x35);
const STOPPED: DataStatus = DataStatus(0x25);
/// What stands behind each module's data: good, by the device itself; and bad.
const GOOD: u8 = 0x80;
const BAD: u8 = 0x00;
/// The least that a frame's data may be.
const LEAST_BYTES: usize = 40;

/// A frame of cyclic data at this time: the counter is the time's.
#[must_use]
pub fn cyclic(to: Mac, from: Mac, id: u16, time: Timestamp, data: &[u8], runs: bool) -> Vec<u8> {
    let mut data = data.to_vec();
    data.push(if runs { GOOD } else { BAD });
    if data.len() < LEAST_BYTES {
        data.resize(LEAST_BYTES, 0);
    }
    let mut out = ethernet(to, from, ETHERTYPE).to_vec();
    Cyclic {
        frame_id: FrameId(FIRST_ID + id),
        data: &data,
        cycle_counter: (time.nanos() / TICK_NS) as u16,
        data_status: if runs { RUNNING } else { STOPPED },
        transfer_status: 0,
    }
    .encode(&mut out);
    padded(out)
}

/// Asks all devices who is called so.
#[must_use]
pub fn identify(from: Mac, xid: u32, name: &str) -> Vec<u8> {
    let mut blocks = Vec::new();
    push_block(&mut blocks, Selector::NAME_OF_STATION, None, name.as_bytes());
    dcp(DEVICES, from, FrameId::IDENTIFY, ServiceType::REQUEST, (xid, 1), &blocks)
}

/// The device that is called so answers.
#[must_use]
pub fn identified(to: Mac, from: Mac, xid: u32, name: &str, ip: Ipv4Addr, vendor: u16) -> Vec<u8> {
    let mut blocks = Vec::new();
    let [high, low] = vendor.to_be_bytes();
    push_block(&mut blocks, Selector::DEVICE_OPTIONS, Some(0), &[2, 1, 2, 2, 2, 3, 2, 4, 1, 2]);
    push_block(&mut blocks, Selector::NAME_OF_STATION, Some(0), name.as_bytes());
    push_block(&mut blocks, Selector::DEVICE_ID, Some(0), &[high, low, 0x03, 0x01]);
    push_block(&mut blocks, Selector::DEVICE_ROLE, Some(0), &[1, 0]);
    let [a, b, c, _] = ip.octets();
    let address = [&ip.octets()[..], &[255, 255, 255, 0], &[a, b, c, 1]].concat();
    // The address is set.
    push_block(&mut blocks, Selector::IP_PARAMETER, Some(1), &address);
    dcp(to, from, FrameId::IDENTIFY_RESPONSE, ServiceType::RESPONSE, (xid, 0), &blocks)
}

fn dcp(
    to: Mac,
    from: Mac,
    frame_id: FrameId,
    kind: ServiceType,
    (xid, response_delay): (u32, u16),
    data: &[u8],
) -> Vec<u8> {
    let mut out = ethernet(to, from, ETHERTYPE).to_vec();
    Message { frame_id, service: Service::IDENTIFY, kind, xid, response_delay, data }.encode(&mut out);
    padded(out)
}
