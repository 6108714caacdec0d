//! What the decoder of a conversation says, as it comes to the desk.

use super::desk::Desk;
use crate::changes::shown;
use crate::conversations::{App, host, label, number, roles};
use crate::ledger::Pair;
use crate::logs;
use crate::tagged::Tagged;
use quaywatch_flow::Conversation;
use quaywatch_model::{
    Content, Fact, LogLine, Moment, Note, Operation, Outcome, Problem, Transfer, Value, Verb,
};
use quaywatch_protocols::Sink;
use quaywatch_site::{Permit, Why};
use quaywatch_store::TagSample;
use std::borrow::Cow;
use std::sync::Arc;

/// A fact that is no text is shown in so many bytes.
const LONGEST_FACT_BYTES: usize = 200;

/// What a decoder says of one conversation.
pub(super) struct Said<'a> {
    pub(super) desk: &'a mut Desk,
    pub(super) kept: &'a mut Conversation<App>,
    pub(super) protocol: &'static str,
    pub(super) at: Moment,
}

impl Sink for Said<'_> {
    fn operation(&mut self, operation: &Operation<'_>) {
        let protocol = operation.protocol.unwrap_or(self.protocol);
        let client = operation.client;
        let pair = match self.kept.app.pair {
            Some((pair, side, name)) if side == client && std::ptr::eq(name, protocol) => pair,
            _ => {
                let [client_address, server_address] = roles(self.kept, client);
                let pair = self.desk.ledger.pair(client_address, server_address, protocol);
                self.kept.app.pair = Some((pair, client, protocol));
                pair
            }
        };
        if self.desk.site.has_tags() {
            return self.tagged(pair, protocol, operation);
        }
        self.desk.ledger.add(pair, operation, operation.items);
        if let Some(rows) = &mut self.desk.rows {
            rows.operation(label(self.kept), protocol, operation);
        }
    }

    fn transfer(&mut self, transfer: &Transfer<'_>) {
        let finished = self.desk.carver.event(number(self.kept), self.at, transfer);
        if let Some(finished) = finished {
            self.desk.finished(self.kept, self.protocol, finished);
        }
    }

    fn said_at(&mut self, at: Moment) {
        self.at = at;
    }

    fn problem(&mut self, problem: &Problem) {
        self.desk.problem(Some(self.kept), self.at, problem);
    }

    fn fact(&mut self, fact: &Fact<'_>) {
        let text = match fact.value {
            Value::Text(text) => Cow::Borrowed(text),
            value => Cow::Owned(shown(&value, LONGEST_FACT_BYTES)),
        };
        let (addresses, summary) = (&self.kept.key.addresses, &mut self.desk.summary);
        summary.gathered.fact(addresses, self.protocol, self.at, fact.about, fact.attribute, &text);
        summary.watched.fact(addresses, self.protocol, self.at, fact.about, fact.attribute, &text);
        summary.leaving.fact(self.at, fact.about, fact.attribute, &text);
    }

    fn note(&mut self, note: &Note<'_>) {
        self.kept.app.notes.get_or_insert_default().add(self.at, note);
    }

    fn content(&mut self, content: &Content<'_>) {
        if let Some(leaving) = &mut self.kept.app.leaving {
            self.desk.summary.leaving.content(leaving, self.at.frame, content);
        }
    }

    fn log(&mut self, line: &LogLine<'_>) {
        if let Some(logs) = &mut self.desk.logs {
            let uid = label(self.kept).uid().to_owned();
            logs.line(&logs::connection(self.kept, &uid), line);
        }
    }
}

impl Said<'_> {
    /// An operation at a site with tag maps: its items carry tags, and values of tags are told by themselves.
    fn tagged(&mut self, pair: Pair, protocol: &'static str, operation: &Operation<'_>) {
        let site = Arc::clone(&self.desk.site);
        let server = operation.client.other();
        let party = site.party(host(self.kept, *server.of(&self.kept.key.addresses)));
        let items =
            Tagged { items: operation.items, site: &site, server: party, protocol, unit: operation.unit };
        self.desk.ledger.add(pair, operation, &items);
        let operation = Operation { items: &items, ..*operation };
        if matches!(operation.verb, Verb::Write | Verb::Force) {
            // Every one is judged here: of what is listed for people not all is kept.
            let between = roles(self.kept, operation.client);
            let from = site.party(host(self.kept, *operation.client.of(&self.kept.key.addresses)));
            let breaches = &mut self.desk.summary.breaches;
            items.numbers(&mut |covered, number| {
                let tag = covered.tag();
                let Permit::Denied(why) = site.may_write(&from, &party, operation.verb, tag, number) else {
                    return;
                };
                // Who may write certain tags may not write what is none.
                if tag.is_some() || matches!(why, Why::OtherTag(_)) && site.is_mapped(&party) {
                    breaches.add(between, covered, why, number, &operation);
                }
            });
        }
        let Some(rows) = &mut self.desk.rows else { return };
        let label = label(self.kept);
        rows.operation(label, protocol, &operation);
        if operation.outcome == Outcome::Accepted {
            let crane = party.crane.and_then(|id| site.crane(id)).map(|crane| crane.name.as_str());
            items.samples(&mut |tag, value| {
                let sample = TagSample { crane, tag: &tag.name, value, unit: tag.unit.as_deref() };
                rows.tag(label, protocol, &operation, &sample);
            });
        }
    }
}

/// For a conversation that another worker tells.
pub(super) struct Unheard;

impl Sink for Unheard {
    fn operation(&mut self, _: &Operation<'_>) {}
    fn transfer(&mut self, _: &Transfer<'_>) {}
    fn problem(&mut self, _: &Problem) {}
    fn fact(&mut self, _: &Fact<'_>) {}
    fn note(&mut self, _: &Note<'_>) {}
    fn content(&mut self, _: &Content<'_>) {}
    fn log(&mut self, _: &LogLine<'_>) {}
}
