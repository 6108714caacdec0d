use crate::rule::counted;
use crate::{Found, Rule};
use quaywatch_model::{
    Address, Distinct, Entry, FindingKind, Moment, Search, Severity, Topic, Verb, is_of_controllers,
};
use std::collections::{BTreeMap, BTreeSet};
use std::net::IpAddr;

/// So many machines that do not answer are no typing mistakes.
const MANY_MACHINES: u64 = 10;
/// So many machines that do not answer are more than have been switched off or moved without telling who watches them.
const MANY_MORE_MACHINES: u64 = 32;
/// So many doors are those of one service.
const FEW_PORTS: u64 = 2;
/// So many doors of machines are no list of services.
const MANY_PORTS: u64 = 15;
/// So many controllers asked who they are: more than a panel has.
const MANY_CONTROLLERS: usize = 5;
/// So many questions of what there is to read are a walk through all of it.
const MANY_BROWSES: u64 = 200;
/// Who reads so many different things that are not there is trying what there is. A panel whose project does not fit its
/// controller asks for a few, again and again.
const MANY_GUESSES: u32 = 40;
/// So many addresses asked for on the LAN by one machine.
const MANY_ADDRESSES: usize = 20;
/// So many of them that nobody has: who looks for machines it knows finds nearly all.
const MANY_ABSENT: usize = 10;

pub(super) static NETWORK: Rule = Rule {
    name: "scan.network",
    title: "Somebody tries many machines or ports",
    kind: FindingKind::Activity,
    severity: "High; medium where it was one or two ports of fewer than 32 machines, low where it was echoes (ping) to fewer than 32 \
               machines: so does a station that watches what is switched off.",
    meaning: "One machine tried ten or more machines, or fifteen or more ports, that did not answer. It looks for what is \
              there; some controllers fail when they are scanned.",
    limits: "Counts only attempts that got no answer or were refused, echoes (ping) among them; of one machine at most 128 \
             machines and ports are told apart. Slow scans below these numbers stay silent in a short \
             capture. Silent for public addresses that a machine inside tries in vain, and for streams that want no answer.",
    advice: "Find out whether the scan was announced; else isolate the machine and see who uses it.",
    techniques: &["T0846", "T0840"],
    controls: &["33 CFR 101.650(h)(2)", "IEC 62443-3-3 SR 6.2"],
    shown_by: "cases/finding-scan-network",
    silent_in: "cases/quiet-monitoring",
    look: |picture, found| {
        for search in picture.searches.iter().filter(|search| is_scan(search)) {
            let some: Vec<String> = search.some.iter().map(ToString::to_string).collect();
            found.push(Found {
                time: search.first.time,
                severity: severity(search),
                title: format!("{} tried {} in vain", picture.named(search.client), tried(search)),
                explanation: format!(
                    "{} of {} attempts got no answer or were refused: to {}{}.",
                    search.failed,
                    search.attempts,
                    some.join(", "),
                    if machines(search) == told_apart(some.len()) { "" } else { ", ..." }
                ),
                subjects: std::iter::once(search.client).chain(search.some.iter().copied()).collect(),
                frames: search.frames.clone(),
                count: search.failed,
            });
        }
    },
};

/// Who watches machines asks all of them the same, those too that are switched off; who looks for a way in asks very many
/// machines, or many doors.
const fn severity(search: &Search) -> Severity {
    let machines = machines(search);
    match search.ports.count {
        _ if machines.more || machines.count >= MANY_MORE_MACHINES => Severity::High,
        0 => Severity::Low,
        1..=FEW_PORTS => Severity::Medium,
        _ => Severity::High,
    }
}

/// Whether somebody who asks so much in vain is looking for what is there.
pub(super) const fn is_scan(search: &Search) -> bool {
    search.machines.count >= MANY_MACHINES || search.ports.count >= MANY_PORTS
}

/// All machines that were asked, near and far.
const fn machines(search: &Search) -> Distinct {
    let Search { machines, far_machines, .. } = search;
    Distinct { count: machines.count + far_machines.count, more: machines.more || far_machines.more }
}

const fn told_apart(count: usize) -> Distinct {
    Distinct { count: count as u64, more: false }
}

/// `119 machines`, `1 machine and at least 128 ports`.
fn tried(search: &Search) -> String {
    let about = |Distinct { count, more }, what| {
        format!("{}{}", if more { "at least " } else { "" }, counted(count, what))
    };
    let machines = about(machines(search), "machine");
    if search.ports.count == 0 { machines } else { format!("{machines} and {}", about(search.ports, "port")) }
}

pub(super) static ARP: Rule = Rule {
    name: "scan.arp",
    title: "Somebody asks for many addresses",
    kind: FindingKind::Activity,
    severity: "Medium.",
    meaning: "One machine asked by ARP for twenty or more addresses, of which at least ten are nobody's: it looks for its \
              neighbours.",
    limits: "Silent for who asks for many machines that are there, as monitoring systems do. A router that is asked from \
             elsewhere for all addresses shows here, too: then look who scans through it. At most 24 addresses of one \
             machine are counted.",
    advice: "Find out what the machine is and whether it has to know its neighbours.",
    techniques: &["T0846"],
    controls: &["33 CFR 101.650(h)(2)", "IEC 62443-3-3 SR 6.2"],
    shown_by: "cases/finding-scan-arp",
    silent_in: "cases/quiet-monitoring",
    look: |picture, found| {
        for link in picture.links.iter().filter(|link| link.protocol == "arp") {
            let asked: Vec<_> = link.notes.iter().filter(|note| note.topic == Topic::Request).collect();
            let is_absent = |text: &str| {
                let ip = text.parse::<IpAddr>().ok().map(Address::from);
                ip.is_some_and(|ip| picture.bindings.of(ip).is_empty())
            };
            let absent = asked.iter().filter(|note| is_absent(&note.text)).count();
            if asked.len() < MANY_ADDRESSES || absent < MANY_ABSENT {
                continue;
            }
            found.push(Found {
                time: link.first.time,
                severity: Severity::Medium,
                title: format!("{} asks for many addresses by ARP", picture.named(link.client)),
                explanation: format!(
                    "At least {} different addresses, of which {absent} are nobody's.",
                    asked.len()
                ),
                subjects: vec![link.client],
                frames: asked.iter().map(|note| note.frame).collect(),
                count: asked.len() as u64,
            });
        }
    },
};

