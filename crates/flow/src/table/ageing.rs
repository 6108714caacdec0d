//! Who is woken, and whose time is over.

use super::{Due, MOST_SWEPT, Table};
use crate::{Conversation, Limits, Listener, NEVER, tcp};
use quaywatch_model::{Moment, Problem, Timestamp, Verdict};
use quaywatch_wire::{Memory, protocol};
use std::cmp::Reverse;
use std::collections::BinaryHeap;

impl<T: Default> Table<T> {
    /// Wakes conversations that want to be woken, and ends those whose time is over.
    pub(super) fn sweep<L: Listener<T> + ?Sized>(&mut self, memory: &mut Memory, listener: &mut L) {
        let now = Moment { time: self.now, frame: 0 };
        for _ in 0..MOST_SWEPT {
            let Some(Reverse(next)) = self.waking.peek().copied() else { break };
            if next.after >= self.now {
                break;
            }
            self.waking.pop();
            let Some(kept) = self.slots.get_mut(next.slot) else { continue };
            if kept.generation != next.generation {
                continue;
            }
            kept.in_line = false;
            if kept.wake < self.now {
                wake(kept, now, memory, listener);
            }
            line_up(&mut self.waking, next.slot, kept);
        }
        for queue in 0..self.due.len() {
            for _ in 0..MOST_SWEPT {
                let Some(due) = self.due.get_mut(queue) else { break };
                let Some(next) = due.front().copied().filter(|next| next.after <= self.now) else { break };
                due.pop_front();
                self.look_at(next, now, false, memory, listener);
            }
        }
    }

    /// Ends a conversation if its time is over or room is needed, else puts it back in line.
    fn look_at<L: Listener<T> + ?Sized>(
        &mut self,
        due: Due,
        now: Moment,
        must_go: bool,
        memory: &mut Memory,
        listener: &mut L,
    ) {
        let Some(kept) = self.slots.get(due.slot) else { return };
        if kept.generation != due.generation {
            return;
        }
        let patience = self.limits.patience(kept);
        let after = Timestamp::from_nanos(kept.last.nanos().saturating_add(patience));
        if must_go || after <= self.now {
            return self.end(due.slot, now, memory, listener);
        }
        let [soon, late] = &mut self.due;
        let queue = if patience > self.limits.other_idle_nanos { late } else { soon };
        queue.push_back(Due { after, ..due });
    }

    /// The conversation that has waited longest gives way.
    pub(super) fn make_room<L: Listener<T> + ?Sized>(
        &mut self,
        at: Moment,
        memory: &mut Memory,
        listener: &mut L,
    ) {
        let reason = "flow table is full, oldest conversation ended early";
        listener.problem(None, at, &Problem { layer: "flow", reason, verdict: Verdict::Limit, bytes: 0 });
        let before = self.index.len();
        while self.index.len() == before {
            let [soon, late] = &mut self.due;
            let Some(oldest) = soon.pop_front().or_else(|| late.pop_front()) else { return };
            self.look_at(oldest, at, true, memory, listener);
        }
    }
}

impl Limits {
    /// Whether a conversation has been silent for too long. The cheap question first: it is asked for every packet.
    #[inline]
    pub(super) fn is_over<T>(&self, kept: &Conversation<T>, now: Timestamp) -> bool {
        let silent = now.since(kept.last);
        let least = self.closed_nanos.min(self.other_idle_nanos).min(self.tcp_idle_nanos);
        silent > least && silent > self.patience(kept)
    }

    /// How long a conversation may be silent.
    pub(super) fn patience<T>(&self, kept: &Conversation<T>) -> i64 {
        match kept.key.protocol {
            protocol::TCP if kept.streams.is_over() => self.closed_nanos,
            protocol::TCP if !kept.streams.is_attempt() => self.tcp_idle_nanos,
            _ => self.other_idle_nanos,
        }
    }
}

/// Wakes a conversation. What waits behind a hole that is overdue is told first: it may be what is waited for.
#[cold]
pub(super) fn wake<T, L: Listener<T> + ?Sized>(
    kept: &mut Conversation<T>,
    now: Moment,
    memory: &mut Memory,
    listener: &mut L,
) {
    kept.wake = NEVER;
    tcp::silent(kept, memory, listener, now);
    listener.wake(kept, memory, now);
}

/// Puts a conversation in line that wants to be woken, if it does not stand there. When its turn comes too early
/// because it has changed its mind, it lines up again.
#[inline]
pub(super) fn line_up<T>(waking: &mut BinaryHeap<Reverse<Due>>, slot: u32, kept: &mut Conversation<T>) {
    if !kept.in_line && kept.wake != NEVER {
        kept.in_line = true;
        waking.push(Reverse(Due { after: kept.wake, slot, generation: kept.generation }));
    }
}
