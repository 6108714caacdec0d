use crate::state::Endpoint;
use crate::{ConnState, Conversation, Listener};
use quaywatch_model::{Moment, Problem, Side, Verdict};
use quaywatch_wire::{Flags, Memory, Tcp};

/// So many segments wait behind one hole before it is taken for lost. A reordering network displaces a segment
/// by a handful.
const MOST_HELD_SEGMENTS: usize = 128;
/// So many bytes of one direction wait behind a hole before it is taken for lost: a few windows of a field device.
const MOST_HELD_BYTES: usize = 512 * 1024;
/// A hole older than this will not be filled any more: several retransmission time-outs.
const HOLE_PATIENCE_NANOS: i64 = 3_000_000_000;

/// No window is larger (RFC 7323, section 2.3): a segment further off belongs to another numbering, not to a hole.
const LARGEST_WINDOW: u32 = 1 << 30;

/// Both directions of a TCP connection.
#[derive(Debug, Default)]
pub(crate) struct Streams {
    halves: [Half; 2],
}

/// What one side sent.
#[derive(Debug, Default)]
struct Half {
    /// Segments that wait behind a hole, by sequence number. Nothing is boxed here while bytes come in order.
    held: Vec<Held>,
    /// Bytes declared missing so far.
    missed: u64,
    /// The sequence number of the next byte to deliver.
    next: u32,
    /// The first sequence number, where a SYN was seen.
    isn: u32,
    /// The highest number the other side acknowledged.
    acked: u32,
    started: bool,
    was_acked: bool,
    syn: Syn,
    endpoint: Endpoint,
}

/// Whether a SYN was seen from a side, and of which kind.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
enum Syn {
    #[default]
    None,
    Asked,
    Answered,
}

#[derive(Debug)]
struct Held {
    sequence: u32,
    at: Moment,
    /// As captured.
    bytes: Vec<u8>,
    /// As sent.
    len: u32,
}

impl Streams {
    pub(crate) fn opened_by(&self) -> Option<Side> {
        let [a, b] = self.halves.each_ref().map(|half| half.syn);
        match (a, b) {
            (Syn::Asked, _) | (Syn::None, Syn::Answered) => Some(Side::A),
            (_, Syn::Asked) | (Syn::Answered, Syn::None) => Some(Side::B),
            _ => None,
        }
    }

    pub(crate) fn state(&self, originator: Side, any_bytes: bool) -> ConnState {
        let endpoint = |side: Side| side.of(&self.halves).endpoint;
        ConnState::of_tcp(endpoint(originator), endpoint(originator.other()), any_bytes)
    }

    pub(crate) fn missed_bytes(&self) -> u64 {
        self.halves.iter().map(|half| half.missed).sum()
    }

    /// Whether both sides are done, or one aborted.
    pub(crate) fn is_over(&self) -> bool {
        let [a, b] = self.halves.each_ref().map(|half| half.endpoint);
        a.is_over() && b.is_over() || a == Endpoint::Reset || b == Endpoint::Reset
    }

    /// Whether nothing but attempts was seen.
    pub(crate) fn is_attempt(&self) -> bool {
        self.halves.iter().all(|half| matches!(half.endpoint, Endpoint::Inactive | Endpoint::SynSent))
    }

    /// Whether a segment begins another connection on the same ports.
    pub(crate) fn is_begun_anew_by(&self, from: Side, tcp: &Tcp<'_>) -> bool {
        let half = from.of(&self.halves);
        let asks = tcp.flags.has(Flags::SYN) && !tcp.flags.has(Flags::ACK | Flags::RST);
        asks && half.started && (half.syn == Syn::None || half.isn != tcp.sequence)
    }

    fn half(&mut self, side: Side) -> &mut Half {
        side.of_mut(&mut self.halves)
    }
}

