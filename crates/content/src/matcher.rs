//! Goes over a stretch of a stream from one place that may matter to the next, in order.

use crate::container::{self, Container};
use crate::credentials::{self, PRIVATE_KEY};
use crate::edifact::{self, Syntax, Then};
use crate::fields::{self, Field, is_weight};
use crate::found::{Found, number_of};
use crate::keys::Key;
use crate::scanner::BEHIND_BYTES;
use crate::signs::Signs;
use crate::table::{Cell, Columns};
use crate::{mask, vessel};
use memchr::{memchr, memmem};
use quaywatch_model::DataClass;
use std::mem;
use std::sync::LazyLock;

/// A weight by a name that others use, too, counts where a container or its place is told no farther away, in bytes.
const NEAR_BYTES: u64 = 512;
/// So many such weights wait for what tells that they are of containers.
const MOST_PENDING: usize = 8;
/// After so many lines in a row that are not as the header says, the table is over.
const MOST_OTHER_LINES: u8 = 4;
/// The list of columns of an `INSERT`, or a row, is looked for so far.
const LONGEST_LIST: usize = 250;

/// What is remembered of a stream.
#[derive(Debug, Default)]
pub(crate) struct Matcher {
    near: Near,
    /// Before this place in the stream no sign is looked at any more: it belongs to what was found.
    next_sign: u64,
    line_start: u64,
    lines: Lines,
    inserted: Option<Columns>,
    /// The syntax of the interchange that is being read, and where its next segment begins.
    interchange: Option<(Syntax, u64)>,
}

/// Whether lines are rows.
#[derive(Debug, Default)]
enum Lines {
    /// The first line is still to come.
    #[default]
    First,
    /// The first line was a header; so many lines in a row were no rows.
    Rows(Columns, u8),
    /// They are not.
    Text,
}

/// What stands near.
#[derive(Debug, Default)]
struct Near {
    /// The container told last: its characters and its number.
    container: ([u8; 11], u64),
    told_at: Option<u64>,
    /// The number of the interchange begun last.
    interchange: u64,
    pending: Vec<(u64, u64, String)>,
}

/// A stretch of the stream, with what is around it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Stretch<'w> {
    /// The bytes at hand.
    pub(crate) window: &'w [u8],
    /// Where in the stream they begin.
    pub(crate) base: u64,
    /// Where in `window` the stretch begins and ends.
    pub(crate) from: usize,
    /// See `from`.
    pub(crate) to: usize,
}

impl<'w> Stretch<'w> {
    /// What is between a place in the stream and the place `to` in the window, where it is no longer than what is surely
    /// held: else it would depend on the pieces that came whether it is here.
    fn since(self, from: u64, to: usize) -> Option<&'w [u8]> {
        let from = from.checked_sub(self.base).and_then(|from| usize::try_from(from).ok())?;
        self.window.get(from..to).filter(|between| between.len() <= BEHIND_BYTES)
    }
}

/// The kinds of places that may matter, beside [`Signs`].
const KINDS: usize = 4;
const IMO: usize = 0;
const KEY: usize = 1;
const LINE: usize = 2;
const SEGMENT: usize = 3;

static IMO_FINDER: LazyLock<memmem::Finder<'static>> = LazyLock::new(|| memmem::Finder::new(b"IMO"));
static KEY_FINDER: LazyLock<memmem::Finder<'static>> = LazyLock::new(|| memmem::Finder::new(PRIVATE_KEY));

