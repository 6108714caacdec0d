use crate::history::History;
use crate::tcp::Streams;
use crate::{ConnState, Key};
use quaywatch_model::{Mac, Moment, Problem, Side, Timestamp};
use quaywatch_wire::{Memory, protocol};

/// One conversation as the flow table keeps it. `T` is what the table's user keeps with it.
#[derive(Debug)]
pub struct Conversation<T> {
    /// Whose it is.
    pub key: Key,
    /// The MAC addresses last seen for side A and side B.
    pub macs: [Mac; 2],
    /// The first packet.
    pub first: Moment,
    /// The last packet's time.
    pub last: Timestamp,
    /// What side A and side B sent.
    pub counts: [Counts; 2],
    /// The tunnel it is inside of.
    pub tunnel: Option<Box<Tunnel>>,
    /// Whether others were found inside of it: it is a tunnel. The kind, which is not kept to save memory, is told by the
    /// IP protocol; in UDP it is VXLAN.
    pub is_carrier: bool,
    /// Whether all that was found inside was mirrored by a switch (ERSPAN).
    pub is_mirror: bool,
    /// Who sent the first packet.
    pub opener: Side,
    /// How many more routers the first packet of side A and side B could have passed; 0 where there was none.
    pub hops_left: [u8; 2],
    /// How long the handshake of a TCP connection took, in microseconds: from the SYN to its answer, and from the answer
    /// to the first acknowledgment. At a tap each is a round trip to one side. 0 where it was not seen.
    pub handshake_micros: [u32; 2],
    /// What the table's user keeps.
    pub app: T,
    /// [`Listener::wake`] is called once packet time is past this. The table's user sets it.
    pub wake: Timestamp,
    /// Whether it stands in line to be woken.
    pub(crate) in_line: bool,
    pub(crate) history: History,
    pub(crate) streams: Streams,
    pub(crate) generation: u32,
}

/// What one side sent.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Counts {
    /// Frames.
    pub packets: u64,
    /// Payload bytes of the transport, retransmissions included.
    pub bytes: u64,
    /// Bytes of IP packets with their headers, as put together from fragments; 0 for Ethernet.
    pub ip_bytes: u64,
    /// Bytes of whole frames as they were on the wire.
    pub wire_bytes: u64,
}

impl Counts {
    pub(crate) fn add(&mut self, more: &Self) {
        self.packets += more.packets;
        self.bytes += more.bytes;
        self.ip_bytes += more.ip_bytes;
        self.wire_bytes += more.wire_bytes;
    }
}

/// The conversation that carries another.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Tunnel {
    /// `gre`, `vxlan`, `ipip`.
    pub kind: &'static str,
    /// The carrying conversation.
    pub carrier: Key,
    /// The frame the carrying conversation began with.
    pub first_frame: u64,
}

/// The time to be woken of who need not be.
pub const NEVER: Timestamp = Timestamp::from_nanos(i64::MAX);

impl<T> Conversation<T> {
    /// Who opened it, as far as the transport tells: who sent the SYN or was sent the SYN-ACK; else not the side
    /// with a service's port (the lower one, where both are); else who was heard first.
    #[must_use]
    pub fn originator(&self) -> Side {
        self.streams.opened_by().unwrap_or_else(|| {
            let has_ports = matches!(self.key.protocol, protocol::TCP | protocol::UDP);
            let (first, other) = (*self.opener.of(&self.key.ports), *self.opener.other().of(&self.key.ports));
            // Nobody serves by asking everybody: a group is never the one that opened.
            let to_a_group = self.opener.other().of(&self.macs).is_group();
            let serves =
                has_ports && !to_a_group && is_a_services(first) && (first < other || !is_a_services(other));
            if serves { self.opener.other() } else { self.opener }
        })
    }

    /// Who opened it, where that was seen: on TCP only by the SYN or its answer.
    #[must_use]
    pub fn opened_by(&self) -> Option<Side> {
        self.streams.opened_by()
    }

    /// Whether the transport's own beginning was seen, so that the originator is certain.
    #[must_use]
    pub fn beginning_seen(&self) -> bool {
        self.key.protocol != protocol::TCP || self.streams.opened_by().is_some()
    }

