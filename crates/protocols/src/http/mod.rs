//! HTTP/1: requests to web servers of devices and to services, with their answers, and what is moved with them.
//!
//! Standards: RFC 9110 (semantics), RFC 9112 (HTTP/1.1), RFC 7578 (uploads of forms), RFC 7617 and 7616 (basic and
//! digest authentication), RFC 6266 (file names), RFC 6455 (WebSocket).
//!
//! ```text
//! METHOD SP target SP HTTP/1.x CRLF       HTTP/1.x SP status SP reason CRLF
//! *( name: value CRLF ) CRLF              *( name: value CRLF ) CRLF
//! body: Content-Length, chunked, or to the end of the connection
//! ```
//!
//! A request with its answer is an operation: GET and HEAD read, POST, PUT, PATCH and DELETE write, an upload of
//! firmware updates firmware; the target is the item, without the values of parameters that are secrets. Files in
//! either direction are transfers, decompressed. Bodies and targets are told as content, forms without their bytes. Notes: the host,
//! the software, who logs in and how, and that a password was sent in clear. After CONNECT and upgrades what follows is
//! recognised anew or read as WebSocket. A line of `http.log` an exchange.
//!
//! Not decoded: HTTP/2 and HTTP/3; brotli and zstd; WebSocket extensions; ranges are not put together.
//!
//! Limits: a head of 64 KiB, 64 requests that wait, 64 MiB and 200 times its size from a compressed body, 4 tunnels in
//! each other.

mod auth;
mod body;
mod coding;
mod exchange;
mod kinds;
mod log;
mod multipart;
mod payload;
mod state;
mod target;
#[cfg(test)]
mod tests;
pub(crate) mod tunnel;
mod websocket;
mod wire;

use crate::{Answer, Probe, Protocol, Transport};

/// The protocol's descriptor.
pub(crate) static PROTOCOL: Protocol = Protocol {
    name: "http",
    title: "HTTP/1",
    transports: &[Transport::Tcp],
    ports: &[80, 8080, 8000, 8008, 3128, 81, 88],
    probe,
    start: |_| Box::new(state::Http::default()),
    decoded: "requests with answers, pipelined too; bodies chunked and compressed; uploads and downloads as files; logins; CONNECT, upgrades and WebSocket frames",
    not_decoded: "HTTP/2 and HTTP/3; brotli and zstd; compressed WebSocket messages",
};

/// A whole first line of HTTP/1 is certain; its beginning asks for more.
fn probe(probe: &Probe<'_>) -> Answer {
    wire::begins(probe.bytes)
}
