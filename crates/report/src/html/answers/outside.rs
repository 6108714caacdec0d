//! Who can reach in, and what goes out. How far away somebody is says the site, where it is described.

use super::{Answer, many, plural, verb};
use crate::number::{Bytes, Count};
use quaywatch_model::{Address, Disclosure, Link, Reach, RemoteAccess, Scope};
use quaywatch_sensor::Summary;
use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};

/// So many recipients are named.
const MOST_RECIPIENTS: usize = 4;

/// Who can reach it from outside?
pub(super) fn reach(summary: &Summary) -> Answer {
    let channels = &summary.remote_access;
    let mut points = kinds(channels);
    let crossings: Vec<Crossing> = summary.links.iter().filter_map(Crossing::of).collect();
    let inbound = crossings.iter().filter(|crossing| crossing.inbound);
    let askers: BTreeMap<Address, Scope> = inbound.map(|crossing| (crossing.far, crossing.scope)).collect();
    let between = between_public(&summary.links);
    points.extend(match by_scope(askers.values()) {
        None if is_described(summary) => {
            Some("Nobody from outside the crane's networks asked a machine here for anything.".to_owned())
        }
        None if between.is_some() => None,
        None => Some("No public address asked a machine here for anything.".to_owned()),
        Some(who) => Some(format!("From outside, {who} asked machines here.")),
    });
    points.extend(between);
    let outbound = || crossings.iter().filter(|crossing| !crossing.inbound);
    let asked: BTreeMap<Address, Scope> = outbound().map(|crossing| (crossing.far, crossing.scope)).collect();
    if let Some(whom) = by_scope(asked.values()) {
        let machines = outbound().map(|crossing| crossing.near).collect::<BTreeSet<Address>>();
        let machines = many(machines.len() as u64, "machine");
        points.push(format!("{machines} here asked {whom}: a way out may be a way in."));
    }
    if channels.is_empty() {
        points.push(
            "A channel that was not open during the capture, or that does not pass the capture point, does not show."
                .to_owned(),
        );
    }
    let headline = opened(channels);
    Answer { id: "reach", question: "Who can reach it from outside?", headline, points, grave: false }
}

/// Whether there is a site that says whose the addresses are.
fn is_described(summary: &Summary) -> bool {
    summary.assets.iter().any(|asset| asset.declared.is_some())
}

/// How many channels were opened which way, and how many nobody declared. A sign of a hidden path is no channel that anybody
/// was seen to open.
fn opened(rows: &[RemoteAccess]) -> String {
    let (paths, channels): (Vec<&RemoteAccess>, Vec<&RemoteAccess>) =
        rows.iter().partition(|row| row.is_hidden_path());
    let hidden = match paths.len() as u64 {
        0 => ".".to_owned(),
        count => format!("; {} suspected.", many(count, "hidden path")),
    };
    if channels.is_empty() {
        return format!("No remote-service channel was recognised{hidden}");
    }
    let ways = [
        (Reach::Inbound, "from outside"),
        (Reach::Outbound, "to somebody outside"),
        (Reach::Internal, "between machines here"),
        (Reach::Unknown, "between public addresses, whose is not known"),
    ];
    let counted = ways.map(|(way, text)| (channels.iter().filter(|of| of.direction == way).count(), text));
    let counted = counted.iter().filter(|(count, _)| *count > 0);
    let counted: Vec<String> =
        counted.map(|(count, text)| format!("{} {text}", Count(*count as u64))).collect();
    let undeclared = channels.iter().filter(|channel| channel.declared == Some(false)).count() as u64;
    let site_says = match undeclared {
        0 if channels.iter().all(|channel| channel.declared == Some(true)) => {
            "; the site declares all".to_owned()
        }
        0 => String::new(),
        undeclared => format!("; {} not declared by the site", verb(undeclared, "is", "are")),
    };
    let channels = many(channels.len() as u64, "remote-service channel");
    format!("{channels}: {}{site_says}{hidden}", counted.join(", "))
}

