//! Marks answers with what the site says of them.

use crate::whose::{self, Whose};
use quaywatch_egress::Borders;
use quaywatch_model::{Address, Asset, DataClass, Disclosure, Link, RemoteAccess, Scope};
use quaywatch_site::{Host, LinkPattern, Party, Site};
use std::collections::BTreeSet;
use std::sync::Arc;

/// Says of each device on which crane and in which zone it is, whether the site declares it, and what it is there for by
/// the site's word, before what it is seen to do.
pub(crate) fn assets(site: &Site, assets: &mut [Asset]) {
    for asset in assets {
        let host = |address: &Address| Host { mac: asset.mac, ..Host::from(*address) };
        let parties: Vec<Party> = asset.addresses.iter().map(|address| site.party(host(address))).collect();
        let crane = parties.iter().find_map(|party| party.crane).and_then(|id| site.crane(id));
        let zone = parties.iter().find_map(|party| party.zone).and_then(|id| site.zone(id));
        asset.crane = crane.map(|crane| crane.name.clone());
        asset.zone = zone.map(|zone| zone.name.clone());
        let known = parties.iter().find_map(|party| party.asset).and_then(|id| site.asset(id));
        asset.declared = Some(known.is_some());
        if let Some(role) = known.and_then(|known| known.role) {
            asset.roles.retain(|seen| *seen != role);
            asset.roles.insert(0, role);
        }
    }
}

/// Says of each link how far away its ends are.
pub(crate) fn links(whose: &Whose<'_>, links: &mut [Link]) {
    for link in links {
        link.scopes = whose.scopes([link.client, link.server]);
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

/// What was said over a link that the site declares is declared with it, whichever way it went.
pub(crate) fn over_links(channels: &[RemoteAccess], disclosures: &mut [Disclosure]) {
    let ways = Ways::of(channels.iter().filter(|channel| channel.declared == Some(true)));
    disclosures.iter_mut().filter(|row| ways.took(row)).for_each(|row| row.declared = Some(true));
}

/// The ways that data can take over channels: from whom, to whom, to which port, by which protocol.
pub(crate) struct Ways(BTreeSet<(Address, Address, u16, &'static str)>);

impl Ways {
    pub(crate) fn of<'a>(channels: impl Iterator<Item = &'a RemoteAccess>) -> Self {
        let ways = |channel: &RemoteAccess| {
            let RemoteAccess { client, server, server_port, .. } = *channel;
            // The port of who opened the channel means nothing, and what goes back is told without one.
            let both = |protocol| [(client, server, server_port, protocol), (server, client, 0, protocol)];
            channel.protocols.iter().copied().flat_map(both).collect::<Vec<_>>()
        };
        Self(channels.flat_map(ways).collect())
    }

    pub(crate) fn took(&self, row: &Disclosure) -> bool {
        self.0.contains(&(row.client, row.recipient, row.recipient_port, row.protocol))
    }
}

/// The borders of a site: what leaves a crane leaves, even to elsewhere on the site. Without a site, what goes to public addresses.
#[derive(Debug)]
pub(crate) struct SiteBorders(pub(crate) Arc<Site>);

impl Borders for SiteBorders {
    fn scope(&self, address: Address) -> Scope {
        // Whoever sends there, it stays on the sender's segment.
        if self.0.is_broadcast(address) { Scope::Crane } else { self.0.scope(address) }
    }

    fn have_one_owner(&self, a: Address, b: Address) -> bool {
        whose::share_a_network(&self.0, a, b)
    }

    fn declared(&self, row: &Disclosure) -> Option<bool> {
        if self.0.recipients().is_empty() {
            return None;
        }
        let Some(recipient) = self.0.recipient_of(row.recipient, row.recipient_name.as_deref()) else {
            return Some(false);
        };
        let from = self.0.party(row.client);
        let allowed = |class| !self.0.may_have(recipient, class, &from).is_denied();
        // What a protocol needs to work goes along with anything the recipient may have.
        let along = row.data_class == DataClass::Signalling && DataClass::ALL.into_iter().any(allowed);
        Some(allowed(row.data_class) || along)
    }
}
