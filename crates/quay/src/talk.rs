//! A TCP conversation as a mirror port sees it: handshake, segments, acknowledgements, losses, and its end (RFC 9293).

use crate::lan::{Extended, HostId, Label, Segment, later, on_wire_ns};
use crate::party::Party;
use crate::world::{What, World};
use quaywatch_model::Timestamp;

/// How often a segment is sent again to somebody who does not acknowledge.
const MOST_TRIES: u8 = 5;
/// How long is waited before a segment is sent again the first time: 1 s is what RFC 6298 asks for where nothing was
/// measured; systems that have measured a local network wait for 200 to 300 ms.
const RETRANSMIT_NS: [f64; 2] = [2.0e8, 3.2e8];

/// Which conversation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct TalkId(pub(crate) u64);

/// A conversation.
pub(crate) struct Talk {
    label: Label,
    segment_bytes: usize,
    extended: Extended,
    ends: [Side; 2],
}

/// One end of it.
struct Side {
    host: HostId,
    port: u16,
    party: Option<Box<dyn Party>>,
    /// The number of the next byte it sends.
    next: u32,
    /// The number of the next byte it expects.
    heard: u32,
    /// How many segments it has not acknowledged.
    owes: u8,
    /// What has come and is still in its window's way.
    untaken: u32,
    /// How many packets it has sent, from anywhere.
    packets: u16,
    /// How far its timestamps are from its clock.
    clock: u32,
    /// The last timestamp that came from the other end.
    echo: u32,
    sent: Timestamp,
    arrived: Timestamp,
    speaks: Timestamp,
    turn: u32,
    closed: bool,
}

impl Talk {
    pub(crate) fn turn(&self, end: usize) -> u32 {
        self.ends.get(end).map_or(0, |side| side.turn)
    }

    pub(crate) fn next_turn(&mut self, end: usize) -> u32 {
        self.ends.get_mut(end).map_or(0, |side| {
            side.turn += 1;
            side.turn
        })
    }

    pub(crate) fn take(&mut self, end: usize) -> Option<Box<dyn Party>> {
        self.ends.get_mut(end)?.party.take()
    }

    pub(crate) fn give(&mut self, end: usize, party: Box<dyn Party>) {
        if let Some(side) = self.ends.get_mut(end) {
            side.party = Some(party);
        }
    }

    pub(crate) fn host(&self, end: usize) -> HostId {
        let [client, server] = &self.ends;
        if end == 0 { client.host } else { server.host }
    }

    /// Whether its server is this host at this port.
    pub(crate) fn is_served_at(&self, host: HostId, port: u16) -> bool {
        let [_, server] = &self.ends;
        (server.host, server.port) == (host, port)
    }

    /// When an end that would speak at this time speaks: not before what it said before.
    pub(crate) fn speaks_at(&mut self, end: usize, time: Timestamp) -> Timestamp {
        self.ends.get_mut(end).map_or(time, |side| {
            side.speaks = side.speaks.max(time);
            side.speaks
        })
    }

    /// The end, and the other one.
    fn sides(&mut self, end: usize) -> (&mut Side, &mut Side) {
        let [client, server] = &mut self.ends;
        if end == 0 { (client, server) } else { (server, client) }
    }
}

impl Side {
    /// Its next segment, without anything special.
    fn segment(&mut self, extended: Extended) -> Segment {
        self.packets = self.packets.wrapping_add(1);
        Segment {
            number: self.next,
            heard: Some(self.heard),
            echo: self.echo,
            clock: self.clock,
            untaken: self.untaken,
            packet: self.packets,
            extended,
            ..Segment::default()
        }
    }

    const fn at(&self) -> (HostId, u16) {
        (self.host, self.port)
    }
}

impl World {
    fn side(&mut self, [host, to]: [HostId; 2], port: u16, party: Option<Box<dyn Party>>) -> Side {
        let now = self.now();
        Side {
            host,
            port,
            party,
            next: self.chance.next() as u32,
            heard: 0,
            owes: 0,
            untaken: 0,
            packets: self.chance.next() as u16,
            clock: self.lan.clock_towards(host, to),
            echo: 0,
            sent: now,
            arrived: now,
            speaks: now,
            turn: 0,
            closed: false,
        }
    }

    /// Begins a conversation; without a server's program it is refused, or not answered where nobody is there.
    pub(crate) fn begin_talk(
        &mut self,
        from: HostId,
        to: HostId,
        port: u16,
        client: Box<dyn Party>,
        server: Option<Box<dyn Party>>,
    ) -> TalkId {
        let id = self.next_talk();
        let personas = [from, to].map(|host| self.lan.persona(host));
        let [offered, known] = personas.map(|persona| persona.map(Extended::of).unwrap_or_default());
        let extended = offered.and(known);
        let longest = personas.iter().flatten().map(|persona| usize::from(persona.segment_bytes)).min();
        // The option takes 12 bytes of each segment.
        let segment_bytes = longest.unwrap_or(1460) - if extended.timed { 12 } else { 0 };
        let client_port = self.lan.tcp_port_of(from, to);
        let mut ends =
            [self.side([from, to], client_port, Some(client)), self.side([to, from], port, server)];
        if let Some(seen) = self.shake_hands(&mut ends, [offered, extended]) {
            let talk = Talk { label: self.lan.label, segment_bytes, extended, ends };
            self.talks.insert(id, talk);
            let opened = self.lan.arrival(seen, to);
            self.expect(seen, What::Woken { talk: id, end: 0, turn: 0 });
            self.expect(opened, What::Woken { talk: id, end: 1, turn: 0 });
        }
        id
    }

