//! What must not overlap, because nobody could tell what is meant: cranes, zones of one crane, and assets.

use super::section::Reading;
use crate::error::Kind;
use crate::networks::Block;
use crate::site::Site;
use crate::{CraneId, Position};
use hashbrown::HashMap;

/// A block with whose it is.
struct Claim<'s> {
    block: Block,
    name: &'s str,
    vlans: &'s [u16],
    crane: Option<CraneId>,
    at: Position,
}

pub(super) fn overlaps(reading: &mut Reading<'_>, site: &Site) {
    cranes(reading, site);
    zones(reading, site);
    assets(reading, site);
}

fn vlans(site: &Site, crane: Option<CraneId>) -> &[u16] {
    crane.and_then(|id| site.crane(id)).map(|crane| crane.vlans.as_slice()).unwrap_or_default()
}

/// Whether VLANs tell the two apart.
fn told_apart(a: &[u16], b: &[u16]) -> bool {
    !a.is_empty() && !b.is_empty() && a.iter().all(|vlan| !b.contains(vlan))
}

/// Reports the claims that overlap and that `clash` says are not to. Claims are sorted by where they begin, so
/// that only neighbours are compared; at most so many of them.
fn report(
    reading: &mut Reading<'_>,
    mut claims: Vec<Claim<'_>>,
    what: &str,
    valid: &str,
    clash: impl Fn(&Claim<'_>, &Claim<'_>) -> bool,
) {
    /// How many that began before and are still open are compared with: bounds the time. More are open only where
    /// thousands of cranes have the same addresses.
    const MOST_OPEN: usize = 4_096;
    claims.sort_by_key(|claim| (claim.block.first, claim.at));
    let mut open: Vec<&Claim<'_>> = Vec::new();
    for claim in &claims {
        open.retain(|other| other.block.last >= claim.block.first);
        open.truncate(MOST_OPEN);
        // One is enough to be told.
        if let Some(&other) = open.iter().find(|other| clash(claim, other)) {
            let (later, first) = if claim.at > other.at { (claim, other) } else { (other, claim) };
            let found =
                format!("{} of {} overlaps {} of {}", later.block, later.name, first.block, first.name);
            reading.tell_both(later.at, Some(first.at), Kind::Overlap, what, &found, valid, None);
        }
        open.push(claim);
    }
}

fn cranes(reading: &mut Reading<'_>, site: &Site) {
    let claims = site.cranes.iter().enumerate().flat_map(|(id, crane)| {
        crane.networks.iter().map(move |network| Claim {
            block: network.block,
            name: &crane.name,
            vlans: &crane.vlans,
            crane: Some(CraneId::from(id)),
            at: network.at,
        })
    });
    let valid = "networks of its own for each crane, or the same ones with vlans of its own for each";
    report(reading, claims.collect(), "networks", valid, |a, b| {
        a.crane != b.crane && !told_apart(a.vlans, b.vlans)
    });
}

fn zones(reading: &mut Reading<'_>, site: &Site) {
    let claims = site.zones.iter().flat_map(|zone| {
        zone.networks.iter().map(|block| Claim {
            block: *block,
            name: &zone.name,
            vlans: vlans(site, zone.crane),
            crane: zone.crane,
            at: zone.at,
        })
    });
    let valid = "networks of its own for each zone; one may lie within another, and the narrower counts";
    report(reading, claims.collect(), "networks", valid, |a, b| {
        let nested = a.block != b.block && (a.block.encloses(&b.block) || b.block.encloses(&a.block));
        a.name != b.name && !nested && a.block.overlaps(&b.block) && !told_apart(a.vlans, b.vlans)
    });
}

fn assets(reading: &mut Reading<'_>, site: &Site) {
    let claims = site.assets.iter().flat_map(|asset| {
        asset.addresses.iter().map(|block| Claim {
            block: *block,
            name: &asset.name,
            vlans: vlans(site, asset.crane),
            crane: asset.crane,
            at: asset.at,
        })
    });
    let valid = "addresses of its own for each asset; one may lie within the range of another, and the narrower counts";
    report(reading, claims.collect(), "addresses", valid, |a, b| {
        let nested = a.block != b.block && (a.block.encloses(&b.block) || b.block.encloses(&a.block));
        a.name != b.name && !nested && a.block.overlaps(&b.block) && !told_apart(a.vlans, b.vlans)
    });
    let mut seen = HashMap::<_, _, foldhash::fast::FixedState>::default();
    for asset in &site.assets {
        for &mac in &asset.macs {
            if let Some((name, at)) =
                seen.insert(mac, (&asset.name, asset.at)).filter(|(name, _)| **name != asset.name)
            {
                let found = format!("{mac} of {} is also that of {name}", asset.name);
                let valid = "a hardware address of its own for each asset";
                reading.tell_both(asset.at, Some(at), Kind::Overlap, "macs", &found, valid, None);
            }
        }
    }
}
