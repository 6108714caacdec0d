//! AnyDesk: remote control over TLS of its own kind, through its maker's relays or directly.
//!
//! Source: RFC 7301 for where the sign stands; what AnyDesk puts there was read off captures.
//!
//! ```text
//! | 16 03 | version | length | 01 ClientHello ... extension 00 10: | 00 10 | length u16 | list u16 | n u8 | anydesk/6.2.0/linux |
//! ```
//!
//! Its client hello asks for a protocol (ALPN) `anydesk/` with version and system. In TLS 1.2 the certificates name
//! `AnyDesk Client` and `AnyNet Relay`.
//!
//! Not decoded: what is said; it is encrypted. Versions that do not ask for this protocol are TLS like any other.
//!
//! Limits: a client hello is looked at as far as it lies in one segment, 4 KiB at most.

#[cfg(test)]
mod tests;

use crate::{Answer, Context, Conversation, Probe, Protocol, Transport};
use quaywatch_model::{Attribute, DataClass, Side, Topic, Value};

/// The protocol's descriptor.
pub(crate) static PROTOCOL: Protocol = Protocol {
    name: "anydesk",
    title: "AnyDesk",
    transports: &[Transport::Tcp],
    ports: &[7070, 6568],
    probe,
    start: |_| Box::new(Anydesk::default()),
    decoded: "that it is there, and its version",
    not_decoded: "what is said; it is encrypted",
};

/// A client hello is looked for within so many bytes.
const MOST_LOOKED_AT_BYTES: usize = 4096;

/// The protocol that a client hello asks for, if it is AnyDesk's.
fn asked_for(bytes: &[u8]) -> Option<&str> {
    let [0x16, 3, 0..=4, _, _, 1, hello @ ..] = bytes else { return None };
    let hello = hello.get(..MOST_LOOKED_AT_BYTES).unwrap_or(hello);
    let at = memchr::memmem::find(hello, b"anydesk/")?;
    // What stands before it: the extension's number, its length, the list's, and the name's.
    let (_, &[0, 0x10, _, _, _, _, length]) = hello.get(..at)?.split_last_chunk::<7>()? else { return None };
    let name = hello.get(at..)?.get(..length.into())?;
    str::from_utf8(name).ok().filter(|name| name.bytes().all(|byte| byte.is_ascii_graphic()))
}

fn probe(probe: &Probe<'_>) -> Answer {
    if asked_for(probe.bytes).is_some() { Answer::Certain } else { Answer::No }
}

#[derive(Debug, Default)]
struct Anydesk {
    client: Option<Side>,
}

impl Conversation for Anydesk {
    fn data(&mut self, cx: &mut Context<'_>, from: Side, bytes: &[u8]) {
        if self.client.is_none()
            && let Some(name) = asked_for(bytes)
        {
            self.client = Some(from);
            cx.note(from, Topic::Service, Value::Text("AnyDesk"));
            cx.note(from, Topic::Alpn, Value::Text(name));
            cx.note(from, Topic::Software, Value::Text(name));
            cx.note(from, Topic::Protection, Value::Text("encrypted"));
            cx.fact(from, Attribute::Software, name);
        }
    }

    fn gap(&mut self, _: &mut Context<'_>, _: Side, _: u64) {}

    fn end(&mut self, _: &mut Context<'_>) {}

    fn protocol(&self) -> &'static str {
        "anydesk"
    }

    fn client(&self) -> Option<Side> {
        self.client
    }

    fn carries(&self) -> DataClass {
        DataClass::Encrypted
    }
}
