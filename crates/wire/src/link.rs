use std::fmt;

/// How a captured frame begins: a number of the tcpdump LINKTYPE registry
/// (<https://www.tcpdump.org/linktypes.html>). Open: an unknown number stays what it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct LinkType(pub u16);

impl LinkType {
    /// BSD loopback: a protocol family in the byte order of the machine that captured.
    pub const NULL: Self = Self(0);
    /// Ethernet.
    pub const ETHERNET: Self = Self(1);
    /// PPP (RFC 1661), with or without the address and control bytes of RFC 1662.
    pub const PPP: Self = Self(9);
    /// PPP in HDLC-like framing (RFC 1662), or Cisco's HDLC where the first byte says so.
    pub const PPP_HDLC: Self = Self(50);
    /// Raw IP, version by the first nibble.
    pub const RAW: Self = Self(101);
    /// Raw IP in files of old programs, which wrote `DLT_RAW` of their own system instead: 12 on most (pcap-linktype(7)).
    pub const RAW_OLD: Self = Self(12);
    /// The same on OpenBSD.
    pub const RAW_OPENBSD: Self = Self(14);
    /// Cisco's HDLC (RFC 1547, section 4.3.1): address, control, EtherType.
    pub const CISCO_HDLC: Self = Self(104);
    /// IEEE 802.11. Not read, nor are the next three.
    pub const IEEE802_11: Self = Self(105);
    /// OpenBSD loopback: a protocol family in network byte order.
    pub const LOOP: Self = Self(108);
    /// Linux cooked capture, version 1.
    pub const LINUX_SLL: Self = Self(113);
    /// IEEE 802.11 behind a header of the Prism monitor mode.
    pub const PRISM: Self = Self(119);
    /// IEEE 802.11 behind a radiotap header.
    pub const RADIOTAP: Self = Self(127);
    /// IEEE 802.11 behind an AVS header.
    pub const AVS: Self = Self(163);
    /// Raw IPv4.
    pub const IPV4: Self = Self(228);
    /// Raw IPv6.
    pub const IPV6: Self = Self(229);
    /// Linux cooked capture, version 2.
    pub const LINUX_SLL2: Self = Self(276);

    /// What to say of frames that [`Frame::decode`](crate::Frame::decode) does not read.
    #[must_use]
    pub const fn unread(self) -> &'static str {
        match self {
            Self::IEEE802_11 | Self::PRISM | Self::RADIOTAP | Self::AVS => {
                "wireless frames (802.11), which are not read"
            }
            _ => "link type that is not read",
        }
    }
}

/// The registry's name of what is read, else its number.
impl fmt::Display for LinkType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = match *self {
            Self::NULL => "NULL",
            Self::ETHERNET => "ETHERNET",
            Self::PPP => "PPP",
            Self::PPP_HDLC => "PPP_HDLC",
            Self::RAW | Self::RAW_OLD | Self::RAW_OPENBSD => "RAW",
            Self::CISCO_HDLC => "C_HDLC",
            Self::IEEE802_11 => "IEEE802_11",
            Self::LOOP => "LOOP",
            Self::LINUX_SLL => "LINUX_SLL",
            Self::PRISM => "IEEE802_11_PRISM",
            Self::RADIOTAP => "IEEE802_11_RADIOTAP",
            Self::AVS => "IEEE802_11_AVS",
            Self::IPV4 => "IPV4",
            Self::IPV6 => "IPV6",
            Self::LINUX_SLL2 => "LINUX_SLL2",
            Self(number) => return write!(f, "{number}"),
        };
        f.write_str(name)
    }
}