    /// The first three segments (RFC 9293, section 3.5), and when the last of them is seen; none: it came to nothing.
    fn shake_hands(
        &mut self,
        [client, server]: &mut [Side; 2],
        [offered, extended]: [Extended; 2],
    ) -> Option<Timestamp> {
        let (ours, theirs) = (client.at(), server.at());
        let departs = self.lan.departure(self.now(), client.host);
        let begin = |client: &mut Side| Segment { begins: true, heard: None, ..client.segment(offered) };
        let (seen, ticks) = self.lan.segment(departs, ours, theirs, &begin(client), &[]);
        if !self.lan.host(server.host).is_some_and(|host| host.up) {
            // Once more after one second, once more after three: nobody is there.
            for wait_ns in [1_000_000_000, 3_000_000_000] {
                self.lan.segment(later(departs, wait_ns), ours, theirs, &begin(client), &[]);
            }
            return None;
        }
        client.next = client.next.wrapping_add(1);
        (server.heard, server.echo) = (client.next, ticks);
        let arrives = self.lan.arrival(seen, server.host);
        let departs = self.lan.departure(later(arrives, 20_000), server.host);
        if server.party.is_none() {
            let no = Segment { heard: Some(server.heard), resets: true, ..Segment::default() };
            self.lan.segment(departs, theirs, ours, &no, &[]);
            return None;
        }
        // Whoever is asked counts what it sends from the next one on.
        let answer = Segment { begins: true, packet: 0, ..server.segment(extended) };
        let (seen, ticks) = self.lan.segment(departs, theirs, ours, &answer, &[]);
        server.next = server.next.wrapping_add(1);
        (client.heard, client.echo) = (server.next, ticks);
        let arrives = self.lan.arrival(seen, client.host);
        let departs = self.lan.departure(later(arrives, 8_000), client.host);
        let third = client.segment(extended);
        let (seen, ticks) = self.lan.segment(departs, ours, theirs, &third, &[]);
        server.echo = ticks;
        for side in [client, server] {
            (side.sent, side.arrived, side.speaks) = (seen, seen, seen);
        }
        Some(seen)
    }

    /// Does something in the name of a conversation, whose label its frames get.
    fn in_talk(&mut self, id: TalkId, work: impl FnOnce(&mut Self, &mut Talk)) {
        let Some(mut talk) = self.talks.remove(&id) else { return };
        let before = std::mem::replace(&mut self.lan.label, talk.label);
        work(self, &mut talk);
        self.lan.label = before;
        self.talks.insert(id, talk);
    }

    /// An end sends bytes, and closes behind them.
    pub(crate) fn speak(&mut self, id: TalkId, end: usize, bytes: &[u8], close: bool) {
        self.in_talk(id, |world, talk| {
            let pieces = bytes.chunks(talk.segment_bytes.max(1));
            let count = pieces.len();
            for (index, piece) in pieces.enumerate() {
                world.send(id, talk, end, piece, index + 1 == count);
            }
            if close {
                world.finish(id, talk, end);
            }
        });
    }

    /// One segment with data: it comes to the other end, at once or, where it is lost, when it is sent again.
    fn send(&mut self, id: TalkId, talk: &mut Talk, end: usize, piece: &[u8], push: bool) {
        let now = self.now();
        let extended = talk.extended;
        let (side, other) = talk.sides(end);
        let departs = self.lan.departure(now, side.host).max(later(side.sent, on_wire_ns(piece.len() + 58)));
        let segment = |side: &mut Side| Segment { push, ..side.segment(extended) };
        let mut seen = departs;
        if self.chance.below(1_000_000) < self.lan.lost_per_million as usize {
            // Behind the tap, so that it is seen twice, or before it, so that its place is seen empty for a while.
            if self.chance.uniform() < 0.5 {
                self.lan.segment(departs, side.at(), other.at(), &segment(side), piece);
            }
            let [low, high] = RETRANSMIT_NS;
            seen = later(departs, self.chance.between(low, high) as i64);
        }
        let (seen, ticks) = self.lan.segment(seen, side.at(), other.at(), &segment(side), piece);
        side.sent = side.sent.max(departs);
        side.next = side.next.wrapping_add(piece.len() as u32);
        side.owes = 0;
        other.echo = ticks;
        other.arrived = self.lan.arrival(seen, other.host).max(later(other.arrived, 1));
        let until = side.next;
        let arrived = other.arrived;
        self.expect(arrived, What::Heard { talk: id, end: 1 - end, bytes: piece.to_vec(), until, tries: 0 });
    }

