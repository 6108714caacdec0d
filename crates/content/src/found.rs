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
/// So many things without context must hold for each that is refuted. Of random digits one in ten does; of what people type or
/// cameras read, far more than this.
const HOLDING_FOR_EACH_REFUTED: usize = 3;
/// Gives a text the same number in every run.
const HASH: FixedState = FixedState::with_seed(0x5157_4c45_4447_4552);

/// The number a thing has. Equal things have equal numbers.
pub(crate) fn number_of(kind: &str, text: &[u8]) -> u64 {
    HASH.hash_one((kind, text))
}

/// What speaks for a thing, the best first.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Evidence {
    /// It stands where such things are expected.
    Context,
    /// Its shape, and its check digit where it has one.
    Shape,
    /// Nothing: it has the shape and a wrong check digit.
    Refuted,
}

impl Evidence {
    /// Bits of a number that tell with which evidence it is kept. They are above those that sampling looks at.
    const MARKS: u64 = 3 << 62;

    const fn mark(self, number: u64) -> u64 {
        number & !Self::MARKS | (self as u64) << 62
    }

    const fn of(marked: u64) -> Self {
        match marked >> 62 {
            0 => Self::Context,
            1 => Self::Shape,
            _ => Self::Refuted,
        }
    }
}

/// Distinct things of one class.
///
/// Adaptive sampling: when there are too many, only those are kept whose number ends in `level` zero bits, and each stands for
/// 2^`level`. What is kept depends on the things alone, not on their order or on how they were shared out, so
/// that two workers find what one would.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Things {
    /// Their numbers, marked with the best evidence.
    kept: HashSet<u64, FixedState>,
    /// How many are kept with each evidence.
    tally: [usize; 3],
    level: u32,
    /// Those with the smallest numbers, first those in context.
    samples: Vec<(u64, String)>,
    sure: bool,
}

impl Things {
    /// How many distinct things; exact up to [`MOST_EXACT`]. Those without context count where they hold.
    #[must_use]
    pub fn count(&self) -> u64 {
        let [context, shape, _] = self.tally;
        let counted = if self.shapes_hold() { context + shape } else { context };
        ((counted as u64) << self.level).max(u64::from(self.sure))
    }

    /// A few of them, masked.
    pub fn samples(&self) -> impl Iterator<Item = &str> {
        let told = |marked| Evidence::of(marked) == Evidence::Context || self.shapes_hold();
        self.samples.iter().filter(move |(marked, _)| told(*marked)).map(|(_, sample)| sample.as_str())
    }

    /// Whether some of them were where such things are expected.
    #[must_use]
    pub const fn is_sure(&self) -> bool {
        self.sure
    }

    /// Whether these prove that there was data of their class. One container number alone does not, where nothing around it
    /// says that it is one: one in ten numbers of that shape is valid by chance. For the same reason many do not among
    /// which too many are wrong.
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

    /// Takes in a thing, with how it is shown; `sure` where it stands in a context that expects it.
    pub(crate) fn add(&mut self, number: u64, sure: bool, sample: impl FnOnce() -> String) {
        self.sure |= sure;
        let evidence = if sure { Evidence::Context } else { Evidence::Shape };
        self.sample(evidence.mark(number), sample);
        self.keep(evidence.mark(number));
    }

    /// Takes in what looks like a thing and is none.
    pub(crate) fn refute(&mut self, number: u64) {
        self.keep(Evidence::Refuted.mark(number));
    }

    /// Takes in the things of another.
    pub fn merge(&mut self, other: &Self) {
        self.sure |= other.sure;
        self.level = self.level.max(other.level);
        self.thin_out();
        for (marked, sample) in &other.samples {
            self.sample(*marked, || sample.clone());
        }
        for &marked in &other.kept {
            self.keep(marked);
        }
    }

    /// Whether things without context are more than chance among those of their shape.
    const fn shapes_hold(&self) -> bool {
        let [_, shape, refuted] = self.tally;
        shape >= HOLDING_FOR_EACH_REFUTED * refuted
    }

