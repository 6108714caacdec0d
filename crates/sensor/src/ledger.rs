use crate::changes::Changes;
use foldhash::fast::FixedState;
use hashbrown::{HashMap, HashTable};
use quaywatch_model::{Address, Entry, Items, Moment, Number, Operation, Outcome, RefusedReads, Verb};
use std::fmt::{self, Write};
use std::hash::{BuildHasher, Hasher};

/// So many entries are kept; what does not fit is counted under the function `(other)`.
const MOST_ENTRIES: usize = 50_000;
/// So many pairs of client and server are told apart; what does not fit is counted between [`OTHERS`].
const MOST_PAIRS: usize = 100_000;
/// A function's name is cut after so many bytes: procedures of databases have what names their clients like.
const LONGEST_NAME_BYTES: usize = 160;
/// Stands for the addresses that are not told apart.
const OTHERS: Address = Address::v4([0; 4]);

/// Who did what to whom, and how often.
#[derive(Debug, Default)]
pub(crate) struct Ledger {
    pairs: HashMap<(Address, Address, &'static str), u32, FixedState>,
    pair_names: Vec<(Address, Address, &'static str)>,
    hash: FixedState,
    index: HashTable<u32>,
    rows: Vec<Row>,
    changes: Changes,
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
    /// When reading was first refused, and a bit for each object of which it was; two may share one.
    refused: Option<(Moment, u128)>,
    bytes: u64,
    /// So many objects of its changes are told apart.
    objects: u32,
    first: Moment,
    last: Moment,
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
            next
        }))
    }

    /// Counts an operation, and lists it if it changes something; `shown` are its items as they are listed.
    pub(crate) fn add(&mut self, pair: Pair, operation: &Operation<'_>, shown: &dyn Items) {
        let at = operation.moment();
        let index = self.row(pair, operation);
        let Some(row) = self.rows.get_mut(index as usize) else { return };
        if let Some(count) = row.outcomes.get_mut(operation.outcome as usize) {
            *count += 1;
        }
        if (operation.verb, operation.outcome) == (Verb::Read, Outcome::Refused) {
            let (first, bits) = row.refused.get_or_insert((at, 0));
            *first = at.min(*first);
            *bits |= bit(&self.hash, operation);
        }
        row.bytes += operation.bytes.unwrap_or(0);
        row.first = row.first.min(at);
        row.last = row.last.max(at);
        if operation.verb.changes() {
            let Some(names) = self.pair_names.get(pair.0 as usize) else { return };
            self.changes.add((index, &mut row.objects), *names, operation, shown);
        }
    }

    /// What was counted: entries, and changes by their objects.
    pub(crate) fn finish(self) -> (Vec<Entry>, Changes) {
        let Self { pair_names, rows, changes, .. } = self;
        let entry = |row: Row| {
            let &(client, server, protocol) = pair_names.get(row.pair as usize)?;
            let Row { verb, outcomes, refused, bytes, first, last, name, number, .. } = row;
            let refused_reads =
                refused.map(|(first, bits)| RefusedReads { first, objects: bits.count_ones() });
            let function = quaywatch_model::Coded::new(&name, number).to_string();
            Some(Entry {
                client,
                server,
                protocol,
                verb,
                function,
                outcomes,
                refused_reads,
                bytes,
                first,
                last,
            })
        };
        (rows.into_iter().filter_map(entry).collect(), changes)
    }

    fn row(&mut self, pair: Pair, operation: &Operation<'_>) -> u32 {
        let (name, mut number) = (operation.function.name, operation.function.number);
        let mut name = name.get(..name.floor_char_boundary(LONGEST_NAME_BYTES)).unwrap_or_default();
        let mut found = self.find(pair, operation.verb, number, name);
        if found.is_none() && self.rows.len() >= MOST_ENTRIES {
            (name, number) = ("(other)", Number::None);
            found = self.find(pair, operation.verb, number, name);
        }
        found.unwrap_or_else(|| self.insert(pair, operation, number, name))
    }

    fn find(&self, pair: Pair, verb: Verb, number: Number, name: &str) -> Option<u32> {
        let is_it = |&index: &u32| {
            self.rows.get(index as usize).is_some_and(|row| {
                row.pair == pair.0 && row.verb == verb && row.number == number && *row.name == *name
            })
        };
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
            refused: None,
            bytes: 0,
            objects: 0,
            first: at,
            last: at,
        });
        let (rows, hash) = (&self.rows, &self.hash);
        self.index.insert_unique(hash.hash_one((pair.0, operation.verb, number)), index, |&index| {
            rows.get(index as usize).map_or(0, |row| hash.hash_one((row.pair, row.verb, row.number)))
        });
        index
    }
}

/// One of 128 bits for what an operation is of.
fn bit(hash: &FixedState, operation: &Operation<'_>) -> u128 {
    let mut told = Told(hash.build_hasher());
    operation.items.each(&mut |item| {
        // Hashing does not fail; an object that cannot be written is told by what was.
        let _ = write!(told, "{};", item.object);
    });
    1 << (told.0.finish() % 128)
}

/// Text that is only hashed.
struct Told<H>(H);

impl<H: Hasher> Write for Told<H> {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        self.0.write(text.as_bytes());
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::{LONGEST_NAME_BYTES, Ledger};
    use quaywatch_model::{Address, Coded, Item, Items, Number, Operation, Outcome, Side, Verb};

    struct Block(u16);

    impl Items for Block {
        fn each(&self, tell: &mut dyn FnMut(Item<'_>)) {
            tell(Item::named(&format_args!("DB{}.DBB0", self.0)));
        }
    }

    #[test]
    fn refused_reads_are_told_apart_by_what_they_are_of() {
        let read = |blocks: &mut dyn Iterator<Item = u16>, outcome| {
            let mut ledger = Ledger::default();
            let pair = ledger.pair(Address::v4([10, 0, 0, 1]), Address::v4([10, 0, 0, 2]), "s7comm");
            for block in blocks {
                let block = Block(block);
                let function = Coded::new("read_var", Number::Hex8(4));
                let operation = Operation::new(Side::A, Verb::Read, function, outcome);
                ledger.add(pair, &Operation { items: &block, ..operation }, &());
            }
            ledger.finish().0[0].refused_reads.map_or(0, |reads| reads.objects)
        };
        assert_eq!(read(&mut (1..=200), Outcome::Accepted), 0);
        assert_eq!(read(&mut std::iter::repeat_n(17, 200), Outcome::Refused), 1);
        let many = read(&mut (1..=200), Outcome::Refused);
        assert!((80..=128).contains(&many), "{many}");
    }

    #[test]
    fn a_long_name_of_a_function_is_cut_and_counted_as_one() {
        let mut ledger = Ledger::default();
        let pair = ledger.pair(Address::v4([10, 0, 0, 1]), Address::v4([10, 0, 0, 2]), "tds");
        for end in ["a", "b"] {
            let name = "\u{e9}".repeat(30_000) + end;
            let function = Coded::new(&name, Number::Hex8(3));
            let operation = Operation::new(Side::A, Verb::Opaque, function, Outcome::Accepted);
            ledger.add(pair, &operation, &());
        }
        let (entries, _) = ledger.finish();
        assert_eq!(entries.iter().map(|entry| entry.outcomes[0]).collect::<Vec<_>>(), [2]);
        assert!(entries[0].function.len() < LONGEST_NAME_BYTES + 16);
    }
}
