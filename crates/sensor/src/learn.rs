//! What a summary tells of a site, for a first draft of its `site.toml`.

mod zones;

use crate::Summary;
use crate::declared::Ways;
use quaywatch_model::{Address, Asset, Change, Disclosure, Role, Scope, Verb};
use quaywatch_site::draft::{Observed, SeenAsset, SeenCrane, SeenLink, SeenRecipient, SeenTags, SeenWriter};
use std::collections::BTreeMap;
use std::net::IpAddr;
use zones::Zones;

/// So many objects of one writer are named.
const MOST_OBJECTS: usize = 12;

/// What was seen of a site. `source` tells in which captures.
#[must_use]
pub fn observed(summary: &Summary, source: Vec<String>) -> Observed {
    let cranes = cranes(&summary.assets);
    let zones = Zones::of(&summary.assets, &cranes);
    Observed {
        source,
        cranes,
        assets: summary.assets.iter().map(SeenAsset::from).collect(),
        writers: writers(summary),
        recipients: recipients(summary),
        links: links(summary),
        conduits: zones.conduits(&summary.links),
        zones: zones.seen,
        tags: tags(&summary.changes),
    }
}

/// A network with a controller on it looks like a crane's.
fn cranes(assets: &[Asset]) -> Vec<SeenCrane> {
    let mut networks: BTreeMap<[u8; 3], Vec<Address>> = BTreeMap::new();
    for asset in assets.iter().filter(|asset| asset.roles.contains(&Role::Controller)) {
        for address in &asset.addresses {
            if let Some(IpAddr::V4(ip)) = address.ip() {
                let [a, b, c, _] = ip.octets();
                networks.entry([a, b, c]).or_default().push(*address);
            }
        }
    }
    let crane = |(number, ([a, b, c], controllers)): (usize, ([u8; 3], Vec<Address>))| SeenCrane {
        name: format!("crane{}", number + 1),
        networks: vec![(Address::v4([a, b, c, 0]), 24)],
        vlans: Vec::new(),
        evidence: format!("{} controllers are on this network", controllers.len()),
    };
    networks.into_iter().enumerate().map(crane).collect()
}

/// Who changed what, and was let. Who sends to a server in the Internet changes nothing of the site's: that is a recipient.
fn writers(summary: &Summary) -> Vec<SeenWriter> {
    let is_own =
        |server| Scope::without_a_site(server) != Scope::Internet || summary.assumed_own.contains(&server);
    let mut writers: BTreeMap<(Address, Address), SeenWriter> = BTreeMap::new();
    for entry in summary.entries.iter().filter(|entry| entry.verb.changes() && is_own(entry.server)) {
        let [accepted, ..] = entry.outcomes;
        if accepted == 0 {
            continue;
        }
        let (client, server) = (entry.client, entry.server);
        let new = || SeenWriter { client, server, verbs: vec![], tags: vec![], objects: vec![], count: 0 };
        let writer = writers.entry((client, server)).or_insert_with(new);
        writer.count += accepted;
        if !writer.verbs.contains(&entry.verb) {
            writer.verbs.push(entry.verb);
        }
    }
    for change in &summary.changes {
        let Some(writer) = writers.get_mut(&(change.client, change.server)) else { continue };
        for item in &change.items {
            let object = item.split(" = ").next().unwrap_or_default();
            if writer.objects.len() < MOST_OBJECTS && !writer.objects.iter().any(|known| known == object) {
                writer.objects.push(object.to_owned());
            }
        }
    }
    writers.into_values().collect()
}

/// Who got data, by name where one is known. What is said over a channel is declared with its link.
fn recipients(summary: &Summary) -> Vec<SeenRecipient> {
    let channels = Ways::of(summary.remote_access.iter());
    let mut recipients: BTreeMap<String, SeenRecipient> = BTreeMap::new();
    // Who was tried in a sweep and did not answer is nobody's recipient.
    let got = |row: &&Disclosure| row.recipient_scope != Scope::Crane && row.tried.is_none();
    let rows = summary.disclosures.iter().filter(got);
    for row in rows.filter(|row| !channels.took(row)) {
        let name = row.recipient_name.clone().unwrap_or_else(|| row.recipient.to_string());
        let recipient = recipients
            .entry(name.clone())
            .or_insert_with(|| SeenRecipient { name, ..SeenRecipient::default() });
        recipient.bytes += row.bytes;
        if !recipient.addresses.contains(&row.recipient) {
            recipient.addresses.push(row.recipient);
        }
        if let Some(domain) = row.recipient_name.as_ref().filter(|domain| !recipient.domains.contains(domain))
        {
            recipient.domains.push(domain.clone());
        }
        if !recipient.data.contains(&row.data_class) {
            recipient.data.push(row.data_class);
        }
    }
    recipients.into_values().collect()
}

/// Who came in or went out with what.
fn links(summary: &Summary) -> Vec<SeenLink> {
    let channels = summary.remote_access.iter().filter(|channel| channel.kind != "hidden_path");
    channels
        .map(|channel| SeenLink {
            kind: channel.kind.to_owned(),
            client: channel.client,
            server: channel.server,
            count: channel.conversations,
            seconds: (channel.end.since(channel.start.time).max(0) / 1_000_000_000) as u64,
        })
        .collect()
}

/// What was written into which controller, and how often.
fn tags(changes: &[Change]) -> Vec<SeenTags> {
    let mut written: BTreeMap<(Address, &str), BTreeMap<&str, u64>> = BTreeMap::new();
    for change in changes.iter().filter(|change| matches!(change.verb, Verb::Write | Verb::Force)) {
        for item in &change.items {
            let object = item.split(" = ").next().unwrap_or_default();
            let objects = written.entry((change.server, change.protocol)).or_default();
            *objects.entry(object).or_default() += 1 + change.repeated;
        }
    }
    let seen = |((server, protocol), objects): ((Address, &str), BTreeMap<&str, u64>)| SeenTags {
        server,
        protocol: protocol.to_owned(),
        objects: objects.into_iter().map(|(object, often)| (object.to_owned(), often)).collect(),
    };
    written.into_iter().map(seen).collect()
}
