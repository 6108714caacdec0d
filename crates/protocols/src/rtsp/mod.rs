//! RTSP: how a camera's picture is asked for.
//!
//! Standards: *RFC 2326* (1998), sections 6 to 12; *RFC 7826* (2.0) as far as it is equal; session descriptions by
//! *RFC 4566*; authentication by *RFC 2617*.
//!
//! ```text
//! request   METHOD SP url SP RTSP/1.0 CRLF (header CRLF)* CRLF body of Content-Length bytes
//! answer    RTSP/1.0 SP status SP reason CRLF (header CRLF)* CRLF body
//! stream    24 channel u8 length u16 BE, so many bytes of RTP or RTCP
//! ```
//!
//! Answers carry their request's `CSeq`. Either side may ask; the client is who asks for a description, a set-up or to
//! play.
//!
//! # What is reported
//! - `DESCRIBE` is an `Identify`, `SETUP` an `OpenSession`, `PLAY` and `RECORD` a `Subscribe`, `TEARDOWN` a
//!   `CloseSession`, `GET_PARAMETER` a `Read`, `SET_PARAMETER` and `ANNOUNCE` a `Write`, each with its address. A request
//!   with credentials is an `Authenticate` too, once an answer shows what became of it.
//! - Server and User-Agent are facts; so is the name in a session description; who describes video of its own is a
//!   camera. Notes for the name that logs in, and for passwords in the clear (basic).
//! - The ports of `Transport` are expected as [RTP](crate::rtp). Interleaved RTP is video.
//!
//! Not decoded: RTSP in HTTP tunnels, the streams themselves.
//!
//! Limits: a message is at most [`wire::LONGEST_MESSAGE_BYTES`]; requests wait as in [`Pending`](crate::Pending).

mod login;
mod ops;
mod state;
mod wire;

#[cfg(test)]
mod tests;

use crate::{Framed, Protocol, Transport};

/// The protocol's descriptor.
pub(crate) static PROTOCOL: Protocol = Protocol {
    name: "rtsp",
    title: "RTSP",
    transports: &[Transport::Tcp],
    ports: &[554, 8554],
    probe: |probe| wire::begins(probe.bytes),
    start: |_| Box::new(Framed::new(state::Rtsp::default())),
    decoded: "all methods with their addresses and answers, log-ins, server and session description, the streams they \
              set up, interleaved or not",
    not_decoded: "RTSP in HTTP; what is in the streams",
};