/// Takes in one segment.
pub(crate) fn segment<T, L: Listener<T> + ?Sized>(
    conversation: &mut Conversation<T>,
    memory: &mut Memory,
    listener: &mut L,
    from: Side,
    at: Moment,
    tcp: &Tcp<'_>,
) {
    time_handshake(conversation, from, at, tcp.flags);
    let [a, b] = &mut conversation.streams.halves;
    let (mine, theirs) = if from == Side::A { (a, b) } else { (b, a) };
    mine.endpoint.step(&mut theirs.endpoint, tcp.flags);
    if tcp.flags.has(Flags::RST) {
        // What a reset carries is a message for people at best (RFC 9293, section 3.5.2).
        return;
    }
    if tcp.flags.has(Flags::ACK) {
        theirs.acknowledge(tcp.acknowledgment);
        if !theirs.held.is_empty() {
            // The receiver has what this capture lacks: it will not be sent again.
            close_holes(conversation, memory, listener, from.other(), at, Some(tcp.acknowledgment));
        }
    }
    let mut sequence = tcp.sequence;
    let mine = conversation.streams.half(from);
    if tcp.flags.has(Flags::SYN) {
        mine.syn = if tcp.flags.has(Flags::ACK) { Syn::Answered } else { Syn::Asked };
        mine.isn = sequence;
        sequence = sequence.wrapping_add(1);
    }
    if !mine.started {
        mine.started = true;
        mine.next = sequence;
    }
    if tcp.payload_len > 0 {
        payload(conversation, memory, listener, from, at, sequence, tcp);
    }
}

/// Bytes at `sequence`, in order or not.
fn payload<T, L: Listener<T> + ?Sized>(
    conversation: &mut Conversation<T>,
    memory: &mut Memory,
    listener: &mut L,
    from: Side,
    at: Moment,
    sequence: u32,
    tcp: &Tcp<'_>,
) {
    let half = conversation.streams.half(from);
    let ahead = sequence.wrapping_sub(half.next) as i32;
    let len = tcp.payload_len as u32;
    if ahead.unsigned_abs() > LARGEST_WINDOW {
        half.next = sequence;
        let reason = "sequence number out of any window, reading goes on from it";
        let problem = Problem { layer: "tcp", reason, verdict: Verdict::Malformed, bytes: 0 };
        listener.problem(Some(conversation), at, &problem);
        listener.gap(conversation, memory, from, at, 0);
        return payload(conversation, memory, listener, from, at, sequence, tcp);
    }
    if ahead <= 0 {
        deliver(conversation, memory, listener, from, at, ahead.unsigned_abs(), tcp.payload, len);
        if !conversation.streams.half(from).held.is_empty() {
            close_holes(conversation, memory, listener, from, at, None);
        }
        return;
    }
    let Some(bytes) = memory.copy(tcp.payload) else {
        // Without memory nothing can wait: the hole and what is behind it are lost together.
        let skipped = (ahead as u32).saturating_add(len);
        half.next = half.next.wrapping_add(skipped);
        half.missed += u64::from(skipped);
        listener.gap(conversation, memory, from, at, skipped.into());
        let reason = "memory limit reached, out-of-order segment dropped";
        let problem = Problem { layer: "tcp", reason, verdict: Verdict::Limit, bytes: len.into() };
        return listener.problem(Some(conversation), at, &problem);
    };
    half.hold(Held { sequence, at, bytes, len });
    let held_bytes: usize = half.held.iter().map(|held| held.bytes.len()).sum();
    let oldest = half.held.iter().map(|held| held.at.time).min().unwrap_or(at.time);
    let patience_is_over = half.held.len() > MOST_HELD_SEGMENTS
        || held_bytes > MOST_HELD_BYTES
        || at.time.since(oldest) > HOLE_PATIENCE_NANOS;
    if patience_is_over {
        let upto = half.held.first().map(|held| held.sequence.wrapping_add(1));
        close_holes(conversation, memory, listener, from, at, upto);
    }
}

/// Delivers a segment whose first `old` bytes were delivered before.
#[expect(
    clippy::too_many_arguments,
    reason = "one call site each way, and a struct would be built per packet"
)]
fn deliver<T, L: Listener<T> + ?Sized>(
    conversation: &mut Conversation<T>,
    memory: &mut Memory,
    listener: &mut L,
    from: Side,
    at: Moment,
    old: u32,
    bytes: &[u8],
    len: u32,
) {
    let Some(new) = len.checked_sub(old).filter(|&new| new > 0) else { return };
    let half = conversation.streams.half(from);
    half.next = half.next.wrapping_add(new);
    let bytes = bytes.get(old as usize..).unwrap_or_default();
    let cut = u64::from(new) - (bytes.len() as u64).min(new.into());
    half.missed += cut;
    if !bytes.is_empty() {
        listener.data(conversation, memory, from, at, bytes);
    }
    if cut > 0 {
        listener.gap(conversation, memory, from, at, cut);
    }
}

