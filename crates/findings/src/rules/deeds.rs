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

/// All that was done to devices with these verbs, by who did it to whom.
pub(super) fn deeds<'a>(picture: &Picture<'a>, verbs: &[Verb]) -> Vec<Deed<'a>> {
    deeds_by(picture, |verb, protocol, ends, _| {
        verbs.contains(&verb) && is_of_a_device(picture, verb, protocol, ends)
    })
}

/// All that was done in a certain way, by verb, protocol, client and server, and function, by who did it to whom.
pub(super) fn deeds_by<'a>(
    picture: &Picture<'a>,
    is_it: impl Fn(Verb, &str, [Address; 2], &str) -> bool,
) -> Vec<Deed<'a>> {
    let mut deeds: BTreeMap<(Address, Address), Deed<'a>> = BTreeMap::new();
    let done =
        |entry: &&Entry| is_it(entry.verb, entry.protocol, [entry.client, entry.server], &entry.function);
    for entry in picture.entries.iter().filter(done) {
        let (client, server) = (entry.client, entry.server);
        let new = || Deed { client, server, entries: Vec::new(), changes: Vec::new() };
        deeds.entry((client, server)).or_insert_with(new).entries.push(entry);
    }
    let done = |change: &&Change| {
        is_it(change.verb, change.protocol, [change.client, change.server], &change.function)
    };
    for change in picture.changes.iter().filter(done) {
        if let Some(deed) = deeds.get_mut(&(change.client, change.server)) {
            deed.changes.push(change);
        }
    }
    deeds.into_values().filter(|deed| !deed.is_permitted(picture)).collect()
}

/// Whether it was done to a device of the site. What starts, stops or forces is told of controllers only: a database that is
/// shut down drops no brakes. A server in the Internet that takes or gives a file named as program or
/// firmware is a place for files; only in a protocol of controllers is it one itself, wherever it stands.
fn is_of_a_device(picture: &Picture<'_>, verb: Verb, protocol: &str, [client, server]: [Address; 2]) -> bool {
    let is_far = || {
        let links = picture.links_between(client, server);
        let scope = links.first().map_or_else(|| picture.site.scope(server), |link| link.scopes[1]);
        scope == Scope::Internet
    };
    match verb {
        Verb::Start | Verb::Stop | Verb::ChangeMode | Verb::Reset | Verb::Force => {
            is_of_controllers(protocol)
        }
        Verb::UpdateFirmware | Verb::DownloadProgram | Verb::UploadProgram => {
            is_of_controllers(protocol) || !is_far()
        }
        _ => true,
    }
}

/// Functions by which engineering software keeps others out for as long as its session lasts.
const SESSION_LOCKS: [&str; 6] = [
    "umas take_plc_reservation",
    "umas release_plc_reservation",
    "logix_lock",
    "logix_unlock",
    "pccc_get_edit_resource",
    "pccc_return_edit_resource",
];

/// Whether a function, as records name it, is one of those.
pub(super) fn is_session_lock(function: &str) -> bool {
    SESSION_LOCKS.iter().any(|lock| function.strip_prefix(lock).is_some_and(|rest| rest.starts_with(" (")))
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
    pub(super) fn first(&self) -> Moment {
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
        let (what, worked_or_not) =
            if self.may_have_worked() { (what.to_owned(), "") } else { (meant(what), ", in vain") };
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

/// `The device was to be reset`: a title that says that it was done is read before what follows it.
fn meant(done: &str) -> String {
    let tensed = [(" was ", " was to be "), (" were ", " were to be ")];
    match tensed.iter().find(|(was, _)| done.contains(was)) {
        // Who is told in vain was told all the same.
        Some((was, to_be)) if !done.contains(" was told ") => done.replacen(was, to_be, 1),
        _ => done.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::meant;

    #[test]
    fn what_did_not_succeed_is_not_said_to_have_been_done() {
        assert_eq!(meant("The device was reset"), "The device was to be reset");
        assert_eq!(
            meant("Passwords, locks or access rights were changed"),
            "Passwords, locks or access rights were to be changed"
        );
        assert_eq!(meant("The controller was told to stop"), "The controller was told to stop");
    }
}
