use super::items::Told;
use super::names::meaning;
use super::{Adu, ExceptionCode, Function};
use crate::{Context, umas};
use quaywatch_model::{Moment, Operation, Outcome, Side};

/// A request and its answer, either of which may be missing.
#[derive(Debug, Clone, Copy)]
pub(super) struct Exchange<'a> {
    pub(super) client: Side,
    pub(super) asked: Option<Moment>,
    /// `None` where the request was not captured, or no memory was left to keep it.
    pub(super) question: Option<Adu<'a>>,
    pub(super) answered: Option<(Moment, Adu<'a>)>,
    /// What to say where there is no answer.
    pub(super) unmet: Outcome,
}

impl<'a> Exchange<'a> {
    fn answer(&self) -> Option<Adu<'a>> {
        self.answered.map(|(_, adu)| adu)
    }

    /// The function that was asked for.
    pub(super) fn function(&self) -> Option<Function> {
        match (self.question, self.answer()) {
            // A client's code is what it asked for, even one with the exception bit.
            (Some(question), _) => Some(Function(question.pdu.code)),
            (None, Some(answer)) => Some(answer.pdu.function()),
            (None, None) => None,
        }
    }

    /// What became of it, and the server's own code.
    fn outcome(&self) -> (Outcome, Option<ExceptionCode>) {
        let Some(answer) = self.answer() else { return (self.unmet, None) };
        match answer.pdu.exception() {
            None => (Outcome::Accepted, None),
            Some(ExceptionCode::ACKNOWLEDGE) => (Outcome::Accepted, Some(ExceptionCode::ACKNOWLEDGE)),
            Some(code) => (Outcome::Refused, Some(code)),
        }
    }

    /// The same exchange as UMAS sees it: without its Modbus wrapping.
    pub(super) fn as_umas(&self) -> umas::Exchange<'a> {
        let (outcome, exception) = self.outcome();
        let answer = self.answer().filter(|answer| !answer.pdu.is_exception());
        umas::Exchange {
            client: self.client,
            asked: self.asked,
            question: self.question.map(|adu| adu.pdu.data),
            answered: self.answered.map(|(moment, _)| moment),
            answer: answer.map(|adu| adu.pdu.data),
            outcome,
            exception: exception.map(ExceptionCode::coded),
            unit: self.question.or(self.answer()).map(|adu| adu.unit.into()),
        }
    }
}

/// Lowers an exchange to an operation.
pub(super) fn report(cx: &mut Context<'_>, exchange: &Exchange<'_>) {
    let answer = exchange.answer();
    let (Some(function), Some(first)) = (exchange.function(), exchange.question.or(answer)) else { return };
    // An exception has nothing of the request but its function code.
    let data = if first.pdu.is_exception() && exchange.question.is_none() { &[] } else { first.pdu.data };
    let (verb, name) = meaning(function, data);
    let (outcome, code) = exchange.outcome();
    let items = Told { question: exchange.question.map(|adu| adu.pdu), answer: answer.map(|adu| adu.pdu) };
    cx.operation(&Operation {
        request: exchange.asked,
        reply: exchange.answered.map(|(moment, _)| moment),
        items: &items,
        code: code.map(ExceptionCode::coded),
        bytes: items.bytes_of_file(),
        unit: Some(first.unit.into()),
        ..Operation::new(exchange.client, verb, name, outcome)
    });
}
