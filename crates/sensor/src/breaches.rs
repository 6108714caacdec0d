use crate::tagged::Covered;
use foldhash::fast::FixedState;
use hashbrown::HashMap;
use quaywatch_findings::{Breach, BrokenWrite};
use quaywatch_model::{Address, Operation, Verb};
use quaywatch_site::Why;
use std::hash::BuildHasher;
use std::mem::discriminant;

/// So many are told apart, by client, server, verb, tag and what was broken; all are counted.
const MOST_TOLD_APART: usize = 4_096;
/// So many frames are kept of each.
const MOST_FRAMES: usize = 16;
/// So many writes are kept of each with their values.
const MOST_WRITES: usize = 3;

/// What was written to tags of the site's maps against its rules. One a worker; merged at the end. All that two addresses
/// say to each other is told by one worker.
#[derive(Debug, Default)]
pub(crate) struct Breaches {
    hash: FixedState,
    kept: HashMap<Key, Breach, FixedState>,
    /// What is not told apart.
    others: Option<Breach>,
}

/// Client and server, what was done, to which tag (0: to an object that is none), and which kind of reason there is against it.
type Key = ([Address; 2], Verb, usize, u64);

impl Breaches {
    /// Takes in that this client wrote this to a tag or an object of this server, and why the site does not permit it.
    pub(crate) fn add(
        &mut self,
        between: [Address; 2],
        covered: Covered<'_>,
        why: Why<'_>,
        number: Option<f64>,
        operation: &Operation<'_>,
    ) {
        let (place, name) = match covered {
            // Which of the site's tags it is: no two have one place, and they stay where they are.
            Covered::Tag(tag) => (std::ptr::from_ref(tag) as usize, tag.name.as_str()),
            // All objects that no tag map names are one cause.
            Covered::Unnamed(object) => (0, object),
        };
        let (at, verb, outcome) = (operation.moment(), operation.verb, operation.outcome);
        let key = (between, verb, place, self.hash.hash_one(discriminant(&why)));
        let room = self.kept.len() < MOST_TOLD_APART;
        let new = |pair| Breach {
            pair,
            verb,
            why: why.to_string(),
            is_named: place != 0,
            first: at,
            count: 0,
            frames: Vec::new(),
            writes: Vec::new(),
        };
        let breach = match self.kept.get_mut(&key) {
            Some(breach) => breach,
            None if room => self.kept.entry(key).or_insert_with(|| new(Some(between))),
            None => self.others.get_or_insert_with(|| new(None)),
        };
        breach.count += 1;
        breach.first = breach.first.min(at);
        if breach.frames.len() < MOST_FRAMES {
            breach.frames.push(at.frame);
        }
        if breach.writes.len() < MOST_WRITES {
            breach.writes.push(BrokenWrite { at, tag: name.to_owned(), number, outcome });
        }
    }

    pub(crate) fn merge(&mut self, other: Self) {
        self.kept.extend(other.kept);
        match (&mut self.others, other.others) {
            (Some(mine), Some(theirs)) => mine.merge(theirs),
            (mine, theirs) => *mine = mine.take().or(theirs),
        }
    }

    /// By client, server, verb and time; at the end what is not told apart.
    pub(crate) fn finish(&self) -> Vec<Breach> {
        let mut rows: Vec<Breach> = self.kept.values().cloned().collect();
        rows.sort_by(|a, b| (a.pair, a.verb, a.first, &a.why).cmp(&(b.pair, b.verb, b.first, &b.why)));
        rows.extend(self.others.clone());
        rows
    }
}
