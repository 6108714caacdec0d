use crate::{Found, Rule};
use quaywatch_model::{Address, Attribute, FindingKind, Mac, Role, Severity};
use std::collections::BTreeMap;

pub(super) static SPOOFING: Rule = Rule {
    name: "arp.two_claims",
    title: "Two machines claim one address",
    kind: FindingKind::Activity,
    severity: "High.",
    meaning: "One IP address was said to be at two MAC addresses in turns. Either two machines were given the same address, or \
              one pretends to be the other to read or change what is said between them.",
    limits: "Silent where one claim ends before the other begins, as when a device is replaced, and for the addresses that \
             pairs of routers share. A tap behind a router sees the router's MAC only in frames, which do not count here.",
    advice: "Find both MAC addresses in the switches; whoever is not the owner goes off the network.",
    techniques: &["T0830"],
    controls: &["33 CFR 101.650(h)(2)", "IEC 62443-3-3 SR 3.1"],
    shown_by: None,
    silent_in: Some("samples/quay.pcap"),
    look: |picture, found| {
        let mut claims: BTreeMap<Address, Vec<Mac>> = BTreeMap::new();
        for (ip, mac, _) in picture.bindings.iter().filter(|(_, mac, _)| !is_shared(*mac)) {
            claims.entry(ip).or_default().push(mac);
        }
        for ip in claims.into_iter().filter(|(_, macs)| macs.len() > 1).map(|(ip, _)| ip) {
            let claims: Vec<_> =
                picture.bindings.of(ip).into_iter().filter(|(mac, _)| !is_shared(*mac)).collect();
            let [(first_mac, first), rest @ ..] = claims.as_slice() else { continue };
            for (mac, other) in rest.iter().filter(|(_, other)| other.first.time < first.last) {
                found.push(Found {
                    time: other.first.time,
                    severity: Severity::High,
                    title: format!("{} is claimed by {first_mac} and by {mac}", picture.named(ip)),
                    explanation: format!(
                        "{first_mac} said so {} times from frame {} on, {mac} {} times from frame {} on.",
                        first.count, first.first.frame, other.count, other.first.frame
                    ),
                    subjects: vec![Address::mac(*mac), Address::mac(*first_mac), ip],
                    frames: vec![first.first.frame, other.first.frame],
                    count: other.count,
                });
            }
        }
    },
};

pub(super) static SECOND_SERVER: Rule = Rule {
    name: "addresses.second_server",
    title: "Two machines give addresses or announce routes",
    kind: FindingKind::Activity,
    severity: "High.",
    meaning: "More than one machine offered addresses by DHCP, or announced itself as an IPv6 router. Whoever answers first \
              decides by which way the others reach the rest of the world.",
    limits: "Pairs of redundant servers do this lawfully; so do several networks in one capture.",
    advice: "Find the server that is not in the plan and take it off the network.",
    techniques: &["T0830", "T0884"],
    controls: &["33 CFR 101.650(b)(1)", "IEC 62443-3-3 SR 5.2"],
    shown_by: None,
    silent_in: Some("samples/quay.pcap"),
    look: |picture, found| {
        for (role, protocols, does) in [
            (Role::AddressServer, &["dhcp", "dhcpv6"][..], "offer addresses"),
            (Role::Router, &["icmp", "icmpv6", "icmp6"][..], "announce themselves as routers"),
        ] {
            let mut servers: Vec<(Address, u64)> = Vec::new();
            for asset in picture.assets {
                let says = asset.evidence.iter().find(|evidence| {
                    evidence.attribute == Attribute::Role
                        && evidence.value == role.as_str()
                        && protocols.contains(&evidence.protocol)
                });
                servers.extend(says.and_then(|says| Some((*asset.addresses.first()?, says.frame))));
            }
            if servers.len() < 2 {
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

/// MAC addresses that pairs of routers share: VRRP (RFC 5798), HSRP, GLBP.
const fn is_shared(Mac(bytes): Mac) -> bool {
    matches!(
        bytes,
        [0x00, 0x00, 0x5e, 0x00, 1 | 2, _] | [0x00, 0x00, 0x0c, 0x07, 0xac, _] | [0x00, 0x07, 0xb4, ..]
    )
}
