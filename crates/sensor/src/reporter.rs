use crate::conversations::{App, Reading, carries, client, protocol_name, transport};
use crate::ledger::{Ledger, Pair, shown};
use crate::logs;
use crate::summary::{MOST_TRANSFERS, Summary};
use crate::tagged::Tagged;
use foldhash::fast::FixedState;
use quaywatch_flow::{Conversation, Listener, NEVER};
use quaywatch_model::{
    Address, Content, Ended, Fact, FinishedTransfer, KeptNote, LogLine, Moment, Note, Operation, Outcome,
    Problem, Side, TagWrite, Timestamp, Transfer, Transferred, Value, Verb,
};
use quaywatch_protocols::{Context, Conversation as Decoder, Recognition, Shared, Sink, Wanted};
use quaywatch_site::{Host, Site};
use quaywatch_store::{Carver, ConversationRow, Label, Logs, ProblemTotal, Rows, TagSample, Transport};
use quaywatch_wire::{Memory, protocol};
use std::borrow::Cow;
use std::fmt;
use std::hash::BuildHasher;
use std::mem;
use std::sync::Arc;

/// A fact that is no text is shown in so many bytes.
const LONGEST_FACT_BYTES: usize = 200;

/// Where a worker writes.
pub(crate) struct Outputs {
    pub(crate) rows: Option<Rows>,
    pub(crate) carver: Carver,
    pub(crate) logs: Option<Logs>,
}

/// Turns what the flow table and the decoders tell into rows and counts.
pub(crate) struct Reporter {
    shared: Shared,
    desk: Desk,
    /// Whether the frame at hand is told by this worker or only heard.
    pub(crate) telling: bool,
}

/// Where rows and counts are kept; apart from `shared`, so that a decoder can use both.
struct Desk {
    ledger: Ledger,
    rows: Option<Rows>,
    carver: Carver,
    logs: Option<Logs>,
    summary: Summary,
    site: Arc<Site>,
}

impl Reporter {
    pub(crate) fn new(outputs: Outputs, site: Arc<Site>) -> Self {
        let summary = Summary::of(&site);
        let Outputs { rows, carver, logs } = outputs;
        let desk = Desk { ledger: Ledger::default(), rows, carver, logs, summary, site };
        Self { shared: Shared::default(), desk, telling: true }
    }

    /// A problem that belongs to no conversation.
    pub(crate) fn loose_problem(&mut self, at: Moment, problem: &Problem) {
        self.desk.problem(None, at, problem);
    }

    /// Whether rows can no longer be written.
    pub(crate) fn failed(&self) -> bool {
        self.desk.rows.as_ref().is_some_and(Rows::failed)
    }

    /// Promises that no operation is told any more that belongs before `time`.
    pub(crate) fn promise(&mut self, time: Timestamp) {
        if let Some(rows) = &mut self.desk.rows {
            rows.promise(time);
        }
    }

    /// What was found, and where it was written.
    pub(crate) fn finish(self) -> (Summary, Outputs) {
        let Desk { ledger, mut rows, carver, logs, mut summary, .. } = self.desk;
        if let Some(rows) = &mut rows {
            rows.close();
        }
        (summary.entries, summary.changes, summary.changes_not_listed) = ledger.finish();
        (summary, Outputs { rows, carver, logs })
    }

    /// Lets a decoder act on a conversation.
    fn with<R>(
        &mut self,
        kept: &mut Conversation<App>,
        memory: &mut Memory,
        at: Moment,
        protocol: &'static str,
        act: impl FnOnce(&mut Context<'_>) -> R,
    ) -> R {
        let (addresses, ports) = (kept.key.addresses, kept.key.ports);
        let wanted = Wanted { content: kept.app.leaving.is_some(), logs: self.desk.logs.is_some() };
        let mut said = Said { desk: &mut self.desk, kept, protocol, at };
        let mut nothing = Unheard;
        let shadow = said.kept.app.shadow;
        let sink: &mut dyn Sink = if shadow { &mut nothing } else { &mut said };
        act(&mut Context { now: at, addresses, ports, wanted, memory, shared: &mut self.shared, sink })
    }

    /// Hands a decoder what was said. What it keeps waiting from now on is due no sooner than what waits already, so
    /// it is asked only where nothing waits.
    fn speak(
        &mut self,
        kept: &mut Conversation<App>,
        memory: &mut Memory,
        at: Moment,
        decoder: &mut dyn Decoder,
        from: Side,
        bytes: &[u8],
    ) {
        let asleep = kept.wake == NEVER;
        let protocol = decoder.protocol();
        let due = self.with(kept, memory, at, protocol, |cx| {
            decoder.data(cx, from, bytes);
            if asleep { decoder.tick(cx) } else { None }
        });
        if asleep {
            kept.wake = due.unwrap_or(NEVER);
        }
    }
}

impl Listener<App> for Reporter {
    fn begin(&mut self, kept: &mut Conversation<App>) {
        kept.app.shadow = !self.telling;
        if self.telling {
            kept.app.leaving = self.desk.summary.leaving.begun(&kept.key.addresses);
        }
    }

