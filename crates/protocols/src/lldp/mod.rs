//! LLDP: what a device says of itself and of the port it sends through, to whoever is plugged in there.
//!
//! Standards: IEEE 802.1AB-2016 (the basic TLVs, clause 8; "clause" below is of it), annex D of IEEE 802.1Q-2018
//! (OUI 00-80-C2), ANSI/TIA-1057 (media endpoints, 00-12-BB), IEC 61158-6-10 clause 4.11 (PROFINET, 00-0E-CF).
//!
//! ```text
//! TLV  bit 0      7        16
//!      | type:7 | length:9 | value: `length` bytes |      0 ends; first chassis (1), port (2), time to live (3)
//! 127  | OUI: 3 bytes | subtype: u8 | its own |
//! ```
//!
//! What it tells of the sender: system name and description, management addresses, the chassis' MAC address, what it can
//! do and which of that is enabled, the port it sent through with its VLAN (as `neighbour_port`: it is the port
//! that whoever hears this is plugged into), maker, product, serial number and versions from media endpoints.
//! A bridge or router that is not also a station is told as a switch or router by its role.
//!
//! Not decoded: time to live, MAC and PHY state and power (802.3), DCB, network policies, and of PROFINET's everything
//! but the chassis address and the MRP domain it is in.
//!
//! Limits: `MOST_TLVS` are read; a frame has no more room for useful ones.

mod tlv;

#[cfg(test)]
mod tests;

use crate::standalone::Standalone;
use crate::{Answer, Probe, Protocol, Transport};
use quaywatch_model::DataClass;

/// The `EtherType` of LLDP.
const ETHERTYPE: u16 = 0x88cc;

/// The protocol's descriptor.
pub static PROTOCOL: Protocol = Protocol {
    name: "lldp",
    title: "LLDP",
    transports: &[Transport::Ethernet(ETHERTYPE)],
    ports: &[],
    probe,
    start: |_| Box::new(Standalone::new("lldp", DataClass::MachineIdentity, tlv::read)),
    decoded: "chassis, port, names, description, capabilities, management addresses, port VLAN, media endpoint \
              inventory, PROFINET chassis address",
    not_decoded: "link state, power, DCB and network policies",
};

/// The `EtherType` is LLDP's alone; the three TLVs that must come first, in their order, make it certain.
fn probe(probe: &Probe<'_>) -> Answer {
    if tlv::begins(probe.bytes) { Answer::Certain } else { Answer::No }
}
