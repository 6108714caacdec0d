//! Sweeps: who sends a packet or two to machine after machine, of which none answers, looks for what is there. Bytes went
//! out, but nobody in particular got them: a row for each machine would bury the recipients that there are.

use crate::row::{Key, Row};
use foldhash::fast::FixedState;
use hashbrown::{HashMap, HashSet};
use quaywatch_model::{Address, DataClass, Disclosure, Scope};

/// So many machines that do not answer are no typing mistakes.
const MANY_MACHINES: usize = 10;
/// So many of their ports are no list of services.
const MANY_PORTS: usize = 15;
/// So many packets without an answer are a try; RFC 1035 section 4.2.1 and others repeat a question two or three times.
pub const MOST_KNOCKS: u64 = 4;
/// Stands for recipients that are not told apart.
pub(crate) const OTHERS: Address = Address::v4([0; 4]);

/// Who has swept, and whom each of them tried in vain.
#[derive(Debug, Default)]
pub(crate) struct Sweeps(HashMap<Address, Set<Address>, FixedState>);

type Set<T> = HashSet<T, FixedState>;

/// What of a sweep is told as one: by whom, in which protocol, of which class.
type Told = (Address, &'static str, DataClass);

/// The tries of one sweep that are told as one.
#[derive(Debug)]
pub(crate) struct Tries {
    row: Row,
    machines: Set<Address>,
    /// How far away the farthest of them is.
    scope: Scope,
    declared: Option<bool>,
}

impl Tries {
    pub(crate) fn begun(row: Row, scope: Scope, declared: Option<bool>) -> Self {
        Self { row, machines: Set::default(), scope, declared }
    }

    /// Takes in what was sent to one of the machines.
    pub(crate) fn add(&mut self, machine: Address, row: &Row, scope: Scope, declared: Option<bool>) {
        self.row.merge(row);
        self.machines.insert(machine);
        self.scope = self.scope.max(scope);
        self.declared = self.declared.min(declared);
    }

    pub(crate) fn disclosure(self, (client, protocol, class): Told) -> Option<Disclosure> {
        let key = Key { client, recipient: OTHERS, port: 0, name: None, protocol, class, asked: false };
        let tried = Some(self.machines.len() as u64);
        let told = self.row.disclosure(key, self.scope)?;
        Some(Disclosure { tried, declared: self.declared, ..told })
    }
}

impl Sweeps {
    /// By all rows there are: a machine that answered anything was not tried in vain.
    pub(crate) fn of(rows: &HashMap<Key, Row, FixedState>) -> Self {
        // Of each two whether all was in vain, and at which ports.
        let mut pairs: HashMap<(Address, Address), (bool, Set<u16>), FixedState> = HashMap::default();
        for (key, row) in rows {
            let new = || (true, Set::default());
            let (in_vain, ports) = pairs.entry((key.client, key.recipient)).or_insert_with(new);
            *in_vain &= row.only_tries && key.recipient != OTHERS;
            ports.insert(key.port);
        }
        pairs.retain(|_, (in_vain, _)| *in_vain);
        let mut sweeps: HashMap<Address, (Set<Address>, usize), FixedState> = HashMap::default();
        for ((client, recipient), (_, ports)) in pairs {
            let (machines, doors) = sweeps.entry(client).or_default();
            machines.insert(recipient);
            *doors += ports.len();
        }
        sweeps.retain(|_, (machines, doors)| machines.len() >= MANY_MACHINES || *doors >= MANY_PORTS);
        Self(sweeps.into_iter().map(|(client, (machines, _))| (client, machines)).collect())
    }

    /// What this row is told in, if it is of a sweep. What holds something that can be counted is told as it is.
    pub(crate) fn told_in(&self, key: &Key, row: &Row) -> Option<Told> {
        let tried = self.0.get(&key.client).is_some_and(|machines| machines.contains(&key.recipient));
        (tried && row.things.held() == 0).then_some((key.client, key.protocol, key.class))
    }
}
