//! TDS: how Microsoft SQL Server is spoken to, and with it most historians, HMIs and terminal systems.
//!
//! Standard: MS-TDS, *Tabular Data Stream Protocol*, revision 36; sections are named where they decide.
//!
//! ```text
//! offset 0    1        2        4      6        7
//!        | type | status | length | SPID | number | window | body
//!        |  u8  |   u8   | u16 BE |  u16 |   u8   |   u8   | length - 8 bytes
//! ```
//!
//! A message is packets up to the one with status bit 0. The client sends prelogin (0x12), login (0x10), SQL batches
//! (0x01), calls (0x03) and bulk loads (0x07); the server answers each with tokens (0x04).
//!
//! - A login is Authenticate with host, application, user, server and database. Its password is only written in another
//!   way, so it counts as sent in clear; it is never told.
//! - A batch or a call is what its statement does: see [`crate::sql`]. Rows and columns are counted, rows are told as
//!   content and as a transfer, as lines of tab-separated text under a line with the names of the columns.
//! - What both agree about encryption is told as protection; TLS inside and between packets is Encrypted.
//!
//! Not decoded: TDS before version 7, several requests at once (SMP), transactions and bulk rows beyond their length,
//! columns encrypted by the client, values inside `sql_variant`, table-valued and user-defined types (shown as bytes).
//!
//! Limits: 64 KiB of a request, 1 MiB of a token (mostly a row), 4096 columns, 4 KiB of a value are read.

mod dates;
mod ops;
mod state;
mod tokens;
mod types;
mod wire;

#[cfg(test)]
mod tests;

use crate::{Answer, Framed, Probe, Protocol, Transport};

/// The protocol's descriptor.
pub(crate) static PROTOCOL: Protocol = Protocol {
    name: "tds",
    title: "TDS (Microsoft SQL Server)",
    transports: &[Transport::Tcp],
    ports: &[1433],
    probe,
    start: |_| Box::new(Framed::new(state::Tds::default())),
    decoded: "what is agreed about encryption and the handshake of TLS, logins (password masked), batches and calls with what their statement does, rows \
              and columns, errors, who the server is",
    not_decoded: "TDS before version 7, SMP (several requests at once), bulk rows, client-side encrypted columns",
};

/// Header and the beginning of the body must fit together.
fn probe(probe: &Probe<'_>) -> Answer {
    wire::starts(probe.bytes)
}
