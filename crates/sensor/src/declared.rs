//! Marks answers with what the site says of them.

use quaywatch_egress::Borders;
use quaywatch_model::{Address, Asset, Disclosure, RemoteAccess, Scope};
use quaywatch_site::{Host, LinkPattern, Party, Site};
use std::net::IpAddr;
use std::sync::Arc;

/// Says of each device on which crane and in which zone it is, and whether the site declares it.
pub(crate) fn assets(site: &Site, assets: &mut [Asset]) {
    for asset in assets {
        let host = |address: &Address| Host { mac: asset.mac, ..Host::from(*address) };
        let parties: Vec<Party> = asset.addresses.iter().map(|address| site.party(host(address))).collect();
        let crane = parties.iter().find_map(|party| party.crane).and_then(|id| site.crane(id));
        let zone = parties.iter().find_map(|party| party.zone).and_then(|id| site.zone(id));
        asset.crane = crane.map(|crane| crane.name.clone());
        asset.zone = zone.map(|zone| zone.name.clone());
        asset.declared = Some(parties.iter().any(|party| party.asset.is_some()));
    }
}

/// Says of each channel whether the site declares a vendor's link that it uses.
pub(crate) fn remote_access(site: &Site, channels: &mut [RemoteAccess]) {
    for channel in channels.iter_mut().filter(|channel| channel.kind != "hidden_path") {
        let [from, to] = [channel.client, channel.server].map(|address| site.party(address));
        let link = site.vendor_link(channel.kind, &from, &to);
        channel.declared = Some(link.is_some_and(|link| link.pattern != LinkPattern::Never));
        if let Some(link) = link {
            let pattern = link.pattern.as_str();
            channel.evidence.push(format!("the site declares the link {:?} as {pattern}", link.name));
        }
    }
}

/// The borders of a site: whoever is not on a crane is outside. Without a site, public addresses are.
#[derive(Debug)]
pub(crate) struct SiteBorders(pub(crate) Arc<Site>);

impl Borders for SiteBorders {
    fn scope(&self, address: Address) -> Scope {
        self.0.scope(address)
    }

    fn is_outside(&self, address: Address) -> bool {
        let group = match address.ip() {
            Some(IpAddr::V4(ip)) => ip.is_multicast() || ip.is_unspecified() || ip.is_broadcast(),
            Some(IpAddr::V6(ip)) => ip.is_multicast() || ip.is_unspecified(),
            None => true,
        };
        match self.0.scope(address) {
            Scope::Crane => false,
            Scope::Internet => true,
            Scope::Site | Scope::Private => !group && !self.0.cranes().is_empty(),
        }
    }

    fn declared(&self, row: &Disclosure) -> Option<bool> {
        if self.0.recipients().is_empty() {
            return None;
        }
        let Some(recipient) = self.0.recipient_of(row.recipient, row.recipient_name.as_deref()) else {
            return Some(false);
        };
        let from = self.0.party(row.client);
        Some(!self.0.may_have(recipient, row.data_class, &from).is_denied())
    }
}
