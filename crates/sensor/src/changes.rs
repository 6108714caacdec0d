//! What changed something, by object: of each the first changes one by one, and how often it was changed in all.

use foldhash::fast::FixedState;
use hashbrown::HashTable;
use quaywatch_model::{Address, Change, Item, Items, Operation, Outcome, Timestamp, Verb};
use std::fmt::{self, Write};
use std::hash::BuildHasher;

/// So many changes of one object are listed one by one; more of the same are counted. Halved as often as it takes for all
/// objects to find room: ten thousand signs of life must not hide the one set-point that was written among them.
const MOST_LISTED_PER_OBJECT: usize = 64;
/// So many changes are listed in all, and so many objects are told apart.
const MOST_LISTED: usize = 10_000;
/// So many objects are told apart of what one client does to one server by one function.
const MOST_OBJECTS_PER_ENTRY: u32 = 2_000;
/// Objects of one change are told apart by so many bytes of their names.
const LONGEST_OBJECTS_BYTES: usize = 1_024;
/// So many items of a listed change are shown.
const MOST_ITEMS: usize = 4;
/// A shown text of the peer's making is cut after so many bytes.
const LONGEST_TEXT_BYTES: usize = 160;

/// Client, server, protocol.
type Names = (Address, Address, &'static str);

/// All changes, by what they were of. One a worker; merged at the end.
#[derive(Debug, Default)]
pub(crate) struct Changes {
    hash: FixedState,
    index: HashTable<u32>,
    objects: Vec<Object>,
    listed: usize,
    /// How often [`MOST_LISTED_PER_OBJECT`] was halved.
    halved: u32,
    /// Changes of objects that are not told apart.
    elsewhere: u64,
    /// The objects of the change at hand, kept for its memory.
    text: String,
}

/// What one client changed of one server by one function, with one outcome.
#[derive(Debug)]
struct Object {
    entry: u32,
    unit: Option<u32>,
    outcome: Outcome,
    text: Box<str>,
    changes: Vec<Change>,
    count: u64,
    last: Timestamp,
}

impl Changes {
    /// Takes in a change of an entry of the ledger, of which so many objects are told apart.
    pub(crate) fn add(
        &mut self,
        (entry, objects): (u32, &mut u32),
        names: Names,
        operation: &Operation<'_>,
        shown: &dyn Items,
    ) {
        self.name(operation);
        let hash = self.hash.hash_one((entry, operation.unit, operation.outcome, self.text.as_str()));
        let is_it = |&at: &u32| {
            self.objects.get(at as usize).is_some_and(|kept| kept.is(entry, operation, &self.text))
        };
        let found = self.index.find(hash, is_it).copied();
        let at = match found {
            Some(at) => at,
            None if *objects < MOST_OBJECTS_PER_ENTRY && self.make_room() => {
                *objects += 1;
                self.insert(entry, hash, operation)
            }
            None => {
                self.elsewhere += 1;
                return;
            }
        };
        let is_new = found.is_none();
        let Some(object) = self.objects.get_mut(at as usize) else { return };
        object.count += 1;
        object.last = object.last.max(operation.moment().time);
        if is_new || object.changes.len() < most_listed(self.halved) && self.make_room() {
            self.list(at, names, operation, shown);
        }
    }

    /// What another worker found. No two workers see changes of one object.
    pub(crate) fn merge(&mut self, other: Self) {
        self.listed += other.listed;
        self.elsewhere += other.elsewhere;
        self.halved = self.halved.max(other.halved);
        self.objects.extend(other.objects);
    }

    /// The changes that are listed, and how many are not.
    pub(crate) fn finish(mut self) -> (Vec<Change>, u64) {
        self.objects.sort_by(|a, b| a.first().cmp(&b.first()));
        self.cut();
        while self.listed > MOST_LISTED && most_listed(self.halved) > 1 {
            self.halved += 1;
            self.cut();
        }
        let mut not_listed = self.elsewhere;
        for object in self.objects.split_off(self.objects.len().min(MOST_LISTED)) {
            not_listed += object.count;
        }
        let mut changes = Vec::with_capacity(self.listed);
        for Object { changes: mut listed, count, last, .. } in self.objects {
            let repeated = count.saturating_sub(listed.len() as u64);
            not_listed += repeated;
            if let Some(change) = listed.last_mut() {
                (change.repeated, change.until) = (repeated, last);
            }
            changes.append(&mut listed);
        }
        (changes, not_listed)
    }

    /// Writes down what the operation is of. What loads a program is one load, whatever part of it each operation carries.
    fn name(&mut self, operation: &Operation<'_>) {
        self.text.clear();
        if matches!(operation.verb, Verb::DownloadProgram | Verb::UpdateFirmware) {
            return;
        }
        let mut cut = Cut { text: std::mem::take(&mut self.text), most: LONGEST_OBJECTS_BYTES };
        operation.items.each(&mut |item| {
            // What does not fit is not told apart.
            let _ = write!(cut, "{};", item.object);
        });
        self.text = cut.text;
    }

    /// Makes room for one more listed change, at the cost of the objects that have most of them.
    fn make_room(&mut self) -> bool {
        while self.listed >= MOST_LISTED && most_listed(self.halved) > 1 {
            self.halved += 1;
            self.cut();
        }
        self.listed < MOST_LISTED
    }

    fn cut(&mut self) {
        let most = most_listed(self.halved);
        self.objects.iter_mut().for_each(|object| object.changes.truncate(most));
        self.listed = self.objects.iter().map(|object| object.changes.len()).sum();
    }

    fn insert(&mut self, entry: u32, hash: u64, operation: &Operation<'_>) -> u32 {
        let at = self.objects.len() as u32;
        let Operation { unit, outcome, .. } = *operation;
        let last = operation.moment().time;
        let text = self.text.as_str().into();
        self.objects.push(Object { entry, unit, outcome, text, changes: Vec::new(), count: 0, last });
        let (objects, hashes) = (&self.objects, &self.hash);
        self.index.insert_unique(hash, at, |&at| {
            objects
                .get(at as usize)
                .map_or(0, |kept| hashes.hash_one((kept.entry, kept.unit, kept.outcome, &*kept.text)))
        });
        at
    }

    fn list(&mut self, at: u32, names: Names, operation: &Operation<'_>, shown: &dyn Items) {
        // Room was made at the cost of this object, perhaps.
        let most = most_listed(self.halved);
        let Some(object) = self.objects.get_mut(at as usize) else { return };
        if object.changes.len() < most {
            object.changes.push(Change { nth: object.changes.len(), ..change(names, operation, shown) });
            self.listed += 1;
        }
    }
}

/// So many changes of one object are listed.
fn most_listed(halved: u32) -> usize {
    MOST_LISTED_PER_OBJECT >> halved
}

impl Object {
    fn is(&self, entry: u32, operation: &Operation<'_>, text: &str) -> bool {
        let Operation { unit, outcome, .. } = *operation;
        (self.entry, self.unit, self.outcome, &*self.text) == (entry, unit, outcome, text)
    }

    fn first(&self) -> Option<impl Ord + '_> {
        self.changes.first().map(Change::order)
    }
}

