//! Somebody between two hosts: what they send each other comes to him first, and from him to the other.

use super::{HostId, Label, Lan, Mac};
use quaywatch_model::Timestamp;
use std::fmt;

/// What is done to what passes.
pub trait Alter {
    /// A segment's data on its way from this host.
    fn alter(&mut self, from: HostId, payload: &mut [u8]);
}

/// Somebody between two hosts.
pub struct Interception {
    /// Who.
    pub by: HostId,
    /// Between whom.
    pub between: [HostId; 2],
    /// What is done to what passes.
    pub alter: Box<dyn Alter>,
    /// Why what he sends is there.
    pub label: Label,
}

impl fmt::Debug for Interception {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Interception")
            .field("by", &self.by)
            .field("between", &self.between)
            .finish_non_exhaustive()
    }
}

/// How long it takes to pass something on, in nanoseconds.
const PASSING_NS: [f64; 2] = [3.0e5, 2.0e6];

/// A segment that is passed on.
pub(super) struct Passed {
    pub(super) mac: Mac,
    pub(super) after_ns: i64,
    pub(super) label: Label,
    pub(super) payload: Vec<u8>,
}

impl Lan {
    /// From now on somebody stands between two hosts.
    pub fn intercept(&mut self, interception: Interception) {
        self.interceptions.push(interception);
    }

    /// From now on he does not any more.
    pub fn release(&mut self, by: HostId) {
        self.interceptions.retain(|interception| interception.by != by);
    }

    /// When something was first altered for this reason.
    pub(crate) fn altered(&self, label: Label) -> Option<Timestamp> {
        self.altered.get(&label).copied()
    }

    /// What whoever stands between two hosts makes of a segment; none: nobody does.
    pub(super) fn pass(
        &mut self,
        time: Timestamp,
        [from, to]: [HostId; 2],
        payload: &[u8],
    ) -> Option<Passed> {
        let stands = |interception: &&mut Interception| {
            interception.between == [from, to] || interception.between == [to, from]
        };
        let interception = self.interceptions.iter_mut().find(stands)?;
        let mut altered = payload.to_vec();
        interception.alter.alter(from, &mut altered);
        let (by, label) = (interception.by, interception.label);
        if altered != payload {
            self.altered.entry(label).or_insert(time);
        }
        let [low, high] = PASSING_NS;
        let after_ns = self.chance.between(low, high) as i64;
        Some(Passed { mac: self.host(by)?.mac, after_ns, label, payload: altered })
    }
}