/// The kinds of channel by direction; what nobody declared first.
fn kinds(channels: &[RemoteAccess]) -> Vec<String> {
    let mut kinds: BTreeMap<(Option<bool>, Reach, &str), u64> = BTreeMap::new();
    for channel in channels {
        *kinds.entry((channel.declared, channel.direction, channel.kind)).or_default() += 1;
    }
    let mut kinds: Vec<_> = kinds.into_iter().collect();
    kinds.sort_by_key(|((declared, ..), _)| *declared != Some(false));
    let told = kinds.into_iter().map(|((declared, direction, kind), count)| {
        let way = match direction {
            Reach::Unknown => "between public addresses of which nobody knows whose they are",
            known => known.as_str(),
        };
        format!("{}, {way}{}: {}.", kind.replace('_', " "), said(declared), Count(count))
    });
    told.collect()
}

fn said(declared: Option<bool>) -> &'static str {
    match declared {
        Some(true) => ", declared",
        Some(false) => ", not declared",
        None => "",
    }
}

/// Two machines of which one is farther away than the other.
struct Crossing {
    near: Address,
    far: Address,
    /// How far away the far one is.
    scope: Scope,
    /// Whether the far one asked.
    inbound: bool,
}

impl Crossing {
    fn of(link: &Link) -> Option<Self> {
        let [client, server] = link.scopes;
        let inbound = client > server;
        let (near, far, scope) =
            if inbound { (link.server, link.client, client) } else { (link.client, link.server, server) };
        (client != server && !far.is_near()).then_some(Self { near, far, scope, inbound })
    }
}

/// Public addresses that asked public addresses: those asked may be ours, and then it is a way in.
fn between_public(links: &[Link]) -> Option<String> {
    let is_between = |link: &&Link| link.scopes == [Scope::Internet; 2] && !link.server.is_near();
    let between: Vec<&Link> = links.iter().filter(is_between).collect();
    let [askers, asked]: [BTreeSet<Address>; 2] =
        [between.iter().map(|link| link.client).collect(), between.iter().map(|link| link.server).collect()];
    let [askers, asked] = [askers, asked].map(|who| many(who.len() as u64, "public address"));
    (!between.is_empty()).then(|| {
        format!("{askers} asked {asked} of which nobody knows whose they are: if they are yours, that is a way in.")
    })
}

/// `2 machines elsewhere on the site, 1 public address`; nothing where there is nobody.
fn by_scope<'a>(scopes: impl IntoIterator<Item = &'a Scope>) -> Option<String> {
    let mut counts: BTreeMap<Scope, u64> = BTreeMap::new();
    scopes.into_iter().for_each(|scope| *counts.entry(*scope).or_default() += 1);
    let told: Vec<String> = counts
        .into_iter()
        .map(|(scope, count)| match scope {
            Scope::Crane => format!("{} on the crane", many(count, "machine")),
            Scope::Site => format!("{} elsewhere on the site", many(count, "machine")),
            Scope::Private => {
                format!("{} {} that nobody declared", Count(count), plural("private address", count))
            }
            Scope::Internet => many(count, "public address"),
        })
        .collect();
    (!told.is_empty()).then(|| told.join(", "))
}

/// What one recipient got.
#[derive(Default)]
struct Got<'a> {
    bytes: u64,
    scope: Option<Scope>,
    names: BTreeSet<&'a str>,
    /// `Some(false)` as soon as the site does not declare some of it.
    declared: Option<bool>,
}

