//! Who is there: the controllers with those who operated them, then the other devices.

use super::row::{Row, packed, wrapped};
use super::section::{Block, Section};
use super::{ALARM, CHANGES, DIM, PLAIN, TITLE};
use crate::Escaped;
use crate::number::{Count, Many};
use quaywatch_model::{Address, Asset, Entry, Verb, is_of_controllers};
use quaywatch_sensor::Summary;
use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};

/// So many lines are of one controller unless all are asked for: those who changed something come first.
const MOST_ROWS: usize = 12;

/// Who was operated, by whom, how often: the controllers, and apart from them who else is asked for something. A machine that
/// is spoken to in any protocol of controllers is one, with all that it is asked for.
pub(super) fn controllers(summary: &Summary, all: bool) -> (Section, Option<Section>) {
    let title = "CONTROLLERS AND WHO TALKS TO THEM";
    let devices = by_address(summary);
    let mut servers: BTreeMap<Address, Vec<&Entry>> = BTreeMap::new();
    for entry in &summary.entries {
        servers.entry(called(entry.server, &devices)).or_default().push(entry);
    }
    let (everybody, servers): (Vec<_>, Vec<_>) =
        servers.into_iter().partition(|(address, entries)| is_everybody(*address, entries));
    let (mut controllers, mut others): (Vec<_>, Vec<_>) = servers
        .into_iter()
        .partition(|(_, entries)| entries.iter().any(|entry| is_of_controllers(entry.protocol)));
    for servers in [&mut controllers, &mut others] {
        servers.sort_by_key(|(address, entries)| (Reverse(weight(entries)), *address));
    }
    let one = |(address, entries): &(Address, Vec<&Entry>)| controller(*address, entries, &devices, all);
    let others = (!others.is_empty()).then(|| {
        let title = format!("OTHER SERVERS AND WHO ASKS THEM ({})", Count(others.len() as u64));
        Section::of(title, others.iter().map(one).collect(), "more server", 8)
    });
    if controllers.is_empty() && everybody.is_empty() {
        let none = "none seen: no operation in a protocol of controllers that is decoded";
        return (Section::saying(title, none), others);
    }
    let title = format!("{title} ({})", Count(controllers.len() as u64));
    let mut section = Section::of(title, controllers.iter().map(one).collect(), "more controller", 20);
    let asked = everybody.iter().flat_map(|(address, entries)| asked_of_everybody(*address, entries));
    // Nobody in particular: no controller to be counted.
    section.blocks.extend(asked.map(|rows| Block { rows, rank: usize::MAX, count: 0 }));
    (section, others)
}

/// The address that stands for a machine: its first of IP, where it is known to have one.
fn called(address: Address, devices: &Devices<'_>) -> Address {
    let of_ip = |asset: &&Asset| asset.addresses.iter().copied().find(|address| address.ip().is_some());
    let is_plain_ip = address.ip().is_some();
    if is_plain_ip { address } else { devices.get(&address).and_then(of_ip).unwrap_or(address) }
}

/// The most changed first, then the busiest.
fn weight(entries: &[&Entry]) -> (u64, u64) {
    let changes = entries.iter().filter(|entry| entry.verb.changes()).map(|entry| entry.count()).sum();
    (changes, entries.iter().map(|entry| entry.count()).sum())
}

type Devices<'a> = BTreeMap<Address, &'a Asset>;

fn by_address(summary: &Summary) -> Devices<'_> {
    let all = summary.assets.iter().flat_map(|asset| asset.addresses.iter().map(move |at| (*at, asset)));
    all.collect()
}

/// What it is and by which protocols it was asked; then who asked it.
fn controller(address: Address, entries: &[&Entry], devices: &Devices<'_>, all: bool) -> Vec<Row> {
    let mut head = Row::of(PLAIN, "  ").then(TITLE, address.to_string());
    head.push(DIM, format!("  {}", protocols(entries)));
    if let Some(asset) = devices.get(&address) {
        head.append(described(asset, address));
    }
    let mut clients: BTreeMap<Address, Vec<&Entry>> = BTreeMap::new();
    entries.iter().for_each(|entry| clients.entry(entry.client).or_default().push(entry));
    let mut clients: Vec<_> = clients.into_iter().collect();
    clients.sort_by_key(|(client, entries)| (Reverse(weight(entries).0 > 0), *client));
    let most = if all { usize::MAX } else { MOST_ROWS };
    let mut rows = vec![head];
    let mut more = 0;
    for (client, entries) in &clients {
        let did = actor(*client, entries, devices);
        if rows.len() + did.len() < most {
            rows.extend(did);
        } else {
            more += 1;
        }
    }
    if more > 0 {
        rows.push(Row::of(DIM, format!("    and {}", Many(more, "more client"))));
    }
    rows
}