    fn data(
        &mut self,
        kept: &mut Conversation<App>,
        memory: &mut Memory,
        from: Side,
        at: Moment,
        bytes: &[u8],
    ) {
        if kept.app.leaving.is_some() && !matches!(kept.app.reading, Reading::Speaking(_)) {
            self.desk.raw(kept, from, bytes);
        }
        // The reading is taken out while it works, because what it finds is told of the conversation it is part of.
        let reading = match mem::replace(&mut kept.app.reading, Reading::Unknown) {
            Reading::Unknown => return,
            Reading::Speaking(mut decoder) => {
                self.speak(kept, memory, at, decoder.as_mut(), from, bytes);
                Reading::Speaking(decoder)
            }
            Reading::Undecided(mut recogniser) => {
                let Some(transport) = transport(kept) else { return };
                let shown = |cx: &mut Context<'_>| recogniser.show(cx, transport, from, bytes);
                match self.with(kept, memory, at, "unknown", shown) {
                    Recognition::Undecided => Reading::Undecided(recogniser),
                    Recognition::Unknown => Reading::Unknown,
                    Recognition::Found(mut decoder) => {
                        if let Some(leaving) = &mut kept.app.leaving {
                            self.desk.summary.leaving.recognised(leaving);
                        }
                        let protocol = decoder.protocol();
                        self.with(kept, memory, at, protocol, |cx| recogniser.replay(cx, decoder.as_mut()));
                        self.speak(kept, memory, at, decoder.as_mut(), from, bytes);
                        Reading::Speaking(decoder)
                    }
                }
            }
        };
        kept.app.reading = reading;
    }

    fn gap(&mut self, kept: &mut Conversation<App>, memory: &mut Memory, from: Side, at: Moment, bytes: u64) {
        if let Some(leaving) = &mut kept.app.leaving {
            self.desk.summary.leaving.gap(leaving, from);
        }
        match mem::replace(&mut kept.app.reading, Reading::Unknown) {
            Reading::Speaking(mut decoder) => {
                let protocol = decoder.protocol();
                self.with(kept, memory, at, protocol, |cx| decoder.gap(cx, from, bytes));
                kept.app.reading = Reading::Speaking(decoder);
            }
            Reading::Undecided(mut recogniser) => {
                recogniser.gap(memory, from);
                kept.app.reading = Reading::Undecided(recogniser);
            }
            Reading::Unknown => {}
        }
    }

    fn wake(&mut self, kept: &mut Conversation<App>, memory: &mut Memory, at: Moment) {
        let mut reading = mem::replace(&mut kept.app.reading, Reading::Unknown);
        if let Reading::Speaking(decoder) = &mut reading {
            let protocol = decoder.protocol();
            let due = self.with(kept, memory, at, protocol, |cx| decoder.tick(cx));
            kept.wake = due.unwrap_or(NEVER);
        }
        kept.app.reading = reading;
    }

    fn end(&mut self, kept: &mut Conversation<App>, memory: &mut Memory, at: Moment) {
        let at = Moment { frame: at.frame, time: at.time.max(kept.last) };
        match mem::replace(&mut kept.app.reading, Reading::Unknown) {
            Reading::Speaking(mut decoder) => {
                let protocol = decoder.protocol();
                self.with(kept, memory, at, protocol, |cx| decoder.end(cx));
                kept.app.reading = Reading::Speaking(decoder);
            }
            Reading::Undecided(mut recogniser) => recogniser.forget(memory),
            Reading::Unknown => {}
        }
        if !kept.app.shadow {
            self.desk.end(kept);
        }
    }

