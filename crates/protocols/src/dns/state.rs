use super::log::{LOG, Row};
use super::wire::{self, MAX_PDU_BYTES, Message, Part, Section, Type};
use super::{facts, ops};
use crate::{Answer, Context, Conversation, Dialogue, Length, Pending, Request};
use quaywatch_model::{Content, DataClass, LogLine, Side, Verdict};
use std::net::{IpAddr, Ipv4Addr};

/// So many names and texts of a message are told as content; a tunnel needs one.
const MOST_TOLD: usize = 8;

/// Which of those that speak these messages this is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Flavour {
    Dns,
    Mdns,
    Llmnr,
    Nbns,
}

impl Flavour {
    const fn name(self) -> &'static str {
        match self {
            Self::Dns => "dns",
            Self::Mdns => "mdns",
            Self::Llmnr => "llmnr",
            Self::Nbns => "nbns",
        }
    }
}

/// What a message waits for its counterpart by. Replies wait too: captures are not always in order.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Key {
    id: u16,
    opcode: u8,
    is_reply: bool,
}

/// What is kept of a conversation.
#[derive(Debug)]
pub(crate) struct Dns {
    flavour: Flavour,
    transport: &'static str,
    client: Option<Side>,
    heard_server: bool,
    waiting: Pending<Key>,
    told: facts::Told,
}

impl Dns {
    pub(crate) fn new(flavour: Flavour, transport: &'static str) -> Self {
        Self {
            flavour,
            transport,
            client: None,
            heard_server: false,
            waiting: Pending::default(),
            told: facts::Told::default(),
        }
    }

    /// One whole message.
    fn message(&mut self, cx: &mut Context<'_>, from: Side, bytes: &[u8]) {
        let layer = self.flavour.name();
        let Ok(message) = Message::decode(bytes) else {
            return cx.problem(layer, "message without header", Verdict::Malformed, bytes.len() as u64);
        };
        if message.each(&mut |_| ()).is_err() {
            cx.problem(layer, "message does not decode", Verdict::Malformed, bytes.len() as u64);
        }
        let is_reply = message.header.is_response();
        let client = self.client_of(cx, from, is_reply);
        self.client = Some(client);
        self.heard_server |= is_reply;
        facts::tell(cx, self.flavour, from, &message, &mut self.told);
        self.content(cx, from, &message);
        self.pair(cx, bytes, &message);
    }

    /// Who asks. What is sent to a group has no one who asked; its sender stands for it.
    fn client_of(&self, cx: &Context<'_>, from: Side, is_reply: bool) -> Side {
        let to = from.other().of(&cx.addresses).ip();
        let to_group = to.is_some_and(|ip| ip.is_multicast() || ip == IpAddr::V4(Ipv4Addr::BROADCAST));
        if is_reply && !to_group { from.other() } else { from }
    }

    /// Names asked for and texts answered, in which a tunnel would be.
    fn content(&self, cx: &mut Context<'_>, from: Side, message: &Message<'_>) {
        let is_reply = message.header.is_response();
        let mut told = 0;
        let mut tell = |bytes: &[u8], wire_bytes: usize| {
            told += 1;
            if told <= MOST_TOLD && !bytes.is_empty() {
                let (class, wire_bytes) = (DataClass::Signalling, wire_bytes as u64);
                cx.content(&Content { from, class, wire_bytes, bytes, ends: true });
            }
        };
        let _ = message.each(&mut |part| match part {
            Part::Question(question) if !is_reply => tell(question.name.bytes(), question.wire_bytes),
            Part::Record(record)
                if record.section == Section::Answer && matches!(record.kind, Type::TXT | Type::NULL) =>
            {
                tell(record.data, record.data.len());
            }
            _ => {}
        });
    }

