//! Updates and zone transfers as operations.

use super::names;
use super::state::Key;
use super::wire::{Header, Message, Part, Section, Type};
use crate::{Context, Request};
use quaywatch_model::{Coded, Item, Items, Moment, Number, Operation, Outcome, Side, Verb};

/// So many of the names an update changes are told.
const MOST_NAMES: usize = 32;

/// Whether a message asks for, or answers, more than names.
pub(super) fn is_operation(message: &Message<'_>) -> bool {
    let transfers = |kind| matches!(kind, Type::AXFR | Type::IXFR);
    message.header.opcode() == Header::UPDATE
        || message.first_question().is_some_and(|question| transfers(question.kind))
}

/// Tells a question with its answer.
pub(super) fn report(
    cx: &mut Context<'_>,
    client: Side,
    question: &Message<'_>,
    asked: Option<Moment>,
    answer: Option<&Message<'_>>,
) {
    let code = answer.map_or(0, |answer| answer.header.rcode());
    let outcome = if code == 0 { Outcome::Accepted } else { Outcome::Refused };
    let reply = answer.map(|_| cx.now);
    tell(cx, client, question, (asked, reply), outcome, code);
}

/// Tells a question that was given up.
pub(super) fn report_unmet(
    cx: &mut Context<'_>,
    client: Side,
    question: &Message<'_>,
    waited: &Request<Key>,
    heard: bool,
) {
    let outcome = waited.unmet(cx.now, heard);
    tell(cx, client, question, (Some(waited.moment), None), outcome, 0);
}

fn tell(
    cx: &mut Context<'_>,
    client: Side,
    question: &Message<'_>,
    (request, reply): (Option<Moment>, Option<Moment>),
    outcome: Outcome,
    code: u16,
) {
    let (verb, function) = if question.header.opcode() == Header::UPDATE {
        (Verb::SetNetwork, Coded::new("update", Number::Hex8(Header::UPDATE)))
    } else {
        let kind = question.first_question().map_or(Type::AXFR, |question| question.kind);
        (Verb::Browse, Coded::new("zone_transfer", Number::Hex16(kind.0)))
    };
    let name = names::rcode(code);
    cx.operation(&Operation {
        request,
        reply,
        items: &Names(*question),
        code: (code != 0).then(|| Coded::new(&name, Number::Hex8(code as u8))),
        ..Operation::new(client, verb, function, outcome)
    });
}

/// The zone, and the names an update changes in it.
struct Names<'a>(Message<'a>);

impl Items for Names<'_> {
    fn each(&self, tell: &mut dyn FnMut(Item<'_>)) {
        let mut told = 0;
        let _ = self.0.each(&mut |part| {
            let name = match part {
                Part::Question(question) => &question.name,
                Part::Record(record) if record.section == Section::Authority => &record.name,
                Part::Record(_) => return,
            };
            told += 1;
            if told <= MOST_NAMES {
                tell(Item::named(&name.text()));
            }
        });
    }
}
