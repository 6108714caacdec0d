use super::items::Told;
use super::names::meaning;
use super::{Adu, ExceptionCode, Function, Pdu};
use crate::{Context, umas};
use quaywatch_model::{Moment, Operation, Outcome, Side};

/// A request and its answer, either of which may be missing.
#[derive(Debug, Clone, Copy)]
pub(super) struct Exchange<'a> {
    pub(super) client: Side,
    /// What was asked for. A client's code is that even with the exception bit set.
    pub(super) function: Function,
    pub(super) unit: u8,
    pub(super) transaction: u16,
    pub(super) asked: Option<Moment>,
    /// `None` where the request was not captured, or no memory was left to keep it.
    pub(super) question: Option<Pdu<'a>>,
    pub(super) answered: Option<(Moment, Pdu<'a>)>,
    /// What to say where there is no answer.
    pub(super) unmet: Outcome,
}

impl<'a> Exchange<'a> {
    /// An answer to a request that was not captured.
    pub(super) fn unasked(client: Side, moment: Moment, answer: Adu<'a>) -> Self {
        Self {
            client,
            function: answer.pdu.function(),
            unit: answer.unit,
            transaction: answer.transaction,
            asked: None,
            question: None,
            answered: Some((moment, answer.pdu)),
            unmet: Outcome::Unseen,
        }
    }

    fn answer(&self) -> Option<Pdu<'a>> {
        self.answered.map(|(_, pdu)| pdu)
    }

    /// What became of it, and the server's own code.
    fn outcome(&self) -> (Outcome, Option<ExceptionCode>) {
        let Some(answer) = self.answer() else { return (self.unmet, None) };
        match answer.exception() {
            None => (Outcome::Accepted, None),
            Some(ExceptionCode::ACKNOWLEDGE) => (Outcome::Accepted, Some(ExceptionCode::ACKNOWLEDGE)),
            Some(code) => (Outcome::Refused, Some(code)),
        }
    }

    /// The same exchange as UMAS sees it: without its Modbus wrapping.
    pub(super) fn as_umas(&self) -> umas::Exchange<'a> {
        let (outcome, exception) = self.outcome();
        umas::Exchange {
            client: self.client,
            asked: self.asked,
            question: self.question.map(|pdu| pdu.data),
            answered: self.answered.map(|(moment, _)| moment),
            answer: self.answer().filter(|pdu| !pdu.is_exception()).map(|pdu| pdu.data),
            outcome,
            exception: exception.map(ExceptionCode::coded),
            unit: Some(self.unit.into()),
        }
    }
}

/// Lowers an exchange to an operation.
pub(super) fn report(cx: &mut Context<'_>, exchange: &Exchange<'_>) {
    let items = Told { question: exchange.question, answer: exchange.answer() };
    // An exception has nothing of the request but its function code.
    let told = items.question.or(items.answer.filter(|answer| !answer.is_exception()));
    let (verb, name) = meaning(exchange.function, told.map(|pdu| pdu.data).unwrap_or_default());
    let (outcome, code) = exchange.outcome();
    cx.operation(&Operation {
        request: exchange.asked,
        reply: exchange.answered.map(|(moment, _)| moment),
        protocol: Some("modbus"),
        items: &items,
        code: code.map(ExceptionCode::coded),
        bytes: items.bytes_of_file(),
        unit: Some(exchange.unit.into()),
        ..Operation::new(exchange.client, verb, name, outcome)
    });
}
