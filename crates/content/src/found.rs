//! What was found, by class.

use crate::things::Things;
use foldhash::fast::FixedState;
use quaywatch_model::DataClass;
use std::hash::{BuildHasher, Hasher};

/// For every class whose things can be told apart.
const COUNTED: usize = 6;
/// Gives a text the same number in every run.
const HASH: FixedState = FixedState::with_seed(0x5157_4c45_4447_4552);

/// The number a thing has. Equal things have equal numbers.
pub(crate) fn number_of(kind: &str, text: &[u8]) -> u64 {
    let mut hasher = HASH.build_hasher();
    hasher.write(kind.as_bytes());
    hasher.write(text);
    hasher.finish()
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

    /// Takes in a message between business systems. One of each type is shown.
    pub(crate) fn add_message(&mut self, number: u64, kind: &str) {
        self.seen |= bit(DataClass::EdifactMessages);
        let sample = || format!("EDIFACT {kind}");
        self.things(DataClass::EdifactMessages).add_of_kind(number, number_of("kind", kind.as_bytes()), sample);
    }

    /// Takes in what has the shape of a thing and is none.
    pub(crate) fn refute(&mut self, class: DataClass, number: u64) {
        self.things(class).refute(number);
    }

    fn things(&mut self, class: DataClass) -> &mut Things {
        // In the order of the classes, not in that of finding.
        let place = self.classes.iter().take_while(|(of, _)| *of < class).count();
        if self.classes.get(place).is_none_or(|(of, _)| *of != class) {
            if self.classes.is_empty() {
                self.classes.reserve_exact(COUNTED);
            }
            self.classes.insert(place, (class, Things::default()));
        }
        #[expect(clippy::indexing_slicing, reason = "it was there or is inserted just above")]
        &mut self.classes[place].1
    }
}

const fn bit(class: DataClass) -> u16 {
    1 << class as u8
}
