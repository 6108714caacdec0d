use crate::{Address, DataClass, Mac, Moment, Side, Timestamp, Topic};
use std::fmt;

/// What there is to say of a conversation that is over. Rooms that answer questions about the network take these in.
#[derive(Clone, Copy)]
pub struct Ended<'a> {
    /// The name it has in the records.
    pub uid: &'a dyn fmt::Display,
    /// The addresses of side A and side B.
    pub addresses: [Address; 2],
    /// Their ports; for ICMP its type and code; 0 where there are none.
    pub ports: [u16; 2],
    /// The MAC addresses last seen for them; zero where there were none.
    pub macs: [Mac; 2],
    /// The outermost VLAN.
    pub vlan: Option<u16>,
    /// The IP protocol number; 0 for Ethernet.
    pub ip_protocol: u8,
    /// The EtherType of an Ethernet conversation, else 0.
    pub ethertype: u16,
    /// What was spoken, recognised by content; `unknown` where it was not.
    pub protocol: &'static str,
    /// The class of what no decoder told as content.
    pub carries: DataClass,
    /// The client: as the content tells, else who opened the transport.
    pub client: Side,
    /// Whether its beginning was seen.
    pub beginning_seen: bool,
    /// Whether it is carried inside another conversation.
    pub tunnelled: bool,
    /// The first packet.
    pub first: Moment,
    /// The last packet's time.
    pub last: Timestamp,
    /// Packets of side A and side B.
    pub packets: [u64; 2],
    /// Payload bytes of side A and side B.
    pub bytes: [u64; 2],
    /// Zeek's word for how it stood at the end: `SF`, `S0`, `REJ`, ...
    pub state: &'static str,
    /// The time to live of the first packet of side A and side B; 0 where there was none.
    pub hops_left: [u8; 2],
    /// How long the handshake took, in microseconds: the server's answer, and the client's acknowledgment of it. At a
    /// tap each is a round trip to one of them. 0 where it was not seen.
    pub handshake_micros: [u32; 2],
    /// What it said of itself, in the order it was said, each thing once.
    pub notes: &'a [KeptNote],
}

/// A [`Note`](crate::Note) that was kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeptNote {
    /// Who said it.
    pub from: Side,
    /// What kind of thing.
    pub topic: Topic,
    /// What, shown as text. Of the peer's making: escape it. A secret is `(masked)`.
    pub text: String,
    /// The frame that said it.
    pub frame: u64,
}

impl Ended<'_> {
    /// The client's member of a pair.
    #[must_use]
    pub const fn of_client<T: Copy>(&self, pair: &[T; 2]) -> T {
        *self.client.of(pair)
    }

    /// The server's member of a pair.
    #[must_use]
    pub const fn of_server<T: Copy>(&self, pair: &[T; 2]) -> T {
        *self.client.other().of(pair)
    }

    /// The first note of this kind.
    #[must_use]
    pub fn note(&self, topic: Topic) -> Option<&KeptNote> {
        self.notes.iter().find(|note| note.topic == topic)
    }
}