/// What does it send, to whom?
pub(super) fn sent(summary: &Summary) -> Answer {
    let (tried, got): (Vec<&Disclosure>, Vec<&Disclosure>) =
        summary.disclosures.iter().partition(|told| told.tried.is_some());
    let disclosures = &*got;
    let mut recipients: BTreeMap<Address, Got<'_>> = BTreeMap::new();
    for told in disclosures {
        let got = recipients.entry(told.recipient).or_default();
        got.bytes += told.bytes;
        got.scope = Some(told.recipient_scope);
        got.names.extend(told.recipient_name.as_deref());
        got.declared = [got.declared, told.declared].into_iter().flatten().min();
    }
    let nobody =
        if is_described(summary) { "anybody outside the crane's networks" } else { "a public address" };
    let headline = match by_scope(recipients.values().filter_map(|got| got.scope.as_ref())) {
        None => format!("Nothing was seen to leave for {nobody}."),
        Some(whom) => {
            format!("{} went to {whom}{}.", Bytes(total(disclosures, None)), undeclared(disclosures))
        }
    };
    let mut recipients: Vec<_> = recipients.into_iter().collect();
    recipients.sort_by_key(|(address, got)| (got.declared != Some(false), Reverse(got.bytes), *address));
    let mut points: Vec<String> =
        recipients.iter().take(MOST_RECIPIENTS).map(|(address, got)| recipient(*address, got)).collect();
    if recipients.len() > MOST_RECIPIENTS {
        points.push(format!("The rest to {} more.", recipients.len() - MOST_RECIPIENTS));
    }
    points.extend(classes(disclosures));
    points.extend(probes(&tried));
    Answer { id: "sent", question: "What does it send, to whom?", headline, points, grave: false }
}

fn total(disclosures: &[&Disclosure], declared: Option<bool>) -> u64 {
    let wanted = disclosures.iter().filter(|told| declared.is_none() || told.declared == declared);
    wanted.map(|told| told.bytes).sum()
}

/// How much of it the site does not declare; nothing where it says nothing of recipients.
fn undeclared(disclosures: &[&Disclosure]) -> String {
    match total(disclosures, Some(false)) {
        0 if disclosures.iter().all(|told| told.declared == Some(true)) => {
            "; the site declares all".to_owned()
        }
        0 => String::new(),
        bytes if bytes == total(disclosures, None) => "; the site declares none of it".to_owned(),
        bytes => format!("; {} of it the site does not declare", Bytes(bytes)),
    }
}

fn recipient(address: Address, got: &Got<'_>) -> String {
    let name = got.names.first().map(|name| format!(" ({name:?})")).unwrap_or_default();
    let whose = match got.scope {
        Some(Scope::Site) => ", elsewhere on the site",
        Some(Scope::Private) => ", a private address that nobody declared",
        Some(Scope::Internet) => ", a public address",
        Some(Scope::Crane) | None => "",
    };
    format!("{} to {address}{name}{whose}{}.", Bytes(got.bytes), said(got.declared))
}

/// What sweeps sent to machines that did not answer: it crossed, and nobody is known to have got it.
fn probes(tried: &[&Disclosure]) -> Option<String> {
    let scanners: BTreeSet<Address> = tried.iter().map(|told| told.client).collect();
    let bytes: u64 = tried.iter().map(|told| told.bytes).sum();
    let scanners = many(scanners.len() as u64, "machine");
    (!tried.is_empty()).then(|| format!("{} from {scanners} were probes nobody answered.", Bytes(bytes)))
}

/// How much of each class of data left.
fn classes(disclosures: &[&Disclosure]) -> Option<String> {
    let mut classes: BTreeMap<&str, u64> = BTreeMap::new();
    for told in disclosures {
        *classes.entry(told.data_class.as_str()).or_default() += told.bytes;
    }
    let mut classes: Vec<_> = classes.into_iter().collect();
    classes.sort_by_key(|(class, bytes)| (Reverse(*bytes), *class));
    let told: Vec<String> = classes
        .into_iter()
        .map(|(class, bytes)| format!("{} {}", class.replace('_', " "), Bytes(bytes)))
        .collect();
    (!told.is_empty()).then(|| format!("By what it was: {}.", told.join(", ")))
}