    /// A segment with data has come to an end: it acknowledges it, sooner or later, and its program goes on.
    pub(crate) fn heard(&mut self, id: TalkId, end: usize, bytes: Vec<u8>, until: u32, tries: u8) {
        let Some(host) = self.talks.get(&id).map(|talk| talk.host(end)) else { return };
        let Some(host) = self.lan.host(host) else { return };
        let (up, patience_ms, takes_bytes) = (host.up, host.persona.patience_ms, host.persona.takes_bytes);
        if !up {
            self.try_again(id, end, bytes, until, tries);
            return;
        }
        let now = self.now();
        let Some(talk) = self.talks.get_mut(&id) else { return };
        let (side, _) = talk.sides(end);
        side.heard = until;
        side.owes += 1;
        side.untaken += bytes.len() as u32;
        if side.owes >= 2 {
            self.acknowledge(id, end);
        } else {
            self.expect(later(now, i64::from(patience_ms) * 1_000_000), What::Acknowledge { talk: id, end });
        }
        if let Some(talk) = self.talks.get_mut(&id) {
            let (side, _) = talk.sides(end);
            side.untaken = if side.untaken >= takes_bytes { 0 } else { side.untaken };
        }
        self.turn(id, end, &bytes);
    }

    /// Who should hear is not there: its other end sends again, and gives up in the end.
    fn try_again(&mut self, id: TalkId, end: usize, bytes: Vec<u8>, until: u32, tries: u8) {
        if tries >= MOST_TRIES {
            self.reset(id, 1 - end);
            return;
        }
        let wait_ns = (RETRANSMIT_NS[0] as i64) << tries;
        let time = later(self.now(), wait_ns);
        let number = until.wrapping_sub(bytes.len() as u32);
        self.in_talk(id, |world, talk| {
            let extended = talk.extended;
            let (side, other) = talk.sides(1 - end);
            let segment = Segment { number, push: true, ..side.segment(extended) };
            world.lan.segment(time, side.at(), other.at(), &segment, &bytes);
        });
        self.expect(time, What::Heard { talk: id, end, bytes, until, tries: tries + 1 });
    }

    /// An end acknowledges what it owes.
    pub(crate) fn acknowledge(&mut self, id: TalkId, end: usize) {
        self.in_talk(id, |world, talk| {
            let (side, _) = talk.sides(end);
            if std::mem::take(&mut side.owes) > 0 {
                world.bare(talk, end, |segment| segment);
            }
        });
    }

    /// A segment without data, as soon as it can go.
    fn bare(&mut self, talk: &mut Talk, end: usize, shape: impl FnOnce(Segment) -> Segment) -> Timestamp {
        let now = self.now();
        let extended = talk.extended;
        let (side, other) = talk.sides(end);
        let departs = self.lan.departure(now, side.host).max(later(side.sent, on_wire_ns(64)));
        let segment = shape(side.segment(extended));
        let (seen, ticks) = self.lan.segment(departs, side.at(), other.at(), &segment, &[]);
        side.sent = seen;
        other.echo = ticks;
        seen
    }

    /// An end asks whether the other is still there: the byte before the next one again (RFC 1122, 4.2.3.6). The other
    /// says so, if it still knows of the conversation.
    pub fn keep_alive(&mut self, id: TalkId, end: usize, answered: bool) {
        self.in_talk(id, |world, talk| {
            let asked = |segment: Segment| Segment { number: segment.number.wrapping_sub(1), ..segment };
            let seen = world.bare(talk, end, asked);
            if answered {
                let (_, other) = talk.sides(end);
                let arrives = world.lan.arrival(seen, other.host);
                other.sent = other.sent.max(arrives);
                world.bare(talk, 1 - end, |segment| segment);
            }
        });
    }

    /// An end has nothing more to say.
    fn finish(&mut self, id: TalkId, talk: &mut Talk, end: usize) {
        let (side, other) = talk.sides(end);
        if std::mem::replace(&mut side.closed, true) {
            return;
        }
        let (host, arrived) = (other.host, other.arrived);
        let seen = self.bare(talk, end, |segment| Segment { ends: true, ..segment });
        let (side, _) = talk.sides(end);
        side.next = side.next.wrapping_add(1);
        let arrives = self.lan.arrival(seen, host).max(later(arrived, 1));
        self.expect(arrives, What::Ended { talk: id, end: 1 - end });
    }

    /// The other end has nothing more to say, so this one has not either.
    pub(crate) fn ended(&mut self, id: TalkId, end: usize) {
        let now = self.now();
        self.in_talk(id, |world, talk| {
            let (side, other) = talk.sides(end);
            if !world.lan.host(side.host).is_some_and(|host| host.up) {
                return;
            }
            side.heard = other.next;
            side.owes = 0;
            if side.closed {
                world.bare(talk, end, |segment| segment);
                world.expect(later(now, 50_000_000), What::Over { talk: id });
            } else {
                world.finish(id, talk, end);
            }
        });
    }

    /// An end drops the conversation.
    pub(crate) fn reset(&mut self, id: TalkId, end: usize) {
        self.in_talk(id, |world, talk| {
            world.bare(talk, end, |segment| Segment { resets: true, ..segment });
        });
        self.talks.remove(&id);
    }
}
