use crate::history::{self, Trouble, Troubles};
use crate::state::Endpoint;
use crate::{ConnState, Conversation, Listener};
use quaywatch_model::{Moment, Problem, Side, Timestamp, Verdict};
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
    /// What went wrong in side A's and side B's direction. Nothing is boxed while all goes well.
    strays: Option<Box<[Strays; 2]>>,
    /// The last packet before both sides had closed.
    pub(crate) open_until: Timestamp,
}

/// What one side sent.
#[derive(Debug, Default)]
pub(crate) struct Half {
    /// The sequence number of the next byte to deliver.
    next: u32,
    /// The number past the newest segment, which may wait; the last reset's once there was one.
    pub(crate) newest: u32,
    /// The first sequence number, where a SYN was seen.
    pub(crate) isn: u32,
    /// The highest number the other side acknowledged.
    acked: u32,
    started: bool,
    was_acked: bool,
    syn: Syn,
    pub(crate) endpoint: Endpoint,
}

/// What went wrong in one direction.
#[derive(Debug, Default)]
struct Strays {
    /// Segments that wait behind a hole, by sequence number.
    held: Vec<Held>,
    /// Bytes declared missing so far.
    missed: u64,
    /// Payload bytes that were captured and are not of the stream: sent again, or with a reset.
    surplus: u64,
    troubles: Troubles,
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
        ConnState::of_tcp(self.endpoint(originator), self.endpoint(originator.other()), any_bytes)
    }

    pub(crate) fn missed_bytes(&self) -> u64 {
        self.strays.iter().flat_map(|sides| sides.iter()).map(|strays| strays.missed).sum()
    }

    /// How long the stream of a side was that sent so many payload bytes.
    pub(crate) fn stream_bytes(&self, side: Side, captured: u64) -> u64 {
        self.strays(side).map_or(captured, |strays| captured.saturating_sub(strays.surplus) + strays.missed)
    }

    /// Whether both sides are done, or one aborted.
    pub(crate) fn is_over(&self) -> bool {
        let [a, b] = self.halves.each_ref().map(|half| half.endpoint);
        self.both_closed() || a.is_reset() || b.is_reset()
    }

    fn both_closed(&self) -> bool {
        self.halves.iter().all(|half| half.endpoint.is_over())
    }

    /// Whether its handshake was seen and nobody aborted.
    fn is_in_order(&self) -> bool {
        let is_in_order = |half: &Half| matches!(half.endpoint, Endpoint::Established | Endpoint::Closed);
        self.opened_by().is_some() && self.halves.iter().all(is_in_order)
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

    #[inline]
    pub(crate) fn half(&mut self, side: Side) -> &mut Half {
        side.of_mut(&mut self.halves)
    }

    pub(crate) fn endpoint(&self, side: Side) -> Endpoint {
        side.of(&self.halves).endpoint
    }

    #[inline]
    fn strays(&self, side: Side) -> Option<&Strays> {
        self.strays.as_deref().map(|sides| side.of(sides))
    }

    fn strays_mut(&mut self, side: Side) -> &mut Strays {
        side.of_mut(self.strays.get_or_insert_default())
    }

    /// How often `side` met each trouble.
    pub(crate) fn troubles(&mut self, side: Side) -> &mut Troubles {
        &mut self.strays_mut(side).troubles
    }

    /// The segments of `side` that wait behind a hole.
    #[inline]
    fn held(&self, side: Side) -> &[Held] {
        self.strays(side).map_or(&[], |strays| &strays.held)
    }

    /// Keeps `held` by sequence number; behind those with the same, which came first.
    fn hold(&mut self, side: Side, held: Held) {
        let next = self.half(side).next;
        let distance = |sequence: u32| sequence.wrapping_sub(next) as i32;
        let waiting = &mut self.strays_mut(side).held;
        let at = waiting.partition_point(|other| distance(other.sequence) <= distance(held.sequence));
        waiting.insert(at, held);
    }

    /// Whether `held`, which is about to be delivered, and the segment after it disagree where they overlap.
    fn differs_from_next(&self, side: Side, held: &Held) -> bool {
        let Some(next) = self.held(side).first() else { return false };
        let offset = next.sequence.wrapping_sub(held.sequence) as usize;
        let overlap = held.bytes.get(offset..).unwrap_or_default();
        overlap.iter().zip(&next.bytes).any(|(a, b)| a != b)
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
    history::segment(conversation, from, tcp);
    if !conversation.streams.both_closed() {
        conversation.streams.open_until = conversation.last;
    }
    let [a, b] = &mut conversation.streams.halves;
    let (mine, theirs) = if from == Side::A { (a, b) } else { (b, a) };
    mine.endpoint.step(&mut theirs.endpoint, tcp.flags, tcp.payload_len > 0);
    if tcp.flags.has(Flags::RST) {
        // What a reset carries is a message for people at best (RFC 9293, section 3.5.2).
        if tcp.payload_len > 0 {
            conversation.streams.strays_mut(from).surplus += tcp.payload_len as u64;
        }
        return;
    }
    if tcp.flags.has(Flags::ACK) {
        theirs.acknowledge(tcp.acknowledgment);
        if !conversation.streams.held(from.other()).is_empty() {
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
        if !conversation.streams.held(from).is_empty() {
            close_holes(conversation, memory, listener, from, at, None);
        }
        return;
    }
    let Some(bytes) = memory.copy(tcp.payload) else {
        // Without memory nothing can wait: the hole and what is behind it are lost together.
        let skipped = (ahead as u32).saturating_add(len);
        half.next = half.next.wrapping_add(skipped);
        // What was captured and is dropped is counted as missed.
        conversation.streams.strays_mut(from).surplus += u64::from(len);
        lose(conversation, memory, listener, from, at, skipped.into());
        let reason = "memory limit reached, out-of-order segment dropped";
        let problem = Problem { layer: "tcp", reason, verdict: Verdict::Limit, bytes: len.into() };
        return listener.problem(Some(conversation), at, &problem);
    };
    conversation.streams.hold(from, Held { sequence, at, bytes, len });
    let held = conversation.streams.held(from);
    let held_bytes: usize = held.iter().map(|held| held.bytes.len()).sum();
    let oldest = held.iter().map(|held| held.at.time).min().unwrap_or(at.time);
    let patience_is_over = held.len() > MOST_HELD_SEGMENTS
        || held_bytes > MOST_HELD_BYTES
        || at.time.since(oldest) > HOLE_PATIENCE_NANOS;
    if patience_is_over {
        let upto = held.first().map(|held| held.sequence.wrapping_add(1));
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
    if old > 0 {
        conversation.streams.strays_mut(from).surplus += u64::from(old.min(len));
    }
    let Some(new) = len.checked_sub(old).filter(|&new| new > 0) else { return };
    let half = conversation.streams.half(from);
    half.next = half.next.wrapping_add(new);
    let bytes = bytes.get(old as usize..).unwrap_or_default();
    let cut = u64::from(new) - (bytes.len() as u64).min(new.into());
    if !bytes.is_empty() {
        listener.data(conversation, memory, from, at, bytes);
    }
    if cut > 0 {
        // The frame's length counted them as payload.
        conversation.streams.strays_mut(from).surplus += cut;
        lose(conversation, memory, listener, from, at, cut);
    }
}

/// Declares bytes missing.
#[cold]
fn lose<T, L: Listener<T> + ?Sized>(
    conversation: &mut Conversation<T>,
    memory: &mut Memory,
    listener: &mut L,
    from: Side,
    at: Moment,
    bytes: u64,
) {
    conversation.streams.strays_mut(from).missed += bytes;
    if conversation.streams.is_in_order() {
        conversation.history.count(from, Trouble::Gap, conversation.streams.troubles(from));
    }
    listener.gap(conversation, memory, from, at, bytes);
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
        let streams = &mut conversation.streams;
        let Some(sequence) = streams.held(from).first().map(|first| first.sequence) else {
            streams.strays_mut(from).held = Vec::new();
            return;
        };
        let half = streams.half(from);
        let hole = sequence.wrapping_sub(half.next) as i32;
        if hole > 0 {
            if lost_below.is_none_or(|below| below.wrapping_sub(sequence) as i32 <= 0) {
                return;
            }
            half.next = sequence;
            lose(conversation, memory, listener, from, now, hole.unsigned_abs().into());
            continue;
        }
        let held = streams.strays_mut(from).held.remove(0);
        if streams.differs_from_next(from, &held) {
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
        while let Some(last) = conversation.streams.held(side).last() {
            let beyond = last.sequence.wrapping_add(1);
            close_holes(conversation, memory, listener, side, now, Some(beyond));
        }
        let half = conversation.streams.half(side);
        let fin = u32::from(half.endpoint == Endpoint::Closed);
        let unseen = half.acked.wrapping_sub(half.next).wrapping_sub(fin) as i32;
        // A single number may be a FIN that was not captured: no byte is claimed to be missing for it.
        if half.was_acked && half.started && (2..=LARGEST_WINDOW as i32).contains(&unseen) {
            half.next = half.next.wrapping_add(unseen.unsigned_abs());
            lose(conversation, memory, listener, side, now, unseen.unsigned_abs().into());
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
