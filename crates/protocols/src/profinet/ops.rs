//! What a DCP exchange and an alarm mean.

use super::alarm::{ACK_HIGH, ACK_LOW, AlarmNotification, NOTIFICATION_HIGH, NOTIFICATION_LOW, PduType, Rta};
use super::dcp::{Message, Selector, Service};
use super::{LAYER, names, values};
use crate::Context;
use quaywatch_model::{Coded, Item, Items, Moment, Number, Operation, Outcome, Side, Value, Verb, Verdict};

/// A DCP request and its response, either of which may be missing.
#[derive(Clone, Copy)]
pub(super) struct Exchange<'a> {
    pub(super) client: Side,
    pub(super) asked: Option<Moment>,
    pub(super) question: Option<Message<'a>>,
    pub(super) answered: Option<Moment>,
    pub(super) answer: Option<Message<'a>>,
}

impl Exchange<'_> {
    /// Reports the exchange as one operation; `unmet` is its outcome where there is no answer.
    pub(super) fn report(&self, cx: &mut Context<'_>, service: Service, unmet: Outcome) {
        let code = self.answer.and_then(|answer| refusal(&answer));
        let outcome = match (self.answer, code) {
            (None, _) => unmet,
            (Some(_), None) => Outcome::Accepted,
            (Some(_), Some(_)) => Outcome::Refused,
        };
        cx.operation(&Operation {
            request: self.asked,
            reply: self.answered,
            items: self,
            code,
            ..Operation::new(self.client, self.verb(service), names::service(service), outcome)
        });
    }

    fn verb(&self, service: Service) -> Verb {
        match service {
            Service::IDENTIFY => Verb::Identify,
            Service::GET => Verb::Read,
            Service::SET => self.verb_of_set(),
            Service::HELLO => Verb::Subscribe,
            _ => Verb::Opaque,
        }
    }

    /// The gravest thing that is set.
    fn verb_of_set(&self) -> Verb {
        let asked = self.question.iter().flat_map(Message::blocks).flatten().map(|block| block.selector);
        let told = self.answer.filter(|_| self.question.is_none());
        let told = told.iter().flat_map(Message::blocks).flatten().filter_map(|block| block.response());
        asked.chain(told.map(|(selector, _)| selector)).map(effect).max().unwrap_or(Effect::Unknown).verb()
    }

    /// What the device said of one parameter, where that is not ok.
    fn code_of(&self, selector: Selector) -> Option<Coded<'static>> {
        let mut said =
            self.answer.iter().flat_map(Message::blocks).flatten().filter_map(|block| block.response());
        said.find(|&(of, error)| of == selector && error != 0).map(|(_, error)| names::block_error(error))
    }
}

/// What setting a parameter does, the gravest last.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Effect {
    Unknown,
    Blinks,
    MakersOwn,
    Network,
    Reset,
}

impl Effect {
    const fn verb(self) -> Verb {
        match self {
            Self::Unknown | Self::MakersOwn => Verb::Opaque,
            Self::Blinks => Verb::Identify,
            Self::Network => Verb::SetNetwork,
            Self::Reset => Verb::Reset,
        }
    }
}

const fn effect(selector: Selector) -> Effect {
    match selector {
        Selector::FACTORY_RESET | Selector::RESET_TO_FACTORY => Effect::Reset,
        Selector::SIGNAL => Effect::Blinks,
        Selector::START_TRANSACTION | Selector::END_TRANSACTION => Effect::Unknown,
        Selector { option: 1..=3 | 6 | Selector::TSN_OPTION, .. } => Effect::Network,
        _ if selector.is_makers_own() => Effect::MakersOwn,
        _ => Effect::Unknown,
    }
}

/// The first code in an answer that is not ok. A get that gave something is no refusal: its items tell what it
/// did not give.
fn refusal(answer: &Message<'_>) -> Option<Coded<'static>> {
    if answer.kind.is_refusal() {
        return Some(Coded::new("request_not_supported", Number::Hex8(answer.kind.0)));
    }
    let gave = |answer: &Message<'_>| answer.blocks().flatten().any(|block| block.response().is_none());
    if answer.service == Service::GET && gave(answer) {
        return None;
    }
    let mut codes = answer.blocks().flatten().filter_map(|block| block.response());
    codes.find(|&(_, error)| error != 0).map(|(_, error)| names::block_error(error))
}

/// What was asked to be set, or what was told; what was asked for where neither is known.
impl Items for Exchange<'_> {
    fn each(&self, tell: &mut dyn FnMut(Item<'_>)) {
        let answer = self.answer.filter(|answer| !answer.data.is_empty());
        let (message, is_set) = match (self.question, answer) {
            (Some(question), _) if question.service == Service::SET => (question, true),
            (_, Some(answer)) => (answer, false),
            (Some(question), None) => (question, false),
            (None, None) => return,
        };
        for block in message.blocks().flatten() {
            let code = if is_set { self.code_of(block.selector) } else { None };
            values::tell_block(&block, message.layout(), code, tell);
        }
    }
}

/// Reports what a PDU of the alarm connection means, where it means more than that the last one arrived.
pub(super) fn report_alarm(cx: &mut Context<'_>, from: Side, pdu: &Rta<'_>) {
    match (pdu.pdu_type.kind(), pdu.block_type()) {
        (PduType::DATA, Some(block_type @ (NOTIFICATION_HIGH | NOTIFICATION_LOW))) => {
            report_notification(cx, from, pdu, block_type);
        }
        (PduType::DATA, Some(block_type @ (ACK_HIGH | ACK_LOW))) => {
            let Some(code) = pdu.status().filter(|&status| status != 0).map(names::status) else { return };
            let refused = Outcome::Refused;
            cx.operation(&Operation {
                reply: Some(cx.now),
                code: Some(code),
                ..Operation::new(from, Verb::Subscribe, names::alarm_block(block_type), refused)
            });
        }
        (PduType::ERROR, _) => {
            let function = Coded::new("rta_error", Number::Hex8(PduType::ERROR.0));
            cx.operation(&Operation {
                request: Some(cx.now),
                code: pdu.status().map(names::status),
                ..Operation::new(from, Verb::CloseSession, function, Outcome::Accepted)
            });
        }
        (PduType::ACK | PduType::NACK, _) => {}
        _ => cx.problem(LAYER, "alarm PDU of unknown type", Verdict::Unsupported, pdu.part.len() as u64),
    }
}

fn report_notification(cx: &mut Context<'_>, from: Side, pdu: &Rta<'_>, block_type: u16) {
    let Ok(alarm) = AlarmNotification::decode(pdu.part) else {
        let bytes = pdu.part.len() as u64;
        return cx.problem(LAYER, "alarm notification cut short", Verdict::Malformed, bytes);
    };
    let function = names::alarm_block(block_type);
    cx.operation(&Operation {
        reply: Some(cx.now),
        items: &alarm,
        ..Operation::new(from.other(), Verb::Subscribe, function, Outcome::Accepted)
    });
}

impl Items for AlarmNotification {
    fn each(&self, tell: &mut dyn FnMut(Item<'_>)) {
        tell(Item::valued(&"alarm type", Value::Text(names::alarm(self.alarm_type))));
        let numbers: [(&str, u32); 7] = [
            ("alarm type number", self.alarm_type.into()),
            ("api", self.api),
            ("slot", self.slot.into()),
            ("subslot", self.subslot.into()),
            ("module ident", self.module),
            ("submodule ident", self.submodule),
            ("alarm specifier", self.specifier.into()),
        ];
        for (object, number) in numbers {
            tell(Item::valued(&object, Value::Unsigned(number.into())));
        }
    }
}
