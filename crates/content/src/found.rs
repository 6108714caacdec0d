//! What was found: distinct things by class, bounded, and the same in whatever order they were found.

use foldhash::fast::FixedState;
use hashbrown::HashSet;
use quaywatch_model::DataClass;
use std::hash::BuildHasher;

/// Up to so many distinct things are counted exactly; beyond, their number is estimated to within some percent.
pub const MOST_EXACT: usize = 4_096;
/// So many samples are kept.
pub const MOST_SAMPLES: usize = 3;
/// For every class whose things can be told apart.
const COUNTED: usize = 5;
/// Gives a text the same number in every run.
const HASH: FixedState = FixedState::with_seed(0x5157_4c45_4447_4552);

/// The number a thing has. Equal things have equal numbers.
pub(crate) fn number_of(kind: &str, text: &[u8]) -> u64 {
    HASH.hash_one((kind, text))
}

/// Distinct things of one class.
///
/// Adaptive sampling: when there are too many, only those are kept whose number ends in `level` zero bits, and each stands for
/// 2^`level`. What is kept depends on the things alone, not on their order or on how they were shared out, so
/// that two workers find what one would.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Things {
    kept: HashSet<u64, FixedState>,
    level: u32,
    /// Those with the smallest numbers.
    samples: Vec<(u64, String)>,
    sure: bool,
}

impl Things {
    /// How many distinct things; exact up to [`MOST_EXACT`].
    #[must_use]
    pub fn count(&self) -> u64 {
        (self.kept.len() as u64) << self.level
    }

    /// A few of them, masked.
    pub fn samples(&self) -> impl Iterator<Item = &str> {
        self.samples.iter().map(|(_, sample)| sample.as_str())
    }

    /// Whether some of them were where such things are expected.
    #[must_use]
    pub const fn is_sure(&self) -> bool {
        self.sure
    }

    /// Whether these prove that there was data of their class. One container number alone does not, where nothing around it
    /// says that it is one: one in eleven numbers of that shape is valid by chance.
    #[must_use]
    pub fn prove(&self, class: DataClass) -> bool {
        let fewest = if class == DataClass::ContainerIds && !self.sure { 2 } else { 1 };
        self.count() >= fewest
    }

    /// How many numbers are held: the measure of what they take, 16 bytes each.
    #[must_use]
    pub fn held(&self) -> usize {
        self.kept.len()
    }

    /// Takes in a thing, with how it is shown.
    pub(crate) fn add(&mut self, number: u64, sure: bool, sample: impl FnOnce() -> String) {
        self.sure |= sure;
        self.sample(number, sample);
        self.keep(number);
    }

    /// Takes in the things of another.
    pub fn merge(&mut self, other: &Self) {
        self.sure |= other.sure;
        self.level = self.level.max(other.level);
        self.thin_out();
        for (number, sample) in &other.samples {
            self.sample(*number, || sample.clone());
        }
        for &number in &other.kept {
            self.keep(number);
        }
    }

    fn keep(&mut self, number: u64) {
        if self.is_kept(number) && self.kept.insert(number) && self.kept.len() > MOST_EXACT {
            self.level += 1;
            self.thin_out();
        }
    }

    fn thin_out(&mut self) {
        loop {
            let level = self.level;
            self.kept.retain(|number| number.trailing_zeros() >= level);
            if self.kept.len() <= MOST_EXACT || self.level >= u64::BITS - 1 {
                return;
            }
            self.level += 1;
        }
    }

    const fn is_kept(&self, number: u64) -> bool {
        number.trailing_zeros() >= self.level
    }

    fn sample(&mut self, number: u64, sample: impl FnOnce() -> String) {
        let place = self.samples.partition_point(|(kept, _)| *kept < number);
        let known = self.samples.get(place).is_some_and(|(kept, _)| *kept == number);
        if place < MOST_SAMPLES && !known {
            self.samples.truncate(MOST_SAMPLES - 1);
            self.samples.insert(place, (number, sample()));
        }
    }
}

