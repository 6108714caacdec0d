//! PROFINET context management: how a controller takes a device into service, parameterises it and asks it for records,
//! in DCE/RPC datagrams.
//!
//! Standards: IEC 61158-6-10, clauses on the RPC services; C706, section 12.5 (connectionless PDUs).
//!
//! ```text
//! offset 0    1      2         4        8        24          40         56        60       64        68       70      74      76      80
//!        | 04 | type | flags 2 | drep 4 | object | interface | activity | boot 4 | version | number | opnum | hints | length | ... | body
//! ```
//!
//! The interface is `DEA00001-6C97-11D1-8271-00A02442DF7D` of devices, `DEA00002-...` of controllers. Connect and release
//! open and close a session; read and write name slot, subslot and record index; control is start or end of
//! parameterisation.
//!
//! Not decoded: what records and blocks say, the further parts of what is cut into parts.
//!
//! Limits: [`MOST_CALLS`] calls of all conversations wait.

#[cfg(test)]
mod tests;

use crate::{Answer, Context, Conversation, Probe, Protocol, Transport, pending};
use quaywatch_model::{
    Address, Coded, DataClass, Item, Items, Moment, Number, Operation, Outcome, Side, Timestamp, Value, Verb,
    Verdict,
};
use quaywatch_wire::{ReadError, Reader};
use std::collections::VecDeque;

/// The protocol's descriptor.
pub(crate) static PROTOCOL: Protocol = Protocol {
    name: "profinet-cm",
    title: "PROFINET context management",
    transports: &[Transport::Udp],
    ports: &[34964],
    probe,
    start: |_| Box::new(ProfinetCm::default()),
    decoded: "connect, release, read, write and control with slot, subslot and record index, and their results",
    not_decoded: "what records and blocks say, the further parts of what is cut into parts",
};

const HEADER_BYTES: usize = 80;
/// The interface UUIDs behind their first four bytes, which count up from `DEA00001`; little-endian senders swap the
/// first three fields.
const LITTLE: [u8; 12] = [0x97, 0x6c, 0xd1, 0x11, 0x82, 0x71, 0x00, 0xa0, 0x24, 0x42, 0xdf, 0x7d];
const BIG: [u8; 12] = [0x6c, 0x97, 0x11, 0xd1, 0x82, 0x71, 0x00, 0xa0, 0x24, 0x42, 0xdf, 0x7d];

const REQUEST: u8 = 0;
const RESPONSE: u8 = 2;
const FAULT: u8 = 3;
const REJECT: u8 = 6;

/// Flags of the header (C706, section 12.5.2.2).
const LAST_FRAGMENT: u8 = 0x02;
const FRAGMENT: u8 = 0x04;

/// Which part of a call or an answer a datagram is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Part {
    Whole,
    First,
    Middle,
    Last,
}

/// One datagram.
#[derive(Debug, Clone, Copy)]
struct Pdu<'a> {
    kind: u8,
    part: Part,
    little: bool,
    activity: [u8; 16],
    sequence: u32,
    number: u16,
    body: &'a [u8],
}

impl<'a> Pdu<'a> {
    fn decode(bytes: &'a [u8]) -> Result<Option<Self>, ReadError> {
        let mut reader = Reader::new(bytes);
        let version = reader.u8("version")?;
        let kind = reader.u8("type")?;
        let flags = reader.u8("flags")?;
        reader.u8("more flags")?;
        let little = reader.u8("data representation")? & 0x10 != 0;
        reader.skip(3, "data representation")?;
        reader.skip(16, "object")?;
        let first = reader.array::<4>("interface")?;
        let rest = reader.array::<12>("interface")?;
        let (first, expected) =
            if little { (u32::from_le_bytes(first), LITTLE) } else { (u32::from_be_bytes(first), BIG) };
        let known = (0xdea0_0001..=0xdea0_0004).contains(&first) && rest == expected;
        // The first three fields of a UUID are numbers, in the sender's order.
        let mut activity = reader.array::<16>("activity")?;
        if little && let Some((numbers, _)) = activity.split_first_chunk_mut::<8>() {
            let [a, b, c, d, e, f, g, h] = *numbers;
            *numbers = [d, c, b, a, f, e, h, g];
        }
        reader.skip(8, "boot time and interface version")?;
        let sequence = reader.array::<4>("sequence")?;
        let number = reader.array::<2>("operation")?;
        let sequence = if little { u32::from_le_bytes(sequence) } else { u32::from_be_bytes(sequence) };
        let number = if little { u16::from_le_bytes(number) } else { u16::from_be_bytes(number) };
        reader.skip(6, "hints and length")?;
        let fragment = reader.u16_be("fragment")?;
        reader.skip(HEADER_BYTES - 78, "authentication and serial number")?;
        let part = match flags & (FRAGMENT | LAST_FRAGMENT) {
            FRAGMENT if fragment == 0 => Part::First,
            FRAGMENT => Part::Middle,
            // A last fragment that is the first, too, is the whole.
            _ if fragment == 0 => Part::Whole,
            _ => Part::Last,
        };
        let pdu = Self { kind, part, little, activity, sequence, number, body: reader.rest() };
        Ok((version == 4 && known && kind <= 10).then_some(pdu))
    }

