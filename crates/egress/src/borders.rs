use quaywatch_model::{Address, Disclosure, Scope};
use std::fmt::Debug;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// Where the crane's networks end.
pub trait Borders: Debug + Send + Sync {
    /// Whether somebody at this address is outside. Groups of hosts, and addresses that are never routed, are not.
    fn is_outside(&self, address: Address) -> bool;
    /// How far away a recipient is.
    fn scope(&self, recipient: Address) -> Scope;
    /// Whether the recipient is to have this; `None` where nobody says.
    fn declared(&self, disclosure: &Disclosure) -> Option<bool>;
}

/// Without a site's own declaration: public addresses are outside.
#[derive(Debug, Clone, Copy, Default)]
pub struct PublicIsOutside;

impl Borders for PublicIsOutside {
    fn is_outside(&self, address: Address) -> bool {
        match address.ip() {
            Some(IpAddr::V4(ip)) => is_public_v4(ip),
            Some(IpAddr::V6(ip)) => is_public_v6(ip),
            None => false,
        }
    }

    fn scope(&self, recipient: Address) -> Scope {
        if self.is_outside(recipient) { Scope::Internet } else { Scope::Private }
    }

    fn declared(&self, _: &Disclosure) -> Option<bool> {
        None
    }
}

/// Not private (RFC 1918), this network or loopback (RFC 1122), link-local (RFC 3927), a group or reserved (RFC 1112).
const fn is_public_v4(ip: Ipv4Addr) -> bool {
    let [first, ..] = ip.octets();
    !(ip.is_private() || ip.is_loopback() || ip.is_link_local() || first == 0 || first >= 224)
}

/// Not unspecified, loopback, link-local or a group (RFC 4291), nor unique local (RFC 4193).
const fn is_public_v6(ip: Ipv6Addr) -> bool {
    !(ip.is_unspecified()
        || ip.is_loopback()
        || ip.is_multicast()
        || ip.is_unicast_link_local()
        || ip.is_unique_local())
}

#[cfg(test)]
mod tests {
    use super::{Borders, PublicIsOutside};
    use quaywatch_model::{Address, Mac};
    use std::net::Ipv6Addr;

    #[test]
    fn only_who_can_be_reached_from_anywhere_is_outside() {
        let outside = |address| PublicIsOutside.is_outside(address);
        for public in [[8, 8, 8, 8], [172, 32, 0, 1], [203, 0, 113, 9], [100, 64, 0, 1], [223, 255, 255, 255]]
        {
            assert!(outside(Address::v4(public)), "{public:?}");
        }
        for near in [
            [10, 0, 0, 1],
            [172, 31, 0, 1],
            [192, 168, 1, 1],
            [127, 0, 0, 1],
            [169, 254, 0, 1],
            [224, 0, 0, 251],
            [255, 255, 255, 255],
            [0, 0, 0, 0],
        ] {
            assert!(!outside(Address::v4(near)), "{near:?}");
        }
        let v6 = |text: &str| Address::v6(text.parse::<Ipv6Addr>().unwrap().octets());
        assert!(outside(v6("2001:db8::1")));
        for near in ["::", "::1", "fe80::1", "fd00::1", "ff02::1"] {
            assert!(!outside(v6(near)), "{near}");
        }
        assert!(!outside(Address::mac(Mac([2; 6]))));
    }
}
