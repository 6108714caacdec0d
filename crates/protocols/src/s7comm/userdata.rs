//! Userdata requests, answers and pushes as operations.

use super::address::{Any, Area, Specification, Type};
use super::block::{BlockName, Kind};
use super::ops::variable;
use super::szl::{self, List};
use super::value::{Clock, text, typed};
use super::wire::{DataItem, Userdata};
use super::{SUCCESS, names};
use crate::Context;
use quaywatch_model::{Item, Items, Moment, Operation, Outcome, Side, Value, Verb};
use quaywatch_wire::{ReadError, Reader};
use std::fmt;

/// One side's part of a userdata exchange.
#[derive(Clone, Copy)]
pub(super) struct Part<'a> {
    pub(super) moment: Moment,
    pub(super) head: Userdata,
    /// The return code before the payload; success where there is none.
    pub(super) code: u8,
    /// The payload, joined where it came in several parts.
    pub(super) payload: &'a [u8],
}

/// A userdata exchange, either side of which may be missing.
#[derive(Clone, Copy)]
pub(super) struct Exchange<'a> {
    pub(super) asked: Option<Part<'a>>,
    pub(super) answered: Option<Part<'a>>,
    /// What to say where the answer is missing.
    pub(super) unmet: Outcome,
    /// The payload of the request that set up the delivery a push belongs to.
    pub(super) job: Option<&'a [u8]>,
}

/// A return code that says that there is nothing, as answers without data do.
const NOTHING_THERE: u8 = 0x0A;

/// Reports a userdata exchange; a push is one without a request.
pub(super) fn report(cx: &mut Context<'_>, client: Side, exchange: &Exchange<'_>) {
    let Some(head) = exchange.asked.or(exchange.answered).map(|part| part.head) else { return };
    let pushed = exchange.answered.is_some_and(|part| !part.head.method.is_response());
    let items = Body {
        head,
        asked: exchange.asked.map(|part| part.payload),
        answered: exchange.answered.map(|part| part.payload),
        job: exchange.job,
    };
    let (outcome, code) = match exchange.answered {
        None => (exchange.unmet, None),
        Some(Part { head: Userdata { tail: Some(tail), .. }, .. }) if tail.error != 0 => {
            (Outcome::Refused, Some(names::error(tail.error)))
        }
        Some(Part { code: SUCCESS | 0, .. }) => (Outcome::Accepted, None),
        Some(Part { code: NOTHING_THERE, payload: [], .. }) => (Outcome::Accepted, None),
        Some(Part { code, .. }) => (Outcome::Refused, Some(names::return_code(code))),
    };
    let verb = if pushed { Verb::Subscribe } else { items.verb() };
    cx.operation(&Operation {
        protocol: Some("s7comm"),
        request: exchange.asked.map(|part| part.moment),
        reply: exchange.answered.map(|part| part.moment),
        items: &items,
        code,
        ..Operation::new(client, verb, names::userdata(head.group, head.function), outcome)
    });
}

/// What a userdata exchange is about, told when somebody asks.
struct Body<'a> {
    head: Userdata,
    asked: Option<&'a [u8]>,
    answered: Option<&'a [u8]>,
    job: Option<&'a [u8]>,
}

impl<'a> Body<'a> {
    fn verb(&self) -> Verb {
        let Userdata { group, function, .. } = self.head;
        match (group, function) {
            (1, 0x0D..=0x0F | 0x12) => names::job_verb(self.test_job().map_or(0, |[job, _]| job)),
            (4, 1) => match self.asked.or(self.answered).and_then(|payload| List::decode(payload).ok()) {
                Some(list) if matches!(list.list(), szl::MODULE | szl::COMPONENT) => Verb::Identify,
                Some(list) if list.list() == 0 => Verb::Browse,
                _ => Verb::Read,
            },
            _ => names::userdata_verb(group, function),
        }
    }

    /// The function and sequence number of the job that a test function is about.
    fn test_job(&self) -> Option<[u8; 2]> {
        let data = Test::decode(self.asked?).ok()?.data;
        // A deletion names several, with a count before them.
        let at = if self.head.function == 0x0F { 2 } else { 0 };
        data.get(at..)?.first_chunk().copied()
    }

