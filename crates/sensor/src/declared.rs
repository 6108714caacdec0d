//! Marks answers with what the site says of them.

use quaywatch_egress::Borders;
use quaywatch_model::{Address, Asset, DataClass, Disclosure, RemoteAccess, Scope};
use quaywatch_site::{Host, LinkPattern, Party, Permit, Recipient, Site};
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

/// The borders of a site.
#[derive(Debug)]
pub(crate) struct SiteBorders(pub(crate) Arc<Site>);

impl Borders for SiteBorders {
    fn scope(&self, address: Address) -> Scope {
        self.0.scope(address)
    }

    fn declared(&self, told: &Disclosure) -> Option<bool> {
        let site = &self.0;
        if !site.is_described() {
            return None;
        }
        let recipient = site.recipient_of(told.recipient, told.recipient_name.as_deref());
        Some(recipient.is_some_and(|recipient| may_have(site, recipient, told.data_class, told.client)))
    }
}

/// Whether the recipient may have this; what a protocol needs to work goes along with anything it may have.
fn may_have(site: &Site, recipient: &Recipient, class: DataClass, client: Address) -> bool {
    let from = site.party(client);
    let allowed = |class| !matches!(site.may_have(recipient, class, &from), Permit::Denied(_));
    allowed(class) || (class == DataClass::Signalling && DataClass::ALL.into_iter().any(allowed))
}