    /// Finds the message this belongs to, and tells both; or lets it wait.
    fn pair(&mut self, cx: &mut Context<'_>, bytes: &[u8], message: &Message<'_>) {
        let header = message.header;
        let (id, opcode, is_reply) = (header.id, header.opcode(), header.is_response());
        let is_operation = self.flavour == Flavour::Dns && ops::is_operation(message);
        // Zeek logs queries, notifications and updates.
        let is_logged = cx.wanted.logs && matches!(opcode, 0 | 4 | 5);
        if !is_operation && !is_logged {
            return;
        }
        let counterpart = self.waiting.take_where(|key| key.id == id && key.is_reply != is_reply);
        let Some(first) = counterpart else {
            if is_operation && is_reply && !is_logged {
                return;
            }
            if let Some(gave_way) = self.waiting.push(cx, Key { id, opcode, is_reply }, bytes) {
                self.alone(cx, gave_way);
            }
            return;
        };
        let earlier = Message::decode(&first.bytes).ok();
        if is_logged {
            let mut row = Row::new(self.transport, self.flavour, id, opcode);
            let (at, now) = (first.moment, cx.now);
            if let Some(earlier) = &earlier {
                row.add(earlier, at, at);
            }
            row.add(message, at, now);
            self.line(cx, &first, &row);
        }
        if let (true, true, Some(question)) = (is_operation, is_reply, &earlier) {
            let client = self.client.unwrap_or(Side::A);
            ops::report(cx, client, question, Some(first.moment), Some(message));
        }
        first.free(cx.memory);
    }

    /// A message whose counterpart did not come.
    fn alone(&mut self, cx: &mut Context<'_>, waited: Request<Key>) {
        let Key { id, opcode, is_reply } = waited.key;
        let message = Message::decode(&waited.bytes).ok();
        if cx.wanted.logs && matches!(opcode, 0 | 4 | 5) {
            let mut row = Row::new(self.transport, self.flavour, id, opcode);
            if let Some(message) = &message {
                row.add(message, waited.moment, waited.moment);
            }
            self.line(cx, &waited, &row);
        }
        if let (Flavour::Dns, false, Some(message)) = (self.flavour, is_reply, &message)
            && ops::is_operation(message)
        {
            let client = self.client.unwrap_or(Side::A);
            ops::report_unmet(cx, client, message, &waited, self.heard_server);
        }
        waited.free(cx.memory);
    }

    fn line(&self, cx: &mut Context<'_>, first: &Request<Key>, row: &Row) {
        let from = self.client.unwrap_or(Side::A);
        cx.log(&LogLine { log: &LOG, at: first.moment, from, values: row });
    }
}

impl Dialogue for Dns {
    const LAYER: &'static str = "dns";
    const MAX_PDU_BYTES: usize = MAX_PDU_BYTES;

    fn length(&self, _: Side, head: &[u8]) -> Length {
        wire::length(head)
    }

    fn starts(&self, _: Side, head: &[u8]) -> Answer {
        wire::begins(head)
    }

    fn pdu(&mut self, cx: &mut Context<'_>, from: Side, pdu: &[u8]) {
        self.message(cx, from, pdu.get(2..).unwrap_or_default());
    }

    fn lost(&mut self, _: &mut Context<'_>, from: Side, _: u64) {
        if self.client != Some(from) {
            self.waiting.answers_lost();
        }
    }

    fn end(&mut self, cx: &mut Context<'_>) {
        while let Some(waited) = self.waiting.take_any() {
            self.alone(cx, waited);
        }
    }

    fn protocol(&self) -> &'static str {
        self.flavour.name()
    }

    fn client(&self) -> Option<Side> {
        self.client
    }

    fn carries(&self) -> DataClass {
        DataClass::Signalling
    }
}

/// Over UDP every datagram is one message.
pub(crate) struct Datagrams(pub(crate) Dns);

impl Conversation for Datagrams {
    fn data(&mut self, cx: &mut Context<'_>, from: Side, bytes: &[u8]) {
        self.0.message(cx, from, bytes);
    }

    fn gap(&mut self, cx: &mut Context<'_>, from: Side, bytes: u64) {
        if bytes > 0 {
            cx.problem(self.0.flavour.name(), "message not captured as a whole", Verdict::Incomplete, bytes);
        }
        self.0.lost(cx, from, bytes);
    }

    fn end(&mut self, cx: &mut Context<'_>) {
        Dialogue::end(&mut self.0, cx);
    }

    fn protocol(&self) -> &'static str {
        self.0.flavour.name()
    }

    fn client(&self) -> Option<Side> {
        self.0.client
    }

    fn carries(&self) -> DataClass {
        DataClass::Signalling
    }
}