/// Distinct things by class.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Found {
    classes: Vec<(DataClass, Things)>,
    /// Bits of the classes of which something was found since they were last [taken](Self::take_seen).
    seen: u16,
    unwrapping_stopped: bool,
}

impl Found {
    /// Nothing found.
    #[must_use]
    pub const fn new() -> Self {
        Self { classes: Vec::new(), seen: 0, unwrapping_stopped: false }
    }

    /// The things of a class, whether or not they are [told](Self::tells).
    #[must_use]
    pub fn of(&self, class: DataClass) -> Option<&Things> {
        self.classes.iter().find(|(of, _)| *of == class).map(|(_, things)| things)
    }

    /// All classes of which something was found.
    pub fn classes(&self) -> impl Iterator<Item = (DataClass, &Things)> {
        self.classes.iter().map(|(class, things)| (*class, things))
    }

    /// Whether what was found [proves](Things::prove) the class.
    #[must_use]
    pub fn tells(&self, class: DataClass) -> bool {
        self.of(class).is_some_and(|things| things.prove(class))
    }

    /// The most telling class of which something was found since this was last asked.
    pub fn take_seen(&mut self) -> Option<DataClass> {
        let seen = std::mem::take(&mut self.seen);
        DataClass::ALL.into_iter().find(|&class| seen & bit(class) != 0 && self.tells(class))
    }

    /// Whether some compressed stream grew beyond all measure and was not read to its end.
    #[must_use]
    pub const fn unwrapping_stopped(&self) -> bool {
        self.unwrapping_stopped
    }

    /// How many numbers are [held](Things::held).
    #[must_use]
    pub fn held(&self) -> usize {
        self.classes.iter().map(|(_, things)| things.held()).sum()
    }

    /// Takes in a thing that somebody else found: what tells it from others, and how it is shown.
    pub fn tell(&mut self, class: DataClass, identity: &str, sample: &str) {
        self.add(class, number_of("told", identity.as_bytes()), true, || sample.to_owned());
    }

    pub(crate) const fn stop_unwrapping(&mut self) {
        self.unwrapping_stopped = true;
    }

    pub(crate) fn add(&mut self, class: DataClass, number: u64, sure: bool, sample: impl FnOnce() -> String) {
        self.seen |= bit(class);
        self.things(class).add(number, sure, sample);
    }

    fn things(&mut self, class: DataClass) -> &mut Things {
        // In the order of the classes, not in that of finding.
        let place = self.classes.binary_search_by_key(&class, |(of, _)| *of).unwrap_or_else(|place| {
            if self.classes.is_empty() {
                self.classes.reserve_exact(COUNTED);
            }
            self.classes.insert(place, (class, Things::default()));
            place
        });
        #[expect(clippy::indexing_slicing, reason = "it was found or inserted the line before")]
        &mut self.classes[place].1
    }
}

const fn bit(class: DataClass) -> u16 {
    1 << class as u8
}

#[cfg(test)]
mod tests {
    use super::{MOST_EXACT, Things, number_of};

    fn things(numbers: impl IntoIterator<Item = u32>) -> Things {
        let mut things = Things::default();
        for number in numbers {
            things.add(number_of("test", &number.to_be_bytes()), false, || number.to_string());
        }
        things
    }

    #[test]
    fn few_are_counted_exactly_and_many_nearly() {
        assert_eq!(things((0..1000).chain(500..1500)).count(), 1500);
        assert_eq!(things(0..MOST_EXACT as u32).count(), MOST_EXACT as u64);
        let many = things(0..200_000).count();
        assert!((190_000..210_000).contains(&many), "{many}");
    }

    #[test]
    fn any_order_and_any_sharing_out_gives_the_same() {
        let whole = things(0..50_000);
        assert_eq!(whole, things((0..50_000).rev()));
        let mut parts = things(0..30_000);
        parts.merge(&things(20_000..50_000));
        assert_eq!(whole, parts);
        let mut few = things(0..10);
        few.merge(&things(0..50_000));
        assert_eq!(whole, few);
    }
}
