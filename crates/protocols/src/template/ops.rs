use super::wire::{Kind, Pdu};
use crate::Context;
use quaywatch_model::{Coded, Item, Items, Moment, Number, Operation, Outcome, Side, Value, Verb};

/// Lowers a request and its answer, either of which may be missing, to an operation.
pub(super) fn report(
    cx: &mut Context<'_>,
    client: Side,
    asked: Option<Moment>,
    question: Option<Pdu<'_>>,
    answered: Option<(Moment, Pdu<'_>)>,
    unmet: Outcome,
) {
    let answer = answered.map(|(_, pdu)| pdu);
    let Some(kind) = question.or(answer).map(|pdu| pdu.kind.request()) else { return };
    let status = answer.and_then(|pdu| pdu.body.first().copied());
    let outcome = match (answer, status) {
        (None, _) => unmet,
        (Some(_), None | Some(0)) => Outcome::Accepted,
        (Some(_), Some(_)) => Outcome::Refused,
    };
    let items = Body { kind, question, answer };
    cx.operation(&Operation {
        request: asked,
        reply: answered.map(|(moment, _)| moment),
        items: &items,
        code: status.filter(|&status| status != 0).map(|status| Coded::new("refused", Number::Hex8(status))),
        ..Operation::new(client, verb(kind), Coded::new(kind.name(), Number::Hex8(kind.0)), outcome)
    });
}

const fn verb(kind: Kind) -> Verb {
    match kind {
        Kind::READ => Verb::Read,
        Kind::WRITE => Verb::Write,
        _ => Verb::Opaque,
    }
}

/// The one value a PDU is about, told when somebody asks.
struct Body<'a> {
    kind: Kind,
    question: Option<Pdu<'a>>,
    answer: Option<Pdu<'a>>,
}

impl Items for Body<'_> {
    fn each(&self, tell: &mut dyn FnMut(Item<'_>)) {
        let read = self.answer.and_then(|pdu| pdu.body.get(1..));
        let written = self.question.map(|pdu| pdu.body);
        match if self.kind == Kind::READ { read } else { written } {
            Some(bytes) => tell(Item::valued(&"value", Value::Bytes(bytes))),
            None => tell(Item::named(&"value")),
        }
    }
}
