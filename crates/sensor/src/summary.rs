use crate::breaches::Breaches;
use crate::changes::Changes;
use crate::declared;
use crate::links::Links;
use crate::violations::Violations;
use crate::whose::Whose;
use quaywatch_assets::Gatherer;
use quaywatch_capture::{Packet, Shortfall};
use quaywatch_channels::Watcher;
use quaywatch_egress::Ledger as Leaving;
use quaywatch_findings::{AtAddress, Picture, judge};
use quaywatch_model::{
    Address, Asset, CaptureFile, Change, Disclosure, Entry, Finding, Link, Origins, RemoteAccess, Search,
    Timestamp, Transferred,
};
use quaywatch_site::Site;
use quaywatch_store::ProblemTotal;
use std::cmp::{Ordering, Reverse};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// What was found, in the size a person can read.
#[derive(Debug, Default)]
pub struct Summary {
    /// What was captured.
    pub span: Span,
    /// Conversations by recognised protocol; `unknown` where none was.
    pub protocols: BTreeMap<&'static str, ProtocolTotal>,
    /// Who did what to whom, and how often; sorted.
    pub entries: Vec<Entry>,
    /// What changed something, in time order; of many changes of one object only the first.
    pub changes: Vec<Change>,
    /// Changes that are counted in `entries` but not listed in `changes`.
    pub changes_not_listed: u64,
    /// Changes before they are put in order.
    pub(crate) changed: Changes,
    /// Programs, images and files that were moved, in time order.
    pub transfers: Vec<Transferred>,
    /// Transfers that are not listed in `transfers`.
    pub transfers_not_listed: u64,
    /// What deserves attention, the gravest first.
    pub findings: Vec<Finding>,
    /// Remote-service channels, and signs of hidden paths.
    pub remote_access: Vec<RemoteAccess>,
    /// Channels before they are put in order.
    pub(crate) watched: Watcher,
    /// What was written to tags of the site's maps against its rules.
    pub(crate) breaches: Breaches,
    /// What left, in time order.
    pub disclosures: Vec<Disclosure>,
    /// What left, before it is put in order.
    pub(crate) leaving: Leaving,
    /// Who speaks with whom.
    pub links: Vec<Link>,
    /// Public addresses that were taken for the site's own without its saying so.
    pub assumed_own: BTreeSet<Address>,
    /// Who asks many that do not answer.
    pub searches: Vec<Search>,
    /// Links and searches before they are put in order.
    pub(crate) linked: Links,
    /// The devices.
    pub assets: Vec<Asset>,
    /// What is known of devices before it is put together.
    pub(crate) gathered: Gatherer,
    /// What could not be read, the most frequent first.
    pub problems: Vec<ProblemTotal>,
    /// Between whom messages broke their protocol's rules.
    pub(crate) violations: Violations,
}

/// How much was captured.
#[derive(Debug, Default, Clone)]
pub struct Span {
    /// The captures that were read, in the order they were named.
    pub captures: Vec<CaptureFile>,
    /// Where there are several: in which of them a frame stands.
    pub origins: Option<Arc<Origins>>,
    /// Packets in the input.
    pub packets: u64,
    /// Their bytes on the wire.
    pub wire_bytes: u64,
    /// Their bytes in the capture.
    pub captured_bytes: u64,
    /// Packets of which the capture does not say when they were; they are part of no span of time.
    pub without_time: u64,
    /// The earliest packet.
    pub first: Option<Timestamp>,
    /// The latest packet.
    pub last: Option<Timestamp>,
    /// Conversations that had begun before the capture did.
    pub begun_before: u64,
    /// Payload bytes that were sent but not captured.
    pub missed_bytes: u64,
    /// Conversations with payload that were recognised as nothing, and their payload bytes.
    pub unrecognised: [u64; 2],
    /// What of the input was not read to its end, is damaged, or was lost by whoever captured.
    pub shortfall: Shortfall,
}

impl Span {
    /// Takes in a packet.
    pub(crate) fn add(&mut self, packet: &Packet<'_>) {
        self.packets += 1;
        self.captured_bytes += packet.bytes.len() as u64;
        self.wire_bytes += u64::from(packet.original_len);
        if !packet.timed {
            self.without_time += 1;
            return;
        }
        let time = packet.time;
        self.first = Some(self.first.map_or(time, |first| first.min(time)));
        self.last = Some(self.last.map_or(time, |last| last.max(time)));
    }
}

/// The conversations of one protocol. A packet in a tunnel is counted once, with what is innermost: all protocols together
/// have as many packets as could be read.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub struct ProtocolTotal {
    /// Conversations.
    pub conversations: u64,
    /// Packets.
    pub packets: u64,
    /// Bytes on the wire.
    pub wire_bytes: u64,
    /// Of a tunnel, the packets that are counted with what they carry instead.
    pub carried_packets: u64,
    /// Their bytes on the wire.
    pub carried_wire_bytes: u64,
}

/// So many transfers are listed.
pub(crate) const MOST_TRANSFERS: usize = 4_096;

