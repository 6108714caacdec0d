//! SIP: calls and registrations of telephones and intercoms, and the media they announce.
//!
//! Standards: RFC 3261 (SIP), RFC 4566 (session descriptions), RFC 3428 (MESSAGE).
//!
//! ```text
//! METHOD SP uri SP SIP/2.0 CRLF           SIP/2.0 SP status SP reason CRLF
//! *( name: value CRLF ) CRLF body         *( name: value CRLF ) CRLF body
//! ```
//!
//! A request with its final answer, paired by Call-ID and CSeq, is an operation: INVITE opens a session, BYE closes it,
//! REGISTER authenticates, OPTIONS identifies. Streams of media that a session description names are expected as RTP
//! where there is a decoder of this name.
//!
//! Not decoded: provisional answers and ACK, which belong to an INVITE; bodies other than messages; compact forms of
//! fields but those that are used; SIP over WebSocket.
//!
//! Limits: a message of [`wire::MAX_MESSAGE_BYTES`], [`wire::MOST_MEDIA`] media of a description.

mod state;
#[cfg(test)]
mod tests;
mod wire;

use crate::{Answer, Framed, Probe, Protocol, Transport};

/// The protocol's descriptor.
pub(crate) static PROTOCOL: Protocol = Protocol {
    name: "sip",
    title: "SIP",
    transports: &[Transport::Udp, Transport::Tcp],
    ports: &[5060],
    probe,
    start: |probe| match probe.transport {
        Transport::Udp => Box::new(state::Datagrams::default()),
        _ => Box::new(Framed::new(state::Sip::default())),
    },
    decoded: "requests with their final answers, software, users of digest authentication, announced media",
    not_decoded: "provisional answers; bodies other than messages and session descriptions",
};

/// A whole first line of SIP is certain; a datagram has it whole.
fn probe(probe: &Probe<'_>) -> Answer {
    match wire::starts(probe.bytes) {
        Answer::Unsure if probe.transport == Transport::Udp => Answer::No,
        answer => answer,
    }
}
