use crate::bindings::Bindings;
use crate::{row, unite};
use foldhash::fast::FixedState;
use hashbrown::HashMap;
use quaywatch_model::{
    Address, Asset, Attribute, Ended, Entry, Evidence, Mac, Moment, Role, Side, Subject, Timestamp,
};
use std::net::IpAddr;

/// So many addresses are kept, as many as seven hundred cranes have; those that come later are not, so that a scan costs no
/// more.
const MOST_ADDRESSES: usize = 32_768;
/// So many different things are kept of one address.
const MOST_FACTS: usize = 96;
/// A fact is cut after so many bytes.
const LONGEST_FACT_BYTES: usize = 200;
/// So many addresses are kept of those seen behind one MAC; more, and it is a router.
pub(crate) const MOST_BEHIND: usize = 4;

type Table<K, V> = HashMap<K, V, FixedState>;

/// Takes in what is learned of devices. One a worker; merged at the end.
#[derive(Debug, Default)]
pub struct Gatherer {
    pub(crate) seen: Table<Address, Seen>,
    pub(crate) bindings: Bindings,
    /// Which IP addresses were seen in frames from a MAC.
    pub(crate) behind: Table<Mac, Vec<Address>>,
}

/// What is known of one address.
#[derive(Debug)]
pub(crate) struct Seen {
    pub(crate) first: Moment,
    pub(crate) last: Timestamp,
    /// Whether it has sent a packet or was named by somebody who knows it; else it was only asked for.
    pub(crate) is_there: bool,
    /// Apart, because of most addresses nothing more is known.
    details: Option<Box<Details>>,
}

/// What more is known of an address.
#[derive(Debug, Default)]
pub(crate) struct Details {
    pub(crate) evidence: Vec<Evidence>,
    pub(crate) served: Vec<&'static str>,
    pub(crate) used: Vec<&'static str>,
}

impl Gatherer {
    /// A fact that a conversation of `protocol` told.
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
        match (attribute, address.ip().is_some()) {
            (Attribute::Mac, true) => {
                if let Some(mac) = parse_mac(value).filter(|mac| !mac.is_group()) {
                    self.bindings.add(address, mac, protocol, at);
                    self.is_there(Address::mac(mac), at);
                }
            }
            (Attribute::Ip, false) => {
                let ip = value.parse::<IpAddr>().ok().map(Address::from);
                if let (Some(ip), Some(mac)) = (ip, mac_of(address)) {
                    self.bindings.add(ip, mac, protocol, at);
                    self.is_there(ip, at);
                }
            }
            _ => {}
        }
        if is_group(address) {
            return;
        }
        let Some(seen) = self.touch(address, at) else { return };
        // A name in a DNS answer does not prove that anybody is there.
        seen.is_there |= attribute != Attribute::DomainName;
        let value = value.get(..value.floor_char_boundary(LONGEST_FACT_BYTES)).unwrap_or_default().to_owned();
        seen.keep(Evidence { protocol, attribute, value, frame: at.frame });
    }

    /// A conversation that is over.
    pub fn ended(&mut self, ended: &Ended<'_>) {
        for side in [Side::A, Side::B] {
            let address = *side.of(&ended.addresses);
            let spoke = *side.of(&ended.packets) > 0;
            // Who did not speak was only asked for: that is no news of it.
            if is_group(address) || !spoke {
                continue;
            }
            if let (Some(_), mac) = (address.ip(), *side.of(&ended.macs))
                && mac.0 != [0; 6]
                && !ended.tunnelled
            {
                add_behind(self.behind.entry(mac).or_default(), address);
            }
            let Some(seen) = self.touch(address, ended.first) else { continue };
            seen.last = seen.last.max(ended.last);
            seen.is_there = true;
            if ended.protocol != "unknown" {
                let details = seen.details.get_or_insert_default();
                let list = if side == ended.client { &mut details.used } else { &mut details.served };
                add(list, ended.protocol);
            }
        }
    }

    /// Takes in what another worker has gathered.
    pub fn merge(&mut self, other: Self) {
        for (address, theirs) in other.seen {
            let Some(mine) = self.touch(address, theirs.first) else { continue };
            mine.last = mine.last.max(theirs.last);
            mine.is_there |= theirs.is_there;
            let Some(theirs) = theirs.details else { continue };
            theirs.evidence.into_iter().for_each(|evidence| mine.keep(evidence));
            let mine = mine.details.get_or_insert_default();
            theirs.served.into_iter().for_each(|protocol| add(&mut mine.served, protocol));
            theirs.used.into_iter().for_each(|protocol| add(&mut mine.used, protocol));
        }
        self.bindings.merge(other.bindings);
        for (mac, theirs) in other.behind {
            let mine = self.behind.entry(mac).or_default();
            theirs.into_iter().for_each(|address| add_behind(mine, address));
        }
    }

    /// Which IP address was said to be at which MAC address.
    #[must_use]
    pub const fn bindings(&self) -> &Bindings {
        &self.bindings
    }

    /// The devices, in the order of their first addresses. `entries` tell who operated whom.
    #[must_use]
    pub fn finish(&self, entries: &[Entry]) -> Vec<Asset> {
        let deeds = row::deeds(entries);
        let groups = unite::boxes(self);
        let mut assets: Vec<Asset> = groups.iter().map(|group| row::asset(self, group, &deeds)).collect();
        assets.sort_by(|a, b| a.addresses.cmp(&b.addresses));
        assets
    }

    fn is_there(&mut self, address: Address, at: Moment) {
        if let Some(seen) = self.touch(address, at) {
            seen.is_there = true;
        }
    }

    fn touch(&mut self, address: Address, at: Moment) -> Option<&mut Seen> {
        if self.seen.len() >= MOST_ADDRESSES && !self.seen.contains_key(&address) {
            return None;
        }
        let seen = self.seen.entry(address).or_insert_with(|| Seen {
            first: at,
            last: at.time,
            is_there: false,
            details: None,
        });
        seen.first = seen.first.min(at);
        seen.last = seen.last.max(at.time);
        Some(seen)
    }
}