impl Summary {
    /// Takes in what another worker found.
    pub(crate) fn merge(&mut self, other: Self) {
        self.span.begun_before += other.span.begun_before;
        self.span.missed_bytes += other.span.missed_bytes;
        for (mine, theirs) in self.span.unrecognised.iter_mut().zip(other.span.unrecognised) {
            *mine += theirs;
        }
        for (name, total) in other.protocols {
            let mine = self.protocols.entry(name).or_default();
            mine.conversations += total.conversations;
            mine.packets += total.packets;
            mine.wire_bytes += total.wire_bytes;
            mine.carried_packets += total.carried_packets;
            mine.carried_wire_bytes += total.carried_wire_bytes;
        }
        self.gathered.merge(other.gathered);
        self.watched.merge(other.watched);
        self.linked.merge(other.linked);
        self.leaving.merge(other.leaving);
        self.breaches.merge(other.breaches);
        self.entries.extend(other.entries);
        self.changed.merge(other.changed);
        self.transfers.extend(other.transfers);
        self.transfers_not_listed += other.transfers_not_listed;
        self.violations.merge(other.violations);
        for total in other.problems {
            self.problem(total);
        }
    }

    /// Counts problems in.
    pub(crate) fn problem(&mut self, total: ProblemTotal) {
        let ProblemTotal { layer, reason, verdict, count, bytes } = total;
        let same = |kept: &ProblemTotal| {
            is_same(kept.reason, reason) && is_same(kept.layer, layer) && kept.verdict == verdict
        };
        match self.problems.iter().position(same) {
            Some(at) => {
                if let Some(kept) = self.problems.get_mut(at) {
                    kept.count += count;
                    kept.bytes += bytes;
                }
                // What is met often is found soon: captures of offloading machines have a bad checksum in every other packet.
                if at > 0 {
                    self.problems.swap(at - 1, at);
                }
            }
            None => self.problems.push(total),
        }
    }

    /// An empty summary of what crosses this site's borders.
    pub(crate) fn of(site: &Arc<Site>) -> Self {
        let leaving = Leaving::new(Arc::new(declared::SiteBorders(Arc::clone(site))));
        Self { leaving, ..Self::default() }
    }

    /// Says of everything what the site says of it, and what deserves attention. When all is merged and in order.
    pub(crate) fn conclude(&mut self, site: &Site) {
        let whose = Whose::of(site, self.gathered.bindings());
        let scopes = |ends| whose.scopes(ends);
        self.disclosures = self.leaving.finish(&scopes);
        if site.is_described() {
            declared::assets(site, &mut self.assets);
        }
        self.remote_access = self.watched.finish(&self.assets, &scopes);
        declared::links(&whose, &mut self.links);
        self.assumed_own = whose.assumed(&self.links);
        // A site that declares nothing but vendors' links says of every channel whether it is one.
        if site.is_described() || !site.vendor_links().is_empty() {
            declared::remote_access(site, &mut self.remote_access);
            declared::over_links(&self.remote_access, &mut self.disclosures);
        }
        self.findings = self.judged(site);
    }

    fn judged(&self, site: &Site) -> Vec<Finding> {
        judge(&Picture {
            span: (self.span.first.unwrap_or_default(), self.span.last.unwrap_or_default()),
            entries: &self.entries,
            changes: &self.changes,
            transfers: &self.transfers,
            breaches: &self.breaches.finish(),
            links: &self.links,
            searches: &self.searches,
            assets: &self.assets,
            at_address: &AtAddress::of(&self.assets),
            bindings: self.gathered.bindings(),
            remote_access: &self.remote_access,
            disclosures: &self.disclosures,
            violations: &self.violations.finish(),
            site,
        })
    }

    /// Puts everything in the order it is shown in, which depends on nothing but the capture.
    pub(crate) fn sort(&mut self) {
        for total in self.protocols.values_mut() {
            total.packets = total.packets.saturating_sub(total.carried_packets);
            total.wire_bytes = total.wire_bytes.saturating_sub(total.carried_wire_bytes);
        }
        sort_rows(&mut self.entries, |a, b| a.order().cmp(&b.order()));
        (self.links, self.searches) = std::mem::take(&mut self.linked).finish();
        self.assets = self.gathered.finish(&self.entries);
        (self.changes, self.changes_not_listed) = std::mem::take(&mut self.changed).finish();
        sort_rows(&mut self.changes, |a, b| a.order().cmp(&b.order()));
        self.transfers.sort_by_key(|moved| (moved.transfer.start, moved.client, moved.server));
        self.problems.sort_by_key(|total| (Reverse(total.count), total.layer, total.reason));
        let surplus = self.transfers.len().saturating_sub(MOST_TRANSFERS);
        self.transfers.truncate(MOST_TRANSFERS);
        self.transfers_not_listed += surplus as u64;
    }
}

/// Whether two texts of this program are the same. Nearly always they are the very same one.
fn is_same(a: &'static str, b: &'static str) -> bool {
    std::ptr::eq(a, b) || a == b
}

/// Sorts long rows by their places: a row is moved three times, whatever their number. Rows of the same order stay as they
/// came.
pub(crate) fn sort_rows<T>(rows: &mut Vec<T>, order: impl Fn(&T, &T) -> Ordering) {
    let mut places: Vec<usize> = (0..rows.len()).collect();
    let row = |place: usize| rows.get(place);
    places.sort_by(|&a, &b| row(a).zip(row(b)).map_or(Ordering::Equal, |(a, b)| order(a, b)));
    let mut taken: Vec<Option<T>> = rows.drain(..).map(Some).collect();
    rows.extend(places.into_iter().filter_map(|place| taken.get_mut(place).and_then(Option::take)));
}
