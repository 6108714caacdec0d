use crate::{Context, Conversation, Expectations, Memory, PROTOCOLS};
use quaywatch_model::{Moment, Side, Verdict};
use std::mem;
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
/// In mid-stream a piece may begin in the middle of a PDU, so each new piece is also tried on its own. What a capture
/// begins in may be the middle of a long answer, a file or pictures, and only what comes after it can be recognised: so
/// who is not known after the first pieces is asked for again where a PDU is likely to begin, as often as what went by
/// pays for.
#[derive(Debug, Default)]
pub struct Recogniser {
    held: Vec<Piece>,
    passed_bytes: u64,
    /// When somebody spoke last, in milliseconds of which the upper bits are cut off: there is one of this a conversation.
    last_millis: u32,
    /// Who spoke last, if what he said may go on in the next piece.
    last_from: Option<Side>,
    /// The longest piece that nobody wanted, in units of [`LENGTH_UNIT_BYTES`].
    longest: u8,
    /// How often nobody wanted what he was asked about.
    refused: u16,
}

#[derive(Debug)]
struct Piece {
    from: Side,
    moment: Moment,
    bytes: Vec<u8>,
}

/// So many pieces that nobody wants are asked about as they come.
const EAGERLY_REFUSED: u16 = 32;
/// So many more are asked about where the other side begins to speak, or after a pause, whatever went by.
const PATIENTLY_REFUSED: u16 = 32;
/// One more for so many bytes that went by: asking takes about as long as handing on this much.
const BYTES_A_QUESTION: u64 = 4 * 1024;
/// After so many that nobody wanted the conversation is unknown: what is asked about for ever is one day taken for what it
/// is not.
const MOST_REFUSED: u16 = 1024;
/// Who was silent for so many milliseconds begins something new: between the segments of one message there is less.
const PAUSE_MILLIS: u32 = 10;
/// Lengths of pieces are told apart by so many bytes.
const LENGTH_UNIT_BYTES: usize = 64;
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
        if !self.is_asked(cx.now, from) {
            self.pass(cx.memory, from, bytes);
            return Recognition::Undecided;
        }
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
        if self.refused >= MOST_REFUSED {
            self.forget(cx.memory);
            cx.problem("recognise", "no protocol recognised, and no longer looked for", Verdict::Limit, 0);
            return Recognition::Unknown;
        }
        Recognition::Undecided
    }

    /// Whether the next piece is worth a question: every one at first, then where something may begin.
    fn is_asked(&mut self, now: Moment, from: Side) -> bool {
        let millis = (now.time.nanos() / 1_000_000) as u32;
        let silent_millis = millis.wrapping_sub(mem::replace(&mut self.last_millis, millis));
        let last_from = self.last_from.replace(from);
        if self.refused < EAGERLY_REFUSED {
            return true;
        }
        let begins = last_from != Some(from) || silent_millis >= PAUSE_MILLIS;
        let goes_on = || self.held.iter().any(|piece| piece.from == from);
        let paid = self.passed_bytes / BYTES_A_QUESTION;
        let most = u64::from(EAGERLY_REFUSED + PATIENTLY_REFUSED) + paid;
        (begins || goes_on()) && u64::from(self.refused) < most
    }

    /// How many bytes nobody wanted, and no conversation will be handed.
    #[must_use]
    pub const fn passed_bytes(&self) -> u64 {
        self.passed_bytes
    }

    /// Hands all that was held to the conversation it was recognised as.
    pub fn replay(&mut self, cx: &mut Context<'_>, conversation: &mut dyn Conversation) {
        let now = cx.now;
        if self.passed_bytes > 0 {
            let reason = "bytes before the protocol was recognised";
            cx.problem("recognise", reason, Verdict::Incomplete, mem::take(&mut self.passed_bytes));
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
            self.refuse(cx.memory, from, bytes);
            return;
        }
        if self.refused >= EAGERLY_REFUSED {
            // A question is paid for, whatever the answer.
            self.refused += 1;
        }
        let held: usize = self.held.iter().map(|piece| piece.bytes.len()).sum();
        let room = held + bytes.len() <= MOST_HELD_BYTES;
        match room.then(|| cx.memory.copy(bytes)).flatten() {
            Some(bytes) => self.held.push(Piece { from, moment: cx.now, bytes }),
            None => self.refuse(cx.memory, from, bytes),
        }
    }

    fn refuse(&mut self, memory: &mut Memory, from: Side, bytes: &[u8]) {
        self.pass(memory, from, bytes);
        self.refused = self.refused.saturating_add(1);
    }

    /// Lets bytes go by. What follows a piece that is shorter than others begins something new, as the last segment of a
    /// message is not full; and where one message after the other fills all segments there is a chance at every doubling
    /// of what went by.
    fn pass(&mut self, memory: &mut Memory, from: Side, bytes: &[u8]) {
        self.drop_side(memory, from);
        let before = self.passed_bytes;
        self.passed_bytes += bytes.len() as u64;
        let length = u8::try_from(bytes.len() / LENGTH_UNIT_BYTES).unwrap_or(u8::MAX);
        let is_short = length < self.longest;
        self.longest = self.longest.max(length);
        if is_short || before.leading_zeros() != self.passed_bytes.leading_zeros() {
            self.last_from = None;
        }
    }

    fn drop_side(&mut self, memory: &mut Memory, from: Side) {
        let passed = &mut self.passed_bytes;
        self.held.retain_mut(|piece| {
            if piece.from == from {
                *passed += piece.bytes.len() as u64;
                memory.free(mem::take(&mut piece.bytes));
            }
            piece.from != from
        });
    }
}

