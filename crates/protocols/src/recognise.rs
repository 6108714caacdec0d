use crate::{Context, Conversation, Expectations, Memory, PROTOCOLS};
use quaywatch_model::{Moment, Side, Verdict};
use std::sync::LazyLock;

/// What a conversation runs on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Transport {
    /// A byte stream.
    Tcp,
    /// Datagrams.
    Udp,
    /// Ethernet frames of this EtherType; the bytes begin after it. For LLC frames the EtherType is the pair of service
    /// access points.
    Ethernet(u16),
    /// ICMP messages; the bytes begin after the checksum. Type and code are the ports.
    Icmp,
    /// ICMPv6 messages, likewise.
    Icmp6,
    /// Packets of this IP protocol; the bytes begin after the IP header.
    Ip(u8),
}

/// What a protocol says of bytes it is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Answer {
    /// These are mine, wherever they were found.
    Certain,
    /// More bytes would tell.
    Unsure,
    /// Not mine.
    No,
}

/// Bytes to be recognised.
#[derive(Debug, Clone, Copy)]
pub struct Probe<'a> {
    /// What the conversation runs on.
    pub transport: Transport,
    /// The ports of side A and side B; 0 where there are none. A hint: strictness may depend on it,
    /// certainty may not come from it.
    pub ports: [u16; 2],
    /// Who sent `bytes`.
    pub from: Side,
    /// The first bytes seen from that side: the start of a stream, of a segment in mid-stream, or a datagram.
    pub bytes: &'a [u8],
    /// The first bytes seen from the other side, if any were seen.
    pub answer: &'a [u8],
    /// What another conversation said that this one would be; see [`Expectations`](crate::Expectations).
    pub expected: Option<u64>,
}

impl Probe<'_> {
    /// Whether either side uses this port.
    #[must_use]
    pub const fn on_port(&self, port: u16) -> bool {
        let [a, b] = self.ports;
        a == port || b == port
    }
}

