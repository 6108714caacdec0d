//! STP, RSTP and MSTP: which switches there are, which of them is the root, and when the topology changes.
//!
//! Standards: IEEE 802.1D-2004 clause 9 (BPDUs), IEEE 802.1Q-2018 clause 14 (MSTP). Cisco's per-VLAN trees (PVST+) are the
//! same BPDUs in SNAP with protocol 0x010B.
//!
//! ```text
//! offset 0          3             5         6      7       8         16     20          28     30    32    34    36
//!        | 42 42 03 | protocol ID | version | type | flags | root ID | cost | bridge ID | port | age | max | hello | delay
//!        |   LLC    |   00 00     | 0, 2, 3 |  u8  |  u8   | 8 bytes | u32  |  8 bytes  | u16  | in 1/256 s
//! ```
//!
//! A bridge ID is a priority (4 bits), an extension (12 bits: the VLAN) and a MAC address. What it tells of the sender: that it
//! is a switch, its bridge MAC address, whether it is the root of the tree and else which bridge is, and a topology change, once
//! for each time the flag or notification comes up. Repeated BPDUs are not read again.
//!
//! Not decoded: the configuration id and the instances of MSTP, timers, port roles and states.
//!
//! Limits: none; what is read has a fixed length.

#[cfg(test)]
mod tests;

use crate::standalone::Standalone;
use crate::{Answer, Context, Probe, Protocol, Transport};
use quaywatch_model::{Address, Attribute, DataClass, Mac, Role, Side, Subject};
use quaywatch_wire::{ReadError, Reader};

/// The service access points of spanning tree, 0x42 for both.
const LLC: u16 = 0x4242;
/// The protocol number of PVST+ behind Cisco's organisation code in SNAP.
const PVST: u16 = 0x010b;
/// Service access points and control, where they stand in the bytes.
const LLC_HEADER: [u8; 3] = [0x42, 0x42, 0x03];
/// The BPDU that only notifies of a topology change.
const TOPOLOGY_CHANGE_NOTIFICATION: u8 = 0x80;
/// The flag of a topology change.
const TOPOLOGY_CHANGE: u8 = 0x01;

/// The protocol's descriptor.
pub static PROTOCOL: Protocol = Protocol {
    name: "stp",
    title: "STP, RSTP, MSTP, PVST+",
    transports: &[Transport::Ethernet(LLC), Transport::Ethernet(PVST)],
    ports: &[],
    probe,
    start: |_| Box::new(Standalone::new("stp", DataClass::Signalling, read)),
    decoded: "bridge, root, path cost, topology changes",
    not_decoded: "MSTP instances, timers, port roles and states",
};

/// Protocol id 0 and a version and type that belong together.
fn probe(probe: &Probe<'_>) -> Answer {
    if Bpdu::decode(probe.bytes).is_ok_and(|bpdu| bpdu.is_known()) { Answer::Certain } else { Answer::No }
}

/// A bridge: priority with extension, and MAC address.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Bridge {
    priority: u16,
    mac: Mac,
}

impl Bridge {
    fn decode(reader: &mut Reader<'_>) -> Result<Self, ReadError> {
        Ok(Self { priority: reader.u16_be("bridge priority")?, mac: Mac(reader.array("bridge address")?) })
    }
}

/// What a configuration BPDU says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Configuration {
    flags: u8,
    root: Bridge,
    cost: u32,
    bridge: Bridge,
}

/// A view of one BPDU.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Bpdu {
    protocol: u16,
    version: u8,
    kind: u8,
    configuration: Option<Configuration>,
}

impl Bpdu {
    fn decode(bytes: &[u8]) -> Result<Self, ReadError> {
        let mut reader = Reader::new(bytes.strip_prefix(&LLC_HEADER).unwrap_or(bytes));
        let protocol = reader.u16_be("protocol identifier")?;
        let version = reader.u8("protocol version")?;
        let kind = reader.u8("BPDU type")?;
        let configuration = if kind == TOPOLOGY_CHANGE_NOTIFICATION {
            None
        } else {
            let flags = reader.u8("flags")?;
            let root = Bridge::decode(&mut reader)?;
            let cost = reader.u32_be("root path cost")?;
            let bridge = Bridge::decode(&mut reader)?;
            reader.skip(10, "port and timers")?;
            Some(Configuration { flags, root, cost, bridge })
        };
        Ok(Self { protocol, version, kind, configuration })
    }

    const fn is_known(&self) -> bool {
        let pair = matches!((self.version, self.kind), (0, 0 | TOPOLOGY_CHANGE_NOTIFICATION) | (2..=4, 2));
        self.protocol == 0 && pair
    }
}

fn read(cx: &mut Context<'_>, from: Side, bytes: &[u8]) -> Result<Option<Side>, ReadError> {
    let bpdu = Bpdu::decode(bytes)?;
    if !bpdu.is_known() {
        return Ok(None);
    }
    cx.fact(from, Attribute::Role, Role::Switch.as_str());
    let Some(Configuration { flags, root, cost, bridge }) = bpdu.configuration else {
        cx.fact(from, Attribute::State, "spanning tree topology change");
        return Ok(Some(from));
    };
    cx.fact(from, Attribute::Mac, &bridge.mac.to_string());
    if bridge == root {
        cx.fact(from, Attribute::State, &format!("spanning tree root, priority {}", root.priority));
    } else {
        let Bridge { priority, mac } = root;
        cx.fact(from, Attribute::State, &format!("spanning tree below root {priority}/{mac}, cost {cost}"));
        cx.fact_of(Subject::Address(Address::mac(mac)), Attribute::Role, Role::Switch.as_str());
    }
    if flags & TOPOLOGY_CHANGE != 0 {
        cx.fact(from, Attribute::State, "spanning tree topology change");
    }
    Ok(Some(from))
}