    fn problem(&mut self, kept: Option<&Conversation<App>>, at: Moment, problem: &Problem) {
        if kept.map_or(self.telling, |kept| !kept.app.shadow) {
            self.desk.problem(kept, at, problem);
        }
    }
}

/// What a decoder says of one conversation.
struct Said<'a> {
    desk: &'a mut Desk,
    kept: &'a mut Conversation<App>,
    protocol: &'static str,
    at: Moment,
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
        self.desk.ledger.add(pair, operation);
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
            self.desk.summary.leaving.content(leaving, content);
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
        let operation = Operation { items: &items, ..*operation };
        self.desk.ledger.add(pair, &operation);
        if matches!(operation.verb, Verb::Write | Verb::Force) {
            let [client, server] = roles(self.kept, operation.client);
            let (at, verb, outcome) = (operation.moment(), operation.verb, operation.outcome);
            items.numbers(&mut |tag, number| {
                let tag = tag.name.clone();
                self.desk.summary.tag_write(TagWrite { at, client, server, verb, tag, number, outcome });
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

/// Who an address of the conversation is, for the site to say what it knows.
fn host(kept: &Conversation<App>, address: Address) -> Host {
    let [first, _] = kept.key.addresses;
    let at = usize::from(first != address);
    let mac = kept.macs.get(at).copied().filter(|mac| mac.0 != [0; 6]);
    Host { address, vlan: (kept.key.vlan != 0).then_some(kept.key.vlan), mac }
}

/// For a conversation that another worker tells.
struct Unheard;

impl Sink for Unheard {
    fn operation(&mut self, _: &Operation<'_>) {}
    fn transfer(&mut self, _: &Transfer<'_>) {}
    fn problem(&mut self, _: &Problem) {}
    fn fact(&mut self, _: &Fact<'_>) {}
    fn note(&mut self, _: &Note<'_>) {}
    fn content(&mut self, _: &Content<'_>) {}
    fn log(&mut self, _: &LogLine<'_>) {}
}

impl Desk {
    /// Bytes that go out and that no decoder reads, at least not yet.
    #[cold]
    fn raw(&mut self, kept: &mut Conversation<App>, from: Side, bytes: &[u8]) {
        let whole = kept.key.protocol != protocol::TCP;
        if let Some(leaving) = &mut kept.app.leaving {
            self.summary.leaving.raw(leaving, from, bytes, whole);
        }
    }

    fn problem(&mut self, kept: Option<&Conversation<App>>, at: Moment, problem: &Problem) {
        let Problem { layer, reason, verdict, bytes } = *problem;
        self.summary.problem(ProblemTotal { layer, reason, verdict, count: 1, bytes });
        if let Some(rows) = &mut self.rows {
            let made = kept.map(|kept| kept.app.label.is_none().then(|| make_label(kept)));
            let label = match (&made, kept) {
                (Some(Some(made)), _) => Some(made),
                (_, Some(kept)) => kept.app.label.as_deref(),
                _ => None,
            };
            rows.problem(label, at, problem);
        }
    }

    fn finished(&mut self, kept: &mut Conversation<App>, protocol: &'static str, transfer: FinishedTransfer) {
        if let Some(problem) = transfer.problem {
            self.problem(Some(kept), transfer.end, &problem);
        }
        if let Some(rows) = &mut self.rows {
            rows.transfer(label(kept), protocol, &transfer);
        }
        if let Some(logs) = &mut self.logs {
            let uid = label(kept).uid().to_owned();
            logs::transfer(logs, kept, protocol, &uid, &transfer);
        }
        if self.summary.transfers.len() < MOST_TRANSFERS {
            let [client, server] = roles(kept, transfer.client);
            self.summary.transfers.push(Transferred { client, server, protocol, transfer });
        } else {
            self.summary.transfers_not_listed += 1;
        }
    }

    fn end(&mut self, kept: &mut Conversation<App>) {
        let name = protocol_name(kept);
        for finished in self.carver.finish(number(kept)) {
            self.finished(kept, name, finished);
        }
        let [a, b] = kept.counts;
        let span = &mut self.summary.span;
        span.begun_before += u64::from(!kept.beginning_seen());
        span.missed_bytes += kept.missed_bytes();
        let total = self.summary.protocols.entry(name).or_default();
        total.conversations += 1;
        total.packets += a.packets + b.packets;
        total.wire_bytes += a.wire_bytes + b.wire_bytes;
        let notes = kept.app.notes.take().unwrap_or_default();
        let uid = kept.key.uid(kept.first.frame);
        let leaving = kept.app.leaving.take();
        let ended = ended(kept, name, &uid, &notes.0);
        self.ended(&ended);
        let unread = leaving.and_then(|mut leaving| self.summary.leaving.ended(&mut leaving, &ended));
        if let Some(problem) = unread {
            let at = Moment { time: kept.last, ..kept.first };
            self.problem(Some(kept), at, &problem);
        }
        if let Some(logs) = &mut self.logs {
            let uid = label(kept).uid().to_owned();
            logs::conversation(logs, kept, name, &uid);
        }
        if self.rows.is_some() {
            self.conversation_row(kept, name);
        }
    }

    /// Hands what is left of a conversation to all who make answers of it.
    fn ended(&mut self, ended: &Ended<'_>) {
        self.summary.gathered.ended(ended);
        self.summary.linked.ended(ended);
        self.summary.watched.ended(ended, &|address| self.site.scope(address));
    }

    fn conversation_row(&mut self, kept: &mut Conversation<App>, name: &'static str) {
        let Some(rows) = &mut self.rows else { return };
        let client = client(kept);
        let ethernet = kept.key.protocol == 0;
        let tunnel = kept.tunnel.as_ref().map(|tunnel| tunnel.carrier.uid(tunnel.first_frame));
        let has_ports = matches!(kept.key.protocol, protocol::TCP | protocol::UDP | protocol::SCTP);
        let has_macs = kept.macs.iter().any(|mac| mac.0 != [0; 6]);
        let label = kept.app.label.take().unwrap_or_else(|| Box::new(make_label(kept)));
        rows.conversation(&ConversationRow {
            label: &label,
            client,
            start: kept.first,
            end: kept.last,
            ports: has_ports.then_some(kept.key.ports),
            macs: has_macs.then(|| kept.macs.map(|mac| mac.0)),
            vlan: (kept.key.vlan != 0).then_some(kept.key.vlan),
            transport: if ethernet { Transport::Ethernet } else { Transport::Ip(kept.key.protocol) },
            ethertype: ethernet.then_some(kept.key.ethertype),
            protocol: name,
            packets: kept.counts.map(|counts| counts.packets),
            bytes: kept.counts.map(|counts| counts.bytes),
            wire_bytes: kept.counts.map(|counts| counts.wire_bytes),
            state: kept.state().as_str(),
            missed_bytes: kept.missed_bytes(),
            tunnel: tunnel.as_deref(),
            zones: kept.key.addresses.map(|address| {
                let zone = self.site.zone_of(host(kept, address))?;
                self.site.zone(zone).map(|zone| zone.name.as_str())
            }),
        });
    }
}

/// What is left of a conversation.
fn ended<'a>(
    kept: &Conversation<App>,
    protocol: &'static str,
    uid: &'a dyn fmt::Display,
    notes: &'a [KeptNote],
) -> Ended<'a> {
    Ended {
        uid,
        addresses: kept.key.addresses,
        ports: kept.key.ports,
        macs: kept.macs,
        vlan: (kept.key.vlan != 0).then_some(kept.key.vlan),
        ip_protocol: kept.key.protocol,
        ethertype: kept.key.ethertype,
        protocol,
        carries: carries(kept),
        client: client(kept),
        beginning_seen: kept.beginning_seen(),
        tunnelled: kept.tunnel.is_some(),
        first: kept.first,
        last: kept.last,
        packets: kept.counts.map(|counts| counts.packets),
        bytes: kept.counts.map(|counts| counts.bytes),
        state: kept.state().as_str(),
        hops_left: kept.hops_left,
        handshake_micros: kept.handshake_micros,
        notes,
    }
}

/// The client's and the server's address.
fn roles(kept: &Conversation<App>, client: Side) -> [Address; 2] {
    [*client.of(&kept.key.addresses), *client.other().of(&kept.key.addresses)]
}

fn label(kept: &mut Conversation<App>) -> &Label {
    if kept.app.label.is_none() {
        kept.app.label = Some(Box::new(make_label(kept)));
    }
    #[expect(clippy::expect_used, reason = "it was made the line before, if it was not there")]
    kept.app.label.as_deref().expect("a label")
}

fn make_label(kept: &Conversation<App>) -> Label {
    let [a, b] = &kept.key.addresses;
    let community_id = kept.key.community_id(kept.opener == Side::B).unwrap_or_default();
    Label::new(&kept.key.uid(kept.first.frame), &community_id, [a, b])
}

/// A number no other conversation of this capture has, but by a chance of one in 2⁶⁴.
fn number(kept: &Conversation<App>) -> u64 {
    FixedState::default().hash_one((kept.key, kept.first.frame))
}
