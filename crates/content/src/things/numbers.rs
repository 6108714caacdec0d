//! Numbers of distinct things, each with what speaks for it.

use hashbrown::HashTable;

/// Up to so many distinct things are counted exactly; beyond, their number is estimated to within some percent.
pub const MOST_EXACT: usize = 4_096;
/// The bits of a number that tell its evidence. They are above those that sampling looks at.
const MARKS: u32 = 62;

/// What speaks for a thing, the best first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Evidence {
    /// It stands where such things are expected.
    Context,
    /// Its shape, and its check digit where it has one.
    Shape,
    /// Nothing: it has the shape and a wrong check digit.
    Refuted,
}

impl Evidence {
    const fn mark(self, number: u64) -> u64 {
        number << 2 >> 2 | (self as u64) << MARKS
    }

    const fn of(marked: u64) -> Self {
        match marked >> MARKS {
            0 => Self::Context,
            1 => Self::Shape,
            _ => Self::Refuted,
        }
    }
}

/// A set of numbers.
///
/// Adaptive sampling: when there are too many, only those are kept that end in `level` zero bits, and each stands for
/// 2^`level`. What is kept depends on the numbers alone, not on their order or on how they were shared out, so
/// that two workers find what one would.
#[derive(Debug, Clone, Default)]
pub(super) struct Numbers {
    /// Marked with the best evidence.
    kept: HashTable<u64>,
    /// How many are kept with each evidence.
    tally: [usize; 3],
    level: u32,
}

impl Numbers {
    /// About how many there are with this evidence.
    pub(super) fn count(&self, evidence: Evidence) -> u64 {
        (self.tally.get(evidence as usize).copied().unwrap_or(0) as u64) << self.level
    }

    pub(super) fn held(&self) -> usize {
        self.kept.len()
    }

    #[inline]
    pub(super) fn keep(&mut self, number: u64, evidence: Evidence) {
        let marked = evidence.mark(number);
        if marked.trailing_zeros() >= self.level {
            self.keep_marked(marked);
        }
    }

    pub(super) fn merge(&mut self, other: &Self) {
        if other.level > self.level {
            self.level = other.level;
            self.thin_out();
        }
        for &marked in &other.kept {
            self.keep(marked, Evidence::of(marked));
        }
    }

    /// Those of which nothing better is known.
    pub(super) fn forget(&mut self, evidence: Evidence) {
        self.kept.retain(|&mut marked| Evidence::of(marked) != evidence);
        if let Some(of) = self.tally.get_mut(evidence as usize) {
            *of = 0;
        }
    }

    fn keep_marked(&mut self, marked: u64) {
        match self.kept.find_mut(hash(marked), |&kept| is_same(kept, marked)) {
            Some(kept) if *kept <= marked => return,
            Some(kept) => {
                let before = std::mem::replace(kept, marked);
                self.tally(before, |of| *of -= 1);
            }
            None => {
                self.kept.insert_unique(hash(marked), marked, |&kept| hash(kept));
            }
        }
        self.tally(marked, |of| *of += 1);
        if self.kept.len() > MOST_EXACT {
            self.level += 1;
            self.thin_out();
        }
    }

    fn tally(&mut self, marked: u64, change: impl FnOnce(&mut usize)) {
        if let Some(of) = self.tally.get_mut(Evidence::of(marked) as usize) {
            change(of);
        }
    }

    fn thin_out(&mut self) {
        loop {
            let level = self.level;
            let mut tally = [0; 3];
            self.kept.retain(|&mut marked| {
                let stays = marked.trailing_zeros() >= level;
                if let Some(of) = tally.get_mut(Evidence::of(marked) as usize) {
                    *of += usize::from(stays);
                }
                stays
            });
            self.tally = tally;
            if self.kept.len() <= MOST_EXACT {
                return;
            }
            self.level += 1;
        }
    }
}

impl PartialEq for Numbers {
    fn eq(&self, other: &Self) -> bool {
        let same = |&marked: &u64| other.kept.find(hash(marked), |&kept| kept == marked).is_some();
        self.level == other.level && self.held() == other.held() && self.kept.iter().all(same)
    }
}

impl Eq for Numbers {}

/// Whether they are of one thing.
const fn is_same(one: u64, other: u64) -> bool {
    (one ^ other) << 2 == 0
}

/// They are chance already. A table looks at the lowest and highest bits, of which the lowest may all be zero here and the
/// highest are marks.
const fn hash(marked: u64) -> u64 {
    (marked << 2).rotate_left(32)
}