    /// How it stood when last seen, from the originator's view.
    #[must_use]
    pub fn state(&self) -> ConnState {
        let originator = self.originator();
        let sent = |side: Side| side.of(&self.counts).packets > 0;
        match self.key.protocol {
            protocol::TCP => {
                let any_bytes = self.counts.iter().any(|counts| counts.bytes > 0);
                match self.streams.state(originator, any_bytes) {
                    ConnState::Rstos0 if !self.history.asked_and_aborted(originator) => ConnState::Oth,
                    state => state,
                }
            }
            protocol::ICMP | protocol::ICMPV6 => ConnState::Oth,
            _ => ConnState::of_datagrams(sent(originator), sent(originator.other())),
        }
    }

    /// Payload bytes that were sent (the other side acknowledged them, or later bytes were captured) but are not
    /// in the capture.
    #[must_use]
    pub fn missed_bytes(&self) -> u64 {
        self.streams.missed_bytes()
    }

    /// Payload bytes that a side sent, each once: on TCP the length of its stream, what was missed included.
    #[must_use]
    pub fn sent_bytes(&self, side: Side) -> u64 {
        self.streams.stream_bytes(side, side.of(&self.counts).bytes)
    }

    /// The last packet's time, but for what was sent after both sides of a TCP connection had closed.
    #[must_use]
    pub fn open_until(&self) -> Timestamp {
        if self.key.protocol == protocol::TCP { self.streams.open_until } else { self.last }
    }

    /// What it went through, in the letters of Zeek's `history`: upper case for the originator, `^` where it is not who
    /// was heard first, `X` at the end of what is too long. Empty for what has no history (ICMP, Ethernet).
    #[must_use]
    pub fn history(&self) -> String {
        self.history.text(self.originator(), self.opener)
    }
}

/// Whether services have this port: the system ports (RFC 6335, section 6), and above them those that the IANA or their
/// makers gave to what a crane's network speaks.
const fn is_a_services(port: u16) -> bool {
    matches!(
        port,
        0..=1023 // System ports.
            | 1194 // OpenVPN
            | 1433 // TDS
            | 1883 | 8883 // MQTT
            | 2222 | 44818 // EtherNet/IP
            | 2404 // IEC 60870-5-104
            | 3389 // RDP
            | 3544 // Teredo
            | 4840 // OPC UA
            | 5060 | 5061 // SIP
            | 5353 | 5355 // mDNS, LLMNR
            | 5432 // PostgreSQL
            | 5900 // VNC
            | 8080 | 8443 // HTTP
            | 9600 // FINS
            | 20000 // DNP3
            | 34962..=34964 // PROFINET
            | 47808 // BACnet
            | 51820 // WireGuard
    )
}

/// Who is told what the flow table finds.
pub trait Listener<T> {
    /// Whether what is at hand is to be told by this listener. Asked where it is put by for later.
    fn tells(&self) -> bool {
        true
    }
    /// What is told next was put by when [`tells`](Self::tells) said this.
    fn resume(&mut self, _tells: bool) {}
    /// A conversation begins.
    fn begin(&mut self, _conversation: &mut Conversation<T>) {}
    /// The next bytes from one side: in order on a stream; one datagram or frame elsewhere. `at` is the packet
    /// that brought them.
    fn data(
        &mut self,
        conversation: &mut Conversation<T>,
        memory: &mut Memory,
        from: Side,
        at: Moment,
        bytes: &[u8],
    );
    /// So many bytes from one side are missing.
    fn gap(
        &mut self,
        conversation: &mut Conversation<T>,
        memory: &mut Memory,
        from: Side,
        at: Moment,
        bytes: u64,
    );
    /// Its time to be [woken](Conversation::wake) is past: before its next packet is told, or soon after where none
    /// comes. It is not woken again unless a new time is set.
    fn wake(&mut self, _conversation: &mut Conversation<T>, _memory: &mut Memory, _at: Moment) {}
    /// The conversation is over; it is forgotten after this.
    fn end(&mut self, conversation: &mut Conversation<T>, memory: &mut Memory, at: Moment);
    /// Something that could not be read, with the conversation it belongs to, where that is known.
    fn problem(&mut self, conversation: Option<&Conversation<T>>, at: Moment, problem: &Problem);
}
