//! HSRP: which Cisco routers stand in for which address.
//!
//! Standards: RFC 2281 (version 1); version 2 as Cisco documents it. UDP port 1985 (2029 for IPv6), to 224.0.0.2 or .102.
//!
//! ```text
//! v1  offset 0         1        2       3       4      5          6       7   8                16
//!            | 0       | opcode | state | hello | hold | priority | group | 0 | authentication | virtual IP |
//! v2  TLVs, u8 type and u8 length. 1, 40 bytes:
//!     offset 2         3        4       5            6       8            14         18      22     26
//!            | 2       | opcode | state | IP version | group | identifier | priority | hello | hold | virtual IP: 16 |
//!     3: text authentication, 8 bytes
//! ```
//!
//! What it tells: the sender is a router, its group, priority and state; the virtual address and, from the active router, its MAC
//! address. Authentication in clear is noted; `cisco`, which is the default, by name.
//!
//! Not decoded: timers, MD5 authentication, interface state; GLBP.
//!
//! Limits: `MOST_TLVS` of a message.

#[cfg(test)]
mod tests;

use crate::standalone::Standalone;
use crate::{Answer, Context, Probe, Protocol, Transport};
use quaywatch_model::{Address, Attribute, DataClass, Mac, Role, Side, Subject, Topic, Value};
use quaywatch_wire::{ReadError, Reader};

/// Version 1 and 2 for IPv4.
const PORT: u16 = 1985;
/// Version 2 for IPv6.
const PORT_V6: u16 = 2029;
/// A message of version 1 is this long.
const V1_BYTES: usize = 20;
/// The group state TLV of version 2.
const GROUP_STATE: u8 = 1;
const GROUP_STATE_BYTES: usize = 40;
/// The text authentication TLV of version 2.
const TEXT_AUTHENTICATION: u8 = 3;
/// A message has one group state and one authentication.
const MOST_TLVS: usize = 8;
/// What the authentication is where nobody chose one (RFC 2281 section 5.1).
const DEFAULT_AUTHENTICATION: [u8; 8] = *b"cisco\0\0\0";
/// The state of the router that answers for the virtual address: version 1, version 2.
const ACTIVE: [u8; 2] = [16, 6];

/// The protocol's descriptor.
pub static PROTOCOL: Protocol = Protocol {
    name: "hsrp",
    title: "HSRP",
    transports: &[Transport::Udp],
    ports: &[PORT, PORT_V6],
    probe,
    start: |_| Box::new(Standalone::new("hsrp", DataClass::Signalling, read)),
    decoded: "group, priority, state, virtual address, authentication in clear",
    not_decoded: "timers, MD5 authentication, GLBP",
};

/// Length, version, opcode and state; off the ports version 1 must also bear the default authentication.
fn probe(probe: &Probe<'_>) -> Answer {
    let known = Message::decode(probe.bytes).is_ok_and(|message| {
        let at_home = probe.on_port(PORT) || probe.on_port(PORT_V6);
        message.version == 2 || at_home || message.authentication == Some(DEFAULT_AUTHENTICATION)
    });
    if known { Answer::Certain } else { Answer::No }
}

/// What a message says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Message {
    version: u8,
    state: u8,
    group: u16,
    priority: u32,
    authentication: Option<[u8; 8]>,
    address: Option<Address>,
    mac: Mac,
}

impl Message {
    fn decode(bytes: &[u8]) -> Result<Self, ReadError> {
        match bytes {
            [0, ..] => Self::version_1(bytes),
            _ => Self::version_2(bytes),
        }
    }

