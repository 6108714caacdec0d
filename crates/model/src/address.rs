use std::cmp::Ordering;
use std::fmt;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// An address of the network layer or, where there is none, of Ethernet; always 16 bytes, so that it can be a
/// key without a pointer.
///
/// IPv4 is kept as IPv4-mapped IPv6 (RFC 4291, section 2.5.5.2), a MAC address behind a prefix of its own that
/// no routed IPv6 address has.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Address([u8; 16]);

impl Ord for Address {
    /// As its bytes are ordered, in one comparison: this is asked for every packet.
    #[inline]
    fn cmp(&self, other: &Self) -> Ordering {
        u128::from_be_bytes(self.0).cmp(&u128::from_be_bytes(other.0))
    }
}

impl PartialOrd for Address {
    #[inline]
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

/// The first ten bytes of an address that holds a MAC: in the discard-only block of RFC 6666.
const MAC_PREFIX: [u8; 10] = [0x01, 0, 0, 0, 0, 0, 0, 0, 0x4d, 0x41];

impl Address {
    /// From an IPv4 address in network order.
    #[must_use]
    pub const fn v4([a, b, c, d]: [u8; 4]) -> Self {
        Self([0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, a, b, c, d])
    }

    /// From an IPv6 address in network order.
    #[must_use]
    pub const fn v6(bytes: [u8; 16]) -> Self {
        Self(bytes)
    }

    /// From a MAC address.
    #[must_use]
    pub const fn mac(Mac([a, b, c, d, e, f]): Mac) -> Self {
        let [p0, p1, p2, p3, p4, p5, p6, p7, p8, p9] = MAC_PREFIX;
        Self([p0, p1, p2, p3, p4, p5, p6, p7, p8, p9, a, b, c, d, e, f])
    }

    /// The IP address, unless this is a MAC.
    #[must_use]
    pub fn ip(self) -> Option<IpAddr> {
        if self.0.starts_with(&MAC_PREFIX) {
            return None;
        }
        let v6 = Ipv6Addr::from(self.0);
        Some(v6.to_ipv4_mapped().map_or(IpAddr::V6(v6), IpAddr::V4))
    }

    /// The IPv4 address, if it is one.
    #[must_use]
    pub const fn ipv4(self) -> Option<Ipv4Addr> {
        Ipv6Addr::from_octets(self.0).to_ipv4_mapped()
    }

    /// Whether this stands for many: multicast, or broadcast to everybody. The broadcast address of a subnet
    /// cannot be told without its mask.
    #[must_use]
    pub fn is_group(self) -> bool {
        match self.ip() {
            Some(IpAddr::V4(ip)) => ip.is_multicast() || ip.is_broadcast(),
            Some(IpAddr::V6(ip)) => ip.is_multicast(),
            None => {
                let [.., a, b, c, d, e, f] = self.0;
                Mac([a, b, c, d, e, f]).is_group()
            }
        }
    }

    /// Whether it is reached without a router, or is nobody in particular: groups, broadcast, loopback, link-local and
    /// unspecified addresses (RFC 1122, 3927, 4291), and what has no IP. What is sent there leaves no network.
    #[must_use]
    pub fn is_near(self) -> bool {
        match self.ip() {
            None => true,
            Some(IpAddr::V4(ip)) => {
                ip.is_multicast()
                    || ip.is_broadcast()
                    || ip.is_loopback()
                    || ip.is_link_local()
                    || ip.is_unspecified()
            }
            Some(IpAddr::V6(ip)) => {
                ip.is_multicast() || ip.is_loopback() || ip.is_unicast_link_local() || ip.is_unspecified()
            }
        }
    }

