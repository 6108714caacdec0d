//! Kerberos: who logs in to a Windows domain, and for which service.
//!
//! Standard: RFC 4120, sections 5.4 (requests and answers), 5.9 (errors) and 7.2 (transport).
//!
//! ```text
//! UDP: APPLICATION 10 AS-REQ, 11 AS-REP, 12 TGS-REQ, 13 TGS-REP, 30 KRB-ERROR { SEQUENCE { [n] field, ... } }
//! TCP: | length u32 BE | the same |
//! ```
//!
//! A request for a ticket is Authenticate with user, realm and service, and with what came of it.
//!
//! Not decoded: tickets and what is encrypted, pre-authentication data, AP messages inside other protocols.
//!
//! Limits: a message is at most [`MAX_MESSAGE_BYTES`]; [`Pending::LIMIT`](crate::Pending::LIMIT) requests wait.

mod messages;

#[cfg(test)]
mod tests;

use crate::ber;
use crate::{
    Answer, Context, Conversation, Dialogue, Framed, Length, Pending, Probe, Protocol, Request, Transport,
};
use messages::Message;
use quaywatch_model::{
    Coded, DataClass, Item, Items, Number, Operation, Outcome, Side, Timestamp, Topic, Value, Verb,
};

/// The protocol's descriptor.
pub(crate) static PROTOCOL: Protocol = Protocol {
    name: "kerberos",
    title: "Kerberos",
    transports: &[Transport::Udp, Transport::Tcp],
    ports: &[88],
    probe,
    start: |probe| match probe.transport {
        Transport::Tcp => Box::new(Framed::new(Stream::default())),
        _ => Box::new(Kerberos::default()),
    },
    decoded: "requests for tickets with user, realm and service, errors",
    not_decoded: "what is encrypted, pre-authentication data, AP messages inside other protocols",
};

/// Tickets with many groups reach some tens of kilobytes; Windows allows 64.
const MAX_MESSAGE_BYTES: usize = 128 * 1024;

fn probe(probe: &Probe<'_>) -> Answer {
    match probe.transport {
        Transport::Tcp => begins(probe.bytes),
        _ if Message::decode(probe.bytes).is_some() => Answer::Certain,
        _ => Answer::No,
    }
}

/// The length of the record, and behind it a message of just that length.
fn begins(head: &[u8]) -> Answer {
    let Some((&length, message)) = head.split_first_chunk::<4>() else {
        return if head.first().is_none_or(|&first| first == 0) { Answer::Unsure } else { Answer::No };
    };
    let length = u32::from_be_bytes(length) as usize;
    match (message, ber::length(message)) {
        ([], _) => Answer::Unsure,
        ([0x6a..=0x6d | 0x7e, ..], Length::Is(inner)) if inner == length => {
            if message.len() >= 16 && !messages::begins(message) {
                Answer::No
            } else if message.len() >= 16 {
                Answer::Certain
            } else {
                Answer::Unsure
            }
        }
        ([0x6a..=0x6d | 0x7e, ..], Length::More) => Answer::Unsure,
        _ => Answer::No,
    }
}

/// What Kerberos makes us keep: the requests that wait.
#[derive(Debug, Default)]
struct Kerberos {
    client: Option<Side>,
    heard_server: bool,
    pending: Pending<u8>,
    told: [bool; 2],
}

impl Conversation for Kerberos {
    fn data(&mut self, cx: &mut Context<'_>, from: Side, bytes: &[u8]) {
        let Some(message) = Message::decode(bytes) else { return };
        if message.is_request() {
            self.client = Some(from);
            if !*from.of(&self.told) {
                *from.of_mut(&mut self.told) = true;
                cx.note(from, Topic::Authentication, Value::Text("kerberos"));
            }
            if let Some(gave_way) = self.pending.push(cx, message.kind, bytes) {
                self.unmet(cx, gave_way);
            }
            return;
        }
        self.client = Some(from.other());
        self.heard_server = true;
        let answers = |kind: &u8| message.is_error() || *kind + 1 == message.kind;
        match self.pending.take_where(answers) {
            Some(request) => {
                report(cx, from.other(), Some(&request), Some(&message), Outcome::Accepted);
                request.free(cx.memory);
            }
            None => report(cx, from.other(), None, Some(&message), Outcome::Accepted),
        }
    }

