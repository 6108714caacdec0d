//! OPC UA: the binary encoding over TCP, from the connection's greeting to every service.
//!
//! Standards: OPC 10000-6 edition 1.05 (encoding: clause 5; secure conversation: 6.7; TCP: 7.1 and 7.2; ids:
//! annex A), OPC 10000-4 1.05 (services: clause 5), OPC 10000-7 (security policies), OPC 10000-11 (history).
//!
//! ```text
//! offset 0      3          4      8
//!        | type | C, F, A  | size | rest of the chunk; size counts from offset 0, all numbers little-endian
//!
//! HEL    8 version, receive buffer, send buffer, longest message, most chunks: u32 each; 28 endpoint URL
//! ACK    8 the same five numbers
//! ERR    8 status u32, 12 reason
//! RHE    8 server URI, endpoint URL
//! OPN    8 channel u32, 12 policy URI, sender's certificate, thumbprint of the receiver's | sequence header, body
//! MSG    8 channel u32, 12 token u32 | 16 sequence number u32, 20 request id u32, 24 body
//! CLO    as MSG
//! ```
//!
//! A message is one chunk `F`, or chunks `C` with an `F` at the end; `A` takes it back. Its body begins with a
//! node id, the message's type, then the header of requests (session token, time, handle, ...) or of responses
//! (time, handle, result, ...), then the fields of the service. Requests and responses are paired by request id.
//!
//! **Security.** Under policy None all is readable. Under any other policy `OPN` is encrypted, and with it the
//! mode: in Sign the messages are readable and end with a signature, in `SignAndEncrypt` all after offset 16 is
//! not. So the first message tells which it is, also where the opening was not captured. Messages that cannot be
//! read are told one by one as `Opaque` operations of the client without an answer, because nothing readable
//! says which answer is whose. Of certificates the subject's common name is told.
//!
//! **Secrets.** Session tokens and nonces are never told. Passwords and issued tokens are there but masked, in
//! `ActivateSession`, in values of their types, and in the arguments of the standard's methods that carry passwords or
//! keys. Whether the password was encrypted on the wire is told.
//!
//! **Roles.** `HEL` and requests come from clients; `ACK`, `RHE` and responses from servers. Ports decide only
//! where all that was captured is encrypted.
//!
//! **Judgements made here.** `Call` is a `Write`, because a method may do anything, except where all methods
//! called are of namespace 0 and known to do otherwise. Changes of the address space (`AddNodes` and its kin) are
//! `Write`: they change what the server offers, not a control program. `RegisterNodes` prepares access: `Browse`.
//! A request whose items were all turned down counts as refused, with the first item's code. `CLO` has no answer
//! on TCP and stays `unseen`; so do `Publish` requests that wait at the end, because waiting is their purpose.
//!
//! Log: `opcua_binary.log` of ICSNPP; those of the services are not written.
//!
//! Not decoded: encrypted messages; filters, the names of event fields, and view parameters; the inside of
//! structures that are not of the services themselves (told as type id and bytes); `QueryFirst`, `QueryNext`,
//! `TestStack` and `SessionlessInvoke` past their header; files that are moved by the methods of `FileType` objects
//! (told as `Call`, because their node ids are the server's own); OPC UA over HTTPS and WebSockets, `PubSub` (UADP),
//! the JSON and XML encodings.
//!
//! Limits: a chunk is at most [`wire::MAX_CHUNK_BYTES`], a message put together at most 4 MiB, eight of them per
//! conversation; structures at most [`codec::MAX_DEPTH`] deep, told eight deep, 65 536 values of an array told;
//! 16 384 monitored items remembered per conversation; [`Pending::LIMIT`](crate::Pending::LIMIT) requests wait.

pub mod builtin;
pub mod codec;
pub mod messages;
pub mod names;
pub mod service;
pub mod variant;
pub mod wire;

mod certificate;
mod channel;
mod handles;
mod items;
mod log;
mod methods;
mod ops;
mod parts;
mod show;
mod state;

#[cfg(test)]
mod tests;

use crate::{Framed, Protocol, Transport};

/// The name problems are filed under.
const LAYER: &str = "opcua";

/// The protocol's descriptor.
pub static PROTOCOL: Protocol = Protocol {
    name: LAYER,
    title: "OPC UA",
    transports: &[Transport::Tcp],
    ports: &[4840],
    probe: |probe| wire::begins(probe.bytes),
    start: |_| Box::new(Framed::new(state::OpcUa::default())),
    decoded: "all services with their nodes, values, users and status codes, secure channels, notifications, ICSNPP's opcua_binary.log",
    not_decoded: "messages encrypted in mode SignAndEncrypt (told as Opaque), vendor structures, PubSub",
};
