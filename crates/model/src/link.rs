use crate::{Address, KeptNote, Mac, Moment, Scope, Timestamp};

/// All conversations of one protocol between a client and a server: an edge of the network map.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Link {
    /// Who asks.
    pub client: Address,
    /// Who is asked; perhaps a group.
    pub server: Address,
    /// How far away client and server are.
    pub scopes: [Scope; 2],
    /// The server's port; 0 where there is none.
    pub server_port: u16,
    /// The IP protocol number; 0 for Ethernet.
    pub ip_protocol: u8,
    /// What is spoken, recognised by content; `unknown` where it was not.
    pub protocol: &'static str,
    /// How many conversations.
    pub conversations: u64,
    /// Of these, how many got no answer or were refused: Zeek's states `S0`, `REJ`, `RSTOS0` and alike, echoes in vain.
    pub failed: u64,
    /// Packets from client to server and back.
    pub packets: [u64; 2],
    /// Payload bytes from client to server and back.
    pub bytes: [u64; 2],
    /// The MAC addresses last seen for client and server; zero where there were none.
    pub macs: [Mac; 2],
    /// The first packet.
    pub first: Moment,
    /// The last packet's time.
    pub last: Timestamp,
    /// What the client said in longer packets than the protocol needs.
    pub overlong: Overlong,
    /// What the conversations said of themselves, each thing once; of many the first. `from` is
    /// [`Side::A`](crate::Side::A) for the client.
    pub notes: Vec<KeptNote>,
}

/// Conversations in which the client's packets are longer on the average than their protocol needs, of protocols in which
/// questions are short.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Overlong {
    /// The client's packets.
    pub packets: u64,
    /// Payload bytes from client to server and back.
    pub bytes: [u64; 2],
    /// The first of these conversations.
    pub first: Option<Moment>,
    /// The first frames of the first of them.
    pub frames: Vec<u64>,
}

impl Overlong {
    /// What a packet of a client needs at most: a DNS question takes some 40 bytes, and names that carry data take over 100
    /// (RFC 1035 allows 255); an NTP packet has 48 bytes, with a digest 68 (RFC 5905, section 7.3). None: it varies.
    #[must_use]
    pub fn beyond_bytes(protocol: &str) -> Option<u64> {
        match protocol {
            "dns" => Some(100),
            "ntp" => Some(90),
            _ => None,
        }
    }
}

/// Somebody who asks many others, or many doors of one, as whoever looks for a way in does.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Search {
    /// Who asks.
    pub client: Address,
    /// How many different machines were asked in vain, but for those at public addresses that a private one asks.
    pub machines: Distinct,
    /// How many machines at public addresses a private one asked in vain.
    pub far_machines: Distinct,
    /// How many different ports were asked in vain.
    pub ports: Distinct,
    /// How many attempts got no answer or were refused.
    pub failed: u64,
    /// How many attempts there were.
    pub attempts: u64,
    /// The first attempt that failed.
    pub first: Moment,
    /// The first frames of the first attempts that failed, in order.
    pub frames: Vec<u64>,
    /// The last attempt.
    pub last: Timestamp,
    /// Some of the machines that were asked in vain.
    pub some: Vec<Address>,
}

/// How many different things there were. They are told apart up to a limit only.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Distinct {
    /// How many were told apart.
    pub count: u64,
    /// Whether there were more.
    pub more: bool,
}
