use quaywatch_findings::Violation;
use quaywatch_model::{Address, Moment};
use std::collections::{BTreeMap, BTreeSet};

/// So many pairs of client and server are told apart for each thing that was wrong; all of it is counted.
const MOST_PAIRS: usize = 64;
/// So many frames are kept of each.
const MOST_FRAMES: usize = 16;

/// Between whom messages broke their protocol's rules. One a worker; merged at the end. Of more than it keeps it keeps the
/// smallest addresses and the first frames, so that it is the same however the work is shared.
#[derive(Debug, Default)]
pub(crate) struct Violations {
    kinds: BTreeMap<(&'static str, &'static str), Kind>,
}

/// Of one layer and reason.
#[derive(Debug, Default)]
struct Kind {
    all: Seen,
    pairs: BTreeMap<[Address; 2], Seen>,
}

#[derive(Debug, Default)]
struct Seen {
    count: u64,
    first: Option<Moment>,
    frames: BTreeSet<u64>,
}

impl Violations {
    /// `pair` are client and server, where it was in a conversation.
    pub(crate) fn add(
        &mut self,
        layer: &'static str,
        reason: &'static str,
        at: Moment,
        pair: Option<[Address; 2]>,
    ) {
        let kind = self.kinds.entry((layer, reason)).or_default();
        let seen = || Seen { count: 1, first: Some(at), frames: BTreeSet::from([at.frame]) };
        kind.all.merge(seen());
        if let Some(pair) = pair {
            kind.add(pair, seen());
        }
    }

    pub(crate) fn merge(&mut self, other: Self) {
        for (key, theirs) in other.kinds {
            let mine = self.kinds.entry(key).or_default();
            mine.all.merge(theirs.all);
            theirs.pairs.into_iter().for_each(|(pair, seen)| mine.add(pair, seen));
        }
    }

    /// By layer, reason, client and server; after those of a kind what is left of it between others.
    pub(crate) fn finish(&self) -> Vec<Violation> {
        let mut rows = Vec::new();
        for (&(layer, reason), Kind { all, pairs }) in &self.kinds {
            let row = |seen: &Seen, pair| Violation {
                layer,
                reason,
                pair,
                count: seen.count,
                first: seen.first.unwrap_or_default(),
                frames: seen.frames.iter().copied().collect(),
            };
            rows.extend(pairs.iter().map(|(pair, seen)| row(seen, Some(*pair))));
            let told: u64 = pairs.values().map(|seen| seen.count).sum();
            if told < all.count {
                rows.push(Violation { count: all.count - told, ..row(all, None) });
            }
        }
        rows
    }
}

impl Kind {
    fn add(&mut self, pair: [Address; 2], seen: Seen) {
        self.pairs.entry(pair).or_default().merge(seen);
        if self.pairs.len() > MOST_PAIRS {
            self.pairs.pop_last();
        }
    }
}

impl Seen {
    fn merge(&mut self, other: Self) {
        self.count += other.count;
        self.first = self.first.into_iter().chain(other.first).min();
        self.frames.extend(other.frames);
        while self.frames.len() > MOST_FRAMES {
            self.frames.pop_last();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{MOST_PAIRS, Violations};
    use quaywatch_model::{Address, Moment, Timestamp};

    #[test]
    fn how_the_work_is_shared_does_not_show() {
        let at = |frame: u64| Moment { time: Timestamp::from_nanos(frame as i64), frame };
        let pair = |n: u64| Some([Address::v4([10, 0, 0, (n % 250) as u8]), Address::v4([10, 0, 1, 1])]);
        let told = |workers: u64| {
            let mut all: Vec<Violations> = (0..workers).map(|_| Violations::default()).collect();
            for n in 0..3_000_u64 {
                let frame = n * 7 % 3_000;
                let worker = &mut all[(n % 250 % workers) as usize];
                worker.add("modbus", "a length that cannot be", at(frame), pair(n).filter(|_| n % 9 > 0));
            }
            all.into_iter().reduce(|mut sum, other| (sum.merge(other), sum).1).unwrap().finish()
        };
        let one = told(1);
        assert_eq!(one.len(), MOST_PAIRS + 1);
        assert_eq!(one.iter().map(|row| row.count).sum::<u64>(), 3_000);
        assert!(one.iter().all(|row| !row.frames.is_empty()));
        assert_eq!(one, told(3));
    }
}
