//! DHCP: who asks for an address, which one it gets, from whom, and what it is told to use.
//!
//! Standards: RFC 2131 (messages), RFC 2132 (options), RFC 3046 (relay agents), RFC 4702 (client FQDN). UDP ports 67 and 68.
//!
//! ```text
//! offset 0    1       2      3      4     8      10      12       16       20       24       28       44      108    236      240
//!        | op | htype | hlen | hops | xid | secs | flags | ciaddr | yiaddr | siaddr | giaddr | chaddr | sname | file | cookie | options
//!        |1, 2|                                                                      | relay  | 16 bytes               |63825363|
//! option | code: u8 | length: u8 | value |    0 pads, 255 ends
//! ```
//!
//! What it tells of the client, by its MAC address: host name (12) and FQDN (81), vendor class (60) and the list of parameters it asks
//! for (55, a fingerprint of its software), both as `capability`; with the acknowledgement the address it got, network, gateway, name
//! and time servers; the switch port a relay adds (82.1). Of servers: who gives addresses (54), and that gateways, name
//! and time servers that are offered are such. An offer binds nothing, because the client may not take it.
//!
//! Not decoded: boot files, vendor information (43), static routes, lease times, authentication; BOOTP without options.
//!
//! Limits: `MOST_OPTIONS` of a message, `MOST_SERVERS` of one option; an option cut in two (RFC 3396) is read as two.

mod facts;

#[cfg(test)]
mod tests;

use crate::standalone::Standalone;
use crate::{Answer, Probe, Protocol, Transport};
use quaywatch_model::DataClass;
use quaywatch_wire::{ReadError, Reader};

/// The registered ports of server and client.
const PORTS: [u16; 2] = [67, 68];
/// What the options begin with (RFC 1497).
const COOKIE: [u8; 4] = [0x63, 0x82, 0x53, 0x63];
/// A message has some twenty.
const MOST_OPTIONS: usize = 128;

/// The protocol's descriptor.
pub static PROTOCOL: Protocol = Protocol {
    name: "dhcp",
    title: "DHCP",
    transports: &[Transport::Udp],
    ports: &PORTS,
    probe,
    start: |_| Box::new(Standalone::new("dhcp", DataClass::Signalling, facts::read)),
    decoded: "client MAC, address, names, vendor class, parameter list; server, relay, switch port; gateways, name and \
              time servers given",
    not_decoded: "boot files, vendor information, routes, lease times; BOOTP without options",
};

/// The cookie, an operation, and a hardware address that fits: 48 bits and more that are seldom chance.
fn probe(probe: &Probe<'_>) -> Answer {
    let known = Message::decode(probe.bytes).is_ok_and(|message| message.kind().is_some());
    if known { Answer::Certain } else { Answer::No }
}

/// What a message is for (option 53). Open.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Kind(u8);

impl Kind {
    const ACK: Self = Self(5);
    /// Of RFC 6926, bulk lease query.
    const LAST: u8 = 18;
}

/// Option codes that are read.
mod code {
    pub(super) const SUBNET_MASK: u8 = 1;
    pub(super) const ROUTERS: u8 = 3;
    pub(super) const NAME_SERVERS: u8 = 6;
    pub(super) const HOST_NAME: u8 = 12;
    pub(super) const TIME_SERVERS: u8 = 42;
    pub(super) const MESSAGE_TYPE: u8 = 53;
    pub(super) const SERVER: u8 = 54;
    pub(super) const PARAMETERS: u8 = 55;
    pub(super) const VENDOR_CLASS: u8 = 60;
    pub(super) const FQDN: u8 = 81;
    pub(super) const RELAY: u8 = 82;
}

/// A view of one message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Message<'a> {
    operation: u8,
    hardware: u8,
    hardware_length: u8,
    client: [u8; 4],
    yours: [u8; 4],
    relay: [u8; 4],
    mac: [u8; 6],
    options: &'a [u8],
}

impl<'a> Message<'a> {
    fn decode(bytes: &'a [u8]) -> Result<Self, ReadError> {
        let mut reader = Reader::new(bytes);
        let [operation, hardware, hardware_length, hops] = reader.array("op, htype, hlen, hops")?;
        reader.skip(8, "xid, secs, flags")?;
        let client = reader.array("ciaddr")?;
        let yours = reader.array("yiaddr")?;
        reader.skip(4, "siaddr")?;
        let relay = reader.array("giaddr")?;
        let mac = reader.array("chaddr")?;
        reader.skip(10 + 64 + 128, "chaddr, sname, file")?;
        let cookie: [u8; 4] = reader.array("magic cookie")?;
        if cookie != COOKIE || !matches!(operation, 1 | 2) || hardware_length > 16 || hops > 16 {
            return Err(ReadError { field: "magic cookie", offset: 236, needed: 4, left: reader.len() });
        }
        Ok(Self { operation, hardware, hardware_length, client, yours, relay, mac, options: reader.rest() })
    }

    /// The options, as far as they can be read.
    fn options(&self) -> impl Iterator<Item = (u8, &'a [u8])> + use<'a> {
        let mut reader = Reader::new(self.options);
        std::iter::from_fn(move || {
            loop {
                match reader.u8("option code").ok()? {
                    0 => {}
                    255 => return None,
                    code => {
                        let length = reader.u8("option length").ok()?;
                        return Some((code, reader.take(length.into(), "option").ok()?));
                    }
                }
            }
        })
        .take(MOST_OPTIONS)
    }

    fn option(&self, code: u8) -> Option<&'a [u8]> {
        self.options().find(|(found, _)| *found == code).map(|(_, value)| value)
    }

    fn kind(&self) -> Option<Kind> {
        let kind = self.option(code::MESSAGE_TYPE)?.first()?;
        (1..=Kind::LAST).contains(kind).then_some(Kind(*kind))
    }
}
