//! A site as it was described, and what other rooms ask of it.

use crate::described::{
    Asset, AssetId, Conduit, Crane, CraneId, Recipient, VendorLink, Writer, Zone, ZoneId,
};
use crate::networks::{Block, Found, Networks, number};
use crate::tags::TagMap;
use crate::words::ZoneKind;
use crate::{Position, words};
use foldhash::fast::FixedState;
use hashbrown::{HashMap, HashSet};
use quaywatch_model::{Address, Mac, Scope};

/// Who is seen on the wire.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Host {
    /// The address, IP or MAC.
    pub address: Address,
    /// The VLAN it was seen on; `None` where the capture does not tell.
    pub vlan: Option<u16>,
    /// The hardware address its frames came from, which behind a router is the router's.
    pub mac: Option<Mac>,
}

impl From<Address> for Host {
    fn from(address: Address) -> Self {
        Self { address, vlan: None, mac: None }
    }
}

/// What the site says of a host. Ask once a conversation and keep it: every other question takes parties.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Party {
    /// Who it is about.
    pub host: Host,
    /// The approved asset.
    pub asset: Option<AssetId>,
    /// The zone it is in.
    pub zone: Option<ZoneId>,
    /// The crane it is on.
    pub crane: Option<CraneId>,
}

/// A site as it was described. `Site::default()` is a site nobody described: it knows private from public.
#[derive(Debug, Clone, Default)]
pub struct Site {
    pub(crate) name: Option<String>,
    pub(crate) note: Option<String>,
    pub(crate) utc_offset_minutes: Option<i16>,
    pub(crate) networks: Vec<Block>,
    pub(crate) cranes: Vec<Crane>,
    pub(crate) zones: Vec<Zone>,
    pub(crate) conduits: Vec<Conduit>,
    pub(crate) assets: Vec<Asset>,
    pub(crate) recipients: Vec<Recipient>,
    pub(crate) writers: Vec<Writer>,
    pub(crate) vendor_links: Vec<VendorLink>,
    pub(crate) maps: Vec<TagMap>,
    /// While the file is read: which asset wants to be in which zone, and where that stands.
    pub(crate) zone_wishes: Vec<(usize, String, Position)>,
    pub(crate) index: Index,
}

/// What makes look-ups cheap.
#[derive(Debug, Clone, Default)]
pub(crate) struct Index {
    pub(crate) cranes: Networks<CraneId>,
    pub(crate) zones: Networks<ZoneId>,
    pub(crate) assets: Networks<AssetId>,
    pub(crate) own: Networks<()>,
    /// The first and last addresses of IPv4 networks of cranes and of the site.
    pub(crate) ends: HashSet<u128, FixedState>,
    /// Whether any network is stated, of a crane, a zone or the site.
    pub(crate) states_networks: bool,
    pub(crate) macs: HashMap<Mac, AssetId, FixedState>,
    /// The tag maps of a crane, and under `None` those of no crane.
    pub(crate) maps: HashMap<Option<CraneId>, Vec<usize>, FixedState>,
}

