//! Whose an address is when no site says so.

use quaywatch_model::Address;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// Whether nobody on the public Internet can have this address: what stays within a network or an organisation.
///
/// - MAC addresses; unspecified, loopback, broadcast and multicast addresses;
/// - RFC 1918 and RFC 4193 (private), RFC 3927 and RFC 4291 section 2.5.6 (link-local), RFC 3879 (site-local);
/// - RFC 6598 (`100.64.0.0/10`): between a carrier and its customers, and inside some overlay networks;
/// - RFC 2544 (`198.18.0.0/15`): test equipment.
///
/// The documentation networks of RFC 5737 and RFC 3849 count as public: where they occur, they stand for
/// somebody's public address. An IPv6 address that holds an IPv4 address (RFC 6052, RFC 3056) counts as that one.
pub(crate) fn is_private(address: Address) -> bool {
    match address.ip() {
        None => true,
        Some(IpAddr::V4(v4)) => is_private_v4(v4),
        Some(IpAddr::V6(v6)) => is_private_v6(v6),
    }
}

const fn is_private_v4(v4: Ipv4Addr) -> bool {
    match v4.octets() {
        [0 | 10 | 127, ..] => true,
        [100, 64..=127, ..] => true,
        [169, 254, ..] | [192, 168, ..] => true,
        [172, 16..=31, ..] => true,
        [198, 18 | 19, ..] => true,
        [224..=239, ..] => true,
        octets => matches!(octets, [255, 255, 255, 255]),
    }
}

const fn is_private_v6(v6: Ipv6Addr) -> bool {
    match v6.segments() {
        [0x64, 0xff9b, 0, 0, 0, 0, a, b] | [0x2002, a, b, ..] => {
            is_private_v4(Ipv4Addr::from_bits((a as u32) << 16 | b as u32))
        }
        [0, 0, 0, 0, 0, 0, 0, 0 | 1] => true,
        [first, ..] => matches!(first, 0xfc00..=0xfdff | 0xfe80..=0xfeff | 0xff00..=0xffff),
    }
}

#[cfg(test)]
mod tests {
    use super::is_private;
    use quaywatch_model::{Address, Mac};
    use std::net::IpAddr;

    fn private(text: &str) -> bool {
        is_private(match text.parse().unwrap() {
            IpAddr::V4(v4) => Address::v4(v4.octets()),
            IpAddr::V6(v6) => Address::v6(v6.octets()),
        })
    }

    #[test]
    fn what_the_rfcs_keep_off_the_internet_is_private_and_the_edges_are_not() {
        for text in [
            "10.0.0.0",
            "172.16.0.1",
            "172.31.255.255",
            "192.168.1.1",
            "169.254.3.4",
            "100.64.0.1",
            "100.127.255.255",
            "224.0.0.251",
            "239.255.255.250",
            "255.255.255.255",
            "0.0.0.0",
            "127.0.0.1",
            "198.19.0.1",
            "fe80::1",
            "fd12::1",
            "ff02::fb",
            "::1",
            "::",
            "fec0::1",
            "64:ff9b::10.0.0.1",
            "::ffff:192.168.0.1",
        ] {
            assert!(private(text), "{text}");
        }
        for text in [
            "9.255.255.255",
            "11.0.0.0",
            "172.15.0.1",
            "172.32.0.0",
            "192.169.0.0",
            "100.63.0.1",
            "100.128.0.0",
            "192.0.2.1",
            "198.51.100.1",
            "203.0.113.9",
            "198.20.0.0",
            "240.0.0.1",
            "8.8.8.8",
            "2001:db8::1",
            "2606:4700::1",
            "64:ff9b::8.8.8.8",
            "2002:0808:0808::1",
        ] {
            assert!(!private(text), "{text}");
        }
        assert!(is_private(Address::mac(Mac([2, 0, 0, 0, 0, 1]))));
    }
}
