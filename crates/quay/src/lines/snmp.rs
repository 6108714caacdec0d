//! SNMP version 2c (RFC 3416 in RFC 1901's envelope): questions for values, and the values.

use super::ber::{self, INTEGER, NULL, OCTETS, SEQUENCE};

const VERSION_2C: i64 = 1;
const GET: u8 = 0xA0;
const RESPONSE: u8 = 0xA2;
/// A count that wraps.
const COUNTER: u8 = 0x41;
/// Hundredths of a second.
const TICKS: u8 = 0x43;

/// `sysUpTime.0`.
pub const UP_TIME: &[u32] = &[1, 3, 6, 1, 2, 1, 1, 3, 0];
/// `ifInOctets`, of the interface with this number behind it.
pub const OCTETS_IN: &[u32] = &[1, 3, 6, 1, 2, 1, 2, 2, 1, 10];
/// `ifOutOctets`.
pub const OCTETS_OUT: &[u32] = &[1, 3, 6, 1, 2, 1, 2, 2, 1, 16];

/// A value as its encoding.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Value {
    /// A count.
    Counter(u32),
    /// Since when it runs, in hundredths of a second.
    Ticks(u32),
}

impl Value {
    fn encode(self) -> Vec<u8> {
        match self {
            Self::Counter(count) => ber::number(COUNTER, count.into()),
            Self::Ticks(ticks) => ber::number(TICKS, ticks.into()),
        }
    }
}

/// Asks for these objects.
#[must_use]
pub fn question(community: &str, id: i32, objects: &[Vec<u32>]) -> Vec<u8> {
    let bindings: Vec<_> =
        objects.iter().map(|name| ber::of(SEQUENCE, &[ber::object(name), ber::value(NULL, &[])])).collect();
    message(community, GET, id, &bindings)
}

/// The answer to it.
#[must_use]
pub fn answer(community: &str, id: i32, values: &[(Vec<u32>, Value)]) -> Vec<u8> {
    let bindings: Vec<_> =
        values.iter().map(|(name, value)| ber::of(SEQUENCE, &[ber::object(name), value.encode()])).collect();
    message(community, RESPONSE, id, &bindings)
}

fn message(community: &str, kind: u8, id: i32, bindings: &[Vec<u8>]) -> Vec<u8> {
    let pdu = [
        ber::number(INTEGER, id.into()),
        ber::number(INTEGER, 0),
        ber::number(INTEGER, 0),
        ber::of(SEQUENCE, bindings),
    ];
    ber::of(
        SEQUENCE,
        &[ber::number(INTEGER, VERSION_2C), ber::value(OCTETS, community.as_bytes()), ber::of(kind, &pdu)],
    )
}
