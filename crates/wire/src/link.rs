/// How a captured frame begins: a number of the tcpdump LINKTYPE registry
/// (<https://www.tcpdump.org/linktypes.html>). Open: an unknown number stays what it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct LinkType(pub u16);

impl LinkType {
    /// BSD loopback: a protocol family in the byte order of the machine that captured.
    pub const NULL: Self = Self(0);
    /// Ethernet.
    pub const ETHERNET: Self = Self(1);
    /// PPP (RFC 1661), with or without the two bytes of framing that PPP has on HDLC (RFC 1662).
    pub const PPP: Self = Self(9);
    /// Raw IP, version by the first nibble.
    pub const RAW: Self = Self(101);
    /// Raw IP in files of old programs, which wrote `DLT_RAW` of their own system instead: 12 on most (pcap-linktype(7)).
    pub const RAW_OLD: Self = Self(12);
    /// The same on OpenBSD.
    pub const RAW_OPENBSD: Self = Self(14);
    /// OpenBSD loopback: a protocol family in network byte order.
    pub const LOOP: Self = Self(108);
    /// Linux cooked capture, version 1.
    pub const LINUX_SLL: Self = Self(113);
    /// Raw IPv4.
    pub const IPV4: Self = Self(228);
    /// Raw IPv6.
    pub const IPV6: Self = Self(229);
    /// Linux cooked capture, version 2.
    pub const LINUX_SLL2: Self = Self(276);
}
