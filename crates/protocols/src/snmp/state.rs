use super::facts;
use super::ops::{self, Version};
use super::wire::{Envelope, Kind, Message};
use crate::{Context, Conversation, Pending, Request};
use quaywatch_model::{DataClass, Outcome, Side, Timestamp, Topic, Value, Verdict};
use std::hash::{DefaultHasher, Hash, Hasher};

/// So many communities and users of one conversation are told. Who tries a list of them is known after these.
pub(super) const MOST_TOLD: usize = 16;
/// Communities that every device is delivered with and every attacker tries first.
const DEFAULT_COMMUNITIES: [&str; 2] = ["public", "private"];

/// What SNMP makes us keep: the requests that wait, and what was told already.
#[derive(Debug, Default)]
pub(super) struct Snmp {
    client: Option<Side>,
    heard: [bool; 2],
    pending: Pending<Key>,
    told: Vec<u64>,
}

/// Who asked, and the number that the answer will have: the PDU's, or version 3's message's where the PDU is hidden.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Key {
    from: Side,
    id: i64,
    notice: bool,
}

impl Conversation for Snmp {
    fn data(&mut self, cx: &mut Context<'_>, from: Side, bytes: &[u8]) {
        let Some(message) = Message::decode(bytes) else {
            let length = bytes.len() as u64;
            return cx.problem("snmp", "message does not decode", Verdict::Malformed, length);
        };
        *from.of_mut(&mut self.heard) = true;
        self.tell_envelope(cx, from, &message);
        let Some(pdu) = message.pdu else {
            return self.hidden(cx, from, &message, bytes);
        };
        // Version 3 pairs by the message's number: a report need not know the PDU's (RFC 3412, section 7.1).
        let id = match message.envelope {
            Envelope::User { id, .. } => id,
            Envelope::Community(_) => pdu.id,
        };
        match pdu.kind {
            kind if kind.is_request() => self.asked(cx, Key { from, id, notice: false }, bytes),
            kind if kind.is_answer() => self.answered(cx, from, id, message),
            kind => {
                self.client.get_or_insert(from.other());
                facts::tell(cx, from, &pdu);
                let key = Key { from, id, notice: true };
                let again = kind == Kind::INFORM && self.pending.is_waiting(|waiting| *waiting == key);
                if kind == Kind::INFORM {
                    self.asked(cx, key, &[]);
                }
                if !again {
                    ops::report_notice(cx, from, message);
                }
            }
        }
    }

    fn gap(&mut self, _: &mut Context<'_>, _: Side, _: u64) {
        self.pending.answers_lost();
    }

    fn tick(&mut self, cx: &mut Context<'_>) -> Option<Timestamp> {
        while let Some(request) = self.pending.take_overdue(cx.now) {
            self.report_unmet(cx, request);
        }
        self.pending.due()
    }

    fn end(&mut self, cx: &mut Context<'_>) {
        while let Some(request) = self.pending.take_any() {
            self.report_unmet(cx, request);
        }
    }

    fn protocol(&self) -> &'static str {
        "snmp"
    }

    fn client(&self) -> Option<Side> {
        self.client
    }

    fn carries(&self) -> DataClass {
        DataClass::MachineIdentity
    }
}

impl Snmp {
    /// Keeps a request. Who does not get an answer asks again with the same number: that is the same request.
    fn asked(&mut self, cx: &mut Context<'_>, key: Key, bytes: &[u8]) {
        if !key.notice {
            self.client = Some(key.from);
        }
        if self.pending.is_waiting(|waiting| *waiting == key) {
            return;
        }
        if let Some(gave_way) = self.pending.push(cx, key, bytes) {
            self.report_unmet(cx, gave_way);
        }
    }

    fn answered(&mut self, cx: &mut Context<'_>, from: Side, id: i64, message: Message<'_>) {
        let request = self.pending.take_where(|key| key.from != from && key.id == id);
        if let Some(pdu) = message.pdu.filter(|pdu| pdu.kind == Kind::RESPONSE && pdu.error == 0) {
            facts::tell(cx, from, &pdu);
        }
        facts::tell_engine(cx, from, &message.envelope);
        match request {
            Some(request) if request.key.notice => request.free(cx.memory),
            Some(request) => {
                let asked = Message::decode(&request.bytes).map(|question| (request.moment, question));
                let answered = Some((cx.now, message));
                ops::report(cx, from.other(), asked, answered, Outcome::Accepted);
                request.free(cx.memory);
            }
            None => {
                self.client.get_or_insert(from.other());
                ops::report(cx, from.other(), None, Some((cx.now, message)), Outcome::Accepted);
            }
        }
    }

    /// An encrypted message: who wants to hear of errors asks, who does not answers or notifies.
    fn hidden(&mut self, cx: &mut Context<'_>, from: Side, message: &Message<'_>, bytes: &[u8]) {
        cx.carried(from, DataClass::Encrypted, bytes.len() as u64);
        let Envelope::User { id, flags, .. } = message.envelope else { return };
        if flags.reportable() {
            self.asked(cx, Key { from, id, notice: false }, bytes);
        } else {
            self.answered(cx, from, id, *message);
        }
    }

    /// Tells version, secret, user and protection, each once.
    fn tell_envelope(&mut self, cx: &mut Context<'_>, from: Side, message: &Message<'_>) {
        match message.envelope {
            Envelope::Community(community) => {
                cx.carried(from, DataClass::Credentials, community.len() as u64);
                if !self.is_new(&(message.version, community)) {
                    return;
                }
                self.tell_version(cx, from, message.version);
                cx.note(from, Topic::ClearSecret, Value::Secret);
                if let Some(known) = DEFAULT_COMMUNITIES.iter().find(|known| known.as_bytes() == community) {
                    cx.note(from, Topic::DefaultSecret, Value::Shown(&format_args!("community {known}")));
                }
            }
            Envelope::User { flags, user, .. } => {
                if ops::is_discovery(Some(*message)) || !self.is_new(&(flags.protection(), user)) {
                    return;
                }
                self.tell_version(cx, from, message.version);
                if !user.is_empty() {
                    cx.note(from, Topic::User, Value::Text(&String::from_utf8_lossy(user)));
                }
                cx.note(from, Topic::Protection, Value::Text(flags.protection()));
            }
        }
    }

    fn tell_version(&mut self, cx: &mut Context<'_>, from: Side, version: i64) {
        if self.is_new(&version) {
            cx.note(from, Topic::Version, Value::Shown(&Version(version)));
        }
    }

    /// Whether this was not told yet and there is room to remember that it is told now.
    fn is_new(&mut self, what: &impl Hash) -> bool {
        let mut hasher = DefaultHasher::new();
        what.hash(&mut hasher);
        let hash = hasher.finish();
        let new = !self.told.contains(&hash) && self.told.len() < MOST_TOLD;
        if new {
            self.told.push(hash);
        }
        new
    }

    fn report_unmet(&self, cx: &mut Context<'_>, request: Request<Key>) {
        let Key { from, notice, .. } = request.key;
        if !notice {
            let outcome = request.unmet(cx.now, *from.other().of(&self.heard));
            let asked = Message::decode(&request.bytes).map(|question| (request.moment, question));
            ops::report(cx, from, asked, None, outcome);
        }
        request.free(cx.memory);
    }
}
