//! ICMP: who is a router, who redirects whom, and what pings carry.
//!
//! Standards: RFC 792 (ICMP), RFC 950 (address masks), RFC 1256 (router discovery).
//!
//! The flow table gives the bytes behind the checksum, and type and code as ports: the port of who sends is the message's
//! type.
//!
//! ```text
//! echo (8, 0)        | identifier: u16 | sequence: u16 | data |
//! redirect (5)       | router: 4 bytes | the redirected packet's head |
//! router (9)         | count | entry size: 2 | lifetime: u16 | count times: address, preference |
//! mask reply (18)    | identifier | sequence | mask: 4 bytes |
//! ```
//!
//! What it tells: the router a host is redirected to; routers that announce themselves; and the data of echo requests and
//! answers as content, so that a tunnel in them can be seen. What pings are filled with, a timestamp and a counting or
//! constant pattern, is told as signalling, everything else as unknown.
//!
//! Not decoded: unreachable, time exceeded and other errors; timestamps; mobile IP; extended echo.
//!
//! Limits: `MOST_ROUTERS` of one announcement.

#[cfg(test)]
mod tests;

use crate::{Answer, Context, Conversation, Protocol, Transport};
use quaywatch_model::{Address, Attribute, Content, DataClass, Role, Side, Subject, Verdict};
use quaywatch_wire::{ReadError, Reader};

/// The protocol's descriptor.
pub static PROTOCOL: Protocol = Protocol {
    name: "icmp",
    title: "ICMP",
    transports: &[Transport::Icmp],
    ports: &[],
    probe: |_| Answer::Certain,
    start: |_| Box::new(Messages { name: "icmp", echo: [ECHO_REPLY, ECHO], read }),
    decoded: "redirects, router announcements, content of echo requests and replies",
    not_decoded: "errors, timestamps, extended echo",
};

const ECHO_REPLY: u16 = 0;
const REDIRECT: u16 = 5;
const ECHO: u16 = 8;
const ROUTER_ADVERTISEMENT: u16 = 9;
/// A link has a handful of routers.
const MOST_ROUTERS: usize = 16;
/// Pings begin with a timestamp, at most this long (two numbers of eight bytes), before their pattern.
const LONGEST_TIMESTAMP_BYTES: usize = 16;

/// ICMP messages of one pair of types, of either version.
pub(crate) struct Messages {
    pub(crate) name: &'static str,
    /// The types of an echo's reply and request.
    pub(crate) echo: [u16; 2],
    /// Reads a message of another type.
    pub(crate) read: fn(&mut Context<'_>, Side, u16, &[u8]) -> Result<(), ReadError>,
}

impl Conversation for Messages {
    fn data(&mut self, cx: &mut Context<'_>, from: Side, bytes: &[u8]) {
        let kind = *from.of(&cx.ports);
        if self.echo.contains(&kind) {
            return echo(cx, from, bytes);
        }
        if (self.read)(cx, from, kind, bytes).is_err() {
            let reason = "message shorter than it says";
            cx.problem(self.name, reason, Verdict::Malformed, bytes.len() as u64);
        }
    }

    fn gap(&mut self, cx: &mut Context<'_>, _: Side, bytes: u64) {
        if bytes > 0 {
            cx.problem(self.name, "message not captured as a whole", Verdict::Incomplete, bytes);
        }
    }

    fn end(&mut self, _: &mut Context<'_>) {}

    fn protocol(&self) -> &'static str {
        self.name
    }

    fn client(&self) -> Option<Side> {
        None
    }

    fn carries(&self) -> DataClass {
        DataClass::Signalling
    }
}

/// What an echo carries behind identifier and sequence number.
fn echo(cx: &mut Context<'_>, from: Side, bytes: &[u8]) {
    let Some(data) = bytes.get(4..).filter(|data| !data.is_empty()) else { return };
    if is_filler(data) {
        return cx.carried(from, DataClass::Signalling, data.len() as u64);
    }
    let wire_bytes = data.len() as u64;
    cx.content(&Content { from, class: DataClass::Unknown, wire_bytes, bytes: data, ends: true });
}

/// Whether this is what ping fills its messages with: behind a timestamp or at once, a constant, a count, or the
/// alphabet to `w` over and over (Windows).
fn is_filler(data: &[u8]) -> bool {
    let follows = |pair: &[u8]| match pair {
        [b'w', next] => matches!(next, b'a' | b'x' | b'w'),
        [one, next] => *next == one.wrapping_add(1) || next == one,
        _ => true,
    };
    let is_pattern = |data: &[u8]| data.windows(2).all(follows);
    is_pattern(data)
        || [8, LONGEST_TIMESTAMP_BYTES].iter().any(|&stamp| data.get(stamp..).is_some_and(is_pattern))
}

fn read(cx: &mut Context<'_>, from: Side, kind: u16, bytes: &[u8]) -> Result<(), ReadError> {
    let mut reader = Reader::new(bytes);
    match kind {
        REDIRECT => {
            let router = Address::v4(reader.array("gateway address")?);
            cx.fact(from, Attribute::Role, Role::Router.as_str());
            cx.fact(from.other(), Attribute::Gateway, &router.to_string());
            cx.fact_of(Subject::Address(router), Attribute::Role, Role::Router.as_str());
        }
        ROUTER_ADVERTISEMENT => {
            let count = usize::from(reader.u8("number of addresses")?);
            reader.skip(3, "entry size and lifetime")?;
            cx.fact(from, Attribute::Capability, "router advertisement");
            cx.fact(from, Attribute::Role, Role::Router.as_str());
            for _ in 0..count.min(MOST_ROUTERS) {
                let router = Address::v4(reader.array("router address")?);
                reader.skip(4, "preference level")?;
                cx.fact_of(Subject::Address(router), Attribute::Role, Role::Router.as_str());
            }
        }
        _ => {}
    }
    Ok(())
}