    /// Slot, subslot and index of a read or write: behind the 20 bytes of sizes, and block header, sequence, AR and API.
    fn record(self) -> Option<(u16, u16, u16)> {
        let mut reader = Reader::new(self.body);
        reader.skip(20, "sizes").ok()?;
        // Blocks are big-endian whatever the sender is: 0008 write request, 0009 read request.
        let block = reader.u16_be("block type").ok()?;
        reader.skip(26, "block header, sequence, AR and API").ok()?;
        let slot = reader.u16_be("slot").ok()?;
        let subslot = reader.u16_be("subslot").ok()?;
        reader.u16_be("padding").ok()?;
        let index = reader.u16_be("index").ok()?;
        matches!(block, 0x0008 | 0x0009).then_some((slot, subslot, index))
    }

    /// The command of a control block: bit 0 end of parameterisation, 1 application ready, 2 release ...
    fn command(self) -> Option<u16> {
        let mut reader = Reader::new(self.body);
        reader.skip(20 + 28, "sizes, block header, AR, session and alarm sequence").ok()?;
        reader.u16_be("command").ok()
    }

    /// The PROFINET status an answer begins with, 0 for yes.
    fn status(self) -> u32 {
        let status = self.body.first_chunk::<4>().copied().unwrap_or_default();
        if self.little { u32::from_le_bytes(status) } else { u32::from_be_bytes(status) }
    }
}

fn probe(probe: &Probe<'_>) -> Answer {
    if matches!(Pdu::decode(probe.bytes), Ok(Some(_))) { Answer::Certain } else { Answer::No }
}

/// A call that waits for its answer. A station answers from a port of its own, so that question and answer are of two
/// conversations; they have the activity in common, which is one caller's, and the number of the call in it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Key {
    /// Activities are unique in a network, not in what several captures hold.
    addresses: [Address; 2],
    activity: [u8; 16],
    sequence: u32,
}

/// What a call was about, as far as it is told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Question {
    number: u16,
    record: Option<(u16, u16, u16)>,
    command: Option<u16>,
    /// What the first part of the answer said, while the others are on their way.
    status: Option<u32>,
}

impl Question {
    /// The question of an answer that stands alone.
    const fn unheard(number: u16) -> Self {
        Self { number, record: None, command: None, status: None }
    }

    fn of(pdu: &Pdu<'_>) -> Self {
        let is_control = pdu.number == 4;
        let record = if is_control { None } else { pdu.record() };
        Self { record, command: pdu.command().filter(|_| is_control), ..Self::unheard(pdu.number) }
    }
}

/// So many calls of all conversations wait; the oldest gives way. A controller starts some tens of stations at once.
const MOST_CALLS: usize = 256;

/// The calls that wait, oldest first.
#[derive(Debug, Default)]
struct Calls {
    waiting: VecDeque<(Key, Moment, Question)>,
    /// The calls that were answered last: who does not hear the answer asks again, and is answered again.
    answered: VecDeque<Key>,
}

impl Calls {
    fn ask(&mut self, key: Key, now: Moment, question: Question) -> bool {
        if self.answered.contains(&key) || self.waiting.iter().any(|(waiting, ..)| *waiting == key) {
            return false;
        }
        if self.waiting.len() >= MOST_CALLS {
            self.waiting.pop_front();
        }
        self.waiting.push_back((key, now, question));
        true
    }

    /// A further part of a call that waits: it was made when its last part was.
    fn goes_on(&mut self, key: Key, now: Moment) {
        if let Some((_, moment, _)) = self.waiting.iter_mut().find(|(waiting, ..)| *waiting == key) {
            *moment = now;
        }
    }

    /// The first part of an answer to a call that waits.
    fn begins_answer(&mut self, key: Key, status: u32) {
        if let Some((.., question)) = self.waiting.iter_mut().find(|(waiting, ..)| *waiting == key) {
            question.status = Some(status);
        }
    }

    fn take(&mut self, key: Key) -> Option<(Moment, Question)> {
        let at = self.waiting.iter().position(|(waiting, ..)| *waiting == key)?;
        self.waiting.remove(at).map(|(_, moment, question)| (moment, question))
    }

    /// When a call was made that still waits.
    fn asked(&self, key: Key) -> Option<Moment> {
        self.waiting.iter().find(|(waiting, ..)| *waiting == key).map(|&(_, moment, _)| moment)
    }

    /// Whether this is the first answer to the call.
    fn is_first_answer(&mut self, key: Key) -> bool {
        if self.answered.contains(&key) {
            return false;
        }
        if self.answered.len() >= MOST_CALLS {
            self.answered.pop_front();
        }
        self.answered.push_back(key);
        true
    }
}

#[derive(Debug, Default)]
struct ProfinetCm {
    client: Option<Side>,
    /// The calls of this conversation, each with who made it.
    mine: VecDeque<(Key, Side)>,
}

