//! Everything that happens, in the order of time.

use crate::habit::Habit;
use crate::lan::{Frame, HostId, Label, Lan, later};
use crate::life::clocks::Lie;
use crate::lines::enip::Connection;
use crate::party::{Next, Party, Scene, Served};
use crate::station::Station;
use crate::talk::{Talk, TalkId};
use quaywatch_crane::Chance;
use quaywatch_model::Timestamp;
use quaywatch_twin::{MOST_CONNECTIONS, Opening, Service};
use std::cmp::Reverse;
use std::collections::{BinaryHeap, HashMap};
use std::net::SocketAddrV4;
use std::time::Duration;

/// Cranes, hosts, what goes on between them, and what is still to come.
pub struct World {
    /// The network.
    pub lan: Lan,
    /// The cranes.
    pub stations: Vec<Station>,
    /// What comes by chance.
    pub chance: Chance,
    now: Timestamp,
    due: BinaryHeap<Reverse<Due>>,
    order: u64,
    pub(crate) talks: HashMap<TalkId, Talk>,
    /// The connections of cyclic data in EtherNet/IP, by controller and device, and the last sequence number in each:
    /// whoever listens knows.
    pub(crate) cyclic: HashMap<[HostId; 2], (Connection, u32)>,
    talk: u64,
    habits: Vec<Option<(Label, Box<dyn Habit>)>>,
    /// Who answers in a time server's place.
    pub(crate) lies: Vec<Lie>,
    services: HashMap<(HostId, u16), (usize, &'static Service)>,
}

/// The port of the only service that speaks unasked.
const OPC_UA: u16 = 4840;

/// Something that will happen.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Due {
    time: Timestamp,
    order: u64,
    what: What,
}

/// What will happen.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum What {
    /// A habit's time has come.
    Habit(usize),
    /// An end's program has waited long enough, if this is still its turn.
    Woken { talk: TalkId, end: usize, turn: u32 },
    /// An end's program has thought, and speaks.
    Speak { talk: TalkId, end: usize, bytes: Vec<u8>, close: bool },
    /// A segment has come to an end.
    Heard { talk: TalkId, end: usize, bytes: Vec<u8>, until: u32, tries: u8 },
    /// An end has waited long enough with its acknowledgement.
    Acknowledge { talk: TalkId, end: usize },
    /// The other end's FIN has come.
    Ended { talk: TalkId, end: usize },
    /// Nothing is left to be said.
    Over { talk: TalkId },
}

impl World {
    /// An empty world at this time.
    #[must_use]
    pub fn new(seed: u64, now: Timestamp) -> Self {
        Self {
            lan: Lan::new(seed),
            stations: Vec::new(),
            chance: Chance::new(seed, 0x30),
            now,
            due: BinaryHeap::new(),
            order: 0,
            talks: HashMap::new(),
            cyclic: HashMap::new(),
            talk: 0,
            habits: Vec::new(),
            lies: Vec::new(),
            services: HashMap::new(),
        }
    }

    /// The time.
    #[must_use]
    pub const fn now(&self) -> Timestamp {
        self.now
    }

    /// A controller answers at this host's port.
    pub fn serve(&mut self, host: HostId, service: &'static Service, station: usize) {
        self.services.insert((host, service.port), (station, service));
    }

    /// From then on, something is done again and again; its frames are labelled.
    pub fn adopt(&mut self, habit: Box<dyn Habit>, label: Label, begins: Timestamp) {
        self.habits.push(Some((label, habit)));
        self.expect(begins, What::Habit(self.habits.len() - 1));
    }

    /// Begins a conversation with what answers at a port: a controller's service, or nobody. A controller that serves as
    /// many as it can refuses.
    pub fn call(&mut self, from: HostId, to: HostId, port: u16, client: Box<dyn Party>) -> TalkId {
        let busy = self.talks.values().filter(|talk| talk.is_served_at(to, port)).count();
        let service = self.services.get(&(to, port)).copied().filter(|_| busy < MOST_CONNECTIONS);
        let server = service.and_then(|(index, service)| {
            let station = self.stations.get(index)?;
            let at = SocketAddrV4::new(self.lan.host(to)?.ip, port);
            let number = self.talk as u32 + 1;
            let session =
                (service.open)(&Opening { at: at.into(), number, cpu: &station.cpu, began: station.began() });
            let publishes = service.port == OPC_UA;
            Some(Box::new(Served { station: index, session, publishes }) as Box<dyn Party>)
        });
        self.begin_talk(from, to, port, client, server)
    }

    /// Whether a host answers at a port, if it has room.
    pub(crate) fn is_served(&self, host: HostId, port: u16) -> bool {
        self.services.contains_key(&(host, port))
    }

