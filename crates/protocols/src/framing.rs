use crate::{Answer, Context, Conversation};
use quaywatch_model::{DataClass, Moment, Side, Timestamp, Verdict};
use std::mem;

/// How long the PDU that begins here is, all of it, header included.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Length {
    /// More bytes are needed to tell.
    More,
    /// So many bytes, at least 1.
    Is(usize),
    /// No PDU begins here; why.
    Bad(&'static str),
}

/// What a protocol on a byte stream says and means, PDU by PDU. [`Framed`] makes a [`Conversation`] of it.
pub trait Dialogue: Send {
    /// The name problems are filed under.
    const LAYER: &'static str;
    /// The longest PDU this software reads, in bytes. A longer one is skipped as a problem.
    const MAX_PDU_BYTES: usize;

    /// How long the PDU at the start of `head` is. Called on every PDU: cheap, header only.
    fn length(&self, from: Side, head: &[u8]) -> Length;
    /// Whether a PDU really begins at `head`: the strict question, asked at the start, after gaps and after
    /// bad PDUs, at every byte offset until one answers. `Unsure` asks for more bytes.
    fn starts(&self, from: Side, head: &[u8]) -> Answer;
    /// One whole PDU.
    fn pdu(&mut self, cx: &mut Context<'_>, from: Side, pdu: &[u8]);
    /// PDUs from this side were lost: `bytes` were not captured (0: number not known) or not readable.
    fn lost(&mut self, cx: &mut Context<'_>, from: Side, bytes: u64);
    /// As [`Conversation::tick`].
    fn tick(&mut self, _: &mut Context<'_>) -> Option<Timestamp> {
        None
    }
    /// Nothing more will come.
    fn end(&mut self, cx: &mut Context<'_>);
    /// As [`Conversation::protocol`].
    fn protocol(&self) -> &'static str;
    /// As [`Conversation::client`].
    fn client(&self) -> Option<Side>;
    /// As [`Conversation::carries`].
    fn carries(&self) -> DataClass {
        DataClass::Unknown
    }
}

/// Cuts a byte stream into PDUs: any segmentation, several PDUs in one segment, one over many, and
/// resynchronisation after gaps and bad PDUs.
///
/// A PDU that lies whole in a segment is handed on where it lies; only a PDU that is cut is copied.
#[derive(Debug)]
pub struct Framed<D> {
    dialogue: D,
    carry: [Vec<u8>; 2],
    hunt: [Hunt; 2],
    doubts: [Doubts; 2],
}

/// Whether the framing is in step with one side, and how many bytes went by while it was not.
#[derive(Debug, Clone, Copy, Default)]
struct Hunt {
    in_step: bool,
    passed_bytes: u64,
}

/// Where the pieces end that wait because it is in doubt whether a PDU begins there, and when each was seen: a PDU
/// that was whole before the doubt ended was said when its last byte was, not when the doubt ended.
#[derive(Debug, Default)]
struct Doubts(Vec<(usize, Moment)>);

/// So many pieces keep their own moment while they wait, of either side; further ones have that of the last.
/// Nearly always there is one.
const MOST_DOUBTED_PIECES: usize = 16;

/// A strict question that is still unsure after so many bytes is taken for a no.
const LONGEST_DOUBT_BYTES: usize = 512;

impl Doubts {
    const fn none() -> Self {
        Self(Vec::new())
    }

    /// A piece that was seen now ends after so many bytes.
    fn add(&mut self, end: usize, now: Moment) {
        self.0.truncate(MOST_DOUBTED_PIECES - 1);
        self.0.push((end, now));
    }

    /// When the byte before `end` was seen, if not just now.
    fn said(&self, end: usize) -> Option<Moment> {
        self.0.iter().find(|(piece, _)| *piece >= end).map(|&(_, moment)| moment)
    }

    /// So many bytes need not be kept any more.
    fn drop_front(&mut self, count: usize) {
        self.0.retain(|(end, _)| *end > count);
        self.0.iter_mut().for_each(|(end, _)| *end = end.saturating_sub(count));
    }
}

impl<D: Dialogue> Framed<D> {
    /// A conversation of which nothing was seen yet.
    pub const fn new(dialogue: D) -> Self {
        let lost = Hunt { in_step: false, passed_bytes: 0 };
        Self {
            dialogue,
            carry: [Vec::new(), Vec::new()],
            hunt: [lost, lost],
            doubts: [Doubts::none(), Doubts::none()],
        }
    }

    /// What is spoken.
    pub const fn dialogue(&self) -> &D {
        &self.dialogue
    }

    /// What is spoken, to be changed.
    pub(crate) const fn dialogue_mut(&mut self) -> &mut D {
        &mut self.dialogue
    }

    /// Hands on all whole PDUs of `bytes`; tells how many bytes need not be kept.
    fn consume(&mut self, cx: &mut Context<'_>, from: Side, bytes: &[u8]) -> usize {
        let mut at = 0;
        while let Some(head) = bytes.get(at..).filter(|head| !head.is_empty()) {
            if !from.of(&self.hunt).in_step {
                let Some(found) = self.hunt(cx, from, head) else {
                    return bytes.len();
                };
                at += found;
                if !from.of(&self.hunt).in_step {
                    break;
                }
                continue;
            }
            match self.dialogue.length(from, head) {
                Length::More => break,
                Length::Is(length) if length > 0 && length <= D::MAX_PDU_BYTES => {
                    let Some(pdu) = head.get(..length) else { break };
                    at += length;
                    self.pdu(cx, from, pdu, at);
                }
                Length::Is(_) => at += self.fall_out_of_step(cx, from, "PDU length out of bounds"),
                Length::Bad(reason) => at += self.fall_out_of_step(cx, from, reason),
            }
        }
        at
    }

    /// Hands on a whole PDU, which ends `end` bytes into what is looked through.
    fn pdu(&mut self, cx: &mut Context<'_>, from: Side, pdu: &[u8], end: usize) {
        let now = cx.now;
        cx.now = from.of(&self.doubts).said(end).unwrap_or(now);
        self.dialogue.pdu(cx, from, pdu);
        cx.now = now;
    }

    /// Looks for the next PDU. `Some(n)`: pass `n` bytes, then either in step again or in doubt for want of
    /// bytes. `None`: nothing here.
    fn hunt(&mut self, cx: &mut Context<'_>, from: Side, bytes: &[u8]) -> Option<usize> {
        for at in 0..bytes.len() {
            let head = bytes.get(at..)?;
            let answer = self.dialogue.starts(from, head);
            let doubt = answer == Answer::Unsure && head.len() < LONGEST_DOUBT_BYTES;
            if answer != Answer::Certain && !doubt {
                continue;
            }
            let hunt = from.of_mut(&mut self.hunt);
            hunt.passed_bytes += at as u64;
            if !doubt {
                hunt.in_step = true;
                let passed = mem::take(&mut hunt.passed_bytes);
                if passed > 0 {
                    cx.problem(
                        D::LAYER,
                        "bytes passed over to find the next PDU",
                        Verdict::Incomplete,
                        passed,
                    );
                }
            }
            return Some(at);
        }
        from.of_mut(&mut self.hunt).passed_bytes += bytes.len() as u64;
        None
    }

    /// A PDU made no sense: looks for the next one from the byte after its first.
    fn fall_out_of_step(&mut self, cx: &mut Context<'_>, from: Side, reason: &'static str) -> usize {
        cx.problem(D::LAYER, reason, Verdict::Malformed, 0);
        *from.of_mut(&mut self.hunt) = Hunt { in_step: false, passed_bytes: 1 };
        self.dialogue.lost(cx, from, 0);
        1
    }

    /// Keeps what belongs to a PDU that is not whole yet.
    fn keep(&mut self, cx: &mut Context<'_>, from: Side, mut carry: Vec<u8>, bytes: &[u8]) {
        if cx.memory.append(&mut carry, bytes) {
            self.put_by(cx, from, carry);
        } else {
            let dropped = (carry.len() + bytes.len()) as u64;
            cx.memory.free(carry);
            *from.of_mut(&mut self.doubts) = Doubts::none();
            cx.problem(D::LAYER, "memory limit reached, partial PDU dropped", Verdict::Limit, dropped);
            *from.of_mut(&mut self.hunt) = Hunt::default();
            self.dialogue.lost(cx, from, dropped);
        }
    }

    /// Leaves bytes for the next time, with the moment of the last if it is in doubt what they are.
    fn put_by(&mut self, cx: &Context<'_>, from: Side, carry: Vec<u8>) {
        if !from.of(&self.hunt).in_step {
            from.of_mut(&mut self.doubts).add(carry.len(), cx.now);
        }
        *from.of_mut(&mut self.carry) = carry;
    }

    /// Drops a PDU that will never be whole.
    fn abandon(&mut self, cx: &mut Context<'_>, from: Side) {
        *from.of_mut(&mut self.doubts) = Doubts::none();
        let carry = mem::take(from.of_mut(&mut self.carry));
        if !carry.is_empty() {
            let whole = from.of(&self.hunt).in_step;
            let reason = if whole { "PDU cut short" } else { "bytes that begin no PDU" };
            cx.problem(D::LAYER, reason, Verdict::Incomplete, carry.len() as u64);
        }
        cx.memory.free(carry);
        let passed = mem::take(&mut from.of_mut(&mut self.hunt).passed_bytes);
        if passed > 0 {
            cx.problem(D::LAYER, "bytes that begin no PDU", Verdict::Incomplete, passed);
        }
    }
}

impl<D: Dialogue> Conversation for Framed<D> {
    fn data(&mut self, cx: &mut Context<'_>, from: Side, bytes: &[u8]) {
        let mut bytes = bytes;
        let mut carry = mem::take(from.of_mut(&mut self.carry));
        if !carry.is_empty() && from.of(&self.hunt).in_step {
            // The length is known: take only what completes this PDU, and read on where the rest lies.
            if let Length::Is(length) = self.dialogue.length(from, &carry)
                && length <= D::MAX_PDU_BYTES
                && let Some(missing) = length.checked_sub(carry.len())
            {
                let (head, rest) = bytes.split_at_checked(missing).unwrap_or((bytes, &[]));
                if head.len() < missing || !cx.memory.append(&mut carry, head) {
                    return self.keep(cx, from, carry, head);
                }
                self.dialogue.pdu(cx, from, &carry);
                cx.memory.free(mem::take(&mut carry));
                bytes = rest;
            }
        }
        if carry.is_empty() {
            let used = self.consume(cx, from, bytes);
            if let Some(rest) = bytes.get(used..).filter(|rest| !rest.is_empty()) {
                match cx.memory.copy(&[]) {
                    Some(buffer) => self.keep(cx, from, buffer, rest),
                    None => self.keep(cx, from, Vec::new(), rest),
                }
            }
        } else if cx.memory.append(&mut carry, bytes) {
            let used = self.consume(cx, from, &carry);
            cx.memory.drop_front(&mut carry, used);
            if from.of(&self.hunt).in_step {
                *from.of_mut(&mut self.doubts) = Doubts::none();
            } else {
                from.of_mut(&mut self.doubts).drop_front(used);
            }
            if carry.is_empty() {
                cx.memory.free(carry);
            } else {
                self.put_by(cx, from, carry);
            }
        } else {
            self.keep(cx, from, carry, bytes);
        }
    }

    fn gap(&mut self, cx: &mut Context<'_>, from: Side, bytes: u64) {
        self.abandon(cx, from);
        *from.of_mut(&mut self.hunt) = Hunt::default();
        self.dialogue.lost(cx, from, bytes);
    }

    fn tick(&mut self, cx: &mut Context<'_>) -> Option<Timestamp> {
        self.dialogue.tick(cx)
    }

    fn end(&mut self, cx: &mut Context<'_>) {
        self.abandon(cx, Side::A);
        self.abandon(cx, Side::B);
        self.dialogue.end(cx);
    }

    fn protocol(&self) -> &'static str {
        self.dialogue.protocol()
    }

    fn client(&self) -> Option<Side> {
        self.dialogue.client()
    }

    fn carries(&self) -> DataClass {
        self.dialogue.carries()
    }
}