    fn version_1(bytes: &[u8]) -> Result<Self, ReadError> {
        let mut reader = Reader::new(bytes);
        let [version, opcode, state, hello, hold, priority, group, reserved] = reader.array("header")?;
        let authentication = Some(reader.array("authentication data")?);
        let address = Address::v4(reader.array("virtual IP address")?);
        let sane = version == 0
            && opcode <= 2
            && matches!(state, 0 | 1 | 2 | 4 | 8 | 16)
            && hold > hello
            && reserved == 0;
        if !sane || bytes.len() != V1_BYTES {
            return Err(ReadError { field: "header", offset: 0, needed: V1_BYTES, left: bytes.len() });
        }
        Ok(Self {
            version: 1,
            state,
            group: group.into(),
            priority: priority.into(),
            authentication,
            address: Some(address).filter(|&address| address != Address::v4([0; 4])),
            mac: Mac([0, 0, 0x0c, 0x07, 0xac, group]),
        })
    }

    fn version_2(bytes: &[u8]) -> Result<Self, ReadError> {
        let mut reader = Reader::new(bytes);
        let mut authentication = None;
        let mut message = None;
        for _ in 0..MOST_TLVS {
            if reader.is_empty() {
                break;
            }
            let kind = reader.u8("TLV type")?;
            let length = reader.u8("TLV length")?;
            let mut value = reader.sub(length.into(), "TLV value")?;
            match kind {
                GROUP_STATE if value.len() == GROUP_STATE_BYTES => message = Some(Self::group_state(value)?),
                TEXT_AUTHENTICATION => authentication = value.array("text authentication").ok(),
                _ => {}
            }
        }
        let missing =
            ReadError { field: "group state", offset: 0, needed: GROUP_STATE_BYTES, left: bytes.len() };
        Ok(Self { authentication, ..message.ok_or(missing)? })
    }

    fn group_state(mut value: Reader<'_>) -> Result<Self, ReadError> {
        let [version, opcode, state, family] = value.array("version, opcode, state, IP version")?;
        let group = value.u16_be("group")?;
        value.skip(6, "identifier")?;
        let priority = value.u32_be("priority")?;
        value.skip(8, "timers")?;
        let virtual_ip: [u8; 16] = value.array("virtual IP address")?;
        if version != 2 || opcode > 2 || state > 6 || group > 0x0fff || !matches!(family, 4 | 6) {
            return Err(ReadError { field: "group state", offset: 2, needed: 0, left: 0 });
        }
        let [a, b, c, d, ..] = virtual_ip;
        let (address, mac) = if family == 4 {
            (Address::v4([a, b, c, d]), [0, 0, 0x0c, 0x9f, 0xf0 | (group >> 8) as u8, group as u8])
        } else {
            (Address::v6(virtual_ip), [0, 0x05, 0x73, 0xa0, (group >> 8) as u8, group as u8])
        };
        let address = Some(address).filter(|address| address.ip().is_some_and(|ip| !ip.is_unspecified()));
        Ok(Self { version, state, group, priority, authentication: None, address, mac: Mac(mac) })
    }

    fn is_active(&self) -> bool {
        let [v1, v2] = ACTIVE;
        self.state == if self.version == 1 { v1 } else { v2 }
    }
}

fn read(cx: &mut Context<'_>, from: Side, bytes: &[u8]) -> Result<Option<Side>, ReadError> {
    let message = Message::decode(bytes)?;
    let Message { group, priority, authentication, .. } = message;
    let state = if message.is_active() { "active" } else { "not active" };
    cx.fact(from, Attribute::Role, Role::Router.as_str());
    cx.fact(from, Attribute::State, &format!("hsrp group {group}, priority {priority}, {state}"));
    if let Some(address) = message.address {
        cx.fact_of(Subject::Address(address), Attribute::Role, Role::Router.as_str());
        if message.is_active() {
            cx.fact_of(Subject::Address(address), Attribute::Mac, &message.mac.to_string());
        }
    }
    match authentication {
        Some(DEFAULT_AUTHENTICATION) => cx.note(from, Topic::DefaultSecret, Value::Text("hsrp cisco")),
        Some(text) if text != [0; 8] => cx.note(from, Topic::ClearSecret, Value::Secret),
        _ => {}
    }
    Ok(Some(from))
}
