use quaywatch_model::{Address, Disclosure, Scope};
use std::fmt::Debug;

/// Where the crane's networks end.
pub trait Borders: Debug + Send + Sync {
    /// How far away somebody is.
    fn scope(&self, address: Address) -> Scope;
    /// Whether somebody at this address is outside. Groups of hosts, and addresses that are never routed, are not.
    fn is_outside(&self, address: Address) -> bool {
        self.scope(address) == Scope::Internet
    }
    /// Whether the site declares that the recipient gets this; `None` without a site.
    fn declared(&self, _: &Disclosure) -> Option<bool> {
        None
    }
}

/// Without a site's own declaration: public addresses are outside.
#[derive(Debug, Clone, Copy, Default)]
pub struct PublicIsOutside;

impl Borders for PublicIsOutside {
    fn scope(&self, address: Address) -> Scope {
        Scope::without_a_site(address)
    }
}

#[cfg(test)]
mod tests {
    use super::{Borders, PublicIsOutside};
    use quaywatch_model::{Address, Mac};
    use std::net::Ipv6Addr;

    #[test]
    fn only_who_can_be_reached_from_anywhere_is_outside() {
        let outside = |address| PublicIsOutside.is_outside(address);
        for public in [[8, 8, 8, 8], [172, 32, 0, 1], [203, 0, 113, 9], [223, 255, 255, 255]] {
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
            [100, 64, 0, 1],
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
