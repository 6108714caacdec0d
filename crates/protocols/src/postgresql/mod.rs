//! PostgreSQL: the database of terminal systems, of SCADA historians and of many appliances.
//!
//! Standard: PostgreSQL documentation, chapter *Frontend/Backend Protocol*, version 3.0 (and its successor 3.2).
//!
//! ```text
//! startup: | length u32 BE | version 00 03 00 00 | name \0 value \0 ... \0 |
//! message: | type u8 | length u32 BE, without the type | body |
//! ```
//!
//! - The startup with its authentication is one operation, Authenticate, with user and database. A password in clear is
//!   told as such, never itself.
//! - Each query, simple or extended, is what its statement does (see [`crate::sql`]), with the rows it returned. Rows
//!   and the data of COPY are told as content and as a transfer, as lines of tab-separated text.
//! - After an accepted request for TLS all is Encrypted.
//!
//! Not decoded: version 2.0, values in binary format (shown as bytes), replication, function calls, SASL and GSSAPI
//! beyond their names.
//!
//! Limits: a message is at most [`wire::MAX_MESSAGE_BYTES`]; [`state::MOST_WAITING`] statements wait.

mod ops;
mod state;
mod wire;

#[cfg(test)]
mod tests;

use crate::tls::UntilTls;
use crate::{Answer, Probe, Protocol, Transport};

/// The protocol's descriptor.
pub(crate) static PROTOCOL: Protocol = Protocol {
    name: "postgresql",
    title: "PostgreSQL",
    transports: &[Transport::Tcp],
    ports: &[5432],
    probe,
    start: |_| Box::new(UntilTls::new(state::Postgres::default())),
    decoded: "logins (passwords masked), simple and extended queries with what their statement does, rows, COPY, errors, \
              requests for TLS",
    not_decoded: "protocol version 2.0, values in binary format, replication, function calls",
};

fn probe(probe: &Probe<'_>) -> Answer {
    wire::starts(probe.bytes)
}
