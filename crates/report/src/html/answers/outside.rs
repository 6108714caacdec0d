//! Who can reach in, and what goes out.

use super::{Answer, many, verb, verb_of};
use crate::number::Bytes;
use quaywatch_model::{Address, Disclosure, Scope};
use quaywatch_sensor::Summary;
use std::collections::{BTreeMap, BTreeSet};

/// So many recipients are named.
const MOST_RECIPIENTS: usize = 4;

/// What was exchanged with public addresses.
#[derive(Default)]
pub(super) struct Outside {
    /// The public addresses that were spoken with, and the bytes that were sent to each.
    sent: BTreeMap<Address, u64>,
    /// Public addresses that asked machines here.
    asked_in: BTreeSet<Address>,
    /// Machines here that asked public addresses.
    asked_out: BTreeSet<Address>,
}

impl Outside {
    pub(super) fn of(summary: &Summary) -> Self {
        let mut outside = Self::default();
        for link in &summary.links {
            let [out, back] = link.bytes;
            match (is_public(link.client), is_public(link.server)) {
                (true, false) => {
                    *outside.sent.entry(link.client).or_default() += back;
                    outside.asked_in.insert(link.client);
                }
                (false, true) => {
                    *outside.sent.entry(link.server).or_default() += out;
                    outside.asked_out.insert(link.client);
                }
                _ => {}
            }
        }
        outside
    }
}

fn is_public(address: Address) -> bool {
    Scope::without_a_site(address) == Scope::Internet
}

/// Who can reach it from outside?
pub(super) fn reach(summary: &Summary, outside: &Outside) -> Answer {
    let channels = &summary.remote_access;
    let mut kinds: BTreeMap<(&str, &str), u64> = BTreeMap::new();
    for channel in channels {
        *kinds.entry((channel.direction.as_str(), channel.kind)).or_default() += 1;
    }
    let headline = match channels.len() as u64 {
        0 => "No remote-service channel was recognised.".to_owned(),
        count => format!("{} seen.", verb_of(count, "remote-service channel", "was", "were")),
    };
    let mut points: Vec<String> = kinds
        .into_iter()
        .map(|((direction, kind), count)| format!("{kind}, {direction}: {count}."))
        .collect();
    let undeclared = channels.iter().filter(|channel| channel.declared == Some(false)).count() as u64;
    if undeclared > 0 {
        points.push(format!("{} not declared by the site.", verb(undeclared, "is", "are")));
    }
    points.push(match outside.asked_in.len() as u64 {
        0 => "No public address asked a machine here for anything.".to_owned(),
        count => format!("{} asked machines here.", many(count, "public address")),
    });
    if !outside.asked_out.is_empty() {
        let machines = many(outside.asked_out.len() as u64, "machine");
        points.push(format!("{machines} here asked public addresses: a way out may be a way in."));
    }
    if channels.is_empty() {
        points.push(
            "A channel that was not open during the capture, or that does not pass the capture point, does not show."
                .to_owned(),
        );
    }
    Answer { id: "reach", question: "Who can reach it from outside?", headline, points }
}

/// What does it send, to whom?
pub(super) fn sent(outside: &Outside, disclosures: &[Disclosure]) -> Answer {
    let total: u64 = outside.sent.values().sum();
    let mut points = Vec::new();
    let headline = match outside.sent.len() as u64 {
        0 => "Nothing was seen to leave for a public address.".to_owned(),
        count => format!("{} went to {}.", Bytes(total), many(count, "public address")),
    };
    let mut recipients: Vec<_> = outside.sent.iter().collect();
    recipients.sort_by_key(|(address, bytes)| (std::cmp::Reverse(**bytes), **address));
    for (address, bytes) in recipients.iter().take(MOST_RECIPIENTS) {
        points.push(format!("{} to {address}.", Bytes(**bytes)));
    }
    if recipients.len() > MOST_RECIPIENTS {
        points.push(format!("The rest to {} more.", recipients.len() - MOST_RECIPIENTS));
    }
    points.extend(classes(disclosures));
    Answer { id: "sent", question: "What does it send, to whom?", headline, points }
}

/// How much of each class of data left.
fn classes(disclosures: &[Disclosure]) -> Option<String> {
    let mut classes: BTreeMap<&str, u64> = BTreeMap::new();
    for told in disclosures {
        *classes.entry(told.data_class.as_str()).or_default() += told.bytes;
    }
    let mut classes: Vec<_> = classes.into_iter().collect();
    classes.sort_by_key(|(class, bytes)| (std::cmp::Reverse(*bytes), *class));
    let told: Vec<String> = classes
        .into_iter()
        .map(|(class, bytes)| format!("{} {}", class.replace('_', " "), Bytes(bytes)))
        .collect();
    (!told.is_empty())
        .then(|| format!("To all elsewhere, public address or not, by what it was: {}.", told.join(", ")))
}