/// What one client did to a controller: what changes something first.
fn actor(client: Address, entries: &[&Entry], devices: &Devices<'_>) -> Vec<Row> {
    let mut verbs: BTreeMap<(Reverse<bool>, Verb), [u64; 4]> = BTreeMap::new();
    for entry in entries {
        let outcomes = verbs.entry((Reverse(entry.verb.changes()), entry.verb)).or_default();
        outcomes.iter_mut().zip(entry.outcomes).for_each(|(sum, more)| *sum += more);
    }
    let mut head = Row::of(PLAIN, format!("    from {client}"));
    if let Some(role) = devices.get(&client).and_then(|asset| asset.roles.first()) {
        head.push(DIM, format!(" ({})", role.as_str()));
    }
    let words = verbs.iter().map(|((_, verb), outcomes)| {
        let style = if verb.changes() { CHANGES } else { PLAIN };
        let mut row = Row::of(style, format!("{} {}", word(*verb), Count(outcomes.iter().sum())));
        let [_, refused, unanswered, unseen] = *outcomes;
        let kinds = [(refused, "refused"), (unanswered, "unanswered"), (unseen, "answer not seen")];
        let told = kinds.iter().filter(|(count, _)| *count > 0);
        let told: Vec<String> = told.map(|(count, what)| format!("{} {what}", Count(*count))).collect();
        if !told.is_empty() {
            row.push(DIM, format!(" ({})", told.join(", ")));
        }
        row
    });
    wrapped(head, 8, words)
}

/// Whether an address stands for many. The broadcast address of a subnet cannot be known without its mask; one
/// that ends in 255 and never answered is taken for it.
fn is_everybody(address: Address, entries: &[&Entry]) -> bool {
    let ends_in_255 = address.ipv4().is_some_and(|ip| matches!(ip.octets(), [.., 255]));
    let answered = |entry: &&Entry| {
        let [accepted, refused, ..] = entry.outcomes;
        accepted + refused > 0
    };
    address.is_group() || (ends_in_255 && !entries.iter().any(answered))
}

/// What was asked of no controller by name. Answers, if any, stand with who gave them.
fn asked_of_everybody(address: Address, entries: &[&Entry]) -> Vec<Vec<Row>> {
    let clients: BTreeSet<Address> = entries.iter().map(|entry| entry.client).collect();
    let one = |client: Address| {
        let mine: Vec<&Entry> = entries.iter().copied().filter(|entry| entry.client == client).collect();
        let mut verbs: BTreeMap<Verb, u64> = BTreeMap::new();
        mine.iter().for_each(|entry| *verbs.entry(entry.verb).or_default() += entry.count());
        let head = format!("  asked of everybody ({address}, {}) by {client}", protocols(&mine));
        let words = verbs.iter().map(|(verb, count)| format!("{} {}", word(*verb), Count(*count)));
        wrapped(Row::of(PLAIN, head), 8, words.map(|word| Row::of(PLAIN, word)))
    };
    clients.into_iter().map(one).collect()
}

fn protocols(entries: &[&Entry]) -> String {
    let names: BTreeSet<&str> = entries.iter().map(|entry| entry.protocol).collect();
    names.into_iter().collect::<Vec<_>>().join(", ")
}

/// The word of the records, but where it says nothing to who does not know them.
const fn word(verb: Verb) -> &'static str {
    match verb {
        Verb::Opaque => "not understood",
        _ => verb.as_str(),
    }
}

/// What is on the network besides. What is known best comes first, because it is asked for most.
pub(super) fn other_devices(summary: &Summary) -> Option<Section> {
    let operated: BTreeSet<Address> = summary.entries.iter().map(|entry| entry.server).collect();
    let is_told = |asset: &Asset| asset.addresses.iter().any(|address| operated.contains(address));
    let mut assets: Vec<&Asset> = summary.assets.iter().filter(|asset| !is_told(asset)).collect();
    if assets.is_empty() {
        return None;
    }
    let known = |asset: &Asset| {
        let texts = [&asset.product, &asset.order_number, &asset.serial, &asset.firmware];
        texts.iter().filter(|text| text.is_some()).count() + 2 * asset.roles.len() + asset.names.len().min(1)
    };
    assets.sort_by_key(|asset| (asset.declared, Reverse(known(asset))));
    let title = format!("OTHER DEVICES ({})", Count(assets.len() as u64));
    let total = assets.len() as u64;
    let words = assets.into_iter().filter_map(|asset| {
        let first = *asset.addresses.first()?;
        let mut row = Row::of(TITLE, first.to_string());
        row.append(described(asset, first));
        Some(row)
    });
    let rows = packed(Row::default(), 2, words).into_iter().enumerate();
    let blocks = rows.map(|(rank, (row, count))| Block { rows: vec![row], rank, count });
    Some(Section { title, blocks: blocks.collect(), total, more: "more device", least: 5 })
}

/// What is known of a device beside this address.
fn described(asset: &Asset, shown: Address) -> Row {
    let mut row = Row::default();
    if asset.declared == Some(false) {
        row.push(ALARM, " not declared");
    }
    let roles: Vec<&str> = asset.roles.iter().map(|role| role.as_str()).collect();
    if !roles.is_empty() {
        row.push(PLAIN, format!(" {}", roles.join(", ")));
    }
    if let Some(name) = asset.names.first() {
        row.push(PLAIN, format!(" \"{}\"", Escaped(name)));
    }
    let product = [&asset.maker, &asset.product, &asset.order_number, &asset.firmware];
    let mut product: Vec<&str> = product.into_iter().flatten().map(String::as_str).collect();
    product.dedup();
    if !product.is_empty() {
        row.push(PLAIN, format!(" {}", Escaped(&product.join(" "))));
    }
    if let Some(serial) = &asset.serial {
        row.push(PLAIN, format!(" serial {}", Escaped(serial)));
    }
    let others = asset.addresses.iter().filter(|address| **address != shown);
    let others: Vec<String> = others.take(3).map(ToString::to_string).collect();
    if !others.is_empty() {
        let dots = if asset.addresses.len() > 4 { ", ..." } else { "" };
        row.push(DIM, format!(" also {}{dots}", others.join(", ")));
    }
    row
}
