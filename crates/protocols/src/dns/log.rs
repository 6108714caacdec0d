//! Zeek's `dns.log`.

use super::answers::{self, Shown};
use super::wire::{Header, Message, Part, Section, Type};
use super::{Flavour, names};
use crate::nbns;
use quaywatch_model::{Column, Kind, Log, LogValues, Moment, Prefix, Scalars, Value};

pub(super) static LOG: Log = Log {
    name: "dns",
    prefix: Prefix::Connection,
    columns: &[
        Column::new("proto", Kind::Enum),
        Column::new("trans_id", Kind::Count),
        Column::new("rtt", Kind::Interval),
        Column::new("query", Kind::String),
        Column::new("qclass", Kind::Count),
        Column::new("qclass_name", Kind::String),
        Column::new("qtype", Kind::Count),
        Column::new("qtype_name", Kind::String),
        Column::new("rcode", Kind::Count),
        Column::new("rcode_name", Kind::String),
        Column::new("AA", Kind::Bool),
        Column::new("TC", Kind::Bool),
        Column::new("RD", Kind::Bool),
        Column::new("RA", Kind::Bool),
        Column::new("Z", Kind::Count),
        Column::new("answers", Kind::StringVector),
        Column::new("TTLs", Kind::IntervalVector),
        Column::new("rejected", Kind::Bool),
        Column::new("opcode", Kind::Count),
        Column::new("opcode_name", Kind::String),
    ],
};

const NANOS_PER_SECOND: i64 = 1_000_000_000;

/// A line that is being put together.
pub(super) struct Row {
    transport: &'static str,
    flavour: Flavour,
    id: u16,
    opcode: u8,
    rtt: Option<i64>,
    query: Option<String>,
    class: Option<u16>,
    kind: Option<u16>,
    rcode: Option<u16>,
    /// AA, TC, RD, RA.
    flags: [bool; 4],
    reserved: u8,
    answers: Vec<String>,
    lifetimes: Vec<u32>,
    rejected: bool,
}

impl Row {
    pub(super) const fn new(transport: &'static str, flavour: Flavour, id: u16, opcode: u8) -> Self {
        Self {
            transport,
            flavour,
            id,
            opcode,
            rtt: None,
            query: None,
            class: None,
            kind: None,
            rcode: None,
            flags: [false; 4],
            reserved: 0,
            answers: Vec::new(),
            lifetimes: Vec::new(),
            rejected: false,
        }
    }

    /// Takes in a message that came at `now`; the line is filed under `at`.
    pub(super) fn add(&mut self, message: &Message<'_>, at: Moment, now: Moment) {
        let header = message.header;
        if header.is_response() {
            self.rcode = Some(header.rcode());
            let bare = header.records() == 0;
            self.rejected |= bare && header.questions > 0 || header.rcode() != 0 && header.questions == 0;
        }
        let rtt = Some(now.time.since(at.time)).filter(|&rtt| rtt > 0);
        // A part that cannot be read ends the message; what stood before it counts.
        let _ = message.each(&mut |part| match part {
            Part::Question(question) if !header.is_response() => {
                let [_, truncated, desired, _] = &mut self.flags;
                (*truncated, *desired) = (header.is_truncated(), header.recursion_desired());
                self.reserved = header.reserved();
                (self.class, self.kind) = (Some(question.class), Some(question.kind.0));
                let netbios =
                    (self.flavour == Flavour::Nbns).then(|| nbns::logged_name(question.name.bytes()));
                self.query = Some(netbios.flatten().unwrap_or_else(|| question.name.lower()));
            }
            Part::Record(record)
                if header.is_response()
                    && record.section == Section::Answer
                    && (header.opcode() != Header::UPDATE || self.flavour == Flavour::Nbns) =>
            {
                self.answer(message, record, rtt);
            }
            _ => {}
        });
    }

    fn answer(&mut self, message: &Message<'_>, record: &super::wire::Record<'_>, rtt: Option<i64>) {
        let is_status = self.flavour == Flavour::Nbns && record.kind == Type::SRV;
        let shown = if is_status { Shown::Nothing } else { answers::shown(message, record) };
        let text = match shown {
            Shown::Nothing => return,
            Shown::Empty => None,
            Shown::Text(text) => Some(text),
        };
        let header = message.header;
        if self.query.is_none() {
            self.query = Some(record.name.lower());
        }
        let [authoritative, _, _, available] = &mut self.flags;
        (*authoritative, *available) = (header.is_authoritative(), header.recursion_available());
        self.rtt = self.rtt.or(rtt);
        if let Some(text) = text {
            self.answers.push(text);
            self.lifetimes.push(record.ttl);
        }
    }
}

impl LogValues for Row {
    fn each(&self, tell: &mut dyn FnMut(Option<Value<'_>>)) {
        let count = |number: u16| Value::Unsigned(number.into());
        tell(Some(Value::Text(self.transport)));
        tell(Some(count(self.id)));
        tell(self.rtt.map(Value::Signed));
        tell(self.query.as_deref().map(Value::Text));
        tell(self.class.map(count));
        tell(self.class.map(names::class).as_deref().map(Value::Text));
        tell(self.kind.map(count));
        let status = self.flavour == Flavour::Nbns && self.kind == Some(Type::SRV.0);
        let kind = self.kind.map(|kind| if status { "NBSTAT".into() } else { names::kind(kind) });
        tell(kind.as_deref().map(Value::Text));
        tell(self.rcode.map(count));
        tell(self.rcode.map(names::rcode).as_deref().map(Value::Text));
        self.flags.iter().for_each(|&flag| tell(Some(Value::Bool(flag))));
        tell(Some(Value::Unsigned(self.reserved.into())));
        let some = !self.answers.is_empty();
        tell(some.then_some(Value::List(&Texts(&self.answers))));
        tell(some.then_some(Value::List(&Lifetimes(&self.lifetimes))));
        tell(Some(Value::Bool(self.rejected)));
        tell(Some(Value::Unsigned(self.opcode.into())));
        tell(Some(Value::Text(&names::opcode(self.opcode, self.flavour == Flavour::Nbns))));
    }
}

struct Texts<'a>(&'a [String]);

impl Scalars for Texts<'_> {
    fn each(&self, tell: &mut dyn FnMut(Value<'_>)) {
        self.0.iter().for_each(|text| tell(Value::Text(text)));
    }
}

struct Lifetimes<'a>(&'a [u32]);

impl Scalars for Lifetimes<'_> {
    fn each(&self, tell: &mut dyn FnMut(Value<'_>)) {
        self.0.iter().for_each(|&seconds| tell(Value::Signed(i64::from(seconds) * NANOS_PER_SECOND)));
    }
}