#[cfg(test)]
mod tests {
    use super::{reach, sent};
    use quaywatch_model::{
        Address, Asset, DataClass, Disclosure, Link, Mac, Moment, Reach, RemoteAccess, Scope, Timestamp,
    };
    use quaywatch_sensor::Summary;

    const CRANE: Address = Address::v4([10, 70, 7, 10]);
    const OFFICE: Address = Address::v4([10, 1, 1, 1]);
    const STRANGER: Address = Address::v4([192, 168, 1, 1]);
    const VENDOR: Address = Address::v4([203, 0, 113, 9]);
    const EVERYBODY: Address = Address::v4([239, 255, 255, 250]);
    const NOW: Moment = Moment { time: Timestamp::from_nanos(1), frame: 1 };

    fn link(client: (Address, Scope), server: (Address, Scope)) -> Link {
        Link {
            client: client.0,
            server: server.0,
            scopes: [client.1, server.1],
            server_port: 502,
            ip_protocol: 6,
            protocol: "modbus",
            conversations: 1,
            failed: 0,
            packets: [1, 1],
            bytes: [1, 1],
            macs: [Mac::default(); 2],
            first: NOW,
            last: NOW.time,
            overlong: quaywatch_model::Overlong::default(),
            notes: Vec::new(),
        }
    }

    fn channel(direction: Reach, declared: Option<bool>) -> RemoteAccess {
        RemoteAccess {
            start: NOW,
            end: NOW.time,
            uid: String::new(),
            conversations: 1,
            client: OFFICE,
            server: CRANE,
            server_port: 5900,
            kind: "vnc",
            protocols: Vec::new(),
            direction,
            bytes: [1, 1],
            declared,
            evidence: Vec::new(),
        }
    }

    fn told(recipient: (Address, Scope), bytes: u64, declared: Option<bool>) -> Disclosure {
        Disclosure {
            start: NOW,
            frames: vec![],
            end: NOW.time,
            conversations: 1,
            client: CRANE,
            recipient: recipient.0,
            tried: None,
            recipient_port: 443,
            recipient_name: Some("\u{1b}x.example".to_owned()),
            recipient_scope: recipient.1,
            protocol: "tls",
            data_class: DataClass::Encrypted,
            count: None,
            bytes,
            samples: Vec::new(),
            declared,
        }
    }

    /// A crane that a site file describes, and everybody who may be away from it.
    fn described() -> Summary {
        let crane = (CRANE, Scope::Crane);
        let mut summary = Summary::default();
        summary.assets = vec![Asset { declared: Some(true), ..Asset::default() }];
        summary.links = vec![
            link((OFFICE, Scope::Site), crane),
            link((STRANGER, Scope::Private), crane),
            link(crane, (VENDOR, Scope::Internet)),
            link(crane, (EVERYBODY, Scope::Private)),
            link(crane, (Address::v4([10, 70, 7, 11]), Scope::Crane)),
        ];
        summary
    }

    #[test]
    fn who_asks_from_outside_is_told_by_what_the_site_says_of_them() {
        let answer = reach(&described());
        let wanted = [
            "From outside, 1 machine elsewhere on the site, 1 private address that nobody declared asked machines here.",
            "1 machine here asked 1 public address: a way out may be a way in.",
        ];
        assert!(
            wanted.iter().all(|point| answer.points.iter().any(|told| told == point)),
            "{:?}",
            answer.points
        );
    }

    #[test]
    fn channels_are_told_by_direction_and_by_what_the_site_declares() {
        let mut summary = described();
        summary.remote_access =
            vec![channel(Reach::Inbound, Some(true)), channel(Reach::Outbound, Some(false))];
        let answer = reach(&summary);
        assert_eq!(
            answer.headline,
            "2 remote-service channels: 1 from outside, 1 to somebody outside; 1 is not declared by the site."
        );
        assert_eq!(answer.points[..2], ["vnc, outbound, not declared: 1.", "vnc, inbound, declared: 1."]);
    }

