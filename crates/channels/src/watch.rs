use crate::hidden::Suspects;
use crate::kind::KnownBy;
use crate::signs::Signs;
use crate::{kind, web};
use foldhash::fast::FixedState;
use hashbrown::HashMap;
use quaywatch_model::{
    Address, Asset, Attribute, Ended, Mac, Moment, Reach, RemoteAccess, Role, Scope, Side, Subject,
    Timestamp, Topic,
};
use std::collections::{BTreeMap, BTreeSet};

/// So many channels are kept; what comes later is counted under the channels there are, or not at all.
const MOST_CHANNELS: usize = 16_384;
/// So many web servers' clients are kept until it is known what the servers are.
const MOST_BROWSED: usize = 4_096;
/// So many pieces of evidence are kept of one channel.
const MOST_EVIDENCE: usize = 12;

/// How far away two ends are.
pub type Scopes<'a> = &'a dyn Fn([Address; 2]) -> [Scope; 2];

/// Takes in what shows who can reach in. One a worker; merged at the end.
#[derive(Debug, Default)]
pub struct Watcher {
    channels: HashMap<Key, Channel, FixedState>,
    /// Web servers that are used from elsewhere: channels, if the server is a controller or panel.
    browsed: HashMap<Key, Channel, FixedState>,
    suspects: Suspects,
}

#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
struct Key {
    client: Address,
    server: Address,
    port: u16,
    kind: &'static str,
}

#[derive(Debug, Clone)]
struct Channel {
    start: Moment,
    end: Timestamp,
    uid: String,
    conversations: u64,
    bytes: [u64; 2],
    protocols: BTreeSet<&'static str>,
    /// The frame that says so, and what it says.
    evidence: Vec<(u64, String)>,
}

impl Watcher {
    /// A fact that a conversation of `protocol` between `addresses` told.
    pub fn fact(
        &mut self,
        addresses: &[Address; 2],
        protocol: &'static str,
        at: Moment,
        about: Subject,
        attribute: Attribute,
        value: &str,
    ) {
        let address = match about {
            Subject::Side(side) => *side.of(addresses),
            Subject::Address(address) => address,
        };
        self.suspects.fact(address, protocol, at, attribute, value);
    }

    /// A conversation that is over. `scopes` tells how far away its ends are.
    pub fn ended(&mut self, ended: &Ended<'_>, scopes: Scopes<'_>) {
        let outside = scopes(ended.addresses).map(|scope| scope == Scope::Internet);
        self.suspects.ended(ended, outside);
        let crosses = outside.contains(&true);
        let found = kind::of(ended).map(|kind| (kind.word, kind.product));
        let across = || kind::across_borders(ended.protocol).filter(|_| crosses).map(|word| (word, None));
        if let Some((word, product)) = found.or_else(across) {
            keep(&mut self.channels, MOST_CHANNELS, Channel::of(ended, word, evidence(ended, product)));
        } else if web::is_browsing(ended) {
            self.browsed(ended, scopes);
        }
    }

    fn browsed(&mut self, ended: &Ended<'_>, scopes: Scopes<'_>) {
        let ends = [ended.of_client(&ended.addresses), ended.of_server(&ended.addresses)];
        let routed = web::routed(ended);
        let from_elsewhere = match direction(scopes(ends)) {
            Reach::Inbound | Reach::Unknown => true,
            Reach::Internal => routed.is_some(),
            Reach::Outbound => false,
        };
        if from_elsewhere {
            let mut evidence = evidence(ended, None);
            evidence.extend(routed.map(|told| (ended.first.frame, told)));
            keep(&mut self.browsed, MOST_BROWSED, Channel::of(ended, "web_hmi", evidence));
        }
    }

    /// Takes in what another worker has seen.
    pub fn merge(&mut self, other: Self) {
        other.channels.into_iter().for_each(|row| keep(&mut self.channels, usize::MAX, row));
        other.browsed.into_iter().for_each(|row| keep(&mut self.browsed, usize::MAX, row));
        self.suspects.merge(other.suspects);
    }