impl Conversation for ProfinetCm {
    fn data(&mut self, cx: &mut Context<'_>, from: Side, bytes: &[u8]) {
        let Ok(Some(pdu)) = Pdu::decode(bytes) else {
            return cx.problem("profinet-cm", "PDU does not decode", Verdict::Malformed, bytes.len() as u64);
        };
        let key = Key { addresses: cx.addresses, activity: pdu.activity, sequence: pdu.sequence };
        match pdu.kind {
            REQUEST if matches!(pdu.part, Part::Middle | Part::Last) => {
                let now = cx.now;
                cx.shared.get::<Calls>().goes_on(key, now);
            }
            REQUEST => {
                // The device calls too, to say that it is ready; who connected is the client.
                if self.client.is_none() || pdu.number == 0 {
                    self.client = Some(from);
                }
                let now = cx.now;
                if cx.shared.get::<Calls>().ask(key, now, Question::of(&pdu)) {
                    if self.mine.len() >= MOST_CALLS {
                        self.mine.pop_front();
                    }
                    self.mine.push_back((key, from));
                }
            }
            RESPONSE if pdu.part == Part::First => cx.shared.get::<Calls>().begins_answer(key, pdu.status()),
            RESPONSE if pdu.part == Part::Middle => {}
            RESPONSE | FAULT | REJECT => {
                self.client.get_or_insert(from.other());
                if !cx.shared.get::<Calls>().is_first_answer(key) {
                    return;
                }
                let found = cx.shared.get::<Calls>().take(key);
                let asked = found.map(|(moment, _)| moment);
                let question = found.map_or(Question::unheard(pdu.number), |(_, question)| question);
                let status = match pdu.part {
                    Part::Last => question.status.unwrap_or(0),
                    _ => pdu.status(),
                };
                report(cx, from.other(), asked, question, Some((pdu.kind, status)), Outcome::Accepted);
            }
            _ => {}
        }
    }

    fn gap(&mut self, _: &mut Context<'_>, _: Side, _: u64) {}

    fn tick(&mut self, cx: &mut Context<'_>) -> Option<Timestamp> {
        loop {
            let &(key, ..) = self.mine.front()?;
            let ends = cx.shared.get::<Calls>().asked(key).map(|moment| pending::patience_ends(moment.time));
            match ends {
                Some(ends) if cx.now.time <= ends => return Some(ends),
                _ => self.give_up(cx),
            }
        }
    }

    fn end(&mut self, cx: &mut Context<'_>) {
        while !self.mine.is_empty() {
            self.give_up(cx);
        }
    }

    fn protocol(&self) -> &'static str {
        "profinet-cm"
    }

    fn client(&self) -> Option<Side> {
        self.client
    }

    fn carries(&self) -> DataClass {
        DataClass::Program
    }
}

impl ProfinetCm {
    /// The oldest call of this conversation is no longer waited for, if it still was.
    fn give_up(&mut self, cx: &mut Context<'_>) {
        let Some((key, from)) = self.mine.pop_front() else { return };
        if let Some((moment, question)) = cx.shared.get::<Calls>().take(key) {
            let outcome = pending::unmet(moment, cx.now, true);
            report(cx, from, Some(moment), question, None, outcome);
        }
    }
}

fn report(
    cx: &mut Context<'_>,
    client: Side,
    asked: Option<Moment>,
    question: Question,
    answer: Option<(u8, u32)>,
    unmet: Outcome,
) {
    let (verb, name) = match question.number {
        0 => (Verb::OpenSession, "connect"),
        1 => (Verb::CloseSession, "release"),
        2 => (Verb::Read, "read"),
        3 => (Verb::Write, "write"),
        4 => (Verb::OpenSession, "control"),
        5 => (Verb::Read, "read_implicit"),
        _ => (Verb::Opaque, "unknown"),
    };
    let status = answer.map(|(_, status)| status);
    let refused = answer.is_some_and(|(kind, status)| kind != RESPONSE || status != 0);
    let outcome = match answer {
        None => unmet,
        Some(_) if refused => Outcome::Refused,
        Some(_) => Outcome::Accepted,
    };
    let code = status.filter(|_| refused).map(|status| Coded::new("status", Number::Hex32(status)));
    cx.operation(&Operation {
        request: asked,
        reply: answer.map(|_| cx.now),
        items: &Record { question },
        code,
        ..Operation::new(client, verb, Coded::new(name, Number::Hex16(question.number)), outcome)
    });
}

struct Record {
    question: Question,
}

impl Items for Record {
    fn each(&self, tell: &mut dyn FnMut(Item<'_>)) {
        match self.question.number {
            2 | 3 | 5 => {
                if let Some((slot, subslot, index)) = self.question.record {
                    tell(Item::named(&format_args!(
                        "slot {slot} subslot 0x{subslot:04X} index 0x{index:04X}"
                    )));
                }
            }
            4 => {
                if let Some(command) = self.question.command {
                    let name = match command {
                        1 => "end of parameterisation",
                        2 => "application ready",
                        4 => "release",
                        _ => "other",
                    };
                    tell(Item::valued(&"command", Value::Text(name)));
                }
            }
            _ => {}
        }
    }
}
