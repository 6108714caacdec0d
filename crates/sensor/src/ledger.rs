use foldhash::fast::FixedState;
use hashbrown::{HashMap, HashTable};
use quaywatch_model::{Address, Change, Entry, Item, Moment, Number, Operation, Timestamp, Verb};
use std::fmt::{self, Write};
use std::hash::BuildHasher;

/// So many changes of one entry are listed one by one; more of the same are counted.
const MOST_LISTED_PER_ENTRY: u32 = 500;
/// So many changes are listed in all.
const MOST_LISTED: usize = 10_000;
/// So many entries are kept; what does not fit is counted under the function `(other)`.
const MOST_ENTRIES: usize = 50_000;
/// So many pairs of client and server are told apart; what does not fit is counted between [`OTHERS`].
const MOST_PAIRS: usize = 100_000;
/// Stands for the addresses that are not told apart.
const OTHERS: Address = Address::v4([0; 4]);
/// So many items of a listed change are shown.
const MOST_ITEMS: usize = 4;
/// A shown text of the peer's making is cut after so many bytes.
const LONGEST_TEXT_BYTES: usize = 160;

/// Who did what to whom, and how often.
#[derive(Debug, Default)]
pub(crate) struct Ledger {
    pairs: HashMap<(Address, Address, &'static str), u32, FixedState>,
    pair_names: Vec<(Address, Address, &'static str)>,
    /// The row each pair was counted in last: most do the same thing again and again.
    latest: Vec<u32>,
    hash: FixedState,
    index: HashTable<u32>,
    rows: Vec<Row>,
    changes: Vec<Change>,
    changes_not_listed: u64,
}

/// A client, a server and the protocol they speak, as a small number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Pair(u32);

#[derive(Debug)]
struct Row {
    pair: u32,
    verb: Verb,
    number: Number,
    name: Box<str>,
    outcomes: [u64; 4],
    bytes: u64,
    listed: u32,
    first: Moment,
    last: Timestamp,
}

impl Ledger {
    /// The number of a pair.
    pub(crate) fn pair(&mut self, client: Address, server: Address, protocol: &'static str) -> Pair {
        let next = self.pair_names.len() as u32;
        let mut key = (client, server, protocol);
        if self.pair_names.len() >= MOST_PAIRS && !self.pairs.contains_key(&key) {
            key = (OTHERS, OTHERS, protocol);
        }
        Pair(*self.pairs.entry(key).or_insert_with(|| {
            self.pair_names.push(key);
            self.latest.push(u32::MAX);
            next
        }))
    }

    /// Counts an operation, and lists it if it changes something.
    pub(crate) fn add(&mut self, pair: Pair, operation: &Operation<'_>) {
        let at = operation.moment();
        let room = self.changes.len() < MOST_LISTED;
        let Some(row) = self.row(pair, operation) else { return };
        if let Some(count) = row.outcomes.get_mut(operation.outcome as usize) {
            *count += 1;
        }
        row.bytes += operation.bytes.unwrap_or(0);
        row.first = row.first.min(at);
        row.last = row.last.max(at.time);
        if !operation.verb.changes() {
            return;
        }
        if row.listed < MOST_LISTED_PER_ENTRY && room {
            row.listed += 1;
            let names = self.pair_names.get(pair.0 as usize).copied();
            self.changes.extend(names.map(|names| change(names, operation)));
        } else {
            self.changes_not_listed += 1;
        }
    }

    /// What was counted: entries, changes, and how many changes were not listed.
    pub(crate) fn finish(self) -> (Vec<Entry>, Vec<Change>, u64) {
        let Self { pair_names, rows, changes, changes_not_listed, .. } = self;
        let entry = |row: Row| {
            let &(client, server, protocol) = pair_names.get(row.pair as usize)?;
            let Row { verb, outcomes, bytes, first, last, name, number, .. } = row;
            let function = quaywatch_model::Coded::new(&name, number).to_string();
            Some(Entry { client, server, protocol, verb, function, outcomes, bytes, first, last })
        };
        (rows.into_iter().filter_map(entry).collect(), changes, changes_not_listed)
    }

    fn row(&mut self, pair: Pair, operation: &Operation<'_>) -> Option<&mut Row> {
        let (mut name, mut number) = (operation.function.name, operation.function.number);
        let mut found = self.find(pair, operation.verb, number, name);
        if found.is_none() && self.rows.len() >= MOST_ENTRIES {
            (name, number) = ("(other)", Number::None);
            found = self.find(pair, operation.verb, number, name);
        }
        let index = match found {
            Some(index) => index,
            None => self.insert(pair, operation, number, name),
        };
        if let Some(latest) = self.latest.get_mut(pair.0 as usize) {
            *latest = index;
        }
        self.rows.get_mut(index as usize)
    }

    fn find(&self, pair: Pair, verb: Verb, number: Number, name: &str) -> Option<u32> {
        let is_it = |&index: &u32| {
            self.rows.get(index as usize).is_some_and(|row| {
                row.pair == pair.0 && row.verb == verb && row.number == number && *row.name == *name
            })
        };
        if let Some(latest) = self.latest.get(pair.0 as usize).filter(|latest| is_it(latest)) {
            return Some(*latest);
        }
        self.index.find(self.hash.hash_one((pair.0, verb, number)), is_it).copied()
    }

    fn insert(&mut self, pair: Pair, operation: &Operation<'_>, number: Number, name: &str) -> u32 {
        let index = self.rows.len() as u32;
        let at = operation.moment();
        self.rows.push(Row {
            pair: pair.0,
            verb: operation.verb,
            number,
            name: name.into(),
            outcomes: [0; 4],
            bytes: 0,
            listed: 0,
            first: at,
            last: at.time,
        });
        let (rows, hash) = (&self.rows, &self.hash);
        self.index.insert_unique(hash.hash_one((pair.0, operation.verb, number)), index, |&index| {
            rows.get(index as usize).map_or(0, |row| hash.hash_one((row.pair, row.verb, row.number)))
        });
        index
    }
}

fn change((client, server, protocol): (Address, Address, &'static str), operation: &Operation<'_>) -> Change {
    let mut items = Vec::new();
    let mut count = 0;
    operation.items.each(&mut |item| {
        count += 1;
        if count <= MOST_ITEMS {
            items.push(shown(&ItemText(&item), LONGEST_TEXT_BYTES));
        }
    });
    Change {
        at: operation.moment(),
        frames: [operation.request, operation.reply].map(|moment| moment.map(|moment| moment.frame)),
        client,
        server,
        protocol,
        verb: operation.verb,
        function: shown(&operation.function, LONGEST_TEXT_BYTES),
        unit: operation.unit,
        more_items: count - items.len(),
        items,
        bytes: operation.bytes,
        outcome: operation.outcome,
        code: operation.code.map(|code| code.to_string()),
    }
}

struct ItemText<'a>(&'a Item<'a>);

impl fmt::Display for ItemText<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Item { object, value, previous, code, tag } = *self.0;
        match tag {
            Some(tag) => write!(f, "{tag} ({object})")?,
            None => write!(f, "{object}")?,
        }
        value.map_or(Ok(()), |value| write!(f, " = {value}"))?;
        previous.map_or(Ok(()), |previous| write!(f, " (was {previous})"))?;
        code.map_or(Ok(()), |code| write!(f, " [{code}]"))
    }
}

/// Most shown texts are no longer than this, in bytes: they grow no further while they are written.
const USUAL_TEXT_BYTES: usize = 48;

/// What is shown, cut where it gets longer than `most` bytes.
pub(crate) fn shown(text: &dyn fmt::Display, most: usize) -> String {
    let mut cut = Cut { text: String::with_capacity(most.min(USUAL_TEXT_BYTES)), most };
    if write!(cut, "{text}").is_err() {
        cut.text.push('…');
    }
    cut.text
}

/// Stops the writer when there is enough, so that a huge list is not rendered for nothing.
struct Cut {
    text: String,
    most: usize,
}

impl Write for Cut {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        let room = self.most.saturating_sub(self.text.len());
        if text.len() <= room {
            self.text.push_str(text);
            return Ok(());
        }
        self.text.push_str(text.get(..text.floor_char_boundary(room)).unwrap_or_default());
        Err(fmt::Error)
    }
}
