//! Zones, what passes between them, and names for addresses: all of it for people to decide, nothing of it switched on.

use super::{Draft, key, list, text};
use crate::tags::object::Object;
use crate::words::ZoneKind;
use quaywatch_model::Address;
use std::collections::BTreeSet;

/// Devices of one network that are there for the same thing.
#[derive(Debug, Clone)]
pub struct SeenZone {
    /// What to call it.
    pub name: String,
    /// What it is for.
    pub kind: ZoneKind,
    /// Who is in it.
    pub addresses: Vec<Address>,
}

/// What passes from one zone to another.
#[derive(Debug, Clone)]
pub struct SeenConduit {
    /// The place of the zone that asks in [`Observed::zones`](super::Observed::zones).
    pub from: usize,
    /// The place of the zone that is asked.
    pub to: usize,
    /// In which protocols, as in `conversations`.
    pub protocols: Vec<String>,
    /// In how many conversations.
    pub conversations: u64,
    /// How many of them were not recognised.
    pub unrecognised: u64,
}

/// What was written into a controller.
#[derive(Debug, Clone)]
pub struct SeenTags {
    /// The controller.
    pub server: Address,
    /// By which protocol, as in `operations`.
    pub protocol: String,
    /// Objects as operations have them, and how often each was written.
    pub objects: Vec<(String, u64)>,
}

/// So many addresses begin a tag map.
const MOST_TAGS: usize = 12;

impl Draft {
    /// Zones, each address in one, and the conduits between those that were drafted.
    pub(super) fn zones(&mut self, zones: &[SeenZone], conduits: &[SeenConduit]) {
        self.heading(
            "Zones: who has the same need for protection, and what may pass between them",
            !zones.is_empty(),
        );
        if zones.is_empty() {
            return;
        }
        self.say("By network and by what the devices do. As soon as there is a [[conduit]], what passes between two zones");
        self.say("without one is a finding: switch on all zones that are right, then the conduits that should stand.");
        let mut taken = BTreeSet::new();
        let names: Vec<Option<String>> = zones.iter().map(|zone| self.zone(zone, &mut taken)).collect();
        for conduit in conduits {
            let name = |at: usize| names.get(at).cloned().flatten();
            if let (Some(from), Some(to)) = (name(conduit.from), name(conduit.to)) {
                self.conduit(conduit, &from, &to);
            }
        }
    }

    fn zone(&mut self, seen: &SeenZone, taken: &mut BTreeSet<Address>) -> Option<String> {
        let own = seen.addresses.iter().filter(|at| at.ip().is_some() && taken.insert(**at));
        let own: Vec<&Address> = own.collect();
        if own.is_empty() {
            return None;
        }
        let name = self.name("zone", &seen.name, "zone");
        self.blank();
        self.say("DECIDE: do they belong together, and who else does? A whole network may stand in place of the addresses.");
        self.off(&format!("[zone.{}]", key(&name)));
        self.off(&format!("kind = {}", text(seen.kind.as_str())));
        self.off(&format!("networks = {}", list(own, ToString::to_string)));
        Some(name)
    }

    fn conduit(&mut self, seen: &SeenConduit, from: &str, to: &str) {
        self.blank();
        let SeenConduit { conversations, unrecognised, .. } = seen;
        let unread = if *unrecognised > 0 {
            format!(", {unrecognised} of them not recognised")
        } else {
            String::new()
        };
        self.say(&format!("Seen in {conversations} conversations{unread}"));
        self.say("DECIDE: does the work need it, and which verbs of it?");
        self.off("[[conduit]]");
        self.off(&format!("from = {}", text(from)));
        self.off(&format!("to = {}", text(to)));
        if !seen.protocols.is_empty() {
            self.off(&format!("protocols = {}", list(&seen.protocols, ToString::to_string)));
        }
        self.off("verbs = [\"any\"]");
    }

    /// How a tag map is added, beginning with what was written most.
    pub(super) fn tag_maps(&mut self, seen: &[SeenTags]) {
        self.heading("Tag maps: what the addresses in a controller are called", true);
        self.say("A CSV file beside this one gives addresses names, units and ranges, so that changes can be read and judged.");
        self.say("Write it, then add here, without the ##:");
        self.say("  [[tag_map]]");
        self.say("  file = \"tags.csv\"");
        self.say("  of = [\"10.70.7.10\"]");
        for SeenTags { server, protocol, objects } in seen {
            let Some(word) = word(protocol) else { continue };
            let addresses = objects.iter().filter(|(object, _)| is_an_address(protocol, object));
            let mut most: Vec<&(String, u64)> = addresses.collect();
            most.sort_by(|(a, often_a), (b, often_b)| (often_b, a).cmp(&(often_a, b)));
            if most.is_empty() {
                continue;
            }
            self.blank();
            self.say(&format!("Written most in {server}; the beginning of its file, names to be filled in:"));
            self.say("  tag,protocol,address,type,unit,min,max,description,writable_by");
            for (object, often) in most.into_iter().take(MOST_TAGS) {
                let times = if *often == 1 { "once".to_owned() } else { format!("{often} times") };
                self.say(&format!("  ,{word},{object},,,,,written {times},"));
            }
        }
    }
}

/// What a tag map calls the protocol.
fn word(protocol: &str) -> Option<&'static str> {
    Some(match protocol {
        "modbus" => "modbus",
        "s7comm" => "s7",
        "cip" | "enip" => "cip",
        "opcua" => "opcua",
        _ => return None,
    })
}

/// Whether a tag can be there, and a field of CSV can hold it as it is.
fn is_an_address(protocol: &str, object: &str) -> bool {
    let plain = |c: char| c.is_ascii_alphanumeric() || " .:;=_[]/-".contains(c);
    // A node of OPC UA with a blank is the method of an object, or a child of another node.
    let is_node = protocol != "opcua" || !object.contains(' ');
    is_node && object.chars().all(plain) && Object::parse(protocol, object).is_some()
}
