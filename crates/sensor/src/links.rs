use crate::summary::sort_rows;
use foldhash::fast::FixedState;
use hashbrown::HashMap;
use quaywatch_egress::MOST_KNOCKS;
use quaywatch_model::{
    Address, Distinct, Ended, KeptNote, Link, Moment, Overlong, Scope, Search, Side, Timestamp,
};
use quaywatch_wire::protocol;
use std::collections::BTreeSet;

/// So many links are told apart; conversations of those that come later are counted in the searches only.
const MOST_LINKS: usize = 24_576;
/// So many notes are kept of one link.
const MOST_NOTES: usize = 24;
/// So many clients' searches are kept.
const MOST_SEARCHERS: usize = 4_096;
/// So many machines and ports of one client are told apart; whoever asks more is a searcher already.
const MOST_TOLD_APART: usize = 128;
/// So many machines at public addresses, which make nobody a searcher.
const MOST_FAR_TOLD_APART: usize = 16;
/// So many attempts of a search are named by their frames.
const MOST_ATTEMPTS: usize = 12;
/// So many conversations with longer packets than their protocol needs are named by their frames.
const MOST_OVERLONG: usize = 12;
/// So many machines of a search are named.
const MOST_NAMED: usize = 8;

/// Who speaks with whom, over all conversations. One a worker; merged at the end.
#[derive(Debug, Default)]
pub(crate) struct Links {
    links: HashMap<Key, Link, FixedState>,
    searches: HashMap<Address, Searching, FixedState>,
}

