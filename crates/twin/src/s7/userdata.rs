//! Userdata: blocks, status lists, messages, password, clock. Long answers go out in parts that the station asks for.

use super::{Answer, Cpu, Refusal, S7Session, blocks, clock, szl};
use crate::{Mode, Plc};
use quaywatch_model::Timestamp;
use quaywatch_protocols::s7comm::szl::List;
use quaywatch_protocols::s7comm::wire::{DataItem, Kind, Method, Pdu, Tail, Transport, Userdata};
use quaywatch_wire::Reader;

/// What parameters begin with, and those of a mode transition.
const HEAD: [u8; 3] = [0x00, 0x01, 0x12];
const MODE_HEAD: [u8; 3] = [0x01, 0x00, 0x10];
/// The forms of parameters, and how many bytes each says that follow.
const SHORT_FORM: (u8, u8) = (0x11, 4);
const LONG_FORM: (u8, u8) = (0x12, 8);
const MODE_FORM: (u8, u8) = (0x00, 0x10);
/// Function groups.
const TEST: u8 = 1;
const BLOCKS: u8 = 3;
const CPU: u8 = 4;
const SECURITY: u8 = 5;
const TIME: u8 = 7;
/// The return code of data that are there, and of data that are none.
const SUCCESS: u8 = 0xFF;
const NOTHING: u8 = 0x0A;
/// Header, parameters of an answer and the head of its data.
const ANSWER_HEAD_BYTES: u16 = 26;
/// Messages a station may subscribe to: mode transitions, and diagnostic events of the system.
const MODE_EVENTS: u8 = 0x01;
const SYSTEM_EVENTS: u8 = 0x02;
/// STOP by an operation of a programming device, and the way from start-up to RUN; each with priority class and what
/// the CPU did.
const STOPPED: [u8; 4] = [0x43, 0x04, 0xFF, 0x84];
const STARTED: [u8; 4] = [0x43, 0x02, 0xFF, 0x68];

/// What one connection has begun in userdata.
#[derive(Debug, Default)]
pub(super) struct Begun {
    /// The rest of a long answer, and the parameters its parts have.
    rest: Option<(Userdata, Vec<u8>)>,
    /// The last long answer's number.
    unit: u8,
    /// The messages that are subscribed to.
    events: u8,
    /// The mode that was told last.
    told: Option<Mode>,
}

impl S7Session {
    /// Answers a request; `None` where it is none.
    pub(super) fn userdata(&mut self, plc: &mut Plc, now: Timestamp, pdu: &Pdu<'_>) -> Option<Vec<u8>> {
        let head = Userdata::decode(pdu.parameters).ok()?;
        if head.head != HEAD || !head.method.is_request() {
            return None;
        }
        let payload = match DataItem::decode(&mut Reader::new(pdu.data)) {
            Ok(item) => item.value,
            Err(_) if pdu.data.is_empty() => &[],
            Err(_) => return self.answer_userdata(pdu.reference, head, Err(Refusal::FRAME_ERROR)),
        };
        let answered = if head.sequence != 0 && head.group != TEST {
            self.next_part(head)
        } else {
            self.serve(plc, now, head, payload)
        };
        self.answer_userdata(pdu.reference, head, answered)
    }

    /// Tells a mode transition to a station that has subscribed to it.
    pub(super) fn tell_mode(&mut self, plc: &Plc, now: Timestamp, out: &mut Vec<u8>) {
        if self.begun.told.replace(plc.mode) == Some(plc.mode) {
            return;
        }
        let (event, mode) = match plc.mode {
            Mode::Stop => (STOPPED, 0),
            Mode::Run => (STARTED, 2),
        };
        let push = |head, (form, length), group, function| {
            let method = Method::PUSH;
            Userdata { head, length, form, method, group, function, sequence: 0, tail: None }.encode()
        };
        if self.begun.events & SYSTEM_EVENTS != 0 {
            let time = clock::encode(plc_time(plc, now));
            let data = item(SUCCESS, Transport::OCTETS, &[&event[..], &[0; 8], &time].concat());
            self.send(Kind::USERDATA, 0, &Answer { parameters: push(HEAD, SHORT_FORM, CPU, 3), data }, out);
        }
        if self.begun.events & MODE_EVENTS != 0 {
            let parameters = push(MODE_HEAD, MODE_FORM, 0, mode);
            self.send(Kind::USERDATA, 0, &Answer { parameters, data: Vec::new() }, out);
        }
    }

