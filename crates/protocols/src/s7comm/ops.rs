//! Jobs and their answers as operations.

use super::address::{Specification, Type};
use super::block::{BlockName, Name};
use super::value::typed;
use super::wire::{
    BlockJob, DataItem, Function, Invocation, Pdu, Setup, Transport, block_piece, stop_target,
};
use super::{SUCCESS, names};
use crate::Context;
use quaywatch_model::{Coded, Item, Items, Moment, Operation, Outcome, Side, Value, Verb};
use quaywatch_wire::Reader;
use std::fmt;

/// A PDU and when it was complete.
#[derive(Clone, Copy)]
pub(super) struct Said<'a> {
    pub(super) moment: Moment,
    pub(super) pdu: Pdu<'a>,
}

/// A job and its answer, either of which may be missing.
#[derive(Clone, Copy)]
pub(super) struct Exchange<'a> {
    pub(super) asked: Option<Said<'a>>,
    pub(super) answered: Option<Said<'a>>,
    /// What to say where the answer is missing.
    pub(super) unmet: Outcome,
    /// The name of the block an upload id stands for.
    pub(super) block: Option<&'a [u8]>,
}

/// Reports a job.
pub(super) fn job(cx: &mut Context<'_>, client: Side, exchange: &Exchange<'_>) {
    let asked = exchange.asked.map(|said| said.pdu);
    let answered = exchange.answered.map(|said| said.pdu);
    let function = asked.and_then(|pdu| pdu.function()).or_else(|| answered.and_then(|pdu| pdu.function()));
    let items = Body { function: function.unwrap_or(Function(0)), asked, answered, block: exchange.block };
    let (outcome, code) = match answered {
        None => (exchange.unmet, None),
        Some(pdu) if pdu.error != 0 => (Outcome::Refused, Some(names::error(pdu.error))),
        Some(pdu) => match refusal(items.function, pdu) {
            Some(code) => (Outcome::Refused, Some(names::return_code(code))),
            None => (Outcome::Accepted, None),
        },
    };
    cx.operation(&Operation {
        protocol: Some("s7comm"),
        request: exchange.asked.map(|said| said.moment),
        reply: exchange.answered.map(|said| said.moment),
        items: &items,
        code,
        bytes: items.moved_bytes(),
        ..Operation::new(client, items.verb(), function.map_or(UNKNOWN, names::function), outcome)
    });
}

/// An acknowledgement without parameters whose job was not captured.
const UNKNOWN: Coded<'static> = Coded::new("unknown", quaywatch_model::Number::None);

/// The code of the first item where every item of a read or write was refused.
fn refusal(function: Function, answer: Pdu<'_>) -> Option<u8> {
    let count = usize::from(*answer.parameters.get(1)?);
    let mut first = None;
    match function {
        Function::READ => {
            let mut reader = Reader::new(answer.data);
            for _ in 0..count {
                let Ok(item) = DataItem::decode(&mut reader) else { break };
                if item.code == SUCCESS {
                    return None;
                }
                first = first.or(Some(item.code));
            }
            first
        }
        Function::WRITE => {
            let codes = answer.data.get(..count)?;
            if codes.contains(&SUCCESS) { None } else { codes.first().copied() }
        }
        _ => None,
    }
}

/// What a job is about, told when somebody asks.
struct Body<'a> {
    function: Function,
    asked: Option<Pdu<'a>>,
    answered: Option<Pdu<'a>>,
    block: Option<&'a [u8]>,
}

impl<'a> Body<'a> {
    fn verb(&self) -> Verb {
        match self.function {
            Function::PI_SERVICE => self.invocation().map_or(Verb::Opaque, |pi| names::service(pi.service)),
            function => names::verb(function),
        }
    }

