//! What clear payload holds: numbers of containers and vessels, weights, moves, credentials.
//!
//! A [`Scanner`] reads one stream of bytes in any pieces and tells what it finds to [`Found`]. No I/O, no clock;
//! the same bytes give the same finds, however they were cut.
//!
//! # What is found
//! - container numbers (ISO 6346:2022): four letters with category U, J or Z, six digits, check digit. Where nothing says
//!   that it is one, only of category U, and [`Things`] weighs how many of that shape are valid: noise of whatever
//!   kind tells less than one number in a thousand megabytes (`tests/chance.rs`);
//! - ship numbers (IMO resolution A.1117(30)) with their check digit, next to the letters IMO or a key that says so;
//! - EDIFACT interchanges (ISO 9735): messages by their type, containers of `EQD`, vessel and voyage of `TDT`, weights of `MEA`;
//! - fields of JSON, XML, forms and connection strings by their names (see `keys.rs`), columns of CSV and of SQL
//!   `INSERT` by their header;
//! - readings of sensors and controllers: bodies of JSON most of whose members are numbers ([`Readings`]);
//! - credentials: by the name of the field, in URLs, as private keys.
//!
//! # How deep it looks
//! Bytes are read as ASCII and UTF-8. Runs of UTF-16LE, base64 and hexadecimal digits, and gzip and zlib streams,
//! are unwrapped and read again, [`MOST_DEPTH`] wraps deep. What only looks like a wrap is read as it is, too.
//!
//! # What it costs
//! An idle stream holds what may still become a find: at most [`MOST_HELD_BYTES`]. An unwrapped stream holds the
//! same again for each wrap, and the window of an inflater; all together at most [`MOST_STREAM_BYTES`]. What was
//! found is held once a [`Found`], not once a stream.

mod container;
mod credentials;
mod edifact;
mod fields;
mod found;
mod keys;
mod mask;
mod matcher;
mod names;
mod readings;
mod scanner;
mod signs;
mod table;
mod things;
mod unwrap;
mod vessel;

#[cfg(test)]
mod tests;

pub use found::{Found, Seen};
pub use readings::Readings;
pub use scanner::{MOST_DEPTH, MOST_HELD_BYTES, MOST_STREAM_BYTES, Scanner};
pub use things::{MOST_EXACT, MOST_SAMPLES, Things};