impl Matcher {
    /// Looks at every place of the stretch that may matter, in order.
    pub(crate) fn advance(&mut self, stretch: Stretch<'_>, found: &mut Found) {
        let read = usize::try_from(self.next_sign.saturating_sub(stretch.base)).unwrap_or(usize::MAX);
        let from = stretch.from.max(read);
        let mut signs = Signs::new(stretch.window, from, stretch.to);
        let mut sign = signs.next(from);
        let mut others: [usize; KINDS] = std::array::from_fn(|kind| self.find(kind, stretch, stretch.from));
        loop {
            let (kind, at) = first(&others);
            let outside = self.interchange.is_none();
            while sign <= at && sign != usize::MAX && outside == self.interchange.is_none() {
                let on = self.sign(stretch, sign, found);
                self.next_sign = stretch.base + on as u64;
                sign = signs.next(on);
            }
            if outside != self.interchange.is_none() {
                // Ends of segments mean something from where an interchange begins.
                let begun = self.interchange.map_or(0, |(_, start)| start.saturating_sub(stretch.base));
                let begun = usize::try_from(begun).unwrap_or(usize::MAX);
                replace(&mut others, SEGMENT, self.find(SEGMENT, stretch, begun));
                continue;
            }
            if at == usize::MAX {
                return;
            }
            self.other(kind, stretch, at, found);
            replace(&mut others, kind, self.find(kind, stretch, at + 1));
        }
    }

    /// The stream is over: what has no end is ended.
    pub(crate) fn end(&mut self, stretch: Stretch<'_>, found: &mut Found) {
        self.line(stretch, stretch.to, found);
    }

    /// The next place of this kind in the stretch; else `usize::MAX`.
    fn find(&self, kind: usize, stretch: Stretch<'_>, from: usize) -> usize {
        let Some(rest) = stretch.window.get(from..stretch.to) else { return usize::MAX };
        let literal = |finder: &memmem::Finder<'_>| {
            let end = (stretch.to + finder.needle().len() - 1).min(stretch.window.len());
            stretch.window.get(from..end).and_then(|rest| finder.find(rest))
        };
        let place = match kind {
            IMO => literal(&IMO_FINDER),
            KEY => literal(&KEY_FINDER),
            LINE if !matches!(self.lines, Lines::Text) => memchr(b'\n', rest),
            SEGMENT => self.interchange.and_then(|(syntax, _)| memchr(syntax.terminator, rest)),
            _ => None,
        };
        place.map_or(usize::MAX, |place| from + place)
    }

    /// Looks at a place of this kind.
    fn other(&mut self, kind: usize, stretch: Stretch<'_>, at: usize, found: &mut Found) {
        let Stretch { window, base, .. } = stretch;
        let mut finds = Finds { near: &mut self.near, found, at: base + at as u64 };
        match kind {
            IMO => {
                if let Some(number) = vessel::after_imo(window, at) {
                    finds.vessel("IMO", &number);
                }
            }
            KEY => {
                if let Some(key) = credentials::private_key(window, at) {
                    finds.secret("private key", key);
                }
            }
            LINE => self.line(stretch, at, found),
            _ => self.segment(stretch, at, found),
        }
    }

    /// Looks at a sign. Gives the next place from where to look for others.
    fn sign(&mut self, stretch: Stretch<'_>, at: usize, found: &mut Found) -> usize {
        let Stretch { window, base, .. } = stretch;
        let mut finds = Finds { near: &mut self.near, found, at: base + at as u64 };
        match window.get(at) {
            Some(b'U') => {
                if let Some(container) = &container::at(window, at) {
                    match container.valid {
                        true => finds.container(container, container.sure),
                        false => finds.no_container(container),
                    }
                    return at + container.length;
                }
                if let (None, Some((syntax, length))) = (self.interchange, edifact::begins(window, at)) {
                    self.interchange = Some((syntax, base + (at + length) as u64));
                }
            }
            Some(b'(') => self.list(window, at, base, found),
            Some(b'<') => {
                if let Some(field) = &fields::element(window, at)
                    && finds.field(field)
                {
                    return field.end;
                }
            }
            _ => {
                if let Some(field) = &fields::named(window, at) {
                    if finds.field(field) {
                        return field.end;
                    }
                } else if let Some(userinfo) = credentials::in_url(window, at) {
                    finds.secret("password in URL", userinfo);
                }
            }
        }
        at + 1
    }

    /// The list of columns, or a row, that begins with the `(` at `at`.
    fn list(&mut self, window: &[u8], at: usize, base: u64, found: &mut Found) {
        let Some(rest) = window.get(at + 1..) else { return };
        // A list of names, unless rows are expected.
        let begins = |byte: &u8| byte.is_ascii_alphabetic() || matches!(byte, b'`' | b'"' | b'[' | b' ');
        if self.inserted.is_none() && !rest.first().is_some_and(begins) {
            return;
        }
        let rest = rest.get(..rest.len().min(LONGEST_LIST)).unwrap_or_default();
        let Some(list) = memchr(b')', rest).and_then(|end| rest.get(..end)) else { return };
        let mut finds = Finds { near: &mut self.near, found, at: base + at as u64 };
        let read = |columns: Columns| finds.row(columns, list);
        if self.inserted.is_some_and(read) {
            return;
        }
        if let Some(columns) = list.contains(&b',').then(|| Columns::of_names(list, b',')).flatten() {
            self.inserted = Some(columns);
        }
    }

    /// The line that ends at `at`.
    fn line(&mut self, stretch: Stretch<'_>, at: usize, found: &mut Found) {
        let start = mem::replace(&mut self.line_start, stretch.base + at as u64 + 1);
        let line = stretch.since(start, at);
        self.lines = match (mem::replace(&mut self.lines, Lines::Text), line) {
            (Lines::First, Some(line)) => {
                Columns::of_header(line).map_or(Lines::Text, |columns| Lines::Rows(columns, 0))
            }
            (Lines::Rows(columns, others), line) => {
                let mut finds = Finds { near: &mut self.near, found, at: stretch.base + at as u64 };
                match line.is_some_and(|line| finds.row(columns, line)) {
                    true => Lines::Rows(columns, 0),
                    false if others < MOST_OTHER_LINES => Lines::Rows(columns, others + 1),
                    false => Lines::Text,
                }
            }
            _ => Lines::Text,
        };
    }

    /// The segment that ends at `at`.
    fn segment(&mut self, stretch: Stretch<'_>, at: usize, found: &mut Found) {
        let Some((syntax, start)) = self.interchange else { return };
        let mut finds = Finds { near: &mut self.near, found, at: stretch.base + at as u64 };
        let then = match stretch.since(start, at) {
            Some(segment) => syntax.segment(segment, &mut finds),
            // Free text may be longer than what is held.
            None => Then::More,
        };
        match then {
            Then::More => self.interchange = Some((syntax, stretch.base + at as u64 + 1)),
            Then::Over => self.interchange = None,
            Then::Released => {}
        }
    }
}

