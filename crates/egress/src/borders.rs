use quaywatch_model::{Address, Disclosure, Scope};
use std::fmt::Debug;

/// Where the crane's networks end.
pub trait Borders: Debug + Send + Sync {
    /// How far away somebody is.
    fn scope(&self, address: Address) -> Scope;
    /// Whether two public addresses are taken for one owner's.
    fn have_one_owner(&self, a: Address, b: Address) -> bool {
        Scope::share_a_network(a, b)
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

/// For each of two ends, whether what it sends goes out: to somebody farther away than itself, from a crane to elsewhere on the
/// site, from the site to strangers, from private addresses to public ones. Between two public addresses nobody knows
/// which is ours, and either may be, unless both are taken for one owner's: plants with public addresses inside.
pub(crate) fn out(borders: &dyn Borders, addresses: &[Address; 2]) -> [bool; 2] {
    let [a, b] = addresses.map(|address| borders.scope(address));
    if [a, b] == [Scope::Internet; 2] {
        let [a, b] = *addresses;
        return [!borders.have_one_owner(a, b); 2];
    }
    // Near enough to reach it without a router, or nobody in particular: nothing leaves the network.
    let [a_stays, b_stays] = addresses.map(Address::is_near);
    [a < b && !b_stays, b < a && !a_stays]
}

#[cfg(test)]
mod tests {
    use super::{Borders, PublicIsOutside, out};
    use quaywatch_model::{Address, Mac, Scope};
    use std::net::Ipv6Addr;

    const CRANE: Address = Address::v4([10, 0, 7, 70]);

    #[test]
    fn without_a_site_only_who_can_be_reached_from_anywhere_is_outside() {
        let to = |address| out(&PublicIsOutside, &[CRANE, address]);
        for public in [[8, 8, 8, 8], [172, 32, 0, 1], [203, 0, 113, 9], [223, 255, 255, 255]] {
            assert_eq!(to(Address::v4(public)), [true, false], "{public:?}");
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
            assert_eq!(to(Address::v4(near)), [false, false], "{near:?}");
        }
        let v6 = |text: &str| Address::v6(text.parse::<Ipv6Addr>().unwrap().octets());
        assert_eq!(to(v6("2001:db8::1")), [true, false]);
        for near in ["::", "::1", "fe80::1", "fd00::1", "ff02::1"] {
            assert_eq!(to(v6(near)), [false, false], "{near}");
        }
        assert_eq!(to(Address::mac(Mac([2; 6]))), [false, false]);
    }

    #[derive(Debug)]
    struct Site;

    impl Borders for Site {
        fn scope(&self, address: Address) -> Scope {
            if address == CRANE { Scope::Crane } else { Scope::without_a_site(address) }
        }

        fn have_one_owner(&self, _: Address, _: Address) -> bool {
            false
        }
    }

    #[test]
    fn between_public_addresses_of_one_network_nothing_leaves_unless_a_site_says_whose_they_are() {
        let plant = [[141, 81, 0, 10], [141, 81, 0, 83], [141, 81, 5, 83]].map(Address::v4);
        assert_eq!(out(&PublicIsOutside, &[plant[0], plant[1]]), [false, false]);
        assert_eq!(out(&PublicIsOutside, &[plant[0], plant[2]]), [true, true]);
        assert_eq!(out(&Site, &[plant[0], plant[1]]), [true, true]);
        let v6 = |text: &str| Address::v6(text.parse::<Ipv6Addr>().unwrap().octets());
        let plant = ["2001:db8:1:1::1", "2001:db8:1:1::2", "2001:db8:1:2::1"].map(v6);
        assert_eq!(out(&PublicIsOutside, &[plant[0], plant[1]]), [false, false]);
        assert_eq!(out(&PublicIsOutside, &[plant[0], plant[2]]), [true, true]);
    }

    #[test]
    fn with_a_site_private_addresses_that_nobody_declares_are_outside_of_it() {
        let stranger = Address::v4([192, 168, 1, 1]);
        let other = Address::v4([192, 168, 1, 2]);
        assert_eq!(out(&Site, &[CRANE, stranger]), [true, false]);
        assert_eq!(out(&Site, &[stranger, CRANE]), [false, true]);
        assert_eq!(out(&Site, &[stranger, other]), [false, false]);
        assert_eq!(out(&Site, &[CRANE, Address::v4([224, 0, 0, 251])]), [false, false]);
    }
}