    fn invocation(&self) -> Option<Invocation<'a>> {
        Invocation::decode(self.asked?.parameters).ok()
    }

    fn moved_bytes(&self) -> Option<u64> {
        match self.function {
            Function::DOWNLOAD_BLOCK | Function::UPLOAD => {
                block_piece(self.answered?.data).ok().map(|piece| piece.len() as u64)
            }
            _ => None,
        }
    }

    fn variables(&self, tell: &mut dyn FnMut(Item<'_>)) {
        let parameters = self.asked.or(self.answered).map_or(&[][..], |pdu| pdu.parameters);
        let count = parameters.get(1).copied().unwrap_or(0);
        let mut specifications = Reader::new(self.asked.and(parameters.get(2..)).unwrap_or_default());
        let answer = self.answered.map_or(&[][..], |pdu| pdu.data);
        let written = self.function == Function::WRITE;
        let mut values =
            Reader::new(if written { self.asked.map_or(&[][..], |pdu| pdu.data) } else { answer });
        for index in 0..count {
            let specification = Specification::decode(&mut specifications).ok();
            let mut data = DataItem::decode(&mut values).ok();
            if written {
                let code = answer.get(usize::from(index)).copied();
                data = data
                    .map(|item| DataItem { code: code.unwrap_or(SUCCESS), ..item })
                    .or_else(|| code.map(|code| DataItem { code, ..NOTHING }));
            }
            variable(specification, data, written, index, tell);
        }
    }

    fn setup(&self, tell: &mut dyn FnMut(Item<'_>)) {
        let agreed = self.answered.and_then(|pdu| Setup::decode(pdu.parameters).ok());
        let asked = self.asked.and_then(|pdu| Setup::decode(pdu.parameters).ok());
        if let Some(setup) = agreed.or(asked) {
            tell(Item::valued(&"pdu_bytes", Value::Unsigned(setup.pdu_bytes.into())));
            tell(Item::valued(&"parallel_jobs_calling", Value::Unsigned(setup.jobs_calling.into())));
            tell(Item::valued(&"parallel_jobs_called", Value::Unsigned(setup.jobs_called.into())));
        }
    }

    fn block(&self, tell: &mut dyn FnMut(Item<'_>)) {
        let job = self.asked.and_then(|pdu| BlockJob::decode(pdu.parameters).ok());
        if let Some(name) = job.and_then(|job| job.name).or(self.block) {
            tell(Item::valued(&Name(name), Value::Shown(&name.escape_ascii())));
        }
        // "1", then six digits of load memory and six of code.
        if let Some((_, sizes)) = job.and_then(|job| job.sizes).and_then(<[u8]>::split_first) {
            for (object, digits) in ["load_memory_bytes", "code_bytes"].iter().zip(sizes.chunks_exact(6)) {
                if let Some(bytes) = decimal(digits) {
                    tell(Item::valued(object, Value::Unsigned(bytes)));
                }
            }
        }
    }

    fn service(&self, tell: &mut dyn FnMut(Item<'_>)) {
        let Some(pi) = self.invocation() else { return };
        let service = pi.service;
        match service {
            b"_INSE" | b"_INS2" | b"_DELE" => {
                let mut any = false;
                for block in pi.blocks() {
                    any = true;
                    tell(Item::named(&Serving { service, block: Some(block) }));
                }
                if !any {
                    tell(Item::named(&Serving { service, block: None }));
                }
            }
            // Holds a password, as does the change of one.
            b"_N_LOGIN_" | b"_N_LOGIN" | b"_N_NEWPWD" => {
                tell(Item::valued(&Serving { service, block: None }, Value::Secret));
            }
            _ if pi.argument.is_empty() => tell(Item::named(&Serving { service, block: None })),
            b"P_PROGRAM" if pi.argument == b"C " => {
                tell(Item::valued(&Serving { service, block: None }, Value::Text("cold restart")));
            }
            _ => tell(Item::valued(&Serving { service, block: None }, super::value::text(pi.argument))),
        }
    }
}

impl Items for Body<'_> {
    fn each(&self, tell: &mut dyn FnMut(Item<'_>)) {
        match self.function {
            Function::READ | Function::WRITE => self.variables(tell),
            Function::SETUP => self.setup(tell),
            Function::PI_SERVICE => self.service(tell),
            Function::PLC_STOP => {
                if let Some(target) = self.asked.and_then(|pdu| stop_target(pdu.parameters)) {
                    tell(Item::named(&target.escape_ascii()));
                }
            }
            Function(0x1A..=0x1F) => self.block(tell),
            _ => {}
        }
    }
}

/// `_INSE OB1`.
struct Serving<'a> {
    service: &'a [u8],
    block: Option<&'a [u8]>,
}

impl fmt::Display for Serving<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.service.escape_ascii())?;
        self.block.map_or(Ok(()), |block| write!(f, " {}", Name(block)))
    }
}

/// A number in decimal digits.
pub(super) fn decimal(digits: &[u8]) -> Option<u64> {
    std::str::from_utf8(digits).ok()?.parse().ok()
}

/// A data item that is not there.
const NOTHING: DataItem<'static> = DataItem { code: 0, transport: Transport::NULL, length: 0, value: &[] };

/// What an answer that carries several ranges in one item says of a range that did not change.
const UNCHANGED: u8 = 0xFE;

/// Tells one variable of a read, a write or a cyclic delivery. `written`: the value is the station's.
pub(super) fn variable(
    specification: Option<Specification<'_>>,
    data: Option<DataItem<'_>>,
    written: bool,
    index: u8,
    tell: &mut dyn FnMut(Item<'_>),
) {
    if let (Some(ranges), false) = (specification.and_then(|spec| spec.as_ranges()), written) {
        let mut answer = Reader::new(data.map_or(&[][..], |data| data.value));
        for range in ranges {
            let code = answer.u8("range code").ok();
            let value = match code {
                Some(SUCCESS) => answer.take(range.count.into(), "range").ok(),
                _ => None,
            };
            let refused =
                code.or(data.map(|data| data.code)).filter(|code| !matches!(*code, SUCCESS | UNCHANGED));
            let code = refused.map(names::return_code);
            tell(Item { object: &range, value: value.map(Value::Bytes), previous: None, code, tag: None });
        }
        return;
    }
    let number = Numbered(index);
    let object: &dyn fmt::Display = match &specification {
        Some(specification) => specification,
        None => &number,
    };
    let code = data.map(|data| data.code).filter(|&code| code != SUCCESS).map(names::return_code);
    let bytes = data.filter(|data| written || data.code == SUCCESS).map(|data| data.value);
    let Some(bytes) = bytes.filter(|bytes| !bytes.is_empty()) else {
        return tell(Item { object, value: None, previous: None, code, tag: None });
    };
    let by_address = specification.and_then(|spec| spec.as_any()).map(|any| any.kind);
    let by_transport = || data.and_then(|data| Type::of(data.transport));
    // Anything else is bytes, one or many.
    match by_address.or_else(by_transport) {
        Some(kind) => typed(kind, bytes, &mut |value| {
            tell(Item { object, value: Some(value), previous: None, code, tag: None });
        }),
        None => tell(Item { object, value: Some(Value::Bytes(bytes)), previous: None, code, tag: None }),
    }
}

/// A variable whose address was not captured.
struct Numbered(u8);

impl fmt::Display for Numbered {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "item {}", u16::from(self.0) + 1)
    }
}

/// A block's type and number for a transfer's record.
pub(super) fn block_of(name: &[u8]) -> (Option<&'static str>, Option<u32>) {
    match BlockName::parse(name) {
        Some(block) if block.kind.name().is_some() => (block.kind.name(), Some(block.number)),
        _ => (None, None),
    }
}