macro_rules! parts {
    ($($(#[$doc:meta])* $name:ident: $part:ty,)+) => {
        impl Site {$(
            $(#[$doc])*
            #[must_use]
            pub fn $name(&self) -> &[$part] {
                &self.$name
            }
        )+}
    };
}

parts! {
    /// All cranes.
    cranes: Crane,
    /// All zones.
    zones: Zone,
    /// All conduits.
    conduits: Conduit,
    /// All assets.
    assets: Asset,
    /// All recipients.
    recipients: Recipient,
    /// All rules of who may write.
    writers: Writer,
    /// All declared vendor links.
    vendor_links: VendorLink,
}

impl Site {
    /// Whether anybody described it: of a default site nothing is known.
    #[must_use]
    pub fn is_described(&self) -> bool {
        !(self.cranes.is_empty()
            && self.zones.is_empty()
            && self.assets.is_empty()
            && self.networks.is_empty())
    }

    /// Its name.
    #[must_use]
    pub fn name(&self) -> Option<&str> {
        self.name.as_deref()
    }

    /// What people should know of it.
    #[must_use]
    pub fn note(&self) -> Option<&str> {
        self.note.as_deref()
    }

    /// How many minutes its clocks are ahead of UTC.
    #[must_use]
    pub const fn utc_offset_minutes(&self) -> Option<i16> {
        self.utc_offset_minutes
    }

    /// The crane with this id.
    #[must_use]
    pub fn crane(&self, id: CraneId) -> Option<&Crane> {
        self.cranes.get(id.index())
    }

    /// The zone with this id.
    #[must_use]
    pub fn zone(&self, id: ZoneId) -> Option<&Zone> {
        self.zones.get(id.index())
    }

    /// The asset with this id.
    #[must_use]
    pub fn asset(&self, id: AssetId) -> Option<&Asset> {
        self.assets.get(id.index())
    }

    /// What the site says of the host.
    #[must_use]
    pub fn party(&self, host: impl Into<Host>) -> Party {
        let host = host.into();
        let asset = self.asset_id(&host);
        let described = asset.and_then(|id| self.asset(id));
        let zone = described.and_then(|asset| asset.zone).or_else(|| {
            let crane = described.and_then(|asset| asset.crane);
            let on_crane = |id: ZoneId| crane.is_some() && self.zone(id).and_then(|zone| zone.crane) == crane;
            one(self.index.zones.find(&host, on_crane))
        });
        let crane = described
            .and_then(|asset| asset.crane)
            .or_else(|| zone.and_then(|id| self.zone(id)).and_then(|zone| zone.crane))
            .or_else(|| one(self.index.cranes.find(&host, |_| false)));
        Party { host, asset, zone, crane }
    }

    /// The crane the host is on; `None` also where it could be one of several that differ in the VLAN, and the
    /// VLAN is not known.
    #[must_use]
    pub fn crane_of(&self, host: impl Into<Host>) -> Option<CraneId> {
        self.party(host).crane
    }

    /// The zone the host is in.
    #[must_use]
    pub fn zone_of(&self, host: impl Into<Host>) -> Option<ZoneId> {
        self.party(host).zone
    }

    /// The approved asset that has the address. A MAC alone decides only where there is no address that could:
    /// behind a router all frames have the router's.
    #[must_use]
    pub fn asset_of(&self, host: impl Into<Host>) -> Option<&Asset> {
        self.asset_id(&host.into()).and_then(|id| self.asset(id))
    }

    /// The approved asset that calls itself so. Walks through all assets.
    #[must_use]
    pub fn asset_named(&self, name: &str) -> Option<&Asset> {
        self.assets.iter().find(|asset| asset.names.iter().any(|own| own.eq_ignore_ascii_case(name)))
    }

    /// The approved asset that has the hardware address.
    #[must_use]
    pub fn asset_with_mac(&self, mac: Mac) -> Option<&Asset> {
        self.index.macs.get(&mac).and_then(|&id| self.asset(id))
    }

    fn asset_id(&self, host: &Host) -> Option<AssetId> {
        let owns = |id: AssetId| {
            let asset = self.asset(id);
            host.mac.is_some_and(|mac| asset.is_some_and(|asset| asset.owns(mac) == Some(true)))
        };
        match self.index.assets.find(host, owns) {
            Found::One(id) => return Some(id),
            Found::Several => return None,
            Found::Nothing => {}
        }
        let mac = match host.address.ip() {
            None => mac_of(host.address),
            Some(ip) if stays_on_the_link(ip) => host.mac,
            Some(_) => None,
        };
        mac.and_then(|mac| self.index.macs.get(&mac).copied())
    }

    /// How far away the host is from a party: [`Scope::Crane`] is the same crane, another crane is [`Scope::Site`].
    #[must_use]
    pub fn scope_from(&self, from: &Party, host: impl Into<Host>) -> Scope {
        let host = host.into();
        match self.scope(host) {
            Scope::Crane if from.crane != self.party(host).crane => Scope::Site,
            scope => scope,
        }
    }

    /// Whose the address is: any crane's, the site's, somebody's at a private or a public address.
    #[must_use]
    pub fn scope(&self, host: impl Into<Host>) -> Scope {
        let host = host.into();
        if !self.is_described() {
            return Scope::without_a_site(host.address);
        }
        let on_a_crane = || self.index.cranes.find(&host, |_| false) != Found::Nothing;
        let party = self.party(host);
        if party.crane.is_some() || on_a_crane() {
            return Scope::Crane;
        }
        let zone = party.zone.and_then(|id| self.zone(id)).map(|zone| zone.kind);
        let own = match zone {
            Some(kind) => kind.is_none_or(ZoneKind::is_own),
            None => self.is_own(&party, &host),
        };
        if own { Scope::Site } else { Scope::without_a_site(host.address) }
    }

    /// Whether the host is the site's own, apart from cranes and zones. As long as it states no networks nobody has said which
    /// private addresses are not, and those of its assets are no nearer than others.
    fn is_own(&self, party: &Party, host: &Host) -> bool {
        let is_public = || Scope::without_a_site(host.address) == Scope::Internet;
        let is_known = party.asset.is_some() && (self.index.states_networks || is_public());
        is_known || self.index.own.find(host, |()| false) != Found::Nothing
    }

    /// Whether it states networks: of a crane, a zone or its own. Then it says which public addresses are its own, too.
    #[must_use]
    pub const fn states_networks(&self) -> bool {
        self.index.states_networks
    }

    /// Whether the address is nobody's but the first or last of a crane's or the site's networks: what is sent there is for
    /// all who are on it (RFC 919, section 7), and no router passes it on (RFC 2644).
    #[must_use]
    pub fn is_broadcast(&self, address: Address) -> bool {
        self.index.ends.contains(&number(address)) && self.asset_of(address).is_none()
    }

    /// The recipient with this address, or with this name where it is known (from SNI, DNS or a Host header).
    /// Where both are declared, both must fit: a name is what the sender says.
    #[must_use]
    pub fn recipient_of(&self, address: Address, name: Option<&str>) -> Option<&Recipient> {
        self.recipients.iter().find(|recipient| {
            let by_address = recipient.networks.is_empty() || recipient.has_address(address);
            let by_name = match name {
                Some(name) => recipient.domains.is_empty() || recipient.has_name(name),
                None => !recipient.networks.is_empty(),
            };
            let stated = !recipient.networks.is_empty() || !recipient.domains.is_empty();
            stated && by_address && by_name
        })
    }

    /// The declared link that such a connection uses: the first that fits, in the order of the file.
    #[must_use]
    pub fn vendor_link(&self, kind: &str, from: &Party, to: &Party) -> Option<&VendorLink> {
        self.vendor_links.iter().find(|link| {
            (link.kinds.is_empty() || link.kinds.iter().any(|known| words::same(known, kind)))
                && link.from.cover_or_empty(self, from)
                && link.to.cover_or_empty(self, to)
        })
    }
}

fn one<T>(found: Found<T>) -> Option<T> {
    match found {
        Found::One(value) => Some(value),
        Found::Nothing | Found::Several => None,
    }
}

fn mac_of(address: Address) -> Option<Mac> {
    let [.., a, b, c, d, e, f] = *address.bytes();
    Some(Mac([a, b, c, d, e, f])).filter(|&mac| Address::mac(mac) == address)
}

/// Addresses that no router hands on, so that the frame's MAC is the host's own.
const fn stays_on_the_link(ip: std::net::IpAddr) -> bool {
    match ip {
        std::net::IpAddr::V4(v4) => v4.is_link_local() || v4.is_unspecified(),
        std::net::IpAddr::V6(v6) => v6.is_unicast_link_local() || v6.is_unspecified(),
    }
}