type Key = (Address, Address, u16, &'static str, u8);

/// Only attempts that failed are told apart: what is answered is a link.
#[derive(Debug)]
struct Searching {
    machines: Smallest<Address, MOST_TOLD_APART>,
    far_machines: Smallest<Address, MOST_FAR_TOLD_APART>,
    ports: Smallest<u16, MOST_TOLD_APART>,
    frames: Smallest<u64, MOST_ATTEMPTS>,
    failed: u64,
    attempts: u64,
    first: Option<Moment>,
    last: Timestamp,
}

impl Links {
    pub(crate) fn ended(&mut self, ended: &Ended<'_>) {
        let link = link(ended);
        self.searched(ended, &link);
        self.add(link);
    }

    pub(crate) fn merge(&mut self, other: Self) {
        other.links.into_values().for_each(|link| self.add(link));
        for (client, theirs) in other.searches {
            let Some(mine) = self.search(client) else { continue };
            mine.failed += theirs.failed;
            mine.attempts += theirs.attempts;
            mine.first = mine.first.into_iter().chain(theirs.first).min();
            mine.last = mine.last.max(theirs.last);
            mine.machines.merge(theirs.machines);
            mine.far_machines.merge(theirs.far_machines);
            mine.ports.merge(theirs.ports);
            mine.frames.merge(theirs.frames);
        }
    }

    /// Links by client, server, port and protocol; searches by client.
    pub(crate) fn finish(self) -> (Vec<Link>, Vec<Search>) {
        let mut links: Vec<Link> = self.links.into_values().collect();
        let place =
            |link: &Link| (link.client, link.server, link.server_port, link.protocol, link.ip_protocol);
        sort_rows(&mut links, |a, b| place(a).cmp(&place(b)));
        let mut searches: Vec<Search> =
            self.searches.into_iter().filter_map(|(client, search)| search.finish(client)).collect();
        searches.sort_by_key(|search| search.client);
        (links, searches)
    }

    fn add(&mut self, link: Link) {
        let key = (link.client, link.server, link.server_port, link.protocol, link.ip_protocol);
        let room = self.links.len() < MOST_LINKS;
        match self.links.get_mut(&key) {
            Some(kept) => merge(kept, link),
            None if room => drop(self.links.insert(key, link)),
            None => {}
        }
    }

    fn searched(&mut self, ended: &Ended<'_>, link: &Link) {
        let [_, server_mac] = link.macs;
        if ended.ip_protocol == 0 || server_mac.is_group() || only_sends(ended, link) {
            return;
        }
        let Some(search) = self.search(link.client) else { return };
        search.attempts += 1;
        search.last = search.last.max(ended.last);
        if link.failed > 0 {
            search.failed += 1;
            search.frames.add(ended.first.frame);
            search.first = search.first.into_iter().chain([ended.first]).min();
            if has_ports(ended.ip_protocol) {
                search.ports.add(link.server_port);
            }
            // A machine that is kept from the Internet tries one address of it after the other: it does not look for its
            // neighbours.
            let [client, server] = [link.client, link.server].map(Scope::without_a_site);
            let leaves = (client, server) == (Scope::Private, Scope::Internet);
            if leaves {
                search.far_machines.add(link.server);
            } else {
                search.machines.add(link.server);
            }
        }
    }

    fn search(&mut self, client: Address) -> Option<&mut Searching> {
        if self.searches.len() >= MOST_SEARCHERS && !self.searches.contains_key(&client) {
            return None;
        }
        Some(self.searches.entry(client).or_insert_with(|| Searching {
            machines: Smallest::default(),
            far_machines: Smallest::default(),
            ports: Smallest::default(),
            frames: Smallest::default(),
            failed: 0,
            attempts: 0,
            first: None,
            last: Timestamp::from_nanos(i64::MIN),
        }))
    }
}

/// Whether this is no question but a stream that wants no answer: video, records of a log. Who tries a door knocks once or
/// twice.
fn only_sends(ended: &Ended<'_>, link: &Link) -> bool {
    let [sent, answered] = link.packets;
    ended.ip_protocol == protocol::UDP && answered == 0 && sent > MOST_KNOCKS
}

/// Whether this is an echo, or another question of ICMP, that nobody answered: how whoever sweeps a network asks who is there.
fn asks_in_vain(ended: &Ended<'_>) -> bool {
    let kind = ended.of_client(&ended.ports);
    // Echo and timestamp (RFC 792), echo (RFC 4443, section 4.1).
    let asks = match ended.ip_protocol {
        protocol::ICMP => matches!(kind, 8 | 13),
        protocol::ICMPV6 => kind == 128,
        _ => false,
    };
    asks && ended.of_server(&ended.packets) == 0
}

/// TCP, UDP and SCTP.
const fn has_ports(ip_protocol: u8) -> bool {
    matches!(ip_protocol, protocol::TCP | protocol::UDP | protocol::SCTP)
}

impl Searching {
    fn finish(self, client: Address) -> Option<Search> {
        let some = self.machines.kept.iter().chain(&self.far_machines.kept).copied();
        Some(Search {
            client,
            machines: self.machines.count(),
            far_machines: self.far_machines.count(),
            ports: self.ports.count(),
            failed: self.failed,
            attempts: self.attempts,
            first: self.first?,
            frames: self.frames.kept.into_iter().collect(),
            last: self.last,
            some: some.take(MOST_NAMED).collect(),
        })
    }
}

/// The `MOST` smallest of many things, and whether there were more: the same whoever sees which of them in which order.
#[derive(Debug)]
struct Smallest<T, const MOST: usize> {
    kept: BTreeSet<T>,
    more: bool,
}

impl<T, const MOST: usize> Default for Smallest<T, MOST> {
    fn default() -> Self {
        Self { kept: BTreeSet::new(), more: false }
    }
}

impl<T: Ord, const MOST: usize> Smallest<T, MOST> {
    fn add(&mut self, thing: T) {
        self.kept.insert(thing);
        if self.kept.len() > MOST {
            self.kept.pop_last();
            self.more = true;
        }
    }

    fn merge(&mut self, other: Self) {
        self.more |= other.more;
        other.kept.into_iter().for_each(|thing| self.add(thing));
    }

    fn count(&self) -> Distinct {
        Distinct { count: self.kept.len() as u64, more: self.more }
    }
}

fn link(ended: &Ended<'_>) -> Link {
    // As seen from the client.
    let by_role = |note: &KeptNote| {
        let from = if note.from == ended.client { Side::A } else { Side::B };
        KeptNote { from, ..note.clone() }
    };
    let [client, server] = [ended.of_client(&ended.addresses), ended.of_server(&ended.addresses)];
    let failed =
        matches!(ended.state, "S0" | "REJ" | "RSTOS0" | "RSTRH" | "SH" | "SHR") || asks_in_vain(ended);
    Link {
        client,
        server,
        scopes: [client, server].map(Scope::without_a_site),
        server_port: if has_ports(ended.ip_protocol) { ended.of_server(&ended.ports) } else { 0 },
        ip_protocol: ended.ip_protocol,
        protocol: ended.protocol,
        conversations: 1,
        failed: u64::from(failed),
        packets: [ended.of_client(&ended.packets), ended.of_server(&ended.packets)],
        bytes: [ended.of_client(&ended.bytes), ended.of_server(&ended.bytes)],
        macs: [ended.of_client(&ended.macs), ended.of_server(&ended.macs)],
        first: ended.first,
        last: ended.last,
        overlong: overlong(ended),
        notes: ended.notes.iter().take(MOST_NOTES).map(by_role).collect(),
    }
}

fn overlong(ended: &Ended<'_>) -> Overlong {
    let ([packets, bytes], back) =
        ([ended.of_client(&ended.packets), ended.of_client(&ended.bytes)], ended.of_server(&ended.bytes));
    match Overlong::beyond_bytes(ended.protocol) {
        Some(most) if bytes > most * packets => Overlong {
            packets,
            bytes: [bytes, back],
            first: Some(ended.first),
            frames: vec![ended.first.frame],
        },
        _ => Overlong::default(),
    }
}

/// Adds what is known of the same link. What is the first is the first by time, whoever comes first.
fn merge(kept: &mut Link, other: Link) {
    kept.conversations += other.conversations;
    kept.failed += other.failed;
    for at in 0..2 {
        if let (Some(mine), Some(theirs)) = (kept.packets.get_mut(at), other.packets.get(at)) {
            *mine += theirs;
        }
        if let (Some(mine), Some(theirs)) = (kept.bytes.get_mut(at), other.bytes.get(at)) {
            *mine += theirs;
        }
    }
    if other.last > kept.last {
        (kept.last, kept.macs) = (other.last, other.macs);
    }
    kept.first = kept.first.min(other.first);
    merge_overlong(&mut kept.overlong, other.overlong);
    for note in other.notes {
        let same = |kept: &&mut KeptNote| {
            kept.topic == note.topic && kept.from == note.from && kept.text == note.text
        };
        let room = kept.notes.len() < MOST_NOTES;
        match kept.notes.iter_mut().find(same) {
            Some(mine) => mine.frame = mine.frame.min(note.frame),
            None if room => kept.notes.push(note),
            None => {}
        }
    }
    kept.notes.sort_by(|a, b| (a.frame, a.topic, a.from, &a.text).cmp(&(b.frame, b.topic, b.from, &b.text)));
}

fn merge_overlong(kept: &mut Overlong, other: Overlong) {
    if other.packets == 0 {
        return;
    }
    kept.packets += other.packets;
    for (mine, theirs) in kept.bytes.iter_mut().zip(other.bytes) {
        *mine += theirs;
    }
    kept.first = kept.first.into_iter().chain(other.first).min();
    kept.frames.extend(other.frames);
    kept.frames.sort_unstable();
    kept.frames.truncate(MOST_OVERLONG);
}
