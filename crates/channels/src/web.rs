//! Web interfaces of controllers and panels that are used from another network.
//!
//! Three signs together: the conversation is a web page's (HTTP, or TLS whose ends agree on HTTP) and was answered; the
//! server acts as a controller or panel; and the client is elsewhere: by the site's networks, or because its packets came
//! through a router, or because the two addresses are not of one network. A panel that shows pages of the controller
//! beside it is ordinary work.

use quaywatch_model::{Address, Asset, Ended, Role, Topic};
use std::net::IpAddr;

/// Hop limits that systems begin with; fewer are left of a packet that came through a router (RFC 1812, section 5.3.1).
/// Browsers run on systems that begin with these.
const FIRST_HOPS: [u8; 4] = [32, 64, 128, 255];

/// Whether it is an answered conversation of a browser and a web server.
pub(crate) fn is_browsing(ended: &Ended<'_>) -> bool {
    let answered = ended.bytes.iter().all(|bytes| *bytes > 0);
    // RFC 7301, section 6; RFC 9113, section 3.2.
    let agrees_on_http = || {
        ended.notes.iter().any(|note| note.topic == Topic::Alpn && matches!(&*note.text, "http/1.1" | "h2"))
    };
    answered && (ended.protocol == "http" || (ended.protocol == "tls" && agrees_on_http()))
}

/// What tells that the client is on another network than the server. Captured beside the client its packets have passed
/// no router yet, and a firewall may hide that they did: then the addresses tell.
pub(crate) fn routed(ended: &Ended<'_>) -> Option<String> {
    let left = ended.of_client(&ended.hops_left);
    if left > 0 && !FIRST_HOPS.contains(&left) {
        return Some(format!("the client's packets came through a router, with {left} hops left"));
    }
    let [a, b] = ended.addresses;
    let one_network = share_a_plan(a, b) || a.is_near() || b.is_near();
    (!one_network).then(|| "client and server are of different networks".to_owned())
}

/// Whether the two addresses are of one network of 16 bits in IPv4, 48 in IPv6: within that a site plans its own networks, and
/// one that is routed shows in the hop limit.
fn share_a_plan(a: Address, b: Address) -> bool {
    match (a.ip(), b.ip()) {
        (Some(IpAddr::V4(a)), Some(IpAddr::V4(b))) => (a.to_bits() ^ b.to_bits()) >> 16 == 0,
        (Some(IpAddr::V6(a)), Some(IpAddr::V6(b))) => (a.to_bits() ^ b.to_bits()) >> 80 == 0,
        _ => false,
    }
}

/// What the server does, if its web interface is one that cranes are operated or programmed by.
pub(crate) fn role(server: &Asset) -> Option<Role> {
    let operates = |role: &Role| {
        matches!(role, Role::Controller | Role::SafetyController | Role::Drive | Role::RemoteIo | Role::Hmi)
    };
    server.roles.iter().copied().find(operates)
}