impl Seen {
    /// Keeps a piece of evidence, of each kind and value the first.
    fn keep(&mut self, evidence: Evidence) {
        let same = |kept: &&mut Evidence| {
            kept.attribute == evidence.attribute
                && kept.protocol == evidence.protocol
                && kept.value == evidence.value
        };
        let kept = &mut self.details.get_or_insert_default().evidence;
        let room = kept.len() < MOST_FACTS;
        match kept.iter_mut().find(same) {
            Some(kept) => kept.frame = kept.frame.min(evidence.frame),
            None if room => kept.push(evidence),
            None => {}
        }
    }

    /// What was said of it.
    pub(crate) fn evidence(&self) -> &[Evidence] {
        self.details.as_ref().map_or(&[], |details| &details.evidence)
    }

    /// The protocols it answers, and those it asks with.
    pub(crate) fn protocols(&self) -> [&[&'static str]; 2] {
        self.details.as_ref().map_or([&[], &[]], |details| [&details.served, &details.used])
    }

    /// The roles a protocol has told.
    pub(crate) fn told_roles(&self) -> impl Iterator<Item = Role> + '_ {
        let roles = self.evidence().iter().filter(|evidence| evidence.attribute == Attribute::Role);
        roles.filter_map(|evidence| Role::from_word(&evidence.value))
    }
}

fn add(list: &mut Vec<&'static str>, protocol: &'static str) {
    if !list.contains(&protocol) {
        list.push(protocol);
    }
}

fn add_behind(behind: &mut Vec<Address>, address: Address) {
    if behind.len() <= MOST_BEHIND && !behind.contains(&address) {
        behind.push(address);
    }
}

/// The MAC address, if it is one.
pub(crate) fn mac_of(address: Address) -> Option<Mac> {
    if address.ip().is_some() {
        return None;
    }
    let [.., a, b, c, d, e, f] = *address.bytes();
    Some(Mac([a, b, c, d, e, f]))
}

/// `00:1b:1b:01:02:03` or with hyphens.
fn parse_mac(text: &str) -> Option<Mac> {
    let mut bytes = [0; 6];
    let mut parts = text.split([':', '-']);
    for byte in &mut bytes {
        *byte = u8::from_str_radix(parts.next()?, 16).ok()?;
    }
    parts.next().is_none().then_some(Mac(bytes))
}

/// Whether this stands for many, or for nobody.
fn is_group(address: Address) -> bool {
    match address.ip() {
        Some(IpAddr::V4(ip)) => {
            ip.is_multicast() || ip.is_broadcast() || ip.is_unspecified() || matches!(ip.octets(), [.., 255])
        }
        Some(IpAddr::V6(ip)) => ip.is_multicast() || ip.is_unspecified(),
        None => mac_of(address).is_none_or(|mac| mac.is_group() || mac.0 == [0; 6]),
    }
}
