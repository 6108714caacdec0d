//! Findings about what one machine did to another: all operations of some verbs between the two are one cause.

use crate::rule::counted;
use crate::{Found, Picture};
use quaywatch_model::{Address, Change, Entry, Moment, Outcome, Scope, Severity, Verb, is_of_controllers};
use std::collections::BTreeMap;

/// So many of the operations are described in the explanation.
const MOST_DESCRIBED: usize = 3;

/// What a client did to a server with some verbs.
pub(super) struct Deed<'a> {
    pub(super) client: Address,
    pub(super) server: Address,
    pub(super) entries: Vec<&'a Entry>,
    /// Those that are listed one by one.
    pub(super) changes: Vec<&'a Change>,
}

/// All that was done with these verbs, by who did it to whom.
pub(super) fn deeds<'a>(picture: &Picture<'a>, verbs: &[Verb]) -> Vec<Deed<'a>> {
    let mut deeds: BTreeMap<(Address, Address), Deed<'a>> = BTreeMap::new();
    let done = picture.entries.iter().filter(|entry| verbs.contains(&entry.verb));
    for entry in done.filter(|entry| is_of_a_device(picture, entry)) {
        let (client, server) = (entry.client, entry.server);
        let new = || Deed { client, server, entries: Vec::new(), changes: Vec::new() };
        deeds.entry((client, server)).or_insert_with(new).entries.push(entry);
    }
    for change in picture.changes.iter().filter(|change| verbs.contains(&change.verb)) {
        if let Some(deed) = deeds.get_mut(&(change.client, change.server)) {
            deed.changes.push(change);
        }
    }
    deeds.into_values().filter(|deed| !deed.is_permitted(picture)).collect()
}

/// Whether it was done to a device of the site. A server in the Internet that takes or gives a file named as program or
/// firmware is a place for files; only in a protocol of controllers is it one itself, wherever it stands.
fn is_of_a_device(picture: &Picture<'_>, entry: &Entry) -> bool {
    let moves_files =
        matches!(entry.verb, Verb::UpdateFirmware | Verb::DownloadProgram | Verb::UploadProgram);
    let is_far = || {
        let links = picture.links_between(entry.client, entry.server);
        let scope = links.first().map_or_else(|| picture.site.scope(entry.server), |link| link.scopes[1]);
        scope == Scope::Internet
    };
    !moves_files || is_of_controllers(entry.protocol) || !is_far()
}

impl Deed<'_> {
    /// Whether the site names the client for all of it: what is approved stays quiet.
    fn is_permitted(&self, picture: &Picture<'_>) -> bool {
        let [from, to] = [self.client, self.server].map(|address| picture.site.party(address));
        self.entries
            .iter()
            .all(|entry| picture.site.may_write(&from, &to, entry.verb, None, None).is_allowed())
    }

    /// How many were accepted, refused, left unanswered, and how many answers were not captured.
    pub(super) fn outcomes(&self) -> [u64; 4] {
        let mut sums = [0; 4];
        for entry in &self.entries {
            sums.iter_mut().zip(entry.outcomes).for_each(|(sum, count)| *sum += count);
        }
        sums
    }

    /// Whether the device said yes to any of it, or its answer was not captured.
    pub(super) fn may_have_worked(&self) -> bool {
        let [accepted, _, _, unseen] = self.outcomes();
        accepted + unseen > 0
    }

    /// The first of it.
    fn first(&self) -> Moment {
        self.entries.iter().map(|entry| entry.first).min().unwrap_or_default()
    }

    /// The frames that show it: of what changes nothing, and is not listed one by one, the first of each kind.
    pub(super) fn frames(&self) -> Vec<u64> {
        let listed = self.changes.iter().flat_map(|change| change.frames.into_iter().flatten());
        let frames: Vec<u64> = listed.collect();
        if frames.is_empty() { self.entries.iter().map(|entry| entry.first.frame).collect() } else { frames }
    }

    /// The finding: `what` was done, as a phrase with `by` and `on` to follow, and why it matters.
    pub(super) fn found(
        &self,
        picture: &Picture<'_>,
        what: &str,
        why: &str,
        worked: Severity,
        tried: Severity,
    ) -> Found {
        let (client, server) = (picture.named(self.client), picture.named(self.server));
        let [accepted, refused, unanswered, unseen] = self.outcomes();
        let worked_or_not = if self.may_have_worked() { "" } else { ", and did not succeed" };
        let count = accepted + refused + unanswered + unseen;
        let mut explanation = format!("{why} Of {}", counted(count, "operation"));
        let counts = [
            (accepted, "accepted"),
            (refused, "refused"),
            (unanswered, "unanswered"),
            (unseen, "with an unseen answer"),
        ];
        let told: Vec<String> = counts
            .iter()
            .filter(|(count, _)| *count > 0)
            .map(|(count, word)| format!("{count} {word}"))
            .collect();
        explanation.push_str(&format!(": {}.", told.join(", ")));
        let denied = |entry: &&Entry| picture.denied(entry.client, entry.server, entry.verb);
        if let Some(why) = self.entries.iter().find_map(denied) {
            explanation.push_str(&format!(" The site does not permit it: {why}."));
        }
        for change in self.changes.iter().take(MOST_DESCRIBED) {
            explanation.push_str(&format!(" {}", described(change)));
        }
        Found {
            time: self.first().time,
            severity: if self.may_have_worked() { worked } else { tried },
            title: format!("{what} on {server} by {client}{worked_or_not}"),
            explanation,
            subjects: vec![self.client, self.server],
            frames: self.frames(),
            count,
        }
    }
}

/// `plc_stop (0x29) -> accepted in frame 7.` What a peer said is quoted.
pub(super) fn described(change: &Change) -> String {
    let items =
        if change.items.is_empty() { String::new() } else { format!(" {:?}", change.items.join("; ")) };
    let outcome = match (change.outcome, &change.code) {
        (Outcome::Refused, Some(code)) => format!("refused ({code:?})"),
        (outcome, _) => outcome.as_str().to_owned(),
    };
    format!("{}{items} -> {outcome} in frame {}.", change.function, change.at.frame)
}
