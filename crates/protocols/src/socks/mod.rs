//! SOCKS: connections through a proxy that carries whatever is spoken in them.
//!
//! Standards: RFC 1928 (version 5), RFC 1929 (user name and password), and the memos "SOCKS: A protocol for TCP proxy across
//! firewalls" (version 4) and "SOCKS 4A".
//!
//! ```text
//! version 5   greeting  5 | n u8 | methods u8[n]                       answer  5 | method u8
//!             log-in    1 | n u8 | user | n u8 | password              answer  1 | status u8
//!             request   5 | command u8 | 0 | type u8 | address | port u16 BE
//!             reply     5 | reply u8   | 0 | type u8 | address | port u16 BE
//! version 4   request   4 | command u8 | port u16 BE | address u8[4] | user 0 [| name 0]
//!             reply     0 | reply u8   | port u16 BE | address u8[4]
//! ```
//!
//! A log-in authenticates; CONNECT, BIND and UDP ASSOCIATE open a session, with the target and the proxy's reply. Notes: the
//! version, who logs in, that a password was sent in clear, the name that is asked for. What follows is recognised anew,
//! as after HTTP's CONNECT; the conversation is still one of SOCKS.
//!
//! Not decoded: methods other than none and user name with password, and what follows them; the datagrams of UDP
//! ASSOCIATE.
//!
//! Limits: [`state::MOST_HELD_BYTES`] of a side before the proxy has replied.

mod state;
#[cfg(test)]
mod tests;
mod wire;

use crate::{Answer, Probe, Protocol, Transport};

/// The protocol's descriptor.
pub(crate) static PROTOCOL: Protocol = Protocol {
    name: "socks",
    title: "SOCKS 4, 4a and 5",
    transports: &[Transport::Tcp],
    ports: &[1080],
    probe,
    start: |_| Box::new(state::Socks::default()),
    decoded: "methods, log-ins with user name, requests with their targets and replies; what follows is recognised anew",
    not_decoded: "methods such as GSSAPI and what follows them; datagrams of UDP ASSOCIATE",
};

/// Greeting and choice, or a request and its reply, together are certain; one alone is a few bytes that chance may give.
fn probe(probe: &Probe<'_>) -> Answer {
    wire::recognise(probe.bytes, probe.answer)
}
