//! Zones by network and by what devices do, and what passes between them.

use quaywatch_model::{Address, Asset, Link, Role};
use quaywatch_site::ZoneKind;
use quaywatch_site::draft::{SeenConduit, SeenCrane, SeenZone};
use std::collections::{BTreeMap, BTreeSet};
use std::net::IpAddr;

/// So many conduits are drafted; where there are more, zones by role are not what the site needs.
const MOST_CONDUITS: usize = 64;

/// The zones that devices look to be in.
pub(super) struct Zones {
    pub(super) seen: Vec<SeenZone>,
    /// The place of the zone an address is in.
    of: BTreeMap<Address, usize>,
}

impl Zones {
    /// A network on which a controller is, is a crane's.
    pub(super) fn of(assets: &[Asset], cranes: &[SeenCrane]) -> Self {
        let crane_of = |network: Address| {
            cranes.iter().find(|crane| crane.networks.iter().any(|(first, _)| *first == network))
        };
        let mut members: BTreeMap<(Address, ZoneKind), Vec<Address>> = BTreeMap::new();
        for asset in assets {
            for address in &asset.addresses {
                let Some(network) = network(*address) else { continue };
                let on_a_crane = crane_of(network).is_some();
                let Some(kind) = asset.roles.iter().find_map(|role| kind(*role, on_a_crane)) else {
                    continue;
                };
                members.entry((network, kind)).or_default().push(*address);
            }
        }
        let mut zones = Self { seen: Vec::new(), of: BTreeMap::new() };
        for ((network, kind), addresses) in members {
            let place = zones.seen.len();
            addresses.iter().for_each(|address| {
                zones.of.entry(*address).or_insert(place);
            });
            let at = crane_of(network).map_or_else(|| network.to_string(), |crane| crane.name.clone());
            zones.seen.push(SeenZone { name: format!("{at} {}", kind.as_str()), kind, addresses });
        }
        zones
    }

    /// What passed between two of them, and was answered.
    pub(super) fn conduits(&self, links: &[Link]) -> Vec<SeenConduit> {
        let mut seen: BTreeMap<(usize, usize), (BTreeSet<&str>, u64, u64)> = BTreeMap::new();
        for link in links.iter().filter(|link| link.packets.iter().all(|packets| *packets > 0)) {
            let [from, to] = [link.client, link.server].map(|end| self.of.get(&end).copied());
            let (Some(from), Some(to)) = (from, to) else { continue };
            if from == to {
                continue;
            }
            let (protocols, conversations, unrecognised) = seen.entry((from, to)).or_default();
            *conversations += link.conversations;
            if link.protocol == "unknown" {
                *unrecognised += link.conversations;
            } else {
                protocols.insert(link.protocol);
            }
        }
        let conduit =
            |((from, to), (protocols, conversations, unrecognised)): (_, (BTreeSet<&str>, _, _))| {
                SeenConduit {
                    from,
                    to,
                    protocols: protocols.into_iter().map(str::to_owned).collect(),
                    conversations,
                    unrecognised,
                }
            };
        seen.into_iter().take(MOST_CONDUITS).map(conduit).collect()
    }
}

/// The network of 24 bits an address is of: how cranes' plans are cut.
fn network(address: Address) -> Option<Address> {
    match address.ip()? {
        IpAddr::V4(ip) => {
            let [a, b, c, _] = ip.octets();
            Some(Address::v4([a, b, c, 0]))
        }
        IpAddr::V6(_) => None,
    }
}

/// What a zone of devices in this role is for. Who joins networks is in none of them.
const fn kind(role: Role, on_a_crane: bool) -> Option<ZoneKind> {
    Some(match role {
        Role::Controller => ZoneKind::CraneControl,
        Role::SafetyController => ZoneKind::Safety,
        Role::Drive => ZoneKind::Drives,
        Role::RemoteIo | Role::Sensor => ZoneKind::Field,
        Role::Camera => ZoneKind::Cctv,
        Role::Hmi | Role::EngineeringStation => ZoneKind::Supervision,
        Role::Database | Role::Server | Role::NameServer | Role::TimeServer | Role::AddressServer => {
            if on_a_crane {
                ZoneKind::Supervision
            } else {
                ZoneKind::Terminal
            }
        }
        Role::Workstation | Role::Printer | Role::Phone => ZoneKind::Office,
        _ => return None,
    })
}
