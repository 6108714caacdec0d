//! Where rows and counts are kept.

use crate::conversations::{
    App, Uid, carrier_name, client, ended, host, label, make_label, number, protocol_name, roles,
};
use crate::ledger::Ledger;
use crate::logs;
use crate::summary::{MOST_TRANSFERS, ProtocolTotal, Summary};
use crate::whose;
use foldhash::fast::FixedState;
use hashbrown::HashMap;
use quaywatch_findings::Violation;
use quaywatch_flow::Conversation;
use quaywatch_model::{
    Ended, FinishedTransfer, KeptNote, Moment, Problem, Side, Timestamp, Transferred, Verdict,
};
use quaywatch_site::Site;
use quaywatch_store::{Carver, ConversationRow, HandshakeRow, Logs, ProblemTotal, Rows, Transport};
use quaywatch_wire::protocol;
use std::borrow::Cow;
use std::sync::Arc;

/// Where a worker writes.
pub(crate) struct Outputs {
    pub(crate) rows: Option<Rows>,
    pub(crate) carver: Carver,
    pub(crate) logs: Option<Logs>,
}

/// Keeps rows and counts of all conversations of a worker.
pub(super) struct Desk {
    pub(super) ledger: Ledger,
    pub(super) rows: Option<Rows>,
    pub(super) carver: Carver,
    pub(super) logs: Option<Logs>,
    pub(super) summary: Summary,
    protocols: HashMap<&'static str, ProtocolTotal, FixedState>,
    pub(super) site: Arc<Site>,
}

impl Desk {
    pub(super) fn new(Outputs { rows, carver, logs }: Outputs, site: Arc<Site>) -> Self {
        let (ledger, summary, protocols) = (Ledger::default(), Summary::of(&site), HashMap::default());
        Self { ledger, rows, carver, logs, summary, protocols, site }
    }

    /// Whether rows can no longer be written.
    pub(super) fn failed(&self) -> bool {
        self.rows.as_ref().is_some_and(Rows::failed)
    }

    pub(super) fn promise(&mut self, time: Timestamp) {
        if let Some(rows) = &mut self.rows {
            rows.promise(time);
        }
    }

    /// What was found, and where it was written.
    pub(super) fn finish(self) -> (Summary, Outputs) {
        let Self { ledger, rows, carver, logs, mut summary, protocols, .. } = self;
        summary.protocols.extend(protocols);
        (summary.entries, summary.changed) = ledger.finish();
        (summary, Outputs { rows, carver, logs })
    }

    /// Bytes that go out and that no decoder reads, at least not yet.
    #[cold]
    pub(super) fn raw(&mut self, kept: &mut Conversation<App>, from: Side, frame: u64, bytes: &[u8]) {
        let whole = kept.key.protocol != protocol::TCP;
        if let Some(leaving) = &mut kept.app.leaving {
            self.summary.leaving.raw(leaving, from, frame, bytes, whole);
        }
    }

    pub(super) fn problem(&mut self, kept: Option<&Conversation<App>>, at: Moment, problem: &Problem) {
        let Problem { layer, reason, verdict, bytes } = *problem;
        self.summary.problem(ProblemTotal { layer, reason, verdict, count: 1, bytes });
        if verdict == Verdict::Malformed && Violation::is_told(layer) {
            // Who is client is as its operations say: the decoder itself is at work and cannot be asked.
            let client = |kept: &Conversation<App>| {
                kept.app.pair.map_or_else(|| kept.originator(), |(_, client, _)| client)
            };
            self.summary.violations.add(layer, reason, at, kept.map(|kept| roles(kept, client(kept))));
        }
        if let Some(rows) = &mut self.rows {
            rows.problem(at, problem, || {
                let made = |kept: &Conversation<App>| Cow::Owned(make_label(kept));
                kept.map(|kept| kept.app.label.as_deref().map_or_else(|| made(kept), Cow::Borrowed))
            });
        }
    }

    pub(super) fn finished(
        &mut self,
        kept: &mut Conversation<App>,
        protocol: &'static str,
        transfer: FinishedTransfer,
    ) {
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

    pub(super) fn end(&mut self, kept: &mut Conversation<App>) {
        let name = protocol_name(kept);
        for finished in self.carver.finish(number(kept)) {
            self.finished(kept, name, finished);
        }
        let [a, b] = kept.counts;
        let span = &mut self.summary.span;
        span.begun_before += u64::from(!kept.beginning_seen());
        span.missed_bytes += kept.missed_bytes();
        if name == "unknown" && a.bytes + b.bytes > 0 {
            let [conversations, bytes] = &mut span.unrecognised;
            *conversations += 1;
            *bytes += a.bytes + b.bytes;
        }
        let total = self.protocols.entry(name).or_default();
        total.conversations += 1;
        total.packets += a.packets + b.packets;
        total.wire_bytes += a.wire_bytes + b.wire_bytes;
        if let Some(tunnel) = &kept.tunnel {
            let carrier = self.protocols.entry(carrier_name(&tunnel.carrier)).or_default();
            carrier.carried_packets += a.packets + b.packets;
            carrier.carried_wire_bytes += a.wire_bytes + b.wire_bytes;
        }
        let notes = kept.app.notes.take().unwrap_or_default();
        if self.rows.is_some() {
            // Its row needs a label anyway, which has the name.
            label(kept);
        }
        let leaving = kept.app.leaving.take();
        let uid = Uid(kept);
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
            self.handshake_row(kept, name, &notes.0);
            self.conversation_row(kept, name);
        }
    }

    /// Hands what is left of a conversation to all who make answers of it.
    fn ended(&mut self, ended: &Ended<'_>) {
        self.summary.gathered.ended(ended);
        self.summary.linked.ended(ended);
        self.summary.watched.ended(ended, &|ends| whose::scopes(&self.site, ends));
    }

    fn handshake_row(&mut self, kept: &mut Conversation<App>, name: &'static str, notes: &[KeptNote]) {
        let Some(rows) = self.rows.as_mut().filter(|_| HandshakeRow::is_told_by(notes)) else { return };
        let (client, start, ports) = (client(kept), kept.first, ports(kept));
        rows.handshake(&HandshakeRow { label: label(kept), client, start, ports, protocol: name, notes });
    }

    fn conversation_row(&mut self, kept: &mut Conversation<App>, name: &'static str) {
        let Some(rows) = &mut self.rows else { return };
        let client = client(kept);
        let ethernet = kept.key.protocol == 0;
        let tunnel = kept.tunnel.as_ref().map(|tunnel| tunnel.carrier.uid(tunnel.first_frame));
        let has_macs = kept.macs.iter().any(|mac| mac.0 != [0; 6]);
        let label = kept.app.label.take().unwrap_or_else(|| Box::new(make_label(kept)));
        rows.conversation(&ConversationRow {
            label: &label,
            client,
            start: kept.first,
            end: kept.last,
            ports: ports(kept),
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

/// The ports, where the transport has them.
fn ports(kept: &Conversation<App>) -> Option<[u16; 2]> {
    let has_ports = matches!(kept.key.protocol, protocol::TCP | protocol::UDP | protocol::SCTP);
    has_ports.then_some(kept.key.ports)
}
