//! LDAP (RFC 4511, section 4): a search that needs no login, as domain members make it all day.

use super::ber::{self, BOOLEAN, ENUMERATED, INTEGER, OCTETS, SEQUENCE, SET};
use crate::party::Line;

const SEARCH: u8 = 0x63;
const ENTRY: u8 = 0x64;
const DONE: u8 = 0x65;
const UNBIND: u8 = 0x42;
/// A filter that asks only whether there is such an attribute.
const PRESENT: u8 = 0x87;

/// Asks for attributes of an object, is told them, and leaves.
#[must_use]
pub fn search(base: &str, attributes: &[(&str, &str)]) -> Vec<Line> {
    let names: Vec<_> = attributes.iter().map(|(name, _)| octets(name)).collect();
    let search = ber::of(
        SEARCH,
        &[
            octets(base),
            ber::number(ENUMERATED, 0),
            ber::number(ENUMERATED, 0),
            ber::number(INTEGER, 0),
            ber::number(INTEGER, 120),
            ber::value(BOOLEAN, &[0]),
            ber::value(PRESENT, b"objectClass"),
            ber::of(SEQUENCE, &names),
        ],
    );
    let found: Vec<_> = attributes
        .iter()
        .map(|(name, value)| ber::of(SEQUENCE, &[octets(name), ber::of(SET, &[octets(value)])]))
        .collect();
    let entry = ber::of(ENTRY, &[octets(base), ber::of(SEQUENCE, &found)]);
    let done = ber::of(DONE, &[ber::number(ENUMERATED, 0), octets(""), octets("")]);
    vec![
        Line::client(message(1, search)),
        Line::server([message(1, entry), message(1, done)].concat()).after_ms(1),
        Line::client(message(2, ber::value(UNBIND, &[]))).after_ms(4),
    ]
}

fn message(id: i64, operation: Vec<u8>) -> Vec<u8> {
    ber::of(SEQUENCE, &[ber::number(INTEGER, id), operation])
}

fn octets(text: &str) -> Vec<u8> {
    ber::value(OCTETS, text.as_bytes())
}