    /// The rows of `remote_access`: channels that were used, then hidden paths; by time. Here `scopes` may know more than while
    /// conversations ended: what turns out to be work between machines inside is no channel.
    #[must_use]
    pub fn finish(&self, assets: &[Asset], scopes: Scopes<'_>) -> Vec<RemoteAccess> {
        let mut rows: Vec<RemoteAccess> =
            self.joined().iter().map(|(key, channel)| channel.row(key, scopes)).collect();
        rows.retain(|row| !(kind::is_across_borders(row.kind) && row.direction == Reach::Internal));
        rows.extend(self.web_interfaces(assets, scopes));
        rows.extend(self.suspects.finish(assets).into_iter().map(|(mac, signs)| hidden_path(mac, signs)));
        rows.sort_by(|a, b| {
            (a.start, a.client, a.server, a.server_port, a.kind).cmp(&(
                b.start,
                b.client,
                b.server,
                b.server_port,
                b.kind,
            ))
        });
        rows
    }

    /// The channels, of which those of IPsec between two machines are one: it begins with IKE on port 500, goes on at
    /// port 4500 where an address is translated on the way (RFC 7296, section 2.23), and carries in ESP and AH, where
    /// nobody is the client.
    fn joined(&self) -> Vec<(Key, Channel)> {
        let mut tunnels: BTreeMap<[Address; 2], Vec<(&Key, &Channel)>> = BTreeMap::new();
        let mut joined = Vec::new();
        for (key, channel) in &self.channels {
            if key.kind == "ipsec" {
                let [one, other] = [key.client, key.server];
                tunnels.entry([one.min(other), one.max(other)]).or_default().push((key, channel));
            } else {
                joined.push((key.clone(), channel.clone()));
            }
        }
        for mut parts in tunnels.into_values() {
            parts.sort_by_key(|(key, channel)| (key.port != 500, key.port != 4500, channel.start, *key));
            let mut parts = parts.into_iter();
            let Some((first, whole)) = parts.next() else { continue };
            let mut whole = whole.clone();
            for (key, part) in parts {
                let mut part = part.clone();
                if key.client != first.client {
                    part.bytes.reverse();
                }
                whole.merge(part);
            }
            joined.push((first.clone(), whole));
        }
        joined
    }

    /// Of the web servers that were used from elsewhere those of controllers and panels.
    fn web_interfaces(&self, assets: &[Asset], scopes: Scopes<'_>) -> Vec<RemoteAccess> {
        let operating = assets.iter().filter_map(|asset| Some((asset, web::role(asset)?)));
        let at = |(asset, role): (&Asset, _)| asset.addresses.clone().into_iter().map(move |at| (at, role));
        let roles: HashMap<Address, Role, FixedState> = operating.flat_map(at).collect();
        let of_role = |(key, channel): (&Key, &Channel)| {
            let role = roles.get(&key.server)?;
            let mut row = channel.row(key, scopes);
            row.evidence.push(format!("the server acts as {}", role.as_str()));
            Some(row)
        };
        self.browsed.iter().filter_map(of_role).collect()
    }
}

/// Adds a channel to those that are kept, if it is one of them or there is room.
fn keep(kept: &mut HashMap<Key, Channel, FixedState>, most: usize, (key, channel): (Key, Channel)) {
    let room = kept.len() < most;
    match kept.get_mut(&key) {
        Some(same) => same.merge(channel),
        None if room => drop(kept.insert(key, channel)),
        None => {}
    }
}

impl Channel {
    fn of(ended: &Ended<'_>, kind: &'static str, evidence: Vec<(u64, String)>) -> (Key, Self) {
        let [client, server] = [ended.of_client(&ended.addresses), ended.of_server(&ended.addresses)];
        let port = if matches!(ended.ip_protocol, 6 | 17) { ended.of_server(&ended.ports) } else { 0 };
        let channel = Self {
            start: ended.first,
            end: ended.last,
            uid: ended.uid.to_string(),
            conversations: 1,
            bytes: [ended.of_client(&ended.bytes), ended.of_server(&ended.bytes)],
            protocols: BTreeSet::from([ended.protocol]),
            evidence,
        };
        (Key { client, server, port, kind }, channel)
    }

