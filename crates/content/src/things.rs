//! Distinct things of one class: their number, bounded in memory and the same in whatever order they were found.

mod numbers;

pub use numbers::MOST_EXACT;
use numbers::{Evidence, Numbers};

/// So many samples are kept.
pub const MOST_SAMPLES: usize = 3;
/// So many things without context must hold for each that is refuted. Of random digits one in ten does; of what people type or
/// cameras read, far more than this.
const HOLDING_FOR_EACH_REFUTED: u64 = 3;
/// So many things without context must there be: one alone in ten of that shape is valid by chance. What stands in context
/// lends them nothing.
const FEWEST_WITHOUT_CONTEXT: u64 = 2;

/// Distinct things of one class.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Things {
    numbers: Numbers,
    /// Those in context first, then those with the smallest numbers.
    samples: Vec<(Evidence, u64, String)>,
    sure: bool,
}

impl Things {
    /// How many distinct things; exact up to [`MOST_EXACT`]. Those without context count where they hold.
    #[must_use]
    pub fn count(&self) -> u64 {
        let shapes = if self.shapes_hold() { self.numbers.count(Evidence::Shape) } else { 0 };
        (self.numbers.count(Evidence::Context) + shapes).max(u64::from(self.sure))
    }

    /// A few of them, masked.
    pub fn samples(&self) -> impl Iterator<Item = &str> {
        let told = |evidence| evidence == Evidence::Context || self.shapes_hold();
        self.samples.iter().filter(move |(evidence, ..)| told(*evidence)).map(|(.., sample)| sample.as_str())
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
    pub fn prove(&self) -> bool {
        self.count() > 0
    }

    /// Whether there were too many among them that are none.
    #[must_use]
    pub fn are_refuted(&self) -> bool {
        !self.prove() && self.numbers.count(Evidence::Refuted) > 0
    }

    /// The stream in which they were found is over: what nothing in it bears out does not speak for what others hold.
    pub(crate) fn settle(&mut self) {
        if !self.shapes_hold() {
            self.numbers.forget(Evidence::Shape);
            self.samples.retain(|(evidence, ..)| *evidence != Evidence::Shape);
        }
    }

    /// How many numbers are held: the measure of what they take, 16 bytes each.
    #[must_use]
    pub fn held(&self) -> usize {
        self.numbers.held()
    }

    /// Takes in a thing, with how it is shown; `sure` where it stands in a context that expects it.
    pub(crate) fn add(&mut self, number: u64, sure: bool, sample: impl FnOnce() -> String) {
        self.sure |= sure;
        let evidence = if sure { Evidence::Context } else { Evidence::Shape };
        self.sample(evidence, number, sample);
        self.numbers.keep(number, evidence);
    }

    /// Takes in a thing in context of which only the kind is shown.
    pub(crate) fn add_of_kind(&mut self, number: u64, kind: u64, sample: impl FnOnce() -> String) {
        self.sure = true;
        self.sample(Evidence::Context, kind, sample);
        self.numbers.keep(number, Evidence::Context);
    }

    /// Takes in what looks like a thing and is none.
    pub(crate) fn refute(&mut self, number: u64) {
        self.numbers.keep(number, Evidence::Refuted);
    }

    /// Takes in the things of another.
    pub fn merge(&mut self, other: &Self) {
        self.sure |= other.sure;
        self.numbers.merge(&other.numbers);
        for (evidence, number, sample) in &other.samples {
            self.sample(*evidence, *number, || sample.clone());
        }
    }

    /// Whether things without context are more than chance among those of their shape.
    pub(crate) fn shapes_hold(&self) -> bool {
        let refuted = self.numbers.count(Evidence::Refuted);
        let fewest = refuted.saturating_mul(HOLDING_FOR_EACH_REFUTED).max(FEWEST_WITHOUT_CONTEXT);
        self.numbers.count(Evidence::Shape) >= fewest
    }

    #[inline]
    fn sample(&mut self, evidence: Evidence, number: u64, sample: impl FnOnce() -> String) {
        let full = self.samples.len() == MOST_SAMPLES;
        let behind = |(of, last, _): &(Evidence, u64, String)| (*of, *last) <= (evidence, number);
        if !(full && self.samples.last().is_some_and(behind)) {
            self.insert_sample(evidence, number, sample);
        }
    }

    fn insert_sample(&mut self, evidence: Evidence, number: u64, sample: impl FnOnce() -> String) {
        if let Some(known) = self.samples.iter().position(|(_, kept, _)| *kept == number) {
            if self.samples.get(known).is_some_and(|(of, ..)| *of <= evidence) {
                return;
            }
            self.samples.remove(known);
        }
        let place = self.samples.partition_point(|(of, kept, _)| (*of, *kept) < (evidence, number));
        self.samples.insert(place, (evidence, number, sample()));
        self.samples.truncate(MOST_SAMPLES);
    }
}

#[cfg(test)]
mod tests {
    use super::{MOST_EXACT, Things};
    use crate::found::number_of;

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
        assert!(!mixed.prove(), "four of six");
        assert_eq!((mixed.count(), mixed.samples().count()), (0, 0));
        add(&mut mixed, 3, true);
        assert!(mixed.prove());
        assert_eq!((mixed.count(), mixed.samples().collect::<Vec<_>>()), (1, vec!["3"]));
        (4..6).for_each(|number| add(&mut mixed, number, false));
        assert_eq!(mixed.count(), 1, "five of seven");
        add(&mut mixed, 6, false);
        assert_eq!(mixed.count(), 7, "six without context of eight, and the one with");
    }

    #[test]
    fn one_without_context_does_not_count_beside_others_in_context() {
        let mut mixed = things(0..1);
        add(&mut mixed, 10, true);
        assert_eq!(mixed.count(), 1);
        add(&mut mixed, 1, false);
        assert_eq!(mixed.count(), 3);
    }

    #[test]
    fn what_is_not_borne_out_is_forgotten_and_what_refutes_stays() {
        let mut one = things(0..1);
        refute(&mut one, 9);
        one.settle();
        let mut both = things(5..9);
        both.merge(&one);
        assert_eq!((both.count(), both.held()), (4, 5));
        one.merge(&both);
        assert_eq!(one, both);
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
