use super::items::Told;
use super::wire::Message;
use super::{Function, NAME};
use crate::Context;
use quaywatch_model::{Coded, Moment, Number, Operation, Outcome, Side, Steps, Verb, Verdict};
use std::fmt;

/// A request and its answer, either of which may be missing, without their Modbus wrapping.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Exchange<'a> {
    /// Who asked.
    pub(crate) client: Side,
    /// When the request was complete.
    pub(crate) asked: Option<Moment>,
    /// What follows function code 0x5A.
    pub(crate) question: Option<&'a [u8]>,
    /// When the answer was complete, an exception included.
    pub(crate) answered: Option<Moment>,
    /// What follows function code 0x5A in an answer that is no exception.
    pub(crate) answer: Option<&'a [u8]>,
    /// What Modbus says became of it.
    pub(crate) outcome: Outcome,
    /// The Modbus exception, if that was the answer.
    pub(crate) exception: Option<Coded<'static>>,
    /// The Modbus unit.
    pub(crate) unit: Option<u32>,
}

/// The message, or the one inside if it is signed.
pub(super) fn unwrapped(bytes: &[u8]) -> Option<Message<'_>> {
    let message = Message::decode(bytes).ok()?;
    Some(message.signed().unwrap_or(message))
}

/// Lowers an exchange to an operation, and tells what became of it.
pub(super) fn report(cx: &mut Context<'_>, exchange: &Exchange<'_>) -> Outcome {
    let question = exchange.question.and_then(unwrapped);
    let answer = exchange.answer.and_then(unwrapped);
    let (outcome, code) = outcome(cx, exchange, answer);
    let items = Told { question, answer };
    let (verb, function) = match question {
        Some(question) => (items.verb(), named(question.function)),
        // An answer does not say what was asked.
        None if answer.is_some() => (Verb::Opaque, Coded::new("umas answer", Number::None)),
        None => (Verb::Opaque, Coded::new("umas", Number::Hex8(0x5A))),
    };
    let signed = exchange
        .question
        .or(exchange.answer)
        .is_some_and(|bytes| Message::decode(bytes).is_ok_and(|message| message.signed().is_some()));
    let via: &dyn Steps = if signed { &Signed } else { &() };
    cx.operation(&Operation {
        request: exchange.asked,
        reply: exchange.answered,
        protocol: Some(NAME),
        via,
        items: &items,
        code,
        bytes: items.bytes(),
        unit: exchange.unit,
        ..Operation::new(exchange.client, verb, function, outcome)
    });
    outcome
}

const fn named(function: Function) -> Coded<'static> {
    Coded::new(function.name(), Number::Hex8(function.0))
}

fn outcome(
    cx: &mut Context<'_>,
    exchange: &Exchange<'_>,
    answer: Option<Message<'_>>,
) -> (Outcome, Option<Coded<'static>>) {
    if exchange.exception.is_some() || exchange.answer.is_none() {
        return (exchange.outcome, exchange.exception);
    }
    match answer {
        Some(Message { function: Function::OK, .. }) => (Outcome::Accepted, None),
        Some(Message { function: Function::ERROR, data, .. }) => (Outcome::Refused, Some(error(data))),
        _ => {
            cx.problem(NAME, "answer is neither yes nor no", Verdict::Unsupported, 0);
            let number = answer.map_or(Number::None, |answer| Number::Hex8(answer.function.0));
            (Outcome::Refused, Some(Coded::new("unknown", number)))
        }
    }
}

/// The controller's error code. The maker publishes no names for them.
fn error(data: &[u8]) -> Coded<'static> {
    let number = match *data {
        [] => Number::Hex8(Function::ERROR.0),
        [code] => Number::Hex8(code),
        [low, high, ..] => Number::Hex16(u16::from_le_bytes([low, high])),
    };
    Coded::new("umas_error", number)
}

/// The wrapper of a request that is signed.
struct Signed;

impl Steps for Signed {
    fn each(&self, tell: &mut dyn FnMut(&dyn fmt::Display)) {
        tell(&named(Function::SIGNED));
    }
}
