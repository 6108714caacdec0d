use quaywatch_assets::Bindings;
use quaywatch_model::{
    Address, Asset, Change, Disclosure, Entry, Link, Moment, Outcome, RemoteAccess, Role, Search, Timestamp,
    Transferred, Verb,
};
use quaywatch_site::{Permit, Site, Why};
use std::collections::HashMap;

/// All that was seen, for rules to look at.
#[derive(Debug, Clone, Copy)]
pub struct Picture<'a> {
    /// The first and the last packet's time.
    pub span: (Timestamp, Timestamp),
    /// Who did what to whom, and how often.
    pub entries: &'a [Entry],
    /// What changed something, in time order; of many changes of one object only the first.
    pub changes: &'a [Change],
    /// Programs, images and files that were moved.
    pub transfers: &'a [Transferred],
    /// What was written to tags of the site's maps against its rules, by client and server.
    pub breaches: &'a [Breach],
    /// Who speaks with whom, in the order of client and server.
    pub links: &'a [Link],
    /// Who asks many that do not answer.
    pub searches: &'a [Search],
    /// The devices.
    pub assets: &'a [Asset],
    /// Which of them has which address.
    pub at_address: &'a AtAddress,
    /// Which IP address was said to be at which MAC address.
    pub bindings: &'a Bindings,
    /// Remote-service channels.
    pub remote_access: &'a [RemoteAccess],
    /// What left for whom.
    pub disclosures: &'a [Disclosure],
    /// Messages that broke their protocol's rules, by protocol, cause, client and server.
    pub violations: &'a [Violation],
    /// What the site is made of and what is approved there.
    pub site: &'a Site,
}

/// Which of a list of devices has an address: rules ask that for every finding, of thousands of devices.
#[derive(Debug, Default)]
pub struct AtAddress(HashMap<Address, usize>);

impl AtAddress {
    /// Of an address that several have, the first.
    #[must_use]
    pub fn of(assets: &[Asset]) -> Self {
        let mut places = HashMap::new();
        for (place, asset) in assets.iter().enumerate() {
            for address in &asset.addresses {
                places.entry(*address).or_insert(place);
            }
        }
        Self(places)
    }
}

/// Layers below the protocols of controllers: what is wrong there is the network's business. Those first that most is
/// wrong in.
const TRANSPORTS: [&str; 10] =
    ["tcp", "ipv4", "udp", "ip", "ipv6", "icmp", "flow", "link", "ethernet", "vlan"];

/// How often messages between two machines broke a rule of their protocol.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Violation {
    /// The protocol.
    pub layer: &'static str,
    /// What was wrong.
    pub reason: &'static str,
    /// Client and server; `None` for what is not told apart.
    pub pair: Option<[Address; 2]>,
    /// How often.
    pub count: u64,
    /// The first.
    pub first: Moment,
    /// The first frames that show it; of what is not told apart, those of its kind.
    pub frames: Vec<u64>,
}

/// Writes of one client to one tag of a server that the site does not permit, all for the same reason. Judged at each
/// write, however many there are.
#[derive(Debug, Clone, PartialEq)]
pub struct Breach {
    /// Client and server; `None` for what is not told apart.
    pub pair: Option<[Address; 2]>,
    /// What was done.
    pub verb: Verb,
    /// Why the site does not permit it.
    pub why: String,
    /// Whether it is a tag; else it is an object that no tag map names.
    pub is_named: bool,
    /// The first.
    pub first: Moment,
    /// How often.
    pub count: u64,
    /// The first frames that show it.
    pub frames: Vec<u64>,
    /// The first of the writes.
    pub writes: Vec<BrokenWrite>,
}

/// A write that the site does not permit.
#[derive(Debug, Clone, PartialEq)]
pub struct BrokenWrite {
    /// When, and in which frame, it was asked for.
    pub at: Moment,
    /// The tag's name, or the object that no tag map names.
    pub tag: String,
    /// The value as a number, scaled; a switch is 0 or 1.
    pub number: Option<f64>,
    /// What became of it.
    pub outcome: Outcome,
}

impl Breach {
    /// Takes in more of the same.
    pub fn merge(&mut self, other: Self) {
        self.first = self.first.min(other.first);
        self.count += other.count;
        self.frames.extend(other.frames);
        self.writes.extend(other.writes);
    }
}

impl Violation {
    /// Whether findings tell of what is wrong in this layer.
    #[must_use]
    pub fn is_told(layer: &str) -> bool {
        !TRANSPORTS.contains(&layer)
    }
}

impl Picture<'_> {
    /// The device with this address.
    #[must_use]
    pub fn asset(&self, address: Address) -> Option<&Asset> {
        self.at_address.0.get(&address).and_then(|place| self.assets.get(*place))
    }

    /// Whether the device with this address does this.
    #[must_use]
    pub fn has_role(&self, address: Address, role: Role) -> bool {
        self.asset(address).is_some_and(|asset| asset.roles.contains(&role))
    }

    /// What a client and a server speak with each other.
    #[must_use]
    pub fn links_between(&self, client: Address, server: Address) -> &[Link] {
        let begin = self.links.partition_point(|link| (link.client, link.server) < (client, server));
        let behind = self.links.get(begin..).unwrap_or_default();
        let count = behind.partition_point(|link| (link.client, link.server) == (client, server));
        behind.get(..count).unwrap_or_default()
    }

    /// An address with what the device is called, for sentences: `10.0.7.10 (sts07-plc)`. Names are quoted as Rust quotes
    /// them, because a peer chose them.
    #[must_use]
    pub fn named(&self, address: Address) -> String {
        let name = self.asset(address).and_then(|asset| asset.names.first().or(asset.product.as_ref()));
        match name {
            Some(name) => format!("{address} ({name:?})"),
            None => address.to_string(),
        }
    }

    /// Why the site does not permit this client to do this to this server; nothing where it permits it or does not say.
    #[must_use]
    pub fn denied(&self, client: Address, server: Address, verb: Verb) -> Option<String> {
        let [from, to] = [client, server].map(|address| self.site.party(address));
        match self.site.may_write(&from, &to, verb, None, None) {
            // Which tags and values are allowed is judged where tags are known.
            Permit::Denied(Why::OtherTag(_) | Why::OutsideRule(_)) => None,
            Permit::Denied(why) => Some(why.to_string()),
            Permit::Allowed(_) | Permit::NotStated => None,
        }
    }

    /// Whether the site names this client among those who write to this server, whatever it is that each may write.
    #[must_use]
    pub fn is_named_writer(&self, client: Address, server: Address) -> bool {
        let [from, to] = [client, server].map(|address| self.site.party(address));
        matches!(
            self.site.may_write(&from, &to, Verb::Write, None, None),
            Permit::Allowed(_) | Permit::Denied(Why::OtherTag(_) | Why::OutsideRule(_))
        )
    }
}