fn change((client, server, protocol): Names, operation: &Operation<'_>, shown_items: &dyn Items) -> Change {
    let mut items = Vec::new();
    let mut count = 0;
    shown_items.each(&mut |item| {
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
        code: operation.code.map(|code| shown(&code, LONGEST_TEXT_BYTES)),
        nth: 0,
        repeated: 0,
        until: operation.moment().time,
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

/// What is shown, cut where it gets longer than `most` bytes.
pub(crate) fn shown(text: &dyn fmt::Display, most: usize) -> String {
    let mut cut = Cut { text: String::new(), most };
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

#[cfg(test)]
mod tests {
    use super::MOST_LISTED;
    use crate::ledger::Ledger;
    use quaywatch_model::{
        Address, Change, Coded, Item, Items, Moment, Number, Operation, Outcome, Side, Timestamp, Verb,
    };

    struct Register(u64);
    impl Items for Register {
        fn each(&self, tell: &mut dyn FnMut(Item<'_>)) {
            tell(Item::named(&format_args!("holding {}", self.0)));
        }
    }

    /// What is listed of writes to 30 servers, the first of which has most objects, when so many workers share the work.
    fn listed(workers: usize) -> (Vec<Change>, u64) {
        let mut ledgers: Vec<Ledger> = (0..workers).map(|_| Ledger::default()).collect();
        for frame in 0..60_000_u64 {
            let server = frame % 30;
            let at = Moment { time: Timestamp::from_nanos(frame as i64), frame };
            let register = Register(frame / 30 % (1 + 300 / (1 + server)));
            let function = Coded::new("write", Number::Hex8(6));
            let operation = Operation {
                request: Some(at),
                items: &register,
                ..Operation::new(Side::A, Verb::Write, function, Outcome::Accepted)
            };
            let ledger = &mut ledgers[server as usize % workers];
            let [client, server] = [99, server as u8].map(|last| Address::v4([10, 0, 0, last]));
            let pair = ledger.pair(client, server, "modbus");
            ledger.add(pair, &operation, &register);
        }
        let changes = ledgers.into_iter().map(|ledger| ledger.finish().1);
        let (mut changes, not_listed) =
            changes.reduce(|mut all, other| (all.merge(other), all).1).unwrap().finish();
        changes.sort_by_key(|change| change.at);
        (changes, not_listed)
    }

    #[test]
    fn how_the_work_is_shared_does_not_show_and_no_object_is_left_out() {
        let (changes, not_listed) = listed(1);
        assert!(changes.len() <= MOST_LISTED, "{}", changes.len());
        assert_eq!(changes.len() as u64 + not_listed, 60_000);
        let firsts = changes.iter().filter(|change| change.nth == 0).count() as u64;
        assert_eq!(firsts, (0..30).map(|server| 1 + 300 / (1 + server)).sum::<u64>());
        let told = |(changes, not_listed): (Vec<Change>, u64)| (format!("{changes:?}"), not_listed);
        assert!(told((changes, not_listed)) == told(listed(3)));
    }
}