/// The protocols of one transport.
struct Candidates {
    transport: Transport,
    /// In their order.
    all: Vec<&'static Protocol>,
    /// Ports with the place in `all` of a protocol that is usually found there, in order.
    homes: Vec<(u16, usize)>,
}

impl Candidates {
    fn of(transport: Transport) -> Self {
        let runs_on = |protocol: &&Protocol| protocol.transports.contains(&transport);
        let all: Vec<&Protocol> = PROTOCOLS.iter().copied().filter(runs_on).collect();
        let ports_of = |(place, protocol): (usize, &&'static Protocol)| {
            protocol.ports.iter().map(move |port| (*port, place))
        };
        let mut homes: Vec<(u16, usize)> = all.iter().enumerate().flat_map(ports_of).collect();
        homes.sort_unstable();
        Self { transport, all, homes }
    }

    /// Who is usually found on this port.
    fn at_home(&self, port: u16) -> &[(u16, usize)] {
        let from = self.homes.partition_point(|(other, _)| *other < port);
        let here = self.homes.get(from..).unwrap_or_default();
        here.get(..here.partition_point(|(other, _)| *other == port)).unwrap_or_default()
    }
}

static BY_TRANSPORT: LazyLock<Vec<Candidates>> = LazyLock::new(|| {
    let mut transports: Vec<Transport> = Vec::new();
    for &transport in PROTOCOLS.iter().flat_map(|protocol| protocol.transports) {
        if !transports.contains(&transport) {
            transports.push(transport);
        }
    }
    transports.into_iter().map(Candidates::of).collect()
});

/// Asks every protocol of this transport, those usually found on these ports first.
fn ask(probe: &Probe<'_>) -> (Option<&'static Protocol>, bool) {
    let Some(candidates) = BY_TRANSPORT.iter().find(|list| list.transport == probe.transport) else {
        return (None, false);
    };
    let homes = probe.ports.map(|port| candidates.at_home(port));
    let is_at_home = |place: &usize| homes.iter().any(|home| home.iter().any(|(_, other)| other == place));
    let places = 0..candidates.all.len();
    let has_homes = homes.iter().any(|home| !home.is_empty());
    let at_home = if has_homes { places.clone() } else { 0..0 }.filter(is_at_home);
    let order = at_home.chain(places.filter(|place| !has_homes || !is_at_home(place)));
    let mut unsure = false;
    for protocol in order.filter_map(|place| candidates.all.get(place)) {
        match (protocol.probe)(probe) {
            Answer::Certain => return (Some(protocol), false),
            Answer::Unsure => unsure = true,
            Answer::No => {}
        }
    }
    (None, unsure)
}

#[cfg(test)]
mod tests {
    use super::{MOST_REFUSED, Recogniser, Recognition, Transport};
    use crate::testing::{Recorder, play_unknown};
    use crate::{Context, Memory, Shared, Wanted};
    use quaywatch_model::{Address, Moment, Side, Timestamp};

    const ASKED: &[u8] = b"GET /state HTTP/1.1\r\nHost: plc\r\n\r\n";
    const ANSWERED: &[u8] = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";