    fn keep(&mut self, marked: u64) {
        let [context, shape] = [Evidence::Context, Evidence::Shape].map(|evidence| evidence.mark(marked));
        let known_better = marked == shape && self.kept.contains(&context);
        if !self.is_kept(marked) || known_better || !self.kept.insert(marked) {
            return;
        }
        *self.tallied(marked) += 1;
        if marked == context && self.kept.remove(&shape) {
            *self.tallied(shape) -= 1;
        }
        if self.kept.len() > MOST_EXACT {
            self.level += 1;
            self.thin_out();
        }
    }

    const fn tallied(&mut self, marked: u64) -> &mut usize {
        let [context, shape, refuted] = &mut self.tally;
        match Evidence::of(marked) {
            Evidence::Context => context,
            Evidence::Shape => shape,
            Evidence::Refuted => refuted,
        }
    }

    fn thin_out(&mut self) {
        loop {
            let level = self.level;
            self.kept.retain(|marked| marked.trailing_zeros() >= level);
            if self.kept.len() <= MOST_EXACT {
                break;
            }
            self.level += 1;
        }
        let kept = |evidence| self.kept.iter().filter(|&&marked| Evidence::of(marked) == evidence).count();
        self.tally = [Evidence::Context, Evidence::Shape, Evidence::Refuted].map(kept);
    }

    const fn is_kept(&self, marked: u64) -> bool {
        marked.trailing_zeros() >= self.level
    }

    fn sample(&mut self, marked: u64, sample: impl FnOnce() -> String) {
        let same = |kept: u64| (kept ^ marked) & !Evidence::MARKS == 0;
        if let Some(known) = self.samples.iter().position(|(kept, _)| same(*kept)) {
            if self.samples.get(known).is_some_and(|(kept, _)| *kept <= marked) {
                return;
            }
            self.samples.remove(known);
        }
        let place = self.samples.partition_point(|(kept, _)| *kept < marked);
        if place < MOST_SAMPLES {
            self.samples.truncate(MOST_SAMPLES - 1);
            self.samples.insert(place, (marked, sample()));
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

    /// Takes in what has the shape of a thing and is none.
    pub(crate) fn refute(&mut self, class: DataClass, number: u64) {
        self.things(class).refute(number);
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
    use quaywatch_model::DataClass::ContainerIds;

    fn add(things: &mut Things, number: u32, sure: bool) {
        things.add(number_of("test", &number.to_be_bytes()), sure, || number.to_string());
    }

    fn refute(things: &mut Things, number: u32) {
        things.refute(number_of("test", &number.to_be_bytes()));
    }

    fn things(numbers: impl IntoIterator<Item = u32>) -> Things {
        let mut things = Things::default();
        for number in numbers {
            add(&mut things, number, false);
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

    #[test]
    fn what_stands_in_context_counts_even_among_much_that_is_refuted() {
        let mut mixed = things(0..4);
        (10..12).for_each(|number| refute(&mut mixed, number));
        assert!(!mixed.prove(ContainerIds), "four of six");
        assert_eq!((mixed.count(), mixed.samples().count()), (0, 0));
        add(&mut mixed, 3, true);
        assert!(mixed.prove(ContainerIds));
        assert_eq!((mixed.count(), mixed.samples().collect::<Vec<_>>()), (1, vec!["3"]));
        (4..6).for_each(|number| add(&mut mixed, number, false));
        assert_eq!(mixed.count(), 1, "five of seven");
        add(&mut mixed, 6, false);
        assert_eq!(mixed.count(), 7, "six without context of eight, and the one with");
    }

    #[test]
    fn evidence_is_the_same_in_any_order_and_however_it_was_shared_out() {
        let tell = |things: &mut Things, number: u32| match number % 7 {
            0 => refute(things, number),
            of => add(things, number % 9_000, of == 1),
        };
        let (mut whole, mut back) = (Things::default(), Things::default());
        (0..30_000).for_each(|number| tell(&mut whole, number));
        (0..30_000).rev().for_each(|number| tell(&mut back, number));
        assert_eq!(whole, back);
        let (mut one, mut other) = (Things::default(), Things::default());
        (0..20_000).for_each(|number| tell(&mut one, number));
        (10_000..30_000).for_each(|number| tell(&mut other, number));
        other.merge(&one);
        assert_eq!(whole, other);
    }
}
