//! PROFINET's DCP (IEC 61158-6-10, section 4.3): a device is looked for by its name, everybody is asked who he is, one
//! device is given its name.

use crate::lan::{Mac, ethernet, padded};
use quaywatch_protocols::profinet::{
    ETHERTYPE, FrameId, Message, Selector, Service, ServiceType, push_block,
};
use std::net::Ipv4Addr;

/// The group of all devices that answer.
const DEVICES: Mac = [0x01, 0x0E, 0xCF, 0x00, 0x00, 0x00];
/// Siemens' number at PROFIBUS and PROFINET International.
pub const SIEMENS: u16 = 0x002A;
/// Everything may be told.
const ALL: Selector = Selector::new(0xFF, 0xFF);

/// Asks all devices who is called so.
#[must_use]
pub fn identify(from: Mac, xid: u32, name: &str) -> Vec<u8> {
    let mut blocks = Vec::new();
    push_block(&mut blocks, Selector::NAME_OF_STATION, None, name.as_bytes());
    frame(DEVICES, from, (FrameId::IDENTIFY, Service::IDENTIFY, ServiceType::REQUEST), (xid, 1), &blocks)
}

/// Asks everybody.
#[must_use]
pub fn ask_all(from: Mac, xid: u32) -> Vec<u8> {
    let mut blocks = Vec::new();
    push_block(&mut blocks, ALL, None, &[]);
    frame(DEVICES, from, (FrameId::IDENTIFY, Service::IDENTIFY, ServiceType::REQUEST), (xid, 0x80), &blocks)
}

/// A device of this vendor says who it is.
#[must_use]
pub fn tell(to: Mac, from: Mac, xid: u32, name: &str, ip: Ipv4Addr, vendor: u16) -> Vec<u8> {
    let mut blocks = Vec::new();
    let [high, low] = vendor.to_be_bytes();
    push_block(&mut blocks, Selector::DEVICE_OPTIONS, Some(0), &[2, 1, 2, 2, 2, 3, 2, 4, 1, 2]);
    push_block(&mut blocks, Selector::NAME_OF_STATION, Some(0), name.as_bytes());
    push_block(&mut blocks, Selector::DEVICE_ID, Some(0), &[high, low, 0x03, 0x01]);
    push_block(&mut blocks, Selector::DEVICE_ROLE, Some(0), &[1, 0]);
    // The address is set.
    push_block(&mut blocks, Selector::IP_PARAMETER, Some(1), &address(ip));
    let kind = (FrameId::IDENTIFY_RESPONSE, Service::IDENTIFY, ServiceType::RESPONSE);
    frame(to, from, kind, (xid, 0), &blocks)
}

/// A device is given its name and address, for good.
#[must_use]
pub fn set(to: Mac, from: Mac, xid: u32, name: &str, ip: Ipv4Addr) -> Vec<u8> {
    let mut blocks = Vec::new();
    push_block(&mut blocks, Selector::NAME_OF_STATION, Some(1), name.as_bytes());
    push_block(&mut blocks, Selector::IP_PARAMETER, Some(1), &address(ip));
    frame(to, from, (FrameId::GET_SET, Service::SET, ServiceType::REQUEST), (xid, 0), &blocks)
}

/// The device has taken both.
#[must_use]
pub fn taken(to: Mac, from: Mac, xid: u32) -> Vec<u8> {
    let mut blocks = Vec::new();
    for Selector { option, suboption } in [Selector::NAME_OF_STATION, Selector::IP_PARAMETER] {
        push_block(&mut blocks, Selector::RESPONSE, None, &[option, suboption, 0]);
    }
    frame(to, from, (FrameId::GET_SET, Service::SET, ServiceType::RESPONSE), (xid, 0), &blocks)
}

/// Address, mask and gateway: the network's first.
fn address(ip: Ipv4Addr) -> Vec<u8> {
    let [a, b, c, _] = ip.octets();
    [&ip.octets()[..], &[255, 255, 255, 0], &[a, b, c, 1]].concat()
}

fn frame(
    to: Mac,
    from: Mac,
    (frame_id, service, kind): (FrameId, Service, ServiceType),
    (xid, response_delay): (u32, u16),
    data: &[u8],
) -> Vec<u8> {
    let mut out = ethernet(to, from, ETHERTYPE).to_vec();
    Message { frame_id, service, kind, xid, response_delay, data }.encode(&mut out);
    padded(out)
}