/// A protocol: what it is called, where to look for it, how to know it, and what of it is read.
///
/// The source of `quaywatch protocols`, of the coverage table in the documentation, and of the test that
/// every protocol has cases, a fuzz target and a "not decoded" paragraph.
#[derive(Debug)]
pub struct Protocol {
    /// The name used in records, lower case.
    pub name: &'static str,
    /// The name people use.
    pub title: &'static str,
    /// What it runs on.
    pub transports: &'static [Transport],
    /// The ports it is usually found on. Asked first there, found anywhere.
    pub ports: &'static [u16],
    /// Whether these bytes are this protocol.
    pub probe: fn(&Probe<'_>) -> Answer,
    /// Begins a conversation, of which these are the first bytes; they are handed to it next.
    pub start: fn(&Probe<'_>) -> Box<dyn Conversation>,
    /// What is decoded, for the coverage table. One sentence.
    pub decoded: &'static str,
    /// What is not. One sentence.
    pub not_decoded: &'static str,
}

/// What has become of a conversation's recognition.
pub enum Recognition {
    /// Not yet known; show the next bytes.
    Undecided,
    /// Known. [`Recogniser::replay`] what was held to it, then hand it these bytes.
    Found(Box<dyn Conversation>),
    /// None of ours. Show no more.
    Unknown,
}

/// Holds the first pieces of a conversation until some protocol is certain of them.
///
/// In mid-stream a piece may begin in the middle of a PDU, so each new piece is also tried on its own.
#[derive(Debug, Default)]
pub struct Recogniser {
    held: Vec<Piece>,
    passed: u8,
    passed_bytes: u64,
}

#[derive(Debug)]
struct Piece {
    from: Side,
    moment: Moment,
    bytes: Vec<u8>,
}

/// After so many pieces that nobody wants the conversation is unknown.
const MOST_PASSED: u8 = 32;
/// No more than this is held of a conversation that is not recognised yet.
const MOST_HELD_BYTES: usize = 4096;

impl Recogniser {
    /// Shows the next bytes from one side.
    pub fn show(
        &mut self,
        cx: &mut Context<'_>,
        transport: Transport,
        from: Side,
        bytes: &[u8],
    ) -> Recognition {
        // The usual case first: one piece is enough, and nothing is copied.
        let alone = Probe { transport, ports: cx.ports, from, bytes, answer: &[], expected: None };
        if let Some((protocol, token)) = cx.shared.get::<Expectations>().meet(cx.now, cx.addresses, cx.ports)
        {
            return Recognition::Found((protocol.start)(&Probe { expected: Some(token), ..alone }));
        }
        let (mut found, mut unsure) = ask(&alone);
        if found.is_none() && self.held.iter().any(|piece| piece.from == from) {
            let together = self.joined(from, bytes);
            let answer = self.joined(from.other(), &[]);
            let (by_both, doubt) = ask(&Probe { bytes: &together, answer: &answer, ..alone });
            found = by_both;
            unsure |= doubt;
        } else if found.is_none() && !self.held.is_empty() {
            let answer = self.joined(from.other(), &[]);
            let (by_both, doubt) = ask(&Probe { answer: &answer, ..alone });
            found = by_both;
            unsure |= doubt;
        }
        if let Some(protocol) = found {
            let conversation = if self.held.is_empty() {
                (protocol.start)(&alone)
            } else {
                let together = self.joined(from, bytes);
                let answer = self.joined(from.other(), &[]);
                (protocol.start)(&Probe { bytes: &together, answer: &answer, ..alone })
            };
            return Recognition::Found(conversation);
        }
        self.keep_or_pass(cx, from, bytes, unsure);
        if self.passed >= MOST_PASSED {
            self.forget(cx.memory);
            return Recognition::Unknown;
        }
        Recognition::Undecided
    }

    /// Hands all that was held to the conversation it was recognised as.
    pub fn replay(&mut self, cx: &mut Context<'_>, conversation: &mut dyn Conversation) {
        let now = cx.now;
        if self.passed_bytes > 0 {
            let reason = "bytes before the protocol was recognised";
            cx.problem("recognise", reason, Verdict::Incomplete, std::mem::take(&mut self.passed_bytes));
        }
        for piece in self.held.drain(..) {
            cx.now = piece.moment;
            cx.sink.said_at(piece.moment);
            conversation.data(cx, piece.from, &piece.bytes);
            cx.memory.free(piece.bytes);
        }
        cx.now = now;
        cx.sink.said_at(now);
    }

    /// Bytes from one side are missing: what was held of it no longer joins what comes.
    pub fn gap(&mut self, memory: &mut Memory, from: Side) {
        self.drop_side(memory, from);
    }

    /// Gives back all memory.
    pub fn forget(&mut self, memory: &mut Memory) {
        for piece in self.held.drain(..) {
            self.passed_bytes += piece.bytes.len() as u64;
            memory.free(piece.bytes);
        }
        self.held.shrink_to_fit();
    }

    fn joined(&self, from: Side, more: &[u8]) -> Vec<u8> {
        let mine = self.held.iter().filter(|piece| piece.from == from);
        let mut joined: Vec<u8> = mine.flat_map(|piece| &piece.bytes).copied().collect();
        joined.extend_from_slice(more);
        joined
    }

    fn keep_or_pass(&mut self, cx: &mut Context<'_>, from: Side, bytes: &[u8], unsure: bool) {
        if !unsure {
            // Nobody wants what this side said so far: the next piece is a new beginning.
            self.pass(cx.memory, from, bytes);
            return;
        }
        let held: usize = self.held.iter().map(|piece| piece.bytes.len()).sum();
        let room = held + bytes.len() <= MOST_HELD_BYTES;
        match room.then(|| cx.memory.copy(bytes)).flatten() {
            Some(bytes) => self.held.push(Piece { from, moment: cx.now, bytes }),
            None => self.pass(cx.memory, from, bytes),
        }
    }

    fn pass(&mut self, memory: &mut Memory, from: Side, bytes: &[u8]) {
        self.drop_side(memory, from);
        self.passed_bytes += bytes.len() as u64;
        self.passed = self.passed.saturating_add(1);
    }

    fn drop_side(&mut self, memory: &mut Memory, from: Side) {
        let passed = &mut self.passed_bytes;
        self.held.retain_mut(|piece| {
            if piece.from == from {
                *passed += piece.bytes.len() as u64;
                memory.free(std::mem::take(&mut piece.bytes));
            }
            piece.from != from
        });
    }
}

/// The protocols of every transport, in their order.
static BY_TRANSPORT: LazyLock<Vec<(Transport, Vec<&'static Protocol>)>> = LazyLock::new(|| {
    let mut lists: Vec<(Transport, Vec<&'static Protocol>)> = Vec::new();
    for &protocol in PROTOCOLS {
        for &transport in protocol.transports {
            match lists.iter_mut().find(|(other, _)| *other == transport) {
                Some((_, list)) => list.push(protocol),
                None => lists.push((transport, vec![protocol])),
            }
        }
    }
    lists
});

/// Asks every protocol of this transport, those usually found on these ports first.
fn ask(probe: &Probe<'_>) -> (Option<&'static Protocol>, bool) {
    let candidates = BY_TRANSPORT.iter().find(|(transport, _)| *transport == probe.transport);
    let candidates = candidates.map_or(&[][..], |(_, list)| list).iter().copied();
    let at_home = |protocol: &&Protocol| protocol.ports.iter().any(|&port| probe.on_port(port));
    let mut unsure = false;
    let order = candidates.clone().filter(at_home).chain(candidates.filter(|protocol| !at_home(protocol)));
    for protocol in order {
        match (protocol.probe)(probe) {
            Answer::Certain => return (Some(protocol), false),
            Answer::Unsure => unsure = true,
            Answer::No => {}
        }
    }
    (None, unsure)
}