    fn gap(&mut self, _: &mut Context<'_>, from: Side, _: u64) {
        if self.client != Some(from) {
            self.pending.answers_lost();
        }
    }

    fn tick(&mut self, cx: &mut Context<'_>) -> Option<Timestamp> {
        while let Some(request) = self.pending.take_overdue(cx.now) {
            self.unmet(cx, request);
        }
        self.pending.due()
    }

    fn end(&mut self, cx: &mut Context<'_>) {
        while let Some(request) = self.pending.take_any() {
            self.unmet(cx, request);
        }
    }

    fn protocol(&self) -> &'static str {
        "kerberos"
    }

    fn client(&self) -> Option<Side> {
        self.client
    }

    fn carries(&self) -> DataClass {
        DataClass::Signalling
    }
}

impl Kerberos {
    fn unmet(&self, cx: &mut Context<'_>, request: Request<u8>) {
        let outcome = request.unmet(cx.now, self.heard_server);
        report(cx, self.client.unwrap_or(Side::A), Some(&request), None, outcome);
        request.free(cx.memory);
    }
}

/// The same over TCP.
#[derive(Debug, Default)]
struct Stream(Kerberos);

impl Dialogue for Stream {
    const LAYER: &'static str = "kerberos";
    const MAX_PDU_BYTES: usize = MAX_MESSAGE_BYTES;

    fn length(&self, _: Side, head: &[u8]) -> Length {
        head.first_chunk::<4>()
            .map_or(Length::More, |length| Length::Is(u32::from_be_bytes(*length) as usize + 4))
    }

    fn starts(&self, _: Side, head: &[u8]) -> Answer {
        begins(head)
    }

    fn pdu(&mut self, cx: &mut Context<'_>, from: Side, pdu: &[u8]) {
        self.0.data(cx, from, pdu.get(4..).unwrap_or_default());
    }

    fn lost(&mut self, cx: &mut Context<'_>, from: Side, bytes: u64) {
        self.0.gap(cx, from, bytes);
    }

    fn tick(&mut self, cx: &mut Context<'_>) -> Option<Timestamp> {
        Conversation::tick(&mut self.0, cx)
    }

    fn end(&mut self, cx: &mut Context<'_>) {
        Conversation::end(&mut self.0, cx);
    }

    fn protocol(&self) -> &'static str {
        "kerberos"
    }

    fn client(&self) -> Option<Side> {
        self.0.client
    }

    fn carries(&self) -> DataClass {
        DataClass::Signalling
    }
}

fn report(
    cx: &mut Context<'_>,
    client: Side,
    asked: Option<&Request<u8>>,
    answer: Option<&Message>,
    unmet: Outcome,
) {
    let question = asked.and_then(|asked| Message::decode(&asked.bytes));
    let Some(kind) = question.as_ref().or(answer).map(|message| message.kind) else { return };
    let error = answer.and_then(|answer| answer.error);
    let outcome = match answer {
        None => unmet,
        Some(_) if error.is_some() => Outcome::Refused,
        Some(_) => Outcome::Accepted,
    };
    cx.operation(&Operation {
        request: asked.map(|asked| asked.moment),
        reply: answer.map(|_| cx.now),
        items: &Ticket { question: question.as_ref(), answer },
        code: error.map(messages::error),
        ..Operation::new(
            client,
            Verb::Authenticate,
            Coded::new(messages::name(kind), Number::Hex8(kind)),
            outcome,
        )
    });
}

struct Ticket<'a> {
    question: Option<&'a Message>,
    answer: Option<&'a Message>,
}

impl Items for Ticket<'_> {
    fn each(&self, tell: &mut dyn FnMut(Item<'_>)) {
        let field = |of: fn(&Message) -> &str| {
            let both = self.question.into_iter().chain(self.answer);
            both.map(of).find(|text| !text.is_empty())
        };
        let all = [
            ("user", field(|message| &message.user)),
            ("realm", field(|message| &message.realm)),
            ("service", field(|message| &message.service)),
        ];
        for (name, text) in all {
            if let Some(text) = text {
                tell(Item::valued(&name, Value::Text(text)));
            }
        }
    }
}