    /// What is answered: a payload, or an empty one where there is nothing to say.
    fn serve(
        &mut self,
        plc: &mut Plc,
        now: Timestamp,
        head: Userdata,
        payload: &[u8],
    ) -> Result<Vec<u8>, Refusal> {
        let time = plc_time(plc, now);
        match (head.group, head.function) {
            (BLOCKS, 1) => Ok(blocks::counts(plc)),
            (BLOCKS, 2) => blocks::of_type(plc, payload),
            (BLOCKS, 3) => blocks::information(plc, payload),
            (CPU, 1) => {
                let list = List::decode(payload).map_err(|_| Refusal::FRAME_ERROR)?;
                szl::answer(plc, &self.cpu, time, &list)
            }
            (CPU, 2) => self.subscribe(payload),
            (SECURITY, 1) => {
                self.unlocked = self.cpu.accepts(payload)?;
                Ok(Vec::new())
            }
            (SECURITY, 2) => {
                self.unlocked = false;
                Ok(Vec::new())
            }
            (TIME, 1 | 3) => Ok(clock::answer(time)),
            (TIME, 2 | 4) => {
                let set = clock::decode(payload).ok_or(Refusal::WRONG_PARAMETERS)?;
                plc.clock_ahead_nanos = set.since(now);
                Ok(Vec::new())
            }
            (TEST, _) => Err(Refusal::NO_TEST_FUNCTION),
            _ => Err(Refusal::FRAME_ERROR),
        }
    }

    /// Subscribes to messages: which of them, a fill byte, and the user's name. Alarms are not offered.
    fn subscribe(&mut self, payload: &[u8]) -> Result<Vec<u8>, Refusal> {
        let &[events, _, ..] = payload else { return Err(Refusal::FRAME_ERROR) };
        if events & !(MODE_EVENTS | SYSTEM_EVENTS) != 0 {
            return Err(Refusal::FRAME_ERROR);
        }
        self.begun.events = events;
        Ok(vec![0x02, 0x00])
    }

    /// The rest of a long answer, if it is this one that is asked for.
    fn next_part(&mut self, head: Userdata) -> Result<Vec<u8>, Refusal> {
        let key = |head: &Userdata| (head.group, head.function, head.sequence);
        match self.begun.rest.take() {
            Some((begun, rest)) if key(&begun) == key(&head) => Ok(rest),
            _ => Err(Refusal::FRAME_ERROR),
        }
    }

    /// The PDU of an answer, or of its next part.
    fn answer_userdata(
        &mut self,
        reference: u16,
        asked: Userdata,
        answered: Result<Vec<u8>, Refusal>,
    ) -> Option<Vec<u8>> {
        let (mut payload, error) = match answered {
            Ok(payload) => (payload, 0),
            Err(refusal) => (Vec::new(), refusal.0),
        };
        let room = usize::from(self.pdu_bytes.saturating_sub(ANSWER_HEAD_BYTES)).max(1);
        let rest = payload.split_off(room.min(payload.len()));
        let first = asked.sequence == 0;
        let more = !rest.is_empty();
        if more && first {
            self.begun.unit = self.begun.unit.wrapping_add(1).max(1);
        }
        let unit = if more || !first { self.begun.unit } else { 0 };
        let (form, length) = LONG_FORM;
        let head = Userdata {
            head: HEAD,
            length,
            form,
            method: Method::RESPONSE,
            group: asked.group,
            function: asked.function,
            sequence: if first { sequence(asked, more) } else { asked.sequence },
            tail: Some(Tail { unit, more: more.into(), error }),
        };
        if more {
            self.begun.rest = Some((head, rest));
        }
        let data = match payload.as_slice() {
            [] => item(NOTHING, Transport::NULL, &[]),
            payload => item(SUCCESS, Transport::OCTETS, payload),
        };
        let (parameters, data) = (head.encode(), data.as_slice());
        Pdu { kind: Kind::USERDATA, redundancy: 0, reference, error: 0, parameters: &parameters, data }
            .encode()
    }
}

impl Begun {
    /// Takes note of the mode there is when a connection begins: only what changes is told.
    pub(super) fn note_mode(&mut self, mode: Mode) {
        self.told.get_or_insert(mode);
    }
}

impl Cpu {
    /// Whether a password, disguised as stations send it, opens this controller.
    fn accepts(&self, disguised: &[u8]) -> Result<bool, Refusal> {
        match &self.0.password {
            None => Err(Refusal::NO_PASSWORD),
            Some(password) if password == disguised => Ok(true),
            Some(_) => Err(Refusal::WRONG_PASSWORD),
        }
    }
}

/// What the controller's own clock says.
const fn plc_time(plc: &Plc, now: Timestamp) -> Timestamp {
    Timestamp::from_nanos(now.nanos().saturating_add(plc.clock_ahead_nanos))
}

/// Captures have 0 in answers that cannot have parts (counts and information of blocks, refusals), else a number.
const fn sequence(asked: Userdata, more: bool) -> u8 {
    let whole = matches!((asked.group, asked.function), (BLOCKS, 1 | 3));
    if whole && !more { 0 } else { 1 }
}

/// The data part: a return code, how the length is counted, and the payload.
fn item(code: u8, transport: Transport, value: &[u8]) -> Vec<u8> {
    let mut bytes = Vec::new();
    DataItem { code, transport, length: value.len() as u16, value }.encode(&mut bytes, true);
    bytes
}