/// The kind whose place is the first.
fn first(places: &[usize; KINDS]) -> (usize, usize) {
    let mut first = (0, usize::MAX);
    for (kind, &at) in places.iter().enumerate() {
        if at < first.1 {
            first = (kind, at);
        }
    }
    first
}

fn replace(places: &mut [usize; KINDS], kind: usize, at: usize) {
    if let Some(place) = places.get_mut(kind) {
        *place = at;
    }
}

/// Where finds at one place go.
pub(crate) struct Finds<'a> {
    near: &'a mut Near,
    found: &'a mut Found,
    at: u64,
}

impl Finds<'_> {
    /// A container number; `sure` where its surroundings say that it is one.
    pub(crate) fn container(&mut self, container: &Container, sure: bool) {
        if self.near.container.0 != container.number {
            self.near.container = (container.number, number_of("container", &container.number));
        }
        self.place();
        self.found.add(DataClass::ContainerIds, self.near.container.1, sure, || container.masked());
    }

    /// What has the shape of a container number and a wrong check digit.
    fn no_container(&mut self, container: &Container) {
        self.found.refute(DataClass::ContainerIds, number_of("container", &container.number));
    }

    /// A ship's number, call sign or voyage.
    pub(crate) fn vessel(&mut self, kind: &str, text: &[u8]) {
        let number = number_of(kind, text);
        let last = usize::from(kind == "IMO");
        let sample = || format!("{kind} {}", mask::middle(&String::from_utf8_lossy(text), 2, last));
        self.found.add(DataClass::VesselIds, number, true, sample);
    }

    /// An interchange begins with this segment.
    pub(crate) fn interchange(&mut self, segment: &[u8]) {
        self.near.interchange = number_of("interchange", segment);
    }

    /// A message of this type, which begins with this segment. What is sent twice is one, as with all that is found.
    pub(crate) fn message(&mut self, kind: &str, segment: &[u8]) {
        let number = number_of("message", segment) ^ self.near.interchange;
        self.found.add_message(number, kind);
    }

    /// A weight; where not `sure`, it counts when a container or its place is near.
    pub(crate) fn weight(&mut self, text: &[u8], sure: bool) {
        if !is_weight(text) {
            return;
        }
        let number = number_of("weight", text) ^ self.near.container.1;
        let sample = || format!("weight {}", mask::middle(&String::from_utf8_lossy(text), 2, 0));
        if sure || self.near.told_at.is_some_and(|told_at| self.at - told_at <= NEAR_BYTES) {
            self.found.add(DataClass::Weights, number, true, sample);
        } else {
            if self.near.pending.len() >= MOST_PENDING {
                self.near.pending.remove(0);
            }
            self.near.pending.push((self.at, number, sample()));
        }
    }

    /// A password, key or token.
    fn secret(&mut self, kind: &str, text: &[u8]) {
        self.found
            .add(DataClass::Credentials, number_of("secret", text), true, || format!("{kind} (masked)"));
    }

    /// Something that tells of containers and their places is here.
    fn place(&mut self) {
        self.near.told_at = Some(self.at);
        if self.near.pending.is_empty() {
            return;
        }
        for (at, number, sample) in self.near.pending.drain(..) {
            if self.at - at <= NEAR_BYTES {
                self.found.add(DataClass::Weights, number, true, || sample);
            }
        }
    }

    fn row(&mut self, columns: Columns, row: &[u8]) -> bool {
        columns.row(row, &mut |cell| match cell {
            Cell::Weight(column, text) if is_weight(text) => {
                let number = number_of("row", row).rotate_left(column as u32);
                let sample = || format!("weight {}", mask::middle(&String::from_utf8_lossy(text), 2, 0));
                self.found.add(DataClass::Weights, number, true, sample);
            }
            Cell::Weight(..) => {}
            Cell::Container(text) => {
                self.expected_container(text);
            }
        })
    }

    /// What a field or column says is a container's number; whether it is.
    fn expected_container(&mut self, text: &[u8]) -> bool {
        // It may have been told as a mere shape just before.
        let known = (*text == self.near.container.0).then_some(Container::told(self.near.container.0));
        let container = known.or_else(|| container::whole(text));
        if let Some(container) = &container {
            self.container(container, true);
        }
        container.is_some()
    }

    /// A field; says whether it holds a container, so that its number need not be looked at again.
    fn field(&mut self, &Field { key, value, .. }: &Field<'_>) -> bool {
        match key {
            Key::Weight { sure } => self.weight(value, sure),
            Key::Container => return self.expected_container(value),
            Key::Place if value.iter().any(u8::is_ascii_digit) && value.len() <= 16 => self.place(),
            Key::Imo => {
                if let Some(number) = vessel::whole(value) {
                    self.vessel("IMO", &number);
                }
            }
            Key::Mmsi if value.len() == 9 && value.iter().all(u8::is_ascii_digit) => {
                self.vessel("MMSI", value);
            }
            Key::Vessel if (2..=40).contains(&value.len()) && is_plain(value) => self.vessel("vessel", value),
            Key::Secret if credentials::is_secret(value) => self.secret("password", value),
            Key::Identity
                if (3..=40).contains(&value.len())
                    && is_plain(value)
                    && value.iter().any(u8::is_ascii_digit) =>
            {
                let sample = || format!("identity {}", mask::middle(&String::from_utf8_lossy(value), 2, 0));
                self.found.add(DataClass::MachineIdentity, number_of("identity", value), true, sample);
            }
            Key::Place | Key::Mmsi | Key::Vessel | Key::Secret | Key::Identity => {}
        }
        false
    }
}

/// What people write in a field.
fn is_plain(value: &[u8]) -> bool {
    value.iter().all(|&byte| byte.is_ascii_alphanumeric() || b" -_./".contains(&byte))
}
