use crate::borders::{self, Borders, PublicIsOutside};
use crate::leaving::{Leaving, Outflow};
use crate::names::{Names, plain};
use crate::row::{Key, Row};
use foldhash::fast::FixedState;
use hashbrown::HashMap;
use quaywatch_content::Found;
use quaywatch_model::{
    Address, Attribute, Content, DataClass, Disclosure, Ended, KeptNote, Moment, Problem, Scope, Side,
    Subject, Timestamp, Topic, Verdict,
};
use std::sync::Arc;

/// So many rows are kept by a worker; what comes after is counted as sent to `0.0.0.0`.
const MOST_ROWS: usize = 16_384;
/// What is looked into may take so much memory, all conversations of a worker together. What comes beyond is not
/// looked into, and told as a problem.
const MOST_LOOKED_INTO_BYTES: usize = 16 * 1024 * 1024;
/// So many distinct things are kept in the rows of a worker, at 16 bytes each; beyond, rows count on without them.
const MOST_THINGS: usize = 400_000;
/// Stands for recipients that are not told apart.
const OTHERS: Address = Address::v4([0; 4]);

/// What leaves, of one worker or of all.
#[derive(Debug)]
pub struct Ledger {
    borders: Arc<dyn Borders>,
    rows: HashMap<Key, Row, FixedState>,
    names: Names,
    /// What is looked into now takes so much.
    looked_into_bytes: usize,
    things: usize,
}

impl Default for Ledger {
    fn default() -> Self {
        Self::new(Arc::new(PublicIsOutside))
    }
}

impl Ledger {
    /// A ledger of what crosses these borders.
    #[must_use]
    pub fn new(borders: Arc<dyn Borders>) -> Self {
        Self { borders, rows: HashMap::default(), names: Names::default(), looked_into_bytes: 0, things: 0 }
    }

    /// What is to be kept with a conversation that begins between these addresses, if it crosses.
    ///
    /// Where both ends are outside, nobody knows whose capture it is: the client is taken for ours.
    #[must_use]
    pub fn begun(&self, addresses: &[Address; 2]) -> Option<Box<Leaving>> {
        let out = borders::out(&*self.borders, addresses);
        (out != [false, false]).then(|| Box::new(Leaving::new(out)))
    }

    /// The next bytes that no decoder reads; `whole` where they are a datagram.
    pub fn raw(&mut self, leaving: &mut Leaving, from: Side, frame: u64, bytes: &[u8], whole: bool) {
        self.look(leaving, from, |outflow, look| {
            outflow.frame = frame;
            if look {
                outflow.raw(bytes, whole);
            } else {
                outflow.unread = outflow.unread.saturating_add(bytes.len() as u64);
            }
        });
    }

    /// Raw bytes of one side are missing.
    pub fn gap(&mut self, leaving: &mut Leaving, from: Side) {
        self.look(leaving, from, |outflow, _| outflow.gap());
    }

    /// The conversation was recognised: from its beginning on its decoder tells what there is.
    pub fn recognised(&mut self, leaving: &mut Leaving) {
        for outflow in leaving.open() {
            self.looked_into_bytes = self.looked_into_bytes.saturating_sub(outflow.memory());
            outflow.forget_raw();
            self.looked_into_bytes += outflow.memory();
        }
    }

    /// The next piece of content a decoder tells, at this frame.
    pub fn content(&mut self, leaving: &mut Leaving, frame: u64, content: &Content<'_>) {
        self.look(leaving, content.from, |outflow, look| {
            outflow.frame = frame;
            outflow.content(content, look);
        });
    }

    fn look(&mut self, leaving: &mut Leaving, from: Side, act: impl FnOnce(&mut Outflow, bool)) {
        let new = !leaving.is_open(from);
        let Some(outflow) = leaving.outflow(from) else { return };
        let before = if new { 0 } else { outflow.memory() };
        let look = self.looked_into_bytes < MOST_LOOKED_INTO_BYTES;
        act(outflow, look);
        self.looked_into_bytes = (self.looked_into_bytes + outflow.memory()).saturating_sub(before);
    }

    /// Something that was learned of an address: of those outside, their names are kept.
    pub fn fact(&mut self, at: Moment, about: Subject, attribute: Attribute, value: &str) {
        if let (Subject::Address(address), Attribute::DomainName) = (about, attribute)
            && self.borders.scope(address) > Scope::Crane
        {
            self.names.add(address, at, value);
        }
    }

    /// A conversation is over. Gives what could not be looked into.
    pub fn ended(&mut self, leaving: &mut Leaving, ended: &Ended<'_>) -> Option<Problem> {
        let both = leaving.out == [true, true];
        let mut problem = None;
        for side in [Side::A, Side::B] {
            let mut outflow = leaving.take(side);
            if let Some(outflow) = &outflow {
                self.looked_into_bytes = self.looked_into_bytes.saturating_sub(outflow.memory());
                problem = problem.or_else(|| unread(outflow));
            }
            let bytes = *side.of(&ended.bytes);
            if *side.of(&leaving.out) && (!both || side == ended.client) && (bytes > 0 || outflow.is_some()) {
                self.add(side, bytes, outflow.get_or_insert_default(), ended);
            }
        }
        problem
    }

