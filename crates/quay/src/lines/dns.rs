//! DNS messages (RFC 1035, section 4); LLMNR has the same (RFC 4795, section 2.1).

use std::net::Ipv4Addr;

/// An address.
pub const A: u16 = 1;
/// The name of an address.
pub const PTR: u16 = 12;
/// A text.
pub const TXT: u16 = 16;
/// An IPv6 address.
pub const AAAA: u16 = 28;
/// Who a zone belongs to.
const SOA: u16 = 6;
const INTERNET: u16 = 1;
/// Recursion is asked for.
const ASKED: u16 = 0x0100;
/// It is an answer, and recursion was done.
const ANSWERED: u16 = 0x8180;
/// There is no such name.
const NO_NAME: u16 = 3;
/// Points to the question's name.
const SAME_NAME: [u8; 2] = [0xC0, 0x0C];

/// A name as labels.
#[must_use]
pub fn name(name: &str) -> Vec<u8> {
    let mut out = Vec::new();
    for label in name.split('.').filter(|label| !label.is_empty()) {
        let bytes = label.as_bytes();
        let bytes = bytes.get(..63).unwrap_or(bytes);
        out.push(bytes.len() as u8);
        out.extend_from_slice(bytes);
    }
    out.push(0);
    out
}

/// The name by which an address's name is asked for.
#[must_use]
pub fn reverse(ip: Ipv4Addr) -> String {
    let [a, b, c, d] = ip.octets();
    format!("{d}.{c}.{b}.{a}.in-addr.arpa")
}

/// A question for a recursive server.
#[must_use]
pub fn question(id: u16, asked: &str, kind: u16) -> Vec<u8> {
    message(id, ASKED, asked, kind, [0, 0])
}

/// The same, as LLMNR asks all neighbours.
#[must_use]
pub fn neighbours(id: u16, asked: &str, kind: u16) -> Vec<u8> {
    message(id, 0, asked, kind, [0, 0])
}

/// What is there of the asked kind: its bytes, and for how many seconds it holds. None: the name has nothing of this kind.
#[must_use]
pub fn answer(id: u16, asked: &str, kind: u16, found: Option<(&[u8], u32)>) -> Vec<u8> {
    match found {
        Some((data, lives_s)) => {
            let mut out = message(id, ANSWERED, asked, kind, [1, 0]);
            record(&SAME_NAME, kind, lives_s, data, &mut out);
            out
        }
        None => with_authority(message(id, ANSWERED, asked, kind, [0, 1]), asked),
    }
}

/// There is no such name.
#[must_use]
pub fn no_name(id: u16, asked: &str, kind: u16) -> Vec<u8> {
    with_authority(message(id, ANSWERED | NO_NAME, asked, kind, [0, 1]), asked)
}

fn message(id: u16, flags: u16, asked: &str, kind: u16, [answers, authorities]: [u16; 2]) -> Vec<u8> {
    let mut out: Vec<u8> =
        [id, flags, 1, answers, authorities, 0].iter().flat_map(|word| word.to_be_bytes()).collect();
    out.extend(name(asked));
    out.extend(kind.to_be_bytes());
    out.extend(INTERNET.to_be_bytes());
    out
}

fn record(owner: &[u8], kind: u16, lives_s: u32, data: &[u8], out: &mut Vec<u8>) {
    out.extend_from_slice(owner);
    out.extend(kind.to_be_bytes());
    out.extend(INTERNET.to_be_bytes());
    out.extend(lives_s.to_be_bytes());
    out.extend((data.len() as u16).to_be_bytes());
    out.extend_from_slice(data);
}

/// Behind it, whose zone the name is in: what lets a resolver remember that there is nothing (RFC 2308).
fn with_authority(mut out: Vec<u8>, asked: &str) -> Vec<u8> {
    let zone = asked.split_once('.').map_or(asked, |(_, zone)| zone);
    let mut data = [name(&format!("ns.{zone}")), name(&format!("hostmaster.{zone}"))].concat();
    data.extend([2026_u32, 3600, 900, 1_209_600, 900].iter().flat_map(|word| word.to_be_bytes()));
    record(&name(zone), SOA, 900, &data, &mut out);
    out
}