    fn test(&self, tell: &mut dyn FnMut(Item<'_>)) {
        let asked = self.asked.or(self.job).and_then(|payload| Test::decode(payload).ok());
        let answered = self.answered.and_then(|payload| Test::decode(payload).ok());
        match self.head.function {
            2 | 8 | 9 => variables_of_test(self.head.function != 2, asked, answered, tell),
            0x0D..=0x0F | 0x11 | 0x12 => {
                if let Some([function, sequence]) = self.test_job() {
                    tell(Item::valued(&names::userdata(1, function), Value::Unsigned(sequence.into())));
                }
            }
            _ => {}
        }
    }

    fn cyclic(&self, tell: &mut dyn FnMut(Item<'_>)) {
        if self.head.function == 4 {
            if let Some(&[_, job]) = self.asked {
                tell(Item::valued(&"job", Value::Unsigned(job.into())));
            }
            return;
        }
        let mut specifications = Reader::new(&[]);
        let mut count = 0;
        if let Some((&[c0, c1, base, factor], rest)) =
            self.asked.or(self.job).and_then(<[u8]>::split_first_chunk)
        {
            count = u16::from_be_bytes([c0, c1]);
            specifications = Reader::new(rest);
            if let (Some(unit), true) = (interval_unit(base), self.asked.is_some()) {
                tell(Item::valued(&"interval_milliseconds", Value::Unsigned(u64::from(factor) * unit)));
            }
        }
        let mut values = Reader::new(&[]);
        if let Some((&[c0, c1], rest)) = self.answered.and_then(<[u8]>::split_first_chunk) {
            count = u16::from_be_bytes([c0, c1]);
            values = Reader::new(rest);
        }
        for index in 0..count.min(u8::MAX.into()) {
            let specification = Specification::decode(&mut specifications).ok();
            let data = DataItem::decode(&mut values).ok();
            if specification.is_none() && data.is_none() {
                break;
            }
            variable(specification, data, false, index as u8, tell);
        }
    }

    fn blocks(&self, tell: &mut dyn FnMut(Item<'_>)) {
        let answer = self.answered.unwrap_or_default();
        match self.head.function {
            1 => {
                for entry in answer.chunks_exact(4) {
                    if let &[k0, k1, c0, c1] = entry {
                        let count = u16::from_be_bytes([c0, c1]);
                        tell(Item::valued(&Kind([k0, k1]), Value::Unsigned(count.into())));
                    }
                }
            }
            2 => self.blocks_of_type(answer, tell),
            3 => {
                let name = self.asked.and_then(BlockName::parse);
                if let Some(name) = name {
                    tell(Item::named(&name));
                }
                block_info(answer, tell);
            }
            _ => {}
        }
    }

    /// The request names the type, the answer lists number, flags and language of each block.
    fn blocks_of_type(&self, answer: &[u8], tell: &mut dyn FnMut(Item<'_>)) {
        let kind = self.asked.and_then(<[u8]>::first_chunk).copied().map(Kind);
        if let (Some(kind), true) = (kind, answer.is_empty()) {
            return tell(Item::named(&kind));
        }
        for entry in answer.chunks_exact(4) {
            if let &[n0, n1, _, _] = entry {
                tell(Item::named(&Numbered { kind, number: u16::from_be_bytes([n0, n1]) }));
            }
        }
    }

    fn cpu(&self, tell: &mut dyn FnMut(Item<'_>)) {
        match self.head.function {
            1 => {
                let answered = self.answered.filter(|payload| !payload.is_empty());
                if let Some(list) = answered.or(self.asked).and_then(|payload| List::decode(payload).ok()) {
                    szl::tell(&list, tell);
                }
            }
            2 => {
                if let Some((&[events, _], user)) = self.asked.and_then(<[u8]>::split_first_chunk) {
                    tell(Item::valued(&"subscribed_events", Value::Unsigned(events.into())));
                    if let Some(user) = user.get(..8) {
                        tell(Item::valued(&"user", text(user)));
                    }
                }
            }
            3 => diagnostic(self.answered.unwrap_or_default(), tell),
            5..=9 | 0x0B..=0x0E | 0x11 | 0x12 | 0x16 => self.alarms(tell),
            _ => {}
        }
    }

    /// Alarm messages: a time stamp in those that the controller sends, a function, a count, then objects.
    fn alarms(&self, tell: &mut dyn FnMut(Item<'_>)) {
        let mut reader = Reader::new(self.asked.or(self.answered).unwrap_or_default());
        if self.asked.is_none()
            && let Ok(stamp) = reader.take(8, "time stamp")
            && let Some(clock) = Clock::from_bcd(stamp)
        {
            tell(Item::valued(&"time", Value::Shown(&clock)));
        }
        let Ok([_, count]) = reader.array("function and count") else { return };
        for _ in 0..count {
            let Ok(object) = Specification::decode(&mut reader) else { return };
            // The number of associated values, the event, then its states.
            let &[_, e0, e1, e2, e3, ref states @ ..] = object.body else { return };
            let event = Event(u32::from_be_bytes([e0, e1, e2, e3]));
            tell(Item::valued(&event, Value::Bytes(states)));
            if self.asked.is_none() {
                // The associated values that follow belong to this event and are not decoded.
                return;
            }
        }
    }

    fn clock(&self, tell: &mut dyn FnMut(Item<'_>)) {
        let payload = if matches!(self.head.function, 2 | 4) { self.asked } else { self.answered };
        // A reserved byte and the century, which controllers do not agree on how to fill, come first.
        if let Some(clock) = payload.and_then(|payload| payload.get(2..)).and_then(Clock::from_bcd) {
            tell(Item::valued(&"clock", Value::Shown(&clock)));
        }
    }
}

impl Items for Body<'_> {
    fn each(&self, tell: &mut dyn FnMut(Item<'_>)) {
        match self.head.group {
            0 => szl::mode_transition(self.head.function, tell),
            1 => self.test(tell),
            2 => self.cyclic(tell),
            3 => self.blocks(tell),
            4 => self.cpu(tell),
            5 if self.head.function == 1 => tell(Item::valued(&"password", Value::Secret)),
            6 => {
                let payload = self.asked.or(self.answered).unwrap_or_default();
                if let Ok(id) = Specification::decode(&mut Reader::new(payload)) {
                    tell(Item::named(&id));
                }
            }
            7 => self.clock(tell),
            _ => {}
        }
    }
}

const fn interval_unit(base: u8) -> Option<u64> {
    match base {
        0 => Some(100),
        1 => Some(1_000),
        2 => Some(10_000),
        _ => None,
    }
}

/// What a test function carries: two lengths, parameters (trigger, frequency), data.
#[derive(Clone, Copy)]
struct Test<'a> {
    data: &'a [u8],
}

impl<'a> Test<'a> {
    fn decode(payload: &'a [u8]) -> Result<Self, ReadError> {
        let mut reader = Reader::new(payload);
        let (parameters, data) = (reader.u16_be("parameter size")?, reader.u16_be("data size")?);
        reader.skip(parameters.into(), "test parameters")?;
        Ok(Self { data: reader.take(data.into(), "test data")? })
    }
}

/// The variables of a variable table: a count, addresses of six bytes, then, where they are modified, values.
/// The answer has values, or return codes where they were modified.
fn variables_of_test(
    modified: bool,
    asked: Option<Test<'_>>,
    answered: Option<Test<'_>>,
    tell: &mut dyn FnMut(Item<'_>),
) {
    let Some((&[c0, c1], rest)) = asked.and_then(|test| test.data.split_first_chunk()) else { return };
    let count = usize::from(u16::from_be_bytes([c0, c1]));
    let Some((addresses, written)) = rest.split_at_checked(count * VARIABLE_BYTES) else { return };
    let answer = answered.and_then(|test| test.data.get(2..)).unwrap_or_default();
    let mut values = Reader::new(if modified { written } else { answer });
    for (address, index) in addresses.chunks_exact(VARIABLE_BYTES).zip(0..) {
        let Some(any) = address.try_into().ok().map(test_variable) else { return };
        let value = DataItem::decode(&mut values).ok();
        let code = if modified { answer.get(index).copied() } else { value.map(|value| value.code) };
        let code = code.filter(|&code| code != SUCCESS).map(names::return_code);
        match value.filter(|value| !value.value.is_empty()) {
            Some(value) => typed(any.kind, value.value, &mut |value| {
                tell(Item { object: &any, value: Some(value), previous: None, code, tag: None });
            }),
            None => tell(Item { object: &any, value: None, previous: None, code, tag: None }),
        }
    }
}

/// How long an address in a variable table is.
const VARIABLE_BYTES: usize = 6;

/// An address in a variable table: area and width in a nibble each, repetition (of a bit: its place), data
/// block, first byte.
const fn test_variable(&[place, repeat, b0, b1, s0, s1]: &[u8; VARIABLE_BYTES]) -> Any {
    let area = match place >> 4 {
        0 => Area::FLAG,
        1 => Area::INPUT,
        2 => Area::OUTPUT,
        3 => Area::PERIPHERAL,
        5 => Area::TIMER,
        6 => Area::COUNTER,
        7 => Area::DATA_BLOCK,
        other => Area(other),
    };
    let (block, byte) = (u16::from_be_bytes([b0, b1]), u16::from_be_bytes([s0, s1]) as u32);
    let (kind, count, offset) = match (area, place & 0x0F) {
        (Area::TIMER, _) => (Type::TIMER, repeat as u16, byte),
        (Area::COUNTER, _) => (Type::COUNTER, repeat as u16, byte),
        (_, 0) => (Type::BIT, 1, (byte << 3) | (repeat & 7) as u32),
        (_, 2) => (Type::WORD, repeat as u16, byte << 3),
        (_, 3) => (Type::DWORD, repeat as u16, byte << 3),
        _ => (Type::BYTE, repeat as u16, byte << 3),
    };
    Any { kind, count, block, area, offset }
}

/// `OB35`.
struct Numbered {
    kind: Option<Kind>,
    number: u16,
}

impl fmt::Display for Numbered {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.kind {
            Some(kind) => write!(f, "{kind}{}", self.number),
            None => write!(f, "block {}", self.number),
        }
    }
}

/// What a controller says of a block: sizes, then who wrote it, from fixed places.
fn block_info(info: &[u8], tell: &mut dyn FnMut(Item<'_>)) {
    let mut reader = Reader::new(info);
    // Type, length, unknown, "pp", unknown, flags, language, type and number of the block.
    if reader.skip(14, "block info head").is_err() {
        return;
    }
    if let Ok(bytes) = reader.u32_be("load memory") {
        tell(Item::valued(&"load_memory_bytes", Value::Unsigned(bytes.into())));
    }
    // Security, two time stamps, three lengths.
    if reader.skip(22, "block info middle").is_err() {
        return;
    }
    if let Ok(bytes) = reader.u16_be("code length") {
        tell(Item::valued(&"code_bytes", Value::Unsigned(bytes.into())));
    }
    for object in ["author", "family", "name"] {
        if let Ok(field) = reader.take(8, "text")
            && field.iter().any(|&byte| byte != 0 && byte != b' ')
        {
            tell(Item::valued(&object, text(field)));
        }
    }
}

/// An entry of the diagnostic buffer that is pushed: event, priority, OB, data, then the time.
fn diagnostic(entry: &[u8], tell: &mut dyn FnMut(Item<'_>)) {
    let mut reader = Reader::new(entry);
    let (Ok(event), Ok(details)) = (reader.u16_be("event"), reader.take(10, "details")) else { return };
    tell(Item::valued(&Diagnosed(event), Value::Bytes(details)));
    if let Some(clock) = Clock::from_bcd(reader.rest()) {
        tell(Item::valued(&"time", Value::Shown(&clock)));
    }
}

struct Diagnosed(u16);

impl fmt::Display for Diagnosed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "diagnostic event 0x{:04X}", self.0)
    }
}

struct Event(u32);

impl fmt::Display for Event {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "alarm 0x{:08X}", self.0)
    }
}

/// Reads the data part of a userdata PDU: its return code and its payload.
///
/// # Errors
/// Shorter than its length says.
pub(super) fn payload(data: &[u8]) -> Result<(u8, &[u8]), ReadError> {
    if data.is_empty() {
        return Ok((SUCCESS, &[]));
    }
    let item = DataItem::decode(&mut Reader::new(data))?;
    Ok((item.code, item.value))
}