pub(super) static IDENTIFY: Rule = Rule {
    name: "scan.identify",
    title: "Somebody asks many devices who they are",
    kind: FindingKind::Activity,
    severity: "Medium.",
    meaning: "One machine asked five or more devices for their identity in the protocols of controllers: the step after \
              finding them.",
    limits: "Engineering stations and inventory systems do this lawfully.",
    advice: "Find out whether an inventory was taken; else see what else the machine did.",
    techniques: &["T0888", "T0846"],
    controls: &["33 CFR 101.650(h)(2)", "IEC 62443-3-3 SR 6.2"],
    shown_by: "cases/finding-scan-identify",
    silent_in: "cases/quiet-engineering-browses-once",
    look: |picture, found| {
        let mut asked: BTreeMap<Address, Vec<&Entry>> = BTreeMap::new();
        for entry in picture.entries.iter().filter(|entry| asks(entry, Verb::Identify)) {
            asked.entry(entry.client).or_default().push(entry);
        }
        for (client, entries) in asked {
            let servers: BTreeSet<Address> = entries.iter().map(|entry| entry.server).collect();
            if servers.len() < MANY_CONTROLLERS {
                continue;
            }
            let count = entries.iter().map(|entry| entry.count()).sum();
            found.push(Found {
                time: entries.iter().map(|entry| entry.first.time).min().unwrap_or_default(),
                severity: Severity::Medium,
                title: format!("{} asked {} devices who they are", picture.named(client), servers.len()),
                explanation: format!("{count} questions to {}.", list(&servers)),
                subjects: std::iter::once(client).chain(servers).collect(),
                frames: entries.iter().map(|entry| entry.first.frame).collect(),
                count,
            });
        }
    },
};

pub(super) static TAGS: Rule = Rule {
    name: "scan.tags",
    title: "Somebody lists all there is to read",
    kind: FindingKind::Activity,
    severity: "Medium.",
    meaning: "One machine asked a controller two hundred times or more for what tags, blocks or nodes it has, or tried to \
              read forty or more different ones that it does not have: who wants to change a crane has to find the right \
              tag first.",
    limits: "Engineering stations do this when a project is opened. Reading what is there, one after the other, does not \
             count, nor does asking for the same missing thing again and again.",
    advice: "Find the work order for that station and time.",
    techniques: &["T0861", "T0888"],
    controls: &["33 CFR 101.650(h)(2)", "IEC 62443-3-3 SR 2.1"],
    shown_by: "cases/finding-scan-tags",
    silent_in: "cases/quiet-engineering-browses-once",
    look: |picture, found| {
        let mut searches: BTreeMap<(Address, Address), Asked> = BTreeMap::new();
        for entry in picture.entries.iter().filter(|entry| is_of_controllers(entry.protocol)) {
            if entry.verb == Verb::Browse || entry.refused_reads.is_some() {
                searches.entry((entry.client, entry.server)).or_default().add(entry);
            }
        }
        found.extend(searches.into_iter().filter(|(_, asked)| asked.is_thorough()).map(
            |((client, server), asked)| Found {
                time: asked.firsts.iter().map(|first| first.time).min().unwrap_or_default(),
                severity: Severity::Medium,
                title: format!("{} lists all there is on {}", picture.named(client), picture.named(server)),
                explanation: asked.told(),
                subjects: vec![client, server],
                frames: asked.firsts.iter().map(|first| first.frame).collect(),
                count: asked.browses + asked.refused,
            },
        ));
    },
};

/// How one machine looks for what a controller has.
#[derive(Default)]
struct Asked {
    /// How often it asked what there is.
    browses: u64,
    /// How many reads were refused, and of how many different things at least.
    refused: u64,
    guesses: u32,
    firsts: Vec<Moment>,
}

impl Asked {
    fn add(&mut self, entry: &Entry) {
        if entry.verb == Verb::Browse {
            self.browses += entry.count();
            self.firsts.push(entry.first);
        }
        if let Some(reads) = entry.refused_reads {
            let [_, refused, ..] = entry.outcomes;
            self.refused += refused;
            self.guesses = self.guesses.max(reads.objects);
            self.firsts.push(reads.first);
        }
    }

    const fn is_thorough(&self) -> bool {
        self.browses >= MANY_BROWSES || self.guesses >= MANY_GUESSES
    }

    fn told(&self) -> String {
        let browses = format!("{} of what there is to read.", counted(self.browses, "question"));
        if self.guesses < MANY_GUESSES {
            return browses;
        }
        let refused = counted(self.refused, "read");
        format!("{browses} {refused} refused, of at least {} different things.", self.guesses)
    }
}

/// Whether this is asked of a controller in its own protocol.
fn asks(entry: &Entry, verb: Verb) -> bool {
    entry.verb == verb && is_of_controllers(entry.protocol)
}

fn list(addresses: &BTreeSet<Address>) -> String {
    let some: Vec<String> = addresses.iter().take(6).map(ToString::to_string).collect();
    let dots = if addresses.len() > 6 { ", ..." } else { "" };
    format!("{}{dots}", some.join(", "))
}