    /// Begins a conversation both ends of which are given.
    pub fn play(
        &mut self,
        from: HostId,
        to: HostId,
        port: u16,
        [client, server]: [Box<dyn Party>; 2],
    ) -> TalkId {
        self.begin_talk(from, to, port, client, Some(server))
    }

    /// Whether a conversation is over.
    #[must_use]
    pub fn is_over(&self, talk: TalkId) -> bool {
        !self.talks.contains_key(&talk)
    }

    pub(crate) const fn next_talk(&mut self) -> TalkId {
        self.talk += 1;
        TalkId(self.talk)
    }

    pub(crate) fn expect(&mut self, time: Timestamp, what: What) {
        self.order += 1;
        self.due.push(Reverse(Due { time, order: self.order, what }));
    }

    /// Lets everything happen that happens until then, and hands over the frames that the tap sees, in their order.
    ///
    /// # Errors
    /// Those of `seen`.
    pub fn run_until<E>(
        &mut self,
        end: Timestamp,
        seen: &mut impl FnMut(&Frame) -> Result<(), E>,
    ) -> Result<(), E> {
        while self.due.peek().is_some_and(|Reverse(due)| due.time <= end) {
            let Some(Reverse(due)) = self.due.pop() else { break };
            self.now = self.now.max(due.time);
            while let Some(frame) = self.lan.tap.next_until(self.now) {
                seen(&frame)?;
            }
            self.stations.iter_mut().for_each(|station| station.advance(due.time));
            self.happen(due.what);
        }
        self.now = self.now.max(end);
        self.stations.iter_mut().for_each(|station| station.advance(end));
        while let Some(frame) = self.lan.tap.next_until(end) {
            seen(&frame)?;
        }
        Ok(())
    }

    fn happen(&mut self, what: What) {
        match what {
            What::Habit(index) => self.habit(index),
            What::Woken { talk, end, turn } => {
                if self.talks.get(&talk).is_some_and(|talk| talk.turn(end) == turn) {
                    self.turn(talk, end, &[]);
                }
            }
            What::Speak { talk, end, bytes, close } => self.speak(talk, end, &bytes, close),
            What::Heard { talk, end, bytes, until, tries } => self.heard(talk, end, bytes, until, tries),
            What::Acknowledge { talk, end } => self.acknowledge(talk, end),
            What::Ended { talk, end } => self.ended(talk, end),
            What::Over { talk } => drop(self.talks.remove(&talk)),
        }
    }

    fn habit(&mut self, index: usize) {
        let Some((label, mut habit)) = self.habits.get_mut(index).and_then(Option::take) else { return };
        let before = std::mem::replace(&mut self.lan.label, label);
        let next = habit.occur(self);
        self.lan.label = before;
        if let Some(next) = next {
            let wait_ns = i64::try_from(next.as_nanos()).unwrap_or(i64::MAX).max(1);
            if let Some(place) = self.habits.get_mut(index) {
                *place = Some((label, habit));
            }
            self.expect(later(self.now, wait_ns), What::Habit(index));
        }
    }

    /// An end's program goes on.
    pub(crate) fn turn(&mut self, id: TalkId, end: usize, bytes: &[u8]) {
        let Some(talk) = self.talks.get_mut(&id) else { return };
        let (Some(mut party), host) = (talk.take(end), talk.host(end)) else { return };
        if !self.lan.host(host).is_some_and(|host| host.up) {
            talk.give(end, party);
            return;
        }
        let mut scene = Scene { now: self.now, stations: &mut self.stations, chance: &mut self.chance };
        let mut say = Vec::new();
        let next = party.turn(bytes, &mut scene, &mut say);
        talk.give(end, party);
        let turn = talk.next_turn(end);
        let close = next == Next::Close;
        if !say.is_empty() || close {
            let thinking_ns = if say.is_empty() { 0 } else { self.lan.thinking_ns(host) };
            let time = self
                .talks
                .get_mut(&id)
                .map_or(self.now, |talk| talk.speaks_at(end, later(self.now, thinking_ns)));
            self.expect(time, What::Speak { talk: id, end, bytes: say, close });
        }
        match next {
            Next::Wake(after) => {
                let wait = crate::jitter::about(&mut self.chance, after.as_secs_f64());
                let wait_ns = i64::try_from(wait.as_nanos()).unwrap_or(i64::MAX);
                self.expect(later(self.now, wait_ns), What::Woken { talk: id, end, turn });
            }
            Next::Reset => self.reset(id, end),
            Next::Listen | Next::Close => {}
        }
    }
}

/// A duration of so many seconds; none for what is no duration.
#[must_use]
pub fn seconds(seconds: f64) -> Duration {
    Duration::try_from_secs_f64(seconds).unwrap_or_default()
}
