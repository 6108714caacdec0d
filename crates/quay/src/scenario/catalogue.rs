//! All scenarios that come with the software: the files in `scenarios/` beside this crate's sources.

use super::{Scenario, Unplayable};
use include_dir::{Dir, include_dir};

static FILES: Dir<'static> = include_dir!("$CARGO_MANIFEST_DIR/scenarios");

/// How nearly two names must be the same for one to be meant by the other: 1 is the same.
const CLOSE: f64 = 0.7;

/// The names of all scenarios and what they are, in the order of their numbers.
pub fn all() -> impl Iterator<Item = (&'static str, Result<Scenario, Unplayable>)> {
    files().into_iter().map(|(name, text)| (name, Scenario::parse(text)))
}

/// The scenario of this name, `p01-overload-limit`, or number, `P01`.
///
/// # Errors
/// There is none.
pub fn named(wanted: &str) -> Result<Scenario, Unplayable> {
    Scenario::parse(text(wanted)?)
}

/// The text of its file.
///
/// # Errors
/// There is none.
pub fn text(wanted: &str) -> Result<&'static str, Unplayable> {
    let is_it = |name: &str| {
        let number = name.split_once('-').map_or(name, |(number, _)| number);
        [name, number].iter().any(|known| known.eq_ignore_ascii_case(wanted))
    };
    if let Some((_, text)) = files().into_iter().find(|(name, _)| is_it(name)) {
        return Ok(text);
    }
    let likeness = |name: &str| strsim::jaro_winkler(name, &wanted.to_lowercase());
    let close = files()
        .into_iter()
        .map(|(name, _)| (likeness(name), name))
        .max_by(|one, other| one.0.total_cmp(&other.0))
        .filter(|(likeness, _)| *likeness > CLOSE)
        .map(|(_, name)| name.to_owned());
    Err(Unplayable::Unknown { name: wanted.to_owned(), close })
}

fn files() -> Vec<(&'static str, &'static str)> {
    let read = |file: &'static include_dir::File<'static>| {
        Some((file.path().to_str()?.strip_suffix(".toml")?, file.contents_utf8()?))
    };
    let mut files: Vec<_> = FILES.files().filter_map(read).collect();
    files.sort_unstable();
    files
}