    /// The 16 bytes.
    #[must_use]
    pub const fn bytes(&self) -> &[u8; 16] {
        &self.0
    }
}

impl From<IpAddr> for Address {
    fn from(ip: IpAddr) -> Self {
        match ip {
            IpAddr::V4(ip) => Self::v4(ip.octets()),
            IpAddr::V6(ip) => Self::v6(ip.octets()),
        }
    }
}

impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.ip() {
            Some(IpAddr::V4(ip)) => {
                // All at once: addresses are in every row.
                let (mut text, mut len) = ([b'.'; LONGEST_IPV4 + 1], 0);
                for octet in ip.octets() {
                    let mut buffer = itoa::Buffer::new();
                    let digits = buffer.format(octet).as_bytes();
                    if let Some(place) = text.get_mut(len..len + digits.len()) {
                        place.copy_from_slice(digits);
                    }
                    len += digits.len() + 1;
                }
                f.write_str(
                    text.get(..len - 1).and_then(|text| str::from_utf8(text).ok()).unwrap_or_default(),
                )
            }
            Some(IpAddr::V6(ip)) => write!(f, "{ip}"),
            None => {
                let [.., a, b, c, d, e, g] = self.0;
                Mac([a, b, c, d, e, g]).fmt(f)
            }
        }
    }
}

/// How long an IPv4 address is as text, in bytes, at the most.
const LONGEST_IPV4: usize = 15;

/// A MAC address.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Mac(pub [u8; 6]);

impl Mac {
    /// Whether this is a group address: multicast or broadcast.
    #[must_use]
    pub const fn is_group(self) -> bool {
        let [first, ..] = self.0;
        first & 1 != 0
    }

    /// Whether it is an address that pairs of routers share: of VRRP and CARP (RFC 5798, section 7.3), HSRP in both versions, GLBP.
    #[must_use]
    pub const fn is_shared_by_routers(self) -> bool {
        matches!(
            self.0,
            [0x00, 0x00, 0x5e, 0x00, 1 | 2, _]
                | [0x00, 0x00, 0x0c, 0x07, 0xac, _]
                | [0x00, 0x00, 0x0c, 0x9f, 0xf0..=0xff, _]
                | [0x00, 0x07, 0xb4, ..]
        )
    }
}

impl fmt::Display for Mac {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // All at once, as an IPv4 address: every ARP packet tells one.
        let mut text = [b':'; 17];
        for (place, byte) in text.chunks_mut(3).zip(self.0) {
            let digits =
                [byte >> 4, byte & 0xf].map(|nibble| nibble + if nibble < 10 { b'0' } else { b'a' - 10 });
            place.iter_mut().zip(digits).for_each(|(place, digit)| *place = digit);
        }
        f.write_str(str::from_utf8(&text).unwrap_or_default())
    }
}

#[cfg(test)]
mod tests {
    use super::{Address, Mac};

    #[test]
    fn what_stands_for_many_is_a_group() {
        let groups = [
            Address::v4([255; 4]),
            Address::v4([224, 0, 0, 1]),
            Address::v6([0xff, 2, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1]),
            Address::mac(Mac([0x01, 0x0e, 0xcf, 0, 0, 0])),
        ];
        assert!(groups.iter().all(|address| address.is_group()));
        let single = [Address::v4([10, 0, 0, 1]), Address::mac(Mac([2, 0, 0, 0, 0, 1]))];
        assert!(!single.iter().any(|address| address.is_group()));
    }

    #[test]
    fn addresses_are_ordered_as_their_bytes_are() {
        let mut bytes = [[0; 16], [0xff; 16], [1; 16], [0; 16], [0; 16]];
        bytes[3][15] = 2;
        bytes[4][0] = 0x80;
        let mut addresses = bytes.map(Address::v6);
        addresses.sort_unstable();
        bytes.sort_unstable();
        assert_eq!(addresses, bytes.map(Address::v6));
    }

    #[test]
    fn every_kind_of_address_displays_as_people_write_it() {
        assert_eq!(Address::v4([10, 0, 7, 1]).to_string(), "10.0.7.1");
        let mut v6 = [0; 16];
        v6[0] = 0xfe;
        v6[1] = 0x80;
        v6[15] = 1;
        assert_eq!(Address::v6(v6).to_string(), "fe80::1");
        assert_eq!(Address::mac(Mac([0, 0x1b, 0x1b, 1, 2, 3])).to_string(), "00:1b:1b:01:02:03");
        assert_eq!(Mac([0x9a, 0xaf, 0xf9, 0xff, 0x0a, 0xa0]).to_string(), "9a:af:f9:ff:0a:a0");
    }
}
