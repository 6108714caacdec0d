//! DHCP (RFC 2131, section 2; options of RFC 2132).

use crate::lan::Mac;
use std::net::Ipv4Addr;

/// The client's port and the server's.
pub const CLIENT: u16 = 68;
/// See above.
pub const SERVER: u16 = 67;
/// Looks for servers.
pub const DISCOVER: u8 = 1;
/// An address is offered.
pub const OFFER: u8 = 2;
/// It is asked for, or asked for again.
pub const REQUEST: u8 = 3;
/// It is granted.
pub const ACKNOWLEDGE: u8 = 5;
const COOKIE: [u8; 4] = [0x63, 0x82, 0x53, 0x63];
/// Messages are at least as long as BOOTP's.
const LEAST_BYTES: usize = 300;

/// Who asks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Client<'a> {
    /// Its hardware address.
    pub mac: Mac,
    /// Its name (option 12).
    pub name: &'a str,
    /// What kind of system it is (option 60): `MSFT 5.0`.
    pub vendor: &'a str,
    /// Which question this is.
    pub transaction: u32,
    /// The address it has; all zeros where it has none yet.
    pub has: Ipv4Addr,
}

const MICROSOFT: &str = "MSFT";

/// What systems want to be told (option 55), as each has its own list: fingerprints are made of it.
fn parameters(vendor: &str) -> &'static [u8] {
    match vendor {
        _ if vendor.starts_with(MICROSOFT) => &[1, 3, 6, 15, 31, 33, 43, 44, 46, 47, 119, 121, 249, 252],
        _ if vendor.starts_with("snom") => &[1, 2, 3, 6, 7, 12, 15, 42, 43, 66, 67, 120, 125, 132],
        _ if vendor.starts_with("axis") => &[1, 3, 6, 12, 15, 26, 28, 42, 60],
        // Of udhcpc.
        _ => &[1, 3, 6, 12, 15, 28, 42],
    }
}

/// What a client says. `wants`: the address it asks for, in options 50 and 54.
#[must_use]
pub fn question(client: &Client<'_>, kind: u8, wants: Option<(Ipv4Addr, Ipv4Addr)>) -> Vec<u8> {
    let mut out = head(1, client, Ipv4Addr::UNSPECIFIED, Ipv4Addr::UNSPECIFIED);
    option(53, &[kind], &mut out);
    option(61, &[&[1][..], &client.mac].concat(), &mut out);
    if let Some((address, server)) = wants {
        option(50, &address.octets(), &mut out);
        option(54, &server.octets(), &mut out);
    }
    option(12, client.name.as_bytes(), &mut out);
    if kind == REQUEST && client.vendor.starts_with(MICROSOFT) {
        // Its full name (RFC 4702, section 2.1): the client itself tells the name server.
        option(81, &[&[0, 0, 0][..], client.name.as_bytes()].concat(), &mut out);
    }
    option(60, client.vendor.as_bytes(), &mut out);
    option(55, parameters(client.vendor), &mut out);
    end(out)
}

/// What a server grants.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Lease {
    /// The client's address.
    pub address: Ipv4Addr,
    /// Who grants it.
    pub server: Ipv4Addr,
    /// The way out.
    pub router: Ipv4Addr,
    /// Who passes it on to a client that has no address yet: unspecified where the server itself is heard.
    pub relay: Ipv4Addr,
    /// For how long.
    pub lasts_s: u32,
}

/// What a server says.
#[must_use]
pub fn answer(client: &Client<'_>, kind: u8, lease: &Lease) -> Vec<u8> {
    let Lease { address, server, router, relay, lasts_s } = *lease;
    let mut out = head(2, client, address, relay);
    option(53, &[kind], &mut out);
    option(54, &server.octets(), &mut out);
    option(51, &lasts_s.to_be_bytes(), &mut out);
    option(58, &(lasts_s / 2).to_be_bytes(), &mut out);
    option(59, &(lasts_s / 8 * 7).to_be_bytes(), &mut out);
    option(1, &[255, 255, 255, 0], &mut out);
    option(3, &router.octets(), &mut out);
    end(out)
}

fn head(operation: u8, client: &Client<'_>, yours: Ipv4Addr, relay: Ipv4Addr) -> Vec<u8> {
    let mut out = vec![operation, 1, 6, 0];
    out.extend(client.transaction.to_be_bytes());
    out.extend([0; 4]);
    for address in [client.has, yours, Ipv4Addr::UNSPECIFIED, relay] {
        out.extend(address.octets());
    }
    out.extend_from_slice(&client.mac);
    // The rest of the hardware address, the server's name, the file's name.
    out.extend([0; 10 + 64 + 128]);
    out.extend(COOKIE);
    out
}

fn option(number: u8, content: &[u8], out: &mut Vec<u8>) {
    out.extend([number, content.len() as u8]);
    out.extend_from_slice(content);
}

fn end(mut out: Vec<u8>) -> Vec<u8> {
    out.push(255);
    if out.len() < LEAST_BYTES {
        out.resize(LEAST_BYTES, 0);
    }
    out
}
