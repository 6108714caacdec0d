//! ARP: who has which IPv4 address.
//!
//! Standards: RFC 826 (ARP), RFC 903 (reverse ARP), RFC 5227 (probes and announcements).
//!
//! ```text
//! offset 0          2          4      5      6           8            14          18           24
//!        | hardware | protocol | hlen | plen | operation | sender MAC | sender IP | target MAC | target IP |
//!        |  00 01   |  08 00   |  06  |  04  |  u16 BE   |
//! ```
//!
//! What it tells: every message binds its sender's IP address to its sender's MAC address: requests, answers and
//! announcements nobody asked for (sender and target address are the same). A probe (RFC 5227 section 2.1.1) has no sender
//! address: it binds nothing and is told as the state of who sends it, because switches that track devices send
//! probes for the addresses of others. Repeated messages are told again: their times count for who looks for spoofing.
//! Whom a request asks for is noted, so that who asks for everybody shows.
//!
//! Not decoded: ARP for anything but IPv4 on addresses of six bytes; what follows the message (padding).
//!
//! Limits: none; a message has 28 bytes.

#[cfg(test)]
mod tests;

use crate::standalone::Standalone;
use crate::{Answer, Context, Probe, Protocol, Transport};
use quaywatch_model::{Address, Attribute, DataClass, Mac, Side, Subject, Topic, Value};
use quaywatch_wire::{ReadError, Reader};

/// The `EtherType` of ARP.
const ARP: u16 = 0x0806;
/// The `EtherType` of reverse ARP.
const RARP: u16 = 0x8035;
/// Ethernet, IPv4, and the lengths of their addresses (RFC 826).
const ETHERNET_IPV4: [u8; 6] = [0, 1, 8, 0, 6, 4];
/// Ethernet by its other number, IEEE 802 networks (RFC 5494, IANA).
const IEEE802_IPV4: [u8; 6] = [0, 6, 8, 0, 6, 4];
/// The last operation read: inverse ARP reply (RFC 2390).
const LAST_OPERATION: u16 = 9;

/// The protocol's descriptor.
pub static PROTOCOL: Protocol = Protocol {
    name: "arp",
    title: "ARP",
    transports: &[Transport::Ethernet(ARP), Transport::Ethernet(RARP)],
    ports: &[],
    probe,
    start: |_| Box::new(Standalone::new("arp", DataClass::Signalling, read).with_repeats()),
    decoded: "bindings of IPv4 and MAC addresses in requests, replies and announcements; whom requests ask for; probes",
    not_decoded: "other hardware than Ethernet and other protocols than IPv4",
};

/// The `EtherType` is ARP's alone; hardware, protocol and lengths must be those that are read.
fn probe(probe: &Probe<'_>) -> Answer {
    if Message::decode(probe.bytes).is_ok_and(|message| message.is_read()) {
        Answer::Certain
    } else {
        Answer::No
    }
}

/// A view of one message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Message {
    kind: [u8; 6],
    operation: u16,
    sender_mac: Mac,
    sender_ip: [u8; 4],
    target_ip: [u8; 4],
}

impl Message {
    fn decode(bytes: &[u8]) -> Result<Self, ReadError> {
        let mut reader = Reader::new(bytes);
        let kind = reader.array("hardware and protocol")?;
        let operation = reader.u16_be("operation")?;
        let sender_mac = Mac(reader.array("sender hardware address")?);
        let sender_ip = reader.array("sender protocol address")?;
        reader.skip(6, "target hardware address")?;
        Ok(Self {
            kind,
            operation,
            sender_mac,
            sender_ip,
            target_ip: reader.array("target protocol address")?,
        })
    }

    fn is_read(&self) -> bool {
        matches!(self.kind, ETHERNET_IPV4 | IEEE802_IPV4) && (1..=LAST_OPERATION).contains(&self.operation)
    }

    /// Requests have odd numbers, replies even ones.
    const fn is_request(&self) -> bool {
        self.operation % 2 == 1
    }
}

/// Whether this is the MAC address of a group.
fn is_group(address: Address) -> bool {
    let [.., first, _, _, _, _, _] = *address.bytes();
    address.ip().is_none() && first & 1 != 0
}

fn read(cx: &mut Context<'_>, from: Side, bytes: &[u8]) -> Result<Option<Side>, ReadError> {
    let message = Message::decode(bytes)?;
    if !message.is_read() {
        return Ok(None);
    }
    let Message { sender_mac, sender_ip, target_ip, .. } = message;
    if sender_mac != Mac::default() && !sender_mac.is_group() {
        if sender_ip != [0; 4] {
            cx.fact_of(Subject::Address(Address::v4(sender_ip)), Attribute::Mac, &sender_mac.to_string());
        } else if message.operation == 1 && target_ip != [0; 4] {
            let state = format!("probing for {}", Address::v4(target_ip));
            cx.fact_of(Subject::Address(Address::mac(sender_mac)), Attribute::State, &state);
        }
    }
    if message.operation == 1 && target_ip != [0; 4] && target_ip != sender_ip {
        cx.note(from, Topic::Request, Value::Shown(&Address::v4(target_ip)));
    }
    // Who announces itself to all was asked by nobody.
    let asks = message.is_request() || is_group(*from.other().of(&cx.addresses));
    Ok(Some(if asks { from } else { from.other() }))
}
