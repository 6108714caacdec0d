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

/// What was found in a part of a stream.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Seen {
    /// The most telling class of which something was found where such things are expected.
    pub class: Option<DataClass>,
    /// Whether something was found that has the shape of a container number and no context: whether it is one shows when
    /// [all is known](Found::shapes_hold).
    pub shapes: bool,
}

/// Distinct things by class.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Found {
    classes: Vec<(DataClass, Things)>,
    /// Bits of the classes of which something was found in context since they were last [taken](Self::take_seen).
    seen: u16,
    /// Whether something was found since then that has the shape of a container number and no context.
    seen_shapes: bool,
    unwrapping_stopped: bool,
}

impl Found {
    /// Nothing found.
    #[must_use]
    pub const fn new() -> Self {
        Self { classes: Vec::new(), seen: 0, seen_shapes: false, unwrapping_stopped: false }
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
        self.of(class).is_some_and(Things::prove)
    }

    /// What was found since this was last asked.
    pub fn take_seen(&mut self) -> Seen {
        let seen = std::mem::take(&mut self.seen);
        let class = DataClass::ALL.into_iter().find(|&class| seen & bit(class) != 0);
        Seen { class, shapes: std::mem::take(&mut self.seen_shapes) }
    }

    /// Whether all together that has the shape of container numbers without context bears itself out.
    #[must_use]
    pub fn shapes_hold(&self) -> bool {
        self.of(DataClass::ContainerIds).is_some_and(Things::shapes_hold)
    }

    /// The stream is over: what nothing in it bears out is forgotten.
    pub fn settle(&mut self) {
        if let Some((_, things)) = self.classes.iter_mut().find(|(of, _)| *of == DataClass::ContainerIds) {
            things.settle();
        }
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

    /// `sure` where it stands in a context that expects it; without one there are only numbers of containers.
    pub(crate) fn add(&mut self, class: DataClass, number: u64, sure: bool, sample: impl FnOnce() -> String) {
        if sure {
            self.seen |= bit(class);
        } else {
            self.seen_shapes = true;
        }
        self.things(class).add(number, sure, sample);
    }

    /// Takes in a message between business systems. One of each type is shown.
    pub(crate) fn add_message(&mut self, number: u64, kind: &str) {
        self.seen |= bit(DataClass::EdifactMessages);
        let sample = || format!("EDIFACT {kind}");
        self.things(DataClass::EdifactMessages).add_of_kind(
            number,
            number_of("kind", kind.as_bytes()),
            sample,
        );
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