    /// What is in the middle of a picture or a file, and begins nothing.
    fn noise(piece: u32) -> Vec<u8> {
        (0..1400_u32).map(|n| (n * 7 + n / 256 + piece) as u8 | 0x80).collect()
    }

    #[test]
    fn who_asks_after_a_long_answer_that_was_under_way_is_recognised() {
        for pieces in [2, 31, 33, 60, 2000] {
            let answer: Vec<Vec<u8>> = (0..pieces).map(noise).collect();
            let mut turns: Vec<(Side, &[u8])> = answer.iter().map(|piece| (Side::B, &piece[..])).collect();
            turns.extend([(Side::A, ASKED), (Side::B, ANSWERED)]);
            let heard = play_unknown(Transport::Tcp, [40_001, 80], &turns);
            assert_eq!(heard.operations.len(), 1, "after {pieces} pieces");
            assert_eq!(heard.problems, ["recognise: bytes before the protocol was recognised (incomplete)"]);
        }
    }

    #[test]
    fn the_next_message_of_a_stream_that_nobody_answers_is_recognised_after_a_segment_that_is_not_full() {
        let mut turns: Vec<(Side, Vec<u8>)> = (0..500).map(|n| (Side::A, noise(n))).collect();
        turns.push((Side::A, noise(500)[..333].to_vec()));
        turns.push((Side::A, ASKED.to_vec()));
        let turns: Vec<(Side, &[u8])> = turns.iter().map(|(from, bytes)| (*from, &bytes[..])).collect();
        assert_eq!(play_unknown(Transport::Tcp, [40_001, 80], &turns).operations.len(), 1);
    }

    /// Shows pieces until they are given up; how often somebody was asked about them, and how many were shown.
    fn shown(most: u32, gap_nanos: i64, piece: impl Fn(u32) -> (Side, Vec<u8>)) -> (Recogniser, u32) {
        let (mut memory, mut shared, mut heard) =
            (Memory::new(1 << 20), Shared::default(), Recorder::default());
        let mut recogniser = Recogniser::default();
        for n in 0..most {
            let (from, bytes) = piece(n);
            let time = Timestamp::from_nanos(i64::from(n) * gap_nanos);
            let mut cx = Context {
                now: Moment { time, frame: n.into() },
                addresses: [Address::v4([10, 0, 7, 1]), Address::v4([10, 0, 7, 2])],
                ports: [40_001, 50_001],
                opened: None,
                wanted: Wanted::default(),
                memory: &mut memory,
                shared: &mut shared,
                sink: &mut heard,
            };
            match recogniser.show(&mut cx, Transport::Tcp, from, &bytes) {
                Recognition::Undecided => {}
                Recognition::Unknown => return (recogniser, n),
                Recognition::Found(found) => panic!("noise was taken for {}", found.protocol()),
            }
        }
        (recogniser, most)
    }

    #[test]
    fn what_nobody_wants_is_asked_about_no_more_than_its_bytes_pay_for() {
        let by_turns = |n: u32| (if n.is_multiple_of(2) { Side::A } else { Side::B }, vec![0xfe; 40]);
        let (recogniser, _) = shown(6_400, 1_000_000, by_turns);
        assert_eq!(u32::from(recogniser.refused), 64 + 6_400 * 40 / 4_096);
        // In a stream that neither stops nor is answered something may begin anywhere: it is asked about as often as its bytes
        // double, from 45 KB to 9 MB.
        let (recogniser, _) = shown(6_400, 1_000_000, |n| (Side::A, noise(n)));
        assert_eq!(recogniser.refused, 32 + 8);
        // Pieces of any length are paid for as those with pauses are.
        let (recogniser, _) =
            shown(6_400, 1_000_000, |n| (Side::A, noise(n)[..1_400 - 200 * (n % 5) as usize].to_vec()));
        assert!(u64::from(recogniser.refused) <= 64 + recogniser.passed_bytes() / 4_096);
        // With pauses it has.
        let (recogniser, _) = shown(64, 20_000_000, |n| (Side::A, noise(n)));
        assert_eq!(recogniser.refused, 64);
    }

    #[test]
    fn what_was_asked_about_often_enough_is_given_up() {
        let (recogniser, pieces) = shown(u32::MAX, 20_000_000, |n| (Side::A, noise(n)));
        assert_eq!(recogniser.refused, MOST_REFUSED);
        assert!(pieces > 2_000, "{pieces}");
    }
}