    #[test]
    fn between_public_addresses_of_nobody_known_a_way_in_is_neither_asserted_nor_ruled_out() {
        let mut summary = Summary::default();
        let other = Address::v4([198, 51, 100, 3]);
        summary.links = vec![link((VENDOR, Scope::Internet), (other, Scope::Internet))];
        summary.remote_access = vec![channel(Reach::Unknown, None)];
        let answer = reach(&summary);
        assert_eq!(
            answer.headline,
            "1 remote-service channel: 1 between public addresses, whose is not known."
        );
        assert_eq!(
            answer.points,
            [
                "vnc, between public addresses of which nobody knows whose they are: 1.",
                "1 public address asked 1 public address of which nobody knows whose they are: if they are yours, that is a way in.",
            ]
        );
    }

    #[test]
    fn a_hidden_path_is_not_counted_among_the_channels() {
        let mut summary = described();
        let path = RemoteAccess { kind: "hidden_path", ..channel(Reach::Inbound, None) };
        summary.remote_access = vec![channel(Reach::Inbound, None), path];
        let answer = reach(&summary);
        assert_eq!(answer.headline, "1 remote-service channel: 1 from outside; 1 hidden path suspected.");
        assert!(answer.points.contains(&"hidden path, inbound: 1.".to_owned()), "{:?}", answer.points);
        summary.remote_access.remove(0);
        assert_eq!(
            reach(&summary).headline,
            "No remote-service channel was recognised; 1 hidden path suspected."
        );
    }

    #[test]
    fn what_leaves_is_told_by_how_far_it_goes_and_whether_that_is_declared() {
        let mut summary = described();
        summary.disclosures = vec![
            told((OFFICE, Scope::Site), 9_000, Some(true)),
            told((VENDOR, Scope::Internet), 1_000, Some(false)),
        ];
        let answer = sent(&summary);
        assert_eq!(
            answer.headline,
            "10.0 kB went to 1 machine elsewhere on the site, 1 public address; 1.0 kB of it the site does not declare."
        );
        assert!(
            answer.points[0]
                .starts_with("1.0 kB to 203.0.113.9 (\"\\u{1b}x.example\"), a public address, not")
        );
        assert_eq!(answer.points[2], "By what it was: encrypted 10.0 kB.");
    }

    #[test]
    fn what_a_sweep_sent_in_vain_went_to_nobody() {
        let mut summary = Summary::default();
        let everybody = Address::v4([0; 4]);
        let probes = Disclosure { tried: Some(200), ..told((everybody, Scope::Internet), 2_000, None) };
        summary.disclosures = vec![told((VENDOR, Scope::Internet), 1_000, None), probes];
        let answer = sent(&summary);
        assert_eq!(answer.headline, "1.0 kB went to 1 public address.");
        assert_eq!(answer.points.last().unwrap(), "2.0 kB from 1 machine were probes nobody answered.");
    }

    #[test]
    fn without_a_site_nobody_is_said_to_be_declared_or_not() {
        let mut summary = Summary::default();
        summary.links = vec![
            link((VENDOR, Scope::Internet), (CRANE, Scope::Private)),
            link((OFFICE, Scope::Private), (CRANE, Scope::Private)),
        ];
        assert_eq!(sent(&summary).headline, "Nothing was seen to leave for a public address.");
        summary.disclosures = vec![told((VENDOR, Scope::Internet), 1_000, None)];
        summary.remote_access = vec![channel(Reach::Internal, None)];
        let told =
            [reach(&summary), sent(&summary)].map(|answer| answer.headline + " " + &answer.points.join(" "));
        assert!(told[0].contains("From outside, 1 public address asked machines here."), "{}", told[0]);
        assert!(told[1].starts_with("1.0 kB went to 1 public address. "), "{}", told[1]);
        assert!(!told.concat().contains("declare"), "{told:?}");
    }
}
