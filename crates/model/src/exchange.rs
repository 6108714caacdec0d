//! What crosses the borders of a crane's networks: who can reach in, and what leaves.

use crate::{Address, DataClass, Moment, Timestamp};
use std::net::IpAddr;

/// One remote-service channel. A row of `remote_access`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RemoteAccess {
    /// The first packet.
    pub start: Moment,
    /// The last packet's time.
    pub end: Timestamp,
    /// The conversation it was first seen in.
    pub uid: String,
    /// How many conversations it took.
    pub conversations: u64,
    /// Who opened it.
    pub client: Address,
    /// Who was asked.
    pub server: Address,
    /// The server's port; 0 where there is none.
    pub server_port: u16,
    /// What it is: `vnc`, `rdp`, `ssh`, `teamviewer`, `openvpn`, `web_hmi`, `vendor_cloud`, `hidden_path`, ...
    pub kind: &'static str,
    /// The protocols it took, as in `conversations`.
    pub protocols: Vec<&'static str>,
    /// Which way it was opened.
    pub direction: Reach,
    /// Bytes from client to server and back.
    pub bytes: [u64; 2],
    /// Whether the site declares it, and how; `None` without a site.
    pub declared: Option<bool>,
    /// What tells so, one sentence each. Peer text in it is quoted: escape it.
    pub evidence: Vec<String>,
}

impl RemoteAccess {
    /// Whether it is no channel that was seen open, but signs of a way out that nobody declared.
    #[must_use]
    pub fn is_hidden_path(&self) -> bool {
        self.kind == "hidden_path"
    }
}

/// Which way a channel crosses the border.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Reach {
    /// From outside to a machine inside.
    Inbound,
    /// From a machine inside to somebody outside.
    Outbound,
    /// Between machines inside.
    Internal,
    /// Between two public addresses of which nobody knows whose they are.
    Unknown,
}

impl Reach {
    /// The word used in records.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Inbound => "inbound",
            Self::Outbound => "outbound",
            Self::Internal => "internal",
            Self::Unknown => "unknown",
        }
    }
}

/// How far away somebody is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Scope {
    /// On the same crane.
    Crane,
    /// Elsewhere on the site, as the site declares it.
    Site,
    /// At a private address that nobody declared.
    Private,
    /// At a public address.
    Internet,
}

impl Scope {
    /// How far away an address is where no site is declared: public addresses are the Internet, all others private.
    /// Private are the networks that are not routed between providers: RFC 1918, 6598, 3927 and 4193, loopback, groups,
    /// and MAC addresses. Networks kept for documentation (RFC 5737) count as public, because captures that are passed
    /// around have them in place of public ones.
    #[must_use]
    pub fn without_a_site(address: Address) -> Self {
        let public = match address.ip() {
            None => false,
            Some(IpAddr::V4(ip)) => {
                let shared = matches!(ip.octets(), [100, 64..=127, ..]);
                let kept = ip.is_private() || ip.is_link_local() || ip.is_loopback() || shared;
                !(kept
                    || ip.is_multicast()
                    || ip.is_broadcast()
                    || matches!(ip.octets(), [0, ..] | [240..=255, ..]))
            }
            Some(IpAddr::V6(ip)) => {
                let kept = ip.is_unique_local() || ip.is_unicast_link_local() || ip.is_loopback();
                !(kept || ip.is_multicast() || ip.is_unspecified())
            }
        };
        if public { Self::Internet } else { Self::Private }
    }

    /// Whether two addresses are likely one owner's, where no site says whose they are: of one network of 24 bits in IPv4,
    /// the smallest that providers route to each other, or of one link of 64 bits in IPv6 (RFC 4291, section 2.5.4). Plants
    /// that use public addresses inside are known by that.
    #[must_use]
    pub fn share_a_network(a: Address, b: Address) -> bool {
        match (a.ip(), b.ip()) {
            (Some(IpAddr::V4(a)), Some(IpAddr::V4(b))) => (a.to_bits() ^ b.to_bits()) >> 8 == 0,
            (Some(IpAddr::V6(a)), Some(IpAddr::V6(b))) => (a.to_bits() ^ b.to_bits()) >> 64 == 0,
            _ => false,
        }
    }

    /// The word used in records.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Crane => "crane",
            Self::Site => "site",
            Self::Private => "private",
            Self::Internet => "internet",
        }
    }
}

/// One class of data that left one host for one recipient. A row of `disclosures`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Disclosure {
    /// The first packet of the first conversation.
    pub start: Moment,
    /// The first frames in which data of the class was found or told, in order; none where it was not looked for.
    pub frames: Vec<u64>,
    /// The last packet's time.
    pub end: Timestamp,
    /// How many conversations it took.
    pub conversations: u64,
    /// The machine the data left.
    pub client: Address,
    /// Who got it; `0.0.0.0` for machines that are not told apart.
    pub recipient: Address,
    /// How many machines were tried in a sweep with it, of which none answered; `None` where it went to somebody.
    pub tried: Option<u64>,
    /// The recipient's port; 0 where there is none.
    pub recipient_port: u16,
    /// What the recipient is called: SNI, Host, DNS. Of a peer's making: escape it.
    pub recipient_name: Option<String>,
    /// How far away the recipient is.
    pub recipient_scope: Scope,
    /// The protocol it went by.
    pub protocol: &'static str,
    /// What kind of data.
    pub data_class: DataClass,
    /// How many distinct things of that class were recognised, where they can be counted.
    pub count: Option<u64>,
    /// Payload bytes of that class.
    pub bytes: u64,
    /// A few of the things, masked.
    pub samples: Vec<String>,
    /// Whether the site declares that this recipient gets this class; `None` without a site.
    pub declared: Option<bool>,
}
