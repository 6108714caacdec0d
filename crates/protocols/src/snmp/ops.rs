use super::names::{self, Object};
use super::wire::{Envelope, Kind, Message, Oid, Pdu, value};
use crate::Context;
use crate::ber::tag;
use quaywatch_model::{Coded, Item, Items, Moment, Number, Operation, Outcome, Side, Value, Verb};
use std::fmt;
use std::net::Ipv4Addr;

/// Lowers a request and its answer, either of which may be missing, to an operation.
pub(super) fn report(
    cx: &mut Context<'_>,
    client: Side,
    asked: Option<(Moment, Message<'_>)>,
    answered: Option<(Moment, Message<'_>)>,
    unmet: Outcome,
) {
    let (request, reply) = (asked.map(|(moment, _)| moment), answered.map(|(moment, _)| moment));
    let question = asked.and_then(|(_, message)| message.pdu);
    let answer = answered.and_then(|(_, message)| message.pdu);
    let (verb, function) = match (question, answer) {
        // RFC 3414, section 4: who does not know the engine asks with neither engine nor objects.
        (Some(pdu), _) if is_discovery(asked.map(|(_, message)| message)) => {
            (Verb::Identify, names::kind(pdu.kind))
        }
        (Some(pdu), _) => (verb(pdu.kind), names::kind(pdu.kind)),
        (None, Some(pdu)) => (Verb::Read, names::kind(pdu.kind)),
        (None, None) => (Verb::Opaque, Coded::new("encrypted", Number::None)),
    };
    let code = match answer {
        Some(pdu) if pdu.kind == Kind::REPORT && verb != Verb::Identify => Some(report_code(&pdu)),
        Some(pdu) if pdu.kind != Kind::REPORT && pdu.error != 0 => Some(names::error(pdu.error)),
        _ => None,
    };
    let outcome = match (answered, code) {
        (None, _) => unmet,
        (Some(_), None) => Outcome::Accepted,
        (Some(_), Some(_)) => Outcome::Refused,
    };
    let items = Objects { question, answer, engine: answered.map(|(_, message)| message) };
    let operation = Operation::new(client, verb, function, outcome);
    cx.operation(&Operation { request, reply, items: &items, code, ..operation });
}

/// A trap or an inform: an operation of its sender.
pub(super) fn report_notice(cx: &mut Context<'_>, from: Side, message: Message<'_>) {
    let Some(pdu) = message.pdu else { return };
    let items = Objects { question: Some(pdu), answer: None, engine: None };
    let operation = Operation::new(from.other(), Verb::Subscribe, names::kind(pdu.kind), Outcome::Accepted);
    cx.operation(&Operation { reply: Some(cx.now), items: &items, ..operation });
}

/// Whether this is the question by which an engine is found.
pub(super) fn is_discovery(message: Option<Message<'_>>) -> bool {
    message.is_some_and(|message| {
        let nameless = matches!(message.envelope, Envelope::User { engine: &[], .. });
        nameless && message.pdu.is_some_and(|pdu| pdu.bindings().next().is_none())
    })
}

const fn verb(kind: Kind) -> Verb {
    match kind {
        Kind::SET => Verb::Write,
        Kind::GET | Kind::GET_NEXT | Kind::GET_BULK => Verb::Read,
        _ => Verb::Opaque,
    }
}

/// A report's one object says what was wrong (RFC 3412, section 7.1).
fn report_code(pdu: &Pdu<'_>) -> Coded<'static> {
    let name = pdu.bindings().next().and_then(|(oid, _)| names::object(oid));
    Coded::new(name.map_or("report", |(name, _)| name), Number::None)
}

/// The objects of an exchange: of a set those that were set, else those that were answered, else those asked for.
struct Objects<'a> {
    question: Option<Pdu<'a>>,
    answer: Option<Pdu<'a>>,
    /// The answer, which names its engine.
    engine: Option<Message<'a>>,
}

impl Items for Objects<'_> {
    fn each(&self, tell: &mut dyn FnMut(Item<'_>)) {
        let reported = self.answer.is_some_and(|pdu| pdu.kind == Kind::REPORT);
        if let (true, Some(Envelope::User { engine, .. })) = (reported, self.engine.map(|it| it.envelope)) {
            tell(Item::valued(&"engine", Value::Bytes(engine)));
        }
        if let Some(trap) = self.question.and_then(|pdu| pdu.trap) {
            tell(Item::valued(&"enterprise", Value::Shown(&trap.enterprise)));
            if let &[a, b, c, d] = trap.agent {
                tell(Item::valued(&"agent", Value::Shown(&Ipv4Addr::new(a, b, c, d))));
            }
            tell(Item::valued(&"generic", Value::Signed(trap.generic)));
            tell(Item::valued(&"specific", Value::Signed(trap.specific)));
        }
        let answer = self.answer.filter(|pdu| pdu.kind != Kind::REPORT);
        match (self.question, answer) {
            (Some(question), answer) if question.kind == Kind::SET => {
                let refused = answer.filter(|pdu| pdu.error != 0);
                tell_all(&question, refused, tell);
            }
            // A refusal only repeats what was asked for.
            (Some(question), Some(answer)) if answer.error != 0 => tell_all(&question, Some(answer), tell),
            (_, Some(pdu)) | (Some(pdu), None) => tell_all(&pdu, None, tell),
            (None, None) => {}
        }
    }
}

/// Tells the objects of one PDU; `refused` says which of them was to blame.
fn tell_all(pdu: &Pdu<'_>, refused: Option<Pdu<'_>>, tell: &mut dyn FnMut(Item<'_>)) {
    for (number, (oid, element)) in (1_i64..).zip(pdu.bindings()) {
        let object = Object(oid);
        let blamed = refused.filter(|pdu| pdu.error_index == number).map(|pdu| names::error(pdu.error));
        let mut one = |value| {
            let code = blamed.or(names::exception(element.tag));
            tell(Item { code, value, ..Item::named(&object) });
        };
        match (element.tag, element.body) {
            (tag::INTEGER, _) => one(element.signed().map(Value::Signed)),
            (tag::OID, body) => one(Some(Value::Shown(&Oid(body)))),
            (value::IP_ADDRESS, &[a, b, c, d]) => one(Some(Value::Shown(&Ipv4Addr::new(a, b, c, d)))),
            (value::COUNTER32 | value::GAUGE32 | value::TIME_TICKS | value::COUNTER64, _) => {
                one(element.unsigned().map(Value::Unsigned));
            }
            (tag::NULL, _) => one(None),
            (number, _) if names::exception(number).is_some() => one(None),
            (_, body) => one(Some(text_or_bytes(body))),
        }
    }
}

/// A string as text, if all of it can be read.
fn text_or_bytes(body: &[u8]) -> Value<'_> {
    let readable = |text: &&str| text.chars().all(|one| !one.is_control() || one.is_whitespace());
    str::from_utf8(body).ok().filter(readable).map_or(Value::Bytes(body), Value::Text)
}

/// The version as people call it.
pub(super) struct Version(pub(super) i64);

impl fmt::Display for Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self.0 {
            0 => "SNMPv1",
            1 => "SNMPv2c",
            _ => "SNMPv3",
        })
    }
}
