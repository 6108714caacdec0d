//! Counting of problems: every one counts, and the first of each kind are told one by one.
//!
//! Which ones are the first must not depend on how many workers there are. So a worker tells every problem that
//! is among the [`TOLD_PER_REASON`] earliest *it* has had of that kind, which is a superset of those that are
//! among the earliest of all; the merge, which sees all of them in order, stops each kind at the limit.

use crate::json;
use crate::label::hash;
use hashbrown::HashMap;
use quaywatch_model::{Moment, Problem, Verdict};
use std::collections::BinaryHeap;

/// So many problems of one layer, reason and verdict are told one by one; the rest is only counted. Enough to see
/// where they are, few enough that a broken capture does not drown its tables.
pub const TOLD_PER_REASON: usize = 1_000;

/// How often one thing could not be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ProblemTotal {
    /// Which layer or protocol met it.
    pub layer: &'static str,
    /// What was wrong.
    pub reason: &'static str,
    /// Whose doing it was.
    pub verdict: Verdict,
    /// How often.
    pub count: u64,
    /// How many bytes were not read because of it, as far as that is known.
    pub bytes: u64,
}

impl ProblemTotal {
    pub(crate) fn push(&self, out: &mut Vec<u8>) {
        out.extend_from_slice(b"{\"layer\":");
        json::push_str(out, self.layer);
        out.extend_from_slice(b",\"reason\":");
        json::push_str(out, self.reason);
        out.extend_from_slice(b",\"verdict\":\"");
        out.extend_from_slice(self.verdict.as_str().as_bytes());
        out.extend_from_slice(b"\",\"count\":");
        json::push_unsigned(out, self.count);
        out.extend_from_slice(b",\"bytes\":");
        json::push_unsigned(out, self.bytes);
        out.extend_from_slice(b"}\n");
    }
}

type Kind = (&'static str, &'static str, Verdict);

/// Whether two kinds are the same. Texts of this program nearly always are the very same one.
fn is_same(a: Kind, b: Kind) -> bool {
    let same = |a: &'static str, b: &'static str| std::ptr::eq(a, b) || a == b;
    a.2 == b.2 && same(a.1, b.1) && same(a.0, b.0)
}

/// One worker's counts.
#[derive(Debug, Default)]
pub(crate) struct Problems {
    /// What was met lately first, which is what is met next.
    kinds: Vec<(Kind, Counted)>,
}

#[derive(Debug)]
struct Counted {
    class: u32,
    count: u64,
    bytes: u64,
    /// The moments of the earliest, the latest of them on top.
    earliest: BinaryHeap<(i64, u64)>,
}

impl Problems {
    /// Counts a problem. Gives its class where it is to be told.
    pub(crate) fn count(&mut self, at: Moment, problem: &Problem) -> Option<u32> {
        let counted = self.counted((problem.layer, problem.reason, problem.verdict))?;
        counted.count += 1;
        counted.bytes = counted.bytes.saturating_add(problem.bytes);
        let moment = (at.time.nanos(), at.frame);
        if counted.earliest.len() < TOLD_PER_REASON {
            counted.earliest.push(moment);
            return Some(counted.class);
        }
        let mut latest = counted.earliest.peek_mut()?;
        match moment.cmp(&latest) {
            std::cmp::Ordering::Less => {
                *latest = moment;
                Some(counted.class)
            }
            // Which of those of one frame come first is settled by the merge.
            std::cmp::Ordering::Equal => Some(counted.class),
            std::cmp::Ordering::Greater => None,
        }
    }

    fn counted(&mut self, kind: Kind) -> Option<&mut Counted> {
        let at = match self.kinds.iter().position(|(other, _)| is_same(*other, kind)) {
            Some(at) if at > 0 => {
                self.kinds.swap(at - 1, at);
                at - 1
            }
            Some(at) => at,
            None => {
                let (class, earliest) = (class_of(kind), BinaryHeap::new());
                self.kinds.push((kind, Counted { class, count: 0, bytes: 0, earliest }));
                self.kinds.len() - 1
            }
        };
        self.kinds.get_mut(at).map(|(_, counted)| counted)
    }

    /// The counts of all workers, by layer and reason.
    pub(crate) fn totals(workers: impl IntoIterator<Item = Self>) -> Vec<ProblemTotal> {
        let mut totals: Vec<ProblemTotal> = Vec::new();
        let mut all: Vec<(Kind, Counted)> =
            workers.into_iter().flat_map(|worker| worker.kinds.into_iter()).collect();
        all.sort_unstable_by_key(|(kind, _)| *kind);
        for ((layer, reason, verdict), Counted { count, bytes, .. }) in all {
            match totals.last_mut() {
                Some(last) if (last.layer, last.reason, last.verdict) == (layer, reason, verdict) => {
                    last.count += count;
                    last.bytes = last.bytes.saturating_add(bytes);
                }
                _ => totals.push(ProblemTotal { layer, reason, verdict, count, bytes }),
            }
        }
        totals
    }
}

/// Lets the first of each class through.
#[derive(Debug, Default)]
pub(crate) struct First {
    told: HashMap<u32, usize, foldhash::fast::FixedState>,
}

impl First {
    pub(crate) fn admits(&mut self, class: u32) -> bool {
        let told = self.told.entry(class).or_insert(0);
        *told += 1;
        *told <= TOLD_PER_REASON
    }
}

/// The same for all workers. Kinds are a few hundred at most, so 32 bits tell them apart.
fn class_of((layer, reason, verdict): Kind) -> u32 {
    let mut bytes = Vec::with_capacity(layer.len() + reason.len() + 2);
    bytes.extend_from_slice(layer.as_bytes());
    bytes.push(0);
    bytes.extend_from_slice(reason.as_bytes());
    bytes.push(verdict as u8);
    let hash = hash(&bytes);
    (hash ^ (hash >> 32)) as u32
}