    fn add(&mut self, side: Side, bytes: u64, outflow: &mut Outflow, ended: &Ended<'_>) {
        let shared = outflow.finish(bytes, ended.carries);
        let mut found = std::mem::take(&mut outflow.found);
        tell_secrets(&mut found, side, ended);
        let recipient = side.other();
        let has_ports = matches!(ended.ip_protocol, TCP | UDP | SCTP);
        // A client's port is of its moment and means nothing.
        let port = if has_ports && recipient != ended.client { *recipient.of(&ended.ports) } else { 0 };
        let named = ended.notes.iter().find(|note| note.topic == Topic::ServerName && note.from != recipient);
        let name = named.filter(|_| recipient != ended.client).and_then(|note| plain(&note.text));
        for (class, bytes) in DataClass::ALL.into_iter().zip(shared) {
            let things = found.of(class);
            if bytes == 0 && things.is_none() {
                continue;
            }
            let key = Key {
                client: *side.of(&ended.addresses),
                recipient: *recipient.of(&ended.addresses),
                port,
                name: name.clone(),
                protocol: ended.protocol,
                class,
            };
            let room = self.things < MOST_THINGS;
            let row = self.row(key, ended.first, ended.last);
            row.add(ended.first, ended.last, 1, bytes);
            row.shown_in(outflow.frames(class));
            if class == DataClass::Credentials {
                secrets(side, ended).for_each(|note| row.shown_in(&[note.frame]));
            }
            if let Some(things) = things.filter(|_| room) {
                let before = row.things.held();
                row.things.merge(things);
                let after = row.things.held();
                self.things = (self.things + after).saturating_sub(before);
            }
        }
    }

    fn row(&mut self, mut key: Key, start: Moment, end: Timestamp) -> &mut Row {
        if self.rows.len() >= MOST_ROWS && !self.rows.contains_key(&key) {
            key = Key { recipient: OTHERS, port: 0, name: None, ..key };
        }
        if self.rows.len() >= 2 * MOST_ROWS && !self.rows.contains_key(&key) {
            key.client = OTHERS;
        }
        self.rows.entry(key).or_insert_with(|| Row::begun(start, end))
    }

    #[cfg(test)]
    pub(crate) const fn looked_into_bytes(&self) -> usize {
        self.looked_into_bytes
    }

    /// Takes in what another worker wrote.
    pub fn merge(&mut self, other: Self) {
        self.names.merge(other.names);
        for (key, theirs) in other.rows {
            let start_and_end = theirs.span();
            self.rows
                .entry(key)
                .or_insert_with(|| Row::begun(start_and_end.0, start_and_end.1))
                .merge(&theirs);
        }
    }

    /// What left, in the order of time.
    pub fn finish(&mut self) -> Vec<Disclosure> {
        // A recipient that was named in one conversation and only looked up in another is one.
        let mut named: HashMap<Key, Row, FixedState> = HashMap::default();
        for (mut key, row) in std::mem::take(&mut self.rows) {
            key.name = key.name.or_else(|| self.names.get(key.recipient).map(str::to_owned));
            let (start, end) = row.span();
            named.entry(key).or_insert_with(|| Row::begun(start, end)).merge(&row);
        }
        let mut told: Vec<Disclosure> = named
            .into_iter()
            .filter_map(|(key, row)| {
                let scope = self.borders.scope(key.recipient);
                let mut disclosure = row.disclosure(key, scope)?;
                disclosure.declared = self.borders.declared(&disclosure);
                Some(disclosure)
            })
            .collect();
        told.sort_by(|a, b| order(a).cmp(&order(b)));
        told
    }
}

const TCP: u8 = 6;
const UDP: u8 = 17;
const SCTP: u8 = 132;

fn order(told: &Disclosure) -> impl Ord + '_ {
    let Disclosure { start, client, recipient, recipient_port, recipient_name, protocol, data_class, .. } =
        told;
    (start, client, recipient, recipient_port, recipient_name, protocol, data_class)
}

/// A secret that a decoder saw in clear went out, too; it is never told itself.
fn tell_secrets(found: &mut Found, side: Side, ended: &Ended<'_>) {
    for note in secrets(side, ended) {
        found.tell(
            DataClass::Credentials,
            &format!("{} {}", ended.protocol, note.text),
            "secret in clear (masked)",
        );
    }
}

fn secrets<'a>(side: Side, ended: &Ended<'a>) -> impl Iterator<Item = &'a KeptNote> + use<'a> {
    let notes = ended.notes;
    notes.iter().filter(move |note| note.topic == Topic::ClearSecret && note.from == side)
}

fn unread(outflow: &Outflow) -> Option<Problem> {
    let problem = |reason, bytes| Problem { layer: "egress", reason, verdict: Verdict::Limit, bytes };
    if outflow.unread > 0 {
        return Some(problem("content not looked into: memory limit", outflow.unread));
    }
    outflow.found.unwrapping_stopped().then(|| problem("compressed content grows beyond measure", 0))
}
