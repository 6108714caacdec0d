//! Who speaks inside COTP, told by the first bytes of a user data unit or of a connection request.

use crate::rdp;

/// What a user data unit is, as far as it tells.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Inside {
    S7comm,
    S7commPlus,
    Tls,
    Mms,
    Rdp,
    Other,
}

/// A TLS record holds at most 2^14 bytes and 2048 of expansion (RFC 5246 clause 6.2.3).
const MAX_TLS_RECORD_BYTES: u16 = (1 << 14) + 2048;
/// The abstract syntax of MMS, `{ iso standard 9506 part(2) mms-abstract-syntax-version1(1) }`, in BER. Peers
/// of ISO 9506-2:1990 say version 3 (`..03`), so the last number is left out.
const MMS_SYNTAX: [u8; 4] = [0x28, 0xCA, 0x22, 0x02];
/// GIVE TOKENS and DATA TRANSFER session SPDUs without parameters, then the presentation layer's user data.
const SESSION_DATA: [u8; 5] = [1, 0, 1, 0, 0x61];

/// What the unit is.
#[inline]
pub(super) fn inside(unit: &[u8]) -> Inside {
    match *unit {
        [0x32, 1 | 2 | 3 | 7, ..] => Inside::S7comm,
        [0x72, 1..=3 | 0xFE | 0xFF, ..] => Inside::S7commPlus,
        [0x14..=0x17, 3, 0..=4, high, low, ..] if u16::from_be_bytes([high, low]) <= MAX_TLS_RECORD_BYTES => {
            Inside::Tls
        }
        _ if rdp::wire::is_mcs_connect(unit) => Inside::Rdp,
        _ if is_mms(unit) => Inside::Mms,
        _ => Inside::Other,
    }
}

/// MMS on the session and presentation layers, or right in the unit as some gateways put it.
fn is_mms(unit: &[u8]) -> bool {
    match *unit {
        // CONNECT and ACCEPT: the presentation layer lists what will be spoken.
        [0x0D | 0x0E, ..] => contains(unit, &MMS_SYNTAX),
        // The presentation layer's PDV list with context 3, which is where MMS is by convention.
        [1, 0, 1, 0, 0x61, ..] => {
            let list = unit.get(SESSION_DATA.len()..).unwrap_or_default();
            let context = list.windows(4).take(12).position(|window| window == [2, 1, 3, 0xA0]);
            context.and_then(|at| list.get(at + 5..)).is_some_and(|pdu| {
                pdu.iter().take(3).any(|tag| matches!(tag, 0xA0..=0xA4 | 0xA8..=0xAD | 0x8B..=0x8D))
            })
        }
        // initiate-RequestPDU and its answer: a sequence whose first member is the proposed detail size.
        [0xA8 | 0xA9, length, 0x80, detail, ..] => usize::from(length) + 2 == unit.len() && detail <= 4,
        _ => false,
    }
}

fn contains(bytes: &[u8], what: &[u8]) -> bool {
    memchr::memmem::find(bytes, what).is_some()
}
