use crate::rule::counted;
use crate::{Found, Picture, Rule};
use quaywatch_model::{Address, Asset, Attribute, FindingKind, Mac, Moment, Role, Severity};
use std::collections::{BTreeMap, BTreeSet};

/// How the decoders call it.
const ROUTER_ADVERTISEMENT: &str = "router advertisement";
/// So many addresses are named.
const MOST_NAMED: usize = 6;

pub(super) static SPOOFING: Rule = Rule {
    name: "arp.two_claims",
    title: "Two machines claim one address",
    kind: FindingKind::Activity,
    severity: "High.",
    meaning: "One IP address was said to be at two MAC addresses in turns. Either two machines were given the same address, or \
              one pretends to be the other to read or change what is said between them.",
    limits: "Silent where one claim ends before the other begins, as when a device is replaced, and for the addresses that \
             pairs of routers share by VRRP or HSRP. Servers that share the load of two network cards may show it. A tap behind a router sees the router's MAC only in frames, which do not count here.",
    advice: "Find both MAC addresses in the switches; whoever is not the owner goes off the network.",
    techniques: &["T0830"],
    controls: &["33 CFR 101.650(h)(2)", "IEC 62443-3-3 SR 3.1"],
    shown_by: "cases/finding-arp-two-claims",
    silent_in: "cases/quiet-device-replaced",
    look: |picture, found| {
        // Who comes later, by the MAC addresses they claim with: one finding for all that one machine claims.
        let mut causes: BTreeMap<Vec<Mac>, Vec<Claim>> = BTreeMap::new();
        let addresses: BTreeSet<Address> = picture.bindings.iter().map(|(ip, ..)| ip).collect();
        for ip in addresses {
            let mut claims = picture.bindings.of(ip);
            claims.retain(|(mac, _)| !mac.is_shared_by_routers() && !is_redundant(picture, *mac));
            let [(owner, first), rest @ ..] = claims.as_slice() else { continue };
            let others: Vec<_> = rest.iter().filter(|(_, other)| other.first.time < first.last).collect();
            let Some((_, second)) = others.first() else { continue };
            let count = others.iter().map(|(_, other)| other.count).sum();
            let macs: BTreeSet<Mac> = others.iter().map(|(mac, _)| *mac).collect();
            let claim = Claim { ip, owner: *owner, firsts: [first.first, second.first], count };
            causes.entry(macs.into_iter().collect()).or_default().push(claim);
        }
        found.extend(causes.into_iter().filter_map(|(others, claims)| two_claims(picture, &others, &claims)));
    },
};

/// An IP address that others claim, too.
struct Claim {
    ip: Address,
    /// Who claimed it first.
    owner: Mac,
    /// The first time the owner did, and the first time another did.
    firsts: [Moment; 2],
    /// How often others did.
    count: u64,
}

fn two_claims(picture: &Picture<'_>, others: &[Mac], claims: &[Claim]) -> Option<Found> {
    let (Claim { ip, owner, .. }, other) = (claims.first()?, others.first()?);
    let names: Vec<String> = claims.iter().map(|claim| picture.named(claim.ip)).take(MOST_NAMED).collect();
    let (of_others, of_addresses) = (and_more(others.len()), and_more(claims.len()));
    let frames = claims.iter().flat_map(|claim| claim.firsts.map(|first| first.frame)).collect();
    let subjects = others.iter().copied().chain([*owner]).map(Address::mac).take(MOST_NAMED);
    let count = claims.iter().map(|claim| claim.count).sum();
    Some(Found {
        time: claims.iter().map(|claim| claim.firsts[1].time).min()?,
        severity: Severity::High,
        title: format!(
            "{}{of_addresses} is claimed by {owner} and by {other}{of_others}",
            picture.named(*ip)
        ),
        explanation: format!("{}, of {}.", counted(count, "time"), names.join(", ")),
        subjects: subjects.chain(claims.iter().map(|claim| claim.ip)).collect(),
        frames,
        count,
    })
}

/// ` and 3 more` behind the first of several.
fn and_more(count: usize) -> String {
    if count > 1 { format!(" and {} more", count - 1) } else { String::new() }
}

/// Whether it is the own address of a router that stands in for another: it takes a shared address over.
fn is_redundant(picture: &Picture<'_>, mac: Mac) -> bool {
    picture.asset(Address::mac(mac)).is_some_and(Asset::is_redundant_router)
}

pub(super) static SECOND_SERVER: Rule = Rule {
    name: "addresses.second_server",
    title: "Two machines give addresses or announce routes",
    kind: FindingKind::Activity,
    severity: "High.",
    meaning: "More than one machine offered addresses by DHCP, or announced itself as an IPv6 router. Whoever answers first \
              decides by which way the others reach the rest of the world.",
    limits: "Silent for routers that stand in for each other by VRRP or HSRP. Pairs of address servers do this lawfully; so do \
             several networks in one capture.",
    advice: "Find the server that is not in the plan and take it off the network.",
    techniques: &["T0830", "T0884"],
    controls: &["33 CFR 101.650(b)(1)", "IEC 62443-3-3 SR 5.2"],
    shown_by: "cases/finding-addresses-second-server",
    silent_in: "cases/quiet-redundant-routers",
    look: |picture, found| {
        for (attribute, value, protocols, does) in [
            (Attribute::Role, Role::AddressServer.as_str(), ["dhcp", "dhcpv6"], "offer addresses"),
            (
                Attribute::Capability,
                ROUTER_ADVERTISEMENT,
                ["icmp", "icmp6"],
                "announce themselves as routers",
            ),
        ] {
            let mut servers: Vec<(Address, u64)> = Vec::new();
            let mut redundant = 0;
            for asset in picture.assets {
                let says = asset.evidence.iter().find(|evidence| {
                    evidence.attribute == attribute
                        && evidence.value == value
                        && protocols.contains(&evidence.protocol)
                });
                let Some((says, address)) = says.zip(asset.addresses.first()) else { continue };
                servers.push((*address, says.frame));
                redundant += usize::from(asset.is_redundant_router());
            }
            // Those that stand in for each other are one.
            if servers.len() - redundant.saturating_sub(1) < 2 {
                continue;
            }
            let names: Vec<String> = servers.iter().map(|(server, _)| picture.named(*server)).collect();
            found.push(Found {
                time: picture.span.0,
                severity: Severity::High,
                title: format!("{} machines {does}", servers.len()),
                explanation: format!("{}.", names.join(", ")),
                subjects: servers.iter().map(|(server, _)| *server).collect(),
                frames: servers.iter().map(|(_, frame)| *frame).collect(),
                count: servers.len() as u64,
            });
        }
    },
};