/// Delivers what waits and is no longer behind a hole. Holes below `lost_below` are declared missing.
fn close_holes<T, L: Listener<T> + ?Sized>(
    conversation: &mut Conversation<T>,
    memory: &mut Memory,
    listener: &mut L,
    from: Side,
    now: Moment,
    lost_below: Option<u32>,
) {
    loop {
        let half = conversation.streams.half(from);
        let Some(first) = half.held.first() else {
            half.held = Vec::new();
            return;
        };
        let hole = first.sequence.wrapping_sub(half.next) as i32;
        if hole > 0 {
            if lost_below.is_none_or(|below| below.wrapping_sub(first.sequence) as i32 <= 0) {
                return;
            }
            half.next = first.sequence;
            half.missed += u64::from(hole.unsigned_abs());
            listener.gap(conversation, memory, from, now, hole.unsigned_abs().into());
            continue;
        }
        let held = half.held.remove(0);
        if half.differs_from_next(&held) {
            let reason = "overlapping segments differ";
            let problem = Problem { layer: "tcp", reason, verdict: Verdict::Malformed, bytes: 0 };
            listener.problem(Some(conversation), held.at, &problem);
        }
        let old = hole.unsigned_abs();
        deliver(conversation, memory, listener, from, held.at, old, &held.bytes, held.len);
        memory.free(held.bytes);
    }
}

/// Gives up the holes of a conversation that has been silent for longer than they may last.
pub(crate) fn silent<T, L: Listener<T> + ?Sized>(
    conversation: &mut Conversation<T>,
    memory: &mut Memory,
    listener: &mut L,
    now: Moment,
) {
    if now.time.since(conversation.last) > HOLE_PATIENCE_NANOS {
        finish(conversation, memory, listener, now);
    }
}

/// Delivers all that waits in both directions, at the conversation's end, and declares all holes.
pub(crate) fn finish<T, L: Listener<T> + ?Sized>(
    conversation: &mut Conversation<T>,
    memory: &mut Memory,
    listener: &mut L,
    now: Moment,
) {
    for side in [Side::A, Side::B] {
        while let Some(last) = conversation.streams.half(side).held.last() {
            let beyond = last.sequence.wrapping_add(1);
            close_holes(conversation, memory, listener, side, now, Some(beyond));
        }
        let half = conversation.streams.half(side);
        let fin = u32::from(half.endpoint == Endpoint::Closed);
        let unseen = half.acked.wrapping_sub(half.next).wrapping_sub(fin) as i32;
        // A single number may be a FIN that was not captured: no byte is claimed to be missing for it.
        if half.was_acked && half.started && (2..=LARGEST_WINDOW as i32).contains(&unseen) {
            half.missed += u64::from(unseen.unsigned_abs());
            half.next = half.next.wrapping_add(unseen.unsigned_abs());
            listener.gap(conversation, memory, side, now, unseen.unsigned_abs().into());
        }
    }
}

impl Half {
    fn acknowledge(&mut self, number: u32) {
        if !self.was_acked || number.wrapping_sub(self.acked) as i32 > 0 {
            self.acked = number;
            self.was_acked = true;
        }
    }

    /// Keeps `held` by sequence number; behind those with the same, which came first.
    fn hold(&mut self, held: Held) {
        let next = self.next;
        let distance = |sequence: u32| sequence.wrapping_sub(next) as i32;
        let at = self.held.partition_point(|other| distance(other.sequence) <= distance(held.sequence));
        self.held.insert(at, held);
    }

    /// Whether `held`, which is about to be delivered, and the segment after it disagree where they overlap.
    fn differs_from_next(&self, held: &Held) -> bool {
        let Some(next) = self.held.first() else { return false };
        let offset = next.sequence.wrapping_sub(held.sequence) as usize;
        let overlap = held.bytes.get(offset..).unwrap_or_default();
        overlap.iter().zip(&next.bytes).any(|(a, b)| a != b)
    }
}

/// Times the two halves of a handshake of which the SYN was the first packet that was seen.
fn time_handshake<T>(conversation: &mut Conversation<T>, from: Side, at: Moment, flags: Flags) {
    let opener = conversation.opener;
    let [answered, acknowledged] = conversation.handshake_micros;
    if acknowledged != 0
        || !flags.has(Flags::ACK)
        || opener.of(&conversation.streams.halves).syn != Syn::Asked
    {
        return;
    }
    let since_syn = at.time.since(conversation.first.time) / 1_000;
    let since_syn = u32::try_from(since_syn).unwrap_or(u32::MAX).max(1);
    if from != opener && flags.has(Flags::SYN) && answered == 0 {
        conversation.handshake_micros = [since_syn, 0];
    } else if from == opener && answered != 0 {
        conversation.handshake_micros = [answered, since_syn.saturating_sub(answered).max(1)];
    }
}