    fn merge(&mut self, other: Self) {
        if other.start < self.start {
            (self.start, self.uid) = (other.start, other.uid);
        }
        self.end = self.end.max(other.end);
        self.conversations += other.conversations;
        for (mine, theirs) in self.bytes.iter_mut().zip(other.bytes) {
            *mine += theirs;
        }
        self.protocols.extend(other.protocols);
        for (frame, text) in other.evidence {
            match self.evidence.iter_mut().find(|(_, kept)| *kept == text) {
                Some((kept, _)) => *kept = (*kept).min(frame),
                None => self.evidence.push((frame, text)),
            }
        }
        self.evidence.sort();
        self.evidence.truncate(MOST_EVIDENCE);
    }

    fn row(&self, key: &Key, scopes: Scopes<'_>) -> RemoteAccess {
        RemoteAccess {
            start: self.start,
            end: self.end,
            uid: self.uid.clone(),
            conversations: self.conversations,
            client: key.client,
            server: key.server,
            server_port: key.port,
            kind: key.kind,
            protocols: self.protocols.iter().copied().collect(),
            direction: direction(scopes([key.client, key.server])),
            bytes: self.bytes,
            declared: None,
            evidence: self.evidence.iter().map(|(frame, text)| format!("{text} (frame {frame})")).collect(),
        }
    }
}

/// Which way it crosses the border.
const fn direction([client, server]: [Scope; 2]) -> Reach {
    match (client, server) {
        (Scope::Internet, Scope::Internet) => Reach::Unknown,
        (Scope::Internet, _) => Reach::Inbound,
        (_, Scope::Internet) => Reach::Outbound,
        // With a site, what is not on the crane is outside of it.
        (Scope::Site | Scope::Private, Scope::Crane) => Reach::Inbound,
        (Scope::Crane, Scope::Site | Scope::Private) => Reach::Outbound,
        _ => Reach::Internal,
    }
}

/// What of a conversation tells what it is.
fn evidence(ended: &Ended<'_>, product: Option<(&str, KnownBy)>) -> Vec<(u64, String)> {
    let frame = ended.first.frame;
    let mut evidence = vec![(frame, format!("{} recognised by its content", ended.protocol))];
    evidence.extend(product.map(|(product, by)| {
        let what = match by {
            KnownBy::Name => "the name asked for",
            KnownBy::Certificate => "a certificate that was shown",
        };
        (frame, format!("{what} belongs to {product}"))
    }));
    let telling = |topic| {
        matches!(
            topic,
            Topic::ServerName
                | Topic::Service
                | Topic::Software
                | Topic::User
                | Topic::Authentication
                | Topic::Login
                | Topic::Desktop
                | Topic::ClientName
                | Topic::CertificateSubject
                | Topic::CertificateIssuer
                | Topic::Forwarding
        )
    };
    for note in ended.notes.iter().filter(|note| telling(note.topic)).take(MOST_EVIDENCE) {
        evidence.push((note.frame, format!("{} {:?}", note.topic.as_str().replace('_', " "), note.text)));
    }
    evidence.truncate(MOST_EVIDENCE);
    evidence
}

fn hidden_path(mac: Mac, signs: Signs) -> RemoteAccess {
    let device = Address::mac(mac);
    let user = signs.user().unwrap_or(device);
    let inbound = signs.is_way_in();
    let [client, server] = if inbound { [device, user] } else { [user, device] };
    let [out, back] = signs.bytes;
    RemoteAccess {
        start: signs.first,
        end: signs.last,
        uid: String::new(),
        conversations: signs.conversations,
        client,
        server,
        server_port: 0,
        kind: "hidden_path",
        protocols: Vec::new(),
        direction: if inbound { Reach::Inbound } else { Reach::Outbound },
        bytes: if inbound { [back, out] } else { [out, back] },
        declared: None,
        evidence: signs.told(),
    }
}

/// Both sides of a pair.
pub(crate) const SIDES: [Side; 2] = [Side::A, Side::B];
