//! Messages that come in several chunks, until they are whole.

use crate::{Context, Memory};
use quaywatch_model::{Side, Verdict};

/// The longest message put together, in bytes; what lies past it is not read. Stacks allow 4 MiB as a rule.
pub(super) const MAX_MESSAGE_BYTES: usize = 4 << 20;
/// So many messages of one conversation may be incomplete at a time. Stacks send one message after the other.
const MOST_PARTS: usize = 8;

/// The incomplete messages of a conversation.
#[derive(Debug, Default)]
pub(super) struct Parts(Vec<Part>);

/// A message of which chunks are missing.
#[derive(Debug)]
pub(super) struct Part {
    from: Side,
    request_id: u32,
    /// All bodies so far.
    pub(super) bytes: Vec<u8>,
    /// How long all its chunks were.
    pub(super) wire_bytes: u32,
    /// Whether a limit kept some bytes out.
    pub(super) cut: bool,
}

impl Parts {
    /// Whether chunks of this message wait.
    pub(super) fn has(&self, from: Side, request_id: u32) -> bool {
        self.0.iter().any(|part| part.is(from, request_id))
    }

    /// Adds the body of a chunk that was `wire_bytes` long.
    pub(super) fn add(
        &mut self,
        cx: &mut Context<'_>,
        from: Side,
        request_id: u32,
        body: &[u8],
        wire_bytes: u32,
    ) {
        if !self.has(from, request_id) {
            if self.0.len() >= MOST_PARTS {
                let oldest = self.0.remove(0);
                give_up(cx, oldest, "too many incomplete messages, the oldest is dropped", Verdict::Limit);
            }
            let (bytes, cut) = cx.memory.copy(&[]).map_or((Vec::new(), true), |bytes| (bytes, false));
            self.0.push(Part { from, request_id, bytes, wire_bytes: 0, cut });
        }
        let Some(part) = self.0.iter_mut().find(|part| part.is(from, request_id)) else { return };
        part.wire_bytes = part.wire_bytes.saturating_add(wire_bytes);
        let fits = !part.cut && part.bytes.len().saturating_add(body.len()) <= MAX_MESSAGE_BYTES;
        if !fits || !cx.memory.append(&mut part.bytes, body) {
            if !part.cut {
                let reason = "message too long, its end is not read";
                cx.problem(super::LAYER, reason, Verdict::Limit, body.len() as u64);
            }
            part.cut = true;
        }
    }

    /// Takes the message that waits under this id.
    pub(super) fn take(&mut self, from: Side, request_id: u32) -> Option<Part> {
        let at = self.0.iter().position(|part| part.is(from, request_id))?;
        Some(self.0.remove(at))
    }

    /// Chunks of this side were lost: what waits of it will not become whole.
    pub(super) fn lost(&mut self, cx: &mut Context<'_>, from: Side) {
        while let Some(at) = self.0.iter().position(|part| part.from == from) {
            let part = self.0.remove(at);
            give_up(cx, part, "message without its last chunks", Verdict::Incomplete);
        }
    }
}

fn give_up(cx: &mut Context<'_>, part: Part, reason: &'static str, verdict: Verdict) {
    cx.problem(super::LAYER, reason, verdict, part.bytes.len() as u64);
    part.free(cx.memory);
}

impl Part {
    fn is(&self, from: Side, request_id: u32) -> bool {
        self.from == from && self.request_id == request_id
    }

    /// Gives the memory back.
    pub(super) fn free(self, memory: &mut Memory) {
        memory.free(self.bytes);
    }
}
